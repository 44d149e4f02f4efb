"""`urbsim score`: right against itself, honest beside the baselines, every mistake told at once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Command
from tests.cli.test_help import ROOT
from urbsim.results.storage import open_results

REFERENCE = ROOT / "results" / "reference"
HEADER = "area,year,indicator,value,unit\n"


@pytest.fixture
def own_values(tmp_path: Path) -> Path:
    """Observations that the reference result itself says, in other units."""
    dataset = open_results(REFERENCE).isel(draw=0, replicate=0).sel(time="2022-12-31")
    rows = []
    for area in ("zhejiang", "hangzhou", "ningbo", "wenzhou", "huzhou", "hangzhou_tonglu"):
        there = dataset.sel(area=area)
        rows.append(f"{area},2022,urbanization_rate,{float(there['urbanization_rate']) / 100},share")
        rows.append(f"{area},2022,resident_population,{float(there['resident_population']) / 1e4},万人")
    file = tmp_path / "own.csv"
    file.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8-sig")
    return file


def test_a_result_scores_nothing_against_itself(urbsim_command: Command, own_values: Path, tmp_path: Path) -> None:
    points = tmp_path / "points.csv"
    status, out, err = urbsim_command("score", str(REFERENCE), str(own_values), "--lang", "en", "-o", str(points))
    assert (status, err) == (0, "")
    assert "skill of urbsim" in out
    table = pd.read_csv(points)
    ours = table[table["method"] == "urbsim"]
    assert len(ours) == 12
    assert ours["crps"].max() < 1.0  # persons, or points
    rates = table[(table["indicator"] == "urbanization_rate") & (table["area"] == "zhejiang")]
    assert set(rates["method"]) == {"urbsim", "B1", "B2", "B3", "B4", "B5", "B6", "B7"}
    counts = table[(table["indicator"] == "resident_population") & (table["area"] == "hangzhou_tonglu")]
    assert set(counts["method"]) == {"urbsim", "B1", "B2", "B5"}  # counties have no ages: no cohorts
    assert (table.loc[table["method"] != "urbsim", "crps"] > 0).all()


def test_every_mistake_is_told_with_its_line(urbsim_command: Command, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(
        HEADER
        + "hangzho,2021,urbanization_rate,81,percent\n"
        + "hangzhou,2031,urbanisation_rate,81,percent\n"
        + "hangzhou,2021,urbanization_rate,81,persons\n"
        + "hangzhou,2021,urbanization_rate,x,percent\n",
        encoding="utf-8",
    )
    status, _, err = urbsim_command("score", str(REFERENCE), str(file), "--lang", "en")
    assert status == 2
    lines = ("bad.csv:2", "bad.csv:3", "bad.csv:4", "bad.csv:5")
    for words in (*lines, "'hangzho'", "hangzhou", "2031", "urbanization_rate", "persons", "'x'"):
        assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"area,year\nzhejiang,2021\n", b""])
def test_what_is_no_table_is_refused(urbsim_command: Command, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    status, _, err = urbsim_command("score", str(REFERENCE), str(file), "--lang", "zh")
    assert status == 2
    assert "x.csv" in err
