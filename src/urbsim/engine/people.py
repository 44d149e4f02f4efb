"""Small facts about one household that several stages need: who is where, ages, and the single book of residence."""

from __future__ import annotations

from urbsim.clock import NO_DATE
from urbsim.engine.compiled import kernel
from urbsim.engine.state import (
    NATURAL_TOWN,
    NATURAL_VILLAGE,
    OTHER_AREAS,
    OUTSIDE_TOWN,
    OUTSIDE_VILLAGE,
    OWN_VILLAGES,
    RETURN_OR_COVERAGE,
)
from urbsim.population.registry import (
    CHILD_AT_HOME,
    ELDERS_AT_HOME,
    MOVER_IN_PLACE,
    OUTSIDE,
    SPOUSE_ALONG,
    SPOUSE_AT_HOME,
)


@kernel
def age_at(birth, q):  # type: ignore[no-untyped-def]
    """Return completed years of age at quarter `q` of someone born in quarter `birth`."""
    return (q - birth) // 4


@kernel
def along(h, i):  # type: ignore[no-untyped-def]
    """Count the persons of household `i` who live with its head, the head included."""
    n = 1
    if h.spouse[i] == SPOUSE_ALONG:
        n += 1
    if h.child1_birth[i] != NO_DATE and not h.child1[i] & CHILD_AT_HOME:
        n += 1
    if h.child2_birth[i] != NO_DATE and not h.child2[i] & CHILD_AT_HOME:
        n += 1
    if not h.elders[i] & ELDERS_AT_HOME:
        n += (h.elder1_birth[i] != NO_DATE) + (h.elder2_birth[i] != NO_DATE)
    return n


@kernel
def left_behind(h, i):  # type: ignore[no-untyped-def]
    """Count the members of household `i` who stayed at home while its head lives elsewhere."""
    n = 0
    if h.spouse[i] == SPOUSE_AT_HOME:
        n += 1
    if h.child1_birth[i] != NO_DATE and h.child1[i] & CHILD_AT_HOME:
        n += 1
    if h.child2_birth[i] != NO_DATE and h.child2[i] & CHILD_AT_HOME:
        n += 1
    if h.elders[i] & ELDERS_AT_HOME:
        n += (h.elder1_birth[i] != NO_DATE) + (h.elder2_birth[i] != NO_DATE)
    return n


@kernel
def children_aged(h, i, q, first, last):  # type: ignore[no-untyped-def]
    """Count children of completed age `first`..`last`, wherever they live."""
    n = 0
    if h.child1_birth[i] != NO_DATE:
        age = age_at(h.child1_birth[i], q)
        n += first <= age <= last
    if h.child2_birth[i] != NO_DATE:
        age = age_at(h.child2_birth[i], q)
        n += first <= age <= last
    return n


@kernel
def at_home(h, i):  # type: ignore[no-untyped-def]
    """Tell whether household `i` lives in its own village (whatever that village is classed as today)."""
    return h.mover[i] == MOVER_IN_PLACE and h.place[i] != OUTSIDE


@kernel
def in_own_town(h, i):  # type: ignore[no-untyped-def]
    """Tell whether household `i` has moved inside its own area (between districts of a core too)."""
    return h.place[i] == h.origin[i] and h.mover[i] != MOVER_IN_PLACE


@kernel
def home_place(h, i, areas):  # type: ignore[no-untyped-def]
    """Return the area of the home of household `i`, or OUTSIDE for people of another province."""
    if h.origin[i] < areas:
        return h.origin[i]
    return OUTSIDE


@kernel
def census_class(h, i):  # type: ignore[no-untyped-def]
    """Return the census origin class of a mover, 0 same area, 1 other area, 2 other province (in place counts as 0)."""
    m = h.mover[i]
    return m - 1 if m > 0 else 0


@kernel
def book_residence(accounts, persons, from_area, from_part, to_area, to_part, of_region):  # type: ignore[no-untyped-def]
    """Enter a change of official residence into the accounts, under the component that model.md section 2 gives it.

    Areas may be OUTSIDE. `of_region` tells whether the persons are registered in the region: their ways over its border are
    `return_or_coverage`, those of people registered elsewhere are `outside_town` or `outside_village` by the part they enter or leave.
    """
    if from_area == to_area and (from_part == to_part or from_area == OUTSIDE):
        return
    if from_area == OUTSIDE or to_area == OUTSIDE:
        part = to_part if from_area == OUTSIDE else from_part
        component = OUTSIDE_TOWN if part == 1 else OUTSIDE_VILLAGE
        if of_region:
            component = RETURN_OR_COVERAGE
    elif from_area == to_area:
        component = OWN_VILLAGES
    else:
        component = OTHER_AREAS
    if from_area != OUTSIDE:
        accounts.change_residents[from_area, component] -= persons
        if from_part == 1:
            accounts.change_town[from_area, component] -= persons
    if to_area != OUTSIDE:
        accounts.change_residents[to_area, component] += persons
        if to_part == 1:
            accounts.change_town[to_area, component] += persons


@kernel
def book_birth(accounts, area, part, change):  # type: ignore[no-untyped-def]
    """Enter a birth (`change` 1) or a death (-1) at an official residence; outside the region it does not count."""
    if area == OUTSIDE:
        return
    component = NATURAL_TOWN if part == 1 else NATURAL_VILLAGE
    accounts.change_residents[area, component] += change
    if part == 1:
        accounts.change_town[area, component] += change
    if change > 0:
        accounts.births[area, part] += 1
    else:
        accounts.deaths[area, part] += 1
