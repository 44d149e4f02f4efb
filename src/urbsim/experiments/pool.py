"""Carry out tasks in several processes of this machine.

Workers are started by `spawn` (a child must not inherit threads, and importing Mesa 3.3.1 changes the process-wide start method); they
receive text, numbers and paths only. A worker that dies takes its pool along: what was running is tried again, each task in a process of
its own, so that the one that kills its worker is told apart from those that were beside it.
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
import types
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any, NamedTuple

from urbsim.experiments.tasks import DIED, Failure, Outcome, Receive, Stopped, Work, attempt
from urbsim.garbage import collect_seldom
from urbsim.unneeded import without_blas

POLL_SECONDS = 0.2
GRACE_SECONDS = 3.0
AHEAD = 2  # tasks handed out for each process: one at work, one to follow
RUNNING, FINISHED = 1, 2
Numbered = tuple[int, Any]


def in_processes(work: Work, tasks: Iterable[Any], total: int, jobs: int, receive: Receive, tell: Callable[[int], None]) -> None:
    """Carry out tasks in `jobs` processes; see `urbsim.experiments.tasks.execute`."""
    context = multiprocessing.get_context("spawn")
    written = bytes(ForkingPickler.dumps(work))
    board = _Board(
        context.RawArray("i", total), context.RawArray("b", total), context.RawValue("b", 0), context.RawArray("B", written)
    )
    source: Iterator[Numbered] = iter(enumerate(tasks))
    while True:
        suspects, untouched = _generation(source, jobs, board, receive, tell)
        if not suspects and not untouched:
            return
        for i, task in suspects:
            if any(_generation(iter([(i, task)]), 1, board, receive, tell)):
                receive(i, Outcome(failure=Failure(DIED)))
        source = itertools.chain(untouched, source)


def _generation(
    source: Iterator[Numbered], jobs: int, board: _Board, receive: Receive, tell: Callable[[int], None]
) -> tuple[list[Numbered], list[Numbered]]:
    """Carry out tasks until there are no more or a worker dies; return those that may have killed it and others that are not done."""
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    ahead = jobs * AHEAD
    flying: dict[Future[Outcome], Numbered] = {}
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(os.getpid(), board)) as pool:
        try:
            with quiet_start():
                _submit(pool, itertools.islice(source, ahead), board, flying)
            tell(sum(board.quarters))
            while flying:
                finished, _ = wait(flying, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
                tell(sum(board.quarters))
                for future in finished:
                    outcome = future.result()
                    i, _ = flying.pop(future)
                    receive(i, outcome)
                _submit(pool, itertools.islice(source, ahead - len(flying)), board, flying)
            pool.shutdown(wait=False)  # workers take some tenths of a second to end: beside what comes next
        except BrokenProcessPool:
            left = sorted(flying.values(), key=lambda numbered: numbered[0])
            suspects = [numbered for numbered in left if board.states[numbered[0]] == RUNNING] or left[:1]
            return suspects, [numbered for numbered in left if numbered not in suspects]
        except BaseException:
            _end(pool, board, set(multiprocessing.active_children()) - others)
            raise
    return [], []


def _submit(pool: ProcessPoolExecutor, tasks: Iterable[Numbered], board: _Board, flying: dict[Future[Outcome], Numbered]) -> None:
    for i, task in tasks:
        board.states[i] = board.quarters[i] = 0
        flying[pool.submit(_work, i, task)] = (i, task)


def _end(pool: ProcessPoolExecutor, board: _Board, workers: set[BaseProcess]) -> None:
    """End the workers: they stop after the quarter they are in; one that is far from its next quarter is ended after a while.

    Not at once: a worker that is ended while it sends a result would leave the parent waiting for the rest. The pool cancels what it has
    not begun: it waits for ever for a future that others have cancelled (Python 3.11).
    """
    board.stop.value = 1
    enough = threading.Timer(GRACE_SECONDS, _terminate, [workers])
    enough.start()
    try:
        pool.shutdown(cancel_futures=True)
    finally:
        enough.cancel()


def _terminate(workers: Iterable[BaseProcess]) -> None:
    for worker in workers:
        worker.terminate()


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Start children that do not hear Ctrl-C and that do not import the user's script again.

    Children inherit the blocked signal; the parent ends them itself. One that arrives while they start is raised afterwards: raised in
    between, it would leave a child that nobody knows of. A process in the background of a script ignores it, here too. Without the second,
    `urbsim.run(...)` at the top of a plain script would start itself over in every worker.
    """
    real = sys.modules["__main__"]
    heard: list[int] = []
    hears = threading.current_thread() is threading.main_thread() and hasattr(signal, "pthread_sigmask")
    hears = hears and signal.getsignal(signal.SIGINT) != signal.SIG_IGN
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


# ── in the worker ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Board(NamedTuple):
    """What parent and workers share, without locks: quarters done and state of every task (each has its slot), the word to stop, the work.

    The work (70 kB of scenario) goes through no pipe: among a worker's arguments it would hold up the start of the next, and with a task it
    would stay in the pipe of workers that died, for which Python 3.11 waits for ever.
    """

    quarters: Any
    states: Any
    stop: Any
    work: Any  # bytes


_worker: tuple[Work, _Board] | None = None


def end_with(parent: int) -> None:
    """End this worker when its parent is gone, however and whenever it went, so that a killed run leaves no process behind."""
    collect_seldom()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _begin(parent: int, board: _Board) -> None:
    """Keep the work for all tasks of this worker."""
    global _worker
    end_with(parent)
    without_blas()
    _worker = ForkingPickler.loads(bytes(board.work)), board


def _work(i: int, task: Any) -> Outcome:
    if _worker is None:
        raise RuntimeError("the worker has not begun")
    work, board = _worker
    if board.stop.value:
        raise Stopped
    board.states[i] = RUNNING

    def on_quarter(q: int) -> None:
        board.quarters[i] += 1
        if board.stop.value:
            raise Stopped

    outcome = attempt(work, task, on_quarter)
    board.states[i] = FINISHED
    return outcome
