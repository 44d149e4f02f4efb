"""Stage 7: residence permits.

Who may: people living outside their register's area, but not in their own village, under the rule of the quarter
(`urbsim.policy.permits.permit_ok`: months of residence, a job or a lawful home; study is not a ground of its own, since heads do not
study). Who takes one up:
`Pr = 1 - exp(-(h_P/4) * friction * exp(g1*Kid6_15 + g2*Insured + g3*Know))` (behaviour.md 5.4); *Know* is senior schooling or more.
A permit from elsewhere in the region is converted without a request after `permit.wait_after_move_months`, where that is shorter than
what newcomers wait.
"""

from __future__ import annotations

import math

import numpy as np

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import allocating, kernel
from urbsim.engine.people import along, at_home, census_class, children_aged, children_along, season_of
from urbsim.policy import permits as permit_rule
from urbsim.population.registry import (
    GONE,
    JOB_NONE,
    OUTSIDE,
    STATUS_PERMIT,
    STATUS_UNREGISTERED,
    TENURE_EMPLOYER,
)

permit_ok = kernel(permit_rule.permit_ok)


@kernel
def may_hold(r, q, months, ground, wait):
    """Tell whether household `r` meets the conditions of the permit at its place."""
    held = 1.0 if r.permit_since != NO_DATE else 0.0
    job = 1.0 if r.job != JOB_NONE else 0.0
    home = 1.0 if r.tenure > TENURE_EMPLOYER else 0.0
    return permit_ok(3.0 * (q - r.arrived), held, job, home, 0.0, months, ground, wait) > 0


@allocating
def uptake(p, friction):
    """Return areas x child of 6 to 15 x insured x senior schooling: the chance of a quarter to take up a permit; `friction` per area."""
    chances = np.empty((friction.size, 2, 2, 2))
    for a in range(friction.size):
        for child in range(2):
            for insured in range(2):
                for knows in range(2):
                    exponent = p.g2 * insured
                    if child:
                        exponent += p.g1
                    if knows:
                        exponent += p.g3
                    chances[a, child, insured, knows] = 1.0 - math.exp(-(p.h_P / 4.0 * friction[a]) * math.exp(exponent))
    return chances


@kernel
def permits(h, who, luck, q, key, p, months, ground, wait, chances, enough, accounts):
    """Convert and issue the quarter's permits of households `who` (rows of `h` and `luck`).

    `months`, `ground`, `wait`, `enough` are per area (dated levers), `chances` as from `uptake`. In the quarter of school applications a
    family with a child of school age along takes up its permit with `permit_for_school` at least, where the permit alone opens the school
    (`enough`). Converted permits are not counted as issued.
    """
    enrolment = season_of(q) == 2
    for i in who:
        r = h[i]
        place = r.place
        if r.status != STATUS_UNREGISTERED or place == GONE or place == OUTSIDE or at_home(r):
            continue
        if not may_hold(r, q, months[place], ground[place], wait[place]):
            continue
        if r.permit_since != NO_DATE and wait[place] < months[place]:
            r.status = STATUS_PERMIT
            continue
        chance = chances[place, 1 if children_aged(r, q, 6, 15) > 0 else 0, r.insured, 1 if r.schooling >= 2 else 0]
        if enrolment and enough[place] > 0.0 and children_along(r, q, 5, 14) > 0:
            chance = max(chance, p.permit_for_school)
        if rng.below(key, rng.PERMIT, r.id, q, rng.byte_at(luck, i, rng.PERMIT_BYTE), chance):
            r.status, r.permit_since = STATUS_PERMIT, q
            accounts[place].permits_issued[census_class(r)] += along(r)
