"""Provisional."""

from __future__ import annotations

from typing import Any

import numpy as np


def services(frames: Any, context: Any) -> dict[str, Any]:
    y, a = len(context.calendar.years), context.levels.areas
    return {n: np.full((y, a, 12, 2), np.nan, dtype=np.float32) for n in ("service_demand", "service_served", "service_unmet")} | {
        "service_supply": np.full((y, a, 12), np.nan)
    }
