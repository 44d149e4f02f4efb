"""Stage 13: count. Integers only, so that no order of rows or threads can change a result."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.clock import NO_DATE
from urbsim.engine.compiled import kernel
from urbsim.engine.people import age_at, along, at_home, census_class, elders_of, home_place
from urbsim.engine.stages.homes import flexible_worker, rent_subsidised
from urbsim.engine.stages.schools import place_kind, rationed, stage_of
from urbsim.engine.stages.work import WORK_FROM, WORK_TO, assistance, earnings, wage_factor
from urbsim.engine.state import BAND_EDGES, IntArray
from urbsim.population.registry import (
    CHILD_AT_HOME,
    CHILD_GIRL,
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


def empty_counts(areas: int, blocks: int) -> Counts:
    """Return zeroed counts."""
    return Counts(np.zeros(areas, dtype=COUNT), np.zeros((areas + blocks, areas + 1), dtype=np.int64))


BAND_OF = np.searchsorted(np.array(BAND_EDGES), np.arange(101), side="right")
"""Index of the age band, by completed age: 0-2, 3-5, 6-11, 12-14, 15-17, 18-44, 45-59, 60-64, 65-79, 80+."""


@kernel
def _person(c, area, part, sex, birth, q, migrant, ages):  # type: ignore[no-untyped-def]
    """Count one person at an official residence."""
    if area == OUTSIDE:
        return
    age = min(max(age_at(birth, q), 0), 100)
    c[area].residents[part] += 1
    band = BAND_OF[age]
    c[area].persons_band[0, band] += 1
    if migrant:
        c[area].persons_band[1, band] += 1
    else:
        c[area].agents_in_place[part] += 1
    if ages:
        c[area].persons_age5[sex, min(age // 5, 17)] += 1


@kernel
def _pupil(c, area, birth, bits, q, group):  # type: ignore[no-untyped-def]
    stage = stage_of(age_at(birth, q))
    if stage < 0 or area == OUTSIDE:
        return
    kind = place_kind(bits)
    if bits & CHILD_AT_HOME:
        kind = PLACE_AT_HOME
    elif group == 0:
        kind = PLACE_PUBLIC
    elif kind == PLACE_APPLIED or kind == 0:
        kind = PLACE_FEE_PAYING
    c[area].pupils[stage, group, kind] += 1


@kernel
def _children(c, r, q, area, part, home, side, migrant, ages):  # type: ignore[no-untyped-def]
    group = 1 if rationed(r) else 0
    if r.child1_birth != NO_DATE:
        bits = r.child1
        if bits & CHILD_AT_HOME:
            _person(c, home, side, bits & CHILD_GIRL, r.child1_birth, q, False, ages)
            _pupil(c, home, r.child1_birth, bits, q, group)
        else:
            _person(c, area, part, bits & CHILD_GIRL, r.child1_birth, q, migrant, ages)
            _pupil(c, area, r.child1_birth, bits, q, group)
    if r.child2_birth != NO_DATE:
        bits = r.child2
        if bits & CHILD_AT_HOME:
            _person(c, home, side, bits & CHILD_GIRL, r.child2_birth, q, False, ages)
            _pupil(c, home, r.child2_birth, bits, q, group)
        else:
            _person(c, area, part, bits & CHILD_GIRL, r.child2_birth, q, migrant, ages)
            _pupil(c, area, r.child2_birth, bits, q, group)


@kernel
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
def count(h, lo, hi, q, p, areas, rules, wage, norm, village_counts, ages, c, stock):  # type: ignore[no-untyped-def]
    """Add rows `lo`..`hi` to the counts `c`.

    `village_counts`: from 2016 rural registers in villages classed as town count as urban hukou. `ages`: count five-year groups too.
    """
    for i in range(lo, hi):
        r = h[i]
        place = r.place
        if place == GONE:
            continue
        area, part = r.resident_area, r.resident_part
        home, side = home_place(r, areas), r.register_in_town
        main = along(r)
        settled_here = area == place and not at_home(r)
        migrant = settled_here and area != OUTSIDE
        # Persons.
        _person(c, area, part, r.head_sex, r.head_birth, q, migrant, ages)
        if r.spouse != SPOUSE_NONE:
            if r.spouse == SPOUSE_AT_HOME:
                _person(c, home, side, 1 - r.head_sex, r.spouse_birth, q, False, ages)
            else:
                _person(c, area, part, 1 - r.head_sex, r.spouse_birth, q, migrant, ages)
        _children(c, r, q, area, part, home, side, migrant, ages)
        away = r.elders & ELDERS_AT_HOME > 0
        where, there = (home, side) if away else (area, part)
        if r.elder1_birth != NO_DATE:
            _person(c, where, there, 1 if r.elders & ELDER1_FEMALE else 0, r.elder1_birth, q, migrant and not away, ages)
        if r.elder2_birth != NO_DATE:
            _person(c, where, there, 1 if r.elders & ELDER2_FEMALE else 0, r.elder2_birth, q, migrant and not away, ages)
        children = 1 if r.child1_birth != NO_DATE and r.child1 & CHILD_AT_HOME > 0 else 0
        children += 1 if r.child2_birth != NO_DATE and r.child2 & CHILD_AT_HOME > 0 else 0
        spouses = 1 if r.spouse == SPOUSE_AT_HOME else 0
        elders = (r.elder1_birth != NO_DATE) + (r.elder2_birth != NO_DATE) if away else 0
        if home != OUTSIDE:
            c[home].left_behind[0] += children
            c[home].left_behind[1] += spouses
            c[home].left_behind[2] += elders
        _register(c, r, q, areas, main, children + spouses + elders, village_counts)
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
