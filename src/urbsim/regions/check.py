"""Say everything that is wrong with a region folder."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from urbsim.errors import Problem
from urbsim.regions.facts import FactTable
from urbsim.regions.geography import AreaTable
from urbsim.regions.model import YEARS, Fact
from urbsim.regions.schema import AGE_GROUPS, CENSUS_COUNTS, PATHS, PUBLISHED_UNITS, file_of, needs
from urbsim.regions.series import path_owner
from urbsim.text import Text

VINTAGES = frozenset({"census", "first_published", "revised", "register", "administrative"})
FAR = 3.0  # a yearly level so many times that of the census, or a part of it, must be in another unit


def find_problems(table: AreaTable, facts: FactTable) -> list[Problem]:
    """Return every problem of the facts against the tables of areas and blocks."""
    problems = _check_places(table)
    problems += _check_needs(table, facts)
    problems += _check_paths(table, facts)
    problems += _check_sums(table, facts)
    problems += _check_values(table, facts)
    problems += _check_outcomes(table, facts)
    problems += _check_published(table, facts)
    problems += _check_published_levels(table, facts)
    return problems


def _problem(table: AreaTable, file: str, line: int | None, zh: str, en: str) -> Problem:
    return Problem(Text(zh, en), file=str(table.folder / file), line=line)


def _at(table: AreaTable, fact: Fact, zh: str, en: str) -> Problem:
    return _problem(table, fact.file, fact.line, zh, en)


def _check_places(table: AreaTable) -> list[Problem]:
    found: list[Problem] = []
    tiles: dict[tuple[str, str], str] = {}
    for line, (code, row) in enumerate(table.areas.items(), start=2):
        tile = (row["row"], row["column"])
        if tile in tiles:
            found.append(
                _problem(table, "areas.csv", line, f"{code} 与 {tiles[tile]} 共用一格", f"{code} shares its tile with {tiles[tile]}")
            )
        tiles[tile] = code
        if row["prefecture"] not in table.prefectures:
            found.append(
                _problem(
                    table,
                    "areas.csv",
                    line,
                    f"{code} 的市“{row['prefecture']}”不在表中",
                    f"{code}: unknown prefecture {row['prefecture']!r}",
                )
            )
        if code in table.prefectures or code == table.name:
            found.append(
                _problem(
                    table, "areas.csv", line, f"代码 {code} 也是市或区域的代码", f"code {code} is also that of a prefecture or the region"
                )
            )
    for line, (alias, code) in enumerate(table.aliases.items(), start=2):
        if code not in table.areas:
            found.append(
                _problem(table, "aliases.csv", line, f"别名 {alias} 指向不存在的 {code}", f"alias {alias} names the unknown area {code}")
            )
        if alias in table.areas or alias in table.prefectures:
            found.append(_problem(table, "aliases.csv", line, f"别名 {alias} 已是代码", f"alias {alias} is already a code"))
    if len(table.areas) + len(table.blocks) > 250:
        found.append(_problem(table, "areas.csv", None, "地区与来源地合计不得超过 250", "areas and blocks together must not exceed 250"))
    return found


def _check_needs(table: AreaTable, facts: FactTable) -> list[Problem]:
    found: list[Problem] = []
    missing: dict[str, list[str]] = defaultdict(list)
    for area, year, indicator, unit in needs(table):
        fact = facts.by_key.get((area, year, indicator))
        if fact is None:
            missing[indicator].append(f"{area} {year}")
        elif fact.unit != unit:
            found.append(
                _at(table, fact, f"{indicator} 的单位应为 {unit}，不是 {fact.unit}", f"{indicator} must be in {unit}, not {fact.unit}")
            )
    for indicator, where in missing.items():
        few = ", ".join(where[:4]) + (" …" if len(where) > 4 else "")
        zh, en = f"缺少 {indicator}：{few}（共 {len(where)} 处）", f"{indicator} is missing for {few} ({len(where)} in all)"
        found.append(_problem(table, file_of(indicator), None, zh, en))
    return found


def _check_paths(table: AreaTable, facts: FactTable) -> list[Problem]:
    found: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    for indicator, unit in PATHS.items():
        for area in table.areas:
            owner = path_owner(facts, table, area, indicator)
            if owner is None:
                found.append(
                    _problem(
                        table, "economy.csv", None, f"{area} 没有 {indicator}", f"no {indicator} for {area}, its prefecture or the region"
                    )
                )
                continue
            if (owner, indicator) in seen:
                continue
            seen.add((owner, indicator))
            for year in YEARS:
                fact = facts.by_key.get((owner, str(year), indicator))
                if fact is None:
                    found.append(
                        _problem(
                            table, "economy.csv", None, f"{owner} 缺少 {year} 年的 {indicator}", f"{indicator} of {owner} lacks {year}"
                        )
                    )
                elif fact.unit != unit:
                    found.append(_at(table, fact, f"{indicator} 的单位应为 {unit}", f"{indicator} must be in {unit}, not {fact.unit}"))
                elif fact.value <= 0:
                    found.append(_at(table, fact, f"{indicator} 必须为正", f"{indicator} must be positive"))
    return found


def _check_sums(table: AreaTable, facts: FactTable) -> list[Problem]:
    """Compare areas with prefectures, prefectures with the region, ages and blocks with their totals; what is missing is told elsewhere."""
    found: list[Problem] = []
    for year in ("2010", "2020"):
        for indicator in (*CENSUS_COUNTS.values(), *(("hukou_population",) if year == "2010" else ())):
            for prefecture in table.prefectures:
                parts = [(a, indicator) for a, row in table.areas.items() if row["prefecture"] == prefecture]
                found += _compare(table, facts, prefecture, year, indicator, parts, ("各地区", "the areas"))
            whole = [(p, indicator) for p in table.prefectures]
            found += _compare(table, facts, table.name, year, indicator, whole, ("各市", "the prefectures"))
        for prefecture in table.prefectures:
            ages = [(prefecture, f"age_{s}_{g}") for s in ("male", "female") for g in AGE_GROUPS]
            found += _compare(table, facts, prefecture, year, "resident_population", ages, ("各年龄", "the ages"))
    cells = [f"{part}_{sex}_{age}" for part in ("city", "town", "village") for sex in ("male", "female") for age in range(101)]
    parts = [(table.name, f"age1_{cell}") for cell in cells]
    found += _compare(table, facts, table.name, "2010", "resident_population", parts, ("城镇村各年龄", "the ages by settlement"))
    for area in table.areas:
        stock = [(area, f"block_stock_{b}") for b in table.blocks]
        found += _compare(table, facts, area, "2010", "interprovincial_inmigrants", stock, ("各来源地", "the blocks"))
    return found


def _compare(
    table: AreaTable, facts: FactTable, whole: str, year: str, indicator: str, parts: list[tuple[str, str]], what: tuple[str, str]
) -> list[Problem]:
    """Compare the sum of (area, indicator) `parts` with the figure of `whole`; nothing is said where a figure is missing."""
    fact = facts.by_key.get((whole, year, indicator))
    rows = [facts.by_key.get((area, year, name)) for area, name in parts]
    values = [row.value for row in rows if row is not None]
    if fact is None or len(values) < len(rows) or round(sum(values)) == round(fact.value):
        return []
    total = sum(values)
    zh = f"{year} 年 {indicator}：{whole} 的{what[0]}合计 {total:.0f}，应为 {fact.value:.0f}"
    return [_at(table, fact, zh, f"{indicator} {year}: {what[1]} of {whole} add up to {total:.0f}, not {fact.value:.0f}")]


def _check_values(table: AreaTable, facts: FactTable) -> list[Problem]:
    found: list[Problem] = []
    for fact in facts.by_key.values():
        high = {"per_year": 1.0, "share": 1.0, "percent": 100.0}.get(fact.unit)
        if fact.value < 0 or (high is not None and fact.value > high):
            found.append(
                _at(table, fact, f"{fact.indicator} 的值 {fact.value:g} 越界", f"{fact.indicator}: {fact.value:g} is out of range")
            )
    for area in (*table.areas, *table.prefectures, table.name):
        for year in ("2010", "2020"):
            people, town = (facts.by_key.get((area, year, i)) for i in ("resident_population", "urban_population"))
            if people is not None and town is not None and town.value > people.value:
                found.append(_at(table, town, f"{area} 城镇人口多于常住人口", f"{area} has more town residents than residents"))
    return found


def _check_outcomes(table: AreaTable, facts: FactTable) -> list[Problem]:
    """Refuse population outcomes after the region's last year: counts only of census years, later rates only as assumptions."""
    found: list[Problem] = []
    last = int(str(table.settings["outcomes_until"]))
    for fact in facts.facts:
        year = fact.year[:4]
        if fact.file in ("census.csv", "profile.csv") and year not in ("2010", "2020"):
            found.append(_at(table, fact, "这里只收普查年份，不同口径不得相接", "only census years here: vintages are never joined"))
        elif fact.file in ("vital.csv", "origins.csv") and year.isdigit() and int(year) > last and fact.tag != "assumption":
            found.append(_at(table, fact, f"{last} 年以后的人口数据不得使用", f"no population outcome after {last} may enter"))
    return found


def _check_published(table: AreaTable, facts: FactTable) -> list[Problem]:
    found: list[Problem] = []
    last = int(str(table.settings["outcomes_until"]))
    known = {*table.areas, *table.prefectures, table.name}
    seen: dict[tuple[str, str, str, str], int] = {}
    for fact in facts.published():
        vintage = facts.vintage[fact.line]
        try:
            date = dt.date.fromisoformat(fact.date)
        except ValueError:
            found.append(_at(table, fact, f"日期“{fact.date}”无效", f"{fact.date!r} is no date"))
            continue
        if date.year > last:
            found.append(_at(table, fact, f"{last} 年以后的结果不得使用", f"no outcome after {last} may enter"))
        if fact.area not in known:
            found.append(_at(table, fact, f"地区“{fact.area}”不认识", f"unknown area {fact.area!r}"))
        if vintage not in VINTAGES:
            found.append(_at(table, fact, f"口径“{vintage}”不认识", f"unknown vintage {vintage!r}"))
        if (vintage == "first_published" and date.year > 2019) or (vintage == "revised" and date.year < 2011):
            found.append(_at(table, fact, f"口径 {vintage} 不能有 {date.year} 年的值", f"vintage {vintage} cannot hold {date.year}"))
        key = (fact.area, fact.date, fact.indicator, vintage)
        if key in seen:
            found.append(_at(table, fact, f"与第 {seen[key]} 行重复", f"repeats line {seen[key]}"))
        seen[key] = fact.line
    return found


def _check_published_levels(table: AreaTable, facts: FactTable) -> list[Problem]:
    """Refuse published points in another unit than their kind has, census points unlike the census file, and levels that cannot be."""
    found: list[Problem] = []
    for fact in facts.published():
        unit = PUBLISHED_UNITS.get(fact.indicator)
        if unit is not None and fact.unit != unit:
            zh = f"{fact.indicator} 的单位应为 {unit}，不是 {fact.unit}"
            found.append(_at(table, fact, zh, f"{fact.indicator} must be in {unit}, not {fact.unit}"))
            continue
        count = facts.by_key.get((fact.area, "2020", fact.indicator))
        if fact.indicator not in ("resident_population", "urban_population") or count is None or fact.value <= 0:
            continue
        census = facts.by_key.get((fact.area, fact.date[:4], fact.indicator))
        if facts.vintage[fact.line] == "census":
            if census is not None and round(census.value) != round(fact.value):
                zh, en = f"与 census.csv 第 {census.line} 行的 {census.value:.0f} 不同", f"differs from line {census.line} of census.csv"
                found.append(_at(table, fact, zh, f"{en} ({census.value:.0f})"))
        elif not 1 / FAR < fact.value / count.value < FAR:
            zh = f"{fact.value:g} 与 2020 年普查的 {count.value:.0f} 相差太远，单位是否写错"
            found.append(_at(table, fact, zh, f"{fact.value:g} is far from the {count.value:.0f} of the 2020 census: another unit?"))
    return found
