"""`urbsim replay`, and states on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tests.cli.conftest import FAST, Command
from tests.experiments import fake_engine
from urbsim.results.storage import open_results, write_netcdf


def test_a_result_comes_out_the_same(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    urbsim_command("run", "zhejiang_2027", *FAST, "--set", "settlement.quota[hangzhou_core]@2011-01=500", "--start", "2011", "-o", "out")
    before = sorted(path.name for path in tmp_path.iterdir())
    status, out, err = urbsim_command("replay", "out", "--jobs", "1")
    assert (status, "The same, bit for bit." in out) == (0, True), err
    assert json.loads((tmp_path / "out" / "provenance.json").read_text())["content_hash"] in out
    assert urbsim_command("replay", "out/results.nc", "--lang", "zh", "--quiet").out.startswith("逐位相同")
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_comparison_comes_out_the_same(urbsim_command: Command, engine: Any) -> None:
    urbsim_command("compare", "zhejiang_2027", "hangzhou_open", "hangzhou_open", *FAST, "--no-assumptions", "-o", "out")
    assert urbsim_command("replay", "out", "--jobs", "1").status == 0


def test_what_differs_is_named(urbsim_command: Command, engine: Any) -> None:
    urbsim_command("run", "zhejiang_2027", *FAST, "-o", "out")

    def other(scenario: Any, **numbers: Any) -> dict[str, np.ndarray]:
        frames = fake_engine.simulate(scenario, **numbers)
        frames["queue"][5, 0, 0] += 7
        return frames

    engine(other)
    status, out, _ = urbsim_command("replay", "out", "--jobs", "1")
    assert status == 1
    assert "Not the same: 1 variables differ." in out
    assert "queue: of" in out
    assert "by 7 at most" in out


def test_a_file_altered_since_is_told(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    urbsim_command("run", "zhejiang_2027", *FAST, "-o", "out")
    dataset = open_results(tmp_path / "out").copy(deep=True)
    dataset["settled"][0, 0, 3, 0, 0] += 1
    write_netcdf(dataset, tmp_path / "out" / "results.nc")
    status, out, _ = urbsim_command("replay", "out", "--jobs", "1", "--lang", "zh")
    assert status == 1
    assert "被改动过" in out
    assert "settled" in out


@pytest.mark.parametrize("provenance", [None, "", "{}", '{"scenario": 3}', "[]"])
def test_a_result_without_a_record_cannot_be_replayed(urbsim_command: Command, engine: Any, tmp_path: Path, provenance: str | None) -> None:
    attributes = {} if provenance is None else {"provenance": provenance}
    xr.Dataset({"a": ("time", np.arange(3))}, attrs=attributes).to_netcdf(tmp_path / "x.nc", engine="netcdf4")
    status, _, err = urbsim_command("replay", "x.nc")
    assert status == 2
    assert "does not record" in err


def test_a_state_is_kept_in_the_folder_and_gone_on_from(urbsim_command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("urbsim.report.write.write_report", lambda *_, **__: None)
    fast = ("--draws", "1", "--weight", "8000", "--until", "2012", "--jobs", "1")
    status, out, err = urbsim_command("run", "zhejiang_2027", *fast, "--save-state", "2011-06", "-o", "out")
    assert status == 0, err
    assert "State: out/state-2011-06-30.zip" in out
    assert (tmp_path / "out" / "state-2011-06-30.zip").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert urbsim_command("run", "zhejiang_2027", *fast, "--from-state", "out/state-2011-06-30.zip", "-o", "again").status == 0
    first, second = (json.loads((tmp_path / name / "provenance.json").read_text()) for name in ("out", "again"))
    assert first["content_hash"] == second["content_hash"]
    assert second["from_state"] == {"file": "state-2011-06-30.zip", "date": "2011-06-30"}
    status, _, err = urbsim_command("run", "zhejiang_2027", *fast, "--from-state", "out/results.nc", "-o", "bad")
    assert (status, "damaged" in err) == (2, True)
    assert not (tmp_path / "bad").exists()
