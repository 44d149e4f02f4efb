"""Sources of the published figures, and how to make the result again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from urbsim.report import reading
from urbsim.report.blocks import Block, Code, Paragraph, Row, Section, Table
from urbsim.report.sections.context import Context
from urbsim.report.sources import UNCHECKED, fact_of, tag_words
from urbsim.report.words import provenance_name


def section_sources(context: Context) -> Section:
    """Return the section that lists where the published figures of this report come from."""
    known = set(reading.labels_of(context.dataset, "area"))
    points = [
        point
        for point in (context.region.published if context.region else ())
        if point.area in known and point.variable in context.dataset.data_vars
    ]
    groups: dict[tuple[str, str, str], list[int]] = {}
    for point in points:
        fact = fact_of(context.region, point.source)
        if fact is not None:
            title = (
                fact.title
                if fact.tag not in UNCHECKED
                else context.say("（凭记忆，未在来源核实）", "(from memory, not verified at the source)")
            )
            groups.setdefault((fact.issuer, title, fact.tag), []).append(point.date.year)
    rows = []
    for (issuer, title, tag), years in sorted(groups.items(), key=lambda item: -len(item[1])):
        span = str(min(years)) if min(years) == max(years) else f"{min(years)}–{max(years)}"
        rows.append(Row((issuer, title or "—", tag_words(tag, context.lang), span, str(len(years))), "flag" if tag in UNCHECKED else ""))
    columns = context.say("发布者|题名|核实程度|年份|数据点", "issuer|title|how checked|years|figures").split("|")
    blocks: list[Block] = [
        Paragraph(
            context.say(
                "下表是本报告用来对照的公布数据。各项政策数值的依据见第一节；完整的数据出处随软件附带（DATA-LICENCES.md，urbsim explain）"
                "。",
                "Published figures that this report compares with. References of policy values stand in the first section; all sources "
                "of data come with the software (DATA-LICENCES.md, urbsim explain).",
            )
        ),
        Table(context.say("公布数据的来源", "Sources of published figures"), tuple(columns), rows, text_columns=4, fold=len(rows) > 12),
    ]
    return Section("sources", context.say("资料来源", "Sources"), blocks)


def section_again(context: Context) -> Section:
    """Return the section with the command that gives the same result, and the provenance."""
    hidden = ("command", "run_identity")
    shown = {name: value for name, value in context.provenance.items() if name not in hidden}
    rows = [Row((provenance_name(name, context.lang), value)) for name, value in flat(shown)]
    command = context.provenance.get("command")
    seeds = getattr(context.scenario, "run", None)
    if not command:
        runs = context.dataset.sizes.get("draw", 1), context.dataset.sizes.get("replicate", 1)
        command = f"urbsim run scenario.yaml --draws {runs[0]} --replicates {runs[1]}"
        command += f" --seed {seeds.seed} --weight {seeds.weight}" if seeds is not None else ""
    again = context.say(
        "结果文件夹里的 scenario.yaml 写有全部数值。下面的命令得出同样的结果；content_hash 相同即逐位相同。",
        "scenario.yaml in the result folder holds every value. This command repeats the result; the same content_hash means the same bits.",
    )
    blocks: list[Block] = [Paragraph(again), Code(str(command))]
    if rows:
        blocks.append(
            Table(context.say("来历", "Provenance"), (context.say("项目", "item"), context.say("内容", "content")), rows, text_columns=2)
        )
    return Section("again", context.say("怎样重做", "How to make it again"), blocks)


def flat(values: Mapping[str, Any], prefix: str = "", limit: int = 200) -> Iterator[tuple[str, str]]:
    """Return nested values as `name.sub` and text, long texts cut (the resolved scenario is a file of its own)."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.", limit)
        elif "\n" not in str(value):
            text = str(value)
            yield f"{prefix}{name}", text if len(text) <= limit else text[:limit] + " …"
