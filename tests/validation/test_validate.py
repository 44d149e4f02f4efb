"""Validation on tiny cases: what is kept, what baselines know of a left-out prefecture, what is scored, how verdicts fall."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from urbsim.errors import UserError
from urbsim.regions import load_region
from urbsim.validation import later, left_out, noise, others, page, patterns, projection, snapshots
from urbsim.validation.baselines import expit, logit
from urbsim.validation.score import score_row, summary
from urbsim.validation.tasks import Kept, Task

REGION = load_region("zhejiang")
YEARS = 18


def test_a_finished_task_is_kept_whole(tmp_path: Path) -> None:
    kept, task = Kept(tmp_path / "parts", weight=1000), Task("fold", "zhejiang", 3, ("02",))
    assert not kept.has(task)
    kept.put(task, {"worst": np.array(0.5), "names": np.array(["k_town"])})
    assert kept.file(task) == tmp_path / "parts-w1000" / "fold-02-003.npz"
    assert kept.get(task)["names"].tolist() == ["k_town"]
    assert [file.name for file in kept.folder.iterdir()] == ["fold-02-003.npz"]


def test_baselines_take_their_step_from_the_others() -> None:
    """Others rise by 0.4 on the logit: B2 says 0.4 more, B1 nothing; with steps that all agree nothing is left but the mean."""
    old = expit(np.linspace(-0.5, 1.0, 8))
    new = expit(np.linspace(-0.5, 1.0, 8) + 0.4)
    found = others.share_forecasts(0.5, old, new, np.random.default_rng(0))
    assert float(np.median(found["B2"])) == pytest.approx(float(expit(0.4)), abs=1e-6)
    assert float(np.std(found["B2"])) < 1e-9
    assert float(np.median(found["B1"])) == pytest.approx(0.5, abs=0.02)
    assert float(np.std(logit(found["B1"]))) == pytest.approx(0.4, rel=0.15)
    assert set(found) == {"B1", "B2", "B3", "B4", "B6"}
    assert 0.5 < float(np.median(found["B6"])) < 0.7


def test_counts_drift_as_the_others_grew() -> None:
    found = others.count_forecasts(100.0, np.array([10.0, 20.0, 40.0]), np.array([15.0, 30.0, 60.0]), np.random.default_rng(0))
    assert float(np.median(found["B2"])) == pytest.approx(150.0)
    assert 0.3 < float(np.std(np.log(found["B1"]))) < 0.5


def test_cohorts_of_a_prefecture_that_is_like_the_others_come_out_as_theirs() -> None:
    before = np.random.default_rng(0).uniform(50.0, 100.0, (1, 2, 18))
    after = before * 1.1
    np.testing.assert_allclose(others.cohorts(2.0 * before[0], before, after)[0], 2.0 * after[0])


def test_longgang_is_scored_with_cangnan() -> None:
    found = left_out.units(REGION)
    codes = [unit.code for unit in found]
    assert "wenzhou_longgang" not in codes
    cangnan = found[codes.index("wenzhou_cangnan")]
    assert {REGION.area_codes[a] for a in cangnan.rows} == {"wenzhou_cangnan", "wenzhou_longgang"}
    assert sum(unit.level == "prefecture" for unit in found) == 11


def make_folds(folder: Path, error: float) -> Kept:
    """Keep folds of two draws whose runs are the census of 2020, town shares off by `error` on the logit everywhere."""
    kept = Kept(folder)
    share = expit(logit(np.clip(REGION.town_2020 / REGION.residents_2020, 1e-3, 1 - 1e-3)) + error)
    town = REGION.residents_2020 * share
    residents = np.column_stack([REGION.residents_2020 - town, town])
    movers = np.column_stack([REGION.same_area_2020, REGION.other_area_2020, REGION.other_province_2020]).astype(float)
    for k in range(11):
        for draw in range(2):
            arrays = {"residents": residents, "movers": movers, "ages": REGION.age_2020.sum(axis=1), "worst": np.array(0.0)}
            kept.put(Task("fold", "zhejiang", draw, (f"{k:02d}",)), arrays)
    return kept


def test_a_right_forecast_beats_every_baseline_and_an_error_seen_elsewhere_is_corrected(tmp_path: Path) -> None:
    points = left_out.score_folds(REGION, make_folds(tmp_path, error=0.5), 2)
    shares = points[(points["indicator"] == "town_share") & (points["level"] == "area")].groupby("method")["crps"].mean()
    assert shares["urbsim"] < 0.2 < shares["urbsim_bare"]  # all areas err alike, so that the error elsewhere says it
    assert shares.drop(["urbsim", "urbsim_bare"]).min() > 2.0
    table = summary(points)
    b2 = table[(table["indicator"] == "town_share") & (table["level"] == "area") & (table["method"] == "B2")].iloc[0]
    assert b2["skill_of_urbsim"] > 0.9
    assert (b2["points"], b2["blocks"]) == (63, 11)
    ages = table[(table["indicator"] == "age_share") & (table["method"] == "urbsim")].iloc[0]
    assert ages["points"] == 198
    assert ages["mean_absolute_error"] < 0.01


def census_runs(step: float) -> np.ndarray:
    """Return two draws of runs that meet both censuses and go on by `step` on the logit of the town share a year."""
    shares = [logit(np.clip(t / r, 1e-3, 1 - 1e-3)) for t, r in
              ((REGION.town_2010, REGION.residents_2010), (REGION.town_2020, REGION.residents_2020))]  # fmt: skip
    years = []
    for year in range(YEARS):
        share = expit(shares[0] + (shares[1] - shares[0]) * min(year, 10) / 10.0 + step * max(year - 10, 0))
        years.append(np.column_stack([REGION.residents_2020 * (1.0 - share), REGION.residents_2020 * share]))
    return np.stack([np.stack(years)] * 2)


def test_later_years_start_from_the_census_and_carry_the_noise_of_publishing() -> None:
    points = later.score_later(REGION, census_runs(0.0))
    region = points[(points["area"] == "zhejiang") & (points["indicator"] == "urbanization_rate") & (points["method"] == "urbsim")]
    assert region["year"].tolist() == [2021, 2022]
    assert region["median"].to_numpy() == pytest.approx(72.17, abs=0.2)
    assert points["year"].max() == 2022
    sample = later.forecast(REGION, census_runs(0.0), later.all_units(REGION)["zhejiang"], later.SHARE, 2027, np.random.default_rng(0))
    assert 0.4 < float(np.std(sample["urbsim"])) < 1.2


def test_changes_stay_inside_one_vintage() -> None:
    assert later.changes({2018: 60.0, 2019: 60.5, 2021: 70.0, 2022: 70.4}, later.SHARE) == {2019: 0.5}
    points = later.score_changes(REGION, census_runs(0.0))
    assert points["year"].between(2012, 2019).all()
    assert {"B1", "B2", "B5", "urbsim"} == set(points["method"])


def test_nothing_published_after_2022_is_there_to_be_scored() -> None:
    for name in ("zhejiang", "fujian", "xuchang"):
        assert max(point.date.year for point in load_region(name).published) <= 2022


def test_noise_grows_with_the_years_since_the_census() -> None:
    rng = np.random.default_rng(0)
    near, far = (float(np.std(noise.observed_share(np.full(400, 70.0), year, rng))) for year in (2021, 2027))
    assert near == pytest.approx(np.hypot(0.3, 0.1), rel=0.05)
    assert far == pytest.approx(np.hypot(0.3, 0.7), rel=0.05)
    assert 0.0 < noise.vintage_share(REGION) < 0.02


def test_the_projection_has_two_bands_and_the_wider_one_starts_at_what_was_published(tmp_path: Path) -> None:
    kept, runs = Kept(tmp_path), census_runs(0.02)
    for draw in range(2):
        kept.put(Task("base", "zhejiang", draw), {"residents": runs[draw], "hukou": np.full((YEARS, 2), [100, 50])})
    table = projection.project(REGION, kept, 2)
    rate = table[(table["area"] == "zhejiang") & (table["indicator"] == "urbanization_rate") & (table["year"] == 2023)].set_index("band")
    assert rate.loc["predictive", "anchored_at"] == 2022
    assert rate.loc["predictive", "q50"] == pytest.approx(float(100.0 * expit(logit(0.734) + 0.02)), abs=0.15)
    assert rate.loc["predictive", "q975"] - rate.loc["predictive", "q025"] > rate.loc["ensemble", "q975"] - rate.loc["ensemble", "q025"]
    assert table["year"].min() == 2023
    assert list(table.columns[6:]) == ["q025", "q10", "q25", "q50", "q75", "q90", "q975"]


@pytest.mark.parametrize(
    ("values", "low", "high", "verdict"),
    [
        (np.full(10, 0.5), 0.4, 0.6, "met"),
        (np.array([0.5] * 8 + [0.9] * 2), 0.4, 0.6, "met"),
        (np.array([0.5] * 7 + [0.9] * 3), 0.4, 0.6, "not met"),
        (np.array([1.0, 2.0]), None, 0.0, "not met"),
        (np.full(5, np.nan), 0.0, None, "cannot be judged"),
    ],
)
def test_verdicts(values: np.ndarray, low: float | None, high: float | None, verdict: str) -> None:
    row = patterns._row(patterns.Pattern("x", "", "", low, high, lambda *_: values), values)
    assert row["verdict"] == verdict


def test_every_pattern_is_there() -> None:
    assert sorted({pattern.letter for pattern in patterns.PATTERNS}) == list("abcdefghijklm")


def test_slopes_are_found_again() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20000, 2))
    y = (rng.random(20000) < expit(0.5 + x @ np.array([0.3, -0.2]))).astype(float)
    np.testing.assert_allclose(snapshots.logit_slopes(x, y), [0.5, 0.3, -0.2], atol=0.06)
    places = rng.uniform(0.0, 300.0, (12, 2))
    log_km = np.log(np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) + 1.0)
    size = rng.uniform(0.5, 2.0, 12)
    counts = 1000.0 * size[:, None] * size[None] * np.exp(-0.8 * log_km) * ~np.eye(12, dtype=bool)
    assert snapshots.gravity_slope(counts, log_km) == pytest.approx(-0.8, abs=0.01)


def test_scores_of_a_known_forecast() -> None:
    row = score_row(np.array([1.0, 2.0, 3.0]), 2.0)
    assert (row["median"], row["error"], row["pit"], row["inside_50"]) == (2.0, 0.0, 0.5, True)


def test_the_page_tells_misses(tmp_path: Path) -> None:
    points = pd.DataFrame(
        {"area": "zhejiang", "level": "region", "year": 2021, "indicator": "urbanization_rate", "method": method, "members": 2,
         **score_row(values, 70.0)}
        for method, values in (("urbsim", np.array([71.0, 72.0])), ("B1", np.array([69.9, 70.1])))
    )  # fmt: skip
    skills = {"later": summary(points)}
    rows = page.must_show(skills, "zhejiang")
    assert [row[-1] for row in rows] == ["**missed**", "not judged"]  # a single point says nothing of a band
    here = tmp_path / "zhejiang"
    here.mkdir()
    record = {"title": "Zhejiang", "command": "c", "scenario": "s", "without": None, "members": 2, "draws": 2, "twin_draws": 2,
              "weight": 100, "weight_of_solving": 250}  # fmt: skip
    (here / "validation.json").write_text(json.dumps(record))
    skills["later"].to_csv(here / "skill_later.csv", index=False)
    verdict = patterns._row(patterns.PATTERNS[0], np.array([2.0, 2.0]))
    pd.DataFrame([verdict]).to_csv(here / "patterns.csv", index=False)
    text = page.page(tmp_path, tmp_path / "none", "")
    assert "**missed**" in text
    assert "**not met**" in text


def test_a_region_without_a_fit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from urbsim.validation.validate import validate

    monkeypatch.setattr("urbsim.parameters.members_of", lambda region: None)
    with pytest.raises(UserError, match="no fitted ensemble"):
        validate("zhejiang", folder=tmp_path)
    monkeypatch.setattr("urbsim.parameters.members_of", lambda region: 5)
    with pytest.raises(UserError, match="between 2 and 5"):
        validate("zhejiang", draws=6, folder=tmp_path)
