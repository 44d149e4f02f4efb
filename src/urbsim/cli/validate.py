"""`urbsim validate REGION`: what the fitted ensemble would have said, against what came, beside seven simple extrapolations."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Jobs, Lang, Quiet, Weight, option
from urbsim.text import Language, Text

HELP = both(
    zh="""
    检验一个区域的拟合结果：逐市留出、2021 和 2022 年、历年变化、各种规律，并与七种简单外推（B1—B7）对照；同时写出 2023—2027 年预测。

    中断后再运行同一命令即可继续。结果写在 results/validation/<区域> 和 results/projection。

    \b
    示例：
      urbsim validate zhejiang
      urbsim validate fujian --draws 10 --jobs 2
    """,
    en="""
    Validate the fit of a region: prefectures left out in turn, 2021 and 2022, yearly changes, patterns, beside seven simple extrapolations
    (B1-B7); and write the projection 2023-2027.

    Start the same command again to go on after an interruption. Results go to results/validation/<region> and results/projection.

    \b
    Examples:
      urbsim validate zhejiang
      urbsim validate fujian --draws 10 --jobs 2
    """,
)
TITLES = {
    "left_out": Text("留一市：2010 年普查到 2020 年普查", "A prefecture left out: census of 2010 to census of 2020"),
    "later": Text("从 2020 年普查到 2021、2022 年", "From the census of 2020 to 2021 and 2022"),
    "changes": Text("2012—2019 年历年变化", "Yearly changes 2012-2019"),
    "transfer": Text("用浙江的行为参数：2020 年", "With the behaviour of Zhejiang: 2020"),
    "transfer_later": Text("用浙江的行为参数：2021、2022 年", "With the behaviour of Zhejiang: 2021 and 2022"),
}
WAVES = {"runs": Text("运行", "runs"), "constants": Text("求解常数", "constants"), "hindcasts": Text("回测", "hindcasts")}
PATTERNS = Text("规律", "Patterns")
VERDICTS = {"met": Text("符合", "met"), "not met": Text("不符合", "not met"), "cannot be judged": Text("无法判断", "cannot be judged")}
WRITTEN = Text("结果", "Results")
NUMBER = Text("个点", "points")


def command(
    ctx: typer.Context,
    region: Annotated[str, typer.Argument(metavar="REGION", help=both(zh="区域名", en="A region"))],
    draws: Annotated[
        int,
        option(
            "--draws",
            metavar="N",
            min=2,
            zh="留市回测和成对运行用几组参数",
            en="Members used where constants are solved anew or runs have twins",
        ),
    ] = 20,
    members: Annotated[
        int | None,
        option(
            "--members",
            metavar="N",
            min=2,
            zh="其余运行和预测用几组参数；默认全部",
            en="Members of all other runs and of the projection; by default all of them",
        ),
    ] = None,
    weight: Weight = None,
    jobs: Jobs = None,
    folder: Annotated[Path, option("--folder", metavar="DIR", zh="写到哪里", en="Where to write")] = Path("results/validation"),
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Validate, print scores and patterns, write the tables and pictures."""
    from urbsim.cli.progress import say_compiling
    from urbsim.cli.score import NOTE, text_of
    from urbsim.experiments.plan import cores
    from urbsim.regions import load_region
    from urbsim.validation.validate import SCORED, validate, write

    language: Language = ctx.obj
    load_region(region)
    if not quiet:
        say_compiling(language)
    projected = folder.parent / "projection"
    found = validate(
        region, draws=draws, members=members, weight=weight, jobs=jobs or cores(), folder=folder,
        progress=None if quiet else _shower(language),
    )  # fmt: skip
    here = write(found, folder, projected)
    if quiet:
        print(here)
        return
    for name in (name for name in SCORED if f"skill_{name}" in found.tables):
        print(f"\n{TITLES[name].get(language)}\n{text_of(found.tables[f'skill_{name}'], language)}")
    print(NOTE.get(language))
    print(f"\n{PATTERNS.get(language)}")
    for row in found.tables["patterns"].to_dict("records"):
        found_band = f"{row['median']:.3g} [{row['low']:.3g}, {row['high']:.3g}]"
        print(f"  ({row['pattern']}) {row['claim']}: {found_band}  {VERDICTS[row['verdict']].get(language)}")
    print(f"\n{WRITTEN.get(language)}{'：' if language == 'zh' else ': '}{here}, {projected}")


def _shower(lang: Language) -> Callable[[str, int, int], None]:
    """Return a function that tells on standard error how far a wave of runs is, in steps of a tenth."""
    last: dict[str, int] = {}

    def show(name: str, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if last.get(name) != tenth:
            last[name] = tenth
            print(f"{WAVES[name].get(lang)}: {done}/{total}", file=sys.stderr, flush=True)

    return show
