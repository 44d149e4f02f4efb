"""Deaths and births: national age patterns brought to the level of the region."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

from zhejiang.census import fine_counts, to_single_years
from zhejiang.evidence import Evidence, Facts

UNDERCOUNT = 1.15  # enumerated census deaths to real deaths, an expert judgement of the evidence (to sweep)
PARTS = {"village": ("village",), "town": ("city", "town")}
SEXES = ("male", "female")


def _population(evidence: Evidence, area: str, year: int, sex: str, part: str) -> np.ndarray:
    return sum((to_single_years(*fine_counts(evidence, area, year, sex, p)) for p in PARTS[part]), np.zeros(101)).astype(float)


def _rate(evidence: Evidence, year: int, sex: str, part: str) -> np.ndarray:
    """Return the national death rate by single year 0..100 of one census part (city, town, village)."""
    tail = f"_{part}_census"
    if year == 2020:
        ages = [str(a) for a in range(100)] + ["100_plus"]
        return np.array([evidence.value("china", year, f"death_rate_age_{a}_{sex}{tail}") for a in ages]) / 1000
    centres, rates = [0.5], [evidence.value("china", year, f"death_rate_age_0_{sex}{tail}")]
    for low in [1, *range(5, 100, 5)]:
        high = 4 if low == 1 else low + 4
        row = evidence.get("china", year, f"death_rate_age_{low}_{high}_{sex}{tail}")
        if row is None:  # 1-4 from its deaths and persons
            deaths = evidence.value("china", year, f"deaths_age_{low}_{high}_{sex}{tail}")
            value = 1000 * deaths / evidence.value("china", year, f"age_{low}_{high}_{sex}{tail}")
        else:
            value = row.number
        centres.append((low + high + 1) / 2)
        rates.append(value)
    centres.append(101.5)
    rates.append(evidence.value("china", year, f"death_rate_age_100_plus_{sex}{tail}"))
    curve = PchipInterpolator(np.array(centres), np.log(np.maximum(rates, 0.01)))
    return np.asarray(np.exp(curve(np.clip(np.arange(101) + 0.5, 0.5, 101.5))) / 1000)


def write_deaths(evidence: Evidence, facts: Facts) -> None:
    """Write yearly death probabilities by year, part, sex and age at the level of the region."""
    for year in (2010, 2020):
        for part, sources in PARTS.items():
            for sex in SEXES:
                expected, persons = np.zeros(101), np.zeros(101)
                for source in sources:
                    weight = to_single_years(*fine_counts(evidence, "zhejiang", year, sex, source)).astype(float)
                    expected += weight * _rate(evidence, year, sex, source)
                    persons += weight
                pattern = expected / np.maximum(persons, 1e-9)
                enumerated = sum(evidence.value("zhejiang", year, f"deaths_{sex}_{s}_census") for s in sources)
                level = UNDERCOUNT * enumerated / expected.sum()
                probability = 1 - np.exp(-np.minimum(pattern * level, 3.0))
                note = (
                    f"national rate by age of {' and '.join(sources)} weighted by the province's people; times {level:.3f} so that deaths "
                    f"are {UNDERCOUNT} x those enumerated ({int(enumerated)}); q = 1 - exp(-m)"
                )
                for age, value in enumerate(probability):
                    facts.add("zhejiang", year, f"death_rate_{part}_{sex}_{age}", float(value), "per_year", "derived", note)


def births_by_year(evidence: Evidence) -> dict[int, tuple[float, str, str]]:
    """Return births of 2010..2022 with tag and rule; first-published vintage to 2019, after the 2020 census from 2020."""
    births: dict[int, tuple[float, str, str]] = {}
    rate_2011 = 1000 * evidence.value("zhejiang", 2011, "births") / evidence.value("zhejiang", 2011, "resident_population")
    residents = evidence.value("zhejiang", 2010, "resident_population_census", "demography")
    births[2010] = (
        rate_2011 / 1000 * residents,
        "imputed",
        "birth rate of 2011 times census residents (the census enumerated 8.17 per 1000)",
    )
    for year in (2011, 2019, 2021, 2022):
        births[year] = (evidence.value("zhejiang", year, "births") * 1e4, "read", "")
    rates = {2011: rate_2011, 2019: evidence.value("zhejiang", 2019, "birth_rate")}
    base = rates[2019] / evidence.value("hangzhou", 2019, "birth_rate")
    rates[2016] = base * evidence.value("hangzhou", 2016, "birth_rate")
    rates[2018] = base * evidence.value("hangzhou", 2018, "birth_rate")
    known = sorted(rates)
    for year in range(2012, 2019):
        rate = float(np.interp(year, known, [rates[y] for y in known]))
        people = evidence.value("zhejiang", year, "resident_population") * 1e4
        rule = "birth rate between the published ones of 2011 and 2019 (2016, 2018 shaped by Hangzhou's) times first-published residents"
        births[year] = (rate / 1000 * people, "imputed", rule)
    infants = sum(evidence.value("zhejiang", 2020, f"age_0_{sex}_census") for sex in SEXES)
    births[2020] = (infants, "derived", "persons aged 0 in the 2020 census")
    return dict(sorted(births.items()))


def _women(evidence: Evidence, area: str, year: int, part: str) -> np.ndarray:
    return _population(evidence, area, year, "female", part)[15:50]


def _mothers(evidence: Evidence, year: int, part: str) -> np.ndarray:
    total = np.zeros(35)
    for source in PARTS[part]:
        for age in range(15, 50):
            row = evidence.get("china", year, f"births_mother_age_{age}_{source}_longform")
            total[age - 15] += 0.0 if row is None else row.number
    return total


def _smooth(rates: np.ndarray) -> np.ndarray:
    kernel = np.array([0.25, 0.5, 0.25])
    padded = np.concatenate([[rates[0]], rates, [rates[-1]]])
    return np.convolve(padded, kernel, mode="valid")


def write_fertility(evidence: Evidence, facts: Facts) -> None:
    """Write births per woman by age and part, and the yearly level that meets the published births."""
    births = births_by_year(evidence)
    patterns: dict[int, dict[str, np.ndarray]] = {}
    for year in (2010, 2020):
        raw = {}
        for part, sources in PARTS.items():
            rate = _smooth(_mothers(evidence, year, part) / _women(evidence, "china", year, part))
            sample = sum(evidence.value("zhejiang", year, f"births_{s}_longform") for s in sources)
            raw[part] = rate * sample / float(rate @ _women(evidence, "zhejiang", year, part))
        total = sum(float(raw[p] @ _women(evidence, "zhejiang", year, p)) for p in PARTS)
        patterns[year] = {p: raw[p] * births[year][0] / total for p in PARTS}
        for part in PARTS:
            note = (
                "national births by mother's age over women of that age, smoothed 1-2-1; level of the part by the province's sampled "
                f"births, level of the whole by {births[year][0]:.0f} births"
            )
            for age, value in enumerate(patterns[year][part]):
                facts.add("zhejiang", year, f"fertility_{part}_{15 + age}", float(value), "births_per_woman_year", "derived", note)
    for year, (value, tag, note) in births.items():
        if tag == "read":
            row = evidence.get("zhejiang", year, "births")
            assert row is not None
            facts.copy(row, "zhejiang", year, "births", "persons", scale=1e4)
        else:
            facts.add("zhejiang", year, "births", round(value), "persons", tag, note)
    women = {y: {p: _women(evidence, "zhejiang", y, p) for p in PARTS} for y in (2010, 2020)}
    ages20 = {p: _population(evidence, "zhejiang", 2020, "female", p) for p in PARTS}
    level = 1.0
    for year in range(2010, 2028):
        if year <= 2022:
            share = min((year - 2010) / 10, 1.0)
            expected = 0.0
            for part in PARTS:
                rate = (1 - share) * patterns[2010][part] + share * patterns[2020][part]
                if year <= 2020:
                    exposed = (1 - share) * women[2010][part] + share * women[2020][part]
                else:
                    exposed = ages20[part][15 - (year - 2020) : 50 - (year - 2020)]
                expected += float(rate @ exposed)
            level = births[year][0] / expected
            tag, note = (
                "derived",
                "births of the year over those expected from the interpolated age pattern and census women (aged forward after 2020)",
            )
        else:
            tag, note = "assumption", "level of 2022 kept"
        facts.add("zhejiang", year, "fertility_level", level, "ratio", tag, note)


def write_birth_order(evidence: Evidence, facts: Facts) -> None:
    """Write the shares of first, second and later births by part."""
    for year in (2010, 2020):
        for part, sources in PARTS.items():
            counts = []
            for orders in (("first",), ("second",), ("third", "fourth", "fifth_plus")):
                counts.append(sum(evidence.value("zhejiang", year, f"births_{o}_child_{s}_longform") for o in orders for s in sources))
            for name, count in zip(("first", "second", "third_plus"), counts, strict=True):
                note = "long-form sample births of the province"
                facts.add("zhejiang", year, f"birth_order_{part}_{name}", count / sum(counts), "share", "derived", note)
