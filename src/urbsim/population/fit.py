"""Write what was asked of the synthesis and what it got."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from urbsim.population import registry as reg
from urbsim.population.assumptions import ABSENT, GROUPS, IN_PLACE, KINDS, SIZE_CLASSES, Floats
from urbsim.population.cells import AGRI, NONAGRI
from urbsim.population.columns import Rows
from urbsim.population.ipf import Ints
from urbsim.population.plan import Plan
from urbsim.population.registry import Columns
from urbsim.population.sampling import Drawn

if TYPE_CHECKING:
    from urbsim.regions import Region


class FitRow(TypedDict):
    """Name one figure: `level` (area, prefecture, region), `place` (code), `variable`, `group`, what was asked and got, `tag`.

    `tag` says where the asked figure comes from: `census` (published count), `fitted` (a target fitted to published margins from an
    assumed start) or `assumption`.
    """

    level: str
    place: str
    variable: str
    group: str
    unit: str
    asked: float
    got: float
    tag: str


def age_names() -> list[str]:
    """Return the 36 names of sex and five-year group, men first.

    >>> age_names()[0], age_names()[-1]
    ('male 0-4', 'female 85+')
    """
    groups = [f"{5 * g}-{5 * g + 4}" if g < GROUPS - 1 else "85+" for g in range(GROUPS)]
    return [f"{sex} {group}" for sex in ("male", "female") for group in groups]


@dataclass
class Tally:
    """Count rows while they are filled, origin by origin, so that nothing is read twice.

    `movers`: A x 3, members who live with heads of mover rows in the area. `absent`: A, the same of rows outside. `size_classes`:
    P x 2 (in place, movers) x 4 households. `heads`: P x 6 x sex x 18. `schooling`: P x 5 heads. `tenure`: P x 7, mover households.
    """

    movers: Ints
    absent: Ints
    size_classes: Ints
    heads: Ints
    schooling: Ints
    tenure: Ints

    @classmethod
    def empty(cls, areas: int, prefectures: int) -> Tally:
        """Return zero counts."""
        shapes = (areas, 3), (areas,), (prefectures, 2, 4), (prefectures, 6, 2, GROUPS), (prefectures, 5), (prefectures, reg.TENURES)
        return cls(*(np.zeros(shape, dtype=np.int64) for shape in shapes))

    def add(self, plan: Plan, rows: Rows, columns: Columns) -> None:
        """Count the rows of one origin."""
        kind, prefecture = rows.kind.astype(np.int64), rows.prefecture
        along = plan.pool.persons_along[rows.template]
        away = kind == ABSENT
        if away.any():
            self.absent[rows.origin] += round(float(along[away].sum()))
        mover = (kind != IN_PLACE) & ~away
        _count(self.movers, rows.place[mover].astype(np.int64) * 3 + kind[mover] - 1, along[mover])
        size_class = plan.pool.size_class[rows.template]
        _count(self.size_classes, ((prefecture * 2 + (kind != IN_PLACE)) * 4 + size_class)[~away])
        row = np.where(kind == IN_PLACE, rows.part, kind + 1)
        group = plan.pool.head_group[rows.template]
        _count(self.heads, ((prefecture * 6 + row) * 2 + columns["head_sex"]) * GROUPS + group)
        _count(self.schooling, prefecture * 5 + columns["schooling"])
        _count(self.tenure, (prefecture * reg.TENURES + columns["tenure"])[mover])


def _count(into: Ints, key: Ints, weights: Floats | None = None) -> None:
    counted = np.bincount(key, weights, minlength=into.size)
    into += np.rint(counted).astype(np.int64).reshape(into.shape)


class _Table:
    """Collect rows of asked and got."""

    def __init__(self) -> None:
        self.rows: list[FitRow] = []

    def add(
        self, level: str, places: Sequence[str], variable: str, groups: Sequence[str], unit: str, asked: Any, got: Any, tag: str
    ) -> None:
        """Add one row per place and group; `asked` and `got` are places x groups."""
        asked, got = np.asarray(asked, dtype=np.float64), np.asarray(got, dtype=np.float64)
        for i, place in enumerate(places):
            for j, group in enumerate(groups):
                a, g = round(float(asked[i, j]), 4), round(float(got[i, j]), 4)
                self.rows.append(FitRow(level=level, place=str(place), variable=variable, group=group, unit=unit, asked=a, got=g, tag=tag))


def fit_table(region: Region, plan: Plan, drawn: Drawn, tally: Tally, town_born: Ints, movers: Ints, weight: int) -> list[FitRow]:
    """Return the rows of asked and got, areas first, then prefectures. `movers`: A x 3, census movers among the town-born."""
    table = _Table()
    members = drawn.along.copy()
    members[:, reg.VILLAGE] += drawn.home
    _add_areas(table, region, plan, members, tally, town_born, movers, weight)
    prefectures, prefecture = region.prefecture_codes, np.asarray(region.prefecture_of)
    by_prefecture = np.zeros((len(prefectures), 2 * GROUPS))
    cohorts = np.add.reduceat(town_born.sum(axis=1), np.arange(0, 5 * GROUPS, 5), axis=-1).reshape(prefecture.size, -1)
    np.add.at(by_prefecture, prefecture, members.sum(axis=1) * weight + cohorts)
    ages = np.asarray(region.age_2010, dtype=np.float64).reshape(len(prefectures), -1)
    table.add("prefecture", prefectures, "age", age_names(), "persons", ages, by_prefecture, "census")
    _add_households(table, plan, tally, prefecture, prefectures, weight)
    _add_schooling(table, plan, tally, prefectures)
    _add_tenure(table, plan, tally, prefectures)
    return table.rows


def _add_areas(
    table: _Table, region: Region, plan: Plan, members: Floats, tally: Tally, town_born: Ints, movers: Ints, weight: int
) -> None:
    areas = region.area_codes
    total, town = np.asarray(region.residents_2010), np.asarray(region.town_2010)
    parts = members.sum(axis=2) * weight + town_born.sum(axis=(2, 3))
    both = ("village", "town")
    table.add("area", areas, "residents", both, "persons", np.stack([total - town, town], axis=1), parts, "census")
    asked = np.stack([region.same_area_2010, region.other_area_2010, region.other_province_2010], axis=1)
    classes = KINDS[1:4]
    agents = tally.movers * weight
    table.add("area", areas, "registered_elsewhere", classes, "persons", asked, agents + movers, "census")
    table.add("area", areas, "movers_agents", classes, "persons", plan.cells.residents[:, AGRI, 1:4].sum(axis=2), agents, "fitted")
    expected = plan.cells.residents[:, NONAGRI].sum(axis=1)
    table.add("area", areas, "town_born", both, "persons", expected, town_born.sum(axis=(2, 3)), "fitted")
    table.add("area", areas, "absent_outside", ("all",), "persons", plan.cells.absent[:, None], tally.absent[:, None] * weight, "fitted")


def _add_households(table: _Table, plan: Plan, tally: Tally, prefecture: Ints, prefectures: Sequence[str], weight: int) -> None:
    """Compare households living together, agents in the region, with the target fitted to the prefecture's households.

    The target is a rate per person; those left at home by movers are no household of their own in the model and are taken out.
    """
    got = tally.size_classes * weight
    persons = plan.targets.persons_by_row()
    rate = plan.targets.size_classes / np.maximum(persons[:, :, None], 1e-9)
    persons[:, 0] -= np.bincount(prefecture, plan.left_behind, len(prefectures))
    asked = rate * persons[:, :, None]
    table.add("prefecture", prefectures, "households_in_place", SIZE_CLASSES, "households", asked[:, :2].sum(axis=1), got[:, 0], "fitted")
    table.add("prefecture", prefectures, "households_movers", SIZE_CLASSES, "households", asked[:, 2:5].sum(axis=1), got[:, 1], "fitted")


def _add_schooling(table: _Table, plan: Plan, tally: Tally, prefectures: Sequence[str]) -> None:
    """Compare the schooling of heads with what the fitted shares expect of heads of their class, sex and age (shares of heads)."""
    asked: Floats = np.einsum("prsg,prsgl->pl", tally.heads, plan.targets.schooling[:, :6])
    count = np.maximum(tally.schooling.sum(axis=1, keepdims=True), 1)
    levels = ("primary or none", "junior", "senior", "college", "bachelor+")
    table.add("prefecture", prefectures, "schooling_of_heads", levels, "share", asked / count, tally.schooling / count, "fitted")


def _add_tenure(table: _Table, plan: Plan, tally: Tally, prefectures: Sequence[str]) -> None:
    """Compare the tenure of mover households with the tenure fitted to the prefecture's (shares of mover households)."""
    got = tally.tenure / np.maximum(tally.tenure.sum(axis=1, keepdims=True), 1)
    rented = got[:, reg.TENURE_MARKET_RENT] + got[:, reg.TENURE_PUBLIC]
    shares = np.stack([got[:, reg.TENURE_EMPLOYER], rented, got[:, reg.TENURE_OWN]], axis=1)
    fitted = plan.targets.tenure[:, 1:4].sum(axis=1)
    asked = np.stack([fitted[:, 0] + fitted[:, 4], fitted[:, 1], fitted[:, 2] + fitted[:, 3]], axis=1)
    asked /= np.maximum(asked.sum(axis=1, keepdims=True), 1e-9)
    table.add("prefecture", prefectures, "tenure_of_movers", ("employer", "rented", "owned"), "share", asked, shares, "fitted")
