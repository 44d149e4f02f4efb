"""Stage 1, its only act on households: villages become town, or are village again.

It flips whole village households to town and changes neither register nor household: those who live in place, those of the village who live
elsewhere (their home is now in town), and migrants who rent in a village of the area. Boundaries are redrawn both ways: a negative share
takes villages classed as town back, with the households registered there; their lodgers are not known and stay.
"""

from __future__ import annotations

import numpy as np

from urbsim.engine import rng
from urbsim.engine.compiled import allocating, kernel
from urbsim.engine.people import along, at_home, left_behind
from urbsim.engine.state import RECLASSIFICATION
from urbsim.population.registry import GONE, OUTSIDE


@allocating
def most_reclassified(share):
    """Return, per area, the largest first byte with which a household can be flipped; `share` as in `reclassify`."""
    most = np.empty(share.size, np.int64)
    for a in range(share.size):
        most[a] = rng.most_byte(abs(share[a]))
    return most


@kernel
def reclassify(h, lo, hi, luck, q, key, areas, share, most, highest, accounts):
    """Flip households; `share` per area is the chance of the quarter that a village household's village becomes town.

    Below 0 it is, without the sign, the chance that a village classed as town is village again. `most` as `most_reclassified`
    gives it, `highest` of all areas.
    """
    for i in range(lo, hi):
        own, lodging = rng.byte_at(luck, i - lo, rng.RECLASSIFY_BYTE), rng.byte_at(luck, i - lo, rng.RECLASSIFY_BYTE + 1)
        if min(own, lodging) > highest:
            continue  # above the share of any area
        r = h[i]
        place = r.place
        if place == GONE:
            continue
        origin = r.origin
        home_village = origin < areas and not r.register_in_town
        lodger = place != OUTSIDE and not at_home(r) and r.part == 0
        taken_back = origin < areas and r.register_in_town and share[origin] < 0.0
        may_flip = origin < areas and own <= most[origin]
        home_village, taken_back = home_village and may_flip, taken_back and may_flip
        lodger = lodger and lodging <= most[place]
        if not home_village and not lodger and not taken_back:
            continue
        u, v, _, _ = rng.draw4_known(key, rng.RECLASSIFY, r.id, q, 0, luck, i - lo)
        if home_village and u < share[origin]:
            r.register_in_town = 1
            persons = left_behind(r)
            if at_home(r):
                r.part = 1
            if r.resident_area == origin and r.resident_part == 0 and (at_home(r) or place != origin):
                # In place, or away for less than six months and still counted at home.
                r.resident_part = 1
                persons += along(r)
            accounts[origin].change_town[RECLASSIFICATION] += persons
        if lodger and v < share[place]:
            r.part = 1
            if r.resident_area == place and r.resident_part == 0:
                r.resident_part = 1
                accounts[place].change_town[RECLASSIFICATION] += along(r)
        if taken_back and u < -share[origin]:
            r.register_in_town = 0
            persons = left_behind(r)
            if at_home(r):
                r.part = 0
                if r.resident_area == origin and r.resident_part == 1:
                    r.resident_part = 0
                    persons += along(r)
            accounts[origin].change_town[RECLASSIFICATION] -= persons
