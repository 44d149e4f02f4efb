"""How the model did where the answer was kept from it, beside the best simple extrapolation: a baseline that wins is named."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from urbsim.report.blocks import Row, Table
from urbsim.report.numbers import number, percent
from urbsim.report.sections.context import Context
from urbsim.text import Text

FILE = Path(__file__).resolve().parents[1] / "data" / "hindcasts.csv"
TESTS = {
    "left_out": Text("留一市：2010 年推 2020 年", "prefecture left out, 2010 to 2020"),
    "later": Text("2020 年推 2021、2022 年", "2020 to 2021 and 2022"),
    "changes": Text("2012—2019 年逐年变化", "yearly changes 2012–2019"),
}
NAMES = {
    "town_share": Text("城镇人口比重", "town share"), "residents": Text("常住人口", "residents"),
    "same_area": Text("县内人户分离", "movers, same county"), "other_area": Text("省内跨县", "movers, other county"),
    "other_province": Text("外省", "movers, other provinces"), "age_share": Text("年龄构成", "age shares"),
    "urbanization_rate": Text("城镇化率", "urbanization rate"), "resident_population": Text("常住人口", "residents"),
    "urbanization_rate_change": Text("城镇化率年变化", "yearly change of the rate"),
    "resident_population_change": Text("常住人口年变化", "yearly change of residents"),
}  # fmt: skip
BASELINES = {
    "B1": Text("不变", "persistence"),
    "B2": Text("趋势外推", "drift"),
    "B3": Text("城乡增长率差", "urban–rural growth difference"),
    "B4": Text("饱和曲线", "saturating logistic"),
    "B5": Text("阻尼趋势", "damped trend"),
    "B6": Text("分层回归", "hierarchical"),
    "B7": Text("队列法", "cohort"),
}


@cache
def _rows() -> tuple[dict[str, str], ...]:
    if not FILE.exists():
        return ()
    with FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def table(context: Context) -> Table | None:
    """Return the table of hindcasts of the region, or None if none ships."""
    found = [row for row in _rows() if context.region is not None and row["region"] == context.region.name]
    if not found:
        return None
    won = sum(float(row["error"]) < float(row["best_error"]) for row in found)
    columns = context.say(
        "检验|指标|层级|点数|本模型误差|最好的简单外推|它的误差|80% 区间内",
        "test|what|level|points|error of the model|best extrapolation|its error|inside 80 %",
    ).split("|")
    note = context.say(
        "误差为平均绝对误差：比率为百分点，人数为百分比。检验时模型看不到被检验的数字；"
        "简单外推(B1—B7)用同样的过去拟合。{} 项中 {} 项本模型更准，"
        "其余以简单外推为好，已标出。",
        "Mean absolute errors: points of a rate, per cent of a number of people. The model was not shown what it is judged by; the "
        "extrapolations (B1–B7) were fitted to the same past. The model is nearer in {1} of {0} rows; "
        "where a simple extrapolation is better the row is marked.",
        len(found), won,
    )  # fmt: skip
    caption = context.say("事后检验：与最好的简单外推相比", "Hindcasts beside the best simple extrapolation")
    return Table(caption, tuple(columns), [_row(context, row) for row in found], text_columns=3, note=note)


def _row(context: Context, row: dict[str, str]) -> Row:
    levels = {
        "area": context.say("县（市、区）", "areas"),
        "prefecture": context.say("设区市", "prefectures"),
        "region": context.place,
    }
    ours, theirs = float(row["error"]), float(row["best_error"])
    cells = (
        TESTS[row["test"]].get(context.lang),
        NAMES[row["indicator"]].get(context.lang),
        levels[row["level"]],
        row["points"],
        number(ours, 2),
        f"{row['best']} {BASELINES[row['best']].get(context.lang)}",
        number(theirs, 2),
        percent(100.0 * float(row["inside_80"]), 0),
    )
    return Row(cells, "flag" if theirs <= ours else "")
