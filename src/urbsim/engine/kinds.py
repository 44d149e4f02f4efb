"""What is kept of every household in 32 bits, its kind: enough to tell, without reading its row, which events it can meet at all.

A kind is renewed when its household changes, and everyone's at the turn of every fourth year: what comes with age is written for all
quarters until then. A bit may say that an event can be met where it cannot; it must never say the reverse.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from urbsim.clock import NO_DATE
from urbsim.engine.compiled import inlined, kernel
from urbsim.engine.people import age_at, in_own_town, owns_home
from urbsim.engine.stages.attention import SCHOOL_TURNS
from urbsim.engine.stages.clocks import residence_of
from urbsim.engine.stages.demography import FERTILE_FROM, FERTILE_TO
from urbsim.engine.stages.leaving import LEAVING_QUARTERS
from urbsim.engine.stages.settling import following_kin
from urbsim.engine.stages.work import ALL_COVER, WORK_FROM, WORK_TO
from urbsim.engine.state import GAIN_LUCK, LOSE_LUCK, SETTLE_LUCK, SETTLE_OUT_LUCK
from urbsim.engine.turns import take
from urbsim.population.registry import (
    CHILD_AT_HOME,
    CHILD_PLACE_SHIFT,
    GONE,
    JOB_FORMAL,
    JOB_NONE,
    LAND_CERTIFIED,
    LAND_CONTRACTED,
    MOVER_IN_PLACE,
    MOVER_OTHER_PROVINCE,
    OUTSIDE,
    SPOUSE_ALONG,
    SPOUSE_NONE,
    STATUS_SETTLED,
    STATUS_UNREGISTERED,
)

Kinds = npt.NDArray[np.uint32]

# What the first pass asks: who may die, marry, have a child, leave home.
AGES = 7  # age class of the eldest, 1 to 7; 0: nobody lives there any more
COUPLE = 1 << 3  # lives together, has room for a child, and she is of the age
SUITOR = 1 << 4  # single, without children, of the age
GROWN = 1 << 5  # a child of 18
MUST_LEAVE = GROWN  # alone, without an age: a grown child in another province passes out of the model
FAMILY_KINDS = 1 << 6
# What the second asks.
PLACE_SHIFT, PLACE_KINDS = 6, 1 << 10  # the last of these ten bits is one of those at TURNS_SHIFT; PUPIL: a child who may go to school
ALIVE, AWAY, JOBLESS, FORMAL, COVERED, PUPIL, UNREGISTERED, OWNER, CHILDREN = (1 << bit for bit in range(PLACE_SHIFT, PLACE_SHIFT + 9))
# Whom luck of the first pass can concern, besides the head: members, and whom reclassification can find at home or where they lodge.
WITH_SHIFT, WITH_KINDS = 14, 1 << 7  # from CHILDREN on
CHILD2, SPOUSE, ELDER1, ELDER2, LODGER, VILLAGER = (1 << bit for bit in range(WITH_SHIFT + 1, WITH_SHIFT + 7))
WAITS_SHIFT = 21
WAITS = 1 << WAITS_SHIFT  # for a rental home
PLACE_DUE = 1 << 22  # to be looked at in every second pass: has a permit to convert, a job at an age without
REGISTER_DUE = 1 << 23  # in every last pass: stands in line, or its official residence will change
LATE_SHIFT = 20  # from luck that concerns the last pass (`state`) to whom it concerns
MAY_LOSE, MAY_GAIN, MAY_SETTLE, MAY_SETTLE_OUT = (bit << LATE_SHIFT for bit in (LOSE_LUCK, GAIN_LUCK, SETTLE_LUCK, SETTLE_OUT_LUCK))
TURNS_SHIFT = 28  # a child turns 6, 12 or 15 until kinds are renewed: four bits, by the season of its birth
OF_PEOPLE = FAMILY_KINDS - 1 | PUPIL | CHILDREN | CHILD2 | SPOUSE | ELDER1 | ELDER2 | 15 << TURNS_SHIFT  # by members alone

STANDS = 16  # quarters for which what comes with age is written
AGE_EDGES = (45, 60, 70, 78, 85, 92)
LEARN_FROM, LEARN_UNTIL = 4 * 5, 4 * 16  # quarters of age: whom rounds of school and permits for it can concern


def last_quarter(q: int) -> int:
    """Return until which quarter kinds that are written in quarter `q` stand; in the next all are renewed."""
    return q + STANDS - 1 - (q - 1) % STANDS


@inlined
def _turns_of(birth, q, last):
    """Return the bit of the season in which a child turns an age of school from quarter `q` to `last`; 0 if it does not."""
    turns = False
    for age in SCHOOL_TURNS:
        turns |= (birth + age >= q) & (birth + age <= last)
    return np.int64(turns) << (TURNS_SHIFT + (np.int64(birth) & 3))


@inlined
def _learns(birth, bits, q, last):
    """Tell whether a child is 5 to 15 in a quarter from `q` to the one after `last`, or is noted to be at a school."""
    return (birth <= last + 1 - LEARN_FROM) & (birth > q - LEARN_UNTIL) | (np.int64(bits) >> CHILD_PLACE_SHIFT > 0)


@inlined
def _members(r):
    """Return who there is besides the head."""
    bits = SPOUSE if r.spouse != SPOUSE_NONE else 0
    if r.child1_birth != NO_DATE or r.child2_birth != NO_DATE:
        bits |= CHILDREN
    bits |= CHILD2 if r.child2_birth != NO_DATE else 0
    bits |= ELDER1 if r.elder1_birth != NO_DATE else 0
    return bits | (ELDER2 if r.elder2_birth != NO_DATE else 0)


@kernel
def family_bits(r, q, last, areas):
    """Return what depends on the members of household `r` alone (`OF_PEOPLE`)."""
    eldest = min(min(r.head_birth, r.spouse_birth), min(r.child1_birth, r.child2_birth))  # NO_DATE is later than any
    eldest = min(eldest, min(r.elder1_birth, r.elder2_birth))
    age, bits = age_at(eldest, last), 1
    for edge in AGE_EDGES:
        bits += 1 if age >= edge else 0
    one, two = r.child1_birth != NO_DATE, r.child2_birth != NO_DATE
    if r.spouse == SPOUSE_ALONG and not (one and two):
        wife = r.head_birth if r.head_sex == 1 else r.spouse_birth
        if age_at(wife, last) >= FERTILE_FROM and age_at(wife, q) <= FERTILE_TO:
            bits |= COUPLE
    elif r.spouse == SPOUSE_NONE and not one and not two:
        if age_at(r.head_birth, last) >= 18 and age_at(r.head_birth, q) <= 44:
            bits |= SUITOR
    bits |= _members(r)
    if one or two:
        bits |= _turns_of(r.child1_birth, q, last) | _turns_of(r.child2_birth, q, last)
        if _learns(r.child1_birth, r.child1, q, last) or _learns(r.child2_birth, r.child2, q, last):
            bits |= PUPIL
    if r.child1_birth <= last - LEAVING_QUARTERS or r.child2_birth <= last - LEAVING_QUARTERS:
        if r.origin >= areas and (r.child1 | r.child2) & CHILD_AT_HOME:
            return bits & ~(FAMILY_KINDS - 1) | MUST_LEAVE
        bits |= GROWN
    return bits


@inlined
def permit_pends(r):
    """Tell whether household `r` has a permit to convert."""
    return r.status == STATUS_UNREGISTERED and r.permit_since != NO_DATE


@kernel
def _place_bits(r, q, last):
    """Return what the second pass asks."""
    bits = ALIVE
    if r.place == OUTSIDE or r.mover == MOVER_IN_PLACE:
        return bits
    bits |= AWAY
    due = permit_pends(r)
    if r.job == JOB_NONE:
        bits |= JOBLESS
    else:
        bits |= FORMAL if r.job == JOB_FORMAL else 0
        due |= age_at(r.head_birth, last) > WORK_TO or age_at(r.head_birth, q - 1) < WORK_FROM  # not counted so far
    if r.insured > 0 and r.cover & ALL_COVER == ALL_COVER:
        bits |= COVERED
    if r.status == STATUS_UNREGISTERED:
        bits |= UNREGISTERED
    if owns_home(r):
        bits |= OWNER
    if r.homes_since != NO_DATE:
        bits |= WAITS
    return bits | (PLACE_DUE if due else 0)


@kernel
def _late_bits(r, q, areas):
    """Return what the last pass asks."""
    area, part = residence_of(r, q, areas)
    final = (np.int64(OUTSIDE), np.int64(0)) if r.place == OUTSIDE else (np.int64(r.place), np.int64(r.part))
    now, bits = (np.int64(r.resident_area), np.int64(r.resident_part)), 0
    if r.queue_since != NO_DATE or now[0] != area or now[1] != part or now[0] != final[0] or now[1] != final[1]:
        bits |= REGISTER_DUE
    if r.land & LAND_CONTRACTED and r.status == STATUS_SETTLED:
        bits |= MAY_LOSE
    if r.land and not r.land & LAND_CERTIFIED:
        bits |= MAY_GAIN
    if r.place == OUTSIDE or r.mover == MOVER_IN_PLACE or (r.part == 0 and in_own_town(r)):
        return bits
    if r.status != STATUS_SETTLED or following_kin(r) > 0.0:
        bits |= MAY_SETTLE_OUT if r.mover == MOVER_OTHER_PROVINCE else MAY_SETTLE
    return bits


@kernel
def kind_of(r, q, last, areas):
    """Return the kind of household `r` from quarter `q` to `last`, unless it changes before."""
    return kind_again(r, q, last, areas, family_bits(r, q, last, areas))


@kernel
def kind_again(r, q, last, areas, family):
    """Return the kind of household `r`, whose bits of `OF_PEOPLE` are those of `family`."""
    if r.place == GONE:
        return np.uint32(0)
    bits = np.int64(family) & OF_PEOPLE | _place_bits(r, q, last) | _late_bits(r, q, areas)
    if r.origin < areas and not r.register_in_town:
        bits |= VILLAGER
    if bits & AWAY and r.part == 0:
        bits |= LODGER
    return np.uint32(bits)


@kernel
def renew(h, turns, q, last, areas, kinds):
    """Renew what comes with age in the kinds of rows, to stand until quarter `last`."""
    chunk = take(turns)
    while chunk >= 0:
        _renew_rows(h, turns.edges[chunk], turns.edges[chunk + 1], q, last, areas, kinds)
        chunk = take(turns)


@kernel
def _renew_rows(h, lo, hi, q, last, areas, kinds):
    for i in range(lo, hi):
        kind, r = np.int64(kinds[i]), h[i]
        if kind & ALIVE:
            kind = kind & ~OF_PEOPLE | family_bits(r, q, last, areas)
            if kind & (AWAY | JOBLESS) == AWAY and age_at(r.head_birth, last) > WORK_TO:
                kind |= PLACE_DUE
            kinds[i] = kind
