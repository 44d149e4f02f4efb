"""Places, homes and beds of Xuchang: nothing but new places of 2016-20 is published, Henan's figures are brought to its share."""

from __future__ import annotations

import numpy as np
from regionbuild.evidence import Evidence, Facts, largest_remainder
from regionbuild.paths import YEARS
from regionbuild.supply import (
    PRIMARY_PART,
    STAGES,
    Census,
    public_places,
    write_beds,
    write_nursery,
    write_school_ages,
    write_schools,
    write_units,
)

# Migrant workers in towns, 2018: 61.3 % rent on the market, 2.9 % live in public housing (behaviour.md of the evidence, second-hand)
PUBLIC_OF_RENTED = 2.9 / (61.3 + 2.9)
RURAL_SHARE = 0.5  # of public homes that households of rural origin can have (assumption of the engine)


def henan_share(evidence: Evidence, indicator: str = "resident_population_census") -> float:
    """Return Xuchang over Henan in 2020."""
    return evidence.value("xuchang", 2020, indicator, "demography") / evidence.value("henan", 2020, indicator, "demography")


def newcomers(census: Census, year: int) -> np.ndarray:
    """Return people registered in another county or province, by area; for the core without moves inside it."""
    same, other = census.of("registered_elsewhere_same_county", year), census.of("registered_elsewhere_other_county", year)
    crossing = np.maximum(census.of("separated_within_core", year) - same, 0.0)  # all moves inside a district are inside the core
    core = np.array([a in census.place.cores for a in census.areas])
    return np.asarray(census.of("interprovincial_inmigrants", year) + other - np.where(core, crossing, 0.0))


def write_school(evidence: Evidence, facts: Facts, census: Census) -> None:
    """Write public places of 2010 and the yearly additions."""
    public = evidence.value("henan", 2024, "migrant_children_public_school_share") / 100
    movers = sum(
        evidence.value("henan", 2020, n, "demography")
        for n in ("interprovincial_inmigrants", "registered_elsewhere_other_county_same_province")
    )
    rate = evidence.value("henan", 2024, "migrant_children_compulsory_enrolled") * 1e4 / movers
    stock = {y: public_places(census, rate * newcomers(census, y), public, y) for y in (2010, 2020, 2022)}
    rules = {
        "2010": "resident children of the age (census ages of the prefecture by residents less half those from other provinces) less "
        "migrant pupils outside public schools, x 1.02; pupils: Henan's 937,300 of 2024 by people from other counties and provinces "
        f"({rate:.3f} each), {public:.1%} of them in public schools (Henan 2024) in all years",
        "2020": "a tenth of the rise of the rule's places from 2010 to 2020, not below 0 (published: 170,000 places in 2016-20, with "
        "kindergartens)",
        "2022": "half of the rise of the rule's places from 2020 to 2022, not below 0",
    }
    yearly = evidence.value("henan", 2024, "new_school_places_annual") * 1e4 * henan_share(evidence)

    def later(year: int, stage: int) -> tuple[np.ndarray, str, str]:
        part = PRIMARY_PART[year] if STAGES[stage] == "primary" else 1 - PRIMARY_PART[year]
        split = largest_remainder(census.of("urban_population", 2020), round(yearly * part))
        note = f"Henan's 112,600 new places of 2024 by Xuchang's share of residents, the same each year; {part:.0%} for the stage "
        return split, "assumption", note + "(assumed), areas by town residents of 2020"

    write_schools(facts, census, stock, rules, later)


def write_others(evidence: Evidence, facts: Facts, census: Census) -> None:
    """Write kindergarten, upper-secondary and nursery places and hospital beds."""
    write_school_ages(facts, census)
    now = evidence.value("national", 2021, "nursery_places_per_1000")
    rule = "places per 1000 residents: 0.3 (2010), 0.6 (2015) assumed, 2.03 (2021), 4.5 (2025 target), both national; residents to 2020"
    write_nursery(facts, census, {2010: 0.3, 2015: 0.6, 2021: now, 2025: 4.5}, rule)
    share = henan_share(evidence)
    series = {y: r.number * 1e4 * share for y, r in evidence.series("henan", "health_institution_beds").items()}
    note = f" x Xuchang's share of Henan's residents in 2020 ({share:.4f}), areas by residents of 2020"
    write_beds(facts, census, series, census.of("resident_population", 2020), note)


def write_homes(evidence: Evidence, facts: Facts, census: Census) -> None:
    """Write guaranteed rental homes (none known) and public rental homes."""
    for year in YEARS:
        for area in census.areas:
            note = "no figure for Xuchang was found: none in the data, to be added by the lever homes.guaranteed_units"
            facts.add(area, year, "guaranteed_homes", 0, "units", "assumption", note)
    rented = evidence.value("xuchang", 2020, "longform_housing_rented") / evidence.value("xuchang", 2020, "longform_households_housing")
    total = rented * evidence.value("xuchang", 2020, "households", "demography") * PUBLIC_OF_RENTED / RURAL_SHARE
    rule = (
        f"not published; households who rent in 2020 ({rented:.2%} of the sample) x {PUBLIC_OF_RENTED:.3f} = public over all rented homes "
        "of migrant workers (2018), over the half that households of rural origin can have; a tenth in 2010, all from 2017 (assumed); "
        "areas by town residents of 2020"
    )
    write_units(facts, census, "public_homes", census.of("urban_population", 2020), {2010: 0.1 * total, 2017: total}, rule)
