"""The nested choice of stage 6: its luck, its frequencies and its monotony, through the kernel that runs use."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from tests.engine.conftest import record_of, rows_of
from urbsim.engine import rng
from urbsim.engine.stages.location import location, log_positive_stable
from urbsim.engine.state import Rows, empty_accounts

AREAS = 5
QUARTER = 8
CHOICES = ("area 1", "area 2", "area 3", "area 4", "outside", "village", "county town")


def choose(key: np.uint64, size: int, away: list[float], village: float, town: float, **params: float) -> Any:
    """Let `size` households at home in area 0 choose once; `away` are the utilities of areas 1 to 4 and of the world outside."""
    p = record_of(**{"lambda": 0.5, "C_move": 1.0, "g_age": 0.0, "edu_away": 0.0, "T_land": 0.0, "cross_district": 0.0, **params})
    lam = float(p["lambda_"])
    rows = rows_of(size, schooling=1, arrived=-80)
    race = np.full((AREAS, 3, AREAS + 1), np.inf)
    race[0, :, 1:] = np.exp(-np.array(away) / lam)
    ones = np.ones(AREAS)
    location(
        rows, 0, size, QUARTER, key, p, AREAS, np.ones(size, np.uint8), race, np.full(AREAS, village), np.full(AREAS, town),
        np.full((AREAS, AREAS), 50.0), ones, ones, np.ones((3, AREAS)), np.zeros(AREAS, np.uint8), ones,
        np.zeros((AREAS, 2)), np.zeros((AREAS, 4)), empty_accounts(AREAS),
    )  # fmt: skip
    return picks(rows)


def picks(rows: Rows) -> npt.NDArray[np.int64]:
    """Return the index in CHOICES of what each household chose."""
    place, mover = rows["place"].astype(int), rows["mover"]
    result = np.where(place == 255, 4, place - 1)
    result[(place == 0) & (mover == 0)] = 5
    result[(place == 0) & (mover == 1)] = 6
    return result


def nested_logit(away: list[float], village: float, town: float, cost: float, lam: float) -> npt.NDArray[np.float64]:
    inside = np.exp(np.array(away) / lam)
    tops = np.array([lam * np.log(inside.sum()) - cost, village, town - cost])
    nests = np.exp(tops) / np.exp(tops).sum()
    return np.concatenate((nests[0] * inside / inside.sum(), nests[1:]))


def test_frequencies_are_those_of_the_nested_logit(key: np.uint64) -> None:
    size, away, village, town = 200_000, [0.3, 0.0, -0.4, 0.6, 0.1], 0.5, 0.8
    expected = nested_logit(away, village, town, cost=1.0, lam=0.5)
    seen = np.bincount(choose(key, size, away, village, town), minlength=len(CHOICES))
    # Power: a shift of one point of probability between two alternatives would be refused with near certainty at this size.
    shifted = expected + np.array([0.01, 0.0, 0.0, -0.01, 0.0, 0.0, 0.0])
    away_from_null = size * ((shifted - expected) ** 2 / expected).sum()
    limit = stats.chi2.isf(1e-6, len(CHOICES) - 1)
    assert stats.ncx2.sf(limit, len(CHOICES) - 1, away_from_null) > 0.99
    assert stats.chisquare(seen, expected * size).pvalue > 1e-6


def test_without_nests_it_is_the_plain_logit(key: np.uint64) -> None:
    size, away = 100_000, [0.0, 0.5, -0.5, 0.2, 0.0]
    expected = nested_logit(away, 0.4, 0.2, cost=1.0, lam=0.999)
    seen = np.bincount(choose(key, size, away, 0.4, 0.2, **{"lambda": 0.999}), minlength=len(CHOICES))
    assert stats.chisquare(seen, expected * size).pvalue > 1e-6


@pytest.mark.parametrize("raised", range(5))
def test_a_better_area_moves_nobody_between_two_others(key: np.uint64, raised: int) -> None:
    away = [0.3, 0.0, -0.4, 0.6, 0.1]
    better = [value + (0.7 if j == raised else 0.0) for j, value in enumerate(away)]
    before, after = choose(key, 40_000, away, 0.5, 0.8), choose(key, 40_000, better, 0.5, 0.8)
    changed = before != after
    assert changed.any()
    assert (after[changed] == raised).all()


def test_a_better_village_keeps_people_and_moves_nobody_else(key: np.uint64) -> None:
    away = [0.3, 0.0, -0.4, 0.6, 0.1]
    before, after = choose(key, 40_000, away, 0.5, 0.8), choose(key, 40_000, away, 1.5, 0.8)
    changed = before != after
    assert changed.any()
    assert (after[changed] == 5).all()


@pytest.mark.parametrize("index", [0.3, 0.5, 0.8])
def test_positive_stable_variates_turn_gumbel_into_gumbel(index: float) -> None:
    draws = np.random.default_rng(7).random((20_000, 3))
    stable = np.array([log_positive_stable(u, v, index) for u, v in draws[:, :2]])
    gumbel = -np.log(-np.log(draws[:, 2]))
    assert stats.kstest(index * (gumbel + stable), stats.gumbel_r.cdf).pvalue > 1e-5


def test_bulk_draws_equal_single_ones(key: np.uint64) -> None:
    bulk = np.empty(12)
    rng.fill(key, rng.CHOOSE, np.uint64(99), 3, bulk)
    single = [u for block in range(3) for u in rng.draw4(key, rng.CHOOSE, np.uint64(99), 3, block)]
    assert bulk.tolist() == single
    assert ((bulk > 0.0) & (bulk < 1.0)).all()


def test_philox_passes_its_published_vectors() -> None:
    def words(*values: int) -> list[np.uint64]:
        return [np.uint64(value) for value in values]

    ones = 0xFFFFFFFF
    assert [int(x) for x in rng.philox(*words(0, 0, 0, 0, 0, 0))] == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert [int(x) for x in rng.philox(*words(ones, ones, ones, ones, ones, ones))] == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
    pi = words(0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0)
    assert [int(x) for x in rng.philox(*pi)] == [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]
