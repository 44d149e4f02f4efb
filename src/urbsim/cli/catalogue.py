"""`urbsim list KIND`: what there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Lang
from urbsim.cli.tables import table
from urbsim.text import Language, Text

NAME = "list"
HELP = both(
    zh="""
    列出有哪些情景、地区、政策工具、指标或参数。

    \b
    示例：
      urbsim list scenarios
      urbsim list levers
    """,
    en="""
    List the scenarios, regions, levers, indicators or parameters there are.

    \b
    Examples:
      urbsim list scenarios
      urbsim list levers
    """,
)


class Kind(StrEnum):
    """What can be listed."""

    scenarios = "scenarios"
    regions = "regions"
    levers = "levers"
    indicators = "indicators"
    parameters = "parameters"


def command(
    ctx: typer.Context,
    kind: Annotated[
        Kind,
        typer.Argument(
            metavar="KIND",
            help=both(
                zh="scenarios 情景、regions 地区、levers 政策工具、indicators 指标、parameters 参数",
                en="scenarios, regions, levers, indicators or parameters",
            ),
        ),
    ],
    lang: Lang = None,
) -> None:
    """Print one line for each thing of this kind."""
    print(LISTS[kind](ctx.obj))


def _scenarios(lang: Language) -> str:
    from urbsim.scenario import load, shipped_scenarios

    header = [Text("情景", "scenario"), Text("地区", "region"), Text("标题", "title")]
    rows = []
    for name in shipped_scenarios():
        scenario = load(name)
        rows.append([name, scenario.region, scenario.title.get(lang)])
    return table([word.get(lang) for word in header], rows)


def _regions(lang: Language) -> str:
    from urbsim.regions import area_table, available_regions

    header = [Text("地区", "region"), Text("名称", "title"), Text("设区市", "prefectures"), Text("县级地区", "areas")]
    rows = []
    for name in available_regions():
        found = area_table(name)
        rows.append([name, found.title.get(lang), str(len(found.prefectures)), str(len(found.areas))])
    return table([word.get(lang) for word in header], rows, numbers=[2, 3])


def _levers(lang: Language) -> str:
    from urbsim.policy import LEVERS

    header = [Text("政策工具", "lever"), Text("单位", "unit"), Text("含义", "title")]
    rows = [[lever.name, lever.unit.get(lang), lever.title.get(lang)] for lever in LEVERS.values()]
    return table([word.get(lang) for word in header], rows)


def _indicators(lang: Language) -> str:
    from urbsim.results.indicators import INDICATORS

    header = [Text("指标", "indicator"), Text("单位", "unit"), Text("含义", "title")]
    rows = [[name, found.unit.get(lang), found.title.get(lang)] for name, found in INDICATORS.items()]
    return table([word.get(lang) for word in header], rows)


def _parameters(lang: Language) -> str:
    from urbsim.parameters import PARAMETERS

    header = [Text("符号", "symbol"), Text("名称", "name"), Text("中心值", "central"), Text("5%", "5%"), Text("95%", "95%")]
    header += [Text("单位", "unit"), Text("含义", "meaning")]
    rows = [
        [found.symbol, found.code, f"{found.central:g}", f"{found.low:g}", f"{found.high:g}", found.unit.get(lang), found.name.get(lang)]
        for found in PARAMETERS.values()
    ]
    return table([word.get(lang) for word in header], rows, numbers=[2, 3, 4])


LISTS: Mapping[Kind, Callable[[Language], str]] = {
    Kind.scenarios: _scenarios,
    Kind.regions: _regions,
    Kind.levers: _levers,
    Kind.indicators: _indicators,
    Kind.parameters: _parameters,
}
