"""Births of Fujian by year."""

from __future__ import annotations

import numpy as np
from regionbuild.evidence import Evidence
from regionbuild.vital import SEXES, Births

RATES = (2010, 2011, 2015, 2017, 2018, 2019)  # years with a published birth rate, before the 2020 census revision


def births_by_year(evidence: Evidence) -> dict[int, Births]:
    """Return births of 2010..2022 with tag and rule; from 2020 on as published after the 2020 census.

    To 2019 the surveys' birth rates hold for residents on the line between the two censuses, since the women who bear them in the model are
    the censuses'.
    """
    births: dict[int, Births] = {}
    rate = {y: evidence.value("fujian", y, "birth_rate") for y in RATES}
    first, last = (evidence.value("fujian", y, "resident_population_census", "demography") for y in (2010, 2020))
    for year in range(2010, 2020):
        level = float(np.interp(year, list(rate), list(rate.values())))
        residents = first if year == 2010 else first + (last - first) * (year - 2010.33) / 10
        rule = f"birth rate {level:.2f} per 1000 ({'published' if year in rate else 'between the published years'}) times "
        rule += "census residents" if year == 2010 else "residents at mid-year on the line between the censuses"
        births[year] = Births(level / 1000 * residents, "derived" if year in rate else "imputed", rule)
    infants = sum(evidence.value("fujian", 2020, f"age_0_{sex}_census") for sex in SEXES)
    births[2020] = Births(infants, "derived", "persons aged 0 in the 2020 census")
    row = evidence.get("fujian", 2021, "births")
    assert row is not None
    births[2021] = Births(row.number * 1e4, row["confidence"], "", row)
    mean = sum(evidence.value("fujian", y, "resident_population") for y in (2021, 2022)) / 2 * 1e4
    level = evidence.value("fujian", 2022, "birth_rate")
    births[2022] = Births(level / 1000 * mean, "derived", f"birth rate {level:.2f} per 1000 times the mean of residents of 2021 and 2022")
    return births
