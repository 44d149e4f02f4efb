"""Longer texts of the report, kept as data so that they can be edited without touching code."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from urbsim.text import Language

WORDS = Path(__file__).parent / "data" / "words.yaml"


@cache
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return loaded


def glossary(lang: Language) -> list[tuple[str, str]]:
    """Return the terms that a reader needs, explained.

    >>> glossary("en")[3][0]
    'To settle'
    """
    return [(entry[lang][0], " ".join(entry[lang][1].split())) for entry in _words()["glossary"]]


def unknown(lang: Language) -> list[str]:
    """Return what the model does not know."""
    return [" ".join(entry[lang].split()) for entry in _words()["unknown"]]


def provenance_name(key: str, lang: Language) -> str:
    """Return the words for an entry of the provenance; names of libraries and the like stay as they are.

    >>> provenance_name("run.seed", "zh"), provenance_name("libraries.numpy", "en")
    ('运行 · 随机数起点', 'libraries · numpy')
    """
    known = _words()["provenance"]
    return " · ".join(known[part][lang == "en"] if part in known else part for part in key.split("."))
