"""How far a sweep is: the tally of its runs, and the file by which another terminal hears of it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from urbsim.experiments.tasks import Spread

PROGRESS = "progress.json"
EVERY_SECONDS = 2.0
SILENT_SECONDS = 60.0


@dataclass
class Tally:
    """Count runs: in all, there before this start, done and failed since."""

    total: int
    before: int
    done: int = 0
    failed: int = 0
    began: float = field(default_factory=time.time)

    @property
    def left(self) -> int:
        """Return how many runs are still to do."""
        return self.total - self.before - self.done - self.failed

    def seconds_left(self, now: float) -> float | None:
        """Return the time left in seconds at the pace so far, None before the first run."""
        ended = self.done + self.failed
        return (now - self.began) / ended * self.left if ended else None


class Heartbeat:
    """Write the tally into the folder every few seconds while a sweep is at work."""

    def __init__(self, folder: Path, tally: Tally, spread: Spread) -> None:
        self.folder, self.tally, self.spread = folder, tally, spread
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Heartbeat:
        self._write("running")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        self._write("ended")

    def _beat(self) -> None:
        while not self._end.wait(EVERY_SECONDS):
            self._write("running")

    def _write(self, state: str) -> None:
        tally = self.tally
        said = {
            "state": state, "total": tally.total, "before": tally.before, "done": tally.done, "failed": tally.failed,
            "began": tally.began, "updated": time.time(), "process": os.getpid(), "machine": this_machine(),
            "jobs": self.spread.jobs if self.spread.scheduler is None else None, "scheduler": self.spread.scheduler is not None,
        }  # fmt: skip
        part = self.folder / f".{PROGRESS}-{os.getpid()}"
        with contextlib.suppress(OSError):  # a full disk is told by the runs themselves
            part.write_text(json.dumps(said), encoding="utf-8")
            part.replace(self.folder / PROGRESS)


def this_machine() -> str:
    """Return a short name of this machine that does not tell its name."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def read_progress(folder: Path) -> dict[str, Any] | None:
    """Return what the sweep of a folder last said of itself, None if nothing can be read."""
    try:
        found = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def at_work(folder: Path, *, even_mine: bool = False) -> int | None:
    """Return the process of another sweep that is at work in the folder, None if there is none.

    One on this machine must be alive; one elsewhere must have been heard of in the last minute. This process itself counts only with
    `even_mine`.
    """
    said = read_progress(folder)
    if said is None or said.get("state") != "running" or time.time() - float(said.get("updated", 0)) > SILENT_SECONDS:
        return None
    process = int(said.get("process", 0))
    if said.get("machine") != this_machine():
        return process
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return None
    except OSError:
        return process
    return process if even_mine or process != os.getpid() else None
