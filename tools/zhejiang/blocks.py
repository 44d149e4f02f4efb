"""Origin blocks: who lives where in 2010 and how many may come."""

from __future__ import annotations

import math

import numpy as np

from zhejiang.evidence import Evidence, Facts, largest_remainder

PROVINCES = (  # all but Zhejiang
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
DECAY = 1.0  # exponent of distance inside the region
RANK_SIZE = 0.55  # with it rank 5 has 1.3 m in 2020; the five listed are each "over one million"
# Most of their out-migrants go north, far south, to Shanghai or (Fujian) abroad (assumption)
THINNED = {"other_provinces": 0.35, "jiangsu": 0.5, "fujian": 0.35}
LAST = 2022
ZONES = {
    "china_central": ("anhui", "henan", "jiangxi", "hubei", "hunan"),
    "china_west": ("guizhou", "sichuan", "yunnan", "chongqing"),
    "china_east": ("fujian", "jiangsu"),
}


def out_stock(evidence: Evidence, blocks: list[str]) -> dict[str, float]:
    """Return people registered in a province and living elsewhere, 2010: registered less residents plus those from other provinces."""
    found: dict[str, float] = {}
    for province in PROVINCES:
        registered = evidence.value(province, 2010, "hukou_population_census")
        residents = evidence.value(province, 2010, "resident_population_census", "demography")
        incoming = evidence.value(province, 2010, "interprovincial_inmigrants", "demography")
        found[province] = max(registered - residents + incoming, 0.0)
    result = {b: found[b] for b in blocks if b != "other_provinces"}
    result["other_provinces"] = sum(v for p, v in found.items() if p not in result)
    return result


def great_circle(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return kilometres between two (longitude, latitude) points."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(h))


def block_totals(
    evidence: Evidence, blocks: list[str], out: dict[str, float], points: dict[str, tuple[float, float]], total: int
) -> dict[str, float]:
    """Return people of each block in the region in 2010.

    Anhui: its published share of 2020. The others that are named: rank-size from Anhui (rank ^ -0.55) in the listed order of 2020;
    those named without an order share the mean of ranks 6-8. The rest: by people living in other provinces (2010) x distance ^ -1.5.
    """
    incoming = evidence.value("zhejiang", 2020, "interprovincial_inmigrants", "demography")
    top = evidence.value("zhejiang", 2020, "inmigrants_from_anhui") * 1e4 / incoming
    share = {"anhui": top}
    for block in blocks:
        row = evidence.get("zhejiang", 2020, f"interprovincial_origin_rank_{block}", "population")
        if row is None or block == "anhui":
            continue
        ranks = range(6, 9) if "-" in row["value"] else [int(row["value"])]
        share[block] = top * float(np.mean([rank**-RANK_SIZE for rank in ranks]))
    middle = (120.5, 29.2)
    pull = {b: out[b] * great_circle(points[b], middle) ** -1.5 for b in blocks if b not in share}
    for block, factor in THINNED.items():
        pull[block] *= factor
    left = 1 - sum(share.values())
    share |= {b: left * v / sum(pull.values()) for b, v in pull.items()}
    return {b: share[b] * total for b in blocks}


def write_blocks(
    evidence: Evidence, facts: Facts, blocks: list[str], areas: list[str], points: dict[str, tuple[float, float]], incoming: dict[str, int]
) -> None:
    """Write the gravity table of 2010 and the stock at risk by year."""
    out = out_stock(evidence, blocks)
    totals = block_totals(evidence, blocks, out, points, sum(incoming.values()))
    rows = np.array([totals[b] for b in blocks])
    columns = np.array([float(incoming[a]) for a in areas])
    distance = np.array([[max(great_circle(points[b], points[a]), 30.0) for a in areas] for b in blocks])
    table = rows[:, None] * columns[None, :] * distance**-DECAY
    for _ in range(200):
        table *= (rows / table.sum(1))[:, None]
        table *= (columns / table.sum(0))[None, :]
    whole = np.column_stack([largest_remainder(table[:, i], incoming[a]) for i, a in enumerate(areas)])
    rule = (
        "doubly constrained gravity, distance ^ -1, columns rounded to the census; block totals: Anhui its published share of 2020 (3.139 "
        "of 16.186 m), the other named origins rank ^ -0.55 from it in the order listed in 2020, the rest by people outside their "
        "province in 2010 x distance ^ -1.5 (other provinces x 0.35, Jiangsu x 0.5, Fujian x 0.35)"
    )
    for b, block in enumerate(blocks):
        for i, area in enumerate(areas):
            facts.add(area, 2010, f"block_stock_{block}", int(whole[b, i]), "persons", "imputed", rule)
    scale = sum(out.values()) / sum(totals.values())
    _at_risk(evidence, facts, {b: totals[b] * scale for b in blocks})


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


def _at_risk(evidence: Evidence, facts: Facts, base: dict[str, float]) -> None:
    national = _cross_province(evidence, "china")
    for block, start in base.items():
        zone = next((z for z, members in ZONES.items() if block in members), "china")
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
