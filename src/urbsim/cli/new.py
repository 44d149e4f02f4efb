"""`urbsim new FILE --from SCENARIO`: a commented copy to edit."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Lang
from urbsim.errors import DiskError, Problem, UserError
from urbsim.text import Text

NAME = "new"
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
HEADER = Text(
    zh="""\
# 由 {source} 复制而来。检查、运行、与原情景比较：
#   urbsim check {file}
#   urbsim run {file}
#   urbsim compare {source} {file}
# 有哪些政策工具、怎样取值：urbsim list levers，urbsim explain settlement.quota
""",
    en="""\
# A copy of {source}. Check it, run it, compare it with the original:
#   urbsim check {file}
#   urbsim run {file}
#   urbsim compare {source} {file}
# What there is to set, and how: urbsim list levers, urbsim explain settlement.quota
""",
)


def command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=both(zh="要写的文件(.yaml)", en="The file to write (.yaml)"))],
    source: Annotated[
        str,
        typer.Option("--from", metavar="SCENARIO", help=both(zh="从哪个情景复制", en="The scenario to copy"), show_default=False),
    ],
    lang: Lang = None,
) -> None:
    """Write the copy, check it and say what to do next."""
    from urbsim.policy.yamlnodes import read_text
    from urbsim.scenario import load
    from urbsim.scenario.find import find_scenario

    if file.suffix not in (".yaml", ".yml"):
        raise _mistake(file, Text("文件名应以 .yaml 结尾。", "The file's name must end in .yaml."))
    load(source)
    path, shown = find_scenario(source)
    text = renamed(without_header(read_text(path, shown)), name_for(file, path.stem))
    _write(file, HEADER.get(ctx.obj).format(source=source, file=file) + text)
    try:
        load(file)
    except UserError:
        file.unlink()
        raise
    print(Text(f"已写好 {file}。接下来：urbsim check {file}", f"Wrote {file}. Next: urbsim check {file}").get(ctx.obj))


def name_for(file: Path, source: str) -> str:
    """Return a scenario name made of the file's name, or of the source's where the file's has no usable letters.

    >>> name_for(Path("plans/my plan-2.yaml"), "base"), name_for(Path("杭州.yaml"), "base"), name_for(Path("2025.yaml"), "base")
    ('my_plan-2', 'base_copy', 'base_2025')
    """
    words = re.sub(r"[^A-Za-z0-9_-]+", "_", file.stem).strip("_")
    if not words:
        return f"{source}_copy"[:64]
    return (words if words[0].isalpha() else f"{source}_{words}")[:64]


def renamed(text: str, name: str) -> str:
    r"""Return a scenario file's text with another name.

    >>> renamed("# first\nname: old  # why\nregion: x\n", "new")
    '# first\nname: new\nregion: x\n'
    """
    return re.sub(r"(?m)^name:.*$", f"name: {name}", text, count=1)


def without_header(text: str) -> str:
    r"""Return the text without an earlier copy's header.

    >>> without_header(HEADER.en.format(source="a", file="b") + "name: c\n")
    'name: c\n'
    """
    for header in HEADER:
        first, last = header.splitlines()[0].split("{")[0], header.splitlines()[-1]
        head, found, rest = text.partition(last + "\n")
        if found and head.startswith(first):
            return rest
    return text


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            try:
                stream.write(text)
                stream.flush()
            except OSError:
                file.unlink()
                raise
    except FileExistsError:
        raise _mistake(file, Text("文件已存在，未作改动。", "The file is there already and was left as it is.")) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskError(Text(f"磁盘已满，无法写入 {file}。", f"The disk is full: {file} was not written.")) from error
        raise _mistake(file, Text(f"无法写入：{reason}。", f"It cannot be written: {reason}.")) from error


def _mistake(file: Path, words: Text) -> UserError:
    return UserError([Problem(words, file=str(file))])
