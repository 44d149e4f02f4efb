"""The whole way of a fit: on a stand-in for the model, and a few candidates of the model itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from urbsim.calibration import calibrate, matching, store
from urbsim.calibration.calibrate import Fit, Order
from urbsim.calibration.candidates import Candidate, file_of
from urbsim.calibration.design import parameters_of, scores, symbols
from urbsim.calibration.targets import load_targets
from urbsim.experiments.solution import SOLVED
from urbsim.parameters.ensemble import parse_ensemble
from urbsim.regions import load_region

REGION = load_region("xuchang")
TARGETS = load_targets(REGION)


def stand_in(work: Any, tasks: Sequence[Candidate], folder: Path, jobs: int, label: str) -> list[dict[str, Any]]:
    """Answer for the model: the k-th target's outcome moves with the k-th searched parameter, by twice its error."""
    areas, prefectures = len(REGION.area_codes), len(REGION.prefecture_codes)
    found = []
    for task in tasks:
        z = scores(np.array(task.quantiles))
        outcomes = {t.key: t.value * np.exp(z[k] * 2 * t.standard_error) if t.scale == "log"
                    else t.value + z[k] * 2 * (t.standard_error + t.discrepancy) for k, t in enumerate(TARGETS)}  # fmt: skip
        parameters = parameters_of(task.number, task.quantiles) | dict.fromkeys(SOLVED, 0.5)
        found.append({
            "candidate": task.number, "quantiles": task.quantiles, "worst": 0.5 + (task.number % 5 == 4), "loss": 0.1, "iteration": 1,
            "seconds": 0.1, "settled_outside": 1.0, "outcomes": outcomes, "parameters": parameters,
            "errors": {name: [0.1] for name in ("residents", "other_province", "town_share", "reclassification", "areas")},
            "prefecture_part": [0.0] * prefectures, "area_part": [0.1] * areas, "block": [0.2] * prefectures,
            "reclassification": [0.005] * prefectures,
        })  # fmt: skip
    return found


ORDER = Order("xuchang", "xuchang_2025", draws=30, first=40, second=60)


@pytest.fixture(scope="module")
def fit() -> Fit:
    """Return a fit to the stand-in: its targets as published."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibrate, "solve_all", stand_in)
        patch.setattr(matching, "POINTS", 10_000)
        return calibrate.fit(ORDER)


def test_a_fit_finds_what_the_targets_say(fit: Fit, tmp_path: Path) -> None:
    assert len(fit.members) == 30
    assert len({member["candidate"] for member in fit.members}) == 30
    assert all(member["worst"] <= 1.0 for member in fit.members)
    chi = [sum(t.miss(member["outcomes"][t.key]) ** 2 for t in fit.targets) for member in fit.members]
    assert chi[0] == min(chi)
    summary = store.summary(fit, "urbsim calibrate xuchang")
    json.dumps(summary)
    taught = summary["posterior"][: len(TARGETS)]
    assert max(row["sd"] for row in taught) < 0.8
    assert min(row["sd"] for row in summary["posterior"][len(TARGETS) :]) > 0.6
    assert all(row["open"] for row in summary["targets"])
    store.ship(fit, "urbsim calibrate xuchang", tmp_path / "ensemble.csv")
    table = parse_ensemble((tmp_path / "ensemble.csv").read_text(encoding="utf-8"))
    assert len(table) == 30
    assert table[0]["candidate", ""] == fit.members[0]["candidate"]
    assert store.candidates_table(fit).count("\n") == 1 + len(fit.wave1) + len(fit.wave2)


def test_known_parameters_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrate, "solve_all", stand_in)
    monkeypatch.setattr(matching, "POINTS", 10_000)
    fit = calibrate.fit(replace(ORDER, second=120, draws=60), synthetic=True)
    rows = store.synthetic_rows(fit)[: len(TARGETS)]
    assert max(abs(row["z"]) for row in rows) < 3.0
    assert np.mean([row["sd"] for row in rows]) < 0.75


def test_candidates_of_the_model_are_kept_and_not_solved_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = ((20.0, 2),)
    monkeypatch.setattr(calibrate, "COLD", quick)
    monkeypatch.setattr(calibrate, "FIRST", quick)
    order = Order("xuchang", "xuchang_2025", first=3, folder=tmp_path)
    whole = calibrate.first_wave(order, tmp_path / "a")
    assert [one["candidate"] for one in whole] == [0, 1, 2, 3]
    assert all(set(one["outcomes"]) == {t.key for t in TARGETS} for one in whole)
    assert all(np.isfinite(list(one["outcomes"].values())).all() for one in whole)
    file_of(tmp_path / "a", 2).unlink()
    before = file_of(tmp_path / "a", 1).stat().st_mtime_ns
    again = calibrate.first_wave(order, tmp_path / "a")
    assert file_of(tmp_path / "a", 1).stat().st_mtime_ns == before
    for one, other in zip(whole, again, strict=True):
        assert {k: v for k, v in one.items() if k != "seconds"} == {k: v for k, v in other.items() if k != "seconds"}
    assert len(symbols()) == len(whole[1]["quantiles"])


def test_the_page_tells_targets_lessons_and_recovery(fit: Fit, tmp_path: Path) -> None:
    from urbsim.calibration import page

    causal = {"moment": "a reform", "unit": "points", "mean": 1.0, "least": 0.5, "most": 1.5, "members": 5, "symbol": "m_ref_u",
              "study": 1.9, "study_low": 1.0, "study_high": 3.0, "source": "a study"}  # fmt: skip
    store.write_json(tmp_path / "xuchang", "calibration", store.summary(fit, "urbsim calibrate xuchang") | {"causal": [causal]})
    text = page.page(*page.read(tmp_path), "### Why the misses\n")
    for target in TARGETS:
        assert f"| {target.key.replace('_', ' ')} |" in text
    for symbol in symbols():
        assert text.count(f"| `{symbol}` |") == 3  # why, what was learnt, what comes back
    assert "+1.9 (1.0 to 3.0)" in text
    assert text.endswith("### Why the misses\n")
