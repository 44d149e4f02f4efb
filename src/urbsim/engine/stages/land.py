"""Stage 11: rural rights. Certificates spread; on settling, rights are kept as far as the rule in force says.

A settled household loses its contracted land with the quarterly hazard `land_loss/4` times the share of rights that the rule does not
protect (lever land.rights_kept). Uncertified holders get certificates at `certify/4` while the national programme runs (2013-2018).
"""

from __future__ import annotations

from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.population.registry import GONE, LAND_CERTIFIED, LAND_CONTRACTED, STATUS_SETTLED


@kernel
def land(h, lo, hi, luck, first, q, key, p, areas, rights_kept, programme):  # type: ignore[no-untyped-def]
    """Change land bits of one quarter; row `first` is the first of `luck`.

    `rights_kept` per area of origin; `programme` is 1 while certificates are issued.
    """
    most_lost, most_certified = rng.most_byte(p.land_loss / 4.0), rng.most_byte(p.certify / 4.0)
    for i in range(lo, hi):
        r = h[i]
        if r.place == GONE or not r.land:
            continue
        settled = r.status == STATUS_SETTLED and r.land & LAND_CONTRACTED
        certify = programme > 0.0 and not r.land & LAND_CERTIFIED
        settled = settled and rng.byte_at(luck, i - first, rng.LAND_BYTE) <= most_lost
        certify = certify and rng.byte_at(luck, i - first, rng.LAND_BYTE + 1) <= most_certified
        if not settled and not certify:
            continue
        u, v, _, _ = rng.draw4(key, rng.LAND, r.id, q, 0)
        if settled:
            kept = rights_kept[r.origin] if r.origin < areas else 1.0
            if u < p.land_loss / 4.0 * (1.0 - kept):
                r.land &= 255 - LAND_CONTRACTED
        if certify and v < p.certify / 4.0:
            r.land |= LAND_CERTIFIED
