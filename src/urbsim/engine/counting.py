"""What is read off the pages of the tally (`engine.tally`): the counts of a quarter, homes in use, the births to expect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.engine.compiled import allocating, kernel
from urbsim.engine.state import BAND_EDGES, BANDS, FloatArray, IntArray, Params, Rows
from urbsim.engine.tally import (
    ABSENT,
    APART,
    BIRTHS,
    COHORTS,
    FIRST_LEAVER,
    FIRST_PUPIL,
    HOMES,
    INDEX,
    JOBLESS,
    LEFT,
    MOVERS,
    OLDEST_BIRTH,
    PERSONS,
    PUPIL_BIRTHS,
    PUPILS,
    QUEUE,
    REGISTERS,
    STOCK,
    WORKERS,
    Tally,
)
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
FERTILE_FROM, FERTILE_TO = 15, 49

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


class Pay(NamedTuple):
    """Hold what turns sums of pay indices into wages: yuan a month by area, levers on it, and the return to experience."""

    wage: FloatArray
    rules: Rows
    p: Params


class _Ends(NamedTuple):
    """Hold, for ages that rise, before which quarter of birth those stand who have reached them; the last is 0."""

    bands: IntArray
    fives: IntArray
    stages: IntArray  # of school
    working: IntArray


def _ends_at(q: int, edges: Iterable[int], first_birth: int = OLDEST_BIRTH, top: int = BIRTHS) -> IntArray:
    return np.array([*(min(max(q - 4 * age - first_birth + 1, 0), top) for age in edges), 0])


@cache
def _ends(q: int) -> _Ends:
    return _Ends(
        _ends_at(q, (0, *BAND_EDGES)), _ends_at(q, range(0, 5 * AGE_GROUPS, 5)), _ends_at(q, (6, 12, 15), FIRST_PUPIL, PUPIL_BIRTHS),
        _ends_at(q, (16, 65)),
    )  # fmt: skip


def counts_of(tally: Tally, q: int, origins: int, village_counts: bool, ages: bool, pay: Pay) -> Counts:
    """Return the counts of quarter `q`.

    `village_counts`: from 2016 rural registers in villages classed as town count as urban hukou. `ages`: give five-year groups too.
    """
    area = np.zeros(tally.pages.shape[0] - 1, dtype=COUNT)
    ends = _ends(q)
    worked = np.maximum((q - FIRST_LEAVER - np.arange(COHORTS)) // 4, 0)
    grown = np.exp(pay.p.m_exp1 * worked + pay.p.m_exp2 * worked * worked) / INDEX
    _read_pages(tally, area, ends, village_counts, ages, grown, pay.wage, pay.rules)
    return Counts(area, tally.pages[:, STOCK : STOCK + origins].T.astype(np.int64))


@allocating
def _read_pages(tally, area, ends, village_counts, ages, grown, wage, rules):
    for a in range(area.size):
        page, c = tally.pages[a], area[a]
        _persons(page, c, ends.bands)
        if ages:
            _five_years(page, c, ends.fives)
        _pupils(page, c, ends.stages)
        c.jobless = _between(page, JOBLESS, ends.working, 0)
        _registered(page, c, village_counts)
        _households(page, c)
        _movers(page, c)
        _workers(page, c)
        c.wage_sum = _wages(tally.pay[a], grown, wage[a], rules[a])


@kernel
def _between(page, first, ends, k):
    """Return how many stand from age k to the next of `ends`, in a line of quarters of birth that begins at slot `first`."""
    total = 0
    for slot in range(np.uint64(first + ends[k + 1]), np.uint64(first + ends[k])):  # vector instructions, as unsigned numbers
        total += page[slot]
    return total


@kernel
def _persons(page, c, ends):
    for line in range(8):
        part, migrant = line >> 2, line >> 1 & 1
        for k in range(BANDS - 1, -1, -1):  # the oldest come first
            n = _between(page, PERSONS + line * BIRTHS, ends, k)
            c.residents[part] += n
            c.agents_in_place[part] += 0 if migrant else n
            c.persons_band[0, k] += n
            c.persons_band[1, k] += n if migrant else 0


@kernel
def _five_years(page, c, ends):
    for line in range(8):
        for k in range(AGE_GROUPS):
            c.persons_age5[line & 1, k] += _between(page, PERSONS + line * BIRTHS, ends, k)


@kernel
def _pupils(page, c, ends):
    for group in range(2):
        for kind in range(PLACE_AT_HOME + 1):
            for stage in range(2):
                c.pupils[stage, group, kind] = _between(page, PUPILS + (group * 8 + kind) * PUPIL_BIRTHS, ends, stage)


@kernel
def _registered(page, c, village_counts):
    """Read where people are registered, whom heads left behind, who waits to settle or is absent."""
    for k in range(3):
        c.left_behind[k] = page[LEFT + k]
    c.queue[0] = page[QUEUE]
    for k in range(2):
        c.migrants[STATUS_ABSENT, 1 + k] = page[ABSENT + k]
        c.hukou += page[REGISTERS + k] + page[REGISTERS + 2 + k] + page[APART + k]
        c.hukou_urban += page[REGISTERS + 2 + k]
    if village_counts:
        c.hukou_urban += page[REGISTERS + 1] + page[APART + 1]


@kernel
def _households(page, c):
    """Read movers' households: their homes, who waits for one, whom a rent subsidy would reach (codes: `HOMES`)."""
    for code in range(MOVERS - HOMES):
        n, tenure, status, waiting, poor = page[HOMES + code], code & 7, code >> 3 & 7, code >> 6 & 1, code >> 7
        entitled = status == STATUS_PERMIT or status == STATUS_SETTLED
        if tenure < TENURES:
            c.households_tenure[tenure] += n
        if waiting:
            c.queue[2 if entitled else 1] += n
        if tenure == TENURE_MARKET_RENT and (entitled or poor):
            c.tenants_helped += n
    c.homes_occupied[0], c.homes_occupied[1] = c.households_tenure[TENURE_GUARANTEED], c.households_tenure[TENURE_PUBLIC]


@kernel
def _movers(page, c):
    """Read movers' persons (codes: `MOVERS`)."""
    for code in range(WORKERS - MOVERS):
        n, status, origin, migrant, poor = page[MOVERS + code], code & 7, code >> 3 & 3, code >> 5 & 1, code >> 6
        if origin < 3:
            c.movers[origin] += n
            if migrant and status <= STATUS_ABSENT:
                c.migrants[status, origin] += n
        c.poor += n if poor else 0
        c.registered_permit_holders += n if status == STATUS_PERMIT else 0


@kernel
def _workers(page, c):
    """Read heads with a job (codes: `WORKERS`)."""
    for code in range(STOCK - WORKERS):
        n, insured, medical, injury, trained, job = page[WORKERS + code], code & 1, code & 2, code & 4, code & 8, code >> 4
        if job == JOB_NONE:
            continue
        c.workers += n
        c.untrained += 0 if trained else n
        c.injury += n if injury else 0
        c.medical += n if medical else 0
        c.insured += n if insured else 0
        c.formal += n if job == JOB_FORMAL else 0
        c.informal += n if job == JOB_INFORMAL else 0
        c.flexible += n if job == JOB_INFORMAL or job == JOB_SELF_EMPLOYED else 0


@kernel
def _wages(sums, grown, wage, rule):
    """Return the wages of movers' heads with a job, yuan a month, from 4 x COHORTS sums of pay indices.

    The index holds what does not change with the years (`tallying.pay_index`); experience is the years since school (`grown`).
    """
    plain = near = own = both = 0.0
    for k in range(np.uint64(COHORTS)):
        plain += np.float64(sums[0, k]) * grown[k]
        near += np.float64(sums[1, k]) * grown[k]
        own += np.float64(sums[2, k]) * grown[k]
        both += np.float64(sums[3, k]) * grown[k]
    closer, alone = rule.near_home_pay, rule.self_employment_income
    yuan = round(plain * wage) + round(near * (wage * closer)) + round(own * (wage * alone))
    return yuan + round(both * (wage * (alone * closer)))


def occupied(tallies: Sequence[Tally]) -> IntArray:
    """Return the guaranteed, public and shared homes in use, A x 3."""
    units = np.zeros((tallies[0].pages.shape[0] - 1, 3), np.int64)
    for tally in tallies:
        _add_occupied(tally.pages, units)
    return units


@kernel
def _add_occupied(pages, units):
    for a in range(units.shape[0]):
        for first in range(HOMES, MOVERS, 8):
            units[a, 0] += pages[a, first + TENURE_GUARANTEED]
            units[a, 1] += pages[a, first + TENURE_PUBLIC]
            units[a, 2] += pages[a, first + TENURE_SHARED]


def births_expected(tally: Tally, q: int, rate: FloatArray, second: float) -> tuple[FloatArray, FloatArray]:
    """Return births expected in the quarter by part: of all women, and of couples with a free slot before scaling; `rate` is part x 35.

    All women are those who live in the region, wherever the head lives: heads, wives, wives left at home, daughters. With one child a
    couple's chance is multiplied by `second`.
    """
    ends = _ends_at(q, range(FERTILE_FROM, FERTILE_TO + 2))
    older = np.concatenate((np.zeros((6, 1), np.int64), tally.fertile.cumsum(axis=1, dtype=np.int64)), axis=1)[:, ends[:-1]]
    by_age = older[:, :-1] - older[:, 1:]
    of_women = (by_age[:2] * rate).sum(axis=1)
    of_couples = (by_age[2:4] * rate).sum(axis=1) + (by_age[4:] * rate).sum(axis=1) * second
    return of_women, of_couples
