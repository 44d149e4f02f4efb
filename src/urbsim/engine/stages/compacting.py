"""Drop rows that can play no part any more, once a year."""

from __future__ import annotations

from urbsim.engine.compiled import kernel
from urbsim.engine.stages.tallying import put
from urbsim.population.registry import GONE, OUTSIDE

FORGET_AFTER = 20  # quarters


@kernel
def compact(h, kinds, n, q, areas, p, norm, tally):
    """Move the rows that stay to the front, in order, with their kinds, and return how many; `tally` stands as of the quarter before `q`.

    Rows go of households that are gone, and of people of another province who left the region five years ago: they are back in their
    block's stock at risk.
    """
    kept = 0
    for i in range(n):
        r = h[i]
        if r.place == GONE or (r.place == OUTSIDE and r.register >= areas and r.arrived < q - FORGET_AFTER):
            put(tally, r, q - 1, areas, p, norm, -1)
            continue
        if kept != i:
            h[kept] = h[i]
            kinds[kept] = kinds[i]
        kept += 1
    return kept
