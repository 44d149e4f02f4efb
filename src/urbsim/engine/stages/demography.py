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
from urbsim.engine.state import EVENT_LIFE, Households
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
def _home_part(h, i):  # type: ignore[no-untyped-def]
    return h.register_in_town[i]


@kernel
def mortality(h, lo, hi, q, key, table, areas, accounts, event):  # type: ignore[no-untyped-def]
    """Let persons die; a head is succeeded by spouse, then elder, then child, and a household without members is gone.

    `table` is part x sex x 101, the probability of dying within the quarter (region's life table). Draws: stream DEATH, head, spouse,
    children in block 0, elders in block 1.
    """
    for i in range(lo, hi):
        if h.place[i] == GONE:
            continue
        u0, u1, u2, u3 = rng.draw4(key, rng.DEATH, h.id[i], q, 0)
        area, part = h.resident_area[i], h.resident_part[i]
        home, home_part = home_place(h, i, areas), _home_part(h, i)
        # Children.
        if h.child1_birth[i] != NO_DATE:
            away = h.child1[i] & CHILD_AT_HOME
            where, side = (home, home_part) if away else (area, part)
            if _dies(table, side, h.child1[i] & CHILD_GIRL, h.child1_birth[i], q, u2):
                book_birth(accounts, where, side, -1)
                h.child1_birth[i] = NO_DATE
                h.child1[i] = 0
        if h.child2_birth[i] != NO_DATE:
            away = h.child2[i] & CHILD_AT_HOME
            where, side = (home, home_part) if away else (area, part)
            if _dies(table, side, h.child2[i] & CHILD_GIRL, h.child2_birth[i], q, u3):
                book_birth(accounts, where, side, -1)
                h.child2_birth[i] = NO_DATE
                h.child2[i] = 0
        # Elders.
        if h.elder1_birth[i] != NO_DATE or h.elder2_birth[i] != NO_DATE:
            v0, v1, _, _ = rng.draw4(key, rng.DEATH, h.id[i], q, 1)
            away = h.elders[i] & ELDERS_AT_HOME
            where, side = (home, home_part) if away else (area, part)
            if h.elder1_birth[i] != NO_DATE and _dies(table, side, 1 if h.elders[i] & ELDER1_FEMALE else 0, h.elder1_birth[i], q, v0):
                book_birth(accounts, where, side, -1)
                h.elder1_birth[i] = NO_DATE
            if h.elder2_birth[i] != NO_DATE and _dies(table, side, 1 if h.elders[i] & ELDER2_FEMALE else 0, h.elder2_birth[i], q, v1):
                book_birth(accounts, where, side, -1)
                h.elder2_birth[i] = NO_DATE
        # Spouse.
        if h.spouse[i] != SPOUSE_NONE:
            away = h.spouse[i] == SPOUSE_AT_HOME
            where, side = (home, home_part) if away else (area, part)
            if _dies(table, side, 1 - h.head_sex[i], h.spouse_birth[i], q, u1):
                book_birth(accounts, where, side, -1)
                h.spouse[i] = SPOUSE_NONE
                h.spouse_birth[i] = NO_DATE
                event[i] |= EVENT_LIFE
        # Head.
        if _dies(table, part, h.head_sex[i], h.head_birth[i], q, u0):
            book_birth(accounts, area, part, -1)
            event[i] |= EVENT_LIFE
            _succeed(h, i, areas, accounts)


@kernel
def _succeed(h, i, areas, accounts):  # type: ignore[no-untyped-def]
    """Give household `i` a new head from among its members; one who lived at home joins where the household lives."""
    area, part = h.resident_area[i], h.resident_part[i]
    home, home_part = home_place(h, i, areas), _home_part(h, i)
    of_region = h.register[i] < areas
    joined = False
    if h.spouse[i] != SPOUSE_NONE:
        joined = h.spouse[i] == SPOUSE_AT_HOME
        h.head_birth[i] = h.spouse_birth[i]
        h.head_sex[i] = 1 - h.head_sex[i]
        h.spouse[i] = SPOUSE_NONE
        h.spouse_birth[i] = NO_DATE
    elif h.elder1_birth[i] != NO_DATE:
        joined = h.elders[i] & ELDERS_AT_HOME > 0
        h.head_birth[i] = h.elder1_birth[i]
        h.head_sex[i] = 1 if h.elders[i] & ELDER1_FEMALE else 0
        h.elder1_birth[i] = NO_DATE
    elif h.elder2_birth[i] != NO_DATE:
        joined = h.elders[i] & ELDERS_AT_HOME > 0
        h.head_birth[i] = h.elder2_birth[i]
        h.head_sex[i] = 1 if h.elders[i] & ELDER2_FEMALE else 0
        h.elder2_birth[i] = NO_DATE
    elif h.child1_birth[i] != NO_DATE:
        joined = h.child1[i] & CHILD_AT_HOME > 0
        h.head_birth[i] = h.child1_birth[i]
        h.head_sex[i] = h.child1[i] & CHILD_GIRL
        h.child1_birth[i] = NO_DATE
        h.child1[i] = 0
    elif h.child2_birth[i] != NO_DATE:
        joined = h.child2[i] & CHILD_AT_HOME > 0
        h.head_birth[i] = h.child2_birth[i]
        h.head_sex[i] = h.child2[i] & CHILD_GIRL
        h.child2_birth[i] = NO_DATE
        h.child2[i] = 0
    else:
        h.place[i] = GONE
        h.resident_area[i] = GONE
        return
    if joined:
        book_residence(accounts, 1, home, home_part, area, part, of_region)


@kernel
def births(h, lo, hi, q, key, hazard, second, accounts, event):  # type: ignore[no-untyped-def]
    """Let couples who live together have a child while one of the two child slots is free.

    `hazard` is part x 35, the quarterly probability of a first birth by the woman's age 15..49 where she lives; with one child in the
    household it is multiplied by `second` (area-free, dated). Third births are left out (about 2 % of births in 2020).
    """
    for i in range(lo, hi):
        if h.place[i] == GONE or h.spouse[i] != SPOUSE_ALONG:
            continue
        one, two = h.child1_birth[i] != NO_DATE, h.child2_birth[i] != NO_DATE
        if one and two:
            continue
        birth = h.head_birth[i] if h.head_sex[i] == 1 else h.spouse_birth[i]
        age = age_at(birth, q)
        if age < FERTILE_FROM or age > FERTILE_TO:
            continue
        chance = hazard[h.resident_part[i], age - FERTILE_FROM]
        if one or two:
            chance *= second
        u, v, _, _ = rng.draw4(key, rng.BIRTH, h.id[i], q, 0)
        if u < chance:
            girl = 1 if v < 0.475 else 0  # 110.5 boys per 100 girls
            if one:
                h.child2_birth[i] = q
                h.child2[i] = girl
            else:
                h.child1_birth[i] = q
                h.child1[i] = girl
            book_birth(accounts, h.resident_area[i], h.resident_part[i], 1)
            event[i] |= EVENT_LIFE


@kernel
def leavers(h, lo, hi, q, key, chance, areas, rows, slots):  # type: ignore[no-untyped-def]
    """List the children who leave home this quarter: row of the parents and slot (1, 2); return how many.

    A child left behind in another province passes out of the model at 18 (it was never a resident) and back into its block's stock at risk.
    """
    n = 0
    for i in range(lo, hi):
        if h.place[i] == GONE:
            continue
        first = h.child1_birth[i] != NO_DATE and age_at(h.child1_birth[i], q) >= LEAVING_AGE
        other = h.child2_birth[i] != NO_DATE and age_at(h.child2_birth[i], q) >= LEAVING_AGE
        if not first and not other:
            continue
        u, v, _, _ = rng.draw4(key, rng.LEAVE, h.id[i], q, 0)
        if first:
            if h.child1[i] & CHILD_AT_HOME and h.origin[i] >= areas:
                h.child1_birth[i] = NO_DATE
                h.child1[i] = 0
            elif u < chance:
                rows[n] = i
                slots[n] = 1
                n += 1
        if other:
            if h.child2[i] & CHILD_AT_HOME and h.origin[i] >= areas:
                h.child2_birth[i] = NO_DATE
                h.child2[i] = 0
            elif v < chance:
                rows[n] = i
                slots[n] = 2
                n += 1
    return n


@kernel
def found_household(h, i, j, slot, q, key, schooling_share):  # type: ignore[no-untyped-def]
    """Write row `j`: the household of the child in `slot` of household `i`, which leaves its parents this quarter.

    It lives where the child lived, keeps the parents' register (and settled status, if the child had it) and their time in the place.
    `schooling_share` is 5 numbers: the share of each schooling level among those who come of age now.
    """
    birth = h.child1_birth[i] if slot == 1 else h.child2_birth[i]
    bits = h.child1[i] if slot == 1 else h.child2[i]
    home = bits & CHILD_AT_HOME
    h.id[j] = rng.new_identity(key, h.id[i], np.int64(birth) + 1024 + 65536 * slot)
    u, v, w, x = rng.draw4(key, rng.NEWCOMER, h.id[j], 0, 0)
    for level in range(5):
        h.schooling[j] = level
        u -= schooling_share[level]
        if u < 0.0:
            break
    h.head_birth[j] = birth
    h.head_sex[j] = bits & CHILD_GIRL
    # A pair of uniforms gives a normal residual (Box and Muller).
    h.wage_residual[j] = np.sqrt(-2.0 * np.log(v)) * np.cos(2.0 * np.pi * w) * 0.5
    h.settle_type[j] = 1 if x < 0.5 else 0
    h.origin[j] = h.origin[i]
    h.register_in_town[j] = h.register_in_town[i]
    h.register[j], h.register_part[j] = h.register[i], h.register_part[i]
    h.kin_settled[j] = h.kin_settled[i]
    if h.register_part[i] == 1 and not h.kin_settled[i]:
        h.register[j], h.register_part[j] = h.origin[i], 0
    if home:
        h.place[j], h.part[j] = h.origin[i], h.register_in_town[i]
        h.mover[j], h.status[j] = 0, 0
        h.resident_area[j], h.resident_part[j] = h.origin[i], h.register_in_town[i]
        h.arrived[j], h.region_since[j] = birth, birth
    else:
        h.place[j], h.part[j] = h.place[i], h.part[i]
        h.mover[j] = h.mover[i]
        h.status[j] = h.status[i]
        h.resident_area[j], h.resident_part[j] = h.resident_area[i], h.resident_part[i]
        h.arrived[j], h.region_since[j] = h.arrived[i], h.region_since[i]
        if h.status[i] == 3 and h.register_part[j] == 0:
            h.status[j] = 0 if h.mover[i] <= 1 else 1
    h.resident_before[j] = 0 if home else h.resident_before[i]
    h.insured_before[j], h.insured_since[j], h.insured[j] = 0, NO_DATE, 0
    h.job[j], h.trained[j] = 0, 0
    h.spouse[j], h.spouse_birth[j] = 0, NO_DATE
    h.child1_birth[j], h.child2_birth[j], h.child1[j], h.child2[j] = NO_DATE, NO_DATE, 0, 0
    h.elder1_birth[j], h.elder2_birth[j], h.elders[j] = NO_DATE, NO_DATE, 0
    h.tenure[j] = 6 if at_home(h, j) else 1
    h.land[j] = h.land[i]
    h.poor[j] = h.poor[i]
    h.queue_since[j], h.homes_since[j] = NO_DATE, NO_DATE
    if slot == 1:
        h.child1_birth[i] = NO_DATE
        h.child1[i] = 0
    else:
        h.child2_birth[i] = NO_DATE
        h.child2[i] = 0


@kernel
def suitors(h, lo, hi, q, key, by_age, rows, sexes, sort_key):  # type: ignore[no-untyped-def]
    """List single heads who look for a partner this quarter; return how many.

    `by_age` is four quarterly chances for ages 20-24, 25-29, 30-34, 35-44. Only heads without children, and women without elders of
    their own, look. `sort_key` orders a list by area of residence and then by age with a random tie of up to three years.
    """
    n = 0
    for i in range(lo, hi):
        if h.place[i] == GONE or h.spouse[i] != SPOUSE_NONE or h.place[i] == OUTSIDE or h.resident_area[i] == OUTSIDE:
            continue
        if h.child1_birth[i] != NO_DATE or h.child2_birth[i] != NO_DATE:
            continue
        female = h.head_sex[i] == 1
        if female and (h.elder1_birth[i] != NO_DATE or h.elder2_birth[i] != NO_DATE):
            continue
        age = age_at(h.head_birth[i], q) + (2 if female else 0)
        if age < 20 or age > 44:
            continue
        step = min((age - 20) // 5, 3)
        u, v, _, _ = rng.draw4(key, rng.MARRY, h.id[i], q, 0)
        if u < by_age[step]:
            rows[n] = i
            sexes[n] = h.head_sex[i]
            offset = -8 if female else 0
            sort_key[n] = np.float64(h.resident_area[i]) * 4096.0 + (q - h.head_birth[i] - offset) + 12.0 * v
            n += 1
    return n


@kernel
def wed(h, men, women, areas, accounts, event):  # type: ignore[no-untyped-def]
    """Marry the k-th man of each area to its k-th woman (both lists ordered by area, then age); return the number of weddings.

    The woman's household ends and she joins his; if she lived in another part of the area, her move is booked. Her register follows his.
    """
    a = b = n = 0
    while a < men.size and b < women.size:
        i, j = men[a], women[b]
        if h.resident_area[i] < h.resident_area[j]:
            a += 1
        elif h.resident_area[i] > h.resident_area[j]:
            b += 1
        else:
            of_region = h.register[j] < areas
            book_residence(
                accounts, 1, h.resident_area[j], h.resident_part[j], h.resident_area[i], h.resident_part[i], of_region
            )
            h.spouse[i] = SPOUSE_ALONG
            h.spouse_birth[i] = h.head_birth[j]
            h.place[j] = GONE
            h.resident_area[j] = GONE
            event[i] |= EVENT_LIFE
            a += 1
            b += 1
            n += 1
    return n


def pair_up(h: Households, rows: npt.NDArray[np.int64], sexes: npt.NDArray[np.uint8], keys: npt.NDArray[np.float64]) -> tuple[Any, Any]:
    """Return the rows of men and of women who marry, each ordered by `keys` (area, then age), ties by identity."""
    order = np.lexsort((h.id[rows], keys))
    rows, sexes = rows[order], sexes[order]
    return rows[sexes == 0], rows[sexes == 1]


@kernel
def found_all(h, start, rows, slots, q, key, schooling_share):  # type: ignore[no-untyped-def]
    """Write the new households of all leavers from row `start` on, in the order of the list."""
    for k in range(rows.size):
        found_household(h, rows[k], start + k, slots[k], q, key, schooling_share)
