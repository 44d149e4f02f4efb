"""State files: every run of an experiment at the end of one quarter, so that policies can branch from there.

A zip archive with `state.json` (what it is a state of), `scenario.yaml` (resolved) and one member for each run, itself an archive of numpy
arrays (`state_runs`). Arrays and JSON only: reading one never runs code. Checks against a scenario stand in `branching`.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from urbsim.clock import LAST_QUARTER, last_day
from urbsim.errors import DiskError, Problem, UserError
from urbsim.text import Text

if TYPE_CHECKING:
    from urbsim.scenario import Scenario

FORMAT, SCHEMA = "urbsim state", 1
HEAD, SCENARIO = "state.json", "scenario.yaml"
# What zipfile and numpy raise at a file that is no state; an unknown packing is a NotImplementedError, a password a RuntimeError.
UNREADABLE = (OSError, zipfile.BadZipFile, ValueError, KeyError, EOFError, NotImplementedError, RuntimeError)


class Branch(NamedTuple):
    """Tell a run where to go on from and where to leave its state; `save_at` is a quarter index, `parts` a folder."""

    begin: Path | None = None
    save_at: int | None = None
    parts: Path | None = None


class Head(BaseModel):
    """What a state file says of itself; `still` tells whether the run with behaviour kept still is in it too."""

    model_config = ConfigDict(extra="forbid", strict=True)

    format: str
    schema_version: int
    version: str
    code: str
    region: str
    region_hash: str
    ensemble_hash: str
    quarter: int = Field(ge=0, le=LAST_QUARTER)
    draws: int = Field(ge=1)
    replicates: int = Field(ge=1)
    seed: int
    weight: int = Field(ge=1)
    still: bool
    scenario_sha256: str


@dataclass(frozen=True)
class StateFile:
    """Hold a state file that has been checked as a file; `text` is the resolved scenario that led to it."""

    path: Path
    head: Head
    text: str

    @cached_property
    def scenario(self) -> Scenario:
        """Return the scenario that led to the state."""
        from urbsim.scenario import loads

        return loads(self.text, shown=f"{self.path.name}/{SCENARIO}")

    @property
    def date(self) -> str:
        """Return the day of the state, the last of its quarter."""
        return last_day(self.head.quarter).isoformat()


def file_name(quarter: int) -> str:
    """Return the name of a state file in a result folder.

    >>> file_name(48)
    'state-2022-12-31.zip'
    """
    return f"state-{last_day(quarter)}.zip"


def code_hash() -> str:
    """Return a hash of every source file that decides how a state goes on."""
    import urbsim

    root = Path(urbsim.__file__).resolve().parent
    digest = hashlib.sha256()
    for folder in ("engine", "parameters", "policy", "population", "regions", "scenario"):
        for file in sorted((root / folder).rglob("*.py")):
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def part_name(draw: int, replicate: int, still: bool) -> str:
    """Return the name of a run's member."""
    return f"{'still' if still else 'run'}-{draw:04d}-{replicate:04d}.zip"


def write_state(file: Path, parts: Path, scenario: Scenario, quarter: int) -> None:
    """Join the members that the runs of a scenario left in the folder `parts` into a state file; they are removed on the way.

    The file is there whole or not at all. Raises DiskError if the system refuses.
    """
    from importlib.metadata import version

    from urbsim.parameters import ensemble_hash
    from urbsim.regions import load_region
    from urbsim.results.provenance import region_hash

    text, run = scenario.resolved_yaml(), scenario.run
    members = sorted(path for path in parts.iterdir() if path.suffix == ".zip")
    head = Head(
        format=FORMAT, schema_version=SCHEMA, version=version("urbsim"), code=code_hash(), region=scenario.region,
        region_hash=region_hash(load_region(scenario.region)), ensemble_hash=ensemble_hash(scenario.region), quarter=quarter,
        draws=run.draws, replicates=run.replicates, seed=run.seed, weight=run.weight,
        still=any(path.name.startswith("still") for path in members), scenario_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip
    scratch = file.with_name(f".{file.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(HEAD, json.dumps(head.model_dump(), indent=2))
            archive.writestr(SCENARIO, text)
            for path in members:
                archive.write(path, path.name)
                path.unlink()
        scratch.replace(file)
    except OSError as error:
        raise not_written(file, error) from error
    finally:
        scratch.unlink(missing_ok=True)


def open_state(file: str | Path) -> StateFile:
    """Return a state file whose form, version and completeness have been checked; raises UserError saying what is wrong."""
    path = Path(file)
    if not path.is_file():
        raise UserError.one(zh=f"没有状态文件 {path}。", en=f"There is no state file {path}.")
    try:
        with zipfile.ZipFile(path) as archive:
            raw = json.loads(archive.read(HEAD))
            _same_version(path, raw)
            head = Head.model_validate(raw)
            text = archive.read(SCENARIO).decode()
            missing = set(part_names(head)) - set(archive.namelist())
    except (*UNREADABLE, ValidationError) as error:
        raise UserError([damaged(path, error)]) from error
    if missing or hashlib.sha256(text.encode()).hexdigest() != head.scenario_sha256:
        raise UserError([damaged(path, f"{len(missing)} members missing" if missing else SCENARIO)])
    state = StateFile(path, head, text)
    _ = state.scenario  # one that this version cannot read is told here
    return state


def part_names(head: Head) -> list[str]:
    """Return the names of all members that a state must have."""
    names = [part_name(draw, replicate, False) for draw in range(head.draws) for replicate in range(head.replicates)]
    return names + ([part_name(0, 0, True)] if head.still else [])


def _same_version(path: Path, raw: object) -> None:
    """Raise UserError if the file is a state of another version, or of something else."""
    from importlib.metadata import version

    found = raw if isinstance(raw, dict) else {}
    if found.get("format") != FORMAT:
        raise UserError([damaged(path, f"no {FORMAT}")])
    if found.get("schema_version") != SCHEMA or found.get("version") != version("urbsim") or found.get("code") != code_hash():
        there, here = str(found.get("version"))[:20], version("urbsim")
        raise UserError(
            [
                Problem(
                    Text(
                        zh=f"状态文件 {path} 由另一版本的 urbsim（{there}）写成，与现在的程序（{here}）代码不同，不能接着运行。",
                        en=f"The state file {path} was written by other code (urbsim {there}) than this (urbsim {here}): "
                        "going on from it would mix two models.",
                    ),
                    hint=Text(zh="请用现在的程序加 --save-state 重新生成。", en="Make it again with --save-state."),
                )
            ]
        )


def damaged(path: Path, why: object) -> Problem:
    """Return the problem of a file that is damaged or no state file."""
    reason = f"{type(why).__name__}: {why}" if isinstance(why, Exception) else str(why)
    return Problem(
        Text(zh=f"状态文件 {path} 已损坏、不完整，或不是状态文件", en=f"the state file {path} is damaged, incomplete or none"),
        hint=Text(zh=f"原因：{reason[:200]}", en=f"reason: {reason[:200]}"),
    )


def not_written(file: Path, error: OSError) -> DiskError:
    """Return the error of a state file that could not be written."""
    why = error.strerror or str(error)
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return DiskError(
        Text(
            zh=f"{'磁盘已满' if full else why}，未写出状态文件 {file.name}。",
            en=f"{'The disk is full' if full else why}: the state file {file.name} was not written.",
        )
    )


@contextlib.contextmanager
def parts_folder(beside: Path) -> Iterator[Path]:
    """Give a hidden folder beside a file for what its runs leave, removed in the end whatever happens."""
    folder = beside.parent / f".{beside.name}.parts-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise not_written(beside, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def state_beside(folder: Path, quarter: int | None) -> Iterator[Path | None]:
    """Give the path of a state file in a hidden folder beside a result folder, from where it is moved in; None without a quarter.

    What is left in the hidden folder is removed in the end, and what a process that was killed left earlier.
    """
    if quarter is None:
        yield None
        return
    from urbsim.results.folder import beside

    with beside(folder) as scratch:
        yield scratch / file_name(quarter)
