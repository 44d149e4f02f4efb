"""Births of Zhejiang by year."""

from __future__ import annotations

import numpy as np
from regionbuild.evidence import Evidence
from regionbuild.vital import SEXES, Births


def births_by_year(evidence: Evidence) -> dict[int, Births]:
    """Return births of 2010..2022 with tag and rule; from 2020 on as published after the 2020 census.

    To 2019 the surveys' birth rates hold for residents on the line between the two censuses: the counts published then belong to residents
    who were 8 % too few by 2019, and the women who bear them in the model are the censuses'.
    """
    births: dict[int, Births] = {}
    rate_2011 = 1000 * evidence.value("zhejiang", 2011, "births") / evidence.value("zhejiang", 2011, "resident_population")
    residents = evidence.value("zhejiang", 2010, "resident_population_census", "demography")
    births[2010] = Births(
        rate_2011 / 1000 * residents,
        "imputed",
        "birth rate of 2011 times census residents (the census enumerated 8.17 per 1000)",
    )
    for year in (2021, 2022):
        row = evidence.get("zhejiang", year, "births")
        assert row is not None
        births[year] = Births(row.number * 1e4, row["confidence"], "", row)
    last = evidence.value("zhejiang", 2020, "resident_population_census", "demography")
    rates = {2011: rate_2011, 2019: evidence.value("zhejiang", 2019, "birth_rate")}
    base = rates[2019] / evidence.value("hangzhou", 2019, "birth_rate")
    rates[2016] = base * evidence.value("hangzhou", 2016, "birth_rate")
    rates[2018] = base * evidence.value("hangzhou", 2018, "birth_rate")
    known = sorted(rates)
    for year in range(2011, 2020):
        rate = float(np.interp(year, known, [rates[y] for y in known]))
        people = residents + (last - residents) * (year - 2010.33) / 10
        given = "published" if year in (2011, 2019) else "between the published ones of 2011 and 2019 (2016, 2018 shaped by Hangzhou's)"
        rule = f"birth rate {rate:.2f} per 1000 ({given}) times residents at mid-year on the line between the censuses"
        births[year] = Births(rate / 1000 * people, "derived" if year in (2011, 2019) else "imputed", rule)
    infants = sum(evidence.value("zhejiang", 2020, f"age_0_{sex}_census") for sex in SEXES)
    births[2020] = Births(infants, "derived", "persons aged 0 in the 2020 census")
    return dict(sorted(births.items()))
