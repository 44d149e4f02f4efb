"""What a comparison says: what differs between scenarios, what that does, how sure it is, and where it is an assumption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from urbsim.experiments.differences import runs_needed, sign_probability
from urbsim.policy.registry import LEVERS
from urbsim.report import reading
from urbsim.report.blocks import Block, Listing, Paragraph, Picture, Row, Section, Table
from urbsim.report.figures.compare import EFFECTS, Effect, available, effect_scale
from urbsim.report.numbers import likely, number, probability, span
from urbsim.report.sections.areas import ordered
from urbsim.report.sections.asked import documents, lever_table
from urbsim.report.sections.context import Context
from urbsim.report.sections.owed import assumed_table
from urbsim.text import Language, Text

if TYPE_CHECKING:
    from urbsim.regions.model import Region
    from urbsim.report.assumed import AssumedEffect
    from urbsim.scenario.model import Scenario
    from urbsim.scenario.timeline import Entry

Shares = Mapping[str, Mapping[str, float]]
HALF = 0.5


@dataclass(frozen=True)
class Comparison:
    """Differences with a dimension `scenario`, the scenarios behind them, and what share of an effect's variance assumptions carry."""

    changes: xr.Dataset
    region: Region | None
    base: Scenario
    others: Mapping[str, Scenario]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    assumption_share: Shares = field(default_factory=dict)
    assumed: Sequence[AssumedEffect] = ()
    lang: Language = "zh"

    def context(self, scenario: str | None = None) -> Context:
        """Return the context of one of the scenarios (the base by default), to reuse sections."""
        at = list(self.others).index(scenario) if scenario else 0
        meant = self.others[scenario] if scenario else self.base
        return Context(self.changes.isel(scenario=at), self.region, meant, self.provenance, self.lang)

    def say(self, zh: str, en: str, *values: object) -> str:
        """Return one of two sentences with its values filled in."""
        words = Text(zh, en).get(self.lang)
        return words.format(*values) if values else words

    def title(self, scenario: str) -> str:
        """Return the title of a scenario."""
        return self.others[scenario].title.get(self.lang)

    def last_values(self, effect: Effect, scenario: str, area: str) -> reading.Floats | None:
        """Return the differences of an effect at the end: one number a member."""
        values = effect.read(self.changes, scenario, area)
        return values[:, -1] if values is not None else None


def differing(comparison: Comparison, scenario: str) -> list[Entry]:
    """Return the dated values of a scenario that the base does not have."""
    base, other = comparison.base.policy, comparison.others[scenario].policy
    found: list[Entry] = []
    for lever in other.levers_set():
        known = {(entry.areas, entry.date, entry.value) for entry in base.entries(lever)}
        found += [entry for entry in other.entries(lever) if (entry.areas, entry.date, entry.value) not in known]
    return found


def weak_levers(comparison: Comparison, scenario: str) -> list[str]:
    """Return the levers in which a scenario differs from the base and whose effect rests on assumption only."""
    changed = dict.fromkeys(entry.lever for entry in differing(comparison, scenario))
    return [lever for lever in changed if LEVERS[lever].evidence == "scenario_only"]


def section_asked(comparison: Comparison) -> Section:
    """Return what was compared with what."""
    say, lang = comparison.say, comparison.lang
    blocks: list[Block] = [
        Paragraph(say("基准情景：{}。{}", "Base: {}. {}", comparison.base.title.get(lang), comparison.base.description.get(lang)), "lead")
    ]
    for name, other in comparison.others.items():
        blocks.append(Paragraph(say("对照情景：{}。{}", "Compared: {}. {}", other.title.get(lang), other.description.get(lang))))
        entries = differing(comparison, name)
        if entries:
            caption = say("{}：与基准不同的政策数值", "{}: values that differ from the base", other.title.get(lang))
            blocks.append(lever_table(comparison.context(name), entries, caption, fold=len(entries) > 40))
            blocks += documents(comparison.context(name), entries)
        changed = [key for key, value in other.assumptions.items() if comparison.base.assumptions.get(key) != value]
        if changed:
            blocks.append(
                Paragraph(
                    say("经济和人口假设也不同：{}。", "Assumptions on economy and population differ too: {}.", ", ".join(changed)),
                    "warning",
                )
            )
    return Section("asked", say("比较的是什么", "What is compared"), blocks)


def section_answer(comparison: Comparison) -> Section:
    """Return the differences at the end of the run, in words and as a table."""
    say = comparison.say
    place = reading.region_row(comparison.changes)
    last = reading.last_year(comparison.changes)
    blocks: list[Block] = [Paragraph(_sentence(comparison, scenario, place, last), "lead") for scenario in comparison.others]
    rows = []
    for scenario in comparison.others:
        for name, effect in available(comparison.changes, place).items():
            row = _effect_row(comparison, scenario, name, effect, place)
            if row is not None:
                rows.append(row)
    columns = say(
        "情景|影响|差别（中位数）|50% 区间|80% 区间|95% 区间|方向的把握|±10% 需几对|性质",
        "scenario|effect|difference (median)|50 % interval|80 % interval|95 % interval|sure of the sign|pairs for ±10 %|kind of result",
    ).split("|")
    caption = say("{} 年末（费用为全年）与基准之差", "Difference from the base at the end of {} (cost: whole year)", last)
    note = say(
        "“方向的把握”是成对模拟中差别与中位数同号的比例。“情景假设”是指差别依靠没有公布力度和效果的政策工具，不是预测；“部分”是指只有其中几项如此。"
        "“±10% 需几对”是平均差别的 95% 区间窄到正负一成所需的模拟对数（抽样 × 重复）；各地各年的三种区间见 tables/differences.csv。",
        "Sure of the sign: share of paired runs whose difference has the sign of the median. Assumption: the difference rests mainly on "
        "levers of which neither dose nor effect is published; it is no forecast (partly: some of the levers). Pairs for ±10 %: how many "
        "pairs of runs (draws × replicates) narrow the 95 % interval of the mean to a tenth of it. tables/differences.csv has the three "
        "intervals for every area and year.",
    )
    blocks.append(Table(caption, tuple(columns), rows, text_columns=2, note=note))
    if comparison.assumed:
        blocks.append(assumed_table(comparison.assumed, comparison.title, comparison.lang))
    return Section("answer", say("差别有多大", "How large the difference is"), blocks)


def kind_of(comparison: Comparison, scenario: str, effect: str) -> str:
    """Return whether a difference is a model result or an assumption, and how much of it assumptions carry if that was computed."""
    say = comparison.say
    share = comparison.assumption_share.get(scenario, {}).get(effect)
    if share is not None:
        words = say("情景假设", "assumption") if share > HALF else say("模型结果", "model result")
        return say("{}（{}% 的差异来自假设）", "{} ({} % of its variance from assumptions)", words, number(100 * share, 0))
    weak = weak_levers(comparison, scenario)
    if not weak:
        return say("模型结果", "model result")
    changed = {entry.lever for entry in differing(comparison, scenario)}
    return say("情景假设", "assumption") if len(weak) == len(changed) else say("部分为情景假设", "partly assumption")


def _effect_row(comparison: Comparison, scenario: str, name: str, effect: Effect, area: str) -> Row | None:
    values = comparison.last_values(effect, scenario, area)
    if values is None:
        return None
    held = reading.interval(values)
    low, middle, high = float(held.low), float(held.median), float(held.high)
    inner, outer = (np.quantile(values, ends) for ends in ((0.25, 0.75), (0.025, 0.975)))
    needed = runs_needed(values)
    scale = effect_scale(effect, max(abs(low), abs(high)), comparison.lang)
    kind = kind_of(comparison, scenario, name)
    sure = probability(float(sign_probability(values)), values.size) if middle != 0 else comparison.say("没有差别", "no difference")
    cells = (
        comparison.title(scenario),
        effect.name.get(comparison.lang),
        f"{number(middle / scale.divisor, scale.decimals, sign=True)} {scale.unit.get(comparison.lang)}",
        *(
            span(ends[0] / scale.divisor, ends[1] / scale.divisor, comparison.lang, scale.decimals, sign=True) if values.size > 1 else "—"
            for ends in (inner, (low, high), outer)
        ),
        sure,
        number(needed, 0) if middle != 0 and np.isfinite(needed) else "—",
        kind,
    )
    return Row(cells, "flag" if kind.startswith(comparison.say("情景假设", "assumption")) else "")


def _sentence(comparison: Comparison, scenario: str, area: str, last: int) -> str:
    parts = []
    for name in ("urbanization_rate", "hukou_urbanization_rate", "settled"):
        values = comparison.last_values(EFFECTS[name], scenario, area)
        if values is None:
            continue
        middle = float(np.median(values))
        scale = effect_scale(EFFECTS[name], abs(middle), comparison.lang)
        words = EFFECTS[name].name.get(comparison.lang)
        if middle == 0:
            parts.append(comparison.say("{}没有差别", "the {} does not differ", words))
            continue
        sure = likely(float(sign_probability(values)), values.size).get(comparison.lang)
        size = f"{number(abs(middle) / scale.divisor, scale.decimals)} {scale.unit.get(comparison.lang)}"
        way = comparison.say("高", "higher") if middle > 0 else comparison.say("低", "lower")
        parts.append(comparison.say("{}{} {}（方向{}）", "the {} is {} by {} (the sign is {})", words, way, size, sure))
    text = comparison.say("；", "; ").join(parts)
    return comparison.say(
        "{}：到 {} 年末，与基准相比，{}。", "{}: at the end of {}, against the base, {}.", comparison.title(scenario), last, text
    )


def section_path(comparison: Comparison) -> Section:
    """Return the differences over time, as pictures and year by year."""
    say = comparison.say
    blocks: list[Block] = [Picture("differences", say("与基准之差的走势", "differences from the base over time"))]
    blocks += [table for scenario in comparison.others if (table := _years(comparison, scenario)) is not None]
    return Section("path", say("逐年的差别", "Year by year"), blocks)


def _years(comparison: Comparison, scenario: str) -> Table | None:
    changes, place = comparison.changes, reading.region_row(comparison.changes)
    last = reading.last_year(changes)
    years = [year for year in range(max(last - 7, reading.first_year(changes)), last + 1) if reading.at_year_end(changes, year) is not None]
    rows = []
    for effect in available(changes, place).values():
        values = effect.read(changes, scenario, place)
        if values is None:
            continue
        if effect.yearly:
            position = {int(year): i for i, year in enumerate(changes["year"].values)}
            at = [position.get(year) for year in years]
        else:
            at = [reading.at_year_end(changes, year) for year in years]
        middle = reading.quantile(values, 0.5)
        scale = effect_scale(effect, float(np.abs(middle).max()), comparison.lang)
        cells = [number(float(middle[i]) / scale.divisor, scale.decimals, sign=True) if i is not None else "—" for i in at]
        rows.append(Row((effect.name.get(comparison.lang), scale.unit.get(comparison.lang), *cells)))
    if not rows:
        return None
    caption = comparison.say(
        "{}：各年末与基准之差（中位数）", "{}: difference from the base at year end (medians)", comparison.title(scenario)
    )
    columns = (comparison.say("影响", "effect"), comparison.say("单位", "unit"), *(str(year) for year in years))
    return Table(caption, columns, rows, text_columns=2)


def section_areas(comparison: Comparison) -> Section:
    """Return the differences by area: a tile map and a table for each scenario."""
    blocks: list[Block] = []
    for i, scenario in enumerate(comparison.others):
        blocks.append(
            Picture(f"map_{i}", comparison.say("各地差别的方格图：{}", "tile map of differences: {}", comparison.title(scenario)))
        )
        blocks.append(_area_table(comparison, scenario))
    return Section("areas", comparison.say("各地的差别", "Area by area"), blocks)


def _area_table(comparison: Comparison, scenario: str) -> Table:
    context = comparison.context(scenario)
    level = dict(zip(reading.labels_of(comparison.changes, "area"), reading.labels_of(comparison.changes, "level"), strict=True))
    chosen = [EFFECTS[name] for name in ("urbanization_rate", "hukou_urbanization_rate", "settled")]
    rows = []
    for area in ordered(context):
        cells = [context.name(area)]
        for effect in chosen:
            values = comparison.last_values(effect, scenario, area)
            if values is None:
                cells += ["—", "—", "—"]
                continue
            held = reading.interval(values)
            size, places = (1e4 if comparison.lang == "zh" else 1e3, 2) if effect.kind == "count" else (1.0, 2)
            cells.append(number(float(held.median) / size, places, sign=True))
            cells.append(
                span(float(held.low) / size, float(held.high) / size, comparison.lang, places, sign=True) if values.size > 1 else "—"
            )
            cells.append(probability(float(sign_probability(values)), values.size) if float(held.median) != 0 else "—")
        rows.append(Row(tuple(cells), "" if level[area] == "area" else "strong"))
    unit = comparison.say("万人", "thousand persons")
    heads = [
        f"{effect.name.get(comparison.lang)} ({unit if effect.kind == 'count' else comparison.say('百分点', 'points')})"
        for effect in chosen
    ]
    more = comparison.say("80% 区间|方向的把握", "80 % interval|sure of the sign").split("|")
    columns = [comparison.say("地区", "area"), *(column for head in heads for column in (head, *more))]
    last = reading.last_year(comparison.changes)
    words = ("{}：{} 年末各地与基准之差", "{}: difference from the base at the end of {}, area by area")
    return Table(comparison.say(*words, comparison.title(scenario), last), tuple(columns), rows, fold=True)


def section_sure(comparison: Comparison) -> Section:
    """Return what the intervals mean here and which results are assumptions."""
    say = comparison.say
    runs = reading.count_members(comparison.changes)
    blocks: list[Block] = [
        Paragraph(
            say(
                "每一对模拟用同一组参数和同一份随机数，同一户人在各情景中遇到同样的运气，所以差别只来自政策。共 {} 对；没有改动的地方差别"
                "恰好为零。",
                "Each pair of runs shares parameters and luck: the same household meets the same chances in every scenario, so that only "
                "policy makes the difference. There are {} pairs; where nothing was changed the difference is exactly zero.",
                runs,
            )
        ),
        Paragraph(
            say(
                "政策之间的差别比城镇化率的绝对水平更可信：共同的误差在相减时抵消。",
                "Differences between policies are more reliable than the level of a rate: errors that both share cancel out.",
            )
        ),
    ]
    for scenario in comparison.others:
        weak = weak_levers(comparison, scenario)
        if weak:
            words = say(
                "“{}”依靠下列没有公布力度和效果的政策工具，其结果是情景假设，不是预测：",
                "'{}' rests on these levers without published dose or effect; its results are assumptions, not forecasts:",
                comparison.title(scenario),
            )
            blocks.append(Paragraph(words, "warning"))
            blocks.append(
                Listing(
                    items=[f"{LEVERS[name].title.get(comparison.lang)} — {LEVERS[name].description.get(comparison.lang)}" for name in weak]
                )
            )
    return Section("sure", say("有多大把握", "How sure is this"), blocks)
