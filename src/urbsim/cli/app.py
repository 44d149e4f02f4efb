"""The `urbsim` command: its subcommands, and what happens when one of them fails.

Exit status: 0 done, 2 the user's input is at fault, 1 anything else (a full disk too), 130 interrupted.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from urbsim.cli.language import both, language_of, localise
from urbsim.cli.options import Lang, option
from urbsim.errors import DiskError, UserError
from urbsim.experiments.failure import Interrupted, RunError
from urbsim.garbage import collect_seldom
from urbsim.text import Language, Text
from urbsim.unneeded import without_dask

COMMANDS = (
    "run", "compare", "sweep", "status", "sensitivity", "search", "calibrate", "validate", "score", "replay", "check",
    "list", "explain", "new", "report", "warmup",
)  # fmt: skip
"""The commands in the order of the help; each is the module of its name in `urbsim.cli`, with `HELP` and `command`."""
MODULES = {"list": "catalogue"}
INTERRUPTED = Text(zh="已中断，没有写出任何结果。", en="Interrupted; no result was written.")
BUG = Text(
    zh="以上是 urbsim 自身的错误，不是您的文件有误。请把它连同所用的命令一起报告给开发者。",
    en="The above is a fault of urbsim itself, not of your files. Please report it together with the command.",
)
USAGE = "命令写法有误，以上是英文说明；加 --help 可看中文用法。"

ABOUT = both(
    zh="""
    模拟中国农村家庭如何成为城镇居民：政策怎样改变城镇化率和公共服务。

    \b
    先试试：
      urbsim run zhejiang_2027                       运行并写出报告
      urbsim new mine.yaml --from zhejiang_2027      复制一份来修改
      urbsim compare zhejiang_2027 mine.yaml         改动带来什么
    """,
    en="""
    Simulate how rural households in China become townspeople, and what a policy does to urbanization and services.

    \b
    To begin with:
      urbsim run zhejiang_2027                       run it and write the report
      urbsim new mine.yaml --from zhejiang_2027      a copy to edit
      urbsim compare zhejiang_2027 mine.yaml         what the change does
    """,
)


def show_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        from importlib.metadata import version

        print(f"urbsim {version('urbsim')}")
        raise typer.Exit


def root(
    lang: Lang = None,
    version: Annotated[
        bool,
        option("--version", is_eager=True, callback=show_version, zh="显示版本并退出", en="Show the version and exit"),
    ] = False,
) -> None:
    """Take the options that stand before the command."""


def build(only: str | None = None) -> typer.Typer:
    """Return the application with all its commands, or with the command `only` if there is one of that name."""
    app = typer.Typer(
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=ABOUT)(root)
    for name in (only,) if only in COMMANDS else COMMANDS:
        module = import_module(f"urbsim.cli.{MODULES.get(name, name)}")
        app.command(name, help=module.HELP, no_args_is_help=name != "warmup")(module.command)
    return app


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command line and exit with its status."""
    collect_seldom()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # or the first model looks through every installed package for some
    words = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None and not any(word.startswith("--scheduler") for word in words):
        without_dask()
    lang = language_of(words, os.environ)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    status = _status(words, lang)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon_output()
    sys.exit(status)


def _status(words: list[str], lang: Language) -> int:
    try:
        command = typer.main.get_command(build(words[0] if words else None))
        localise(command, lang)
        command.main(args=words, prog_name="urbsim", obj=lang)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            _abandon_output()
            return 0
        status = end.code if isinstance(end.code, int) else 1 if end.code else 0
        if status == 130:
            _complain(INTERRUPTED.get(lang))
        elif status == 2 and lang == "zh" and type(end.__context__).__name__ != "NoArgsIsHelpError":
            _complain(USAGE)
        return status
    except UserError as error:
        for problem in error.problems:
            _complain(problem.render(lang))
        return 2
    except (DiskError, RunError) as error:
        _complain(error.message.get(lang))
        return 1
    except Interrupted as end:
        _complain(end.message.get(lang))
        return 130
    except BrokenPipeError:
        _abandon_output()
        return 0
    except KeyboardInterrupt:
        _complain(INTERRUPTED.get(lang))
        return 130
    except Exception as error:  # noqa: BLE001 - the last net: every other failure ends here, told in full, with status 1
        if _comes_of_interrupt(error):
            _complain(INTERRUPTED.get(lang))
            return 130
        traceback.print_exc()
        _complain(BUG.get(lang))
        return 1
    return 0


def _comes_of_interrupt(error: BaseException | None) -> bool:
    """Tell whether an error came of Ctrl-C: some libraries, cut short while they are loaded, make another error of it."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _complain(message: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(message, file=sys.stderr)


def _abandon_output() -> None:
    """Point standard output at nothing, since its reader has gone and the interpreter would complain when it closes."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
    os.close(sink)
