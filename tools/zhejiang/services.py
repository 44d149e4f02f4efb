"""Places, homes and beds by area and year: plans where published, a written rule elsewhere."""

from __future__ import annotations

import numpy as np

from zhejiang.census import prefecture_single_years
from zhejiang.evidence import Evidence, Facts, largest_remainder

YEARS = range(2010, 2028)
CHILD_RATIO = 0.5  # children per migrant from another province over children per other resident
SLACK = 1.02  # public places over the children they are meant for
STAGES = ("primary", "lower_secondary")
AGES = {"primary": (6, 12), "lower_secondary": (12, 15), "kindergarten": (3, 6)}
PUBLIC_SHARE = {2010: 0.735, 2018: 110.96 / 149.23, 2022: 0.833}
NEW_PLACES = 80_000  # ZJ2023W for 2023; kept for 2024-2027 as an assumption


class Census:
    """Hold the census counts by area that the rules need."""

    def __init__(self, facts: Facts, areas: list[str]) -> None:
        table = {(r[0], r[1], r[2]): float(r[3]) for r in facts.rows}
        self.areas = areas
        self.prefecture = [a.split("_")[0] for a in areas]
        self.table = table

    def of(self, name: str, year: int) -> np.ndarray:
        """Return one count for all areas; between 2010 and 2020 linear, after 2020 kept."""
        start, end = (np.array([self.table[(a, str(y), name)] for a in self.areas]) for y in (2010, 2020))
        share = min((year - 2010) / 10, 1.0)
        return (1 - share) * start + share * end


def children(evidence: Evidence, census: Census, year: int, low: int, high: int) -> np.ndarray:
    """Return resident children of ages low..high-1 by area.

    Prefecture counts (single years split) spread by residents less half of those from other provinces. After 2020 the children of the 2020
    census age forward and, below age year - 2020, the births of 2021-22 (later years as 2022) follow.
    """
    weight = census.of("resident_population", year) - (1 - CHILD_RATIO) * census.of("interprovincial_inmigrants", year)
    result = np.zeros(len(census.areas))
    for prefecture in dict.fromkeys(census.prefecture):
        mask = np.array([p == prefecture for p in census.prefecture])
        result[mask] = _cohort(evidence, prefecture, year, low, high) * weight[mask] / weight[mask].sum()
    return result


_single: dict[tuple[str, int], np.ndarray] = {}


def _ages(evidence: Evidence, prefecture: str, year: int) -> np.ndarray:
    if (prefecture, year) not in _single:
        _single[prefecture, year] = prefecture_single_years(evidence, prefecture, year).astype(float)
    return _single[prefecture, year]


def _cohort(evidence: Evidence, prefecture: str, year: int, low: int, high: int) -> float:
    if year <= 2020:
        share = (year - 2010) / 10
        return float(
            (1 - share) * _ages(evidence, prefecture, 2010)[low:high].sum() + share * _ages(evidence, prefecture, 2020)[low:high].sum()
        )
    base = _ages(evidence, prefecture, 2020)
    births = {2021: evidence.value("zhejiang", 2021, "births"), 2022: evidence.value("zhejiang", 2022, "births")}
    infants = sum(evidence.value("zhejiang", 2020, f"age_0_{s}_census") for s in ("male", "female")) / 1e4
    total = 0.0
    for age in range(low, high):
        back = age - (year - 2020)
        total += base[back] if back >= 0 else base[0] * births[min(year - age, 2022)] / infants
    return total


def migrant_pupils(census: Census, year: int) -> np.ndarray:
    """Return children of migrants in compulsory school: 1.4923 m in 2018 (published), by the stock of newcomers.

    Not fitted: gives Ningbo 0.280 m in 2019 (published 0.287) and Hangzhou 0.324 m in 2022 (published 0.286).
    """
    return np.asarray(1_492_300 / newcomers(census, 2018).sum() * newcomers(census, year))


def newcomers(census: Census, year: int) -> np.ndarray:
    """Return people registered in another area of the region or another province, without moves inside a core."""
    other = census.of("registered_elsewhere_other_county", year)
    inside = census.of("separated_within_core", year) / (other + census.of("registered_elsewhere_same_county", year))
    return np.asarray(census.of("interprovincial_inmigrants", year) + other * (1 - inside))


def write_schools(evidence: Evidence, facts: Facts, census: Census) -> None:
    """Write the public places of 2010 and the yearly planned additions, by area and stage."""
    stock = {}
    for year in (2010, 2020, 2022):
        stock[year] = _public_places(evidence, census, year)
    for s, stage in enumerate(STAGES):
        initial = np.rint(stock[2010][s]).astype(np.int64)
        rule = (
            "resident children of the age (prefecture census ages by residents less half those from other provinces) less migrant pupils "
            "outside public schools (public 73.5 %), x 1.02; pupils: 1.4923 m of 2018 by newcomers"
        )
        for area, value in zip(census.areas, initial, strict=True):
            facts.add(area, 2010, f"school_places_{stage}", value, "places", "imputed", rule)
        for year in range(2011, 2028):
            added, tag, note = _added(stock, census, s, year)
            for area, value in zip(census.areas, added, strict=True):
                facts.add(area, year, f"school_places_new_{stage}", value, "places", tag, note)


def _public_places(evidence: Evidence, census: Census, year: int) -> list[np.ndarray]:
    share = float(np.interp(year, list(PUBLIC_SHARE), list(PUBLIC_SHARE.values())))
    ages = [children(evidence, census, year, *AGES[stage]) for stage in STAGES]
    pupils = np.minimum(migrant_pupils(census, year), 0.6 * (ages[0] + ages[1]))
    return [(a - (1 - share) * pupils * a / (ages[0] + ages[1])) * SLACK for a in ages]


def _added(stock: dict[int, list[np.ndarray]], census: Census, s: int, year: int) -> tuple[np.ndarray, str, str]:
    if year <= 2020:
        yearly = np.maximum(stock[2020][s] - stock[2010][s], 0) / 10
        return np.rint(yearly).astype(np.int64), "imputed", "a tenth of the rise of the rule's places from 2010 to 2020, not below 0"
    if year <= 2022:
        yearly = np.maximum(stock[2022][s] - stock[2020][s], 0) / 2
        return (
            np.rint(yearly).astype(np.int64),
            "imputed",
            "half of the rise of the rule's places from 2020 to 2022 (share 83.3 %), not below 0",
        )
    primary = {2023: 0.5, 2024: 0.45, 2025: 0.4, 2026: 0.35, 2027: 0.3}[year]
    part = round(NEW_PLACES * (primary if s == 0 else 1 - primary))
    split = largest_remainder(migrant_pupils(census, year), part)
    source = "80,000 new public places in 2023 (ZJ2023W)" if year == 2023 else "80,000 a year as in 2023 (assumption)"
    return split, "imputed" if year == 2023 else "assumption", f"{source}; {primary:.0%} primary (assumed), areas by migrant pupils"


def write_other_places(evidence: Evidence, facts: Facts, census: Census) -> None:
    """Write kindergarten, upper-secondary and nursery places and hospital beds by area and year."""
    previous = {"kindergarten_places": np.zeros(1), "upper_secondary_places": np.zeros(1)}
    for year in YEARS:
        small = children(evidence, census, year, 3, 6) * (0.95 + 0.03 * min((year - 2010) / 10, 1))
        senior = children(evidence, census, year, 12, 15) * 0.9
        for name, need, rule in (
            ("kindergarten_places", small, "children of 3-5 x 0.95 (2010) to 0.98 (2020); places once built stay"),
            ("upper_secondary_places", senior, "children of 12-14 x 0.9 (migrant youths mostly go home or work); places once built stay"),
        ):
            previous[name] = np.maximum(np.rint(need), previous[name])
            for area, value in zip(census.areas, previous[name], strict=True):
                facts.add(area, year, name, value, "places", "imputed", rule)
    _nursery(evidence, facts, census)
    _beds(evidence, facts, census)


def _nursery(evidence: Evidence, facts: Facts, census: Census) -> None:
    target = evidence.value("zhejiang", 2025, "nursery_places_per_1000_target")
    now = evidence.value("national", 2021, "nursery_places_per_1000")
    for year in YEARS:
        rate = float(np.interp(year, [2010, 2015, 2021, 2025], [0.3, 0.6, now, target]))
        rule = "places per 1000 residents: 0.3 (2010), 0.6 (2015) assumed, 2.03 (2021, national), 4.5 (2025 target); residents to 2020"
        tag = "imputed" if year <= 2021 else "assumption"
        total = round(rate / 1000 * float(census.of("resident_population", year).sum()))
        for area, value in zip(census.areas, largest_remainder(census.of("resident_population", year), total), strict=True):
            facts.add(area, year, "nursery_places", value, "places", tag, rule)


def _beds(evidence: Evidence, facts: Facts, census: Census) -> None:
    series = {y: r.number * 1e4 for y, r in evidence.series("zhejiang", "health_institution_beds").items()}
    growth = (series[2023] / series[2018]) ** (1 / 5) - 1
    share = np.array([_beds_2024(evidence, a) for a in census.areas])
    for year in YEARS:
        total = series[year] if year in series else series[2023] * (1 + growth) ** (year - 2023)
        tag = "imputed" if year in series else "assumption"
        rule = "province's beds in health institutions (published 2010-2023"
        rule += ", then growing as 2018-2023)" if year > 2023 else ")"
        for area, value in zip(census.areas, largest_remainder(share, round(total)), strict=True):
            facts.add(area, year, "hospital_beds", value, "beds", tag, rule + " by the area's share of hospital beds in 2024")


ALIASES: dict[str, str] = {}


def _beds_2024(evidence: Evidence, area: str) -> float:
    codes = [area, *[k for k, v in ALIASES.items() if v == area]]
    rows = [evidence.get(c, 2024, "hospital_beds", "services") for c in codes]
    return sum(r.number for r in rows if r is not None)


def write_homes(evidence: Evidence, facts: Facts, census: Census, prefectures: list[str]) -> None:
    """Write guaranteed rental homes and public rental homes by area, units raised by year end."""
    target = {p: evidence.get(p, "2021-2025", "affordable_rental_housing_14fyp_target", "services") for p in prefectures}
    known = {p: r.number * 1e4 for p, r in target.items() if r is not None}
    known["taizhou"] = 100_000.0  # "at least 100,000 each in Hangzhou, Ningbo, Jinhua, Wenzhou, Taizhou": the floor
    people = newcomers(census, 2020)
    by_prefecture = {p: people[[q == p for q in census.prefecture]].sum() for p in prefectures}
    rest = {p: by_prefecture[p] for p in prefectures if p not in known}
    left = 1.2e6 - sum(known.values())
    planned = {p: known.get(p, left * rest.get(p, 0) / sum(rest.values())) for p in prefectures}
    weight = np.array([planned[p] * n / by_prefecture[p] for p, n in zip(census.prefecture, people, strict=True)])
    raised = {2021: 174_000, 2022: 174_000 + 363_000, 2023: 174_000 + 363_000 + 250_000, 2025: 1_200_000}
    for year in YEARS:
        total = round(float(np.interp(year, [2020, *raised], [0, *raised.values()])))
        tag = "imputed" if year <= 2022 else "assumption"
        rule = (
            "province: 174,000 raised in 2021, 363,000 in 2022, goal 250,000 in 2023, 1.2 m by 2025 (five-year plan), then none; "
            "prefectures by their published five-year targets (Hangzhou, Ningbo, Jinhua, Jiaxing, Wenzhou; Taizhou its floor), the rest "
            "and areas by people registered in another area or province in 2020"
        )
        for area, value in zip(census.areas, largest_remainder(weight, total), strict=True):
            facts.add(area, year, "guaranteed_homes", value, "units", tag, rule)
    _public_homes(evidence, facts, census)


def _public_homes(evidence: Evidence, facts: Facts, census: Census) -> None:
    towns = census.of("urban_population", 2020)
    in_hangzhou = np.array([p == "hangzhou" for p in census.prefecture])
    offered, helped = 61_400.0, 78_400.0
    rate = helped / towns[in_hangzhou].sum()
    for year in YEARS:
        level = float(np.interp(year, [2010, 2017, 2019], [0.1 * offered / helped, offered / helped, 1.0]))
        base = np.where(in_hangzhou, rate, 0.5 * rate) * towns * level
        rule = (
            "Hangzhou: 61,400 units offered by 2017, 78,400 households by 2019 (published), a tenth of 2017 in 2010 (assumed), constant "
            "after 2019; "
            "elsewhere half of Hangzhou's units per town resident (assumed); areas by town residents of 2020"
        )
        for area, value in zip(census.areas, largest_remainder(base, round(float(base.sum()))), strict=True):
            facts.add(area, year, "public_homes", value, "units", "imputed", rule)
