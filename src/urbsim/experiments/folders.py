"""Result folders: claimed before a run, filled in one go after it, never half-written.

Files are first written into a hidden folder inside the result folder and moved when all are there, the one that makes a result
complete last. So an interrupted run or a full disk leaves nothing that looks like a result.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from urbsim.errors import DiskError, Problem, UserError
from urbsim.text import Text

PROVENANCE = "provenance.json"
IDENTITY = "run_identity"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def claim(folder: Path, identity: Mapping[str, object]) -> None:
    """Create `folder` or make sure that it may be written: it is empty or holds the very same run.

    `identity` is compared with the one in the folder's `provenance.json`. Raises UserError if the folder holds anything else or
    cannot be written, DiskError if the disk is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = [entry.name for entry in folder.iterdir() if not entry.name.startswith(".")]
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"urbsim" * 1000)
        probe.unlink()
    except OSError as error:
        raise unwritable(folder, error) from error
    if others and held_identity(folder) != dict(identity):
        words = Text(
            zh=f"结果文件夹 {folder} 中已有其他内容，未作改动。",
            en=f"The result folder {folder} already holds something else and was left as it is.",
        )
        hint = Text(zh="请用 -o 指定另一个文件夹，或先移走它。", en="Name another folder with -o, or move this one away first.")
        raise UserError([Problem(words, hint=hint)])


def held_identity(folder: Path) -> dict[str, object] | None:
    """Return the identity of the run in `folder`, or None if it holds no complete run."""
    try:
        found = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))[IDENTITY]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, dict) else None


@contextlib.contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """Give a hidden folder to write into; on success move what is in it to `folder`, on failure remove it.

    `provenance.json` is taken away first and comes back last: a folder without it is no result. An emptied new folder goes too.
    Raises DiskError for everything that the system refuses while writing.
    """
    part = folder / f".part-{os.getpid()}"
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        (folder / PROVENANCE).unlink(missing_ok=True)
        for entry in sorted(part.iterdir(), key=lambda entry: (entry.name == PROVENANCE, entry.name)):
            target = folder / entry.name
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            entry.replace(target)
    except OSError as error:
        raise _disk_error(folder, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        release(folder)


def release(folder: Path) -> None:
    """Remove `folder` if nothing is in it: what a run that never finished had claimed."""
    with contextlib.suppress(OSError):
        folder.rmdir()


def unwritable(folder: Path, error: OSError) -> UserError | DiskError:
    """Return the error that tells why `folder` cannot be used: DiskError if the disk is full, else UserError."""
    if error.errno in FULL:
        return _disk_error(folder, error)
    reason = error.strerror or type(error).__name__
    words = Text(zh=f"无法写入结果文件夹 {folder}：{reason}。", en=f"The result folder {folder} cannot be written: {reason}.")
    hint = Text(zh="请用 -o 指定一个可写的文件夹。", en="Name a folder that can be written with -o.")
    return UserError([Problem(words, hint=hint)])


def _disk_error(folder: Path, error: OSError) -> DiskError:
    reason = error.strerror or str(error) or type(error).__name__
    zh = f"磁盘已满，无法写入 {folder}" if error.errno in FULL else f"无法写入 {folder}：{reason}"
    en = f"The disk is full, {folder} could not be written" if error.errno in FULL else f"{folder} could not be written: {reason}"
    return DiskError(Text(zh=f"{zh}；没有留下不完整的结果。", en=f"{en}. No incomplete result was left."))
