"""Who of a family lives with the head and who stays at home (part of stage 6).

Each member has a frozen latent, drawn once; the member is along while the logit of behaviour.md 5.4 exceeds it. So longer stays and more
school places reunite families, one family in the same order in every scenario.
"""

from __future__ import annotations

import math

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.people import age_at, book_residence, home_place
from urbsim.population.registry import (
    CHILD_AT_HOME,
    CHILD_GIRL,
    ELDERS_AT_HOME,
    SPOUSE_ALONG,
    SPOUSE_AT_HOME,
    SPOUSE_NONE,
)

AT_HOME, OWN_TOWN, AWAY = 0, 1, 2


@kernel
def _logistic(x):  # type: ignore[no-untyped-def]
    return 1.0 / (1.0 + math.exp(-x))


@kernel
def child_along(p, both, years, km, seat, settled_bills, girl, age):  # type: ignore[no-untyped-def]
    """Return the probability that a child lives with a parent away from home.

    `both`: both parents are away; `years` at the place; `km` from home; `seat`: chance of a public place; `settled_bills`: share of
    hospital bills settled directly; girls of grades 7 to 9 (12 to 14) bear closed seats (c6). Source: behaviour.md 5.4, child equation.
    """
    x = p.c0 + p.c1 * both + p.c2 * min(years, 10) - p.c3 * math.log(km + 1.0) + p.c5 * settled_bills
    if age >= 6:
        x += p.c4 * seat
    else:
        x += p.c4
    if girl and 12 <= age <= 14:
        x -= p.c6 * (1.0 - seat)
    return _logistic(x)


@kernel
def _book_member(h, i, areas, accounts, joins):  # type: ignore[no-untyped-def]
    """Book one member's way between home and where the head's household is resident."""
    home, side = home_place(h, i, areas), h.register_in_town[i]
    of_region = h.register[i] < areas
    if joins:
        book_residence(accounts, 1, home, side, h.resident_area[i], h.resident_part[i], of_region)
    else:
        book_residence(accounts, 1, h.resident_area[i], h.resident_part[i], home, side, of_region)


@kernel
def _place_child(h, i, bits, stays, areas, accounts):  # type: ignore[no-untyped-def]
    """Return a child's bits after the decision; a child who comes or goes loses its school place."""
    was_home = bits & CHILD_AT_HOME > 0
    if stays and not was_home:
        _book_member(h, i, areas, accounts, False)
        return (bits & CHILD_GIRL) | CHILD_AT_HOME
    if not stays and was_home:
        _book_member(h, i, areas, accounts, True)
        return bits & CHILD_GIRL
    return bits


@kernel
def arrange_family(h, i, q, key, p, areas, where, km, seat, bills, accounts):  # type: ignore[no-untyped-def]
    """Decide for every member of household `i` whether to live along, given that the head lives at `where` (AT_HOME, OWN_TOWN, AWAY)."""
    u0, u1, u2, u3 = rng.draw4(key, rng.FAMILY, h.id[i], 0, 0)
    years = max(0, (q - h.arrived[i]) // 4)
    if h.spouse[i] != SPOUSE_NONE:
        stays = where == AWAY and u0 > _logistic(p.s0 + p.c2 * min(years, 10) + p.c5_s * bills)
        if stays and h.spouse[i] == SPOUSE_ALONG:
            h.spouse[i] = SPOUSE_AT_HOME
            _book_member(h, i, areas, accounts, False)
        elif not stays and h.spouse[i] == SPOUSE_AT_HOME:
            h.spouse[i] = SPOUSE_ALONG
            _book_member(h, i, areas, accounts, True)
    both = 1.0 if h.spouse[i] != SPOUSE_AT_HOME else 0.0
    if h.child1_birth[i] != NO_DATE:
        age = age_at(h.child1_birth[i], q)
        stays = where != AT_HOME and u1 > child_along(p, both, years, km, seat, bills, h.child1[i] & CHILD_GIRL, age)
        h.child1[i] = _place_child(h, i, h.child1[i], stays, areas, accounts)
    if h.child2_birth[i] != NO_DATE:
        age = age_at(h.child2_birth[i], q)
        stays = where != AT_HOME and u2 > child_along(p, both, years, km, seat, bills, h.child2[i] & CHILD_GIRL, age)
        h.child2[i] = _place_child(h, i, h.child2[i], stays, areas, accounts)
    count = (h.elder1_birth[i] != NO_DATE) + (h.elder2_birth[i] != NO_DATE)
    if count:
        chance = 1.0 if where == AT_HOME else _logistic(p.e0 + p.c5_p * bills + (1.5 if where == OWN_TOWN else 0.0))
        stays = u3 > chance
        if stays and not h.elders[i] & ELDERS_AT_HOME:
            h.elders[i] |= ELDERS_AT_HOME
            for _ in range(count):
                _book_member(h, i, areas, accounts, False)
        elif not stays and h.elders[i] & ELDERS_AT_HOME:
            h.elders[i] &= 255 - ELDERS_AT_HOME
            for _ in range(count):
                _book_member(h, i, areas, accounts, True)
