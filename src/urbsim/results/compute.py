"""From the frames of one run to the variables of a result, at all levels (arrays without draw and replicate)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbsim.results import costs, evaluation, indicators, services
from urbsim.results.accounting import contributions
from urbsim.results.frames import Frames
from urbsim.results.jump_off import from_census
from urbsim.results.labels import position
from urbsim.results.levels import Calendar, Levels, ratio

Arrays = dict[str, NDArray[Any]]

#: Frames that become a variable as they are, summed over areas: variable name -> frame name.
_SUMMED = {
    "hukou_population": "hukou",
    "hukou_urban_population": "hukou_urban",
    "migrants": "migrants",
    "arrivals": "arrivals",
    "departures": "departures",
    "movers": "movers",
    "left_village": "left_village",
    "movers_family": "movers_family",
    "settled": "settled",
    "permits_issued": "permits_issued",
    "returns": "returns",
    "returns_from_outside": "returns_outside",
    "left_behind": "left_behind",
    "moves": "moves",
    "agents_in_place": "agents_in_place",
    "town_born": "town_born",
    "town_born_movers": "town_born_movers",
    "births": "births",
    "deaths": "deaths",
    "places": "places",
    "households": "households_tenure",
    "queue": "queue",
    "homes_units": "homes_units",
    "homes_occupied": "homes_occupied",
    "settling_applied": "settling_applied",
    "settling_eligible": "settling_eligible",
    "settling_admitted": "settling_admitted",
    "workers": "workers",
    "insured": "insured",
    "medical_insured": "medical",
    "injury_insured": "injury",
    "placed": "placed",
    "land_exits": "land_exits",
    "trained": "trained",
    "grant": "grant",
    "homes_bought": "homes_bought",
    "land": "land",
    "debt": "debt",
}


@dataclass(frozen=True)
class Context:
    """Carry what is the same for all runs of a result: rows, calendar, region, scenario."""

    levels: Levels
    calendar: Calendar
    scenario: Any

    @property
    def region(self) -> Any:
        """The region as given."""
        return self.levels.region


def run_variables(frames: Frames, context: Context) -> Arrays:
    """Return every variable of `variables.VARIABLES` for one run, dims as listed there."""
    levels, calendar = context.levels, context.calendar
    out: Arrays = {name: levels.sums(np.asarray(frames[frame])) for name, frame in _SUMMED.items()}
    out.update(_population(frames, context))
    out.update(_prices(frames, context))
    pupils = np.asarray(frames["pupils"])
    out["children"] = levels.sums(pupils[:, :, :, position("pupil_group", "migrant"), :])
    out["pupils"] = levels.sums(calendar.at_end(pupils))
    out["persons_band"] = levels.sums(calendar.at_end(np.asarray(frames["persons_band"])))
    out["persons_age5"] = levels.prefecture_sums(np.asarray(frames["persons_age5"])[calendar.fourths])
    for name, array in services.services(frames, context).items():
        out[name] = levels.sums(array)
    out["cost"] = levels.sums(costs.costs(frames, context))
    out["evaluation_score"] = evaluation.scores(frames, context)
    out["indicator_value"] = indicators.values(frames, context)
    return out


def _population(frames: Frames, context: Context) -> Arrays:
    levels, calendar = context.levels, context.calendar
    residents = levels.sums(np.asarray(frames["residents"]))
    total, town = residents.sum(axis=2), residents[:, :, position("part", "town")]
    hukou, hukou_urban = levels.sums(np.asarray(frames["hukou"])), levels.sums(np.asarray(frames["hukou_urban"]))
    change = levels.sums(calendar.over(np.asarray(frames["change_residents"])))
    change_town = levels.sums(calendar.over(np.asarray(frames["change_town"])))
    rate = 100.0 * ratio(town, total)
    return {
        "resident_population": total,
        "urban_population": town,
        "urbanization_rate": rate,
        "urbanization_rate_from_census": from_census(rate, levels, calendar),
        "hukou_urbanization_rate": 100.0 * ratio(hukou_urban, hukou),
        "change_residents": change,
        "change_town": change_town,
        "urbanization_change": contributions(calendar.before(total), calendar.before(town), change, change_town),
    }


def _prices(frames: Frames, context: Context) -> Mapping[str, NDArray[np.float64]]:
    """Return wages and rents: ratios of sums, so that a prefecture's wage is its wage bill over its workers."""
    levels = context.levels
    workers = np.asarray(frames["workers"], dtype=np.float64)
    town = np.asarray(frames["residents"], dtype=np.float64)[:, :, position("part", "town")]
    offered = ratio(levels.sums(frames["wage"] * workers), levels.sums(workers))
    offered[:, : levels.areas] = frames["wage"]
    rent = ratio(levels.sums(frames["rent"] * town), levels.sums(town))
    rent[:, : levels.areas] = frames["rent"]
    return {"wage": ratio(levels.sums(np.asarray(frames["wage_sum"])), levels.sums(workers)), "wage_offered": offered, "rent": rent}
