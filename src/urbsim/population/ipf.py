"""Fit tables to margins and round them to integers whose sums are kept.

Pure functions on numpy arrays, with no knowledge of people. Iterative proportional fitting: Deming & Stephan 1940.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Fitted:
    """Hold a fitted table and how well it fits.

    `error` is the largest absolute difference between a margin asked and got; `converged` says that it is at most the tolerance.
    """

    table: Floats
    rounds: int
    error: float
    converged: bool


def fit(
    start: npt.ArrayLike,
    margins: Sequence[tuple[tuple[int, ...], npt.ArrayLike]],
    tolerance: float = 1e-6,
    max_rounds: int = 500,
) -> Fitted:
    """Scale `start` until its sums over the other axes equal every margin.

    `margins` lists (axes kept, target); the target has the shape of those axes, in rising order. Zero cells of the start stay zero.
    `tolerance` is in the unit of the table. Contradictory margins do not converge: the report says so, nothing is raised.

    >>> result = fit([[1.0, 1.0], [1.0, 1.0]], [((0,), [30.0, 70.0]), ((1,), [40.0, 60.0])])
    >>> result.table.tolist(), result.converged
    ([[12.0, 18.0], [28.0, 42.0]], True)
    """
    table = np.array(start, dtype=np.float64)
    if (table < 0).any() or not np.isfinite(table).all():
        raise ValueError("the starting table must be finite and nowhere negative")
    asked: list[tuple[tuple[int, ...], Floats]] = []
    for kept, target in margins:
        wanted = np.asarray(target, dtype=np.float64)
        if list(kept) != sorted(set(kept)) or wanted.shape != tuple(table.shape[axis] for axis in kept):
            raise ValueError(f"margin over axes {kept} has shape {wanted.shape}, table {table.shape}")
        if (wanted < 0).any():
            raise ValueError(f"margin over axes {kept} has negative targets")
        dropped = tuple(axis for axis in range(table.ndim) if axis not in kept)
        asked.append((dropped, wanted.reshape([table.shape[axis] if axis in kept else 1 for axis in range(table.ndim)])))
    error = _error(table, asked)
    rounds = 0
    while error > tolerance and rounds < max_rounds:
        for dropped, wanted in asked:
            sums = table.sum(axis=dropped, keepdims=True)
            table *= np.divide(wanted, sums, out=np.zeros_like(sums), where=sums > 0)
        rounds += 1
        before, error = error, _error(table, asked)
        if rounds > 20 and error > before * (1 - 1e-9):
            break  # contradictory margins: it will not get better
    return Fitted(table, rounds, error, error <= tolerance)


def _error(table: Floats, asked: Sequence[tuple[tuple[int, ...], Floats]]) -> float:
    return max((float(np.abs(table.sum(axis=dropped, keepdims=True) - wanted).max()) for dropped, wanted in asked), default=0.0)


def largest_remainder(values: npt.ArrayLike, total: npt.ArrayLike | None = None) -> Ints:
    """Round along the last axis so that each sum equals `total` (default: the rounded sum); ties go to the first.

    Values are scaled to the total first. An all-zero row with a positive total is shared evenly.

    >>> largest_remainder([1.2, 1.4, 0.4]).tolist(), largest_remainder([1.0, 1.0, 1.0], 4).tolist()
    ([1, 2, 0], [2, 1, 1])
    """
    x = np.asarray(values, dtype=np.float64)
    sums = x.sum(axis=-1, keepdims=True)
    wanted = np.rint(sums) if total is None else np.asarray(total, dtype=np.float64)[..., None]
    share = np.divide(x, sums, out=np.full_like(x, 1.0 / max(x.shape[-1], 1)), where=sums > 0)
    scaled = share * wanted
    base = np.floor(scaled + 1e-9)
    missing = np.rint(wanted - base.sum(axis=-1, keepdims=True)).astype(np.int64)
    order = np.argsort(base - scaled, axis=-1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(x.shape[-1]) * np.ones_like(order), axis=-1)
    return np.asarray(base.astype(np.int64) + (rank < missing), dtype=np.int64)


def systematic(values: npt.ArrayLike, offset: float = 0.5) -> Ints:
    """Round a sequence so that every partial sum is within one of its true value.

    `offset` in (0, 1) is the random start: over uniform offsets the expectation of each entry is its value.

    >>> systematic([0.5, 0.5, 0.5, 0.5]).tolist()
    [1, 0, 1, 0]
    """
    cumulated = np.cumsum(np.asarray(values, dtype=np.float64))
    steps = np.floor(np.concatenate([[0.0], cumulated]) + offset + 1e-9).astype(np.int64)
    return np.diff(steps)


def round_two_way(table: npt.ArrayLike, rows: npt.ArrayLike, columns: npt.ArrayLike) -> Ints:
    """Round a matrix so that integer row sums and column sums are met exactly, changing each cell as little as is simple.

    Rows are rounded by largest remainder; then units are shifted inside rows, those with the largest rounding gain first, from columns
    with too many to columns with too few. Sums of `rows` and `columns` must agree.
    """
    x = np.asarray(table, dtype=np.float64)
    row_sums, column_sums = np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64)
    if row_sums.sum() != column_sums.sum():
        raise ValueError(f"rows sum to {row_sums.sum()}, columns to {column_sums.sum()}")
    result = largest_remainder(x, row_sums)
    surplus = result.sum(axis=0) - column_sums
    while surplus.any():
        to = int(np.argmin(surplus))
        # from which column and row a unit moves at least cost: the cell most above its value, the goal most below
        gain = np.where((result > 0) & (surplus > 0), (result - x) + (x - result)[:, [to]], -np.inf)
        row, source = np.unravel_index(int(np.argmax(gain)), gain.shape)
        amount = 1
        if max(-surplus[to], surplus[source]) > 2 * x.shape[0]:  # far off: the fit did not converge; move in bulk
            amount = int(min(result[row, source], surplus[source], -surplus[to]))
        result[row, source] -= amount
        result[row, to] += amount
        surplus[source] -= amount
        surplus[to] += amount
    return result
