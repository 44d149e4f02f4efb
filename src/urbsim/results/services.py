"""Demand, supply, served and unmet of each service, yearly by area, for everyone and for migrants (NaN: not modelled yet).

| service | demand | served | unmet |
|---|---|---|---|
| primary, lower_secondary | children in school in the area | public and bought places | fee-paying places |
| guaranteed_rental, public_rental | housed + waiting | homes occupied | households waiting |
| nursery, kindergarten, upper_secondary, hospital_beds, elder_care | standard × persons | min(demand, supply) | the rest |
| shared_homes | - | households in shared ownership | - |
| primary_care | visits per resident × residents | min(demand, supply), everyone only | the rest |
| insurance, medical_insurance | migrant workers | members | the rest |
| injury_insurance | employees, formal or not | members | the rest |
| training | - | trainees of the year | - |
| legal | workers who ask | within the capacity | the rest |

What is short is shared by migrants and others alike, but for kindergartens and academic upper secondary schools, where migrants' children
have the access of `urbsim.policy.schools` and what the scenario opens. Standards are planning standards with their sources
(`data/service_norms.csv`). Stocks at the year's end, training summed over the year. Children left behind are no demand where they do not
live. Supply of schools public places, of which bought places are no part; supply of training is the number of slots of the policy, spread
by migrant workers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from urbsim.policy.schools import ACCESS_KINDERGARTEN, ACCESS_UPPER_ACADEMIC, UPPER_ACADEMIC_SHARE
from urbsim.results.facts import by_year, service_norms
from urbsim.results.frames import Frames
from urbsim.results.labels import codes, position
from urbsim.results.levels import ratio
from urbsim.results.levers import in_force

if TYPE_CHECKING:
    from urbsim.results.compute import Context

Floats = NDArray[np.float64]
#: Region attribute (years from 2010 × areas) that holds the supply of a service.
SUPPLY = {
    "hospital_beds": "hospital_beds",
    "elder_care": "elder_care_beds",
}
FIRST_SUPPLY_YEAR = 2010
EVERYONE, MIGRANTS = 0, 1


def services(frames: Frames, context: Context) -> dict[str, Floats]:
    """Return `service_demand`, `service_served`, `service_unmet` (year × area × service × group) and `service_supply` (without group)."""
    years, areas, count = len(context.calendar.years), context.levels.areas, len(codes("service"))
    demand, served, unmet = (np.full((years, areas, count, 2), np.nan) for _ in range(3))
    supply = np.full((years, areas, count), np.nan)
    _schools(frames, context, demand, served, unmet, supply)
    _homes(frames, context, demand, served, unmet, supply)
    _by_norm(frames, context, demand, served, unmet, supply)
    _work(frames, context, demand, served, unmet, supply)
    _primary_care(frames, context, demand, served, unmet, supply)
    return {"service_demand": demand, "service_served": served, "service_unmet": unmet, "service_supply": supply}


def _schools(frames: Frames, context: Context, demand: Floats, served: Floats, unmet: Floats, supply: Floats) -> None:
    pupils = np.asarray(context.calendar.at_end(np.asarray(frames["pupils"])), dtype=np.float64)  # year, area, stage, group, place
    places = context.calendar.at_end(np.asarray(frames["places"]))
    public, bought, fee = (position("school_place", code) for code in ("public", "bought", "fee_paying"))
    for stage, code in enumerate(codes("stage")):
        s = position("service", code)
        by_group = pupils[:, :, stage]
        helped, paying = by_group[..., public] + by_group[..., bought], by_group[..., fee]
        migrant = position("pupil_group", "migrant")
        for group, pick in ((EVERYONE, slice(None)), (MIGRANTS, slice(migrant, migrant + 1))):
            served[:, :, s, group] = helped[:, :, pick].sum(axis=2)
            unmet[:, :, s, group] = paying[:, :, pick].sum(axis=2)
        demand[:, :, s] = served[:, :, s] + unmet[:, :, s]
        supply[:, :, s] = places[:, :, stage]


def _homes(frames: Frames, context: Context, demand: Floats, served: Floats, unmet: Floats, supply: Floats) -> None:
    at_end = context.calendar.at_end
    units, occupied = at_end(np.asarray(frames["homes_units"])), at_end(np.asarray(frames["homes_occupied"]))
    housed, waiting = at_end(np.asarray(frames["households_tenure"])), at_end(np.asarray(frames["queue"]))
    for kind, code in enumerate(codes("homes")):
        s = position("service", code)
        served[:, :, s, EVERYONE] = occupied[:, :, kind]
        served[:, :, s, MIGRANTS] = housed[:, :, position("tenure", code)]
        # only households of rural origin wait in the model, so both groups have the same list
        unmet[:, :, s] = waiting[:, :, position("queue_for", code), None]
        demand[:, :, s] = served[:, :, s] + unmet[:, :, s]
        supply[:, :, s] = units[:, :, kind]
    s = position("service", "shared_homes")
    served[:, :, s] = housed[:, :, position("tenure", "shared"), None]
    supply[:, :, s] = at_end(np.asarray(frames["shared_units"]))


def _by_norm(frames: Frames, context: Context, demand: Floats, served: Floats, unmet: Floats, supply: Floats) -> None:
    persons = np.asarray(context.calendar.at_end(np.asarray(frames["persons_band"])), dtype=np.float64)  # year, area, group, band
    places = np.asarray(context.calendar.at_end(np.asarray(frames["later_places"])), dtype=np.float64)
    later = {"nursery": places[:, :, 0], "kindergarten": places[:, :, 1], "upper_secondary": places[:, :, 2:].sum(axis=2)}
    for code, norm in service_norms().items():
        s = position("service", code)
        bands = [position("band", band) for band in norm.bands] or list(range(len(codes("band"))))
        demand[:, :, s] = norm.value * persons[..., bands].sum(axis=-1)
        supply[:, :, s] = later[code] if code in later else _region_supply(context, SUPPLY[code])
        served[:, :, s, EVERYONE] = np.minimum(demand[:, :, s, EVERYONE], supply[:, :, s])
        share = ratio(served[:, :, s, EVERYONE], demand[:, :, s, EVERYONE]) * _access(code, context)
        served[:, :, s, MIGRANTS] = share * demand[:, :, s, MIGRANTS]
        without = demand[:, :, s, MIGRANTS] - served[:, :, s, MIGRANTS]  # migrants without a place are part of everyone
        served[:, :, s, EVERYONE] = np.minimum(served[:, :, s, EVERYONE], demand[:, :, s, EVERYONE] - without)
        unmet[:, :, s] = demand[:, :, s] - served[:, :, s]


def _access(code: str, context: Context) -> Floats:
    """Return migrants' children's chance of a place over everyone's, year × area."""
    if code == "kindergarten":
        opened = context.calendar.at_end(in_force(context, "school.kindergarten_open"))
        young: Floats = ACCESS_KINDERGARTEN + (1.0 - ACCESS_KINDERGARTEN) * opened
        return young
    if code == "upper_secondary":
        opened = context.calendar.at_end(in_force(context, "school.upper_secondary_open"))
        academic = ACCESS_UPPER_ACADEMIC + (1.0 - ACCESS_UPPER_ACADEMIC) * opened
        both: Floats = UPPER_ACADEMIC_SHARE * academic + (1.0 - UPPER_ACADEMIC_SHARE)
        return both
    return np.ones((len(context.calendar.years), context.levels.areas))


def _work(frames: Frames, context: Context, demand: Floats, served: Floats, unmet: Floats, supply: Floats) -> None:
    calendar = context.calendar
    workers = np.asarray(frames["workers"])
    employed = np.asarray(frames["formal"]) + np.asarray(frames["informal"])
    for code, of, members in (
        ("insurance", workers, "insured"), ("medical_insurance", workers, "medical"), ("injury_insurance", employed, "injury")
    ):  # fmt: skip
        s = position("service", code)
        demand[:, :, s, MIGRANTS] = calendar.at_end(of)
        served[:, :, s, MIGRANTS] = calendar.at_end(np.asarray(frames[members]))
        unmet[:, :, s, MIGRANTS] = demand[:, :, s, MIGRANTS] - served[:, :, s, MIGRANTS]
    s = position("service", "legal")
    demand[:, :, s, MIGRANTS] = calendar.over(np.asarray(frames["legal_asked"]))
    served[:, :, s, MIGRANTS] = calendar.over(np.asarray(frames["legal"]))
    unmet[:, :, s, MIGRANTS] = demand[:, :, s, MIGRANTS] - served[:, :, s, MIGRANTS]
    s = position("service", "training")
    served[:, :, s, MIGRANTS] = calendar.over(np.asarray(frames["trained"]))
    supply[:, :, s] = _training_slots(frames, context)


def _primary_care(frames: Frames, context: Context, demand: Floats, served: Floats, unmet: Floats, supply: Floats) -> None:
    """Count visits to primary care: demand by residents; supply as planned, and as staff and doctor teams are trained (W7, W13).

    What is planned for counts residents with a local register, and the others as far as the lever health.planned_by_residents says.
    """
    calendar, s = context.calendar, position("service", "primary_care")

    def fact(key: str) -> Floats:
        return by_year(key, str(context.region.name), calendar.years)[:, None]

    persons = np.asarray(calendar.at_end(np.asarray(frames["persons_band"])), dtype=np.float64).sum(axis=3)  # year, area, group
    migrants = np.asarray(calendar.at_end(np.asarray(frames["migrants"])), dtype=np.float64).sum(axis=3)
    others = migrants[:, :, position("status", "unregistered")] + migrants[:, :, position("status", "permit")]
    demand[:, :, s] = persons * fact("primary_visits")[..., None]
    names = ("planned_by_residents", "primary_staff_trained", "doctor_teams_trained")
    by_residents, staff, teams = (in_force(context, f"health.{name}") for name in names)
    planned = persons[:, :, EVERYONE] - others * (1.0 - calendar.at_end(by_residents))
    trained = calendar.over(staff / 4.0) * fact("primary_visits_per_staff")
    trained += calendar.over(teams / 4.0) * fact("primary_team_persons") * fact("primary_visits")
    supply[:, :, s] = planned * fact("primary_visits") + trained * fact("primary_training_gain")
    served[:, :, s, EVERYONE] = np.minimum(demand[:, :, s, EVERYONE], supply[:, :, s])
    unmet[:, :, s, EVERYONE] = demand[:, :, s, EVERYONE] - served[:, :, s, EVERYONE]


def _region_supply(context: Context, attribute: str) -> Floats:
    """Return a supply array of the region for the years of the run; NaN where the region has none."""
    wanted = np.array(context.calendar.years, dtype=np.int64) - FIRST_SUPPLY_YEAR
    out = np.full((len(wanted), context.levels.areas), np.nan)
    table = getattr(context.region, attribute, None)
    if table is None:
        return out
    known = wanted < len(table)
    out[known] = np.asarray(table, dtype=np.float64)[wanted[known]]
    return out


def _training_slots(frames: Frames, context: Context) -> Floats:
    """Return the training slots of every year by area; NaN where the scenario does not have the lever.

    The lever is one number for the region and year; a quarter of the value in force goes out each quarter by migrant workers (the rule of
    `urbsim.policy.work.slots_in_area`).
    """
    calendar = context.calendar
    try:
        table: Any = np.asarray(context.scenario.policy.array("work.training_slots"), dtype=np.float64)
    except (AttributeError, KeyError):
        return np.full((len(calendar.years), context.levels.areas), np.nan)
    workers = np.asarray(frames["workers"], dtype=np.float64)
    shares = np.nan_to_num(ratio(workers, workers.sum(axis=1, keepdims=True)))
    in_force = table[calendar.first : calendar.first + calendar.quarters, :1]
    return np.asarray(calendar.over(in_force / 4.0 * shares), dtype=np.float64)
