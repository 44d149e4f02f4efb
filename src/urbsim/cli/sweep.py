"""`urbsim sweep STUDY`: all runs of a design, each written when it is finished; started again, it goes on."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Lang, Output, Quiet
from urbsim.cli.progress import say_compiling, tally_bar
from urbsim.cli.run import RESULTS, WHERE
from urbsim.cli.shared import Shared, with_shared
from urbsim.experiments.failure import Interrupted
from urbsim.text import Language, Text

if TYPE_CHECKING:
    from urbsim.experiments.sweep import SweepPlan
    from urbsim.experiments.sweep_progress import Tally

HELP = both(
    zh="""
    按研究文件运行一整套组合(政策、参数)；每次运行完成即写入，中断后再运行同一命令，只补缺的。另开一个终端用 urbsim status 看进度。

    \b
    示例：
      urbsim sweep hangzhou_quota_schools_homes
      urbsim sweep mine.yaml --draws 3 -o results/mine
      urbsim sweep mine.yaml --scheduler tcp://10.0.0.1:8786
    """,
    en="""
    Run all combinations of a study (levers, parameters). Every run is written when it is finished: after an interruption the same command
    does what is missing. `urbsim status` says from another terminal how far it is.

    \b
    Examples:
      urbsim sweep hangzhou_quota_schools_homes
      urbsim sweep mine.yaml --draws 3 -o results/mine
      urbsim sweep mine.yaml --scheduler tcp://10.0.0.1:8786
    """,
)
FAILED = Text(zh="失败 {} 次；原因和单独重跑的命令见 {}。", en="{} runs failed; why, and how to repeat them, is in {}.")
STOPPED = Text(
    zh="已中断。完成的运行都在 {}，再次运行同一命令即可继续。",
    en="Interrupted. Finished runs are in {}: start the same command again to go on.",
)
ALL_THERE = Text(zh="{} 次运行都已完成，没有要补的。", en="All {} runs are there already.")


@with_shared
def command(
    ctx: typer.Context,
    study: Annotated[
        str, typer.Argument(metavar="STUDY", help=both(zh="研究名称或文件(.yaml)", en="A shipped study's name, or a file (.yaml)"))
    ],
    shared: Shared,
    output: Output = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Run what is missing and say what there is."""
    from urbsim.experiments.sweep import make_sweep

    plan = make_sweep(study, **shared.asked())
    carry_out(plan, output or RESULTS / f"{plan.study.name}-{plan.study.hash8}", ctx.obj, quiet)


def carry_out(plan: SweepPlan, folder: Path, lang: Language, quiet: bool) -> None:
    """Carry out a plan; raises Exit with status 1 if runs failed."""
    from urbsim.experiments import sweep
    from urbsim.experiments.sweep_folder import FAILURES, check_size

    check_size(plan, folder)
    announce(plan, lang, quiet)
    try:
        with tally_bar(lang, quiet) as progress:
            tally = sweep.carry_out(plan, folder, progress)
    except KeyboardInterrupt:
        raise Interrupted(Text(*(words.format(shlex.quote(str(folder))) for words in STOPPED))) from None
    if quiet:
        print(folder)
    else:
        _tell(tally, folder, lang)
    if tally.failed:
        print(FAILED.get(lang).format(tally.failed, folder / FAILURES), file=sys.stderr)
        raise typer.Exit(1)


def announce(plan: SweepPlan, lang: Language, quiet: bool) -> None:
    """Say on standard error what is about to be done, and roughly what it takes."""
    from urbsim.experiments.design import size
    from urbsim.experiments.sweep_folder import estimate
    from urbsim.experiments.words import told_size, told_time

    if quiet:
        return
    run, (seconds, room) = plan.study.base.run, estimate(plan)
    where = plan.plan.scheduler or str(plan.plan.jobs)
    words = Text(
        zh=f"{plan.study.name}：{size(plan.study)} 个设计点 × 抽样 {run.draws} × 重复 {run.replicates} = {plan.runs} 次运行，每个代理代表 "
        f"{run.weight} 户，进程 {where}；粗估 {told_time(seconds).zh}、{told_size(room)}。",
        en=f"{plan.study.name}: {size(plan.study)} points x {run.draws} draws x {run.replicates} replicates = {plan.runs} runs, "
        f"households per agent {run.weight}, processes {where}; roughly {told_time(seconds).en} and {told_size(room)} of disk.",
    )
    print(words.get(lang), file=sys.stderr)
    say_compiling(lang)


def _tell(tally: Tally, folder: Path, lang: Language) -> None:
    if tally.before == tally.total:
        print(ALL_THERE.get(lang).format(tally.total))
    print(f"{WHERE.get(lang)}{'：' if lang == 'zh' else ': '}{folder}")
