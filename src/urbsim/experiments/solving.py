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
from typing import Any, Protocol

import numpy as np

from urbsim.errors import UserError
from urbsim.experiments.solution import SOLVED, Floats, Reached, Solution, improve, seen_of, sums

CENSUS_2020 = 40
TOLERANCES = {"residents": 0.02, "other_province": 0.05, "town_share": 1.5, "reclassification": 0.25, "areas": 0.10}  # town_share in points
ROWS_OF_A_PERSON = 3.0  # a household's people move together: the noise of a count of n persons at weight w is about sqrt(3 w n)
COARSE = (2.5, 14)  # times the weight, most runs
FINE = (1.0, 5)
HOPELESS = 2.5  # a candidate this far off at the coarse weight is given up
ENOUGH = 0.6  # stop when every error is below this share of its tolerance


class Watching(Protocol):
    """Look at a run from its opening, quarter by quarter, and say what came out."""

    def __call__(self, engine: Any) -> None:
        """Take note of the state after a quarter."""

    def outcomes(self) -> dict[str, float]:
        """Return what came out of the run, by name."""


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
