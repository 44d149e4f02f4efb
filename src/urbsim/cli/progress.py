"""The progress bar: quarters done over all runs, with the time left."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from urbsim.cli.check import NOTE
from urbsim.text import Language, Text

if TYPE_CHECKING:
    from urbsim.experiments.plan import Plan
    from urbsim.experiments.sweep_progress import Tally

LABEL = Text(zh="模拟", en="Simulating")
RUNS = Text(
    zh="{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} 次，{rate_fmt}，已用 {elapsed}，还需 {remaining}{postfix}",
    en="{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} runs, {rate_fmt}, {elapsed} gone, {remaining} left{postfix}",
)
FAILURES = Text(zh="失败 {}", en="{} failed")
COMPILING = Text(
    zh="这一版本第一次运行，先要编译一次，进度条会停一会儿。",
    en="The first run of this version compiles the model once; the progress bar will wait for it.",
)
WRITING = Text(zh="正在写报告、图和表格……", en="Writing the report, its pictures and tables ...")
SIZE = Text(
    zh="2010 年普查时约有农村户籍家庭 {:.0f} 万户，分作约 {:,.0f} 个代理。",
    en="About {:.2f} million households of rural origin at the census of 2010, as some {:,.0f} agents.",
)
UNFITTED = Text(
    zh="注意：区域 {} 还没有拟合过。参数取自先验分布，各地的常数为零，结果没有对过 2020 年普查，水平和差异都不能当作预测。",
    en="Warning: region {} has not been fitted. Parameters are prior draws, place constants are zero and nothing was held against the 2020 "
    "census: neither levels nor differences are forecasts.",
)
FORMAT = Text(
    zh="{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} 季，已用 {elapsed}，还需 {remaining}",
    en="{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} quarters, {elapsed} gone, {remaining} left",
)


@contextlib.contextmanager
def progress_bar(lang: Language, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that takes (quarters done, quarters in all) and draws; nothing is drawn if `quiet` or off a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    # tqdm alone draws nothing on a terminal that does not tell its size
    place: dict[str, Any] = {"file": sys.stderr, "ncols": shutil.get_terminal_size().columns - 1, "nrows": 2}
    with contextlib.ExitStack() as stack:

        @cache
        def bar(total: int) -> Any:
            return stack.enter_context(tqdm(desc=LABEL.get(lang), bar_format=FORMAT.get(lang), total=total, leave=False, **place))

        yield lambda done, total: bar(total).update(done - bar(total).n)


@contextlib.contextmanager
def tally_bar(lang: Language, quiet: bool) -> Iterator[Callable[[Tally], None] | None]:
    """Give a function that takes the tally of a sweep and draws runs done, pace, time left, failures; silent like `progress_bar`."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    place: dict[str, Any] = {"file": sys.stderr, "ncols": shutil.get_terminal_size().columns - 1, "nrows": 2}
    with tqdm(desc=LABEL.get(lang), bar_format=RUNS.get(lang), leave=False, smoothing=0.05, **place) as bar:

        def show(tally: Tally) -> None:
            if bar.total is None:
                bar.reset(total=tally.total)
                bar.initial = bar.n = tally.before
            bar.set_postfix_str(FAILURES.get(lang).format(tally.failed), refresh=False)
            bar.update(tally.before + tally.done + tally.failed - bar.n)

        yield show


def announce(plans: Sequence[Plan], lang: Language, quiet: bool) -> None:
    """Say on standard error what is about to be simulated, and what deserves a second look in the scenarios."""
    if quiet:
        return
    for plan in plans:
        for note in plan.scenario.notes:
            print(f"{plan.scenario.name}: {NOTE.get(lang)}{note.get(lang)}", file=sys.stderr)
    from urbsim.parameters.ensemble import members_of

    for region in dict.fromkeys(plan.scenario.region for plan in plans):
        if members_of(region) is None:
            print(UNFITTED.get(lang).format(region), file=sys.stderr)
    first = plans[0]
    run, period = first.scenario.run, first.scenario.period
    names = ", ".join(plan.scenario.name for plan in plans)
    words = Text(
        zh=f"{names}：抽样 {run.draws} 次，每次重复 {run.replicates} 次，至 {period.until}，"
        f"每个代理代表 {run.weight} 户，进程 {first.jobs} 个。",
        en=f"{names}: draws {run.draws}, replicates {run.replicates}, until {period.until}, "
        f"households per agent {run.weight}, processes {first.jobs}.",
    )
    print(words.get(lang), file=sys.stderr)
    from urbsim.population.plan import households_of
    from urbsim.regions import load_region

    households = households_of(load_region(first.scenario.region))
    print(SIZE.get(lang).format(households / 1e4 if lang == "zh" else households / 1e6, households / run.weight), file=sys.stderr)
    say_compiling(lang)


def say_compiling(lang: Language) -> None:
    """Say that the first run of this version compiles the model, if that is still to come."""
    from urbsim import cache

    if not cache.kernels().exists():
        print(COMPILING.get(lang), file=sys.stderr)


def say_writing(lang: Language, quiet: bool) -> None:
    """Say on standard error that the simulation is over and the report is being written."""
    if not quiet:
        print(WRITING.get(lang), file=sys.stderr)
