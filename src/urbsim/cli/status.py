"""`urbsim status STUDY-RESULTS`: how far a sweep is, from another terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Lang
from urbsim.text import Language, Text

HELP = both(
    zh="""
    另开一个终端，看一项研究跑到了哪里：完成、失败、速度、剩余时间。

    \b
    示例：
      urbsim status results/hangzhou_quota_schools_homes-1a2b3c4d
    """,
    en="""
    Say from another terminal how far a sweep is: done, failed, pace, time left.

    \b
    Example:
      urbsim status results/hangzhou_quota_schools_homes-1a2b3c4d
    """,
)
DONE = Text(zh="完成 {done} / {total}（{share:.0f}%），失败 {failed}", en="{done} of {total} done ({share:.0f} %), {failed} failed")
PACE = Text(zh="正在运行：每分钟 {pace:.1f} 次，约剩 {left}", en="at work: {pace:.1f} runs a minute, about {left} left")
STARTING = Text(zh="正在运行，还没有完成的", en="at work, none finished yet")
IDLE = Text(zh="没有在运行；缺 {} 次，再次运行同一 sweep 命令即可继续", en="not at work; {} runs are missing: start the same sweep again")
ENDED = Text(zh="已全部完成", en="finished")
FAILURES = Text(zh="失败的原因和单独重跑的命令：{}", en="Why runs failed, and the commands that repeat them: {}")


def command(
    ctx: typer.Context,
    results: Annotated[Path, typer.Argument(metavar="STUDY-RESULTS", help=both(zh="研究的结果文件夹", en="The result folder of a sweep"))],
    lang: Lang = None,
) -> None:
    """Print where the sweep stands."""
    from urbsim.experiments.sweep_status import status_of
    from urbsim.experiments.words import told_time

    language: Language = ctx.obj
    found = status_of(results)
    share = 100.0 * found.done / found.total if found.total else 100.0
    print(DONE.get(language).format(done=found.done, total=found.total, failed=found.failed, share=share))
    missing = found.total - found.done - found.failed
    if found.at_work and found.seconds_left is not None:
        print(PACE.get(language).format(pace=found.per_minute, left=told_time(found.seconds_left).get(language)))
    elif found.at_work:
        print(STARTING.get(language))
    elif missing:
        print(IDLE.get(language).format(missing))
    elif not found.failed:
        print(ENDED.get(language))
    if found.failed:
        print(FAILURES.get(language).format(results / "failures"))
