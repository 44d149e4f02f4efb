"""Services asked for, there and missing; where migrants' children learn."""

from __future__ import annotations

import numpy as np

from urbsim.report import reading
from urbsim.report.blocks import Block, Paragraph, Picture, Row, Section, Table
from urbsim.report.numbers import NOT_MODELLED, count_scale, number, percent
from urbsim.report.sections.context import PERSONS, Context
from urbsim.text import Text


def section(context: Context) -> Section:
    """Return the section on services."""
    blocks: list[Block] = []
    sentence = _largest_gap(context)
    if sentence:
        blocks.append(Paragraph(sentence, "lead"))
    blocks.append(Picture("services", context.say("各项服务的需求、供给与缺口", "demand, supply and gap of each service")))
    for table in (_table(context), _children(context)):
        if table is not None:
            blocks.append(table)
    return Section("services", context.say("公共服务：需求、供给与缺口", "Services: demand, supply, gap"), blocks)


def _middle(context: Context, variable: str, service: str, group: str | None) -> float:
    select = {"area": context.whole, "service": service} | ({"group": group} if group else {})
    values = reading.members(context.dataset, variable, **select)
    return float(reading.quantile(values[:, -1:], 0.5)[0]) if values is not None else float("nan")


def _largest_gap(context: Context) -> str:
    if "service" not in context.dataset.dims:
        return ""
    words = reading.words_of(context.dataset, "service", context.lang)
    shares = {}
    for code in words:
        demand, unmet = (_middle(context, name, code, "migrants") for name in ("service_demand", "service_unmet"))
        if np.isfinite(demand) and demand > 0 and np.isfinite(unmet):
            shares[code] = 100 * unmet / demand
    wide = sorted((code for code in shares if shares[code] >= 1), key=lambda code: -shares[code])[:3]
    if not wide:
        return ""
    named = context.say("、", ", ").join(f"{words[code]} {percent(shares[code], 0)}" for code in wide)
    return context.say(
        "{} 年，农业转移人口的需求中未能满足的比例最高的是：{}。",
        "In {} the largest unmet shares of what rural-origin people need are: {}.",
        context.last,
        named,
    )


def _table(context: Context) -> Table | None:
    if "service" not in context.dataset.dims or reading.members(context.dataset, "service_demand", area=context.whole) is None:
        return None
    name = f"service_unit_{context.lang}" if f"service_unit_{context.lang}" in context.dataset.coords else "service_unit"
    units = reading.labels_of(context.dataset, name) if name in context.dataset.coords else []
    rows = []
    for i, (code, words) in enumerate(reading.words_of(context.dataset, "service", context.lang).items()):
        demand, supply = _middle(context, "service_demand", code, "everyone"), _middle(context, "service_supply", code, None)
        unmet = _middle(context, "service_unmet", code, "everyone")
        asked, missing = (_middle(context, variable, code, "migrants") for variable in ("service_demand", "service_unmet"))
        unit = Text(units[i], units[i]) if i < len(units) else Text("", "")
        sizes = [value for value in (demand, supply, unmet, asked, missing) if np.isfinite(value)]
        scale = count_scale(max(sizes, default=0.0), unit, context.lang)
        cells = [words, scale.unit.get(context.lang) if sizes else "—"]
        for value in (demand, supply, unmet, asked, missing):
            cells.append(number(value / scale.divisor, scale.decimals) if np.isfinite(value) else NOT_MODELLED.get(context.lang))
        cells.append(percent(100 * missing / asked, 0) if np.isfinite(missing) and asked > 0 else "—")
        rows.append(Row(tuple(cells)))
    columns = context.say(
        "服务|单位|需求|供给|缺口|转移人口需求|转移人口缺口|缺口占比",
        "service|unit|demand|supply|unmet|migrants' demand|migrants' unmet|share unmet",
    ).split("|")
    caption = context.say("{} 年各项服务（中位数）", "Services in {} (medians)", context.last)
    note = context.say(
        "缺口按地区分别计算后相加：一地的富余不能抵另一地的不足。",
        "Unmet demand is added up over areas: what one has left over does not help another.",
    )
    return Table(caption, tuple(columns), rows, text_columns=2, note=note)


def _children(context: Context) -> Table | None:
    values = reading.members(context.dataset, "children", area=context.whole)
    at = reading.at_year_end(context.dataset, context.last)
    if values is None or at is None or "stage" not in context.dataset.dims:
        return None
    middle = np.median(values[:, at], axis=0)
    places = reading.words_of(context.dataset, "school_place", context.lang)
    scale = count_scale(float(middle.max()), PERSONS, context.lang)
    rows = []
    for s, stage in enumerate(reading.words_of(context.dataset, "stage", context.lang).values()):
        total = float(middle[s].sum())
        cells = [
            f"{number(float(v) / scale.divisor, scale.decimals)} ({percent(100 * float(v) / total, 0)})" if total else "—"
            for v in middle[s]
        ]
        rows.append(Row((stage, *cells)))
    caption = context.say(
        "{} 年末农业转移家庭子女在哪里上学（{}）",
        "Where migrants' children learn at the end of {} ({})",
        context.last,
        scale.unit.get(context.lang),
    )
    return Table(caption, (context.say("学段", "stage"), *places.values()), rows)
