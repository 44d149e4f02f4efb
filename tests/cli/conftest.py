"""Run the command line in this process, with a stand-in for the engine and for the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.experiments import fake_engine
from urbsim.cli import main
from urbsim.experiments import runner


class Outcome(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture
def urbsim_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Return a function that runs `urbsim` with words in an empty folder; LANG is English unless `lang` says otherwise."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)

    def command(*words: str, locale: str = "en_US.UTF-8") -> Outcome:
        monkeypatch.setenv("LANG", locale)
        with pytest.raises(SystemExit) as end:
            main(list(words))
        captured = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Outcome(end.value.code, captured.out, captured.err)

    return command


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Return a function that puts another engine in place; a synthetic one and a one-line report are there from the start."""

    def use(function: Any) -> None:
        monkeypatch.setattr(runner, "_engine", lambda: function)

    def write_report(dataset: Any, folder: Path, **context: Any) -> None:
        (folder / "report.html").write_text(f"report {context['lang']}", encoding="utf-8")

    def write_compare_report(changes: Any, folder: Path, **context: Any) -> None:
        (folder / "report.html").write_text(f"comparison {context['lang']}", encoding="utf-8")

    use(fake_engine.simulate)
    monkeypatch.setattr("urbsim.report.compare_page.write_compare_report", write_compare_report)
    monkeypatch.setattr("urbsim.report.write.write_report", write_report)
    return use


#: A run that takes a second.
FAST = ("--draws", "2", "--weight", "1000", "--until", "2012", "--jobs", "1")
