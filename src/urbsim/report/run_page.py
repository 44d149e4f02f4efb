"""The report on one scenario: its sections, its pictures, the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import xarray as xr

from urbsim.report import canvas, reading
from urbsim.report.figures import areas, change, check, money, people, rates, services, targets
from urbsim.report.page import LANGUAGES, Body, render
from urbsim.report.sections import answer, asked, origin, path, sure
from urbsim.report.sections import areas as areas_section
from urbsim.report.sections import money as money_section
from urbsim.report.sections import people as people_section
from urbsim.report.sections import services as services_section
from urbsim.report.sections.context import Context
from urbsim.text import Language, Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from urbsim.regions.model import Region
    from urbsim.scenario.model import Scenario

Builder = Callable[[Language], "Figure"]
HUKOU_RATE = Text("户籍人口城镇化率（%）", "hukou urbanization rate (%)")


def pictures(dataset: xr.Dataset, region: Region | None, *, frozen: xr.Dataset | None = None) -> dict[str, Builder]:
    """Return the pictures of the report by name, each to be built in a language."""

    def map_hukou(lang: Language) -> Figure:
        return areas.figure_map(dataset, lang=lang, region=region, variable="hukou_urbanization_rate", unit=HUKOU_RATE)

    return {
        "targets": lambda lang: targets.figure_targets(dataset, lang=lang, region=region),
        "urbanization": lambda lang: rates.figure_urbanization(dataset, lang=lang, region=region, frozen=frozen),
        "change": lambda lang: change.figure_change(dataset, lang=lang, region=region),
        "streams": lambda lang: people.figure_streams(dataset, lang=lang, region=region),
        "queues": lambda lang: people.figure_queues(dataset, lang=lang, region=region),
        "tenure": lambda lang: people.figure_tenure(dataset, lang=lang, region=region),
        "map": lambda lang: areas.figure_map(dataset, lang=lang, region=region),
        "map_hukou": map_hukou,
        "services": lambda lang: services.figure_services(dataset, lang=lang, region=region),
        "costs": lambda lang: money.figure_costs(dataset, lang=lang, region=region),
        "check": lambda lang: check.figure_check(dataset, lang=lang, region=region),
    }


def draw(builders: Mapping[str, Builder], languages: Iterable[Language] = LANGUAGES) -> dict[Language, dict[str, Figure]]:
    """Build every picture in these languages, by default in both."""
    return {lang: {name: build(lang) for name, build in builders.items()} for lang in languages}


def inline(figures: Mapping[Language, Mapping[str, Figure]]) -> dict[Language, dict[str, str]]:
    """Return the pictures as inline SVG."""
    return {lang: {name: canvas.to_svg(figure, f"{name}-{lang}") for name, figure in made.items()} for lang, made in figures.items()}


def render_run(
    dataset: xr.Dataset,
    svg: Mapping[Language, Mapping[str, str]],
    *,
    region: Region | None,
    scenario: Scenario,
    provenance: Mapping[str, Any],
    lang: Language,
) -> str:
    """Return the page of one run; `svg` are its pictures by language and name."""
    context = Context(dataset, region, scenario, provenance)
    return render({code: body(replace(context, lang=code), svg[code]) for code in LANGUAGES}, lang)


def body(context: Context, svg: Mapping[str, str]) -> Body:
    """Return the page in the language of `context`."""
    sections = [
        asked.section(context),
        answer.section(context),
        path.section_path(context),
        path.section_why(context),
        people_section.section(context),
        areas_section.section(context),
        services_section.section(context),
        money_section.section(context),
        sure.section(context),
        sure.section_unknown(context),
        origin.section_sources(context),
        origin.section_again(context),
    ]
    return Body(context.scenario.title.get(context.lang), head_lines(context), sections, svg, foot_line(context))


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
