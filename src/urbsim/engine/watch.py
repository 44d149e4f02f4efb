"""Who can meet an event: the luck below which each kind of household (`engine.kinds`) has to be looked at.

Nine households in ten meet nothing in a pass. A pass finds the others by comparing the sixteen bytes of luck of every household
(`engine.rng`) with limits of its kind, all at once, and gathers their rows into a block of their own, on which the stages work. Limits are
those of anyone of the kind anywhere: nobody is passed over who could meet an event, and the stages decide exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.engine import rng
from urbsim.engine.compiled import allocating, kernel
from urbsim.engine.kinds import (
    AGE_EDGES,
    AGES,
    ALIVE,
    AWAY,
    CHILD2,
    CHILDREN,
    COUPLE,
    COVERED,
    ELDER1,
    ELDER2,
    FAMILY_KINDS,
    FORMAL,
    GROWN,
    JOBLESS,
    LATE_SHIFT,
    LODGER,
    MUST_LEAVE,
    OWNER,
    PLACE_KINDS,
    PLACE_SHIFT,
    PUPIL,
    SPOUSE,
    SUITOR,
    TURNS_SHIFT,
    UNREGISTERED,
    VILLAGER,
    WAITS_SHIFT,
    WITH_KINDS,
    WITH_SHIFT,
    permit_pends,
)
from urbsim.engine.lanes import at_most
from urbsim.engine.people import age_at
from urbsim.engine.stages.homes import stands_as
from urbsim.engine.stages.work import WORK_TO
from urbsim.engine.state import EVENT_SCHOOL, EVENTS, GAIN_LUCK, LATE_LUCK, LOSE_LUCK, SETTLE_LUCK, SETTLE_OUT_LUCK
from urbsim.population.registry import JOB_FORMAL, JOB_NONE

MUST = 1 << 16  # after the sixteen bytes of luck: a way to be looked at
TURNING = PLACE_KINDS >> 1  # among the kinds of the second pass: a child may turn an age of school this quarter


def _by(*places: int) -> int:
    return sum(1 << place - rng.BYTES_A_DRAW for place in places)


# By which bytes of luck those are found whom a stage of the second pass concerns (bits that `find` returns).
TO_WORK = _by(rng.WORK_BYTE, rng.WORK_BYTE + 2, rng.WORK_BYTE + 3)
TO_ATTEND = _by(rng.ATTEND_BYTE)
TO_PERMIT = _by(rng.PERMIT_BYTE)
TO_HOMES = _by(rng.HOMES_BYTE, rng.HOMES_BYTE + 1)

_OLDEST_OF = np.array([0, *(edge - 1 for edge in AGE_EDGES), 100])  # by class

Limits = npt.NDArray[np.uint64]


class Late(NamedTuple):
    """Hold the largest first bytes (-1: none) with which a household can lose land, gain a certificate, ask to settle."""

    lose: int
    gain: int
    settle: int
    settle_out: int  # people of another province


@kernel
def due_ways(r, q):
    """Return which stages of the second pass concern household `r` whatever its luck, if it is due there (`kinds.PLACE_DUE`)."""
    ways = TO_WORK if r.job != JOB_NONE and age_at(r.head_birth, q) > WORK_TO else 0
    return ways | (TO_PERMIT if permit_pends(r) else 0)


@kernel
def find_family(luck, kinds, limits, there, found):
    """List in `found` which rows of a block can meet an event in the first pass; return how many.

    `luck` (2 x rows at least) and `kinds` are the block's; `limits` and `there` as `family_limits` returns them.
    """
    low, high = luck[0], luck[1]
    nought, one, m = np.uint64(0), np.uint64(1), np.uint64(0)
    family, shift, others = np.uint64(FAMILY_KINDS - 1), np.uint64(WITH_SHIFT), np.uint64(WITH_KINDS - 1)
    for k in range(kinds.size):
        kind = np.uint64(kinds[k])
        row = kind & family
        found[m] = k
        hit = at_most(low[k], high[k], limits[row, 0], limits[row, 1]) & limits[row, 2] & there[kind >> shift & others]
        m += one if hit != nought else nought
    return np.int64(m)


@kernel
def find_places(luck, kinds, event, limits, q, must, also, found, ways):
    """List in `found` which rows of a block can meet an event in the second pass, in `ways` which bytes of luck say so; return how many.

    `luck` (2 x rows at least), `kinds` and `event` are the block's, `limits` as `place_limits` returns them. Kinds with a bit of `must`,
    and rows that met an event before (`event`), are listed whatever their luck, with the way `MUST`; so are, without it, kinds with a bit
    of `also`.
    """
    low, high = luck[0], luck[1]
    nought, one, m = np.uint64(0), np.uint64(1), np.uint64(0)
    must, also, shift, kept = np.uint64(must), np.uint64(also), np.uint64(PLACE_SHIFT), np.uint64(TURNING - 1)
    turns, turning = np.uint64(TURNS_SHIFT + (q & 3)), np.uint64(TURNING)
    for k in range(kinds.size):
        kind = np.uint64(kinds[k])
        row = kind >> shift & kept | (kind >> turns & one) * turning
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
def line_up(h, kinds, start, rows, place, kind, since, identities):
    """List the rows of a block, which begins with row `start`, that wait for a rental home, and what ranks them; return how many."""
    n, one, shift = np.uint64(0), np.uint64(1), np.uint64(WAITS_SHIFT)
    for k in range(kinds.size):
        rows[n] = start + k
        n += np.uint64(kinds[k]) >> shift & one
    for k in range(n):
        r = h[rows[k]]
        place[k], kind[k], since[k], identities[k] = r.place, stands_as(r), r.homes_since, r.id
    return np.int64(n)


@kernel
def note_late(words, limits, event):
    """Mark in a block's `event`, and clear of all else, whose luck lets the last pass do something; `words` is luck, `limits` is `Late`."""
    lose, gain, full = np.uint32(limits.lose + 1), np.uint32(limits.gain + 1), np.uint32(255)
    settle, settle_out = np.uint32(limits.settle + 1), np.uint32(limits.settle_out + 1)
    high = words[1]
    for k in range(event.size):
        luck = np.uint32(high[k] >> np.uint64(8 * (rng.LAND_BYTE - 8)))  # the last four of the sixteen bytes
        settles = luck >> np.uint32(8 * (rng.SETTLE_BYTE - rng.LAND_BYTE)) & full
        land = (LOSE_LUCK if luck & full < lose else 0) | (GAIN_LUCK if luck >> np.uint32(8) & full < gain else 0)
        event[k] = land | (SETTLE_LUCK if settles < settle else 0) | (SETTLE_OUT_LUCK if settles < settle_out else 0)


@kernel
def find_late(event, kinds, always, found):
    """List in `found` which rows of a block have something to do in the last pass; return how many.

    `event` as `note_late` marked it; kinds with a bit of `always` are listed whatever their luck.
    """
    nought, one, m = np.uint32(0), np.uint64(1), np.uint64(0)
    always, late, shift = np.uint32(always), np.uint32(LATE_LUCK), np.uint32(LATE_SHIFT)
    for k in range(kinds.size):
        found[m] = k
        m += one if kinds[k] & ((np.uint32(event[k]) & late) << shift | always) != nought else nought
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
    """Return the limits of the first pass by kind, and by who there is which of its bytes concern anyone; `x` is `passes.Family`."""
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
    return limits, _concerned(x.reclassified.min() < 0.0)


@allocating
def _concerned(taken_back):
    """Return, by who there is (`kinds.WITH_KINDS`), bits of luck that concern anyone; `taken_back`: towns may be villages again."""
    there = np.full(WITH_KINDS, np.uint64(MUST - 1))
    for k in range(WITH_KINDS):
        with_head = k << WITH_SHIFT
        for bit, place in (
            (SPOUSE, rng.DEATH_BYTE + 1), (CHILDREN, rng.DEATH_BYTE + 2), (CHILD2, rng.DEATH_BYTE + 3), (ELDER1, rng.ELDER_BYTE),
            (ELDER2, rng.ELDER_BYTE + 1), (VILLAGER, rng.RECLASSIFY_BYTE), (LODGER, rng.RECLASSIFY_BYTE + 1),
        ):  # fmt: skip
            if not with_head & bit and not (bit == VILLAGER and taken_back):
                there[k] &= ~(np.uint64(1) << np.uint64(place))
    return there


@allocating
def place_limits(x, ask, enrols):
    """Return the limits of the second pass by kind; `x` is `passes.Places`.

    `ask`: greatest chance of a quarter to apply for a rental home or to give it up; `enrols`: least chance that a family with a
    pupil takes up its permit.
    """
    limits = np.zeros((PLACE_KINDS, 4), np.uint64)
    change, joins, trains = x.most[0][-1], x.most[1][-1], x.most[2][-1]
    placed, uptake = x.placing.max() > 0.0, x.permit_uptake.max()
    buys = rng.most_byte(max(x.buying.max(), x.sharing.max()))
    for k in range(PLACE_KINDS):
        kind = k << PLACE_SHIFT
        away, jobless, formal = kind & AWAY != 0, kind & JOBLESS != 0, kind & FORMAL != 0
        if kind & ALIVE:
            attends = max(x.most_attends[0], x.most_attends[EVENT_SCHOOL]) if k & TURNING else x.most_attends[0]
            _limit(limits, k, rng.ATTEND_BYTE, attends)
        if not away:
            continue
        if formal:
            _limit(limits, k, rng.WORK_BYTE, change[JOB_FORMAL])
        elif placed:
            _limit(limits, k, rng.WORK_BYTE, 255)
        else:
            _limit(limits, k, rng.WORK_BYTE, change[JOB_NONE] if jobless else change[JOB_FORMAL + 1 :].max())
        if not jobless:
            _limit(limits, k, rng.WORK_BYTE + 2, -1 if kind & COVERED else joins[JOB_FORMAL] if formal else joins[JOB_FORMAL + 1 :].max())
            _limit(limits, k, rng.WORK_BYTE + 3, trains)
        if kind & UNREGISTERED:
            _limit(limits, k, rng.PERMIT_BYTE, rng.most_byte(max(uptake, enrols) if kind & PUPIL else uptake))
        if not kind & OWNER:
            _limit(limits, k, rng.HOMES_BYTE, -1 if jobless else buys)
            _limit(limits, k, rng.HOMES_BYTE + 1, rng.most_byte(ask))
    return limits
