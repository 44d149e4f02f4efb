"""Wages, incomes, rents and prices of Zhejiang: yearly paths of the province or prefecture, and factors of the areas."""

from __future__ import annotations

import numpy as np
from regionbuild.evidence import Evidence, Facts
from regionbuild.paths import Growth, Known, add_path, national_wage, write_wage_factors
from regionbuild.paths import write_wages as write_wage_paths
from regionbuild.place import Place
from regionbuild.prices import Prices, write_factors, write_price, write_rent

NBS = ("hangzhou", "ningbo", "wenzhou", "jinhua")  # cities with an official second-hand price index


def write_wages(evidence: Evidence, facts: Facts, place: Place, factors: dict[str, float], growth: Growth) -> None:
    """Write the migrants' wage in towns, its factor by area, and the wage outside."""
    east = evidence.value("china_east", 2023, "migrant_monthly_income") / evidence.value("china", 2023, "migrant_monthly_income")
    private = [
        evidence.value("zhejiang", y, "average_wage_private") / evidence.value("east_china", y, "average_wage_private")
        for y in (2021, 2022)
    ]
    ratio = east * float(np.mean(private))
    rule = f"national wage x {ratio:.3f} = pay in the east over all (2023) x Zhejiang's private-unit pay over the east's (2021-22)"
    write_wage_paths(facts, place, national_wage(evidence, growth.last), ratio, rule, growth)
    write_wage_factors(facts, place.areas, factors, "2024 urban income of the area over the province")


def income_factor(evidence: Evidence, place: Place, area: str, kind: str) -> tuple[float, str, str]:
    """Return the area's 2024 income over the province's, with tag and note; cores are plain means of their districts."""
    province = evidence.value("zhejiang", 2024, f"disposable_income_{kind}", "policy_services_fiscal")
    if area in place.cores:
        codes = sorted(k for k, v in place.aliases.items() if v == area)
    else:
        codes = [area, *[k for k, v in place.aliases.items() if v == area]]
    found = [(c, evidence.get(c, 2024, f"disposable_income_{kind}", "services")) for c in codes]
    rows = [(c, r) for c, r in found if r is not None]
    if not rows:
        raise KeyError((area, kind))
    numbers = [r.number * (1e4 if r["unit"].startswith("10k") else 1) for _, r in rows]
    note = "2024 income of " + ", ".join(c for c, _ in rows) + " over the province's"
    if len(rows) > 1:
        note += " (plain mean, districts have changed since 2020)"
    return float(np.mean(numbers)) / province, "imputed", note + "; the same in all years"


def write_incomes(evidence: Evidence, facts: Facts, place: Place, growth: Growth) -> dict[str, float]:
    """Write urban and rural disposable income; return the urban factor by area."""
    every = {y: r.number for y, r in evidence.series("zhejiang", "disposable_income_all", "services").items()}
    urban_factor: dict[str, float] = {}
    for kind in ("urban", "rural"):
        rows = {
            y: r for y, r in evidence.series("zhejiang", f"disposable_income_{kind}", "policy_services_fiscal").items() if 2017 <= y <= 2024
        }
        known: Known = {y: (r.number, r["confidence"], r["source_title"]) for y, r in rows.items()}
        for year in range(2010, 2017):
            rule = f"{kind} income of 2017 carried back with the income of all residents (published 2010-2017)"
            known[year] = (known[2017][0] * every[year] / every[2017], "imputed", rule)
        note = f"grows {growth.rate:.1%} a year after 2024 (as parameter g_w)"
        add_path(facts, "zhejiang", f"income_{kind}", "yuan_per_year", known, "log-linear between known years", note, growth.rate)
        for area in place.areas:
            value, tag, text = income_factor(evidence, place, area, kind)
            facts.add(area, 2024, f"income_{kind}_factor", value, "ratio", tag, text)
            if kind == "urban":
                urban_factor[area] = value
            else:
                facts.add(area, 2024, "income_village_factor", value, "ratio", tag, text)
    return urban_factor


def write_prices(evidence: Evidence, facts: Facts, place: Place, urban: dict[str, float]) -> None:
    """Write house prices and rents by prefecture and their factors by area."""
    texts = {
        "mean_rise": "back from 2020 with the mean of the four indexed cities",
        "followed": "mean of Ningbo, Wenzhou and Jinhua",
    }
    # the evidence drops Lishui's panel of 2017-22
    prices = Prices(evidence, place.prefectures, NBS, NBS[1:], texts, panel_ends={"lishui": 2015})
    rows = {p: evidence.get(p, 2020, "rent_listed_avg", "policy_services_fiscal") for p in place.prefectures}
    others = [r.number for p, r in rows.items() if r is not None and p not in ("hangzhou", "wenzhou", "ningbo")]
    for prefecture, row in rows.items():
        write_price(facts, prefecture, prices)
        if row is not None:
            base = (row.number, row["confidence"], f"asking rent of September 2020; {row['source_title']}")
        else:
            base = (float(np.mean(others)), "imputed", "mean of the listings of Quzhou, Lishui, Jinhua, Jiaxing and Shaoxing")
        later: Known = {}
        if prefecture == "hangzhou":
            found = evidence.get("hangzhou", "2026-03", "rent_listed_avg")
            assert found is not None
            later[2026] = (found.number, found["confidence"], f"asking rent of March 2026; {found['source_title']}")
        tier = "rent_listed_avg_tier2_cities" if prefecture in ("hangzhou", "ningbo") else "rent_listed_avg_tier3_4_cities"
        write_rent(evidence, facts, place, prefecture, base, tier, later)
    write_factors(facts, place, urban, "2024 urban income over that of the prefecture's core")
