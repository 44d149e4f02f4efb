"""The nested choice of stage 6: its luck, its frequencies and its monotony, through the kernel that runs use."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from tests.engine.conftest import luck_of, neutral_rules, record_of, rows_of
from urbsim.engine import rng
from urbsim.engine.stages.choice import VILLAGE_CHOICE, choice_bounds, log_positive_stable, stays_for_sure
from urbsim.engine.stages.choice import choose as choose_one
from urbsim.engine.stages.location import location
from urbsim.engine.state import Rows, empty_accounts
from urbsim.engine.tables import Utilities, make_race, race_base

AREAS = 5
QUARTER = 8
CHOICES = ("area 1", "area 2", "area 3", "area 4", "outside", "village", "county town")


def choose(key: np.uint64, size: int, away: list[float], village: float, town: float, place: int = 0, **params: float) -> Any:
    """Let `size` households of area 0 who live at `place` choose once; `away` are the utilities of areas 1 to 4 and of the outside."""
    p = record_of(**{"lambda": 0.5, "C_move": 1.0, "g_age": 0.0, "edu_away": 0.0, "T_land": 0.0, "cross_district": 0.0, **params})
    lam = float(p["lambda_"])
    rows = rows_of(size, schooling=1, arrived=QUARTER, place=place, mover=2 if place else 0, job=1, tenure=1)
    utilities = np.full((AREAS, 3, AREAS + 1), -np.inf)
    utilities[0, :, 1:] = away
    utilities[1:, :, -1] = 0.0
    u = Utilities(utilities, np.full(AREAS, village), np.full(AREAS, town))
    base = race_base(Utilities(np.where(np.isfinite(utilities), 0.0, -np.inf), u.village, u.town), lam)
    race, bounds = make_race(u, base, lam), choice_bounds(lam)
    luck = luck_of(rows, QUARTER, key, 1)
    ones = np.ones(AREAS)
    edge, help_ = 1.0, np.zeros(2)
    for k, r in enumerate(rows[:2000]):  # whom the first bytes spare the choice would not move
        if stays_for_sure(r, QUARTER, p, AREAS, race, edge, help_, 0.0, 0.0, bounds, luck, k):
            assert choose_one(r, QUARTER, key, p, AREAS, race, edge, help_, 0.0, 0.0, luck, k) == (place if place else VILLAGE_CHOICE)
    broken = location(
        rows, np.arange(size), luck, QUARTER, key, p, AREAS, np.zeros(size, np.uint8), race, bounds,
        np.full((AREAS, AREAS), 4.0), ones, ones, np.ones((3, AREAS)), np.zeros(AREAS, np.uint8), ones,
        np.zeros((AREAS + 1, 2)), np.zeros((AREAS + 1, 4)), neutral_rules(AREAS), ones, 0.0, empty_accounts(AREAS),
        np.empty(size, np.uint64), np.empty((2, size), np.uint64),
    )  # fmt: skip
    assert broken == 0
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


def test_frequencies_of_those_who_live_away(key: np.uint64) -> None:
    """The present place, area 2, has a time of its own in the race: onward it costs, and what ties there counts."""
    size, away, village, town, tie, cost = 200_000, [0.3, 0.0, -0.4, 0.6, 0.1], 0.5, 0.2, 0.4, 0.7
    p = {"beta_match": tie, "beta_type": 0.0, "onward": 1.0 - cost, "k_return_village": 0.0}
    seen = np.bincount(choose(key, size, away, village, town, place=2, **p), minlength=len(CHOICES))
    here = [value - cost if j != 1 else value + tie for j, value in enumerate(away)]
    expected = nested_logit(here, village - 1.0, town, cost=0.0, lam=0.5)
    expected_town = nested_logit(here, village - 1.0, town - 1.0, cost=0.0, lam=0.5)
    assert stats.chisquare(seen, expected_town * size).pvalue > 1e-6
    assert stats.chisquare(seen, expected * size).pvalue < 1e-6


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


def test_shared_bytes_begin_the_draws_of_their_streams(key: np.uint64) -> None:
    rows = rows_of(50)
    seen = set()
    for (stream, block), (place, lanes) in rng.LANES.items():
        luck = luck_of(rows, 3, key, place // rng.BYTES_A_DRAW)
        for k, identity in enumerate(rows["id"]):
            u = rng.draw4(key, stream, identity, 3, block)
            assert all(0.0 < value < 1.0 for value in u)
            assert [int(value * 256.0) for value in u[:lanes]] == [rng.byte_at(luck, k, place + lane) for lane in range(lanes)]
        seen.update(range(place, place + lanes))
    assert len(seen) == sum(lanes for _, lanes in rng.LANES.values())  # no byte serves two draws


@pytest.mark.parametrize("chance", [0.0, 1e-9, 1 / 256, 0.01, 0.5, 255.5 / 256, 1.0, 1.7])
def test_a_byte_spares_a_draw_only_if_it_could_not_have_been_below(chance: float) -> None:
    most = rng.most_byte(chance)
    for byte in range(256):
        lowest = (byte + 0.5 * 2.0**-32) / 256.0
        assert byte <= most or not lowest < chance


def test_philox_passes_its_published_vectors() -> None:
    def words(*values: int) -> list[np.uint64]:
        return [np.uint64(value) for value in values]

    ones = 0xFFFFFFFF
    assert [int(x) for x in rng.philox(*words(0, 0, 0, 0, 0, 0))] == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert [int(x) for x in rng.philox(*words(ones, ones, ones, ones, ones, ones))] == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
    pi = words(0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0)
    assert [int(x) for x in rng.philox(*pi)] == [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]
