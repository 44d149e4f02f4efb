"""Stage 10: settling (落户) through four gates.

1 *willing*: a logit of the household and the place against a frozen latent; 2 *acts*: a rate by origin (people of another province far
lower); 3 *eligible*: the dated rule, a pure function (`urbsim.policy.settlement.settle_ok`); 4 *admitted*: where a quota is in force,
ranked
by points, ties by date; the rest wait, are scored again, and some give up. Thresholds live in gate 3 alone, never in taste (behaviour.md
5.4).
Where a head settled alone, the family follows by the kin route once `settlement.kin_follow` opens it: through gates 2 to 4, not gate 1.
"""

from __future__ import annotations

import math

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.people import age_at, census_class, children_aged, elders_of, family_of, in_own_town, left_behind, owns_home
from urbsim.engine.stages.clocks import months_insured, months_resident, quarters_insured_here
from urbsim.engine.stages.homes import price_to_income, tenant_of
from urbsim.engine.stages.work import wage_factor, years_of_schooling
from urbsim.policy import points as points_rule
from urbsim.policy import settlement as settlement_rule
from urbsim.population.registry import (
    GONE,
    JOB_FORMAL,
    JOB_NONE,
    KIN_ALL,
    KIN_ALONE,
    KIN_FAMILY,
    MOVER_IN_PLACE,
    MOVER_OTHER_PROVINCE,
    OUTSIDE,
    STATUS_PERMIT,
    STATUS_SETTLED,
)

BORN_1980 = 4 * (1980 - 2010) - 3  # first quarter of 1980; quarter 0 is the last of 2010

settle_ok = kernel(settlement_rule.settle_ok)
key_group_ok = kernel(settlement_rule.key_group_ok)
weighed_months = kernel(settlement_rule.weighed_months)
points_score = kernel(points_rule.points_score)

# Columns of the rule table handed to the kernel, in the order of the rules' own arguments.
GATE_LEVERS = (
    "owner_insurance_months", "owner_residence_months", "renter_residence_months", "renter_insurance_months",
    "worker_insurance_months", "worker_residence_months", "education_level", "education_insurance_months", "education_age_max",
    "young_education_level", "young_education_insurance_months", "young_education_age_max",
    "kin_follow", "same_province_free", "job_required", "points_cutoff",
    "poor_months_share", "long_term_months", "whole_family_free", "new_generation_free",
)  # fmt: skip
POINT_LEVERS = (
    "points_age_max", "points_age_full_until", "points_age_step", "points_age_floor", "points_age_last",
    "points_education_senior", "points_education_college", "points_education_bachelor",
    "points_insurance_per_month", "points_insurance_max", "points_residence_per_year", "points_residence_max",
    "points_owned_home", "points_rented_home_per_year", "points_rented_home_max", "points_contract",
    "points_other_area_insurance_per_month", "points_other_area_residence_per_month", "points_other_area_max", "points_other",
)  # fmt: skip


@kernel
def willingness(r, q, p, areas, wage, price, seat, tier_value, services, kept, norm):
    """Return the probability that household `r` wants to settle where it lives (behaviour.md 5.4, gate 1).

    `services` per area: the share of settled residents' services that a permit carries. The effect of a permit was measured where permits
    carried `s_P` of them; it goes in proportion to that level, up to `s_P_most` times.
    """
    place = r.place
    years = years_of_schooling(r.schooling)
    in_province = 1.0 if r.mover != MOVER_OTHER_PROVINCE else 0.0
    factor = wage_factor(r, q, p, norm)
    earners = 1.0 + p.earner_2 * (r.spouse == 1)
    penalty = 1.0 - p.rho_land * kept * in_province
    d = p.theta_0 + p.theta_edu * (years - 9)
    d += p.theta_dur * (min((q - r.arrived) / 4.0, 15.0) - 5.0)
    d += p.theta_age * max(0, age_at(r.head_birth, q) - 40)
    d += p.theta_in * in_province + p.theta_ins * r.insured
    if owns_home(r):
        d += p.theta_own
    if children_aged(r, q, 6, 15) > 0:
        d += p.theta_child * (1.0 - seat[place])
    if r.land & 1:
        d += p.theta_hs * penalty
    if r.land & 2:
        d += p.theta_land * penalty
    d += p.theta_pir * (price_to_income(price[place], wage[place] * factor, earners) - 10.0)
    d += p.theta_inc * math.log(factor)
    d += p.g_v * tier_value[place]
    if r.status == STATUS_PERMIT:
        d += math.log(p.OR_P) * min(services[place] / p.s_P, p.s_P_most)
    return 1.0 / (1.0 + math.exp(-d))


@kernel
def points_of(r, q, rule):
    """Return the points of household `i` under the table of its place (`rule`: the columns of POINT_LEVERS)."""
    owns = 1.0 if owns_home(r) else 0.0
    rented = (q - r.arrived) / 4.0 if tenant_of(r.tenure) else 0.0
    contract = 1.0 if r.job == JOB_FORMAL else 0.0
    return points_score(
        age_at(r.head_birth, q), r.schooling, 3.0 * quarters_insured_here(r, q), 3.0 * (q - r.arrived), owns, rented, contract,
        1.0 * r.insured_before, 1.0 * r.resident_before,
        rule[0], rule[1], rule[2], rule[3], rule[4], rule[5], rule[6], rule[7], rule[8], rule[9], rule[10], rule[11], rule[12],
        rule[13], rule[14], rule[15], rule[16], rule[17], rule[18], rule[19],
    )  # fmt: skip


@kernel
def following_kin(r):
    """Return who could follow the settled head of household `r`: 1 spouse or children, 2 elders alone, 0 nobody (or all have)."""
    if r.status != STATUS_SETTLED:
        return 0.0
    if r.kin_settled == KIN_ALONE and family_of(r) > 0:
        return 1.0
    return 2.0 if r.kin_settled != KIN_ALL and elders_of(r) > 0 else 0.0


@kernel
def route(r, q, areas, gate, rule, recognition, rental_counts, points):
    """Return the route by which household `i` may settle at its place, 0 for none (gate 3)."""
    owns = 1.0 if owns_home(r) else 0.0
    rents = 1.0 if tenant_of(r.tenure) else 0.0
    job = 1.0 if r.job != JOB_NONE else 0.0
    permit = 1.0 if r.status == STATUS_PERMIT else 0.0
    native = 1.0 if r.register < areas else 0.0
    resident, poor = months_resident(r, q, recognition), 1.0 * r.poor
    found = settle_ok(
        owns, rents, job, permit, age_at(r.head_birth, q), r.schooling,
        weighed_months(months_insured(r, q, recognition), poor, gate[16]), weighed_months(resident, poor, gate[16]), native,
        following_kin(r), points,
        gate[0], gate[1], gate[2], gate[3], gate[4], gate[5], gate[6], gate[7], gate[8], gate[9], gate[10], gate[11],
        gate[12], gate[13], gate[14], gate[15], rental_counts,
    )  # fmt: skip
    if found != 0:
        return found
    whole = 1.0 if family_of(r) > 0 and left_behind(r) == 0 else 0.0
    young = 1.0 if r.head_birth >= BORN_1980 else 0.0
    return key_group_ok(job, resident, whole, young, gate[17], gate[18], gate[19])


@kernel
def entering(r, kin):
    """Count the members of household `r` who enter the town register if it is admitted and `kin` may follow (0, 1, 2).

    The head unless settled before, spouse and children with 1 or 2, elders with 2; nobody twice.
    """
    before = r.kin_settled if r.status == STATUS_SETTLED else KIN_ALONE
    persons = 0 if r.status == STATUS_SETTLED else 1
    if kin >= KIN_FAMILY and before < KIN_FAMILY:
        persons += family_of(r)
    if kin >= KIN_ALL and before < KIN_ALL:
        persons += elders_of(r)
    return persons


@kernel
def admit(r, kin, accounts):
    """Enter household `i` into the town register of its place, family included if the rule lets kin follow."""
    place = r.place
    persons = entering(r, kin)
    accounts[place].settled[census_class(r)] += persons
    accounts[place].settling_admitted += 1
    before = r.kin_settled if r.status == STATUS_SETTLED else KIN_ALONE
    r.register, r.register_part = place, 1
    r.kin_settled = max(before, min(int(kin), KIN_ALL))
    r.status, r.permit_since = STATUS_SETTLED, NO_DATE
    r.queue_since = NO_DATE


@kernel
def settling(
    h, lo, hi, luck, q, key, p, areas, gate, rule, recognition, rental_counts, has_quota, kin, wage, price, seat, tier_value, services,
    kept, norm, rows, score, since, lot, size, accounts,
):  # fmt: skip
    """Walk the four gates; admit where no quota is in force, else list who is ranked this quarter and return how many.

    `gate` is areas x len(GATE_LEVERS), `rule` areas x len(POINT_LEVERS); the others are per area (`kept` per area of origin). A head who
    settled without the family stands here again for them while the rule lets them follow.
    """
    n = 0
    rate = max(p.k_q_in, max(p.k_q_out, p.k_q_same))
    most = rng.most_byte(max(rate, rate * p.OR_PH))
    for i in range(lo, hi):
        r = h[i]
        byte = rng.byte_at(luck, i - lo, rng.SETTLE_BYTE)
        if (byte > most) & (r.queue_since == NO_DATE):
            continue  # above the rate of anyone
        place = r.place
        if place == GONE or place == OUTSIDE or r.mover == MOVER_IN_PLACE:
            continue
        settled = r.status == STATUS_SETTLED
        if settled and (following_kin(r) == 0.0 or kin[place] < following_kin(r)):
            r.queue_since = NO_DATE
            continue
        own = in_own_town(r)
        if r.part == 0 and own:
            continue  # registers move into towns only
        waiting = r.queue_since != NO_DATE
        rate = p.k_q_in
        if not waiting:
            if r.mover == MOVER_OTHER_PROVINCE:
                rate = p.k_q_out
            elif own:
                rate = p.k_q_same
            if r.status == STATUS_PERMIT:
                rate *= p.OR_PH
            if byte > rng.most_byte(rate):
                continue
        u, v, w, _ = rng.draw4_known(key, rng.SETTLE, r.id, q, 0, luck, i - lo)
        if not waiting:
            if u >= rate or age_at(r.head_birth, q) < 18:
                continue
            rights = kept[r.origin] if r.origin < areas else 1.0
            if not settled:
                chance = willingness(r, q, p, areas, wage, price, seat, tier_value, services, rights, norm)
                if rng.draw1(key, rng.WILLING, r.id, 0) >= chance:
                    continue
            accounts[place].settling_applied += 1
        elif v < p.q_exit / 4.0:
            r.queue_since = NO_DATE
            continue
        points = points_of(r, q, rule[place])
        if route(r, q, areas, gate[place], rule[place], recognition[place], rental_counts[place], points) == 0:
            if waiting or v >= p.clerical:
                continue
        accounts[place].settling_eligible += 1
        if not has_quota[place]:
            admit(r, kin[place], accounts)
            continue
        if not waiting:
            r.queue_since = q
        rows[n], score[n], since[n], lot[n] = i, points, r.queue_since, w
        size[n] = entering(r, kin[place])
        n += 1
    return n


@kernel
def admit_ranked(h, rows, served, kin, accounts):
    """Admit those of the ranked list who were served."""
    for k in range(rows.size):
        if served[k]:
            r = h[rows[k]]
            admit(r, kin[r.place], accounts)
