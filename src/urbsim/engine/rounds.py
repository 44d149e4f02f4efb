"""The stages in which households compete: homes, school places, settling.

Each round lists applicants in a kernel, ranks them with `stages.rationing`, and lets a kernel carry out the outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from urbsim.clock import season, year_of
from urbsim.engine import town_born
from urbsim.engine.counting import occupied
from urbsim.engine.desk import Desk, Rolls, listed
from urbsim.engine.inputs import certificates_run
from urbsim.engine.passes import PLACE_LISTS, Gates, Seats, apply_pass
from urbsim.engine.rules import pays_for_rights
from urbsim.engine.stages import arrivals, feedback, homes, location, schools, settling
from urbsim.engine.stages.rationing import ration
from urbsim.engine.state import Accounts, FloatArray, IntArray, distinct, empty_accounts
from urbsim.engine.turns import Turns
from urbsim.population.registry import PLACE_AT_HOME, TENURE_SHARED

if TYPE_CHECKING:
    from urbsim.engine.engine import Engine

FIRST_YEAR = 2010


class Rounds:
    """Run the competitive stages of an engine; holds only what they remember between quarters."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        areas = engine.areas
        self.applied: IntArray = np.zeros((areas, 2), dtype=np.int64)
        self.town_share = _town_share(engine)
        self.entering = _members(engine)

    def meet(self, turns: Turns, seats: list[Seats]) -> None:
        """Stages 8 and 9: give out homes and school places to those whom the second pass listed (`passes.place_pass`)."""
        rows, areas, kinds, since, identities, shared, *children = listed(self.engine.roll.lists, turns, PLACE_LISTS)
        self._homes(occupied(self.engine.roll.tallies), shared, rows, areas, kinds, since, identities)
        if season(self.engine.q) == 2:
            self._apply_for_school()
        elif season(self.engine.q) == 3:
            held = np.sum([part.local + part.public for part in seats], axis=0)
            self._enter_school(held, np.sum([part.bought for part in seats], axis=0), *children)

    def _homes(
        self, used: IntArray, asking: IntArray,
        rows: IntArray, place: npt.NDArray[np.int16], kind: npt.NDArray[np.uint8], since: npt.NDArray[np.int16], who: IntArray,
    ) -> None:  # fmt: skip
        """Stage 8: shared homes by lot to those `asking`; then those who wait (`rows`, identities `who`) are ranked for rental ones.

        Public rental first, the poor before others, then guaranteed rental by waiting time.
        """
        e = self.engine
        x, h = e.inputs, e.households
        self._sell_shared(asking, np.maximum(self._shared_units() - used[:, 2], 0))
        units = ((x.units[e.q] + e.grant_units) * x.params.units_rural).astype(np.int64) // e.weight
        guaranteed, public = np.ascontiguousarray(np.maximum(units - used[:, :2], 0).T)
        lot, desks = e.roll.lists.lots[: rows.size], e.roll.desks
        e.roll.in_threads(lambda turns, part: homes.lots(turns, who, e.q, e.key, desks[part].draws, lot), 0, rows.size)
        got = homes.give_out(h, rows, asking.size > 0, place, kind, since, lot, e.lever("homes.poor_first"), guaranteed, public)
        housed = got > 0
        with e.roll.changing(rows[housed]):
            homes.allot(h, rows[housed], got[housed])

    def _shared_units(self) -> IntArray:
        """Return the shared-ownership homes for people of rural origin, rows per area."""
        e = self.engine
        units: IntArray = (e.inputs.shared_units[e.q] * e.inputs.params.units_rural).astype(np.int64) // e.weight
        return units

    def buying(self) -> FloatArray:
        """Return the chances to buy a whole home (`homes.chances_to_buy`)."""
        e = self.engine
        chances: FloatArray = homes.chances_to_buy(e.p, e.wage, e.price, e.lever("homes.provident_support"), np.ones(e.areas))
        return chances

    def sharing(self) -> FloatArray:
        """Return the chances to buy a shared home, nought where none is for sale."""
        e = self.engine
        part = e.lever("homes.shared_price_share")
        chances: FloatArray = homes.chances_to_buy(e.p, e.wage, e.price, e.lever("homes.provident_support"), part)
        return np.where((self._shared_units() > 0)[:, None, None], chances, 0.0)

    def _sell_shared(self, rows: IntArray, free: IntArray) -> None:
        """Sell the shared-ownership homes left to those who ask for one, by lot."""
        e = self.engine
        if rows.size == 0:
            return
        place, nobody = e.households["place"][rows].astype(np.int64), np.zeros(rows.size, dtype=np.int64)
        lot = homes.lots_for_shared(e.households, rows, e.q, e.key)
        served = ration(place, nobody.astype(np.float64), nobody, lot, nobody + 1, free)
        with e.roll.changing(rows[served]):
            homes.allot(e.households, rows[served], np.full(int(served.sum()), TENURE_SHARED, np.uint8))
        e.accounts["homes_bought"][:, 1] += np.bincount(place[served], minlength=e.areas)

    def _apply_for_school(self) -> None:
        """Stage 9, second quarter: children are put forward for the places of the autumn."""
        e = self.engine
        enough = e.lever("school.permit_enough")

        def apply(g: Rolls, d: Desk, turns: Turns, _: Accounts) -> IntArray:
            applied = np.zeros((e.areas, 2), dtype=np.int64)
            apply_pass(g, d, turns, e.q, enough, applied)
            return applied

        _, applied = e.roll.each(apply)
        self.applied[:] = sum(applied)
        e.accounts["applied_school"][:] = self.applied

    def places(self) -> IntArray:
        """Return public places by area and stage now, grants and what was planned by residents included."""
        e = self.engine
        places: IntArray = e.inputs.places[e.q] + e.grant_places + e.planned_places
        if e.planned_now.any():
            places += np.stack([feedback.shifted_so_far(shift, season(e.q)) for shift in e.planned_now.T], axis=1)
        return places

    def plan(self) -> None:
        """Split the year's new school places by resident instead of registered children, as far as the rule in force says."""
        e = self.engine
        pupils = e.frame["pupils"].sum(axis=(2, 3))
        migrants = e.frame["pupils"][:, :, 1, :PLACE_AT_HOME].sum(axis=2)
        new, weight = e.inputs.new_places[year_of(e.q) - FIRST_YEAR], e.lever("school.planned_by_residents")
        e.planned_places += e.planned_now
        for stage in (0, 1):
            e.planned_now[:, stage] = feedback.planned_shift(new[:, stage], pupils[:, stage], pupils[:, stage] - migrants[:, stage], weight)

    def _enter_school(
        self, held: IntArray, bought: IntArray, rows: IntArray, slots: npt.NDArray[np.uint8], stages: npt.NDArray[np.uint8]
    ) -> None:
        """Stage 9, third quarter: `held` places by area and stage (rows' children), `bought` ones by area."""
        e = self.engine
        h, x = e.households, e.inputs
        found = rows.size
        ages = town_born.by_age(e.town_born, year_of(e.q))[0].sum(axis=1)
        held = held * e.weight + np.stack([ages[:, 6:12].sum(axis=1), ages[:, 12:15].sum(axis=1)], axis=1)
        free = np.maximum(self.places() - held, 0) // e.weight
        ranking, guarantee = e.lever("school.points_ranking"), e.lever("school.permit_guarantee")
        place, since, sure = np.empty(found, np.int16), np.empty(found, np.int16), np.empty(found, np.bool_)
        score, lot = np.empty((2, found))
        e.roll.in_threads(lambda turns, _: schools.line_up(
            h, turns, rows, slots, e.q, e.key, ranking, guarantee, place, score, since, lot, sure), 0, found)  # fmt: skip
        served = np.zeros(found, dtype=np.bool_)
        for stage in (0, 1):
            k = stages == stage
            served[k] = ration(place[k], score[k], since[k], lot[k], np.ones(int(k.sum()), np.int64), free[:, stage])
        purchasable = np.maximum(np.maximum(e.lever("school.places_bought"), 0.0).astype(np.int64) // e.weight - bought, 0)
        served |= sure
        refused = ~served
        second = np.zeros(found, dtype=np.bool_)
        second[refused] = ration(
            place[refused], score[refused], since[refused], lot[refused], np.ones(int(refused.sum()), np.int64), purchasable
        )
        with e.roll.changing(distinct(rows)):
            schools.place_children(
                h, rows, slots, stages, served, second, e.q, e.key, e.p, e.areas, x.log_km, e.bills, e.rules, e.pull, e.accounts,
            )  # fmt: skip

    def gates(self) -> Gates:
        """Return what the last pass reads."""
        e = self.engine
        x, q = e.inputs, e.q
        return Gates(
            gate=x.gate[q], rule=x.rule[q], recognition=e.lever("settlement.recognition"),
            rental_counts=e.lever("homes.rental_counts_as_home"), has_quota=e.lever("settlement.quota") >= 0.0,
            kin=e.lever("settlement.kin_follow"), wage=e.wage, price=e.price, seat=e.seat, tier_value=x.tier_value,
            services=e.lever("permit.services"), rights_kept=e.lever("land.rights_kept"), programme=1.0 if certificates_run(q) else 0.0,
            paid=pays_for_rights(e.rules), norm=e.norm, rules=e.rules,
        )  # fmt: skip

    def admit(self, rows: IntArray, score: FloatArray, since: IntArray, lot: FloatArray, size: IntArray) -> None:
        """Stage 10: rank those who stand in line for a quota; a year's opens in quarters (policy_rules.md section 1.2)."""
        e = self.engine
        h, q, quota = e.households, e.q, e.lever("settlement.quota")
        allowed = np.maximum(quota, 0.0) * season(q) / 4.0 - e.quota_used
        served = ration(h["place"][rows].astype(np.int64), score, since, lot, size, np.maximum(allowed, 0.0).astype(np.int64) // e.weight)
        settling.admit_ranked(h, rows, served, e.lever("settlement.kin_follow"), e.accounts)
        e.quota_used += e.accounts["settled"].sum(axis=1) * e.weight


def _town_share(e: Engine) -> FloatArray:
    """Return 3 x A: the share of newcomers of each census class who live in the town part: that of the stock of 2010, tilted to towns.

    Same-area movers are townward by definition of the choice. Cells with few people borrow from the class's mean.
    """
    households = np.zeros((4, 2, e.areas), np.int64)
    location.count_parts(e.households[: e.n], households)
    share = np.ones((3, e.areas))
    for census in (1, 2):
        town = households[census + 1, 1].astype(np.float64)
        total = households[census + 1, 0] + town
        mean = town.sum() / max(total.sum(), 1.0)
        stock = np.clip((town + 5.0 * mean) / (total + 5.0), 0.01, 0.995)
        odds = stock / (1.0 - stock) * np.exp(e.inputs.params.town_tilt)
        share[census] = odds / (1.0 + odds)
    return share


def _members(e: Engine) -> FloatArray:
    """Return, by block, the mean number of persons who enter with one household, were all its templates to come to its main area now."""
    rows = e.templates.copy()
    main = np.argmax(np.asarray(e.inputs.region.block_stock_2010), axis=1)
    persons = np.empty(rows.size)
    log_km = e.inputs.log_km[e.areas + np.arange(e.blocks), main]
    arrivals.try_families(rows, e.blocks, e.areas, e.key, e.p, log_km, e.seat[main], empty_accounts(e.areas), persons)
    return arrivals.members_entering(persons, e.blocks)
