"""What other packages would load that a process of this package has no use for."""

from __future__ import annotations

import sys


def without_dask() -> None:
    """Let this process find no Dask; nothing happens if xarray, which has looked for it then, is loaded already.

    xarray loads it (0.4 s, and 0.15 s more to write a file) only to see that no array is one of Dask's. For processes that are this
    package's own and that reach for no cluster: what comes later cannot have it either.
    """
    if "xarray" not in sys.modules:
        for name in ("dask", "distributed"):
            sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # for the import statement: there is none


def without_blas() -> None:
    """Let numba find no BLAS in this process: it loads scipy.linalg (0.15 s) for products of matrices, which no kernel has.

    For processes that are this package's own; nothing happens if either is loaded already. What needs SciPy later finds it.
    """
    if "scipy" not in sys.modules and "numba" not in sys.modules:
        sys.modules["scipy"] = None  # type: ignore[assignment]  # for the import statement: there is none
        try:
            import numba.np.arraymath  # noqa: F401 - where it looks
        finally:
            del sys.modules["scipy"]
