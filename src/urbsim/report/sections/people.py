"""Who settles, who holds a permit, who returns, who waits, and where they live."""

from __future__ import annotations

import numpy as np

from urbsim.report import reading
from urbsim.report.blocks import Block, Paragraph, Picture, Row, Section, Table
from urbsim.report.numbers import count, count_scale, number, percent
from urbsim.report.sections.context import PERSONS, Context

YEARS = (2010, 2015, 2020, 2022, 2025)


def section(context: Context) -> Section:
    """Return the section on status, streams, homes and queues."""
    blocks: list[Block] = []
    sentence = _sentence(context)
    if sentence:
        blocks.append(Paragraph(sentence, "lead"))
    blocks.append(Picture("streams", context.say("按身份的人数和流量", "people by status, and streams")))
    for table in (_stock_table(context), _left_table(context), _origin_table(context)):
        if table is not None:
            blocks.append(table)
    blocks.append(Picture("queues", context.say("排队等候的家庭", "households waiting")))
    blocks.append(Picture("tenure", context.say("农业转移家庭的住房来源", "how migrant households are housed")))
    return Section("people", context.say("谁落户、谁持证、谁返乡", "Who settles, who holds a permit, who returns"), blocks)


def _sentence(context: Context) -> str:
    said = []
    flows = (
        ("settled", "落户", "settle"),
        ("permits_issued", "新办居住证", "receive a permit"),
        ("village", "返回村里", "return to the village"),
        ("county_town", "返回县城", "return to the county town"),
    )
    for variable, zh, en in flows:
        if variable in ("village", "county_town"):
            values = reading.returns(context.dataset, context.whole, variable)
        else:
            values = reading.members(context.dataset, variable, area=context.whole)
        if values is None:
            continue
        years, yearly = reading.by_year(context.dataset, values if values.ndim == 2 else values.sum(axis=-1))
        recent = yearly[:, years > 2022]
        if recent.size:
            size = count(float(np.median(recent.mean(axis=1))), PERSONS, context.lang)
            said.append(f"{zh} {size}" if context.lang == "zh" else f"{size} {en}")
    if not said:
        return ""
    return context.say(
        "2023—{} 年平均每年：{}。", "On average of the years 2023 to {}, each year: {}.", context.last, context.say("、", "; ").join(said)
    )


def _years(context: Context) -> list[int]:
    return [year for year in dict.fromkeys((*YEARS, context.last)) if reading.at_year_end(context.dataset, year) is not None]


def _stock_table(context: Context) -> Table | None:
    values = reading.members(context.dataset, "migrants", area=context.whole)
    if values is None:
        return None
    years = _years(context)
    at = [reading.at_year_end(context.dataset, year) for year in years]
    words = reading.words_of(context.dataset, "status", context.lang)
    codes = [code for code in reading.labels_of(context.dataset, "status") if code in (*reading.IN_TOWN, "absent")]
    scale = count_scale(float(np.nanmax(values.sum(axis=-1))), PERSONS, context.lang)
    rows = []
    for code in codes:
        i = reading.labels_of(context.dataset, "status").index(code)
        if not values[:, :, i].any():
            continue
        shown = [float(np.median(values[:, t, i].sum(axis=-1))) / scale.divisor for t in at if t is not None]
        rows.append(Row((words[code], *(number(value, scale.decimals) for value in shown))))
    caption = context.say("年末人数（{}，中位数）", "People at year end ({}, medians)", scale.unit.get(context.lang))
    note = context.say("“外出”是户口在本地、人在区域外的人。", "Living outside: registered here, living outside the region.")
    return Table(caption, (context.say("身份", "status"), *(str(year) for year in years)), rows, note=note)


def _left_table(context: Context) -> Table | None:
    values = reading.members(context.dataset, "left_behind", area=context.whole)
    if values is None or not values.any():
        return None
    years = _years(context)
    at = [reading.at_year_end(context.dataset, year) for year in years]
    words = reading.words_of(context.dataset, "member", context.lang)
    scale = count_scale(float(np.nanmax(values)), PERSONS, context.lang)
    rows = []
    for i, name in enumerate(words.values()):
        shown = [float(np.median(values[:, t, i])) / scale.divisor for t in at if t is not None]
        rows.append(Row((name, *(number(value, scale.decimals) for value in shown))))
    caption = context.say("年末留守人口（{}，中位数）", "People left behind at year end ({}, medians)", scale.unit.get(context.lang))
    note = context.say(
        "户主外出(区域内或区域外)、自己留在老家的未成年子女、配偶和老人。",
        "Children under 18, spouses and elders at home while the head lives away, in the region or outside.",
    )
    return Table(caption, (context.say("家庭成员", "member"), *(str(year) for year in years)), rows, note=note)


def _origin_table(context: Context) -> Table | None:
    values = reading.members(context.dataset, "migrants", area=context.whole)
    at = reading.at_year_end(context.dataset, context.last)
    if values is None or at is None:
        return None
    status = reading.labels_of(context.dataset, "status")
    kept = [status.index(code) for code in reading.IN_TOWN if code in status and values[:, :, status.index(code)].any()]
    middle = np.median(values[:, at][:, kept], axis=0)
    origins, words = reading.words_of(context.dataset, "origin", context.lang), reading.words_of(context.dataset, "status", context.lang)
    scale = count_scale(float(middle.max()), PERSONS, context.lang)
    rows = []
    for o, name in enumerate(origins.values()):
        total = middle[:, o].sum()
        share = percent(100 * middle[0, o] / total) if total > 0 else "—"
        rows.append(Row((name, *(number(float(value) / scale.divisor, scale.decimals) for value in middle[:, o]), share)))
    caption = context.say(
        "{} 年末：从哪里来（{}，中位数）", "End of {}: where they come from ({}, medians)", context.last, scale.unit.get(context.lang)
    )
    columns = (context.say("户口所在", "registered in"), *(words[status[i]] for i in kept), context.say("已落户占比", "share settled"))
    return Table(
        caption,
        columns,
        rows,
        note=context.say("已落户者按落户前的户口所在统计。", "Those who settled: by where they were registered before."),
    )
