"""Turn raked weights into whole households of weight W, cell by cell, with exact numbers of persons by area and part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from urbsim.errors import UserError
from urbsim.population import ipf
from urbsim.population.assumptions import ABSENT, GROUPS, IN_PLACE, OTHER_AREA, OTHER_PROVINCE, SAME_AREA, Floats
from urbsim.population.cells import AGRI, NONAGRI
from urbsim.population.plan import Plan, origin_shares
from urbsim.population.registry import OUTSIDE, TOWN, VILLAGE

if TYPE_CHECKING:
    from urbsim.regions import Region

Ints = npt.NDArray[np.int64]
GOLDEN = 0.6180339887498949
HOME_SHARE = 0.7  # of an area's villagers, the most that may be left behind by movers
ROW_ORDER = (IN_PLACE, SAME_AREA, ABSENT, OTHER_AREA, OTHER_PROVINCE)


@dataclass(frozen=True)
class Drawn:
    """Hold the rows drawn, sorted by origin (stable: then in place village, in place town, same area, absent, other area, other province).

    Arrays of length N: `template` int32 (into the plan's pool), `origin`, `place`, `part`, `kind` uint8. `along`, `home`: A x part x 36 and
    A x 36, resident members of rows by sex and age (row counts, not yet times the weight).
    """

    template: npt.NDArray[np.int32]
    origin: npt.NDArray[np.uint8]
    place: npt.NDArray[np.uint8]
    part: npt.NDArray[np.uint8]
    kind: npt.NDArray[np.uint8]
    along: Floats
    home: Floats


def draw(region: Region, plan: Plan, weight: int, seed: int) -> Drawn:
    """Draw the households of every cell.

    Movers and absentees first; then those in place take what is left of `(residents - town-born) / weight` persons of the area's part,
    exactly. The town-born take the rest that no whole row can hold, so no part of an area may hold more rows' members than residents.
    """
    rng = np.random.Generator(np.random.Philox(key=[seed & (2**64 - 1), 2**63]))
    cells, prefecture = plan.cells, np.asarray(region.prefecture_of)
    areas = prefecture.size
    counts: dict[tuple[int, int, int], Ints] = {}
    for kind in (SAME_AREA, OTHER_AREA, OTHER_PROVINCE, ABSENT):
        for part in (VILLAGE, TOWN):
            if kind == ABSENT and part == TOWN:
                continue
            persons = cells.absent if kind == ABSENT else cells.residents[:, AGRI, kind, part]
            households = ipf.systematic(persons / weight / plan.mean_size[kind, prefecture, part], float(rng.random()))
            for area in range(areas):
                share = plan.weights[kind][prefecture[area], part] * plan.mean_size[kind, prefecture[area], part]
                counts[kind, part, area] = ipf.systematic(share * households[area], float(rng.random()))
    origins = {OTHER_AREA: origin_shares(cells), OTHER_PROVINCE: _block_shares(region)}
    movers = [
        _mover_rows(plan, n, kind, part, area, origins[kind][:, area] if kind in origins else None, rng)
        for (kind, part, area), n in counts.items()
    ]
    movers = _drop_homeless(plan, movers)
    home = _left_behind(plan, movers, areas)
    along = np.zeros((areas, 2, 2 * GROUPS))
    for (kind, part, area), n in counts.items():
        if kind != ABSENT:
            along[area, part] += n @ plan.pool.along[plan.first[kind] : plan.first[kind + 1]]
    in_place = _draw_in_place(region, plan, weight, rng, along, home)
    return _rows(in_place, movers, areas, along, home)


def _block_shares(region: Region) -> Floats:
    """Return each block's share of the other-province movers of an area: B x A, columns sum to one."""
    stock = np.asarray(region.block_stock_2010, dtype=np.float64)
    sums = stock.sum(axis=0)
    whole = stock.sum(axis=1) / max(stock.sum(), 1e-9)
    return np.asarray(np.where(sums > 0, stock / np.maximum(sums, 1e-9), whole[:, None] if stock.sum() > 0 else 1.0 / stock.shape[0]))


@dataclass(frozen=True)
class _Cell:
    """Hold the rows of one kind, part and area; `origin` is one number or one per row."""

    kind: int
    part: int
    area: int
    template: npt.NDArray[np.int32]
    origin: npt.NDArray[np.uint8]


def _mover_rows(plan: Plan, counts: Ints, kind: int, part: int, area: int, shares: Floats | None, rng: np.random.Generator) -> _Cell:
    """Give the rows of one cell their origins: whole numbers by origin, spread evenly over the templates (golden-ratio order)."""
    template = np.repeat(np.arange(counts.size, dtype=np.int32), counts) + np.int32(plan.first[kind])
    total = template.size
    if shares is None:
        return _Cell(kind, part, area, template, np.full(total, area, dtype=np.uint8))
    first = 0 if kind == OTHER_AREA else plan.cells.absent.size
    of_origin = ipf.systematic(shares / shares.sum() * total, float(rng.random()))
    # the rows stand in the order of templates; a low-discrepancy order spreads each origin over all of them
    spread = np.argsort(np.mod(np.arange(total) * GOLDEN + rng.random(), 1.0), kind="stable")
    origin = np.empty(total, dtype=np.uint8)
    origin[spread] = np.repeat((np.arange(shares.size) + first).astype(np.uint8), of_origin)[:total]
    return _Cell(kind, part, area, template, origin)


def _drop_homeless(plan: Plan, movers: list[_Cell]) -> list[_Cell]:
    """Leave nobody at home where the villages cannot hold them.

    Those left behind are at most `HOME_SHARE` of an area's agricultural villagers registered there. Where more are expected (an area
    without villages, say), a share of its rows turns into the twin of their template that leaves nobody behind.
    """
    room = HOME_SHARE * plan.cells.residents[:, AGRI, 0, VILLAGE]
    dropped = 1.0 - np.minimum(1.0, np.divide(room, plan.left_behind, out=np.ones_like(room), where=plan.left_behind > 0))
    if not dropped.any():
        return movers
    twin = np.int32(plan.first[-1])
    result = []
    for cell in movers:
        if cell.kind != OTHER_PROVINCE:
            chosen = np.mod((np.arange(cell.template.size) + 0.5) * GOLDEN, 1.0) < dropped[cell.origin]
            cell = _Cell(cell.kind, cell.part, cell.area, np.where(chosen, cell.template + twin, cell.template), cell.origin)
        result.append(cell)
    return result


def _left_behind(plan: Plan, movers: list[_Cell], areas: int) -> Floats:
    """Count members left at home in the region: A x 36."""
    result = np.zeros((areas, 2 * GROUPS))
    for kind in (SAME_AREA, OTHER_AREA, ABSENT):
        inside = [cell for cell in movers if cell.kind == kind]
        first, size = plan.first[kind], plan.first[kind + 1] - plan.first[kind]
        template = np.concatenate([cell.template for cell in inside])
        origin = np.concatenate([cell.origin for cell in inside])
        base = template < plan.first[-1]  # twins leave nobody behind
        key = origin[base].astype(np.int64) * size + (template[base] - first)
        result += np.bincount(key, minlength=areas * size).reshape(areas, size) @ plan.pool.home[first : first + size]
    return result


def _draw_in_place(region: Region, plan: Plan, weight: int, rng: np.random.Generator, along: Floats, home: Floats) -> list[_Cell]:
    """Draw households in place so that an area's part holds the whole number of row members nearest to its agricultural residents."""
    prefecture, cells = np.asarray(region.prefecture_of), list[_Cell]()
    total, town = np.asarray(region.residents_2010, dtype=np.int64), np.asarray(region.town_2010, dtype=np.int64)
    of_part = (total - town, town)
    sizes = plan.pool.persons_along[plan.first[IN_PLACE] : plan.first[IN_PLACE + 1]]
    for part in (VILLAGE, TOWN):
        residents = of_part[part]
        town_born = plan.cells.residents[:, NONAGRI, :, part].sum(axis=1)
        # rounding that adds up over areas; never more than the residents
        asked = np.minimum(ipf.systematic(np.maximum(residents - town_born, 0.0) / weight, float(rng.random())), residents // weight)
        others = along[:, part].sum(axis=1) + (home.sum(axis=1) if part == VILLAGE else 0.0)
        for area in range(prefecture.size):
            persons = int(asked[area] - np.rint(others[area]))
            if others[area] > residents[area] // weight:
                name = region.area_codes[area]
                raise UserError.one(
                    f"权重{weight}过大：{name}的人口不足以容纳整户",
                    f"weight {weight} is too large: {name} has too few people for whole households",
                )
            share = plan.weights[IN_PLACE][prefecture[area], part] * plan.mean_size[IN_PLACE, prefecture[area], part]
            n = exact_persons(share, sizes, max(persons, 0), float(rng.random()))
            cells.append(_mover_rows(plan, n, IN_PLACE, part, area, None, rng))
            along[area, part] += n @ plan.pool.along[plan.first[IN_PLACE] : plan.first[IN_PLACE + 1]]
    return cells


def exact_persons(share: Floats, sizes: Floats, persons: int, offset: float) -> Ints:
    """Return counts by template that hold exactly `persons`, near to their shares.

    `share` T: templates' shares of households (sum one), `sizes` T: persons per household; some template must have one person.

    >>> exact_persons(np.array([0.5, 0.5]), np.array([1.0, 3.0]), 7, 0.5).tolist()
    [1, 2]
    """
    households = persons / float(share @ sizes)
    wanted = share * households
    n = ipf.systematic(wanted, offset)
    missing = persons - round(float(n @ sizes))
    while missing != 0:
        if missing > 0:
            fits = (sizes <= missing) & (share > 0)
            best = int(np.argmax(np.where(fits, wanted - n, -np.inf)))
            if not fits.any():
                best = int(np.argmin(sizes))
            n[best] += 1
            missing -= round(float(sizes[best]))
        else:
            fits = (n > 0) & (sizes <= -missing)
            if not fits.any():
                fits = n > 0
            best = int(np.argmax(np.where(fits, n - wanted, -np.inf)))
            n[best] -= 1
            missing += round(float(sizes[best]))
    return n


def _rows(in_place: list[_Cell], movers: list[_Cell], areas: int, along: Floats, home: Floats) -> Drawn:
    """Put the rows of all cells in the order of their origins."""
    cells = sorted([*in_place, *movers], key=lambda cell: (ROW_ORDER.index(cell.kind), cell.area, cell.part))
    template = np.concatenate([cell.template for cell in cells])
    origin = np.concatenate([cell.origin for cell in cells])
    which = np.repeat(np.arange(len(cells), dtype=np.int32), [cell.template.size for cell in cells])
    order = np.argsort(origin, kind="stable")
    which = which[order]
    place = np.array([OUTSIDE if cell.kind == ABSENT else cell.area for cell in cells], dtype=np.uint8)
    part = np.array([cell.part for cell in cells], dtype=np.uint8)
    kind = np.array([cell.kind for cell in cells], dtype=np.uint8)
    return Drawn(template[order], origin[order], place[which], part[which], kind[which], along, home)
