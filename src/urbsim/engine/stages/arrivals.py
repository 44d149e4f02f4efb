"""Households that enter from other provinces (part of stage 6).

Entries of block b to area j in a quarter = stock at risk x yearly hazard / 4 x choice. The choice is the nested logit of a first move: the
share of the block's movers who take the region rises with its attraction (inclusive value) and is split over areas in proportion to
exp(V/lambda). Entries are integers by keyed rounding of each (block, area) cell, so that a change in one area leaves the luck of others
alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import allocating, kernel
from urbsim.engine.people import age_at, along
from urbsim.engine.stages.family import AWAY, aided, arrange_family
from urbsim.engine.stages.work import WORK_FROM, WORK_TO, enters_job
from urbsim.engine.state import FloatArray
from urbsim.engine.turns import take
from urbsim.population.registry import (
    JOB_FORMAL,
    MOVER_OTHER_PROVINCE,
    OUTSIDE,
    STATUS_UNREGISTERED,
    TENURE_EMPLOYER,
    TENURE_MARKET_RENT,
)


def advantage(away: FloatArray, village: FloatArray, town: FloatArray, lam: float) -> FloatArray:
    """Return, by block, the inclusive value of the region's areas less that of staying in one's own village or county town.

    `away` is B x A; `village`, `town` are B; utilities.
    """
    top = away.max(axis=1)
    inclusive = lam * np.log(np.exp((away - top[:, None]) / lam).sum(axis=1)) + top
    result: FloatArray = inclusive - np.logaddexp(village, town)
    return result


def expected_entries(away: FloatArray, change: FloatArray, at_risk: FloatArray, hazard: float, lam: float, swing: float) -> FloatArray:
    """Return expected persons entering per block and area this quarter, B x A.

    `away` is B x A, utility; `change` (B) is the advantage of the region now less that at the start; `at_risk` (B) persons;
    `hazard` a year. The factor exp(change) is bounded to [1/`swing`, `swing`].
    """
    weights = np.exp((away - away.max(axis=1, keepdims=True)) / lam)
    total = weights.sum(axis=1, keepdims=True)
    factor = np.clip(np.exp(change), 1.0 / swing, swing)
    entering: FloatArray = (at_risk * hazard / 4.0 * factor)[:, None] * weights / total
    return entering


@kernel
def round_entries(expected, per_row, q, key, counts):
    """Fill `counts` (B x A) with whole numbers of rows: the floor, plus one with the chance of the remainder (keyed by cell).

    `per_row` is B: mean persons who enter with one household row, times the weight.
    """
    blocks, areas = expected.shape
    total = 0
    for b in range(blocks):
        for j in range(areas):
            rows = expected[b, j] / per_row[b]
            whole = int(rows)
            if rng.draw1(key, rng.ARRIVE, b * 256 + j, q) < rows - whole:
                whole += 1
            counts[b, j] = whole
            total += whole
    return total


@kernel
def enter(h, turns, starts, counts, templates, q, luck, key, p, areas, town_share, log_km, seat, bills, rules, pull, accounts):
    """Write the newcomers' rows, `counts` of them (blocks x areas, cells row by row); those of a cell begin at its row of `starts`.

    `templates` are B x T household rows laid out block after block; dates in it are relative to the quarter of arrival.
    `luck` is the quarter that keys the newcomers' identities (it differs from `q` only for those under way at the census); `rules` are
    the areas' rules (`engine.rules`).
    """
    chunk = take(turns)
    while chunk >= 0:
        for cell in range(turns.edges[chunk], turns.edges[chunk + 1]):
            _enter_cell(
                h, cell, starts[cell], counts, templates, q, luck, key, p, areas, town_share, log_km, seat, bills, rules, pull, accounts
            )  # fmt: skip
        chunk = take(turns)


@kernel
def _enter_cell(h, cell, i, counts, templates, q, luck, key, p, areas, town_share, log_km, seat, bills, rules, pull, accounts):
    per_block, b, j = templates.size // counts.shape[0], cell // areas, cell % areas
    away = np.int64(AWAY)  # a constant of its own type would have the kernel compiled once more
    for k in range(counts[b, j]):
        identity = rng.new_identity(key, (luck << 20) | (b << 12) | (j << 4), k)
        u0, u1, u2, u3 = rng.draw4(key, rng.NEWCOMER, identity, 0, 0)
        t = b * per_block + min(int(u0 * per_block), per_block - 1)
        r = h[i]
        _copy(r, templates[t], q)
        r.id = identity
        r.origin = areas + b
        r.register, r.register_part, r.register_in_town = areas + b, 0, 0
        r.place, r.mover, r.status = OUTSIDE, MOVER_OTHER_PROVINCE, STATUS_UNREGISTERED  # until it is settled who comes along
        r.part = 1 if u1 < town_share[2, j] else 0
        r.arrived = q
        r.resident_area, r.resident_part = OUTSIDE, 0
        r.job = enters_job(r, u2, p)
        r.tenure = TENURE_EMPLOYER if u3 < p.dorm_share else TENURE_MARKET_RENT
        settled, aid = aided(r, bills[j], rules[j])
        latents = rng.draw4(key, rng.FAMILY, identity, 0, 0)
        arrange_family(r, latents, q, p, areas, away, log_km[areas + b, j], seat[j], settled, aid, pull[j], accounts)
        r.place = j
        accounts[j].arrivals[2] += along(r)
        age = age_at(r.head_birth, q)
        accounts[j].formal_arrived += r.job == JOB_FORMAL and age >= WORK_FROM and age <= WORK_TO
        i += 1


@allocating
def try_families(rows, blocks, areas, key, p, log_km, seat, accounts, persons):
    """Let the family of every template decide as if it arrived now, `log_km` (of km + 1, per block) from home.

    `persons` is filled with how many would live along.
    """
    per_block = rows.size // blocks
    away, now = np.int64(AWAY), np.int64(0)
    pull = np.zeros((1, 4))
    for i in range(rows.size):
        r = rows[i]
        b = i // per_block
        r.id = rng.new_identity(key, i, 7)
        r.origin, r.register, r.register_part = areas + b, areas + b, 0
        r.place, r.resident_area, r.resident_part, r.arrived = OUTSIDE, OUTSIDE, 0, 0
        latents = rng.draw4(key, rng.FAMILY, r.id, 0, 0)
        arrange_family(r, latents, now, p, areas, away, log_km[b], seat[b], 0.0, 0.0, pull[0], accounts)
        persons[i] = along(r)


@kernel
def _shift(birth, q):
    return birth if birth == NO_DATE else birth + q


@kernel
def _copy(r, t, q):
    """Copy template `t` into row `r`, its dates moved to quarter `q`."""
    r.kin_settled = 0
    r.settle_type = t.settle_type
    r.head_birth = t.head_birth + q
    r.head_sex = t.head_sex
    r.schooling = t.schooling
    r.wage_residual = t.wage_residual
    r.trained, r.insured, r.cover = 0, 0, 0
    r.insured_since, r.insured_here, r.insured_before, r.resident_before = NO_DATE, 0, 0, 0
    r.permit_since = NO_DATE
    r.spouse = t.spouse
    r.spouse_birth = _shift(t.spouse_birth, q)
    r.child1_birth = _shift(t.child1_birth, q)
    r.child2_birth = _shift(t.child2_birth, q)
    r.child1, r.child2 = t.child1 & 3, t.child2 & 3
    r.elder1_birth = _shift(t.elder1_birth, q)
    r.elder2_birth = _shift(t.elder2_birth, q)
    r.elders = t.elders
    r.land = t.land
    r.poor = t.poor
    r.queue_since, r.homes_since = NO_DATE, NO_DATE


def members_entering(templates_along: FloatArray, blocks: int) -> npt.NDArray[np.float64]:
    """Return the mean persons living with the head over the templates of each block."""
    per_block = templates_along.reshape(blocks, -1)
    return np.asarray(per_block.mean(axis=1), dtype=np.float64)
