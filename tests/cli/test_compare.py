"""`urbsim compare`: nothing against itself, something against another, and what it leaves on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.cli import conftest
from tests.cli.conftest import Command
from urbsim.experiments.compare import compare
from urbsim.results.hashing import content_hash
from urbsim.results.storage import open_results

FAST = (*conftest.FAST, "--no-assumptions")
QUOTA = ("--set", "settlement.quota[hangzhou_core]@2011-01=500")


def test_a_scenario_against_itself_is_exactly_zero(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    status, out, err = urbsim_command("compare", "zhejiang_2027", "zhejiang_2027", *FAST, "-o", "out")
    assert status == 0, err
    changes = open_results(tmp_path / "out")
    assert list(changes["scenario"].values) == ["zhejiang_2027"]
    for name, values in changes.data_vars.items():
        assert not np.nan_to_num(values.values).any(), name
    assert "Result folder: out" in out
    assert "Report: out/report.html" in out
    assert (tmp_path / "out" / "report.html").is_file()


def test_what_a_change_does_is_written_and_drawn(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    status, out, err = urbsim_command("compare", "zhejiang_2027", "zhejiang_2027", *conftest.FAST, *QUOTA, "-o", "out", "--lang", "zh")
    assert status == 0, err
    folder = tmp_path / "out"
    changes = open_results(folder)
    settled = changes["settled"].sel(area="hangzhou_core", origin="same_area").isel(scenario=0)
    assert (settled.isel(time=slice(1, None)) == 500).all()
    assert not changes["settled"].sel(area="ningbo_core").any()
    table = pd.read_csv(folder / "tables" / "differences.csv", encoding="utf-8-sig")
    assert {"scenario", "variable", "area", "year", "median", "low_50", "high_95", "sign_probability"} <= set(table.columns)
    assert table["sign_probability"].between(0, 1).all()
    assert sorted(path.name for path in (folder / "scenarios").iterdir()) == ["0-zhejiang_2027.yaml", "1-zhejiang_2027.yaml"]
    assert "结果文件夹：out" in out
    assert "80% 区间" in out
    assert "占方差未知" in out  # two draws
    assert (folder / "tables" / "differences.csv").is_file()


def test_what_is_owed_to_assumptions_is_told_unless_it_is_declined(urbsim_command: Command, engine: Any) -> None:
    words = ("compare", "zhejiang_2027", "zhejiang_2027", *conftest.FAST, "--until", "2011", *QUOTA)
    assert "rough one, from 2 draws" in urbsim_command(*words, "--draws", "8", "-o", "out").out
    assert "share of variance" not in urbsim_command(*words, "--no-assumptions", "-o", "less").out.lower()


def test_the_base_keeps_its_values_under_set(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    urbsim_command("compare", "zhejiang_2027", "zhejiang_2027", *FAST, *QUOTA, "-o", "out")
    urbsim_command("run", "zhejiang_2027", *conftest.FAST, *QUOTA, "-o", "changed")
    urbsim_command("run", "zhejiang_2027", *conftest.FAST, "-o", "base")
    changes = open_results(tmp_path / "out")["settled"].isel(scenario=0).values
    wanted = open_results(tmp_path / "changed")["settled"].values - open_results(tmp_path / "base")["settled"].values
    np.testing.assert_array_equal(changes, wanted)


def test_the_folder_is_refused_to_another_comparison(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    same = ("compare", "zhejiang_2027", "hangzhou_open", *FAST, "-o", "out")
    assert urbsim_command(*same).status == 0
    assert urbsim_command(*same).status == 0
    before = (tmp_path / "out" / "provenance.json").read_text()
    status, _, err = urbsim_command(*same, "--seed", "9")
    assert status == 2
    assert "-o" in err
    assert (tmp_path / "out" / "provenance.json").read_text() == before
    assert len(json.loads(before)["runs"]) == 2


def test_the_recorded_command_repeats_it(
    urbsim_command: Command, engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urbsim_command("compare", "zhejiang_2027", "zhejiang_2027", *FAST, *QUOTA, "-o", "out")
    words = json.loads((tmp_path / "out" / "provenance.json").read_text())["command"].split()
    monkeypatch.chdir(tmp_path / "out")
    assert urbsim_command(*words[1:], "-o", "../again").status == 0
    assert content_hash(open_results(tmp_path / "out")) == content_hash(open_results(tmp_path / "again"))


def test_the_default_folder_names_the_scenarios(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    status, out, _ = urbsim_command("compare", "zhejiang_2027", "hangzhou_open", *FAST, "--quiet")
    assert status == 0
    assert out.startswith("results/compare-zhejiang_2027-hangzhou_open-")
    assert (tmp_path / out.strip() / "results.nc").is_file()


def test_mistakes_in_all_scenarios_are_told_at_once(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    status, _, err = urbsim_command("compare", "zhejiang_2027", "hangzhou_opn", "missing.yaml")
    assert status == 2
    assert "hangzhou_open" in err
    assert "missing.yaml" in err
    assert list(tmp_path.iterdir()) == []


def test_there_must_be_something_to_compare(urbsim_command: Command, engine: Any) -> None:
    assert urbsim_command("compare", "zhejiang_2027").status == 2


def test_from_python_with_several_scenarios(engine: Any) -> None:
    changes = compare("zhejiang_2027", "hangzhou_open", "zhejiang_2027", "hangzhou_open", draws=2, weight=1000, until="2011", jobs=1)
    assert list(changes["scenario"].values) == ["hangzhou_open", "zhejiang_2027", "hangzhou_open#2"]
    assert changes["base"].item() == "zhejiang_2027"
    assert changes["urbanization_rate"].dims == ("scenario", "draw", "replicate", "time", "area")
