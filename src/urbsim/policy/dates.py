"""Read dates as planners write them: 2025, 2025-01 or 2025-01-15."""

from __future__ import annotations

import datetime as dt
import re

from urbsim.clock import LAST_QUARTER, first_day, last_day
from urbsim.text import Text

MODEL_START = first_day(0)
MODEL_END = last_day(LAST_QUARTER)
EARLIEST = dt.date(1949, 10, 1)

_SHAPE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


def parse_date(raw: str) -> dt.date | Text:
    """Return the first day that `raw` names, or a message that says what is wrong with it.

    >>> parse_date("2025"), parse_date("2025-07")
    (datetime.date(2025, 1, 1), datetime.date(2025, 7, 1))
    >>> parse_date("2025-02-30").en
    "'2025-02-30' is not a day of the calendar"
    """
    match = _SHAPE.fullmatch(raw.strip())
    if match is None:
        return Text(f"“{raw}”不是日期，应写成 2025、2025-01 或 2025-01-15", f"'{raw}' is not a date; write 2025, 2025-01 or 2025-01-15")
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        return dt.date(year, month, day)
    except ValueError:
        return Text(f"“{raw}”不是日历上的一天", f"'{raw}' is not a day of the calendar")


def in_model(date: dt.date) -> Text | None:
    """Return None if `date` lies in the model's period, else a message."""
    if MODEL_START <= date <= MODEL_END:
        return None
    return Text(
        f"日期 {date} 不在模型期间 {MODEL_START} 至 {MODEL_END} 之内", f"{date} is outside the model's period {MODEL_START} to {MODEL_END}"
    )
