"""The model against the published figures it can be held against, point by point, misses included.

Levels are compared for censuses and for the series revised after the 2020 census. The series first published for 2011-2019 is of
another vintage: of it only the yearly changes are compared, never the level, and never across 2019/2020.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import xarray as xr

from urbsim.regions.model import Published, Region
from urbsim.report import reading

QUANTILES = (0.025, 0.1, 0.5, 0.9, 0.975)


class Check(NamedTuple):
    """One published value and what the runs say of it. `change` marks a yearly change. Error = median minus published."""

    area: str
    year: int
    variable: str
    unit: str
    vintage: str
    source: tuple[str, int]
    change: bool
    published: float
    median: float
    low80: float
    high80: float
    low95: float
    high95: float

    @property
    def error(self) -> float:
        """Return median minus published."""
        return self.median - self.published

    @property
    def inside80(self) -> bool:
        """Say whether the published value lies in the 80 % interval of the runs."""
        return self.low80 <= self.published <= self.high80

    @property
    def inside95(self) -> bool:
        """Say whether the published value lies in the 95 % interval of the runs."""
        return self.low95 <= self.published <= self.high95


def checks(dataset: xr.Dataset, region: Region | None, *, until: int = 2022) -> list[Check]:
    """Return every comparison that the result and the region allow, the start year left out (it is where the model was set)."""
    if region is None:
        return []
    rows: list[Check] = []
    known = set(reading.labels_of(dataset, "area"))
    first = reading.first_year(dataset)
    groups: dict[tuple[str, str, str], list[Published]] = {}
    for point in region.published:
        if point.area in known and point.variable in dataset.data_vars and reading.year_of_point(point) <= until:
            groups.setdefault((point.variable, point.area, point.vintage), []).append(point)
    arrays: dict[str, reading.Floats | None] = {}
    position = {code: i for i, code in enumerate(reading.labels_of(dataset, "area"))}
    years = reading.decimal_years(dataset)
    for (variable, area, vintage), points in groups.items():
        if variable not in arrays:
            plain = dataset.variables[variable].dims[-2:] == ("time", "area")
            arrays[variable] = reading.members(dataset, variable) if plain else None
        values = arrays[variable]
        if values is None:
            continue
        row = values[:, :, position[area]]
        points = sorted(points, key=reading.year_of_point)
        if vintage == "first_published":
            rows += _changes(points, row, years)
        else:
            rows += [check for point in points if reading.year_of_point(point) > first and (check := _level(point, row, years)) is not None]
    return rows


def _at(values: reading.Floats, years: reading.Floats, year: float) -> reading.Floats | None:
    near = int(np.argmin(np.abs(years - year)))
    return values[:, near] if abs(years[near] - year) < 0.13 else None


def _level(point: Published, values: reading.Floats, years: reading.Floats) -> Check | None:
    runs = _at(values, years, reading.year_of_point(point))
    return _check(point, runs, point.value, change=False) if runs is not None else None


def _changes(points: Sequence[Published], values: reading.Floats, years: reading.Floats) -> list[Check]:
    rows = []
    for before, after in pairwise(points):
        a, b = reading.year_of_point(before), reading.year_of_point(after)
        start, end = _at(values, years, a), _at(values, years, b)
        if abs(b - a - 1) < 0.01 and before.vintage == after.vintage and start is not None and end is not None:
            rows.append(_check(after, end - start, after.value - before.value, change=True))
    return rows


def _check(point: Published, runs: reading.Floats, published: float, *, change: bool) -> Check:
    low95, low80, median, high80, high95 = (float(value) for value in np.quantile(runs, QUANTILES))
    year = round(reading.year_of_point(point))
    return Check(
        point.area, year, point.variable, point.unit, point.vintage, point.source, change, published, median, low80, high80, low95, high95
    )


class Coverage(NamedTuple):
    """How many of `n` comparisons fell into the intervals, and how large the misses are."""

    n: int
    inside80: int
    inside95: int
    mean_absolute_error: float
    bias: float


def coverage(rows: Sequence[Check]) -> Coverage:
    """Return how often the intervals held what was published."""
    errors = np.array([row.error for row in rows])
    if not errors.size:
        return Coverage(0, 0, 0, float("nan"), float("nan"))
    inside80, inside95 = sum(row.inside80 for row in rows), sum(row.inside95 for row in rows)
    return Coverage(len(rows), inside80, inside95, float(np.abs(errors).mean()), float(errors.mean()))
