"""`urbsim report RESULTS`: the report of a result again, in either language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Lang
from urbsim.text import Text

HELP = both(
    zh="""
    为已有的结果重新写报告和图，中文或英文。

    \b
    示例：
      urbsim report results/zhejiang_2027-1a2b3c4d --lang zh
    """,
    en="""
    Write the report and the figures of a result again, in Chinese or English.

    \b
    Example:
      urbsim report results/zhejiang_2027-1a2b3c4d --lang en
    """,
)
DONE = Text(zh="报告", en="Report")


def command(
    ctx: typer.Context,
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help=both(zh="结果文件夹", en="A result folder"))],
    lang: Lang = None,
) -> None:
    """Write report.html and figures/ into the result folder, replacing those that are there."""
    from urbsim.experiments.folders import filling
    from urbsim.regions import load_region
    from urbsim.report.write import write_report
    from urbsim.results.folder import SCENARIO
    from urbsim.results.storage import open_results
    from urbsim.scenario import load

    dataset = open_results(results)
    folder = results if results.is_dir() else results.parent
    scenario = load(folder / SCENARIO)
    provenance = json.loads(dataset.attrs["provenance"])
    with filling(folder) as part:
        write_report(dataset, part, region=load_region(scenario.region), scenario=scenario, provenance=provenance, lang=ctx.obj)
    print(f"{DONE.get(ctx.obj)}{'：' if ctx.obj == 'zh' else ': '}{folder / 'report.html'}")
