"""Areas, prefectures and the region on one axis, and the calendar of a run.

Results hold every figure at three levels. Sums are over areas; a rate is always the ratio of two sums, never a mean of rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from urbsim import clock
from urbsim.text import Text


class RegionLike(Protocol):
    """Name what results read of a region in any case (docs/architecture.md, regions/); the rest is read where present."""

    @property
    def name(self) -> str:
        """Code."""
        ...

    @property
    def title(self) -> Text:
        """Name in both languages."""
        ...

    @property
    def area_codes(self) -> Sequence[str]:
        """Codes of the A areas."""
        ...

    @property
    def area_names(self) -> Sequence[Text]:
        """Names of the A areas."""
        ...

    @property
    def prefecture_codes(self) -> Sequence[str]:
        """Codes of the P prefectures."""
        ...

    @property
    def prefecture_names(self) -> Sequence[Text]:
        """Names of the P prefectures."""
        ...

    @property
    def prefecture_of(self) -> NDArray[Any]:
        """Index of the prefecture of every area."""
        ...


@dataclass(frozen=True)
class Levels:
    """Hold the rows of the `area` axis: A areas, then prefectures, then the region.

    A region of one prefecture has no prefecture row, so that labels are unique. `prefecture` names the prefecture of every row (empty for
    the region).
    """

    region: RegionLike

    @cached_property
    def areas(self) -> int:
        """Number of areas A."""
        return len(self.region.area_codes)

    @cached_property
    def members(self) -> list[NDArray[np.int64]]:
        """Area indices of every prefecture, P arrays."""
        of = np.asarray(self.region.prefecture_of)
        return [np.flatnonzero(of == p) for p in range(len(self.region.prefecture_codes))]

    @cached_property
    def prefecture_rows(self) -> int:
        """Number of prefecture rows on the axis: P, or 0 in a region of one prefecture."""
        count = len(self.region.prefecture_codes)
        return count if count > 1 else 0

    @property
    def size(self) -> int:
        """Length of the axis."""
        return self.areas + self.prefecture_rows + 1

    @property
    def labels(self) -> list[str]:
        """Codes of all rows; raises ValueError if two rows share one."""
        found = [*self.region.area_codes, *list(self.region.prefecture_codes)[: self.prefecture_rows], self.region.name]
        if len(set(found)) != len(found):
            raise ValueError(f"labels on the area axis of region {self.region.name} are not unique")
        return found

    @property
    def names(self) -> list[Text]:
        """Names of all rows."""
        return [*self.region.area_names, *list(self.region.prefecture_names)[: self.prefecture_rows], self.region.title]

    @property
    def level(self) -> list[str]:
        """`area`, `prefecture` or `region` of all rows."""
        return ["area"] * self.areas + ["prefecture"] * self.prefecture_rows + ["region"]

    @property
    def prefecture(self) -> list[str]:
        """Code of the prefecture that each row belongs to, empty for the region."""
        own = list(self.region.prefecture_codes)
        return [own[int(p)] for p in self.region.prefecture_of] + own[: self.prefecture_rows] + [""]

    def sums(self, array: NDArray[Any], axis: int = 1) -> NDArray[Any]:
        """Return `array` with `axis` grown from A areas to all rows by summing; NaN in one area makes its sums NaN."""
        parts = [array]
        if self.prefecture_rows:
            parts.append(self.prefecture_sums(array, axis))
        parts.append(array.sum(axis=axis, keepdims=True))
        return np.concatenate(parts, axis=axis)

    def prefecture_sums(self, array: NDArray[Any], axis: int = 1) -> NDArray[Any]:
        """Return `array` with `axis` summed from A areas to P prefectures."""
        return np.stack([np.take(array, members, axis=axis).sum(axis=axis) for members in self.members], axis=axis)


@dataclass(frozen=True)
class Calendar:
    """Place the entries of a run in time: entry i is quarter `first + i`; entry 0 is the state the run starts from.

    `years` are the calendar years of which all four quarters were simulated.

    >>> Calendar(0, 69).years[0], Calendar(0, 69).years[-1], Calendar(2, 8).years
    (2011, 2027, [2012])
    """

    first: int
    quarters: int

    @property
    def time(self) -> NDArray[np.datetime64]:
        """Last day of every quarter, datetime64[ns]."""
        return np.array([clock.last_day(self.first + i) for i in range(self.quarters)], dtype="datetime64[ns]")

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        """Entry index of the fourth quarter of every year in `years`."""
        return np.array([i for i in range(4, self.quarters) if clock.season(self.first + i) == 4], dtype=np.int64)

    @property
    def years(self) -> list[int]:
        """Calendar years simulated in full."""
        return [clock.year_of(self.first + int(i)) for i in self.ends]

    @cached_property
    def fourths(self) -> NDArray[np.int64]:
        """Entry index of every fourth quarter, the initial state included."""
        return np.array([i for i in range(self.quarters) if clock.season(self.first + i) == 4], dtype=np.int64)

    @property
    def fourth_years(self) -> list[int]:
        """Calendar years of `fourths`."""
        return [clock.year_of(self.first + int(i)) for i in self.fourths]

    def end_of(self, year: int) -> int | None:
        """Return the entry index of the fourth quarter of `year`, or None if the result does not hold it."""
        at = 4 * (year - clock.FIRST_YEAR) - self.first
        return at if 0 <= at < self.quarters else None

    def at_end(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return a stock at the end of every year (leading axis: time to years)."""
        return array[self.ends]

    def before(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return a stock at the end of the year before every year."""
        return array[self.ends - 4]

    def over(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return a flow summed over the four quarters of every year."""
        picked = self.ends[:, None] - np.arange(3, -1, -1)
        summed: NDArray[Any] = array[picked].sum(axis=1)
        return summed


def ratio(top: NDArray[Any], bottom: NDArray[Any]) -> NDArray[np.float64]:
    """Return top / bottom in float64, NaN where the bottom is 0."""
    top, bottom = np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
    out = np.full(np.broadcast_shapes(top.shape, bottom.shape), np.nan)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return out
