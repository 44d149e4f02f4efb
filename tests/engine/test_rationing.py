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
from urbsim.engine.stages.feedback import planned_shift
from urbsim.engine.stages.homes import ASKS_NONE, allot, give_out, line_up
from urbsim.engine.stages.rationing import FEW, ration
from urbsim.engine.turns import turns_of
from urbsim.population.registry import STATUS_PERMIT, TENURE_GUARANTEED, TENURE_MARKET_RENT, TENURE_PUBLIC

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


@given(st.integers(0, 2**32 - 1), capacities, capacities)
@settings(deadline=None, max_examples=40)
def test_rental_homes_are_two_lines_one_after_the_other(seed: int, guaranteed: list[int], public: list[int]) -> None:
    chance, n = np.random.default_rng(seed), 200
    h, rows = rows_of(n, tenure=TENURE_MARKET_RENT), np.arange(n)
    h["id"], h["homes_since"] = chance.integers(0, 2**63, n), chance.integers(-3, 3, n)
    h["status"][chance.random(n) < 0.5], h["poor"] = STATUS_PERMIT, chance.random(n) < 0.3
    h["homes_since"][chance.random(n) < 0.1] = NO_DATE  # bought a shared home
    place, free = chance.integers(0, AREAS, n).astype(np.int16), (np.array(guaranteed) > 0) | (np.array(public) > 0)
    kind, since, (score, lot) = np.empty(n, np.uint8), np.empty(n, np.int16), np.empty((2, n))
    line_up(h, turns_of(0, n, 3), rows, place, 9, np.uint64(5), free, kind, score, since, lot)
    asks, entitled = free[place] & (h["homes_since"] != NO_DATE), (h["status"] == STATUS_PERMIT) | (h["poor"] > 0)
    np.testing.assert_array_equal(kind, np.where(asks, entitled, ASKS_NONE))
    assert lot[asks].tolist() == [rng.draw4(np.uint64(5), rng.HOMES, identity, 9, 0)[2] for identity in h["id"][asks]]
    poor_first, one, poor, since = np.array([1.0, 0.0, 1.0]), np.ones(n, np.int64), h["poor"] * 1.0, h["homes_since"].astype(np.int16)
    first = ration(np.where(asks & entitled, place, AREAS), poor * (poor_first[place] > 0.5), since, lot, one, np.array([*public, 0]))
    then = ration(np.where(asks & ~first, place, AREAS), np.zeros(n), since, lot, one, np.array([*guaranteed, 0]))
    got = give_out(place, kind, score, since, lot, poor_first, np.array(guaranteed), np.array(public))
    np.testing.assert_array_equal(got, np.where(first, TENURE_PUBLIC, np.where(then, TENURE_GUARANTEED, 0)))
    waited = h["homes_since"] != NO_DATE
    allot(h, rows[got > 0], got[got > 0])
    assert (h["tenure"][got > 0] == got[got > 0]).all()
    assert ((h["homes_since"] != NO_DATE) == waited & (got == 0)).all()


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
