"""The pictures of the report on one scenario, and how the pictures of any report are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import xarray as xr
from matplotlib.figure import Figure

from urbsim.report import canvas
from urbsim.report.figures import areas as tiles
from urbsim.report.figures import change, check, money, people, rates, services, targets
from urbsim.report.page import LANGUAGES
from urbsim.text import Language, Text

if TYPE_CHECKING:
    from urbsim.regions.model import Region

Builder = Callable[[Language], Figure]
HUKOU_RATE = Text("户籍人口城镇化率（%）", "hukou urbanization rate (%)")


def pictures(
    dataset: xr.Dataset, region: Region | None, *, frozen: xr.Dataset | None = None, areas: xr.Dataset | None = None
) -> dict[str, Builder]:
    """Return the pictures of the report by name, each to be built in a language.

    Of `dataset` only the row of the whole region is looked at if `areas` is given, which then holds the figures of all areas.
    """
    rows = dataset if areas is None else areas

    def map_hukou(lang: Language) -> Figure:
        return tiles.figure_map(rows, lang=lang, region=region, variable="hukou_urbanization_rate", unit=HUKOU_RATE)

    return {
        "targets": lambda lang: targets.figure_targets(dataset, lang=lang, region=region),
        "urbanization": lambda lang: rates.figure_urbanization(dataset, lang=lang, region=region, frozen=frozen),
        "change": lambda lang: change.figure_change(dataset, lang=lang, region=region),
        "streams": lambda lang: people.figure_streams(dataset, lang=lang, region=region),
        "queues": lambda lang: people.figure_queues(dataset, lang=lang, region=region),
        "tenure": lambda lang: people.figure_tenure(dataset, lang=lang, region=region),
        "map": lambda lang: tiles.figure_map(rows, lang=lang, region=region),
        "map_hukou": map_hukou,
        "services": lambda lang: services.figure_services(dataset, lang=lang, region=region),
        "costs": lambda lang: money.figure_costs(dataset, lang=lang, region=region),
        "check": lambda lang: check.figure_check(rows, lang=lang, region=region),
    }


def draw(builders: Mapping[str, Builder], languages: Iterable[Language] = LANGUAGES) -> dict[Language, dict[str, Figure]]:
    """Build every picture in these languages, by default in both."""
    return {lang: {name: build(lang) for name, build in builders.items()} for lang in languages}


def inline(figures: Mapping[Language, Mapping[str, Figure]]) -> dict[Language, dict[str, str]]:
    """Return the pictures as inline SVG."""
    return {lang: {name: canvas.to_svg(figure, f"{name}-{lang}") for name, figure in made.items()} for lang, made in figures.items()}
