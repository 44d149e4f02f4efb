"""Split each area's residents of 2010 by register type, census class and part, and say where movers come from.

The naive split (town-born = non-agricultural share x residents, all movers in towns) leaves a negative rest in a third of the areas; a
2 x 4 x 2 fit per area does not: every cell is positive where its margins are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from urbsim.population import ipf
from urbsim.population.assumptions import Floats, value

if TYPE_CHECKING:
    from urbsim.regions import Region

NONAGRI, AGRI = 0, 1


@dataclass(frozen=True)
class Cells:
    """Hold the census cells, in persons (not rounded).

    `residents`: A x register type (non-agricultural, agricultural) x census class (local, same area, other area, other province) x part.
    `flows`: A origins x A areas of living, people registered in the origin who live in another area (both register types; the diagonal
    holds moves between districts of one core). `absent`: A, registered there and living outside the region. `error`: of the fit.
    """

    residents: Floats
    flows: Floats
    absent: Floats
    error: float


def census_cells(region: Region) -> Cells:
    """Fit the cells of every area and the origins of its other-area movers.

    Registered absentees are H - (R - other area - other province): H = registered population, R = residents. Those who do not live
    elsewhere in the region live outside it.
    """
    residents, error = _fit_residents(region)
    other_area = np.asarray(region.other_area_2010, dtype=np.float64)
    away = np.asarray(region.hukou_2010, dtype=np.float64) - (
        np.asarray(region.residents_2010, dtype=np.float64) - other_area - np.asarray(region.other_province_2010, dtype=np.float64)
    )
    away = np.maximum(away, 0.0)
    flows = origin_flows(other_area, away, np.asarray(region.distance_km, dtype=np.float64), np.asarray(region.is_core, dtype=bool))
    absent = np.maximum(away - flows.sum(axis=1), 0.0)
    return Cells(residents, flows, absent, error)


def _fit_residents(region: Region) -> tuple[Floats, float]:
    total = np.asarray(region.residents_2010, dtype=np.float64)
    town = np.asarray(region.town_2010, dtype=np.float64)
    movers = np.stack([region.same_area_2010, region.other_area_2010, region.other_province_2010], axis=-1).astype(np.float64)
    classes = np.concatenate([(total - movers.sum(axis=-1))[:, None], movers], axis=-1)
    if (classes < 0).any():
        raise ValueError("more people registered elsewhere than residents in areas " + str(np.flatnonzero((classes < 0).any(axis=-1))))
    nonagri = np.asarray(region.nonagri_share_2010, dtype=np.float64) * total
    core = np.asarray(region.is_core, dtype=bool)[:, None]
    share = np.where(core, value("nonagri_share_by_class_core"), value("nonagri_share_by_class"))
    by_type = np.stack([share, 1.0 - share], axis=1) * classes[:, None, :]
    in_town = np.stack([value("town_share_nonagri"), value("town_share_agri")])[None]
    start = np.stack([by_type * (1.0 - in_town), by_type * in_town], axis=-1)
    margins = [
        ((0, 1), np.stack([nonagri, total - nonagri], axis=-1)),
        ((0, 2), classes),
        ((0, 3), np.stack([total - town, town], axis=-1)),
    ]
    result = ipf.fit(start, margins, tolerance=0.01, max_rounds=2000)
    return result.table, result.error


def origin_flows(other_area: Floats, away: Floats, distance: Floats, core: np.ndarray[Any, np.dtype[np.bool_]]) -> Floats:
    """Assign the other-area movers of each area (`other_area`, A) to areas of origin; return A origins x A areas.

    Rule: an assumed share of a core's other-area movers comes from other districts of the core itself (the diagonal). The rest follows
    gravity: mass of the origin = its registered people who are away (`away`, A), decay with distance, column sums exact. No origin sends
    more than the cap times its absentees into the region: what is above goes to the others, in rounds; if the caps cannot hold
    all movers, they are scaled up together.
    """
    count = other_area.size
    inside = np.where(core, np.minimum(value("core_internal_share") * other_area, 0.8 * away), 0.0)
    columns = other_area - inside
    mass = np.maximum(away - inside, 0.0)
    cap = float(value("in_province_cap")) * mass
    if columns.sum() > 0.98 * cap.sum():
        cap = cap * (columns.sum() / max(0.98 * cap.sum(), 1e-9))
    kernel = mass[:, None] * np.maximum(distance[:count], 1.0) ** -float(value("gravity_exponent"))
    np.fill_diagonal(kernel, 0.0)
    flows = kernel
    for _ in range(200):
        sums = flows.sum(axis=0)
        flows = flows * np.divide(columns, sums, out=np.zeros_like(sums), where=sums > 0)
        over = flows.sum(axis=1) / np.where(cap > 0, cap, 1.0)
        if (over <= 1.0 + 1e-6).all():
            break
        flows = flows / np.maximum(over, 1.0)[:, None]
    sums = flows.sum(axis=0)
    flows = flows * np.divide(columns, sums, out=np.zeros_like(sums), where=sums > 0)
    stranded = columns - flows.sum(axis=0)  # an area whose every possible origin is empty: shared over all others
    if (stranded > 0.5).any():
        spread = np.maximum(away, 1.0)[:, None] * (1.0 - np.eye(count))
        flows = flows + np.maximum(stranded, 0.0) * spread / np.maximum(spread.sum(axis=0), 1e-9)
    result: Floats = flows + np.diag(inside)
    return result
