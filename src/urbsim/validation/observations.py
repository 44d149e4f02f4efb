"""Read a table of observations `area,year,indicator,value,unit`, every mistake told at once with its line."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from urbsim.errors import Problem, UserError
from urbsim.policy.problems import nearest_hint
from urbsim.text import Text

COLUMNS = ("area", "year", "indicator", "value", "unit")
LARGEST = 20_000_000  # bytes
MOST = 50  # problems told
# What a unit is in the unit of the results, by what the variable is measured in.
UNITS: dict[str, dict[str, float]] = {
    "percent": {"percent": 1.0, "%": 1.0, "share": 100.0},
    "persons": {"persons": 1.0, "人": 1.0, "10k persons": 1e4, "万人": 1e4, "million persons": 1e6},
    "households": {"households": 1.0, "户": 1.0, "10k households": 1e4, "万户": 1e4},
}


@dataclass(frozen=True)
class Observation:
    """One observed value at the end of a year, in the unit of the results; `line` of the file."""

    area: str
    year: int
    indicator: str
    value: float
    line: int


def unit_kind(units: str) -> str | None:
    """Return which family of `UNITS` a variable's unit belongs to."""
    return next((kind for kind in UNITS if units == kind or units in UNITS[kind]), None)


def read_observations(file: Path, *, areas: Collection[str], years: Collection[int], units: dict[str, str]) -> list[Observation]:
    """Return the observations of a CSV file (UTF-8, with or without byte order mark).

    `units` gives the unit of every indicator that can be scored. Raises UserError with all problems.
    """
    rows = _rows(file)
    problems: list[Problem] = []
    found: list[Observation] = []
    seen: dict[tuple[str, int, str], int] = {}
    for line, row in rows:
        here = [Problem(message, str(file), line, hint=hint) for message, hint in _faults(row, areas, years, units)]
        if here:
            problems += here
            continue
        area, year, indicator, unit = row["area"], int(row["year"]), row["indicator"], row["unit"]
        factor = UNITS[str(unit_kind(units[indicator]))][unit] / UNITS[str(unit_kind(units[indicator]))][units[indicator]]
        if (before := seen.get((area, year, indicator))) is not None:
            problems.append(Problem(Text(f"与第 {before} 行重复", f"the same point as line {before}"), str(file), line))
            continue
        seen[area, year, indicator] = line
        found.append(Observation(area, year, indicator, float(row["value"]) * factor, line))
    if not rows:
        problems.append(Problem(Text("文件里没有观测值", "the file holds no observations"), str(file)))
    if problems:
        raise UserError(problems[:MOST])
    return found


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """Return the rows as text with their lines; raises UserError for a file that is no such table."""
    name = str(file)
    if not file.is_file():
        raise UserError.one(f"没有文件 {name}", f"there is no file {name}")
    if file.stat().st_size > LARGEST:
        raise UserError.one(f"{name} 超过 20 MB，不像观测表", f"{name} is larger than 20 MB, no table of observations")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UserError.one(f"{name} 不是 UTF-8 文本", f"{name} is not UTF-8 text") from None
    lines = csv.reader(text.splitlines())
    header = [cell.strip() for cell in next(lines, [])]
    if missing := [column for column in COLUMNS if column not in header]:
        raise UserError(
            [
                Problem(
                    Text(f"缺少列 {', '.join(missing)}", f"missing columns {', '.join(missing)}"),
                    name,
                    1,
                    hint=Text(f"表头应为 {','.join(COLUMNS)}", f"the header must be {','.join(COLUMNS)}"),
                )
            ]
        )
    rows = ((lines.line_num, [cell.strip() for cell in row]) for row in lines)
    return [(line, dict(zip(header, row, strict=False))) for line, row in rows if any(row)]


def _faults(row: dict[str, str], areas: Collection[str], years: Collection[int], units: dict[str, str]) -> list[tuple[Text, Text | None]]:
    """Return what is wrong with one row."""
    faults: list[tuple[Text, Text | None]] = []
    area, year, indicator = row.get("area", ""), row.get("year", ""), row.get("indicator", "")
    value, unit = row.get("value", ""), row.get("unit", "")
    if area not in areas:
        faults.append((Text(f"结果中没有地区“{area}”", f"the result has no area '{area}'"), nearest_hint(area, sorted(areas))))
    if not year.isascii() or not year.isdigit() or int(year) not in years:
        span = f"{min(years)}-{max(years)}"
        faults.append((Text(f"年份“{year}”不在 {span} 之内", f"the year '{year}' is not in {span}"), None))
    if indicator not in units:
        near = nearest_hint(indicator, sorted(units))
        faults.append((Text(f"没有可评分的指标“{indicator}”", f"no indicator '{indicator}' to score"), near))
    elif unit not in UNITS[str(unit_kind(units[indicator]))]:
        allowed = ", ".join(UNITS[str(unit_kind(units[indicator]))])
        words = Text(f"{indicator} 的单位“{unit}”不可用", f"'{unit}' is no unit of {indicator}")
        faults.append((words, Text(f"可用：{allowed}", f"allowed: {allowed}")))
    try:
        if not math.isfinite(float(value)):
            raise ValueError
    except ValueError:
        faults.append((Text(f"“{value}”不是数", f"'{value}' is not a number"), None))
    return faults
