"""The desk on which a pass works: rows are brought there, changed by the stages, posted to the tally and put back.

`Rolls` holds all households and what is kept of them; `Desk` the gathered rows of one block.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.engine import watch
from urbsim.engine.compiled import allocating, kernel
from urbsim.engine.lanes import copy_row
from urbsim.engine.stages.observe import ANY, PEOPLE, PUPILS, WORDS, changes, post
from urbsim.engine.stages.tallying import put, works
from urbsim.engine.state import HOUSEHOLD, LAND_LUCK, SETTLE_LUCK, FloatArray, IntArray, Rows
from urbsim.engine.tally import Tally
from urbsim.engine.watch import Kinds

TWO_EACH = ("families", "slots", "stages")
BLOCK = 4096  # rows, of which a tenth to a third are gathered: they and all luck stay in a core's own cache


class Rolls(NamedTuple):
    """Hold the rows of all households, twice (as columns and as words), their kinds, and what keeps the tally of them right."""

    h: Rows
    words: npt.NDArray[np.uint64]  # the same memory, n x `WORDS`
    kinds: Kinds
    tally: Tally
    before: int  # the quarter as of which the tally stands
    now: int  # and as of which it shall stand
    q: int  # the quarter under way
    last: int  # the quarter until which kinds stand
    areas: int
    p: Rows
    norm: float


class Desk(NamedTuple):
    """Hold the block on which a pass works: gathered rows, twice, which ones they are, their luck and events."""

    h: Rows
    words: npt.NDArray[np.uint64]
    found: IntArray  # offset in the block of rows
    ways: npt.NDArray[np.uint32]  # and how they came to be found (`watch.find`)
    who: IntArray  # those whom a stage concerns
    attending: IntArray
    identities: npt.NDArray[np.uint64]
    luck: npt.NDArray[np.uint64]  # 2 x BLOCK
    draws: npt.NDArray[np.uint64]  # 2 x BLOCK, for those of a stage
    event: npt.NDArray[np.uint8]


class Lists(NamedTuple):
    """Hold what passes list, for as many entries as there is room for rows, two each where said; each chunk of rows has its own stretch."""

    rows: IntArray
    areas: npt.NDArray[np.int16]
    kinds: npt.NDArray[np.uint8]
    scores: FloatArray
    since: npt.NDArray[np.int16]
    lots: FloatArray
    shared: IntArray  # rows
    families: IntArray  # two each: rows
    slots: npt.NDArray[np.uint8]  # two each
    stages: npt.NDArray[np.uint8]  # two each


def empty_lists(size: int) -> Lists:
    """Return lists for `size` rows, kept through a run: they take memory as far as they were ever filled, and take it once."""
    types = (np.int64, np.int16, np.uint8, np.float64, np.int16, np.float64, np.int64, np.int64, np.uint8, np.uint8)
    size += BLOCK  # so that stretches of equal length hold the longest of chunks
    return Lists(*(np.empty(size * (2 if name in TWO_EACH else 1), kind) for name, kind in zip(Lists._fields, types, strict=True)))


def listed(columns: Iterable[npt.NDArray[Any]], starts: Sequence[int], counts: Sequence[int]) -> list[npt.NDArray[Any]]:
    """Bring together what chunks have listed in columns of `Lists`, each from its start on so many entries; return it, in their order."""
    return [_together(column, starts, counts) for column in columns]


def _together(column: npt.NDArray[Any], starts: Sequence[int], counts: Sequence[int]) -> npt.NDArray[Any]:
    end = starts[0]
    for start, count in zip(starts, counts, strict=True):
        if start != end:
            column[end : end + count] = column[start : start + count]
        end += count
    return column[starts[0] : end]


def desk() -> Desk:
    """Return an empty desk."""
    rows = np.empty(BLOCK, HOUSEHOLD)
    return Desk(
        rows, rows.view(np.uint64).reshape(-1, WORDS), np.empty(BLOCK, np.int64), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64),
        np.empty(BLOCK, np.int64), np.empty(BLOCK, np.uint64), np.empty((2, BLOCK), np.uint64), np.empty((2, BLOCK), np.uint64),
        np.empty(BLOCK, np.uint8),
    )  # fmt: skip


@kernel
def fetch(g, d, start, m):
    """Bring the `m` rows found in the block from `start` on to the desk."""
    for k in range(m):
        copy_row(d.words, k, g.words, start + d.found[k])


@kernel
def gather(g, d, start, m, event):
    """Bring the `m` rows found in the block from `start` on to the desk, with their luck and events."""
    fetch(g, d, start, m)
    for k in range(m):
        i = d.found[k]
        d.luck[0, k], d.luck[1, k] = d.luck[0, i], d.luck[1, i]  # found[k] is k or later
        d.event[k] = event[start + i]


@kernel
def keep_events(d, start, m, event):
    """Note what happened to those on the desk."""
    for k in range(m):
        event[start + d.found[k]] = d.event[k]


@kernel
def put_back(g, d, start, m):
    """Post what changed on the desk and put the rows back."""
    due, n, nought, one = np.uint64(watch.PLACE_DUE if g.before != g.now else 0), np.uint64(0), np.uint64(0), np.uint64(1)
    for k in range(m):  # without branches, so that rows are compared while others are still on their way
        i = start + d.found[k]
        d.who[n] = k
        n += one if (changes(g.words, i, d.words, k) | np.uint64(g.kinds[i]) & due) != nought else nought
    for j in range(n):
        k = d.who[j]
        i = start + d.found[k]
        what = changes(g.words, i, d.words, k)
        if what or works(g.h[i], g.before) != works(d.h[k], g.now):
            post(g.tally, g.h[i], d.h[k], what, g.before, g.now, g.areas, g.p, g.norm)
        if what:
            copy_row(g.words, i, d.words, k)
            _renew(g, i, d.h[k], what)


@kernel
def _renew(g, i, r, what):
    """Write the kind of row `i`, household `r`, of which `what` has changed."""
    if what & PEOPLE:
        g.kinds[i] = watch.kind_of(r, g.q, g.last, g.areas)
    elif what != ANY | PUPILS:
        g.kinds[i] = watch.kind_again(r, g.q, g.last, g.areas, g.kinds[i])


@kernel
def name_rows(d, start, rows, first, last):
    """Turn places on the desk, listed in `rows` from `first` to `last`, into rows."""
    for k in range(first, last):
        rows[k] = start + d.found[rows[k]]


@kernel
def take_rows(g, rows, words):
    """Copy `rows` to `words`."""
    for k in range(rows.size):
        copy_row(words, k, g.words, rows[k])


@allocating
def post_rows(g, rows, old, old_words):
    """Post what has changed in `rows`, which were `old` (as columns and as words)."""
    for k in range(rows.size):
        i = rows[k]
        what = changes(old_words, k, g.words, i)
        if what:
            post(g.tally, old[k], g.h[i], what, g.before, g.now, g.areas, g.p, g.norm)
            _renew(g, i, g.h[i], what)


@kernel
def open_rows(g, event, lo, hi):
    """Put new rows on the tally and write their kinds; whether luck lets the last pass touch them is not known: it looks at them."""
    for i in range(lo, hi):
        event[i] = LAND_LUCK | SETTLE_LUCK
        put(g.tally, g.h[i], g.now, g.areas, g.p, g.norm, 1)
        g.kinds[i] = watch.kind_of(g.h[i], g.q, g.last, g.areas)
