"""Pairs of Chinese and English text, for everything a planner sees."""

from __future__ import annotations

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Text(NamedTuple):
    """Hold one message in both languages.

    >>> Text(zh="落户", en="settled").get("en")
    'settled'
    """

    zh: str
    en: str

    def get(self, lang: Language) -> str:
        """Return the text in `lang`."""
        return self.zh if lang == "zh" else self.en
