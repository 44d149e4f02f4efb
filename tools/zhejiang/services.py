"""Places, homes and beds of Zhejiang by area and year: plans where published, a written rule elsewhere."""

from __future__ import annotations

import numpy as np
from regionbuild.evidence import Evidence, Facts, largest_remainder
from regionbuild.paths import YEARS
from regionbuild.place import Place
from regionbuild.supply import PRIMARY_PART, Census, public_places, write_beds, write_nursery, write_school_ages, write_units
from regionbuild.supply import write_schools as write_school_rules

PUBLIC_SHARE = {2010: 0.735, 2018: 110.96 / 149.23, 2022: 0.833}
NEW_PLACES = 80_000  # ZJ2023W for 2023; kept for 2024-2027 as an assumption
SCHOOL_RULES = {
    "2010": "resident children of the age (prefecture census ages by residents less half those from other provinces) less migrant pupils "
    "outside public schools (public 73.5 %), x 1.02; pupils: 1.4923 m of 2018 by newcomers",
    "2020": "a tenth of the rise of the rule's places from 2010 to 2020, not below 0",
    "2022": "half of the rise of the rule's places from 2020 to 2022 (share 83.3 %), not below 0",
}


def migrant_pupils(census: Census, year: int) -> np.ndarray:
    """Return children of migrants in compulsory school: 1.4923 m in 2018 (published), by the stock of newcomers.

    Not fitted: gives Ningbo 0.280 m in 2019 (published 0.287) and Hangzhou 0.324 m in 2022 (published 0.286).
    """
    return np.asarray(1_492_300 / census.newcomers(2018).sum() * census.newcomers(year))


def write_schools(facts: Facts, census: Census) -> None:
    """Write the public places of 2010 and the yearly planned additions, by area and stage."""
    stock = {}
    for year in (2010, 2020, 2022):
        share = float(np.interp(year, list(PUBLIC_SHARE), list(PUBLIC_SHARE.values())))
        stock[year] = public_places(census, migrant_pupils(census, year), share, year)

    def later(year: int, stage: int) -> tuple[np.ndarray, str, str]:
        primary = PRIMARY_PART[year]
        part = primary if stage == 0 else 1 - primary
        split = largest_remainder(migrant_pupils(census, year), round(NEW_PLACES * part))
        source = "80,000 new public places in 2023 (ZJ2023W)" if year == 2023 else "80,000 a year as in 2023 (assumption)"
        return split, "imputed" if year == 2023 else "assumption", f"{source}; {primary:.0%} primary (assumed), areas by migrant pupils"

    write_school_rules(facts, census, stock, SCHOOL_RULES, later)


def write_other_places(evidence: Evidence, facts: Facts, census: Census, place: Place) -> None:
    """Write kindergarten, upper-secondary and nursery places and hospital beds by area and year."""
    write_school_ages(facts, census)
    target = evidence.value("zhejiang", 2025, "nursery_places_per_1000_target")
    now = evidence.value("national", 2021, "nursery_places_per_1000")
    rule = "places per 1000 residents: 0.3 (2010), 0.6 (2015) assumed, 2.03 (2021, national), 4.5 (2025 target); residents to 2020"
    write_nursery(facts, census, {2010: 0.3, 2015: 0.6, 2021: now, 2025: target}, rule)
    series = {y: r.number * 1e4 for y, r in evidence.series("zhejiang", "health_institution_beds").items()}
    share = np.array([_beds_2024(evidence, place, a) for a in census.areas])
    write_beds(facts, census, series, share, " by the area's share of hospital beds in 2024")


def _beds_2024(evidence: Evidence, place: Place, area: str) -> float:
    codes = [area, *[k for k, v in place.aliases.items() if v == area]]
    rows = [evidence.get(c, 2024, "hospital_beds", "services") for c in codes]
    return sum(r.number for r in rows if r is not None)


def write_homes(evidence: Evidence, facts: Facts, census: Census, prefectures: list[str]) -> None:
    """Write guaranteed rental homes and public rental homes by area, units raised by year end."""
    target = {p: evidence.get(p, "2021-2025", "affordable_rental_housing_14fyp_target", "services") for p in prefectures}
    known = {p: r.number * 1e4 for p, r in target.items() if r is not None}
    known["taizhou"] = 100_000.0  # "at least 100,000 each in Hangzhou, Ningbo, Jinhua, Wenzhou, Taizhou": the floor
    people = census.newcomers(2020)
    by_prefecture = {p: people[[q == p for q in census.prefecture]].sum() for p in prefectures}
    rest = {p: by_prefecture[p] for p in prefectures if p not in known}
    left = 1.2e6 - sum(known.values())
    planned = {p: known.get(p, left * rest.get(p, 0) / sum(rest.values())) for p in prefectures}
    weight = np.array([planned[p] * n / by_prefecture[p] for p, n in zip(census.prefecture, people, strict=True)])
    raised = {2020: 0, 2021: 174_000, 2022: 174_000 + 363_000, 2023: 174_000 + 363_000 + 250_000, 2025: 1_200_000}
    rule = (
        "province: 174,000 raised in 2021, 363,000 in 2022, goal 250,000 in 2023, 1.2 m by 2025 (five-year plan), then none; "
        "prefectures by their published five-year targets (Hangzhou, Ningbo, Jinhua, Jiaxing, Wenzhou; Taizhou its floor), the rest "
        "and areas by people registered in another area or province in 2020"
    )
    write_units(facts, census, "guaranteed_homes", weight, raised, rule)
    _public_homes(facts, census)


def _public_homes(facts: Facts, census: Census) -> None:
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
