"""Write what was asked of the synthesis and what it got."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from urbsim.population import registry as reg
from urbsim.population.assumptions import ABSENT, GROUPS, IN_PLACE, SIZE_CLASSES, Floats
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


def fit_table(
    region: Region, plan: Plan, drawn: Drawn, households: Columns, town_born: Ints, agents: Ints, movers: Ints, weight: int
) -> list[FitRow]:
    """Return the rows of asked and got, areas first, then prefectures, then the region."""
    rows: list[FitRow] = []

    def add(level: str, places: Any, variable: str, groups: Any, unit: str, asked: Any, got: Any, tag: str) -> None:
        asked, got = np.asarray(asked, dtype=np.float64), np.asarray(got, dtype=np.float64)
        for i, place in enumerate(places):
            for j, group in enumerate(groups):
                rows.append(
                    FitRow(
                        level=level,
                        place=str(place),
                        variable=variable,
                        group=group,
                        unit=unit,
                        asked=round(float(asked[i, j]), 4),
                        got=round(float(got[i, j]), 4),
                        tag=tag,
                    )
                )

    members = drawn.along.copy()
    members[:, reg.VILLAGE] += drawn.home
    parts = members.sum(axis=2) * weight + town_born.sum(axis=(2, 3))
    total, town = np.asarray(region.residents_2010), np.asarray(region.town_2010)
    areas, prefectures = region.area_codes, region.prefecture_codes
    prefecture = np.asarray(region.prefecture_of)
    add("area", areas, "residents", ("village", "town"), "persons", np.stack([total - town, town], axis=1), parts, "census")
    asked = np.stack([region.same_area_2010, region.other_area_2010, region.other_province_2010], axis=1)
    classes = ("same_area", "other_area", "other_province")
    add("area", areas, "registered_elsewhere", classes, "persons", asked, agents + movers, "census")
    add("area", areas, "movers_agents", classes, "persons", plan.cells.residents[:, 1, 1:4].sum(axis=2), agents, "fitted")
    expected = plan.cells.residents[:, 0].sum(axis=1)
    add("area", areas, "town_born", ("village", "town"), "persons", expected, town_born.sum(axis=(2, 3)), "fitted")
    outside = np.bincount(
        drawn.origin[drawn.kind == ABSENT], plan.pool.persons_along[drawn.template[drawn.kind == ABSENT]], minlength=len(areas)
    )
    add("area", areas, "absent_outside", ("all",), "persons", plan.cells.absent[:, None], outside[: len(areas), None] * weight, "fitted")

    by_prefecture = np.zeros((len(prefectures), 2 * GROUPS))
    cohorts = np.add.reduceat(town_born.sum(axis=1), np.arange(0, 5 * GROUPS, 5), axis=-1).reshape(len(areas), -1)
    np.add.at(by_prefecture, prefecture, members.sum(axis=1) * weight + cohorts)
    ages = np.asarray(region.age_2010, dtype=np.float64).reshape(len(prefectures), -1)
    add("prefecture", prefectures, "age", age_names(), "persons", ages, by_prefecture, "census")
    of_row = prefecture[np.where(drawn.kind == ABSENT, drawn.origin, drawn.place)].astype(np.int64)
    _add_households(add, plan, drawn, prefecture, prefectures, of_row, weight)
    _add_schooling(add, plan, drawn, households, prefectures, of_row)
    _add_tenure(add, plan, drawn, households, prefectures, of_row)
    return rows


def _add_households(add: Any, plan: Plan, drawn: Drawn, prefecture: Any, prefectures: Any, of_row: Any, weight: int) -> None:
    """Compare households living together, agents in the region, with the target fitted to the prefecture's households.

    The target is a rate per person; those left at home by movers are no household of their own in the model and are taken out.
    """
    size_class = plan.pool.size_class[drawn.template]
    here = drawn.kind != ABSENT
    row = np.where(drawn.kind == IN_PLACE, 0, 1).astype(np.int64)
    key = (of_row[here] * 2 + row[here]) * 4 + size_class[here]
    got = np.bincount(key, minlength=len(prefectures) * 8).reshape(-1, 2, 4) * weight
    persons = plan.targets.persons_by_row()
    rate = plan.targets.size_classes / np.maximum(persons[:, :, None], 1e-9)
    persons[:, 0] -= np.bincount(prefecture, plan.left_behind, len(prefectures))
    asked = rate * persons[:, :, None]
    add("prefecture", prefectures, "households_in_place", SIZE_CLASSES, "households", asked[:, :2].sum(axis=1), got[:, 0], "fitted")
    add("prefecture", prefectures, "households_movers", SIZE_CLASSES, "households", asked[:, 2:5].sum(axis=1), got[:, 1], "fitted")


def _add_schooling(add: Any, plan: Plan, drawn: Drawn, households: Columns, prefectures: Any, of_row: Any) -> None:
    """Compare the schooling of heads with what the fitted shares expect of heads of their class, sex and age (shares of heads)."""
    row = np.where(drawn.kind == IN_PLACE, drawn.part, drawn.kind + 1).astype(np.int64)
    group = plan.pool.head_group[drawn.template].astype(np.int64)
    key = ((of_row * 6 + row) * 2 + households["head_sex"]) * GROUPS + group
    size = len(prefectures) * 6 * 2 * GROUPS
    heads = np.bincount(key, minlength=size).reshape(len(prefectures), 6, 2, GROUPS)
    asked: Floats = np.einsum("prsg,prsgl->pl", heads, plan.targets.schooling[:, :6])
    got = np.bincount(of_row * 5 + households["schooling"], minlength=len(prefectures) * 5).reshape(-1, 5).astype(np.float64)
    count = np.maximum(got.sum(axis=1, keepdims=True), 1.0)
    levels = ("primary or none", "junior", "senior", "college", "bachelor+")
    add("prefecture", prefectures, "schooling_of_heads", levels, "share", asked / count, got / count, "fitted")


def _add_tenure(add: Any, plan: Plan, drawn: Drawn, households: Columns, prefectures: Any, of_row: Any) -> None:
    """Compare the tenure of mover households with the tenure fitted to the prefecture's (shares of mover households)."""
    mover = (drawn.kind != IN_PLACE) & (drawn.kind != ABSENT)
    key = of_row[mover] * reg.TENURES + households["tenure"][mover]
    got = np.bincount(key, minlength=len(prefectures) * reg.TENURES).reshape(-1, reg.TENURES).astype(np.float64)
    shares = np.stack(
        [got[:, reg.TENURE_EMPLOYER], got[:, reg.TENURE_MARKET_RENT] + got[:, reg.TENURE_PUBLIC], got[:, reg.TENURE_OWN]], axis=1
    ) / np.maximum(got.sum(axis=1, keepdims=True), 1.0)
    fitted = plan.targets.tenure[:, 1:4].sum(axis=1)
    asked = np.stack([fitted[:, 0] + fitted[:, 4], fitted[:, 1], fitted[:, 2] + fitted[:, 3]], axis=1)
    asked /= np.maximum(asked.sum(axis=1, keepdims=True), 1e-9)
    add("prefecture", prefectures, "tenure_of_movers", ("employer", "rented", "owned"), "share", asked, shares, "fitted")
