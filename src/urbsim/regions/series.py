"""Turn yearly facts into quarterly and yearly arrays."""

from __future__ import annotations

import numpy as np

from urbsim.clock import QUARTERS, year_of
from urbsim.regions.facts import FactTable
from urbsim.regions.geography import AreaTable
from urbsim.regions.model import YEARS, Floats, Ints

_MIDDLE = 2010.75 + (np.arange(QUARTERS) + 0.5) / 4  # quarter middles on the calendar, quarter 0 = 2010 Q4


def to_quarters(yearly: Floats) -> Floats:
    """Interpolate yearly means (Y, anchored at mid-year) log-linearly to quarter middles (Q+1).

    The last yearly step carries on beyond the last mid-year.
    """
    anchors = np.array([*YEARS, YEARS[-1] + 1]) + 0.5
    logs = np.log(yearly)
    logs = np.append(logs, 2 * logs[-1] - logs[-2])
    return np.asarray(np.exp(np.interp(_MIDDLE, anchors, logs)))


def by_calendar_year(yearly: Floats) -> Floats:
    """Hold a yearly value in all quarters of its year (Q+1)."""
    return np.array([yearly[year_of(q) - YEARS[0]] for q in range(QUARTERS)])


def path_owner(facts: FactTable, table: AreaTable, area: str, indicator: str) -> str | None:
    """Return whose yearly path of `indicator` holds for an area: its own, its prefecture's or the region's."""
    for owner in (area, table.areas[area]["prefecture"], table.name):
        if (owner, str(YEARS[0]), indicator) in facts.by_key:
            return owner
    return None


def path(facts: FactTable, owner: str, indicator: str) -> Floats:
    """Return a yearly path (Y)."""
    return np.array([facts.value(owner, year, indicator) for year in YEARS])


def by_area(facts: FactTable, table: AreaTable, indicator: str) -> Floats:
    """Return (Q+1)×A: the nearest owner's path times the area's factor `<indicator>_factor` (any year; 1 if there is none)."""
    columns: dict[str, Floats] = {}
    result = np.empty((QUARTERS, len(table.areas)))
    for a, area in enumerate(table.areas):
        owner = path_owner(facts, table, area, indicator)
        assert owner is not None
        if owner not in columns:
            columns[owner] = to_quarters(path(facts, owner, indicator))
        factor = facts.by_key.get((area, "2024", f"{indicator}_factor"))
        result[:, a] = columns[owner] * (1.0 if factor is None else factor.value)
    return result


def counts(facts: FactTable, areas: tuple[str, ...], year: int, indicator: str) -> Ints:
    """Return one whole-number figure for each of `areas`."""
    return np.array([facts.value(area, year, indicator) for area in areas]).round().astype(np.int64)


def yearly_counts(facts: FactTable, areas: tuple[str, ...], indicator: str) -> Ints:
    """Return Y×A whole numbers."""
    return np.stack([counts(facts, areas, year, indicator) for year in YEARS])
