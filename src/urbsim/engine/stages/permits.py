"""Stage 7: residence permits.

Who may: people living outside their register's area for `permit.residence_months`, with a job, a lawful home or study. Who takes one up:
`Pr = 1 - exp(-(h_P/4) * friction * exp(g1*Kid6_15 + g2*Insured + g3*Know))` (behaviour.md 5.4); *Know* is senior schooling or more.
"""

from __future__ import annotations

import math

from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.people import along, census_class, children_aged
from urbsim.population.registry import (
    GONE,
    JOB_NONE,
    OUTSIDE,
    STATUS_PERMIT,
    STATUS_UNREGISTERED,
    TENURE_EMPLOYER,
)


@kernel
def may_hold(h, i, q, months, areas):  # type: ignore[no-untyped-def]
    """Tell whether household `i` meets the conditions of the permit at its place."""
    lawful = h.job[i] != JOB_NONE or h.tenure[i] > TENURE_EMPLOYER
    return lawful and 3 * (q - h.arrived[i]) >= months


@kernel
def permits(h, lo, hi, q, key, p, areas, months, friction, accounts):  # type: ignore[no-untyped-def]
    """Issue the quarter's permits; `months`, `friction` per area (dated levers)."""
    for i in range(lo, hi):
        place = h.place[i]
        if place == GONE or place == OUTSIDE or h.status[i] != STATUS_UNREGISTERED:
            continue
        if not may_hold(h, i, q, months[place], areas):
            continue
        hazard = p.h_P / 4.0 * friction[place]
        exponent = p.g2 * h.insured[i]
        if children_aged(h, i, q, 6, 15) > 0:
            exponent += p.g1
        if h.schooling[i] >= 2:
            exponent += p.g3
        if rng.draw1(key, rng.PERMIT, h.id[i], q) < 1.0 - math.exp(-hazard * math.exp(exponent)):
            h.status[i] = STATUS_PERMIT
            accounts.permits_issued[place, census_class(h, i)] += along(h, i)
