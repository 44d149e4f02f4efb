"""Stage 8: homes. Buy, apply for guaranteed or public rental, be ranked, be allotted a unit; else the market.

Buying: quarterly hazard `h_own/4 * exp(own_pir * (PIR - 10))` for households with a job, PIR the price of 90 m2 over the yearly income of
the household (price-to-income). Applying for a rental unit: hazard `h_home_apply/4` of market and dormitory tenants; those who wait give
up at `q_exit/4`. Units fall free when
households move or buy. Evidence for effects is sign only (levers H1, H2).
"""

from __future__ import annotations

import math

import numpy as np

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import allocating, kernel
from urbsim.engine.people import age_at, at_home, owns_home
from urbsim.engine.stages.rationing import serve
from urbsim.engine.state import FloatArray
from urbsim.engine.turns import take
from urbsim.policy.homes import DEED_TAX, LEAST_PRICE
from urbsim.population.registry import (
    GONE,
    JOB_INFORMAL,
    JOB_NONE,
    JOB_SELF_EMPLOYED,
    OUTSIDE,
    STATUS_PERMIT,
    STATUS_SETTLED,
    TENURE_GUARANTEED,
    TENURE_MARKET_RENT,
    TENURE_OWN,
    TENURE_PUBLIC,
    TENURE_SHARED,
)

HOME_M2 = 90.0
ENTITLED, POOR = 1, 2


@kernel
def price_to_income(price, wage, earners):
    """Return the price of a 90 m2 home over a household's yearly wage income."""
    return price * HOME_M2 / max(wage * earners * 12.0, 1.0)


@kernel
def flexible_worker(r):
    """Tell whether the head works without an employer's contribution to the provident fund: self-employed or informal."""
    return r.job == JOB_INFORMAL or r.job == JOB_SELF_EMPLOYED


@kernel
def rent_subsidised(r):
    """Tell whether a rent subsidy reaches household `r` if it rents on the market: permit holders, settled, registered poor (H2)."""
    return r.poor or r.status == STATUS_PERMIT or r.status == STATUS_SETTLED


@allocating
def chances_to_buy(p, wage, price, support, part):
    """Return areas x 2 (flexible worker) x 2 (spouse along): the chance of a quarter to buy a home.

    Per area: `wage`, `price`, `support` (provident fund of flexible workers over the wage), `part` (of the price that the buyer pays).
    """
    chances = np.empty((wage.size, 2, 2))
    for a in range(wage.size):
        for flexible in range(2):
            income = wage[a] * (1.0 + support[a]) if flexible else wage[a]
            for couple in range(2):
                pir = price_to_income(price[a], income, 1.0 + p.earner_2 if couple else 1.0)
                eager = p.eager_couple if couple else p.eager_single
                chances[a, flexible, couple] = p.h_own / 4.0 * eager * math.exp(p.own_pir * (part[a] * pir - 10.0))
    return chances


@kernel
def buy_and_apply(h, who, luck, q, key, p, buying, sharing, shared, accounts, identities, words):
    """Let households buy, join the rental list or give up their place on it; return how many ask for a shared home.

    `who` are rows of `h` and `luck`; scratch as in `rng.draw_some`.
    `buying`, `sharing` as from `chances_to_buy` (0 where no shared home is for sale); `shared` lists the rows of those who would buy at the
    price of their share and not at the whole. Who waits (`homes_since`) is listed by `watch.line_up`.
    """
    m = 0
    most_asking, most_leaving = rng.most_byte(p.h_home_apply / 4.0), rng.most_byte(p.q_exit / 4.0)
    rng.draw_some(h, who, rng.HOMES, q, 0, key, identities, words)
    for k in range(who.size):
        i = who[k]
        r = h[i]
        lodges = (r.tenure == TENURE_GUARANTEED) | (r.tenure == TENURE_PUBLIC)
        place = r.place
        if place == GONE or place == OUTSIDE or at_home(r):
            continue
        if owns_home(r):
            continue
        flexible, couple = 1 if flexible_worker(r) else 0, 1 if r.spouse == 1 else 0
        whole, part = buying[place, flexible, couple], sharing[place, flexible, couple]
        waits = r.homes_since != NO_DATE
        if r.job == JOB_NONE or rng.byte_at(luck, i, rng.HOMES_BYTE) > rng.most_byte(max(whole, part)):
            if lodges or rng.byte_at(luck, i, rng.HOMES_BYTE + 1) > (most_leaving if waits else most_asking):
                continue
        u, v, _, _ = rng.draw4_of(words, k, rng.HOMES, 0, luck, i)
        if r.job != JOB_NONE:
            if u < whole:
                r.tenure = TENURE_OWN
                r.homes_since = NO_DATE
                accounts[place].homes_bought[0] += 1
                continue
            if u < part:
                shared[m] = i
                m += 1
        if lodges:
            continue
        if waits:
            if v < p.q_exit / 4.0:
                r.homes_since = NO_DATE
        elif v < p.h_home_apply / 4.0 and age_at(r.head_birth, q) <= p.age_apply:
            r.homes_since = q
    return m


@allocating
def lots_for_shared(h, rows, q, key):
    """Return the lot by which each applicant for a shared-ownership home is drawn."""
    result = np.empty(rows.size)
    for k in range(rows.size):
        result[k] = rng.draw4(key, rng.HOMES, h[rows[k]].id, q, 0)[3]
    return result


def first_home_prices(price: FloatArray, subsidy: FloatArray, relief: FloatArray) -> FloatArray:
    """Return what a square metre of a first home costs the buyer, per area (`urbsim.policy.homes.first_home_price`, H6)."""
    paid: FloatArray = np.maximum(price - price * DEED_TAX * relief - subsidy, LEAST_PRICE * price)
    return paid


@kernel
def stands_as(r):
    """Return as what household `r` stands in line for a rental home: ENTITLED to public rental, POOR, or both."""
    return (ENTITLED if rent_subsidised(r) else 0) | (POOR if r.poor else 0)


@kernel
def lots(turns, identities, q, key, words, lot):
    """Draw the lot of everyone in line; `words` (2 x n) is scratch."""
    chunk = take(turns)
    while chunk >= 0:
        for lo in range(turns.edges[chunk], turns.edges[chunk + 1], words.shape[1]):
            hi = min(lo + words.shape[1], turns.edges[chunk + 1])
            rng.lots_of(identities[lo:hi], rng.HOMES, q, key, words, lot[lo:hi])
        chunk = take(turns)


@allocating
def give_out(h, rows, sold, place, kind, since, lot, poor_first, guaranteed, public):
    """Return the tenure under which each who stands in line for a rental home gets one, 0 for who has to wait (uint8).

    Public rental goes first, to those entitled to it, the poor before others where `poor_first` (per area) is in force; then guaranteed
    rental by waiting time. `guaranteed` and `public` are units free by area; `kind` as from `stands_as`, `since` when they applied. Who
    bought a shared home, where any were `sold` this quarter, asks no more.
    """
    got, asking, score = np.zeros(rows.size, np.uint8), np.empty(rows.size, np.int64), np.empty(rows.size)
    one, served, n = np.ones(rows.size, np.int64), np.zeros(rows.size, np.bool_), np.uint64(0)
    for k in range(rows.size):
        asks, asking[n] = not sold or h[rows[k]].tenure != TENURE_SHARED, k
        score[k] = 1.0 if kind[k] & POOR and poor_first[place[k]] > 0.5 else 0.0
        n += np.uint64((public[place[k]] > 0) & (kind[k] & ENTITLED > 0) & asks)
    serve(asking[:n], place, score, since, lot, one, public, served)
    for k in asking[:n]:
        got[k] = TENURE_PUBLIC if served[k] else 0
    n = np.uint64(0)
    for k in range(rows.size):
        asks, asking[n] = not sold or h[rows[k]].tenure != TENURE_SHARED, k
        score[k] = 0.0
        n += np.uint64((guaranteed[place[k]] > 0) & (not served[k]) & asks)
    serve(asking[:n], place, score, since, lot, one, guaranteed, served)
    for k in asking[:n]:
        got[k] = TENURE_GUARANTEED if served[k] else 0
    return got


@kernel
def allot(h, rows, tenures):
    """Move households `rows` into the homes that they were given."""
    for k in range(rows.size):
        r = h[rows[k]]
        r.tenure = tenures[k]
        r.homes_since = NO_DATE


@kernel
def tenant_of(tenure):
    """Tell whether a tenure is a registered tenancy (market, guaranteed or public rental)."""
    return TENURE_MARKET_RENT <= tenure <= TENURE_PUBLIC
