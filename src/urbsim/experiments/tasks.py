"""The one boundary of all experiments: a task goes in, an outcome comes out, wherever it is carried out.

A `Work` is called with a task and returns its result. It is a frozen dataclass of texts, numbers and file paths, and so is a task: both
travel to other processes and machines as they are. `execute` carries out many tasks in this process, in local ones or in a Dask cluster.
Every run is keyed by its own numbers, so where and when it runs changes nothing.
"""

from __future__ import annotations

import itertools
import threading
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from urbsim.errors import DiskError, UserError
from urbsim.text import Text

Progress = Callable[[int, int], None]
DIED = Text(zh="一个工作进程意外终止（常见原因是内存不足）", en="a worker process ended unexpectedly (often for want of memory)")
OTHER_VERSION = (
    "工作进程的 urbsim 或数据与发起者的版本不同，请在各处安装同一版本。",
    "A worker has another version of urbsim or of its data than this process: install the same everywhere.",
)
_ONE_AT_A_TIME = threading.Lock()


class Task(NamedTuple):
    """One run: a member of the parameter ensemble and one luck; `still` keeps behaviour still."""

    draw: int
    replicate: int
    still: bool = False


@dataclass(frozen=True)
class Spread:
    """Say how work is spread: `jobs` local processes or, if `scheduler` is an address, the workers of that Dask cluster."""

    jobs: int = 1
    scheduler: str | None = None

    def check(self) -> None:
        """Raise UserError within seconds if the scheduler does not answer, before anything is written."""
        if self.scheduler is not None:
            from urbsim.experiments.cluster import reach

            reach(self.scheduler)


class Work(Protocol):
    """Carry out one task."""

    def __call__(self, task: Any, on_quarter: Callable[[int], None]) -> Any:
        """Return the result of a task, calling `on_quarter` with the index of every quarter done."""


class Stopped(Exception):
    """The one who gave the task has asked to stop."""


class Failure(NamedTuple):
    """Say why a task failed, with its traceback; `error` is what the user can mend or the disk refused, None for anything else."""

    reason: Text
    story: str = ""
    error: UserError | DiskError | None = None


class Outcome(NamedTuple):
    """Hold what became of a task: its result, or its failure."""

    result: Any = None
    failure: Failure | None = None


Receive = Callable[[int, Outcome], None]


def attempt(work: Work, task: Any, on_quarter: Callable[[int], None]) -> Outcome:
    """Carry out a task and return what became of it; only one at a time in a process, since the engine's threads are its own."""
    with _ONE_AT_A_TIME:
        try:
            return Outcome(work(task, on_quarter))
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told with the task it belongs to
            told = f"{type(error).__name__}: {error}"
            mine = error if isinstance(error, UserError | DiskError) else None
            return Outcome(failure=Failure(Text(zh=told, en=told), traceback.format_exc(), mine))


def execute(
    work: Work, tasks: Iterable[Any], total: int, spread: Spread, receive: Receive, on_quarters: Callable[[int], None] | None = None
) -> None:
    """Carry out all `total` tasks and hand their positions and outcomes to `receive`, in the order in which they end.

    Tasks are taken as they are needed: an iterator of a million is no list of a million. `on_quarters` hears how many quarters are done in
    all, 0 as soon as the processes have been started (a Dask cluster tells of whole tasks only). What `receive` raises ends the work.
    Raises UserError if the cluster cannot be reached.
    """
    tell = on_quarters or (lambda done: None)
    if spread.scheduler is not None or min(spread.jobs, total) <= 1:
        tell(0)
    if spread.scheduler is not None:
        from urbsim.experiments.cluster import in_cluster

        in_cluster(work, tasks, spread.scheduler, receive)
    elif min(spread.jobs, total) <= 1:
        done = itertools.count(1)
        for i, task in enumerate(tasks):
            receive(i, attempt(work, task, lambda q: tell(next(done))))
    else:
        from urbsim.experiments.pool import in_processes

        in_processes(work, tasks, total, min(spread.jobs, total), receive, tell)
