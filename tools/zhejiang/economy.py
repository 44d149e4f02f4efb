"""Wages, incomes, rents and prices: yearly paths of the region or prefecture, and factors of the areas."""

from __future__ import annotations

import numpy as np

from zhejiang.evidence import Evidence, Facts

YEARS = range(2010, 2028)
LAST_WAGE = 2022  # last observed year of wages and of the village income
Known = dict[int, tuple[float, str, str]]  # by year: value, tag, note
G_W = 0.037  # yearly nominal growth after the last observed year: central value of g_w in the parameter table
SHRINK = 0.5  # wages differ less between areas than incomes: exponent on the income ratio
RENT_ELASTICITY = 0.6  # of rents to urban income before 2020 (assumption)
WORK_SHARE = 0.85  # part of rural disposable income that is wage or business income
# Monthly wage of out-migrants, the annual migrant monitoring reports; recalled, since the evidence starts in 2013
WAGE_MEMORY = {2010: 1690, 2011: 2049, 2012: 2290}


def fill(known: dict[int, float]) -> dict[int, float]:
    """Interpolate log-linearly between known years, keep the ends constant."""
    years = sorted(known)
    logs = np.interp(list(YEARS), years, [np.log(known[y]) for y in years])
    return {y: float(np.exp(v)) for y, v in zip(YEARS, logs, strict=True)}


def add_path(facts: Facts, area: str, indicator: str, unit: str, known: Known, between: str, after: str, growth: float = G_W) -> None:
    """Write 2010..2027: known years with their tag, log-linear between them, `growth` after the last."""
    last = max(known)
    rate = G_W if growth is None else growth
    values = fill({y: v for y, (v, _, _) in known.items()})
    for year in YEARS:
        if year in known:
            value, tag, note = known[year]
        elif year < last:
            value, tag, note = values[year], "imputed", between
        else:
            value, tag, note = known[last][0] * (1 + rate) ** (year - last), "assumption", after
        facts.add(area, year, indicator, round(value, 2), unit, tag, note)


def write_wages(evidence: Evidence, facts: Facts, areas: list[str], factors: dict[str, float]) -> None:
    """Write the migrants' wage in towns, its factor by area, and the wage outside: one series of out-migrants for both."""
    outside: Known = {y: (float(v), "memory", "all-China out-migrants, annual monitoring report") for y, v in WAGE_MEMORY.items()}
    outside[2013] = _known(evidence, "china", 2013, "outgoing_migrant_monthly_income")
    outside[2014] = _known(evidence, "china", 2014, "migrant_monthly_income")
    for year, row in evidence.series("china", "outgoing_migrant_monthly_income").items():
        if 2020 <= year <= LAST_WAGE:
            outside[year] = (row.number, row["confidence"], f"all-China out-migrants; {row['source_title']}")
    east = evidence.value("china_east", 2023, "migrant_monthly_income") / evidence.value("china", 2023, "migrant_monthly_income")
    private = [
        evidence.value("zhejiang", y, "average_wage_private") / evidence.value("east_china", y, "average_wage_private")
        for y in (2021, 2022)
    ]
    ratio = east * float(np.mean(private))
    rule = f"national wage x {ratio:.3f} = pay in the east over all (2023) x Zhejiang's private-unit pay over the east's (2021-22)"
    town: Known = {y: (v * ratio, "imputed", f"{rule}; national {v:g} ({tag})") for y, (v, tag, _) in outside.items()}
    growth = f"grows {G_W:.1%} a year after {LAST_WAGE} (parameter g_w)"
    add_path(facts, "zhejiang", "wage_town", "yuan_per_month", town, f"log-linear between known years; {rule}", growth)
    add_path(facts, "zhejiang", "wage_outside", "yuan_per_month", outside, "log-linear between known years", growth)
    mean = np.mean([factors[a] ** SHRINK for a in areas])
    note = f"(2024 urban income of the area over the province) ^ {SHRINK}, mean 1; spread as of the minimum-wage tiers; all years"
    for area in areas:
        facts.add(area, 2024, "wage_town_factor", factors[area] ** SHRINK / mean, "ratio", "imputed", note)


def _known(evidence: Evidence, area: str, year: int, indicator: str) -> tuple[float, str, str]:
    row = evidence.get(area, year, indicator)
    if row is None:
        raise KeyError((area, year, indicator))
    return row.number, row["confidence"], f"all-China out-migrants; {row['source_title']}"


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
        rows = {
            y: r for y, r in evidence.series("zhejiang", f"disposable_income_{kind}", "policy_services_fiscal").items() if 2017 <= y <= 2024
        }
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
    for year in range(2010, LAST_WAGE + 1):
        persons = float(np.interp(year, [2010, 2020], [per_worker[2010], per_worker[2020]]))
        value = rural[year] * persons * WORK_SHARE / 12
        rule = f"rural income per head x {persons:.3f} villagers per person of 15-64 (censuses) x {WORK_SHARE} from work or business / 12"
        known[year] = (value, "imputed", rule)
    add_path(
        facts, "zhejiang", "income_village", "yuan_per_month", known, "", f"grows {G_W:.1%} a year after {LAST_WAGE} (as parameter g_w)"
    )


NBS = ("hangzhou", "ningbo", "wenzhou", "jinhua")  # cities with an official second-hand price index


class Prices:
    """Hold what is known of house prices: listings of September 2020, the yearly city panel, the official index."""

    def __init__(self, evidence: Evidence, prefectures: list[str]) -> None:
        self.evidence = evidence
        self.listed = {p: evidence.get(p, 2020, "house_price_listed_avg", "policy_services_fiscal") for p in prefectures}
        self.panel = {p: {y: r.number for y, r in evidence.series(p, "house_price_avg_city_panel").items()} for p in prefectures}
        self.panel["lishui"] = {y: v for y, v in self.panel["lishui"].items() if y <= 2015}  # the evidence drops its 2017-22
        self.over = float(
            np.mean([r.number / self.panel[p][2020] for p, r in self.listed.items() if r is not None and 2020 in self.panel[p]])
        )
        self.rise = {p: evidence.value(p, "2020-12", "house_price_index_secondhand_fixed_base") / 100 for p in NBS}
        self.jump = float(np.mean([self.rise[p] / (self.panel[p][2020] / self.panel[p][2016]) for p in NBS]))

    def level(self, prefecture: str) -> tuple[float, str, str]:
        """Return the price of 2020."""
        row = self.listed[prefecture]
        if row is not None:
            return row.number, row["confidence"], f"asking price of September 2020; {row['source_title']}"
        value = self.panel[prefecture][2020] * self.over
        return value, "imputed", f"city panel of 2020 x {self.over:.3f}, the mean of listing over panel in the listed cities"

    def rise_2015_2020(self, prefecture: str) -> tuple[float, str]:
        """Return the price of 2020 over that of 2015."""
        if prefecture in self.rise:
            return self.rise[prefecture], "back from 2020 with the official second-hand index (2015 average to December 2020)"
        panel = self.panel[prefecture]
        if 2016 in panel and 2020 in panel:
            return panel[2020] / panel[
                2016
            ] * self.jump, f"back from 2020 with the city panel 2016-20 x {self.jump:.3f} for 2015-16 as in the indexed cities"
        return float(np.exp(np.mean(np.log(list(self.rise.values()))))), "back from 2020 with the mean of the four indexed cities"

    def path(self, prefecture: str) -> Known:
        """Return the prices of 2010-2015 and 2020-2025; the panel is used within 2010-2014 only, since it breaks at 2015/16."""
        known: Known = {2020: self.level(prefecture)}
        rise, rule = self.rise_2015_2020(prefecture)
        known[2015] = (known[2020][0] / rise, "imputed", rule)
        panel = self.panel[prefecture]
        for year in range(2010, 2015):
            value = known[2015][0] * panel[year] / panel[2014]
            known[year] = (value, "imputed", "change of the city panel 2010-2014; 2014 taken as 2015, where the panel breaks")
        own = prefecture in self.rise
        cities = [prefecture] if own else ["ningbo", "wenzhou", "jinhua"]
        note = "official second-hand index" + ("" if own else ", mean of Ningbo, Wenzhou and Jinhua")
        value = known[2020][0]
        for year in range(2021, 2026):
            yearly = (
                ("house_price_index_secondhand_yoy", f"{year}-12")
                if year < 2023
                else ("house_price_index_secondhand_annual_mean_yoy", str(year))
            )
            value *= float(np.mean([self.evidence.value(c, yearly[1], yearly[0]) for c in cities])) / 100
            known[year] = (value, "derived" if own else "imputed", note)
        return known


def write_prices(evidence: Evidence, facts: Facts, areas: list[str], prefectures: list[str], urban: dict[str, float]) -> None:
    """Write house prices and rents by prefecture and their factors by area."""
    prices = Prices(evidence, prefectures)
    for prefecture in prefectures:
        kept = "kept at the level of 2025"
        add_path(
            facts, prefecture, "house_price", "yuan_per_m2", prices.path(prefecture), "log-linear between known years", kept, growth=0.0
        )
        _rent_path(evidence, facts, prefecture, prefectures)
    for area in areas:
        ratio = urban[area] / urban[area.split("_")[0] + "_core"]
        price, rent = float(np.clip(ratio**1.5, 0.4, 1.3)), float(np.clip(ratio, 0.5, 1.2))
        rule = "2024 urban income over that of the prefecture's core"
        facts.add(area, 2024, "house_price_factor", price, "ratio", "imputed", f"({rule}) ^ 1.5 within 0.4-1.3; all years")
        facts.add(area, 2024, "rent_factor", rent, "ratio", "imputed", f"{rule}, within 0.5-1.2; all years")


def _rent_path(evidence: Evidence, facts: Facts, prefecture: str, prefectures: list[str]) -> None:
    rows = {p: evidence.get(p, 2020, "rent_listed_avg", "policy_services_fiscal") for p in prefectures}
    row = rows[prefecture]
    if row is not None:
        base = (row.number, row["confidence"], f"asking rent of September 2020; {row['source_title']}")
    else:
        others = [r.number for p, r in rows.items() if r is not None and p not in ("hangzhou", "wenzhou", "ningbo")]
        base = (float(np.mean(others)), "imputed", "mean of the listings of Quzhou, Lishui, Jinhua, Jiaxing and Shaoxing")
    known: Known = {2020: base}
    income = {int(r[1]): float(r[3]) for r in facts.rows if r[0] == "zhejiang" and r[2] == "income_urban"}
    for year in range(2010, 2020):
        value = base[0] * (income[year] / income[2020]) ** RENT_ELASTICITY
        known[year] = (value, "imputed", f"rent of 2020 carried back with urban income ^ {RENT_ELASTICITY} (assumed)")
    tier = "rent_listed_avg_tier2_cities" if prefecture in ("hangzhou", "ningbo") else "rent_listed_avg_tier3_4_cities"
    change = evidence.value("national", "2023-12", tier) / evidence.value("national", "2020-11", tier)
    known[2023] = (base[0] * change, "imputed", f"change of {tier} from November 2020 to December 2023")
    if prefecture == "hangzhou":
        found = evidence.get("hangzhou", "2026-03", "rent_listed_avg")
        assert found is not None
        known[2026] = (found.number, found["confidence"], f"asking rent of March 2026; {found['source_title']}")
    add_path(
        facts, prefecture, "rent", "yuan_per_m2_month", known, "log-linear between known years", "kept at the last known level", growth=0.0
    )
