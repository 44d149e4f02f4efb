"""Scarce things go down the line of each area: by score, then date, then lot; more of them never serve fewer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from urbsim.engine.stages.feedback import planned_shift
from urbsim.engine.stages.rationing import ration

AREAS = 3
applicants = st.lists(
    st.tuples(
        st.integers(0, AREAS - 1), st.sampled_from([0.0, 10.0, 20.0]), st.integers(-4, 4), st.floats(0.001, 0.999), st.integers(1, 4)
    ),
    max_size=40,
)
capacities = st.lists(st.integers(0, 25), min_size=AREAS, max_size=AREAS)


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
