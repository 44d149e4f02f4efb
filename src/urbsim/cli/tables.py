"""Tables on a terminal whose columns stand straight under Chinese text too."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def width(words: str) -> int:
    """Return how many columns `words` takes on a terminal.

    >>> width("落户 ok")
    7
    """
    return sum(0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in words)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """Return rows under a header, two spaces between columns; the columns in `numbers` stand flush right.

    >>> print(table(["名称", "value"], [["一", "1"], ["urban", "12.5"]], numbers=[1]))
    名称   value
    一         1
    urban   12.5
    """
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(width(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join("  ".join(_pad(cell, widths[i], i in numbers) for i, cell in enumerate(line)).rstrip() for line in lines)


def _pad(cell: str, wanted: int, right: bool) -> str:
    gap = " " * (wanted - width(cell))
    return gap + cell if right else cell + gap
