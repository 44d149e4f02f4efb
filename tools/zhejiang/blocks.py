"""Origin blocks: who lives where in 2010 and how many may come."""

from __future__ import annotations

import math

import numpy as np

from zhejiang.evidence import Evidence, Facts, largest_remainder

PROVINCES = (
    "beijing tianjin hebei shanxi neimenggu liaoning jilin heilongjiang shanghai jiangsu anhui fujian jiangxi shandong henan hubei hunan guangdong "
    "guangxi hainan chongqing sichuan guizhou yunnan xizang shaanxi gansu qinghai ningxia xinjiang"
).split()
ORDER = ["anhui", "henan", "guizhou", "jiangxi", "sichuan"]  # listed order of 2020, each above one million
DECAY = 1.0


def out_stock(evidence: Evidence, blocks: list[str]) -> dict[str, float]:
    """Return people registered in a province and living in another, 2010: registered less residents plus those from other provinces."""
    found: dict[str, float] = {}
    names = {a for (a, y, i) in evidence.by_table["demography"] if y == "2010" and i == "hukou_population_census"}
    for province in PROVINCES:
        code = province if province in names else {"neimenggu": "inner_mongolia", "xizang": "tibet"}.get(province, province)
        value = (
            evidence.value(code, 2010, "hukou_population_census")
            - evidence.value(code, 2010, "resident_population_census", "demography")
            + evidence.value(code, 2010, "interprovincial_inmigrants", "demography")
        )
        found[province] = max(value, 0.0)
    result = {b: found[b] for b in blocks if b != "other_provinces"}
    result["other_provinces"] = sum(v for p, v in found.items() if p not in result)
    return result


def great_circle(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return kilometres between two (longitude, latitude) points."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(h))


def write_blocks(
    evidence: Evidence, facts: Facts, blocks: list[str], areas: list[str], points: dict[str, tuple[float, float]], incoming: dict[str, int]
) -> None:
    """Write block totals, the gravity table of 2010 and the stock at risk by year."""
    out = out_stock(evidence, blocks)
    total = sum(incoming.values())
    share = evidence.value("zhejiang", 2020, "inmigrants_from_anhui") * 1e4 / evidence.value("zhejiang", 2020, "interprovincial_inmigrants", "demography")
    middle = (120.5, 29.2)
    pull = {b: out[b] * great_circle(points[b], middle) ** -1.5 for b in blocks if b != "anhui"}
    pull["other_provinces"] *= 0.35  # most of their out-migrants stay in the north or the far south
    pull["jiangsu"] *= 0.5
    rows = np.array([share * total if b == "anhui" else (1 - share) * total * pull[b] / sum(pull.values()) for b in blocks])
    columns = np.array([float(incoming[a]) for a in areas])
    distance = np.array([[max(great_circle(points[b], points[a]), 30.0) for a in areas] for b in blocks])
    table = rows[:, None] * columns[None, :] * distance**-DECAY
    for _ in range(200):
        table *= (rows / table.sum(1))[:, None]
        table *= (columns / table.sum(0))[None, :]
    whole = np.column_stack([largest_remainder(table[:, i], incoming[a]) for i, a in enumerate(areas)])
    rule = (
        "doubly constrained gravity, distance ^ -1; Anhui's total = its published share of 2020 (3.139 m of 16.186 m) on the total of 2010; other blocks' "
        "totals by their people living in other provinces (2010) x distance ^ -1.5 (other provinces x 0.35, Jiangsu x 0.5); columns rounded to the census"
    )
    for b, block in enumerate(blocks):
        for i, area in enumerate(areas):
            facts.add(area, 2010, f"block_stock_{block}", int(whole[b, i]), "persons", "imputed", rule)
    _at_risk(evidence, facts, blocks, out)


def _at_risk(evidence: Evidence, facts: Facts, blocks: list[str], out: dict[str, float]) -> None:
    series = {y: r.number for y, r in evidence.series("china", "outgoing_cross_province").items() if y <= 2022}
    share_2010 = evidence.value("china", 2010, "outgoing_cross_province_share") / 100
    series[2010] = share_2010 * evidence.value("china", 2010, "migrant_workers_outgoing")
    change = (series[2022] / series[2013]) ** (1 / 9)
    years = sorted(series)
    for block in blocks:
        for year in range(2010, 2028):
            if year <= 2022:
                level = float(np.exp(np.interp(year, years, [np.log(series[y]) for y in years]))) / series[2010]
                tag, note = "imputed", "people living outside their province in 2010 (registered - residents + incoming) x national cross-province migrant workers over 2010"
            else:
                level = series[2022] / series[2010] * change ** (year - 2022)
                tag, note = "assumption", "national trend of 2013-2022 carried on"
            facts.add(block, year, "population_at_risk", round(out[block] * level), "persons", tag, note)
