"""`urbsim score RESULTS OBSERVATIONS.csv`: any result against any table, beside what a ruler would have said."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Lang, option
from urbsim.text import Language, Text

if TYPE_CHECKING:
    import pandas as pd

HELP = both(
    zh="""
    用任何一张观测表给结果打分：误差、CRPS、区间覆盖率，并与七种简单外推（B1—B7）对照。

    观测表是 CSV，列为 area,year,indicator,value,unit。外推只用 2010 和 2020 年普查，不用以后的数。

    \b
    示例：
      urbsim score results/zhejiang_2027-1a2b3c4d observed.csv
    """,
    en="""
    Score a result against any table of observations: error, CRPS, coverage, beside seven simple extrapolations (B1-B7).

    The table is a CSV file with the columns area,year,indicator,value,unit. The extrapolations know the censuses of 2010 and 2020, nothing
    later.

    \b
    Example:
      urbsim score results/zhejiang_2027-1a2b3c4d observed.csv
    """,
)
COLUMNS = (
    Text("指标", "indicator"),
    Text("级别", "level"),
    Text("方法", "method"),
    Text("点数", "points"),
    Text("平均绝对误差", "mean abs. error"),
    Text("CRPS", "CRPS"),
    Text("80% 区间内", "inside 80 %"),
    Text("本模型相对技能", "skill of urbsim"),
)
NOTE = Text(
    "技能 = 1 - CRPS(本模型)/CRPS(方法)：大于 0 表示本模型更好；方括号为按地区自助抽样的 95% 区间。点数少时不要多作解读。",
    "Skill = 1 - CRPS(urbsim) / CRPS(method): above 0 urbsim is better; in brackets its 95 % interval by bootstrap over areas. "
    "Few points say little.",
)
WRITTEN = Text("逐点得分", "Points")


def command(
    ctx: typer.Context,
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help=both(zh="结果文件夹", en="A result folder"))],
    observations: Annotated[Path, typer.Argument(metavar="OBSERVATIONS.csv", help=both(zh="观测表", en="The table of observations"))],
    output: Annotated[
        Path | None,
        option("-o", "--output", metavar="FILE.csv", zh="逐点得分写到这个文件", en="Write the score of every point here"),
    ] = None,
    lang: Lang = None,
) -> None:
    """Print the scores by indicator and level; write those of every point if asked."""
    import json

    from urbsim.errors import UserError
    from urbsim.regions import load_region
    from urbsim.results.storage import open_results
    from urbsim.validation.score import score

    if output is not None and output.exists():
        raise UserError.one(f"{output} 已存在", f"{output} is there already")
    dataset = open_results(results)
    region = load_region(json.loads(dataset.attrs["provenance"])["data"]["region"])
    points, summary = score(dataset, region, observations)
    print(text_of(summary, ctx.obj))
    print(NOTE.get(ctx.obj))
    if output is not None:
        points.to_csv(output, index=False, encoding="utf-8-sig", float_format="%.8g")
        print(f"{WRITTEN.get(ctx.obj)}{'：' if ctx.obj == 'zh' else ': '}{output}")


def text_of(summary: pd.DataFrame, lang: Language) -> str:
    """Return the summary as a table for a terminal."""
    from urbsim.cli.tables import table

    rows = []
    for row in summary.to_dict("records"):
        low, high = row["skill_low"], row["skill_high"]
        skill = "" if row["method"] == "urbsim" else f"{row['skill_of_urbsim']:+.2f}"
        if not math.isnan(low):
            skill += f" [{low:+.2f}, {high:+.2f}]"
        words = [str(row[name]) for name in ("indicator", "level", "method", "points")]
        rows.append([*words, f"{row['mean_absolute_error']:,.4g}", f"{row['crps']:,.4g}", f"{row['inside_80']:.0%}", skill])
    return table([column.get(lang) for column in COLUMNS], rows, numbers=[3, 4, 5, 6])
