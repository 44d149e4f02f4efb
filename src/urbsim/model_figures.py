"""The figures of a quarter by name, as areas and the region of a Mesa model give them."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from urbsim.population.registry import TOWN

# The words on the axes of the engine's arrays, as results write them.
STATUSES = ("rural", "unregistered", "permit", "settled", "absent")
QUEUES = ("settling", "guaranteed_rental", "public_rental")
STAGES = ("primary", "lower_secondary")
HOMES = ("guaranteed_rental", "public_rental")


class Figures:
    """Read figures of the quarter just run off the engine: of one area, or of the region, where a rate is the ratio of two sums.

    Every figure is what the variable of the same name says in the results; who comes, goes and settles is counted whatever the origin.
    """

    def figure(self, name: str) -> npt.NDArray[Any]:
        """Return what the engine reports under `name` (docs/architecture.md, "What one quarter reports"), without its axis of areas."""
        raise NotImplementedError  # an area says it of itself, the model of the region

    def _sum(self, name: str) -> int:
        return int(self.figure(name).sum())

    def _by(self, words: tuple[str, ...], name: str) -> dict[str, int]:
        return dict(zip(words, (int(value) for value in self.figure(name)), strict=True))

    @property
    def resident_population(self) -> int:
        """Residents, persons."""
        return self._sum("residents")

    @property
    def urban_population(self) -> int:
        """Residents of towns, persons."""
        return int(self.figure("residents")[TOWN])

    @property
    def hukou_population(self) -> int:
        """Registered population, persons."""
        return self._sum("hukou")

    @property
    def hukou_urban_population(self) -> int:
        """Registered population of towns, persons, by the official notion of the date."""
        return self._sum("hukou_urban")

    @property
    def urbanization_rate(self) -> float:
        """Residents of towns among residents, percent."""
        return 100.0 * _ratio(self.urban_population, self.resident_population)

    @property
    def hukou_urbanization_rate(self) -> float:
        """Registered population of towns among the registered, percent."""
        return 100.0 * _ratio(self.hukou_urban_population, self.hukou_population)

    @property
    def migrants(self) -> dict[str, int]:
        """Members of mover households by status, persons."""
        return dict(zip(STATUSES, (int(value) for value in self.figure("migrants").sum(axis=1)), strict=True))

    @property
    def arrivals(self) -> int:
        """People who came in the quarter."""
        return self._sum("arrivals")

    @property
    def departures(self) -> int:
        """People who left in the quarter."""
        return self._sum("departures")

    @property
    def settled(self) -> int:
        """People who settled in the quarter."""
        return self._sum("settled")

    @property
    def permits_issued(self) -> int:
        """Residence permits of the quarter."""
        return self._sum("permits_issued")

    @property
    def returns(self) -> int:
        """People who returned in the quarter, to their village or county town, counted where they left."""
        return self._sum("returns")

    @property
    def queue(self) -> dict[str, int]:
        """Households that wait, by what for."""
        return self._by(QUEUES, "queue")

    @property
    def places(self) -> dict[str, int]:
        """Public school places by stage."""
        return self._by(STAGES, "places")

    @property
    def homes_units(self) -> dict[str, int]:
        """Guaranteed and public rental homes, units."""
        return self._by(HOMES, "homes_units")

    @property
    def homes_occupied(self) -> dict[str, int]:
        """Guaranteed and public rental homes that migrants live in, units."""
        return self._by(HOMES, "homes_occupied")

    @property
    def grant(self) -> float:
        """Transfer booked in the quarter (the first of each year), yuan."""
        return float(self.figure("grant").sum())

    @property
    def wage(self) -> float:
        """Mean monthly wage of migrant workers, yuan; NaN where there is none."""
        return _ratio(float(self.figure("wage_sum").sum()), self._sum("workers"))


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom else float("nan")
