"""The markers of a store of runs: one small file for each run that is done or has failed, read without any library.

`run_status/<run>` holds a text of six characters in UTF-32 (Zarr's `<U6`): "done", "failed".
"""

from __future__ import annotations

import json
from pathlib import Path

STORE, STATUS = "results.zarr", "run_status"
DONE, FAILED, MISSING = "done", "failed", ""
WIDTH = 6
DTYPE = f"<U{WIDTH}"


def marker(status: str) -> bytes:
    """Return the bytes of a marker.

    >>> len(marker(DONE)), read_marker(marker(DONE)), read_marker(b"half")
    (24, 'done', '')
    """
    return status.ljust(WIDTH, "\0").encode("utf-32-le")


def read_marker(raw: bytes) -> str:
    """Return what a marker says, MISSING if it is damaged."""
    if len(raw) != 4 * WIDTH:
        return MISSING
    try:
        found = raw.decode("utf-32-le").rstrip("\0")
    except UnicodeDecodeError:
        return MISSING
    return found if found in (DONE, FAILED) else MISSING


def markers(root: Path) -> dict[int, str]:
    """Return what is said of every run that has a marker; raises OSError if there are none to read."""
    return {int(file.name): read_marker(file.read_bytes()) for file in (root / STATUS).iterdir() if file.name.isdigit()}


def runs_of(root: Path) -> int:
    """Return the number of runs of a store; raises OSError or ValueError if it cannot be read."""
    return int(json.loads((root / STATUS / ".zarray").read_text(encoding="utf-8"))["shape"][0])
