from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.results.synthetic import make_frames, make_region
from urbsim.results.accounting import IdentityError, check_identity, contributions


def test_synthetic_runs_keep_the_identity() -> None:
    for seed in range(5):
        check_identity(make_frames(make_region(small=True), seed=seed))


@pytest.mark.parametrize(("frame", "what"), [("change_residents", "all residents"), ("change_town", "town residents")])
def test_a_lost_person_is_found(frame: str, what: str) -> None:
    region = make_region(small=True)
    frames = make_frames(region)
    frames[frame][7, 2, 3] -= 1
    with pytest.raises(IdentityError, match=rf"{what} of ningbo_core change by \+1 persons .* 2012 Q3 \(quarter 7\); 1 places"):
        check_identity(frames, region.area_codes)


def test_an_unnamed_area_and_a_later_start() -> None:
    frames = make_frames(make_region(small=True), quarters=6)
    frames["residents"][-1, 0, 0] += 5
    with pytest.raises(IdentityError, match=r"area 0 change by \+5 persons .* 2019 Q1 \(quarter 33\)"):
        check_identity(frames, first_quarter=28)


def test_contributions_by_hand() -> None:
    # 100 people, 50 in town; 10 come to the town, 5 leave the village: 60 of 105
    points = contributions(np.array(100), np.array(50), np.array([10, -5]), np.array([10, 0]))
    mean_rate, mean_total = (0.5 + 60 / 105) / 2, 102.5
    assert points.tolist() == pytest.approx([100 * (10 - mean_rate * 10) / mean_total, 100 * (0 + mean_rate * 5) / mean_total])
    assert points.sum() == pytest.approx(100 * (60 / 105 - 0.5))


def test_contributions_of_an_empty_area_are_nan() -> None:
    assert np.isnan(contributions(np.array(0), np.array(0), np.array([1]), np.array([0]))).all()


@given(
    st.integers(1000, 10**7),
    st.floats(0.05, 0.95),
    hnp.arrays(np.int64, 9, elements=st.integers(-50, 80)),
    hnp.arrays(np.int64, 9, elements=st.integers(-5, 5)),
)
def test_contributions_add_up(total: int, share: float, residents: np.ndarray, town: np.ndarray) -> None:
    before = int(total * share)
    points = contributions(np.array(total), np.array(before), residents, town)
    after = 100 * (before + town.sum()) / (total + residents.sum())
    assert points.sum() == pytest.approx(after - 100 * before / total, abs=1e-9)
