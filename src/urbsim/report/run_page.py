"""The report on one scenario: its sections and the page; its pictures are those of `run_pictures`, and nothing here loads matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import xarray as xr

from urbsim.report import reading
from urbsim.report.page import LANGUAGES, Body, render
from urbsim.report.sections import answer, areas, asked, money, origin, path, people, services, sure
from urbsim.report.sections.context import Context
from urbsim.text import Language

if TYPE_CHECKING:
    from urbsim.regions.model import Region
    from urbsim.scenario.model import Scenario


def render_run(
    dataset: xr.Dataset,
    svg: Callable[[], Mapping[Language, Mapping[str, str]]],
    *,
    region: Region | None,
    scenario: Scenario,
    provenance: Mapping[str, Any],
    lang: Language,
) -> str:
    """Return the page of one run; `svg` waits for its pictures by language and name, asked for when all is written."""
    context = Context(dataset, region, scenario, provenance)
    bodies = {code: body(replace(context, lang=code)) for code in LANGUAGES}
    pictures = svg()
    return render({code: replace(bodies[code], pictures=pictures[code]) for code in LANGUAGES}, lang)


def body(context: Context) -> Body:
    """Return the page in the language of `context`, without its pictures."""
    sections = [
        asked.section(context),
        answer.section(context),
        path.section_path(context),
        path.section_why(context),
        people.section(context),
        areas.section(context),
        services.section(context),
        money.section(context),
        sure.section(context),
        sure.section_unknown(context),
        origin.section_sources(context),
        origin.section_again(context),
    ]
    return Body(context.scenario.title.get(context.lang), head_lines(context), sections, {}, foot_line(context))


def head_lines(context: Context) -> list[str]:
    """Return the lines under the title: place, period, number of runs, version of the scenario."""
    first, last = reading.first_year(context.dataset), context.last
    return [
        context.say("{} · {}—{} 年 · {} 次模拟", "{} · {}–{} · {} runs", context.place, first, last, context.runs),
        context.say("情景 {}（{}）", "scenario {} ({})", context.scenario.name, context.scenario.hash8),
    ]


def foot_line(context: Context) -> str:
    """Return the last line of the page."""
    software = context.provenance.get("urbsim", {})
    version = str(software.get("version", "")) if isinstance(software, Mapping) else ""
    return context.say(
        "由 urbsim {} 生成。模型结果是按情景推算的可能，不是官方统计。",
        "Made by urbsim {}. Model results show what a scenario may lead to; they are no official statistics.",
        version,
    )
