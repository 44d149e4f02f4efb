"""Put a household on the pages of the tally, or take it off: its members, its home, its head's work (stage 13).

Integers only, so that no order of rows or threads can change a result. `engine.tally` says what stands where on a page.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from urbsim.clock import NO_DATE
from urbsim.engine.compiled import inlined, kernel
from urbsim.engine.people import age_at, census_class, elders_of, home_place, in_own_town
from urbsim.engine.stages.work import WORK_FROM, WORK_TO, years_of_schooling
from urbsim.engine.tally import (
    ABSENT,
    APART,
    BIRTHS,
    COHORTS,
    FIRST_LEAVER,
    FIRST_PUPIL,
    HOMES,
    INDEX,
    JOBLESS,
    LEFT,
    MOVERS,
    OLDEST_BIRTH,
    PERSONS,
    PUPIL_BIRTHS,
    PUPILS,
    QUEUE,
    REGISTERS,
    STOCK,
    WORKERS,
)
from urbsim.population.registry import (
    CHILD_AT_HOME,
    CHILD_GIRL,
    CHILD_PLACE_SHIFT,
    COVER_INJURY,
    COVER_MEDICAL,
    ELDER1_FEMALE,
    ELDER2_FEMALE,
    ELDERS_AT_HOME,
    GONE,
    JOB_NONE,
    JOB_SELF_EMPLOYED,
    KIN_ALL,
    KIN_FAMILY,
    MOVER_IN_PLACE,
    OUTSIDE,
    PLACE_APPLIED,
    PLACE_AT_HOME,
    PLACE_FEE_PAYING,
    PLACE_PUBLIC,
    SPOUSE_ALONG,
    SPOUSE_AT_HOME,
    SPOUSE_NONE,
    STATUS_PERMIT,
    STATUS_UNREGISTERED,
)


def _kinds() -> npt.NDArray[np.uint8]:
    """Return (local, migrant) x 32: how a pupil learns, by the child's bits."""
    table = np.zeros((2, 32), dtype=np.uint8)
    for bits in range(32):
        kind = bits >> CHILD_PLACE_SHIFT
        home = bits & CHILD_AT_HOME > 0
        table[0, bits] = PLACE_AT_HOME if home else PLACE_PUBLIC
        table[1, bits] = PLACE_AT_HOME if home else PLACE_FEE_PAYING if kind in (0, PLACE_APPLIED) else kind
    return table.reshape(-1)


KIND_OF = _kinds()


@inlined
def lives_away(r):
    """Tell whether household `r` lives inside the region, but not in its village."""
    return r.place < GONE and r.mover != MOVER_IN_PLACE


@inlined
def _born(birth):
    return max(np.int64(birth) - OLDEST_BIRTH, 0)


@inlined
def _pupil(page, group, bits, birth, change):
    """Count a child where it lives and how it learns, if it can be a pupil in the years of a run."""
    born = np.int64(birth) - FIRST_PUPIL
    if born >= 0:
        page[PUPILS + (group * 8 + np.int64(KIND_OF[group * 32 + (np.int64(bits) & 31)])) * PUPIL_BIRTHS + born] += change


@inlined
def group_of(r):
    """Return 0 for households whose children are the area's own pupils, 1 for those who depend on what is left over."""
    return 1 if lives_away(r) and (r.status == STATUS_UNREGISTERED or r.status == STATUS_PERMIT) else 0


@inlined
def put_pupils(t, r, areas, change):
    """Put or take off how the children of household `r` learn."""
    group = group_of(r)
    area, home = min(np.int64(r.resident_area), areas), min(np.int64(home_place(r, areas)), areas)
    if r.child1_birth != NO_DATE:
        _pupil(t.pages[home if r.child1 & CHILD_AT_HOME else area], group, r.child1, r.child1_birth, change)
    if r.child2_birth != NO_DATE:
        _pupil(t.pages[home if r.child2 & CHILD_AT_HOME else area], group, r.child2, r.child2_birth, change)


@inlined
def _child(t, r, bits, birth, areas, here, there, group, change):
    """Count a child with the head (slot `here` of its residence) or at home (slot `there`); return 1 for at home."""
    left = np.int64(bits) & CHILD_AT_HOME
    area = min(np.int64(home_place(r, areas) if left else r.resident_area), areas)
    girl = np.int64(bits) & CHILD_GIRL
    page = t.pages[area]
    page[(there if left else here) + girl * BIRTHS + _born(birth)] += change
    _pupil(page, group, bits, birth, change)
    if girl and area < areas:
        t.fertile[np.int64(r.register_in_town if left else r.resident_part), _born(birth)] += change
    return left >> 1


@inlined
def _couple(t, r, areas, change):
    """Count women of the house who are no daughters, and couples who live together with a free slot for a child, in the region."""
    here, part = r.resident_area != OUTSIDE, np.int64(r.resident_part)
    wife = r.head_birth if r.head_sex == 1 else r.spouse_birth
    if r.head_sex == 1 or r.spouse == SPOUSE_ALONG:
        if here:
            t.fertile[part, _born(wife)] += change
    elif r.spouse == SPOUSE_AT_HOME and r.origin < areas:
        t.fertile[np.int64(r.register_in_town), _born(wife)] += change
    if here and r.spouse == SPOUSE_ALONG:
        one, two = r.child1_birth != NO_DATE, r.child2_birth != NO_DATE
        if not (one and two):
            t.fertile[(4 if one or two else 2) + part, _born(wife)] += change


@inlined
def _registers(t, r, persons, areas, change):
    """Count the registered: those with the head at the register, those of the others who settled there too, the rest in the village."""
    if r.register >= areas:
        return
    if r.register_part == 1 and r.kin_settled != KIN_ALL:
        apart = elders_of(r) if r.kin_settled == KIN_FAMILY else persons - 1
        persons -= apart
        if apart and r.origin < areas:
            t.pages[r.origin, APART + r.register_in_town] += apart * change
    in_town = r.register_in_town if r.register == r.origin else 0
    t.pages[r.register, REGISTERS + r.register_part * 2 + in_town] += persons * change


@inlined
def put_people(t, r, areas, change):
    """Put (`change` 1) or take off (-1) the members of household `r`: along with the head or at home, and where they are registered.

    Return how many live with the head.
    """
    migrant = 1 if lives_away(r) and r.resident_area == r.place else 0
    group = group_of(r)
    here = PERSONS + (np.int64(r.resident_part) * 2 + migrant) * 2 * BIRTHS
    there = PERSONS + np.int64(r.register_in_town) * 4 * BIRTHS
    area, home = min(np.int64(r.resident_area), areas), min(np.int64(home_place(r, areas)), areas)
    t.pages[area, here + np.int64(r.head_sex) * BIRTHS + _born(r.head_birth)] += change
    main, children, spouses, elders = 1, 0, 0, 0
    if r.spouse != SPOUSE_NONE:
        spouses = 1 if r.spouse == SPOUSE_AT_HOME else 0
        sex = np.int64(1 - r.head_sex) * BIRTHS + _born(r.spouse_birth)
        t.pages[home if spouses else area, (there if spouses else here) + sex] += change
        main += 1 - spouses
    _couple(t, r, areas, change)
    if r.child1_birth != NO_DATE:
        left = _child(t, r, r.child1, r.child1_birth, areas, here, there, group, change)
        children += left
        main += 1 - left
    if r.child2_birth != NO_DATE:
        left = _child(t, r, r.child2, r.child2_birth, areas, here, there, group, change)
        children += left
        main += 1 - left
    if r.elder1_birth != NO_DATE or r.elder2_birth != NO_DATE:
        left = 1 if r.elders & ELDERS_AT_HOME else 0
        where, at, both = home if left else area, there if left else here, 0
        if r.elder1_birth != NO_DATE:
            t.pages[where, at + (BIRTHS if r.elders & ELDER1_FEMALE else 0) + _born(r.elder1_birth)] += change
            both += 1
        if r.elder2_birth != NO_DATE:
            t.pages[where, at + (BIRTHS if r.elders & ELDER2_FEMALE else 0) + _born(r.elder2_birth)] += change
            both += 1
        elders = both * left
        main += both - elders
    if children + spouses + elders:
        t.pages[home, LEFT] += children * change
        t.pages[home, LEFT + 1] += spouses * change
        t.pages[home, LEFT + 2] += elders * change
    _registers(t, r, main + children + spouses + elders, areas, change)
    t.pages[min(np.int64(r.place), areas), STOCK + r.origin] += main * change
    if r.place == OUTSIDE and r.resident_area == OUTSIDE and r.register < areas:
        t.pages[r.register, ABSENT + (0 if r.origin < areas else 1)] += main * change
    return main


@inlined
def put_home(t, r, main, change):
    """Put or take off a mover's household, its tenure and status; `main` persons live with its head."""
    if not lives_away(r):
        return
    page = t.pages[r.place]
    poor, status, waits = np.int64(r.poor), np.int64(r.status), 1 if r.homes_since != NO_DATE else 0
    migrant = 1 if r.resident_area == r.place else 0
    page[HOMES + ((poor * 2 + waits) * 8 + status) * 8 + np.int64(r.tenure)] += change
    page[MOVERS + ((poor * 2 + migrant) * 4 + census_class(r)) * 8 + status] += main * change
    if r.queue_since != NO_DATE:
        page[QUEUE] += change


@inlined
def works(r, q):
    """Tell whether the head of household `r` counts as a worker: a job away from the village, at 16 to 64."""
    return lives_away(r) and r.job != JOB_NONE and age_at(r.head_birth, q) >= WORK_FROM and age_at(r.head_birth, q) <= WORK_TO


@kernel
def pay_index(r, p, norm):
    """Return what the head's pay is a multiple of for good, in steps of 1/INDEX: the wage equation without experience (5.4)."""
    child = 0.0
    if (r.child1_birth != NO_DATE and not r.child1 & CHILD_AT_HOME) or (r.child2_birth != NO_DATE and not r.child2 & CHILD_AT_HOME):
        child = p.tau_kid
    exponent = p.m_edu * (years_of_schooling(r.schooling) - 9) + p.tau_train * r.trained + child
    return np.int64(math.exp(exponent + r.wage_residual - norm) * INDEX + 0.5)


@inlined
def put_job(t, r, change):
    """Put or take off the job and schemes of a worker."""
    cover = np.int64(r.cover)
    schemes = np.int64(r.insured) | (cover & COVER_MEDICAL) << 1 | (cover & COVER_INJURY) << 1 | np.int64(r.trained) << 3
    t.pages[r.place, WORKERS + np.int64(r.job) * 16 + schemes] += change


@inlined
def put_work(t, r, q, p, norm, change):
    """Put or take off the work of a mover's head as of quarter `q`: job, schemes, pay by the quarter of leaving school."""
    if not lives_away(r):
        return
    if r.job == JOB_NONE:
        t.pages[r.place, JOBLESS + _born(r.head_birth)] += change
    elif works(r, q):
        put_job(t, r, change)
        left_school = np.int64(r.head_birth) + 4 * (years_of_schooling(r.schooling) + 6)
        kind = (2 if r.job == JOB_SELF_EMPLOYED else 0) + (1 if in_own_town(r) else 0)
        t.pay[r.place, kind, min(max(left_school - FIRST_LEAVER, 0), COHORTS - 1)] += change * pay_index(r, p, norm)


@inlined
def put_members(t, r, areas, change):
    """Put (`change` 1) or take off (-1) the members and the home of household `r`; who is gone stands nowhere."""
    if r.place != GONE:
        put_home(t, r, put_people(t, r, areas, change), change)


@kernel
def put(t, r, q, areas, p, norm, change):
    """Put (`change` 1) or take off (-1) household `r` as of quarter `q`; who is gone stands nowhere."""
    put_members(t, r, areas, change)
    put_work(t, r, q, p, norm, change)


@kernel
def count(h, lo, hi, q, areas, p, norm, t):
    """Put rows `lo`..`hi` on the tally `t`, as of quarter `q`."""
    for i in range(lo, hi):
        put(t, h[i], q, areas, p, norm, 1)
