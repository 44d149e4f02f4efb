"""Origin blocks of Zhejiang: who lives where in 2010 and how many may come."""

from __future__ import annotations

import numpy as np
from regionbuild.evidence import Evidence, Facts
from regionbuild.origins import great_circle, out_stock, write_at_risk, write_stocks
from regionbuild.place import Place

RANK_SIZE = 0.55  # with it rank 5 has 1.3 m in 2020; the five listed are each "over one million"
# Most of their out-migrants go north, far south, to Shanghai or (Fujian) abroad (assumption)
THINNED = {"other_provinces": 0.35, "jiangsu": 0.5, "fujian": 0.35}
ZONES = {
    "china_central": ("anhui", "henan", "jiangxi", "hubei", "hunan"),
    "china_west": ("guizhou", "sichuan", "yunnan", "chongqing"),
    "china_east": ("fujian", "jiangsu"),
}


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


def write_blocks(evidence: Evidence, facts: Facts, place: Place, incoming: dict[str, int]) -> None:
    """Write the gravity table of 2010 and the stock at risk by year."""
    out = out_stock(evidence, place.blocks, "zhejiang")
    totals = block_totals(evidence, place.blocks, out, dict(place.points), sum(incoming.values()))
    rule = (
        "doubly constrained gravity, distance ^ -1, columns rounded to the census; block totals: Anhui its published share of 2020 (3.139 "
        "of 16.186 m), the other named origins rank ^ -0.55 from it in the order listed in 2020, the rest by people outside their "
        "province in 2010 x distance ^ -1.5 (other provinces x 0.35, Jiangsu x 0.5, Fujian x 0.35)"
    )
    write_stocks(facts, place, totals, incoming, rule)
    write_at_risk(evidence, facts, out, totals, ZONES)
