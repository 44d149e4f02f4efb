"""Stage 5: who reconsiders where to live this quarter.

`Pr = 1 - exp(-(a0/4) * m * exp(a_job*J + a_life*M + a_school*C))` (behaviour.md 5.4), where `m` is the season's factor with a mean of 1
over the year (Spring Festival in the first quarter).
"""

from __future__ import annotations

import math

import numpy as np

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import allocating, kernel
from urbsim.engine.people import age_at
from urbsim.engine.state import EVENT_JOB, EVENT_LIFE, EVENT_SCHOOL, EVENTS
from urbsim.population.registry import GONE

SCHOOL_TURNS = (24, 48, 60)  # quarters of age: 6, 12 and 15


def season_factor(a_q1: float, season: int) -> float:
    """Return the season's factor on the rate; the four average to 1.

    >>> round(sum(season_factor(0.5, s) for s in (1, 2, 3, 4)), 12)
    4.0
    """
    mean = (math.exp(a_q1) + 3.0) / 4.0
    return (math.exp(a_q1) if season == 1 else 1.0) / mean


@kernel
def _turns(birth, q):
    """Tell whether a child born in quarter `birth` reaches 6, 12 or 15 in quarter `q`."""
    if birth == NO_DATE:
        return False
    age = q - birth
    return age == SCHOOL_TURNS[0] or age == SCHOOL_TURNS[1] or age == SCHOOL_TURNS[2]


@allocating
def chances_to_attend(p, factor):
    """Return by events of the quarter (bits, 8) the chance to reconsider, and the largest first byte with which one can.

    `factor` is the season's factor times any shock of the quarter.
    """
    base = p.a0 / 4.0 * factor
    chances, most = np.empty(8), np.empty(8, np.int64)
    for bits in range(8):
        exponent = 0.0
        if bits & EVENT_JOB:
            exponent += p.a_job
        if bits & EVENT_LIFE:
            exponent += p.a_life
        if bits & EVENT_SCHOOL:
            exponent += p.a_school
        chances[bits] = 1.0 - math.exp(-base * math.exp(exponent))
        most[bits] = rng.most_byte(chances[bits])
    return chances, most


@kernel
def attention(h, who, luck, q, key, chances, most, event, attending):
    """List in `attending` those of `who` that reconsider; return how many. `chances`, `most` as from `chances_to_attend`."""
    n = 0
    for i in who:
        bits, byte = event[i] & EVENTS, rng.byte_at(luck, i, rng.ATTEND_BYTE)
        if byte > max(most[bits], most[bits | EVENT_SCHOOL]):
            continue  # before the row is read
        r = h[i]
        if r.place == GONE:
            continue
        if _turns(r.child1_birth, q) or _turns(r.child2_birth, q):
            bits |= EVENT_SCHOOL
        if byte > most[bits]:
            continue
        if age_at(r.head_birth, q) >= 16 and rng.below(key, rng.ATTEND, r.id, q, byte, chances[bits]):
            attending[n] = i
            n += 1
    return n
