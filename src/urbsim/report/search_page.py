"""The page on a search: the cheapest settings that meet the targets, what they cost, how sure that is, how to repeat them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from urbsim.policy.registry import LEVERS
from urbsim.report import run_pictures
from urbsim.report.blocks import Block, Code, Paragraph, Picture, Row, Section, Table
from urbsim.report.figures.front import figure_front
from urbsim.report.numbers import money, number, probability
from urbsim.report.page import LANGUAGES, Body, render
from urbsim.report.write import save
from urbsim.results.variables import VARIABLES
from urbsim.search.goal import Target
from urbsim.search.optimise import Search, Trial
from urbsim.search.tables import command
from urbsim.text import Language, Text

SURE = 0.8


def write_search_report(search: Search, folder: Path, *, lang: Language = "zh") -> Path:
    """Write `report.html` and `figures/front.png` of a search into `folder`; return the page's path."""
    drawn = run_pictures.draw({"front": lambda code: figure_front(search, lang=code)})
    svg = run_pictures.inline(drawn)
    return save(folder, render({code: body(search, svg[code], code) for code in LANGUAGES}, lang), drawn[lang])


def cheapest(search: Search, sure: float = SURE) -> Trial | None:
    """Return the cheapest point of the front whose probability of meeting all targets is at least `sure`."""
    return next((trial for trial in search.front if trial.found.together >= sure), None)


def told_target(target: Target, lang: Language) -> str:
    """Return a target in words: quantity, bound, place and year."""
    variable, _, label = target.quantity.partition(".")
    name = VARIABLES[variable].name.get(lang) + (f" ({label})" if label else "")
    place = " ".join(str(part) for part in (target.area, target.year) if part is not None)
    bound = f"{'≥' if target.upward else '≤'} {number(target.value, 2 if abs(target.value) < 1000 else 0)}"
    return " ".join(part for part in (name, place, bound) if part)


def body(search: Search, svg: Mapping[str, str], lang: Language) -> Body:
    """Return the page in one language."""
    title = Text("寻找：{}", "Search: {}").get(lang).format(search.goal.title.get(lang))
    line = Text("{} 个设置 · 基准情景 {}", "{} settings · base {}").get(lang).format(len(search.trials), search.goal.base.title.get(lang))
    return Body(title, [line], [_answer(search, lang), _front(search, lang), _sure(search, lang)], svg)


def setting(search: Search, trial: Trial) -> str:
    """Return the factors of a trial with their values."""
    return ", ".join(f"{factor.name} = {factor.show(value)}" for factor, value in zip(search.goal.factors, trial.values, strict=True))


def _answer(search: Search, lang: Language) -> Section:
    runs = search.goal.base.run.draws * search.goal.base.run.replicates
    best = cheapest(search)
    if search.base.together >= SURE:
        text = Text("基准情景本身达到全部目标的概率为 {}。", "The base itself meets all targets with a probability of {}.").get(lang)
        text = text.format(probability(search.base.together, runs))
    elif best is None:
        text = Text(
            "试过的设置中，没有一个在预算内以八成以上的把握达到全部目标。",
            "None of the settings tried meets all targets within the budget with a probability of 80 % or more.",
        ).get(lang)
    else:
        text = Text(
            "达到全部目标的概率不低于八成的设置中，最省的是：{}；比基准多花 {}，概率 {}。",
            "The cheapest setting that meets all targets with a probability of 80 % or more: {}; it costs {} more than the base, with a "
            "probability of {}.",
        ).get(lang)
        text = text.format(setting(search, best), money(best.found.cost, lang), probability(best.found.together, runs))
    blocks: list[Block] = [Paragraph(text, "lead"), Picture("front", Text("费用与达标概率", "cost against probability").get(lang))]
    return Section("answer", Text("最省的办法", "The cheapest way").get(lang), blocks)


def _front(search: Search, lang: Language) -> Section:
    runs = search.goal.base.run.draws * search.goal.base.run.replicates
    rows = []
    for trial in search.front:
        cells = [str(trial.number), *(factor.show(value) for factor, value in zip(search.goal.factors, trial.values, strict=True))]
        cells += [money(trial.found.cost, lang), probability(trial.found.together, runs), number(trial.found.shortfall, 2)]
        cells += [probability(share, runs) for share in trial.found.met]
        rows.append(Row(tuple(cells), "strong" if trial is cheapest(search) else ""))
    heads = [factor.name for factor in search.goal.factors]
    goals = [told_target(target, lang) for target in search.goal.targets]
    columns = (
        Text("编号", "no.").get(lang), *heads, Text("费用，与基准之差", "cost against the base").get(lang),
        Text("全部达到", "all targets").get(lang), Text("差距", "shortfall").get(lang), *goals,
    )  # fmt: skip
    note = Text(
        "各列为达到该目标的模拟所占比例。差距：各次模拟、各目标平均还差多少，1 为基准到目标的距离。没有更省而又同样有把握、差距同样小的"
        "设置。",
        "Columns give the share of runs that meet a target. Shortfall: how far runs stay from targets on average, 1 being the way from "
        "base to target. No setting tried is cheaper, as sure and as near to the targets as one on the front.",
    ).get(lang)
    blocks: list[Block] = [Table(Text("前沿", "The front").get(lang), columns, rows, note=note)]
    if search.front:
        blocks.append(Paragraph(Text("在结果文件夹里重跑前沿上的一点：", "To repeat a point, from within the folder:").get(lang)))
        blocks.append(Code("\n".join(command(trial) for trial in search.front)))
    return Section("front", Text("前沿上的设置", "Settings on the front").get(lang), blocks)


def _sure(search: Search, lang: Language) -> Section:
    runs = search.goal.base.run.draws * search.goal.base.run.replicates
    words = Text(
        "每个设置只模拟 {} 次（每个代理 {} 户），概率因此粗略；选定之前，请用上面的命令加大 --draws 再比较一次。搜索（NSGA-II）不保证找到"
        "最好的设置。费用是模型所计的费用与基准之差，{}—{} 年合计。",
        "Each setting was run {} times ({} households an agent), so that probabilities are rough: compare again with more --draws before "
        "choosing. A search (NSGA-II) need not find the best setting. Cost is what the model counts, against the base, {} to {} together.",
    ).get(lang)
    blocks: list[Block] = [Paragraph(words.format(runs, search.goal.base.run.weight, search.goal.first_year, search.goal.last_year))]
    weak = [factor for factor in search.goal.factors if LEVERS[factor.target].evidence == "scenario_only"]
    if weak:
        names = ("、" if lang == "zh" else ", ").join(factor.title.get(lang) for factor in weak)
        zh, en = "下列工具的效果没有实证，结果是情景假设：{}。", "These levers have no measured effect, results are assumptions: {}."
        text = Text(zh, en).get(lang)
        blocks.append(Paragraph(text.format(names), "warning"))
    return Section("sure", Text("有多大把握", "How sure is this").get(lang), blocks)
