"""Cases whose outcome is known in closed form, computed by the model's own kernels as a run calls them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.engine.conftest import REGION, inputs_of, luck_of, neutral_rules, record_of, rows_of
from urbsim.engine import passes, watch
from urbsim.engine.desk import Rolls, desk, open_rows
from urbsim.engine.stages import attention, demography, permits, reclassify
from urbsim.engine.stages.choice import choice_bounds
from urbsim.engine.stages.location import location
from urbsim.engine.state import empty_accounts
from urbsim.engine.tables import Utilities, make_race, race_base
from urbsim.engine.tally import empty_tally
from urbsim.population.registry import GONE
from urbsim.scenario import load

Floats = NDArray[np.float64]
START = 8  # 2012 Q4
AREAS = 5
STATES = ("area 1", "area 2", "area 3", "area 4", "outside", "own village", "county town")
VILLAGE, TOWN = 5, 6


def family_quarters(rows: Any, quarters: int, key: int, dying: Floats, birth: Floats, second: float) -> Any:
    """Yield after each quarter of the first pass of a run: deaths and births alone; nobody marries, leaves home or is reclassified."""
    nothing = np.zeros(1)
    family = passes.Family(
        nothing, reclassify.most_reclassified(nothing), dying, demography.most_dying(dying), birth, np.zeros(4), second, 0.0
    )
    n, limits, block = rows.size, watch.family_limits(family), desk()
    event, kinds, late = np.zeros(n, np.uint8), np.zeros(n, np.uint16), watch.Late(-1, -1, -1)
    words = rows.view(np.uint64).reshape(n, -1)
    for q in range(START, START + quarters):
        roll = Rolls(rows, words, kinds, empty_tally(1), q, q, q, q, 1, record_of(), 0.0)
        open_rows(roll, event, 0, n)
        passes.family_pass(roll, block, 0, n, q, np.uint64(key), family, limits, late, event, empty_accounts(1))
        yield q


def real_table() -> Floats:
    """Return a quarter's chances of dying of Zhejiang, part x sex x 101."""
    return np.ascontiguousarray(inputs_of(load("zhejiang_2027")).dying[START])


def deaths_of_a_cohort(size: int, sex: int, key: int, first_age: int, last_age: int) -> tuple[NDArray[np.int64], Floats]:
    """Return the deaths by quarter of `size` single heads of a town who are `first_age`, until they would be `last_age`; and the table."""
    table, quarters = real_table(), 4 * (last_age - first_age)
    rows = rows_of(size, part=1, resident_part=1, register_in_town=1, head_sex=sex, head_birth=START - 4 * first_age)
    died, before = np.zeros(quarters, np.int64), 0
    for k, _ in enumerate(family_quarters(rows, quarters, key, table, np.zeros((2, 35)), 1.0)):
        gone = int((rows["place"] == GONE).sum())
        died[k], before = gone - before, gone
    return died, table[1, sex]


def children_of_couples(size: int, key: int, quarters: int, chance: float, second: float) -> tuple[NDArray[np.int64], Any]:
    """Return couples by number of children after each quarter, quarters x 3, and their rows; a woman is 20 at first, nobody dies."""
    rows = rows_of(size, spouse=1, head_sex=1, head_birth=START - 80, spouse_birth=START - 84)
    seen = np.zeros((quarters, 3), np.int64)
    never = np.zeros((2, 2, 101))
    for k, _ in enumerate(family_quarters(rows, quarters, key, never, np.full((2, 35), chance), second)):
        children = (rows["child1_birth"] < 32000).astype(int) + (rows["child2_birth"] < 32000)
        seen[k] = np.bincount(children, minlength=3)
    return seen, rows


def permits_of_newcomers(size: int, key: int, quarters: int, **columns: int) -> tuple[NDArray[np.int64], float]:
    """Return how many take up a permit in each quarter, all of whom may from the first; and the chance of a quarter."""
    p, accounts = record_of(), empty_accounts(3)
    base = {"place": 0, "part": 1, "origin": 1, "register": 1, "mover": 2, "status": 1, "job": 1, "tenure": 1, "arrived": 0}
    rows = rows_of(size, **(base | columns))
    zero, chances = np.zeros(3), permits.uptake(p, np.ones(3))
    issued = np.zeros(quarters, np.int64)
    for k in range(quarters):
        q = START + k
        before = int((rows["status"] == 2).sum())
        luck, who = luck_of(rows, q, key, 1), np.arange(size)
        permits.permits(rows, who, luck, q, np.uint64(key), p, zero + 6.0, zero + 1.0, zero + 6.0, chances, zero, accounts)
        issued[k] = int((rows["status"] == 2).sum()) - before
    return issued, float(chances[0, 0, columns.get("insured", 0), int(columns.get("schooling", 0) >= 2)])


class Places:
    """A village, its county town, four towns and the world outside at utilities that never change; people reconsider at a constant rate."""

    def __init__(self, size: int, key: int, dissimilarity: float, cost: float, onward: float, away: list[float], near: tuple[float, float]):
        self.p = record_of(
            **{
                "lambda": dissimilarity, "C_move": cost, "onward": onward, "g_age": 0.0, "edu_away": 0.0, "T_land": 0.0,
                "cross_district": 0.0, "beta_match": 0.0, "beta_dur": 0.0, "k_return_village": 0.0, "beta_own": 0.0,
            }
        )  # fmt: skip
        self.away, self.near, self.cost, self.onward, self.lam = np.array(away), near, cost, onward, dissimilarity
        self.key, self.rows = key, rows_of(size, schooling=1, arrived=START, job=1, tenure=1)
        table = np.full((AREAS, 3, AREAS + 1), -np.inf)
        table[0, :, 1:] = away
        table[1:, :, -1] = 0.0
        u = Utilities(table, np.full(AREAS, near[0]), np.full(AREAS, near[1]))
        base = race_base(Utilities(np.where(np.isfinite(table), 0.0, -np.inf), u.village, u.town), dissimilarity)
        self.race, self.bounds = make_race(u, base, dissimilarity), choice_bounds(dissimilarity)
        self.chances, self.most = attention.chances_to_attend(self.p, 1.0)

    def step(self, q: int, everyone: bool = False) -> None:
        """Let a quarter pass; `everyone` reconsiders, or those whose luck says so."""
        rows, size, ones = self.rows, self.rows.size, np.ones(AREAS)
        luck, who, event = luck_of(rows, q, self.key, 1), np.arange(size), np.zeros(size, np.uint8)
        if not everyone:
            attending = np.empty(size, np.int64)
            found = attention.attention(rows, who, luck, q, np.uint64(self.key), self.chances, self.most, event, attending)
            who = attending[:found]
        broken = location(
            rows, who, luck, q, np.uint64(self.key), self.p, AREAS, event, self.race, self.bounds, np.full((AREAS, AREAS), 50.0),
            ones, ones, np.ones((3, AREAS)), np.zeros(AREAS, np.uint8), ones, np.zeros((AREAS + 1, 2)), np.zeros((AREAS + 1, 4)),
            neutral_rules(AREAS), ones, 0.0, empty_accounts(AREAS),
        )  # fmt: skip
        assert broken == 0

    def where(self) -> NDArray[np.int64]:
        """Return the index in STATES of each household."""
        place, mover = self.rows["place"].astype(int), self.rows["mover"]
        found = np.where(place == 255, 4, place - 1)
        found[(place == 0) & (mover == 0)] = VILLAGE
        found[(place == 0) & (mover == 1)] = TOWN
        return found

    def choice(self, state: int) -> Floats:
        """Return the nested logit probabilities of one who lives at `state` and reconsiders.

        P(j) = P(nest) exp(V_j / lambda) / sum; the nests are the places away, with the value lambda log sum exp(V_j / lambda), the own
        village and the county town. Every place but the present one costs `cost` more, less `onward` from one place away to another.
        """
        far = state < VILLAGE
        toll = self.cost - self.onward if far else self.cost
        inside = self.away - toll
        if far:
            inside[state] += toll
        village = self.near[0] - (self.cost if state != VILLAGE else 0.0)
        town = self.near[1] - (self.cost if state != TOWN else 0.0)
        parts = np.exp(inside / self.lam)
        tops = np.exp(np.array([self.lam * np.log(parts.sum()), village, town]))
        return np.concatenate((tops[0] * parts / parts.sum(), tops[1:])) / tops.sum()

    def transition(self, factor: float = 1.0) -> Floats:
        """Return the matrix of a quarter: with the chance to reconsider (times `factor`) a choice, else the same place."""
        chance = float(self.chances[0]) * factor
        chosen = np.stack([self.choice(state) for state in range(len(STATES))])
        return (1 - chance) * np.eye(len(STATES)) + chance * chosen


__all__ = ["REGION", "START", "STATES", "TOWN", "VILLAGE", "Places", "children_of_couples", "deaths_of_a_cohort", "permits_of_newcomers"]
