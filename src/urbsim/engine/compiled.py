"""Compile kernels with numba, cached per version of the model's sources.

numba's own cache does not notice an edit in a file that a kernel calls into, so the cache folder carries a hash of every
source that can reach a kernel. This module must be imported before any kernel is decorated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

from urbsim import cache

numba.config.CACHE_DIR = str(cache.kernels())  # type: ignore[attr-defined]  # set when numba is imported


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
