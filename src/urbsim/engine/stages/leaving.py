"""Stage 2, continued: children of 18 and more leave home and become households of their own."""

from __future__ import annotations

import numpy as np

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.people import age_at, at_home, keep_village_register
from urbsim.engine.turns import take
from urbsim.population.registry import (
    CHILD_AT_HOME,
    CHILD_GIRL,
    GONE,
    MOVER_IN_PLACE,
    STATUS_RURAL,
    STATUS_UNREGISTERED,
)

LEAVING_AGE = 18
LEAVING_QUARTERS = 4 * LEAVING_AGE


@kernel
def leavers(h, lo, hi, luck, q, key, chance, areas, rows, slots):
    """List the children who leave home this quarter: row of the parents and slot (1, 2); return how many.

    A child left behind in another province passes out of the model at 18 (it was never a resident) and back into its block's stock at risk.
    """
    n = 0
    most = rng.most_byte(chance)
    for i in range(lo, hi):
        r = h[i]
        grown = (r.child1_birth <= q - LEAVING_QUARTERS) | (r.child2_birth <= q - LEAVING_QUARTERS)  # NO_DATE is later than any
        abroad = (r.origin >= areas) & ((r.child1 | r.child2) & CHILD_AT_HOME > 0)
        lucky = min(rng.byte_at(luck, i - lo, rng.LEAVE_BYTE), rng.byte_at(luck, i - lo, rng.LEAVE_BYTE + 1)) <= most
        if not (grown & (lucky | abroad)):
            continue
        if r.place == GONE:
            continue
        first = r.child1_birth != NO_DATE and age_at(r.child1_birth, q) >= LEAVING_AGE
        other = r.child2_birth != NO_DATE and age_at(r.child2_birth, q) >= LEAVING_AGE
        u, v, _, _ = rng.draw4_known(key, rng.LEAVE, r.id, q, 0, luck, i - lo)
        if first:
            if r.child1 & CHILD_AT_HOME and r.origin >= areas:
                r.child1_birth = NO_DATE
                r.child1 = 0
            elif u < chance:
                rows[n] = i
                slots[n] = 1
                n += 1
        if other:
            if r.child2 & CHILD_AT_HOME and r.origin >= areas:
                r.child2_birth = NO_DATE
                r.child2 = 0
            elif v < chance:
                rows[n] = i
                slots[n] = 2
                n += 1
    return n


@kernel
def found_household(r, n, slot, q, key, schooling_share):
    """Write row `n`: the household of the child in `slot` of household `r`, which leaves its parents this quarter.

    It lives where the child lived, keeps the parents' register (and settled status, if the child had it) and their time in the place.
    `schooling_share` is 5 numbers: the share of each schooling level among those who come of age now.
    """
    birth = r.child1_birth if slot == 1 else r.child2_birth
    bits = r.child1 if slot == 1 else r.child2
    home = bits & CHILD_AT_HOME
    n.id = rng.new_identity(key, r.id, np.int64(birth) + 1024 + 65536 * slot)
    u, v, w, x = rng.draw4(key, rng.NEWCOMER, n.id, 0, 0)
    for level in range(5):
        n.schooling = level
        u -= schooling_share[level]
        if u < 0.0:
            break
    n.head_birth = birth
    n.head_sex = bits & CHILD_GIRL
    # A pair of uniforms gives a normal residual (Box and Muller).
    n.wage_residual = np.sqrt(-2.0 * np.log(v)) * np.cos(2.0 * np.pi * w) * 0.5
    n.settle_type = 1 if x < 0.5 else 0
    n.origin = r.origin
    n.register_in_town = r.register_in_town
    n.register, n.register_part = r.register, r.register_part
    n.kin_settled = r.kin_settled
    if home:
        n.place, n.part = r.origin, r.register_in_town
        n.mover = MOVER_IN_PLACE
        n.status = STATUS_RURAL if n.register == n.origin else STATUS_UNREGISTERED
        n.resident_area, n.resident_part = r.origin, r.register_in_town
        n.arrived, n.permit_since = birth, NO_DATE
    else:
        n.place, n.part = r.place, r.part
        n.mover = r.mover
        n.status = r.status
        n.resident_area, n.resident_part = r.resident_area, r.resident_part
        n.arrived, n.permit_since = r.arrived, r.permit_since
    keep_village_register(n)
    n.resident_before = 0 if home else r.resident_before
    n.insured_before, n.insured_here, n.insured_since, n.insured = 0, 0, NO_DATE, 0
    n.job, n.trained, n.cover = 0, 0, 0
    n.spouse, n.spouse_birth = 0, NO_DATE
    n.child1_birth, n.child2_birth, n.child1, n.child2 = NO_DATE, NO_DATE, 0, 0
    n.elder1_birth, n.elder2_birth, n.elders = NO_DATE, NO_DATE, 0
    n.tenure = 6 if at_home(n) else 1
    n.land = r.land
    n.poor = r.poor
    n.queue_since, n.homes_since = NO_DATE, NO_DATE
    if slot == 1:
        r.child1_birth = NO_DATE
        r.child1 = 0
    else:
        r.child2_birth = NO_DATE
        r.child2 = 0


@kernel
def found_all(h, turns, start, rows, slots, q, key, schooling_share):
    """Write the new households of all leavers from row `start` on, in the order of the list."""
    chunk = take(turns)
    while chunk >= 0:
        for k in range(turns.edges[chunk], turns.edges[chunk + 1]):
            found_household(h[rows[k]], h[start + k], slots[k], q, key, schooling_share)
        chunk = take(turns)
