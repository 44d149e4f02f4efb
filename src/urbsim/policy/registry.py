"""All levers by name."""

from __future__ import annotations

import difflib
from types import MappingProxyType

from urbsim.policy import assistance, finance, health, homes, insurance, land, permits, places, points, schools, settlement, work
from urbsim.policy.levers import Lever

FAMILIES = (settlement, points, permits, schools, homes, finance, land, work, insurance, assistance, health, places)

LEVERS: MappingProxyType[str, Lever] = MappingProxyType({lever.name: lever for family in FAMILIES for lever in family.LEVERS})


def nearest_lever(name: str) -> str | None:
    """Return the lever whose name is nearest to `name`, if any is near.

    >>> nearest_lever("settlement.owner_insurance_month")
    'settlement.owner_insurance_months'
    >>> nearest_lever("quota")
    'settlement.quota'
    """
    found = difflib.get_close_matches(name, LEVERS, n=1, cutoff=0.6)
    if not found:
        found = [full for full in LEVERS if full.partition(".")[2] == name.rpartition(".")[2]]
    return found[0] if found else None
