"""Open a run: what areas remember at the census of 2010, those under way, the levels against which feedback is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from urbsim.clock import year_of
from urbsim.engine import entries, money, town_born
from urbsim.engine.counting import births_expected
from urbsim.engine.inputs import Inputs
from urbsim.engine.rounds import Rounds
from urbsim.engine.rules import rules_of
from urbsim.engine.stages import programmes, work
from urbsim.engine.state import Rows, empty_accounts
from urbsim.engine.tables import race_base
from urbsim.engine.tally import together

if TYPE_CHECKING:
    from urbsim.engine.engine import Engine

MOST_BIRTHS = 0.5  # a quarter: where most wives live apart, the few couples who live together bear for all (Xuchang's villages: up to 0.43)
PIPELINE_LUCK = 300  # a quarter that never comes: keys the luck of those who came before the census


def area_state(e: Engine) -> None:
    """Set what areas remember from quarter to quarter."""
    a, x = e.areas, e.inputs
    e.wage, e.rent = x.wage[0].copy(), x.rent[0].copy()
    e.rules = rules_of(x.levers, 0)
    e.bills = np.maximum(x.levers["health.direct_settlement"][0], 0.0)
    e.opened, e.filed = np.zeros(a), np.zeros(a)
    e.union = np.full(a, programmes.FIRST_UNION)
    e.legal, e.legal_asked = np.zeros(a, dtype=np.int64), np.zeros(a, dtype=np.int64)
    e.exit_paid = np.zeros(a)
    e.seat = np.full(a, x.params.seat_2010)
    e.odds = np.full(a, x.params.odds_2010)
    e.price, e.pull = x.price[0].copy(), np.zeros((a, 4))
    money.open_state(e)
    e.planned_places = np.zeros((a, 2), dtype=np.int64)
    e.planned_now = np.zeros((a, 2), dtype=np.int64)
    e.settled_year = np.zeros((a, 3), dtype=np.int64)
    e.quota_used = np.zeros(a, dtype=np.int64)
    e.norm = mean_exponent(e.households[: e.n], x)
    e.rounds = Rounds(e)
    e.entry_base = None


def register_levels(e: Engine) -> None:
    """Fix the levels of residents and registers, and the scale of births, from the initial state."""
    c, region = e.counts, e.inputs.region
    agents = c.area["residents"] * e.weight
    town_born_now = e.town_born.sum(axis=(2, 3))
    e.hukou_offset = np.asarray(region.hukou_2010) - c.area["hukou"] * e.weight - town_born_now.sum(axis=1)
    e.hukou_urban_offset = -e.town_born_elsewhere
    e.residents_start = (agents + town_born_now).sum(axis=1)
    e.birth_level = 1.0
    renew_births(e)


def pipeline(e: Engine) -> None:
    """Put on their way those who came in the two quarters before the census: they live here, but are no residents yet."""
    u = e.current_utilities()
    e.race_base = race_base(u, e.inputs.params.lambda_)
    for q in (-1, 0):
        entries.enter(e, entries.coming(e, u, q, PIPELINE_LUCK + q), q, PIPELINE_LUCK + q)
    e.accounts = empty_accounts(e.areas)


def feedback_levels(e: Engine) -> None:
    """Fix the levels from which wages and entries answer, from a count with those under way in it: at the start nothing answers."""
    e.movers_scale = np.maximum(e.movers_living() * e.weight, 1.0) / e.inputs.movers_reference[0]
    e.entry_base = entries.attraction(e, e.current_utilities())


def renew_births(e: Engine) -> None:
    """Set the year's level of births and, by part, women's expected births at that level over those of couples with a free child slot.

    Fertility is given per woman; couples who live together bear it all. Renewed every year, so that the region's births hold.
    """
    women, couples = births_expected(together(e.roll.tallies), e.q, e.inputs.fertile[max(e.q, 0)], e.inputs.params.birth_second)
    e.birth_level = birth_level(e, float(women.sum()))
    e.birth_scale = np.divide(women, couples, out=np.ones(2), where=couples > 0) * e.birth_level


def birth_level(e: Engine, of_agents: float) -> float:
    """Return what fertility is multiplied by so that the year's births are those of the data; after their last year it stays.

    Fertility is that of the censuses' women; the women of a run differ in number, age and part. `of_agents` are births a quarter that
    the women of the agents expect, in rows.
    """
    asked = e.inputs.region.births_by_year.get(year_of(e.q)) if e.q > 0 else None
    if asked is None:
        return e.birth_level
    expected = of_agents * e.weight + town_born.expected_births(e.town_born, year_of(e.q), e.inputs.fertile[e.q])
    return float(asked) / (4.0 * expected) if expected > 0.0 else e.birth_level


def mean_exponent(h: Rows, x: Inputs) -> float:
    """Return the mean exponent of the wage equation over the movers with a job in the initial state."""
    p = x.params
    years, worked, residual = work.at_work(h, 0)
    exponent = p.m_edu * (years - 9) + p.m_exp1 * worked + p.m_exp2 * worked**2
    return float(np.log(np.mean(np.exp(exponent + residual)))) if years.size else 0.0
