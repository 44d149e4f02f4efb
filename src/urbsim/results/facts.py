"""Unit costs and planning standards that ship with the package, each with its source (`data/*.csv`)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from urbsim.regions.geography import area_table, available_regions


@dataclass(frozen=True)
class UnitCost:
    """One published (or tagged) unit cost or rate in one year."""

    key: str
    zone: str
    year: int
    value: float
    unit: str
    kind: str
    issuer: str
    title: str
    date: str
    tag: str
    note: str


@dataclass(frozen=True)
class ServiceNorm:
    """Demand of a service per person of some age bands (`bands` empty: everyone)."""

    service: str
    bands: tuple[str, ...]
    value: float
    unit: str
    issuer: str
    title: str
    date: str
    tag: str
    note: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("urbsim.results").joinpath("data", name).read_text(encoding="utf-8")
    yield from csv.DictReader(line for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache(maxsize=1)
def unit_costs() -> tuple[UnitCost, ...]:
    """Return all rows of unit_costs.csv."""
    return tuple(
        UnitCost(**{**row, "year": int(row["year"]), "value": float(row["value"])})  # type: ignore[arg-type]  # columns are fields
        for row in _rows("unit_costs.csv")
    )


def _bands(text: str) -> tuple[str, ...]:
    return () if text == "all" else tuple(text.split("|"))


@lru_cache(maxsize=1)
def service_norms() -> dict[str, ServiceNorm]:
    """Return the planning standard of every service that has one."""
    return {
        row["service"]: ServiceNorm(
            **{**row, "value": float(row["value"]), "bands": _bands(row["bands"])}  # type: ignore[arg-type]  # columns are fields
        )
        for row in _rows("service_norms.csv")
    }


@lru_cache(maxsize=8)
def zones(region: str) -> tuple[str, ...]:
    """Return the zones whose unit costs hold for a region, nearest first.

    >>> zones("zhejiang"), zones("elsewhere")
    (('zhejiang', 'east', 'national'), ('national',))
    """
    if region not in available_regions():
        return ("national",)
    given = area_table(region).settings.get("cost_zones")
    return tuple(str(zone) for zone in given) if isinstance(given, list) else ("national",)


def rows_for(key: str, region: str) -> list[UnitCost]:
    """Return the rows of `key` that a region uses, by year: those of its nearest zone that has any."""
    for zone in zones(region):
        found = sorted((row for row in unit_costs() if row.key == key and row.zone == zone), key=lambda row: row.year)
        if found:
            return found
    return []


def by_year(key: str, region: str, years: Sequence[int]) -> NDArray[np.float64]:
    """Return a unit cost for every year (nominal yuan, or the unit of its rows); NaN where nothing is published for the region.

    `price`: linear between published years, outside them `price_growth` a year from the nearest; `level`: linear, flat outside; `step`:
    holds until the next.
    """
    rows = rows_for(key, region)
    if not rows:
        return np.full(len(years), np.nan)
    at, values = np.array([row.year for row in rows], dtype=np.float64), np.array([row.value for row in rows])
    wanted = np.asarray(years, dtype=np.float64)
    if rows[0].kind == "step":
        return np.asarray(values[np.clip(np.searchsorted(at, wanted, side="right") - 1, 0, None)], dtype=np.float64)
    inside = np.interp(wanted, at, values)
    if rows[0].kind == "level":
        return np.asarray(inside, dtype=np.float64)
    growth = rows_for("price_growth", region)[0].value
    outside = wanted - np.clip(wanted, at[0], at[-1])
    return np.asarray(inside * (1.0 + growth) ** outside, dtype=np.float64)
