"""Children, newcomers and places by area and year: written rules from the census counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from regionbuild.census import prefecture_single_years
from regionbuild.evidence import Evidence, Facts, largest_remainder
from regionbuild.paths import YEARS
from regionbuild.place import Place

CHILD_RATIO = 0.5  # children per migrant from another province over children per other resident
SLACK = 1.02  # public places over the children they are meant for
STAGES = ("primary", "lower_secondary")
AGES = {"primary": (6, 12), "lower_secondary": (12, 15), "kindergarten": (3, 6)}
PRIMARY_PART = {2023: 0.5, 2024: 0.45, 2025: 0.4, 2026: 0.35, 2027: 0.3}  # of new places after 2022 (assumed)


class Census:
    """Hold the census counts by area, and the children of prefectures, that the rules need."""

    def __init__(self, evidence: Evidence, facts: Facts, place: Place, births: Mapping[int, float]) -> None:
        """Take the counts from `facts`; `births` are those of the region in 2020 (aged 0 in the census), 2021 and 2022."""
        self.evidence, self.place, self.births = evidence, place, births
        self.areas = place.areas
        self.prefecture = [place.prefecture_of[a] for a in place.areas]
        self.table = {(r[0], r[1], r[2]): float(r[3]) for r in facts.rows}
        self._single: dict[tuple[str, int], np.ndarray] = {}

    def of(self, name: str, year: int) -> np.ndarray:
        """Return one count for all areas; between 2010 and 2020 linear, after 2020 kept."""
        start, end = (np.array([self.table[(a, str(y), name)] for a in self.areas]) for y in (2010, 2020))
        share = min((year - 2010) / 10, 1.0)
        return (1 - share) * start + share * end

    def newcomers(self, year: int) -> np.ndarray:
        """Return people registered in another area of the region or another province, without moves inside a core."""
        other = self.of("registered_elsewhere_other_county", year)
        inside = self.of("separated_within_core", year) / (other + self.of("registered_elsewhere_same_county", year))
        return np.asarray(self.of("interprovincial_inmigrants", year) + other * (1 - inside))

    def children(self, year: int, low: int, high: int) -> np.ndarray:
        """Return resident children of ages low..high-1 by area.

        Prefecture counts (single years split) spread by residents less half of those from other provinces. After 2020 the children of the
        2020 census age forward and, below age year - 2020, the births of 2021-22 (later years as 2022) follow.
        """
        weight = self.of("resident_population", year) - (1 - CHILD_RATIO) * self.of("interprovincial_inmigrants", year)
        result = np.zeros(len(self.areas))
        for prefecture in dict.fromkeys(self.prefecture):
            mask = np.array([p == prefecture for p in self.prefecture])
            result[mask] = self._cohort(prefecture, year, low, high) * weight[mask] / weight[mask].sum()
        return result

    def _ages(self, prefecture: str, year: int) -> np.ndarray:
        if (prefecture, year) not in self._single:
            found = prefecture_single_years(self.evidence, self.place.source(prefecture), year)
            self._single[prefecture, year] = found.astype(float)
        return self._single[prefecture, year]

    def _cohort(self, prefecture: str, year: int, low: int, high: int) -> float:
        if year <= 2020:
            share = (year - 2010) / 10
            return float((1 - share) * self._ages(prefecture, 2010)[low:high].sum() + share * self._ages(prefecture, 2020)[low:high].sum())
        base = self._ages(prefecture, 2020)
        total = 0.0
        for age in range(low, high):
            back = age - (year - 2020)
            total += base[back] if back >= 0 else base[0] * self.births[min(year - age, 2022)] / self.births[2020]
        return total


def public_places(census: Census, pupils: np.ndarray, share: float, year: int) -> list[np.ndarray]:
    """Return public places by stage: resident children less `pupils` of migrants outside public schools (1 - `share`), x `SLACK`."""
    ages = [census.children(year, *AGES[stage]) for stage in STAGES]
    pupils = np.minimum(pupils, 0.6 * (ages[0] + ages[1]))
    return [(a - (1 - share) * pupils * a / (ages[0] + ages[1])) * SLACK for a in ages]


def write_schools(
    facts: Facts,
    census: Census,
    stock: Mapping[int, list[np.ndarray]],
    rules: Mapping[str, str],
    later: Callable[[int, int], tuple[np.ndarray, str, str]],
) -> None:
    """Write the public places of 2010 and the yearly additions, by area and stage.

    `stock` holds the rule's places of 2010, 2020 and 2022, `rules` the notes of the years to 2010, 2020 and 2022; `later(year, stage)`
    gives the places added after 2022 with tag and note.
    """
    for s, stage in enumerate(STAGES):
        for area, value in zip(census.areas, np.rint(stock[2010][s]).astype(np.int64), strict=True):
            facts.add(area, 2010, f"school_places_{stage}", value, "places", "imputed", rules["2010"])
        for year in range(2011, 2028):
            if year <= 2022:
                start, end, years = (2010, 2020, 10) if year <= 2020 else (2020, 2022, 2)
                yearly = np.maximum(stock[end][s] - stock[start][s], 0) / years
                added, tag, note = np.rint(yearly).astype(np.int64), "imputed", rules[str(end)]
            else:
                added, tag, note = later(year, s)
            for area, value in zip(census.areas, added, strict=True):
                facts.add(area, year, f"school_places_new_{stage}", value, "places", tag, note)


def write_school_ages(facts: Facts, census: Census) -> None:
    """Write kindergarten and upper-secondary places by area and year."""
    previous = {"kindergarten_places": np.zeros(1), "upper_secondary_places": np.zeros(1)}
    for year in YEARS:
        small = census.children(year, 3, 6) * (0.95 + 0.03 * min((year - 2010) / 10, 1))
        senior = census.children(year, 12, 15) * 0.9
        for name, need, rule in (
            ("kindergarten_places", small, "children of 3-5 x 0.95 (2010) to 0.98 (2020); places once built stay"),
            ("upper_secondary_places", senior, "children of 12-14 x 0.9 (migrant youths mostly go home or work); places once built stay"),
        ):
            previous[name] = np.maximum(np.rint(need), previous[name])
            for area, value in zip(census.areas, previous[name], strict=True):
                facts.add(area, year, name, value, "places", "imputed", rule)


def write_nursery(facts: Facts, census: Census, rates: Mapping[int, float], rule: str) -> None:
    """Write nursery places from places per 1000 residents (`rates` by year, linear between)."""
    for year in YEARS:
        rate = float(np.interp(year, list(rates), list(rates.values())))
        tag = "imputed" if year <= 2021 else "assumption"
        people = census.of("resident_population", year)
        for area, value in zip(census.areas, largest_remainder(people, round(rate / 1000 * float(people.sum()))), strict=True):
            facts.add(area, year, "nursery_places", value, "places", tag, rule)


def write_beds(facts: Facts, census: Census, series: Mapping[int, float], share: np.ndarray, by: str) -> None:
    """Write hospital beds: the region's published total to 2023, then growing as in 2018-2023, spread by `share` (`by` in the note)."""
    growth = (series[2023] / series[2018]) ** (1 / 5) - 1
    for year in YEARS:
        total = series[year] if year in series else series[2023] * (1 + growth) ** (year - 2023)
        tag = "imputed" if year in series else "assumption"
        rule = "province's beds in health institutions (published 2010-2023"
        rule += ", then growing as 2018-2023)" if year > 2023 else ")"
        for area, value in zip(census.areas, largest_remainder(share, round(total)), strict=True):
            facts.add(area, year, "hospital_beds", value, "beds", tag, rule + by)


def write_units(
    facts: Facts, census: Census, indicator: str, weight: np.ndarray, raised: Mapping[int, float], rule: str, last: int = 2022
) -> None:
    """Write homes by year end: the region's total (`raised` by year, linear between) by `weight`; years after `last` are assumptions."""
    for year in YEARS:
        total = round(float(np.interp(year, list(raised), list(raised.values()))))
        tag = "imputed" if year <= last else "assumption"
        for area, value in zip(census.areas, largest_remainder(weight, total), strict=True):
            facts.add(area, year, indicator, value, "units", tag, rule)
