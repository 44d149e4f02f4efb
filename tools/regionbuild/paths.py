"""Yearly paths of wages and incomes: known years with their tag, a written rule between and after them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from regionbuild.evidence import Evidence, Facts
from regionbuild.place import Place

YEARS = range(2010, 2028)
Known = dict[int, tuple[float, str, str]]  # by year: value, tag, note
SHRINK = 0.5  # wages differ less between areas than incomes: exponent on the income ratio
WORK_SHARE = 0.85  # part of rural disposable income that is wage or business income
# Monthly wage of out-migrants, the annual migrant monitoring reports; recalled, since the evidence starts in 2013
WAGE_MEMORY = {2010: 1690, 2011: 2049, 2012: 2290}


@dataclass(frozen=True)
class Growth:
    """Say how wages and incomes go on: `rate` a year after the last observed year (`region.yaml`: g_w, wages_until)."""

    rate: float
    last: int

    @classmethod
    def of(cls, place: Place) -> Growth:
        """Read the settings of a region."""
        return cls(float(place.settings["g_w"]), int(place.settings["wages_until"]))


def fill(known: dict[int, float]) -> dict[int, float]:
    """Interpolate log-linearly between known years, keep the ends constant."""
    years = sorted(known)
    logs = np.interp(list(YEARS), years, [np.log(known[y]) for y in years])
    return {y: float(np.exp(v)) for y, v in zip(YEARS, logs, strict=True)}


def add_path(facts: Facts, area: str, indicator: str, unit: str, known: Known, between: str, after: str, growth: float) -> None:
    """Write 2010..2027: known years with their tag, log-linear between them, `growth` a year after the last."""
    last = max(known)
    values = fill({y: v for y, (v, _, _) in known.items()})
    for year in YEARS:
        if year in known:
            value, tag, note = known[year]
        elif year < last:
            value, tag, note = values[year], "imputed", between
        else:
            value, tag, note = known[last][0] * (1 + growth) ** (year - last), "assumption", after
        facts.add(area, year, indicator, round(value, 2), unit, tag, note)


def known_path(facts: Facts, area: str, indicator: str) -> dict[int, float]:
    """Return a path that was written before."""
    return {int(r[1]): float(r[3]) for r in facts.rows if r[0] == area and r[2] == indicator}


def national_wage(evidence: Evidence, last: int) -> Known:
    """Return the monthly pay of China's out-migrants in the years with a figure, to `last`."""
    outside: Known = {y: (float(v), "memory", "all-China out-migrants, annual monitoring report") for y, v in WAGE_MEMORY.items()}
    outside[2013] = _out_migrants(evidence, "china", 2013, "outgoing_migrant_monthly_income")
    outside[2014] = _out_migrants(evidence, "china", 2014, "migrant_monthly_income")
    for year, row in evidence.series("china", "outgoing_migrant_monthly_income").items():
        if 2020 <= year <= last:
            outside[year] = (row.number, row["confidence"], f"all-China out-migrants; {row['source_title']}")
    return outside


def _out_migrants(evidence: Evidence, area: str, year: int, indicator: str) -> tuple[float, str, str]:
    row = evidence.get(area, year, indicator)
    if row is None:
        raise KeyError((area, year, indicator))
    return row.number, row["confidence"], f"all-China out-migrants; {row['source_title']}"


def write_wages(facts: Facts, place: Place, outside: Known, ratio: float, rule: str, growth: Growth) -> None:
    """Write the migrants' wage in towns (`ratio` times the national one) and the wage outside: one series of out-migrants for both."""
    town: Known = {y: (v * ratio, "imputed", f"{rule}; national {v:g} ({tag})") for y, (v, tag, _) in outside.items()}
    after = f"grows {growth.rate:.1%} a year after {growth.last} (parameter g_w)"
    add_path(facts, place.name, "wage_town", "yuan_per_month", town, f"log-linear between known years; {rule}", after, growth.rate)
    add_path(facts, place.name, "wage_outside", "yuan_per_month", outside, "log-linear between known years", after, growth.rate)


def write_wage_factors(facts: Facts, areas: Iterable[str], factors: Mapping[str, float], basis: str) -> None:
    """Write the areas' wage over the region's: their income ratio ^ `SHRINK`, mean 1."""
    areas = list(areas)
    mean = np.mean([factors[a] ** SHRINK for a in areas])
    note = f"({basis}) ^ {SHRINK}, mean 1; spread as of the minimum-wage tiers; all years"
    for area in areas:
        facts.add(area, 2024, "wage_town_factor", factors[area] ** SHRINK / mean, "ratio", "imputed", note)


def write_village_income(evidence: Evidence, facts: Facts, place: Place, growth: Growth) -> None:
    """Write the monthly income of one rural worker who stays, from rural disposable income per head."""
    per_worker = {}
    for year in (2010, 2020):
        total = evidence.value(place.province, year, "population_total_village_census")
        names = ["15_19", "20_24", "25_29", "30_34", "35_39", "40_44", "45_49", "50_54", "55_59", "60_64"]
        working = sum(evidence.value(place.province, year, f"age_{n}_{s}_village_census") for n in names for s in ("male", "female"))
        per_worker[year] = total / working
    rural = known_path(facts, place.name, "income_rural")
    known: Known = {}
    for year in range(2010, growth.last + 1):
        persons = float(np.interp(year, [2010, 2020], [per_worker[2010], per_worker[2020]]))
        value = rural[year] * persons * WORK_SHARE / 12
        rule = f"rural income per head x {persons:.3f} villagers per person of 15-64 (censuses) x {WORK_SHARE} from work or business / 12"
        known[year] = (value, "imputed", rule)
    after = f"grows {growth.rate:.1%} a year after {growth.last} (as parameter g_w)"
    add_path(facts, place.name, "income_village", "yuan_per_month", known, "", after, growth.rate)
