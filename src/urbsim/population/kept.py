"""Keep plans of regions on disk: raking takes half a second in every process that begins, reading the answer a hundredth.

A file's name is a hash of all that the plan is made of (facts of the region, sources, numpy), it holds arrays alone and their hash; one
that cannot be read, or not believed, counts as absent. Without a place to write, plans are made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from urbsim import cache
from urbsim.population.cells import Cells
from urbsim.population.targets import Targets
from urbsim.population.templates import Pool

KEPT = 12  # files; the oldest go
Arrays = dict[str, npt.NDArray[Any]]
PARTS = {"cells": Cells, "targets": Targets, "pool": Pool}
HASH = "hash"


def file_of(facts: bytes) -> Path:
    """Return the file of the plan that is made of `facts` by the sources and the numpy of this process."""
    made_of = hashlib.blake2b(facts + f"{cache.source_hash()} {np.__version__}".encode(), digest_size=12)
    return cache.root() / f"plan-{made_of.hexdigest()}.npz"


def take(file: Path) -> dict[str, Any] | None:
    """Return the fields of a plan by name, None if they are not there whole."""
    try:
        with file.open("rb") as source, np.load(source, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
        if arrays.pop(HASH).tobytes() != _hash(arrays):
            return None
        plan: dict[str, Any] = {name: _part(kind, name, arrays) for name, kind in PARTS.items()}
        plan["weights"] = tuple(arrays.pop(f"weights.{k}") for k in range(len(arrays["first"]) - 1))
        plan["first"] = tuple(int(x) for x in arrays.pop("first"))
        return plan | arrays
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def put(file: Path, plan: Any) -> None:
    """Keep a plan, and drop the oldest files."""
    arrays: Arrays = {}
    for field in fields(plan):
        value = getattr(plan, field.name)
        if field.name in PARTS:
            arrays |= {f"{field.name}.{one.name}": np.asarray(getattr(value, one.name)) for one in fields(value)}
        elif field.name == "weights":
            arrays |= {f"weights.{k}": weights for k, weights in enumerate(value)}
        else:
            arrays[field.name] = np.asarray(value)
    arrays[HASH] = np.frombuffer(_hash(arrays), np.uint8)
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as held:
                np.savez(held, **arrays)  # type: ignore[arg-type]  # names of arrays, none that of an option
            part.replace(file)
        except BaseException:
            part.unlink()
            raise
        for old in sorted(file.parent.glob("plan-*.npz"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
            old.unlink()


def _part(kind: type, name: str, arrays: Arrays) -> Any:
    """Return the part `name` of a plan and take its arrays out of `arrays`; the errors of fits are numbers."""
    values = {one.name: arrays.pop(f"{name}.{one.name}") for one in fields(kind)}
    return kind(**{key: float(value) if value.ndim == 0 else value for key, value in values.items()})


def _hash(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(arrays[name].tobytes())
    return digest.digest()
