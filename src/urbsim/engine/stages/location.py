"""Stage 6: those who reconsider choose (`choice`), move, and arrange who of the family lives along (`family`).

The area is chosen first; the part (town or village) then follows the share of that origin class in the area.
"""

from __future__ import annotations

import math

import numpy as np

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import inlined, kernel
from urbsim.engine.people import age_at, along, at_home, census_class, in_own_town, left_behind
from urbsim.engine.stages.choice import TOWN_CHOICE, VILLAGE_CHOICE, choose, income_lift, stays_for_sure
from urbsim.engine.stages.clocks import quarters_insured_here
from urbsim.engine.stages.family import AT_HOME, AWAY, OWN_TOWN, aided, arrange_family
from urbsim.engine.stages.work import WORK_TO, enters_job
from urbsim.engine.state import STIRRED
from urbsim.population.registry import (
    COVER_BEFORE,
    COVER_MEDICAL,
    JOB_FORMAL,
    JOB_NONE,
    MOVER_IN_PLACE,
    MOVER_OTHER_AREA,
    MOVER_OTHER_PROVINCE,
    MOVER_SAME_AREA,
    OUTSIDE,
    SPOUSE_NONE,
    STATUS_ABSENT,
    STATUS_RURAL,
    STATUS_SETTLED,
    STATUS_UNREGISTERED,
    TENURE_EMPLOYER,
    TENURE_MARKET_RENT,
    TENURE_VILLAGE_HOME,
)

SAMPLE = np.uint64(1024)  # one in so many of those spared the choice makes it, to show that nobody is spared who would move


@kernel
def _leave_behind_clocks(r, q, areas):
    """Turn residence and insurance here into months elsewhere, and close what was tied to the place."""
    if r.place != OUTSIDE and r.place != r.origin:
        r.resident_before = min(r.resident_before + 3 * (q - r.arrived), 600)
    r.insured_before = min(r.insured_before + 3 * quarters_insured_here(r, q), 600)
    r.insured, r.insured_here = 0, 0
    r.insured_since = NO_DATE
    r.cover &= COVER_BEFORE
    r.queue_since = NO_DATE
    r.homes_since = NO_DATE
    r.child1 &= 3
    r.child2 &= 3


@kernel
def count_parts(h, households):
    """Add to `households` (kind of mover x part x area) where the rows `h` live in the region."""
    for i in range(h.size):
        r = h[i]
        if r.place < households.shape[2]:
            households[r.mover, r.part, r.place] += 1


@kernel
def go_home(r, q, areas, accounts):
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
def move(r, q, key, p, areas, target, town_share, districts, rules, accounts):
    """Move household `i` to `target` (an area, OUTSIDE, VILLAGE_CHOICE, TOWN_CHOICE) and enter the flows.

    `town_share` is 3 (census class) x areas: chance that a newcomer of the class lives in the town part. `districts` is 1 where an area has
    several districts: the census calls a move between them a move from another county. The date of a permit goes along (stage 7 converts
    it) unless the way leads out of the region, home, or to where the household is registered. `rules` are the areas' rules
    (medical membership that moves along).
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
    had_medical = from_region and r.cover & COVER_MEDICAL
    if at_home(r):
        accounts[r.place].left_village += persons
    elif from_region:
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
    if had_medical and rules[r.place].medical_transfer > 0.0:
        if rng.draw4(key, rng.PLACE, r.id, q, 1)[0] < rules[r.place].medical_transfer:
            r.cover |= COVER_MEDICAL
    if r.status != STATUS_UNREGISTERED:
        r.permit_since = NO_DATE
    accounts[r.place].arrivals[census_class(r)] += persons
    r.job = enters_job(r, u1, p) if age_at(r.head_birth, q) <= WORK_TO else JOB_NONE
    accounts[r.place].formal_arrived += r.job == JOB_FORMAL
    r.tenure = TENURE_EMPLOYER if u2 < p.dorm_share and target != TOWN_CHOICE else TENURE_MARKET_RENT


@kernel
def location(
    h, who, luck, q, key, p, areas, event, race, bounds, log_km, seat, bills, town_share, districts, rent_edge, rent_help, pull,
    rules, wage, norm, accounts, identities, words,
):  # fmt: skip
    """Let those who reconsider choose and move; then decide who of the family lives along. Return how many broke a bound (0).

    `who` are rows of `h`, `luck` and `event`, in which those who move are marked; scratch as in `rng.draw_some`. `log_km` (of km + 1) is
    origins x areas; `seat`, `bills` are per area (chance of a public school place; share of bills settled for people of another
    province); `town_share`, `districts` as in `move`;
    `rent_edge`, `rent_help` per area as in `stay_terms`; `pull` areas x 4 as in `family.child_utility`, of both a last row of noughts for
    those who live outside; `rules` are the areas' rules, `wage` per area, `norm` as in `work.wage_factor`. People of another province who
    are outside come back through `arrivals`. Of those whom `stays_for_sure` spares the choice, one in `SAMPLE` makes it all the same.
    """
    broken, near, far = 0, math.log(p.km_own_town + 1.0), math.log(p.km_outside_family + 1.0)
    rng.draw_some(h, who, rng.FAMILY, 0, 0, key, identities, words)
    for n in range(who.size):
        i = who[n]
        r = h[i]
        out = r.place == OUTSIDE
        o = r.origin
        if out and o >= areas:
            if not rng.below(key, rng.RETURN, r.id, q, rng.byte_at(luck, i, rng.RETURN_BYTE), p.h_re / p.a0):
                continue
        if not out and at_home(r) and age_at(r.head_birth, q) > 69:
            continue
        edge = 1.0 if out else rent_edge[r.place]
        rent = rent_help[areas if out else r.place]
        lift = 0.0 if out or at_home(r) else income_lift(r, q, p, wage[r.place], norm, rules[r.place])
        cared = rules[o].elder_care if o < areas else 0.0
        sure = stays_for_sure(r, q, p, areas, race, edge, rent, lift, cared, bounds, luck, i)
        if not sure or (r.id ^ np.uint64(q)) % SAMPLE == 0:
            target = choose(r, q, key, p, areas, race, edge, rent, lift, cared, luck, i)
            if not _lives_at(r, target, areas):
                broken += sure
                move(r, q, key, p, areas, target, town_share, districts, rules, accounts)
                event[i] |= STIRRED
        place = r.place
        if place == OUTSIDE and o >= areas:
            continue
        where, distance, chance, settled_bills, aid = AWAY, far, p.seat_outside, 1.0, 0.0
        gain = pull[areas]
        if place != OUTSIDE:
            if at_home(r):
                where, distance, chance = AT_HOME, 0.0, 1.0
            elif in_own_town(r):
                where, distance, chance = OWN_TOWN, near, 1.0
            else:
                distance, chance = log_km[o, place], seat[place]
                gain = pull[place]
                if o >= areas:
                    settled_bills = bills[place]
            settled_bills, aid = aided(r, settled_bills, rules[place])
        if _family_to_arrange(r, where):
            arrange_family(r, rng.plain4_of(words, n), q, p, areas, where, distance, chance, settled_bills, aid, gain, accounts)
    return broken


@kernel
def _lives_at(r, target, areas):
    """Tell whether household `r` lives at `target` already; village and town of people of another province lie outside."""
    out = r.place == OUTSIDE
    gone_for_good = out and r.origin >= areas
    if target == VILLAGE_CHOICE:
        return gone_for_good or at_home(r)
    if target == TOWN_CHOICE:
        return gone_for_good or in_own_town(r)
    if target == OUTSIDE:
        return out
    return not out and target == r.place


@inlined
def _family_to_arrange(r, where):
    """Tell whether there is anything to decide: at home whoever had stayed there is along again, a single person has no family."""
    if where == AT_HOME:
        return left_behind(r) > 0
    return (
        r.spouse != SPOUSE_NONE
        or r.child1_birth != NO_DATE
        or r.child2_birth != NO_DATE
        or r.elder1_birth != NO_DATE
        or r.elder2_birth != NO_DATE
    )
