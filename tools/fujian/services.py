"""Places, homes and beds of Fujian by area and year: published totals where there are any, a written rule else."""

from __future__ import annotations

import numpy as np
from regionbuild.evidence import Evidence, Facts, largest_remainder
from regionbuild.paths import YEARS
from regionbuild.supply import PRIMARY_PART, Census, public_places, write_beds, write_nursery, write_school_ages, write_schools, write_units

NEW_PLACES = 45_000  # new places of 2011, the only year with a published number; kept for 2023-2027 as an assumption
SCHOOL_RULES = {
    "2010": "resident children of the age (prefecture census ages by residents less half those from other provinces) less migrant pupils "
    "outside public schools (public 88.4 %: 548,900 of 621,100 in 2010), x 1.02; pupils: 621,100 of 2010 by newcomers",
    "2020": "a tenth of the rise of the rule's places from 2010 to 2020, not below 0 (pupils per newcomer of 2013, public 90 % as in 2013)",
    "2022": "half of the rise of the rule's places from 2020 to 2022 (public 90 % as in 2013), not below 0",
}


def migrant_pupils(evidence: Evidence, census: Census, year: int) -> np.ndarray:
    """Return children of migrants in compulsory school by area: pupils per newcomer of 2010 and 2013 (published), linear, then kept."""
    rate = {}
    for known in (2010, 2013):
        pupils = evidence.value("fujian", known, "migrant_children_compulsory_enrolled") * 1e4
        rate[known] = pupils / census.newcomers(known).sum()
    return np.asarray(np.interp(year, list(rate), list(rate.values())) * census.newcomers(year))


def write_school_places(evidence: Evidence, facts: Facts, census: Census) -> None:
    """Write the public places of 2010 and the yearly planned additions, by area and stage."""
    share = {2010: 54.89 / 62.11, 2020: 0.90, 2022: 0.90}
    stock = {y: public_places(census, migrant_pupils(evidence, census, y), s, y) for y, s in share.items()}

    def later(year: int, stage: int) -> tuple[np.ndarray, str, str]:
        primary = PRIMARY_PART[year]
        part = primary if stage == 0 else 1 - primary
        split = largest_remainder(migrant_pupils(evidence, census, year), round(NEW_PLACES * part))
        return split, "assumption", f"45,000 a year as in 2011 (published); {primary:.0%} primary (assumed), areas by migrant pupils"

    write_schools(facts, census, stock, SCHOOL_RULES, later)


def write_other_places(evidence: Evidence, facts: Facts, census: Census) -> None:
    """Write kindergarten, upper-secondary and nursery places and hospital beds by area and year."""
    write_school_ages(facts, census)
    now = evidence.value("national", 2021, "nursery_places_per_1000")
    rule = (
        "places per 1000 residents: 0.3 (2010), 0.6 (2015) assumed, 2.03 (2021, national), 4.5 (2025, national target); residents to 2020"
    )
    write_nursery(facts, census, {2010: 0.3, 2015: 0.6, 2021: now, 2025: 4.5}, rule)
    series = {y: r.number * 1e4 for y, r in evidence.series("fujian", "health_institution_beds").items()}
    share = census.of("resident_population", 2020) + census.of("urban_population", 2020)
    write_beds(facts, census, series, share, " by residents of 2020, town residents counted twice (assumed; no beds by county)")


def write_homes(evidence: Evidence, facts: Facts, census: Census) -> None:
    """Write guaranteed rental homes and public rental homes by area, units raised by year end."""
    people = census.newcomers(2020)
    in_fuzhou = np.array([p == "fuzhou" for p in census.prefecture])
    yearly = evidence.value("fuzhou", 2023, "affordable_rental_housing_started_to_sept") / 0.79
    rate = yearly / people[in_fuzhou].sum()
    rule = (
        f"Fuzhou: 18,183 units begun to September 2023 are 79 % of the year's goal (published), so {yearly:.0f} a year in 2021-2025; "
        "elsewhere as many per person registered in another area or province in 2020 (assumed); none before 2021 and after 2025"
    )
    total = rate * people.sum()
    write_units(facts, census, "guaranteed_homes", people, {2020: 0, 2025: 5 * total}, rule, last=2020)
    _public_homes(facts, census)


def _public_homes(facts: Facts, census: Census) -> None:
    towns = census.of("urban_population", 2020)
    in_xiamen = np.array([p == "xiamen" for p in census.prefecture])
    allotted = 110_900.0  # security homes of all types, 2021
    built = 103_000.0  # of all types, begun in 2016-2020
    rate = 0.5 * allotted / towns[in_xiamen].sum()
    rule = (
        "Xiamen: 110,900 security homes of all types allotted by 2021, 103,000 begun in 2016-20 (published), half of them public rental "
        "(assumed), so the rest before 2016, constant after 2021; elsewhere half of Xiamen's units per town resident (assumed); areas by "
        "town residents of 2020"
    )
    for year in YEARS:
        level = float(np.interp(year, [2010, 2015, 2020, 2021], [0.0, 1 - built / allotted, 1.0, 1.0]))
        base = np.where(in_xiamen, rate, 0.5 * rate) * towns * level
        for area, value in zip(census.areas, largest_remainder(base, round(float(base.sum()))), strict=True):
            facts.add(area, year, "public_homes", value, "units", "imputed", rule)
