"""One run from a saved state, past a quarter whose state is saved, or both: its member of a state file.

A member is an archive of numpy arrays: the engine's (`urbsim.engine.saving`) and, under `past/`, the frames of all quarters so far, so
that a run that goes on gives the whole result.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from urbsim.errors import UserError
from urbsim.experiments.states import UNREADABLE, Branch, damaged, not_written, part_name

if TYPE_CHECKING:
    from urbsim.experiments.simulation import Numbers
    from urbsim.experiments.tasks import Task
    from urbsim.scenario import Scenario

PAST = "past/"
_HELD_IN_MEMORY = 64 * 2**20
Frames = dict[str, NDArray[Any]]


def simulate_branch(scenario: Scenario, task: Task, numbers: Numbers, on_quarter: Callable[[int], None] | None = None) -> Frames:
    """Run like `urbsim.engine.simulate`, from a saved state, past a quarter whose state is saved, or both; return all quarters' frames.

    `numbers.branch` says which. `on_quarter` hears of the quarters that lie behind, too. Raises UserError if the state file cannot be read.
    """
    from urbsim.engine import frames_of, open_engine, resume_engine

    begin, save_at, parts = numbers.branch or Branch()
    run: dict[str, Any] = {
        **task._asdict(), "seed": numbers.seed, "weight": numbers.weight, "threads": numbers.threads,
    }  # fmt: skip
    past: Frames | None = None
    if begin is None:
        engine = open_engine(scenario, **run)
    else:
        engine, past = _resumed(resume_engine, scenario, begin, run)
        for q in range(1, engine.q + 1):
            if on_quarter is not None:
                on_quarter(q)
    if save_at is not None and parts is not None:
        past = frames_of(engine, save_at, on_quarter, past)
        _write_part(parts / part_name(task.draw, task.replicate, task.still), engine, past)
    return frames_of(engine, numbers.until, on_quarter, past)


def _resumed(resume_engine: Callable[..., Any], scenario: Scenario, file: Path, run: Mapping[str, Any]) -> tuple[Any, Frames]:
    """Return the engine and the frames of the past of one run in a state file."""
    try:
        arrays = read_part(file, part_name(run["draw"], run["replicate"], run["still"]))
        past = {name.removeprefix(PAST): arrays.pop(name) for name in list(arrays) if name.startswith(PAST)}
        engine = resume_engine(scenario, arrays, **run)
        wanted = {name: (engine.q + 1, *values.shape) for name, values in engine.frame.items()}
        if {name: values.shape for name, values in past.items()} != wanted:
            raise ValueError("frames of the past do not fit")
    except UNREADABLE as error:
        raise UserError([damaged(file, error)]) from error
    return engine, past


def _write_part(file: Path, engine: Any, past: Frames) -> None:
    from urbsim.engine.saving import arrays_of

    try:
        write_arrays(file, arrays_of(engine) | {PAST + name: values for name, values in past.items()})
    except OSError as error:
        raise not_written(file, error) from error


def write_arrays(file: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as a compressed archive of `.npy` members, one at a time; raises OSError."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, values in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(values), allow_pickle=False)


def read_part(file: Path, name: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of one run; raises what zip and numpy raise for a file that is damaged or not one."""
    with zipfile.ZipFile(file) as whole, tempfile.SpooledTemporaryFile(max_size=_HELD_IN_MEMORY) as copy:
        with whole.open(name) as member:
            shutil.copyfileobj(member, copy, 2**20)
        return _arrays_in(copy)


def _arrays_in(stream: IO[bytes]) -> dict[str, NDArray[Any]]:
    arrays = {}
    with zipfile.ZipFile(stream) as archive:
        for name in archive.namelist():
            with archive.open(name) as member:
                arrays[name.removesuffix(".npy")] = np.lib.format.read_array(member, allow_pickle=False)
                if member.read(1):  # reads to the end, where the checksum is compared
                    raise ValueError(f"{name} is longer than it says")
    return arrays
