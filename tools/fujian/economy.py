"""Wages, incomes, rents and prices of Fujian: yearly paths of the province or prefecture, and factors of the areas."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from regionbuild.census import need
from regionbuild.evidence import Evidence, Facts
from regionbuild.paths import Growth, Known, add_path, known_path, national_wage, write_wage_factors
from regionbuild.paths import write_wages as write_wage_paths
from regionbuild.place import Place
from regionbuild.prices import Prices, write_factors, write_price, write_rent
from zhejiang.economy import income_factor

NBS = ("fuzhou", "xiamen", "quanzhou")  # cities with an official second-hand price index
KINDS = ("urban", "rural")
# Years with published incomes by prefecture (Longyan has one half-year only, which is not used)
PUBLISHED = {"fuzhou": [2018], "xiamen": [2018], "putian": [2018], "quanzhou": [2023], "zhangzhou": [2022, 2023]}
PINGTAN = "fuzhou_pingtan"


class Spread(NamedTuple):
    """Hold the slope of log income over that of the prefecture's core on the share of people from other provinces, found in Zhejiang."""

    constant: float
    slope: float
    fit: float  # R squared


def write_wages(evidence: Evidence, facts: Facts, place: Place, factors: dict[str, float], growth: Growth) -> None:
    """Write the migrants' wage in towns, its factor by area, and the wage outside."""
    east = evidence.value("china_east", 2023, "migrant_monthly_income") / evidence.value("china", 2023, "migrant_monthly_income")
    private = [
        evidence.value("zhejiang", y, "average_wage_private") / evidence.value("east_china", y, "average_wage_private")
        for y in (2021, 2022)
    ]
    own = evidence.value("fujian", 2023, "average_wage_private") / evidence.value("zhejiang", 2023, "average_wage_private")
    ratio = east * float(np.mean(private)) * own
    rule = (
        f"national wage x {ratio:.3f} = pay in the east over all (2023) x Zhejiang's private-unit pay over the east's (2021-22) x Fujian's "
        "over Zhejiang's (2023)"
    )
    write_wage_paths(facts, place, national_wage(evidence, growth.last), ratio, rule, growth)
    write_wage_factors(facts, place.areas, factors, "urban income of the area over the province")


def write_incomes(evidence: Evidence, facts: Facts, place: Place, growth: Growth) -> dict[str, float]:
    """Write urban and rural disposable income; return the urban factor by area."""
    urban: dict[str, float] = {}
    for kind in KINDS:
        _province(evidence, facts, kind, growth)
        prefectures = _prefecture_factors(evidence, facts, place, kind)
        spread = _spread(evidence, kind)
        for prefecture in place.prefectures:
            for area, (value, note) in _area_factors(evidence, facts, place, prefecture, prefectures[prefecture], spread, kind).items():
                facts.add(area, 2024, f"income_{kind}_factor", value, "ratio", "imputed", note)
                if kind == "urban":
                    urban[area] = value
                else:
                    facts.add(area, 2024, "income_village_factor", value, "ratio", "imputed", note)
    return urban


def _province(evidence: Evidence, facts: Facts, kind: str, growth: Growth) -> None:
    """Write the province's path: 2018 is published, the other years by the income of all and Zhejiang's move of the gap."""
    row = evidence.get("fujian", 2018, f"disposable_income_{kind}")
    assert row is not None
    every = {y: r.number for y, r in evidence.series("fujian", "disposable_income_all", "services").items()}
    other = evidence.series("zhejiang", f"disposable_income_{kind}", "policy_services_fiscal")
    other_every = evidence.series("zhejiang", "disposable_income_all", "services")
    relative = {y: other[y].number / other_every[y].number for y in range(2017, 2024)}
    known: Known = {}
    for year in range(2010, 2024):
        if year == 2018:
            known[year] = (row.number, row["confidence"], row["source_title"])
            continue
        gap = relative[max(year, 2017)] / relative[2018]
        rule = (
            f"{kind} income of 2018 moved with the income of all residents (published 2010-2023) x {gap:.4f}, the change of {kind} over "
            "all income in Zhejiang since 2018 (2017 kept before)"
        )
        known[year] = (row.number * every[year] / every[2018] * gap, "imputed", rule)
    after = f"grows {growth.rate:.1%} a year after 2023 (as parameter g_w)"
    add_path(facts, "fujian", f"income_{kind}", "yuan_per_year", known, "", after, growth.rate)


def _prefecture_factors(evidence: Evidence, facts: Facts, place: Place, kind: str) -> dict[str, tuple[float, str]]:
    """Return each prefecture's income over the province's; those without a figure share one factor that brings the mean to 1."""
    path = known_path(facts, "fujian", f"income_{kind}")
    found: dict[str, tuple[float, str]] = {}
    for prefecture, listed in PUBLISHED.items():
        ratios = [evidence.value(prefecture, year, f"disposable_income_{kind}") / path[year] for year in listed]
        years = " and ".join(str(year) for year in listed)
        found[prefecture] = (float(np.mean(ratios)), f"{kind} income of {prefecture} over the province's in {years}")
    part = "urban" if kind == "urban" else "rural"
    people = {p: need(evidence, place.source(p), 2020, f"{part}_population_census").number for p in place.prefectures}
    rest = [p for p in place.prefectures if p not in found]
    left = sum(people.values()) - sum(people[p] * v for p, (v, _) in found.items())
    value = left / sum(people[p] for p in rest)
    note = f"no figure for {', '.join(rest)}: one factor for all, so that the mean over the province's {part} people of 2020 is 1"
    return found | dict.fromkeys(rest, (value, note))


def _spread(evidence: Evidence, kind: str) -> Spread:
    """Fit Zhejiang's counties of 2024: log of income over the core's, on the share of people from other provinces less the core's."""
    other = Place.read("zhejiang")
    x, y = [], []
    for area in other.areas:
        core = other.core_of(other.prefecture_of[area])
        assert core is not None
        if area != core:
            incomes = [income_factor(evidence, other, a, kind)[0] for a in (area, core)]
            x.append(_newcomers(evidence, other, area) - _newcomers(evidence, other, core))
            y.append(np.log(incomes[0] / incomes[1]))
    slope, constant = np.polyfit(x, y, 1)
    return Spread(float(constant), float(slope), float(np.corrcoef(x, y)[0, 1] ** 2))


def _newcomers(evidence: Evidence, place: Place, area: str) -> float:
    """Return the share of people from other provinces among residents, 2020."""
    parts = place.members(evidence, area, 2020)
    people = [
        sum(evidence.value(p, 2020, n, "demography") for p in parts) for n in ("interprovincial_inmigrants", "resident_population_census")
    ]
    return people[0] / people[1]


def _area_factors(
    evidence: Evidence, facts: Facts, place: Place, prefecture: str, level: tuple[float, str], spread: Spread, kind: str
) -> dict[str, tuple[float, str]]:
    """Return the income of a prefecture's areas over the province's: Zhejiang's spread, brought to the prefecture's mean."""
    areas = [a for a in place.areas if place.prefecture_of[a] == prefecture]
    core = place.core_of(prefecture)
    assert core is not None
    part = "urban" if kind == "urban" else "rural"
    relative, people = {core: 1.0}, {}
    for area in areas:
        if area != core:
            gap = _newcomers(evidence, place, area) - _newcomers(evidence, place, core)
            relative[area] = float(np.exp(spread.constant + spread.slope * gap))
        people[area] = sum(evidence.value(m, 2020, "resident_population_census", "demography") for m in place.members(evidence, area, 2020))
    mean = sum(relative[a] * people[a] for a in areas) / sum(people.values())
    note = (
        f"{level[1]}; areas by exp({spread.constant:.3f} + {spread.slope:.3f} x share of people from other provinces less the core's), "
        f"found in Zhejiang's counties of 2024 (R2 {spread.fit:.2f}), with the prefecture's mean kept (residents of 2020); all years"
    )
    result = {a: (relative[a] / mean * level[0], note) for a in areas}
    if PINGTAN in result:
        row = evidence.get("pingtan", 2018, f"disposable_income_{kind}")
        assert row is not None
        own = row.number / known_path(facts, "fujian", f"income_{kind}")[2018]
        result[PINGTAN] = (own, f"{part} income of Pingtan over the province's in 2018; all years")
    return result


def write_prices(evidence: Evidence, facts: Facts, place: Place, urban: dict[str, float]) -> None:
    """Write house prices and rents by prefecture and their factors by area."""
    texts = {"mean_rise": "back from 2020 with the mean of the indexed cities", "followed": "mean of Fuzhou and Quanzhou"}
    prices = Prices(evidence, place.prefectures, NBS, ("fuzhou", "quanzhou"), texts)
    rents = {p: evidence.get(p, 2020, "rent_listed_avg", "policy_services_fiscal") for p in place.prefectures}
    early = {n: evidence.value("zhangzhou", 2019, n, "services") for n in ("rent_listed_avg", "house_price_listed_avg")}
    quanzhou = rents["quanzhou"]
    assert quanzhou is not None
    ratio = float(np.mean([quanzhou.number / prices.level("quanzhou")[0], early["rent_listed_avg"] / early["house_price_listed_avg"]]))
    rule = f"price of 2020 x {ratio:.5f}, the mean of rent over price in Quanzhou (September 2020) and Zhangzhou (March 2019), asked"
    for prefecture in place.prefectures:
        write_price(facts, prefecture, prices)
        row = rents[prefecture]
        if row is not None:
            base = (row.number, row["confidence"], f"asking rent of September 2020; {row['source_title']}")
        else:
            base = (prices.level(prefecture)[0] * ratio, "imputed", rule)
        tier = "rent_listed_avg_tier2_cities" if prefecture in ("fuzhou", "xiamen") else "rent_listed_avg_tier3_4_cities"
        write_rent(evidence, facts, place, prefecture, base, tier)
    write_factors(facts, place, urban, "urban income over that of the prefecture's core")
