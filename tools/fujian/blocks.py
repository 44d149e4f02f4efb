"""Origin blocks of Fujian: who lives where in 2010 and how many may come."""

from __future__ import annotations

from regionbuild.evidence import Evidence, Facts
from regionbuild.origins import great_circle, out_stock, write_at_risk, write_stocks
from regionbuild.place import Place

# Order of the eight largest origins, recalled from the 2010 census and not verified; no table by origin was found
ORDER = ("jiangxi", "sichuan", "guizhou", "chongqing", "hubei", "hunan", "anhui", "henan")
TOP = 0.2  # share of Jiangxi (assumption: a fifth, as Anhui's published share in Zhejiang)
RANK_SIZE = 0.55  # as for Zhejiang
THINNED = {"zhejiang": 0.35}  # most of them go elsewhere (assumption, as for people of Fujian in Zhejiang)
MIDDLE = (118.3, 25.6)
ZONES = {
    "china_central": ("jiangxi", "hubei", "hunan", "anhui", "henan"),
    "china_west": ("sichuan", "guizhou", "chongqing", "yunnan"),
    "china_east": ("zhejiang", "guangdong"),
}
RULE = (
    "doubly constrained gravity, distance ^ -1, columns rounded to the census; block totals are assumptions, since no table by origin was "
    "found: Jiangxi 20 %, the next seven rank ^ -0.55 from it in a recalled order (Sichuan, Guizhou, Chongqing, Hubei, Hunan, Anhui, "
    "Henan), the rest by people outside their province in 2010 x distance ^ -1.5 (Zhejiang x 0.35)"
)


def block_totals(place: Place, out: dict[str, float], total: int) -> dict[str, float]:
    """Return people of each block in the region in 2010; see `RULE`."""
    share = {b: TOP * (rank + 1) ** -RANK_SIZE for rank, b in enumerate(ORDER)}
    pull = {b: out[b] * great_circle(place.points[b], MIDDLE) ** -1.5 for b in place.blocks if b not in share}
    for block, factor in THINNED.items():
        pull[block] *= factor
    left = 1 - sum(share.values())
    share |= {b: left * v / sum(pull.values()) for b, v in pull.items()}
    return {b: share[b] * total for b in place.blocks}


def write_blocks(evidence: Evidence, facts: Facts, place: Place, incoming: dict[str, int]) -> None:
    """Write the gravity table of 2010 and the stock at risk by year."""
    out = out_stock(evidence, place.blocks, "fujian")
    totals = block_totals(place, out, sum(incoming.values()))
    write_stocks(facts, place, totals, incoming, RULE)
    write_at_risk(evidence, facts, out, totals, ZONES)
