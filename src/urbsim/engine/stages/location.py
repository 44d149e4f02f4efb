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
from urbsim.engine.people import age_at, along, at_home, census_class, children_aged, in_own_town, left_behind
from urbsim.engine.stages.clocks import quarters_insured_here
from urbsim.engine.stages.family import AT_HOME, AWAY, OWN_TOWN, arrange_family
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
    STATUS_PERMIT,
    STATUS_RURAL,
    STATUS_SETTLED,
    STATUS_UNREGISTERED,
    TENURE_EMPLOYER,
    TENURE_GUARANTEED,
    TENURE_MARKET_RENT,
    TENURE_OWN,
    TENURE_PUBLIC,
    TENURE_VILLAGE_HOME,
)

VILLAGE_CHOICE = 254  # codes of the two near alternatives; areas are 0..A-1, the world outside is OUTSIDE
TOWN_CHOICE = 253
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
def stay_terms(h, i, q, p):  # type: ignore[no-untyped-def]
    """Return what ties household `i` to its present place: years, home, rental unit, register, temper."""
    tie = p.beta_match + p.beta_dur * min((q - h.arrived[i]) / 4.0, 10.0)
    if h.tenure[i] == TENURE_OWN:
        tie += p.beta_own
    elif h.tenure[i] == TENURE_GUARANTEED or h.tenure[i] == TENURE_PUBLIC:
        tie += p.beta_prh
    if h.status[i] == STATUS_SETTLED:
        tie += p.beta_reg
    if h.settle_type[i]:
        tie += p.beta_type
    if left_behind(h, i) > 0:
        tie -= p.beta_split
    return tie


@kernel
def choose(h, i, q, key, p, areas, away, village, town, log_floor):  # type: ignore[no-untyped-def]
    """Return the alternative that household `i` prefers: an area, OUTSIDE, VILLAGE_CHOICE or TOWN_CHOICE.

    `away` is origins x 3 (school-age children) x (areas + 1), the systematic utility over `lambda` (`log_floor` or less where an
    alternative does not exist; the last column is the world outside); `village`, `town` are utilities by origin.
    """
    o = h.origin[i]
    kids = min(children_aged(h, i, q, 6, 15), 2)
    place = h.place[i]
    lam = p.lambda_
    is_out = place == OUTSIDE
    is_home = at_home(h, i)
    is_town = in_own_town(h, i)
    is_away = not is_out and not is_home and not is_town
    current = areas if is_out else (np.int64(place) if is_away else -1)
    age = age_at(h.head_birth[i], q)
    old = -p.g_age * max(0, age - 30)
    lead = p.beta_w * p.m_edu * p.edu_away * (years_of_schooling(h.schooling[i]) - 9)
    tie = 0.0 if is_home else stay_terms(h, i, q, p)
    # Costs by alternative: onward moves are cheaper than a first one, returns know no age.
    away_cost = p.C_move + old
    if is_away or is_out:
        away_cost = p.C_move + old - p.onward
    best = math.inf
    pick = -1
    row = away[o, kids]
    for block in range((areas + 4) // 4):
        draws = rng.draw4(key, rng.CHOOSE, h.id[i], q, block)
        for lane in range(4):
            j = 4 * block + lane
            if j > areas or row[j] <= log_floor:
                continue
            value = row[j]
            if j == current:
                value += (tie + away_cost) / lam
            score = math.log(-math.log(draws[lane])) - value
            if score < best:
                best = score
                pick = j
    s0, s1, g0, g1 = rng.draw4(key, rng.CHOOSE, h.id[i], q, STABLE_BLOCK)
    top = lam * (log_positive_stable(s0, s1, lam) - best) - away_cost + lead
    choice = OUTSIDE if pick == areas else pick
    value = village[o] - math.log(-math.log(g0)) - (0.0 if is_home else p.C_move)
    if h.land[i] & 1:
        value += p.T_land * (1.0 - p.land_cert * (1.0 if h.land[i] & LAND_CERTIFIED else 0.0))
    if value > top:
        top = value
        choice = VILLAGE_CHOICE
    value = town[o] - math.log(-math.log(g1)) + lead
    value += tie if is_town else -(p.C_move + (0.0 if is_away or is_out else old))
    if value > top:
        choice = TOWN_CHOICE
    return choice


@kernel
def _leave_behind_clocks(h, i, q, areas):  # type: ignore[no-untyped-def]
    """Turn residence and insurance here into months elsewhere, and close what was tied to the place."""
    if h.place[i] != OUTSIDE and h.place[i] != h.origin[i]:
        h.resident_before[i] = min(h.resident_before[i] + 3 * (q - h.arrived[i]), 600)
    h.insured_before[i] = min(h.insured_before[i] + 3 * quarters_insured_here(h, i, q), 600)
    h.insured[i] = 0
    h.insured_since[i] = NO_DATE
    h.queue_since[i] = NO_DATE
    h.homes_since[i] = NO_DATE
    h.child1[i] &= 3
    h.child2[i] &= 3


@kernel
def go_home(h, i, q, areas, accounts):  # type: ignore[no-untyped-def]
    """Return household `i` to its own village (people of another province leave the region)."""
    persons = along(h, i)
    if h.place[i] != OUTSIDE:
        left = h.place[i]
        accounts.departures[left, census_class(h, i)] += persons
        accounts.returns[left, 0] += persons
    _leave_behind_clocks(h, i, q, areas)
    h.arrived[i] = q
    h.job[i] = JOB_NONE
    if h.origin[i] < areas:
        h.place[i], h.part[i] = h.origin[i], h.register_in_town[i]
        h.mover[i] = MOVER_IN_PLACE
        h.status[i] = STATUS_RURAL
        h.tenure[i] = TENURE_VILLAGE_HOME
    else:
        h.place[i], h.part[i] = OUTSIDE, 0
        h.status[i] = STATUS_ABSENT


@kernel
def move(h, i, q, key, p, areas, target, town_share, wait, districts, accounts):  # type: ignore[no-untyped-def]
    """Move household `i` to `target` (an area, OUTSIDE, VILLAGE_CHOICE, TOWN_CHOICE) and enter the flows.

    `town_share` is 3 (census class) x areas: chance that a newcomer of the class lives in the town part. `wait` is per area: months before
    a permit from elsewhere in the region counts (0: converted at once). `districts` is 1 where an area has several districts: the census calls a
    move between them a move from another county.
    """
    persons = along(h, i)
    if target == VILLAGE_CHOICE:
        go_home(h, i, q, areas, accounts)
        return
    if target == TOWN_CHOICE and h.origin[i] >= areas:
        if h.place[i] != OUTSIDE:
            accounts.departures[h.place[i], 2] += persons
            accounts.returns[h.place[i], 1] += persons
        _leave_behind_clocks(h, i, q, areas)
        h.place[i], h.part[i], h.arrived[i], h.status[i], h.job[i] = OUTSIDE, 0, q, STATUS_ABSENT, JOB_NONE
        return
    from_region = h.place[i] != OUTSIDE
    was_away = from_region and h.place[i] != h.origin[i]
    had_permit = h.status[i] == STATUS_PERMIT
    if from_region:
        accounts.departures[h.place[i], census_class(h, i)] += persons
    if target == TOWN_CHOICE and was_away:
        accounts.returns[h.place[i], 1] += persons
    _leave_behind_clocks(h, i, q, areas)
    if not from_region or at_home(h, i):
        h.region_since[i] = q
    h.arrived[i] = q
    u0, u1, u2, u3 = rng.draw4(key, rng.PLACE, h.id[i], q, 0)
    if target == OUTSIDE:
        h.place[i], h.part[i] = OUTSIDE, 0
        h.status[i], h.job[i], h.tenure[i] = STATUS_ABSENT, JOB_NONE, TENURE_MARKET_RENT
        if h.origin[i] < areas:
            h.mover[i] = MOVER_OTHER_AREA
        return
    if target == TOWN_CHOICE:
        h.place[i], h.part[i] = h.origin[i], 1
        crosses = districts[h.origin[i]] and u3 < p.cross_district
        h.mover[i] = MOVER_OTHER_AREA if crosses else MOVER_SAME_AREA
        h.status[i] = STATUS_RURAL
    else:
        if from_region and h.place[i] != target:
            accounts.moves[target] += persons
        h.place[i] = target
        h.mover[i] = MOVER_OTHER_PROVINCE if h.origin[i] >= areas else MOVER_OTHER_AREA
        h.part[i] = 1 if u0 < town_share[census_class(h, i), target] else 0
        h.status[i] = STATUS_PERMIT if had_permit and wait[target] <= 0.0 else STATUS_UNREGISTERED
    if h.register[i] == h.place[i] and h.register_part[i] == 1:
        h.status[i] = STATUS_SETTLED
    accounts.arrivals[h.place[i], census_class(h, i)] += persons
    h.job[i] = enters_job(h, i, u1, p, 0.0) if age_at(h.head_birth[i], q) <= WORK_TO else JOB_NONE
    h.tenure[i] = TENURE_EMPLOYER if u2 < p.dorm_share and target != TOWN_CHOICE else TENURE_MARKET_RENT


@kernel
def location(h, lo, hi, q, key, p, areas, attends, away, village, town, log_floor, km, seat, bills, town_share, wait, districts, accounts):  # type: ignore[no-untyped-def]
    """Let every attending household choose and move; then decide who of the family lives along.

    `km` is origins x areas; `seat`, `bills` are per area (chance of a public school place; share of bills settled for people of another
    province); `town_share`, `wait`, `districts` as in `move`. People of another province who are outside come back through `arrivals`.
    """
    for i in range(lo, hi):
        if not attends[i] or h.place[i] == GONE:
            continue
        out = h.place[i] == OUTSIDE
        o = h.origin[i]
        if out and o >= areas:
            if rng.draw1(key, rng.RETURN, h.id[i], q) >= p.h_re / p.a0:
                continue
        if not out and at_home(h, i) and age_at(h.head_birth[i], q) > 69:
            continue
        target = choose(h, i, q, key, p, areas, away, village, town, log_floor)
        stays = (
            (target == VILLAGE_CHOICE and (at_home(h, i) or (out and o >= areas)))
            or (target == TOWN_CHOICE and (in_own_town(h, i) or (out and o >= areas)))
            or (target == OUTSIDE and out)
            or (not out and target == h.place[i])
        )
        if not stays:
            move(h, i, q, key, p, areas, target, town_share, wait, districts, accounts)
        place = h.place[i]
        if place == OUTSIDE:
            if o < areas:
                arrange_family(h, i, q, key, p, areas, AWAY, 500.0, 0.5, 1.0, accounts)
        elif at_home(h, i):
            arrange_family(h, i, q, key, p, areas, AT_HOME, 0.0, 1.0, 1.0, accounts)
        elif in_own_town(h, i):
            arrange_family(h, i, q, key, p, areas, OWN_TOWN, 10.0, 1.0, 1.0, accounts)
        else:
            local_bills = bills[place] if o >= areas else 1.0
            arrange_family(h, i, q, key, p, areas, AWAY, km[o, place], seat[place], local_bills, accounts)
