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
    modelled: dict[str, _Modelled | None] = {}
    position = {code: i for i, code in enumerate(reading.labels_of(dataset, "area"))}
    years = reading.decimal_years(dataset)
    for (variable, area, vintage), points in groups.items():
        if variable not in modelled:
            plain = dataset.variables[variable].dims[-2:] == ("time", "area")
            values = reading.members(dataset, variable) if plain else None
            modelled[variable] = None if values is None else _Modelled(values, years)
        model = modelled[variable]
        if model is None:
            continue
        points = sorted(points, key=reading.year_of_point)
        if vintage == "first_published":
            rows += _changes(points, model, position[area])
        else:
            found = (_level(point, model, position[area]) for point in points if reading.year_of_point(point) > first)
            rows += [check for check in found if check is not None]
    return rows


class _Modelled:
    """Quantiles of one variable (members × time × area), made for all areas at once where they are first asked for."""

    def __init__(self, values: reading.Floats, years: reading.Floats) -> None:
        self._values, self._years = values, years
        self._found: dict[tuple[int, int | None], list[tuple[float, ...]]] = {}

    def at(self, year: float) -> int | None:
        """Return the time index of a year, or None if the runs do not hold it."""
        near = int(np.argmin(np.abs(self._years - year)))
        return near if abs(self._years[near] - year) < 0.13 else None

    def quantiles(self, area: int, end: int, start: int | None = None) -> tuple[float, ...]:
        """Return `QUANTILES` of an area at time index `end`, or of the change since `start`."""
        if (end, start) not in self._found:
            runs = self._values[:, end] if start is None else self._values[:, end] - self._values[:, start]
            self._found[end, start] = list(zip(*np.quantile(runs, QUANTILES, axis=0).tolist(), strict=True))
        return self._found[end, start][area]


def _level(point: Published, model: _Modelled, area: int) -> Check | None:
    at = model.at(reading.year_of_point(point))
    return _check(point, model.quantiles(area, at), point.value, change=False) if at is not None else None


def _changes(points: Sequence[Published], model: _Modelled, area: int) -> list[Check]:
    rows = []
    for before, after in pairwise(points):
        a, b = reading.year_of_point(before), reading.year_of_point(after)
        start, end = model.at(a), model.at(b)
        if abs(b - a - 1) < 0.01 and before.vintage == after.vintage and start is not None and end is not None:
            rows.append(_check(after, model.quantiles(area, end, start), after.value - before.value, change=True))
    return rows


def _check(point: Published, modelled: tuple[float, ...], published: float, *, change: bool) -> Check:
    low95, low80, median, high80, high95 = modelled
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
