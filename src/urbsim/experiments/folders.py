"""Folders for what an experiment writes: claimed before hours of simulation, filled in one go after them, never half-written.

A single result is written by `urbsim.results.storage.write`, which moves a whole folder into place. `filling` does the same file by file,
so that others in the folder stay: they are written into the same kind of hidden folder beside it, and `provenance.json`, which makes it
complete, is moved last.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from urbsim.results.folder import PROVENANCE, beside, check_free, telling, unwritable


def claim(folder: Path, identity: Mapping[str, object]) -> None:
    """Create `folder` or make sure that it may be written: it is empty or holds the very same run.

    Raises UserError if the folder holds anything else or cannot be written, DiskError if the disk is full.
    """
    try:
        check_free(folder, identity)
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"urbsim" * 1000)
        probe.unlink()
    except OSError as error:
        release(folder)
        raise unwritable(folder, error) from error


@contextlib.contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """Give a hidden folder to write into; on success move what is in it to `folder`, on failure remove it.

    What is there under the same names is replaced. A new `provenance.json` comes last, the old one is taken away before anything moves: a
    folder without it is not complete. A new folder left empty goes too.
    Raises DiskError for everything that the system refuses while writing.
    """
    try:
        with telling(folder), beside(folder) as part:
            yield part
            folder.mkdir(exist_ok=True)
            if (part / PROVENANCE).exists():
                (folder / PROVENANCE).unlink(missing_ok=True)
            for entry in sorted(part.iterdir(), key=lambda entry: (entry.name == PROVENANCE, entry.name)):
                target = folder / entry.name
                if target.is_dir() and not target.is_symlink():
                    shutil.rmtree(target)
                entry.replace(target)
    finally:
        release(folder)


def release(folder: Path) -> None:
    """Remove `folder` if nothing is in it: what a run that never finished had claimed."""
    with contextlib.suppress(OSError):
        folder.rmdir()
