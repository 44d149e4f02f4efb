"""The indicators of a plan as yearly values of the region; NaN where no mechanism computes them yet.

Which indicators, in which unit and with which target, says the scenario's target table (`urbsim.policy.targets`), the twelve of ZJ2023 if
it names none (then without targets). Values are yearly also where a plan counts a sum over its years (`cumulative`): what is held
against the target is made by `targets.achieved`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from urbsim.policy.targets import TargetTable, load_targets
from urbsim.results.frames import Frames
from urbsim.results.labels import position
from urbsim.results.levels import ratio
from urbsim.text import Text

if TYPE_CHECKING:
    from urbsim.results.compute import Context

Floats = NDArray[np.float64]
DEFAULT_TABLE = "zhejiang_2023_plan"
IN_STEP_TOLERANCE = 0.5
"""Points a year by which "basically in step" (基本同步) may fall short: a reading of the words, no published number."""


@dataclass(frozen=True)
class Indicator:
    """Name what can be computed, in plain units; `value` gives it from frames by year, None: no mechanism yet."""

    code: str
    title: Text
    unit: Text
    value: Callable[[Frames, Context], Floats] | None = None


def _urbanization(frames: Frames, context: Context) -> Floats:
    residents = context.calendar.at_end(np.asarray(frames["residents"])).sum(axis=1)
    return 100.0 * ratio(residents[:, position("part", "town")], residents.sum(axis=1))


def _hukou_urbanization(frames: Frames, context: Context) -> Floats:
    urban, everyone = (context.calendar.at_end(np.asarray(frames[name])).sum(axis=1) for name in ("hukou_urban", "hukou"))
    return 100.0 * ratio(urban, everyone)


def _settled(frames: Frames, context: Context) -> Floats:
    return np.asarray(context.calendar.over(np.asarray(frames["settled"]).sum(axis=(1, 2))), dtype=np.float64)


def _income_growth(frames: Frames, context: Context) -> Floats:
    """Return the growth of the mean wage of migrant workers over the year before, percent; the first year lacks a year before."""
    wages, workers = (context.calendar.over(np.asarray(frames[name]).sum(axis=1)) for name in ("wage_sum", "workers"))
    mean = ratio(wages, workers)
    out = np.full(len(mean), np.nan)
    out[1:] = 100.0 * (ratio(mean[1:], mean[:-1]) - 1.0)
    return out


def _trained(frames: Frames, context: Context) -> Floats:
    return np.asarray(context.calendar.over(np.asarray(frames["trained"]).sum(axis=1)), dtype=np.float64)


def _guaranteed_homes(frames: Frames, context: Context) -> Floats:
    units = np.asarray(frames["homes_units"])[:, :, position("homes", "guaranteed_rental")].sum(axis=1)
    return np.asarray(context.calendar.at_end(units) - context.calendar.before(units), dtype=np.float64)


def _public_school_share(frames: Frames, context: Context) -> Floats:
    """Return migrant children in public schools over those in school at the year's end, percent; bought places are not public."""
    pupils = context.calendar.at_end(np.asarray(frames["pupils"]))[:, :, :, position("pupil_group", "migrant")].sum(axis=(1, 2))
    public, bought, fee = (pupils[:, position("school_place", code)] for code in ("public", "bought", "fee_paying"))
    return 100.0 * ratio(public, public + bought + fee)


def _summed(frame: str) -> Callable[[Frames, Context], Floats]:
    """Return what sums a flow over the areas and each year: new members of a scheme (never before in it), persons served."""

    def value(frames: Frames, context: Context) -> Floats:
        return np.asarray(context.calendar.over(np.asarray(frames[frame]).sum(axis=1)), dtype=np.float64)

    return value


def _hospitals(frames: Frames, context: Context) -> Floats:
    """Return the share of designated hospitals opened at the year's end, percent; areas weigh by residents."""
    at_end = context.calendar.at_end
    residents = np.asarray(at_end(np.asarray(frames["residents"])), dtype=np.float64).sum(axis=2)
    opened = np.asarray(at_end(np.asarray(frames["hospitals_opened"])), dtype=np.float64)
    return 100.0 * ratio((opened * residents).sum(axis=1), residents.sum(axis=1))


def _bills(frames: Frames, context: Context) -> Floats:
    """Return the share of bills settled directly over the year, percent: bills fall evenly on those registered in other provinces."""
    migrants = np.asarray(frames["migrants"])[:, :, :, position("origin", "other_province")]
    people = migrants[:, :, position("status", "unregistered")] + migrants[:, :, position("status", "permit")]
    over = context.calendar.over
    return 100.0 * ratio(over((np.asarray(frames["bills"]) * people).sum(axis=1)), over(people.sum(axis=1)))


def _union(frames: Frames, context: Context) -> Floats:
    """Return union members among migrant workers of unionised firms at the year's end, percent; areas weigh by formal workers."""
    at_end = context.calendar.at_end
    formal = np.asarray(at_end(np.asarray(frames["formal"])), dtype=np.float64)
    return 100.0 * ratio((at_end(np.asarray(frames["union"])) * formal).sum(axis=1), formal.sum(axis=1))


_PERCENT, _PERSONS = Text("%", "percent"), Text("人", "persons")
_ALL = (
    Indicator("urbanization_rate", Text("常住人口城镇化率", "resident urbanization rate"), _PERCENT, _urbanization),
    Indicator("hukou_urbanization_rate", Text("户籍人口城镇化率", "hukou urbanization rate"), _PERCENT, _hukou_urbanization),
    Indicator("settled", Text("农业转移人口落户人数", "rural-origin people settled"), _PERSONS, _settled),
    Indicator(
        "migrant_income_growth", Text("农业转移人口人均收入增长率", "growth of rural migrants' income per head"), _PERCENT, _income_growth
    ),
    Indicator("trained", Text("农村转移劳动力职业技能培训", "rural migrant workers trained"), _PERSONS, _trained),
    Indicator("guaranteed_homes", Text("建设筹集保障性租赁住房", "guaranteed rental homes raised"), Text("套", "homes"), _guaranteed_homes),
    Indicator(
        "public_school_share", Text("随迁子女公办学校就读比例", "migrant children in public schools"), _PERCENT, _public_school_share
    ),
    Indicator(
        "hospitals_opened", Text("跨省异地就医定点医疗机构开通率", "hospitals opened to cross-province settlement"), _PERCENT, _hospitals
    ),
    Indicator("direct_settlement", Text("住院费用跨省直接结算率", "inpatient bills settled directly across provinces"), _PERCENT, _bills),
    Indicator(
        "pension_new", Text("新增职工基本养老保险参保人数", "new members of employee pension insurance"), _PERSONS, _summed("insured_new")
    ),
    Indicator(
        "medical_new", Text("新增职工基本医疗保险参保人数", "new members of employee medical insurance"), _PERSONS, _summed("medical_new")
    ),
    Indicator("injury_new", Text("新增工伤保险参保人数", "new members of work-injury insurance"), _PERSONS, _summed("injury_new")),
    Indicator(
        "union_membership", Text("已建工会企业农民工入会率", "union membership of migrant workers in unionised firms"), _PERCENT, _union
    ),
    Indicator("placed", Text("安置到城镇就业的农村劳动力", "rural workers placed in urban jobs"), _PERSONS, _summed("placed")),
    Indicator("legal_service", Text("公益法律服务惠及人数", "people served by public legal services"), _PERSONS, _summed("legal")),
)
INDICATORS: Mapping[str, Indicator] = MappingProxyType({indicator.code: indicator for indicator in _ALL})


@dataclass(frozen=True)
class Goal:
    """One row of a target table as a result carries it; NaN where the plan gives no number. `factor`: plain units in one of the table."""

    code: str
    number: int
    title: Text
    unit: Text
    factor: float
    baseline: float
    target: float
    judged: str
    upward: bool
    baseline_year: int
    first_year: int
    target_year: int


def goals(context: Context) -> Sequence[Goal]:
    """Return the rows of the scenario's target table; the indicators of ZJ2023 without targets if it names none."""
    promised: TargetTable | None = getattr(context.scenario, "target_table", None)
    table = promised if promised is not None else load_targets(DEFAULT_TABLE)
    rows = []
    for row in table.indicators:
        baseline, target = (np.nan if number is None or promised is None else number for number in (row.baseline, row.target))
        if promised is not None and row.code == "migrant_income_growth" and row.target is None:
            target = income_target(context, table.baseline_year, table.target_year)
        rows.append(
            Goal(
                row.code, row.number, row.title, row.unit, row.factor, baseline, target, row.judged, row.upward,
                table.baseline_year, table.first_year, table.target_year,
            )
        )  # fmt: skip
    return rows


def income_target(context: Context, first: int, last: int) -> float:
    """Return what "in step with residents' disposable income" asks, percent a year from `first` to `last`, less the tolerance.

    Income per head is the mean of urban and rural income (region, Q4) weighted by the census residents of towns and villages in 2010, so
    that a growing urban share does not count as growth of income; figures after 2022 are the region's assumptions. NaN if not known.
    """
    region: Any = context.region
    needed = ("income_urban", "income_rural", "residents_2010", "town_2010")
    if any(getattr(region, name, None) is None for name in needed):
        return float("nan")
    town = np.asarray(region.town_2010, dtype=np.float64)
    village = np.asarray(region.residents_2010, dtype=np.float64) - town
    rows = [4 * (year - 2010) for year in (first, last)]
    if max(rows) >= len(region.income_urban):
        return float("nan")
    start, end = (float((region.income_urban[q] * town + region.income_rural[q] * village).sum()) for q in rows)
    growth: float = (end / start) ** (1.0 / (last - first)) - 1.0
    return 100.0 * growth - IN_STEP_TOLERANCE


def values(frames: Frames, context: Context) -> Floats:
    """Return all indicators of the target table, year × indicator."""
    rows = goals(context)
    out = np.full((len(context.calendar.years), len(rows)), np.nan)
    for i, goal in enumerate(rows):
        compute = INDICATORS[goal.code].value if goal.code in INDICATORS else None
        if compute is not None:
            out[:, i] = compute(frames, context) / goal.factor
    return out


def indicator_coordinates(context: Context) -> dict[str, Any]:
    """Return the coordinates along `indicator`: names, units, baseline, target, whether and how values add up."""
    rows = goals(context)

    def text(words: Sequence[str]) -> tuple[str, NDArray[np.object_]]:
        return "indicator", np.array(list(words), dtype=object)

    def numbers(kind: str, found: Sequence[float]) -> tuple[str, NDArray[Any]]:
        return "indicator", np.array(list(found), dtype=kind)

    return {
        "indicator": text([row.code for row in rows]),
        "indicator_zh": text([row.title.zh for row in rows]),
        "indicator_en": text([row.title.en for row in rows]),
        "indicator_unit": text([row.unit.en for row in rows]),
        "indicator_unit_zh": text([row.unit.zh for row in rows]),
        "indicator_number": numbers("int32", [row.number for row in rows]),
        "baseline": numbers("float64", [row.baseline for row in rows]),
        "target": numbers("float64", [row.target for row in rows]),
        "cumulative": numbers("int8", [row.judged == "sum" for row in rows]),
        "judged": text([row.judged for row in rows]),
        "upward": numbers("int8", [row.upward for row in rows]),
        "baseline_year": numbers("int32", [row.baseline_year for row in rows]),
        "first_year": numbers("int32", [row.first_year for row in rows]),
        "target_year": numbers("int32", [row.target_year for row in rows]),
    }
