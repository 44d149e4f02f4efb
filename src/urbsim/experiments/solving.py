"""Solve the place constants and a few rates of one parameter sample so that a run from 2010 meets the 2020 census by prefecture.

The other parameters stay as given; what is solved, by damped log-ratio steps under the same luck (for Zhejiang 64 + 11 + 11 constants):

* a constant `xi` of every area (people of the region; a prefecture's part and a part of the area's own), against residents 2020 of both;
* a constant `xi_block` of every prefecture (people of other provinces; the area's own part is added, what draws or repels people inside a
  prefecture being the same for all), against people registered in other provinces 2020 by prefecture;
* a yearly rate `reclassification` of every prefecture (boundaries are redrawn both ways: it can be negative), against the town share 2020;
* 3 rates: `k_outside` (against the region's residents), `k_town` (against the region's town share, with the reclassification of the whole
  region held at the sample's own prior, `reclass_share`: nobody published how much of the rise of towns is a new boundary, and without
  this the two trade off freely), `k_q_out` (against those of other provinces who settled in 2015-2018, where that is published).

Nothing dated after 2020 is looked at.

A prefecture can be left out (`held_out`): what that means stands in `urbsim.experiments.held_out`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from urbsim.errors import UserError

Floats = npt.NDArray[np.float64]

CENSUS_2020 = 40
TOLERANCES = {"residents": 0.02, "other_province": 0.05, "town_share": 1.5, "reclassification": 0.25, "areas": 0.10}  # town_share in points
ROWS_OF_A_PERSON = 3.0  # a household's people move together: the noise of a count of n persons at weight w is about sqrt(3 w n)
SETTLED_FROM_OUTSIDE = "settled_other_province_2015_2018"
COARSE = (2.5, 14)  # times the weight, most runs
FINE = (1.0, 5)
HOPELESS = 2.5  # a candidate this far off at the coarse weight is given up
ENOUGH = 0.6  # stop when every error is below this share of its tolerance
ANSWERS = {"prefecture_part": 0.4, "block": 1.2, "k_outside": 0.06}  # change of the log outcome for a util, before anything is learnt
LEAST_STEP = 0.02  # utils: a smaller step teaches nothing about a slope
AREA_GAIN, AREA_LIMIT = 2.0, 4.0  # step and limit of an area's own part, utils
LEAST_MOVING = 0.01  # share of residents: with fewer movers into towns their answer to `k_town` is too steep to follow
FLOOR, CEILING = -0.03, 0.03  # yearly reclassification: the limit on its constants
SOLVED = ("k_town", "k_outside", "k_q_out")


class Watching(Protocol):
    """Look at a run from its opening, quarter by quarter, and say what came out."""

    def __call__(self, engine: Any) -> None:
        """Take note of the state after a quarter."""

    def outcomes(self) -> dict[str, float]:
        """Return what came out of the run, by name."""


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
        slope = np.where(np.isinf(moved), slope, (1.0 - trust) * slope + trust * np.clip((then - error) / moved, *bounds))
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


def run_to_census(
    region: Any, scenario: Any, people: Any, templates: Any, solution: Solution, *, weight: int, seed: int, draw: int,
    watch: Callable[[Any], None] | None = None,
) -> Reached:  # fmt: skip
    """Run to 2020 Q4 under a solution and return what is compared with the census; `watch` sees the opening and every quarter."""
    from urbsim.engine import Engine, build_inputs
    from urbsim.engine.state import OWN_VILLAGES, RECLASSIFICATION, make_params
    from urbsim.engine.tables import Constants

    p = region.prefecture_of
    constants = Constants(solution.xi(p), solution.xi_block(p), solution.reclassification[p])
    inputs = build_inputs(region, scenario, make_params(solution.parameters), constants)
    engine = Engine(inputs, people, templates, weight=weight, seed=seed, draw=draw)
    settled = reclassified = into_town = 0.0
    if watch is not None:
        watch(engine)
    while engine.q < CENSUS_2020:
        engine.step()
        if watch is not None:
            watch(engine)
        reclassified += float(engine.frame["change_town"][:, RECLASSIFICATION].sum())
        into_town += float(engine.frame["change_town"][:, OWN_VILLAGES].sum())
        if 17 <= engine.q <= 32:
            settled += float(engine.frame["settled"][:, 2].sum())
    frame = engine.frame
    other = frame["migrants"][:, 1:3, 2].sum(axis=1) + frame["town_born_movers"][:, 2]
    villagers = float((region.residents_2010 - region.town_2010).sum())
    return Reached(
        frame["residents"].sum(axis=1).astype(float), frame["residents"][:, 1].astype(float), other.astype(float), settled,
        reclassified / 10.0 / villagers, weight, into_town,
    )  # fmt: skip


def errors(region: Any, reached: Reached, reclass_share: float, held_out: int | None = None) -> dict[str, Floats]:
    """Return the errors by prefecture in units of their tolerance; `reclassification` is the region's, against `reclass_share`.

    People of other provinces may be few: the tolerance is never below the noise of so many persons at the weight of the run. A prefecture
    that is left out is not among them.
    """
    p, seen = region.prefecture_of, seen_of(region, held_out)
    rows = seen[p]
    residents, town = sums(reached.residents, p), sums(reached.town, p)
    asked, asked_town = sums(region.residents_2020, p), sums(region.town_2020, p)
    other = np.maximum(sums(region.other_province_2020, p), 1.0)
    noise = np.sqrt(ROWS_OF_A_PERSON * reached.weight / other)
    return {
        "residents": ((residents / asked - 1.0) / TOLERANCES["residents"])[seen],
        "other_province": ((sums(reached.other_province, p) / other - 1.0) / np.maximum(TOLERANCES["other_province"], noise))[seen],
        "town_share": (100.0 * (town / residents - asked_town / asked) / TOLERANCES["town_share"])[seen],
        "reclassification": np.array([reached.reclassified / reclass_share - 1.0]) / TOLERANCES["reclassification"],
        "areas": (np.log(reached.residents / region.residents_2020) / area_tolerance(region, reached.weight))[rows],
    }


def area_tolerance(region: Any, weight: int) -> Floats:
    """Return by area how far residents may be off, relative: twice the noise of so many persons where that is more."""
    noise = np.sqrt(ROWS_OF_A_PERSON * weight / np.maximum(region.residents_2020, 1))
    return np.asarray(np.maximum(TOLERANCES["areas"], 2.0 * noise), dtype=np.float64)


def loss_of(found: dict[str, Floats]) -> float:
    """Return the mean squared error in units of tolerance."""
    return float(np.mean([np.mean(values**2) for values in found.values()]))


def worst_of(found: dict[str, Floats]) -> float:
    """Return the largest error in units of its tolerance; at most 1 passes."""
    return float(max(np.abs(values).max() for values in found.values()))


def seen_of(region: Any, held_out: int | None) -> npt.NDArray[np.bool_]:
    """Return by prefecture whether its census of 2020 may be looked at."""
    return np.asarray(np.arange(len(region.prefecture_codes)) != (-1 if held_out is None else held_out))


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


def scenario_of(region_name: str) -> str:
    """Return the scenario that a region is fitted under: `baseline` of its region.yaml.

    Raises UserError if none is named there; `--scenario` can then name a file.
    """
    from urbsim.regions import area_table

    table = area_table(region_name)
    given = table.settings.get("baseline")
    if given is None:
        zh, en = "region.yaml 没有写 baseline，请写上或用 --scenario 指定", "region.yaml names no baseline: write one or give --scenario"
        raise UserError.one(zh, en, file=str(table.folder / "region.yaml"))
    return str(given)


def published(region: Any, variable: str) -> float | None:
    """Return a figure that the region's data give once, or None."""
    return next((float(point.value) for point in region.published if point.variable == variable and point.area == region.name), None)


def solve(
    scenario_name: str, candidate: int, parameters: dict[str, float], *, seed: int = 0, start: dict[str, Any] | None = None,
    held_out: int | None = None, schedule: Sequence[tuple[float, int]] = (COARSE, FINE),
    watching: Callable[[Any], Watching] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Solve one parameter sample under the luck of `candidate`; return solution, errors and loss at the scenario's weight as plain numbers.

    `start` is a solution to begin from. The best run of the last stage is returned, not the last run. `held_out` is the index of a
    prefecture whose 2020 stays unseen (of several prefectures). `schedule` gives times the scenario's weight and most runs, one after the
    other. `watching` makes, given the region, what looks at a run; what it says stands under `outcomes`.
    """
    from urbsim.engine import people_of
    from urbsim.experiments.held_out import guess, without
    from urbsim.regions import load_region
    from urbsim.scenario import load

    scenario = load(scenario_name)
    region = load_region(scenario.region)
    solution = _opening(region, dict(parameters), start)
    if held_out is not None:
        region = without(region, held_out)
        guess(region, solution, held_out, candidate)
    best: dict[str, Any] = {}
    for times, runs in schedule:
        weight = max(1, round(times * scenario.run.weight))
        people, templates = people_of(scenario.region, weight, seed)
        best = {}
        for run in range(runs):
            watch = watching(region) if watching is not None else None
            reached = run_to_census(region, scenario, people, templates, solution, weight=weight, seed=seed, draw=candidate, watch=watch)
            found = errors(region, reached, solution.parameters["reclass_share"], held_out)
            if not best or worst_of(found) < best["worst"]:
                best = _plain(candidate, run, solution, found, reached) | {"outcomes": watch.outcomes() if watch is not None else {}}
            if worst_of(found) < ENOUGH:
                break
            improve(region, solution, reached, held_out)
            if held_out is not None:
                guess(region, solution, held_out, candidate)
        if best["worst"] > HOPELESS:
            break
    return best


def _opening(region: Any, parameters: dict[str, float], start: dict[str, Any] | None) -> Solution:
    """Return where the search begins: zeros, or the solution of the first candidate."""
    areas, prefectures = len(region.area_codes), len(region.prefecture_codes)
    boundaries = np.full(prefectures, parameters["reclass_share"])
    solution = Solution(parameters, np.zeros(prefectures), np.zeros(areas), np.zeros(prefectures), boundaries)
    if start is not None:
        solution.prefecture_part, solution.area_part = np.array(start["prefecture_part"]), np.array(start["area_part"])
        solution.block, solution.reclassification = np.array(start["block"]), np.array(start["reclassification"])
        for symbol in SOLVED:
            solution.parameters[symbol] = start["parameters"][symbol]
    return solution


def _plain(candidate: int, iteration: int, solution: Solution, found: dict[str, Floats], reached: Reached) -> dict[str, Any]:
    """Return a solution as JSON-able numbers."""
    return {
        "candidate": candidate,
        "iteration": iteration,
        "worst": worst_of(found),
        "loss": loss_of(found),
        "settled_outside": reached.settled_outside,
        "errors": {name: values.tolist() for name, values in found.items()},
        "parameters": dict(solution.parameters),
        "prefecture_part": solution.prefecture_part.tolist(),
        "area_part": solution.area_part.tolist(),
        "block": solution.block.tolist(),
        "reclassification": solution.reclassification.tolist(),
    }
