"""The identity of the model, checked, and what it says about the rate (design/model.md section 2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbsim import clock
from urbsim.results.frames import Frames
from urbsim.results.labels import position


class IdentityError(AssertionError):
    """Say that people appeared or vanished: a fault of the engine, never of the user."""


def check_identity(frames: Frames, area_codes: Sequence[str] | None = None, first_quarter: int = 0) -> None:
    """Check that the change of residents equals the sum of its components, in every quarter and area, exactly.

    `residents` is time × area × part (village, town), `change_residents` and `change_town` time × area × component, all persons.
    Raises IdentityError naming the first area and quarter at fault, the difference, and how many there are.
    """
    residents = np.asarray(frames["residents"], dtype=np.int64)
    town = residents[:, :, position("part", "town")]
    for what, stock, change in (
        ("all residents", residents.sum(axis=2), frames["change_residents"]),
        ("town residents", town, frames["change_town"]),
    ):
        gap = np.diff(stock, axis=0) - np.asarray(change, dtype=np.int64).sum(axis=2)[1:]
        if gap.any():
            where = np.argwhere(gap)
            q, a = (int(n) for n in where[0])
            area = area_codes[a] if area_codes is not None else f"area {a}"
            quarter = first_quarter + q + 1
            raise IdentityError(
                f"{what} of {area} change by {int(gap[q, a]):+d} persons more than the sum of components in "
                f"{clock.year_of(quarter)} Q{clock.season(quarter)} (quarter {quarter}); {len(where)} places at fault"
            )


def contributions(
    residents_before: NDArray[Any], town_before: NDArray[Any], change_residents: NDArray[Any], change_town: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the points of the urbanization rate that each component contributes (last axis), by model.md section 2.

    100 (dU_c - u dR_c) / R, with u the mean of the two rates and R the mean of the two totals. The sum over components is exactly the
    change of the rate, up to floating point. Shapes: stocks (...), changes (..., component); NaN where a total is 0.
    """
    r0, u0 = np.asarray(residents_before, dtype=np.float64), np.asarray(town_before, dtype=np.float64)
    dr, du = np.asarray(change_residents, dtype=np.float64), np.asarray(change_town, dtype=np.float64)
    r1, u1 = r0 + dr.sum(axis=-1), u0 + du.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_rate = (u0 / r0 + u1 / r1) / 2
        mean_total = (r0 + r1) / 2
        points = 100.0 * (du - mean_rate[..., None] * dr) / mean_total[..., None]
    bad = (r0 == 0) | (r1 == 0)
    points[bad] = np.nan
    return np.asarray(points, dtype=np.float64)
