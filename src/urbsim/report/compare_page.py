"""The report on a comparison: differences with intervals, by effect, year and area, and which of them are assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from urbsim.report import reading, run_page, run_pictures
from urbsim.report.assumed import AssumedEffect, assumed_table, shares
from urbsim.report.figures import compare
from urbsim.report.page import LANGUAGES, Body, render
from urbsim.report.sections import compared, origin, sure
from urbsim.report.sections.compared import Comparison, Shares
from urbsim.report.write import save
from urbsim.results.tables import save_table
from urbsim.text import Language, Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from urbsim.regions.model import Region
    from urbsim.scenario.model import Scenario


def write_compare_report(
    changes: xr.Dataset,
    folder: Path,
    *,
    region: Region,
    base: Scenario,
    others: Mapping[str, Scenario],
    provenance: Mapping[str, Any] | None = None,
    lang: Language = "zh",
    assumption_share: Shares | None = None,
    assumed: Sequence[AssumedEffect] = (),
    since: int = 2020,
) -> Path:
    """Write `report.html` and `figures/*.png` of a comparison into `folder`; return the page's path.

    `changes` comes from `urbsim.experiments.differences.differences` (dimension `scenario`); `others` gives the scenario behind each of
    its labels. `assumption_share[scenario][effect]` is the share (0..1) of an effect's variance that assumption-only parameters
    carry; above half the effect is called an assumption. It is taken from `assumed` if that is given, whose effects at low, central and
    high get a table of their own, also `tables/assumptions.csv`. Pictures start in `since`.
    """
    labels = reading.labels_of(changes, "scenario")
    known = assumption_share or shares(assumed)
    comparison = Comparison(changes, region, base, {name: others[name] for name in labels}, provenance or {}, known, assumed)
    if assumed:
        (folder / "tables").mkdir(exist_ok=True)
        save_table(assumed_table(assumed), folder / "tables" / "assumptions.csv")
    figures = run_pictures.draw(pictures(comparison, since))
    svg = run_pictures.inline(figures)
    page = render({code: body(replace(comparison, lang=code), svg[code]) for code in LANGUAGES}, lang)
    return save(folder, page, figures[lang])


def pictures(comparison: Comparison, since: int) -> dict[str, run_pictures.Builder]:
    """Return the pictures of a comparison by name."""
    changes, region = comparison.changes, comparison.region
    names = {name: scenario.title for name, scenario in comparison.others.items()}
    start = max(since, reading.first_year(changes))

    def over_time(lang: Language) -> Figure:
        return compare.figure_differences(changes, lang=lang, region=region, names=names, since=start)

    def tile_map(scenario: str) -> run_pictures.Builder:
        return lambda lang: compare.figure_difference_map(changes, scenario=scenario, lang=lang, region=region, names=names)

    return {"differences": over_time} | {f"map_{i}": tile_map(name) for i, name in enumerate(names)}


def body(comparison: Comparison, svg: Mapping[str, str]) -> Body:
    """Return the page in the language of `comparison`."""
    context = comparison.context()
    title = Text("情景比较：{}", "Comparison of scenarios: {}").get(comparison.lang)
    names = ("；" if comparison.lang == "zh" else "; ").join(comparison.title(name) for name in comparison.others)
    sections = [
        compared.section_asked(comparison),
        compared.section_answer(comparison),
        compared.section_path(comparison),
        compared.section_areas(comparison),
        compared.section_sure(comparison),
        sure.section_unknown(context),
        origin.section_again(context),
    ]
    runs = reading.count_members(comparison.changes)
    lines = [
        comparison.say(
            "{} · 与“{}”相比 · {} 对模拟",
            "{} · against the base: {} · {} paired runs",
            context.place,
            comparison.base.title.get(comparison.lang),
            runs,
        )
    ]
    return Body(title.format(names), lines, sections, svg, run_page.foot_line(context))
