"""What the tasks of a validation do: one run of the engine each, or the solution of one set of constants."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from urbsim.validation.diary import CENSUS, follow
from urbsim.validation.tasks import Arrays, Kept, Task

LAST = 68
TWIN_FROM = 13  # first quarter of 2014
COARSE = 2.5  # times the weight, where constants are solved
FOLD_RUNS, REFIT_RUNS = 3, 4
SEATS_LEFT = 0.6  # of lower-secondary places, in the twin with fewer

# Structure: parameters that switch a mechanism off, given the draw's own.
VARIANTS: dict[str, Any] = {
    "networks_off": lambda p: {"beta_n": 0.0},
    "one_type": lambda p: {"beta_type": 0.0, "beta_match": p["beta_match"] + 0.5 * p["beta_type"]},  # half of all had the tie
    "school_off": lambda p: {"beta_s": 0.0, "theta_child": 0.0, "c4": 0.0, "c6": 0.0, "c0": p["c0"] + 0.75 * p["c4"]},
    "feedback_off": lambda p: {"psi": 0.0, "eta_r": 0.0},
}
# Inputs that the region's data leave open after 2022: mean and standard deviation [E], drawn normal.
INPUTS: dict[str, tuple[float, float]] = {
    "wage_growth": (0.037, 0.01),
    "outside_wage_growth": (0.037, 0.01),
    "rent_growth": (0.02, 0.02),
    "house_price_growth": (-0.01, 0.03),
    "block_stock_growth": (0.0, 0.01),
}
FERTILITY = (1.0, 0.15)  # times the region's own level after 2022
# An open rule from 2014 in the largest core: the reform twin.
OPEN = (
    "settlement.points_cutoff=closed", "settlement.owner_insurance_months=0", "settlement.owner_residence_months=0",
    "settlement.renter_residence_months=0", "settlement.renter_insurance_months=0", "settlement.worker_insurance_months=0",
    "settlement.worker_residence_months=0", "settlement.same_province_free=1", "settlement.kin_follow=2",
    "homes.rental_counts_as_home=1", "settlement.quota=closed",
)  # fmt: skip
TWINS = ("fewer_seats", "medical_on", "medical_off", "open_core")


def open_run(
    scenario: Any, parameters: dict[str, float], constants: Any, luck: int, *, region: Any = None, replicate: int = 0, change: Any = None
) -> Any:
    """Return an engine at the census of 2010 for given parameters and constants; `change` may alter the inputs.

    `region` may stand for the scenario's own (one whose 2020 is partly unseen).
    """
    from urbsim.engine import Engine, build_inputs, people_of
    from urbsim.engine.state import make_params
    from urbsim.regions import load_region

    inputs = build_inputs(region or load_region(scenario.region), scenario, make_params(parameters), constants)
    if change is not None:
        inputs = change(inputs)
    people, templates = people_of(scenario.region, scenario.run.weight, scenario.run.seed)
    return Engine(inputs, people, templates, weight=scenario.run.weight, seed=scenario.run.seed, replicate=replicate, draw=luck)


def baseline(region: str, weight: int = 0) -> Any:
    """Return the scenario under which a region was fitted, at its own weight or the one given."""
    from urbsim.experiments.solving import scenario_of

    return at_weight(scenario_of(region), weight)


def at_weight(name: str, weight: int) -> Any:
    """Return a scenario by name at its own weight or the one given."""
    from urbsim.scenario import load

    scenario = load(name)
    return scenario.with_run(weight=weight) if weight else scenario


def member_run(scenario: Any, draw: int, replicate: int = 0, change: Any = None) -> Any:
    """Return an engine for a member of the shipped ensemble, with the luck of its own fit."""
    from urbsim.engine import constants_of, luck_of
    from urbsim.regions import load_region

    parameters, constants = constants_of(load_region(scenario.region), draw)
    return open_run(
        scenario, parameters | dict(scenario.parameters), constants, luck_of(scenario.region, draw), replicate=replicate, change=change
    )


def start_of(region: str, draw: int) -> dict[str, Any]:
    """Return a member's fitted constants as a solution to begin from."""
    from urbsim.parameters import member
    from urbsim.regions import load_region

    known, chosen = load_region(region), member(region, draw)
    p, weights = np.asarray(known.prefecture_of), np.asarray(known.residents_2010, dtype=float)
    xi = chosen.array("xi", known)
    part = np.bincount(p, weights=weights * xi) / np.bincount(p, weights=weights)
    own = xi - part[p]
    block = np.bincount(p, weights=weights * (chosen.array("xi_block", known) - own)) / np.bincount(p, weights=weights)
    return {
        "prefecture_part": part.tolist(), "area_part": own.tolist(), "parameters": dict(chosen.parameters), "block": block.tolist(),
        "reclassification": [chosen.constants["reclassification"][code] for code in known.prefecture_codes],
    }  # fmt: skip


def solved(task: Task, kept: Kept, parameters: dict[str, float], runs: int, held_out: int | None = None) -> Arrays:
    """Solve constants from those of a member on; return them as arrays."""
    from urbsim.engine import luck_of
    from urbsim.experiments.solving import scenario_of, solve

    region, draw = task.region, task.draw
    times = COARSE * (kept.weight / baseline(region).run.weight if kept.weight else 1.0)
    found = solve(
        scenario_of(region), luck_of(region, draw), parameters, start=start_of(region, draw), held_out=held_out, schedule=((times, runs),)
    )
    names = ("prefecture_part", "area_part", "block", "reclassification")
    return {name: np.array(found[name]) for name in names} | {
        "worst": np.array(found["worst"]),
        "symbols": np.array(list(found["parameters"])), "values": np.array(list(found["parameters"].values())),
    }  # fmt: skip


def solution_run(scenario: Any, found: Arrays, luck: int, region: Any = None) -> Any:
    """Return an engine under solved constants."""
    from urbsim.engine.tables import Constants
    from urbsim.experiments.solution import Solution
    from urbsim.regions import load_region

    p = np.asarray(load_region(scenario.region).prefecture_of)
    values = {str(symbol): float(value) for symbol, value in zip(found["symbols"], found["values"], strict=True)}
    solution = Solution(values, found["prefecture_part"], found["area_part"], found["block"], found["reclassification"])
    return open_run(scenario, values, Constants(solution.xi(p), solution.xi_block(p), solution.reclassification[p]), luck, region=region)


def execute(task: Task, kept: Kept) -> Arrays:
    """Carry out one task; what it needs of earlier ones is in `kept`."""
    work = {"base": _base, "other": _other, "chance": _chance, "inputs": _inputs, "twin": _twin, "fold_solve": _fold_solve,
            "fold": _fold, "refit": _refit, "variant": _variant, "transfer_solve": _transfer_solve, "transfer": _transfer,
            "source": _source}  # fmt: skip
    return work[task.kind](task, kept)


def _base(task: Task, kept: Kept) -> Arrays:
    return follow(member_run(baseline(task.region, kept.weight), task.draw), LAST, watch=True)


def _other(task: Task, kept: Kept) -> Arrays:
    return follow(member_run(at_weight(task.detail[0], kept.weight), task.draw), LAST)


def _chance(task: Task, kept: Kept) -> Arrays:
    return follow(member_run(baseline(task.region, kept.weight), task.draw, replicate=int(task.detail[0])), LAST)


def _inputs(task: Task, kept: Kept) -> Arrays:
    scenario, rng = baseline(task.region, kept.weight), np.random.default_rng(int(task.detail[0]))
    values = {name: float(mean + sd * rng.standard_normal()) for name, (mean, sd) in INPUTS.items()}
    from urbsim.regions import load_region

    level = float(np.asarray(load_region(task.region).fertility_level)[-1])
    values["fertility_level_after_2022"] = level * (FERTILITY[0] + FERTILITY[1] * float(rng.standard_normal()))
    return follow(member_run(replace(scenario, assumptions={**scenario.assumptions, **values}), task.draw), LAST)


def _twin(task: Task, kept: Kept) -> Arrays:
    name = task.detail[0]
    scenario = baseline(task.region, kept.weight)
    if name == "open_core":
        core = largest_core(task.region)
        scenario = scenario.with_set([f"{lever}[{core}]@2014-01={value}" for lever, value in (line.split("=") for line in OPEN)])

    def change(inputs: Any) -> Any:
        if name == "fewer_seats":
            places = inputs.places.copy()
            places[TWIN_FROM:, :, 1] = np.rint(SEATS_LEFT * places[TWIN_FROM:, :, 1])
            return replace(inputs, places=places)
        if name in ("medical_on", "medical_off"):
            levers = dict(inputs.levers)
            levers["health.direct_settlement"] = levers["health.direct_settlement"].copy()
            levers["health.direct_settlement"][TWIN_FROM:] = 1.0 if name == "medical_on" else 0.0
            return replace(inputs, levers=levers)
        return inputs

    return follow(member_run(scenario, task.draw, change=change), CENSUS, watch=True)


def largest_core(region: str) -> str:
    """Return the area with most residents in 2010."""
    from urbsim.regions import load_region

    known = load_region(region)
    return str(known.area_codes[int(np.argmax(known.residents_2010))])


def _fold_solve(task: Task, kept: Kept) -> Arrays:
    from urbsim.parameters import sample

    return solved(task, kept, sample(task.region, task.draw), FOLD_RUNS, int(task.detail[0]))


def _fold(task: Task, kept: Kept) -> Arrays:
    from urbsim.engine import luck_of
    from urbsim.experiments.held_out import without
    from urbsim.regions import load_region

    found, unseen = kept.get(replace(task, kind="fold_solve")), without(load_region(task.region), int(task.detail[0]))
    e = solution_run(baseline(task.region, kept.weight), found, luck_of(task.region, task.draw), unseen)
    return {name: value[-1] for name, value in follow(e, CENSUS).items() if name in ("residents", "movers", "ages")} | {
        "worst": found["worst"]
    }


def _refit(task: Task, kept: Kept) -> Arrays:
    from urbsim.parameters import sample

    own = sample(task.region, task.draw)
    return solved(task, kept, own | VARIANTS[task.detail[0]](own), REFIT_RUNS)


def _variant(task: Task, kept: Kept) -> Arrays:
    from urbsim.engine import luck_of

    found = kept.get(replace(task, kind="refit", detail=task.detail[:1]))
    e = solution_run(at_weight(task.detail[1], kept.weight), found, luck_of(task.region, task.draw))
    return follow(e, LAST) | {"worst": found["worst"]}


def _transfer_solve(task: Task, kept: Kept) -> Arrays:
    from urbsim.parameters import sample

    return solved(task, kept, sample("zhejiang", task.draw), REFIT_RUNS)


def _transfer(task: Task, kept: Kept) -> Arrays:
    from urbsim.engine import luck_of

    found = kept.get(replace(task, kind="transfer_solve"))
    return follow(solution_run(baseline(task.region, kept.weight), found, luck_of(task.region, task.draw)), CENSUS + 8) | {
        "worst": found["worst"]
    }


def _source(task: Task, kept: Kept) -> Arrays:
    """Run a member of the region that behaviour was fitted to, for the errors it makes there."""
    found = follow(member_run(baseline("zhejiang", kept.weight), task.draw), CENSUS)
    return {name: found[name][-1] for name in ("residents", "movers", "ages")}
