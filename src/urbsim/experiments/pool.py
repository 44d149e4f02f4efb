"""Run many (draw, replicate) pairs of one scenario, in this process or in several.

Every run is keyed by its own numbers, so where and when it runs changes nothing. Workers are started by `spawn` (a child must not
inherit threads, and importing Mesa 3.3.1 changes the process-wide start method); they receive text and numbers only.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from urbsim.errors import DiskError, Problem, UserError
from urbsim.experiments.failure import RunError
from urbsim.text import Text

if TYPE_CHECKING:
    from urbsim.scenario import Scenario

Frames = dict[str, NDArray[Any]]
Receive = Callable[[int, Frames], None]
Simulate = Callable[..., Mapping[str, NDArray[Any]]]
Progress = Callable[[int, int], None]
POLL_SECONDS = 0.2
GRACE_SECONDS = 3.0
RUNNING, FINISHED = 1, 2
DIED = Text(zh="一个工作进程意外终止（常见原因是内存不足）", en="a worker process ended unexpectedly (often for want of memory)")


class Task(NamedTuple):
    """One run: a member of the parameter ensemble and one luck; `still` keeps behaviour still."""

    draw: int
    replicate: int
    still: bool = False


@dataclass(frozen=True)
class Numbers:
    """Hold what every run of an experiment shares besides the scenario; `until` is a quarter index."""

    seed: int
    weight: int
    threads: int
    until: int


def simulate_all(
    simulate: Simulate,
    scenario: Scenario,
    tasks: Sequence[Task],
    numbers: Numbers,
    jobs: int,
    receive: Receive,
    progress: Progress | None = None,
    told_as: str | None = None,
) -> None:
    """Run every task and hand its position in `tasks` and its frames to `receive`, in the order in which they finish.

    `simulate` is `urbsim.engine.simulate` (or a module-level function like it, which workers import by name).
    `progress` hears (quarters done, quarters in all). Raises RunError if a run fails for a reason outside the user's files; it names the
    run and how to repeat it, with `told_as` as the Python words for the scenario (by default its name).
    """
    words = told_as or repr(scenario.name)
    total = len(tasks) * numbers.until

    def tell(done: int) -> None:
        if progress is not None:
            progress(done, total)

    tell(0)
    if jobs == 1 or len(tasks) == 1:
        _in_this_process(simulate, scenario, words, tasks, numbers, receive, tell)
    else:
        _in_workers(simulate, scenario, words, tasks, numbers, min(jobs, len(tasks)), receive, tell)


def one_run(
    simulate: Simulate, scenario: Scenario, task: Task, numbers: Numbers, on_quarter: Callable[[int], None] | None = None
) -> Frames:
    """Return the frames of one run (docs/architecture.md, "What one quarter reports")."""
    if task.still:
        from urbsim.engine import simulate_still as simulate
    frames = simulate(
        scenario,
        draw=task.draw,
        replicate=task.replicate,
        seed=numbers.seed,
        weight=numbers.weight,
        threads=numbers.threads,
        until=numbers.until,
        on_quarter=on_quarter,
    )
    return dict(frames)


def pack(frames: Frames) -> Frames:
    """Return frames for the way between processes: int64 as int32 where every number fits."""
    limits = np.iinfo(np.int32)
    return {
        name: values.astype(np.int32)
        if values.dtype == np.int64 and values.size and limits.min <= values.min() and values.max() <= limits.max
        else values
        for name, values in frames.items()
    }


def unpack(frames: Frames) -> Frames:
    """Undo `pack`."""
    return {name: values.astype(np.int64) if values.dtype == np.int32 else values for name, values in frames.items()}


def _in_this_process(
    simulate: Simulate,
    scenario: Scenario,
    told_as: str,
    tasks: Sequence[Task],
    numbers: Numbers,
    receive: Receive,
    tell: Callable[[int], None],
) -> None:
    done = itertools.count(1)
    for i, task in enumerate(tasks):
        try:
            frames = one_run(simulate, scenario, task, numbers, lambda q: tell(next(done)))
        except (UserError, DiskError):
            raise
        except Exception as error:
            raise _failure(told_as, task, numbers, f"{type(error).__name__}: {error}") from error
        receive(i, frames)


def _in_workers(
    simulate: Simulate,
    scenario: Scenario,
    told_as: str,
    tasks: Sequence[Task],
    numbers: Numbers,
    jobs: int,
    receive: Receive,
    tell: Callable[[int], None],
) -> None:
    context = multiprocessing.get_context("spawn")
    board = _Board(context.RawArray("i", len(tasks)), context.RawArray("b", len(tasks)), context.RawValue("b", 0))
    begin = (simulate, scenario.resolved_yaml(), numbers, board)
    others = set(multiprocessing.active_children())
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=begin) as pool:
        pending: set[Future[Frames]] = set()
        try:
            with _quiet_start():
                futures = {pool.submit(_work, i, task): i for i, task in enumerate(tasks)}
            pending = set(futures)
            while pending:
                finished, pending = wait(pending, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
                tell(sum(board.quarters))
                for future in finished:
                    receive(futures.pop(future), unpack(future.result()))
        except BrokenProcessPool as error:
            suspects = [task for task, state in zip(tasks, board.states, strict=True) if state == RUNNING]
            raise _failure(told_as, suspects[0] if suspects else tasks[0], numbers, DIED) from error
        except _WorkerError as error:
            if error.problems:
                raise UserError(error.problems) from error
            raise _failure(told_as, error.task, numbers, error.reason) from error
        finally:
            _end(pending, board, set(multiprocessing.active_children()) - others)


def _end(pending: set[Future[Frames]], board: _Board, workers: set[BaseProcess]) -> None:
    """End the workers: they stop after the quarter they are in; one that is far from its next quarter is ended after a while.

    Not at once: a worker that is ended while it sends a result would leave the parent waiting for the rest.
    """
    board.stop.value = 1
    begun = [future for future in pending if not future.cancel()]
    if wait(begun, timeout=GRACE_SECONDS).not_done:
        for worker in workers:
            worker.terminate()


@contextlib.contextmanager
def _quiet_start() -> Iterator[None]:
    """Start children that do not hear Ctrl-C and that do not import the user's script again.

    Children inherit the blocked signal; the parent ends them itself. One that arrives while they start is raised afterwards: raised in
    between, it would leave a child that nobody knows of. Without the second, `urbsim.run(...)` at the top of a plain script would start
    itself over in every worker.
    """
    real = sys.modules["__main__"]
    heard: list[int] = []
    hears = threading.current_thread() is threading.main_thread() and hasattr(signal, "pthread_sigmask")
    if hears:
        handler = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = real
        if hears:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            signal.signal(signal.SIGINT, handler)
    if heard:
        raise KeyboardInterrupt


def _failure(told_as: str, task: Task, numbers: Numbers, reason: str | Text) -> RunError:
    why = reason if isinstance(reason, Text) else Text(zh=reason, en=reason)
    zh = f"{told_as} 的第 {task.draw} 次抽样、第 {task.replicate} 次重复运行失败：{why.zh}。"
    en = f"Draw {task.draw}, replicate {task.replicate} of {told_as} failed: {why.en}."
    command = (
        'python -c "import urbsim; from urbsim.experiments.runner import run_one; '
        f"run_one({told_as}, draw={task.draw}, replicate={task.replicate}, seed={numbers.seed}, weight={numbers.weight}, "
        f'threads={numbers.threads}, until={numbers.until})"'
    )
    return RunError(Text(zh=f"{zh}\n单独重跑：{command}", en=f"{en}\nTo repeat it alone: {command}"))


# ── in the worker ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Board(NamedTuple):
    """What parent and workers share, without locks: quarters done and state of every task (each has its slot), and the word to stop."""

    quarters: Any
    states: Any
    stop: Any


class _Stopped(Exception):
    """The parent has asked this worker to stop."""


class _WorkerError(Exception):
    """Carry a failure, its run and its traceback over to the parent, in a form that survives the journey."""

    def __init__(self, task: Task, reason: str, story: str, problems: list[Problem]) -> None:
        super().__init__(task, reason, story, problems)
        self.task, self.reason, self.story, self.problems = task, reason, story, problems

    def __str__(self) -> str:
        return self.story


class _Worker(NamedTuple):
    simulate: Simulate
    scenario: Scenario
    numbers: Numbers
    board: _Board


_worker: _Worker | None = None


def _end_with(parent: int) -> None:
    """End this worker when its parent is gone, however it went, so that a killed run leaves nothing behind that computes."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _begin(simulate: Simulate, source: str, numbers: Numbers, board: _Board) -> None:
    """Load the scenario once for all runs of this worker."""
    global _worker
    from urbsim.scenario import loads

    _end_with(os.getppid())
    _worker = _Worker(simulate, loads(source), numbers, board)


def _work(i: int, task: Task) -> Frames:
    if _worker is None:
        raise RuntimeError("the worker has not begun")
    simulate, scenario, numbers, board = _worker
    if board.stop.value:
        raise _Stopped
    board.states[i] = RUNNING

    def on_quarter(q: int) -> None:
        board.quarters[i] += 1
        if board.stop.value:
            raise _Stopped

    try:
        frames = one_run(simulate, scenario, task, numbers, on_quarter)
    except _Stopped:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent tells it with the run it belongs to
        problems = error.problems if isinstance(error, UserError) else []
        raise _WorkerError(task, f"{type(error).__name__}: {error}", traceback.format_exc(), problems) from None
    board.states[i] = FINISHED
    return pack(frames)
