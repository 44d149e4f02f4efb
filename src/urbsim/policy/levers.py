"""What a lever is: a dated policy value by area, with its unit, its bounds, its clause and how strong the evidence is."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from urbsim.text import Text

CLOSED = -1.0  # how a closed route is stored in arrays

Kind = Literal["number", "integer", "share", "switch", "months", "level"]
Scope = Literal["area", "region"]
Evidence = Literal["strong", "partly", "sign", "scenario_only"]

EVIDENCE_TEXT: dict[str, Text] = {
    "strong": Text("强：规则和效果都有公布的证据", "strong: the rule and its effect are both published"),
    "partly": Text("部分：规则有公布，效果只测得一部分", "partly: the rule is published, its effect measured in part"),
    "sign": Text("弱：规则或规模有公布，效果未测或只知方向", "weak: rule or dose published, effect unmeasured or known by sign only"),
    "scenario_only": Text(
        "仅为情景假设：没有公布的力度和效果，结果不是预测", "scenario assumption only: no published dose or effect, results are no forecast"
    ),
}

KIND_TEXT: dict[str, Text] = {
    "number": Text("数", "number"),
    "integer": Text("整数", "whole number"),
    "share": Text("0 到 1 之间的比例", "share between 0 and 1"),
    "switch": Text("开关(0 或 1)", "switch (0 or 1)"),
    "months": Text("整月数", "whole number of months"),
    "level": Text("等级(整数)", "level (whole number)"),
}


class Reference(BaseModel):
    """Name a document and the clause in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: str = Field(min_length=1)
    clause: str = ""

    def __str__(self) -> str:
        return f"{self.document} {self.clause}".strip()


class Lever(BaseModel):
    """Declare one lever.

    `closed` says what the word `closed` means for this lever (stored as -1); None if the word is not allowed. A lever of
    scope `region` has one value for all areas. `default` holds before the first dated value; None means closed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z]+\.[a-z0-9_]+$")
    title: Text
    description: Text
    unit: Text
    kind: Kind
    minimum: float
    maximum: float
    default: float | None
    closed: Text | None = None
    scope: Scope = "area"
    rows: tuple[str, ...] = Field(min_length=1)
    reference: tuple[Reference, ...] = ()
    evidence: Evidence
    looser: Literal["lower", "higher", "none"] = "none"
    additive: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Lever:
        if self.default is None:
            if self.closed is None:
                raise ValueError(f"{self.name}: a default of None needs `closed`")
        elif self.check(self.default) is not None:
            raise ValueError(f"{self.name}: the default is out of bounds")
        if self.minimum < 0:
            raise ValueError(f"{self.name}: levers are not negative, -1 means closed")
        return self

    @property
    def closed_allowed(self) -> bool:
        """Say whether the route can be closed."""
        return self.closed is not None

    @property
    def family(self) -> str:
        """Return the part of the name before the point."""
        return self.name.partition(".")[0]

    @property
    def default_value(self) -> float:
        """Return the default as stored in arrays."""
        return CLOSED if self.default is None else self.default

    def allowed(self) -> Text:
        """Say in words what may be given."""
        low, high = short(self.minimum), short(self.maximum)
        kind, unit = KIND_TEXT[self.kind], self.unit
        zh, en = kind.zh, f"a {kind.en}"
        if self.kind not in ("share", "switch"):
            zh, en = f"{zh}，{low} 至 {high} {unit.zh}", f"{en}, {low} to {high} {unit.en}"
        if self.closed is not None:
            zh, en = f"{zh}，或 closed({self.closed.zh})", f"{en}, or closed ({self.closed.en})"
        return Text(zh, en)

    def check(self, value: object) -> Text | None:
        """Return None if `value` may be given for this lever, else what is wrong with it."""
        if value == "closed" and self.closed is not None:
            return None
        if isinstance(value, bool):
            if self.kind == "switch":
                return None
            return Text(f"{self.name} 要的是数，不是 {str(value).lower()}", f"{self.name} takes a number, not {str(value).lower()}")
        if not isinstance(value, int | float):
            found = "空值" if value is None else f"“{value}”"
            found_en = "nothing" if value is None else f"'{value}'"
            return Text(f"{self.name} 要的是数，给的是{found}", f"{self.name} takes a number, found {found_en}")
        number = float(value)
        if not math.isfinite(number):
            return Text(f"{self.name} 要的是有限的数", f"{self.name} takes a finite number")
        if number < 0 <= self.minimum:
            return Text(f"{self.name} 不能是负数，给的是 {short(number)}", f"{self.name} cannot be negative, found {short(number)}")
        if self.kind == "share" and number > self.maximum:
            return Text(
                f"{self.name} 是比例，不能大于 {short(self.maximum)}，给的是 {short(number)}",
                f"{self.name} is a share and cannot be above {short(self.maximum)}, found {short(number)}",
            )
        if not self.minimum <= number <= self.maximum:
            return Text(f"{self.name} 的值 {short(number)} 超出范围", f"{self.name}: {short(number)} is out of bounds")
        if self.kind in ("integer", "switch", "months", "level") and number != int(number):
            return Text(
                f"{self.name} 要的是{KIND_TEXT[self.kind].zh}，给的是 {short(number)}",
                f"{self.name} takes a {KIND_TEXT[self.kind].en}, found {short(number)}",
            )
        return None

    def store(self, value: object) -> float:
        """Return a checked value as it stands in arrays."""
        if value == "closed":
            return CLOSED
        if isinstance(value, int | float):
            return float(value)
        raise TypeError(value)

    def show(self, stored: float) -> str:
        """Return a stored value as it is written in files.

        >>> from urbsim.policy import LEVERS
        >>> LEVERS["settlement.quota"].show(-1.0), LEVERS["finance.resident_weight"].show(0.5)
        ('closed', '0.5')
        """
        if stored == CLOSED and self.closed is not None:
            return "closed"
        return short(stored)


def short(number: float) -> str:
    """Write a number without a needless decimal point.

    >>> short(5000000.0), short(0.25)
    ('5000000', '0.25')
    """
    return str(int(number)) if number == int(number) else repr(number)
