"""Distances between areas and origin blocks."""

from __future__ import annotations

import numpy as np

from urbsim.regions.model import Floats

EARTH_KM = 6371.0


def great_circle_km(a: Floats, b: Floats) -> Floats:
    """Return the great-circle distances of points `a` (n×2 degrees longitude, latitude) to points `b` (m×2), n×m km (haversine)."""
    lon1, lat1 = np.radians(a[:, 0])[:, None], np.radians(a[:, 1])[:, None]
    lon2, lat2 = np.radians(b[:, 0])[None, :], np.radians(b[:, 1])[None, :]
    half = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(half)))


def distances(lonlat: Floats, areas: int, detour: float) -> Floats:
    """Return road distances (A+B)×A in km: great circle × `detour`, from an area to itself half the mean distance to the next.

    No other distance is shorter than that.
    """
    km = great_circle_km(lonlat, lonlat[:areas]) * detour
    inner = km[:areas].copy()
    np.fill_diagonal(inner, np.inf)
    own = 0.5 * float(inner.min(axis=1).mean()) if areas > 1 else 10.0
    km[np.arange(areas), np.arange(areas)] = own
    return np.maximum(km, own)
