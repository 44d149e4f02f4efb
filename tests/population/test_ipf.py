import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from urbsim.population import ipf

amounts = st.floats(0, 1000, allow_nan=False)
vectors = hnp.arrays(np.float64, st.integers(1, 40), elements=amounts)


def test_fit_finds_the_known_answer() -> None:
    # the odds ratio of the start, 3 x 4 / (1 x 2) = 6, is kept: x (x + 10) / ((30 - x) (40 - x)) = 6 has one root in range
    result = ipf.fit([[3.0, 1.0], [2.0, 4.0]], [((0,), [30.0, 50.0]), ((1,), [40.0, 40.0])], tolerance=1e-10)
    x = result.table
    assert result.converged
    assert x[0, 0] * x[1, 1] / (x[0, 1] * x[1, 0]) == pytest.approx(6.0)
    root = min(np.roots([1 - 6, 10 + 6 * 70, -6 * 1200]), key=lambda r: abs(r - 23))
    assert x[0, 0] == pytest.approx(float(root))


def test_fit_meets_three_way_margins_and_keeps_zeros() -> None:
    rng = np.random.default_rng(1)
    truth = rng.random((4, 3, 5)) * 100
    truth[0, 0] = 0
    start = np.where(truth > 0, rng.random(truth.shape) + 0.1, 0)
    margins = [((0, 1), truth.sum(2)), ((0, 2), truth.sum(1)), ((1, 2), truth.sum(0))]
    result = ipf.fit(start, margins, tolerance=1e-8)
    assert result.converged
    for (kept, target), dropped in zip(margins, (2, 1, 0), strict=True):
        assert kept
        np.testing.assert_allclose(result.table.sum(axis=dropped), target, atol=1e-7)
    assert (result.table[0, 0] == 0).all()


def test_contradictory_margins_are_reported_not_hidden() -> None:
    result = ipf.fit(np.ones((2, 2)), [((0,), [1.0, 1.0]), ((1,), [3.0, 3.0])])
    assert not result.converged
    assert result.error >= 1


@pytest.mark.parametrize("margins", [[((0,), [1.0, 2.0, 3.0])], [((1, 0), [[1.0, 1.0], [1.0, 1.0]])], [((0,), [-1.0, 1.0])]])
def test_bad_margins_are_refused(margins: list) -> None:
    with pytest.raises(ValueError, match="margin"):
        ipf.fit(np.ones((2, 2)), margins)


@given(vectors, st.integers(0, 5000))
def test_largest_remainder_sums_to_the_total_and_stays_near(values: np.ndarray, total: int) -> None:
    rounded = ipf.largest_remainder(values, total)
    assert rounded.sum() == total
    assert (rounded >= 0).all()
    if values.sum() > 0:
        assert np.abs(rounded - values / values.sum() * total).max() < 1 + 1e-6


@given(vectors, st.floats(0.001, 0.999))
def test_systematic_rounding_keeps_partial_sums(values: np.ndarray, offset: float) -> None:
    rounded = ipf.systematic(values, offset)
    assert np.abs(np.cumsum(rounded) - np.cumsum(values)).max() <= 1 + 1e-6
    assert np.abs(rounded - values).max() <= 1 + 1e-6


def test_systematic_rounding_is_unbiased_over_offsets() -> None:
    values = np.array([0.3, 0.05, 1.7, 0.95])
    mean = np.mean([ipf.systematic(values, (k + 0.5) / 1000) for k in range(1000)], axis=0)
    np.testing.assert_allclose(mean, values, atol=0.002)


@settings(deadline=None)
@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 12)), elements=amounts), st.randoms())
def test_two_way_rounding_meets_both_margins(table: np.ndarray, random: object) -> None:
    rows = ipf.largest_remainder(table.sum(axis=1) + 0.01, round(table.sum()))
    columns = ipf.largest_remainder(table.sum(axis=0) + 0.01, round(table.sum()))
    rounded = ipf.round_two_way(table, rows, columns)
    assert (rounded.sum(axis=1) == rows).all()
    assert (rounded.sum(axis=0) == columns).all()
    assert (rounded >= 0).all()
    assert random


def test_two_way_rounding_changes_cells_little() -> None:
    rng = np.random.default_rng(5)
    table = rng.random((22, 36)) * 50
    total = round(table.sum())
    rounded = ipf.round_two_way(table, ipf.largest_remainder(table.sum(1), total), ipf.largest_remainder(table.sum(0), total))
    assert np.abs(rounded - table).max() < 2


def test_two_way_rounding_refuses_unequal_sums() -> None:
    with pytest.raises(ValueError, match="rows sum to 3"):
        ipf.round_two_way(np.ones((1, 3)), [3], [1, 1, 2])
