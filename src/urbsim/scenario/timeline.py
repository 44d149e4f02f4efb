"""Timelines of dated values: layers laid over each other, read at the first day of each quarter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from urbsim.clock import QUARTERS, first_day
from urbsim.policy.areas import Areas
from urbsim.policy.dates import MODEL_START
from urbsim.policy.registry import LEVERS
from urbsim.policy.rules import DatedValue
from urbsim.text import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Timeline = tuple[tuple[dt.date, float], ...]


@dataclass(frozen=True)
class Entry:
    """Hold a dated value that nothing overrules: its areas (codes), where it came from (`source`: the package or scenario; `file`, `line`).

    `total` is the total of which `value` is one area's share, None if it was given as such.
    """

    lever: str
    areas: tuple[str, ...]
    date: dt.date
    value: float
    source: str
    document: str
    clause: str
    tag: str
    note: Text
    total: float | None
    file: str | None
    line: int | None


@dataclass(frozen=True, eq=False)
class Policy:
    """Hold the dated values of a scenario, in the order in which later ones win."""

    areas: Areas
    values: tuple[DatedValue, ...]

    @cached_property
    def _timelines(self) -> dict[str, list[list[tuple[dt.date, DatedValue]]]]:
        """Return for each lever and area its values by date: of values of the same date the last wins."""
        lines: dict[str, list[dict[dt.date, DatedValue]]] = {}
        for value in self.values:
            by_area = lines.get(value.lever)
            if by_area is None:
                by_area = lines[value.lever] = [{} for _ in range(len(self.areas))]
            for a in value.areas:
                by_area[a][value.date] = value
        return {lever: [_in_model(found) for found in by_area] for lever, by_area in lines.items()}

    def timeline(self, lever: str, area: int) -> list[tuple[dt.date, DatedValue]]:
        """Return the dated values of a lever in an area, by date; values that hold before the model starts are dated at its start."""
        lines = self._timelines.get(lever)
        return [] if lines is None else lines[area]

    def array(self, lever: str) -> NDArray[np.float64]:
        """Return the value in force on the first day of each quarter, float64[(69), A]; -1 where the route is closed.

        Raises KeyError for a name that is not a lever.
        """
        import numpy as np

        table = np.full((QUARTERS, len(self.areas)), LEVERS[lever].default_value, dtype=np.float64)
        for a in range(len(self.areas)):
            for date, value in self.timeline(lever, a):
                table[_first_quarter(date) :, a] = value.value
        table.flags.writeable = False
        return table

    def value(self, lever: str, area: str, date: dt.date) -> float:
        """Return the value in force in an area on a day."""
        found = self.areas.find(area)
        if found is None or len(found) != 1:
            raise KeyError(area)
        current = LEVERS[lever].default_value
        for start, value in self.timeline(lever, found[0]):
            if start <= date:
                current = value.value
        return current

    def entries(self, lever: str) -> tuple[Entry, ...]:
        """Return the dated values of a lever that nothing overrules, by date and then as laid on, each with its areas and its source."""
        if lever not in LEVERS:
            raise KeyError(lever)
        holders: dict[tuple[dt.date, int], tuple[DatedValue, list[int]]] = {}
        for a in range(len(self.areas)):
            for date, value in self.timeline(lever, a):
                holders.setdefault((date, id(value)), (value, []))[1].append(a)
        order = {id(value): place for place, value in enumerate(self.values)}
        ordered = sorted(holders.items(), key=lambda pair: (pair[0][0], order[pair[0][1]]))
        return tuple(self._entry(value, date, members) for (date, _), (value, members) in ordered)

    def _entry(self, value: DatedValue, date: dt.date, members: Sequence[int]) -> Entry:
        codes = tuple(self.areas.codes[a] for a in members)
        return Entry(
            value.lever, codes, date, value.value, value.source, value.document, value.clause, value.tag, value.note, value.total,
            value.file, value.line,
        )  # fmt: skip

    @cached_property
    def content(self) -> dict[str, list[list[list[str | float]]]]:
        """Return what the policy says, without names and sources: per lever and area the changes of value (for the hash)."""
        said: dict[str, list[list[list[str | float]]]] = {}
        for lever in sorted(self._timelines):
            current = [self._changes(lever, a) for a in range(len(self.areas))]
            if any(current):
                said[lever] = current
        return said

    def _changes(self, lever: str, area: int) -> list[list[str | float]]:
        changes: list[list[str | float]] = []
        last = LEVERS[lever].default_value
        for date, value in self.timeline(lever, area):
            if value.value != last:
                changes.append([date.isoformat(), value.value])
                last = value.value
        return changes

    def levers_set(self) -> Iterator[str]:
        """Return the levers that some value sets, in the order of the registry."""
        return (name for name in LEVERS if name in self._timelines)


def _in_model(found: dict[dt.date, DatedValue]) -> list[tuple[dt.date, DatedValue]]:
    """Return values by date; of those that hold before the model starts the last is left, dated at its start."""
    kept: list[tuple[dt.date, DatedValue]] = []
    for date in sorted(found):
        if date <= MODEL_START:
            kept = [(MODEL_START, found[date])]
        else:
            kept.append((date, found[date]))
    return kept


@lru_cache
def _first_quarter(date: dt.date) -> int:
    """Return the first quarter whose first day is not before `date`.

    >>> _first_quarter(dt.date(2011, 1, 1)), _first_quarter(dt.date(2011, 1, 2)), _first_quarter(dt.date(2010, 10, 1))
    (1, 2, 0)
    """
    q = (date.year - 2010) * 4 + (date.month - 1) // 3 - 3
    return q if first_day(q) >= date else q + 1
