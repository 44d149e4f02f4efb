"""`urbsim run`: what it prints, what it writes, and how it ends when something is wrong."""

from __future__ import annotations

import errno
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tests.cli.conftest import FAST, Command
from tests.experiments import fake_engine
from urbsim.cli.tables import width
from urbsim.results.hashing import content_hash
from urbsim.results.storage import open_results
from urbsim.scenario import load


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def test_it_ends_with_the_targets_and_the_path_of_the_report(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    status, out, err = urbsim_command("run", "zhejiang_2027", *FAST)
    assert status == 0, err
    folders = list((tmp_path / "results").iterdir())
    assert len(folders) == 1
    shown = Path("results") / folders[0].name
    assert f"Report: {shown / 'report.html'}" in out
    assert (tmp_path / shown / "report.html").read_text() == "report en"
    assert "Resident urbanization rate" in out
    assert {path.name for path in folders[0].iterdir()} == {"results.nc", "scenario.yaml", "provenance.json", "report.html", "tables"}
    assert "draws 2" in err


def test_the_default_folder_is_named_by_scenario_and_hash(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    urbsim_command("run", "zhejiang_2027", *FAST)
    (folder,) = (tmp_path / "results").iterdir()
    scenario = load(folder / "scenario.yaml")
    assert folder.name == f"zhejiang_2027-{scenario.hash8}"
    assert (scenario.run.draws, scenario.run.weight, str(scenario.period.until)) == (2, 1000, "2012-12-31")


def test_a_single_run_claims_no_probability(urbsim_command: Command, engine: Any) -> None:
    out = urbsim_command("run", "zhejiang_2027", *FAST, "--until", "2027", "--draws", "1", "-o", "out").out
    assert "has no interval and no probability" in out
    assert re.search(r"Resident urbanization rate .* (met|missed)$", out, re.MULTILINE)


def test_the_table_stands_straight_in_chinese(urbsim_command: Command, engine: Any) -> None:
    out = urbsim_command("run", "zhejiang_2027", *FAST, "--until", "2027", "--lang", "zh", "-o", "out").out
    lines = out.splitlines()[1:14]
    at = width(lines[0].partition("中位数")[0]) + width("中位数")
    for line in lines[1:6]:
        place = next(i for i in range(len(line)) if width(line[:i]) >= at)
        assert line[place - 1].isdigit(), line
        assert line[place : place + 2] == "  ", line


def test_in_chinese(urbsim_command: Command, engine: Any) -> None:
    status, out, err = urbsim_command("run", "zhejiang_2027", *FAST, "--lang", "zh", "-o", "out")
    assert status == 0
    assert "报告：out/report.html" in out
    assert "目标表" in out
    assert "抽样 2 次" in err


def test_quiet_prints_the_folder_alone(urbsim_command: Command, engine: Any) -> None:
    assert urbsim_command("run", "zhejiang_2027", *FAST, "--quiet", "-o", "out") == (0, "out\n", "")


def test_the_same_run_may_be_repeated_another_is_refused(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    assert urbsim_command("run", "zhejiang_2027", *FAST, "-o", "out").status == 0
    before = content_hash(open_results(tmp_path / "out"))
    assert urbsim_command("run", "zhejiang_2027", *FAST, "-o", "out").status == 0
    status, _, err = urbsim_command("run", "zhejiang_2027", *FAST, "--seed", "99", "-o", "out")
    assert status == 2
    assert "-o" in err
    assert content_hash(open_results(tmp_path / "out")) == before


def test_jobs_and_threads_change_no_bit(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    urbsim_command("run", "zhejiang_2027", *FAST, "-o", "one")
    urbsim_command("run", "zhejiang_2027", *FAST, "--jobs", "2", "--threads", "2", "-o", "two")
    hashes = {json.loads((tmp_path / name / "provenance.json").read_text())["content_hash"] for name in ("one", "two")}
    assert len(hashes) == 1


def test_a_value_set_on_the_command_line_holds(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    urbsim_command("run", "zhejiang_2027", *FAST, "--set", "settlement.quota[hangzhou_core]@2012-01=777", "-o", "out")
    assert load(tmp_path / "out" / "scenario.yaml").policy.array("settlement.quota")[5].max() == 777


def test_the_resolved_scenario_repeats_the_run(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    urbsim_command("run", "zhejiang_2027", *FAST, "--set", "settlement.quota[hangzhou_core]@2012-01=777", "-o", "out")
    urbsim_command("run", "out/scenario.yaml", "-o", "again")
    assert content_hash(open_results(tmp_path / "out")) == content_hash(open_results(tmp_path / "again"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["zhejiang_2026"], "zhejiang_2027"),
        (["missing.yaml"], "missing.yaml"),
        (["zhejiang_2027", "--draws", "0"], "draws"),
        (["zhejiang_2027", "--until", "2030"], "2030"),
        (["zhejiang_2027", "--set", "settlement.quotas[all]@2025=1"], "settlement.quota"),
        (["zhejiang_2027", "--set", "settlement.quota[hangzhou_cor]@2025=1"], "hangzhou_core"),
        (["zhejiang_2027", "--set", "finance.resident_weight@2025=1.5"], "finance.resident_weight"),
    ],
)
def test_the_users_mistakes(urbsim_command: Command, engine: Any, tmp_path: Path, words: list[str], told: str) -> None:
    for lang in ("zh", "en"):
        status, out, err = urbsim_command("run", *words, "--lang", lang)
        assert (status, out) == (2, "")
        assert told in err
        assert "Traceback" not in err
    assert leftovers(tmp_path) == []


def test_all_mistakes_of_a_file_with_their_lines(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(
        "name: bad\nextends: zhejiang_2027\npolicy:\n  set:\n    - area: hangzhou_cor\n      from: 2025-02\n"
        "      values:\n        settlement.quotas: 3\n        finance.resident_weight: 2\n    - area: all\n      from: 2025-02-30\n"
        "      values:\n        school.places_bought: -5\n"
    )
    status, _, err = urbsim_command("run", "bad.yaml")
    assert status == 2
    for place in ("bad.yaml:5:", "bad.yaml:8:", "bad.yaml:9:", "bad.yaml:11:", "bad.yaml:13:"):
        assert place in err
    assert leftovers(tmp_path) == ["bad.yaml"]


@pytest.mark.parametrize("output", ["file", "file/below", "/proc/urbsim", "full"])
def test_a_folder_that_cannot_be_written(urbsim_command: Command, engine: Any, tmp_path: Path, output: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    status, out, err = urbsim_command("run", "zhejiang_2027", *FAST, "-o", output)
    assert (status, out) == (2, "")
    assert err.strip()
    assert "Traceback" not in err
    assert "until 2012" not in err, "it should be found before anything is simulated"
    assert (tmp_path / "file").read_text() == "mine"
    assert leftovers(tmp_path / "full") == ["letter.txt"]


def test_a_full_disk_ends_with_1_and_leaves_nothing(
    urbsim_command: Command, engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: xr.Dataset, path: Path, **rest: Any) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", full)
    status, out, err = urbsim_command("run", "zhejiang_2027", *FAST, "-o", "out")
    assert (status, out) == (1, "")
    assert "full" in err
    assert leftovers(tmp_path) == []


def test_a_failed_run_ends_with_1_and_says_how_to_repeat_it(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    engine(fake_engine.fails_at_draw_1)
    status, _, err = urbsim_command("run", "zhejiang_2027", *FAST)
    assert status == 1
    assert "run_one('zhejiang_2027', draw=1" in err
    assert leftovers(tmp_path / "results") == []


def test_a_fault_of_the_program_is_told_in_full(urbsim_command: Command, engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **rest: Any) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("urbsim.results.storage.write", broken)
    status, _, err = urbsim_command("run", "zhejiang_2027", *FAST)
    assert status == 1
    assert "ZeroDivisionError: a bug" in err
    assert "report it" in err


def test_a_later_start(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    assert urbsim_command("run", "zhejiang_2027", *FAST, "--start", "2012-01", "-o", "out").status == 0
    result = open_results(tmp_path / "out")
    assert result["time"].values[0] == np.datetime64("2011-12-31")
