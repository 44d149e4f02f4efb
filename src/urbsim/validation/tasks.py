"""The runs that a validation needs, one by one: what each is, and how the finished ones are kept so that an interrupted validation goes on.

A finished run is a file of arrays (`.npz`, numbers alone) named after its task, in a folder named after everything that can change it: the
ensemble, the region's data, the sources of the model and of the solver. A change of any of them begins a new folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Task:
    """Name one run. `kind` says what is done (`urbsim.validation.runs`), `detail` with which prefecture, variant, scenario or twin."""

    kind: str
    region: str
    draw: int
    detail: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the name of the file that keeps it."""
        return "-".join((self.kind, *self.detail, f"{self.draw:03d}"))


class Kept:
    """Keep the arrays of finished tasks in a folder; `weight` is the households of a row of all its runs, 0 as the scenarios have it."""

    def __init__(self, folder: Path, weight: int = 0) -> None:
        self.folder, self.weight = folder.with_name(f"{folder.name}-w{weight}") if weight else folder, weight

    def file(self, task: Task) -> Path:
        """Return where a task's arrays stand or would stand."""
        return self.folder / f"{task.name}.npz"

    def has(self, task: Task) -> bool:
        """Tell whether a task is finished."""
        return self.file(task).exists()

    def get(self, task: Task) -> Arrays:
        """Return the arrays of a finished task."""
        with np.load(self.file(task), allow_pickle=False) as found:
            return {name: found[name] for name in found.files}

    def put(self, task: Task, arrays: Arrays) -> None:
        """Keep a task's arrays, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f".{task.name}.part"
        with part.open("wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # the stub takes its flag for one of the names
        part.replace(self.file(task))

    def stack(self, tasks: Sequence[Task], name: str) -> npt.NDArray[Any]:
        """Return one array of several tasks, the task as first axis."""
        return np.stack([self.get(task)[name] for task in tasks])


def parts_folder(folder: Path, region: str) -> Path:
    """Return the folder of finished runs that belongs to the present ensembles, data and sources."""
    from importlib.resources import files

    from urbsim.cache import source_hash
    from urbsim.experiments import held_out, solution, solving
    from urbsim.parameters import ensemble_hash
    from urbsim.regions import load_region
    from urbsim.results.provenance import region_hash
    from urbsim.validation import diary, runs, snapshots

    sources = [Path(str(module.__file__)).read_bytes() for module in (solving, solution, held_out, runs, diary, snapshots)]
    rules = [file.read_bytes() for file in sorted(files("urbsim.policy").joinpath("packages").iterdir(), key=str) if file.is_file()]
    said = [ensemble_hash(region), ensemble_hash("zhejiang"), region_hash(load_region(region)), source_hash()]
    digest = hashlib.sha256("".join(said).encode() + b"".join(sources + rules)).hexdigest()
    return folder / f"parts-{digest[:8]}"


def carry_out(tasks: Iterable[Task], kept: Kept, *, jobs: int = 1, progress: Callable[[int, int], None] | None = None) -> None:
    """Run what is not finished, in `jobs` processes; `progress` takes (done, all).

    The first failure ends it; what is finished stays.
    """
    from urbsim.validation.runs import execute

    open_tasks = [task for task in tasks if not kept.has(task)]
    done, total = 0, len(open_tasks)
    if jobs == 1 or total < 2:
        for task in open_tasks:
            kept.put(task, execute(task, kept))
            done += 1
            if progress is not None:
                progress(done, total)
        return
    with ProcessPoolExecutor(min(jobs, total), mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(execute, task, kept): task for task in open_tasks}
        try:
            for future in as_completed(futures):
                kept.put(futures[future], future.result())
                done += 1
                if progress is not None:
                    progress(done, total)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
