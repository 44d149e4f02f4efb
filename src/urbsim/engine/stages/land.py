"""Stage 11: rural rights. Certificates spread; on settling, rights are kept as far as the rule in force says.

A settled household loses its contracted land with the quarterly hazard `land_loss/4` times the share of rights that the rule does not
protect (lever land.rights_kept). Where paid exit is offered, entitled households give up contracted land and homestead for money (levers
land.exit_*), the chance in proportion to the compensation. Uncertified holders get certificates at `certify/4` while the national
programme runs (2013-2018).
"""

from __future__ import annotations

import numpy as np

from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.people import at_home
from urbsim.policy import land as land_rule
from urbsim.population.registry import GONE, LAND_CERTIFIED, LAND_CONTRACTED, LAND_HOMESTEAD, STATUS_SETTLED, TOWN

exit_chance = kernel(land_rule.exit_chance)
may_exit = kernel(land_rule.may_exit)


@kernel
def land(h, lo, hi, luck, first, q, key, p, areas, rules, rights_kept, programme, paid, accounts):
    """Change land bits of one quarter; row `first` is the first of `luck`.

    `rights_kept` per area of origin; `rules` the areas' rules; `programme` is 1 while certificates are issued, `paid` whether any area
    pays for rights given up.
    """
    most_lost, most_certified = rng.most_byte(p.land_loss / 4.0), rng.most_byte(p.certify / 4.0)
    if programme <= 0.0:
        most_certified = np.int64(-1)
    for i in range(lo, hi):
        lose, gain = rng.byte_at(luck, i - first, rng.LAND_BYTE), rng.byte_at(luck, i - first, rng.LAND_BYTE + 1)
        if not (paid | (lose <= most_lost) | (gain <= most_certified)):
            continue  # before the row is read
        r = h[i]
        if r.place == GONE or not r.land:
            continue
        settled = r.status == STATUS_SETTLED and r.land & LAND_CONTRACTED
        certify = programme > 0.0 and not r.land & LAND_CERTIFIED
        settled = settled and lose <= most_lost
        certify = certify and gain <= most_certified
        offered = False
        if r.origin < areas and rules[r.origin].exit_compensation > 0.0 and not at_home(r):
            in_town = r.place < GONE and r.part == TOWN
            offered = may_exit(r.status == STATUS_SETTLED, in_town, rules[r.origin].exit_scope) > 0
        if not settled and not certify and not offered:
            continue
        u, v, w, _ = rng.draw4_known(key, rng.LAND, r.id, q, 0, luck, i - first)
        if settled:
            kept = rights_kept[r.origin] if r.origin < areas else 1.0
            if u < p.land_loss / 4.0 * (1.0 - kept):
                r.land &= 255 - LAND_CONTRACTED
        if certify and v < p.certify / 4.0:
            r.land |= LAND_CERTIFIED
        if offered and r.land & (LAND_CONTRACTED | LAND_HOMESTEAD):
            if w < exit_chance(rules[r.origin].exit_compensation, rules[r.origin].exit_take_up) / 4.0:
                r.land = 0
                accounts[r.origin].land_exits += 1
