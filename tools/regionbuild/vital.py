"""Deaths and births: national age patterns brought to the level of the region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

from regionbuild.census import fine_counts, to_single_years
from regionbuild.evidence import Evidence, Facts, Row
from regionbuild.place import Place

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


def undercount_of_deaths(evidence: Evidence) -> float:
    """Return real deaths over those that the censuses enumerated, 2010-2020: China's people of 65 and more of 2010 aged to 2020.

    Nobody enters or leaves the country at that age: the factor at which the survivors of its censuses' rates (linear between the two) equal
    those of 75 and more who were counted in 2020.
    """
    people = {y: {s: sum(_population(evidence, "china", y, s, part) for part in PARTS) for s in SEXES} for y in (2010, 2020)}
    rates = {y: {s: _enumerated(evidence, y, s) for s in SEXES} for y in (2010, 2020)}

    def too_many(factor: float) -> float:
        left = 0.0
        for sex in SEXES:
            alive = np.asarray(people[2010][sex])
            for year in range(10):
                share = (year + 0.5) / 10
                rate = (1 - share) * rates[2010][sex] + share * rates[2020][sex]
                alive = _a_year_older(alive, 1 - np.exp(-factor * rate))
            left += float(alive[75:].sum())
        return left - float(sum(people[2020][s][75:].sum() for s in SEXES))

    return float(brentq(too_many, 0.8, 2.0))


def _a_year_older(people: np.ndarray, dying: np.ndarray) -> np.ndarray:
    older = np.zeros(101)
    older[1:] = (people * (1 - dying))[:-1]
    older[100] += (people * (1 - dying))[100]
    return older


def _enumerated(evidence: Evidence, year: int, sex: str) -> np.ndarray:
    """Return the country's death rate by single year, of all parts, at the level of the deaths enumerated."""
    deaths, people = np.zeros(101), np.zeros(101)
    for source in ("city", "town", "village"):
        weight = to_single_years(*fine_counts(evidence, "china", year, sex, source)).astype(float)
        deaths += weight * _rate(evidence, year, sex, source)
        people += weight
    level = evidence.value("china", year, f"deaths_{sex}_census") / float(deaths.sum())
    return np.asarray(level * deaths / np.maximum(people, 1e-9))


def _published_deaths(evidence: Evidence, province: str, year: int) -> tuple[float, str]:
    """Return a year's published deaths and where they come from: the count, else the rate times the mean of residents of two year ends."""
    row = evidence.get(province, year, "deaths")
    if row is not None:
        return row.number * 1e4, f"{row.number:g} x 10,000 deaths published for {province} ({row['confidence']})"
    rate = evidence.value(province, year, "death_rate")
    mean = sum(evidence.value(province, y, "resident_population") for y in (year - 1, year)) / 2 * 1e4
    return rate / 1000 * mean, f"published death rate of {province}, {rate:.2f} per 1000, times mean residents"


def write_deaths(evidence: Evidence, facts: Facts, place: Place) -> None:
    """Write yearly death probabilities by year, part, sex and age, and the yearly level that meets the province's published deaths."""
    province, undercount = place.province, undercount_of_deaths(evidence)
    probabilities: dict[tuple[int, str, str], np.ndarray] = {}
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
                level = undercount * enumerated / expected.sum()
                probability = 1 - np.exp(-np.minimum(pattern * level, 3.0))
                note = (
                    f"national rate by age of {' and '.join(sources)} weighted by the province's people; times {level:.3f} so that deaths "
                    f"are {undercount:.3f} x those enumerated ({int(enumerated)}; China's people of 65+ of 2010 aged to 2020); "
                    "q = 1 - exp(-m)"
                )
                probabilities[year, part, sex] = probability
                for age, value in enumerate(probability):
                    facts.add(place.name, year, f"death_rate_{part}_{sex}_{age}", float(value), "per_year", "derived", note)
    _write_mortality_level(evidence, facts, place, probabilities)


def _write_mortality_level(
    evidence: Evidence, facts: Facts, place: Place, probabilities: Mapping[tuple[int, str, str], np.ndarray]
) -> None:
    """Write deaths of a year over those expected: 1 to 2020, where the census tells; published deaths of 2021 and 2022; then their mean."""
    people = {(part, sex): _population(evidence, place.province, 2020, sex, part) for part in PARTS for sex in SEXES}
    levels = dict.fromkeys(range(2010, 2021), 1.0)
    notes = dict.fromkeys(levels, ("derived", "the level that the two censuses tell"))
    for year in (2021, 2022):
        share = (year - 2010) / 10
        expected = 0.0
        for part, sex in people:
            first, last = probabilities[2010, part, sex], probabilities[2020, part, sex]
            dying = np.maximum(first + (last - first) * share, 0.0)
            expected += float((people[part, sex] * dying).sum())
            people[part, sex] = _a_year_older(people[part, sex], dying)
        published, source = _published_deaths(evidence, place.province, year)
        levels[year] = published / expected
        notes[year] = "derived", f"{source}, over those expected of the people of the 2020 census"
    for year in range(2023, 2028):
        levels[year], notes[year] = (levels[2021] + levels[2022]) / 2, ("assumption", "mean of 2021 and 2022")
    for year, (tag, note) in notes.items():
        facts.add(place.name, year, "mortality_level", levels[year], "ratio", tag, note)


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
    women = {y: {p: _population(evidence, province, y, "female", p) for p in PARTS} for y in (2010, 2020)}
    level = 1.0
    for year in range(2010, 2028):
        if year <= 2022:
            share = min((year - 2010) / 10, 1.0)
            expected = 0.0
            for part in PARTS:
                rate = (1 - share) * patterns[2010][part] + share * patterns[2020][part]
                before, after = year - 2010, year - 2020
                exposed = women[2020][part][15 - after : 50 - after]  # the same women at the census of 2020
                if year < 2020:
                    exposed = (1 - share) * women[2010][part][15 - before : 50 - before] + share * exposed
                expected += float(rate @ exposed)
            level = births[year].number / expected
            tag, note = (
                "derived",
                "births of the year over those expected from the interpolated age pattern and census women (cohorts between the censuses, "
                "aged forward after 2020)",
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
