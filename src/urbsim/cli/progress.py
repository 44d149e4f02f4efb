"""The progress bar: quarters done over all runs, with the time left."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from urbsim.cli.check import NOTE
from urbsim.text import Language, Text

if TYPE_CHECKING:
    from urbsim.experiments.plan import Plan

LABEL = Text(zh="模拟", en="Simulating")
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

    with tqdm(desc=LABEL.get(lang), bar_format=FORMAT.get(lang), total=1, leave=False, file=sys.stderr, dynamic_ncols=True) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show


def announce(plans: Sequence[Plan], lang: Language, quiet: bool) -> None:
    """Say on standard error what is about to be simulated, and what deserves a second look in the scenarios."""
    if quiet:
        return
    for plan in plans:
        for note in plan.scenario.notes:
            print(f"{plan.scenario.name}: {NOTE.get(lang)}{note.get(lang)}", file=sys.stderr)
    first = plans[0]
    run, period = first.scenario.run, first.scenario.period
    names = ", ".join(plan.scenario.name for plan in plans)
    words = Text(
        zh=f"{names}：{run.draws} 次抽样 × {run.replicates} 次重复，至 {period.until}，每个代理代表 {run.weight} 户，{first.jobs} 个进程。",
        en=f"{names}: {run.draws} draws × {run.replicates} replicates, to {period.until}, "
        f"an agent stands for {run.weight} households, {first.jobs} processes.",
    )
    print(words.get(lang), file=sys.stderr)
