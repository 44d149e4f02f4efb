"""The passes of a quarter: stages that touch one household alone run block after block, so that its rows are in cache for all of them.

Between passes stand the stages in which households meet: weddings, new households, entries, and the rounds that ration homes, school places
and the town register. A pass takes rows `lo`..`hi`, adds to `accounts`, and returns what the meeting stages need, in the order of rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.engine import rng
from urbsim.engine.compiled import allocating
from urbsim.engine.stages.attention import attention
from urbsim.engine.stages.choice import Bounds
from urbsim.engine.stages.clocks import residence
from urbsim.engine.stages.demography import births, mortality
from urbsim.engine.stages.homes import buy_and_apply
from urbsim.engine.stages.land import land
from urbsim.engine.stages.leaving import leavers
from urbsim.engine.stages.location import location
from urbsim.engine.stages.marriage import suitors
from urbsim.engine.stages.observe import count
from urbsim.engine.stages.permits import permits
from urbsim.engine.stages.reclassify import reclassify
from urbsim.engine.stages.schools import entry_round
from urbsim.engine.stages.settling import settling
from urbsim.engine.stages.work import work
from urbsim.engine.state import FloatArray, IntArray, Rows
from urbsim.engine.tables import Race

BLOCK = 2048  # rows: 128 KiB and their luck, well inside a core's own cache


class Family(NamedTuple):
    """Hold what the first pass reads: chances of a quarter."""

    reclassified: FloatArray  # A: a village household's village becomes town
    most_reclassified: IntArray
    dying: FloatArray  # part x sex x 101
    most_dying: IntArray
    birth: FloatArray  # part x 35
    marriage: FloatArray  # 4 ages
    second: float  # a second birth relative to a first
    leaving: float


class Places(NamedTuple):
    """Hold what the second pass reads of places (per area unless said) and rules."""

    training: FloatArray  # chance of an untrained worker
    placing: FloatArray  # chance of a jobless or informal worker
    rules: Rows  # the levers that households meet (`engine.rules`)
    most: tuple[IntArray, IntArray, IntArray]  # of `work.most_bytes`
    wage: FloatArray
    norm: float
    race: Race
    bounds: Bounds
    km: FloatArray  # O x A
    seat: FloatArray
    bills: FloatArray
    town_share: FloatArray  # 3 x A
    districts: npt.NDArray[np.uint8]
    rent_edge: FloatArray
    rent_help: FloatArray  # (A + 1) x 2
    pull: FloatArray  # (A + 1) x 4, on children
    permit_months: FloatArray
    permit_ground: FloatArray
    permit_wait: FloatArray
    permit_uptake: FloatArray  # A x 2 x 2 x 2
    permit_enough: FloatArray
    buying: FloatArray  # A x 2 x 2, a whole home
    sharing: FloatArray  # A x 2 x 2, a shared one
    attends: FloatArray  # 8, by events of the quarter
    most_attends: IntArray


class Gates(NamedTuple):
    """Hold what the last pass reads, per area unless said."""

    gate: FloatArray  # A x levers of settling
    rule: FloatArray  # A x items of the points table
    recognition: FloatArray
    rental_counts: FloatArray
    has_quota: npt.NDArray[np.bool_]
    kin: FloatArray
    wage: FloatArray
    price: FloatArray
    seat: FloatArray
    tier_value: FloatArray
    services: FloatArray
    rights_kept: FloatArray  # of the area of origin
    programme: float  # 1 while land certificates are issued
    norm: float
    rules: Rows  # the levers that households meet (`engine.rules`)


@allocating
def family_pass(h, lo, hi, q, key, areas, x, event, late, accounts):
    """Stages 1 and 2: reclassification, deaths, births; list who looks for a partner and which children leave home.

    `x` is `Family`; `event` is cleared and then marked; `late` keeps luck for the last pass (`rng.keep_late`). Returns rows, sexes and
    sort keys of suitors, rows and slots of leavers.
    """
    identities, words = np.empty(BLOCK, np.uint64), np.empty((2, BLOCK), np.uint64)
    luck = rng.as_bytes(words)
    rows, sexes, keys = np.empty(hi - lo, np.int64), np.empty(hi - lo, np.uint8), np.empty(hi - lo)
    parents, slots = np.empty(2 * (hi - lo), np.int64), np.empty(2 * (hi - lo), np.uint8)
    n = m = 0
    for start in range(lo, hi, BLOCK):
        stop = min(start + BLOCK, hi)
        event[start:stop] = 0
        rng.bytes_of(h, start, stop, q, key, 0, identities, words)
        rng.keep_late(words, start, stop, late)
        reclassify(h, start, stop, luck, q, key, areas, x.reclassified, x.most_reclassified, accounts)
        mortality(h, start, stop, luck, q, key, x.dying, x.most_dying, areas, accounts, event)
        births(h, start, stop, luck, q, key, x.birth, x.second, accounts, event)
        n += suitors(h, start, stop, luck, q, key, x.marriage, rows[n:], sexes[n:], keys[n:])
        m += leavers(h, start, stop, luck, q, key, x.leaving, areas, parents[m:], slots[m:])
    return rows[:n].copy(), sexes[:n].copy(), keys[:n].copy(), parents[:m].copy(), slots[:m].copy()


@allocating
def place_pass(h, lo, hi, q, key, p, areas, x, event, season, newcomers, accounts):
    """Stages 3 to 9 as far as they are a household's own: work, attention, choice, permits, homes, school.

    `x` is `Places`; `newcomers` skips what they have done elsewhere (work and choice). Returns the applicants for rental homes (rows, area,
    kind, score, since, lot), the rows that ask for a shared home, units occupied (A x 3), in the third quarter local and public pupils
    (A x 2), bought places (A) and the applicants for school places (rows, slots, stages), and how many broke a bound of the choice (0).
    """
    identities, words = np.empty(BLOCK, np.uint64), np.empty((2, BLOCK), np.uint64)
    luck = rng.as_bytes(words)
    attends = np.empty(BLOCK, np.uint8)
    size = hi - lo
    rows, area, kind = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.uint8)
    score, since, lot = np.empty(size), np.empty(size, np.int64), np.empty(size)
    shared, occupied = np.empty(size, np.int64), np.zeros((areas, 3), np.int64)
    local, public, bought = np.zeros((areas, 2), np.int64), np.zeros((areas, 2), np.int64), np.zeros(areas, np.int64)
    families, slots, stages = np.empty(2 * size, np.int64), np.empty(2 * size, np.uint8), np.empty(2 * size, np.uint8)
    n = m = s = broken = 0
    for start in range(lo, hi, BLOCK):
        stop = min(start + BLOCK, hi)
        rng.bytes_of(h, start, stop, q, key, 1, identities, words)
        if not newcomers:
            work(h, start, stop, luck, q, key, p, areas, x.rules, x.training, x.placing, x.most, accounts, event)
            attention(h, start, stop, luck, q, key, x.attends, x.most_attends, event, attends)
            broken += location(
                h, start, stop, luck, q, key, p, areas, attends, x.race, x.bounds, x.km, x.seat, x.bills, x.town_share, x.districts,
                x.rent_edge, x.rent_help, x.pull, x.rules, x.wage, x.norm, accounts)  # fmt: skip
        permits(
            h, start, stop, luck, q, key, p, x.permit_months, x.permit_ground, x.permit_wait, x.permit_uptake, x.permit_enough, accounts
        )
        found, asking = buy_and_apply(
            h, start, stop, luck, q, key, p, areas, x.buying, x.sharing, rows[n:], area[n:], kind[n:], score[n:], since[n:], lot[n:],
            occupied, shared[s:], accounts,
        )  # fmt: skip
        n += found
        s += asking
        if season == 3:
            m += entry_round(h, start, stop, q, areas, local, public, bought, families[m:], slots[m:], stages[m:])
    homes = rows[:n].copy(), area[:n].copy(), kind[:n].copy(), score[:n].copy(), since[:n].copy(), lot[:n].copy()
    pupils = families[:m].copy(), slots[:m].copy(), stages[:m].copy()
    return homes, shared[:s].copy(), occupied, local, public, bought, pupils, broken


@allocating
def register_pass(h, lo, hi, q, key, p, areas, x, late, drawn, villages, ages, accounts, tally):
    """Stages 10, 11, 4 and 13: settling, land, official residence, count; who stands in a line is left to `finish_ranked`.

    `x` is `Gates`; `late` holds the luck of the first `drawn` rows; `villages`, `ages`: what `count` does. Returns who is ranked this
    quarter: rows, score, since, lot, size.
    """
    identities, words = np.empty(BLOCK, np.uint64), np.empty((2, BLOCK), np.uint64)
    luck = rng.as_bytes(words)
    rows, score, since = np.empty(hi - lo, np.int64), np.empty(hi - lo), np.empty(hi - lo, np.int64)
    lot, size = np.empty(hi - lo), np.empty(hi - lo, np.int64)
    n = 0
    for start in range(lo, hi, BLOCK):
        stop = min(start + BLOCK, hi)
        if stop <= drawn:
            rng.late_again(words, start, stop, late)
        else:
            rng.bytes_of(h, start, stop, q, key, 0, identities, words)
        first = n
        n += settling(
            h, start, stop, luck, q, key, p, areas, x.gate, x.rule, x.recognition, x.rental_counts, x.has_quota, x.kin, x.wage, x.price,
            x.seat, x.tier_value, x.services, x.rights_kept, x.norm, rows[n:], score[n:], since[n:], lot[n:], size[n:], accounts,
        )  # fmt: skip
        begin = start
        for k in range(first, n + 1):  # the stretches between those who stand in line
            end = rows[k] if k < n else stop
            land(h, begin, end, luck, start, q, key, p, areas, x.rules, x.rights_kept, x.programme, accounts)
            residence(h, begin, end, q, areas, accounts)
            count(h, begin, end, q, p, areas, x.rules, x.wage, x.norm, villages, ages, tally)
            begin = end + 1
    return rows[:n].copy(), score[:n].copy(), since[:n].copy(), lot[:n].copy(), size[:n].copy()


@allocating
def finish_ranked(h, rows, q, key, p, areas, x, villages, ages, accounts, tally):
    """Do the last stages for those who stood in line, after their turn."""
    identities, words = np.empty(1, np.uint64), np.empty((2, 1), np.uint64)
    luck = rng.as_bytes(words)
    for k in range(rows.size):
        i = rows[k]
        rng.bytes_of(h, i, i + 1, q, key, 0, identities, words)
        land(h, i, i + 1, luck, i, q, key, p, areas, x.rules, x.rights_kept, x.programme, accounts)
        residence(h, i, i + 1, q, areas, accounts)
        count(h, i, i + 1, q, p, areas, x.rules, x.wage, x.norm, villages, ages, tally)
