"""Build the households that may arrive from other provinces: one pool per origin block, copied and given identities by the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from urbsim.population.assumptions import OTHER_PROVINCE, Floats, value
from urbsim.population.columns import Rows, fill, make_tables
from urbsim.population.plan import plan_of
from urbsim.population.registry import NONE, OUTSIDE, TOWN, Columns
from urbsim.population.templates import Pool, draw_households

if TYPE_CHECKING:
    from urbsim.regions import Region

ROWS = 4096
ARRIVAL_KEY = 0x4152  # keeps these streams apart from those of the synthesis


def arrival_templates(region: Region, weight: int, seed: int, rows: int = ROWS) -> Columns:
    """Return household columns of length B * `rows`, block after block: newly arriving households of each origin, as of quarter 0.

    Row k of block b stands at b * `rows` + k. Every date is relative to the quarter of arrival: to let a row arrive in quarter q, copy it,
    add q to every date that is not NONE, and set `id`, `place`, `part`, `resident_area`, `resident_part`, `tenure` and the children's
    school places. `place` is OUTSIDE, `arrived` is 0, nobody is insured or queues yet; jobs and schooling are drawn
    (`status` unregistered, `mover` other province).
    Ages follow the arrivals' profile (mostly 16-35), most heads come alone or as couples, and most children stay at home. A row stands for
    `weight` households like any other; the pools themselves do not depend on the weight.
    """
    del weight  # rows are the same at any weight
    plan = plan_of(region)
    tables = make_tables(region, plan)
    areas, blocks = len(region.area_codes), len(region.block_codes)
    # schooling is fitted by prefecture of living: a block's arrivals take the prefecture where most of the block's people live
    stock = np.zeros((blocks, len(region.prefecture_codes)))
    np.add.at(stock.T, np.asarray(region.prefecture_of), np.asarray(region.block_stock_2010, dtype=np.float64).T)
    result: list[Columns] = []
    for block in range(blocks):
        rng = np.random.Generator(np.random.Philox(key=[seed & (2**64 - 1), (ARRIVAL_KEY << 32) + block]))
        pool = arrival_pool(rng, rows)
        template = rng.permutation(rows).astype(np.int32)
        everyone = np.full(rows, OTHER_PROVINCE, dtype=np.uint8)
        place, part = np.full(rows, OUTSIDE, dtype=np.uint8), np.full(rows, TOWN, dtype=np.uint8)
        prefecture = np.full(rows, int(np.argmax(stock[block])), dtype=np.int64)
        columns = fill(Rows(template, place, part, everyone, prefecture, areas + block), pool, tables, (seed + ARRIVAL_KEY) & (2**64 - 1))
        columns["arrived"][:] = 0
        columns["resident_before"][:] = 0
        columns["insured"][:] = 0
        columns["cover"][:] = 0
        columns["insured_since"][:] = NONE
        result.append(columns)
    return {name: np.concatenate([columns[name] for columns in result]) for name in result[0]}


def arrival_pool(rng: np.random.Generator, rows: int) -> Pool:
    """Draw `rows` templates of arriving households from the assumptions on arrivals."""
    ages = value("arrival_ages")
    men = float(value("arrival_male_heads"))
    weights: Floats = ages[0] / ages[0].sum() * men + ages[1] / ages[1].sum() * (1.0 - men)
    cumulated = np.cumsum(weights) / weights.sum()
    groups = np.searchsorted(cumulated, (np.arange(rows) + rng.random()) / rows, side="right").astype(np.int64)
    return draw_households(
        rng,
        groups,
        male_heads=men,
        spouse_along=float(value("arrival_spouse_along")),
        child_along=float(value("arrival_child_along")),
        elder_along=0.01,
        elder_at_home=float(value("elder_at_home")[OTHER_PROVINCE]),
        grown_children=False,
    )
