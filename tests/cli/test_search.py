"""`urbsim search`: a front with tables, a page, and points that can be repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.cli.conftest import Command
from tests.experiments import fake_engine
from urbsim.search import evaluate

GOAL = """
name: small
base: zhejiang_2027
factors:
  - {lever: settlement.quota, area: hangzhou_core, from: 2011, low: 1000, high: 50000}
targets:
  - {quantity: settled, area: hangzhou_core, year: 2012, at_least: 100000000}
search: {trials: 4, population: 2, seed: 3}
run: {draws: 1, replicates: 1, weight: 1000}
"""


def test_a_search_leaves_a_front_that_can_be_repeated(
    urbsim_command: Command, engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "_engine", lambda: fake_engine.simulate)
    (tmp_path / "goal.yaml").write_text(GOAL)
    assert "no problem" in urbsim_command("check", "goal.yaml").out
    status, out, err = urbsim_command("search", "goal.yaml", "--jobs", "1", "-o", "out", "--lang", "zh")
    assert status == 0, err
    assert "报告：out/report.html" in out
    trials = pd.read_csv(tmp_path / "out" / "tables" / "trials.csv", encoding="utf-8-sig")
    assert len(trials) == 4
    front = pd.read_csv(tmp_path / "out" / "tables" / "front.csv", encoding="utf-8-sig")
    assert (tmp_path / "out" / "figures" / "front.png").is_file()
    words = front["command"][0].split()
    assert words[:3] == ["urbsim", "compare", "base.yaml"]
    assert (tmp_path / "out" / words[3]).is_file()
    assert urbsim_command("check", str(tmp_path / "out" / words[3])).status == 0
    before = (tmp_path / "out" / "tables" / "trials.csv").read_bytes()
    assert urbsim_command("search", "goal.yaml", "--jobs", "1", "-o", "out", "--quiet").out == "out\n"
    refused = urbsim_command("search", "goal.yaml", "--scheduler", "tcp://127.0.0.1:9", "-o", "never")
    assert refused.status == 2
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in refused.err
    assert not (tmp_path / "never").exists()
    assert (tmp_path / "out" / "tables" / "trials.csv").read_bytes() == before
