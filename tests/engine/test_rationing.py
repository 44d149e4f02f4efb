"""Scarce things go down the line of each area: by score, then date, then lot; more of them never serve fewer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.conftest import rows_of
from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.kinds import WAITS
from urbsim.engine.stages.feedback import planned_shift
from urbsim.engine.stages.homes import ENTITLED, POOR, allot, give_out, lots
from urbsim.engine.stages.rationing import FEW, ration
from urbsim.engine.turns import turns_of
from urbsim.engine.watch import line_up
from urbsim.population.registry import STATUS_PERMIT, TENURE_GUARANTEED, TENURE_MARKET_RENT, TENURE_PUBLIC, TENURE_SHARED

AREAS = 3
applicants = st.lists(
    st.tuples(
        st.integers(0, AREAS - 1), st.sampled_from([0.0, 10.0, 20.0]), st.integers(-4, 4), st.floats(0.001, 0.999), st.integers(1, 4)
    ),
    max_size=40,
)
capacities = st.lists(st.integers(0, 25) | st.integers(FEW, 3 * FEW), min_size=AREAS, max_size=AREAS)  # both ways to find the first


def serve(people: list[Any], capacity: list[int]) -> npt.NDArray[np.bool_]:
    kinds = (int, float, int, float, int)
    area, score, since, lot, size = (np.array([row[k] for row in people], dtype=kind) for k, kind in enumerate(kinds))
    return ration(area, score, since, lot, size, np.array(capacity))


@given(applicants, capacities)
@settings(deadline=None)
def test_it_is_the_line_at_a_counter(people: list[Any], capacity: list[int]) -> None:
    served = serve(people, capacity)
    for a in range(AREAS):
        line = sorted((i for i in range(len(people)) if people[i][0] == a), key=lambda i: (-people[i][1], people[i][2], people[i][3], i))
        left, expected = capacity[a], set()
        for i in line:
            left -= people[i][4]
            if left < 0:
                break
            expected.add(i)
        assert {i for i in line if served[i]} == expected


@given(applicants, capacities, st.lists(st.integers(0, 9), min_size=AREAS, max_size=AREAS))
@settings(deadline=None)
def test_more_places_never_serve_fewer(people: list[Any], capacity: list[int], more: list[int]) -> None:
    before = serve(people, capacity)
    after = serve(people, [c + m for c, m in zip(capacity, more, strict=True)])
    assert (after | ~before).all()


@given(st.integers(0, 2**32 - 1), capacities, capacities, st.booleans())
@settings(deadline=None, max_examples=40)
def test_rental_homes_are_two_lines_one_after_the_other(seed: int, guaranteed: list[int], public: list[int], sold: bool) -> None:
    chance, n = np.random.default_rng(seed), 200
    h, rows = rows_of(n, tenure=TENURE_MARKET_RENT, homes_since=0), np.arange(n)
    h["tenure"][chance.random(n) < 0.1 * sold] = TENURE_SHARED
    place, kind = chance.integers(0, AREAS, n).astype(np.int16), chance.integers(0, 4, n).astype(np.uint8)
    since, lot = chance.integers(-3, 3, n).astype(np.int16), chance.random(n)
    poor_first, one, asks = np.array([1.0, 0.0, 1.0]), np.ones(n, np.int64), h["tenure"] != TENURE_SHARED
    score = ((kind & POOR > 0) & (poor_first[place] > 0.5)) * 1.0
    first = ration(np.where((kind & ENTITLED > 0) & asks, place, AREAS), score, since, lot, one, np.array([*public, 0]))
    then = ration(np.where(asks & ~first, place, AREAS), np.zeros(n), since, lot, one, np.array([*guaranteed, 0]))
    got = give_out(h, rows, sold, place, kind, since, lot, poor_first, np.array(guaranteed), np.array(public))
    np.testing.assert_array_equal(got, np.where(first, TENURE_PUBLIC, np.where(then, TENURE_GUARANTEED, 0)))
    allot(h, rows[got > 0], got[got > 0])
    assert (h["tenure"][got > 0] == got[got > 0]).all()
    assert ((h["homes_since"] == 0) == (got == 0)).all()


def test_who_waits_stands_in_line_with_a_lot_of_the_quarter() -> None:
    h = rows_of(5000, place=3, homes_since=NO_DATE)
    h["id"], h["poor"][::4], h["status"][::6] = np.arange(5000) * 7919, 1, STATUS_PERMIT
    h["homes_since"][::2], kinds = 4, np.where(np.arange(5000) % 2, 0, WAITS).astype(np.uint32)
    rows, who, place, since = np.empty(5001, np.int64), np.empty(5001, np.uint64), *np.empty((2, 5001), np.int16)
    kind, lot = np.empty(5001, np.uint8), np.empty(2500)
    assert line_up(h[100:], kinds[100:], 0, rows, place, kind, since, who) == 2450
    assert line_up(h, kinds, 0, rows, place, kind, since, who) == 2500
    assert rows[:2500].tolist() == list(range(0, 5000, 2))
    assert set(place[:2500]) == {3}
    assert set(since[:2500]) == {4}
    poor, permit = h["poor"][::2] > 0, h["status"][::2] == STATUS_PERMIT
    assert (kind[:2500] == ENTITLED * (poor | permit) + POOR * poor).all()
    lots(turns_of(0, 2500, 3), who, 9, np.uint64(5), np.empty((2, 64), np.uint64), lot)
    assert lot.tolist() == [rng.draw4(np.uint64(5), rng.HOMES, identity, 9, 0)[2] for identity in h["id"][::2]]


counts = st.lists(st.integers(0, 5000), min_size=6, max_size=6)


@given(counts, counts, st.lists(st.floats(0.0, 1.0), min_size=6, max_size=6), st.lists(st.floats(0.0, 1.0), min_size=6, max_size=6))
@settings(deadline=None)
def test_planning_by_residents_only_moves_new_places(new: list[int], resident: list[int], local: list[float], weight: list[float]) -> None:
    opened, children = np.array(new), np.array(resident)
    registered = (children * np.array(local)).astype(np.int64)
    shift = planned_shift(opened, children, registered, np.array(weight))
    assert shift.sum() == 0
    assert (opened + shift >= 0).all()
    assert not planned_shift(opened, children, registered, np.zeros(6)).any()
    assert (shift[np.array(weight) == 0.0] == 0).all()


def test_places_follow_resident_children() -> None:
    shift = planned_shift(np.array([100, 100]), np.array([1500, 500]), np.array([500, 500]), np.array([1.0, 1.0]))
    assert shift.tolist() == [50, -50]
