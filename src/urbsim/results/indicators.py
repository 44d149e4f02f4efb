"""Provisional."""

from __future__ import annotations

from typing import Any

import numpy as np


def values(frames: Any, context: Any) -> Any:
    return np.full((len(context.calendar.years), 12), np.nan)


def indicator_coordinates(context: Any) -> dict[str, Any]:
    return {"indicator": ("indicator", np.array([f"i{i}" for i in range(12)], dtype=object))}
