"""The yearly evaluation of areas: percentiles, weights from the scenario, chances of ranks."""

from __future__ import annotations

import numpy as np
import pytest

from tests.results.synthetic import make_dataset, make_frames, make_region, make_scenario
from urbsim.results.compute import Context
from urbsim.results.evaluation import PARTS, TOP, parts, percentiles, ranks, scores
from urbsim.results.levels import Calendar, Levels
from urbsim.scenario.assumptions import ASSUMPTIONS

REGION = make_region()


def context(**weights: float) -> Context:
    scenario = make_scenario(REGION)
    scenario.assumptions = {f"evaluation_weight_{name}": value for name, value in weights.items()}
    return Context(Levels(REGION), Calendar(0, 69), scenario)


def test_every_part_has_a_weight_that_a_scenario_can_set() -> None:
    assert {f"evaluation_weight_{name}" for name in PARTS} == {name for name in ASSUMPTIONS if name.startswith("evaluation_weight_")}


def test_one_part_alone_ranks_by_that_part() -> None:
    frames, only = make_frames(REGION), context(**dict.fromkeys(PARTS, 0.0) | {"settled": 1.0})
    score, settled = scores(frames, only), parts(frames, only)["settled"]
    areas = slice(0, len(REGION.area_codes))
    assert (np.argsort(score[-1, areas], kind="stable") == np.argsort(settled[-1, areas], kind="stable")).all()
    assert score[-1, areas].min() == 0.0
    assert score[-1, areas].max() == 100.0


def test_parts_by_hand() -> None:
    frames, found = make_frames(REGION), parts(make_frames(REGION), context())
    holders, without = (frames["migrants"][68, 0, status].sum() for status in (2, 1))
    assert found["permits"][-1, 0] == pytest.approx(100 * holders / (holders + without))
    assert found["settled"][-1, 0] == pytest.approx(1000 * frames["settled"][65:69, 0].sum() / (holders + without))
    assert found["training"][-1, 0] == pytest.approx(1000 * frames["trained"][65:69, 0].sum() / frames["workers"][68, 0])


def test_scores_lie_between_and_the_region_has_none() -> None:
    score = scores(make_frames(REGION), context())
    assert np.isnan(score[:, -1]).all()
    assert np.nanmin(score) >= 0.0
    assert np.nanmax(score) <= 100.0
    assert np.nanmean(score[:, : len(REGION.area_codes)]) == pytest.approx(50.0, abs=1.0)


def test_a_weight_moves_the_score() -> None:
    frames = make_frames(REGION)
    assert not np.allclose(scores(frames, context())[:, 0], scores(frames, context(settled=10.0))[:, 0])


def test_percentiles_keep_ties_and_gaps() -> None:
    values = np.array([[1.0, 2.0, 2.0, np.nan, 5.0]])
    np.testing.assert_allclose(percentiles(values), [[0.0, 50.0, 50.0, np.nan, 100.0]])


def test_chances_of_the_first_three_add_up() -> None:
    table = ranks(make_dataset(draws=3))
    chances = table[table["area"].isin(REGION.area_codes)].groupby("year")["top_three"].sum()
    assert (chances >= TOP - 1e-9).all()  # ties can only widen it
    assert (chances < TOP + 1).all()
    assert ((table["rank_p10"] <= table["rank"]) & (table["rank"] <= table["rank_p90"])).all()
