"""Stage 6: where those who reconsider live next.

A nested choice: own village | own county town | away (every other area and the world outside), with dissimilarity `lambda` inside *away*.
The utilities are random with frozen terms: `U_j = V_j + lambda*(e_j + log S)` inside away and `V + e` for the two others, where the `e` are
Gumbel, keyed by household, quarter and alternative, and `S` is positive stable with index `lambda` (Cardell 1997), which makes the choice
probabilities exactly nested logit. Because it is a maximum over additive terms, improving one town moves nobody between two others.
The area is chosen first; the part (town or village) then follows the share of that origin class in the area.
"""

from __future__ import annotations

import math

import numpy as np

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.people import age_at, along, at_home, census_class, children_aged, in_own_town, left_behind, owns_home
from urbsim.engine.stages.clocks import quarters_insured_here
from urbsim.engine.stages.family import AT_HOME, AWAY, OWN_TOWN, arrange_family
from urbsim.engine.stages.homes import flexible_worker, rent_subsidised
from urbsim.engine.stages.work import WORK_TO, enters_job, years_of_schooling
from urbsim.population.registry import (
    GONE,
    JOB_NONE,
    LAND_CERTIFIED,
    MOVER_IN_PLACE,
    MOVER_OTHER_AREA,
    MOVER_OTHER_PROVINCE,
    MOVER_SAME_AREA,
    OUTSIDE,
    STATUS_ABSENT,
    STATUS_RURAL,
    STATUS_SETTLED,
    STATUS_UNREGISTERED,
    TENURE_EMPLOYER,
    TENURE_GUARANTEED,
    TENURE_MARKET_RENT,
    TENURE_PUBLIC,
    TENURE_VILLAGE_HOME,
)

VILLAGE_CHOICE = 254  # codes of the two near alternatives; areas are 0..A-1, the world outside is OUTSIDE
TOWN_CHOICE = 253
OUTSIDE_FAMILY_KM, OUTSIDE_SEAT = 500.0, 0.5  # [E] for families of the region outside it: distance, chance of a school place
OWN_TOWN_KM = 10.0
ALMOST = 1.0 - 1e-9  # room for rounding in a test that only spares work
STABLE_BLOCK = 1000  # block of draws for the positive stable variate


@kernel
def log_positive_stable(u, v, index):  # type: ignore[no-untyped-def]
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
def stay_terms(r, q, p, rent_edge, rent_help):  # type: ignore[no-untyped-def]
    """Return what ties household `r` to its present place: years, home, rental unit, register, temper.

    `rent_edge` is the advantage of the place's guaranteed rental homes over the market, 1 at a rent of nine tenths; `rent_help` what market
    tenants gain: two utilities, of flexible workers in the provident fund, and of those entitled to a rent subsidy.
    """
    tie = p.beta_match + p.beta_dur * min((q - r.arrived) / 4.0, 10.0)
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
        tie -= p.beta_split
    return tie


@kernel
def choose(r, q, key, p, areas, away, village, town, rent_edge, rent_help, u):  # type: ignore[no-untyped-def]
    """Return the alternative that household `i` prefers: an area, OUTSIDE, VILLAGE_CHOICE or TOWN_CHOICE.

    `away` is origins x 3 (school-age children) x (areas + 1), exp(-V/lambda), infinite where an alternative does not exist; the last
    column is the world outside. `village`, `town` are utilities by origin; `rent_edge`, `rent_help` as in `stay_terms`; `u` is scratch for
    areas + 1 uniforms, its length a multiple of 4. The largest V + lambda*e, with e Gumbel, is the smallest of
    -ln(u) * exp(-V/lambda): a race of exponentials, one logarithm an alternative.
    """
    o = r.origin
    kids = min(children_aged(r, q, 6, 15), 2)
    place = r.place
    lam = p.lambda_
    is_out = place == OUTSIDE
    is_home = at_home(r)
    is_town = in_own_town(r)
    is_away = not is_out and not is_home and not is_town
    current = -1
    if is_out:
        current = areas
    elif is_away:
        current = int(place)
    age = age_at(r.head_birth, q)
    old = -p.g_age * max(0, age - 30)
    lead = p.beta_w * p.m_edu * p.edu_away * (years_of_schooling(r.schooling) - 9)
    tie = 0.0 if is_home else stay_terms(r, q, p, rent_edge, rent_help)
    # Costs by alternative: onward moves are cheaper than a first one, returns know no age.
    away_cost = p.C_move + old
    if is_away or is_out:
        away_cost = p.C_move + old - p.onward
    stay = math.exp(-(tie + away_cost) / lam)
    best = math.inf
    pick = -1
    row = away[o, kids]
    rng.fill(key, rng.CHOOSE, r.id, q, u)
    if current >= 0:
        best = -math.log(u[current]) * row[current] * stay
        pick = current
    for j in range(areas + 1):
        if (1.0 - u[j]) * row[j] * ALMOST > best or j == current:
            continue  # -ln(u) is never below 1 - u: this alternative cannot win
        score = -math.log(u[j]) * row[j]
        if score < best:
            best = score
            pick = j
    s0, s1, g0, g1 = rng.draw4(key, rng.CHOOSE, r.id, q, STABLE_BLOCK)
    top = lam * (log_positive_stable(s0, s1, lam) - math.log(best)) - away_cost + lead
    choice = OUTSIDE if pick == areas else pick
    value = village[o] - math.log(-math.log(g0)) - (0.0 if is_home else p.C_move)
    if (is_away or is_out) and o < areas:
        value += p.k_return_village
    if r.land & 1:
        value += p.T_land * (1.0 - p.land_cert * (1.0 if r.land & LAND_CERTIFIED else 0.0))
    if value > top:
        top = value
        choice = VILLAGE_CHOICE
    value = town[o] - math.log(-math.log(g1)) + lead
    value += tie if is_town else -(p.C_move + (0.0 if is_away or is_out else old))
    if value > top:
        choice = TOWN_CHOICE
    return choice


@kernel
def _leave_behind_clocks(r, q, areas):  # type: ignore[no-untyped-def]
    """Turn residence and insurance here into months elsewhere, and close what was tied to the place."""
    if r.place != OUTSIDE and r.place != r.origin:
        r.resident_before = min(r.resident_before + 3 * (q - r.arrived), 600)
    r.insured_before = min(r.insured_before + 3 * quarters_insured_here(r, q), 600)
    r.insured, r.insured_here = 0, 0
    r.insured_since = NO_DATE
    r.queue_since = NO_DATE
    r.homes_since = NO_DATE
    r.child1 &= 3
    r.child2 &= 3


@kernel
def go_home(r, q, areas, accounts):  # type: ignore[no-untyped-def]
    """Return household `i` to its own village (people of another province leave the region)."""
    persons = along(r)
    if r.place != OUTSIDE:
        left = r.place
        accounts[left].departures[census_class(r)] += persons
        accounts[left].returns[0] += persons
    elif r.origin < areas:
        accounts[r.origin].returns_outside[0] += persons
    _leave_behind_clocks(r, q, areas)
    r.arrived = q
    r.job = JOB_NONE
    r.permit_since = NO_DATE
    if r.origin < areas:
        r.place, r.part = r.origin, r.register_in_town
        r.mover = MOVER_IN_PLACE
        r.status = STATUS_RURAL if r.register == r.origin else STATUS_UNREGISTERED
        r.tenure = TENURE_VILLAGE_HOME
    else:
        r.place, r.part = OUTSIDE, 0
        r.status = STATUS_ABSENT


@kernel
def move(r, q, key, p, areas, target, town_share, districts, accounts):  # type: ignore[no-untyped-def]
    """Move household `i` to `target` (an area, OUTSIDE, VILLAGE_CHOICE, TOWN_CHOICE) and enter the flows.

    `town_share` is 3 (census class) x areas: chance that a newcomer of the class lives in the town part. `districts` is 1 where an area has
    several districts: the census calls a move between them a move from another county. The date of a permit goes along (stage 7 converts
    it) unless the way leads out of the region, home, or to where the household is registered.
    """
    persons = along(r)
    if target == VILLAGE_CHOICE:
        go_home(r, q, areas, accounts)
        return
    if target == TOWN_CHOICE and r.origin >= areas:
        if r.place != OUTSIDE:
            accounts[r.place].departures[2] += persons
            accounts[r.place].returns[1] += persons
        _leave_behind_clocks(r, q, areas)
        r.place, r.part, r.arrived, r.status, r.job = OUTSIDE, 0, q, STATUS_ABSENT, JOB_NONE
        r.permit_since = NO_DATE
        return
    from_region = r.place != OUTSIDE
    was_away = from_region and r.place != r.origin
    if from_region:
        accounts[r.place].departures[census_class(r)] += persons
    if target == TOWN_CHOICE and was_away:
        accounts[r.place].returns[1] += persons
    elif target == TOWN_CHOICE and not from_region:
        accounts[r.origin].returns_outside[1] += persons
    _leave_behind_clocks(r, q, areas)
    r.arrived = q
    u0, u1, u2, u3 = rng.draw4(key, rng.PLACE, r.id, q, 0)
    if target == OUTSIDE:
        r.place, r.part = OUTSIDE, 0
        r.status, r.job, r.tenure = STATUS_ABSENT, JOB_NONE, TENURE_MARKET_RENT
        r.permit_since = NO_DATE
        if r.origin < areas:
            r.mover = MOVER_OTHER_AREA
        return
    if target == TOWN_CHOICE:
        r.place, r.part = r.origin, 1
        crosses = districts[r.origin] and u3 < p.cross_district
        r.mover = MOVER_OTHER_AREA if crosses else MOVER_SAME_AREA
        r.status = STATUS_RURAL if r.register == r.origin else STATUS_UNREGISTERED
    else:
        if from_region and r.place != target:
            accounts[target].moves += persons
        r.place = target
        r.mover = MOVER_OTHER_PROVINCE if r.origin >= areas else MOVER_OTHER_AREA
        r.part = 1 if u0 < town_share[census_class(r), target] else 0
        r.status = STATUS_UNREGISTERED
    if r.register == r.place and r.register_part == 1:
        r.status = STATUS_SETTLED
    if r.status != STATUS_UNREGISTERED:
        r.permit_since = NO_DATE
    accounts[r.place].arrivals[census_class(r)] += persons
    r.job = enters_job(r, u1, p) if age_at(r.head_birth, q) <= WORK_TO else JOB_NONE
    r.tenure = TENURE_EMPLOYER if u2 < p.dorm_share and target != TOWN_CHOICE else TENURE_MARKET_RENT


@kernel
def location(  # type: ignore[no-untyped-def]
    h, lo, hi, q, key, p, areas, attends, away, village, town, km, seat, bills, town_share, districts, rent_edge, rent_help, pull, accounts,
):  # fmt: skip
    """Let every attending household choose and move; then decide who of the family lives along.

    `km` is origins x areas; `seat`, `bills` are per area (chance of a public school place; share of bills settled for people of another
    province); `town_share`, `districts` as in `move`; `rent_edge`, `rent_help` per area as in `stay_terms`; `pull` areas x 4 as in
    `family.child_along`. People of another province who are
    outside come back through `arrivals`.
    """
    u = np.empty((areas + 4) // 4 * 4)
    no_help, no_pull = np.zeros(2), np.zeros(4)
    for i in range(lo, hi):
        r = h[i]
        if not attends[i] or r.place == GONE:
            continue
        out = r.place == OUTSIDE
        o = r.origin
        if out and o >= areas:
            if rng.draw1(key, rng.RETURN, r.id, q) >= p.h_re / p.a0:
                continue
        if not out and at_home(r) and age_at(r.head_birth, q) > 69:
            continue
        edge = 1.0 if out else rent_edge[r.place]
        rent = no_help if out else rent_help[r.place]
        target = choose(r, q, key, p, areas, away, village, town, edge, rent, u)
        stays = (
            (target == VILLAGE_CHOICE and (at_home(r) or (out and o >= areas)))
            or (target == TOWN_CHOICE and (in_own_town(r) or (out and o >= areas)))
            or (target == OUTSIDE and out)
            or (not out and target == r.place)
        )
        if not stays:
            move(r, q, key, p, areas, target, town_share, districts, accounts)
        place = r.place
        if place == OUTSIDE and o >= areas:
            continue
        where, distance, chance, settled_bills = AWAY, OUTSIDE_FAMILY_KM, OUTSIDE_SEAT, 1.0
        gain = no_pull
        if place != OUTSIDE:
            if at_home(r):
                where, distance, chance = AT_HOME, 0.0, 1.0
            elif in_own_town(r):
                where, distance, chance = OWN_TOWN, OWN_TOWN_KM, 1.0
            else:
                distance, chance = km[o, place], seat[place]
                gain = pull[place]
                if o >= areas:
                    settled_bills = bills[place]
        arrange_family(r, q, key, p, areas, where, distance, chance, settled_bills, gain, accounts)
