"""Read a region folder, check it and build the arrays."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from urbsim.errors import Problem, UserError
from urbsim.regions import series
from urbsim.regions.check import find_problems
from urbsim.regions.distance import distances
from urbsim.regions.facts import FactTable, read_facts
from urbsim.regions.geography import AreaTable, area_table, region_folder
from urbsim.regions.handwritten import find_table_problems
from urbsim.regions.model import BIRTH_ORDERS, STAGES, YEARS, Floats, Ints, Published, Region
from urbsim.regions.schema import (
    AGE_GROUPS,
    CENSUS_COUNTS,
    EDUCATION_PARTS,
    GENERATIONS,
    HOUSEHOLD_INDICATORS,
    PARTS,
    SEXES,
    TENURE_INDICATORS,
)
from urbsim.text import Text


def load_region(name_or_path: str | Path) -> Region:
    """Return a region by name or folder (cached). Raises UserError with every problem of its files."""
    return _load(region_folder(name_or_path))


def check_region(path: str | Path) -> list[Problem]:
    """Return everything that is wrong with a region folder; an empty list if it can be loaded."""
    try:
        folder = region_folder(path)
    except UserError as error:
        return error.problems
    problems, facts = find_table_problems(folder), read_facts(folder)
    if problems:
        return problems + facts.problems
    return facts.problems + find_problems(area_table(folder), facts)


@lru_cache(maxsize=4)
def _load(folder: Path) -> Region:
    table = area_table(folder)
    facts = read_facts(folder)
    problems = facts.problems + find_problems(table, facts)
    if problems:
        raise UserError(problems)
    values: dict[str, Any] = {}
    values |= _places(table)
    values |= _census(table, facts)
    values |= _profile(table, facts)
    values |= _vital(table, facts)
    values |= _supply(table, facts)
    for name in ("wage_town", "income_village", "rent", "house_price", "income_urban", "income_rural"):
        values[name] = series.by_area(facts, table, name)
    values["wage_outside"] = series.to_quarters(series.path(facts, table.name, "wage_outside"))
    blocks = tuple(table.blocks)
    values["block_population_at_risk"] = np.column_stack([series.to_quarters(series.path(facts, b, "population_at_risk")) for b in blocks])
    values["block_stock_2010"] = np.stack([series.counts(facts, table.area_codes, 2010, f"block_stock_{b}") for b in blocks])
    values["published"] = tuple(
        Published(f.area, dt.date.fromisoformat(f.date), f.indicator, f.value, f.unit, facts.vintage[f.line], (f.file, f.line))
        for f in facts.published()
    )
    values["sources"] = {(f.file, f.line): f for f in facts.facts}
    values["g_w"] = float(str(table.settings["g_w"]))
    values["wages_until"] = int(str(table.settings["wages_until"]))
    values["_index"] = {code: i for i, code in enumerate(table.areas)}
    region = Region(table=table, **values)
    for field in fields(region):
        value = getattr(region, field.name)
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return region


def _places(table: AreaTable) -> dict[str, Any]:
    areas, blocks = list(table.areas.values()), list(table.blocks.values())
    prefectures = tuple(table.prefectures)
    lonlat = np.array([[float(row["longitude"]), float(row["latitude"])] for row in [*areas, *blocks]])
    return {
        "area_codes": table.area_codes,
        "area_names": table.area_names,
        "prefecture_codes": prefectures,
        "prefecture_names": tuple(Text(row["zh"], row["en"]) for row in table.prefectures.values()),
        "prefecture_of": np.array([prefectures.index(row["prefecture"]) for row in areas], dtype=np.int64),
        "is_core": np.array([row["is_core"] == "1" for row in areas]),
        "is_mountain": np.array([row["is_mountain"] == "1" for row in areas]),
        "tile": np.array([[int(row["row"]), int(row["column"])] for row in areas], dtype=np.int64),
        "lonlat": lonlat,
        "distance_km": distances(lonlat, len(areas), float(str(table.settings["detour"]))),
        "block_codes": tuple(table.blocks),
        "block_names": tuple(Text(row["zh"], row["en"]) for row in blocks),
        "block_is_neighbour": np.array([row["is_neighbour"] == "1" for row in blocks]),
    }


def _census(table: AreaTable, facts: FactTable) -> dict[str, Any]:
    areas = table.area_codes
    values: dict[str, Any] = {}
    for attribute, indicator in CENSUS_COUNTS.items():
        for year in (2010, 2020):
            values[f"{attribute}_{year}"] = series.counts(facts, areas, year, indicator)
    for year in (2010, 2020):
        values[f"within_core_{year}"] = series.counts(facts, areas, year, "separated_within_core")
    values["hukou_2010"] = series.counts(facts, areas, 2010, "hukou_population")
    values["nonagri_share_2010"] = np.array([facts.value(a, 2010, "nonagricultural_share") for a in areas]) / 100
    return values


def _profile(table: AreaTable, facts: FactTable) -> dict[str, Any]:
    prefectures = tuple(table.prefectures)

    def matrix(year: int, indicators: tuple[str, ...]) -> Ints:
        return np.array([[round(facts.value(p, year, name)) for name in indicators] for p in prefectures], dtype=np.int64)

    values: dict[str, Any] = {}
    for year in (2010, 2020):
        values[f"age_{year}"] = np.stack([matrix(year, tuple(f"age_{s}_{g}" for g in AGE_GROUPS)) for s in SEXES], axis=1)
        values[f"education_{year}"] = np.stack([matrix(year, part).sum(axis=1) for part in EDUCATION_PARTS], axis=1)
        values[f"household_size_{year}"] = matrix(year, HOUSEHOLD_INDICATORS)
        values[f"household_generations_{year}"] = matrix(year, GENERATIONS)
        values[f"tenure_{year}"] = matrix(year, TENURE_INDICATORS)
    values["age_part_2010"] = np.array(
        [
            [[round(facts.value(table.name, 2010, f"age1_{part}_{sex}_{age}")) for age in range(101)] for sex in SEXES]
            for part in ("city", "town", "village")
        ],
        dtype=np.int64,
    )
    return values


def _vital(table: AreaTable, facts: FactTable) -> dict[str, Any]:
    name = table.name

    def cube(pattern: str, last: tuple[object, ...]) -> Floats:
        return np.array([[[facts.value(name, year, f"{pattern}_{part}_{k}") for k in last] for part in PARTS] for year in (2010, 2020)])

    death = [[[[facts.value(name, y, f"death_rate_{p}_{s}_{k}") for k in range(101)] for s in SEXES] for p in PARTS] for y in (2010, 2020)]
    births = {y: facts.by_key[name, str(y), "births"].value for y in YEARS if (name, str(y), "births") in facts.by_key}
    return {
        "death_rate": np.array(death),
        "mortality_level": series.by_calendar_year(series.path(facts, name, "mortality_level")),
        "fertility": cube("fertility", tuple(range(15, 50))),
        "fertility_level": series.by_calendar_year(series.path(facts, name, "fertility_level")),
        "birth_order_share": cube("birth_order", BIRTH_ORDERS),
        "births_by_year": births,
    }


def _supply(table: AreaTable, facts: FactTable) -> dict[str, Any]:
    areas = table.area_codes
    initial = np.stack([series.counts(facts, areas, 2010, f"school_places_{s}") for s in STAGES], axis=1)
    added = np.zeros((len(YEARS), len(areas), len(STAGES)), dtype=np.int64)
    for y, year in enumerate(YEARS[1:], start=1):
        added[y] = np.stack([series.counts(facts, areas, year, f"school_places_new_{s}") for s in STAGES], axis=1)
    values: dict[str, Any] = {
        "school_places_2010": initial,
        "school_places_new": added,
        "school_places_by_year": initial + np.cumsum(added, axis=0),
    }
    for indicator in (
        "guaranteed_homes",
        "public_homes",
        "hospital_beds",
        "nursery_places",
        "kindergarten_places",
        "upper_secondary_places",
    ):
        values[indicator] = series.yearly_counts(facts, areas, indicator)
    return values
