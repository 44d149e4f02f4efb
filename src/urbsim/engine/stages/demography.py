"""Stage 2: deaths, births, children who leave home, marriages.

Every person ages by the calendar (births are dates). Each quarter a person dies with the quarterly probability of age, sex and part
(region's life table); a couple may have a child; a child of 18 or more may leave and become a household of its own; single heads of one
area marry each other. Nobody appears or vanishes otherwise: persons are conserved but for births and deaths.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.people import age_at, at_home, book_birth, book_residence, home_place
from urbsim.engine.state import EVENT_LIFE
from urbsim.population.registry import (
    CHILD_AT_HOME,
    CHILD_GIRL,
    ELDER1_FEMALE,
    ELDER2_FEMALE,
    ELDERS_AT_HOME,
    GONE,
    OUTSIDE,
    SPOUSE_ALONG,
    SPOUSE_AT_HOME,
    SPOUSE_NONE,
)

LEAVING_AGE = 18
FERTILE_FROM, FERTILE_TO = 15, 49


@kernel
def _dies(table, part, sex, birth, q, u):  # type: ignore[no-untyped-def]
    age = min(max(age_at(birth, q), 0), 100)
    return u < table[part, sex, age]


@kernel
def _home_part(r):  # type: ignore[no-untyped-def]
    return r.register_in_town


@kernel
def mortality(h, lo, hi, q, key, table, areas, accounts, event):  # type: ignore[no-untyped-def]
    """Let persons die; a head is succeeded by spouse, then elder, then child, and a household without members is gone.

    `table` is part x sex x 101, the probability of dying within the quarter (region's life table). Draws: stream DEATH, head, spouse,
    children in block 0, elders in block 1.
    """
    most = np.empty(101)  # the highest chance up to an age
    for age in range(101):
        most[age] = most[age - 1] if age > 0 else 0.0
        for part in range(2):
            for sex in range(2):
                most[age] = max(most[age], table[part, sex, age])
    for i in range(lo, hi):
        r = h[i]
        if r.place == GONE:
            continue
        u0, u1, u2, u3 = rng.draw4(key, rng.DEATH, r.id, q, 0)
        elders = r.elder1_birth != NO_DATE or r.elder2_birth != NO_DATE
        eldest = min(min(r.head_birth, r.spouse_birth), min(r.child1_birth, r.child2_birth))  # NO_DATE is later than any
        if not elders and min(min(u0, u1), min(u2, u3)) >= most[min(max(age_at(eldest, q), 0), 100)]:
            continue  # above the chance of anyone as young: nobody dies
        area, part = r.resident_area, r.resident_part
        home, home_part = home_place(r, areas), _home_part(r)
        # Children.
        if r.child1_birth != NO_DATE:
            away = r.child1 & CHILD_AT_HOME
            where, side = (home, home_part) if away else (area, part)
            if _dies(table, side, r.child1 & CHILD_GIRL, r.child1_birth, q, u2):
                book_birth(accounts, where, side, -1)
                r.child1_birth = NO_DATE
                r.child1 = 0
        if r.child2_birth != NO_DATE:
            away = r.child2 & CHILD_AT_HOME
            where, side = (home, home_part) if away else (area, part)
            if _dies(table, side, r.child2 & CHILD_GIRL, r.child2_birth, q, u3):
                book_birth(accounts, where, side, -1)
                r.child2_birth = NO_DATE
                r.child2 = 0
        # Elders.
        if elders:
            v0, v1, _, _ = rng.draw4(key, rng.DEATH, r.id, q, 1)
            away = r.elders & ELDERS_AT_HOME
            where, side = (home, home_part) if away else (area, part)
            if r.elder1_birth != NO_DATE and _dies(table, side, 1 if r.elders & ELDER1_FEMALE else 0, r.elder1_birth, q, v0):
                book_birth(accounts, where, side, -1)
                r.elder1_birth = NO_DATE
            if r.elder2_birth != NO_DATE and _dies(table, side, 1 if r.elders & ELDER2_FEMALE else 0, r.elder2_birth, q, v1):
                book_birth(accounts, where, side, -1)
                r.elder2_birth = NO_DATE
        # Spouse.
        if r.spouse != SPOUSE_NONE:
            away = r.spouse == SPOUSE_AT_HOME
            where, side = (home, home_part) if away else (area, part)
            if _dies(table, side, 1 - r.head_sex, r.spouse_birth, q, u1):
                book_birth(accounts, where, side, -1)
                r.spouse = SPOUSE_NONE
                r.spouse_birth = NO_DATE
                event[i] |= EVENT_LIFE
        # Head.
        if _dies(table, part, r.head_sex, r.head_birth, q, u0):
            book_birth(accounts, area, part, -1)
            event[i] |= EVENT_LIFE
            _succeed(r, areas, accounts)


@kernel
def _succeed(r, areas, accounts):  # type: ignore[no-untyped-def]
    """Give household `i` a new head from among its members; one who lived at home joins where the household lives."""
    area, part = r.resident_area, r.resident_part
    home, home_part = home_place(r, areas), _home_part(r)
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
    elif r.elder2_birth != NO_DATE:
        joined = r.elders & ELDERS_AT_HOME > 0
        r.head_birth = r.elder2_birth
        r.head_sex = 1 if r.elders & ELDER2_FEMALE else 0
        r.elder2_birth = NO_DATE
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


@kernel
def births(h, lo, hi, q, key, hazard, second, accounts, event):  # type: ignore[no-untyped-def]
    """Let couples who live together have a child while one of the two child slots is free.

    `hazard` is part x 35, the quarterly probability of a first birth by the woman's age 15..49 where she lives; with one child in the
    household it is multiplied by `second` (area-free, dated). Third and later births (5 to 7 % of Zhejiang's in 2020) are counted as second ones.
    """
    for i in range(lo, hi):
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
        u, v, _, _ = rng.draw4(key, rng.BIRTH, r.id, q, 0)
        if u < chance:
            girl = 1 if v < 0.475 else 0  # 110.5 boys per 100 girls
            if one:
                r.child2_birth = q
                r.child2 = girl
            else:
                r.child1_birth = q
                r.child1 = girl
            book_birth(accounts, r.resident_area, r.resident_part, 1)
            event[i] |= EVENT_LIFE


@kernel
def fertility_base(h, lo, hi, q, rate, second, sums):  # type: ignore[no-untyped-def]
    """Add expected births by part: `sums[0]` of all women by `rate` (part x 35), `sums[1]` of couples with a free slot before scaling."""
    for i in range(lo, hi):
        r = h[i]
        if r.place == GONE or r.resident_area == OUTSIDE:
            continue
        couple = r.spouse != SPOUSE_NONE
        if r.head_sex == 0 and not couple:
            continue
        birth = r.head_birth if r.head_sex == 1 else r.spouse_birth
        age = age_at(birth, q)
        if age < FERTILE_FROM or age > FERTILE_TO:
            continue
        expected = rate[r.resident_part, age - FERTILE_FROM]
        sums[0, r.resident_part] += expected
        if r.spouse == SPOUSE_ALONG:
            one, two = r.child1_birth != NO_DATE, r.child2_birth != NO_DATE
            if not one and not two:
                sums[1, r.resident_part] += expected
            elif not (one and two):
                sums[1, r.resident_part] += expected * second


@kernel
def leavers(h, lo, hi, q, key, chance, areas, rows, slots):  # type: ignore[no-untyped-def]
    """List the children who leave home this quarter: row of the parents and slot (1, 2); return how many.

    A child left behind in another province passes out of the model at 18 (it was never a resident) and back into its block's stock at risk.
    """
    n = 0
    for i in range(lo, hi):
        r = h[i]
        if r.place == GONE:
            continue
        first = r.child1_birth != NO_DATE and age_at(r.child1_birth, q) >= LEAVING_AGE
        other = r.child2_birth != NO_DATE and age_at(r.child2_birth, q) >= LEAVING_AGE
        if not first and not other:
            continue
        u, v, _, _ = rng.draw4(key, rng.LEAVE, r.id, q, 0)
        if first:
            if r.child1 & CHILD_AT_HOME and r.origin >= areas:
                r.child1_birth = NO_DATE
                r.child1 = 0
            elif u < chance:
                rows[n] = i
                slots[n] = 1
                n += 1
        if other:
            if r.child2 & CHILD_AT_HOME and r.origin >= areas:
                r.child2_birth = NO_DATE
                r.child2 = 0
            elif v < chance:
                rows[n] = i
                slots[n] = 2
                n += 1
    return n


@kernel
def found_household(r, n, slot, q, key, schooling_share):  # type: ignore[no-untyped-def]
    """Write row `n`: the household of the child in `slot` of household `r`, which leaves its parents this quarter.

    It lives where the child lived, keeps the parents' register (and settled status, if the child had it) and their time in the place.
    `schooling_share` is 5 numbers: the share of each schooling level among those who come of age now.
    """
    birth = r.child1_birth if slot == 1 else r.child2_birth
    bits = r.child1 if slot == 1 else r.child2
    home = bits & CHILD_AT_HOME
    n.id = rng.new_identity(key, r.id, np.int64(birth) + 1024 + 65536 * slot)
    u, v, w, x = rng.draw4(key, rng.NEWCOMER, n.id, 0, 0)
    for level in range(5):
        n.schooling = level
        u -= schooling_share[level]
        if u < 0.0:
            break
    n.head_birth = birth
    n.head_sex = bits & CHILD_GIRL
    # A pair of uniforms gives a normal residual (Box and Muller).
    n.wage_residual = np.sqrt(-2.0 * np.log(v)) * np.cos(2.0 * np.pi * w) * 0.5
    n.settle_type = 1 if x < 0.5 else 0
    n.origin = r.origin
    n.register_in_town = r.register_in_town
    n.register, n.register_part = r.register, r.register_part
    n.kin_settled = r.kin_settled
    if r.register_part == 1 and not r.kin_settled:
        n.register, n.register_part = r.origin, 0
    if home:
        n.place, n.part = r.origin, r.register_in_town
        n.mover, n.status = 0, 0
        n.resident_area, n.resident_part = r.origin, r.register_in_town
        n.arrived, n.region_since = birth, birth
    else:
        n.place, n.part = r.place, r.part
        n.mover = r.mover
        n.status = r.status
        n.resident_area, n.resident_part = r.resident_area, r.resident_part
        n.arrived, n.region_since = r.arrived, r.region_since
        if r.status == 3 and n.register_part == 0:
            n.status = 0 if r.mover <= 1 else 1
    n.resident_before = 0 if home else r.resident_before
    n.insured_before, n.insured_since, n.insured = 0, NO_DATE, 0
    n.job, n.trained = 0, 0
    n.spouse, n.spouse_birth = 0, NO_DATE
    n.child1_birth, n.child2_birth, n.child1, n.child2 = NO_DATE, NO_DATE, 0, 0
    n.elder1_birth, n.elder2_birth, n.elders = NO_DATE, NO_DATE, 0
    n.tenure = 6 if at_home(n) else 1
    n.land = r.land
    n.poor = r.poor
    n.queue_since, n.homes_since = NO_DATE, NO_DATE
    if slot == 1:
        r.child1_birth = NO_DATE
        r.child1 = 0
    else:
        r.child2_birth = NO_DATE
        r.child2 = 0


@kernel
def suitors(h, lo, hi, q, key, by_age, rows, sexes, sort_key):  # type: ignore[no-untyped-def]
    """List single heads who look for a partner this quarter; return how many.

    `by_age` is four quarterly chances for ages 20-24, 25-29, 30-34, 35-44. Only heads without children, and women without elders of
    their own, look. `sort_key` orders a list by area of residence and then by age with a random tie of up to three years.
    """
    n = 0
    for i in range(lo, hi):
        r = h[i]
        if r.place == GONE or r.spouse != SPOUSE_NONE or r.place == OUTSIDE or r.resident_area == OUTSIDE:
            continue
        if r.child1_birth != NO_DATE or r.child2_birth != NO_DATE:
            continue
        female = r.head_sex == 1
        if female and (r.elder1_birth != NO_DATE or r.elder2_birth != NO_DATE):
            continue
        age = age_at(r.head_birth, q) + (2 if female else 0)
        if age < 20 or age > 44:
            continue
        step = min((age - 20) // 5, 3)
        u, v, _, _ = rng.draw4(key, rng.MARRY, r.id, q, 0)
        if u < by_age[step]:
            rows[n] = i
            sexes[n] = r.head_sex
            offset = -8 if female else 0
            sort_key[n] = np.float64(r.resident_area) * 4096.0 + (q - r.head_birth - offset) + 12.0 * v
            n += 1
    return n


@kernel
def wed(h, men, women, areas, accounts, event):  # type: ignore[no-untyped-def]
    """Marry the k-th man of each area to its k-th woman (both lists ordered by area, then age); return the number of weddings.

    The woman's household ends and she joins his; if she lived in another part of the area, her move is booked. Her register follows his.
    """
    a = b = n = 0
    while a < men.size and b < women.size:
        r, bride = h[men[a]], h[women[b]]
        if r.resident_area < bride.resident_area:
            a += 1
        elif r.resident_area > bride.resident_area:
            b += 1
        else:
            of_region = bride.register < areas
            book_residence(
                accounts, 1, bride.resident_area, bride.resident_part, r.resident_area, r.resident_part, of_region
            )
            r.spouse = SPOUSE_ALONG
            r.spouse_birth = bride.head_birth
            bride.place = GONE
            bride.resident_area = GONE
            event[men[a]] |= EVENT_LIFE
            a += 1
            b += 1
            n += 1
    return n


def pair_up(identity: npt.NDArray[np.uint64], rows: npt.NDArray[np.int64], sexes: npt.NDArray[np.uint8], keys: npt.NDArray[np.float64]) -> tuple[Any, Any]:
    """Return the rows of men and of women who marry, each ordered by `keys` (area, then age), ties by identity."""
    order = np.lexsort((identity[rows], keys))
    rows, sexes = rows[order], sexes[order]
    return rows[sexes == 0], rows[sexes == 1]


@kernel
def found_all(h, start, rows, slots, q, key, schooling_share):  # type: ignore[no-untyped-def]
    """Write the new households of all leavers from row `start` on, in the order of the list."""
    for k in range(rows.size):
        found_household(h[rows[k]], h[start + k], slots[k], q, key, schooling_share)
