"""Deaths and births: national age patterns brought to the level of the region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from regionbuild.census import fine_counts, to_single_years
from regionbuild.evidence import Evidence, Facts, Row
from regionbuild.place import Place

# Real deaths over those that a census enumerates: China 2020, official 7.07 per 1000 against 5.66 enumerated (demography.md, caveat 2).
# People of the 2020 census aged forward then give 97 % of the deaths that Zhejiang published for 2021, 98 % of Fujian's and 88 % of
# Henan's (90, 91 and 81 % with 1.15).
UNDERCOUNT = 1.25
PARTS = {"village": ("village",), "town": ("city", "town")}
SEXES = ("male", "female")


class Births(NamedTuple):
    """Hold the births of one year: persons, tag, rule, and the published row where there is one (its unit: 10,000 persons)."""

    number: float
    tag: str
    note: str
    row: Row | None = None


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


def write_deaths(evidence: Evidence, facts: Facts, place: Place) -> None:
    """Write yearly death probabilities by year, part, sex and age at the level of the region."""
    province = place.province
    for year in (2010, 2020):
        for part, sources in PARTS.items():
            for sex in SEXES:
                expected, persons = np.zeros(101), np.zeros(101)
                for source in sources:
                    weight = to_single_years(*fine_counts(evidence, province, year, sex, source)).astype(float)
                    expected += weight * _rate(evidence, year, sex, source)
                    persons += weight
                pattern = expected / np.maximum(persons, 1e-9)
                enumerated = sum(evidence.value(province, year, f"deaths_{sex}_{s}_census") for s in sources)
                level = UNDERCOUNT * enumerated / expected.sum()
                probability = 1 - np.exp(-np.minimum(pattern * level, 3.0))
                note = (
                    f"national rate by age of {' and '.join(sources)} weighted by the province's people; times {level:.3f} so that deaths "
                    f"are {UNDERCOUNT} x those enumerated ({int(enumerated)}); q = 1 - exp(-m)"
                )
                for age, value in enumerate(probability):
                    facts.add(place.name, year, f"death_rate_{part}_{sex}_{age}", float(value), "per_year", "derived", note)


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


def write_fertility(evidence: Evidence, facts: Facts, place: Place, births: Mapping[int, Births]) -> None:
    """Write births per woman by age and part, and the yearly level that meets the published births."""
    province = place.province
    patterns: dict[int, dict[str, np.ndarray]] = {}
    for year in (2010, 2020):
        raw = {}
        for part, sources in PARTS.items():
            rate = _smooth(_mothers(evidence, year, part) / _women(evidence, "china", year, part))
            sample = sum(evidence.value(province, year, f"births_{s}_longform") for s in sources)
            raw[part] = rate * sample / float(rate @ _women(evidence, province, year, part))
        total = sum(float(raw[p] @ _women(evidence, province, year, p)) for p in PARTS)
        patterns[year] = {p: raw[p] * births[year].number / total for p in PARTS}
        for part in PARTS:
            note = (
                "national births by mother's age over women of that age, smoothed 1-2-1; level of the part by the province's sampled "
                f"births, level of the whole by {births[year].number:.0f} births"
            )
            for age, value in enumerate(patterns[year][part]):
                facts.add(place.name, year, f"fertility_{part}_{15 + age}", float(value), "births_per_woman_year", "derived", note)
    for year, born in births.items():
        if born.row is not None:
            facts.copy(born.row, place.name, year, "births", "persons", scale=1e4)
        else:
            facts.add(place.name, year, "births", round(born.number), "persons", born.tag, born.note)
    women = {y: {p: _women(evidence, province, y, p) for p in PARTS} for y in (2010, 2020)}
    ages20 = {p: _population(evidence, province, 2020, "female", p) for p in PARTS}
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
            level = births[year].number / expected
            tag, note = (
                "derived",
                "births of the year over those expected from the interpolated age pattern and census women (aged forward after 2020)",
            )
        else:
            tag, note = "assumption", "level of 2022 kept"
        facts.add(place.name, year, "fertility_level", level, "ratio", tag, note)


def write_birth_order(evidence: Evidence, facts: Facts, place: Place) -> None:
    """Write the shares of first, second and later births by part."""
    province = place.province
    for year in (2010, 2020):
        for part, sources in PARTS.items():
            counts = []
            for orders in (("first",), ("second",), ("third", "fourth", "fifth_plus")):
                counts.append(sum(evidence.value(province, year, f"births_{o}_child_{s}_longform") for o in orders for s in sources))
            for name, count in zip(("first", "second", "third_plus"), counts, strict=True):
                note = "long-form sample births of the province"
                facts.add(place.name, year, f"birth_order_{part}_{name}", count / sum(counts), "share", "derived", note)
