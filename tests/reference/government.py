"""The side of areas: what they know, pay and build. It calls the engine's own functions of areas; no household is in here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.reference.books import as_records
from urbsim.clock import FIRST_YEAR, season, year_of
from urbsim.engine import Inputs, town_born
from urbsim.engine.counting import COUNT, Counts
from urbsim.engine.frame import make_frame
from urbsim.engine.rules import rules_of
from urbsim.engine.stages import arrivals, feedback, programmes
from urbsim.engine.stages.homes import first_home_prices
from urbsim.engine.stages.later_schools import pulls
from urbsim.engine.state import ACCOUNT, empty_accounts
from urbsim.engine.tables import Utilities, make_race, utilities, value_of_register
from urbsim.population import registry as code

if TYPE_CHECKING:
    from tests.reference.model import ReferenceModel


@dataclass(frozen=True)
class Race:
    """Where points of the race fall (origins x places, cumulated), and the factors of their times (origins x children x places)."""

    shares: list[list[float]]
    times: list[list[list[float]]]
    weights: list[list[list[float]]]


END_OF_2022 = 48


class Government:
    """All areas' side of the model. Its attributes bear the names that `make_frame` reads."""

    def __init__(self, model: ReferenceModel, inputs: Inputs, population: Any) -> None:
        self.model, self.inputs = model, inputs
        self.areas, self.weight = model.areas, model.weight
        self.rounds = self  # make_frame asks it for places()
        self.wage, self.rent = inputs.wage[0].copy(), inputs.rent[0].copy()
        self.seat, self.odds = (np.full(self.areas, first) for first in (inputs.params.seat_2010, inputs.params.odds_2010))
        self.price, self.pull = inputs.price[0].copy(), np.zeros((self.areas, 4))
        self.rules = rules_of(inputs.levers, 0)
        self.bills = np.maximum(inputs.levers["health.direct_settlement"][0], 0.0)
        self.opened, self.filed = np.zeros(self.areas), np.zeros(self.areas)
        self.union = np.full(self.areas, programmes.FIRST_UNION)
        self.legal, self.legal_asked = np.zeros(self.areas, np.int64), np.zeros(self.areas, np.int64)
        self.exit_paid = np.zeros(self.areas)
        self.grant, self.own_money, self.borrowed, self.repaid = (np.zeros(self.areas) for _ in range(4))
        self.debt, self.land, self.land_homes = (np.zeros(self.areas) for _ in range(3))
        self.grant_places, self.grant_units = np.zeros((self.areas, 2), np.int64), np.zeros((self.areas, 2), np.int64)
        self.begun: list[list[tuple[int, int]]] = [[(0, 0)] * self.areas, [(0, 0)] * self.areas]  # places: last year, this year
        self.planned_places, self.planned_now = np.zeros((self.areas, 2), np.int64), np.zeros((self.areas, 2), np.int64)
        self.settled_year = np.zeros((self.areas, 3), np.int64)
        self.quota_used = [0] * self.areas
        self.town_born = town_born.open_table(np.asarray(population.town_born))
        self.town_born_movers = np.asarray(population.town_born_movers, dtype=np.float64)
        self.town_born_elsewhere = np.asarray(population.town_born_other_province, dtype=np.int64)
        self.town_born_accounts = empty_accounts(self.areas)
        self.accounts = empty_accounts(self.areas)
        self.entry_base: Any = None
        self.race_base: Any = None

    def open(self) -> None:
        """Fix the references of feedback and of the register from the state of the census, and make its frame."""
        self.take_counts()
        agents, region = self.counts.area, self.inputs.region
        born = self.town_born.sum(axis=(2, 3))
        self.hukou_offset = np.asarray(region.hukou_2010) - agents["hukou"] * self.weight - born.sum(axis=1)
        self.hukou_urban_offset = -self.town_born_elsewhere
        self.make_frame()

    def fix_feedback_levels(self) -> None:
        """Fix what wages and entries answer from, those under way counted, and make the frame anew."""
        self.take_counts()
        self.movers_scale = np.maximum(self._movers() * self.weight, 1.0) / self.inputs.movers_reference[0]
        self.entry_base = self._attraction(self.utilities())
        self.make_frame()

    @property
    def q(self) -> int:
        return self.model.quarter

    def make_frame(self) -> None:
        self.frame = make_frame(self)  # type: ignore[arg-type]

    def take_counts(self) -> None:
        census, stock = self.model.census, self.model.stock
        self.counts = Counts(as_records(census, COUNT), np.array(stock, dtype=np.int64))

    def _movers(self) -> Any:
        """Return people who live in an area not their own, by area."""
        stock = self.counts.stock[:, : self.areas].copy()
        np.fill_diagonal(stock, 0)
        return stock.sum(axis=0)

    # -- what there is ---------------------------------------------------------------------------------------

    def places(self) -> Any:
        """Return public places by area and stage: of the plan, from grants, and as shifted by planning for residents."""
        this_year = np.stack([feedback.shifted_so_far(shift, season(self.q)) for shift in self.planned_now.T], axis=1)
        return self.inputs.places[self.q] + self.grant_places + self.planned_places + this_year

    @property
    def school_places(self) -> list[list[int]]:
        return [list(row) for row in self.places().tolist()]

    @property
    def units(self) -> list[list[int]]:
        return [list(row) for row in (self.inputs.units[self.q] + self.grant_units).tolist()]

    def town_born_pupils(self) -> list[list[int]]:
        """Return town-born children of the two stages by area."""
        ages = town_born.by_age(self.town_born, year_of(self.q))[0].sum(axis=1)
        return [[int(row[6:12].sum()), int(row[12:15].sum())] for row in ages]

    # -- stages ----------------------------------------------------------------------------------------------

    def open_year(self) -> None:
        """Book the transfer for last year's settlers and pupils; what is passed through becomes places and homes."""
        lever, counts, x = self._lever, self.counts.area, self.inputs
        per_settled = [lever(f"finance.grant_per_settled_{origin}") for origin in ("same_area", "same_province", "cross_province")]
        self.grant = feedback.transfer(
            self.settled_year,
            (counts["pupils"][:, :, 1, code.PLACE_PUBLIC] + counts["pupils"][:, :, 1, code.PLACE_BOUGHT]).sum(axis=1) * self.weight,
            counts["migrants"][:, 1:3, :].sum(axis=(1, 2)) * self.weight,
            np.maximum(np.stack(per_settled, axis=1), 0.0),
            np.maximum(lever("finance.grant_per_migrant_pupil"), 0.0),
            np.clip(lever("finance.resident_weight"), 0.0, 1.0),
        )
        self.grant = self.grant + counts["poor"] * self.weight * lever("finance.grant_per_poor")
        people = self.frame["residents"].sum(axis=1)
        self.begun = [self.begun[1], []]
        for a in range(self.areas):
            share, match = float(lever("finance.pass_through")[a]), float(lever("finance.own_match")[a])
            grant, owed = float(self.grant[a]), float(self.debt[a])
            passed = (x.params.theta_F if share < 0.0 else share) * grant
            self.own_money[a] = match * grant
            self.borrowed[a] = lever("finance.borrowing_limit")[a] * people[a]
            self.repaid[a] = 0.1 * owed
            spent = max(passed + match * grant + float(self.borrowed[a]) - 0.1 * owed, 0.0)
            self.debt[a] = owed + self.borrowed[a] - self.repaid[a]
            places = spent * (1.0 - x.params.grant_homes) / x.place_cost
            self.begun[1].append((int(places * x.params.grant_primary), int(places * (1.0 - x.params.grant_primary))))
            self.grant_units[a, 0] += int(spent * x.params.grant_homes / x.home_cost)
            self._take_land(a)
        self._plan_places()
        self.settled_year[:] = 0
        self.quota_used = [0] * self.areas

    def _take_land(self, area: int) -> None:
        """Land for last year's settlers; beyond the rule of the end of 2022 three tenths carry homes of 90 m2 at a density of 1.8."""
        settled, quota = int(self.settled_year[area].sum()), float(self._lever("land.quota_per_settled")[area])
        self.land[area] = settled * quota
        if self.q > END_OF_2022:
            observed = float(self.inputs.levers["land.quota_per_settled"][END_OF_2022][area])
            self.land_homes[area] += 0.3 * 1.8 / 90.0 * settled * (quota - observed)

    def open_schools(self) -> None:
        """Autumn: open the places begun in the year before."""
        self.grant_places += np.array(self.begun[0], dtype=np.int64)
        self.begun[0] = [(0, 0)] * self.areas

    def _plan_places(self) -> None:
        """Share the year's new places by resident instead of registered children, as far as the rule says."""
        pupils, new = self.frame["pupils"], self.inputs.new_places[year_of(self.q) - FIRST_YEAR]
        weight = self._lever("school.planned_by_residents")
        self.planned_places += self.planned_now
        for stage in (0, 1):
            resident = pupils[:, stage].sum(axis=(1, 2))
            registered = resident - pupils[:, stage, 1, :4].sum(axis=1)
            self.planned_now[:, stage] = feedback.planned_shift(new[:, stage], resident, registered, weight)

    def _lever(self, name: str) -> Any:
        return self.inputs.levers[name][self.q]

    def utilities(self) -> Utilities:
        """Return the utilities of places seen from the state at the quarter's start."""
        x, q, stock = self.inputs, self.q, self.counts.stock
        totals = stock.sum(axis=1).astype(np.float64)
        totals[self.areas :] = x.at_risk[q] / self.weight
        return utilities(
            x.params, x.constants, wage=self.wage, rent=self.rent,
            income_village=x.income_village[q], wage_outside=float(x.wage_outside[q]),
            residents=self.frame["residents"].sum(axis=1).astype(np.float64), network=feedback.network_shares(stock, totals),
            log_km=x.log_km, seat=self.seat, odds=self.odds, register_value=value_of_register(x.params, x.tier_value),
            appeal=x.levers["places.appeal"][q], village_appeal=x.levers["village.appeal"][q],
            near_home_pay=x.levers["work.near_home_pay"][q],
        )  # fmt: skip

    def race(self, u: Utilities) -> Race:
        """Return the quarter's tables of the race among places away; the census fixes where points fall."""
        race = make_race(u, self.race_base, self.inputs.params.lambda_)
        return Race(race.cumulated.tolist(), race.times.tolist(), race.weights.tolist())

    def expected_entries(self, u: Utilities, q: int) -> list[list[float]]:
        """Return expected persons who enter, by block and area."""
        x, p = self.inputs, self.inputs.params
        away, now = np.ascontiguousarray(u.away[self.areas :, 0, : self.areas]), self._attraction(u)
        base = now if self.entry_base is None else self.entry_base
        hazard = p.h_entry * float(x.entering[max(q, 0)])
        entries = arrivals.expected_entries(away, now - base, x.at_risk[max(q, 0)], hazard, p.lambda_, p.entry_swing)
        return [[float(persons) for persons in row] for row in entries]

    def _attraction(self, u: Utilities) -> Any:
        away = np.ascontiguousarray(u.away[self.areas :, 0, : self.areas])
        return arrivals.advantage(away, u.village[self.areas :], u.town[self.areas :], self.inputs.params.lambda_)

    def town_born_quarter(self) -> None:
        """Let the town-born die, bear children, be reclassified and move between towns."""
        q, x, p = self.q, self.inputs, self.inputs.params
        self.town_born_accounts = acc = empty_accounts(self.areas)
        key, year = np.uint64(self.model.key), year_of(q)
        town_born.live(
            self.town_born, q, year, key, x.dying[q], x.fertile[q] * self.model.birth_level, np.maximum(x.reclassification[q], 0.0) / 4.0,
            acc["change_residents"], acc["change_town"], acc["births"], acc["deaths"],
        )  # fmt: skip
        attraction = x.adding * self.wage**p.beta_w
        share = attraction / attraction.sum()
        town_born.migrate(self.town_born, q, year, key, p.town_born_move / 4.0, share, acc["change_residents"], acc["change_town"])
        self.town_born_movers *= 1.0 + p.town_born_mover_growth / 4.0

    def answer(self) -> None:
        """Set the quarter's wages and rents: those of the paths, answering to the people of the quarter before."""
        q, x, p = self.q, self.inputs, self.inputs.params
        self.rules = rules_of(x.levers, q)
        self.bills = programmes.settled_bills(self._lever("health.direct_settlement"), self.opened, self.filed, p.bills_focus)
        people = self._movers() * float(self.weight)
        self.wage = feedback.answered_wage(x.wage[q], people, x.movers_reference[q - 1] * self.movers_scale, p.psi, p.feedback_most)
        residents = self.frame["residents"].sum(axis=1).astype(np.float64)
        self.rent = feedback.answered_rent(
            x.rent[q], residents, x.residents_reference[q - 1], p, homes=x.market_homes[q] + self.land_homes,
            damped=self._lever("homes.land_follows_inflow"), level=self._lever("homes.market_rent_level"),
        )  # fmt: skip
        self.price = first_home_prices(x.price[q], self._lever("homes.first_home_subsidy"), self._lever("homes.deed_tax_relief"))
        levers = {name: values[q] for name, values in x.levers.items()}
        self.pull = pulls(p, levers, x.later_places[q], x.new_later_places[q], self.frame["persons_band"][:, 0])

    def learn(self) -> None:
        """Stage 12: perceived odds of settling and of a school place follow what was seen this quarter."""
        p = self.inputs.params
        self.accounts = acc = as_records(self.model.books.areas, ACCOUNT)
        self.settled_year += acc["settled"] * self.weight
        self.odds = feedback.learned(self.odds, acc["settling_admitted"], acc["settling_applied"], p.kappa_p / 4.0)
        programmes.turn(self)  # type: ignore[arg-type]
        if season(self.q) == 3:
            applied = np.array(self.model.applied_school, dtype=np.int64).sum(axis=1)
            self.seat = feedback.learned(self.seat, acc["admitted_school"].sum(axis=1), applied, p.kappa_p)


def season_factor(a_q1: float, quarter: int) -> float:
    """Return the factor of the Spring Festival on attention; the four of a year average to 1."""
    festival = math.exp(a_q1)
    return (festival if season(quarter) == 1 else 1.0) / ((festival + 3.0) / 4.0)
