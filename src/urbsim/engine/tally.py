"""What is counted of households: a page of figures for every area, kept by difference, from which every count of a quarter follows.

Persons stand by quarter of birth, so that nobody has to be touched for growing older: bands of age are read off when a quarter ends.
`stages.observe` takes a household off its pages and puts it on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.engine.compiled import kernel
from urbsim.engine.state import BAND_EDGES, BANDS, FloatArray, IntArray, Params, Rows
from urbsim.population.registry import (
    JOB_FORMAL,
    JOB_INFORMAL,
    JOB_NONE,
    JOB_SELF_EMPLOYED,
    PLACE_AT_HOME,
    STATUS_ABSENT,
    STATUS_PERMIT,
    STATUS_SETTLED,
    TENURE_GUARANTEED,
    TENURE_MARKET_RENT,
    TENURE_PUBLIC,
    TENURE_SHARED,
    TENURES,
)

AGE_GROUPS = 18
OLDEST_BIRTH = -436  # quarter; whoever was born before is counted with it: 109 years old at the start
BIRTHS = 512  # quarters of birth, from `OLDEST_BIRTH` on
FIRST_PUPIL, PUPIL_BIRTHS = -64, 160  # those born before are 16 and more at the start
FIRST_LEAVER, COHORTS = -212, 320  # quarters in which heads left school; see `stages.observe.put_work`
INDEX = 2.0**20  # steps of one in the sums of pay indices
FERTILE_FROM, FERTILE_TO = 15, 49

# Where the figures of an area stand on its page (the last page is for everything outside the region).
PERSONS = 0  # part x (in place, migrant) x sex x BIRTHS
PUPILS = PERSONS + 8 * BIRTHS  # (local, migrant) x 8 place kinds x PUPIL_BIRTHS: all children
JOBLESS = PUPILS + 16 * PUPIL_BIRTHS  # BIRTHS: movers' heads without a job
HOMES = JOBLESS + BIRTHS  # poor x waiting x 8 states x 8 tenures: movers' households
MOVERS = HOMES + 256  # poor x (no resident, migrant) x 4 classes x 8 states: persons
WORKERS = MOVERS + 128  # 4 jobs x trained x injury x medical x insured: heads
STOCK = WORKERS + 64  # 256 origins: persons with the head, by where it lives
REGISTERS = STOCK + 256  # part x (village classed as town): persons
APART = REGISTERS + 4  # (village, village classed as town): persons registered in the village of a head who settled elsewhere
LEFT = APART + 2  # children, spouses, elders whose head lives away
QUEUE = LEFT + 3  # heads who wait to settle
ABSENT = QUEUE + 1  # (of the region, of other provinces): persons registered here and living outside
SLOTS = ABSENT + 2

COUNT = np.dtype(
    [
        ("residents", np.int64, (2,)),  # by part
        ("migrants", np.int64, (5, 3)),  # status x origin
        ("movers", np.int64, (3,)),  # by origin, residents or not yet
        ("left_behind", np.int64, (3,)),  # children, spouses, elders whose head lives away, where they live
        ("agents_in_place", np.int64, (2,)),
        ("persons_band", np.int64, (2, 10)),  # group x band
        ("persons_age5", np.int64, (2, 18)),  # sex x group
        ("pupils", np.int64, (2, 2, 5)),  # stage x (local, migrant) x place kind
        ("households_tenure", np.int64, (7,)),
        ("queue", np.int64, (3,)),
        ("homes_occupied", np.int64, (2,)),
        ("hukou", np.int64),
        ("hukou_urban", np.int64),
        ("workers", np.int64),
        ("untrained", np.int64),
        ("insured", np.int64),
        ("medical", np.int64),
        ("injury", np.int64),
        ("formal", np.int64),
        ("informal", np.int64),
        ("jobless", np.int64),
        ("assistance", np.int64),  # yuan a month
        ("wage_sum", np.int64),  # yuan
        ("registered_permit_holders", np.int64),
        ("poor", np.int64),  # persons of registered poor mover households
        ("flexible", np.int64),  # self-employed and informal workers
        ("tenants_helped", np.int64),  # households in market rental that a rent subsidy would reach
    ]
)


class Counts(NamedTuple):
    """Hold the counts of one quarter in rows' members (times the weight later)."""

    area: npt.NDArray[np.void]  # A records of COUNT
    stock: IntArray  # origins x (A + 1): persons with the head by origin and place (last: outside)


class Tally(NamedTuple):
    """Hold what is counted, or one thread's part of it: parts add up, and each may be below nought."""

    pages: npt.NDArray[np.int32]  # (A + 1) x SLOTS
    pay: IntArray  # A x (self-employed, in the own town) x COHORTS: sums of pay indices of movers' heads with a job
    fertile: npt.NDArray[np.int32]  # 6 x BIRTHS: women by part; couples by part without a child, with one


def empty_tally(areas: int) -> Tally:
    """Return a tally of nobody."""
    return Tally(np.zeros((areas + 1, SLOTS), np.int32), np.zeros((areas, 4, COHORTS), np.int64), np.zeros((6, BIRTHS), np.int32))


def together(tallies: Sequence[Tally]) -> Tally:
    """Return the sum of the parts of a tally."""
    if len(tallies) == 1:
        return tallies[0]
    pages, pay, fertile = (sum(parts[1:], start=parts[0]) for parts in zip(*tallies, strict=True))
    return Tally(pages, pay, fertile)


def _aged(by_birth: npt.NDArray[np.int32], q: int, first_birth: int, edges: Sequence[int]) -> IntArray:
    """Return sums over the last axis (quarters of birth from `first_birth` on) by completed age: from each of `edges` to the next."""
    *axes, top = by_birth.shape
    ends = np.clip(q - 4 * np.array(edges) - first_birth + 1, 0, top)  # those born before are at least so old
    sums = np.empty((*axes, ends.size), np.int64)
    _sum_between(np.ascontiguousarray(by_birth).reshape(-1, top), np.append(ends, 0), sums.reshape(-1, ends.size))
    return sums


@kernel
def _sum_between(values: npt.NDArray[np.int32], ends: IntArray, sums: IntArray) -> None:
    """Fill `sums` (n x k) with sums of the rows of `values`: from each of the k + 1 `ends`, which fall, down to the next."""
    for row in range(values.shape[0]):
        for j in range(sums.shape[1]):
            total = 0
            for i in range(ends[j + 1], ends[j]):
                total += values[row, i]
            sums[row, j] = total


def counts_of(tally: Tally, q: int, origins: int, village_counts: bool, ages: bool, pay: Pay) -> Counts:
    """Return the counts of quarter `q`.

    `village_counts`: from 2016 rural registers in villages classed as town count as urban hukou. `ages`: give five-year groups too.
    """
    pages = tally.pages[:-1]
    area = np.zeros(pages.shape[0], dtype=COUNT)
    persons = pages[:, PERSONS:PUPILS].reshape(-1, 2, 2, 2, BIRTHS)
    bands = _aged(persons.sum(axis=3, dtype=np.int32), q, OLDEST_BIRTH, (0, *BAND_EDGES))  # area x part x (in place, migrant) x band
    assert bands.shape[-1] == BANDS
    area["residents"] = bands.sum(axis=(2, 3))
    area["agents_in_place"] = bands[:, :, 0].sum(axis=2)
    area["persons_band"][:, 0] = bands.sum(axis=(1, 2))
    area["persons_band"][:, 1] = bands[:, :, 1].sum(axis=1)
    if ages:
        area["persons_age5"] = _aged(persons.sum(axis=(1, 2), dtype=np.int32), q, OLDEST_BIRTH, range(0, 5 * AGE_GROUPS, 5))
    stages = _aged(pages[:, PUPILS:JOBLESS].reshape(-1, 2, 8, PUPIL_BIRTHS), q, FIRST_PUPIL, (6, 12, 15))[..., :2]
    area["pupils"] = stages[:, :, : PLACE_AT_HOME + 1].transpose(0, 3, 1, 2)
    area["jobless"] = _aged(pages[:, JOBLESS:HOMES], q, OLDEST_BIRTH, (16, 65))[:, 0]
    area["left_behind"], area["queue"][:, 0] = pages[:, LEFT:QUEUE], pages[:, QUEUE]
    registers, apart = pages[:, REGISTERS:APART].reshape(-1, 2, 2), pages[:, APART:LEFT]
    area["hukou"] = registers.sum(axis=(1, 2)) + apart.sum(axis=1)
    area["hukou_urban"] = registers[:, 1].sum(axis=1) + ((registers[:, 0, 1] + apart[:, 1]) if village_counts else 0)
    _add_households(area, homes_of(tally), pages[:, MOVERS:WORKERS].reshape(-1, 2, 2, 4, 8))
    area["migrants"][:, STATUS_ABSENT, 1:] += pages[:, ABSENT:SLOTS]
    _add_workers(area, pages[:, WORKERS:STOCK].reshape(-1, 4, 2, 2, 2, 2))
    area["wage_sum"] = wage_sums(tally.pay, q, pay)
    return Counts(area, tally.pages[:, STOCK : STOCK + origins].T.astype(np.int64))


def homes_of(tally: Tally) -> npt.NDArray[np.int32]:
    """Return movers' households, A x poor x waiting x 8 states x 8 tenures."""
    return tally.pages[:-1, HOMES:MOVERS].reshape(-1, 2, 2, 8, 8)


def occupied(tallies: Sequence[Tally]) -> IntArray:
    """Return the guaranteed, public and shared homes in use, A x 3."""
    homes = sum(homes_of(tally) for tally in tallies)
    units: IntArray = np.asarray(homes).reshape(-1, 32, 8).sum(axis=1, dtype=np.int64)[:, [TENURE_GUARANTEED, TENURE_PUBLIC, TENURE_SHARED]]
    return units


class Pay(NamedTuple):
    """Hold what turns sums of pay indices into wages: yuan a month by area, levers on it, and the return to experience."""

    wage: FloatArray
    rules: Rows
    p: Params


def wage_sums(sums: IntArray, q: int, pay: Pay) -> IntArray:
    """Return the wages of movers' heads with a job, yuan a month per area, from A x 4 x COHORTS sums of pay indices.

    The index holds what does not change with the years (`stages.observe.pay_index`); experience is the years since school.
    """
    worked = np.maximum((q - FIRST_LEAVER - np.arange(COHORTS)) // 4, 0)
    grown = np.exp(pay.p.m_exp1 * worked + pay.p.m_exp2 * worked * worked) / INDEX
    own, near = pay.rules["self_employment_income"], pay.rules["near_home_pay"]
    level = pay.wage[:, None] * np.stack([np.ones_like(own), near, own, own * near], axis=1)
    yuan: IntArray = np.rint((sums * grown).sum(axis=2) * level).sum(axis=1).astype(np.int64)
    return yuan


def births_expected(tally: Tally, q: int, rate: FloatArray, second: float) -> tuple[FloatArray, FloatArray]:
    """Return births expected in the quarter by part: of all women, and of couples with a free slot before scaling; `rate` is part x 35.

    All women are those who live in the region, wherever the head lives: heads, wives, wives left at home, daughters. With one child a
    couple's chance is multiplied by `second`.
    """
    ages = range(FERTILE_FROM, FERTILE_TO + 2)
    by_age = _aged(tally.fertile, q, OLDEST_BIRTH, ages)[:, :-1]
    of_women = (by_age[:2] * rate).sum(axis=1)
    of_couples = (by_age[2:4] * rate).sum(axis=1) + (by_age[4:] * rate).sum(axis=1) * second
    return of_women, of_couples


def _add_households(area: npt.NDArray[np.void], homes: npt.NDArray[np.int32], movers: npt.NDArray[np.int32]) -> None:
    """Add what movers' households and persons tell, from their joint codes (`HOMES`, `MOVERS`)."""
    area["households_tenure"] = homes.sum(axis=(1, 2, 3))[:, :TENURES]
    area["homes_occupied"] = area["households_tenure"][:, 2:4]
    waiting = homes[:, :, 1].sum(axis=(1, 3))  # by status
    entitled = waiting[:, STATUS_PERMIT] + waiting[:, STATUS_SETTLED]
    area["queue"][:, 1], area["queue"][:, 2] = waiting.sum(axis=1) - entitled, entitled
    tenants = homes[..., TENURE_MARKET_RENT].sum(axis=2)  # area x poor x status
    helped = tenants[:, 0, STATUS_PERMIT] + tenants[:, 0, STATUS_SETTLED]
    area["tenants_helped"] = tenants[:, 1].sum(axis=1) + helped
    area["movers"] = movers.sum(axis=(1, 2, 4))[:, :3]
    area["migrants"] += movers[:, :, 1].sum(axis=1)[:, :3, :5].swapaxes(1, 2)
    area["poor"] = movers[:, 1].sum(axis=(1, 2, 3))
    area["registered_permit_holders"] = movers[..., STATUS_PERMIT].sum(axis=(1, 2, 3))


def _add_workers(area: npt.NDArray[np.void], workers: npt.NDArray[np.int32]) -> None:
    """Add what heads with a job tell (axes: `WORKERS`)."""
    working = workers[:, JOB_NONE + 1 :].sum(axis=1)  # area x trained x injury x medical x insured
    area["workers"] = working.sum(axis=(1, 2, 3, 4))
    area["untrained"] = working[:, 0].sum(axis=(1, 2, 3))
    area["injury"] = working[:, :, 1].sum(axis=(1, 2, 3))
    area["medical"] = working[..., 1, :].sum(axis=(1, 2, 3))
    area["insured"] = working[..., 1].sum(axis=(1, 2, 3))
    area["formal"] = workers[:, JOB_FORMAL].sum(axis=(1, 2, 3, 4))
    area["informal"] = workers[:, JOB_INFORMAL].sum(axis=(1, 2, 3, 4))
    area["flexible"] = area["informal"] + workers[:, JOB_SELF_EMPLOYED].sum(axis=(1, 2, 3, 4))
