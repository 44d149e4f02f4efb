"""Stage 13: count. Integers only, so that no order of rows or threads can change a result."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from urbsim.clock import NO_DATE
from urbsim.engine.compiled import inlined, kernel
from urbsim.engine.people import age_at, census_class, elders_of, home_place
from urbsim.engine.stages.work import WORK_FROM, WORK_TO, assistance, earnings, wage_factor
from urbsim.engine.state import BAND_EDGES, BANDS
from urbsim.engine.tally import AGE_GROUPS, NO_WORKER
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
    KIN_ALL,
    KIN_FAMILY,
    MOVER_IN_PLACE,
    OUTSIDE,
    PLACE_APPLIED,
    PLACE_AT_HOME,
    PLACE_FEE_PAYING,
    PLACE_PUBLIC,
    SPOUSE_AT_HOME,
    SPOUSE_NONE,
    STATUS_ABSENT,
    STATUS_PERMIT,
    STATUS_UNREGISTERED,
)

OLDEST = 100
_NOBODY = 0x3800  # three bits that a member's number passes through


def _codes() -> npt.NDArray[np.uint16]:
    """Return what an age tells, by quarters since birth plus `NO_DATE`: band, five-year group, stage of school; below that nobody.

    Bits 0-3 band, 4-8 group, 9-10 stage (2: none), 11-13 set for nobody, who was born in a quarter that never comes.
    """
    lived = np.arange(2**16 + 256) - NO_DATE
    age = np.minimum(lived // 4, OLDEST)
    band = np.searchsorted(np.array(BAND_EDGES), age, side="right")
    group = np.minimum(age // 5, AGE_GROUPS - 1)
    stage = np.where((age >= 6) & (age <= 11), 0, np.where((age >= 12) & (age <= 14), 1, 2))
    return np.where(lived < 0, BANDS | AGE_GROUPS << 4 | 2 << 9 | _NOBODY, band | group << 4 | stage << 9).astype(np.uint16)


CODE_AT = _codes()


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
def _code(birth, q):
    return np.int64(CODE_AT[np.uint64(np.int64(q) - np.int64(birth) + NO_DATE)])


@inlined
def _band(code, member):
    return (code & 15) + (code >> 11 & member)


@inlined
def _group(code, member):
    return (code >> 4 & 31) + (code >> 11 & member)


@inlined
def _register(c, r, area, persons, village_counts, areas, t):
    """Count the registered population: those with the head at the register, those of the others who settled there too, the rest at home."""
    if r.register_part == 1 and r.kin_settled != KIN_ALL and area < areas:
        elsewhere = elders_of(r) if r.kin_settled == KIN_FAMILY else persons - 1
        persons -= elsewhere
        if elsewhere and r.origin < areas:
            c[r.origin].hukou += elsewhere
            if village_counts and r.register_in_town:
                c[r.origin].hukou_urban += elsewhere
    in_town = np.int64(r.register_in_town) & (1 if area == np.int64(r.origin) else 0)
    t.registers[np.uint64((area * 2 + np.int64(r.register_part)) * 2 + in_town)] += persons


@inlined
def _members(r, q, here, there, group, ages, t):
    """Count the members of household `r` where they are official residents: along with the head (`here`), or at home (`there`).

    Both are the first bin of (area, part, migrant) in `Tally.persons`. Return how many children, spouses, elders stay at home and how many
    persons there are.
    """
    head, spouse = _code(r.head_birth, q), _code(r.spouse_birth, q)
    spouse_home = 1 if r.spouse == SPOUSE_AT_HOME else 0
    spouse_at = there if spouse_home else here
    t.persons[np.uint64(here + _band(head, 0))] += 1
    t.persons[np.uint64(spouse_at + _band(spouse, 1))] += 1
    persons = 1 + (1 if r.spouse != SPOUSE_NONE else 0)
    children = elders = np.int64(0)
    one_at = two_at = elders_at = here
    one = two = first = second = NOBODY_CODE
    if r.child1_birth != NO_DATE or r.child2_birth != NO_DATE:
        bits, more = np.int64(r.child1), np.int64(r.child2)
        one, two = _code(r.child1_birth, q), _code(r.child2_birth, q)
        one_at, two_at = there if bits & CHILD_AT_HOME else here, there if more & CHILD_AT_HOME else here
        t.persons[np.uint64(one_at + _band(one, 2))] += 1
        t.persons[np.uint64(two_at + _band(two, 3))] += 1
        stage, other = one >> 9 & 3, two >> 9 & 3
        t.pupils[np.uint64((one_at & PAGE) + (stage * 2 + group) * 8 + np.int64(KIND_OF[group * 32 + (bits & 31)]))] += 1
        t.pupils[np.uint64((two_at & PAGE) + ((other | other >> 1) * 2 + group) * 8 + np.int64(KIND_OF[group * 32 + (more & 31)]))] += 1
        there_one, there_two = 1 if r.child1_birth != NO_DATE else 0, 1 if r.child2_birth != NO_DATE else 0
        persons += there_one + there_two
        children = (there_one & bits >> 1) + (there_two & more >> 1)
    if r.elder1_birth != NO_DATE or r.elder2_birth != NO_DATE:
        first, second = _code(r.elder1_birth, q), _code(r.elder2_birth, q)
        away = np.int64(r.elders) & ELDERS_AT_HOME
        elders_at = there if away else here
        t.persons[np.uint64(elders_at + _band(first, 4))] += 1
        t.persons[np.uint64(elders_at + _band(second, 5))] += 1
        parents = (1 if r.elder1_birth != NO_DATE else 0) + (1 if r.elder2_birth != NO_DATE else 0)
        persons += parents
        elders = np.int64(parents if away else 0)
    if ages:
        sex = np.int64(r.head_sex)
        t.ages[np.uint64((here & PAGE) + sex * 32 + _group(head, 0))] += 1
        t.ages[np.uint64((spouse_at & PAGE) + (1 - sex) * 32 + _group(spouse, 1))] += 1
        t.ages[np.uint64((one_at & PAGE) + (np.int64(r.child1) & CHILD_GIRL) * 32 + _group(one, 2))] += 1
        t.ages[np.uint64((two_at & PAGE) + (np.int64(r.child2) & CHILD_GIRL) * 32 + _group(two, 3))] += 1
        t.ages[np.uint64((elders_at & PAGE) + (32 if r.elders & ELDER1_FEMALE else 0) + _group(first, 4))] += 1
        t.ages[np.uint64((elders_at & PAGE) + (32 if r.elders & ELDER2_FEMALE else 0) + _group(second, 5))] += 1
    return children, spouse_home, elders, persons


NOBODY_CODE = int(CODE_AT[0])
PAGE = ~63  # persons, ages and pupils have 64 bins an area
assert NO_DATE == 2**15 - 1
assert CHILD_AT_HOME == 2


@inlined
def _work(page, r, q, p, rule, wage, norm):
    """Add the pay of a head of working age with the levers on it, and what assistance adds."""
    if r.job == JOB_NONE:
        if rule.income_floor > 0.0:
            page.assistance += int(assistance(r, wage * wage_factor(r, q, p, norm) * p.jobless_income, rule) + 0.5)
        return
    earned = earnings(r, q, p, wage, norm, rule)
    page.wage_sum += int(earned + 0.5)
    if rule.income_floor > 0.0:
        page.assistance += int(assistance(r, earned, rule) + 0.5)


@inlined
def _mover(r, q, p, place, main, migrant, rule, wage, norm, c, t):
    """Count a household that lives away from its village, inside the region."""
    poor, status = np.int64(r.poor), np.int64(r.status)
    waits = 1 if r.homes_since != NO_DATE else 0
    t.homes[np.uint64((((place * 2 + poor) * 2 + waits) * 8 + status) * 8 + np.int64(r.tenure))] += 1
    t.movers[np.uint64((((place * 2 + poor) * 2 + migrant) * 4 + census_class(r)) * 8 + status)] += main
    if r.queue_since != NO_DATE:
        c[place].queue[0] += 1
    age = age_at(r.head_birth, q)
    cover = np.int64(r.cover)
    schemes = np.int64(r.insured) | (cover & COVER_MEDICAL) << 1 | (cover & COVER_INJURY) << 1 | np.int64(r.trained) << 3
    job = np.int64(NO_WORKER)
    if WORK_FROM <= age <= WORK_TO:
        job = np.int64(r.job)
        _work(c[place], r, q, p, rule, wage, norm)
    t.jobs[np.uint64((place * 8 + job) * 32 + schemes + (16 if r.arrived == q else 0))] += 1


@kernel
def count(h, lo, hi, q, p, areas, rules, wage, norm, village_counts, ages, t):
    """Add rows `lo`..`hi` to the tally `t`.

    Bins are numbered without signs, which spares the test for numbers that count from the end.
    `village_counts`: from 2016 rural registers in villages classed as town count as urban hukou. `ages`: count five-year groups too.
    """
    c, stock = t.area, t.stock
    for i in range(lo, hi):
        r = h[i]
        place, area = np.int64(r.place), np.int64(r.resident_area)
        if place == GONE:
            continue
        out = place == OUTSIDE
        away = not out and r.mover != MOVER_IN_PLACE
        migrant = 1 if away and area == place else 0
        group = 1 if away and (r.status == STATUS_UNREGISTERED or r.status == STATUS_PERMIT) else 0
        home = np.int64(home_place(r, areas))
        here = ((min(area, areas) * 2 + np.int64(r.resident_part)) * 2 + migrant) * 16
        there = (min(home, areas) * 2 + np.int64(r.register_in_town)) * 32
        children, spouses, elders, persons = _members(r, q, here, there, group, ages, t)
        left = children + spouses + elders
        main = persons - left
        if left and home != OUTSIDE:
            c[home].left_behind[0] += children
            c[home].left_behind[1] += spouses
            c[home].left_behind[2] += elders
        _register(c, r, np.int64(r.register), persons, village_counts, areas, t)
        stock[np.uint64(r.origin), np.uint64(areas if out else place)] += main
        if away:
            _mover(r, q, p, place, main, migrant, rules[place], wage[place], norm, c, t)
        elif out and area == OUTSIDE and r.register < areas:
            c[r.register].migrants[STATUS_ABSENT, 1 if r.origin < areas else 2] += main
