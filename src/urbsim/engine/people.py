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
    GONE,
    MOVER_IN_PLACE,
    OUTSIDE,
    SPOUSE_ALONG,
    SPOUSE_AT_HOME,
    SPOUSE_NONE,
    STATUS_RURAL,
    STATUS_SETTLED,
    STATUS_UNREGISTERED,
    TENURE_OWN,
    TENURE_SHARED,
)


@kernel
def age_at(birth, q):
    """Return completed years of age at quarter `q` of someone born in quarter `birth` (a shift rounds down, as ages do)."""
    return (q - birth) >> 2


@kernel
def owns_home(r):
    """Tell whether household `r` owns its home in town, wholly or in shares with government."""
    return r.tenure == TENURE_OWN or r.tenure == TENURE_SHARED


@kernel
def family_of(r):
    """Count spouse and children of household `i`, wherever they live."""
    return (r.spouse != SPOUSE_NONE) + (r.child1_birth != NO_DATE) + (r.child2_birth != NO_DATE)


@kernel
def elders_of(r):
    """Count the elders of household `i`, wherever they live."""
    return (r.elder1_birth != NO_DATE) + (r.elder2_birth != NO_DATE)


@kernel
def along(r):
    """Count the persons of household `i` who live with its head, the head included."""
    n = 1
    if r.spouse == SPOUSE_ALONG:
        n += 1
    if r.child1_birth != NO_DATE and not r.child1 & CHILD_AT_HOME:
        n += 1
    if r.child2_birth != NO_DATE and not r.child2 & CHILD_AT_HOME:
        n += 1
    if not r.elders & ELDERS_AT_HOME:
        n += (r.elder1_birth != NO_DATE) + (r.elder2_birth != NO_DATE)
    return n


@kernel
def left_behind(r):
    """Count the members of household `i` who stayed at home while its head lives elsewhere."""
    n = 0
    if r.spouse == SPOUSE_AT_HOME:
        n += 1
    if r.child1_birth != NO_DATE and r.child1 & CHILD_AT_HOME:
        n += 1
    if r.child2_birth != NO_DATE and r.child2 & CHILD_AT_HOME:
        n += 1
    if r.elders & ELDERS_AT_HOME:
        n += (r.elder1_birth != NO_DATE) + (r.elder2_birth != NO_DATE)
    return n


@kernel
def children_aged(r, q, first, last):
    """Count children of completed age `first`..`last`, wherever they live."""
    n = 0
    if r.child1_birth != NO_DATE:
        age = age_at(r.child1_birth, q)
        n += first <= age <= last
    if r.child2_birth != NO_DATE:
        age = age_at(r.child2_birth, q)
        n += first <= age <= last
    return n


@kernel
def children_along(r, q, first, last):
    """Count children of completed age `first`..`last` who live with the head."""
    n = 0
    if r.child1_birth != NO_DATE and not r.child1 & CHILD_AT_HOME:
        n += first <= age_at(r.child1_birth, q) <= last
    if r.child2_birth != NO_DATE and not r.child2 & CHILD_AT_HOME:
        n += first <= age_at(r.child2_birth, q) <= last
    return n


@kernel
def season_of(q):
    """Return 1, 2, 3 or 4: which quarter of its year `q` is (`urbsim.clock.season` for kernels)."""
    return (q + 3) % 4 + 1


@kernel
def at_home(r):
    """Tell whether household `i` lives in its own village (whatever that village is classed as today)."""
    return r.mover == MOVER_IN_PLACE and r.place != OUTSIDE


@kernel
def in_own_town(r):
    """Tell whether household `i` has moved inside its own area (between districts of a core too)."""
    return r.place == r.origin and r.mover != MOVER_IN_PLACE


@kernel
def keep_village_register(r):
    """Give household `r` its village register back if the head who is no more settled in a town alone: the others never left it."""
    if r.register_part == 0 or r.kin_settled:
        return
    r.register, r.register_part, r.kin_settled = r.origin, 0, 0
    r.queue_since = NO_DATE
    if r.place == r.origin:
        r.status, r.permit_since = STATUS_RURAL, NO_DATE
    elif r.status == STATUS_SETTLED:
        r.status = STATUS_UNREGISTERED


@kernel
def home_place(r, areas):
    """Return the area of the home of household `i`, or OUTSIDE for people of another province."""
    if r.origin < areas:
        return r.origin
    return OUTSIDE


@kernel
def census_class(r):
    """Return the census origin class of a mover, 0 same area, 1 other area, 2 other province (in place counts as 0)."""
    m = r.mover
    return m - 1 if m > 0 else 0


@kernel
def book_residence(accounts, persons, from_area, from_part, to_area, to_part, of_region):
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
        accounts[from_area].change_residents[component] -= persons
        if from_part == 1:
            accounts[from_area].change_town[component] -= persons
    if to_area != OUTSIDE:
        accounts[to_area].change_residents[component] += persons
        if to_part == 1:
            accounts[to_area].change_town[component] += persons


@kernel
def book_mover(accounts, r, change):
    """Enter that `change` members more live with the head of `r` where it lives, if that is not its own village: movers of its class."""
    if r.place < GONE and r.mover != MOVER_IN_PLACE:
        accounts[r.place].movers_family[census_class(r)] += change


@kernel
def book_birth(accounts, area, part, change):
    """Enter a birth (`change` 1) or a death (-1) at an official residence; outside the region it does not count."""
    if area == OUTSIDE:
        return
    component = NATURAL_TOWN if part == 1 else NATURAL_VILLAGE
    accounts[area].change_residents[component] += change
    if part == 1:
        accounts[area].change_town[component] += change
    if change > 0:
        accounts[area].births[part] += 1
    else:
        accounts[area].deaths[part] += 1
