"""What it costs and who pays."""

from __future__ import annotations

import numpy as np

from urbsim.report import reading
from urbsim.report.blocks import Block, Paragraph, Picture, Row, Section, Table
from urbsim.report.numbers import money, money_scale, number, percent
from urbsim.report.sections.context import Context


def section(context: Context) -> Section:
    """Return the section on cost by payer and item."""
    blocks: list[Block] = []
    found = reading.members(context.dataset, "cost", area=context.whole)
    if found is not None:
        mean = np.nan_to_num(found).mean(axis=0)
        blocks.append(Paragraph(_sentence(context, mean[-1]), "lead"))
    blocks.append(Picture("costs", context.say("按承担者和项目的费用", "cost by payer and item")))
    if found is not None:
        blocks.append(_table(context, mean[-1]))
    note = context.say(
        "费用按公布的人均或单位标准乘以人数、学位和套数推算，是数量级，不是预算。奖励资金由上级拨给地方：拨付者为正，接受者为负。",
        "Costs are published costs per head or unit times people, places and homes: orders of magnitude, no budget. A grant is a "
        "transfer: positive for who gives, negative for who receives.",
    )
    blocks.append(Paragraph(note, "note"))
    return Section("money", context.say("钱从哪里来", "Money: what it costs and who pays"), blocks)


def _sentence(context: Context, cost: reading.Floats) -> str:
    payers = reading.words_of(context.dataset, "payer", context.lang)
    paid = cost.sum(axis=0)
    total = float(paid.sum())
    order = [i for i in np.argsort(-paid) if paid[i] > 0][:3]
    names = list(payers.values())
    named = context.say("、", ", ").join(f"{names[i]} {percent(100 * float(paid[i]) / total, 0)}" for i in order) if total > 0 else "—"
    return context.say(
        "{} 年与农业转移人口有关的各项费用合计约 {}，承担最多的是：{}。",
        "In {} the costs connected with rural-origin people add up to about {}, mainly borne by: {}.",
        context.last, money(total, context.lang), named,
    )  # fmt: skip


def _table(context: Context, cost: reading.Floats) -> Table:
    payers, items = reading.words_of(context.dataset, "payer", context.lang), reading.words_of(context.dataset, "item", context.lang)
    scale = money_scale(float(np.abs(cost).sum(axis=1).max()), context.lang)
    rows = []
    for i, name in enumerate(items.values()):
        if np.abs(cost[i]).sum() > 0:
            rows.append(
                Row(
                    (
                        name,
                        *(number(float(value) / scale.divisor, 1) if value else "—" for value in cost[i]),
                        number(float(cost[i].sum()) / scale.divisor, 1),
                    )
                )
            )
    paid = cost.sum(axis=0)
    total = (
        context.say("合计", "total"),
        *(number(float(v) / scale.divisor, 1) for v in paid),
        number(float(paid.sum()) / scale.divisor, 1),
    )
    rows.append(Row(total, "strong"))
    caption = context.say(
        "{} 年费用（{}，当年价格，平均）", "Cost in {} ({}, current prices, means)", context.last, scale.unit.get(context.lang)
    )
    return Table(caption, (context.say("项目", "item"), *payers.values(), context.say("合计", "total")), rows)
