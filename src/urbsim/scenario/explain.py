"""Say what a name means: a lever, an assumption, a clause, a package, a target table. Pure text, for the command line and the report."""

from __future__ import annotations

import difflib

from urbsim.errors import UserError
from urbsim.policy.clauses import DOCUMENTS, ROLE_TEXT, Clause, clauses
from urbsim.policy.levers import EVIDENCE_TEXT, KIND_TEXT, Lever
from urbsim.policy.packages import Package, load_package, package_names
from urbsim.policy.problems import problem
from urbsim.policy.registry import LEVERS
from urbsim.policy.rules import TAG_TEXT
from urbsim.policy.targets import TargetTable, load_targets, target_names
from urbsim.scenario.assumptions import ASSUMPTIONS, Assumption
from urbsim.scenario.model import Scenario
from urbsim.scenario.timeline import Entry
from urbsim.text import Language, Text

_WITHOUT = Text("除去", "without")
_TOTALS = Text("可以用 totals 给合计数，按常住人口分到各地。", "A total may be given under `totals`; it is shared out by residents.")
_LAYERS = {"package ": "政策包 ", "scenario ": "情景 ", "command line": "命令行"}
NOT_MODELLED = Text("尚未建模", "not modelled yet")


def names() -> tuple[str, ...]:
    """Return every name that `explain` knows."""
    return (*LEVERS, *ASSUMPTIONS, *clauses(), *DOCUMENTS, *package_names(), *target_names())


def explain(name: str, lang: Language, scenario: Scenario | None = None) -> list[str]:
    """Return the lines that explain a lever, assumption, clause, document, package or target table; raise UserError if none is meant.

    With a scenario, a lever's values by area and date and an assumption's value are shown.

    >>> explain("E3", "en")[0]
    'E3: places bought in private schools where public ones are short'
    """
    if name in LEVERS:
        return explain_lever(LEVERS[name], lang, scenario)
    if name in ASSUMPTIONS:
        return explain_assumption(ASSUMPTIONS[name], lang, scenario)
    row = clauses().get(name.upper())
    if row is not None:
        return explain_clause(row, lang)
    if name in package_names():
        return explain_package(load_package(name), lang)
    if name in DOCUMENTS:
        return explain_document(name, lang)
    if name in target_names():
        return explain_targets(load_targets(name), lang)
    near = difflib.get_close_matches(name, names(), n=3, cutoff=0.5)
    near = near or [full for full in LEVERS if name in full][:3]
    hint = Text("是不是：" + "、".join(near), "did you mean " + ", ".join(near) + "?") if near else None
    raise UserError([problem(Text(f"不认识“{name}”", f"nothing is called '{name}'"), hint)])


def explain_lever(lever: Lever, lang: Language, scenario: Scenario | None = None) -> list[str]:
    """Return what a lever is, where it comes from, how strong the evidence is, and its values in a scenario."""
    say = _Say(lang)
    lines = [f"{lever.name}: {lever.title.get(lang)}", lever.description.get(lang)]
    lines.append(say("单位", "unit") + lever.unit.get(lang) + say.in_brackets(KIND_TEXT[lever.kind]))
    lines.append(say("可以给", "allowed") + lever.allowed().get(lang))
    closed = lever.closed.get(lang) if lever.closed else ""
    default = lever.show(lever.default_value)
    lines.append(say("没有规定时", "before any rule") + default + (f" ({closed})" if default == "closed" else ""))
    if lever.scope == "region":
        lines.append(Text("全区域一个值。", "One value for the whole region.").get(lang))
    if lever.additive:
        lines.append(_TOTALS.get(lang))
    lines.append(say("证据", "evidence") + EVIDENCE_TEXT[lever.evidence].get(lang))
    if lever.reference:
        lines.append(say("依据", "reference") + "; ".join(str(reference) for reference in lever.reference))
    for row in lever.rows:
        found = clauses()[row]
        lines.append(f"  {row}: {found.text.get(lang)} [{'; '.join(found.references)}]")
    if scenario is not None:
        lines += _values(lever, lang, scenario)
    return lines


def _values(lever: Lever, lang: Language, scenario: Scenario) -> list[str]:
    """Return one line a dated value: day, areas, value, source, document, tag, note."""
    areas = scenario.policy.areas
    index = {code: a for a, code in enumerate(areas.codes)}
    entries = scenario.policy.entries(lever.name)
    head = Text(f"情景 {scenario.name} 中的值：", f"values in the scenario {scenario.name}:").get(lang)
    if not entries:
        return [head, "  " + Text("没有规定，取默认值", "none set; the default holds").get(lang)]
    lines = [head]
    grouped: dict[tuple[object, ...], list[Entry]] = {}
    for entry in entries:
        key = (entry.date, entry.file, entry.line, entry.total) if entry.total is not None else (id(entry),)
        grouped.setdefault(key, []).append(entry)
    for group in grouped.values():
        first = group[0]
        words, left_out = areas.words(index[code] for entry in group for code in entry.areas)
        where = ", ".join(words) + (f" ({_WITHOUT.get(lang)} {', '.join(left_out)})" if left_out else "")
        value = lever.show(first.value)
        if first.total is not None:
            value = Text(f"合计 {lever.show(first.total)}", f"{lever.show(first.total)} in all").get(lang)
        line = Text(f"第 {first.line} 行", f"line {first.line}").get(lang) if first.line else ""
        document = f"{first.document} {first.clause}".strip()
        parts = (f"{_source(first.source, lang)} {line}".strip(), document, TAG_TEXT[first.tag].get(lang), first.note.get(lang))
        lines.append(f"  {first.date}  {where}: {value}  [{'; '.join(part for part in parts if part)}]")
    return lines


def _source(source: str, lang: Language) -> str:
    """Say in Chinese too where a value came from."""
    for word, zh in _LAYERS.items() if lang == "zh" else ():
        source = source.replace(word, zh)
    return source


def explain_assumption(item: Assumption, lang: Language, scenario: Scenario | None = None) -> list[str]:
    """Return what an assumption is and, with a scenario, its value there."""
    say = _Say(lang)
    lines = [f"{item.name}: {item.title.get(lang)}", item.description.get(lang), say("可以给", "allowed") + item.allowed().get(lang)]
    drawn = Text("不写，取区域数据或参数", "not given: as in the region's data or the parameters").get(lang)
    lines.append(say("默认", "default") + (drawn if item.default is None else f"{item.default:g}"))
    if scenario is not None:
        value = scenario.assumptions[item.name]
        lines.append(say(f"情景 {scenario.name}", f"in {scenario.name}") + (drawn if value is None else f"{value:g}"))
    return lines


def explain_clause(row: Clause, lang: Language) -> list[str]:
    """Return what a clause says, its role in the model and the levers that stand for it."""
    say = _Say(lang)
    roles = ", ".join(ROLE_TEXT[role].get(lang) for role in row.roles)
    lines = [
        f"{row.id}: {row.text.get(lang)}",
        say("出处", "clause") + "; ".join(row.references),
        say("角色", "role") + roles,
        say("机制", "mechanism") + row.mechanism.get(lang),
        say("证据", "evidence") + EVIDENCE_TEXT[row.evidence].get(lang),
    ]
    if row.levers:
        lines.append(say("政策杠杆", "levers").rstrip())
        lines += [f"  {lever.name}: {lever.title.get(lang)}" for lever in row.levers]
    if row.missing:
        lines.append(NOT_MODELLED.get(lang))
    for name in package_names():
        for item in load_package(name).context:
            if item.row == row.id:
                lines.append(f"  {item.from_} [{item.document} {item.clause}".rstrip() + f"] {item.text.text().get(lang)}")
    return lines


def explain_document(name: str, lang: Language) -> list[str]:
    """Return a document's title and its clauses."""
    lines = [f"{name}: {DOCUMENTS[name].get(lang)}"]
    for row in clauses().values():
        cited = [reference for reference in row.references if reference.split(" ")[0] == name]
        lines += [f"  {row.id}: {row.text.get(lang)} [{'; '.join(cited)}]"] if cited else []
    return lines


def explain_package(package: Package, lang: Language) -> list[str]:
    """Return what a package is; its document, if the name is one, follows with its clauses."""
    say = _Say(lang)
    lines = [f"{package.name}: {package.title.get(lang)}"]
    if package.description != package.title:
        lines.append(package.description.get(lang))
    if package.extends:
        lines.append(say("续接", "continues") + ", ".join(package.extends))
    for item in package.context:
        lines.append(f"  {item.from_} {', '.join(item.area)}: {item.text.text().get(lang)} [{item.document}]")
    if package.name in DOCUMENTS:
        lines += explain_document(package.name, lang)[1:]
    return lines


def explain_targets(table: TargetTable, lang: Language) -> list[str]:
    """Return a target table, one line an indicator; a target in [] is a sum over the years."""
    lines = [f"{table.name}: {table.title.get(lang)} [{table.document} {table.clause}]"]
    for item in table.indicators:
        target = "-" if item.target is None else f"[{item.target:g}]" if item.cumulative else f"{item.target:g}"
        baseline = "-" if item.baseline is None else f"{item.baseline:g}"
        text = f"  {item.number} {item.title.get(lang)} ({item.unit.get(lang)}): "
        text += f"{table.baseline_year} {baseline}, {table.target_year} {target}"
        lines.append(text + (f" ({item.note.get(lang)})" if item.note else ""))
    return lines


class _Say:
    """Write labels in one language."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang

    def __call__(self, zh: str, en: str) -> str:
        return f"{zh}：" if self.lang == "zh" else f"{en}: "

    def in_brackets(self, text: Text) -> str:
        return f"({text.zh})" if self.lang == "zh" else f" ({text.en})"
