"""Households that enter from other provinces (part of stage 6).

Entries of block b to area j in a quarter = stock at risk x yearly hazard / 4 x choice. The choice is the nested logit of a first move: the
share of the block's movers who take the region rises with its attraction (inclusive value) and is split over areas in proportion to
exp(V/lambda). Entries are integers by keyed rounding of each (block, area) cell, so that a change in one area leaves the luck of others alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.stages.family import AWAY, arrange_family
from urbsim.engine.stages.work import enters_job
from urbsim.engine.state import FloatArray
from urbsim.population.registry import (
    MOVER_OTHER_PROVINCE,
    OUTSIDE,
    STATUS_UNREGISTERED,
    TENURE_EMPLOYER,
    TENURE_MARKET_RENT,
)


def advantage(away: FloatArray, village: FloatArray, town: FloatArray, lam: float) -> FloatArray:
    """Return, by block, the inclusive value of the region's areas less that of staying in one's own village or county town.

    `away` is B x A, utility over lambda; `village`, `town` are B, utilities.
    """
    top = away.max(axis=1)
    inclusive = lam * (np.log(np.exp(away - top[:, None]).sum(axis=1)) + top)
    result: FloatArray = inclusive - np.logaddexp(village, town)
    return result


def expected_entries(away: FloatArray, change: FloatArray, at_risk: FloatArray, hazard: float) -> FloatArray:
    """Return expected persons entering per block and area this quarter, B x A.

    `away` is B x A, utility over lambda; `change` (B) is the advantage of the region now less that at the start; `at_risk` (B) persons;
    `hazard` a year. The factor exp(change) is bounded to [0.25, 4].
    """
    weights = np.exp(away - away.max(axis=1, keepdims=True))
    total = weights.sum(axis=1, keepdims=True)
    factor = np.clip(np.exp(change), 0.25, 4.0)
    entering: FloatArray = (at_risk * hazard / 4.0 * factor)[:, None] * weights / total
    return entering


@kernel
def round_entries(expected, per_row, q, key, counts):  # type: ignore[no-untyped-def]
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
def enter(h, start, counts, templates, q, key, p, areas, town_share, km, seat, bills, accounts):  # type: ignore[no-untyped-def]
    """Write the newcomers' rows from row `start` on; return the next free row.

    `templates` is a Households tuple of B x T rows laid out block after block; dates in it are relative to the quarter of arrival.
    """
    blocks = counts.shape[0]
    per_block = templates.id.size // blocks
    i = start
    for b in range(blocks):
        for j in range(areas):
            for k in range(counts[b, j]):
                identity = rng.new_identity(key, (q << 20) | (b << 12) | (j << 4), k)
                u0, u1, u2, u3 = rng.draw4(key, rng.NEWCOMER, identity, 0, 0)
                t = b * per_block + min(int(u0 * per_block), per_block - 1)
                _copy(h, i, templates, t, q)
                h.id[i] = identity
                h.origin[i] = areas + b
                h.register[i], h.register_part[i], h.register_in_town[i] = areas + b, 0, 0
                h.place[i], h.mover[i], h.status[i] = j, MOVER_OTHER_PROVINCE, STATUS_UNREGISTERED
                h.part[i] = 1 if u1 < town_share[2, j] else 0
                h.arrived[i], h.region_since[i] = q, q
                h.resident_area[i], h.resident_part[i] = OUTSIDE, 0
                h.job[i] = enters_job(h, i, u2, p, 0.0)
                h.tenure[i] = TENURE_EMPLOYER if u3 < p.dorm_share else TENURE_MARKET_RENT
                arrange_family(h, i, q, key, p, areas, AWAY, km[areas + b, j], seat[j], bills[j], accounts)
                persons = 1 + (h.spouse[i] == 1)
                persons += h.child1_birth[i] != NO_DATE and not h.child1[i] & 2
                persons += h.child2_birth[i] != NO_DATE and not h.child2[i] & 2
                accounts.arrivals[j, 2] += persons
                i += 1
    return i


@kernel
def _shift(birth, q):  # type: ignore[no-untyped-def]
    return birth if birth == NO_DATE else birth + q


@kernel
def _copy(h, i, source, t, q):  # type: ignore[no-untyped-def]
    """Copy template row `t` into row `i`, its dates moved to quarter `q`."""
    h.kin_settled[i] = 0
    h.settle_type[i] = source.settle_type[t]
    h.head_birth[i] = source.head_birth[t] + q
    h.head_sex[i] = source.head_sex[t]
    h.schooling[i] = source.schooling[t]
    h.wage_residual[i] = source.wage_residual[t]
    h.trained[i], h.insured[i] = 0, 0
    h.insured_since[i], h.insured_before[i], h.resident_before[i] = NO_DATE, 0, 0
    h.spouse[i] = source.spouse[t]
    h.spouse_birth[i] = _shift(source.spouse_birth[t], q)
    h.child1_birth[i] = _shift(source.child1_birth[t], q)
    h.child2_birth[i] = _shift(source.child2_birth[t], q)
    h.child1[i], h.child2[i] = source.child1[t] & 3, source.child2[t] & 3
    h.elder1_birth[i] = _shift(source.elder1_birth[t], q)
    h.elder2_birth[i] = _shift(source.elder2_birth[t], q)
    h.elders[i] = source.elders[t]
    h.land[i] = source.land[t]
    h.poor[i] = source.poor[t]
    h.queue_since[i], h.homes_since[i] = NO_DATE, NO_DATE


def members_entering(templates_along: FloatArray, blocks: int) -> npt.NDArray[np.float64]:
    """Return the mean persons living with the head over the templates of each block."""
    per_block = templates_along.reshape(blocks, -1)
    return np.asarray(per_block.mean(axis=1), dtype=np.float64)
