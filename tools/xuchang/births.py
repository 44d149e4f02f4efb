"""Births of Xuchang's residents by year."""

from __future__ import annotations

from regionbuild.census import children_2020
from regionbuild.evidence import Evidence
from regionbuild.vital import SEXES, Births


def births_by_year(evidence: Evidence) -> dict[int, Births]:
    """Return births of 2010..2022 with tag and rule.

    The censuses enumerate infants poorly (0-4 of 2010: 329,844; 10-14 of 2020: 365,201), yearly births are published for 2018 only, and
    for the registered population. The children of the 2020 census are the one full count of those who grew up here.
    """
    ages = children_2020(evidence, "xuchang")
    births: dict[int, Births] = {}
    for year in range(2010, 2020):
        rule = "persons of the age in the 2020 census (groups 1-4, 5-9, 10-14 split into single years by a monotone cubic)"
        births[year] = Births(float(ages[2020 - year]), "imputed", rule)
    births[2020] = Births(float(ages[0]), "derived", "persons aged 0 in the 2020 census")
    infants = sum(evidence.value("henan", 2020, f"age_0_{s}_census", "demography") for s in SEXES)
    for year in (2021, 2022):
        ratio = evidence.value("henan", year, "births") * 1e4 / infants
        rule = "infants of 2020 x Henan's births of the year over Henan's infants of 2020"
        births[year] = Births(float(ages[0]) * ratio, "imputed", rule)
    return births
