"""`urbsim replay RESULTS`: run a result again from its own record, and say whether it is the same, bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Jobs, Lang, Quiet, Threads
from urbsim.cli.progress import progress_bar
from urbsim.text import Language, Text

HELP = both(
    zh="""
    按结果文件自己的记录重新运行一次，核对是否逐位相同；不写任何文件。相同则退出码为 0，不同为 1。

    \b
    示例：
      urbsim replay results/zhejiang_2027-1a2b3c4d
    """,
    en="""
    Run a result again from what its own file records and say whether it is the same, bit for bit. Writes nothing; exit status 0 if the
    same, 1 if not.

    \b
    Example:
      urbsim replay results/zhejiang_2027-1a2b3c4d
    """,
)
SAME = Text(zh="逐位相同。", en="The same, bit for bit.")
OTHER = Text(zh="不同：有 {} 个变量的数值变了。", en="Not the same: {} variables differ.")
ALTERED = Text(
    zh="注意：文件内容与写成时记录的校验码不符，写成之后被改动过。",
    en="Note: the file does not have the hash that was recorded when it was written: it was altered since.",
)
ROW = Text(zh="  {}：{} 个值中 {} 个不同，最大相差 {:.6g}", en="  {}: of {} values {} differ, by {:.6g} at most")
CHANGED = Text(zh="与记录时不同的程序：{}", en="Not as recorded: {}")
SHOWN = 20


def command(
    ctx: typer.Context,
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help=both(zh="结果文件夹", en="A result folder"))],
    jobs: Jobs = None,
    threads: Threads = 1,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Replay the result and tell."""
    from urbsim.experiments.replay import Verdict, replay

    language: Language = ctx.obj
    with progress_bar(language, quiet) as progress:
        verdict: Verdict = replay(results, jobs=jobs, threads=threads, progress=progress)
    if verdict.altered:
        print(ALTERED.get(language))
    print(SAME.get(language) if verdict.same else OTHER.get(language).format(len(verdict.differences)))
    print(f"content_hash {verdict.held}" + ("" if verdict.same else f" / {verdict.again}"))
    for row in verdict.differences[:SHOWN]:
        print(ROW.get(language).format(row.name, row.of, row.values, row.most))
    if verdict.changed and not verdict.same:
        separator = "；" if language == "zh" else "; "
        print(CHANGED.get(language).format(separator.join(f"{name} {then} → {now}" for name, (then, now) in verdict.changed.items())))
    if not verdict.same:
        raise typer.Exit(1)
