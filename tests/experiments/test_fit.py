"""What a fit asks, and which way it steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from urbsim.errors import UserError
from urbsim.experiments import held_out, solving
from urbsim.experiments.solution import Reached, Solution
from urbsim.experiments.solving import scenario_of
from urbsim.regions import load_region

REGION = load_region("zhejiang")
SHARE = 0.005
EXACT = Reached(
    REGION.residents_2020.astype(float), REGION.town_2020.astype(float), REGION.other_province_2020.astype(float), 539_000.0, SHARE, 100
)


def solution() -> Solution:
    prefectures = len(REGION.prefecture_codes)
    rates = {"k_town": 1.0, "k_outside": -1.8, "k_q_out": 0.01, "reclass_share": SHARE}
    return Solution(rates, np.zeros(prefectures), np.zeros(len(REGION.area_codes)), np.zeros(prefectures), np.full(prefectures, SHARE))


def test_each_region_has_its_scenario() -> None:
    assert [scenario_of(name) for name in ("zhejiang", "fujian", "xuchang")] == ["zhejiang_2027", "fujian_2019", "xuchang_2025"]
    with pytest.raises(UserError, match="atlantis"):
        scenario_of("atlantis")


def test_the_census_itself_has_no_error_and_moves_nothing() -> None:
    found = solving.errors(REGION, EXACT, SHARE)
    assert solving.worst_of(found) == pytest.approx(0.0, abs=1e-12)
    before = solution()
    solving.improve(REGION, before, EXACT)
    np.testing.assert_allclose(before.xi(REGION.prefecture_of), 0.0, atol=1e-12)
    assert before.parameters == pytest.approx(solution().parameters)


def test_what_is_missing_is_drawn_in() -> None:
    first = np.asarray(REGION.prefecture_of) == 0
    short = replace(
        EXACT,
        residents=np.where(first, 0.95, 1.0) * EXACT.residents,
        town=np.where(first, 0.90, 1.0) * EXACT.town,
        other_province=np.where(first, 0.8, 1.0) * EXACT.other_province,
        settled_outside=300_000.0,
        reclassified=2 * SHARE,
    )
    moved = solution()
    solving.improve(REGION, moved, short)
    assert moved.prefecture_part[0] > 0 > moved.prefecture_part[1]
    assert moved.block[0] > 3 * moved.block[1] > 0  # made up where it lacks; all a little, since places draw on the same people
    assert moved.reclassification[0] > SHARE
    assert moved.parameters["k_town"] > 1.0  # too much is left to boundaries: more people must move into their own town
    assert moved.parameters["k_q_out"] > 0.01
    assert moved.parameters["k_outside"] < -1.8


def test_few_people_have_a_wider_tolerance_at_a_coarse_weight() -> None:
    """Ten per cent of Quzhou's hundred thousand is within the noise of rows of 2,500, not of rows of 10."""
    quzhou = REGION.prefecture_codes.index("quzhou")
    many = replace(EXACT, other_province=EXACT.other_province * 1.1)
    errors = {weight: solving.errors(REGION, replace(many, weight=weight), SHARE)["other_province"][quzhou] for weight in (10, 2500)}
    assert errors[10] == pytest.approx(2.0)
    assert errors[2500] < 1.0


def other_census(region: object, prefecture: int) -> object:
    """Return the region with the 2020 counts of a prefecture doubled: what a left-out prefecture must not let through."""
    gone = np.asarray(REGION.prefecture_of) == prefecture
    names = ("residents_2020", "town_2020", "same_area_2020", "other_area_2020", "other_province_2020")
    return replace(region, **{name: np.where(gone, 2, 1) * getattr(region, name) for name in names})  # type: ignore[type-var]


def test_nothing_of_a_left_out_prefecture_comes_through() -> None:
    """With another census there, the region that runs see, the errors, the steps and the guessed constants stay the same."""
    held, found = 2, []
    for census in (REGION, other_census(REGION, held)):
        region = held_out.without(census, held)
        moved = solution()
        moved.prefecture_part[:] = np.linspace(-1.0, 1.0, 11)
        reached = replace(EXACT, residents=0.9 * EXACT.residents, town=0.8 * EXACT.town)
        solving.improve(region, moved, reached, held)
        held_out.guess(region, moved, held, 7)
        errors = solving.errors(region, reached, SHARE, held)
        assert errors["residents"].shape == (10,)
        found.append([region.residents_2020, region.town_2020, moved.xi(region.prefecture_of), moved.block, moved.reclassification,
                      *errors.values(), np.array(list(moved.parameters.values()))])  # fmt: skip
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_guess_is_as_wide_as_the_others_differ() -> None:
    held = 4
    start = solution()
    start.prefecture_part[:] = np.random.default_rng(0).normal(0.0, 0.5, 11)
    start.reclassification[:] = np.linspace(-0.01, 0.02, 11)
    parts, rates = [], []
    for luck in range(200):
        held_out.guess(REGION, start, held, luck)
        parts.append(start.prefecture_part[held])
        rates.append(start.reclassification[held])
    assert 0.25 < np.std(parts) < 1.0
    assert np.mean(rates) == pytest.approx(np.delete(start.reclassification, held).mean(), abs=0.003)
    assert np.std(rates) == pytest.approx(np.delete(start.reclassification, held).std(), rel=0.3)


def test_a_place_that_answers_steeply_is_not_swung_to_and_fro() -> None:
    """Places compete: apart they answer with 2.6 logs a util, together with 0.4. Steps for the usual 1.2 would go further off each time."""
    one, constant, off = solution(), np.zeros(len(REGION.prefecture_codes)), []
    wanted = np.where(np.arange(constant.size) == 0, 0.5, 0.0)
    for _ in range(8):
        together = float((wanted - constant).mean())
        error = 2.6 * (wanted - constant - together) + 0.4 * together
        off.append(float(np.abs(error).max()))
        constant = constant + one.step("block", constant, error, np.ones(constant.size))
    assert off[-1] < 0.05 < off[0]
