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

HELP = both(
    zh="""
    列出有哪些情景、研究、目标、地区、政策工具、指标或参数。

    \b
    示例：
      urbsim list scenarios
      urbsim list levers
    """,
    en="""
    List the scenarios, studies, goals, regions, levers, indicators or parameters there are.

    \b
    Examples:
      urbsim list scenarios
      urbsim list levers
    """,
)


class Kind(StrEnum):
    """What can be listed."""

    scenarios = "scenarios"
    studies = "studies"
    goals = "goals"
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
                zh="scenarios 情景、studies 研究、goals 目标、regions 地区、levers 政策工具、indicators 指标、parameters 参数",
                en="scenarios, studies, goals, regions, levers, indicators or parameters",
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


def _studies(lang: Language) -> str:
    from urbsim.experiments.design import runs_of
    from urbsim.experiments.study import load_study
    from urbsim.scenario.kinds import shipped_studies

    header = [Text("研究", "study"), Text("基准情景", "base"), Text("运行次数", "runs"), Text("标题", "title")]
    rows = []
    for name in shipped_studies():
        study = load_study(name)
        rows.append([name, study.base.name, str(runs_of(study)), study.title.get(lang)])
    return table([word.get(lang) for word in header], rows, numbers=[2])


def _goals(lang: Language) -> str:
    from urbsim.scenario.kinds import shipped_goals
    from urbsim.search.goal import load_goal

    header = [Text("目标文件", "goal"), Text("基准情景", "base"), Text("目标数", "targets"), Text("标题", "title")]
    rows = []
    for name in shipped_goals():
        goal = load_goal(name)
        rows.append([name, goal.base.name, str(len(goal.targets)), goal.title.get(lang)])
    return table([word.get(lang) for word in header], rows, numbers=[2])


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
    Kind.studies: _studies,
    Kind.goals: _goals,
    Kind.regions: _regions,
    Kind.levers: _levers,
    Kind.indicators: _indicators,
    Kind.parameters: _parameters,
}
