"""The answer in plain words: both rates, people, targets."""

from __future__ import annotations

import numpy as np

from urbsim.report import reading
from urbsim.report.blocks import Block, Card, Cards, Paragraph, Picture, Row, Section, Table
from urbsim.report.indicators import rate_target
from urbsim.report.numbers import chance, chance_of_target, count, likely, number, percent, probability, span
from urbsim.report.sections.context import PERSONS, Context
from urbsim.results.jump_off import CENSUS
from urbsim.results.targets import as_published
from urbsim.text import Text

SHORT = Text("人", "")
UNFITTED = Text(
    "这个区域还没有拟合过：参数取自先验分布，各地的常数为零，没有对过 2020 年普查。下面的水平和差异都不能当作预测，只说明模型能运行。",
    "This region has not been fitted: parameters are prior draws, place constants are zero and nothing was held against the 2020 census. "
    "Neither the levels nor the differences below are forecasts; they show only that the model runs.",
)


def section(context: Context) -> Section:
    """Return the section with the answer, the key figures and the target table."""
    blocks: list[Block] = [Paragraph(context.say(*UNFITTED), "warning")] if context.unfitted else []
    blocks += [Paragraph(sentence, "lead") for sentence in sentences(context)]
    blocks.append(Cards(cards(context)))
    table = getattr(context.scenario, "target_table", None)
    if table is not None:
        plan = context.say("目标取自：{}（{}）。", "Targets of: {} ({}).", table.title.get(context.lang), table.document)
        blocks.append(Paragraph(plan, "note"))
    blocks.append(Picture("targets", context.say("目标完成情况表", "table of targets")))
    blocks += [Paragraph(sentence) for sentence in target_sentences(context)]
    blocks.append(target_table(context))
    return Section("answer", context.say("回答", "The answer"), blocks)


def _three(values: reading.Floats | None) -> tuple[float, float, float] | None:
    if values is None:
        return None
    held = reading.interval(values)
    return float(held.median), float(held.low), float(held.high)


def sentences(context: Context) -> list[str]:
    """Return the plain statement on both rates and on the people behind them."""
    said: list[str] = []
    several = context.runs > 1
    rate = context.year_end("urbanization_rate", context.last, area=context.whole)
    found = _three(rate)
    if rate is not None and found is not None:
        words = context.say(
            "按本情景，到 {} 年末，{}常住人口城镇化率预计为 {}",
            "Under this scenario the resident urbanization rate of {1} is expected to be {2} at the end of {0}",
            context.last, context.place, percent(found[0]),
        )  # fmt: skip
        words += _between(context, found, "%") if several else ""
        words += _against_target(context, rate)
        said.append(words)
        said += _from_census(context)
    hukou = _three(context.year_end("hukou_urbanization_rate", context.last, area=context.whole))
    if hukou is not None:
        words = context.say("户籍人口城镇化率预计为 {}", "The hukou urbanization rate is expected to be {}", percent(hukou[0]))
        words += _between(context, hukou, "%") if several else ""
        if found is not None:
            gap = number(found[0] - hukou[0])
            words += context.say("，两个率相差约 {} 个百分点。", "; the two rates are about {} points apart.", gap)
        said.append(words)
    return [*said, *_people(context)]


def _from_census(context: Context) -> list[str]:
    found = _three(context.year_end("urbanization_rate_from_census", context.last, area=context.whole))
    if found is None or context.last <= CENSUS:
        return []
    words = context.say(
        "若以 2020 年普查的实际数为起点、只取模型算出的变化，则为 {}",
        "Counted from the census of 2020, with the model's change alone, it is {}",
        percent(found[0]),
    )
    return [words + (_between(context, found, "%") if context.runs > 1 else "") + context.say("。", ".")]


def _between(context: Context, found: tuple[float, float, float], unit: str) -> str:
    return context.say("（80% 的模拟落在 {} 之间）", " (80 % of the runs lie within {})", span(found[1], found[2], context.lang, unit=unit))


def _against_target(context: Context, rate: reading.Floats) -> str:
    target = rate_target(context.dataset)
    if target is None or target[0] != context.last:
        return context.say("。", ".")
    met = float(np.mean(rate >= target[1]))
    if context.runs == 1:
        words = ("；规划目标为 {}，这次模拟达到了。", "; the target of the plan is {}, which this run meets.") if met else (
            "；规划目标为 {}，这次模拟没有达到。", "; the target of the plan is {}, which this run misses.")  # fmt: skip
        return context.say(*words, percent(target[1]))
    alone = chance(met, context.runs, context.lang)
    found = next((entry.row for entry in context.indicators if np.isfinite(entry.row.as_published)), None)
    if found is None:
        return context.say(
            "；规划目标为 {}，达到目标的可能性{}（{}）。",
            "; the target of the plan is {}, the chance to meet it is {} ({}).",
            percent(target[1]), alone, likely(met, context.runs).get(context.lang),
        )  # fmt: skip
    return context.say(
        "；规划目标为 {}，仅看模拟，达到目标的可能性{}，计入公布数字本身的误差后{}（{}）。",
        "; the target of the plan is {}, the chance to meet it is {} by the runs alone and {} ({}) with the error of published rates.",
        percent(target[1]), alone, chance(found.as_published, 0, context.lang), likely(found.as_published, found.members).get(context.lang),
    )  # fmt: skip


def _people(context: Context) -> list[str]:
    migrants = reading.members(context.dataset, "migrants", area=context.whole)
    at = reading.at_year_end(context.dataset, context.last)
    if migrants is None or at is None:
        return []
    status = reading.labels_of(context.dataset, "status")
    now = {code: float(np.median(migrants[:, at, i].sum(axis=-1))) for i, code in enumerate(status)}
    words = context.say(
        "届时离开户籍地居住的农业转移人口中，约 {} 已落户，{} 持居住证，{} 两者皆无",
        "Of the rural-origin people living away from home by then, about {} will have settled, {} hold a residence permit, {} have neither",
        *(count(now.get(code, float("nan")), PERSONS, context.lang) for code in ("settled", "permit", "unregistered")),
    )
    if now.get("rural", 0.0) > 0:
        words += context.say(
            "；另有 {} 在本县（市、区）内进城居住、户口仍在村里",
            "; another {} live in a town of their own county with their register still in the village",
            count(now["rural"], PERSONS, context.lang),
        )
    words += context.say("。", ".")
    return [words]


def cards(context: Context) -> list[Card]:
    """Return the key figures of the last year."""
    made: list[Card] = []
    for variable, zh, en in (
        ("urbanization_rate", "常住人口城镇化率", "resident urbanization rate"),
        ("hukou_urbanization_rate", "户籍人口城镇化率", "hukou urbanization rate"),
    ):
        found = _three(context.year_end(variable, context.last, area=context.whole))
        if found is not None:
            interval = span(found[1], found[2], context.lang, unit="%") if context.runs > 1 else ""
            made.append(Card(f"{context.last} · {context.say(zh, en)}", percent(found[0]), interval))
    settled = reading.members(context.dataset, "settled", area=context.whole)
    if settled is not None:
        years, yearly = reading.by_year(context.dataset, settled.sum(axis=-1))
        recent = _three(yearly[:, years > 2022].sum(axis=1)) if (years > 2022).any() else None
        if recent is not None:
            between = _count_span(context, recent)
            made.append(
                Card(
                    context.say("2023—{} 年落户", "persons who settled 2023–{}", context.last),
                    count(recent[0], SHORT, context.lang),
                    between,
                )
            )
    waiting = context.year_end("migrants", context.last, area=context.whole, status="unregistered")
    if waiting is not None:
        found = _three(waiting.sum(axis=-1))
        if found is not None:
            name = context.say("{} · 未落户也无居住证", "{} · persons neither settled nor with permit", context.last)
            made.append(Card(name, count(found[0], SHORT, context.lang), _count_span(context, found)))
    return made


def _count_span(context: Context, found: tuple[float, float, float]) -> str:
    if context.runs == 1:
        return ""
    low, high = (count(value, SHORT, context.lang) for value in found[1:])
    return f"{low.split(' ')[0]}–{high}" if low.split(" ")[1:] == high.split(" ")[1:] else f"{low} – {high}"


def target_sentences(context: Context) -> list[str]:
    """Return which targets are likely, open and unlikely, and which are not modelled."""
    groups: dict[str, list[str]] = {"likely": [], "open": [], "unlikely": [], "none": []}
    for entry in context.indicators:
        met = entry.row.with_all_errors
        kind = "none" if not np.isfinite(met) else "likely" if met >= 0.8 else "unlikely" if met < 0.2 else "open"
        groups[kind].append(entry.name)
    comma = context.say("、", "; ")
    words = {
        "likely": ("很可能达到的目标：{}。", "Targets very likely met: {}."),
        "open": ("说不准的目标：{}。", "Targets that may or may not be met: {}."),
        "unlikely": ("很难达到的目标：{}。", "Targets unlikely to be met: {}."),
        "none": (
            "尚不能判断的目标（尚未建模或无数值目标）：{}。",
            "Targets on which nothing can be said (not modelled yet, or without a number): {}.",
        ),
    }
    if context.runs == 1:
        words["likely"] = ("这次模拟达到的目标：{}。", "Targets that this run meets: {}.")
        words["unlikely"] = ("这次模拟没有达到的目标：{}。", "Targets that this run misses: {}.")
    said = [context.say(*words[kind], comma.join(names)) for kind, names in groups.items() if names]
    error = as_published([entry.row for entry in context.indicators], context.lang)
    return [*said, error] if error else said


def target_table(context: Context) -> Table:
    """Return the target table in numbers, folded, for copying."""
    rows = []
    for entry in context.indicators:
        row, places = entry.row, entry.decimals
        known = np.isfinite(row.median)
        goal = number(row.target, places)
        cells = (
            f"{row.number}. {entry.name}",
            entry.unit,
            number(row.baseline, places),
            f"[{goal}]" if row.cumulative and row.has_target else goal,
            number(row.median, places) if known else (row.remark.get(context.lang) if row.remark else "—"),
            span(entry.low, entry.high, context.lang, places) if known and row.members > 1 else "—",
            chance_of_target(row.probability, row.members, context.lang),
            probability(row.as_published),
        )
        rows.append(Row(cells))
    columns = context.say(
        "指标|单位|基期|目标|模型|80% 区间|达到的可能|计入公布误差",
        "indicator|unit|base|target|model|80 % interval|chance met|with the error of published figures",
    ).split("|")
    note = context.say("[ ] 内为规划期累计数。", "[ ]: summed over the years of the plan.")
    return Table(context.say("目标表（数字）", "The target table in numbers"), tuple(columns), rows, text_columns=2, note=note, fold=True)
