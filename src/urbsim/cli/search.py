"""`urbsim search GOAL`: lever settings that meet targets at least cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Jobs, Lang, Output, Quiet, Scheduler, Threads, option
from urbsim.cli.progress import progress_bar
from urbsim.cli.run import REPORT, RESULTS, TABLES
from urbsim.cli.tables import table
from urbsim.text import Language, Text

if TYPE_CHECKING:
    from urbsim.search.optimise import Search

HELP = both(
    zh="""
    在预算之内，寻找达到目标而费用最低的政策设置：一条费用与达标概率的前沿。中断后再运行同一命令即可继续。

    \b
    示例：
      urbsim search homes_at_least_cost
      urbsim search mine.yaml --trials 200 -o results/mine
      urbsim search mine.yaml --scheduler tcp://10.0.0.1:8786
    """,
    en="""
    Find the lever settings that meet targets at least cost within a budget: a front of cost against probability. Start the same command
    again to go on after an interruption.

    \b
    Examples:
      urbsim search homes_at_least_cost
      urbsim search mine.yaml --trials 200 -o results/mine
      urbsim search mine.yaml --scheduler tcp://10.0.0.1:8786
    """,
)
COLUMNS = (
    Text("编号", "no."),
    Text("设置", "setting"),
    Text("费用，与基准之差", "cost against the base"),
    Text("全部达到", "all targets met"),
    Text("差距", "shortfall"),
)
NONE = Text("预算之内没有比基准更接近目标的设置。", "No setting within the budget comes nearer to the targets than the base.")


def command(
    ctx: typer.Context,
    goal: Annotated[
        str, typer.Argument(metavar="GOAL", help=both(zh="目标文件名称或文件(.yaml)", en="A shipped goal's name, or a file (.yaml)"))
    ],
    output: Output = None,
    trials: Annotated[
        int | None,
        option("--trials", metavar="N", min=2, zh="试多少个设置；默认依目标文件", en="Settings to try; by default as the goal says"),
    ] = None,
    jobs: Jobs = None,
    threads: Threads = 1,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Search, and write the front as table, picture and page."""
    from urbsim.experiments.folders import filling
    from urbsim.experiments.plan import cores
    from urbsim.experiments.tasks import Spread
    from urbsim.report.search_page import write_search_report
    from urbsim.results.tables import save_table
    from urbsim.search.goal import load_goal
    from urbsim.search.optimise import carry_out
    from urbsim.search.tables import trial_table, write_points

    language: Language = ctx.obj
    wanted = load_goal(goal)
    folder = output or RESULTS / f"{wanted.name}-{wanted.hash8}"
    with progress_bar(language, quiet) as progress:
        found = carry_out(wanted, folder, trials=trials, spread=Spread(jobs or cores(), scheduler), threads=threads, progress=progress)
    with filling(folder) as part:
        (part / "tables").mkdir()
        for name, frame in (("front", trial_table(found, found.front, commands=True)), ("trials", trial_table(found, found.trials))):
            save_table(frame, part / "tables" / f"{name}.csv")
        write_points(found, part)
        write_search_report(found, part, lang=language)
    if quiet:
        print(folder)
        return
    print(_table(found, language) if found.front else NONE.get(language))
    print()
    for label, path in ((REPORT, folder / "report.html"), (TABLES, folder / "tables")):
        print(f"{label.get(language)}{'：' if language == 'zh' else ': '}{path}")


def _table(found: Search, lang: Language) -> str:
    from urbsim.report.numbers import money, probability
    from urbsim.report.search_page import setting

    runs = found.goal.base.run.draws * found.goal.base.run.replicates
    rows = [
        [
            str(one.number), setting(found, one), money(one.found.cost, lang), probability(one.found.together, runs),
            f"{one.found.shortfall:.2f}",
        ]
        for one in found.front
    ]  # fmt: skip
    return table([column.get(lang) for column in COLUMNS], rows, numbers=[0, 2, 3, 4])
