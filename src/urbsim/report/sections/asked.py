"""What was asked: the scenario, its dated values with references, its assumptions, and the words used."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from urbsim.policy.clauses import DOCUMENTS
from urbsim.policy.levers import Lever
from urbsim.policy.registry import LEVERS
from urbsim.report.blocks import Block, Listing, Paragraph, Row, Section, Table
from urbsim.report.numbers import number
from urbsim.report.sections.context import Context
from urbsim.report.words import glossary
from urbsim.scenario.assumptions import ASSUMPTIONS

if TYPE_CHECKING:
    from urbsim.scenario.timeline import Entry

OWN_ROWS = 80


def section(context: Context) -> Section:
    """Return the section that tells what the scenario sets and assumes."""
    scenario = context.scenario
    description = scenario.description.get(context.lang)
    blocks: list[Block] = [Paragraph(description, "lead")] if description else []
    blocks += [Paragraph(note.get(context.lang), "warning") for note in getattr(scenario, "notes", ())]
    entries = all_entries(context)
    own = [entry for entry in entries if not entry.source.startswith("package")]
    rest = [entry for entry in entries if entry.source.startswith("package")]
    if own:
        blocks.append(
            lever_table(
                context, own, context.say("本情景自己设定的政策数值", "Values that this scenario sets itself"), fold=len(own) > OWN_ROWS
            )
        )
    else:
        blocks.append(
            Paragraph(
                context.say("本情景没有另设数值，全部取自下列政策包。", "The scenario sets no value of its own; all come from packages.")
            )
        )
    if rest:
        caption = context.say("政策包中的全部数值（{} 条）", "All values of the policy packages ({})", len(rest))
        if scenario.packages:
            caption += context.say("：", ": ") + context.say("、", ", ").join(scenario.packages)
        blocks.append(lever_table(context, rest, caption, fold=True))
    blocks += documents(context, entries)
    blocks.append(assumption_table(context))
    blocks.append(Paragraph(context.say("下面几个词会反复出现：", "Words that come back below:")))
    blocks.append(Listing(terms=glossary(context.lang)))
    return Section("asked", context.say("问的是什么", "What was asked"), blocks)


def all_entries(context: Context) -> list[Entry]:
    """Return every dated value in force, lever by lever."""
    policy = context.scenario.policy
    return [entry for lever in policy.levers_set() for entry in policy.entries(lever)]


def documents(context: Context, entries: Iterable[Entry]) -> list[Block]:
    """Return what the short names of documents stand for that references use."""
    used = {word for entry in entries for word in re.findall(r"[A-Z]{2}\d{4}W?", entry.document)}
    terms = [(code, title.get(context.lang)) for code, title in DOCUMENTS.items() if code in used]
    return [Paragraph(context.say("依据中的文件代号：", "Documents named by a code:"), "note"), Listing(terms=terms)] if terms else []


def lever_table(context: Context, entries: Iterable[Entry], caption: str, *, fold: bool) -> Table:
    """Return dated values as a table: lever, area, date, value, reference, strength of evidence."""
    rows = []
    for entry in entries:
        lever = LEVERS[entry.lever]
        cells = (
            lever.title.get(context.lang),
            area_words(context, entry.areas),
            entry.date.isoformat(),
            value_words(context, lever, entry.value),
            " ".join(part for part in (entry.document, entry.clause) if part) or entry.source,
            evidence_words(context, lever, entry.tag),
        )
        rows.append(Row(cells, "flag" if lever.evidence == "scenario_only" else ""))
    columns = context.say("政策|地区|自何日起|数值|依据|证据", "lever|areas|from|value|reference|evidence").split("|")
    note = context.say(
        "数值自该日起有效，直到下一个日期；标色的行没有效果估计，其影响只是情景假设。",
        "A value holds until the next date; of marked rows no effect has been estimated: what they do is an assumption.",
    )
    return Table(caption, tuple(columns), rows, text_columns=6, tight=(2,), note=note, fold=fold)


def area_words(context: Context, codes: tuple[str, ...]) -> str:
    """Return the shortest way to name these areas: all, all cores, a prefecture, a few names, or how many they are."""
    areas = context.scenario.policy.areas
    position = {code: a for a, code in enumerate(areas.codes)}
    words, without = areas.words(position[code] for code in codes)
    named = [_area_word(context, word) for word in (words if len(words) <= 4 else words[:2])]
    text = context.say("、", ", ").join(named)
    if len(words) > 4:
        text = context.say("{} 等 {} 地", "{} and others, {} in all", text, len(codes))
    if without:
        names = context.say("、", ", ").join(_area_word(context, word) for word in without)
        text = context.say("{}（{} 除外）", "{} except {}", text, names)
    return text


def _area_word(context: Context, word: str) -> str:
    known = {"all": ("全部", "all"), "cores": ("各市区", "all cores"), "counties": ("各县（市）", "all counties")}
    if word in known:
        return context.say(*known[word])
    if word.endswith("_counties"):
        return context.say("{}各县（市）", "counties of {}", context.name(word.removesuffix("_counties")))
    return context.name(word)


def value_words(context: Context, lever: Lever, value: float) -> str:
    """Return a lever's value with its unit, in words where it is a switch or a closed route."""
    if value < 0 and lever.closed is not None:
        return lever.closed.get(context.lang)
    if lever.kind == "switch":
        return context.say("是", "yes") if value else context.say("否", "no")
    if lever.kind == "share":
        return f"{number(100 * value, 0 if value * 100 == round(value * 100) else 1)}%"
    if lever.kind == "level" and context.lang == "en":
        return f"level {value:.0f}"
    plain = f"{value:,.0f}" if value == round(value) else f"{value:,.4g}"
    return f"{plain} {lever.unit.get(context.lang)}"


def evidence_words(context: Context, lever: Lever, tag: str) -> str:
    """Return in a few words how far the lever's effect is known; a value that is an assumption says so."""
    known = {
        "strong": ("效果有证据", "effect: evidence"),
        "partly": ("效果部分有证据", "effect: partly known"),
        "sign": ("效果只知方向", "effect: direction only"),
        "scenario_only": ("效果没有估计", "effect: no estimate"),
    }
    effect = context.say(*known[lever.evidence])
    return effect if tag != "assumption" else context.say("数值自设，{}", "value assumed; {}", effect)


def assumption_table(context: Context) -> Table:
    """Return what the scenario assumes about economy and demography; what it does not set follows the region's data."""
    rows = []
    for name, value in context.scenario.assumptions.items():
        known = ASSUMPTIONS.get(name)
        title = known.title.get(context.lang) if known is not None else name
        unit = known.unit.get(context.lang) if known is not None else ""
        shown = f"{value:g} {unit}" if value is not None else context.say("按区域数据或参数", "as in the region's data or parameters")
        rows.append(Row((title, shown)))
    columns = (context.say("假设", "assumption"), context.say("数值", "value"))
    return Table(context.say("对经济和人口的假设", "Assumptions on economy and population"), columns, rows, text_columns=2, fold=True)
