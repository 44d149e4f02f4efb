"""Where a sweep stands, read from its folder alone and without the libraries that open the store."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from urbsim.errors import UserError
from urbsim.experiments.markers import DONE, FAILED, STORE, markers, runs_of
from urbsim.experiments.sweep_progress import at_work, read_progress


@dataclass(frozen=True)
class Status:
    """Say how many runs there are, are done and have failed; whether a sweep is at work, how fast, and its time left in seconds."""

    total: int
    done: int
    failed: int
    at_work: bool
    per_minute: float
    seconds_left: float | None


def status_of(folder: Path) -> Status:
    """Return where the sweep of a folder stands; raises UserError if it holds none."""
    root = folder / STORE
    try:
        total = runs_of(root)
        told = list(markers(root).values())
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        raise UserError.one(zh=f"{folder} 不是 sweep 的结果文件夹", en=f"{folder} is not the result folder of a sweep") from None
    done, failed = told.count(DONE), told.count(FAILED)
    working = at_work(folder, even_mine=True) is not None
    said = read_progress(folder) or {}
    ended = int(said.get("done", 0)) + int(said.get("failed", 0))
    pace = ended / max(time.time() - float(said.get("began", 0)), 1e-3) if working else 0.0
    left = total - done - failed
    return Status(total, done, failed, working, 60 * pace, left / pace if pace > 0 else None)
