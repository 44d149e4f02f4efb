"""The Zarr store of a study's runs: one root group, first dimension `run`, one chunk for each run and variable, then a marker.

```
results.zarr/
  run  point  draw  replicate  run_key  <factors>     written when the store is made
  time  year  area  ...                               coordinates of a result
  <variable>/<run>.0.0                                one chunk for each run
  run_hash/<run>                                      SHA-256 over these chunks
  run_status/<run>                                    the marker, last: "done" or "failed"; not there: not run yet
```

Every file is written elsewhere in the folder and moved into place, so that it is whole or not there; a run counts as done only if its
marker and its chunks' hash agree. Chunks hold the same bytes whoever writes them, so two writers of the same run do no harm.
Zarr format 2: readers of format 3 warn at consolidated metadata and at text.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbsim.experiments.markers import DONE, DTYPE, FAILED, MISSING, STATUS, STORE, marker, read_marker
from urbsim.results.variables import VARIABLES

SPOOL = ".spool"
LEVEL = 3  # of Zstandard
_HASH = "<U64"


@dataclass(frozen=True)
class Store:
    """Read and write the runs of the store in `folder` (the result folder of a sweep), file by file."""

    folder: Path
    outputs: tuple[str, ...]

    @property
    def root(self) -> Path:
        """Return the Zarr group."""
        return self.folder / STORE

    def write(self, run: int, values: Mapping[str, NDArray[Any]]) -> None:
        """Write all variables of a run, then its marker; raises OSError."""
        digest = hashlib.sha256()
        with self._spool(run) as put:
            for name in self.outputs:
                raw = encoded(values[name])
                digest.update(raw)
                put(self._chunk(name, run), raw)
            put(self.root / "run_hash" / str(run), np.array([digest.hexdigest()], dtype=_HASH).tobytes())
            put(self.root / STATUS / str(run), marker(DONE))

    def fail(self, run: int) -> None:
        """Mark a run as failed; raises OSError."""
        with self._spool(run) as put:
            put(self.root / STATUS / str(run), marker(FAILED))

    def status(self, run: int) -> str:
        """Return what the marker of a run says."""
        try:
            return read_marker((self.root / STATUS / str(run)).read_bytes())
        except OSError:
            return MISSING

    def whole(self, run: int) -> bool:
        """Say whether a run is done and its chunks are what was written."""
        if self.status(run) != DONE:
            return False
        digest = hashlib.sha256()
        try:
            for name in self.outputs:
                digest.update(self._chunk(name, run).read_bytes())
            said = (self.root / "run_hash" / str(run)).read_bytes()
        except OSError:
            return False
        return said == np.array([digest.hexdigest()], dtype=_HASH).tobytes()

    def clear(self, run: int) -> None:
        """Take away what is there of a run, its marker first; raises OSError."""
        for path in (self.root / STATUS / str(run), self.root / "run_hash" / str(run)):
            path.unlink(missing_ok=True)
        for name in self.outputs:
            self._chunk(name, run).unlink(missing_ok=True)

    def _chunk(self, name: str, run: int) -> Path:
        return self.root / name / ".".join([str(run), *("0" for _ in VARIABLES[name].dims)])

    def _spool(self, run: int) -> _Spool:
        return _Spool(self.folder / SPOOL / f"{run}-{os.getpid()}-{secrets.token_hex(4)}")


class _Spool:
    """Give a function that writes a file elsewhere and moves it into place; what is left is removed at the end."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __enter__(self) -> _Spool:
        self.place.mkdir(parents=True)
        return self

    def __call__(self, target: Path, raw: bytes) -> None:
        part = self.place / "part"
        part.write_bytes(raw)
        part.replace(target)

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.place, ignore_errors=True)


def encoded(values: NDArray[Any]) -> bytes:
    """Return the bytes of a chunk: little-endian, shuffled, compressed, as the array's metadata says."""
    from numcodecs import Shuffle, Zstd

    plain = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    return bytes(Zstd(LEVEL).encode(Shuffle(plain.dtype.itemsize).encode(plain)))


def create(
    root: Path,
    columns: Mapping[str, tuple[NDArray[Any], Mapping[str, Any]]],
    outputs: Sequence[str],
    context: Any,
    attrs: Mapping[str, Any],
) -> None:
    """Make an empty store in a folder that is not there yet.

    `columns` are the coordinates over `run` with their attributes, `context` (`results.compute.Context`) gives the other dimensions.
    """
    import zarr

    from urbsim.results.dataset import attributes_of, coordinates, sizes

    runs, lengths = len(next(iter(columns.values()))[0]), sizes(context)
    dims = {dim for name in outputs for dim in VARIABLES[name].dims}
    group = zarr.open_group(str(root), mode="w-", zarr_format=2, attributes=dict(attrs))
    for name, (values, about) in columns.items():
        _put(group, name, values, ("run",), about)
    others = {name: found for name, found in coordinates(context).items() if found[0] in dims}
    for name, (dim, values, *about) in others.items():
        _put(group, name, _storable(values), (dim,), dict(*about) | (_TIME if name == "time" else {}))
    one: dict[str, Any] = {"chunks": (1,), "filters": None, "compressors": None, "fill_value": None}
    for name, dtype, words in (("run_hash", _HASH, "SHA-256 of the run's chunks"), (STATUS, DTYPE, "done, failed or not run")):
        group.create_array(name, shape=(runs,), dtype=dtype, attributes={"_ARRAY_DIMENSIONS": ["run"], "long_name": words}, **one)
    for name in outputs:
        variable = VARIABLES[name]
        shape = tuple(lengths[dim] for dim in variable.dims)
        about = {"_ARRAY_DIMENSIONS": ["run", *variable.dims], **attributes_of(name)}
        fill = np.nan if variable.dtype.startswith("float") else None
        _array(group, name, (runs, *shape), (1, *shape), variable.dtype, about, fill)
    group.attrs["coordinates"] = " ".join([*columns, *others, "run_hash", STATUS])
    _consolidate(root)


_TIME = {"units": "days since 2010-12-31", "calendar": "proleptic_gregorian"}


def _storable(values: NDArray[Any]) -> NDArray[Any]:
    """Return dates as days since the census quarter, texts with a fixed width."""
    if values.dtype.kind == "M":
        return ((values - np.datetime64("2010-12-31")) / np.timedelta64(1, "D")).astype(np.int64)
    return values.astype(str) if values.dtype.kind == "O" else values


def _put(group: Any, name: str, values: NDArray[Any], dims: tuple[str, ...], about: Mapping[str, Any]) -> None:
    attrs = {"_ARRAY_DIMENSIONS": list(dims), **about}
    fill = np.nan if values.dtype.kind == "f" else None
    _array(group, name, values.shape, tuple(max(size, 1) for size in values.shape), values.dtype, attrs, fill)[...] = values


def _array(group: Any, name: str, shape: Any, chunks: Any, dtype: Any, attrs: Mapping[str, Any], fill: Any) -> Any:
    from numcodecs import Shuffle, Zstd

    kind = np.dtype(dtype)
    filters = [Shuffle(kind.itemsize)] if kind.kind in "if" else None
    return group.create_array(
        name, shape=shape, chunks=chunks, dtype=kind, filters=filters, compressors=Zstd(LEVEL), fill_value=fill, attributes=dict(attrs),
        config={"write_empty_chunks": True},
    )  # fmt: skip


def _consolidate(root: Path) -> None:
    """Write the metadata of all arrays into one file, in name order: the file system's order is its own."""
    metadata = {}
    for file in sorted(path for path in root.rglob(".z*") if path.name in (".zgroup", ".zattrs", ".zarray")):
        metadata[file.relative_to(root).as_posix()] = json.loads(file.read_text(encoding="utf-8"))
    text = json.dumps({"metadata": metadata, "zarr_consolidated_format": 1}, indent=1, sort_keys=True)
    (root / ".zmetadata").write_text(text, encoding="utf-8")


def attributes(root: Path) -> dict[str, Any]:
    """Return the attributes of a store; raises OSError or ValueError if they cannot be read."""
    found = json.loads((root / ".zattrs").read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{root} has no attributes")
    return found


def store_hash(folder: Path) -> str:
    """Return SHA-256 over names and bytes of all files of a store: two stores are the same if it is."""
    digest, root = hashlib.sha256(), folder / STORE
    for file in sorted(path for path in root.rglob("*") if path.is_file()):
        raw = file.read_bytes()
        digest.update(f"{file.relative_to(root).as_posix()}|{len(raw)}|".encode())
        digest.update(raw)
    return digest.hexdigest()
