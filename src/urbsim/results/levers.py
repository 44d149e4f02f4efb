"""What a scenario's levers were in the quarters of a run, as results read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from urbsim.policy import LEVERS

if TYPE_CHECKING:
    from urbsim.results.compute import Context


def in_force(context: Context, name: str) -> NDArray[np.float64]:
    """Return a lever's values, time × area; its default where the scenario does not know it."""
    calendar = context.calendar
    try:
        table = np.asarray(context.scenario.policy.array(name), dtype=np.float64)
    except (AttributeError, KeyError):
        return np.full((calendar.quarters, context.levels.areas), LEVERS[name].default_value)
    return table[calendar.first : calendar.first + calendar.quarters]
