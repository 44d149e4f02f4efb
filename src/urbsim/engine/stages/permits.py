"""Stage 7: residence permits.

Who may: people living outside their register's area, but not in their own village, for `permit.residence_months` (closed: nobody), who
have a job or a lawful home while
`permit.ground_required` asks for a ground; study is not a ground of its own, since heads do not study. Who takes one up:
`Pr = 1 - exp(-(h_P/4) * friction * exp(g1*Kid6_15 + g2*Insured + g3*Know))` (behaviour.md 5.4); *Know* is senior schooling or more.
"""

from __future__ import annotations

import math

from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.people import along, at_home, census_class, children_aged, children_along, season_of
from urbsim.population.registry import (
    GONE,
    JOB_NONE,
    OUTSIDE,
    STATUS_PERMIT,
    STATUS_UNREGISTERED,
    TENURE_EMPLOYER,
)


@kernel
def may_hold(r, q, months, ground):  # type: ignore[no-untyped-def]
    """Tell whether household `r` meets the conditions of the permit at its place (`ground` above 0: a job or home is asked)."""
    if months < 0.0 or 3 * (q - r.arrived) < months:
        return False
    return ground <= 0.0 or r.job != JOB_NONE or r.tenure > TENURE_EMPLOYER


@kernel
def permits(h, lo, hi, q, key, p, months, ground, friction, enough, accounts):  # type: ignore[no-untyped-def]
    """Issue the quarter's permits; `months`, `ground`, `friction`, `enough` per area (dated levers).

    In the quarter of school applications a family with a child of school age along takes up its permit with `permit_for_school` at least,
    where the permit alone opens the school (`enough`).
    """
    enrolment = season_of(q) == 2
    for i in range(lo, hi):
        r = h[i]
        place = r.place
        if place == GONE or place == OUTSIDE or r.status != STATUS_UNREGISTERED or at_home(r):
            continue
        if not may_hold(r, q, months[place], ground[place]):
            continue
        hazard = p.h_P / 4.0 * friction[place]
        exponent = p.g2 * r.insured
        if children_aged(r, q, 6, 15) > 0:
            exponent += p.g1
        if r.schooling >= 2:
            exponent += p.g3
        chance = 1.0 - math.exp(-hazard * math.exp(exponent))
        if enrolment and enough[place] > 0.0 and children_along(r, q, 5, 14) > 0:
            chance = max(chance, p.permit_for_school)
        if rng.draw1(key, rng.PERMIT, r.id, q) < chance:
            r.status = STATUS_PERMIT
            accounts[place].permits_issued[census_class(r)] += along(r)
