"""Causal moments by twins: the same members under the same luck, with and without a reform, held against what studies found.

They judge the fit and are not fitted: their sizes were read in abstracts, of other places. Twins run to the end of 2018.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from urbsim.experiments.tasks import Outcome, Spread, execute

END = 32  # 2018 Q4
MEMBERS = 5
REFORM = dt.date(2014, 7, 1)
CLOSED_FROM = 14  # 2014 Q2: the round of applications for the autumn
SETTLE_FROM = "2014-01"
TWINS = (
    "as it was", "no reform of 2014", "no lower-secondary places for migrants",
    "bills not settled", "bills settled", "no exams", "exams",
)  # fmt: skip


class Moment(NamedTuple):
    """One comparison: what, the twins (with, without), the measure, ratio or difference, and what the study found."""

    name: str
    twins: tuple[str, str]
    measure: str
    relative: bool
    unit: str
    symbol: str


MOMENTS = (
    Moment("reform of 2014: town register among the registered", (TWINS[0], TWINS[1]), "hukou_rate", False, "points", "m_ref_u"),
    Moment("reform of 2014: movers without local register among residents", (TWINS[0], TWINS[1]), "unsettled", False, "points", "m_ref_m"),
    Moment("reform of 2014: wage of migrants where they work", (TWINS[0], TWINS[1]), "log_wage", False, "percent", "m_jole"),
    Moment("school places closed: daughters of 12-14 left behind", (TWINS[2], TWINS[0]), "girls_left", False, "points", "m_lb"),
    Moment("school places closed: sons of 12-14 left behind", (TWINS[2], TWINS[0]), "boys_left", False, "points", ""),
    Moment("bills settled across provinces: children along", (TWINS[4], TWINS[3]), "children_along", True, "percent", "m_med_c"),
    Moment("bills settled across provinces: spouses along", (TWINS[4], TWINS[3]), "spouses_along", True, "percent", "m_med_s"),
    Moment("bills settled across provinces: parents along", (TWINS[4], TWINS[3]), "parents_along", True, "percent", "m_med_p"),
    Moment("bills settled across provinces: number of workers", (TWINS[4], TWINS[3]), "workers", True, "percent", "m_med_0"),
    Moment("exams where one studied: number of workers", (TWINS[6], TWINS[5]), "workers", True, "percent", "m_zk"),
)


@dataclass(frozen=True)
class Twins:
    """Run one member under one of the rules of `TWINS` and measure it."""

    scenario: str
    seed: int
    weight: int

    def __call__(self, task: tuple[int, str], on_quarter: Callable[[int], None]) -> dict[str, float]:
        """Return the measures at the end of 2018; a task is (draw, name of the twin)."""
        from urbsim.engine import Engine, inputs_of, luck_of, people_of
        from urbsim.scenario import load

        draw, twin = task
        scenario = rules_of_twin(load(self.scenario), twin)
        inputs = inputs_of(scenario, draw)
        if twin == TWINS[2]:
            places = inputs.places.copy()
            places[CLOSED_FROM:, :, 1] = 0
            inputs = replace(inputs, places=places)
        people, templates = people_of(scenario.region, self.weight, self.seed)
        engine = Engine(inputs, people, templates, weight=self.weight, seed=self.seed, draw=luck_of(scenario.region, draw))
        engine.run(END, lambda e: on_quarter(e.q))
        return measures(engine)


def rules_of_twin(scenario: Any, twin: str) -> Any:
    """Return a scenario under the rules of a twin."""
    from urbsim.scenario.timeline import Policy

    def without(drop: Callable[[Any], bool]) -> Any:
        return replace(scenario, policy=Policy(scenario.policy.areas, tuple(v for v in scenario.policy.values if not drop(v))))

    if twin == TWINS[1]:
        return without(lambda v: v.lever.startswith("settlement.") and v.date >= REFORM)
    if twin in TWINS[3:5]:
        value = 1 if twin == TWINS[4] else 0
        return without(lambda v: v.lever == "health.direct_settlement").with_set([f"health.direct_settlement@{SETTLE_FROM}={value}"])
    if twin in TWINS[5:7]:
        value = 1 if twin == TWINS[6] else 0
        return without(lambda v: v.lever == "school.exam_where_studied").with_set([f"school.exam_where_studied@{SETTLE_FROM}={value}"])
    return scenario


def measures(engine: Any) -> dict[str, float]:
    """Return what the moments compare, of a run that has come to its end."""
    from urbsim.clock import NO_DATE
    from urbsim.population import registry as code

    frame, h = engine.frame, engine.households[: engine.n]
    movers = h[(h["mover"] >= code.MOVER_OTHER_AREA) & (h["place"] < engine.areas)]
    others = movers[movers["mover"] == code.MOVER_OTHER_PROVINCE]
    stock = frame["migrants"][:, 1:3, 1:].sum(axis=(1, 2)).astype(float)
    girls = boys = girls_left = boys_left = kids = kids_along = 0
    for birth, bits in (("child1_birth", "child1"), ("child2_birth", "child2")):
        there = (movers[birth] != NO_DATE) & ~np.isin(movers["status"], (code.STATUS_SETTLED,))
        age = (engine.q - movers[birth].astype(int)) // 4
        grade = there & (age >= 12) & (age <= 14)
        girl, home = (movers[bits] & code.CHILD_GIRL) > 0, (movers[bits] & code.CHILD_AT_HOME) > 0
        girls, girls_left = girls + int((grade & girl).sum()), girls_left + int((grade & girl & home).sum())
        boys, boys_left = boys + int((grade & ~girl).sum()), boys_left + int((grade & ~girl & home).sum())
        known = (others[birth] != NO_DATE) & (engine.q - others[birth].astype(int) < 72)
        kids, kids_along = kids + int(known.sum()), kids_along + int((known & (others[bits] & code.CHILD_AT_HOME == 0)).sum())
    wed = others["spouse"] != code.SPOUSE_NONE
    elders = (others["elder1_birth"] != NO_DATE) | (others["elder2_birth"] != NO_DATE)
    return {
        "hukou_rate": 100.0 * float(frame["hukou_urban"].sum()) / float(frame["hukou"].sum()),
        "unsettled": 100.0 * float(stock.sum()) / float(frame["residents"].sum()),
        "log_wage": 100.0 * float(np.average(np.log(engine.wage), weights=np.maximum(engine.inputs.movers_reference[END], 1.0))),
        "girls_left": 100.0 * girls_left / max(girls, 1),
        "boys_left": 100.0 * boys_left / max(boys, 1),
        "children_along": kids_along / max(kids, 1),
        "spouses_along": float((others["spouse"][wed] != code.SPOUSE_AT_HOME).mean()) if wed.any() else 0.0,
        "parents_along": float((others["elders"][elders] & code.ELDERS_AT_HOME == 0).mean()) if elders.any() else 0.0,
        "workers": float(movers.size),
    }


def causal_moments(scenario: str, draws: Sequence[int], *, seed: int, weight: int, jobs: int) -> list[dict[str, Any]]:
    """Return each moment with its mean and range over the members, beside the study's."""
    from urbsim.experiments.failure import RunError
    from urbsim.parameters import MOMENTS as STUDIES

    tasks = [(draw, twin) for draw in draws for twin in TWINS]
    found: dict[tuple[int, str], dict[str, float]] = {}

    def receive(i: int, outcome: Outcome) -> None:
        if outcome.failure is not None:
            raise outcome.failure.error or RunError(outcome.failure.reason)
        found[tasks[i]] = outcome.result

    execute(Twins(scenario, seed, weight), tasks, len(tasks), Spread(jobs), receive)
    rows = []
    for moment in MOMENTS:
        effects = np.array([_effect(found[draw, moment.twins[0]], found[draw, moment.twins[1]], moment) for draw in draws])
        study = STUDIES.get(moment.symbol)
        scale = 100.0
        rows.append({
            "moment": moment.name, "unit": moment.unit, "mean": float(effects.mean()), "least": float(effects.min()),
            "most": float(effects.max()), "members": len(effects), "symbol": moment.symbol,
            "study": None if study is None or study.value is None else scale * study.value,
            "study_low": None if study is None or study.low is None else scale * study.low,
            "study_high": None if study is None or study.high is None else scale * study.high,
            "source": "" if study is None else study.source,
        })  # fmt: skip
    return rows


def _effect(one: dict[str, float], other: dict[str, float], moment: Moment) -> float:
    a, b = one[moment.measure], other[moment.measure]
    return (100.0 * (a / b - 1.0) if b else float("nan")) if moment.relative else a - b


def causal_of(order: Any, members: int) -> list[dict[str, Any]]:
    """Return the moments of the first members of a region's shipped ensemble, at the weight of the scenario."""
    from urbsim.parameters.ensemble import forget
    from urbsim.scenario import load

    forget()
    weight = load(order.scenario).run.weight
    return causal_moments(order.scenario, range(min(MEMBERS, members)), seed=order.seed, weight=weight, jobs=order.jobs)
