"""Census facts: residents, registers, ages, education, households by area and prefecture."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

from zhejiang.evidence import Evidence, Facts, Row, issuer_of, largest_remainder

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
SPLIT = "Cangnan of 2010 split by the 2020 shares of Cangnan and Longgang in this indicator"


def districts(evidence: Evidence, aliases: dict[str, str], core: str, year: int) -> list[str]:
    """Return the codes of the evidence that make up a core in a census year."""
    return [old for old, new in aliases.items() if new == core and evidence.get(old, year, "resident_population_census", "demography")]


def members(evidence: Evidence, aliases: dict[str, str], area: str, year: int) -> list[str]:
    """Return the codes of the evidence that add up to `area`."""
    return districts(evidence, aliases, area, year) if area.endswith("_core") else [area]


def write_counts(evidence: Evidence, facts: Facts, areas: list[str], prefectures: list[str], aliases: dict[str, str]) -> None:
    """Write the census counts of areas (cores summed, Longgang split), prefectures and province."""
    for year in (2010, 2020):
        names = dict(COUNTS)
        if year == 2010:
            names["hukou_population"] = "hukou_population_census"
        for name, source in names.items():
            for area in areas:
                _count(evidence, facts, area, year, name, source, aliases)
            for whole in [*prefectures, "zhejiang"]:
                row = evidence.get(whole, year, source, "demography")
                assert row is not None, (whole, year, source)
                facts.copy(row, whole, year, name, "persons")
    for area in areas:
        if area == "wenzhou_longgang":
            row = _need(evidence, "wenzhou_cangnan", 2010, "nonagricultural_hukou_share_census")
            facts.add(area, 2010, "nonagricultural_share", row.number, "percent", "imputed", "share of Cangnan of 2010, of residents")
            continue
        parts = members(evidence, aliases, area, 2010)
        shares = [evidence.value(p, 2010, "nonagricultural_hukou_share_census") for p in parts]
        if parts == [area]:
            row = _need(evidence, area, 2010, "nonagricultural_hukou_share_census")
            facts.copy(row, area, 2010, "nonagricultural_share", "percent", note="of residents")
        else:
            weights = [evidence.value(p, 2010, "resident_population_census") for p in parts]
            note = "mean of the districts weighted by residents; share of residents: " + ", ".join(parts)
            share = round(float(np.average(shares, weights=weights)), 4)
            facts.add(area, 2010, "nonagricultural_share", share, "percent", "derived", note, issuer=ISSUER, title=TITLE[2010])
    row = _need(evidence, "zhejiang", 2010, "nonagricultural_hukou_share_census")
    facts.copy(row, "zhejiang", 2010, "nonagricultural_share", "percent", note="of residents")
    _write_within_cores(evidence, facts, areas)


def _write_within_cores(evidence: Evidence, facts: Facts, areas: list[str]) -> None:
    """Write people whose dwelling and register lie apart inside one core (published for the province only)."""
    separated, floating = (evidence.value("zhejiang", 2020, n) for n in ("hukou_separated_population", "floating_population"))
    total = {2020: separated - floating}
    earlier = evidence.value("zhejiang", 2020, "hukou_separated_change_2010_2020") - evidence.value(
        "zhejiang", 2020, "floating_population_change_2010_2020"
    )
    total[2010] = total[2020] - earlier
    table = {(r[0], r[1], r[2]): float(r[3]) for r in facts.rows}
    cores = [a for a in areas if a.endswith("_core")]
    names = ("registered_elsewhere_same_county", "registered_elsewhere_other_county")
    note = "province: separated less floating people (published), spread over cores by those registered elsewhere in the region"
    for year in (2010, 2020):
        weights = [sum(table[a, str(year), n] for n in names) for a in cores]
        split = dict(zip(cores, largest_remainder(weights, int(total[year])), strict=True))
        for area in areas:
            value, text = (split[area], note) if area in split else (0, "none outside the cores by definition")
            facts.add(area, year, "separated_within_core", int(value), "persons", "imputed", text)


def _need(evidence: Evidence, area: str, year: int, indicator: str) -> Row:
    row = evidence.get(area, year, indicator, "demography")
    if row is None:
        raise KeyError((area, year, indicator))
    return row


def _count(evidence: Evidence, facts: Facts, area: str, year: int, name: str, source: str, aliases: dict[str, str]) -> None:
    if year == 2010 and area in ("wenzhou_cangnan", "wenzhou_longgang"):
        pair = ("wenzhou_cangnan", "wenzhou_longgang")
        weight = source if name != "hukou_population" else "resident_population_census"
        shares = [evidence.value(p, 2020, weight, "demography") for p in pair]
        split = largest_remainder(shares, int(evidence.value("wenzhou_cangnan", 2010, source, "demography")))
        note = SPLIT if name != "hukou_population" else SPLIT.replace("this indicator", "residents")
        facts.add(area, year, name, int(split[pair.index(area)]), "persons", "imputed", note, issuer=ISSUER, title=TITLE[2010])
        return
    parts = members(evidence, aliases, area, year)
    if parts == [area]:
        facts.copy(_need(evidence, area, year, source), area, year, name, "persons")
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


def write_profile(evidence: Evidence, facts: Facts, prefectures: list[str]) -> None:
    """Write ages, education, households and tenure of prefectures and the province."""
    for year in (2010, 2020):
        for prefecture in prefectures:
            for sex in ("male", "female"):
                for group, count in zip(GROUPS, group_counts(evidence, prefecture, year, sex), strict=True):
                    row = evidence.get(prefecture, year, f"age_{group}_{sex}_census", "demography")
                    tag, note = ("derived", "0 plus 1-4") if row is None else (row["confidence"], "")
                    facts.add(prefecture, year, f"age_{sex}_{group}", count, "persons", tag, note, issuer=ISSUER, title=TITLE[year])
    rule = "five-year group split by a monotone cubic through the cumulated counts; group sums kept"
    for part in ("city", "town", "village"):
        for sex in ("male", "female"):
            limits, counts = fine_counts(evidence, "zhejiang", 2010, sex, part)
            for age, count in enumerate(to_single_years(limits, counts)):
                tag, note = ("read", "") if age == 0 else ("imputed", rule)
                if age == 100:
                    tag, note = "read", "100 and over"
                facts.add(
                    "zhejiang", 2010, f"age1_{part}_{sex}_{age}", count, "persons", tag, note, issuer=ISSUER, title="中国2010年人口普查资料"
                )
    for year in (2010, 2020):
        for prefecture in prefectures:
            _social(evidence, facts, prefecture, year)


def _social(evidence: Evidence, facts: Facts, area: str, year: int) -> None:
    for level in EDUCATION:
        male, female = (_need(evidence, area, year, f"education_{level}_{sex}_census") for sex in ("male", "female"))
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
        row = _need(evidence, area, year, name)
        facts.copy(row, area, year, name, "persons" if name == "household_population" else "households")
    for name in GENERATIONS:
        facts.copy(_need(evidence, area, year, f"{name}_generation_households"), area, year, f"generations_{name}", "households")
    for name in TENURE:
        row_or_none = evidence.get(area, year, f"longform_housing_{name}", "demography")
        if row_or_none is None:
            facts.add(area, year, f"tenure_{name}", 0, "households_sample", "derived", "not asked apart in 2010; inside other")
        else:
            facts.copy(row_or_none, area, year, f"tenure_{name}", "households_sample", note="long-form sample, about one household in ten")
