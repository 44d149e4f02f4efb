"""Wages, incomes, rents and prices: yearly paths of the region or prefecture, and factors of the areas."""

from __future__ import annotations

import numpy as np

from zhejiang.evidence import Evidence, Facts

YEARS = range(2010, 2028)
G_W = 0.037  # yearly nominal growth after the last observed year: central value of g_w in the parameter table
SHRINK = 0.5  # wages differ less between areas than incomes: exponent on the income ratio
WORK_SHARE = 0.85  # part of rural disposable income that is wage or business income
# Monthly wage of out-migrants, the annual migrant monitoring reports; recalled, since the evidence starts in 2013
WAGE_MEMORY = {2010: 1690, 2011: 2049, 2012: 2290}


def fill(known: dict[int, float]) -> dict[int, float]:
    """Interpolate log-linearly between known years, keep the ends constant."""
    years = sorted(known)
    logs = np.interp(list(YEARS), years, [np.log(known[y]) for y in years])
    return {y: float(np.exp(v)) for y, v in zip(YEARS, logs, strict=True)}


def add_path(facts: Facts, area: str, indicator: str, unit: str, known: dict[int, tuple[float, str, str]], between: str, after: str, growth: float = G_W) -> None:
    """Write 2010..2027: known years with their tag, log-linear between them, `growth` after the last."""
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


def write_wages(evidence: Evidence, facts: Facts, areas: list[str], factors: dict[str, float]) -> None:
    """Write the migrants' wage in towns, its factor by area, and the wage outside."""
    national = {y: (float(v), "memory", "all-China out-migrants, annual monitoring report") for y, v in WAGE_MEMORY.items()}
    outside = dict(national)
    national[2013] = outside[2013] = (evidence.value("china", 2013, "outgoing_migrant_monthly_income"), "read", "out-migrants")
    national |= {y: (r.number, "read", "all migrant workers") for y, r in evidence.series("china", "migrant_monthly_income").items() if y <= 2022}
    outside[2014] = national[2014]
    outside |= {y: (r.number, "read", "out-migrants") for y, r in evidence.series("china", "outgoing_migrant_monthly_income").items() if y <= 2022}
    east = evidence.value("china_east", 2023, "migrant_monthly_income") / evidence.value("china", 2023, "migrant_monthly_income")
    private = [evidence.value("zhejiang", y, "average_wage_private") / evidence.value("east_china", y, "average_wage_private") for y in (2021, 2022)]
    ratio = east * float(np.mean(private))
    rule = f"national wage x {ratio:.3f} = east over national (2023) x Zhejiang's private-unit pay over the east's (2021-22)"
    town = {y: (v * ratio, "imputed", f"{rule}; national {v:g} [{t}: {n}]") for y, (v, t, n) in national.items()}
    growth = f"grows {G_W:.1%} a year after 2022 (parameter g_w)"
    add_path(facts, "zhejiang", "wage_town", "yuan_per_month", town, f"log-linear between known years; {rule}", growth)
    add_path(facts, "zhejiang", "wage_outside", "yuan_per_month", outside, "log-linear between known years", growth)
    mean = np.mean([factors[a] ** SHRINK for a in areas])
    for area in areas:
        note = f"(2024 urban income of the area over the province) ^ {SHRINK}, mean of areas 1; the same in all years"
        facts.add(area, 2024, "wage_town_factor", factors[area] ** SHRINK / mean, "ratio", "imputed", note)


def income_factor(evidence: Evidence, area: str, aliases: dict[str, str], kind: str) -> tuple[float, str, str]:
    """Return the area's 2024 income over the province's, with tag and note; cores are plain means of their districts."""
    province = evidence.value("zhejiang", 2024, f"disposable_income_{kind}", "policy_services_fiscal")
    if area.endswith("_core"):
        codes = sorted(k for k, v in aliases.items() if v == area)
    else:
        codes = [area, *[k for k, v in aliases.items() if v == area]]
    found = [(c, evidence.get(c, 2024, f"disposable_income_{kind}", "services")) for c in codes]
    rows = [(c, r) for c, r in found if r is not None]
    if not rows:
        raise KeyError((area, kind))
    numbers = [r.number * (1e4 if r["unit"].startswith("10k") else 1) for _, r in rows]
    note = "2024 income of " + ", ".join(c for c, _ in rows) + " over the province's"
    if len(rows) > 1:
        note += " (plain mean, districts have changed since 2020)"
    return float(np.mean(numbers)) / province, "imputed", note + "; the same in all years"


def write_incomes(evidence: Evidence, facts: Facts, areas: list[str], aliases: dict[str, str]) -> dict[str, float]:
    """Write urban and rural disposable income; return the urban factor by area."""
    every = {y: r.number for y, r in evidence.series("zhejiang", "disposable_income_all", "services").items()}
    urban_factor: dict[str, float] = {}
    for kind in ("urban", "rural"):
        rows = {y: r for y, r in evidence.series("zhejiang", f"disposable_income_{kind}", "policy_services_fiscal").items() if 2017 <= y <= 2024}
        known = {y: (r.number, r["confidence"], r["source_title"]) for y, r in rows.items()}
        for year in range(2010, 2017):
            rule = f"{kind} income of 2017 carried back with the income of all residents (published 2010-2017)"
            known[year] = (known[2017][0] * every[year] / every[2017], "imputed", rule)
        note = f"grows {G_W:.1%} a year after 2024 (as parameter g_w)"
        add_path(facts, "zhejiang", f"income_{kind}", "yuan_per_year", known, "log-linear between known years", note)
        for area in areas:
            value, tag, text = income_factor(evidence, area, aliases, kind)
            facts.add(area, 2024, f"income_{kind}_factor", value, "ratio", tag, text)
            if kind == "urban":
                urban_factor[area] = value
            else:
                facts.add(area, 2024, "income_village_factor", value, "ratio", tag, text)
    return urban_factor


def write_village_income(evidence: Evidence, facts: Facts) -> None:
    """Write the monthly income of one rural worker who stays, from rural disposable income per head."""
    per_worker = {}
    for year in (2010, 2020):
        total = evidence.value("zhejiang", year, "population_total_village_census")
        names = ["15_19", "20_24", "25_29", "30_34", "35_39", "40_44", "45_49", "50_54", "55_59", "60_64"]
        working = sum(evidence.value("zhejiang", year, f"age_{n}_{s}_village_census") for n in names for s in ("male", "female"))
        per_worker[year] = total / working
    rural = {int(r[1]): float(r[3]) for r in facts.rows if r[0] == "zhejiang" and r[2] == "income_rural"}
    known = {}
    for year in range(2010, 2023):
        persons = float(np.interp(year, [2010, 2020], [per_worker[2010], per_worker[2020]]))
        value = rural[year] * persons * WORK_SHARE / 12
        rule = f"rural income per head x {persons:.3f} villagers per person of 15-64 (censuses) x {WORK_SHARE} from work or business / 12"
        known[year] = (value, "imputed", rule)
    add_path(facts, "zhejiang", "income_village", "yuan_per_month", known, "", f"grows {G_W:.1%} a year after 2022 (as parameter g_w)")


def write_prices(evidence: Evidence, facts: Facts, areas: list[str], prefectures: list[str], urban: dict[str, float]) -> None:
    """Write house prices and rents by prefecture and their factors by area."""
    listed = {p: evidence.get(p, 2020, "house_price_listed_avg", "policy_services_fiscal") for p in prefectures}
    panel = {p: {y: r.number for y, r in evidence.series(p, "house_price_avg_city_panel").items()} for p in prefectures}
    panel["lishui"] = {y: v for y, v in panel["lishui"].items() if y <= 2015}
    nbs = ("hangzhou", "ningbo", "wenzhou", "jinhua")
    ratios = [row.number / panel[p][2020] for p, row in listed.items() if row is not None and 2020 in panel[p]]
    over = float(np.mean(ratios))
    rise = {p: evidence.value(p, "2020-12", "house_price_index_secondhand_fixed_base") / 100 for p in nbs}
    jump = float(np.mean([rise[p] / (panel[p][2020] / panel[p][2016]) for p in nbs]))
    for prefecture in prefectures:
        known = _price_path(evidence, prefecture, listed[prefecture], panel[prefecture], rise, jump, over)
        last = "kept at the level of 2025"
        add_path(facts, prefecture, "house_price", "yuan_per_m2", known, "log-linear between known years", last, growth=0.0)
        _rent_path(evidence, facts, prefecture, prefectures)
    for area in areas:
        core = urban[area.split("_")[0] + "_core"]
        price = float(np.clip((urban[area] / core) ** 1.5, 0.4, 1.3))
        rent = float(np.clip(urban[area] / core, 0.5, 1.2))
        facts.add(area, 2024, "house_price_factor", price, "ratio", "imputed", "(2024 urban income over that of the prefecture's core) ^ 1.5 within 0.4-1.3")
        facts.add(area, 2024, "rent_factor", rent, "ratio", "imputed", "2024 urban income over that of the prefecture's core, within 0.5-1.2")


def _price_path(
    evidence: Evidence, prefecture: str, listed: object, panel: dict[int, float], rise: dict[str, float], jump: float, over: float
) -> dict[int, tuple[float, str, str]]:
    row = evidence.get(prefecture, 2020, "house_price_listed_avg", "policy_services_fiscal")
    known: dict[int, tuple[float, str, str]] = {}
    if row is not None:
        known[2020] = (row.number, row["confidence"], "asking price, September 2020: the level")
    else:
        known[2020] = (panel[2020] * over, "imputed", f"city panel of 2020 x {over:.3f}, the mean of listing over panel in the eight listed cities")
    level = known[2020][0]
    total = rise.get(prefecture)
    if total is None:
        grown = panel[2020] / panel[2016] if 2020 in panel and 2016 in panel else np.exp(np.mean(np.log(list(rise.values())))) / jump
        total, rule = grown * jump, f"city panel 2016-20 x {jump:.3f} for 2015-16 (as in the four indexed cities)"
        if 2016 not in panel:
            rule = "2015-20 as the mean of the four indexed cities"
    else:
        rule = "official second-hand index, 2015 average to December 2020"
    known[2015] = (level / total, "imputed", rule)
    for year in range(2010, 2015):
        known[year] = (known[2015][0] * panel[year] / panel[2014] * _step_2015(panel), "imputed", "change of the city panel 2010-2014, its 2015 taken as 2014 (break)")
    index = prefecture if prefecture in rise else None
    value = level
    for year in range(2021, 2026):
        cities = [index] if index else ["ningbo", "wenzhou", "jinhua"]
        name, when = ("house_price_index_secondhand_yoy", f"{year}-12") if year < 2023 else ("house_price_index_secondhand_annual_mean_yoy", str(year))
        change = float(np.mean([evidence.value(c, when, name) for c in cities])) / 100
        value *= change
        known[year] = (value, "derived" if index else "imputed", "official second-hand index" + ("" if index else ", mean of Ningbo, Wenzhou and Jinhua"))
    return known


def _step_2015(panel: dict[int, float]) -> float:
    return 1.0


def _rent_path(evidence: Evidence, facts: Facts, prefecture: str, prefectures: list[str]) -> None:
    rows = {p: evidence.get(p, 2020, "rent_listed_avg", "policy_services_fiscal") for p in prefectures}
    row = rows[prefecture]
    if row is not None:
        base = (row.number, row["confidence"], "asking rent, September 2020: the level")
    else:
        others = [r.number for p, r in rows.items() if r is not None and p not in ("hangzhou", "wenzhou", "ningbo")]
        base = (float(np.mean(others)), "imputed", "mean of Quzhou, Lishui, Jinhua, Jiaxing and Shaoxing listings")
    known = {2020: base}
    income = {int(r[1]): float(r[3]) for r in facts.rows if r[0] == "zhejiang" and r[2] == "income_urban"}
    for year in range(2010, 2020):
        known[year] = (base[0] * (income[year] / income[2020]) ** 0.6, "imputed", "rent of 2020 carried back with urban income ^ 0.6 (assumed elasticity)")
    tier = "rent_listed_avg_tier2_cities" if prefecture in ("hangzhou", "ningbo") else "rent_listed_avg_tier3_4_cities"
    last = evidence.value("national", "2023-12", tier) / evidence.value("national", "2020-11", tier)
    known[2023] = (base[0] * last, "imputed", f"change of {tier} from November 2020 to December 2023")
    if prefecture == "hangzhou":
        found = evidence.get("hangzhou", "2026-03", "rent_listed_avg")
        assert found is not None
        known[2026] = (found.number, found["confidence"], "asking rent, March 2026")
    add_path(facts, prefecture, "rent", "yuan_per_m2_month", known, "log-linear between known years", "kept at the last known level", growth=0.0)


