"""Tables for people who use a spreadsheet program: medians and intervals, headings in both languages."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from urbsim.results.evaluation import ranks
from urbsim.results.targets import target_rows
from urbsim.text import Text

QUANTILES = {"p10": 0.1, "median": 0.5, "p90": 0.9}
HEADINGS: Mapping[str, Text] = {
    "year": Text("年份", "year"),
    "area": Text("地区代码", "area"),
    "area_zh": Text("地区", "name zh"),
    "level": Text("层级", "level"),
    "p10": Text("低值（10%）", "low (10 %)"),
    "median": Text("中位数", "median"),
    "p90": Text("高值（90%）", "high (90 %)"),
    "unit": Text("单位", "unit"),
    "score": Text("得分中位数", "score"),
    "score_p10": Text("得分低值（10%）", "score low (10 %)"),
    "score_p90": Text("得分高值（90%）", "score high (90 %)"),
    "rank": Text("名次中位数", "median rank"),
    "rank_p10": Text("名次（10%）", "rank (10 %)"),
    "rank_p90": Text("名次（90%）", "rank (90 %)"),
    "top_three": Text("进入前三的概率", "chance of the first three"),
    "status": Text("状态", "status"),
    "origin": Text("来源", "origin"),
    "component": Text("来源构成", "component"),
    "service": Text("服务", "service"),
    "group": Text("人群", "group"),
    "item": Text("项目", "item"),
    "payer": Text("承担者", "payer"),
    "tenure": Text("住房", "tenure"),
    "queue_for": Text("排队事项", "queue"),
    "variable": Text("指标", "variable"),
    "indicator": Text("指标代码", "indicator"),
    "draw": Text("参数抽样", "draw"),
    "replicate": Text("重复", "replicate"),
    "time": Text("季末", "quarter's end"),
}


def heading(column: str) -> str:
    """Return the heading of a column in both languages.

    >>> heading("year")
    '年份 year'
    """
    text = HEADINGS.get(column)
    return column if text is None else f"{text.zh} {text.en}"


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the tables of a result folder by file name (without `.csv`)."""
    found = {
        "targets": _targets(dataset),
        "urbanization": _several(
            dataset,
            (
                "urbanization_rate",
                "urbanization_rate_from_census",
                "hukou_urbanization_rate",
                "resident_population",
                "urban_population",
                "hukou_population",
                "hukou_urban_population",
            ),
        ),
        "migrants": _stock(dataset, "migrants"),
        "settled": _flow(dataset, "settled"),
        "change": _yearly(dataset, "urbanization_change"),
        "households": _stock(dataset, "households"),
        "queues": _stock(dataset, "queue"),
        "costs": _yearly(dataset, "cost"),
        "evaluation": _dress(ranks(dataset), dataset, "points of 100"),
    }
    for name in ("demand", "served", "unmet", "supply"):
        found[f"service_{name}"] = _yearly(dataset, f"service_{name}", unit="service_unit")
    return found


def save_table(table: pd.DataFrame, file: Path) -> None:
    """Write a table as CSV: UTF-8 with its mark, numbers in six digits, empty where NaN, no index.

    The same bytes as `DataFrame.to_csv`, which takes half as long again.
    """
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(zip(*(_cells(table.iloc[:, i]) for i in range(table.shape[1])), strict=True))


def _cells(column: pd.Series[Any]) -> list[object]:
    values: list[object] = column.tolist()
    if column.dtype.kind == "f":
        return [f"{value:.6g}" if value == value else "" for value in values]
    if column.dtype.kind == "O":
        return ["" if value != value else value for value in values]
    return values


def summary(array: xr.DataArray) -> pd.DataFrame:
    """Return low, median and high over draws and replicates in long form, one row per position, rows without any value left out."""
    values = array.transpose("draw", "replicate", ...).values
    values = values.reshape(-1, *values.shape[2:]).astype(np.float64)
    finite = np.isfinite(values)
    known, full = finite.any(axis=0), finite.all(axis=0)
    probabilities = list(QUANTILES.values())
    levels = np.full((len(probabilities), *known.shape), np.nan)
    levels[:, full] = np.quantile(values[:, full], probabilities, axis=0)
    if (known & ~full).any():  # much slower, and rare
        levels[:, known & ~full] = np.nanquantile(values[:, known & ~full], probabilities, axis=0)
    dims = [dim for dim in array.dims if dim not in ("draw", "replicate")]
    columns: dict[str, Any] = {}
    for axis, dim in enumerate(dims):
        shape = [1] * len(dims)
        shape[axis] = -1
        labels = np.broadcast_to(np.asarray(array[dim].values).reshape(shape), known.shape)
        columns[str(dim)] = labels[known]
    for name, level in zip(QUANTILES, levels, strict=True):
        columns[name] = level[known]
    return pd.DataFrame(columns)


def at_year_ends(array: xr.DataArray) -> xr.DataArray:
    """Return a quarterly stock at the ends of calendar years, with dimension `year`."""
    fourth = np.flatnonzero(array["time"].dt.month.values == 12)
    picked = array.isel(time=fourth)
    return picked.assign_coords(time=picked["time"].dt.year.values).rename(time="year")


def over_years(array: xr.DataArray, years: np.ndarray[Any, Any]) -> xr.DataArray:
    """Return a quarterly flow summed over the calendar years given."""
    labels = array["time"].dt.year.values
    sums = [array.isel(time=np.flatnonzero(labels == year)).sum("time") for year in years]
    if not sums:
        return array.isel(time=slice(0, 0)).rename(time="year")
    return xr.concat(sums, dim=xr.DataArray(np.asarray(years), dims="year", name="year"))


def _dress(frame: pd.DataFrame, dataset: xr.Dataset, unit: str | None) -> pd.DataFrame:
    """Add the area's name and level and the unit, put headings in both languages."""
    if "area" in frame:
        names = dict(zip(dataset["area"].values, dataset["area_zh"].values, strict=True))
        levels = dict(zip(dataset["area"].values, dataset["level"].values, strict=True))
        at = list(frame.columns).index("area") + 1
        frame.insert(at, "area_zh", frame["area"].map(names))
        frame.insert(at + 1, "level", frame["area"].map(levels))
    if unit is not None and unit in dataset.coords:
        dim = str(dataset[unit].dims[0])
        frame["unit"] = frame[dim].map(dict(zip(dataset[dim].values, dataset[unit].values, strict=True)))
    elif unit is not None:
        frame["unit"] = unit
    for dim in frame.columns:
        if f"{dim}_zh" in dataset.coords and dim not in ("area", "indicator"):
            codes, words = dataset[dim].values, dataset[f"{dim}_zh"].values
            frame[dim] = frame[dim].map({code: f"{word} {code}" for code, word in zip(codes, words, strict=True)})
    return frame.rename(columns=heading)


def _yearly(dataset: xr.Dataset, name: str, unit: str | None = None) -> pd.DataFrame:
    return _dress(summary(dataset[name]), dataset, unit or dataset[name].attrs["units"])


def _stock(dataset: xr.Dataset, name: str) -> pd.DataFrame:
    return _dress(summary(at_year_ends(dataset[name])), dataset, dataset[name].attrs["units"])


def _flow(dataset: xr.Dataset, name: str) -> pd.DataFrame:
    return _dress(summary(over_years(dataset[name], dataset["year"].values)), dataset, "persons per year")


def _several(dataset: xr.Dataset, names: tuple[str, ...]) -> pd.DataFrame:
    parts = []
    for name in names:
        part = summary(at_year_ends(dataset[name]))
        part.insert(0, "variable", f"{dataset[name].attrs['long_name_zh']} {name}")
        part["unit"] = dataset[name].attrs["units"]
        parts.append(part)
    return _dress(pd.concat(parts, ignore_index=True), dataset, None)


def _targets(dataset: xr.Dataset) -> pd.DataFrame:
    """Return the target table with headings in both languages, numbers as numbers and empty where nothing can be said."""
    columns: dict[str, list[Any]] = {}
    for row in target_rows(dataset):
        cells: dict[str, Any] = {
            "序号 no.": row.number,
            "代码 code": row.code,
            "指标 indicator": f"{row.name.zh} {row.name.en}",
            "单位 unit": row.unit.zh if row.unit.zh == row.unit.en else f"{row.unit.zh} {row.unit.en}",
            "基期值 baseline": row.baseline,
            "目标值 target": row.target,
            "累计 cumulative": int(row.cumulative),
            "中位数 median": row.median,
        }
        for mass, (low, high) in row.intervals.items():
            cells[f"{mass}% 下限 low"], cells[f"{mass}% 上限 high"] = low, high
        cells["达标概率 probability"] = row.probability
        cells["计入公布误差 with the error of published figures"] = row.as_published
        cells["说明 remark"] = "" if row.remark is None else f"{row.remark.zh} {row.remark.en}"
        for column, cell in cells.items():
            columns.setdefault(column, []).append(cell)
    return pd.DataFrame(columns)
