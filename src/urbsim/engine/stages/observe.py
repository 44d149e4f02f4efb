"""Stage 13: count. Integers only, so that no order of rows or threads can change a result."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from urbsim.clock import NO_DATE
from urbsim.engine.compiled import kernel
from urbsim.engine.people import age_at, along, at_home, census_class, home_place
from urbsim.engine.stages.schools import place_kind, rationed, stage_of
from urbsim.engine.stages.work import WORK_FROM, WORK_TO, wage_factor
from urbsim.engine.state import IntArray
from urbsim.population.registry import (
    CHILD_AT_HOME,
    CHILD_GIRL,
    ELDER1_FEMALE,
    ELDER2_FEMALE,
    ELDERS_AT_HOME,
    GONE,
    JOB_NONE,
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
)


class Counts(NamedTuple):
    """Hold the counts of one quarter in rows' members (times the weight later); A areas, O = A + blocks."""

    residents: IntArray  # A x part
    hukou: IntArray  # A
    hukou_urban: IntArray  # A
    migrants: IntArray  # A x status x origin
    agents_in_place: IntArray  # A x part
    persons_band: IntArray  # A x group x band
    persons_age5: IntArray  # A x sex x 18
    pupils: IntArray  # A x stage x group x place kind
    households_tenure: IntArray  # A x tenure
    queue: IntArray  # A x queue
    homes_occupied: IntArray  # A x kind
    workers: IntArray  # A
    untrained: IntArray  # A
    insured: IntArray  # A
    wage_sum: IntArray  # A, yuan
    registered_permit_holders: IntArray  # A
    stock: IntArray  # O x (A + 1): persons with the head by origin and place (last: outside)


def empty_counts(areas: int, blocks: int) -> Counts:
    """Return zeroed counts."""
    shapes: dict[str, tuple[int, ...]] = {
        "residents": (areas, 2),
        "migrants": (areas, 5, 3),
        "agents_in_place": (areas, 2),
        "persons_band": (areas, 2, 10),
        "persons_age5": (areas, 2, 18),
        "pupils": (areas, 2, 2, 5),
        "households_tenure": (areas, 7),
        "queue": (areas, 3),
        "homes_occupied": (areas, 2),
        "stock": (areas + blocks, areas + 1),
    }
    return Counts(**{name: np.zeros(shapes.get(name, (areas,)), dtype=np.int64) for name in Counts._fields})


@kernel
def band_of(age):  # type: ignore[no-untyped-def]
    """Return the index of the age band: 0-2, 3-5, 6-11, 12-14, 15-17, 18-44, 45-59, 60-64, 65-79, 80+."""
    if age < 3:
        return 0
    if age < 6:
        return 1
    if age < 12:
        return 2
    if age < 15:
        return 3
    if age < 18:
        return 4
    if age < 45:
        return 5
    if age < 60:
        return 6
    if age < 65:
        return 7
    if age < 80:
        return 8
    return 9


@kernel
def _person(c, area, part, sex, birth, q, migrant, ages):  # type: ignore[no-untyped-def]
    """Count one person at an official residence."""
    if area == OUTSIDE:
        return
    age = min(max(age_at(birth, q), 0), 100)
    c.residents[area, part] += 1
    c.persons_band[area, 0, band_of(age)] += 1
    if migrant:
        c.persons_band[area, 1, band_of(age)] += 1
    else:
        c.agents_in_place[area, part] += 1
    if ages:
        c.persons_age5[area, sex, min(age // 5, 17)] += 1


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
    c.pupils[area, stage, group, kind] += 1


@kernel
def _children(c, h, i, q, area, part, home, side, migrant, ages):  # type: ignore[no-untyped-def]
    group = 1 if rationed(h, i) else 0
    if h.child1_birth[i] != NO_DATE:
        bits = h.child1[i]
        if bits & CHILD_AT_HOME:
            _person(c, home, side, bits & CHILD_GIRL, h.child1_birth[i], q, False, ages)
            _pupil(c, home, h.child1_birth[i], bits, q, group)
        else:
            _person(c, area, part, bits & CHILD_GIRL, h.child1_birth[i], q, migrant, ages)
            _pupil(c, area, h.child1_birth[i], bits, q, group)
    if h.child2_birth[i] != NO_DATE:
        bits = h.child2[i]
        if bits & CHILD_AT_HOME:
            _person(c, home, side, bits & CHILD_GIRL, h.child2_birth[i], q, False, ages)
            _pupil(c, home, h.child2_birth[i], bits, q, group)
        else:
            _person(c, area, part, bits & CHILD_GIRL, h.child2_birth[i], q, migrant, ages)
            _pupil(c, area, h.child2_birth[i], bits, q, group)


@kernel
def _register(c, h, i, q, areas, main, left, village_counts):  # type: ignore[no-untyped-def]
    """Count the registered population: those with the head at the register, the others there too if kin settled, else at home."""
    area = h.register[i]
    if area < areas:
        persons = main + left
        elsewhere = 0
        if h.register_part[i] == 1 and not h.kin_settled[i]:
            elsewhere = persons - 1
            persons = 1
        c.hukou[area] += persons
        if h.register_part[i] == 1 or (village_counts and h.register_in_town[i] and area == h.origin[i]):
            c.hukou_urban[area] += persons
        if elsewhere and h.origin[i] < areas:
            c.hukou[h.origin[i]] += elsewhere
            if village_counts and h.register_in_town[i]:
                c.hukou_urban[h.origin[i]] += elsewhere


@kernel
def count(h, lo, hi, q, p, areas, wage, norm, village_counts, ages, c):  # type: ignore[no-untyped-def]
    """Add rows `lo`..`hi` to the counts `c`.

    `village_counts`: from 2016 rural registers in villages classed as town count as urban hukou. `ages`: count five-year groups too.
    """
    for i in range(lo, hi):
        place = h.place[i]
        if place == GONE:
            continue
        area, part = h.resident_area[i], h.resident_part[i]
        home, side = home_place(h, i, areas), h.register_in_town[i]
        main = along(h, i)
        settled_here = area == place and not at_home(h, i)
        migrant = settled_here and area != OUTSIDE
        # Persons.
        _person(c, area, part, h.head_sex[i], h.head_birth[i], q, migrant, ages)
        if h.spouse[i] != SPOUSE_NONE:
            if h.spouse[i] == SPOUSE_AT_HOME:
                _person(c, home, side, 1 - h.head_sex[i], h.spouse_birth[i], q, False, ages)
            else:
                _person(c, area, part, 1 - h.head_sex[i], h.spouse_birth[i], q, migrant, ages)
        _children(c, h, i, q, area, part, home, side, migrant, ages)
        away = h.elders[i] & ELDERS_AT_HOME > 0
        where, there = (home, side) if away else (area, part)
        if h.elder1_birth[i] != NO_DATE:
            _person(c, where, there, 1 if h.elders[i] & ELDER1_FEMALE else 0, h.elder1_birth[i], q, migrant and not away, ages)
        if h.elder2_birth[i] != NO_DATE:
            _person(c, where, there, 1 if h.elders[i] & ELDER2_FEMALE else 0, h.elder2_birth[i], q, migrant and not away, ages)
        left = (
            (h.spouse[i] == SPOUSE_AT_HOME)
            + (h.child1_birth[i] != NO_DATE and h.child1[i] & CHILD_AT_HOME > 0)
            + (h.child2_birth[i] != NO_DATE and h.child2[i] & CHILD_AT_HOME > 0)
        )
        if away:
            left += (h.elder1_birth[i] != NO_DATE) + (h.elder2_birth[i] != NO_DATE)
        _register(c, h, i, q, areas, main, left, village_counts)
        # Households.
        if place == OUTSIDE:
            c.stock[h.origin[i], areas] += main
            if area == OUTSIDE and h.register[i] < areas:
                c.migrants[h.register[i], STATUS_ABSENT, 1 if h.origin[i] < areas else 2] += main
            continue
        c.stock[h.origin[i], place] += main
        if at_home(h, i):
            continue
        if migrant:
            c.migrants[area, h.status[i], census_class(h, i)] += main
        c.households_tenure[place, h.tenure[i]] += 1
        if h.tenure[i] == 2 or h.tenure[i] == 3:
            c.homes_occupied[place, h.tenure[i] - 2] += 1
        if h.queue_since[i] != NO_DATE:
            c.queue[place, 0] += 1
        if h.homes_since[i] != NO_DATE:
            c.queue[place, 2 if h.status[i] == STATUS_PERMIT or h.status[i] == STATUS_SETTLED else 1] += 1
        if h.status[i] == STATUS_PERMIT:
            c.registered_permit_holders[place] += main
        age = age_at(h.head_birth[i], q)
        if h.job[i] != JOB_NONE and WORK_FROM <= age <= WORK_TO:
            c.workers[place] += 1
            c.insured[place] += h.insured[i]
            c.untrained[place] += 1 - h.trained[i]
            c.wage_sum[place] += int(wage[place] * wage_factor(h, i, q, p, norm) + 0.5)
