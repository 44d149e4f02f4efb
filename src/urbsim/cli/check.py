"""`urbsim check PATH...`: everything that is wrong, at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Lang
from urbsim.errors import Problem, UserError
from urbsim.text import Text

HELP = both(
    zh="""
    一次指出情景、研究、目标文件或地区文件夹里的所有错误，带行号。

    \b
    示例：
      urbsim check mine.yaml
      urbsim check scenarios/*.yaml
    """,
    en="""
    Say everything that is wrong with scenarios, studies, goals or region folders, at once, with line numbers.

    \b
    Examples:
      urbsim check mine.yaml
      urbsim check scenarios/*.yaml
    """,
)
NOTE = Text(zh="请留意：", en="please note: ")
FINE = Text(zh="没有发现问题。", en="no problem found.")


def command(
    ctx: typer.Context,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help=both(zh="情景或研究的文件、名称，或地区文件夹", en="Files or names of scenarios and studies, region folders"),
        ),
    ],
    lang: Lang = None,
) -> None:
    """Check every path; what is fine goes to standard output with what deserves a second look, problems leave with status 2."""
    problems: list[Problem] = []
    for path in paths:
        found, notes = look_at(path)
        problems += found
        if not found:
            print(f"{path}: {FINE.get(ctx.obj)}")
        for note in notes:
            print(f"{path}: {NOTE.get(ctx.obj)}{note.get(ctx.obj)}")
    if problems:
        raise UserError(problems)


def look_at(path: str) -> tuple[list[Problem], tuple[Text, ...]]:
    """Return every problem of a scenario, study or goal (by file or shipped name) or of a region folder, and notes that are no problems."""
    if Path(path).is_dir():
        from urbsim.regions import check_region

        return check_region(path), ()
    from urbsim.scenario import load
    from urbsim.scenario.kinds import names_goal, names_study

    try:
        if names_goal(path):
            from urbsim.search.goal import load_goal

            return [], load_goal(path).base.notes
        if names_study(path):
            from urbsim.experiments.design import too_many
            from urbsim.experiments.study import load_study

            study = load_study(path)
            return too_many(study), study.base.notes
        return [], load(path).notes
    except UserError as error:
        return error.problems, ()
