"""Stage 13: count. Integers only, so that no order of rows or threads can change a result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.clock import NO_DATE
from urbsim.engine.compiled import inlined, kernel
from urbsim.engine.people import age_at, at_home, census_class, elders_of, home_place
from urbsim.engine.stages.homes import flexible_worker, rent_subsidised
from urbsim.engine.stages.schools import rationed
from urbsim.engine.stages.work import WORK_FROM, WORK_TO, assistance, earnings, wage_factor
from urbsim.engine.state import BAND_EDGES, BANDS, IntArray, add_up
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
    JOB_FORMAL,
    JOB_INFORMAL,
    JOB_NONE,
    KIN_ALL,
    KIN_FAMILY,
    OUTSIDE,
    PLACE_APPLIED,
    PLACE_AT_HOME,
    PLACE_FEE_PAYING,
    PLACE_PUBLIC,
    SPOUSE_AT_HOME,
    SPOUSE_NONE,
    STATUS_ABSENT,
    STATUS_PERMIT,
    STATUS_SETTLED,
    TENURE_MARKET_RENT,
)

COUNT = np.dtype(
    [
        ("residents", np.int64, (2,)),  # by part
        ("migrants", np.int64, (5, 3)),  # status x origin
        ("movers", np.int64, (3,)),  # by origin, residents or not yet
        ("left_behind", np.int64, (3,)),  # children, spouses, elders whose head lives away, where they live
        ("agents_in_place", np.int64, (2,)),
        ("persons_band", np.int64, (2, 10)),  # group x band
        ("persons_age5", np.int64, (2, 18)),  # sex x group
        ("pupils", np.int64, (2, 2, 5)),  # stage x (local, migrant) x place kind
        ("households_tenure", np.int64, (7,)),
        ("queue", np.int64, (3,)),
        ("homes_occupied", np.int64, (2,)),
        ("hukou", np.int64),
        ("hukou_urban", np.int64),
        ("workers", np.int64),
        ("untrained", np.int64),
        ("insured", np.int64),
        ("medical", np.int64),
        ("injury", np.int64),
        ("formal", np.int64),
        ("formal_arrived", np.int64),  # came this quarter
        ("informal", np.int64),
        ("jobless", np.int64),
        ("assistance", np.int64),  # yuan a month
        ("wage_sum", np.int64),  # yuan
        ("registered_permit_holders", np.int64),
        ("poor", np.int64),  # persons of registered poor mover households
        ("flexible", np.int64),  # self-employed and informal workers
        ("tenants_helped", np.int64),  # households in market rental that a rent subsidy would reach
    ]
)


class Counts(NamedTuple):
    """Hold the counts of one quarter in rows' members (times the weight later)."""

    area: npt.NDArray[np.void]  # A records of COUNT
    stock: IntArray  # origins x (A + 1): persons with the head by origin and place (last: outside)


class Tally(NamedTuple):
    """Hold a count under way; the last area is a bin for everything outside the region, the last band, stage and age group for nobody.

    So every household adds to the same number of bins, whoever its members are: a processor that need not guess counts twice as fast.
    """

    area: npt.NDArray[np.void]  # A records of COUNT, what is not in the arrays below
    stock: IntArray
    persons: IntArray  # (A + 1) x part x (in place, migrant) x (bands + 1)
    ages: IntArray  # (A + 1) x sex x (18 + 1) five-year groups
    pupils: IntArray  # (A + 1) x (2 + 1) stages x (local, migrant) x 8 place kinds


def empty_tally(areas: int, blocks: int) -> Tally:
    """Return a tally of nobody."""
    stock = np.zeros((areas + blocks, areas + 1), dtype=np.int64)
    persons, ages = np.zeros((areas + 1, 2, 2, BANDS + 1), np.int64), np.zeros((areas + 1, 2, AGE_GROUPS + 1), np.int64)
    return Tally(np.zeros(areas, dtype=COUNT), stock, persons, ages, np.zeros((areas + 1, 3, 2, 8), np.int64))


def counts_of(tallies: Sequence[Tally]) -> Counts:
    """Return the counts that several tallies add up to."""
    area = np.zeros(tallies[0].area.size, dtype=COUNT)
    for tally in tallies:
        add_up(area, tally.area)
    stock, persons, ages, pupils = (np.sum([getattr(t, name) for t in tallies], axis=0) for name in ("stock", "persons", "ages", "pupils"))
    persons = persons[:-1, ..., :BANDS]
    area["residents"] = persons.sum(axis=(2, 3))
    area["agents_in_place"] = persons[:, :, 0].sum(axis=2)
    area["persons_band"][:, 0] = persons.sum(axis=(1, 2))
    area["persons_band"][:, 1] = persons[:, :, 1].sum(axis=1)
    area["persons_age5"] = ages[:-1, :, :AGE_GROUPS]
    area["pupils"] = pupils[:-1, :2, :, : PLACE_AT_HOME + 1]
    return Counts(area, stock)


AGE_GROUPS = 18
OLDEST = 100
_AGE = np.concatenate(([-1], np.minimum(np.arange(4 * OLDEST + 4) // 4, OLDEST)))
"""Completed age by quarters since birth plus one; the first is of nobody, who was born in a quarter that never comes."""
BAND_AT = np.where(_AGE < 0, BANDS, np.searchsorted(np.array(BAND_EDGES), _AGE, side="right")).astype(np.uint8)
GROUP_AT = np.where(_AGE < 0, AGE_GROUPS, np.minimum(_AGE // 5, AGE_GROUPS - 1)).astype(np.uint8)
STAGE_AT = np.where((_AGE >= 6) & (_AGE <= 11), 0, np.where((_AGE >= 12) & (_AGE <= 14), 1, 2)).astype(np.uint8)


def _kinds() -> npt.NDArray[np.uint8]:
    """Return (local, migrant) x 32: how a pupil learns, by the child's bits."""
    table = np.zeros((2, 32), dtype=np.uint8)
    for bits in range(32):
        kind = bits >> CHILD_PLACE_SHIFT
        home = bits & CHILD_AT_HOME > 0
        table[0, bits] = PLACE_AT_HOME if home else PLACE_PUBLIC
        table[1, bits] = PLACE_AT_HOME if home else PLACE_FEE_PAYING if kind in (0, PLACE_APPLIED) else kind
    return table


KIND_OF = _kinds()


@inlined
def _quarters(birth, q):  # type: ignore[no-untyped-def]
    """Return the quarters since a birth plus one, 0 for nobody."""
    lived = np.int64(q) - np.int64(birth)
    return min(max(lived, np.int64(-1)), np.int64(4 * OLDEST + 3)) + 1


@inlined
def _register(c, r, q, areas, main, left, village_counts):  # type: ignore[no-untyped-def]
    """Count the registered population: those with the head at the register, those of the others who settled there too, the rest at home."""
    area = r.register
    if area < areas:
        persons = main + left
        elsewhere = 0
        if r.register_part == 1 and r.kin_settled != KIN_ALL:
            elsewhere = elders_of(r) if r.kin_settled == KIN_FAMILY else persons - 1
            persons -= elsewhere
        c[area].hukou += persons
        if r.register_part == 1 or (village_counts and r.register_in_town and area == r.origin):
            c[area].hukou_urban += persons
        if elsewhere and r.origin < areas:
            c[r.origin].hukou += elsewhere
            if village_counts and r.register_in_town:
                c[r.origin].hukou_urban += elsewhere


@inlined
def _members(r, q, here, part, there, side, migrant, ages, t):  # type: ignore[no-untyped-def]
    """Count the members of household `r` where they are official residents: along with the head, or at home."""
    group = 1 if rationed(r) else 0
    at = _quarters(r.head_birth, q)
    t.persons[here, part, migrant, BAND_AT[at]] += 1
    spouse_at = _quarters(r.spouse_birth, q)
    spouse_home = r.spouse == SPOUSE_AT_HOME
    t.persons[there if spouse_home else here, side if spouse_home else part, 0 if spouse_home else migrant, BAND_AT[spouse_at]] += 1
    one, one_home = _quarters(r.child1_birth, q), r.child1 & CHILD_AT_HOME > 0
    where = there if one_home else here
    t.persons[where, side if one_home else part, 0 if one_home else migrant, BAND_AT[one]] += 1
    t.pupils[where, STAGE_AT[one], group, KIND_OF[group, r.child1 & 31]] += 1
    two, two_home = _quarters(r.child2_birth, q), r.child2 & CHILD_AT_HOME > 0
    where = there if two_home else here
    t.persons[where, side if two_home else part, 0 if two_home else migrant, BAND_AT[two]] += 1
    t.pupils[where, STAGE_AT[two], group, KIND_OF[group, r.child2 & 31]] += 1
    away = r.elders & ELDERS_AT_HOME > 0
    where, which, moved = there if away else here, side if away else part, 0 if away else migrant
    first, second = _quarters(r.elder1_birth, q), _quarters(r.elder2_birth, q)
    t.persons[where, which, moved, BAND_AT[first]] += 1
    t.persons[where, which, moved, BAND_AT[second]] += 1
    if ages:
        t.ages[here, r.head_sex, GROUP_AT[at]] += 1
        t.ages[there if spouse_home else here, 1 - r.head_sex, GROUP_AT[spouse_at]] += 1
        t.ages[there if one_home else here, r.child1 & CHILD_GIRL, GROUP_AT[one]] += 1
        t.ages[there if two_home else here, r.child2 & CHILD_GIRL, GROUP_AT[two]] += 1
        t.ages[where, 1 if r.elders & ELDER1_FEMALE else 0, GROUP_AT[first]] += 1
        t.ages[where, 1 if r.elders & ELDER2_FEMALE else 0, GROUP_AT[second]] += 1


@kernel
def _work(page, r, q, p, rule, wage, norm):  # type: ignore[no-untyped-def]
    """Count a head of working age: job, schemes, pay with the levers on it, and what assistance adds."""
    if r.job == JOB_NONE:
        page.jobless += 1
        if rule.income_floor > 0.0:
            page.assistance += int(assistance(r, wage * wage_factor(r, q, p, norm) * p.jobless_income, rule) + 0.5)
        return
    page.workers += 1
    page.insured += r.insured
    page.medical += r.cover & COVER_MEDICAL > 0
    page.injury += r.cover & COVER_INJURY > 0
    page.formal += r.job == JOB_FORMAL
    page.formal_arrived += r.job == JOB_FORMAL and r.arrived == q
    page.informal += r.job == JOB_INFORMAL
    page.untrained += 1 - r.trained
    page.flexible += 1 if flexible_worker(r) else 0
    earned = earnings(r, q, p, wage, norm, rule)
    page.wage_sum += int(earned + 0.5)
    if rule.income_floor > 0.0:
        page.assistance += int(assistance(r, earned, rule) + 0.5)


@kernel
def count(h, lo, hi, q, p, areas, rules, wage, norm, village_counts, ages, t):  # type: ignore[no-untyped-def]
    """Add rows `lo`..`hi` to the tally `t`.

    `village_counts`: from 2016 rural registers in villages classed as town count as urban hukou. `ages`: count five-year groups too.
    """
    c, stock = t.area, t.stock
    for i in range(lo, hi):
        r = h[i]
        place = r.place
        if place == GONE:
            continue
        area, part = r.resident_area, r.resident_part
        home, side = home_place(r, areas), r.register_in_town
        migrant = area == place and not at_home(r) and area != OUTSIDE
        _members(
            r, q, min(np.int64(area), areas), np.int64(part), min(np.int64(home), areas), np.int64(side), 1 if migrant else 0, ages, t
        )
        one, two = r.child1_birth != NO_DATE, r.child2_birth != NO_DATE
        parents = (r.elder1_birth != NO_DATE) + (r.elder2_birth != NO_DATE)
        children = (one & (r.child1 & CHILD_AT_HOME > 0)) + (two & (r.child2 & CHILD_AT_HOME > 0))
        spouses = 1 if r.spouse == SPOUSE_AT_HOME else 0
        elders = parents if r.elders & ELDERS_AT_HOME else 0
        left = children + spouses + elders
        main = 1 + (r.spouse != SPOUSE_NONE) + one + two + parents - left
        if left and home != OUTSIDE:
            c[home].left_behind[0] += children
            c[home].left_behind[1] += spouses
            c[home].left_behind[2] += elders
        _register(c, r, q, areas, main, left, village_counts)
        # Households.
        if place == OUTSIDE:
            stock[r.origin, areas] += main
            if area == OUTSIDE and r.register < areas:
                c[r.register].migrants[STATUS_ABSENT, 1 if r.origin < areas else 2] += main
            continue
        stock[r.origin, place] += main
        if at_home(r):
            continue
        c[place].movers[census_class(r)] += main
        if migrant:
            c[area].migrants[r.status, census_class(r)] += main
        c[place].households_tenure[r.tenure] += 1
        if r.tenure == 2 or r.tenure == 3:
            c[place].homes_occupied[r.tenure - 2] += 1
        if r.queue_since != NO_DATE:
            c[place].queue[0] += 1
        if r.homes_since != NO_DATE:
            c[place].queue[2 if r.status == STATUS_PERMIT or r.status == STATUS_SETTLED else 1] += 1
        if r.status == STATUS_PERMIT:
            c[place].registered_permit_holders += main
        age = age_at(r.head_birth, q)
        if WORK_FROM <= age <= WORK_TO:
            _work(c[place], r, q, p, rules[place], wage[place], norm)
        if r.poor:
            c[place].poor += main
        if r.tenure == TENURE_MARKET_RENT and rent_subsidised(r):
            c[place].tenants_helped += 1
