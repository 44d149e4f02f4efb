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
def residence_of(r, q, areas):  # type: ignore[no-untyped-def]
    """Return (area, part) of the official residence of those who live with head `i`; area may be OUTSIDE."""
    place, part = r.place, r.part
    register = r.register
    register_part = 1 if r.register_part == 1 else r.register_in_town
    lived = q - r.arrived >= RESIDENCE_QUARTERS
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
        r = h[i]
        if r.place == GONE:
            continue
        area, part = residence_of(r, q, areas)
        if area != r.resident_area or part != r.resident_part:
            book_residence(
                accounts, along(r), r.resident_area, r.resident_part, area, part, r.register < areas
            )
            r.resident_area = area
            r.resident_part = part


@kernel
def months_resident(r, q, recognition):  # type: ignore[no-untyped-def]
    """Return the months of residence that count for a rule: in the area, plus those elsewhere in the region if `recognition` is 2.

    Recognition 1 (prefecture) credits half of the months elsewhere: which area they were spent in is not kept (a stated simplification).
    """
    months = 3 * (q - r.arrived)
    if recognition >= 2:
        months += r.resident_before
    elif recognition >= 1:
        months += r.resident_before // 2
    return months


@kernel
def quarters_insured_here(r, q):  # type: ignore[no-untyped-def]
    """Return the quarters of insurance counted in the present area.

    `insured_since` holds, while insured, the quarter from which they count (earlier spells here included), else their number.
    """
    if r.insured_since == NO_DATE:
        return 0
    if r.insured:
        return q - r.insured_since
    return r.insured_since


@kernel
def months_insured(r, q, recognition):  # type: ignore[no-untyped-def]
    """Return the months of pension insurance that count for a rule (same recognition as residence)."""
    months = 3 * quarters_insured_here(r, q)
    if recognition >= 2:
        months += r.insured_before
    elif recognition >= 1:
        months += r.insured_before // 2
    return months
