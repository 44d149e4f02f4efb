"""All areas: the tile map and one row each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from urbsim.report import reading
from urbsim.report.blocks import Block, Paragraph, Picture, Row, Section, Table
from urbsim.report.numbers import NOT_MODELLED, count_scale, number, percent, span
from urbsim.report.sections.context import PERSONS, Context
from urbsim.results.evaluation import ranks

RATE = "urbanization_rate"
FROM_CENSUS = "urbanization_rate_from_census"
EVALUATED = 8  # areas shown


def section(context: Context) -> Section:
    """Return the section with the tile map and the table of all areas."""
    blocks: list[Block] = [Paragraph(sentence, "lead") for sentence in _extremes(context)]
    blocks.append(Picture("map", context.say("各地常住人口城镇化率的方格图", "tile map of the resident urbanization rate")))
    blocks.append(Picture("map_hukou", context.say("各地户籍人口城镇化率的方格图", "tile map of the hukou urbanization rate")))
    table = area_table(context)
    if table is not None:
        blocks.append(table)
    evaluated = evaluation_table(context)
    if evaluated is not None:
        blocks.append(evaluated)
    return Section("areas", context.say("各地情况", "Area by area"), blocks)


def evaluation_table(context: Context) -> Table | None:
    """Return the areas that are among the first three in some member in the last year, the likeliest first (G2)."""
    if "evaluation_score" not in context.dataset:
        return None
    held = ranks(context.dataset.isel(year=context.dataset["year"].values == context.last))
    if held.empty:
        return None
    held = held[held["area"].isin(reading.rows_of_level(context.dataset, "area"))]
    first = held[held["top_three"] > 0].sort_values(["top_three", "score"], ascending=False).head(EVALUATED)
    rows = [_evaluated(context, row) for row in first.to_dict("records")]
    columns = context.say(
        "地区|得分|80% 区间|名次的 80% 区间|进入前三的概率", "area|score|80 % interval|rank, 80 % interval|chance of the first three"
    ).split("|")
    note = context.say(
        "得分是七项(城镇化率提高、落户、持证、公办就读、住房、参保、培训)在各地中位置的加权平均，100 为各项都最好。文件没有公布评价公式："
        "权重是假设，可在情景的 assumptions 里改 evaluation_weight_*。",
        "The score is the weighted mean of an area's place among all in seven parts (rise of the urban rate, settling, permits, public "
        "schools, homes, insurance, training), 100 the best in all. No formula is published: the weights are assumptions, set by "
        "evaluation_weight_* under assumptions.",
    )
    caption = context.say("{} 年各地综合评价", "Evaluation of areas in {}", context.last)
    return Table(caption, tuple(columns), rows, note=note) if rows else None


def _evaluated(context: Context, row: Mapping[Hashable, Any]) -> Row:
    def between(what: str) -> str:
        return span(float(row[f"{what}_p10"]), float(row[f"{what}_p90"]), context.lang, 0)

    cells = (context.name(str(row["area"])), number(float(row["score"]), 0), between("score"), between("rank"))
    return Row((*cells, percent(100 * float(row["top_three"]), 0)))


def _extremes(context: Context) -> list[str]:
    found = reading.members(context.dataset, FROM_CENSUS)
    end, start = reading.at_year_end(context.dataset, context.last), reading.at_year_end(context.dataset, 2020)
    if found is None or end is None or start is None:
        return []
    labels = reading.labels_of(context.dataset, "area")
    rows = [(code, labels.index(code)) for code in reading.rows_of_level(context.dataset, "area")]
    if len(rows) < 4:
        return []
    gain = {code: float(np.median(found[:, end, i] - found[:, start, i])) for code, i in rows}
    order = sorted(gain, key=lambda code: -gain[code])
    comma = context.say("、", ", ")
    top = comma.join(f"{context.name(code)} {number(gain[code], 1, sign=True)}" for code in order[:3])
    bottom = comma.join(f"{context.name(code)} {number(gain[code], 1, sign=True)}" for code in order[-3:])
    return [
        context.say(
            "2020—{} 年常住人口城镇化率提高最多的是 {}，最少的是 {}（百分点）。",
            "From 2020 to {} the resident rate rises most in {}, least in {} (points).",
            context.last, top, bottom,
        )
    ]  # fmt: skip


def census(context: Context, variable: str = RATE) -> dict[tuple[str, int], float]:
    """Return the census figures by area and year."""
    points = context.region.published if context.region is not None else ()
    return {(point.area, point.date.year): point.value for point in points if point.vintage == "census" and point.variable == variable}


def area_table(context: Context) -> Table | None:
    """Return one row an area under its prefecture: censuses, the last year from the census and as modelled, hukou rate, settled."""
    rates = reading.members(context.dataset, RATE)
    if rates is None:
        return None
    carried = reading.members(context.dataset, FROM_CENSUS)
    hukou = reading.members(context.dataset, "hukou_urbanization_rate")
    settled = reading.members(context.dataset, "settled")
    labels = reading.labels_of(context.dataset, "area")
    years, yearly = reading.by_year(context.dataset, settled.sum(axis=-1)) if settled is not None else (np.array([]), None)
    recent = yearly[:, years > 2022].sum(axis=1) if yearly is not None and (years > 2022).any() else None
    scale = count_scale(1e4 if context.lang == "zh" else 1e3, PERSONS, context.lang)
    levels = reading.labels_of(context.dataset, "level") if "level" in context.dataset.coords else [""] * len(labels)
    rows, counted = [], census(context)
    for code in ordered(context):
        i = labels.index(code)
        people = number(float(np.median(recent[:, i])) / scale.divisor, 1) if recent is not None else NOT_MODELLED.get(context.lang)
        own, registered = (found[:, :, i] if found is not None else None for found in (carried, hukou))
        cells = _rates(context, code, counted, rates[:, :, i], own, registered)
        rows.append(Row((context.name(code), *cells, people), "" if levels[i] == "area" else "strong"))
    columns = context.say(
        "地区|2010 普查|2020 普查|2020 模型误差|{0}（以普查为起点）|80% 区间|{0} 模型原值|{0} 户籍|2023—{0} 落户（{1}）",
        "area|census 2010|census 2020|model error 2020|{0} from the census|80 % interval|{0} modelled|hukou {0}|settled 2023–{0} ({1})",
        context.last, scale.unit.get(context.lang),
    ).split("|")  # fmt: skip
    note = context.say(
        "率的单位为 %，误差为模型减普查（百分点）。模型从 2010 年普查出发，各县（市、区）2020 年的水平会有误差；"
        "“以普查为起点”是 2020 年普查的实际数"
        "加上模型算出的变化(在对数几率上相加)，规划时宜用这一列。误差大的地方，变化也要谨慎看。粗体为设区市和全域的合计。",
        "Rates in %, error: model minus census (points). The model starts from the census of 2010, so that levels of 2020 err by county; "
        '"from the census" is the count of 2020 plus the model\'s change (added on the logit): plan with this column. Where the error is '
        "large, take the change with care too. Bold: prefectures and the whole.",
    )
    return Table(context.say("各地常住人口城镇化率", "Resident urbanization rate of all areas"), tuple(columns), rows, note=note)


def _rates(
    context: Context,
    code: str,
    counted: dict[tuple[str, int], float],
    rates: reading.Floats,
    carried: reading.Floats | None,
    hukou: reading.Floats | None,
) -> list[str]:
    at20, end = reading.at_year_end(context.dataset, 2020), reading.at_year_end(context.dataset, context.last)
    c10, c20 = (counted.get((code, year), float("nan")) for year in (2010, 2020))
    m20 = float(np.median(rates[:, at20])) if at20 is not None else float("nan")
    cells = [number(c10), number(c20), number(m20 - c20, 1, sign=True)]
    if end is None:
        return [*cells, "—", "—", "—", "—"]
    cells += ["—", "—"]
    if carried is not None:
        held = reading.interval(carried[:, end])
        cells[-2:] = [number(float(held.median)), span(float(held.low), float(held.high), context.lang) if context.runs > 1 else "—"]
    return [*cells, number(float(np.median(rates[:, end]))), number(float(np.median(hukou[:, end]))) if hukou is not None else "—"]


def ordered(context: Context) -> list[str]:
    """Return the rows of the result: the region, then each prefecture followed by its areas."""
    labels = reading.labels_of(context.dataset, "area")
    if "area_prefecture" not in context.dataset.coords:
        return [context.whole, *(code for code in labels if code != context.whole)]
    home = dict(zip(labels, reading.labels_of(context.dataset, "area_prefecture"), strict=True))
    prefectures = reading.rows_of_level(context.dataset, "prefecture")
    areas = reading.rows_of_level(context.dataset, "area")
    rows = [context.whole] if context.whole in labels else []
    for prefecture in prefectures:
        rows += [prefecture, *(code for code in areas if home[code] == prefecture)]
    return rows + [code for code in areas if code not in rows]
