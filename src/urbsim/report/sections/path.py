"""How the rates move over time, and why."""

from __future__ import annotations

import numpy as np

from urbsim.report import reading
from urbsim.report.blocks import Block, Paragraph, Picture, Row, Section, Table
from urbsim.report.numbers import number, span
from urbsim.report.sections.context import Context

#: Accounts that are set by rule or left over, not chosen by households.
ACCOUNTS = ("reclassification", "town_born_migration", "return_or_coverage")


def section_path(context: Context) -> Section:
    """Return the section with the fan chart."""
    text = context.say(
        "图中曲线是全部模拟的中位数，色带表示模拟结果分散的程度，越往后越宽。黑色和灰色符号是公布数据，只用来对照，没有连进曲线；2020 年"
        "普查前后的年度数据口径不同，不能连成一条线。",
        "The line is the median of all runs; the bands show how far the runs spread, wider with time. Black and grey symbols are "
        "published figures, there to compare with, not joined to the line; yearly figures from before and after the 2020 census are of "
        "different series and must not be joined.",
    )
    return Section(
        "path", context.say("两个城镇化率的走势", "The path of both rates"), [Picture("urbanization", text), Paragraph(text, "note")]
    )


def section_why(context: Context) -> Section:
    """Return the section that takes the change of the rate apart."""
    blocks: list[Block] = []
    periods = reading.periods_of(context.dataset)
    for period in periods:
        sentence = _why(context, period)
        if sentence:
            blocks.append(Paragraph(sentence, "lead" if period == periods[-1] else "plain"))
    blocks.append(Picture("change", context.say("城镇化率变化的构成", "components of the change of the rate")))
    blocks.append(
        Paragraph(
            context.say(
                "怎么读：从上到下，每一项把率推高（绿色）或拉低（橙色斜线）多少个百分点，各项之和恰好等于总变化；"
                "这里用各次模拟的平均数，与走势图的中位数略有出入。“村改居”“原城镇居民迁移”不是农户选择的结果，"
                "而是统计和管理的变动；“本地人进出与口径”是户籍在区域内的人外出和回来，也含普查口径的差别。",
                "How to read: from top to bottom, each item lifts (green) or lowers (orange, hatched) the rate by so many points; "
                "together they are exactly the change. (Means of the runs, which differ a little from the medians of the fan chart.) "
                "Reclassification and migration of the town-born are not choices of rural households but accounts of statistics and "
                "administration; own people in and out are those registered in the region who leave it and come back, with what the census "
                "covers differently.",
            ),
            "note",
        )
    )
    table = _table(context, periods)
    if table is not None:
        blocks.append(table)
    return Section("why", context.say("率为什么变", "Why the rate moves"), blocks)


def _why(context: Context, period: tuple[int, int]) -> str:
    found = reading.components(context.dataset, context.whole, period)
    if found is None:
        return ""
    codes, values = found
    words = reading.words_of(context.dataset, "component", context.lang)
    mean = values.mean(axis=0)
    largest = [i for i in np.argsort(-mean)[:3] if mean[i] > 0.05]
    if not largest:
        return ""
    comma = context.say("、", ", ")
    named = comma.join(f"{words[codes[i]]} {number(float(mean[i]), 1, sign=True)}" for i in largest)
    text = context.say(
        "{}—{} 年常住人口城镇化率变动 {} 个百分点，推高最多的是：{}",
        "From {} to {} the resident rate changes by {} points; what lifts it most: {}",
        *period, number(float(mean.sum()), 1, sign=True), named,
    )  # fmt: skip
    down = [i for i in np.argsort(mean)[:2] if mean[i] < -0.25]
    if down:
        lowering = comma.join(f"{words[codes[i]]} {number(float(mean[i]), 1, sign=True)}" for i in down)
        text += context.say("；拉低最多的是：{}", "; what lowers it most: {}", lowering)
    accounts = float(sum(mean[i] for i, code in enumerate(codes) if code in ACCOUNTS))
    return text + context.say(
        "（百分点）。其中统计和管理口径的变动合计 {} 个百分点。",
        " (points). Changes of statistics and administration make up {} points of it.",
        number(accounts, 1, sign=True),
    )


def _table(context: Context, periods: list[tuple[int, int]]) -> Table | None:
    found = [reading.components(context.dataset, context.whole, period) for period in periods]
    known = [entry for entry in found if entry is not None]
    if not known or len(known) != len(periods):
        return None
    words = reading.words_of(context.dataset, "component", context.lang)
    rows = []
    for i, code in enumerate(known[0][0]):
        cells = [words[code]]
        for _, values in known:
            held = reading.interval(values[:, i])
            cells += [number(float(values[:, i].mean()), 2, sign=True), span(float(held.low), float(held.high), context.lang, 2, sign=True)]
        rows.append(Row(tuple(cells)))
    total = [context.say("合计", "total")]
    for _, values in known:
        summed = values.sum(axis=1)
        held = reading.interval(summed)
        total += [number(float(summed.mean()), 2, sign=True), span(float(held.low), float(held.high), context.lang, 2, sign=True)]
    rows.append(Row(tuple(total), "strong"))
    columns = [context.say("构成（百分点）", "component (points)")]
    for first, last in periods:
        columns += [f"{first}–{last}", "80%"]
    return Table(context.say("构成表（数字）", "The components in numbers"), tuple(columns), rows, fold=True)
