"""The files around the code: README, requirements, CI, citation, and what a package holds."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import urbsim
from tests.cli.test_help import ROOT, examples, parse

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?: ; ([^\\]+?))? \\?$", re.MULTILINE)


def fenced(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def setups() -> list[str]:
    return [line for block in fenced("bash") for line in block.splitlines() if "-m venv" in line]


def test_two_commands_come_first() -> None:
    first, second = setups()
    blocks = fenced("bash")
    assert blocks[0].splitlines() == [first]
    assert blocks[1].splitlines() == [second]
    assert first.endswith(" && .venv/bin/urbsim run zhejiang_2027")
    assert second.endswith(" && .venv/bin/pytest")


def test_the_two_commands_name_files_that_are_there() -> None:
    for line in setups():
        assert line.startswith("python3.11 -m venv .venv && ")
        for name in re.findall(r"-r (\S+)", line):
            assert (ROOT / name).is_file()
        subprocess.run(["bash", "-n", "-c", line], check=True, timeout=10)


def test_every_command_of_the_readme_is_one() -> None:
    found = [words for block in fenced("bash") for words in examples(block)]
    assert {words[0] for words in found} >= {"list", "new", "check", "run", "compare", "explain", "sweep", "search"}
    for words in found:
        parse(words)


def test_every_option_of_the_readme_is_one() -> None:
    from tests.cli.test_help import COMMANDS, parser

    known = {option for name in COMMANDS for param in parser().commands[name].params for option in param.opts}
    prose = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(--[a-z-]+)", prose)) <= known


def test_every_public_name_of_the_readme_is_one() -> None:
    (code,) = fenced("python")
    compile(code, "README.md", "exec")
    assert set(re.findall(r"\burbsim\.(\w+)\(", code)) <= set(urbsim.__all__)


def test_every_link_of_the_readme_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def pins(name: str) -> set[tuple[str, str, str]]:
    text = (ROOT / name).read_text(encoding="utf-8")
    found = set(PINNED.findall(text))
    plain = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(found) == len(plain), "every line that names a package pins it"
    assert text.count("--hash=sha256:") >= len(found)
    return found


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_and_name_no_host(name: str) -> None:
    assert pins(name)
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?:|index-url|find-links|file:|@ ", text)


def test_both_requirements_agree() -> None:
    assert pins("requirements.txt") <= pins("requirements-dev.txt")


@pytest.mark.parametrize(("name", "extras"), [("requirements.txt", ["build"]), ("requirements-dev.txt", ["build", "dev"])])
def test_every_dependency_is_pinned(name: str, extras: list[str]) -> None:
    wanted = list(PROJECT["project"]["dependencies"])
    for extra in extras:
        wanted += PROJECT["project"]["optional-dependencies"][extra]
    names = {re.split(r"[<>=\[ ]", one)[0].lower().replace("_", "-") for one in wanted} - {"urbsim"}
    assert names <= {found[0].lower() for found in pins(name)}


def test_the_check_of_the_project_runs_the_readme_line() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True, timeout=10)
    grep = re.search(r"grep -m 1 -E '([^']+)' README.md", script.read_text())
    assert grep is not None
    assert next(line for line in README.splitlines() if re.search(grep[1], line)) == setups()[1]


def test_the_version_is_the_same_everywhere() -> None:
    version = PROJECT["project"]["version"]
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_nothing_in_the_repository_names_this_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, timeout=30)
    if listed.returncode:
        pytest.skip("not a git checkout")
    place = str(ROOT)
    for name in listed.stdout.split("\0"):
        file = ROOT / name
        if name and file.is_file() and file.stat().st_size < 2**20:
            assert place not in file.read_text(encoding="utf-8", errors="ignore"), name


def test_files_of_this_part_stay_short() -> None:
    for folder in ("src/urbsim/cli", "src/urbsim/experiments"):
        for file in Path(ROOT / folder).glob("*.py"):
            assert len(file.read_text(encoding="utf-8").splitlines()) <= 320, file
