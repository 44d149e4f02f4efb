"""docs/new-region.md, followed step by step: its files are written, its commands run, the invented region is simulated."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_help import ROOT

PAGE = ROOT / "docs" / "new-region.md"
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MEANT_TO_FAIL = "# exits with 2"


def shell(line: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one line of the page."""
    return subprocess.run(["/bin/bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Follow the page in an empty folder; return it and the output of each line."""
    folder = tmp_path_factory.mktemp("new-region")
    programs = tmp_path_factory.mktemp("programs")
    for name, call in (("urbsim", '-c "from urbsim.cli import main; main()"'), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {call} "$@"\n')
        (programs / name).chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "LC_ALL": "C.UTF-8",
        "URBSIM_LANG": "en",
    }
    environment.pop("URBSIM_REGIONS", None)
    said: dict[str, str] = {}
    for kind, file, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if file:
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8")
        elif kind == "sh":
            for line in text.splitlines():
                done = shell(line, folder, environment)
                wanted = 2 if MEANT_TO_FAIL in line else 0
                assert done.returncode == wanted, f"{line}\n{done.stdout}\n{done.stderr}"
                assert "Traceback" not in done.stderr
                said[line] = done.stdout + done.stderr
    return folder, said


def test_the_first_check_names_the_missing_files(followed: tuple[Path, dict[str, str]]) -> None:
    _, said = followed
    first = next(text for line, text in said.items() if MEANT_TO_FAIL in line)
    for name in ("census", "profile", "vital", "economy", "services", "origins", "published"):
        assert f"{name}.csv" in first


def test_the_region_runs_and_says_that_it_is_not_fitted(followed: tuple[Path, dict[str, str]]) -> None:
    from urbsim.results.storage import open_results

    folder, said = followed
    run = next(text for line, text in said.items() if line.startswith("urbsim run"))
    assert "has not been fitted" in run or "还没有拟合过" in run
    page = (folder / "result" / "report.html").read_text(encoding="utf-8")
    assert "This region has not been fitted" in page
    assert "这个区域还没有拟合过" in page
    assert "Lakeland (invented)" in page
    result = open_results(folder / "result")
    people = result["resident_population"].isel(draw=0, replicate=0)
    assert int(people.isel(time=0).sel(area="lakeland")) == pytest.approx(185_000, rel=0.01)
    assert (people.sel(area=["harbour_core", "harbour_hill"]).sum("area") == people.sel(area="harbour")).all()
    assert (people.sel(area=["harbour", "mill"]).sum("area") == people.sel(area="lakeland")).all()


def test_the_region_is_listed_by_the_environment(followed: tuple[Path, dict[str, str]]) -> None:
    _, said = followed
    listed = next(text for line, text in said.items() if "list regions" in line)
    assert "lakeland" in listed
    assert "zhejiang" in listed


def test_the_page_says_that_the_region_is_invented() -> None:
    assert "**invented**" in PAGE.read_text(encoding="utf-8")
