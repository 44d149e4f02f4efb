"""A run summed up by year, with a few readings of households (`snapshots`)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from urbsim.validation import snapshots
from urbsim.validation.tasks import Arrays

CENSUS = 40
WILLING = 28  # end of 2017: the survey on which willingness rests


class Diary:
    """Keep a run by year, 2010 first: stocks at the end of the year, flows in it."""

    def __init__(self) -> None:
        self.years: dict[str, list[npt.NDArray[Any]]] = {}
        self._flows: dict[str, npt.NDArray[Any]] = {}

    def note(self, e: Any) -> None:
        """Take down a quarter."""
        frame = e.frame
        flows = {name: frame[name].sum(axis=0) for name in ("settled", "returns", "returns_outside", "permits_issued")}
        flows["left_village"] = frame["left_village"]
        for name, value in flows.items():
            self._flows[name] = self._flows[name] + value if name in self._flows else value
        if e.q % 4:
            return
        p = e.inputs.region.prefecture_of
        ages = frame["persons_age5"].sum(axis=1)
        stocks = {
            "residents": frame["residents"],
            "movers": np.column_stack([frame["migrants"][:, :3, 0].sum(axis=1), frame["migrants"][:, :3, 1].sum(axis=1),
                                       frame["migrants"][:, 1:3, 2].sum(axis=1)]) + frame["town_born_movers"],
            "status": frame["migrants"].sum(axis=0),
            "absent": frame["migrants"][:, 4].sum(axis=1),
            "ages": np.stack([np.bincount(p, weights=ages[:, g]) for g in range(ages.shape[1])], axis=1),
            "hukou": np.array([frame["hukou"].sum(), frame["hukou_urban"].sum()]),
            "tenure": frame["households_tenure"].sum(axis=0),
            "wage": frame["wage"],
        }  # fmt: skip
        for name, value in {**stocks, **self._flows}.items():
            self.years.setdefault(name, []).append(np.array(value))
        self._flows = {name: np.zeros_like(value) for name, value in self._flows.items()}

    def arrays(self) -> Arrays:
        """Return the years, stacked."""
        return {name: np.stack(values) for name, values in self.years.items()}


def follow(e: Any, until: int, watch: bool = False) -> Arrays:
    """Run to a quarter and return the diary; with `watch` households are read too."""
    diary, found = Diary(), {}
    ages: list[float] = []
    diary.note(e)
    there: Arrays = {}
    if watch:
        found["origins_2010"] = snapshots.origins(e)
    while e.q < until:
        e.step()
        diary.note(e)
        if watch and e.q % 4 == 0:
            ages.append(snapshots.mean_age(e))
        if watch and e.q == WILLING:
            found["willing"] = snapshots.willing(e)
        if watch and e.q == CENSUS:
            found["family"], found["distance"] = snapshots.family(e), np.array(snapshots.distance_slope(e))
            found["service_wage"], there = snapshots.service_and_wage(e), snapshots.who_is_away(e)
        if watch and e.q == CENSUS + 4:
            found["stay"] = np.array(snapshots.stay_odds(there, e))
        if watch and e.q == until:
            found["origins_last"] = snapshots.origins(e)
    if watch:
        found["mean_age"] = np.array(ages)
    return {**diary.arrays(), **found}
