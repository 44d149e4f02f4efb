"""The front of a search: what it costs to be surer of the targets."""

from __future__ import annotations

from matplotlib.figure import Figure

from urbsim.report import canvas, palette
from urbsim.report.numbers import money_scale
from urbsim.search.evaluate import Evaluation
from urbsim.search.optimise import Search
from urbsim.text import Language, Text


@canvas.drawn
def figure_front(search: Search, *, lang: Language) -> Figure:
    """Draw every setting tried by its cost and how far it stays from the targets, and by the probability of meeting all of them."""
    title = Text("花多少钱，达标有多大把握", "What it costs to be sure of the targets").get(lang)
    if not search.trials:
        return canvas.figure_blank(lang=lang, title=title)
    costs = [trial.found.cost for trial in search.trials]
    scale = money_scale(max(abs(cost) for cost in costs) or 1.0, lang)
    figure, (left, right) = canvas.sheet(4.4, columns=2, margins=canvas.Margins(0.75, 0.3, 0.95, 1.2), wspace=0.26)
    for axis, read in ((left, _probability), (right, _shortfall)):
        others = [trial for trial in search.trials if trial not in search.front]
        for chosen, look, words in (
            (
                [one for one in others if one.affordable],
                palette.Look(palette.shade(palette.MUTED, 0.45), marker="o"),
                Text("试过的设置", "settings tried"),
            ),
            (
                [one for one in others if not one.affordable],
                palette.Look(palette.shade(palette.LOSS.color, 0.7), marker="x"),
                Text("超出预算", "over budget"),
            ),
        ):
            if chosen:
                axis.scatter(
                    [one.found.cost / scale.divisor for one in chosen], [read(one.found) for one in chosen], s=16, color=look.color,
                    marker=look.marker, linewidths=0.9, label=words.get(lang), zorder=2,
                )  # fmt: skip
        x = [one.found.cost / scale.divisor for one in search.front]
        y = [read(one.found) for one in search.front]
        axis.plot(x, y, color=palette.RESIDENT_RATE.color, marker="D", markersize=5, label=Text("前沿", "front").get(lang), zorder=4)
        axis.plot(
            [0],
            [read(search.base)],
            color=palette.INK,
            marker="s",
            markersize=7,
            linestyle="",
            label=Text("基准", "base").get(lang),
            zorder=5,
        )
        axis.set_xlabel(
            Text("费用，与基准之差（{}，{}—{} 年）", "cost against the base ({}, {}–{})")
            .get(lang)
            .format(scale.unit.get(lang), search.goal.first_year, search.goal.last_year)
        )
    left.set_ylim(-0.04, 1.04)
    canvas.unit_label(left, Text("同时达到全部目标的概率", "probability of meeting all targets").get(lang))
    canvas.unit_label(right, Text("与目标的平均差距（1 为基准到目标的距离）", "mean shortfall (1: from base to target)").get(lang))
    left.legend(loc="best", fontsize=7.8)
    note = Text("{} 个设置，每个 {} 次模拟", "{} settings, {} runs each")
    runs = search.goal.base.run.draws * search.goal.base.run.replicates
    canvas.head(figure, title, note.get(lang).format(len(search.trials), runs))
    canvas.foot(figure, [Text("目标文件 {}", "goal {}").get(lang).format(search.goal.name)], lang)
    return figure


def _probability(found: Evaluation) -> float:
    return found.together


def _shortfall(found: Evaluation) -> float:
    return found.shortfall
