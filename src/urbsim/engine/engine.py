"""The quarter loop: thirteen stages in order on the columns of all households.

Kernels run on blocks of rows, in threads if asked; they add to accounts of integers that are summed afterwards, so threads never change a
bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from urbsim.clock import LAST_QUARTER, season, year_of
from urbsim.engine import accounting, chances, entries, kinds, money, opening, passes, rng, town_born, watch
from urbsim.engine.desk import after, entries_of, listed, together
from urbsim.engine.frame import make_frame
from urbsim.engine.inputs import Inputs
from urbsim.engine.roll import Roll
from urbsim.engine.rounds import Rounds
from urbsim.engine.rules import rules_of
from urbsim.engine.stages import (
    compacting,
    feedback,
    homes,
    later_schools,
    leaving,
    marriage,
    programmes,
)
from urbsim.engine.state import (
    FloatArray,
    IntArray,
    Rows,
    distinct,
    empty_accounts,
    grown,
    make_rows,
    params_record,
)
from urbsim.engine.tables import Utilities, utilities, value_of_register
from urbsim.engine.turns import Turns
from urbsim.population.registry import ROOM


class BoundBrokenError(RuntimeError):
    """Say that a household was spared a choice that would have moved it: a fault of the engine, never of a scenario."""


class Engine:
    """Run one draw and replicate of a scenario, quarter by quarter (examples: tests/engine)."""

    # What areas remember from quarter to quarter, set by `opening` (A areas; places and units: A x 2).
    wage: FloatArray  # yuan a month, after feedback
    rent: FloatArray  # yuan per m2 and month
    bills: FloatArray  # share of hospital bills of people of other provinces that is settled directly
    opened: FloatArray  # share of designated hospitals opened to cross-province settlement
    filed: FloatArray  # share of these people who have filed for treatment away
    union: FloatArray  # union members among formal workers of unionised firms
    legal: IntArray  # persons served by legal services in the quarter
    legal_asked: IntArray
    exit_paid: FloatArray  # yuan, for rural rights given up in the quarter
    rules: Rows  # the quarter's rules that households meet (`engine.rules`)
    seat: FloatArray  # perceived chance of a public school place
    odds: FloatArray  # perceived odds of admission
    grant: FloatArray  # yuan, transfer of the year
    own_money: FloatArray  # yuan, the area's own effort of the year
    borrowed: FloatArray  # yuan, this year
    repaid: FloatArray  # yuan, this year
    debt: FloatArray  # yuan owed
    land: FloatArray  # m2 of town land granted this year for last year's settlers
    land_homes: FloatArray  # homes on land beyond the rule at the end of 2022
    price: FloatArray  # yuan per m2 of a first home, subsidies taken off
    pull: FloatArray  # A x 4, what later schools and exams add to a child's logit (`stages.later_schools`)
    grant_places: IntArray  # school places by stage, built from grants and open
    building: IntArray  # 2 (begun last year, this year) x A x stage, school places under construction
    grant_units: IntArray  # guaranteed and public homes, built from grants
    planned_places: IntArray  # school places gained by planning for residents, years before this
    planned_now: IntArray  # and this year
    settled_year: IntArray  # A x origin, persons settled this year
    quota_used: IntArray  # persons settled this year
    # Levels of the initial state against which later ones are measured.
    hukou_offset: IntArray
    hukou_urban_offset: IntArray
    residents_start: IntArray
    movers_scale: FloatArray
    birth_level: float  # on the data's fertility, so that the data's births come out
    birth_scale: FloatArray  # by part, that level in it
    entry_base: FloatArray | None  # by block, the region's attraction at the start
    norm: float  # mean exponent of the wage equation
    race_base: FloatArray  # O x (A + 1), shares of places away at the census
    rounds: Rounds

    def __init__(
        self, inputs: Inputs, population: Any, templates: Any, *,
        weight: int, seed: int, replicate: int = 0, draw: int = 0, threads: int = 1, take: bool = False,
    ) -> None:  # fmt: skip
        """Open a run at the state of the census; with `take` it works on the population's own rows, else on a copy."""
        self.inputs = inputs
        self.areas = len(inputs.region.area_codes)
        self.blocks = len(inputs.region.block_codes)
        self.weight = weight
        self.threads = max(1, threads)
        self.key = rng.run_key(seed, replicate, draw)
        self.q = 0
        self.n = int(population.households["id"].size)
        self.households: Rows = population.rows if take else grown(population.rows[: self.n], int(self.n * ROOM) + 4096)
        self.event = np.zeros(self.households.size, dtype=np.uint8)  # what happened to a household this quarter
        self.templates: Rows = make_rows(templates)
        self.p = params_record(inputs.params)
        self.town_born = town_born.open_table(np.asarray(population.town_born))
        self.town_born_movers = np.asarray(population.town_born_movers, dtype=np.float64)
        self.town_born_elsewhere = np.asarray(population.town_born_other_province, dtype=np.int64)
        self.accounts = empty_accounts(self.areas)
        opening.area_state(self)
        self.roll = Roll(self)
        self.counts = self.roll.counts()
        opening.register_levels(self)
        self.town_born_accounts = empty_accounts(self.areas)
        self.utilities: Utilities | None = None
        self.frame = make_frame(self)
        opening.pipeline(self)
        self.counts = self.roll.counts()
        opening.feedback_levels(self)
        self.frame = make_frame(self)

    def run(self, until: int = LAST_QUARTER, on_quarter: Callable[[Engine], None] | None = None) -> None:
        """Step to quarter `until`, calling `on_quarter` after each."""
        while self.q < until:
            self.step()
            if on_quarter is not None:
                on_quarter(self)

    def step(self) -> None:
        """Run one quarter: the thirteen stages of `docs/odd.md`, then the check of the accounts."""
        before, movers = self.frame["residents"], self.frame["movers"]
        self.q += 1
        q = self.q
        self.accounts = empty_accounts(self.areas)
        self.town_born_accounts = empty_accounts(self.areas)
        if season(q) == 1:
            self._open_year()
        elif season(q) == 3:
            money.open_schools(self)
        self._stage_inputs()
        self._stage_demography()
        self.rounds.meet(*self._stage_places())
        self._stage_register()
        self._stage_feedback()
        self.frame = make_frame(self)
        accounting.check(self, before, movers)

    def lever(self, name: str) -> FloatArray:
        """Return the quarter's values of a lever, per area."""
        values: FloatArray = self.inputs.levers[name][self.q]
        return values

    def _open_year(self) -> None:
        """Book the transfer of the year, forget the counters of the last one and drop rows that can play no part any more."""
        self._compact()
        opening.renew_births(self)
        money.budget(self)
        self.rounds.plan()
        self.settled_year[:] = 0
        self.quota_used[:] = 0

    def _stage_inputs(self) -> None:
        """Stage 1: reclassification of villages, and the utilities of the quarter from the state at its start."""
        q, x = self.q, self.inputs
        self.rules = rules_of(x.levers, q)
        self.bills = programmes.settled_bills(self.lever("health.direct_settlement"), self.opened, self.filed, x.params.bills_focus)
        self._answer()
        self.utilities = self.current_utilities()
        self.price = homes.first_home_prices(x.price[q], self.lever("homes.first_home_subsidy"), self.lever("homes.deed_tax_relief"))
        levers = {name: x.levers[name][q] for name in later_schools.LEVERS}
        self.pull = later_schools.pulls(x.params, levers, x.later_places[q], x.new_later_places[q], self.frame["persons_band"][:, 0])
        share = x.reclassification[q] / 4.0
        self.rounds.town_share = 1.0 - (1.0 - self.rounds.town_share) * (1.0 - np.maximum(share, 0.0))[None, :]

    def current_utilities(self) -> Utilities:
        """Return the utilities of places seen from the state at the quarter's start."""
        x, q = self.inputs, self.q
        totals = self.counts.stock.sum(axis=1).astype(np.float64)
        totals[self.areas :] = x.at_risk[q] / self.weight
        return utilities(
            x.params, x.constants, wage=self.wage, rent=self.rent, income_village=x.income_village[q],
            wage_outside=float(x.wage_outside[q]),
            residents=self.frame["residents"].sum(axis=1).astype(np.float64), network=feedback.network_shares(self.counts.stock, totals),
            log_km=x.log_km, seat=self.seat, odds=self.odds, register_value=value_of_register(x.params, x.tier_value),
            appeal=x.levers["places.appeal"][q], village_appeal=x.levers["village.appeal"][q],
            near_home_pay=x.levers["work.near_home_pay"][q],
        )  # fmt: skip

    def _stage_demography(self) -> None:
        """Stages 1 and 2, households and town-born."""
        q, x, p, key = self.q, self.inputs, self.inputs.params, self.key
        family = chances.family(self)
        limits, late = watch.family_limits(family), chances.late_limits(self)
        out = self.roll.lists
        turns, _ = self.roll.each(lambda g, d, turns, acc: passes.family_pass(
            g, d, out, turns, q, key, family, limits, late, self.event, acc))  # fmt: skip
        rows, sexes, keys, parents, slots = listed(out, turns, passes.FAMILY_LISTS)
        men, women = marriage.pair_up(self.households["id"], rows, sexes, keys)
        with self.roll.changing(rows):
            marriage.wed(self.households, men, women, self.areas, self.accounts, self.event)
        self.make_room(parents.size)
        with self.roll.changing(distinct(parents)):
            self.roll.in_threads(lambda turns, _: leaving.found_all(
                self.households, turns, self.n, parents, slots, q, key, x.schooling_share[q]), 0, parents.size)  # fmt: skip
        self.roll.enter(self.n, self.n + parents.size)
        self.n += parents.size
        acc, table, year = self.town_born_accounts, self.town_born, year_of(q)
        town_born.live(
            table, q, year, key, x.dying[q], x.fertile[q] * self.birth_level, np.maximum(x.reclassification[q], 0.0) / 4.0,
            acc["change_residents"], acc["change_town"], acc["births"], acc["deaths"],
        )  # fmt: skip
        attraction = x.adding * self.wage**p.beta_w
        town_born.migrate(
            table, q, year, key, p.town_born_move / 4.0, attraction / attraction.sum(), acc["change_residents"], acc["change_town"]
        )
        self.town_born_movers *= 1.0 + p.town_born_mover_growth / 4.0

    def _stage_places(self) -> tuple[Turns, list[passes.Seats]]:
        """Stages 3 and 5 to 9, each household for itself; newcomers enter after the others' choice. Return what is listed, seats in use."""
        q, u = self.q, self.utilities
        if u is None:
            raise RuntimeError("stage 6 before stage 1")
        places, old = chances.places(self, u), self.n
        limits = chances.place_limits(self, places)
        coming, out = entries.coming(self, u, q, q), self.roll.lists

        def each(newcomers: bool, first: int = 0, entry: int = 0) -> tuple[Turns, list[tuple[passes.Seats, int]]]:
            return self.roll.each(lambda g, d, turns, acc: passes.place_pass(
                g._replace(now=q), d, out, turns, q, self.key, places, limits, self.event, season(q), newcomers, acc
            ), first, entry)  # fmt: skip

        turns, done = each(newcomers=False)
        turns = together(out, turns, passes.PLACE_LISTS)
        self.roll.as_of = q
        entries.enter(self, coming, q, q)
        late, done_late = each(newcomers=True, first=old, entry=entries_of(turns, passes.PLACE_LISTS))
        seats, broken = zip(*done, *done_late, strict=True)
        if any(broken):
            raise BoundBrokenError(f"quarter {q}: {sum(broken)} households of those who would stay for sure would move")
        return after(turns, late), list(seats)

    def _stage_register(self) -> None:
        """Stages 10, 11, 4 and 13: settling with its line, land, official residence, counts."""
        q, gates, due = self.q, self.rounds.gates(), chances.register_due(self)
        out = self.roll.lists
        turns, _ = self.roll.each(lambda g, d, turns, acc: passes.register_pass(
            g, d, out, turns, q, self.key, gates, due, self.event, acc))  # fmt: skip
        rows, score, since, lot, size = listed(out, turns, passes.REGISTER_LISTS)
        with self.roll.changing(rows):
            self.rounds.admit(rows, score, since, lot, size)
            passes.finish_ranked(self.households, rows, q, self.key, self.p, self.areas, gates, self.accounts)
        self.counts = self.roll.counts()

    def make_room(self, rows: int) -> None:
        """Grow the columns if `rows` more would not fit."""
        if self.n + rows <= self.households.size:
            return
        size = int((self.n + rows) * 1.25)
        self.households = grown(self.households[: self.n], size)
        self.event = grown(self.event[: self.n], size)  # of this quarter so far: what happened must not depend on the room there was
        self.roll.make_room(size)

    def _compact(self) -> None:
        """Drop rows of households that are gone, and of people of another province who left five years ago (back in the stock at risk)."""
        self.n = compacting.compact(self.households, self.roll.kinds, self.n, self.q, self.areas, self.p, self.norm, self.roll.tallies[0])
        if kinds.last_quarter(self.q - 1) < self.q:
            self.roll.each(lambda g, _, turns, __: kinds.renew(g.h, turns, g.q, g.last, g.areas, g.kinds))

    def movers_living(self) -> IntArray:
        """Return by area the persons (in rows' members) of other origins who live there, residents or not yet."""
        movers = self.counts.stock[:, : self.areas].copy()
        np.fill_diagonal(movers, 0)
        living: IntArray = movers.sum(axis=0)
        return living

    def _answer(self) -> None:
        """Set the quarter's wages and rents: the paths' values, answering to the people of the quarter before (stage 12's feedback)."""
        q, x, p = self.q, self.inputs, self.inputs.params
        people = self.movers_living().astype(np.float64) * self.weight
        self.wage = feedback.answered_wage(x.wage[q], people, x.movers_reference[q - 1] * self.movers_scale, p.psi, p.feedback_most)
        residents = self.frame["residents"].sum(axis=1).astype(np.float64)
        self.rent = feedback.answered_rent(
            x.rent[q], residents, x.residents_reference[q - 1], p, homes=x.market_homes[q] + self.land_homes,
            damped=self.lever("homes.land_follows_inflow"), level=self.lever("homes.market_rent_level"),
        )  # fmt: skip

    def _stage_feedback(self) -> None:
        """Stage 12: what was learned this quarter about the odds of settling and of school places."""
        q, p = self.q, self.inputs.params
        acc = self.accounts
        self.settled_year += acc["settled"] * self.weight
        self.odds = feedback.learned(self.odds, acc["settling_admitted"], acc["settling_applied"], p.kappa_p / 4.0)
        programmes.turn(self)
        if season(q) == 3:
            applied, admitted = self.rounds.applied.sum(axis=1), self.accounts["admitted_school"].sum(axis=1)
            self.seat = feedback.learned(self.seat, admitted, applied, p.kappa_p)
