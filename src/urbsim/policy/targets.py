"""Target tables: the indicators that a plan promises, as data in `targets/*.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from urbsim.errors import Problem, UserError
from urbsim.policy.problems import nearest_hint, problem, validate
from urbsim.policy.rules import TextFile
from urbsim.policy.yamlnodes import read_yaml
from urbsim.text import Text

TARGETS_FOLDER = Path(__file__).resolve().parent / "targets"

Judged = Literal["end", "sum", "mean"]


class IndicatorFile(BaseModel):
    """One line of a target table. `judged`: the value of the target year (end), or the sum or mean from `first_year` to it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    number: int = Field(ge=1)
    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="the indicator's name in `urbsim.results.indicators`")
    title: TextFile
    unit: TextFile
    factor: float = Field(default=1.0, description="persons, homes ... in one unit of the table (10000 for 10k)")
    baseline: float | None = None
    target: float | None = None
    judged: Judged = "end"
    upward: bool = Field(default=True, description="whether more is better")
    levers: list[str] = Field(default_factory=list)
    note: TextFile | None = None


class TargetFile(BaseModel):
    """The fields of a target table."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    title: TextFile
    document: str
    clause: str = ""
    baseline_year: int
    first_year: int
    target_year: int
    indicators: list[IndicatorFile]


@dataclass(frozen=True)
class Indicator:
    """Hold one indicator with its baseline and its target (None where the plan gives no number)."""

    number: int
    code: str
    title: Text
    unit: Text
    factor: float
    baseline: float | None
    target: float | None
    judged: Judged
    upward: bool
    levers: tuple[str, ...]
    note: Text | None

    @property
    def cumulative(self) -> bool:
        """Say whether the target is a sum over the plan's years, printed in [] in the plan."""
        return self.judged == "sum"


@dataclass(frozen=True)
class TargetTable:
    """Hold a table of targets."""

    name: str
    title: Text
    document: str
    clause: str
    baseline_year: int
    first_year: int
    target_year: int
    indicators: tuple[Indicator, ...]


def target_names() -> tuple[str, ...]:
    """Return the names of the packaged target tables."""
    return tuple(sorted(path.stem for path in TARGETS_FOLDER.glob("*.yaml")))


def load_targets(name: str) -> TargetTable:
    """Return a packaged target table; raise UserError if there is none.

    >>> load_targets("zhejiang_2023_plan").indicators[0].target
    76.0
    """
    if name not in target_names():
        message = Text(f"没有名为“{name}”的目标表", f"there is no target table '{name}'")
        raise UserError([problem(message, nearest_hint(name, target_names()))])
    return _read(name)


@lru_cache(maxsize=16)
def _read(name: str) -> TargetTable:
    shown = f"targets/{name}.yaml"
    problems: list[Problem] = []
    table = validate(TargetFile, read_yaml(TARGETS_FOLDER / f"{name}.yaml", shown), shown, problems)
    if problems or table is None:
        raise UserError(problems)
    indicators = tuple(
        Indicator(
            item.number, item.code, item.title.text(), item.unit.text(), item.factor, item.baseline, item.target, item.judged,
            item.upward, tuple(item.levers), item.note.text() if item.note else None,
        )
        for item in table.indicators
    )  # fmt: skip
    return TargetTable(
        table.name, table.title.text(), table.document, table.clause, table.baseline_year, table.first_year, table.target_year, indicators
    )
