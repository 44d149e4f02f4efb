"""Folders for what an experiment writes: claimed before hours of simulation, filled in one go after them, never half-written.

A single result is written by `urbsim.results.storage.write`. `filling` does the same for a folder that holds something else (a comparison):
files are written into a hidden folder inside it and moved when all are there, `provenance.json`, which makes it complete, last.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from urbsim.errors import DiskError, Problem, UserError
from urbsim.results.storage import FULL, PROVENANCE, check_free
from urbsim.text import Text


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
    part = folder / f".part-{os.getpid()}"
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        if (part / PROVENANCE).exists():
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


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the system refuses while runs are written into DiskError; finished runs stay."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        zh = f"磁盘已满，无法写入 {folder}" if error.errno in FULL else f"无法写入 {folder}：{reason}"
        en = f"The disk is full, {folder} could not be written" if error.errno in FULL else f"{folder} could not be written: {reason}"
        words = Text(zh=f"{zh}。已完成的运行都在，再次运行即可继续。", en=f"{en}. Finished runs are kept: start again to go on.")
        raise DiskError(words) from error


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
