"""Which facts a region folder must hold, and in which unit."""

from __future__ import annotations

from collections.abc import Iterator

from urbsim.regions.geography import AreaTable
from urbsim.regions.model import BIRTH_ORDERS, STAGES, YEARS

PARTS = ("village", "town")
SEXES = ("male", "female")
AGE_GROUPS = (*(f"{a}_{a + 4}" for a in range(0, 85, 5)), "85_plus")
CENSUS_COUNTS = {
    "residents": "resident_population",
    "town": "urban_population",
    "same_area": "registered_elsewhere_same_county",
    "other_area": "registered_elsewhere_other_county",
    "other_province": "interprovincial_inmigrants",
}
EDUCATION_PARTS = (
    ("education_none", "education_primary"),
    ("education_junior",),
    ("education_senior",),
    ("education_college",),
    ("education_bachelor_plus",),
)
HOUSEHOLD_INDICATORS = ("households", "one_person_households", "household_population")
GENERATIONS = ("generations_one", "generations_two", "generations_three", "generations_four_plus")
TENURE_INDICATORS = ("tenure_self_built", "tenure_purchased", "tenure_rented", "tenure_other", "tenure_inherited_or_gift")
PATHS = {
    "wage_town": "yuan_per_month",
    "income_village": "yuan_per_month",
    "rent": "yuan_per_m2_month",
    "house_price": "yuan_per_m2",
    "income_urban": "yuan_per_year",
    "income_rural": "yuan_per_year",
}
SUPPLY = {
    "guaranteed_homes": "units",
    "public_homes": "units",
    "hospital_beds": "beds",
    "nursery_places": "places",
    "kindergarten_places": "places",
    "upper_secondary_places": "places",
}

PUBLISHED_UNITS = {
    "resident_population": "persons",
    "urban_population": "persons",
    "hukou_population": "persons",
    "hukou_urban_population": "persons",
    "urbanization_rate": "percent",
    "hukou_urbanization_rate": "percent",
    "births": "persons",
    "deaths": "persons",
    "birth_rate": "per_mille",
    "death_rate": "per_mille",
    "registered_elsewhere_same_area": "persons",
    "registered_elsewhere_other_area": "persons",
    "registered_elsewhere_other_province": "persons",
}
"""Unit of the published points that charts and scores use; other points keep the unit they came with."""

Need = tuple[str, str, str, str]  # area, year, indicator, unit


def needs(table: AreaTable) -> Iterator[Need]:
    """Yield every (area, year, indicator, unit) that must be there, paths of prices and wages apart."""
    yield from _census_needs(table)
    yield from _vital_needs(table)
    for area in table.areas:
        for stage in STAGES:
            yield area, "2010", f"school_places_{stage}", "places"
            for year in YEARS[1:]:
                yield area, str(year), f"school_places_new_{stage}", "places"
        for indicator, unit in SUPPLY.items():
            for year in YEARS:
                yield area, str(year), indicator, unit
        for block in table.blocks:
            yield area, "2010", f"block_stock_{block}", "persons"
    for year in YEARS:
        yield table.name, str(year), "wage_outside", "yuan_per_month"
        yield table.name, str(year), "fertility_level", "ratio"
        yield table.name, str(year), "mortality_level", "ratio"
        for block in table.blocks:
            yield block, str(year), "population_at_risk", "persons"


def _census_needs(table: AreaTable) -> Iterator[Need]:
    wholes = (*table.areas, *table.prefectures, table.name)
    for area in wholes:
        for indicator in CENSUS_COUNTS.values():
            yield area, "2010", indicator, "persons"
            yield area, "2020", indicator, "persons"
        yield area, "2010", "hukou_population", "persons"
    for area in table.areas:
        yield area, "2010", "nonagricultural_share", "percent"
        yield area, "2010", "separated_within_core", "persons"
        yield area, "2020", "separated_within_core", "persons"
    for prefecture in table.prefectures:
        for year in ("2010", "2020"):
            for sex in SEXES:
                for group in AGE_GROUPS:
                    yield prefecture, year, f"age_{sex}_{group}", "persons"
            for group_of_levels in EDUCATION_PARTS:
                for indicator in group_of_levels:
                    yield prefecture, year, indicator, "persons"
            for indicator in HOUSEHOLD_INDICATORS:
                yield prefecture, year, indicator, "persons" if indicator == "household_population" else "households"
            for indicator in GENERATIONS:
                yield prefecture, year, indicator, "households"
            for indicator in TENURE_INDICATORS:
                yield prefecture, year, indicator, "households_sample"
    for part in ("city", "town", "village"):
        for sex in SEXES:
            for age in range(101):
                yield table.name, "2010", f"age1_{part}_{sex}_{age}", "persons"


def _vital_needs(table: AreaTable) -> Iterator[Need]:
    for year in ("2010", "2020"):
        for part in PARTS:
            for sex in SEXES:
                for age in range(101):
                    yield table.name, year, f"death_rate_{part}_{sex}_{age}", "per_year"
            for age in range(15, 50):
                yield table.name, year, f"fertility_{part}_{age}", "births_per_woman_year"
            for order in BIRTH_ORDERS:
                yield table.name, year, f"birth_order_{part}_{order}", "share"


def file_of(indicator: str) -> str:
    """Return the file in which an indicator belongs.

    >>> file_of("age_male_0_4"), file_of("block_stock_anhui"), file_of("rent")
    ('profile.csv', 'origins.csv', 'economy.csv')
    """
    if indicator in CENSUS_COUNTS.values() or indicator in ("hukou_population", "nonagricultural_share", "separated_within_core"):
        return "census.csv"
    if indicator.startswith(("block_stock_", "population_at_risk")):
        return "origins.csv"
    if indicator.startswith(("death_rate_", "mortality_", "fertility_", "birth_order_")):
        return "vital.csv"
    if indicator in PATHS or indicator == "wage_outside":
        return "economy.csv"
    if indicator in SUPPLY or indicator.startswith("school_places_"):
        return "services.csv"
    return "profile.csv"
