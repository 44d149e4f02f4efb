"""Origin blocks: how many live outside their province, who lives where in 2010, and how many may come."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np

from regionbuild.evidence import Evidence, Facts, largest_remainder
from regionbuild.place import Place

PROVINCES = (
    "beijing",
    "tianjin",
    "hebei",
    "shanxi",
    "neimenggu",
    "liaoning",
    "jilin",
    "heilongjiang",
    "shanghai",
    "jiangsu",
    "zhejiang",
    "anhui",
    "fujian",
    "jiangxi",
    "shandong",
    "henan",
    "hubei",
    "hunan",
    "guangdong",
    "guangxi",
    "hainan",
    "chongqing",
    "sichuan",
    "guizhou",
    "yunnan",
    "xizang",
    "shaanxi",
    "gansu",
    "qinghai",
    "ningxia",
    "xinjiang",
)
REST = "other_provinces"  # the block of all provinces that are not named
DECAY = 1.0  # exponent of distance inside the region
LAST = 2022
Zones = Mapping[str, Collection[str]]  # origins by zone of the national migrant survey


def out_stock(evidence: Evidence, blocks: list[str], own: str) -> dict[str, float]:
    """Return people registered in a province and living elsewhere, 2010: registered less residents plus those from other provinces.

    `own` is the region's province; the provinces that are no block of their own add up to `REST`.
    """
    found: dict[str, float] = {}
    for province in PROVINCES:
        if province != own:
            registered = evidence.value(province, 2010, "hukou_population_census")
            residents = evidence.value(province, 2010, "resident_population_census", "demography")
            incoming = evidence.value(province, 2010, "interprovincial_inmigrants", "demography")
            found[province] = max(registered - residents + incoming, 0.0)
    result = {b: found[b] for b in blocks if b != REST}
    result[REST] = sum(v for p, v in found.items() if p not in result)
    return result


def great_circle(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return kilometres between two (longitude, latitude) points."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(h))


def write_stocks(facts: Facts, place: Place, totals: Mapping[str, float], incoming: Mapping[str, int], rule: str) -> None:
    """Write the people of each block in each area in 2010: gravity between block totals and the areas' census counts."""
    rows = np.array([totals[b] for b in place.blocks])
    columns = np.array([float(incoming[a]) for a in place.areas])
    distance = np.array([[max(great_circle(place.points[b], place.points[a]), 30.0) for a in place.areas] for b in place.blocks])
    table = rows[:, None] * columns[None, :] * distance**-DECAY
    for _ in range(200):
        table *= (rows / table.sum(1))[:, None]
        table *= (columns / table.sum(0))[None, :]
    whole = np.column_stack([largest_remainder(table[:, i], incoming[a]) for i, a in enumerate(place.areas)])
    for b, block in enumerate(place.blocks):
        for i, area in enumerate(place.areas):
            facts.add(area, 2010, f"block_stock_{block}", int(whole[b, i]), "persons", "imputed", rule)


def _cross_province(evidence: Evidence, zone: str) -> dict[int, float]:
    """Return cross-province migrant workers of a zone of origin in the years with a figure, to 2022."""
    if zone == "china":
        series = {y: r.number for y, r in evidence.series("china", "outgoing_cross_province").items() if y <= LAST}
        share = evidence.value("china", 2010, "outgoing_cross_province_share") / 100
        series[2010] = share * evidence.value("china", 2010, "migrant_workers_outgoing")
        return series
    outgoing = evidence.series(zone, "migrant_workers_outgoing")
    shares = evidence.series(zone, "outgoing_cross_province_share")
    return {y: outgoing[y].number * shares[y].number / 100 for y in outgoing if y in shares and y <= LAST}


def write_at_risk(evidence: Evidence, facts: Facts, out: Mapping[str, float], totals: Mapping[str, float], zones: Zones) -> None:
    """Write the people who may come, by block and year: all who lived outside their province, spread as `totals`, moved by the surveys."""
    scale = sum(out.values()) / sum(totals.values())
    base = {b: totals[b] * scale for b in totals}
    national = _cross_province(evidence, "china")
    for block, start in base.items():
        zone = next((z for z, members in zones.items() if block in members), "china")
        series = {y: v for y, v in national.items() if y <= 2017 or zone == "china"}
        if zone != "china":
            own = _cross_province(evidence, zone)
            series |= {y: series[2017] * v / own[2017] for y, v in own.items()}
        years = sorted(series)
        logs = [np.log(series[y] / series[2010]) for y in years]
        slope = (logs[years.index(LAST)] - logs[years.index(2013)]) / (LAST - 2013)
        for year in range(2010, 2028):
            if year <= LAST:
                level, tag = float(np.interp(year, years, logs)), "imputed"
                note = (
                    "all who lived outside their province in 2010 (census differences by province), spread over blocks by their people in "
                    f"the region, x cross-province migrant workers over 2010: all China to 2017, then {zone}"
                )
            else:
                level, tag = logs[years.index(LAST)] + slope * (year - LAST), "assumption"
                note = f"trend of 2013-2022 carried on ({slope:.2%} a year)"
            facts.add(block, year, "population_at_risk", round(start * float(np.exp(level))), "persons", tag, note)
