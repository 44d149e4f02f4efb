"""Wages, incomes, rents and prices of Xuchang: incomes published for 2011 only, rents for the end of 2023, prices by a city panel."""

from __future__ import annotations

import csv

import numpy as np
from regionbuild.evidence import Evidence, Facts
from regionbuild.paths import Growth, Known, add_path, known_path, national_wage, write_wages
from regionbuild.place import REGIONS, Place

CENTRAL_OVER_ALL = 4745 / 4961  # migrants' pay, 2024 monitoring report (behaviour.md of the evidence)
INDEXED = ("zhengzhou", "pingdingshan")  # cities of Henan with an official second-hand price index, stand-ins for Xuchang
RENT_AREAS = (
    "xuchang_dongcheng",
    "xuchang_central_city",
    "xuchang_tiexi",
    "xuchang_south_of_xinxing_road",
    "xuchang_north_of_bayi_road",
)
RENT_ELASTICITY = 0.6  # of rents to urban income (assumption, as in the other regions)


def write_pay(evidence: Evidence, facts: Facts, place: Place, growth: Growth) -> None:
    """Write the wage in Xuchang's towns and outside."""
    outside = national_wage(evidence, growth.last)
    pairs = [
        (evidence.value("china", y, "local_migrant_monthly_income"), evidence.value("china", y, "outgoing_migrant_monthly_income"))
        for y in (2020, 2021, 2022)
    ]
    local = float(np.mean([a / b for a, b in pairs]))
    ratio = local * CENTRAL_OVER_ALL
    rule = (
        f"national wage x {ratio:.3f} = pay of those who work near home over that of out-migrants (2020-22, {local:.3f}) x pay in the "
        f"centre over all (2024, {CENTRAL_OVER_ALL:.3f})"
    )
    write_wages(facts, place, outside, ratio, rule, growth)
    for area in place.areas:
        note = "no income or wage of Xuchang's counties is published after 2011: the same pay everywhere"
        facts.add(area, 2024, "wage_town_factor", 1, "ratio", "assumption", note)


def write_incomes(evidence: Evidence, facts: Facts, place: Place, growth: Growth) -> None:
    """Write urban and rural income: Xuchang's of 2011 carried on with Henan's income of all residents, rid of its changing urban share."""
    every = {y: r.number for y, r in evidence.series("henan", "disposable_income_all", "services").items() if 2010 <= y <= growth.last}
    share = {y: _urban_share(evidence, y) for y in every}
    urban, rural = (evidence.value("xuchang", 2011, f"disposable_income_{k}") for k in ("urban", "rural"))
    mixed = {y: share[y] * urban + (1 - share[y]) * rural for y in every}
    after = f"grows {growth.rate:.1%} a year after {growth.last} (as parameter g_w)"
    for kind, base in (("urban", urban), ("rural", rural)):
        known: Known = {}
        for year in every:
            level = every[year] / every[2011] * mixed[2011] / mixed[year]
            rule = (
                "Xuchang's of 2011 x Henan's income of all residents over 2011, divided by what its growing urban share adds "
                "(urban and rural taken to grow alike)"
            )
            known[year] = (base * level, "imputed", rule)
        row = evidence.get("xuchang", 2011, f"disposable_income_{kind}")
        assert row is not None
        known[2011] = (base, row["confidence"], f"{row['source_title']}; {row['note']}")
        add_path(facts, place.name, f"income_{kind}", "yuan_per_year", known, "", after, growth.rate)


def _urban_share(evidence: Evidence, year: int) -> float:
    census = [
        evidence.value("henan", y, "urban_population_census") / evidence.value("henan", y, "resident_population_census")
        for y in (2010, 2020)
    ]
    points = {2010: census[0], 2020: census[1], 2022: evidence.value("henan", 2022, "urbanization_rate") / 100}
    return float(np.interp(year, list(points), list(points.values())))


def write_prices(evidence: Evidence, facts: Facts, place: Place) -> None:
    """Write the house price, the rent and their factors by area."""
    add_path(facts, place.name, "house_price", "yuan_per_m2", _price_path(evidence), "log-linear between known years", "kept", 0.0)
    rents = [evidence.value(a, 2023, "rent_official_district_avg") for a in RENT_AREAS]
    base = float(np.mean(rents))
    income = known_path(facts, place.name, "income_urban")
    known: Known = {2023: (base, "derived", "plain mean of the five parts of the city, 许昌市房产交易租赁管理处 2023-12-21: 10.0 to 16.05")}
    for year in range(2010, 2023):
        value = base * (income[year] / income[2023]) ** RENT_ELASTICITY
        known[year] = (value, "imputed", f"rent of 2023 carried back with urban income ^ {RENT_ELASTICITY} (assumed)")
    add_path(facts, place.name, "rent", "yuan_per_m2_month", known, "", "kept at the level of 2023", 0.0)
    for name in ("house_price_factor", "rent_factor"):
        factor = _county_factor(name)
        note = "mean of Zhejiang's counties over their cores' 1; nothing is published below the prefecture; all years"
        for area in place.areas:
            if area in place.cores:
                facts.add(area, 2024, name, 1, "ratio", "derived", "the city's figures are those of the core")
            else:
                facts.add(area, 2024, name, factor, "ratio", "imputed", note)


def _price_path(evidence: Evidence) -> Known:
    panel = {y: r.number for y, r in evidence.series("xuchang", "house_price_avg_city_panel").items()}
    level = "city panel (asking prices from 2016); no dated listing of Xuchang was found"
    known: Known = {y: (panel[y], "read", level) for y in range(2016, 2021)}
    rise = float(np.mean([evidence.value(c, "2020-12", "house_price_index_secondhand_fixed_base") for c in INDEXED])) / 100
    rule = f"back from 2020 with the second-hand index, mean of Zhengzhou and Pingdingshan (2015 average to December 2020: {rise:.3f})"
    known[2015] = (panel[2020] / rise, "imputed", rule)
    for year in range(2010, 2015):
        note = "change of the city panel 2010-2014; 2014 taken as 2015, where the panel breaks"
        known[year] = (known[2015][0] * panel[year] / panel[2014], "imputed", note)
    value = panel[2020]
    for year in range(2021, 2026):
        when, name = (f"{year}-12", "yoy") if year < 2023 else (str(year), "annual_mean_yoy")
        value *= float(np.mean([evidence.value(c, when, f"house_price_index_secondhand_{name}") for c in INDEXED])) / 100
        known[year] = (value, "imputed", "official second-hand index, mean of Zhengzhou and Pingdingshan (Xuchang has none)")
    return known


def _county_factor(name: str) -> float:
    """Return the plain mean of a factor over Zhejiang's counties, relative to their cores."""
    with (REGIONS / "zhejiang/economy.csv").open(encoding="utf-8", newline="") as stream:
        rows = [r for r in csv.DictReader(stream) if r["indicator"] == name and not r["area"].endswith("_core")]
    return round(float(np.mean([float(r["value"]) for r in rows])), 4)
