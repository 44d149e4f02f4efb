"""What one quarter reports: the counts and accounts of households and town-born people, in persons and integers.

Names, shapes and meanings stand in `docs/architecture.md` and `results.frames`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from urbsim.clock import season, year_of
from urbsim.engine import town_born
from urbsim.engine.state import BAND_EDGES

if TYPE_CHECKING:
    from urbsim.engine.engine import Engine

Frame = dict[str, npt.NDArray[Any]]

_SCALED = (
    "arrivals", "departures", "left_village", "movers_family",
    "settled", "permits_issued", "returns", "returns_outside", "moves", "applied_school", "admitted_school",
    "settling_applied", "settling_eligible", "settling_admitted", "insured_new", "medical_new", "injury_new", "trained", "placed",
    "land_exits", "homes_bought",
)  # fmt: skip
_COUNTED = (
    "migrants", "movers", "left_behind", "agents_in_place", "households_tenure", "queue", "homes_occupied", "workers", "insured",
    "medical", "injury", "formal", "informal", "registered_permit_holders", "poor", "flexible", "tenants_helped",
)  # fmt: skip


def make_frame(e: Engine) -> Frame:
    """Return the frame of the quarter just run (or of the initial state)."""
    w, c, acc, born = e.weight, e.counts, e.accounts, e.town_born_accounts
    ages, town_born_parts = town_born.by_age(e.town_born, year_of(e.q))
    booked, counted = _times(acc, w), _times(c.area, w)
    frame: Frame = {name: booked[name] for name in _SCALED}
    frame.update({name: counted[name] for name in _COUNTED})
    frame["residents"] = counted["residents"] + town_born_parts
    frame["town_born"] = town_born_parts
    movers = np.rint(e.town_born_movers).astype(np.int64)
    frame["town_born_movers"] = np.concatenate((movers, e.town_born_elsewhere[:, None]), axis=1)
    born_here = town_born_parts.sum(axis=1)
    frame["hukou"] = counted["hukou"] + born_here + e.hukou_offset
    frame["hukou_urban"] = counted["hukou_urban"] + born_here + e.hukou_urban_offset
    for name in ("change_residents", "change_town", "births", "deaths"):
        frame[name] = booked[name] + born[name]
    by_age = ages.sum(axis=1)
    frame["persons_band"] = counted["persons_band"]
    frame["persons_band"][:, 0, :] += np.add.reduceat(by_age, (0, *BAND_EDGES), axis=1)
    if season(e.q) == 4:
        frame["persons_age5"] = counted["persons_age5"] + np.add.reduceat(ages, range(0, 90, 5), axis=2)
    else:
        frame["persons_age5"] = np.zeros_like(counted["persons_age5"])
    frame["pupils"] = pupils = counted["pupils"]
    pupils[:, 0, 0, 1] += by_age[:, 6:12].sum(axis=1)
    pupils[:, 1, 0, 1] += by_age[:, 12:15].sum(axis=1)
    frame["places"] = e.rounds.places()
    frame["homes_units"] = e.inputs.units[e.q] + e.grant_units
    frame["wage"], frame["rent"] = e.wage.copy(), e.rent.copy()
    frame["wage_sum"] = c.area["wage_sum"].astype(np.float64) * w
    first = season(e.q) == 1 and e.q > 0
    for name in ("grant", "own_money", "borrowed", "repaid", "land"):
        frame[name] = getattr(e, name).copy() if first else np.zeros(e.areas)
    frame["debt"], frame["land_homes"] = e.debt.copy(), e.land_homes.copy()
    frame["price"] = e.price.copy()
    frame["shared_units"] = e.inputs.shared_units[e.q].copy()
    frame["later_places"] = e.inputs.later_places[e.q] + e.inputs.new_later_places[e.q]
    frame["bills"], frame["hospitals_opened"], frame["union"] = e.bills.copy(), e.opened.copy(), e.union.copy()
    frame["legal"], frame["legal_asked"] = e.legal.copy(), e.legal_asked.copy()
    frame["assistance"] = c.area["assistance"].astype(np.float64) * w
    frame["exit_paid"] = e.exit_paid.copy()
    frame["grant_places"] = e.grant_places.sum(axis=1)
    frame["grant_homes"] = e.grant_units[:, 0].copy()
    return frame


def _times(records: npt.NDArray[Any], weight: int) -> npt.NDArray[Any]:
    """Return records of int64 fields times `weight`."""
    scaled: npt.NDArray[Any] = (records.view(np.int64) * weight).view(records.dtype)
    return scaled
