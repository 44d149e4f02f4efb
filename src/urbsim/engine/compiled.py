"""Compile kernels with numba, cached per version of the model's sources.

numba's own cache does not notice an edit in a file that a kernel calls into, so the cache folder carries a hash of every
source that can reach a kernel. This module must be imported before any kernel is decorated.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

_PACKAGE = Path(__file__).resolve().parent.parent


def source_hash() -> str:
    """Return a short hash of every source file that a kernel is made of (engine, policy rules, household registry)."""
    digest = hashlib.sha256()
    for folder in ("engine", "policy", "population"):
        for file in sorted((_PACKAGE / folder).rglob("*.py")):
            digest.update(file.relative_to(_PACKAGE).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Return the user's cache folder for this version of the kernels (`URBSIM_CACHE` or the platform's default)."""
    root = os.environ.get("URBSIM_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "urbsim" / f"kernels-{source_hash()}"


numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]  # set when numba is imported


def _compiled(function: Callable[..., Any], **options: Any) -> Any:
    return numba.njit(nogil=True, cache=True, error_model="numpy", fastmath=False, **options)(function)


def kernel(function: Callable[..., Any]) -> Any:
    """Compile `function`: no interpreter lock, no reordering of arithmetic, cached on disk; it must not make arrays.

    Kernels carry no types of their own (numba infers them), so what is returned is Any; the plain function is its `py_func`. Arrays are
    passed without being counted as used: numba would count them up and down for every row, with the memory bus locked.
    """
    return _compiled(function, _nrt=False)


def allocating(function: Callable[..., Any]) -> Any:
    """Compile `function` like `kernel`, but let it make arrays: for what is called once a pass or list, not once a row."""
    return _compiled(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile `function` into every kernel that calls it, where a call would keep a loop from becoming vector instructions."""
    return _compiled(function, _nrt=False, forceinline=True)
