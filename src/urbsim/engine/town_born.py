"""The town-born: non-agricultural residents of 2010 and their children, as a table of persons (no lever acts on them).

`table` is A x part x sex x 118 birth years (1910..2027), whole persons. Expected deaths, births and moves of a cell are made whole by keyed
rounding: the floor, plus one with the chance of the remainder.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from urbsim.engine import rng
from urbsim.engine.compiled import allocating, kernel
from urbsim.engine.state import NATURAL_TOWN, NATURAL_VILLAGE, RECLASSIFICATION, TOWN_BORN_MIGRATION, FloatArray, IntArray

FIRST_BIRTH_YEAR = 1910
BIRTH_YEARS = 118
MOVE_FROM, MOVE_TO = 18, 34
GIRLS = 0.475


def open_table(town_born_2010: npt.NDArray[np.int64]) -> IntArray:
    """Return the table from the 2010 state (A x part x sex x 101, last axis birth year 2010 - k)."""
    areas = town_born_2010.shape[0]
    table = np.zeros((areas, 2, 2, BIRTH_YEARS), dtype=np.int64)
    table[..., :101] = town_born_2010[..., ::-1]
    return table


@kernel
def _whole(expected, u, most):
    return min(int(expected + u), most)


def expected_births(table: IntArray, year: int, fertile: FloatArray) -> float:
    """Return the births that women expect in a quarter at `fertile` (part x 35, births a quarter)."""
    ages = year - FIRST_BIRTH_YEAR - np.arange(table.shape[-1])
    bears = (ages >= 15) & (ages <= 49)
    women = table[:, :, 1].sum(axis=0)[:, bears]
    return float((women * fertile[:, ages[bears] - 15]).sum())


@allocating
def live(table, q, year, key, dying, fertile, reclassified, change_residents, change_town, births, deaths):
    """One quarter of deaths, births and reclassification.

    `dying` part x sex x 101 and `fertile` part x 35: quarterly probabilities; `reclassified` per area: share of village people whose
    village becomes town. `births`, `deaths` are A x part.
    """
    areas = table.shape[0]
    years = year - FIRST_BIRTH_YEAR + 1  # nobody is born later
    cells, words = np.empty(years, np.uint64), np.empty((2, years), np.uint64)
    dies, moves, chance, dead = np.empty(years), np.empty(years), np.empty((2, 2, years)), np.empty(years, np.int32)
    for part in range(2):
        for sex in range(2):
            for y in range(years):
                chance[part, sex, y] = dying[part, sex, min(years - 1 - y, 100)]
    for a in range(areas):
        for part in (1, 0):  # towns first: whoever's village becomes town has passed through this quarter once
            component = NATURAL_TOWN if part == 1 else NATURAL_VILLAGE
            expected = 0.0
            gone = 0
            for sex in range(2):
                line, risk = table[a, part, sex], chance[part, sex]
                for y in range(np.uint64(years)):
                    cells[y] = ((a * 2 + part) * 2 + sex) * 128 + y
                rng.pairs_of(cells, rng.TOWN_BORN, q, key, words, dies, moves)
                if sex == 1:
                    for age in range(49, 14, -1):
                        expected += line[years - 1 - age] * fertile[part, age - 15]
                for y in range(np.uint64(years)):  # vector instructions, as numbers of 32 bits
                    n = np.int32(line[y])
                    dead[y] = min(np.int32(n * risk[y] + dies[y]), n)
                for y in range(np.uint64(years)):
                    line[y] -= dead[y]
                    gone += dead[y]
                if part == 0:
                    for y in range(np.uint64(years)):
                        moved = _whole(line[y] * reclassified[a], moves[y], line[y])
                        line[y] -= moved
                        table[a, 1, sex, y] += moved
                        change_town[a, RECLASSIFICATION] += moved
            u, v, _, _ = rng.draw4(key, rng.TOWN_BORN, (a * 2 + part) * 512 + 300, q, 1)
            born = _whole(expected, u, 1 << 40)
            girls = _whole(born * GIRLS, v, born)
            table[a, part, 1, year - FIRST_BIRTH_YEAR] += girls
            table[a, part, 0, year - FIRST_BIRTH_YEAR] += born - girls
            births[a, part] += born
            deaths[a, part] += gone
            change_residents[a, component] += born - gone
            if part == 1:
                change_town[a, component] += born - gone


@allocating
def migrate(table, q, year, key, rate, share, change_residents, change_town):
    """Move young town-born adults between the towns of the region.

    Each town cell of age 18-34 loses `rate` (quarterly) of its people to a pool of its sex and birth year; the pool is split over areas by
    `share` (sums to 1), whole persons by largest remainder, so that nobody is lost.
    """
    areas = table.shape[0]
    whole, rest = np.zeros(areas, np.int64), np.zeros(areas)
    cells, words, moves, other = np.empty(areas, np.uint64), np.empty((2, areas), np.uint64), np.empty(areas), np.empty(areas)
    for sex in range(2):
        for y in range(BIRTH_YEARS):
            age = year - FIRST_BIRTH_YEAR - y
            if age < MOVE_FROM or age > MOVE_TO:
                continue
            pool = 0
            for a in range(areas):
                cells[a] = ((a * 2 + 1) * 2 + sex) * 128 + y + (1 << 32)
            rng.pairs_of(cells, rng.TOWN_BORN, q, key, words, moves, other)
            for a in range(areas):
                n = table[a, 1, sex, y]
                out = _whole(n * rate, moves[a], n)
                table[a, 1, sex, y] = n - out
                change_residents[a, TOWN_BORN_MIGRATION] -= out
                change_town[a, TOWN_BORN_MIGRATION] -= out
                pool += out
            left = pool
            for a in range(areas):
                exact = pool * share[a]
                whole[a] = int(exact)
                rest[a] = exact - whole[a]
                left -= whole[a]
            for _ in range(left):
                best = 0
                for a in range(areas):
                    if rest[a] > rest[best]:
                        best = a
                whole[best] += 1
                rest[best] = -1.0
            for a in range(areas):
                table[a, 1, sex, y] += whole[a]
                change_residents[a, TOWN_BORN_MIGRATION] += whole[a]
                change_town[a, TOWN_BORN_MIGRATION] += whole[a]


def by_age(table: IntArray, year: int) -> tuple[IntArray, IntArray]:
    """Return persons by completed age at the end of `year`, A x sex x 101 (100 = 100 and more), and by part, A x 2."""
    ages, parts = np.zeros((table.shape[0], 2, 101), np.int64), np.zeros(table.shape[:2], np.int64)
    _add_ages(table, year - FIRST_BIRTH_YEAR, ages, parts)
    return ages, parts


@kernel
def _add_ages(table, newest, ages, parts):
    for a in range(table.shape[0]):
        for part in range(2):
            for sex in range(2):
                line, total = table[a, part, sex], 0
                for y in range(np.uint64(newest - 99)):
                    total += line[y]
                ages[a, sex, 100] += total
                for age in range(np.uint64(100)):
                    n = line[np.uint64(newest) - age]
                    ages[a, sex, age] += n
                    total += n
                parts[a, part] += total
