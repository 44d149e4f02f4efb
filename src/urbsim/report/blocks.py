"""What a page is made of: sections of paragraphs, pictures, tables, lists and key figures, as plain data for the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `lead` is the plain answer of a section, `note` small print."""

    text: str
    style: Literal["plain", "lead", "note", "warning"] = "plain"
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Picture:
    """A picture by the name of its figure; `words` describe it for readers who do not see it."""

    name: str
    words: str
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True)
class Row:
    """One row of a table; `style` marks sums (strong) and rows that need care (flag)."""

    cells: tuple[str, ...]
    style: Literal["", "strong", "flag"] = ""


@dataclass(frozen=True)
class Table:
    """A table; columns after the first `text_columns` hold numbers and stand flush right.

    `fold` hides it behind its caption; `tight` lists columns (from 0) whose words are not broken.
    """

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    text_columns: int = 1
    tight: tuple[int, ...] = ()
    note: str = ""
    fold: bool = False
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Listing:
    """A bulleted list, or a list of terms if `terms`."""

    items: Sequence[str] = ()
    terms: Sequence[tuple[str, str]] = ()
    kind: Literal["list"] = "list"


@dataclass(frozen=True)
class Card:
    """One key figure: name, value, interval or remark."""

    name: str
    value: str
    remark: str = ""


@dataclass(frozen=True)
class Cards:
    """Key figures side by side."""

    cards: Sequence[Card]
    kind: Literal["cards"] = "cards"


@dataclass(frozen=True)
class Code:
    """Commands, shown as they are typed."""

    text: str
    kind: Literal["code"] = "code"


Block = Paragraph | Picture | Table | Listing | Cards | Code


@dataclass(frozen=True)
class Section:
    """A numbered section of a page."""

    id: str
    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)
