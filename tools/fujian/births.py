"""Births of Fujian by year."""

from __future__ import annotations

from regionbuild.census import children_2020
from regionbuild.evidence import Evidence
from regionbuild.vital import SEXES, Births

RULE = "persons of the age in the 2020 census (groups 1-4, 5-9 split into single years by a monotone cubic)"


def births_by_year(evidence: Evidence) -> dict[int, Births]:
    """Return births of 2010..2022 with tag and rule.

    To 2019 the children of the 2020 census stand for them, as in Xuchang: the surveys' birth rates of 2011-2015 give 2.42 million, the
    census of 2020 found 2.99 million of that age (nationally it found 13 % more of ages 10-14 than that of 2010 of ages 0-4, so that
    surveys and the census before missed small children). Children who moved in are among them, who moved out are not.
    """
    births: dict[int, Births] = {}
    rate = evidence.value("fujian", 2010, "birth_rate")
    residents = evidence.value("fujian", 2010, "resident_population_census", "demography")
    births[2010] = Births(rate / 1000 * residents, "derived", f"birth rate {rate:.2f} per 1000 (published) times census residents")
    ages = children_2020(evidence, "fujian")
    for year in range(2011, 2020):
        births[year] = Births(float(ages[2020 - year]), "imputed", RULE)
    infants = sum(evidence.value("fujian", 2020, f"age_0_{sex}_census") for sex in SEXES)
    births[2020] = Births(infants, "derived", "persons aged 0 in the 2020 census")
    row = evidence.get("fujian", 2021, "births")
    assert row is not None
    births[2021] = Births(row.number * 1e4, row["confidence"], "", row)
    mean = sum(evidence.value("fujian", y, "resident_population") for y in (2021, 2022)) / 2 * 1e4
    level = evidence.value("fujian", 2022, "birth_rate")
    births[2022] = Births(level / 1000 * mean, "derived", f"birth rate {level:.2f} per 1000 times the mean of residents of 2021 and 2022")
    return births
