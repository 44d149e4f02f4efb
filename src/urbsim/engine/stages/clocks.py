"""Stage 4: clocks and official residence.

Clocks are dates (arrival, start of insurance), so that waiting needs no write. What must be written is official residence: a person is
a resident of the place where they have lived for six months, else of the place where they are registered (model.md section 2).
"""

from __future__ import annotations

from urbsim.clock import NO_DATE
from urbsim.engine.compiled import kernel
from urbsim.engine.people import along, book_residence
from urbsim.population.registry import GONE, OUTSIDE

RESIDENCE_QUARTERS = 2


@kernel
def residence_of(h, i, q, areas):  # type: ignore[no-untyped-def]
    """Return (area, part) of the official residence of those who live with head `i`; area may be OUTSIDE."""
    place, part = h.place[i], h.part[i]
    register = h.register[i]
    register_part = 1 if h.register_part[i] == 1 else h.register_in_town[i]
    lived = q - h.arrived[i] >= RESIDENCE_QUARTERS
    if register >= areas:  # registered in another province
        if lived and place != OUTSIDE:
            return place, part
        return OUTSIDE, 0
    if lived or place == register:
        if place == OUTSIDE:
            return OUTSIDE, 0
        return place, part
    return register, register_part


@kernel
def residence(h, lo, hi, q, areas, accounts):  # type: ignore[no-untyped-def]
    """Bring official residence up to date and enter every change into the accounts, once."""
    for i in range(lo, hi):
        if h.place[i] == GONE:
            continue
        area, part = residence_of(h, i, q, areas)
        if area != h.resident_area[i] or part != h.resident_part[i]:
            book_residence(
                accounts, along(h, i), h.resident_area[i], h.resident_part[i], area, part, h.register[i] < areas
            )
            h.resident_area[i] = area
            h.resident_part[i] = part


@kernel
def months_resident(h, i, q, recognition):  # type: ignore[no-untyped-def]
    """Return the months of residence that count for a rule: in the area, plus those elsewhere in the region if `recognition` is 2.

    Recognition 1 (prefecture) credits half of the months elsewhere: which area they were spent in is not kept (a stated simplification).
    """
    months = 3 * (q - h.arrived[i])
    if recognition >= 2:
        months += h.resident_before[i]
    elif recognition >= 1:
        months += h.resident_before[i] // 2
    return months


@kernel
def quarters_insured_here(h, i, q):  # type: ignore[no-untyped-def]
    """Return the quarters of insurance counted in the present area.

    `insured_since` holds, while insured, the quarter from which they count (earlier spells here included), else their number.
    """
    if h.insured_since[i] == NO_DATE:
        return 0
    if h.insured[i]:
        return q - h.insured_since[i]
    return h.insured_since[i]


@kernel
def months_insured(h, i, q, recognition):  # type: ignore[no-untyped-def]
    """Return the months of pension insurance that count for a rule (same recognition as residence)."""
    months = 3 * quarters_insured_here(h, i, q)
    if recognition >= 2:
        months += h.insured_before[i]
    elif recognition >= 1:
        months += h.insured_before[i] // 2
    return months
