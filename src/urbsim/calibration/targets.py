"""What a fit is asked: published outcomes of 2020 or earlier, with their errors, in a file of the region.

`calibration.csv` of the region's folder has a row for each target: `name` (an outcome of `calibration.outcomes`), `first` and `last` year,
`value`, `standard_error` of the figure, `discrepancy` (what the model may miss though its parameters were right, a judgement told in
`note`), `scale` (`value`, or `log`: both errors are then relative), `kind` (`value`, or `at_most`: only what lies above counts), `vintage`
(one target, one vintage: they are never joined), then unit, issuer, title, date, tag, note. A region without the file is fitted to the
census alone. Outcomes of 2021 and later are refused: they judge the fit.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from urbsim.errors import Problem, UserError
from urbsim.text import Text

FILE = "calibration.csv"
LAST_YEAR = 2020
SCALES = ("value", "log")
KINDS = ("value", "at_most")


@dataclass(frozen=True)
class Target:
    """Hold one target; `value` in the unit of its outcome, errors too (relative if `scale` is `log`)."""

    name: str
    first: int
    last: int
    value: float
    standard_error: float
    discrepancy: float
    scale: str
    kind: str
    vintage: str
    unit: str
    issuer: str
    title: str
    date: str
    tag: str
    note: str

    @property
    def key(self) -> str:
        """Return the name with its years."""
        return f"{self.name} {self.first}-{self.last}" if self.first != self.last else f"{self.name} {self.last}"

    def scaled(self, value: float) -> float:
        """Return a figure on the scale of the errors."""
        return math.log(max(value, 1e-9)) if self.scale == "log" else value

    def miss(self, value: float, variance: float = 0.0) -> float:
        """Return how far a figure lies from the target, in standard deviations of what is allowed for; `variance` comes on top."""
        distance = self.scaled(value) - self.scaled(self.value)
        if self.kind == "at_most":
            distance = max(distance, 0.0)
        return distance / math.sqrt(self.standard_error**2 + self.discrepancy**2 + variance)


def load_targets(region: Any) -> tuple[Target, ...]:
    """Return the targets of a region, none if it has no file; raises UserError with every bad row."""
    file = Path(region.table.folder) / FILE
    return parse_targets(file.read_text(encoding="utf-8"), str(file)) if file.is_file() else ()


def parse_targets(text: str, file: str = FILE) -> tuple[Target, ...]:
    """Read a file of targets; raises UserError with every bad row."""
    from urbsim.calibration.outcomes import OUTCOMES

    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    names = [field.name for field in fields(Target)]
    if not lines or lines[0][1].strip().split(",") != names:
        raise UserError.one(f"首行应为 {','.join(names)}", f"the first row must be {','.join(names)}", file=file, line=1)
    found: dict[str, Target] = {}
    problems: list[Problem] = []
    for (number, _), cells in zip(lines[1:], csv.reader(line for _, line in lines[1:]), strict=True):
        told = _read(names, cells, tuple(OUTCOMES))
        if isinstance(told, Text):
            problems.append(Problem(told, file, number))
        elif told.key in found:
            problems.append(Problem(Text(f"{told.key} 重复", f"{told.key} stands twice"), file, number))
        else:
            found[told.key] = told
    if problems:
        raise UserError(problems)
    return tuple(found.values())


def _read(names: list[str], cells: list[str], outcomes: tuple[str, ...]) -> Target | Text:
    """Return the target of a row, or what is wrong with it."""
    if len(cells) != len(names):
        return Text(f"应有 {len(names)} 列，实有 {len(cells)} 列", f"{len(names)} columns expected, {len(cells)} found")
    row: dict[str, Any] = dict(zip(names, (cell.strip() for cell in cells), strict=True))
    try:
        row |= {name: int(row[name]) for name in ("first", "last")}
        row |= {name: float(row[name]) for name in ("value", "standard_error", "discrepancy")}
    except ValueError as error:
        return Text(f"数字写法有误：{error}", f"not a number: {error}")
    target = Target(**row)
    if target.name not in outcomes:
        known = "、".join(outcomes), ", ".join(outcomes)
        return Text(f"没有名为 {target.name} 的结果；可用：{known[0]}", f"no outcome {target.name}; there are: {known[1]}")
    if not 2010 <= target.first <= target.last <= LAST_YEAR:
        return Text(f"{target.key}：拟合只用 {LAST_YEAR} 年及以前的结果", f"{target.key}: a fit looks at nothing after {LAST_YEAR}")
    if target.scale not in SCALES or target.kind not in KINDS:
        return Text(f"scale 应为 {SCALES}，kind 应为 {KINDS}", f"scale must be one of {SCALES}, kind one of {KINDS}")
    if target.standard_error < 0 or target.discrepancy < 0 or target.standard_error + target.discrepancy == 0:
        return Text(f"{target.key}：误差须为正", f"{target.key}: errors must be positive")
    return target
