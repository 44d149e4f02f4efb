"""`urbsim new FILE --from SCENARIO`: a commented copy to edit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Lang, option
from urbsim.text import Text

HELP = both(
    zh="""
    从一个情景复制出一份带注释的文件，用来修改。

    \b
    示例：
      urbsim new mine.yaml --from zhejiang_2027
    """,
    en="""
    Write a commented copy of a scenario to edit.

    \b
    Example:
      urbsim new mine.yaml --from zhejiang_2027
    """,
)
DONE = Text(
    zh="""\
已写好 {file}。改完后：
  urbsim check {file}
  urbsim run {file}
  urbsim compare {source} {file}""",
    en="""\
Wrote {file}. When you have changed it:
  urbsim check {file}
  urbsim run {file}
  urbsim compare {source} {file}""",
)


def command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=both(zh="要写的文件(.yaml)", en="The file to write (.yaml)"))],
    source: Annotated[
        str,
        option("--from", metavar="SCENARIO", zh="从哪个情景复制", en="The scenario to copy"),
    ],
    lang: Lang = None,
) -> None:
    """Write the copy and say what to do next."""
    from urbsim.scenario.new import new_file

    path = new_file(source, file)
    print(DONE.get(ctx.obj).format(file=path, source=source))
