"""How sure the answer is: against published figures, misses included; what rests on assumptions; what the model does not know."""

from __future__ import annotations

import numpy as np

from urbsim.policy.registry import LEVERS
from urbsim.report import reading
from urbsim.report.blocks import Block, Listing, Paragraph, Picture, Row, Section, Table
from urbsim.report.numbers import number, percent, span
from urbsim.report.scores import Check, coverage
from urbsim.report.sections import hindcast
from urbsim.report.sections.context import Context
from urbsim.report.words import unknown
from urbsim.results.variables import VARIABLES


def section(context: Context) -> Section:
    """Return the section on certainty."""
    found = context.checks
    blocks: list[Block] = [Paragraph(_meaning(context))]
    blocks.append(Picture("check", context.say("模型与 2020 年普查对照", "model against the census of 2020")))
    if found:
        blocks += [_summary(context, found), _whole(context, found), _misses(context, found)]
    past = hindcast.table(context)
    blocks += [past] if past is not None else []
    blocks += _assumptions(context)
    return Section("sure", context.say("有多大把握", "How sure is this"), blocks)


def _meaning(context: Context) -> str:
    if context.runs == 1:
        return context.say(
            "本报告只有一次模拟，没有区间：请用更多抽样（--draws）再运行。",
            "This report rests on a single run and has no intervals: run again with more draws.",
        )
    return context.say(
        "区间来自 {} 次模拟，反映参数和运气的不确定，不包括模型本身写错、或者世界发生模型里没有的事情。因此真实的不确定比图中的色带更大。"
        "{}",
        "The intervals come from {} runs. They tell of uncertain parameters and of luck, not of faults in the model itself or of events "
        "that it does not contain: true uncertainty is larger than the bands. {}",
        context.runs,
        context.say("模拟次数不多时，95% 区间只是大致范围。", "With few runs the 95 % interval is only rough.")
        if context.runs < 100
        else "",
    )


def _name(context: Context, variable: str) -> str:
    return VARIABLES[variable].name.get(context.lang) if variable in VARIABLES else variable


def _summary(context: Context, found: list[Check]) -> Table:
    rows = []
    levels = {level: set(reading.rows_of_level(context.dataset, level)) for level in ("region", "prefecture", "area")}
    names = {"region": context.place, "prefecture": context.say("设区市", "prefectures"), "area": context.say("县（市、区）", "areas")}
    for variable in dict.fromkeys(row.variable for row in found):
        for change in (False, True):
            for level, codes in levels.items():
                chosen = [row for row in found if row.variable == variable and row.change == change and row.area in codes]
                if chosen:
                    rows.append(_summary_row(context, variable, change, names[level], chosen))
    columns = context.say(
        "对照什么|层级|数|落在 80% 内|落在 95% 内|平均绝对误差|平均偏差",
        "what|level|n|inside 80 %|inside 95 %|mean absolute error|mean bias",
    ).split("|")
    note = context.say(
        "若区间恰当，约 80% 和 95% 的公布值应落在其中；少得多说明区间太窄。2011—2019 年首次公布的数据只比较逐年变化，不比较水平。",
        "If the intervals are right, about 80 and 95 % of the published values lie inside; far fewer means that they are too narrow. Of "
        "the series first published for 2011–2019 only yearly changes are compared. ",
    )
    note += (
        context.say("本区域没有拟合过，这些数据都没有用过。", "The region has not been fitted: none of these figures was used.")
        if context.unfitted
        else context.say(
            "参数拟合用过其中一部分数据，所以这不是纯粹的预测检验。",
            "Parameters were fitted to some of these figures: this is no pure test of forecasts.",
        )
    )
    return Table(
        context.say("模型与公布数据对照（2011—2022 年）", "Model against published figures, 2011–2022"),
        tuple(columns),
        rows,
        text_columns=2,
        note=note,
    )


def _summary_row(context: Context, variable: str, change: bool, level: str, chosen: list[Check]) -> Row:
    held = coverage(chosen)
    what = _name(context, variable) + (context.say("（逐年变化）", " (yearly change)") if change else "")
    if chosen[0].unit == "persons":
        errors = np.array([row.error / row.published if row.published and not change else row.error for row in chosen])
        if change:
            sizes = [number(float(np.abs(errors).mean()) / 1e4, 1), number(float(errors.mean()) / 1e4, 1, sign=True)]
            sizes = [context.say("{} 万人", "{} (10k)", size) for size in sizes]
        else:
            sizes = [percent(100 * float(np.abs(errors).mean())), number(100 * float(errors.mean()), 1, sign=True) + "%"]
    else:
        sizes = [number(held.mean_absolute_error, 2), number(held.bias, 2, sign=True)]
        sizes = [context.say("{} 百分点", "{} points", size) for size in sizes]
    inside = [f"{n} ({percent(100 * n / held.n, 0)})" for n in (held.inside80, held.inside95)]
    return Row((what, level, str(held.n), *inside, *sizes), "flag" if held.inside95 < 0.7 * held.n else "")


def _whole(context: Context, found: list[Check]) -> Table:
    rows = []
    chosen = [row for row in found if row.area == context.whole and row.unit == "percent"]
    for row in sorted(chosen, key=lambda row: (row.variable, row.change, row.year)):
        what = _name(context, row.variable) + (context.say("（比上年）", " (on the year before)") if row.change else "")
        place = (
            context.say("80% 内", "inside 80 %")
            if row.inside80
            else context.say("95% 内", "inside 95 %")
            if row.inside95
            else context.say("区间外", "outside")
        )
        cells = (
            what,
            str(row.year),
            number(row.published, 2),
            number(row.median, 2),
            span(row.low80, row.high80, context.lang),
            number(row.error, 2, sign=True),
            place,
        )
        rows.append(Row(cells, "" if row.inside95 else "flag"))
    columns = context.say("指标|年份|公布|模型|80% 区间|误差|落点", "what|year|published|model|80 % interval|error|where").split("|")
    caption = context.say("{}：逐年对照（%，百分点）", "{}: year by year (%, points)", context.place)
    return Table(caption, tuple(columns), rows, fold=len(rows) > 6)


def _misses(context: Context, found: list[Check]) -> Table:
    chosen = [
        row for row in found if row.variable == "urbanization_rate" and not row.change and not row.inside95 and row.area != context.whole
    ]
    rows = []
    for row in sorted(chosen, key=lambda row: -abs(row.error)):
        cells = (
            context.name(row.area),
            str(row.year),
            number(row.published),
            number(row.median),
            span(row.low95, row.high95, context.lang),
            number(row.error, 1, sign=True),
        )
        rows.append(Row(cells))
    columns = context.say(
        "地区|年份|公布（%）|模型（%）|95% 区间|误差（百分点）", "area|year|published (%)|model (%)|95 % interval|error (points)"
    ).split("|")
    return Table(
        context.say("没有说中的地方（公布值在 95% 区间外，{} 处）", "Misses (published value outside the 95 % interval: {})", len(rows)),
        tuple(columns),
        rows,
        fold=True,
    )


def _assumptions(context: Context) -> list[Block]:
    weak = [name for name in context.scenario.policy.levers_set() if LEVERS[name].evidence == "scenario_only"]
    if not weak:
        return [Paragraph(context.say("本情景没有用到仅凭假设的政策工具。", "The scenario uses no lever that rests on assumption only."))]
    intro = context.say(
        "下列政策工具没有公布的力度和效果，凡是依靠它们的结果都是情景假设，不是预测：",
        "For these levers neither dose nor effect is published; results that rest on them are assumptions of the scenario, not forecasts:",
    )
    items = [
        f"{LEVERS[name].title.get(context.lang)}{context.say('：', ': ')}{LEVERS[name].description.get(context.lang)}" for name in weak
    ]
    return [Paragraph(intro, "warning"), Listing(items=items)]


def section_unknown(context: Context) -> Section:
    """Return the section on what the model does not know."""
    say, items = context.say, unknown(context.lang)
    missing = [entry.name for entry in context.indicators if not np.isfinite(entry.row.median)]
    missing += _unmodelled_services(context)
    if missing:
        items.append(say("尚未建模：{}。", "Not modelled yet: {}.", say("、", "; ").join(dict.fromkeys(missing))))
    return Section("unknown", say("模型不知道什么", "What the model does not know"), [Listing(items=items)])


def _unmodelled_services(context: Context) -> list[str]:
    if "service" not in context.dataset.dims:
        return []
    words = reading.words_of(context.dataset, "service", context.lang)
    return [
        name for code, name in words.items() if reading.members(context.dataset, "service_demand", area=context.whole, service=code) is None
    ]
