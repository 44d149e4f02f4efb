"""The reference model: a classic Mesa model, one agent per household, slow and plain.

It runs the thirteen stages of a quarter with the same keyed luck as the compiled engine and must equal it exactly. What a household does
or meets is written in the agent's methods, independently of the engine; the side of areas (`government`) calls the engine's functions.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import Any

import numpy as np
from mesa import Model

from tests.reference import rounds
from tests.reference.books import Books, Census, grid
from tests.reference.competing import Ticket
from tests.reference.government import Government, season_factor
from tests.reference.household import Household, Row
from tests.reference.lives import Lives
from tests.reference.luck import Luck, Use, run_key
from urbsim.clock import first_day, season, year_of
from urbsim.engine import Inputs, town_born
from urbsim.engine.tables import Utilities, race_base
from urbsim.population import registry as code

UNDER_WAY = 300  # keys the luck of those who were under way at the census
MOST_BIRTHS = 0.5  # of a couple in a quarter
FORGOTTEN_AFTER = 20  # quarters outside
PROGRAMME = dt.date(2013, 1, 1), dt.date(2018, 12, 31)  # land certificates
TOWNS_COUNTED_BY_PLACE = dt.date(2016, 1, 1)  # the register tells town from village by place


class ReferenceModel(Model):  # type: ignore[misc]
    """Run one draw and replicate of a scenario with a household agent for every row."""

    occupied: list[list[int]]
    sharers: list[Ticket]
    applied_school: list[list[int]]
    local_pupils: list[list[int]]
    public_pupils: list[list[int]]
    bought_pupils: list[int]

    def __init__(
        self, inputs: Inputs, population: Any, templates: Any, *, weight: int, seed: int, replicate: int = 0, draw: int = 0
    ) -> None:
        super().__init__(seed=0)
        self.inputs, self.p, self.weight = inputs, inputs.params, weight
        self.areas, self.blocks = len(inputs.region.area_codes), len(inputs.region.block_codes)
        self.key = run_key(seed, replicate, draw)
        self.luck = Luck(self.key)
        self.quarter = 0
        self.km: list[list[float]] = inputs.km.tolist()
        self.districts: list[int] = inputs.districts.tolist()
        self.tier_value: list[float] = inputs.tier_value.tolist()
        self.applied_school = grid(self.areas, 2)
        self.training_chance = [0.0] * self.areas
        self.placing_chance = [0.0] * self.areas
        for row in _rows(population.households):
            Household.from_row(self, row)
        pool = _rows(templates)
        size = len(pool) // self.blocks
        self.templates = [pool[b * size : (b + 1) * size] for b in range(self.blocks)]
        self.government = Government(self, inputs, population)
        self.norm = self._mean_wage_exponent()
        self.town_share = self._town_shares()
        self._read_inputs()
        self._read_areas()
        self.books = Books(self.areas)
        self._count()
        self.government.open()
        self.birth_level = 1.0
        self.birth_scale = self._births_expected_of_couples()
        self.books = Books(self.areas)
        self.persons_entering = self._mean_persons_entering()
        self._open_pipeline()
        self._count()
        self.government.fix_feedback_levels()

    @property
    def living(self) -> list[Household]:
        """Households with members, oldest row first."""
        return [h for h in self.agents if not h.gone]

    @property
    def frame(self) -> dict[str, Any]:
        return self.government.frame

    def lever(self, name: str) -> list[float]:
        """Return this quarter's values of a lever by area."""
        return self._levers[name]

    # -- one quarter -----------------------------------------------------------------------------------------

    def step(self) -> None:
        """Run one quarter: thirteen stages."""
        self.quarter += 1
        self.books = Books(self.areas)
        self._read_inputs()
        if season(self.quarter) == 1:
            self._open_year()
        elif season(self.quarter) == 3:
            self.government.open_schools()
        self.government.answer()
        self._read_areas()
        self.birth_hazard = [[min(f * s, MOST_BIRTHS) for f in row] for row, s in zip(self.fertile, self.birth_scale, strict=True)]
        self._do("forget")
        # 1 inputs and reclassification
        self._do("reclassify")
        gained = [max(share, 0.0) for share in self.reclassified]
        self.town_share = [[1.0 - (1.0 - s) * (1.0 - g) for s, g in zip(row, gained, strict=True)] for row in self.town_share]
        utilities = self.government.utilities()
        # 2 demography
        self._do("meet_death")
        self._do("bear_child")
        self._marry()
        self._let_children_go()
        self.government.town_born_quarter()
        # 3 work; 4 clocks run by themselves; 5 attention
        self._do("work")
        self._do("reconsider")
        # 6 location and families, entries from other provinces
        self._see(utilities)
        self._do("relocate")
        self._let_in(utilities, self.quarter, self.quarter)
        # 7 to 11 permits, homes, school, settling, land
        self._do("take_up_permit")
        rounds.allot_homes(self)
        rounds.school_round(self)
        rounds.settling_round(self)
        self._do("keep_or_lose_land")
        self._do("update_residence")
        # 12 and 13 count, feedback, observe
        self._count()
        self.government.take_counts()
        self.government.learn()
        self.government.make_frame()

    def _do(self, stage: str) -> None:
        for household in self.living:
            getattr(household, stage)()

    def _read_inputs(self) -> None:
        """Read the quarter's inputs and rules into plain lists."""
        x, q = self.inputs, self.quarter
        self._levers: dict[str, list[float]] = {name: values[q].tolist() for name, values in x.levers.items()}
        self.gate: list[list[float]] = x.gate[q].tolist()
        self.points_table: list[list[float]] = x.rule[q].tolist()
        self.dying: list[list[list[float]]] = x.dying[q].tolist()
        self.fertile: list[list[float]] = x.fertile[q].tolist()
        self.schooling_share: list[float] = x.schooling_share[q].tolist()
        self.reclassified = [share / 4.0 for share in x.reclassification[q].tolist()]
        self.rent_edge = [(1.0 - share) / (1.0 - self.p.rent_judged) for share in self.lever("homes.guaranteed_rent_share")]
        self.attention_rate = self.p.a0 / 4.0 * (season_factor(self.p.a_Q1, q) * float(x.mobility[q]))
        self.certificates = PROGRAMME[0] <= first_day(q) <= PROGRAMME[1]
        self.villages_counted_as_town = first_day(q) >= TOWNS_COUNTED_BY_PLACE
        self.counts_ages = season(q) == 4
        if q > 0:
            workers = max(sum(page.workers for page in self.census), 1)
            for a, (slots, page) in enumerate(zip(self.lever("work.training_slots"), self.census, strict=True)):
                here = max(slots, 0.0) / 4.0 * page.workers / workers  # the region's number goes where the workers are
                seekers = (page.jobless + page.informal) * self.weight
                reserve, placed = self.lever("work.job_reserve")[a], self.lever("work.placements")[a] / 4.0
                posts = max(reserve, 0.0) if placed < 0.0 else placed if reserve < 0.0 else min(reserve, placed)
                self.placing_chance[a] = min(posts / max(seekers, 1), 1.0)
                self.training_chance[a] = min(here / max(page.untrained * self.weight, 1), 1.0)

    def _read_areas(self) -> None:
        """Read what areas answer, have learned and offer."""
        self.bills: list[float] = self.government.bills.tolist()
        government, q = self.government, self.quarter
        self.wage: list[float] = government.wage.tolist()
        self.price: list[float] = government.price.tolist()
        self.seat: list[float] = government.seat.tolist()
        self.pull: list[list[float]] = government.pull.tolist()
        self.shared_units = [int(units * self.p.units_rural) // self.weight for units in self.inputs.shared_units[q].tolist()]
        support, subsidy = self.lever("homes.provident_support"), self.lever("homes.rent_subsidy")
        self.rent_help = [
            (self.p.beta_w * float(np.log1p(support[a])), self.p.beta_w * float(np.log1p(subsidy[a] / max(self.wage[a], 1.0))))
            for a in range(self.areas)
        ]

    def _open_year(self) -> None:
        """Forget households that ended, and people of another province who left five years ago; renew fertility; book the transfer."""
        for household in list(self.agents):
            left = household.outside and not household.registered_in_region and household.arrived < self.quarter - FORGOTTEN_AFTER
            if household.gone or left:
                household.remove()
        self.birth_scale = self._births_expected_of_couples()
        self.government.open_year()

    def _births_expected_of_couples(self) -> list[float]:
        """Return, by part, births expected of all women over those expected of couples who live together and have a free place.

        Fertility is given per woman, and these couples bear it all.
        """
        women, couples = [0.0, 0.0], [0.0, 0.0]
        for h in self.living:
            for age, (area, part) in h.women:
                if area != code.OUTSIDE and 15 <= age <= 49:
                    women[part] += self.fertile[part][age - 15]
            age_of_wife = h.woman_age
            if h.resident_area == code.OUTSIDE or h.spouse != code.SPOUSE_ALONG or age_of_wife is None:
                continue
            births = self.fertile[h.resident_part][age_of_wife - 15]
            children = sum(1 for _ in h.living_children)
            if children < 2:
                couples[h.resident_part] += births if children == 0 else births * self.p.birth_second
        self.birth_level = self._births_of_the_data(sum(women))
        return [(w / c if c > 0.0 else 1.0) * self.birth_level for w, c in zip(women, couples, strict=True)]

    def _births_of_the_data(self, expected: float) -> float:
        """Return the year's births of the data over those expected of all women (agents' are given, in rows and a quarter)."""
        year = year_of(self.quarter)
        asked = self.inputs.region.births_by_year.get(year) if self.quarter > 0 else None
        if asked is None:
            return self.birth_level
        of_town_born = town_born.expected_births(self.government.town_born, year, np.array(self.fertile))
        return float(asked) / (4.0 * (expected * self.weight + of_town_born))

    # -- households that meet --------------------------------------------------------------------------------

    def _marry(self) -> None:
        """In every area, marry the first man in line to the first woman, and so on."""
        lines: dict[tuple[int, int], list[tuple[tuple[float, int], Lives]]] = {}
        for h in self.living:
            place_in_line = h.suit()
            if place_in_line is not None:
                lines.setdefault((h.resident_area, h.head_sex), []).append((place_in_line, h))
        for area in range(self.areas):
            men, women = (sorted(lines.get((area, sex), []), key=lambda entry: entry[0]) for sex in (code.MALE, code.FEMALE))
            for (_, groom), (_, bride) in zip(men, women, strict=False):
                groom.wed(bride)

    def _let_children_go(self) -> None:
        leaving = [(h, slot) for h in self.living for slot in h.let_children_go()]
        for parent, slot in leaving:
            parent.let_child_found(slot)

    def _see(self, u: Utilities) -> None:
        """Let households know the utilities of places."""
        self.race = self.government.race(u)
        self.village_value: list[float] = u.village.tolist()
        self.town_value: list[float] = u.town.tolist()

    def _let_in(self, u: Utilities, q: int, luck_quarter: int) -> None:
        """Let newcomers from other provinces enter: whole households, by keyed rounding of each cell of block and area."""
        for block, row in enumerate(self.government.expected_entries(u, q)):
            for area, persons in enumerate(row):
                households = persons / (self.persons_entering[block] * self.weight)
                number = int(households)
                number += self.luck.one(Use.ARRIVE, block * 256 + area, luck_quarter) < households - number
                for k in range(number):
                    Household.arrive(self, self.templates[block], block, area, k, q, luck_quarter)

    def _open_pipeline(self) -> None:
        """Let those who were under way at the census live here, residents not yet."""
        utilities = self.government.utilities()
        self.government.race_base = race_base(utilities, self.p.lambda_)
        for q in (-1, 0):
            self.quarter, now = q, self.quarter
            self._let_in(utilities, q, UNDER_WAY + q)
            self.quarter = now

    def _count(self) -> None:
        self.census = [Census() for _ in range(self.areas)]
        self.stock: list[list[int]] = grid(self.areas + self.blocks, self.areas + 1)
        self.pay: list[Counter[tuple[bool, bool, int]]] = [Counter() for _ in range(self.areas)]
        for household in self.living:
            household.count(self.census, self.stock)
        for area, page in enumerate(self.census):
            page.wage_sum = self._wages(area)

    def _wages(self, area: int) -> int:
        """Return what the heads who work in `area` earn together, yuan a month: rounded for each kind of work."""
        p, total = self.p, 0
        venture, near = self.lever("work.self_employment_income")[area], self.lever("work.near_home_pay")[area]
        for own in (False, True):
            for town in (False, True):
                earned = math.fsum(
                    index * math.exp(p.m_exp1 * years + p.m_exp2 * years * years)
                    for (self_employed, at_home, years), index in self.pay[area].items()
                    if (self_employed, at_home) == (own, town)
                )
                total += round(earned / 2.0**20 * self.wage[area] * (venture if own else 1.0) * (near if town else 1.0))
        return total

    # -- levels of the census --------------------------------------------------------------------------------

    def _mean_wage_exponent(self) -> float:
        """Return the log of the mean of exp(wage equation) over movers with a job: then the mean of wage factors is 1."""
        p = self.p
        exponents = []
        for h in self.living:
            if h.mover != code.MOVER_IN_PLACE and h.job != code.JOB_NONE and not h.outside:
                worked = max(0, -h.head_birth // 4 - h.school_years - 6)
                exponents.append(p.m_edu * (h.school_years - 9) + p.m_exp1 * worked + p.m_exp2 * worked**2 + h.wage_residual)
        return float(np.log(np.mean(np.exp(np.array(exponents))))) if exponents else 0.0

    def _mean_persons_entering(self) -> list[float]:
        """Return, by block, the mean persons of a household that enters, were all templates to come to the block's main area now."""
        means = []
        for block, rows in enumerate(self.templates):
            stock = self.inputs.region.block_stock_2010[block].tolist()
            main = stock.index(max(stock))
            km, seat = self.km[self.areas + block][main], self.seat[main]
            first = block * len(rows)
            persons = [Household.persons_if_arrived(self, row, first + k, block, km, seat) for k, row in enumerate(rows)]
            means.append(sum(persons) / len(persons))
        return means

    def _town_shares(self) -> list[list[float]]:
        """Return newcomers' share in towns, by census class and area: that of the stock, tilted; thin cells borrow the mean."""
        shares = [[1.0] * self.areas for _ in range(3)]
        tilt = float(np.exp(self.p.town_tilt))
        for census_class in (1, 2):
            total, town = [0] * self.areas, [0] * self.areas
            for h in self.living:
                if h.mover == census_class + 1 and not h.outside:
                    total[h.place] += 1
                    town[h.place] += h.part
            mean = sum(town) / max(sum(total), 1)
            for a in range(self.areas):
                share = min(max((town[a] + 5.0 * mean) / (total[a] + 5.0), 0.01), 0.995)
                odds = share / (1.0 - share) * tilt
                shares[census_class][a] = odds / (1.0 + odds)
        return shares


def _rows(columns: Any) -> list[Row]:
    """Return registry rows as mappings of plain Python numbers."""
    names = list(code.HOUSEHOLD_DTYPES)
    values = [np.asarray(columns[name]).reshape(-1).tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
