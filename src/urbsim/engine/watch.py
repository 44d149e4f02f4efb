"""Who can meet an event: a few bits of every household, and the luck below which each kind of household has to be looked at.

Nine households in ten meet nothing in a pass. A pass finds the others by comparing the sixteen bytes of luck of every household
(`engine.rng`) with limits of its kind, all at once, and gathers their rows into a block of their own, on which the stages work. Limits are
those of anyone of the kind anywhere: nobody is passed over who could meet an event, and the stages decide exactly.

A kind is renewed when its household changes, and everyone's at the turn of every fourth year: what comes with age is written for the last
quarter of the four years.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import allocating, inlined, kernel
from urbsim.engine.lanes import at_most
from urbsim.engine.people import age_at, owns_home
from urbsim.engine.stages.clocks import residence_of
from urbsim.engine.stages.demography import FERTILE_FROM, FERTILE_TO
from urbsim.engine.stages.leaving import LEAVING_QUARTERS
from urbsim.engine.stages.work import ALL_COVER, WORK_FROM, WORK_TO
from urbsim.engine.state import EVENT_SCHOOL, EVENTS, LAND_LUCK, SETTLE_LUCK
from urbsim.engine.turns import take
from urbsim.population.registry import (
    CHILD_AT_HOME,
    GONE,
    JOB_NONE,
    MOVER_IN_PLACE,
    OUTSIDE,
    SPOUSE_ALONG,
    SPOUSE_NONE,
    STATUS_UNREGISTERED,
)

if TYPE_CHECKING:
    pass

# Bits of a kind. The first six say what the first pass needs, the next eight what the second does.
AGES = 7  # age class of the eldest, 1 to 7; 0: nobody lives there any more
COUPLE = 8  # lives together, has room for a child, and she is of the age
SUITOR = 16  # single, without children, of the age
GROWN = 32  # a child of 18
MUST_LEAVE = GROWN  # alone, without an age: a grown child in another province passes out of the model
FAMILY_KINDS = 64
PLACE_SHIFT, PLACE_KINDS = 6, 256
ALIVE, AWAY, JOBLESS, COVERED, TRAINED, UNREGISTERED, OWNER, CHILDREN = (1 << bit for bit in range(PLACE_SHIFT, PLACE_SHIFT + 8))
PLACE_DUE = 1 << 14  # to be looked at in every second pass: waits for a home, has a permit to convert, a job at an age without
MUST = 1 << 16  # after the sixteen bytes of luck: a way to be looked at
REGISTER_DUE = 1 << 15  # in every last pass: stands in line, or its official residence will change


def _by(*places: int) -> int:
    return sum(1 << place - rng.BYTES_A_DRAW for place in places)


# By which bytes of luck those are found whom a stage of the second pass concerns (bits that `find` returns).
TO_WORK = _by(rng.WORK_BYTE, rng.WORK_BYTE + 2, rng.WORK_BYTE + 3)
TO_ATTEND = _by(rng.ATTEND_BYTE)
TO_PERMIT = _by(rng.PERMIT_BYTE)
TO_HOMES = _by(rng.HOMES_BYTE, rng.HOMES_BYTE + 1)

STANDS = 16  # quarters for which what comes with age is written

AGE_EDGES = (45, 60, 70, 78, 85, 92)
_OLDEST_OF = np.array([0, *(edge - 1 for edge in AGE_EDGES), 100])  # by class

Kinds = npt.NDArray[np.uint16]
Limits = npt.NDArray[np.uint64]


class Late(NamedTuple):
    """Hold the largest first bytes (-1: none) with which a household can lose land, gain a certificate, ask to settle."""

    lose: int
    gain: int
    settle: int


def last_quarter(q: int) -> int:
    """Return until which quarter kinds that are written in quarter `q` stand; in the next all are renewed."""
    return q + STANDS - 1 - (q - 1) % STANDS


@kernel
def _family_bits(r, q, last, areas):
    """Return what the first pass asks."""
    eldest = min(min(r.head_birth, r.spouse_birth), min(r.child1_birth, r.child2_birth))  # NO_DATE is later than any
    eldest = min(eldest, min(r.elder1_birth, r.elder2_birth))
    age, bits = age_at(eldest, last), 1
    for edge in AGE_EDGES:
        bits += 1 if age >= edge else 0
    one, two = r.child1_birth != NO_DATE, r.child2_birth != NO_DATE
    if r.spouse == SPOUSE_ALONG and not (one and two):
        wife = r.head_birth if r.head_sex == 1 else r.spouse_birth
        if age_at(wife, last) >= FERTILE_FROM and age_at(wife, q) <= FERTILE_TO:
            bits |= COUPLE
    elif r.spouse == SPOUSE_NONE and not one and not two:
        if age_at(r.head_birth, last) >= 18 and age_at(r.head_birth, q) <= 44:
            bits |= SUITOR
    if r.child1_birth <= last - LEAVING_QUARTERS or r.child2_birth <= last - LEAVING_QUARTERS:
        if r.origin >= areas and (r.child1 | r.child2) & CHILD_AT_HOME:
            return MUST_LEAVE
        bits |= GROWN
    return bits


@inlined
def _permit_pends(r):
    return r.status == STATUS_UNREGISTERED and r.permit_since != NO_DATE


@kernel
def due_ways(r, q):
    """Return which stages of the second pass concern household `r` whatever its luck, if it is due there (`PLACE_DUE`)."""
    ways = TO_WORK if r.job != JOB_NONE and age_at(r.head_birth, q) > WORK_TO else 0
    if r.homes_since != NO_DATE:
        ways |= TO_HOMES
    return ways | (TO_PERMIT if _permit_pends(r) else 0)


@kernel
def _place_bits(r, q, last):
    """Return what the second pass asks."""
    bits = ALIVE
    if r.child1_birth != NO_DATE or r.child2_birth != NO_DATE:
        bits |= CHILDREN
    if r.place == OUTSIDE or r.mover == MOVER_IN_PLACE:
        return bits
    bits |= AWAY
    due = r.homes_since != NO_DATE or _permit_pends(r)
    if r.job == JOB_NONE:
        bits |= JOBLESS
    else:
        due |= age_at(r.head_birth, last) > WORK_TO or age_at(r.head_birth, q - 1) < WORK_FROM  # not counted so far
    if r.insured > 0 and r.cover & ALL_COVER == ALL_COVER:
        bits |= COVERED
    if r.trained:
        bits |= TRAINED
    if r.status == STATUS_UNREGISTERED:
        bits |= UNREGISTERED
    if owns_home(r):
        bits |= OWNER
    return bits | (PLACE_DUE if due else 0)


@kernel
def kind_of(r, q, last, areas):
    """Return the kind of household `r` from quarter `q` to `last`, unless it changes before."""
    return kind_again(r, q, last, areas, _family_bits(r, q, last, areas))


@kernel
def kind_again(r, q, last, areas, family):
    """Return the kind of household `r` whose first six bits are those of `family`."""
    if r.place == GONE:
        return np.uint16(0)
    bits = np.int64(family) & (FAMILY_KINDS - 1) | _place_bits(r, q, last)
    area, part = residence_of(r, q, areas)
    final = (np.int64(OUTSIDE), np.int64(0)) if r.place == OUTSIDE else (np.int64(r.place), np.int64(r.part))
    now = np.int64(r.resident_area), np.int64(r.resident_part)
    if r.queue_since != NO_DATE or now[0] != area or now[1] != part or now[0] != final[0] or now[1] != final[1]:
        bits |= REGISTER_DUE
    return np.uint16(bits)


@kernel
def renew(h, turns, q, last, areas, kinds):
    """Renew what comes with age in the kinds of rows, to stand until quarter `last`."""
    chunk = take(turns)
    while chunk >= 0:
        _renew_rows(h, turns.edges[chunk], turns.edges[chunk + 1], q, last, areas, kinds)
        chunk = take(turns)


@kernel
def _renew_rows(h, lo, hi, q, last, areas, kinds):
    for i in range(lo, hi):
        kind, r = np.int64(kinds[i]), h[i]
        if kind & ALIVE:
            kind = kind & ~(FAMILY_KINDS - 1) | _family_bits(r, q, last, areas)
            if kind & (AWAY | JOBLESS) == AWAY and age_at(r.head_birth, last) > WORK_TO:
                kind |= PLACE_DUE
            kinds[i] = kind


@kernel
def find(luck, kinds, event, limits, shift, must, also, found, ways):
    """List in `found` which rows of a block can meet an event, and in `ways` which bytes of luck say so; return how many.

    `luck` (2 x rows at least), `kinds` and `event` are the block's, `limits` by kind >> `shift` (`_limit`). Kinds with a bit of `must`, and
    rows that met an event before (`event`), are listed whatever their luck, with the way `MUST`; so are, without it, kinds with a bit of
    `also`.
    """
    low, high = luck[0], luck[1]
    nought, one, m = np.uint64(0), np.uint64(1), np.uint64(0)
    shift, must, also, mask = np.uint64(shift), np.uint64(must), np.uint64(also), np.uint64(limits.shape[0] - 1)
    for k in range(kinds.size):
        kind = np.uint64(kinds[k])
        row = kind >> shift & mask
        hit = at_most(low[k], high[k], limits[row, 0], limits[row, 1]) & limits[row, 2]
        hit |= np.uint64(MUST) if (kind & must | np.uint64(event[k]) & np.uint64(EVENTS)) != nought else nought
        found[m], ways[m] = k, hit
        m += one if (hit | kind & also) != nought else nought
    return np.int64(m)


@kernel
def pick(ways, event, m, asked, marks, who):
    """List in `who` which of `m` rows have a way of `asked` or an event of `marks`; return how many."""
    n, one, nought = np.uint64(0), np.uint64(1), np.uint64(0)
    asked, marks = np.uint64(asked), np.uint64(marks)
    for k in range(m):
        who[n] = k
        n += one if (np.uint64(ways[k]) & asked | np.uint64(event[k]) & marks) != nought else nought
    return np.int64(n)


@kernel
def note_late(words, limits, event):
    """Mark in a block's `event`, and clear of all else, whose luck lets the last pass do something; `words` is luck, `limits` is `Late`."""
    lose, gain, settle, full = np.uint32(limits.lose + 1), np.uint32(limits.gain + 1), np.uint32(limits.settle + 1), np.uint32(255)
    high = words[1]
    for k in range(event.size):
        luck = np.uint32(high[k] >> np.uint64(8 * (rng.LAND_BYTE - 8)))  # the last four of the sixteen bytes
        land = ((luck & full) < lose) | ((luck >> np.uint32(8) & full) < gain)
        settles = (luck >> np.uint32(8 * (rng.SETTLE_BYTE - rng.LAND_BYTE)) & full) < settle
        event[k] = (LAND_LUCK if land else 0) | (SETTLE_LUCK if settles else 0)


@kernel
def find_late(event, kinds, found):
    """List in `found` which rows of a block have something to do in the last pass; return how many. `event` as `note_late` marked it."""
    nought, one, m = np.uint64(0), np.uint64(1), np.uint64(0)
    for k in range(kinds.size):
        kind, luck = np.uint64(kinds[k]), np.uint64(event[k])
        land = np.uint64(ALIVE) if luck & np.uint64(LAND_LUCK) else nought
        settles = np.uint64(AWAY) if luck & np.uint64(SETTLE_LUCK) else nought
        found[m] = k
        m += one if kind & (land | settles | np.uint64(REGISTER_DUE)) != nought else nought
    return np.int64(m)


@kernel
def _limit(limits, kind, place, most):
    """Say that households of `kind` may meet an event by the shared byte `place` (`rng.LANES`) up to `most` (-1: none).

    Words of `limits` by kind: limits of bytes 0-7 and 8-15 of a draw, which of them hold (bits), nought.
    """
    if most >= 0:
        at = place % rng.BYTES_A_DRAW
        limits[kind, at >> 3] |= np.uint64(most) << np.uint64(8 * (at & 7))
        limits[kind, 2] |= np.uint64(1) << np.uint64(at)


@allocating
def family_limits(x):
    """Return the limits of the first pass by kind; `x` is `passes.Family`."""
    limits = np.zeros((FAMILY_KINDS, 4), np.uint64)
    village, dying = x.highest_reclassified, x.most_dying
    birth, leaves = x.most_births, rng.most_byte(x.leaving)
    marries = rng.most_byte(x.marriage.max())
    for kind in range(FAMILY_KINDS):
        if kind & AGES == 0:
            continue
        for place in range(rng.DEATH_BYTE, rng.ELDER_BYTE + 2):
            _limit(limits, kind, place, dying[_OLDEST_OF[kind & AGES]])
        for place in range(rng.RECLASSIFY_BYTE, rng.RECLASSIFY_BYTE + 2):
            _limit(limits, kind, place, village)
        _limit(limits, kind, rng.BIRTH_BYTE, birth if kind & COUPLE else -1)
        _limit(limits, kind, rng.MARRY_BYTE, marries if kind & SUITOR else -1)
        for place in range(rng.LEAVE_BYTE, rng.LEAVE_BYTE + 2):
            _limit(limits, kind, place, leaves if kind & GROWN else -1)
    for place in range(rng.BYTES_A_DRAW):
        _limit(limits, MUST_LEAVE, place, 255)
    return limits


@allocating
def place_limits(x, ask, enrols):
    """Return the limits of the second pass by kind; `x` is `passes.Places`.

    `ask`: chance of a quarter to apply for a rental home; `enrols`: least chance that a family with children takes up its permit.
    """
    limits = np.zeros((PLACE_KINDS, 4), np.uint64)
    change, joins, trains = x.most[0][-1], x.most[1][-1], x.most[2][-1]
    placed, uptake = x.placing.max() > 0.0, x.permit_uptake.max()
    buys = rng.most_byte(max(x.buying.max(), x.sharing.max()))
    for k in range(PLACE_KINDS):
        kind = k << PLACE_SHIFT
        away, jobless, children = kind & AWAY != 0, kind & JOBLESS != 0, kind & CHILDREN != 0
        if kind & ALIVE:
            attends = max(x.most_attends[0], x.most_attends[EVENT_SCHOOL]) if children else x.most_attends[0]
            _limit(limits, k, rng.ATTEND_BYTE, attends)
        if not away:
            continue
        if placed:
            _limit(limits, k, rng.WORK_BYTE, 255)
        else:
            _limit(limits, k, rng.WORK_BYTE, change[JOB_NONE] if jobless else change[JOB_NONE + 1 :].max())
        if not jobless:
            _limit(limits, k, rng.WORK_BYTE + 2, -1 if kind & COVERED else joins.max())
            _limit(limits, k, rng.WORK_BYTE + 3, -1 if kind & TRAINED else trains)
        if kind & UNREGISTERED:
            _limit(limits, k, rng.PERMIT_BYTE, rng.most_byte(max(uptake, enrols) if children else uptake))
        if not kind & OWNER:
            _limit(limits, k, rng.HOMES_BYTE, -1 if jobless else buys)
            _limit(limits, k, rng.HOMES_BYTE + 1, rng.most_byte(ask))
    return limits
