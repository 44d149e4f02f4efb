"""What an area writes down: the events of a quarter, the count at its end, and the single book of residence. Plain Python integers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from urbsim.population.registry import OUTSIDE

Part = tuple[int, int]
"""An official residence: area (or OUTSIDE) and part (0 village, 1 town)."""

COMPONENTS = {
    "natural_town": 0, "natural_village": 1, "own_villages": 2, "other_areas": 3, "outside_town": 4, "outside_village": 5,
    "reclassification": 6, "town_born_migration": 7, "return_or_coverage": 8,
}  # fmt: skip


def grid(*shape: int) -> Any:
    """Return nested lists of zeros."""
    if len(shape) == 1:
        return [0] * shape[0]
    return [grid(*shape[1:]) for _ in range(shape[0])]


def zeros(*shape: int) -> Callable[[], Any]:
    """Return what makes nested lists of zeros."""
    return lambda: grid(*shape)


@dataclass
class Events:
    """One area's quarter. Lists of three are by census class: same area, other area, other province."""

    change_residents: list[int] = field(default_factory=zeros(9))
    change_town: list[int] = field(default_factory=zeros(9))
    arrivals: list[int] = field(default_factory=zeros(3))
    departures: list[int] = field(default_factory=zeros(3))
    movers_family: list[int] = field(default_factory=zeros(3))
    left_village: int = 0
    settled: list[int] = field(default_factory=zeros(3))
    permits_issued: list[int] = field(default_factory=zeros(3))
    returns: list[int] = field(default_factory=zeros(2))  # to the village, to the county town
    returns_outside: list[int] = field(default_factory=zeros(2))  # the same, from outside the region
    applied_school: list[int] = field(default_factory=zeros(2))  # primary, lower secondary
    admitted_school: list[int] = field(default_factory=zeros(2))
    births: list[int] = field(default_factory=zeros(2))  # village, town
    deaths: list[int] = field(default_factory=zeros(2))
    moves: int = 0
    insured_new: int = 0
    medical_new: int = 0
    injury_new: int = 0
    formal_found: int = 0
    formal_arrived: int = 0
    placed: int = 0
    land_exits: int = 0
    trained: int = 0
    settling_applied: int = 0
    settling_eligible: int = 0
    settling_admitted: int = 0
    homes_bought: list[int] = field(default_factory=zeros(2))  # households: whole, shared


@dataclass
class Census:
    """One area's count at the end of a quarter."""

    residents: list[int] = field(default_factory=zeros(2))  # village, town
    migrants: list[list[int]] = field(default_factory=zeros(5, 3))  # status x census class
    movers: list[int] = field(default_factory=zeros(3))
    left_behind: list[int] = field(default_factory=zeros(3))  # children, spouses, elders
    agents_in_place: list[int] = field(default_factory=zeros(2))
    persons_band: list[list[int]] = field(default_factory=zeros(2, 10))  # everyone, migrants
    persons_age5: list[list[int]] = field(default_factory=zeros(2, 18))  # sex
    pupils: list[list[list[int]]] = field(default_factory=zeros(2, 2, 5))  # stage x (local, migrant) x place kind
    households_tenure: list[int] = field(default_factory=zeros(7))
    queue: list[int] = field(default_factory=zeros(3))
    homes_occupied: list[int] = field(default_factory=zeros(2))
    hukou: int = 0
    hukou_urban: int = 0
    workers: int = 0
    untrained: int = 0
    insured: int = 0
    medical: int = 0
    injury: int = 0
    formal: int = 0
    informal: int = 0
    jobless: int = 0
    assistance: int = 0
    wage_sum: int = 0
    registered_permit_holders: int = 0
    poor: int = 0
    flexible: int = 0
    tenants_helped: int = 0


def as_records(pages: list[Any], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Return areas' pages as the structured array from which a frame is made; the fields must be the same."""
    records = np.zeros(len(pages), dtype=dtype)
    names = {entry.name for entry in fields(pages[0])}
    assert names == set(dtype.names or ()), names ^ set(dtype.names or ())
    for name in names:
        records[name] = [getattr(page, name) for page in pages]
    return records


class Books:
    """The events of all areas in one quarter."""

    def __init__(self, areas: int) -> None:
        self.areas = [Events() for _ in range(areas)]

    def __getitem__(self, area: int) -> Events:
        return self.areas[area]

    def change(self, component: str, where: Part, persons: int) -> None:
        """Enter that `where` has so many residents more (or less)."""
        area, part = where
        self.areas[area].change_residents[COMPONENTS[component]] += persons
        if part == 1:
            self.areas[area].change_town[COMPONENTS[component]] += persons

    def becomes_town(self, area: int, persons: int) -> None:
        """Enter residents of `area` whose village is classed as town from now on."""
        self.areas[area].change_town[COMPONENTS["reclassification"]] += persons

    def birth(self, where: Part) -> None:
        """Enter a birth; outside the region none is recorded."""
        area, part = where
        if area != OUTSIDE:
            self.change("natural_town" if part == 1 else "natural_village", where, 1)
            self.areas[area].births[part] += 1

    def death(self, where: Part) -> None:
        """Enter a death; outside the region none is recorded."""
        area, part = where
        if area != OUTSIDE:
            self.change("natural_town" if part == 1 else "natural_village", where, -1)
            self.areas[area].deaths[part] += 1

    def residence(self, persons: int, old: Part, new: Part, registered_in_region: bool) -> None:
        """Enter a change of official residence under its component (model.md section 2).

        Over the region's border: people registered in the region come back or drop out of coverage; all others come from, or go,
        outside, and count by the part that they enter or leave.
        """
        if old == new or (old[0] == OUTSIDE and new[0] == OUTSIDE):
            return
        if old[0] == OUTSIDE or new[0] == OUTSIDE:
            inside = new if old[0] == OUTSIDE else old
            component = "outside_town" if inside[1] == 1 else "outside_village"
            if registered_in_region:
                component = "return_or_coverage"
        else:
            component = "own_villages" if old[0] == new[0] else "other_areas"
        if old[0] != OUTSIDE:
            self.change(component, old, -persons)
        if new[0] != OUTSIDE:
            self.change(component, new, persons)
