"""Stand-ins for `urbsim.engine.simulate`, importable by worker processes: synthetic frames keyed by seed, draw and replicate."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.results.synthetic import make_frames, make_region
from urbsim.errors import UserError

Frames = dict[str, np.ndarray]


def simulate(
    scenario: Any, *, draw: int, replicate: int, seed: int, weight: int, threads: int, until: int, on_quarter: Callable[[int], None] | None
) -> Frames:
    """Return a synthetic run; a quota on Hangzhou's core makes more people settle there."""
    frames = make_frames(make_region(), seed=1_000_000 * seed + 1000 * draw + replicate, quarters=until + 1, weight=weight)
    quota = scenario.policy.array("settlement.quota")[: until + 1]
    frames["settled"][:, :, 0] += np.where(quota > 0, quota, 0).astype(np.int64)
    frames["settled"][0] = 0
    for q in range(1, until + 1):
        if on_quarter is not None:
            on_quarter(q)
    return frames


AT_WORK = "TESTS_AT_WORK"
"""The environment variable that names the file in which engines note that they are at work."""


def note_at_work() -> None:
    """Leave a note that the engine has begun, where a test waits for it."""
    if AT_WORK in os.environ:
        Path(os.environ[AT_WORK]).touch()


def slow(scenario: Any, *, on_quarter: Callable[[int], None] | None, **numbers: int) -> Frames:
    """Take long enough to be interrupted."""
    note_at_work()
    for q in range(1, numbers["until"] + 1):
        time.sleep(0.2)
        if on_quarter is not None:
            on_quarter(q)
    return simulate(scenario, on_quarter=None, **numbers)


def brief(scenario: Any, *, on_quarter: Callable[[int], None] | None, **numbers: int) -> Frames:
    """Take a moment."""
    time.sleep(0.1)
    return simulate(scenario, on_quarter=on_quarter, **numbers)


def stuck(scenario: Any, **numbers: Any) -> Frames:
    """Be far from the next quarter, as a worker that compiles is."""
    note_at_work()
    time.sleep(600)
    raise AssertionError("nobody ended this worker")


def fails_at_draw_1(scenario: Any, *, draw: int, **rest: Any) -> Frames:
    """Raise an error in draw 1 only."""
    if draw == 1:
        raise ArithmeticError("people do not add up")
    return simulate(scenario, draw=draw, **rest)


def dies_at_draw_1(scenario: Any, *, draw: int, **rest: Any) -> Frames:
    """Kill the process in draw 1, as the system does when memory runs out."""
    if draw == 1:
        os._exit(9)
    return simulate(scenario, draw=draw, **rest)


def dies_at_one_point(scenario: Any, *, draw: int, **rest: Any) -> Frames:
    """Kill the process in draw 1 of the last point of the small study."""
    if draw == 1 and scenario.parameters["beta_w"] == 2 and scenario.policy.array("settlement.quota").max() == 200:
        os._exit(9)
    return simulate(scenario, draw=draw, **rest)


def user_error(scenario: Any, **numbers: Any) -> Frames:
    """Find a mistake of the user's only while running."""
    raise UserError.one(zh="数据有误", en="the data are wrong", file="x.csv", line=3)
