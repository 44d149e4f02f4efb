"""(f) What the machine can do: memory, random numbers and exponentials, the limits that the engine is held against.

python benchmarks/machine.py
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np
from common import parser, report, say, timed

from urbsim.engine import rng
from urbsim.population.registry import HOUSEHOLD

SIZE = 32_000_000  # 64-bit numbers, far beyond any cache


@numba.njit(nogil=True)  # type: ignore[misc]
def _add(values: Any, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        values[i] += 1


@numba.njit(nogil=True)  # type: ignore[misc]
def _exponentials(values: Any) -> float:
    total = 0.0
    for i in range(values.size):
        total += math.exp(values[i])
    return total


def main() -> None:
    """Measure and report."""
    given = parser(__doc__).parse_args()
    values, other = np.zeros(SIZE, np.int64), np.zeros(SIZE, np.int64)
    results: dict[str, float] = {}
    say("memory")
    results["copy_gb_per_s"] = 2 * values.nbytes / timed(lambda: np.copyto(other, values), given.repeat)["wall_median"] / 1e9
    _add(values, 0, 1)
    for threads in (1, 2):
        edges = [SIZE * k // threads for k in range(threads + 1)]
        with ThreadPoolExecutor(threads) as pool:
            seconds = timed(lambda: list(pool.map(_add, [values] * threads, edges[:-1], edges[1:])), given.repeat)["wall_median"]  # noqa: B023
        results[f"in_place_gb_per_s_{threads}"] = 2 * values.nbytes / seconds / 1e9
    say("arithmetic")
    n = 4096
    rows, words, identities = np.zeros(n, HOUSEHOLD), np.empty((2, n), np.uint64), np.empty(n, np.uint64)
    rows["id"] = np.arange(n)

    def draw() -> None:
        for _ in range(100):
            rng.bytes_of(rows, 0, n, 3, np.uint64(7), 0, identities, words)

    draw()
    results["philox_ns_in_a_row"] = timed(draw, given.repeat)["cpu_median"] / n / 100 * 1e9
    numbers = np.linspace(-1.0, 1.0, n)
    _exponentials(numbers)
    results["exponential_ns"] = timed(lambda: [_exponentials(numbers) for _ in range(100)], given.repeat)["cpu_median"] / n / 100 * 1e9
    report("machine", results, given.out)


if __name__ == "__main__":
    main()
