"""The model's calendar: quarters counted from the 2010 census.

Quarter 0 ends on 2010-12-31 (the state of the 2010 census), quarter 68 on 2027-12-31.
"""

from __future__ import annotations

import datetime as dt

FIRST_YEAR = 2010
LAST_QUARTER = 68
QUARTERS = LAST_QUARTER + 1
NO_DATE = 32767  # int16: this never happened


def quarter_of(date: dt.date) -> int:
    """Return the index of the quarter that holds `date`; negative before 2010 Q4.

    >>> quarter_of(dt.date(2010, 12, 31)), quarter_of(dt.date(2011, 1, 1)), quarter_of(dt.date(2027, 12, 31))
    (0, 1, 68)
    """
    return (date.year - FIRST_YEAR) * 4 + (date.month - 1) // 3 - 3


def year_of(q: int) -> int:
    """Return the calendar year of quarter `q`."""
    return FIRST_YEAR + (q + 3) // 4


def season(q: int) -> int:
    """Return 1, 2, 3 or 4: which quarter of its year `q` is.

    >>> season(0), season(1), season(4)
    (4, 1, 4)
    """
    return (q + 3) % 4 + 1


def first_day(q: int) -> dt.date:
    """Return the first day of quarter `q`, the day on which policy values are read."""
    return dt.date(year_of(q), 3 * season(q) - 2, 1)


def last_day(q: int) -> dt.date:
    """Return the last day of quarter `q`.

    >>> last_day(41)
    datetime.date(2021, 3, 31)
    """
    return first_day(q + 1) - dt.timedelta(days=1)
