"""The parameters as data: one row each in `parameters.csv` (evidence) and `assumptions.csv` (what the evidence lacks).

Both files have the same columns; lines that start with `#` are comments. To add an assumption add one row to `assumptions.csv`:

* `symbol` as in equations and code, unique over both files; `code` its own name in words (`moving_cost`), also unique
* `name_zh`, `name_en`, `group`, `unit_zh`, `unit_en`
* `central` is draw 0; `low` and `high` are the 5 % and 95 % points, of `uniform` the ends
* `distribution`: `normal`, `lognormal`, `uniform`, `beta(a,b)`, `fixed`; `minimum` and `maximum` truncate (empty: none)
* `strength`: a key of `STRENGTHS`; `tag`: S seen in the source, D derived from seen numbers, R recalled, E expert judgement
* `source`, `url`, `note` (the reason, where it is a judgement)

Outcomes that a calibration compares with stand in `moments.csv`; they are no parameters.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from urbsim.errors import Problem, UserError
from urbsim.text import Text

TAGS: Mapping[str, Text] = MappingProxyType(
    {
        "S": Text("原文所见", "seen in the source"),
        "D": Text("由所见数字推得", "derived from seen numbers"),
        "R": Text("凭记忆，未核对", "recalled, not checked"),
        "E": Text("专家判断", "expert judgement"),
    }
)
STRENGTHS: Mapping[str, Text] = MappingProxyType(
    {
        "causal": Text("因果识别", "causal"),
        "quasi_causal": Text("准因果", "quasi-causal"),
        "structural": Text("结构估计", "structural"),
        "correlational": Text("相关", "correlational"),
        "stated": Text("陈述偏好", "stated preference"),
        "descriptive": Text("描述统计", "descriptive"),
        "derived": Text("推算", "derived"),
        "expert": Text("专家判断", "expert judgement"),
        "method": Text("方法规定", "part of a method"),
    }
)
_BETA = re.compile(r"beta\((?P<a>[0-9.]+),(?P<b>[0-9.]+)\)")


@dataclass(frozen=True)
class Parameter:
    """Describe one scalar parameter and its prior.

    `distribution` is `normal`, `lognormal`, `uniform`, `beta` or `fixed`; `shape` holds (a, b) of a beta and is empty otherwise.
    """

    symbol: str
    code: str
    name: Text
    central: float
    low: float
    high: float
    distribution: str
    shape: tuple[float, ...]
    minimum: float | None
    maximum: float | None
    unit: Text
    strength: str
    tag: str
    source: str
    url: str
    note: str
    group: str
    assumption: bool

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise ValueError(f"parameter {self.symbol}: {problem}")

    def _problem(self) -> str | None:
        if not self.low <= self.central <= self.high:
            return "central must lie between low and high"
        if self.distribution == "lognormal" and self.low <= 0:
            return "a lognormal needs low > 0"
        if self.distribution == "fixed" and self.low != self.high:
            return "fixed needs low = central = high"
        if self.distribution not in ("normal", "lognormal", "uniform", "beta", "fixed"):
            return f"unknown distribution {self.distribution}"
        if self.minimum is not None and self.central < self.minimum:
            return "central lies below the minimum"
        if self.maximum is not None and self.central > self.maximum:
            return "central lies above the maximum"
        if self.tag not in TAGS:
            return f"tag must be one of {', '.join(TAGS)}"
        if self.strength not in STRENGTHS:
            return f"strength must be one of {', '.join(STRENGTHS)}"
        return None


@dataclass(frozen=True)
class Moment:
    """Describe one observed regularity: a number with a range, or (`value` None) a sign, a shape, a rule given in `words`."""

    symbol: str
    name: Text
    value: float | None
    low: float | None
    high: float | None
    words: str
    kind: str
    unit: str
    strength: str
    tag: str
    source: str
    url: str
    note: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("urbsim.parameters").joinpath(name).read_text(encoding="utf-8")
    yield from csv.DictReader(line for line in text.splitlines() if line and not line.startswith("#"))


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _parameter(row: Mapping[str, str], assumption: bool) -> Parameter:
    beta = _BETA.fullmatch(row["distribution"].replace(" ", ""))
    return Parameter(
        symbol=row["symbol"],
        code=row["code"],
        name=Text(zh=row["name_zh"], en=row["name_en"]),
        central=float(row["central"]),
        low=float(row["low"]),
        high=float(row["high"]),
        distribution="beta" if beta else row["distribution"],
        shape=(float(beta["a"]), float(beta["b"])) if beta else (),
        minimum=_number(row["minimum"]),
        maximum=_number(row["maximum"]),
        unit=Text(zh=row["unit_zh"], en=row["unit_en"]),
        strength=row["strength"],
        tag=row["tag"],
        source=row["source"],
        url=row["url"],
        note=row["note"],
        group=row["group"],
        assumption=assumption,
    )


def load_parameters() -> Mapping[str, Parameter]:
    """Return all parameters by symbol, in the order of the files; raises ValueError if a symbol or code comes twice."""
    found: dict[str, Parameter] = {}
    codes: dict[str, str] = {}
    for name, assumption in (("parameters.csv", False), ("assumptions.csv", True)):
        for row in _rows(name):
            parameter = _parameter(row, assumption)
            if parameter.symbol in found:
                raise ValueError(f"parameter {parameter.symbol} stands twice")
            if parameter.code in codes:
                raise ValueError(f"parameters {codes[parameter.code]} and {parameter.symbol} share the code {parameter.code}")
            found[parameter.symbol] = parameter
            codes[parameter.code] = parameter.symbol
    return MappingProxyType(found)


def load_moments() -> Mapping[str, Moment]:
    """Return all moments by symbol."""
    found = {}
    for row in _rows("moments.csv"):
        value = _number(row["value"])
        found[row["symbol"]] = Moment(
            symbol=row["symbol"],
            name=Text(zh=row["name_zh"], en=row["name_en"]),
            value=value,
            low=_number(row["low"]),
            high=_number(row["high"]),
            words=row["value"] if value is None else "",
            kind=row["kind"],
            unit=row["unit"],
            strength=row["strength"],
            tag=row["tag"],
            source=row["source"],
            url=row["url"],
            note=row["note"],
        )
    return MappingProxyType(found)


PARAMETERS: Mapping[str, Parameter] = load_parameters()
OTHER_SYMBOLS: Mapping[str, str] = MappingProxyType({"k_q": "k_q_in"})
"""Symbols that the evidence also writes: its table 5.5 calls the action rate of 0.028 a quarter `k_q`."""
MOMENTS: Mapping[str, Moment] = load_moments()


@lru_cache(maxsize=1)
def _by_code() -> Mapping[str, Parameter]:
    return {parameter.code: parameter for parameter in PARAMETERS.values()}


def find(name: str) -> Parameter:
    """Return the parameter of this symbol or of this name in words; raises UserError with the nearest names.

    >>> find("C_move").code, find("moving_cost").symbol, find("k_q").symbol
    ('moving_cost', 'C_move', 'k_q_in')
    """
    parameter = PARAMETERS.get(OTHER_SYMBOLS.get(name, name)) or _by_code().get(name)
    if parameter is not None:
        return parameter
    close = get_close_matches(name, [*PARAMETERS, *_by_code()], n=3)
    hint = Text(zh=f"相近的名称：{'、'.join(close)}", en=f"close names: {', '.join(close)}") if close else None
    raise UserError([Problem(Text(zh=f"没有名为 {name} 的参数", en=f"there is no parameter named {name}"), hint=hint)])
