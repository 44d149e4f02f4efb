"""The passes of a quarter: stages that touch one household alone run block after block, on those of its rows that can meet an event.

A pass takes chunks of rows in turn (`engine.turns`), block after block. In each block it finds who can meet an event (`engine.watch`),
gathers their rows, lets the stages work on these, posts what has changed to the tally (`stages.observe`) and puts the rows back. It adds to
`accounts` and lists what the stages in which households meet need, in the order of a chunk's rows, with the counts in `turns`: weddings,
new households, entries, the rounds that ration homes, school places and the town register stand between the passes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.engine import kinds, rng, watch
from urbsim.engine.compiled import allocating, kernel
from urbsim.engine.desk import BLOCK, fetch, gather, keep_events, name_rows, put_back
from urbsim.engine.stages.attention import attention
from urbsim.engine.stages.choice import Bounds
from urbsim.engine.stages.clocks import residence
from urbsim.engine.stages.demography import births, mortality
from urbsim.engine.stages.homes import buy_and_apply
from urbsim.engine.stages.land import land
from urbsim.engine.stages.leaving import leavers
from urbsim.engine.stages.location import location
from urbsim.engine.stages.marriage import suitors
from urbsim.engine.stages.permits import permits
from urbsim.engine.stages.reclassify import reclassify
from urbsim.engine.stages.schools import apply_round, entry_round
from urbsim.engine.stages.settling import settling
from urbsim.engine.stages.work import work
from urbsim.engine.state import EVENTS, STIRRED, FloatArray, IntArray, Rows
from urbsim.engine.tables import Race
from urbsim.engine.turns import take
from urbsim.engine.watch import TO_ATTEND, TO_HOMES, TO_PERMIT, TO_WORK

# What passes list, column by column of `Lists`, by the counts of `Turns`.
FAMILY_LISTS = (("rows", "kinds", "scores"), ("families", "slots"))
PLACE_LISTS = (("rows", "areas", "kinds", "since", "identities"), ("shared",), ("families", "slots", "stages"))
REGISTER_LISTS = (("rows", "scores", "since", "lots", "areas"),)


class Family(NamedTuple):
    """Hold what the first pass reads: chances of a quarter."""

    reclassified: FloatArray  # A: a village household's village becomes town
    most_reclassified: IntArray
    highest_reclassified: int
    dying: FloatArray  # part x sex x 101
    most_dying: IntArray
    birth: FloatArray  # part x 35
    marriage: FloatArray  # 4 ages
    second: float  # a second birth relative to a first
    most_births: int
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
    log_km: FloatArray  # O x A, ln(km + 1)
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


class Seats(NamedTuple):
    """Hold the school places in use, as the second pass counts them in the third quarter."""

    local: IntArray  # A x 2, pupils at home there
    public: IntArray  # A x 2, migrant pupils in public places
    bought: IntArray  # A


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
    paid: bool  # rural rights may be given up for money in some area
    norm: float
    rules: Rows  # the levers that households meet (`engine.rules`)


@allocating
def family_pass(g, d, out, turns, q, key, x, limits, late, event, accounts):
    """Stages 1 and 2: reclassification, deaths, births; list who looks for a partner and which children leave home.

    `x` is `Family`, `limits` as from `watch.family_limits`; `event` is cleared and then marked; `late` is `watch.Late`. Listed in `out`
    (`Lists`): rows, sexes as kinds and sort keys as scores of suitors (count 0), rows of leavers as families and their slots (count 1).
    """
    luck = rng.as_bytes(d.luck)
    chunk = take(turns)
    while chunk >= 0:
        at, lo, hi = turns.at[chunk], turns.edges[chunk], turns.edges[chunk + 1]
        _family_rows(g, d, luck, out, at, lo, hi, q, key, x, limits, late, event, accounts, turns.counts[chunk])
        chunk = take(turns)


@kernel
def _family_rows(g, d, luck, out, at, lo, hi, q, key, x, limits, late, event, accounts, counts):
    areas = g.areas
    rows, sexes, keys, parents, slots = out.rows[at:], out.kinds[at:], out.scores[at:], out.families[2 * at :], out.slots[2 * at :]
    n = m = 0
    for start in range(lo, hi, BLOCK):
        stop = min(start + BLOCK, hi)
        rng.bytes_of(g.h, start, stop, q, key, 0, d.identities, d.luck)
        watch.note_late(d.luck, late, event[start:stop])
        here = watch.find_family(d.luck, g.kinds[start:stop], limits[0], limits[1], d.found)
        gather(g, d, start, here, event)
        reclassify(d.h, 0, here, luck, q, key, areas, x.reclassified, x.most_reclassified, x.highest_reclassified, accounts)
        mortality(d.h, 0, here, luck, q, key, x.dying, x.most_dying, areas, accounts, d.event)
        births(d.h, 0, here, luck, q, key, x.birth, x.second, x.most_births, accounts, d.event)
        free = suitors(d.h, 0, here, luck, q, key, x.marriage, rows[n:], sexes[n:], keys[n:])
        leave = leavers(d.h, 0, here, luck, q, key, x.leaving, areas, parents[m:], slots[m:])
        name_rows(d, start, rows, n, n + free)
        name_rows(d, start, parents, m, m + leave)
        n, m = n + free, m + leave
        keep_events(d, start, here, event)
        put_back(g, d, start, here)
    counts[0], counts[1] = n, m


@allocating
def place_pass(g, d, out, turns, q, key, x, limits, event, season, newcomers, accounts):
    """Stages 3 to 9 as far as they are a household's own: work, attention, choice, permits, homes, school.

    `x` is `Places`; `newcomers` skips what they have done elsewhere (work and choice). Listed in `out` (`Lists`): who waits for a rental
    home (count 0), the rows that ask for a shared home (1), in the third quarter the applicants for school places (2). Returns local and
    public pupils (A x 2), bought places (A), and how many broke a bound of the choice (0).
    """
    luck, areas = rng.as_bytes(d.luck), g.areas
    seats = Seats(np.zeros((areas, 2), np.int64), np.zeros((areas, 2), np.int64), np.zeros(areas, np.int64))
    broken = 0
    chunk = take(turns)
    while chunk >= 0:
        at, lo, hi = turns.at[chunk], turns.edges[chunk], turns.edges[chunk + 1]
        counts = turns.counts[chunk]
        broken += _place_rows(g, d, luck, out, at, lo, hi, q, key, x, limits, event, season, newcomers, accounts, seats, counts)
        chunk = take(turns)
    return seats, broken


@kernel
def _place_rows(g, d, luck, out, at, lo, hi, q, key, x, limits, event, season, newcomers, accounts, seats, counts):
    areas, p = g.areas, g.p
    rows, area, kind, since = out.rows[at:], out.areas[at:], out.kinds[at:], out.since[at:]
    shared, identities = out.shared[at:], out.identities[at:]
    families, slots, stages = out.families[2 * at :], out.slots[2 * at :], out.stages[2 * at :]
    must, also = kinds.PLACE_DUE | (kinds.ALIVE if newcomers else 0), kinds.PUPIL if season == 3 else 0
    n = m = s = broken = 0
    for start in range(lo, hi, BLOCK):
        stop = min(start + BLOCK, hi)
        rng.bytes_of(g.h, start, stop, q, key, 1, d.identities, d.luck)
        here = watch.find_places(d.luck, g.kinds[start:stop], event[start:stop], limits, q, must, also, d.found, d.ways)
        gather(g, d, start, here, event)
        for k in range(here):
            if d.ways[k] & watch.MUST:
                d.ways[k] |= TO_PERMIT | TO_HOMES if newcomers else watch.due_ways(d.h[k], q)
        if not newcomers:
            who = d.who[: watch.pick(d.ways, d.event, here, TO_WORK, 0, d.who)]
            work(d.h, who, luck, q, key, p, x.rules, x.training, x.placing, x.most, accounts, d.event, d.identities, d.draws)
            who = d.who[: watch.pick(d.ways, d.event, here, TO_ATTEND, EVENTS, d.who)]
            attend = attention(d.h, who, luck, q, key, x.attends, x.most_attends, d.event, d.attending)
            broken += location(
                d.h, d.attending[:attend], luck, q, key, p, areas, d.event, x.race, x.bounds, x.log_km, x.seat, x.bills, x.town_share,
                x.districts, x.rent_edge, x.rent_help, x.pull, x.rules, x.wage, g.norm, accounts, d.identities, d.draws)  # fmt: skip
        who = d.who[: watch.pick(d.ways, d.event, here, TO_PERMIT, STIRRED, d.who)]
        permits(
            d.h, who, luck, q, key, p, x.permit_months, x.permit_ground, x.permit_wait, x.permit_uptake, x.permit_enough, accounts
        )
        who = d.who[: watch.pick(d.ways, d.event, here, TO_HOMES, STIRRED, d.who)]
        asking = buy_and_apply(d.h, who, luck, q, key, p, x.buying, x.sharing, shared[s:], accounts, d.identities, d.draws)
        name_rows(d, start, shared, s, s + asking)
        s += asking
        if season == 3:
            pupils = entry_round(d.h, 0, here, q, areas, seats.local, seats.public, seats.bought, families[m:], slots[m:], stages[m:])
            name_rows(d, start, families, m, m + pupils)
            m += pupils
        keep_events(d, start, here, event)
        put_back(g, d, start, here)
        n += watch.line_up(g.h, g.kinds[start:stop], start, rows[n:], area[n:], kind[n:], since[n:], identities[n:])
    counts[0], counts[1], counts[2] = n, s, m
    return broken


@allocating
def apply_pass(g, d, turns, q, enough, applied):
    """Stage 9, second quarter: put children forward for the places of the autumn (`schools.apply_round`)."""
    chunk = take(turns)
    while chunk >= 0:
        _apply_rows(g, d, turns.edges[chunk], turns.edges[chunk + 1], q, enough, applied)
        chunk = take(turns)


@kernel
def _apply_rows(g, d, lo, hi, q, enough, applied):
    for start in range(lo, hi, BLOCK):
        here = 0
        for i in range(start, min(start + BLOCK, hi)):
            d.found[here] = i - start
            here += (g.kinds[i] & kinds.PUPIL != 0) & (g.kinds[i] & kinds.AWAY != 0)
        fetch(g, d, start, here)
        apply_round(d.h, 0, here, q, enough, applied)
        put_back(g, d, start, here)


@allocating
def register_pass(g, d, out, turns, q, key, x, due, event, accounts):
    """Stages 10, 11 and 4: settling, land, official residence; who stands in a line is left to `finish_ranked`.

    `x` is `Gates`; `event` as the first pass left it; kinds with a bit of `due` are looked at whatever their luck. Listed in `out`
    (`Lists`): who is ranked this quarter, their size as areas (count 0).
    """
    luck = rng.as_bytes(d.luck)
    chunk = take(turns)
    while chunk >= 0:
        at, lo, hi = turns.at[chunk], turns.edges[chunk], turns.edges[chunk + 1]
        _register_rows(g, d, luck, out, at, lo, hi, q, key, x, due, event, accounts, turns.counts[chunk])
        chunk = take(turns)


@kernel
def _register_rows(g, d, luck, out, at, lo, hi, q, key, x, due, event, accounts, counts):
    areas, p = g.areas, g.p
    rows, score, since, lot, size = out.rows[at:], out.scores[at:], out.since[at:], out.lots[at:], out.areas[at:]
    n = 0
    for start in range(lo, hi, BLOCK):
        stop = min(start + BLOCK, hi)
        here = watch.find_late(event[start:stop], g.kinds[start:stop], due, d.found)
        fetch(g, d, start, here)
        rng.bytes_of(d.h, 0, here, q, key, 0, d.identities, d.luck)
        ranked = settling(
            d.h, 0, here, luck, q, key, p, areas, x.gate, x.rule, x.recognition, x.rental_counts, x.has_quota, x.kin, x.wage, x.price,
            x.seat, x.tier_value, x.services, x.rights_kept, x.norm, rows[n:], score[n:], since[n:], lot[n:], size[n:], accounts,
        )  # fmt: skip
        begin = 0
        for k in range(n, n + ranked + 1):  # the stretches between those who stand in line
            end = rows[k] if k < n + ranked else here
            land(d.h, begin, end, luck, 0, q, key, p, areas, x.rules, x.rights_kept, x.programme, x.paid, accounts)
            residence(d.h, begin, end, q, areas, accounts)
            begin = end + 1
        name_rows(d, start, rows, n, n + ranked)
        n += ranked
        put_back(g, d, start, here)
    counts[0] = n


@allocating
def finish_ranked(h, rows, q, key, p, areas, x, accounts):
    """Do the last stages for those who stood in line, after their turn."""
    identities, words = np.empty(1, np.uint64), np.empty((2, 1), np.uint64)
    luck = rng.as_bytes(words)
    for k in range(rows.size):
        i = rows[k]
        rng.bytes_of(h, i, i + 1, q, key, 0, identities, words)
        land(h, i, i + 1, luck, i, q, key, p, areas, x.rules, x.rights_kept, x.programme, x.paid, accounts)
        residence(h, i, i + 1, q, areas, accounts)
