"""Where published figures come from, in words: issuer, title, date, and a warning where nobody has checked them at the source."""

from __future__ import annotations

from collections.abc import Iterable

import xarray as xr

from urbsim.policy.rules import TAG_TEXT
from urbsim.regions.model import Fact, Published, Region
from urbsim.report import reading
from urbsim.text import Language, Text

Key = tuple[str, int]
UNCHECKED = frozenset({"memory"})


def fact_of(region: Region | None, key: Key) -> Fact | None:
    """Return the fact behind a published point, if the region knows it."""
    return getattr(region, "sources", {}).get(key)


def source_words(fact: Fact, lang: Language) -> str:
    """Return issuer and title of a fact."""
    issuer = "" if fact.issuer in ("", "见题名") or fact.issuer in fact.title else fact.issuer
    if not fact.title:
        return issuer
    title = f"《{fact.title}》" if lang == "zh" and "《" not in fact.title else fact.title
    return f"{issuer}{title}" if lang == "zh" else f"{issuer} {title}".strip()


def words_of_keys(region: Region | None, keys: Iterable[Key], lang: Language) -> list[str]:
    """Return the sources behind `keys`, each once, in order, without empty ones."""
    facts = [fact for key in dict.fromkeys(keys) if (fact := fact_of(region, key)) is not None]
    return list(dict.fromkeys(words for fact in facts if fact.tag not in UNCHECKED and (words := source_words(fact, lang))))


def unchecked(region: Region | None, keys: Iterable[Key]) -> bool:
    """Say whether any of these figures stands there from memory only."""
    return any(fact is not None and fact.tag in UNCHECKED for fact in (fact_of(region, key) for key in keys))


def source_lines(dataset: xr.Dataset, lang: Language, marks: Iterable[Published | Key] = (), region: Region | None = None) -> list[str]:
    """Return the source line of a picture: where its published figures come from, and that the rest is the model's."""
    keys = [mark.source if isinstance(mark, Published) else mark for mark in marks]
    sources = words_of_keys(region, keys, lang)
    shown = ("；" if lang == "zh" else "; ").join(sources[:3])
    if len(sources) > 3:
        shown += Text(" 等 {} 项", " and {} more").get(lang).format(len(sources) if lang == "zh" else len(sources) - 3)
    lines = [Text("公布数据：{}", "Published figures: {}").get(lang).format(shown)] if sources else []
    if unchecked(region, keys):
        lines.append(Text("个别年份凭记忆、未经核实", "Some years from memory, not verified").get(lang))
    words = Text("其余为模型结果（urbsim，{} 次模拟）", "The rest: model results (urbsim, {} runs)")
    if not keys:
        words = Text("模型结果（urbsim，{} 次模拟）", "Model results (urbsim, {} runs)")
    return [*lines, words.get(lang).format(reading.count_members(dataset))]


def tag_words(tag: str, lang: Language) -> str:
    """Return a tag of a figure in words."""
    return TAG_TEXT[tag].get(lang) if tag in TAG_TEXT else tag
