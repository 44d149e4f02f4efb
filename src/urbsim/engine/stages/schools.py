"""Stage 9: school places. Apply in the second quarter, be ranked and enter in the third.

Children of local register (in place, same-area movers, settled) are placed first. Children of unregistered and permit households who
live along and are of compulsory age (6-11 primary, 12-14 lower secondary) apply when they reach a stage or have no public place. They
are ranked by the legal rule (points, or time in the place before points). What is free after local children and those already placed goes
to the first of the list; the next get purchased places in private schools; the rest pay fees, or the child is sent home
when its logit says so with no place in sight (behaviour.md 5.4; Gao et al. 2023 for girls of grades 7 to 9).
"""

from __future__ import annotations

import numpy as np

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.people import age_at, at_home, book_mover, book_residence, home_place, owns_home
from urbsim.engine.stages.clocks import months_insured, months_resident
from urbsim.engine.stages.family import aided, child_utility, exceeds
from urbsim.engine.turns import take
from urbsim.policy import points as points_rule
from urbsim.policy import schools as school_rule
from urbsim.population.registry import (
    CHILD_AT_HOME,
    CHILD_GIRL,
    CHILD_PLACE_SHIFT,
    GONE,
    JOB_NONE,
    OUTSIDE,
    PLACE_APPLIED,
    PLACE_AT_HOME,
    PLACE_BOUGHT,
    PLACE_FEE_PAYING,
    PLACE_NOT_IN_SCHOOL,
    PLACE_PUBLIC,
    STATUS_PERMIT,
    STATUS_UNREGISTERED,
    TENURE_EMPLOYER,
)

PRIMARY, LOWER_SECONDARY = 0, 1

school_apply_ok = kernel(school_rule.school_apply_ok)
school_rank = kernel(school_rule.school_rank)
common_points = kernel(points_rule.common_points)


@kernel
def stage_of(age):
    """Return 0 (primary, 6-11), 1 (lower secondary, 12-14) or -1."""
    if 6 <= age <= 11:
        return 0
    if 12 <= age <= 14:
        return 1
    return -1


@kernel
def rationed(r):
    """Tell whether the children of household `i` depend on what places are left over."""
    return (
        r.place != GONE
        and r.place != OUTSIDE
        and not at_home(r)
        and (r.status == STATUS_UNREGISTERED or r.status == STATUS_PERMIT)
    )


@kernel
def place_kind(bits):
    """Return how a child learns (the PLACE_ codes of the registry)."""
    return np.int64(bits) >> CHILD_PLACE_SHIFT


@kernel
def with_kind(bits, kind):
    """Return the child's bits with another place kind."""
    return (np.int64(bits) & 3) | (np.int64(kind) << CHILD_PLACE_SHIFT)


@kernel
def _may_apply(r, permit_enough):
    permit = 1.0 if r.status == STATUS_PERMIT else 0.0
    job = 1.0 if r.job != JOB_NONE else 0.0
    home = 1.0 if r.tenure > TENURE_EMPLOYER else 0.0
    return school_apply_ok(0.0, permit, job, 1.0 * r.insured, home, permit_enough) > 0


@kernel
def _apply_child(birth, bits, q):
    """Return the bits of a child after the application round of quarter `q`; places are for the next quarter."""
    age = age_at(birth, q + 1)
    stage = stage_of(age)
    if stage < 0 or bits & CHILD_AT_HOME:
        return bits
    enters = q + 1 - birth < 28 if stage == 0 else 48 <= q + 1 - birth < 52
    if enters or place_kind(bits) != PLACE_PUBLIC:
        return with_kind(bits, PLACE_APPLIED)
    return bits


@kernel
def apply_round(h, lo, hi, q, permit_enough, applied):
    """Second quarter: mark the children who apply. `permit_enough` per area; `applied` (areas x stage) counts all who ask."""
    for i in range(lo, hi):
        r = h[i]
        if (r.child1_birth == NO_DATE) & (r.child2_birth == NO_DATE):
            continue
        if not rationed(r):
            continue
        place = r.place
        eligible = _may_apply(r, permit_enough[place])
        if r.child1_birth != NO_DATE:
            bits = _apply_child(r.child1_birth, r.child1, q)
            if place_kind(bits) == PLACE_APPLIED:
                applied[place, stage_of(age_at(r.child1_birth, q + 1))] += 1
                r.child1 = bits if eligible else with_kind(bits, PLACE_FEE_PAYING)
        if r.child2_birth != NO_DATE:
            bits = _apply_child(r.child2_birth, r.child2, q)
            if place_kind(bits) == PLACE_APPLIED:
                applied[place, stage_of(age_at(r.child2_birth, q + 1))] += 1
                r.child2 = bits if eligible else with_kind(bits, PLACE_FEE_PAYING)


@kernel
def _count_local(birth, bits, area, home, q, local):
    if birth == NO_DATE:
        return
    stage = stage_of(age_at(birth, q))
    where = home if bits & CHILD_AT_HOME else area
    if stage >= 0 and where != OUTSIDE:
        local[where, stage] += 1


@kernel
def _slot_in(r, i, slot, q, place, local, public, bought, n, rows, slots, stages):
    """Sort one rationed child into its group; return the new length of the list of applicants."""
    birth = r.child1_birth if slot == 1 else r.child2_birth
    bits = r.child1 if slot == 1 else r.child2
    if birth == NO_DATE:
        return n
    stage = stage_of(age_at(birth, q))
    kind = PLACE_NOT_IN_SCHOOL
    if stage >= 0:
        if bits & CHILD_AT_HOME:
            kind = PLACE_AT_HOME
        elif place_kind(bits) == PLACE_APPLIED:
            rows[n], slots[n], stages[n] = i, slot, stage
            return n + 1
        elif place_kind(bits) == PLACE_PUBLIC:
            public[place, stage] += 1
            kind = PLACE_PUBLIC
        elif place_kind(bits) == PLACE_BOUGHT:
            bought[place] += 1
            kind = PLACE_BOUGHT
        else:
            kind = PLACE_FEE_PAYING
    if slot == 1:
        r.child1 = with_kind(bits, kind)
    else:
        r.child2 = with_kind(bits, kind)
    return n


@kernel
def entry_round(h, lo, hi, q, areas, local, public, bought, rows, slots, stages):
    """Third quarter: count local children and places already held, and list the applicants; return how many.

    `local` and `public` are areas x stage, `bought` areas. Local children hold public places (kind PLACE_PUBLIC).
    """
    n = np.int64(0)
    first, second = np.int64(1), np.int64(2)
    for i in range(lo, hi):
        r = h[i]
        if (r.place == GONE) | ((r.child1_birth == NO_DATE) & (r.child2_birth == NO_DATE)):
            continue
        home = home_place(r, areas)
        if rationed(r):
            n = _slot_in(r, i, first, q, r.place, local, public, bought, n, rows, slots, stages)
            n = _slot_in(r, i, second, q, r.place, local, public, bought, n, rows, slots, stages)
            if r.child1_birth != NO_DATE and r.child1 & CHILD_AT_HOME:
                _count_local(r.child1_birth, r.child1, home, home, q, local)
            if r.child2_birth != NO_DATE and r.child2 & CHILD_AT_HOME:
                _count_local(r.child2_birth, r.child2, home, home, q, local)
            continue
        _count_local(r.child1_birth, r.child1, r.place, home, q, local)
        _count_local(r.child2_birth, r.child2, r.place, home, q, local)
        if r.child1_birth != NO_DATE:
            r.child1 = _local_kind(r.child1_birth, r.child1, q)
        if r.child2_birth != NO_DATE:
            r.child2 = _local_kind(r.child2_birth, r.child2, q)
    return n


@kernel
def _local_kind(birth, bits, q):
    if stage_of(age_at(birth, q)) < 0:
        return with_kind(bits, PLACE_NOT_IN_SCHOOL)
    return with_kind(bits, PLACE_AT_HOME if bits & CHILD_AT_HOME else PLACE_PUBLIC)


@kernel
def common_points_of(r, q):
    """Return the province's common points of family `r`."""
    skill = 3.0 if r.trained else 0.0
    return common_points(age_at(r.head_birth, q), r.schooling, skill, months_insured(r, q, 2), months_resident(r, q, 2))


@kernel
def rank(r, q, points, points_ranking):
    """Return the rank of an applicant's family under the rule of its place: by points, or by how long it has held a permit.

    `points` are its common points, `points_ranking` the lever of its place.
    """
    held = 3.0 * (q - r.permit_since) if r.status == STATUS_PERMIT else 0.0
    return school_rank(0.0, 1.0 if owns_home(r) else 0.0, points, held, points_ranking)


@kernel
def line_up(h, turns, rows, slots, q, key, points_ranking, guarantee, place, score, since, lot, sure):
    """Fill in how each applicant (household, slot of the child) stands in line, and whether it is `sure` of a place.

    Those are whom the rule in force places whatever the room: a share `guarantee` of permit holders' children. `points_ranking` and
    `guarantee` are per area. Draws: stream SCHOOL, block of the child's slot.
    """
    chunk = take(turns)
    while chunk >= 0:
        for k in range(turns.edges[chunk], turns.edges[chunk + 1]):
            r = h[rows[k]]
            u, v, _, _ = rng.draw4(key, rng.SCHOOL, r.id, q, slots[k])
            place[k], since[k], lot[k] = r.place, r.arrived, u
            score[k] = rank(r, q, common_points_of(r, q), points_ranking[r.place])
            sure[k] = r.status == STATUS_PERMIT and v < guarantee[r.place]
        chunk = take(turns)


@kernel
def place_children(h, rows, slots, stages, served, bought_served, q, key, p, areas, log_km, bills, rules, pull, accounts):
    """Give every applicant a place: public if served, bought, else fee-paying or sent home."""
    for k in range(rows.size):
        r, slot = h[rows[k]], slots[k]
        place = r.place
        bits = r.child1 if slot == 1 else r.child2
        birth = r.child1_birth if slot == 1 else r.child2_birth
        kind = PLACE_FEE_PAYING
        if served[k]:
            kind = PLACE_PUBLIC
            accounts[place].admitted_school[stages[k]] += 1
        elif bought_served[k]:
            kind = PLACE_BOUGHT
        else:
            latents = rng.draw4(key, rng.FAMILY, r.id, 0, 0)
            latent = latents[1] if slot == 1 else latents[2]
            both = 1.0 if r.spouse != 2 else 0.0
            years = max(0, (q - r.arrived) // 4)
            settled, aid = aided(r, bills[place] if r.origin >= areas else 1.0, rules[place])
            utility = child_utility(
                p, both, years, log_km[r.origin, place], 0.0, settled, bits & CHILD_GIRL, age_at(birth, q), aid, pull[place]
            )
            if exceeds(latent, utility):
                kind = PLACE_AT_HOME
                bits |= CHILD_AT_HOME
                book_mover(accounts, r, -1)
                book_residence(
                    accounts, 1, r.resident_area, r.resident_part, home_place(r, areas), r.register_in_town, r.register < areas
                )
        if slot == 1:
            r.child1 = with_kind(bits, kind)
        else:
            r.child2 = with_kind(bits, kind)
