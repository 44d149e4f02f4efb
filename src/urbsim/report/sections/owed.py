"""What the effects of a comparison owe to assumption-only parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from urbsim.report.assumed import AssumedEffect
from urbsim.report.blocks import Row, Table
from urbsim.report.figures.compare import EFFECTS, effect_scale
from urbsim.report.numbers import number
from urbsim.text import Language, Text

HALF = 0.5


def assumed_table(effects: Sequence[AssumedEffect], title: Callable[[str], str], lang: Language) -> Table:
    """Return the effects with the assumption-only parameters at low, central and high, and the share of variance they carry.

    `title` gives the title of a scenario. Above half of the variance a row is flagged.
    """

    def say(zh: str, en: str) -> str:
        return Text(zh, en).get(lang)

    rows = []
    for one in effects:
        effect, values = EFFECTS[one.effect], (one.low, one.central, one.high)
        scale = effect_scale(effect, max(abs(value) for value in values), lang)
        cells = [number(value / scale.divisor, scale.decimals, sign=True) for value in values]
        share = f"{number(100 * one.share, 0)}%" if np.isfinite(one.share) else "—"
        names = (title(one.scenario), effect.name.get(lang), scale.unit.get(lang))
        rows.append(Row((*names, *cells, share), "flag" if one.share > HALF else ""))
    columns = say(
        "情景|影响|单位|假设参数取低值|取中心值|取高值|占方差", "scenario|effect|unit|assumptions low|central|high|share of variance"
    ).split("|")
    caption = say("只凭假设的参数决定多少", "What assumption-only parameters decide")
    note = say(
        "低、中、高：没有实证来源的参数全部取其先验的 5%、中心、95% 值，其余用最佳拟合的一组。占方差：把这些参数换成另一次抽样的值时差别"
        "的变动占总方差的比例（含交互作用，也含随机波动，抽样少时粗略）；过半的差别是情景假设，不是预测。",
        "Low, central, high: all parameters without an empirical source at the 5 %, central and 95 % points of their priors, the rest as "
        "in the best fit. Share of variance: what taking these parameters from another draw changes, interactions and luck included, rough "
        "with few draws; a difference above half is an assumption, not a forecast.",
    )
    return Table(caption, tuple(columns), rows, text_columns=3, note=note)
