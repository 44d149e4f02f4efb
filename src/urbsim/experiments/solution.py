"""What is solved for one candidate, what a run reached under it, and how it moves one step nearer to the census."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SETTLED_FROM_OUTSIDE = "settled_other_province_2015_2018"
ANSWERS = {"prefecture_part": 0.4, "block": 1.2, "k_outside": 0.06}  # change of the log outcome for a util, before anything is learnt
LEAST_STEP = 0.02  # utils: a smaller step teaches nothing about a slope
AREA_GAIN, AREA_LIMIT = 2.0, 4.0  # step and limit of an area's own part, utils
LEAST_MOVING = 0.01  # share of residents: with fewer movers into towns their answer to `k_town` is too steep to follow
FLOOR, CEILING = -0.03, 0.03  # yearly reclassification: the limit on its constants
SOLVED = ("k_town", "k_outside", "k_q_out")


@dataclass
class Solution:
    """Hold what is solved for one candidate; arrays by area (xi) or prefecture."""

    parameters: dict[str, float]
    prefecture_part: Floats
    area_part: Floats
    block: Floats
    reclassification: Floats
    answers: dict[str, tuple[Floats, Floats, Floats]] = field(default_factory=dict)  # by constant: slope, level, error of the last run

    def step(self, name: str, constant: Floats, error: Floats, weights: Floats) -> Floats:
        """Return how far to move a constant of places for the log error (asked over got) of each.

        What all places have in common answers little, since they draw on the same people; what sets one off from another answers as
        places compete, and more steeply where those who came draw others. Both slopes are learnt, the second place by place.
        """
        level, common = np.array(np.average(constant, weights=weights)), np.array(np.average(error, weights=weights))
        usual = ANSWERS[name]
        together = common / self.slope(name, level, common, usual / 2.0, (usual / 12.0, usual))
        apart = (error - common) / self.slope(f"{name} apart", constant - level, error - common, usual, (usual / 2.0, 6.0 * usual))
        return np.asarray(np.clip(together, -1.0, 1.0) + np.clip(apart, -0.8, 0.8), dtype=np.float64)

    def slope(self, name: str, level: Floats, error: Floats, usual: float, bounds: tuple[float, float]) -> Floats:
        """Return how a log count answers to each number of `level`, learnt from run to run.

        Half the old slope and half the last step's; the last step's alone where it went too far, so that it does not swing to and fro.
        """
        slope, before, then = self.answers.get(name, (np.full(level.shape, usual), level, error))
        moved = np.where(np.abs(level - before) > LEAST_STEP, level - before, np.inf)
        trust = np.where(error * then < 0.0, 1.0, 0.5)
        found = (1.0 - trust) * slope + trust * np.clip((then - error) / moved, *bounds)
        slope = np.asarray(np.where(np.isinf(moved), slope, found), dtype=np.float64)
        self.answers[name] = (slope, level, error)
        return slope

    def xi(self, prefecture_of: npt.NDArray[np.int64]) -> Floats:
        """Return the constants of the areas for people of the region."""
        return self.prefecture_part[prefecture_of] + self.area_part

    def xi_block(self, prefecture_of: npt.NDArray[np.int64]) -> Floats:
        """Return the constants of the areas for people of other provinces: their prefecture's, and the area's part that holds for all."""
        return self.block[prefecture_of] + self.area_part


@dataclass(frozen=True)
class Reached:
    """Hold what a run reached in 2020: A or P arrays of persons, and settlers from outside 2015-2018."""

    residents: Floats
    town: Floats
    other_province: Floats
    settled_outside: float
    reclassified: float  # share of the region's villagers of 2010, net, a year
    weight: int
    into_own_town: float = 0.0  # persons, net, from the villages of an area to its own town since 2010


def sums(values: npt.NDArray[Any], prefecture_of: npt.NDArray[np.int64]) -> Floats:
    """Return sums by prefecture."""
    return np.asarray(np.bincount(prefecture_of, weights=values.astype(np.float64)), dtype=np.float64)


def seen_of(region: Any, held_out: int | None) -> npt.NDArray[np.bool_]:
    """Return by prefecture whether its census of 2020 may be looked at."""
    return np.asarray(np.arange(len(region.prefecture_codes)) != (-1 if held_out is None else held_out))


def published(region: Any, variable: str) -> float | None:
    """Return a figure that the region's data give once, or None."""
    return next((float(point.value) for point in region.published if point.variable == variable and point.area == region.name), None)


def improve(region: Any, solution: Solution, reached: Reached, held_out: int | None = None) -> None:
    """Move the solution one damped step towards the census, in place; the constants of a prefecture left out are left to `guess`."""
    p, seen = region.prefecture_of, seen_of(region, held_out)
    rows = seen[p]
    asked, residents = region.residents_2020.astype(float), reached.residents
    by_prefecture = np.log(sums(asked, p) / sums(residents, p))
    usual = ANSWERS["prefecture_part"]
    slope = solution.slope("prefecture_part", solution.prefecture_part, by_prefecture, usual, (usual / 2.0, 6.0 * usual))
    part = solution.prefecture_part + np.clip(by_prefecture / slope, -0.5, 0.5)
    solution.prefecture_part = part - np.average(part[seen], weights=sums(asked, p)[seen])
    deviation = np.log(asked / residents) - by_prefecture[p]
    solution.area_part = np.clip(solution.area_part + AREA_GAIN * np.clip(deviation, -0.2, 0.2), -AREA_LIMIT, AREA_LIMIT)
    people = np.maximum(sums(region.other_province_2020, p), 1.0)
    other = np.log(people / np.maximum(sums(reached.other_province, p), 1.0))
    solution.block = solution.block + solution.step("block", solution.block, other, np.where(seen, people, 0.0))
    _improve_towns(solution, reached, sums(region.town_2020, p) / sums(asked, p) * sums(residents, p), p, seen)
    values = solution.parameters
    missing = float(np.log(asked[rows].sum() / residents[rows].sum()))
    usual = ANSWERS["k_outside"]
    slope = solution.slope("k_outside", np.array(-values["k_outside"]), np.array(missing), usual, (usual / 6.0, 2.0 * usual))
    values["k_outside"] -= float(np.clip(missing / slope, -0.8, 0.8))
    if (settled := published(region, SETTLED_FROM_OUTSIDE)) is not None:
        values["k_q_out"] *= float(np.clip((settled / max(reached.settled_outside, settled / 10.0)) ** 0.7, 0.5, 2.0))


def _improve_towns(solution: Solution, reached: Reached, asked: Floats, p: npt.NDArray[np.int64], seen: npt.NDArray[np.bool_]) -> None:
    """Move boundaries and `k_town` towards `asked` town residents by prefecture.

    Boundaries of the whole region go to the sample's prior, what towns then lack in all must move in (an exponential answer to `k_town`);
    boundaries of a prefecture take up what it lacks beyond its part in that.
    """
    values = solution.parameters
    missing, villagers = asked - sums(reached.town, p), sums(reached.residents - reached.town, p)
    level = values["reclass_share"] - reached.reclassified
    common = float(missing[seen].sum())
    own = missing - common * villagers / float(villagers[seen].sum())
    solution.reclassification = np.clip(solution.reclassification + 0.6 * own / (10.0 * villagers) + level, FLOOR, CEILING)
    moving = max(reached.into_own_town, LEAST_MOVING * float(reached.residents.sum()))
    short = np.array((common - 10.0 * level * float(villagers[seen].sum())) / moving)
    slope = solution.slope("k_town", np.array(values["k_town"]), short, 1.0, (0.5, 4.0))
    values["k_town"] += float(np.clip(short / slope, -0.5, 0.5))
