from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from urbsim.errors import UserError
from urbsim.parameters import MOMENTS, PARAMETERS, STRENGTHS, TAGS, find
from urbsim.parameters.table import Parameter
from urbsim.text import Text


def test_every_row_is_complete_and_bilingual() -> None:
    for parameter in PARAMETERS.values():
        assert parameter.name.zh, parameter.symbol
        assert parameter.name.en, parameter.symbol
        assert parameter.unit.zh, parameter.symbol
        assert parameter.unit.en, parameter.symbol
        assert parameter.group, parameter.symbol
        assert parameter.source or parameter.note, parameter.symbol
        assert parameter.tag in TAGS
        assert parameter.strength in STRENGTHS
        assert any("一" <= letter <= "鿿" for letter in parameter.name.zh), parameter.symbol


@pytest.mark.parametrize(
    ("symbol", "low", "central", "high", "distribution"),
    [
        ("a0", 0.2, 0.4, 0.8, "lognormal"),
        ("beta_w", 0.6, 1.2, 2.4, "lognormal"),
        ("lambda", 0.45, 0.57, 0.7, "normal"),
        ("k_q_out", 0.003, 0.006, 0.012, "lognormal"),
        ("k_q_in", 0.01, 0.028, 0.06, "lognormal"),
        ("theta_0", -1.2, -0.7, -0.2, "normal"),
        ("rho_land", 0.1, 0.5, 0.9, "beta"),
        ("g2", 0.0, 0.3, 0.6, "normal"),
        ("m_exp1", 0.01, 0.02, 0.03, "normal"),
        ("theta_strict", 0.0, 0.0, 0.0, "fixed"),
    ],
)
def test_values_are_those_of_the_evidence(symbol: str, low: float, central: float, high: float, distribution: str) -> None:
    parameter = PARAMETERS[symbol]
    assert (parameter.low, parameter.central, parameter.high, parameter.distribution) == (low, central, high, distribution)


def test_no_moment_is_a_parameter() -> None:
    assert not set(MOMENTS) & set(PARAMETERS)
    assert MOMENTS["m_will"].value == 0.37
    assert MOMENTS["m_lr"].value is None
    assert MOMENTS["m_lr"].words == "positive"


def test_a_parameter_is_found_by_symbol_and_by_name_in_words() -> None:
    assert find("C_move") is find("moving_cost")
    with pytest.raises(UserError) as caught:
        find("moving_csot")
    assert "moving_cost" in caught.value.problems[0].hint.en  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [
        {"central": 3.0},
        {"distribution": "cauchy"},
        {"distribution": "lognormal", "low": 0.0},
        {"distribution": "fixed"},
        {"tag": "X"},
        {"strength": "strong"},
        {"minimum": 0.6},
        {"maximum": 0.4},
    ],
)
def test_impossible_rows_are_refused(change: dict[str, object]) -> None:
    good: dict[str, object] = {
        "symbol": "x", "code": "x", "name": Text("甲", "x"), "central": 0.5, "low": 0.1, "high": 0.9, "distribution": "normal",
        "shape": (), "minimum": None, "maximum": None, "unit": Text("比例", "share"), "strength": "expert", "tag": "E",
        "source": "", "url": "", "note": "n", "group": "g", "assumption": True,
    }  # fmt: skip
    assert Parameter(**good).symbol == "x"  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="parameter x"):
        Parameter(**{**good, **change})  # type: ignore[arg-type]


def test_files_have_one_header() -> None:
    import urbsim.parameters

    folder = Path(urbsim.parameters.__file__).parent
    headers = []
    for name in ("parameters.csv", "assumptions.csv"):
        lines = [line for line in (folder / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        rows = list(csv.reader(lines))
        headers.append(rows[0])
        assert {len(row) for row in rows} == {len(rows[0])}, name
    assert headers[0] == headers[1]


def test_importing_parameters_is_light() -> None:
    heavy = "('numpy', 'scipy', 'pandas', 'xarray', 'numba')"
    code = f"import sys, urbsim.parameters as p; p.find('a0'); print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
