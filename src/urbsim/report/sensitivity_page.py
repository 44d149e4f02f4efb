"""The short page on a sensitivity analysis: pictures, tables, how it was worked out and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from urbsim.report import run_pictures
from urbsim.report.blocks import Block, Paragraph, Picture, Row, Section, Table
from urbsim.report.figures import sensitivity as figures
from urbsim.report.numbers import number
from urbsim.report.page import LANGUAGES, Body, render
from urbsim.report.write import save
from urbsim.sensitivity.analysis import Analysis, Sensitivity
from urbsim.text import Language, Text

HOW = (
    "一阶指数是一个因素单独承担的方差比例，总指数还包括它与其他因素的交互。索博尔设计的指数由模型自己的运行和模拟器两条路算出，图和表取区间"
    "较窄的一条，两条都在 tables/sobol.csv；模拟器的区间还包含每次留出五分之一运行重新拟合的差异，但不含模拟器共同的偏差。"
    "μ* 是因素从最低到最高时结果平均变动多少（莫里斯筛选），σ 是这变动随其他因素的差异。",
    "A first index is the share of variance that a factor carries alone, a total index adds its interactions. Of a Sobol design indices "
    "come both from the model's own runs and from an emulator; pictures and tables take what has the narrower intervals, tables/sobol.csv "
    "has both. An emulator's intervals also hold how much it changes when fitted again without a fifth of the runs, not a bias that all "
    "share. μ* is by how much the outcome moves on average from a factor's lowest to its highest value (Morris screening), σ how much that "
    "differs with the others.",
)
FIRST_SHOWN = (
    "urbanization_rate", "hukou_urbanization_rate", "settled", "resident_population", "cost", "indicator_value.public_school_share",
)  # fmt: skip


def write_sensitivity_report(analysis: Analysis, folder: Path, *, lang: Language = "zh") -> Path:
    """Write `report.html` and `figures/*.png` of an analysis into `folder`; return the page's path."""
    shown = chosen(analysis)
    builders: dict[str, run_pictures.Builder] = {
        "sobol": lambda code: figures.figure_sobol(analysis, shown, lang=code),
        "tornado": lambda code: figures.figure_tornado(analysis, shown, lang=code),
    }
    drawn = run_pictures.draw(builders)
    svg = run_pictures.inline(drawn)
    return save(folder, render({code: body(analysis, svg[code], code) for code in LANGUAGES}, lang), drawn[lang])


def chosen(analysis: Analysis) -> list[Sensitivity]:
    """Return the quantities that pictures show: the best known first, then those whose runs differ most for their size."""
    by_name = {one.quantity.name: one for one in analysis.sensitivities}
    first = [by_name[name] for name in FIRST_SHOWN if name in by_name]
    others = sorted((one for one in analysis.sensitivities if one not in first), key=_variation, reverse=True)
    return [*first, *others][: figures.PANELS]


def _variation(one: Sensitivity) -> float:
    values = one.quantity.values
    return float(values.std() / max(abs(float(values.mean())), 1e-12))


def body(analysis: Analysis, svg: Mapping[str, str], lang: Language) -> Body:
    """Return the page in one language."""
    study = analysis.study
    title = Text("敏感性分析：{}", "Sensitivity: {}").get(lang).format(study.title.get(lang))
    line = Text("{} 个因素 · {} 次运行 · 基准情景 {}", "{} factors · {} runs · base {}").get(lang)
    sections = [_answer(analysis, lang), _factors(analysis, lang), _tables(analysis, lang), _sure(analysis, lang)]
    return Body(title, [line.format(len(study.factors), analysis.runs, study.base.title.get(lang))], sections, svg)


def _say(lang: Language, zh: str, en: str, *values: object) -> str:
    words = Text(zh, en).get(lang)
    return words.format(*values) if values else words


def _answer(analysis: Analysis, lang: Language) -> Section:
    blocks: list[Block] = []
    for one in chosen(analysis)[:3]:
        source = one.best
        if source is None:
            continue
        total = np.nan_to_num(one.sobol[source].total)
        leaders = [k for k in np.argsort(-total)[:2] if total[k] > 0.05]
        names = [f"{analysis.study.factors[k].title.get(lang)} ({number(100 * float(total[k]), 0)}%)" for k in leaders]
        text = _say(
            lang, "{}：最取决于{}。", "{}: depends most on {}.", one.quantity.title.get(lang), ("、" if lang == "zh" else ", ").join(names)
        )
        blocks.append(Paragraph(text, "lead"))
    blocks.append(Picture("sobol", _say(lang, "各因素的索博尔指数", "Sobol indices of the factors")))
    blocks.append(Picture("tornado", _say(lang, "每个因素取低值和高值时的结果", "outcomes with each factor low and high")))
    return Section("answer", _say(lang, "什么最要紧", "What matters most"), blocks)


def _factors(analysis: Analysis, lang: Language) -> Section:
    rows = []
    for factor in analysis.study.factors:
        ends = [factor.show(value) for value in factor.steps(2)]
        span = ", ".join(ends) if factor.values else " – ".join(ends)
        rows.append(Row((factor.name, factor.title.get(lang), factor.unit.get(lang), span)))
    note = _say(
        lang, "按分布取值的因素列出 5% 和 95% 点。范围不是预测，是研究文件里给的。",
        "Of factors with a distribution the 5 % and 95 % points. Ranges are no forecasts: they stand in the study file.",
    )  # fmt: skip
    columns = _say(lang, "因素|名称|单位|取值", "factor|meaning|unit|values").split("|")
    table = Table(_say(lang, "变动的因素", "Factors that vary"), tuple(columns), rows, text_columns=4, note=note)
    return Section("factors", _say(lang, "变动了什么", "What was varied"), [table])


def _tables(analysis: Analysis, lang: Language) -> Section:
    blocks: list[Block] = []
    columns = _say(
        lang, "因素|一阶|95% 区间|总|95% 区间|μ*|σ", "factor|first|95 % interval|total|95 % interval|μ*|σ"
    ).split("|")  # fmt: skip
    for one in analysis.sensitivities:
        source = one.best
        if source is None:
            continue
        indices, morris, scale = one.sobol[source], one.morris[source], figures.scale_of(one, lang)
        rows = []
        for k in np.argsort(-np.nan_to_num(indices.total)):
            spans = [
                f"{number(float(low), 2)} – {number(float(high), 2)}"
                for low, high in ((indices.first_low[k], indices.first_high[k]), (indices.total_low[k], indices.total_high[k]))
            ]
            effects = [number(float(value) / scale.divisor, 2) for value in (morris.mu_star[k], morris.sigma[k])]
            name = analysis.study.factors[k].title.get(lang)
            rows.append(Row((name, number(float(indices.first[k]), 2), spans[0], number(float(indices.total[k]), 2), spans[1], *effects)))
        caption = _say(lang, "{}（{}；{}）", "{} ({}; {})", one.quantity.title.get(lang), scale.unit.get(lang), _told_source(one, lang))
        blocks.append(Table(caption, tuple(columns), rows, fold=one not in chosen(analysis)[:2]))
    if not blocks:
        words = _say(lang, "这种设计不能算出索博尔指数。", "This design gives no Sobol indices.")
        blocks.append(Paragraph(words))
    return Section("tables", _say(lang, "数字", "Figures"), blocks)


def _told_source(one: Sensitivity, lang: Language) -> str:
    if one.best == "model" or one.emulator is None:
        return _say(lang, "由模型自己的运行算出", "from the model's own runs")
    kind = Text("高斯过程" if one.emulator.kind == "gaussian process" else "多项式", one.emulator.kind).get(lang)
    return _say(
        lang, "由{}模拟器算出，它在未见过的运行上解释 {}% 的方差", "from a {} emulator that explains {} % of the variance of runs not seen",
        kind, number(100 * one.emulator.explained, 0),
    )  # fmt: skip


def _sure(analysis: Analysis, lang: Language) -> Section:
    used = _say(lang, "用了 {1} 个设计点中的 {0} 个。", "{} of {} points of the design could be used.", analysis.used, analysis.size)
    explained = _say(lang, *HOW)
    blocks: list[Block] = [Paragraph(used), Paragraph(explained)]
    weak = [one for one in analysis.sensitivities if one.best == "emulator" and one.emulator is not None and one.emulator.explained < 0.7]
    if weak:
        names = ("、" if lang == "zh" else ", ").join(one.quantity.title.get(lang) for one in weak)
        text = _say(
            lang, "下列量的模拟器误差大，指数只作参考：{}。", "Emulators of these are poor, their indices are hints only: {}.", names
        )
        blocks.append(Paragraph(text, "warning"))
    luck = [one.luck for one in analysis.sensitivities if np.isfinite(one.luck)]
    if luck:
        zh = "同一设计点上重复运行（抽样和重复）之间的差异占方差的 {} 至 {}%。"
        en = "Repeats at one point (draws and luck) differ by {} to {} % of the variance."
        text = _say(lang, zh, en, number(100 * min(luck), 0), number(100 * max(luck), 0))
        blocks.append(Paragraph(text))
    if analysis.still:
        names = ("、" if lang == "zh" else ", ").join(quantity.title.get(lang) for quantity in analysis.still)
        blocks.append(
            Paragraph(_say(lang, "各次运行都相同、因而没有分析的量：{}。", "The same in all runs and not analysed: {}.", names), "note")
        )
    return Section("sure", _say(lang, "怎么算的，有多可靠", "How it was worked out, and how sure it is"), blocks)
