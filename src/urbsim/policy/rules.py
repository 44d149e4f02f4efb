"""Dated values as they are written in packages and scenarios: from a day on, in these areas, these levers have these values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from urbsim.errors import Problem
from urbsim.policy.areas import UNKNOWN_REGION, Areas
from urbsim.policy.dates import in_model, parse_date
from urbsim.policy.levers import Lever
from urbsim.policy.problems import problem_at, trouble, validate
from urbsim.policy.registry import LEVERS, nearest_lever
from urbsim.policy.yamlnodes import Node
from urbsim.text import Text

Tag = Literal["read", "two_sources", "memory", "derived", "imputed", "assumption"]

NO_TEXT = Text("", "")

TAG_TEXT: dict[str, Text] = {
    "read": Text("读自文件", "read in the document"),
    "two_sources": Text("两处以上一致", "two or more pages agree"),
    "memory": Text("仅凭记忆", "memory only"),
    "derived": Text("推算", "derived"),
    "imputed": Text("插补", "imputed"),
    "assumption": Text("假设", "assumption"),
}


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _as_date(value: object) -> dt.date:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise trouble("这里应为日期，如 2025、2025-01 或 2025-01-15", "this takes a date such as 2025, 2025-01 or 2025-01-15")
    found = parse_date(str(value))
    if isinstance(found, Text):
        raise trouble(found.zh, found.en)
    return found


class TextFile(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def text(self) -> Text:
        """Return the pair."""
        return Text(self.zh, self.en)


def _as_text(value: object) -> object:
    return {"zh": value, "en": value} if isinstance(value, str) and value else value


Names = Annotated[list[str], BeforeValidator(_as_list)]
Date = Annotated[dt.date, BeforeValidator(_as_date, json_schema_input_type=str | int)]


class RuleFile(BaseModel):
    """One rule of a file: area, first day, values by lever (or totals that are shared out by residents)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    area: Names = Field(description="an area, a prefecture, all, cores, counties, or a list of these")
    except_: Names = Field(default_factory=list, alias="except", description="areas left out")
    from_: Date = Field(alias="from", description="first day: 2025, 2025-01 or 2025-01-15; the value holds until the next date")
    values: dict[str, Any] = Field(default_factory=dict, description="value by lever; `closed` closes a route")
    totals: dict[str, Any] = Field(default_factory=dict, description="total by lever, shared out over the areas by residents")
    document: str = ""
    clause: str = ""
    tag: Tag = "assumption"
    note: Annotated[TextFile | None, BeforeValidator(_as_text)] = None
    origin: str = Field(default="", description="written by urbsim in resolved scenarios")


@dataclass(frozen=True, eq=False)
class DatedValue:
    """Hold one value of one lever in some areas from a day on, and where it came from."""

    lever: str
    areas: tuple[int, ...]
    date: dt.date
    value: float
    layer: str  # name of the package or scenario, or "command line"
    kind: Literal["package", "scenario", "command line"]
    file: str | None = None
    line: int | None = None
    document: str = ""
    clause: str = ""
    tag: str = "assumption"
    note: Text = NO_TEXT
    origin: str = ""
    total: float | None = None  # the total of which `value` is one area's share

    @property
    def source(self) -> str:
        """Say where the value came from: `package ZJ2023`, `scenario mine`, `command line`, or what a resolved file says."""
        return self.origin or (self.kind if self.kind == "command line" else f"{self.kind} {self.layer}")


def read_rules(
    node: Node, file: str, areas: Areas, layer: str, kind: Literal["package", "scenario"], problems: list[Problem]
) -> list[DatedValue]:
    """Return the dated values of a list of rules; note every problem in `problems`.

    Dates outside the model's period are allowed in packages only. Packages must name a document for each rule.
    """
    if node.kind != "list":
        if node.kind == "map" or node.value is not None:
            message = Text("这里应为规则的列表(每条以“- ”开头)", "this takes a list of rules, each beginning with '- '")
            problems.append(problem_at(node, file, message))
        return []
    found: list[DatedValue] = []
    for item in node.items:
        found.extend(_read_rule(item, file, areas, layer, kind, problems))
    return found


def _read_rule(
    node: Node, file: str, areas: Areas, layer: str, kind: Literal["package", "scenario"], problems: list[Problem]
) -> list[DatedValue]:
    before = len(problems)
    rule = validate(RuleFile, node, file, problems)
    area_node, values_node, totals_node = node.get("area"), node.get("values"), node.get("totals")
    chosen = _choose(area_node, node.get("except"), file, areas, problems)
    if rule is not None and kind == "scenario":
        outside = in_model(rule.from_)
        if outside is not None:
            problems.append(problem_at(node.at(["from"]), file, outside))
    if kind == "package" and rule is not None and not rule.document:
        problems.append(problem_at(node, file, Text("政策包的每条规则都要写 document", "every rule of a package names its document")))
    if node.kind == "map" and values_node is None and totals_node is None:
        problems.append(problem_at(node, file, Text("规则缺少 values(或 totals)", "the rule has no values (or totals)")))
    pairs = [(key, value, False) for key, value in _pairs(values_node)] + [(key, value, True) for key, value in _pairs(totals_node)]
    checked: list[tuple[Lever, float, bool, int]] = []
    for key, value, shared in pairs:
        lever = check_lever_value(key, value, file, problems, shared=shared)
        if lever is not None:
            if lever.scope == "region" and chosen and len(chosen) != len(areas):
                problems.append(problem_at(node.at(["area"]), file, one_value(lever.name)))
            checked.append((lever, lever.store(value.plain()), shared, key.line))
    if rule is None or len(problems) > before or not chosen:
        return []
    found: list[DatedValue] = []
    for lever, number, shared, line in checked:
        parts = zip(((a,) for a in chosen), areas.shares(chosen), strict=True) if shared else iter([(chosen, 1.0)])
        for some, share in parts:
            dated = DatedValue(lever.name, some, rule.from_, number * share, layer, kind, file, line)
            dated = replace(dated, document=rule.document, clause=rule.clause, tag=rule.tag, origin=rule.origin)
            note, total = rule.note.text() if rule.note else NO_TEXT, number if shared else None
            found.append(replace(dated, note=note, total=total))
    return found


def _pairs(node: Node | None) -> Sequence[tuple[Node, Node]]:
    return node.pairs if node is not None and node.kind == "map" else ()


def check_lever_value(key: Node, value: Node, file: str, problems: list[Problem], *, shared: bool = False) -> Lever | None:
    """Return the lever named by `key` if it may take `value`; else note what is wrong."""
    lever = LEVERS.get(key.raw)
    if lever is None:
        problems.append(problem_at(key, file, unknown_lever(key.raw), lever_hint(key.raw)))
        return None
    given = value.plain()
    message = lever.check(given)
    if message is not None:
        problems.append(problem_at(value, file, message, value_hint(lever, given)))
        return None
    if shared and (not lever.additive or given == "closed"):
        message = Text(f"{lever.name} 不能按总数分摊", f"{lever.name} cannot be given as a total")
        problems.append(problem_at(key, file, message, Text("请写在 values 下", "write it under values")))
        return None
    return lever


def one_value(name: str) -> Text:
    """Say that a lever of the region cannot be set for some areas only."""
    return Text(f"{name} 全区域只有一个值，area 应为 all", f"{name} has one value for the whole region; area must be all")


def unknown_lever(name: str) -> Text:
    """Say that there is no such lever."""
    return Text(f"没有名为“{name}”的政策杠杆", f"there is no lever '{name}'")


def lever_hint(name: str) -> Text:
    """Name the nearest lever, or where to find them all."""
    near = nearest_lever(name)
    if near is None:
        return Text("urbsim list levers 列出全部杠杆", "urbsim list levers shows them all")
    return Text(f"是不是想写“{near}”？", f"did you mean '{near}'?")


def value_hint(lever: Lever, given: object) -> Text:
    """Say what the lever takes; guess what was meant where that is plain."""
    allowed = lever.allowed()
    hint = Text(f"可以给：{allowed.zh}", f"allowed: {allowed.en}")
    if isinstance(given, str):
        text = given.strip().replace(",", "").replace("_", "")
        if text.endswith("%") and lever.kind == "share" and text[:-1].replace(".", "", 1).isdigit():
            number = f"{float(text[:-1]) / 100:g}"
            return Text(f"百分比请写成小数：{number}", f"write the percentage as a share: {number}")
        if text.lower() in ("yes", "on", "no", "off") and lever.kind == "switch":
            return Text("开关请写 1 或 0", "write 1 or 0 for a switch")
        if text != given and text.replace(".", "", 1).isdigit():
            return Text(f"数字里不要逗号，请写 {text}", f"write the number without separators: {text}")
        if text.replace(".", "", 1).isdigit():
            return Text(f"数字不要加引号：{text}", f"write the number without quotes: {text}")
        unit = text.lstrip("0123456789. ")
        if unit and unit != text:
            zh, en = f"只写数字，单位是{lever.unit.zh}", f"write the number only, the unit is {lever.unit.en}"
            return Text(f"{zh}；{hint.zh}", f"{en}; {hint.en}")
        if text.lower() in ("none", "null", "off") and lever.closed is not None:
            return Text("关闭请写 closed", "write closed to close it")
    if given is None and lever.closed is not None:
        return Text(f"关闭请写 closed；{hint.zh}", f"write closed to close it; {hint.en}")
    return hint


def _choose(area: Node | None, left_out: Node | None, file: str, areas: Areas, problems: list[Problem]) -> tuple[int, ...]:
    chosen, dropped = _areas_named(area, file, areas, problems), _areas_named(left_out, file, areas, problems)
    return tuple(a for a in chosen if a not in dropped)


def _areas_named(node: Node | None, file: str, areas: Areas, problems: list[Problem]) -> tuple[int, ...]:
    """Return the areas that a word or a list of words means, in area order; note unknown words (what is no word is noted elsewhere)."""
    chosen: set[int] = set()
    listed = () if node is None else node.items if node.kind == "list" else (node,)
    for item in listed:
        if not isinstance(item.value, str):
            continue
        found = areas.find(item.value)
        if found is None:
            problems.append(problem_at(item, file, unknown_area(item.value, areas), area_hint(item.value, areas)))
        else:
            chosen.update(found)
    return tuple(sorted(chosen))


def unknown_area(word: str, areas: Areas) -> Text:
    """Say that the region has no such area."""
    if areas.region == UNKNOWN_REGION:
        return Text(f"没有名为“{word}”的地方", f"there is no area '{word}'")
    return Text(f"区域 {areas.region} 没有名为“{word}”的地方", f"the region {areas.region} has no area '{word}'")


def area_hint(word: str, areas: Areas) -> Text:
    """Name the nearest area, or the kinds of names there are."""
    near = areas.nearest(word)
    if near is not None:
        return Text(f"是不是想写“{near}”？", f"did you mean '{near}'?")
    example = areas.codes[0]
    return Text(f"可以用 all、cores、counties、设区市名或 {example} 这样的代码",
                f"use all, cores, counties, a prefecture or a code such as {example}")  # fmt: skip
