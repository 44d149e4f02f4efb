"""Pictures of a stored validation, drawn from its tables alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from urbsim.report import canvas, palette
from urbsim.report.sections.hindcast import NAMES
from urbsim.text import Language, Text

OURS, THEIRS = palette.Look("#17507f", "-", "", "o"), palette.Look("#c2621b", "--", "", "s")
LEVELS = {"area": Text("县", "counties"), "prefecture": Text("市", "prefectures"), "region": Text("全域", "region")}
WIDEST = (-1.5, 1.0)


def write(region: str, folder: Path, projected: Path, lang: Language = "en") -> list[Path]:
    """Draw what the folder holds tables of; return the files."""
    written = []
    for name in ("left_out", "later", "changes", "transfer", "transfer_later"):
        if not (folder / f"points_{name}.csv").exists():
            continue
        points, skill = (pd.read_csv(folder / f"{kind}_{name}.csv") for kind in ("points", "skill"))
        drawn = [(f"skill_{name}", figure_skill(skill, lang=lang)), (f"pit_{name}", figure_pit(points, lang=lang))]
        if name == "left_out":
            drawn.append(("left_out", figure_forecasts(points, lang=lang)))
        written += [_save(figure, folder / f"{stem}.png") for stem, figure in drawn]
    if (folder / "spread.csv").exists():
        written.append(_save(figure_spread(pd.read_csv(folder / "spread.csv"), lang=lang), folder / "spread.png"))
    if (projected / f"{region}.csv").exists():
        table = pd.read_csv(projected / f"{region}.csv")
        written.append(_save(figure_projection(table, region, lang=lang), projected / f"{region}.png"))
    return written


def _save(figure: Figure, file: Path) -> Path:
    figure.savefig(file, dpi=110, metadata={"Software": None})
    return file


@canvas.drawn
def figure_skill(skill: pd.DataFrame, *, lang: Language) -> Figure:
    """Draw the skill of urbsim against every baseline with its 95 % interval, one panel an indicator and level."""
    groups = list(skill.groupby(["indicator", "level"], sort=False))
    columns = 3
    rows = -(-len(groups) // columns)
    figure, axes = canvas.sheet(
        1.3 + 1.75 * rows, rows=rows, columns=columns, hspace=0.5, wspace=0.5, margins=canvas.Margins(left=1.0, bottom=0.4)
    )
    for axis in axes[len(groups) :]:
        axis.set_visible(False)
    for axis, ((indicator, level), part) in zip(axes, groups, strict=False):
        rivals = part[part["method"] != "urbsim"]
        for y, row in enumerate(rivals.to_dict("records")):
            value = float(np.clip(row["skill_of_urbsim"], *WIDEST))
            axis.plot([value], [y], marker=OURS.marker, color=OURS.color if value > 0 else THEIRS.color)
            if np.isfinite(row["skill_low"]):
                axis.plot(np.clip([row["skill_low"], row["skill_high"]], *WIDEST), [y, y], color=palette.INK, linewidth=0.9)
        axis.axvline(0.0, color=palette.MUTED, linewidth=0.8)
        axis.set_yticks(range(len(rivals)), list(rivals["method"]))
        axis.invert_yaxis()
        axis.set_xlim(WIDEST[0] - 0.05, WIDEST[1] + 0.05)
        points = int(part["points"].max())
        axis.set_title(f"{NAMES[str(indicator)].get(lang)}, {LEVELS[str(level)].get(lang)} ({points})", fontsize=8.8)
    canvas.head(
        figure,
        Text("与各种外推相比的技能", "Skill against the baselines").get(lang),
        Text(
            "大于 0 为本模型更好；细线为按地区自助抽样的 95% 区间；括号内为点数",
            "right of 0 the model is better; lines: 95 % by bootstrap; in brackets: points",
        ).get(lang),
    )
    return figure


@canvas.drawn
def figure_pit(points: pd.DataFrame, *, lang: Language) -> Figure:
    """Draw the histogram of the probability integral transform of urbsim, one panel an indicator and level."""
    ours = points[points["method"] == "urbsim"]
    groups = list(ours.groupby(["indicator", "level"], sort=False))
    columns = 3
    rows = -(-len(groups) // columns)
    figure, axes = canvas.sheet(1.3 + 1.5 * rows, rows=rows, columns=columns, hspace=0.55, wspace=0.3, margins=canvas.Margins(bottom=0.4))
    for axis in axes[len(groups) :]:
        axis.set_visible(False)
    for axis, ((indicator, level), part) in zip(axes, groups, strict=False):
        bins = 10 if len(part) >= 40 else 5
        axis.hist(part["pit"], bins=np.linspace(0.0, 1.0, bins + 1).tolist(), color=OURS.color, edgecolor="white")
        axis.axhline(len(part) / bins, color=palette.TARGET, linewidth=0.9)
        axis.set_title(f"{NAMES[str(indicator)].get(lang)}, {LEVELS[str(level)].get(lang)} ({len(part)})", fontsize=8.2)
    canvas.head(
        figure,
        Text("观测值在预测分布中的位置", "Where observations fall in the forecast distribution").get(lang),
        Text(
            "横线为分布正确时的期望；中间高表示区间过宽，两边高表示过窄",
            "line: a right distribution; a hill means too wide, a bowl too narrow, a slope biased",
        ).get(lang),
    )
    return figure


@canvas.drawn
def figure_forecasts(points: pd.DataFrame, *, lang: Language) -> Figure:
    """Draw forecast against census for the left-out prefectures and their counties."""
    figure, axes = canvas.sheet(7.2, rows=2, columns=2, hspace=0.4, wspace=0.28)
    for axis, (indicator, level) in zip(
        axes,
        (("town_share", "area"), ("town_share", "prefecture"), ("residents", "prefecture"), ("other_province", "prefecture")),
        strict=True,
    ):
        part = points[(points["indicator"] == indicator) & (points["level"] == level)]
        for method, look in (("urbsim", OURS), ("B2", THEIRS)):
            one = part[part["method"] == method]
            axis.plot(
                one["observed"], one["median"], linestyle="", marker=look.marker, markersize=4, color=look.color, label=method, alpha=0.8
            )
        _diagonal(axis, part)
        axis.set_title(f"{NAMES[indicator].get(lang)}, {LEVELS[level].get(lang)}", fontsize=9)
        axis.set_xlabel(Text("2020 年普查", "census of 2020").get(lang))
        axis.set_ylabel(Text("预测中位数", "median forecast").get(lang))
    axes[0].legend()
    canvas.head(
        figure,
        Text("留一市预测与普查", "Left-out prefectures: forecast and census").get(lang),
        Text("从 2010 年出发，不看该市任何 2020 年数字", "from 2010, without any figure of 2020 of that prefecture").get(lang),
    )
    return figure


def _diagonal(axis: Axes, part: pd.DataFrame) -> None:
    low, high = float(part["observed"].min()), float(part["observed"].max())
    axis.plot([low, high], [low, high], color=palette.MUTED, linewidth=0.8)


@canvas.drawn
def figure_spread(table: pd.DataFrame, *, lang: Language) -> Figure:
    """Draw what makes runs differ in 2027: standard deviation by part, and the shift of the mean by structure."""
    quantities = list(dict.fromkeys(table["quantity"]))[:3]
    figure, axes = canvas.sheet(3.4, columns=len(quantities), wspace=0.75, margins=canvas.Margins(left=1.3, bottom=0.4))
    for axis, quantity in zip(axes, quantities, strict=True):
        part = table[(table["quantity"] == quantity) & (table["part"] != "all")]
        structural = part["part"].str.startswith("structure")
        size = np.where(structural, part["mean_or_shift"], part["sd"])
        colours = [THEIRS.color if s else OURS.color for s in structural]
        axis.barh(range(len(part)), size, color=colours, height=0.65)
        axis.set_yticks(range(len(part)), [str(name).removeprefix("structure: ") for name in part["part"]])
        axis.invert_yaxis()
        axis.axvline(0.0, color=palette.MUTED, linewidth=0.8)
        axis.set_title(str(quantity).replace("_", " "), fontsize=8.8)
    canvas.head(
        figure,
        Text("2027 年各次运行为何不同", "Why the runs differ in 2027").get(lang),
        Text("蓝：标准差；橙：关掉一种机制后均值的移动", "blue: standard deviation; orange: shift of the mean with a mechanism off").get(
            lang
        ),
    )
    return figure


@canvas.drawn
def figure_projection(table: pd.DataFrame, region: str, *, lang: Language) -> Figure:
    """Draw the projected rate of the region with both bands."""
    figure, axes = canvas.sheet(3.8)
    axis = axes[0]
    part = table[(table["area"] == region) & (table["indicator"] == "urbanization_rate")]
    for band, look in (("predictive", THEIRS), ("ensemble", OURS)):
        one = part[part["band"] == band].sort_values("year")
        label = {"predictive": Text("可能公布的数", "what may be published"), "ensemble": Text("各次运行", "the runs alone")}[band].get(
            lang
        )
        axis.fill_between(one["year"], one["q025"], one["q975"], color=look.color, alpha=0.15)
        axis.fill_between(one["year"], one["q10"], one["q90"], color=look.color, alpha=0.25)
        axis.plot(one["year"], one["q50"], color=look.color, linestyle=look.line, label=label)
    axis.legend()
    canvas.years_axis(axis, 2023, 2027, lang, step=1)
    canvas.unit_label(axis, Text("常住人口城镇化率，%", "resident urbanization rate, %").get(lang))
    canvas.head(
        figure,
        Text("2023—2027 年预测", "Projection 2023-2027").get(lang),
        Text("线为中位数，深浅为 80% 和 95% 区间", "lines: medians; shades: 80 and 95 %").get(lang),
    )
    return figure
