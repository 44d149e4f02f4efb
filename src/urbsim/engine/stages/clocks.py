"""Stage 4: clocks and official residence.

Clocks are dates (arrival, start of insurance), so that waiting needs no write. What must be written is official residence: a person is
a resident of the place where they have lived for six months, else of the place where they are registered (model.md section 2).
"""

from __future__ import annotations

import numpy as np

from urbsim.engine.compiled import kernel
from urbsim.engine.people import along, book_residence
from urbsim.policy import settlement as settlement_rule
from urbsim.population.registry import GONE, OUTSIDE

RESIDENCE_QUARTERS = 2

counted_months = kernel(settlement_rule.counted_months)


@kernel
def residence_of(r, q, areas):
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
def residence(h, lo, hi, q, areas, accounts):
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
def months_resident(r, q, recognition):
    """Return the months of residence that count for a rule, elsewhere in the region too as `recognition` says.

    Half of the months elsewhere were in the prefecture: which area they were spent in is not kept (a stated simplification).
    """
    return counted_months(3 * (q - r.arrived), r.resident_before // 2, r.resident_before, recognition)


@kernel
def quarters_insured_here(r, q):
    """Return the quarters of insurance counted in the present area, earlier spells included."""
    if r.insured:
        return r.insured_here + q - r.insured_since
    return np.int64(r.insured_here)


@kernel
def months_insured(r, q, recognition):
    """Return the months of pension insurance that count for a rule (same recognition as residence)."""
    return counted_months(3 * quarters_insured_here(r, q), r.insured_before // 2, r.insured_before, recognition)
