"""The page of parameters is current, complete, and says why a row is not read."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from tests.cli.test_help import ROOT
from urbsim.parameters import PARAMETERS


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_parameter_page", ROOT / "tools" / "build_parameter_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current(builder: ModuleType) -> None:
    assert builder.PAGE.read_text(encoding="utf-8") == builder.page(), "run python tools/build_parameter_page.py"


def test_every_parameter_has_its_row(builder: ModuleType) -> None:
    text = builder.page()
    assert [symbol for symbol in PARAMETERS if text.count(f"\n| `{symbol}` |") != 1] == []
    assert {parameter.group for parameter in PARAMETERS.values()} <= set(builder.GROUPS)


def test_what_is_not_read_says_why(builder: ModuleType) -> None:
    unread = {symbol for symbol in PARAMETERS if not builder.modules_that_read(symbol)}
    assert unread == set(builder.NOT_READ)


def test_the_engine_asks_for_nothing_else(builder: ModuleType) -> None:
    from urbsim.engine.state import Params

    fields = {builder.FIELD_OF_SYMBOL.get(symbol, symbol) for symbol in PARAMETERS if symbol not in builder.NOT_READ}
    assert set(Params._fields) == fields
