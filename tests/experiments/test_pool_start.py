"""What a worker does before its first task."""

from __future__ import annotations

import subprocess
import sys


def test_kernels_run_where_numba_found_no_blas_and_scipy_is_there_afterwards() -> None:
    code = (
        "from urbsim.unneeded import without_blas\nwithout_blas()\nimport sys\nassert 'scipy' not in sys.modules\n"
        "from urbsim.engine import open_engine\nfrom urbsim.scenario import load\n"
        "e = open_engine(load('xuchang_2025'), weight=500)\ne.run(1)\n"
        "assert not any(name.startswith('scipy') for name in sys.modules)\n"
        "from scipy.special import ndtri\nprint(ndtri(0.5))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert told.stdout.strip() == "0.0", told.stderr
