"""One number that says whether two results are the same, bit for bit."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray


def content_hash(dataset: xr.Dataset) -> str:
    """Return SHA-256 over name, dtype, shape and raw little-endian values of every variable and coordinate, in name order.

    Attributes (titles, provenance, wall time) and storage (compression, string type, time unit) do not count, so a saved result loaded
    again has the same hash. Dates are nanoseconds, texts UTF-8 with their length; every NaN counts as the same.

    >>> import xarray as xr
    >>> content_hash(xr.Dataset({"a": ("x", [1, 2])})) == content_hash(xr.Dataset({"a": ("x", [1, 3])}))
    False
    """
    digest = hashlib.sha256()
    for name in sorted(str(name) for name in dataset.variables):
        kind, shape, raw = _canonical(np.asarray(dataset.variables[name].values))
        head = f"{name}|{kind}|{'x'.join(str(size) for size in shape)}|{memoryview(raw).nbytes}|"
        digest.update(head.encode())
        digest.update(raw)
    return digest.hexdigest()


def _canonical(values: NDArray[Any]) -> tuple[str, tuple[int, ...], bytes | memoryview]:
    """Return dtype name, shape and bytes of an array in a form that does not depend on machine or file format."""
    shape = values.shape
    if values.dtype.kind in "OUTS":
        words = [str(word).encode() for word in values.ravel().tolist()]
        return "str", shape, b"".join(len(word).to_bytes(4, "little") + word for word in words)
    if values.dtype.kind == "M":
        return "datetime64[ns]", shape, values.astype("datetime64[ns]").astype("<i8").tobytes()
    if values.dtype.kind == "f" and (gone := np.isnan(values)).any():
        values = np.where(gone, values.dtype.type(np.nan), values)
    return values.dtype.name, shape, np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).data
