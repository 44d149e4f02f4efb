"""The description names every parameter that the engine reads, and nothing that is not there."""

from __future__ import annotations

import re

import pytest

from tests.cli.test_help import ROOT
from urbsim.parameters import PARAMETERS
from urbsim.policy.registry import LEVERS

PAGES = ("odd.md", "limits.md")
ODD = (ROOT / "docs" / "odd.md").read_text(encoding="utf-8")


def test_every_parameter_that_the_engine_reads_is_in_an_equation_or_sentence() -> None:
    from urbsim.engine.state import FIELD_OF_SYMBOL, Params

    symbols = [symbol for symbol in PARAMETERS if FIELD_OF_SYMBOL.get(symbol, symbol) in Params._fields]
    assert [symbol for symbol in symbols if f"`{symbol}`" not in ODD] == []


@pytest.mark.parametrize("page", PAGES)
def test_levers_and_symbols_exist(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    families = "|".join(sorted({name.partition(".")[0] for name in LEVERS}))
    levers = re.findall(rf"`((?:{families})\.[a-z_*]+)`", text)
    known = [name for name in levers if name.endswith("*") or "_*" not in name]
    for name in known:
        pattern = re.compile(name.replace(".", r"\.").replace("*", ".*"))
        assert name in LEVERS or any(pattern.fullmatch(lever) for lever in LEVERS) or (ROOT / "src/urbsim" / "policy" / name).exists(), name
    symbols = re.findall(r"`((?:a|beta|theta|k|c|g|h|m|marry|rho|tau|lambda)_[A-Za-z0-9_]+)`", text)
    assert [symbol for symbol in symbols if symbol not in PARAMETERS] == []


@pytest.mark.parametrize("page", PAGES)
def test_modules_and_links_exist(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / "docs" / link).exists(), link
    package = ROOT / "src" / "urbsim"
    for line in re.findall(r"^### 7\.\d+ .*\((.*)\)$", text, re.MULTILINE):
        for name in re.findall(r"`([a-z_/.]+)`", line):
            stem = name.removesuffix(".py")
            assert list(package.glob(f"**/{stem}.py")), name
