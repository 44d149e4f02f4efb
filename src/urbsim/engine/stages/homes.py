"""Stage 8: homes. Buy, apply for guaranteed or public rental, be ranked, be allotted a unit; else the market.

Buying: quarterly hazard `h_own/4 * exp(own_pir * (PIR - 10))` for households with a job, PIR the price of 90 m2 over the yearly income of
the household (price-to-income). Applying for a rental unit: hazard `h_home_apply/4` of market and dormitory tenants; those who wait give
up at `q_exit/4`. Units fall free when
households move or buy. Evidence for effects is sign only (levers H1, H2).
"""

from __future__ import annotations

import math

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.people import age_at, at_home
from urbsim.population.registry import (
    GONE,
    JOB_NONE,
    OUTSIDE,
    STATUS_PERMIT,
    STATUS_SETTLED,
    TENURE_GUARANTEED,
    TENURE_MARKET_RENT,
    TENURE_OWN,
    TENURE_PUBLIC,
)

HOME_M2 = 90.0
OLDEST_APPLICANT = 50


@kernel
def price_to_income(price, wage, earners):  # type: ignore[no-untyped-def]
    """Return the price of a 90 m2 home over a household's yearly wage income."""
    return price * HOME_M2 / max(wage * earners * 12.0, 1.0)


@kernel
def buy_and_apply(h, lo, hi, q, key, p, areas, wage, price, rows, place_of, kind, score, since, lot, occupied):  # type: ignore[no-untyped-def]
    """Let households buy, join the rental list, and list this quarter's applicants; return how many.

    `wage`, `price` per area; `occupied` is areas x 2 (guaranteed, public), filled with the units in use. Public rental is open to permit
    holders and settled households, the poor first; guaranteed rental to all movers without a home of their own, first come first served.
    """
    n = 0
    for i in range(lo, hi):
        r = h[i]
        place = r.place
        if place == GONE or place == OUTSIDE or at_home(r):
            continue
        if r.tenure == TENURE_OWN:
            continue
        u, v, w, _ = rng.draw4(key, rng.HOMES, r.id, q, 0)
        earners = 1.0 + 0.7 * (r.spouse == 1)
        pir = price_to_income(price[place], wage[place], earners)
        eager = 2.0 if r.spouse == 1 else 0.6
        if r.job != JOB_NONE and u < p.h_own / 4.0 * eager * math.exp(p.own_pir * (pir - 10.0)):
            r.tenure = TENURE_OWN
            r.homes_since = NO_DATE
            continue
        if r.tenure == TENURE_GUARANTEED or r.tenure == TENURE_PUBLIC:
            occupied[place, r.tenure - TENURE_GUARANTEED] += 1
            continue
        if r.homes_since != NO_DATE and v < p.q_exit / 4.0:
            r.homes_since = NO_DATE
            continue
        if r.homes_since == NO_DATE:
            if v < p.h_home_apply / 4.0 and age_at(r.head_birth, q) <= OLDEST_APPLICANT:
                r.homes_since = q
            else:
                continue
        rows[n] = i
        place_of[n] = place
        entitled = r.poor or r.status == STATUS_PERMIT or r.status == STATUS_SETTLED
        kind[n] = 1 if entitled else 0
        score[n] = 1.0 if r.poor else 0.0
        since[n] = r.homes_since
        lot[n] = w
        n += 1
    return n


@kernel
def allot(h, rows, served, tenure):  # type: ignore[no-untyped-def]
    """Move the served applicants into their units."""
    for k in range(rows.size):
        if served[k]:
            r = h[rows[k]]
            r.tenure = tenure
            r.homes_since = NO_DATE


@kernel
def tenant_of(tenure):  # type: ignore[no-untyped-def]
    """Tell whether a tenure is a registered tenancy (market, guaranteed or public rental)."""
    return TENURE_MARKET_RENT <= tenure <= TENURE_PUBLIC
