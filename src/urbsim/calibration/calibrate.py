"""Fit a region: two waves of candidates, the ensemble that ships, and what the fit found, stored for `docs/calibration.md`.

Wave 1 fills the prior by a Latin hypercube at a coarse weight. Emulators of its outcomes rule out what is implausible and propose wave 2,
which is solved at the scenario's weight and weighed by what came out of its own runs. Every candidate starts from the line through the
constants of those before it; which those are depends on their numbers alone, so that neither the number of processes nor an interruption
changes a result.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from urbsim.calibration import matching
from urbsim.calibration.candidates import Candidate, Solved, Solving, fingerprint, solve_all
from urbsim.calibration.design import hypercube, parameters_of, symbols
from urbsim.calibration.matching import Space
from urbsim.calibration.starts import Starts
from urbsim.calibration.targets import Target
from urbsim.errors import UserError
from urbsim.experiments.solving import TOLERANCES
from urbsim.sensitivity.emulator import Emulator

COLD = ((5.0, 10), (2.5, 10))  # times the weight, most runs: the first candidate, which has nothing to start from
FIRST = ((2.5, 9),)
SECOND = ((2.5, 6), (1.0, 4))
LUCKS = 6  # candidates near the best that are run again under other luck
SECOND_FROM = 10_000  # numbers of wave 2
LUCK_FROM = 90_000
TRUTH = 80_000  # number of the known truth of a synthetic fit


@dataclass(frozen=True)
class Order:
    """Say what is to be fitted, and how: `first` and `second` are the candidates of the two waves."""

    region: str
    scenario: str
    draws: int = 100
    first: int = 100
    second: int = 200
    seed: int = 0
    jobs: int = 1
    folder: Path = Path("results/calibration-work")

    @property
    def work(self) -> Solving:
        """Return the work of one candidate."""
        return Solving(self.scenario, self.seed)


@dataclass(frozen=True)
class Fit:
    """Hold a finished fit: candidates of both waves, what was emulated, weights of wave 2 and the members, best first."""

    order: Order
    targets: tuple[Target, ...]
    wave1: list[Solved]
    emulators: list[Emulator | None]
    space: Space
    chance: Any
    wave2: list[Solved]
    weights: Any
    log_likelihood: Any
    members: list[Solved]
    lost: float
    seconds: float
    truth: Solved | None = None


def fit(order: Order, *, synthetic: bool = False) -> Fit:
    """Fit a region; with `synthetic` to what the model gave for parameters that are known, instead of what was published.

    Raises UserError if no candidate meets the census.
    """
    from urbsim.calibration.targets import load_targets
    from urbsim.regions import load_region
    from urbsim.scenario import load

    began = time.monotonic()
    load(order.scenario)  # a region folder beside the file is known from here on
    targets = load_targets(load_region(order.region))
    folder = order.folder / f"first-{_identity(order, [t.key for t in targets])}"
    wave1 = first_wave(order, folder)
    truth = None
    if synthetic:
        truth = _truth(order, folder, wave1)
        targets = tuple(replace(t, value=truth["outcomes"][t.key], kind="value") for t in targets)
    emulators = matching.emulate(wave1, targets, order.seed)
    closed = matching.out_of_reach(wave1, targets)
    space = matching.match(emulators, targets, order.seed, closed=closed)
    chance = luck(order, folder, wave1, targets, space)
    asked = (folder.name, order.first, order.second, closed, [str(t) for t in targets])  # what is proposed hangs on all of these
    second = order.folder / f"second-{fingerprint(*asked)}"
    wave2, proposed = second_wave(order, second, wave1, space)
    weights, log_likelihood = matching.weigh(wave2, proposed, targets, space, chance)
    chosen, lost = matching.resample(weights, order.draws, order.seed)
    if not chosen:
        raise UserError.one(
            f"{order.region}：没有一组参数在容许误差之内", f"{order.region}: no candidate met the census within the tolerances {TOLERANCES}"
        )
    best = max(chosen, key=lambda i: (log_likelihood[i], -wave2[i]["loss"]))
    members = [wave2[i] for i in [best, *(i for i in chosen if i != best)]]
    took = time.monotonic() - began
    return Fit(order, targets, wave1, emulators, space, chance, wave2, weights, log_likelihood, members, lost, took, truth)


def first_wave(order: Order, folder: Path) -> list[Solved]:
    """Return the solved candidates of wave 1: the centre, a quarter of the hypercube from its constants, the rest from their line."""
    cube = hypercube(order.first, order.seed)
    centre = Candidate(0, tuple([0.5] * len(symbols())), "", COLD)
    done = solve_all(order.work, [centre], folder, order.jobs, "wave 1")
    quarter = min(max(order.first // 4, 1), 24)
    for numbers in (range(1, quarter + 1), range(quarter + 1, order.first + 1)):
        starts = Starts(done)
        tasks = [_candidate(order, n, tuple(map(float, cube[n - 1])), starts, FIRST) for n in numbers]
        done = done + solve_all(order.work, tasks, folder, order.jobs, "wave 1")
    return done


def second_wave(order: Order, folder: Path, wave1: list[Solved], space: Space) -> tuple[list[Solved], Any]:
    """Return the solved candidates of wave 2 and the log likelihoods by which they were proposed.

    If fewer than the draws meet the census, half as many candidates again are solved, at most twice.
    """
    points, logs = matching.propose(space, 2 * order.second, order.seed)
    starts = Starts(wave1)
    done: list[Solved] = []
    for count in (order.second, order.second * 3 // 2, order.second * 2):
        if sum(one["worst"] <= 1.0 for one in done) >= order.draws:
            break
        rows = range(len(done), min(count, len(points)))
        tasks = [_candidate(order, SECOND_FROM + i, tuple(map(float, points[i])), starts, SECOND) for i in rows]
        done += solve_all(order.work, tasks, folder, order.jobs, "wave 2")
    return done, logs[: len(done)]


def luck(order: Order, folder: Path, wave1: Sequence[Solved], targets: Sequence[Target], space: Space) -> Any:
    """Return the variance of each target's outcome by luck alone: the candidate nearest the targets, solved again under other luck.

    Numbers key the luck and also the parameters that are not searched; here those are held.
    """
    if not targets:
        return np.zeros(0)
    good = matching.near(wave1) or list(wave1)
    y = matching.scaled_outcomes(good, targets)
    misses = np.stack([matching.misses_of(y[:, t], target, 0.0) for t, target in enumerate(targets)], axis=1)
    best = good[int(np.argmin(np.sum(misses[:, list(space.open_targets)] ** 2, axis=1)))]
    start = Starts([best]).of({})
    tasks = [
        Candidate(LUCK_FROM + k, tuple(best["quantiles"]), start, ((1.0, 3),), best["candidate"]) for k in range(min(LUCKS, order.first))
    ]
    found = solve_all(order.work, tasks, folder / f"luck-{best['candidate']}", order.jobs, "luck")
    return np.var(matching.scaled_outcomes(found, targets), axis=0, ddof=1) if len(found) > 1 else np.zeros(len(targets))


def _candidate(
    order: Order, number: int, quantiles: tuple[float, ...], starts: Starts, schedule: tuple[tuple[float, int], ...]
) -> Candidate:
    return Candidate(number, quantiles, starts.of(parameters_of(number, quantiles, order.seed)), schedule)


def _truth(order: Order, folder: Path, wave1: list[Solved]) -> Solved:
    """Return the known truth: a point of the prior that is no candidate, solved at the fine weight."""
    point = tuple(float(u) for u in 0.1 + 0.8 * np.random.default_rng([order.seed, 5]).random(len(symbols())))
    return solve_all(order.work, [_candidate(order, TRUTH, point, Starts(wave1), SECOND)], folder / "truth", 1, "truth")[0]


def _identity(order: Order, keys: Sequence[str]) -> str:
    """Return a hash of what wave 1 depends on: region, rules, priors, kernels, what is noted, and the hypercube."""
    from urbsim import cache
    from urbsim.calibration.design import searched
    from urbsim.calibration.targets import FILE
    from urbsim.parameters import PARAMETERS
    from urbsim.regions import load_region
    from urbsim.scenario import load

    folder = load_region(order.region).table.folder
    facts = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(Path(folder).iterdir()) if file.is_file() and file.name not in (FILE, "ensemble.csv")
    }  # fmt: skip
    return fingerprint(
        order.region, facts, load(order.scenario).resolved_yaml(), order.seed, order.first,
        [one.symbol for one in searched()], [str(p) for p in PARAMETERS.values()], cache.kernels().name, list(keys), COLD, FIRST, SECOND,
    )  # fmt: skip
