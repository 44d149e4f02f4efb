"""The target table on a terminal, and the tables of a result folder as CSV files that spreadsheet programs open."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr

from urbsim.report import reading
from urbsim.report.indicators import indicator_rows
from urbsim.report.numbers import number, probability, span
from urbsim.report.scores import checks
from urbsim.results.labels import LEVEL
from urbsim.text import Language, Text

if TYPE_CHECKING:
    from rich.table import Table

    from urbsim.regions.model import Region

Cell = str | int | float


class CsvTable(NamedTuple):
    """One file: what its columns are called and its rows."""

    header: tuple[str, ...]
    rows: list[tuple[Cell, ...]]


def target_table(dataset: xr.Dataset, lang: Language = "zh") -> Table:
    """Return the target table for a terminal; print it with `rich.console.Console().print`."""
    from rich.table import Table as RichTable

    rows = indicator_rows(dataset, lang)
    year = rows[0].year if rows else reading.last_year(dataset)
    title = Text("目标完成情况（{} 年，{} 次模拟）", "Targets ({}, {} runs)").get(lang)
    table = RichTable(title=title.format(year, reading.count_members(dataset)), title_justify="left", box=None, pad_edge=False)
    columns = (
        Text("指标|单位|基期|目标|模型|80% 区间|达到的可能", "indicator|unit|base|target|model|80 % interval|chance met")
        .get(lang)
        .split("|")
    )
    for i, words in enumerate(columns):
        table.add_column(words, justify="left" if i < 2 else "right", overflow="fold", no_wrap=i > 0)
    for entry in rows:
        row, known = entry.row, np.isfinite(entry.row.median)
        goal = number(row.target, entry.decimals)
        table.add_row(
            f"{row.number}. {entry.name}",
            entry.unit,
            number(row.baseline, entry.decimals),
            f"\\[{goal}]" if row.cumulative else goal,
            number(row.median, entry.decimals) if known else (row.remark.get(lang) if row.remark else "—"),
            span(entry.low, entry.high, lang, entry.decimals) if known and row.members > 1 else "—",
            probability(row.probability, row.members),
        )
    return table


def csv_tables(dataset: xr.Dataset, *, lang: Language = "zh", region: Region | None = None) -> dict[str, CsvTable]:
    """Return the tables of a result by file name: targets, rates, people, change, services, costs, checks; medians and 80 % intervals."""
    made = {
        "targets": _targets(dataset, lang),
        "rates": _rates(dataset, lang),
        "people": _people(dataset, lang),
        "change": _change(dataset, lang),
        "services": _services(dataset, lang),
        "costs": _costs(dataset, lang),
        "checks": _checks(dataset, lang, region),
    }
    return {f"{name}.csv": table for name, table in made.items() if table.rows}


def write_tables(dataset: xr.Dataset, folder: Path, *, lang: Language = "zh", region: Region | None = None) -> list[Path]:
    """Write `folder/*.csv` (UTF-8 with BOM) and return the paths. OSError passes to the caller."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in csv_tables(dataset, lang=lang, region=region).items():
        path = folder / name
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(table.header)
            writer.writerows(table.rows)
        paths.append(path)
    return paths


def _head(lang: Language, zh: str, en: str) -> tuple[str, ...]:
    return tuple(Text(zh, en).get(lang).split("|"))


def _plain(value: float, decimals: int = 3) -> Cell:
    """Return a number for a file: rounded, whole where it can be, empty for NaN."""
    if not np.isfinite(value):
        return ""
    rounded = round(float(value), decimals)
    return int(rounded) if rounded == int(rounded) else rounded


def _targets(dataset: xr.Dataset, lang: Language) -> CsvTable:
    rows: list[tuple[Cell, ...]] = []
    for entry in indicator_rows(dataset, lang):
        row = entry.row
        numbers = (row.baseline, row.target, row.median, *row.intervals[80], *row.intervals[95], row.probability)
        remark = row.remark.get(lang) if row.remark else ""
        rows.append(
            (row.number, row.code, entry.name, entry.unit, int(row.cumulative), entry.year, *(_plain(value) for value in numbers), remark)
        )
    header = _head(
        lang,
        "序号|代码|指标|单位|是否累计|目标年|基期|目标|中位数|80%下限|80%上限|95%下限|95%上限|达到的可能|说明",
        "no|code|indicator|unit|cumulative|target year|base|target|median|80% low|80% high|95% low|95% high|chance met|remark",
    )
    return CsvTable(header, rows)


def _places(dataset: xr.Dataset, lang: Language) -> list[tuple[str, str, str]]:
    names = reading.area_names(dataset, None)
    levels = reading.labels_of(dataset, "level") if "level" in dataset.coords else [""] * dataset.sizes["area"]
    words = {label.code: label.text.get(lang) for label in LEVEL}
    return [
        (code, names[code].get(lang), words.get(level, level))
        for code, level in zip(reading.labels_of(dataset, "area"), levels, strict=True)
    ]


def _year_ends(dataset: xr.Dataset) -> Iterator[tuple[int, int]]:
    for year in range(reading.first_year(dataset), reading.last_year(dataset) + 1):
        at = reading.at_year_end(dataset, year)
        if at is not None:
            yield year, at


def _rates(dataset: xr.Dataset, lang: Language) -> CsvTable:
    names = (
        "urbanization_rate",
        "hukou_urbanization_rate",
        "resident_population",
        "urban_population",
        "hukou_population",
        "hukou_urban_population",
    )
    found = {name: reading.members(dataset, name) for name in names}
    shown = {name: reading.interval(values) for name, values in found.items() if values is not None}
    rows: list[tuple[Cell, ...]] = []
    for year, at in _year_ends(dataset):
        for i, place in enumerate(_places(dataset, lang)):
            cells = [_plain(part[at, i]) for held in shown.values() for part in held]
            rows.append((year, *place, *cells))
    ends = Text("中位数|80%下限|80%上限", "median|80% low|80% high").get(lang).split("|")
    columns = [f"{dataset[name].attrs.get('long_name_zh' if lang == 'zh' else 'long_name', name)} {end}" for name in shown for end in ends]
    return CsvTable((*_head(lang, "年末|地区代码|地区|层级", "year end|area code|area|level"), *columns), rows)


def _people(dataset: xr.Dataset, lang: Language) -> CsvTable:
    values = reading.members(dataset, "migrants")
    if values is None:
        return CsvTable((), [])
    middle = np.median(values, axis=0)
    origins = reading.words_of(dataset, "origin", lang)
    rows: list[tuple[Cell, ...]] = []
    for year, at in _year_ends(dataset):
        for i, place in enumerate(_places(dataset, lang)):
            for o, origin in enumerate(origins.values()):
                rows.append((year, *place, origin, *(_plain(value) for value in middle[at, i, :, o])))
    header = _head(lang, "年末|地区代码|地区|层级|户口所在", "year end|area code|area|level|registered in")
    return CsvTable((*header, *reading.words_of(dataset, "status", lang).values()), rows)


def _change(dataset: xr.Dataset, lang: Language) -> CsvTable:
    values = reading.members(dataset, "urbanization_change")
    if values is None:
        return CsvTable((), [])
    mean = values.mean(axis=0)
    rows: list[tuple[Cell, ...]] = []
    for y, year in enumerate(dataset["year"].values):
        for i, place in enumerate(_places(dataset, lang)):
            rows.append((int(year), *place, *(_plain(value, 4) for value in mean[y, i]), _plain(mean[y, i].sum(), 4)))
    header = _head(lang, "年份|地区代码|地区|层级", "year|area code|area|level")
    total = Text("合计（百分点，平均）", "total (points, mean)").get(lang)
    return CsvTable((*header, *reading.words_of(dataset, "component", lang).values(), total), rows)


def _services(dataset: xr.Dataset, lang: Language) -> CsvTable:
    wanted: Sequence[tuple[str, str | None]] = (
        ("service_demand", "everyone"), ("service_supply", None), ("service_served", "everyone"), ("service_unmet", "everyone"),
        ("service_demand", "migrants"), ("service_served", "migrants"), ("service_unmet", "migrants"),
    )  # fmt: skip
    found = [reading.members(dataset, name, **({"group": group} if group else {})) for name, group in wanted]
    if all(values is None for values in found):
        return CsvTable((), [])
    middle = [reading.quantile(values, 0.5) if values is not None else None for values in found]
    rows: list[tuple[Cell, ...]] = []
    for y, year in enumerate(dataset["year"].values):
        for i, place in enumerate(_places(dataset, lang)):
            for s, name in enumerate(reading.words_of(dataset, "service", lang).values()):
                cells = [_plain(part[y, i, s], 1) if part is not None else "" for part in middle]
                if any(cell != "" for cell in cells):
                    rows.append((int(year), *place, name, *cells))
    header = _head(
        lang,
        "年份|地区代码|地区|层级|服务|需求|供给|满足|缺口|农业转移人口需求|农业转移人口满足|农业转移人口缺口",
        "year|area code|area|level|service|demand|supply|served|unmet|migrants' demand|migrants' served|migrants' unmet",
    )
    return CsvTable(header, rows)


def _costs(dataset: xr.Dataset, lang: Language) -> CsvTable:
    values = reading.members(dataset, "cost")
    if values is None:
        return CsvTable((), [])
    mean = np.nan_to_num(values).mean(axis=0)
    rows: list[tuple[Cell, ...]] = []
    for y, year in enumerate(dataset["year"].values):
        for i, place in enumerate(_places(dataset, lang)):
            for m, name in enumerate(reading.words_of(dataset, "item", lang).values()):
                if np.abs(mean[y, i, m]).sum() > 0:
                    rows.append((int(year), *place, name, *(_plain(value, 0) for value in mean[y, i, m])))
    header = _head(lang, "年份|地区代码|地区|层级|项目（元，当年价，平均）", "year|area code|area|level|item (yuan, current prices, mean)")
    return CsvTable((*header, *reading.words_of(dataset, "payer", lang).values()), rows)


def _checks(dataset: xr.Dataset, lang: Language, region: Region | None) -> CsvTable:
    names = reading.area_names(dataset, region)
    rows: list[tuple[Cell, ...]] = []
    for row in checks(dataset, region):
        numbers = (row.published, row.median, row.low80, row.high80, row.low95, row.high95, row.error)
        place = (row.area, names[row.area].get(lang))
        rows.append((row.variable, int(row.change), row.year, *place, row.unit, row.vintage, *(_plain(value) for value in numbers)))
    header = _head(
        lang,
        "变量|是否逐年变化|年份|地区代码|地区|单位|口径|公布|模型中位数|80%下限|80%上限|95%下限|95%上限|误差",
        "variable|yearly change|year|area code|area|unit|vintage|published|model median|80% low|80% high|95% low|95% high|error",
    )
    return CsvTable(header, rows)
