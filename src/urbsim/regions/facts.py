"""Read fact files with their line numbers."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from urbsim.errors import Problem
from urbsim.regions.model import Fact
from urbsim.text import Text

FILES = ("census.csv", "profile.csv", "vital.csv", "economy.csv", "services.csv", "origins.csv", "published.csv")
COLUMNS = ("area", "year", "indicator", "value", "unit", "issuer", "title", "date", "tag", "note")
TAGS = frozenset({"read", "two_sources", "memory", "derived", "imputed", "assumption"})


@dataclass
class FactTable:
    """Hold all facts of a folder: `values[area, year, indicator]`, and for published points the vintage by line."""

    facts: list[Fact] = field(default_factory=list)
    by_key: dict[tuple[str, str, str], Fact] = field(default_factory=dict)
    vintage: dict[int, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def value(self, area: str, year: int | str, indicator: str) -> float:
        """Return one figure; KeyError if it is not there."""
        return self.by_key[area, str(year), indicator].value

    def published(self) -> Iterator[Fact]:
        """Yield the published points."""
        return (fact for fact in self.facts if fact.file == "published.csv")


def read_facts(folder: Path) -> FactTable:
    """Read every fact file of a folder; whatever cannot be read becomes a problem with file and line."""
    table = FactTable()
    for name in FILES:
        path = folder / name
        if not path.is_file():
            table.problems.append(Problem(Text(f"缺少文件 {name}", f"file {name} is missing"), file=str(path)))
            continue
        _read_file(path, table)
    return table


def _read_file(path: Path, table: FactTable) -> None:
    name = path.name
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        table.problems.append(Problem(Text(f"{name} 不是 UTF-8", f"{name} is not in UTF-8"), file=str(path)))
        return
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = tuple(next(reader, ()))
        if header[:10] != COLUMNS:
            message = Text(f"列应为 {','.join(COLUMNS)}", f"columns must be {','.join(COLUMNS)}")
            table.problems.append(Problem(message, file=str(path), line=1))
            return
        keyed = name != "published.csv"
        for row in reader:
            line = reader.line_num
            try:
                area, year, indicator, text, unit, issuer, title, date, tag, note = row[:10]
                value = float(text)
                if not math.isfinite(value):
                    raise ValueError(text)
            except ValueError:
                table.problems.append(
                    Problem(
                        Text("这一行不是十列或数值不是数字", "row has not ten columns or its value is no number"), file=str(path), line=line
                    )
                )
                continue
            fact = Fact(area, year, indicator, value, unit, issuer, title, date, tag, note, name, line)
            table.facts.append(fact)
            if tag not in TAGS:
                table.problems.append(Problem(Text(f"标签“{tag}”不认识", f"unknown tag {tag!r}"), file=str(path), line=line))
            if keyed:
                key = (area, year, indicator)
                if key in table.by_key:
                    where = table.by_key[key]
                    message = Text(
                        f"{area} {year} {indicator} 已在第 {where.line} 行给出",
                        f"{area} {year} {indicator} stands already in line {where.line}",
                    )
                    table.problems.append(Problem(message, file=str(path), line=line))
                table.by_key[key] = fact
            else:
                table.vintage[line] = row[10] if len(row) > 10 else ""
