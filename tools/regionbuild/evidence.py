"""Read the evidence tables and write fact files in the shape of the region folder."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

FACT_COLUMNS = ["area", "year", "indicator", "value", "unit", "issuer", "title", "date", "tag", "note"]
TABLES = ["demography", "population", "services", "policy_services_fiscal", "migrants_and_national"]
TAGS = {"read", "two_sources", "memory"}


class Row(dict[str, str]):
    """One row of an evidence table, by column name."""

    @property
    def number(self) -> float:
        """Return the figure."""
        return float(self["value"])


class Evidence:
    """Hold the evidence tables, indexed by (area, year, indicator)."""

    def __init__(self, folder: Path) -> None:
        self.by_table: dict[str, dict[tuple[str, str, str], Row]] = {}
        for table in TABLES:
            index: dict[tuple[str, str, str], Row] = {}
            with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
                for record in csv.DictReader(stream):
                    row = Row(record)
                    key = (row["area"], row["year"], row["indicator"])
                    old = index.get(key)
                    if old is None or old["confidence"] == "memory":
                        index[key] = row
            self.by_table[table] = index

    def get(self, area: str, year: int | str, indicator: str, *tables: str) -> Row | None:
        """Return the row in the first of `tables` (all by default) that has it."""
        for table in tables or TABLES:
            row = self.by_table[table].get((area, str(year), indicator))
            if row is not None and row["value"]:
                return row
        return None

    def value(self, area: str, year: int | str, indicator: str, *tables: str) -> float:
        """Return the number, or raise KeyError."""
        row = self.get(area, year, indicator, *tables)
        if row is None:
            raise KeyError((area, year, indicator))
        return row.number

    def series(self, area: str, indicator: str, *tables: str) -> dict[int, Row]:
        """Return rows of whole years, by year."""
        found: dict[int, Row] = {}
        for table in tables or TABLES:
            for (a, year, name), row in self.by_table[table].items():
                if a == area and name == indicator and year.isdigit() and len(year) == 4 and int(year) not in found:
                    found[int(year)] = row
        return dict(sorted(found.items()))


def issuer_of(row: Row) -> str:
    """Return who issued the figure, read from the title."""
    title, area = row["source_title"], row["area_zh"]
    if "普查" in title and ("分县" in title or "leiii" in title or "yuanfan" in title):
        return "国家统计局"
    for word, issuer in (
        ("浙政", "浙江省人民政府"),
        ("闽政", "福建省人民政府"),
        ("国家统计局", "国家统计局"),
        ("农民工监测", "国家统计局"),
        ("70个大中城市", "国家统计局"),
        ("公安", "公安部门"),
        ("教育", "教育部门"),
    ):
        if word in title:
            return issuer
    if "统计" in title or "公报" in title:
        return f"{area}统计部门"
    return "见题名"


class Facts:
    """Collect fact rows for one file and write them."""

    def __init__(self, extra: Sequence[str] = ()) -> None:
        self.columns = [*FACT_COLUMNS, *extra]
        self.rows: list[list[str]] = []

    def add(
        self,
        area: str,
        year: int | str,
        indicator: str,
        value: float | int,
        unit: str,
        tag: str,
        note: str = "",
        *,
        issuer: str = "urbsim",
        title: str = "",
        date: str = "",
        extra: Sequence[str] = (),
    ) -> None:
        """Add one fact; whole numbers are written without a point."""
        text = str(int(value)) if float(value).is_integer() else f"{value:.6g}"
        self.rows.append([area, str(year), indicator, text, unit, issuer, title, date, tag, note, *extra])

    def copy(self, row: Row, area: str, year: int, indicator: str, unit: str, scale: float = 1.0, note: str = "") -> None:
        """Add a published figure with the source of its evidence row."""
        note = note or row["note"]
        value = _tidy(row.number * scale)
        self.add(area, year, indicator, value, unit, row["confidence"], note, issuer=issuer_of(row), title=row["source_title"])

    def write(self, path: Path) -> None:
        """Write the rows in the order in which they were added."""
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(self.columns)
            writer.writerows(self.rows)


def _tidy(value: float) -> float:
    return round(value, 9)


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a small hand-written table of the region folder."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def largest_remainder(values: Iterable[float] | np.ndarray, total: int) -> np.ndarray:
    """Round non-negative values to integers that add up to `total` (largest remainders first, ties by position)."""
    raw = np.asarray(list(values), dtype=float)
    if raw.sum() > 0:
        raw = raw * (total / raw.sum())
    floor = np.floor(raw + 1e-9).astype(np.int64)
    missing = total - int(floor.sum())
    order = np.argsort(-(raw - floor), kind="stable")
    floor[order[:missing]] += 1
    return floor


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Group second members by first."""
    result: dict[str, list[str]] = defaultdict(list)
    for key, member in pairs:
        result[key].append(member)
    return dict(result)
