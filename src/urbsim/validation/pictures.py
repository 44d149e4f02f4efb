"""Pictures of a stored validation, drawn from its tables alone; every text is Chinese with English beside or below it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from urbsim.report import canvas, palette
from urbsim.report.sections.hindcast import BASELINES, NAMES
from urbsim.text import Text

OURS, THEIRS = palette.Look("#17507f", "-", "", "o"), palette.Look("#c2621b", "--", "", "s")
LEVELS = {"area": Text("县", "counties"), "prefecture": Text("市", "prefectures"), "region": Text("全域", "region")}
QUANTITIES = {
    "urbanization_rate": Text("常住人口城镇化率，%", "resident rate, %"),
    "urbanization_change": Text("2022—2027 年变化，百分点", "its change 2022-2027, points"),
    "hukou_urbanization_rate": Text("户籍人口城镇化率，%", "registered rate, %"),
}
PARTS = {
    "parameters": Text("参数", "parameters"),
    "chance": Text("偶然", "chance"),
    "inputs": Text("外部条件", "inputs"),
    "networks_off": Text("无同乡网络", "networks off"),
    "one_type": Text("不分两类家庭", "one type"),
    "school_off": Text("无子女入学影响", "school off"),
    "feedback_off": Text("无房租、拥挤反馈", "feedback off"),
}
METHODS = BASELINES | {
    "ruler": Text("各县比重同幅变动", "every county's share by the same step"),
    "urbsim_bare": Text("仅看模拟", "the runs alone"),
}
WIDEST = (-1.5, 1.0)
TOP, COLUMNS = 1.35, 3  # inches above the axes; panels beside each other


def write(region: str, folder: Path, projected: Path) -> list[Path]:
    """Draw what the folder holds tables of; return the files."""
    written = []
    for name in ("left_out", "later", "changes", "transfer", "transfer_later"):
        if not (folder / f"points_{name}.csv").exists():
            continue
        points, skill = (pd.read_csv(folder / f"{kind}_{name}.csv") for kind in ("points", "skill"))
        drawn = [(f"skill_{name}", figure_skill(skill)), (f"pit_{name}", figure_pit(points))]
        if name == "left_out":
            drawn.append(("left_out", figure_forecasts(points)))
        written += [_save(figure, folder / f"{stem}.png") for stem, figure in drawn]
    if (folder / "spread.csv").exists():
        written.append(_save(figure_spread(pd.read_csv(folder / "spread.csv")), folder / "spread.png"))
    if (projected / f"{region}.csv").exists():
        table = pd.read_csv(projected / f"{region}.csv")
        written.append(_save(figure_projection(table, region), projected / f"{region}.png"))
    return written


def _save(figure: Figure, file: Path) -> Path:
    figure.savefig(file, dpi=110, metadata={"Software": None})
    return file


def _both(words: Text, between: str = "  ") -> str:
    return words.zh if words.zh == words.en else f"{words.zh}{between}{words.en}"


def _head(figure: Figure, title: Text, note: Text) -> None:
    canvas.head(figure, _both(title), _both(note, "\n"))


def _panels(groups: list[Any], each: float, bottom: float) -> tuple[Figure, list[Axes]]:
    """Return a panel for each group of points (an indicator at a level), with their number in the title."""
    rows = -(-len(groups) // COLUMNS)
    margins = canvas.Margins(bottom=bottom, top=TOP)
    figure, axes = canvas.sheet(TOP + bottom + each * rows, rows=rows, columns=COLUMNS, hspace=0.75, wspace=0.4, margins=margins)
    for axis in axes[len(groups) :]:
        axis.set_visible(False)
    return figure, axes


def _title(axis: Axes, indicator: str, level: str, points: int | None = None) -> None:
    name, where = NAMES[indicator], LEVELS[level]
    number = "" if points is None else f" ({points})"
    axis.set_title(f"{name.zh}，{where.zh}{number}\n{name.en}, {where.en}", fontsize=8.6)


@canvas.drawn
def figure_skill(skill: pd.DataFrame) -> Figure:
    """Draw the skill of urbsim against every baseline with its 95 % interval, one panel an indicator and level."""
    groups = list(skill.groupby(["indicator", "level"], sort=False))
    figure, axes = _panels(groups, 1.9, 0.75)
    for axis, ((indicator, level), part) in zip(axes, groups, strict=False):
        rivals = part[part["method"] != "urbsim"]
        for y, row in enumerate(rivals.to_dict("records")):
            value = float(np.clip(row["skill_of_urbsim"], *WIDEST))
            axis.plot([value], [y], marker=OURS.marker, color=OURS.color if value > 0 else THEIRS.color)
            if np.isfinite(row["skill_low"]):
                axis.plot(np.clip([row["skill_low"], row["skill_high"]], *WIDEST), [y, y], color=palette.INK, linewidth=0.9)
        axis.axvline(0.0, color=palette.MUTED, linewidth=0.8)
        axis.set_yticks(range(len(rivals)), [str(name).replace("urbsim_bare", "bare") for name in rivals["method"]])
        axis.set_ylim(max(len(rivals) - 0.5, 0.5), -0.5)
        axis.set_xlim(WIDEST[0] - 0.05, WIDEST[1] + 0.05)
        _title(axis, str(indicator), str(level), int(part["points"].max()))
    _head(
        figure,
        Text("与各种外推相比的技能", "Skill against the baselines"),
        Text(
            "大于 0 为本模型更好；细线为按地区自助抽样的 95% 区间；括号内为点数",
            "right of 0 the model is better; lines: 95 % by bootstrap; in brackets: points",
        ),
    )
    there = sorted(set(skill["method"]) & set(METHODS))
    canvas.foot(figure, ["; ".join(f"{name.removeprefix('urbsim_')} {_both(METHODS[name], ' ')}" for name in there)], "en")
    return figure


@canvas.drawn
def figure_pit(points: pd.DataFrame) -> Figure:
    """Draw the histogram of the probability integral transform of urbsim, one panel an indicator and level."""
    groups = list(points[points["method"] == "urbsim"].groupby(["indicator", "level"], sort=False))
    figure, axes = _panels(groups, 1.7, 0.4)
    for axis, ((indicator, level), part) in zip(axes, groups, strict=False):
        bins = 10 if len(part) >= 40 else 5
        axis.hist(part["pit"], bins=np.linspace(0.0, 1.0, bins + 1).tolist(), color=OURS.color, edgecolor="white")
        axis.axhline(len(part) / bins, color=palette.TARGET, linewidth=0.9)
        _title(axis, str(indicator), str(level), len(part))
    _head(
        figure,
        Text("观测值在预测分布中的位置", "Where observations fall in the forecast distribution"),
        Text(
            "横线为分布正确时的期望；中间高表示区间过宽，两边高表示过窄，向一边倾斜表示有偏；括号内为点数",
            "line: a right distribution; a hill means too wide, a bowl too narrow, a slope biased; in brackets: points",
        ),
    )
    return figure


@canvas.drawn
def figure_forecasts(points: pd.DataFrame) -> Figure:
    """Draw forecast against census for the left-out prefectures and their counties."""
    margins = canvas.Margins(top=TOP)
    figure, axes = canvas.sheet(7.8, rows=2, columns=2, hspace=0.5, wspace=0.28, margins=margins)
    shown = (("town_share", "area"), ("town_share", "prefecture"), ("residents", "prefecture"), ("other_province", "prefecture"))
    for axis, (indicator, level) in zip(axes, shown, strict=True):
        part = points[(points["indicator"] == indicator) & (points["level"] == level)]
        for method, look in (("urbsim", OURS), ("B2", THEIRS)):
            one = part[part["method"] == method]
            label = method if method == "urbsim" else f"{method} {_both(BASELINES[method], ' ')}"
            axis.plot(
                one["observed"], one["median"], linestyle="", marker=look.marker, markersize=4, color=look.color, label=label, alpha=0.8
            )
        _diagonal(axis, part)
        _title(axis, indicator, level)
        axis.set_xlabel(_both(Text("2020 年普查", "census of 2020")))
        axis.set_ylabel(_both(Text("预测中位数", "median forecast")))
    axes[0].legend()
    _head(
        figure,
        Text("留一市预测与普查", "Left-out prefectures: forecast and census"),
        Text(
            "从 2010 年出发，不看该市任何 2020 年数字；比重为 %，人数以 2010 年为 100",
            "from 2010, without any figure of 2020 of that prefecture; shares in %, people with 2010 as 100",
        ),
    )
    return figure


def _diagonal(axis: Axes, part: pd.DataFrame) -> None:
    low, high = float(part["observed"].min()), float(part["observed"].max())
    axis.plot([low, high], [low, high], color=palette.MUTED, linewidth=0.8)


@canvas.drawn
def figure_spread(table: pd.DataFrame) -> Figure:
    """Draw what makes runs differ in 2027: standard deviation by part, and the shift of the mean by structure."""
    margins = canvas.Margins(left=1.3, bottom=0.4, top=TOP)
    figure, axes = canvas.sheet(4.6, columns=len(QUANTITIES), wspace=0.8, margins=margins)
    for axis, (quantity, name) in zip(axes, QUANTITIES.items(), strict=True):
        part = table[(table["quantity"] == quantity) & (table["part"] != "all")]
        structural = part["part"].str.startswith("structure")
        size = np.where(structural, part["mean_or_shift"], part["sd"])
        colours = [THEIRS.color if s else OURS.color for s in structural]
        axis.barh(range(len(part)), size, color=colours, height=0.65)
        axis.set_yticks(range(len(part)), [_both(PARTS[str(one).removeprefix("structure: ")], "\n") for one in part["part"]])
        axis.invert_yaxis()
        axis.axvline(0.0, color=palette.MUTED, linewidth=0.8)
        axis.set_title(_both(name, "\n"), fontsize=8.6)
    _head(
        figure,
        Text("2027 年各次运行为何不同", "Why the runs differ in 2027"),
        Text("蓝：标准差；橙：关掉一种机制后均值的移动", "blue: standard deviation; orange: shift of the mean with a mechanism off"),
    )
    return figure


@canvas.drawn
def figure_projection(table: pd.DataFrame, region: str) -> Figure:
    """Draw the projected rate of the region with both bands."""
    figure, axes = canvas.sheet(4.1, margins=canvas.Margins(top=TOP))
    axis = axes[0]
    part = table[(table["area"] == region) & (table["indicator"] == "urbanization_rate")]
    for band, look, label in (
        ("predictive", THEIRS, Text("可能公布的数", "what may be published")),
        ("ensemble", OURS, Text("仅看模拟", "the runs alone")),
    ):
        one = part[part["band"] == band].sort_values("year")
        axis.fill_between(one["year"], one["q025"], one["q975"], color=look.color, alpha=0.15)
        axis.fill_between(one["year"], one["q10"], one["q90"], color=look.color, alpha=0.25)
        axis.plot(one["year"], one["q50"], color=look.color, linestyle=look.line, label=_both(label))
    axis.legend()
    canvas.years_axis(axis, 2023, 2027, "en", step=1, named=False)
    axis.set_xlabel(_both(Text("年份（年末）", "year (year end)")))
    canvas.unit_label(axis, _both(Text("常住人口城镇化率，%", "resident urbanization rate, %")))
    _head(
        figure,
        Text("2023—2027 年预测", "Projection 2023-2027"),
        Text("线为中位数，深浅为 80% 和 95% 区间", "lines: medians; shades: 80 and 95 %"),
    )
    return figure
