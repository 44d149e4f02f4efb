"""Options that several commands share, each with its help in both languages."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from urbsim.cli.language import both


def option(*names: str, zh: str, en: str, **rest: Any) -> Any:
    """Return an option of the command line with its help in both languages; `rest` as in `typer.Option`."""
    return typer.Option(*names, help=both(zh=zh, en=en), **rest)


class Tongue(StrEnum):
    """The languages urbsim speaks."""

    zh = "zh"
    en = "en"


Lang = Annotated[
    Tongue | None,
    option("--lang", zh="语言；默认依系统语言环境", en="Language; by default that of the locale"),
]
Output = Annotated[
    Path | None,
    option(
        "-o",
        "--output",
        metavar="DIR",
        zh="结果文件夹；默认 results/<情景>-<校验码>",
        en="The result folder; by default results/<scenario>-<hash>",
    ),
]
Draws = Annotated[
    int | None,
    option(
        "--draws",
        metavar="N",
        zh="参数抽样数；默认依情景文件（20）",
        en="Draws of the uncertain parameters; by default what the scenario says (20)",
    ),
]
Replicates = Annotated[
    int | None,
    option(
        "--replicates",
        metavar="N",
        zh="每次抽样重复几次；默认依情景文件（1）",
        en="Runs of each draw with another luck; by default what the scenario says (1)",
    ),
]
Seed = Annotated[
    int | None,
    option("--seed", metavar="N", zh="随机数种子；默认依情景文件", en="Seed of the random numbers; by default what the scenario says"),
]
Weight = Annotated[
    int | None,
    option(
        "--weight",
        metavar="W",
        zh="每个代理代表几户；1 即每户都算；默认依情景文件（100）",
        en="Households per agent, 1 is everyone; by default as in the scenario (100)",
    ),
]
Start = Annotated[
    str | None,
    option(
        "--start",
        metavar="DATE",
        zh="结果从此日期开始，如 2017-01；此前各年照常模拟；默认从 2010 年人口普查开始",
        en="Begin the result at this date (2017-01), the years before are simulated to get there; by default at the census of 2010",
    ),
]
Until = Annotated[
    str | None,
    option(
        "--until",
        metavar="DATE",
        zh="运行到此日期所在季度，如 2025-12；默认到 2027 年末",
        en="Run to the quarter that holds this date (2025-12); by default to the end of 2027",
    ),
]
SaveState = Annotated[
    str | None,
    option(
        "--save-state",
        metavar="DATE",
        zh="把此日期所在季度末的状态存进结果文件夹(state-日期.zip)，以后可从那里接着运行",
        en="Keep the state at the end of the quarter that holds this date in the result folder (state-DATE.zip), to go on from it",
    ),
]
FromState = Annotated[
    Path | None,
    option(
        "--from-state",
        metavar="FILE",
        zh="从存下的状态接着运行，结果与从头运行逐位相同；情景只能在状态日期之后不同",
        en="Go on from a saved state, with the same result as running through; the scenario may differ only after its date",
    ),
]
Assumptions = Annotated[
    bool | None,
    option(
        "--assumptions/--no-assumptions",
        zh="每项差别有多少来自只凭假设的参数(低、中、高值，占方差几成)：默认只用四分之一的抽样粗估，加此项则用全部抽样，约需两倍时间",
        en="What differences owe to assumption-only parameters (low, central, high, share of variance): by default roughly, from a "
        "quarter of the draws; with this from all, in twice the time; or not at all",
    ),
]
Jobs = Annotated[
    int | None,
    option(
        "--jobs",
        metavar="N",
        zh="同时运行的进程数；不影响结果；默认等于处理器核数",
        en="Processes at a time; changes no result; by default one for each core",
    ),
]
Threads = Annotated[
    int,
    option("--threads", metavar="N", zh="每个进程的线程数；不影响结果", en="Threads of each process; changes no result"),
]
Scheduler = Annotated[
    str | None,
    option(
        "--scheduler",
        metavar="ADDRESS",
        zh="在已有的 Dask 集群上运行，如 tcp://10.0.0.1:8786；不影响结果",
        en="Run on an existing Dask cluster (tcp://10.0.0.1:8786) instead of local processes; changes no result",
    ),
]
Set = Annotated[
    list[str] | None,
    option(
        "--set", metavar="'lever[area]@date=value'", zh="改一个政策值，可重复使用", en="Change one policy value; may be given several times"
    ),
]
Quiet = Annotated[
    bool,
    option("--quiet", zh="不显示进度条和结果表，只输出结果文件夹路径", en="No progress bar and no table: print only the result folder"),
]
