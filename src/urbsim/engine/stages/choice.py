"""Stage 6, the decision: where those who reconsider live next.

A nested choice: own village | own county town | away (every other area and the world outside), with dissimilarity `lambda` inside *away*.
The utilities are random with frozen terms: `U_j = V_j + lambda*(e_j + log S)` inside away and `V + e` for the two others, where the `e` are
Gumbel, keyed by household, quarter and alternative, and `S` is positive stable with index `lambda` (Cardell 1997), which makes the choice
probabilities exactly nested logit. Because it is a maximum over additive terms, improving one town moves nobody between two others.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import inlined, kernel
from urbsim.engine.people import age_at, at_home, children_aged, in_own_town, left_behind, owns_home
from urbsim.engine.stages.homes import flexible_worker, rent_subsidised
from urbsim.engine.stages.work import WORK_FROM, WORK_TO, assistance, earnings, wage_factor, years_of_schooling
from urbsim.engine.state import FloatArray
from urbsim.policy import places as places_rule
from urbsim.population.registry import (
    CHILD_AT_HOME,
    ELDERS_AT_HOME,
    JOB_NONE,
    JOB_SELF_EMPLOYED,
    LAND_CERTIFIED,
    OUTSIDE,
    SPOUSE_AT_HOME,
    STATUS_SETTLED,
    TENURE_GUARANTEED,
    TENURE_MARKET_RENT,
    TENURE_PUBLIC,
)

VILLAGE_CHOICE = 254  # codes of the two near alternatives; areas are 0..A-1, the world outside is OUTSIDE
TOWN_CHOICE = 253
ALMOST = 1.0 - 1e-9  # room for rounding in tests that only spare work
MARGIN = 1e-6  # by which bounds are wider than exact, for rounding
pull_of_division = kernel(places_rule.pull_of_division)


class Bounds(NamedTuple):
    """Hold, by first byte of a uniform, the range of the random terms of the choice (256 each, a little wider than exact)."""

    gumbel_low: FloatArray
    gumbel_high: FloatArray
    stable_low: FloatArray  # the part of log S that depends on its first uniform
    stable_high: FloatArray


@lru_cache(maxsize=4)
def choice_bounds(index: float) -> Bounds:
    """Return the bounds for dissimilarity `index` (lambda).

    Both terms rise with their uniform: -ln(-ln u), and Kanter's log a(u) (Zolotarev 1986, section 2.5); their values at the ends of a
    byte's interval bound them inside it.
    """
    edges = np.arange(257) / 256.0
    with np.errstate(divide="ignore"):
        gumbel = -np.log(-np.log(edges))
        angle = np.pi * edges[1:-1]
        inside = np.log(np.sin(index * angle)) - np.log(np.sin(angle)) / index
        inside += (1.0 - index) / index * np.log(np.sin((1.0 - index) * angle))
    at_zero = np.log(index) + (1.0 - index) / index * np.log(1.0 - index)
    stable = np.concatenate(([at_zero], inside, [np.inf]))
    return Bounds(gumbel[:-1] - MARGIN, gumbel[1:] + MARGIN, stable[:-1] - MARGIN, stable[1:] + MARGIN)


@kernel
def log_positive_stable(u, v, index):
    """Return log S, S positive stable with Laplace transform exp(-s**index) (Kanter 1975), from two uniforms.

    With e Gumbel, index*(e + log S) is again standard Gumbel.
    """
    angle = math.pi * u
    return (
        math.log(math.sin(index * angle))
        - math.log(math.sin(angle)) / index
        + (1.0 - index) / index * (math.log(math.sin((1.0 - index) * angle)) - math.log(-math.log(v)))
    )


@kernel
def only_elders_left(r):
    """Tell whether elders, and no spouse or child, stayed at home."""
    if r.spouse == SPOUSE_AT_HOME or not r.elders & ELDERS_AT_HOME:
        return False
    first = r.child1_birth != NO_DATE and r.child1 & CHILD_AT_HOME > 0
    return not first and not (r.child2_birth != NO_DATE and r.child2 & CHILD_AT_HOME > 0)


@kernel
def income_lift(r, q, p, wage, norm, rule):
    """Return what the levers on the head's income where it lives are worth, utility: beta_w times the log of their factor.

    Pay in the own county town is in the value of that town already and does not count twice.
    """
    age = age_at(r.head_birth, q)
    if (rule.income_floor <= 0.0 and rule.self_employment_income == 1.0) or age < WORK_FROM or age > WORK_TO:
        return 0.0
    if r.job == JOB_NONE:
        own = wage * wage_factor(r, q, p, norm) * p.jobless_income
        better = own
    else:
        better = earnings(r, q, p, wage, norm, rule)
        own = better / rule.self_employment_income if r.job == JOB_SELF_EMPLOYED else better
    return p.beta_w * math.log((better + assistance(r, better, rule)) / own)


@inlined
def stay_terms(r, q, p, rent_edge, rent_help, lift, cared):
    """Return what ties household `r` to its present place: years, home, rental unit, register, temper.

    `rent_edge` is the advantage of the place's guaranteed rental homes over the market, 1 at a rent of nine tenths; `rent_help` what market
    tenants gain: two utilities, of flexible workers in the provident fund, and of those entitled to a rent subsidy; `lift` what the levers
    on its income there are worth to it, utility; `cared` the share of elders left behind who are cared for in the village.
    """
    tie = lift + p.beta_match + p.beta_dur * min((q - r.arrived) / 4.0, 10.0)
    if owns_home(r):
        tie += p.beta_own
    elif r.tenure == TENURE_PUBLIC:
        tie += p.beta_prh
    elif r.tenure == TENURE_GUARANTEED:
        tie += p.beta_prh * rent_edge
    elif r.tenure == TENURE_MARKET_RENT:
        if flexible_worker(r):
            tie += rent_help[0]
        if rent_subsidised(r):
            tie += rent_help[1]
    if r.status == STATUS_SETTLED:
        tie += p.beta_reg
    if r.settle_type:
        tie += p.beta_type
    if left_behind(r) > 0:
        tie -= p.beta_split * pull_of_division(only_elders_left(r), cared)
    return tie


@kernel
def _point(cumulated, mark):
    """Return the place whose share of (0, 1) holds `mark`."""
    low, high = 0, cumulated.size - 1
    while low < high:
        middle = (low + high) >> 1
        if mark < cumulated[middle]:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def choose(r, q, key, p, areas, race, rent_edge, rent_help, lift, cared, luck, k):
    """Return the alternative that household `i` prefers: an area, OUTSIDE, VILLAGE_CHOICE or TOWN_CHOICE.

    `race` are the quarter's tables (`tables.Race`), `rent_edge`, `rent_help`, `lift`, `cared` as in `stay_terms`, the shared bytes of its
    luck are the k-th row's of `luck`. The largest V + lambda*e, with e Gumbel, is the smallest of E * exp(-V/lambda), E exponential: a
    race. The times E of all places but the present one are the first points of a stream of points (see `Race`), which is followed until no
    later point can win; the present place has a time of its own.
    """
    o = r.origin
    kids = min(children_aged(r, q, 6, 15), 2)
    lam = p.lambda_
    is_out = r.place == OUTSIDE
    is_home = at_home(r)
    is_town = in_own_town(r)
    is_far = is_out or not (is_home or is_town)
    current = _current(r, areas)
    old, lead, away_cost = _costs(r, q, p, is_far)
    tie = 0.0 if is_home else stay_terms(r, q, p, rent_edge, rent_help, lift, cared)
    s0, s1, g0, g1 = rng.draw4_known(key, rng.CHOOSE, r.id, q, 0, luck, k)
    own, gap, mark, _ = rng.draw4_known(key, rng.CHOOSE, r.id, q, 1, luck, k)
    log_stable = log_positive_stable(s0, s1, lam)
    village = _village_value(r, p, race.village[o], g0, is_home, is_far, areas)
    town = race.town[o] - math.log(-math.log(g1)) + lead
    town += tie if is_town else -(p.C_move + (0.0 if is_far else old))
    best = math.inf
    pick = -1
    if current >= 0:
        best = -math.log(own) * race.weights[o, kids, current] * math.exp(-(tie + away_cost) / lam)
        pick = current
    # A time that no place away can win with: village or town is better then.
    enough = math.exp(log_stable - (max(village, town) + away_cost - lead) / lam) / ALMOST
    least = race.least[o, kids] * ALMOST
    time = -math.log(gap)
    block = 1
    next_gap = next_mark = -1.0
    while time * least <= min(best, enough):
        j = _point(race.cumulated[o], mark)
        score = time * race.times[o, kids, j]
        if score < best and j != current:
            best = score
            pick = j
        if next_gap > 0.0:
            gap, mark, next_gap = next_gap, next_mark, -1.0
        else:
            block += 1
            gap, mark, next_gap, next_mark = rng.draw4(key, rng.CHOOSE, r.id, q, block)
        time -= math.log(gap)
    top = lam * (log_stable - math.log(best)) - away_cost + lead
    choice = OUTSIDE if pick == areas else pick
    if village > top:
        top = village
        choice = VILLAGE_CHOICE
    if town > top:
        choice = TOWN_CHOICE
    return choice


@kernel
def _current(r, areas):
    """Return the present place among those away (`areas` is the world outside), -1 for households in their village or town."""
    if r.place == OUTSIDE:
        return areas
    if at_home(r) or in_own_town(r):
        return -1
    return np.int64(r.place)


@inlined
def _costs(r, q, p, is_far):
    """Return what age adds to a move, the lead of the schooled in towns, and the cost of a move to a place away.

    Onward moves are cheaper than a first one, returns know no age.
    """
    old = -p.g_age * max(0, age_at(r.head_birth, q) - 30)
    lead = p.beta_w * p.m_edu * p.edu_away * (years_of_schooling(r.schooling) - 9)
    cost = p.C_move + old
    if is_far:
        cost = p.C_move + old - p.onward
    return old, lead, cost


@kernel
def _village_value(r, p, value, u, is_home, is_far, areas):
    """Return the utility of the own village; `value` is its systematic part, `u` its luck."""
    value = value - math.log(-math.log(u)) - (0.0 if is_home else p.C_move)
    return value + _village_ties(r, p, is_far, areas)


@inlined
def _village_ties(r, p, is_far, areas):
    """Return what draws a household to its own village: the way back is known, a homestead waits."""
    value = 0.0
    if is_far and r.origin < areas:
        value += p.k_return_village
    if r.land & 1:
        value += p.T_land * (1.0 - p.land_cert * (1.0 if r.land & LAND_CERTIFIED else 0.0))
    return value


@inlined
def stays_for_sure(r, q, p, areas, race, rent_edge, rent_help, lift, cared, bounds, luck, k):
    """Tell whether the first bytes of its luck already show that household `r` prefers to stay: then `choose` need not be asked.

    Never true where `choose` would move it; false where the bytes leave it open. `bounds` are those of `choice_bounds`; the bytes are the
    k-th row's of `luck`.
    """
    o = r.origin
    lam = p.lambda_
    kids = min(children_aged(r, q, 6, 15), 2)
    is_out = r.place == OUTSIDE
    is_home = at_home(r)
    is_town = in_own_town(r)
    is_far = is_out or not (is_home or is_town)
    old, lead, away_cost = _costs(r, q, p, is_far)
    ties = _village_ties(r, p, is_far, areas)
    rest = (1.0 - lam) / lam
    stable, angle = rng.byte_at(luck, k, rng.CHOOSE_BYTE), rng.byte_at(luck, k, rng.CHOOSE_BYTE + 1)
    near, town_luck = rng.byte_at(luck, k, rng.CHOOSE_BYTE + 2), rng.byte_at(luck, k, rng.CHOOSE_BYTE + 3)
    own, first = rng.byte_at(luck, k, rng.OWN_BYTE), rng.byte_at(luck, k, rng.OWN_BYTE + 1)
    high_stable = bounds.stable_high[stable] + rest * bounds.gumbel_high[angle]
    high_others = bounds.gumbel_high[first] - race.log_least[o, kids]
    if is_home:
        value = race.village[o] + ties + bounds.gumbel_low[near]
        town = race.town[o] + bounds.gumbel_high[town_luck] + lead - (p.C_move + old)
        return lam * (high_stable + high_others) - away_cost + lead < value and town < value
    tie = stay_terms(r, q, p, rent_edge, rent_help, lift, cared)
    village = race.village[o] + bounds.gumbel_high[near] - p.C_move + ties
    if is_town:
        value = race.town[o] + bounds.gumbel_low[town_luck] + lead + tie
        return lam * (high_stable + high_others) - away_cost + lead < value and village < value
    current = areas if is_out else np.int64(r.place)
    mine = bounds.gumbel_low[own] - race.log_weights[o, kids, current]
    if high_others >= mine + (tie + away_cost) / lam:
        return False
    value = lam * (bounds.stable_low[stable] + rest * bounds.gumbel_low[angle] + mine) + tie + lead
    town = race.town[o] + bounds.gumbel_high[town_luck] + lead - p.C_move
    return village < value and town < value
