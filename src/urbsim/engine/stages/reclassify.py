"""Stage 1, its only act on households: villages become town.

It flips whole village households to town and changes neither register nor household: those who live in place, those of the village who live
elsewhere (their home is now in town), and migrants who rent in a village of the area.
"""

from __future__ import annotations

from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.people import along, at_home, left_behind
from urbsim.engine.state import RECLASSIFICATION
from urbsim.population.registry import GONE, OUTSIDE


@kernel
def reclassify(h, lo, hi, q, key, areas, share, accounts):  # type: ignore[no-untyped-def]
    """Flip households; `share` per area is the chance of the quarter that a village household's village becomes town."""
    for i in range(lo, hi):
        place = h.place[i]
        if place == GONE:
            continue
        origin = h.origin[i]
        home_village = origin < areas and not h.register_in_town[i]
        lodger = place != OUTSIDE and not at_home(h, i) and h.part[i] == 0
        if not home_village and not lodger:
            continue
        u, v, _, _ = rng.draw4(key, rng.RECLASSIFY, h.id[i], q, 0)
        if home_village and u < share[origin]:
            h.register_in_town[i] = 1
            persons = left_behind(h, i)
            if at_home(h, i):
                h.part[i] = 1
            if h.resident_area[i] == origin and h.resident_part[i] == 0 and (at_home(h, i) or place != origin):
                # In place, or away for less than six months and still counted at home.
                h.resident_part[i] = 1
                persons += along(h, i)
            accounts.change_town[origin, RECLASSIFICATION] += persons
        if lodger and v < share[place]:
            h.part[i] = 1
            if h.resident_area[i] == place and h.resident_part[i] == 0:
                h.resident_part[i] = 1
                accounts.change_town[place, RECLASSIFICATION] += along(h, i)
