"""What a run to 2020 gives that can be held against published figures, each under a name that `calibration.csv` uses.

Definitions follow the sources: movers are people registered elsewhere by census class, town-born ones included; hukou rates are as
published (the non-agricultural notion before 2016); pupils are children of 6 to 14 of households of no local register.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from urbsim.calibration.targets import Target
from urbsim.clock import season, year_of

CLASSES = ("same_area", "other_area", "other_province")
PUBLIC = 1  # the first kind of place after "not in school"


class Watch:
    """Look at a run quarter by quarter; yearly figures of the region at year ends, flows summed over years, the frame of 2020."""

    def __init__(self, region: Any, targets: Sequence[Target], on_quarter: Callable[[int], None] | None = None) -> None:
        self.region, self.targets, self.on_quarter = region, targets, on_quarter
        self.series: dict[str, dict[int, float]] = {}
        self.last: dict[str, Any] = {}

    def __call__(self, engine: Any) -> None:
        """Take note of a quarter."""
        frame, year = engine.frame, year_of(engine.q)
        if self.on_quarter is not None:
            self.on_quarter(engine.q)
        if engine.q > 0:
            self._add("settled_inside", year, float(frame["settled"][:, :2].sum()))
            self._add("returns", year, float(frame["returns"].sum()))
            self._add("movers_years", year, float(frame["migrants"][:, :3, 1:].sum()) / 4.0)
        if season(engine.q) == 4:
            residents = float(frame["residents"].sum())
            pupils = frame["pupils"].sum(axis=(0, 1))[1].astype(float)
            for name, value in (
                ("residents", residents),
                ("town_rate", 100.0 * float(frame["residents"][:, 1].sum()) / residents),
                ("hukou_rate", 100.0 * float(frame["hukou_urban"].sum()) / float(frame["hukou"].sum())),
                ("pupils", float(pupils[:-1].sum())),
                ("pupils_public", 100.0 * float(pupils[PUBLIC]) / max(float(pupils[:-1].sum()), 1.0)),
            ):
                self._add(name, year, value)
            self.last = frame

    def _add(self, name: str, year: int, value: float) -> None:
        years = self.series.setdefault(name, {})
        years[year] = years.get(year, 0.0) + value

    def outcomes(self) -> dict[str, float]:
        """Return the outcome of every target by key."""
        return {target.key: OUTCOMES[target.name](self, target.first, target.last) for target in self.targets}

    def movers(self, name: str) -> Any:
        """Return the people of a census class by area, at the end."""
        k = CLASSES.index(name)
        return self.last["migrants"][:, :3, k].sum(axis=1) + self.last["town_born_movers"][:, k]

    def change_of_movers(self, name: str) -> float:
        """Return the change of a class since the census of 2010."""
        return float(self.movers(name).sum() - getattr(self.region, f"{name}_2010").sum())

    def core_share(self, name: str) -> float:
        """Return the percent of a class that lives in the cores of prefectures."""
        movers = self.movers(name)
        return 100.0 * float(movers[np.asarray(self.region.is_core)].sum()) / max(float(movers.sum()), 1.0)

    def county_shares(self) -> tuple[Any, Any]:
        """Return residents and town residents of the counties."""
        counties = ~np.asarray(self.region.is_core)
        residents = self.last["residents"][counties].astype(float)
        return residents.sum(axis=1), residents[:, 1]

    def age_share(self, first: int, last: int) -> float:
        """Return the percent of residents in the five-year groups `first` to `last`."""
        groups = self.last["persons_age5"].sum(axis=(0, 1)).astype(float)
        return 100.0 * float(groups[first : last + 1].sum() / groups.sum())

    def rise(self, name: str, first: int, last: int) -> float:
        """Return the mean change a year of a yearly figure."""
        return (self.series[name][last] - self.series[name][first]) / (last - first)

    def flow(self, name: str, first: int, last: int) -> float:
        """Return the sum of a flow over years."""
        return sum(self.series[name][year] for year in range(first, last + 1))


def _late_less_early(w: Watch, first: int, last: int) -> float:
    middle = (first + last) // 2
    return w.rise("town_rate", middle, last) - w.rise("town_rate", first, middle)


def _county_share(w: Watch, first: int, last: int) -> float:
    residents, town = w.county_shares()
    return 100.0 * float(town.sum() / residents.sum())


def _county_spread(w: Watch, first: int, last: int) -> float:
    residents, town = w.county_shares()
    return 100.0 * float(np.std(town / residents))


OUTCOMES: dict[str, Callable[[Watch, int, int], float]] = {
    "same_area_movers_change": lambda w, first, last: w.change_of_movers("same_area"),
    "other_area_movers_change": lambda w, first, last: w.change_of_movers("other_area"),
    "same_area_core_share": lambda w, first, last: w.core_share("same_area"),
    "other_area_core_share": lambda w, first, last: w.core_share("other_area"),
    "other_province_core_share": lambda w, first, last: w.core_share("other_province"),
    "county_town_share": _county_share,
    "county_town_spread": _county_spread,
    "hukou_urbanization_rate": lambda w, first, last: w.series["hukou_rate"][last],
    "settled_within_province": lambda w, first, last: w.flow("settled_inside", first, last),
    "urbanization_rate_rise": lambda w, first, last: w.rise("town_rate", first, last),
    "urbanization_rate_late_less_early": _late_less_early,
    "residents_change": lambda w, first, last: w.series["residents"][last] - w.series["residents"][first],
    "migrant_pupils": lambda w, first, last: w.series["pupils"][last],
    "migrant_pupils_public_share": lambda w, first, last: w.series["pupils_public"][last],
    "age_share_0_14": lambda w, first, last: w.age_share(0, 2),
    "age_share_20_39": lambda w, first, last: w.age_share(4, 7),
    "age_share_60_plus": lambda w, first, last: w.age_share(12, 17),
    "return_rate": lambda w, first, last: w.flow("returns", first, last) / w.flow("movers_years", first, last),
}
"""By name: a function of the watch, the first and the last year. Persons, percent, points a year; `return_rate` a share a year."""
