"""Durations and sizes in words."""

from __future__ import annotations

from urbsim.text import Text


def told_time(seconds: float) -> Text:
    """Return a duration in words.

    >>> told_time(50).en, told_time(7300).en, told_time(4e9).en
    ('1 min', '2 h', '127 years')
    """
    for limit, unit, zh, en in ((5400, 60, "分钟", "min"), (172_800, 3600, "小时", "h"), (63e6, 86_400, "天", "days")):
        if seconds < limit:
            number = f"{max(seconds / unit, 1):.0f}"
            return Text(f"{number} {zh}", f"{number} {en}")
    return Text(f"{seconds / 31.5e6:,.0f} 年", f"{seconds / 31.5e6:,.0f} years")


def told_size(size: float) -> str:
    """Return a size in bytes with a fitting unit.

    >>> told_size(2_500_000), told_size(3e12)
    ('2.5 MB', '3.0 TB')
    """
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 1000:
            return f"{size:.1f} {unit}"
    return f"{size / 1000:,.1f} TB"
