"""Help in both languages, with examples that the parser takes; nothing heavy is loaded for it."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.cli.conftest import Command
from urbsim.cli.app import build
from urbsim.cli.language import help_text, language_of, locale_language

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "run", "compare", "sweep", "status", "sensitivity", "search", "calibrate", "validate", "score", "replay", "check",
    "list", "explain", "new", "report", "warmup",
)  # fmt: skip
HEAVY = {"numba", "mesa", "xarray", "pandas", "matplotlib", "zarr", "distributed", "scipy", "SALib"}


def parser() -> Any:
    return typer.main.get_command(build())


def examples(text: str) -> Iterator[list[str]]:
    """Yield the words after `urbsim` of every line that begins with it, comments and prompts left out."""
    for line in text.splitlines():
        words = shlex.split(line.strip().removeprefix("$ "), comments=True)
        if words[:1] == ["urbsim"]:
            yield words[1:]


def parse(words: list[str]) -> None:
    """Let the parser take a command line without running it; raises what it finds wrong."""
    group = parser()
    assert words[0] in group.commands, words
    with group.commands[words[0]].make_context(words[0], words[1:]):
        pass


def test_these_are_the_commands() -> None:
    assert tuple(parser().commands) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_has_help_with_examples(urbsim_command: Command, name: str, lang: str) -> None:
    status, out, err = urbsim_command(name, "--help", "--lang", lang)
    assert (status, err) == (0, "")
    found = list(examples(parser().commands[name].help.replace("\b", "")))
    assert found
    for words in found:
        assert words[0] == name
        parse(words)
        assert words[1] in out
    assert ("示例" in out) == (lang == "zh")


def test_every_help_text_stands_in_both_languages() -> None:
    group = parser()
    for command in (group, *group.commands.values()):
        for holder in (command, *command.params):
            if holder.name != "help":
                text = help_text(holder.help)
                assert re.search("[一-鿿]", text.zh), text
                assert not re.search("[一-鿿]", text.en.replace("二(一)", "")), text


def test_help_follows_the_locale(urbsim_command: Command) -> None:
    assert "模拟" in urbsim_command("--help", locale="zh_CN.UTF-8").out
    assert "模拟" not in urbsim_command("--help", "--lang", "en", locale="zh_CN.UTF-8").out
    assert "模拟" in urbsim_command("--lang", "zh", "--help").out
    assert "Simulate" in urbsim_command("--help", locale="de_DE").out


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": ""}, "en"),
        ({"LANG": "zh_TW.Big5"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"}, "zh"),
        ({"LANG": "en", "LC_MESSAGES": "zh", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN", "LC_ALL": ""}, "zh"),
    ],
)
def test_the_locale_decides_in_the_order_of_posix(environ: dict[str, str], lang: str) -> None:
    assert locale_language(environ) == lang


@pytest.mark.parametrize(
    ("words", "lang"),
    [
        (["zh"], "en"),
        (["--lang", "zh"], "zh"),
        (["--lang=zh", "--lang", "en"], "en"),
        (["--", "--lang", "zh"], "en"),
        (["--lang"], "en"),
    ],
)
def test_the_option_wins(words: list[str], lang: str) -> None:
    assert language_of(words, {}) == lang


def test_a_wrong_word_is_the_users_mistake(urbsim_command: Command) -> None:
    for words in (["rum"], ["run", "--dras", "3", "x"], ["run", "x", "--draws", "many"], ["list", "things"], ["run", "--lang", "fr", "x"]):
        status, _, err = urbsim_command(*words)
        assert status == 2, words
        assert "Traceback" not in err
        assert "Error" in err
    assert "--help" in urbsim_command("rum", "--lang", "zh").err


def test_without_a_command_there_is_help(urbsim_command: Command) -> None:
    status, out, err = urbsim_command()
    assert status == 2
    assert "urbsim run zhejiang_2027" in out + err


def test_the_version_is_told(urbsim_command: Command) -> None:
    assert re.fullmatch(r"urbsim \d+\.\d+\.\d+\S*\n", urbsim_command("--version").out)


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["run", "--help"],
        ["check", "zhejiang_2027"],
        ["list", "scenarios"],
        ["list", "studies"],
        ["list", "goals"],
        ["list", "levers"],
        ["list", "regions"],
        ["list", "indicators"],
        ["list", "parameters"],
        ["explain", "settlement.quota"],
        ["explain", "urbanization_rate"],
        ["explain", "k_away"],
        ["explain", "wage_growth"],
        ["new", "mine.yaml", "--from", "zhejiang_2027"],
    ],
)
def test_light_commands_load_nothing_heavy(words: list[str], tmp_path: Path) -> None:
    code = (
        "import sys\nfrom urbsim.cli import main\ntry:\n    main()\nexcept SystemExit as end:\n    assert end.code == 0, end.code\n"
        f"print('LOADED', *sorted(name for name in {HEAVY!r} if sys.modules.get(name) is not None))"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.stdout.splitlines()[-1].split() == ["LOADED"], done.stdout + done.stderr


def test_importing_urbsim_loads_next_to_nothing() -> None:
    code = "import sys, urbsim\nprint(len({'numpy', 'pydantic', 'yaml', 'typer', 'xarray', 'numba'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60).stdout.strip() == "0"
