"""Folders for results: written beside their place and moved there whole, so that a folder is either a result or not there.

Nothing here loads xarray: a command claims its folder before anything else.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from urbsim.errors import DiskError, Problem, UserError
from urbsim.results.provenance import IDENTITY
from urbsim.text import Text

RESULTS, SCENARIO, PROVENANCE, TABLES = "results.nc", "scenario.yaml", "provenance.json", "tables"
OWN = frozenset({RESULTS, SCENARIO, PROVENANCE, TABLES, "report.html", "figures"})
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
LEFT = Text(zh="没有留下残缺文件", en="nothing is left of it")
KEPT = Text(zh="已完成的运行都在，再次运行即可继续", en="Finished runs are kept: start again to go on")


def check_free(target: Path, identity: Mapping[str, Any] | None = None) -> None:
    """Make sure that a result may be written to `target`; raises UserError naming what is there otherwise.

    Free means: not there, empty, or holding the same run. Remains of interrupted writing beside it are removed.
    """
    _sweep(target)
    if target.is_dir():
        there = sorted(entry.name for entry in target.iterdir() if not entry.name.startswith("."))
        if not there or (identity is not None and held_identity(target) == dict(identity)):
            return
        raise UserError([_occupied(target, there)])
    if target.exists() or target.is_symlink():
        raise UserError.one(f"{target} 已存在且不是文件夹", f"{target} is there already and is not a folder")


def held_identity(folder: Path) -> dict[str, Any] | None:
    """Return `run_identity` of the result in a folder, None if it holds no complete result."""
    try:
        found = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))[IDENTITY]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, dict) and (folder / RESULTS).is_file() else None


def _occupied(target: Path, there: list[str]) -> Problem:
    hint = Text("请用 -o 另选文件夹，或移走其中内容", "choose another folder with -o, or move its contents away")
    if held_identity(target) is not None:
        return Problem(Text(f"{target} 已有另一次运行的结果", f"{target} holds the results of another run"), hint=hint)
    if OWN.intersection(there):
        return Problem(
            Text(f"{target} 是不完整的结果文件夹", f"{target} is an incomplete result folder, half-written or changed"), hint=hint
        )
    some = ", ".join(there[:3])
    return Problem(Text(f"{target} 不是空文件夹（有 {some}）", f"{target} is not empty (it holds {some})"), hint=hint)


def _prefix(target: Path) -> str:
    return f".{target.name}.part-"


def _host() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Give a fresh hidden folder beside `target`, removed in the end whatever happens."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.parent / f"{_prefix(target)}{_host()}-{os.getpid()}-{secrets.token_hex(4)}"
        part.mkdir()
    except OSError as error:
        raise unwritable(target, error) from error
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _sweep(target: Path) -> None:
    """Remove what writers of this machine left beside `target` when they were killed."""
    for left in target.parent.glob(f"{_prefix(target)}{_host()}-*") if target.parent.is_dir() else ():
        pid = left.name.rsplit("-", 2)[-2]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def move_into_place(part: Path, target: Path) -> None:
    """Put the finished folder in its place, replacing an empty folder or the same run."""
    with telling(target):
        old = None
        if target.is_dir():
            old = part.with_name(part.name + "-old")
            target.rename(old)
        try:
            part.rename(target)
        except OSError:
            if old is not None:
                old.rename(target)
            raise
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)
        _flush_folder(target.parent)


@contextmanager
def telling(folder: Path, left: Text = LEFT) -> Iterator[None]:
    """Turn failures of the system while writing into DiskError."""
    try:
        yield
    except OSError as error:
        raise disk_error(folder, error, left) from error


def unwritable(folder: Path, error: OSError) -> UserError | DiskError:
    """Return the error that tells why `folder` cannot be used at all: DiskError if the disk is full, else UserError."""
    if error.errno in FULL:
        return disk_error(folder, error)
    reason = error.strerror or type(error).__name__
    words = Text(zh=f"无法写入结果文件夹 {folder}：{reason}。", en=f"The result folder {folder} cannot be written: {reason}.")
    return UserError([Problem(words, hint=Text(zh="请用 -o 指定一个可写的文件夹。", en="Name a folder that can be written with -o."))])


def disk_error(folder: Path, error: OSError, left: Text = LEFT) -> DiskError:
    """Return the error that tells why writing failed and what is left of it."""
    shown = folder.name.removeprefix(".").split(".part-")[0]
    if error.errno in FULL:
        return DiskError(Text(f"磁盘已满，未写入 {shown}；{left.zh}", f"the disk is full: {shown} was not written; {left.en}"))
    why = error.strerror or str(error) or type(error).__name__
    return DiskError(Text(f"写入 {shown} 失败（{why}）；{left.zh}", f"{shown} could not be written ({why}); {left.en}"))


def flush(folder: Path) -> None:
    """Have the system put a folder and all files in it on the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    with suppress(OSError):  # not every system flushes folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
