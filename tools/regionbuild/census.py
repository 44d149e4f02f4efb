"""Census facts: residents, registers, ages, education, households by area and prefecture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from scipy.interpolate import PchipInterpolator

from regionbuild.evidence import Evidence, Facts, Row, issuer_of, largest_remainder
from regionbuild.place import Place

COUNTS = {
    "resident_population": "resident_population_census",
    "urban_population": "urban_population_census",
    "registered_elsewhere_same_county": "registered_elsewhere_same_county",
    "registered_elsewhere_other_county": "registered_elsewhere_other_county_same_province",
    "interprovincial_inmigrants": "interprovincial_inmigrants",
}
GROUPS = [f"{a}_{a + 4}" for a in range(0, 85, 5)] + ["85_plus"]
EDUCATION = ["none", "primary", "junior", "senior", "college", "bachelor_plus"]
GENERATIONS = ["one", "two", "three", "four_plus"]
TENURE = ["self_built", "purchased", "rented", "other", "inherited_or_gift"]
ISSUER, TITLE = "国家统计局", {2010: "2010中国人口普查分县资料", 2020: "2020中国人口普查分县资料"}
CORE_NOTE = "sum of the core's districts on 2020 boundaries: "


# Takes a count into its own hands and returns True: (area, year, name of the fact, name in the evidence)
Own = Callable[[str, int, str, str], bool]
NONAGRICULTURAL = "nonagricultural_share"


def write_counts(evidence: Evidence, facts: Facts, place: Place, own: Own) -> None:
    """Write the census counts of areas (cores summed), prefectures and region; `own` writes what the region must split or impute."""
    for year in (2010, 2020):
        names = dict(COUNTS)
        if year == 2010:
            names["hukou_population"] = "hukou_population_census"
        for name, source in names.items():
            for area in place.areas:
                if not own(area, year, name, source):
                    _count(evidence, facts, place, area, year, name, source)
            for whole in place.wholes:
                row = evidence.get(place.source(whole), year, source, "demography")
                assert row is not None, (whole, year, source)
                facts.copy(row, whole, year, name, "persons")
    source = "nonagricultural_hukou_share_census"
    for area in place.areas:
        if own(area, 2010, NONAGRICULTURAL, source):
            continue
        parts = place.members(evidence, area, 2010)
        if parts == [place.source(area)]:
            facts.copy(need(evidence, parts[0], 2010, source), area, 2010, NONAGRICULTURAL, "percent", note="of residents")
        else:
            shares = [evidence.value(p, 2010, source) for p in parts]
            weights = [evidence.value(p, 2010, "resident_population_census") for p in parts]
            note = "mean of the districts weighted by residents; share of residents: " + ", ".join(parts)
            share = round(float(np.average(shares, weights=weights)), 4)
            facts.add(area, 2010, NONAGRICULTURAL, share, "percent", "derived", note, issuer=ISSUER, title=TITLE[2010])
    row = need(evidence, place.source(place.name), 2010, source)
    facts.copy(row, place.name, 2010, NONAGRICULTURAL, "percent", note="of residents")


def registered_elsewhere(facts: Facts, areas: Iterable[str], year: int) -> list[float]:
    """Return the people of each area who are registered elsewhere in the region."""
    table = {(r[0], r[1], r[2]): float(r[3]) for r in facts.rows}
    names = ("registered_elsewhere_same_county", "registered_elsewhere_other_county")
    return [sum(table[a, str(year), n] for n in names) for a in areas]


def write_within_cores(facts: Facts, place: Place, total: Mapping[int, float], note: str) -> None:
    """Write people whose dwelling and register lie apart inside one core, 2010 and 2020: `total` by those registered elsewhere."""
    cores = [a for a in place.areas if a in place.cores]
    for year in (2010, 2020):
        weights = registered_elsewhere(facts, cores, year)
        split = dict(zip(cores, largest_remainder(weights, int(total[year])), strict=True))
        for area in place.areas:
            value, text = (split[area], note) if area in split else (0, "none outside the cores by definition")
            facts.add(area, year, "separated_within_core", int(value), "persons", "imputed", text)


def need(evidence: Evidence, area: str, year: int, indicator: str) -> Row:
    """Return a row of the census table, or raise KeyError."""
    row = evidence.get(area, year, indicator, "demography")
    if row is None:
        raise KeyError((area, year, indicator))
    return row


def _count(evidence: Evidence, facts: Facts, place: Place, area: str, year: int, name: str, source: str) -> None:
    parts = place.members(evidence, area, year)
    if parts == [place.source(area)]:
        facts.copy(need(evidence, parts[0], year, source), area, year, name, "persons")
        return
    total = sum(int(evidence.value(p, year, source, "demography")) for p in parts)
    facts.add(area, year, name, total, "persons", "derived", CORE_NOTE + ", ".join(parts), issuer=ISSUER, title=TITLE[year])


def group_counts(evidence: Evidence, area: str, year: int, sex: str, part: str = "") -> np.ndarray:
    """Return persons in the 18 five-year groups (0-4 ... 85+)."""
    tail = f"_{part}_census" if part else "_census"

    def one(group: str) -> float:
        row = evidence.get(area, year, f"age_{group}_{sex}{tail}", "demography")
        return 0.0 if row is None else row.number

    first = one("0") + one("1_4")
    middle = [one(group) for group in GROUPS[1:17]]
    last = one("85_plus") or sum(one(g) for g in ("85_89", "90_94", "95_99", "100_plus"))
    return np.array([first, *middle, last])


def fine_counts(evidence: Evidence, area: str, year: int, sex: str, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the published age limits and counts (0, 1-4, 5-9, ... 95-99, 100+)."""
    tail = f"_{part}_census" if part else "_census"
    names = ["0", "1_4", *[f"{a}_{a + 4}" for a in range(5, 100, 5)], "100_plus"]
    counts = np.array([evidence.value(area, year, f"age_{n}_{sex}{tail}", "demography") for n in names])
    return np.array([0, 1, *range(5, 101, 5), 101]), counts


def to_single_years(limits: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Split grouped counts into single years 0..100 by a monotone cubic through the cumulated counts; groups keep their sums."""
    cumulated = np.concatenate([[0.0], np.cumsum(counts)])
    curve = PchipInterpolator(limits, cumulated)
    raw = np.maximum(np.diff(curve(np.arange(limits[0], limits[-1] + 1))), 0.0)
    result = np.zeros(len(raw), dtype=np.int64)
    for low, high, count in zip(limits[:-1], limits[1:], counts, strict=True):
        result[low:high] = largest_remainder(raw[low:high] if raw[low:high].sum() > 0 else np.ones(high - low), int(count))
    return result


def prefecture_single_years(evidence: Evidence, prefecture: str, year: int) -> np.ndarray:
    """Return persons (both sexes) by single year 0..84 of a prefecture, split as in `to_single_years`."""
    limits = np.arange(0, 91, 5)
    both = group_counts(evidence, prefecture, year, "male") + group_counts(evidence, prefecture, year, "female")
    return to_single_years(limits, both)[:85]


def children_2020(evidence: Evidence, code: str) -> np.ndarray:
    """Return persons of the 2020 census by single year (0..84, both sexes); published groups (0, 1-4, 5-9, ...) keep their sums."""
    groups = ["0", "1_4", *[f"{a}_{a + 4}" for a in range(5, 85, 5)]]
    counts = [sum(evidence.value(code, 2020, f"age_{g}_{s}_census", "demography") for s in ("male", "female")) for g in groups]
    return to_single_years(np.array([0, 1, *range(5, 90, 5)]), np.array(counts))


def write_profile(evidence: Evidence, facts: Facts, place: Place) -> None:
    """Write ages, education, households and tenure of prefectures, and ages by city, town and village of the region."""
    for year in (2010, 2020):
        for prefecture in place.prefectures:
            code = place.source(prefecture)
            for sex in ("male", "female"):
                for group, count in zip(GROUPS, group_counts(evidence, code, year, sex), strict=True):
                    row = evidence.get(code, year, f"age_{group}_{sex}_census", "demography")
                    tag, note = ("derived", "0 plus 1-4") if row is None else (row["confidence"], "")
                    facts.add(prefecture, year, f"age_{sex}_{group}", count, "persons", tag, note, issuer=ISSUER, title=TITLE[year])
    rule = "five-year group split by a monotone cubic through the cumulated counts; group sums kept"
    for part in ("city", "town", "village"):
        for sex in ("male", "female"):
            limits, counts = fine_counts(evidence, place.source(place.name), 2010, sex, part)
            for age, count in enumerate(to_single_years(limits, counts)):
                tag, note = ("read", "") if age == 0 else ("imputed", rule)
                if age == 100:
                    tag, note = "read", "100 and over"
                facts.add(
                    place.name, 2010, f"age1_{part}_{sex}_{age}", count, "persons", tag, note, issuer=ISSUER, title="中国2010年人口普查资料"
                )
    for year in (2010, 2020):
        for prefecture in place.prefectures:
            _social(evidence, facts, prefecture, place.source(prefecture), year)


def _social(evidence: Evidence, facts: Facts, area: str, code: str, year: int) -> None:
    for level in EDUCATION:
        male, female = (need(evidence, code, year, f"education_{level}_{sex}_census") for sex in ("male", "female"))
        both = male.number + female.number
        facts.add(
            area,
            year,
            f"education_{level}",
            both,
            "persons",
            "derived",
            "men plus women",
            issuer=issuer_of(male),
            title=male["source_title"],
        )
    for name in ("households", "one_person_households", "household_population"):
        row = need(evidence, code, year, name)
        facts.copy(row, area, year, name, "persons" if name == "household_population" else "households")
    for name in GENERATIONS:
        facts.copy(need(evidence, code, year, f"{name}_generation_households"), area, year, f"generations_{name}", "households")
    for name in TENURE:
        row_or_none = evidence.get(code, year, f"longform_housing_{name}", "demography")
        if row_or_none is None:
            facts.add(area, year, f"tenure_{name}", 0, "households_sample", "derived", "not asked apart in 2010; inside other")
        else:
            facts.copy(row_or_none, area, year, f"tenure_{name}", "households_sample", note="long-form sample, about one household in ten")
