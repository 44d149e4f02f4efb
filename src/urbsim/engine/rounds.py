"""The stages in which households compete: homes, school places, settling.

Each round lists applicants in a kernel, ranks them with `stages.rationing`, and lets a kernel carry out the outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from urbsim.clock import season, year_of
from urbsim.engine.stages import arrivals, feedback, homes, schools, settling
from urbsim.engine.stages.rationing import ration
from urbsim.engine.state import FloatArray, IntArray, empty_accounts
from urbsim.population.registry import PLACE_AT_HOME, TENURE_GUARANTEED, TENURE_PUBLIC, TENURE_SHARED

if TYPE_CHECKING:
    from urbsim.engine.engine import Engine

FIRST_YEAR = 2010
MIGRANT_SHARE_OF_UNITS = 0.5  # [E] units that go to people of rural origin; the rest serve the town-born young and talents


class Rounds:
    """Run the competitive stages of an engine; holds only what they remember between quarters."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        areas = engine.areas
        self.applied: IntArray = np.zeros((areas, 2), dtype=np.int64)
        self.town_share = _town_share(engine)
        self.entering = _members(engine)

    def _lot(self) -> tuple[npt.NDArray[Any], ...]:
        """Return scratch columns for a list of applicants: rows, area, kind, score, since, lot."""
        n = self.engine.n
        return (np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.uint8), np.empty(n), np.empty(n, np.int64), np.empty(n))

    def homes(self) -> None:
        """Stage 8: buy, apply, be ranked: public rental first, the poor before others, then guaranteed rental by waiting time."""
        e = self.engine
        x, h = e.inputs, e.households
        rows, place, kind, score, since, lot = self._lot()
        occupied, asking = np.zeros((e.areas, 3), dtype=np.int64), np.empty(e.n, np.int64)
        shared_units = (x.shared_units[e.q] * MIGRANT_SHARE_OF_UNITS).astype(np.int64) // e.weight
        found, buyers = homes.buy_and_apply(
            h, 0, e.n, e.q, e.key, e.p, e.areas, e.wage, e.price, e.lever("homes.provident_support"), e.lever("homes.shared_price_share"),
            shared_units > 0, rows, place, kind, score, since, lot, occupied, asking, e.accounts,
        )  # fmt: skip
        self._sell_shared(asking[:buyers], np.maximum(shared_units - occupied[:, 2], 0))
        rows, place, kind, score, since, lot = (v[:found] for v in (rows, place, kind, score, since, lot))
        stays = h["tenure"][rows] != TENURE_SHARED
        rows, place, kind, score, since, lot = (v[stays] for v in (rows, place, kind, score, since, lot))
        found = rows.size
        units = ((x.units[e.q] + e.grant_units) * MIGRANT_SHARE_OF_UNITS).astype(np.int64) // e.weight
        free = np.maximum(units - occupied[:, :2], 0)
        entitled = kind == 1
        public = np.zeros(found, dtype=np.bool_)
        public[entitled] = ration(
            place[entitled], score[entitled], since[entitled], lot[entitled], np.ones(int(entitled.sum()), np.int64), free[:, 1]
        )
        homes.allot(h, rows, public, TENURE_PUBLIC)
        rest = ~public
        served = np.zeros(found, dtype=np.bool_)
        served[rest] = ration(
            place[rest], np.zeros(int(rest.sum())), since[rest], lot[rest], np.ones(int(rest.sum()), np.int64), free[:, 0]
        )
        homes.allot(h, rows, served, TENURE_GUARANTEED)

    def _sell_shared(self, rows: IntArray, free: IntArray) -> None:
        """Sell the shared-ownership homes left to those who ask for one, by lot."""
        e = self.engine
        if rows.size == 0:
            return
        place, nobody = e.households["place"][rows].astype(np.int64), np.zeros(rows.size, dtype=np.int64)
        lot = homes.lots_for_shared(e.households, rows, e.q, e.key)
        served = ration(place, nobody.astype(np.float64), nobody, lot, nobody + 1, free)
        homes.allot(e.households, rows, served, TENURE_SHARED)
        e.accounts["homes_bought"][:, 1] += np.bincount(place[served], minlength=e.areas)

    def schools(self) -> None:
        """Stage 9: apply in the second quarter, enter in the third."""
        e = self.engine
        if season(e.q) == 2:
            self.applied[:] = 0
            schools.apply_round(e.households, 0, e.n, e.q, e.lever("school.permit_enough"), self.applied)
            e.accounts["applied_school"][:] = self.applied
        elif season(e.q) == 3:
            self._enter_school()

    def places(self) -> IntArray:
        """Return public places by area and stage now, grants and what was planned by residents included."""
        e = self.engine
        this_year = np.stack([feedback.shifted_so_far(shift, season(e.q)) for shift in e.planned_now.T], axis=1)
        places: IntArray = e.inputs.places[e.q] + e.grant_places + e.planned_places + this_year
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

    def _enter_school(self) -> None:
        e = self.engine
        h, x = e.households, e.inputs
        local, public = np.zeros((e.areas, 2), np.int64), np.zeros((e.areas, 2), np.int64)
        bought = np.zeros(e.areas, np.int64)
        rows, slots, stages = np.empty(2 * e.n, np.int64), np.empty(2 * e.n, np.uint8), np.empty(2 * e.n, np.uint8)
        found = schools.entry_round(h, 0, e.n, e.q, e.areas, local, public, bought, rows, slots, stages)
        rows, slots, stages = rows[:found], slots[:found], stages[:found]
        ages = e.town_born_by_age().sum(axis=(1, 2))
        held = (local + public) * e.weight + np.stack([ages[:, 6:12].sum(axis=1), ages[:, 12:15].sum(axis=1)], axis=1)
        free = np.maximum(self.places() - held, 0) // e.weight
        place = h["place"][rows].astype(np.int64)
        score = schools.ranks(h, rows, e.q, settling.points_of_rows(h, rows, e.q), e.lever("school.points_ranking"))
        since = h["arrived"][rows].astype(np.int64)
        lot = _lots(e, rows, slots)
        served = np.zeros(found, dtype=np.bool_)
        for stage in (0, 1):
            k = stages == stage
            served[k] = ration(place[k], score[k], since[k], lot[k], np.ones(int(k.sum()), np.int64), free[:, stage])
        purchasable = np.maximum(np.maximum(e.lever("school.places_bought"), 0.0).astype(np.int64) // e.weight - bought, 0)
        served |= schools.guaranteed(h, rows, slots, e.q, e.key, e.lever("school.permit_guarantee"))
        refused = ~served
        second = np.zeros(found, dtype=np.bool_)
        second[refused] = ration(
            place[refused], score[refused], since[refused], lot[refused], np.ones(int(refused.sum()), np.int64), purchasable
        )
        schools.place_children(
            h, rows, slots, stages, served, second, e.q, e.key, e.p, e.areas, x.km, e.lever("health.direct_settlement"), e.pull, e.accounts,
        )  # fmt: skip

    def settling(self) -> None:
        """Stage 10: the four gates; a year's quota opens in quarters (policy_rules.md section 1.2)."""
        e = self.engine
        x, h, q = e.inputs, e.households, e.q
        rows, _, _, score, since, lot = self._lot()
        size = np.empty(e.n, np.int64)
        quota = e.lever("settlement.quota")
        kin = e.lever("settlement.kin_follow")
        before = e.accounts["settled"].sum(axis=1)
        found = settling.settling(
            h, 0, e.n, q, e.key, e.p, e.areas, x.gate[q], x.rule[q], e.lever("settlement.recognition"),
            e.lever("homes.rental_counts_as_home"), quota >= 0.0, kin, e.wage, e.price, e.seat,
            x.tier_value, e.lever("permit.services"), e.lever("land.rights_kept"), e.norm,
            rows, score, since, lot, size, e.accounts,
        )  # fmt: skip
        rows, score, since, lot, size = rows[:found], score[:found], since[:found], lot[:found], size[:found]
        allowed = np.maximum(quota, 0.0) * season(q) / 4.0 - e.quota_used
        served = ration(h["place"][rows].astype(np.int64), score, since, lot, size, np.maximum(allowed, 0.0).astype(np.int64) // e.weight)
        settling.admit_ranked(h, rows, served, kin, e.accounts)
        e.quota_used += (e.accounts["settled"].sum(axis=1) - before) * e.weight


def _lots(e: Engine, rows: IntArray, slots: npt.NDArray[np.uint8]) -> FloatArray:
    """Return the keyed lot of each applicant child."""
    lots: FloatArray = settling.lots_of_rows(e.households, rows, slots, e.q, e.key)
    return lots


def _town_share(e: Engine) -> FloatArray:
    """Return 3 x A: the share of newcomers of each census class who live in the town part: that of the stock of 2010, tilted to towns.

    Same-area movers are townward by definition of the choice. Cells with few people borrow from the class's mean.
    """
    h = e.households[: e.n]
    share = np.ones((3, e.areas))
    for census in (1, 2):
        rows = (h["mover"] == census + 1) & (h["place"] < e.areas)
        place, part = h["place"][rows], h["part"][rows]
        total = np.bincount(place, minlength=e.areas)[: e.areas].astype(float)
        town = np.bincount(place, weights=part, minlength=e.areas)[: e.areas]
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
    km = e.inputs.km[e.areas + np.arange(e.blocks), main]
    arrivals.try_families(rows, e.blocks, e.areas, e.key, e.p, km, e.seat[main], empty_accounts(e.areas), persons)
    return arrivals.members_entering(persons, e.blocks)
