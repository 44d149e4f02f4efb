"""Stage 2: deaths, births, children who leave home, marriages.

Every person ages by the calendar (births are dates). Each quarter a person dies with the quarterly probability of age, sex and part
(region's life table); a couple may have a child; a child of 18 or more may leave and become a household of its own; single heads of one
area marry each other. Nobody appears or vanishes otherwise: persons are conserved but for births and deaths.
"""

from __future__ import annotations

import numpy as np

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import allocating, inlined, kernel
from urbsim.engine.people import age_at, book_birth, book_mover, book_residence, home_place, keep_village_register
from urbsim.engine.state import EVENT_LIFE
from urbsim.population.registry import (
    CHILD_AT_HOME,
    CHILD_GIRL,
    ELDER1_FEMALE,
    ELDER2_FEMALE,
    ELDERS_AT_HOME,
    GONE,
    KIN_FAMILY,
    SPOUSE_ALONG,
    SPOUSE_AT_HOME,
    SPOUSE_NONE,
)

FERTILE_FROM, FERTILE_TO = 15, 49


@kernel
def _dies(table, part, sex, birth, q, u):
    age = min(max(age_at(birth, q), 0), 100)
    return u < table[part, sex, age]


@kernel
def _home_part(r):
    return r.register_in_town


@allocating
def most_dying(table):
    """Return the largest first byte with which anyone up to an age (0 to 100) can die; `table` as in `mortality`."""
    most = np.empty(101, np.int64)
    highest = 0.0
    for age in range(101):
        for part in range(2):
            for sex in range(2):
                highest = max(highest, table[part, sex, age])
        most[age] = rng.most_byte(highest)
    return most


@inlined
def _may_die(birth, q, most, luck, k, place):
    """Tell whether the shared byte `place` of the k-th row leaves it open that somebody born then dies; `most` as in `mortality`."""
    return (birth != NO_DATE) & (rng.byte_at(luck, k, place) <= most[min(max(age_at(birth, q), 0), 100)])


@kernel
def mortality(h, lo, hi, luck, q, key, table, most, areas, accounts, event):
    """Let persons die; a head is succeeded by spouse, then elder, then child, and a household without members is gone.

    `table` is part x sex x 101, the probability of dying within the quarter (region's life table), `most` its `most_dying`. Draws:
    stream DEATH, head, spouse, children in block 0, elders in block 1.
    """
    for i in range(lo, hi):
        r = h[i]
        if r.place == GONE:
            continue
        k = i - lo
        near = _may_die(r.head_birth, q, most, luck, k, rng.DEATH_BYTE) | _may_die(r.spouse_birth, q, most, luck, k, rng.DEATH_BYTE + 1)
        near |= _may_die(r.child1_birth, q, most, luck, k, rng.DEATH_BYTE + 2)
        near |= _may_die(r.child2_birth, q, most, luck, k, rng.DEATH_BYTE + 3)
        far = _may_die(r.elder1_birth, q, most, luck, k, rng.ELDER_BYTE) | _may_die(r.elder2_birth, q, most, luck, k, rng.ELDER_BYTE + 1)
        if not (near | far):
            continue
        u0 = u1 = u2 = u3 = v0 = v1 = 1.0
        if near:
            u0, u1, u2, u3 = rng.draw4_known(key, rng.DEATH, r.id, q, 0, luck, k)
        if far:
            v0, v1, _, _ = rng.draw4_known(key, rng.DEATH, r.id, q, 1, luck, k)
        elders = r.elder1_birth != NO_DATE or r.elder2_birth != NO_DATE
        area, part = r.resident_area, r.resident_part
        home, home_part = home_place(r, areas), _home_part(r)
        # Children.
        if r.child1_birth != NO_DATE:
            away = r.child1 & CHILD_AT_HOME
            where, side = (home, home_part) if away else (area, part)
            if _dies(table, side, r.child1 & CHILD_GIRL, r.child1_birth, q, u2):
                book_birth(accounts, where, side, -1)
                book_mover(accounts, r, 0 if away else -1)
                r.child1_birth = NO_DATE
                r.child1 = 0
        if r.child2_birth != NO_DATE:
            away = r.child2 & CHILD_AT_HOME
            where, side = (home, home_part) if away else (area, part)
            if _dies(table, side, r.child2 & CHILD_GIRL, r.child2_birth, q, u3):
                book_birth(accounts, where, side, -1)
                book_mover(accounts, r, 0 if away else -1)
                r.child2_birth = NO_DATE
                r.child2 = 0
        # Elders.
        if elders:
            away = r.elders & ELDERS_AT_HOME
            where, side = (home, home_part) if away else (area, part)
            if r.elder1_birth != NO_DATE and _dies(table, side, 1 if r.elders & ELDER1_FEMALE else 0, r.elder1_birth, q, v0):
                book_birth(accounts, where, side, -1)
                book_mover(accounts, r, 0 if away else -1)
                r.elder1_birth = NO_DATE
            if r.elder2_birth != NO_DATE and _dies(table, side, 1 if r.elders & ELDER2_FEMALE else 0, r.elder2_birth, q, v1):
                book_birth(accounts, where, side, -1)
                book_mover(accounts, r, 0 if away else -1)
                r.elder2_birth = NO_DATE
            _forget_elders(r)
        # Spouse.
        if r.spouse != SPOUSE_NONE:
            away = r.spouse == SPOUSE_AT_HOME
            where, side = (home, home_part) if away else (area, part)
            if _dies(table, side, 1 - r.head_sex, r.spouse_birth, q, u1):
                book_birth(accounts, where, side, -1)
                book_mover(accounts, r, 0 if away else -1)
                r.spouse = SPOUSE_NONE
                r.spouse_birth = NO_DATE
                event[i] |= EVENT_LIFE
        # Head.
        if _dies(table, part, r.head_sex, r.head_birth, q, u0):
            book_birth(accounts, area, part, -1)
            book_mover(accounts, r, -1)
            event[i] |= EVENT_LIFE
            _succeed(r, areas, accounts)


@kernel
def _forget_elders(r):
    """Clear what is noted of elders who are no more."""
    if r.elder1_birth == NO_DATE:
        r.elders &= 255 - ELDER1_FEMALE
    if r.elder2_birth == NO_DATE:
        r.elders &= 255 - ELDER2_FEMALE
    if r.elder1_birth == NO_DATE and r.elder2_birth == NO_DATE:
        r.elders = 0


@kernel
def _succeed(r, areas, accounts):
    """Give household `i` a new head from among its members; one who lived at home joins where the household lives.

    Where the head had settled alone the others are registered in their village still, and so is the new head.
    """
    area, part = r.resident_area, r.resident_part
    home, home_part = home_place(r, areas), _home_part(r)
    elder = r.spouse == SPOUSE_NONE and (r.elder1_birth != NO_DATE or r.elder2_birth != NO_DATE)
    if elder and r.kin_settled == KIN_FAMILY and r.child1_birth == NO_DATE and r.child2_birth == NO_DATE:
        r.kin_settled = 0  # elders alone are left, and they had not followed
    keep_village_register(r)
    of_region = r.register < areas
    joined = False
    if r.spouse != SPOUSE_NONE:
        joined = r.spouse == SPOUSE_AT_HOME
        r.head_birth = r.spouse_birth
        r.head_sex = 1 - r.head_sex
        r.spouse = SPOUSE_NONE
        r.spouse_birth = NO_DATE
    elif r.elder1_birth != NO_DATE:
        joined = r.elders & ELDERS_AT_HOME > 0
        r.head_birth = r.elder1_birth
        r.head_sex = 1 if r.elders & ELDER1_FEMALE else 0
        r.elder1_birth = NO_DATE
        _forget_elders(r)
    elif r.elder2_birth != NO_DATE:
        joined = r.elders & ELDERS_AT_HOME > 0
        r.head_birth = r.elder2_birth
        r.head_sex = 1 if r.elders & ELDER2_FEMALE else 0
        r.elder2_birth = NO_DATE
        _forget_elders(r)
    elif r.child1_birth != NO_DATE:
        joined = r.child1 & CHILD_AT_HOME > 0
        r.head_birth = r.child1_birth
        r.head_sex = r.child1 & CHILD_GIRL
        r.child1_birth = NO_DATE
        r.child1 = 0
    elif r.child2_birth != NO_DATE:
        joined = r.child2 & CHILD_AT_HOME > 0
        r.head_birth = r.child2_birth
        r.head_sex = r.child2 & CHILD_GIRL
        r.child2_birth = NO_DATE
        r.child2 = 0
    else:
        r.place = GONE
        r.resident_area = GONE
        return
    if joined:
        book_residence(accounts, 1, home, home_part, area, part, of_region)
        book_mover(accounts, r, 1)


@kernel
def births(h, lo, hi, luck, q, key, hazard, second, most, accounts, event):
    """Let couples who live together have a child while one of the two child slots is free.

    `hazard` is part x 35, the quarterly probability of a first birth by the woman's age 15..49 where she lives; with one child in the
    household it is multiplied by `second` (area-free, dated). Third and later births (5 to 7 % of Zhejiang's in 2020) are counted as
    second ones. `most` is the largest first byte with which anyone can have a child.
    """
    for i in range(lo, hi):
        byte = rng.byte_at(luck, i - lo, rng.BIRTH_BYTE)
        if byte > most:
            continue  # above the chance of anyone
        r = h[i]
        if r.place == GONE or r.spouse != SPOUSE_ALONG:
            continue
        one, two = r.child1_birth != NO_DATE, r.child2_birth != NO_DATE
        if one and two:
            continue
        birth = r.head_birth if r.head_sex == 1 else r.spouse_birth
        age = age_at(birth, q)
        if age < FERTILE_FROM or age > FERTILE_TO:
            continue
        chance = hazard[r.resident_part, age - FERTILE_FROM]
        if one or two:
            chance *= second
        if byte > rng.most_byte(chance):
            continue
        u, v, _, _ = rng.draw4_known(key, rng.BIRTH, r.id, q, 0, luck, i - lo)
        if u < chance:
            girl = 1 if v < 0.475 else 0  # 110.5 boys per 100 girls
            if one:
                r.child2_birth = q
                r.child2 = girl
            else:
                r.child1_birth = q
                r.child1 = girl
            book_birth(accounts, r.resident_area, r.resident_part, 1)
            book_mover(accounts, r, 1)
            event[i] |= EVENT_LIFE
