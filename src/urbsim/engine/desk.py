"""The desk on which a pass works: rows are brought there, changed by the stages, posted to the tally and put back.

`Rolls` holds all households and what is kept of them; `Desk` the gathered rows of one block.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.engine import kinds
from urbsim.engine.compiled import inlined, kernel
from urbsim.engine.kinds import Kinds, kind_again, kind_of
from urbsim.engine.lanes import copy_row
from urbsim.engine.stages.observe import ANY, PEOPLE, PUPILS, WORDS, changes, post
from urbsim.engine.stages.tallying import put, works
from urbsim.engine.state import HOUSEHOLD, LATE_LUCK, FloatArray, IntArray, Rows
from urbsim.engine.tally import Tally
from urbsim.engine.turns import Turns, take

TWO_EACH = ("families", "slots", "stages")


def each_of(name: str) -> int:
    """Return how many entries of a column of `Lists` a row can take."""
    return 2 if name in TWO_EACH else 1


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
    ways: npt.NDArray[np.uint32]  # and how they came to be found (`watch.find_places`)
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
    identities: npt.NDArray[np.uint64]
    shared: IntArray  # rows
    families: IntArray  # two each: rows
    slots: npt.NDArray[np.uint8]  # two each
    stages: npt.NDArray[np.uint8]  # two each


def empty_lists(size: int, shared: bool) -> Lists:
    """Return lists for `size` rows, kept through a run: they take memory as far as they were ever filled, and take it once.

    `shared` by threads, each chunk fills the begin of its own stretch: pages of 2 MB would nearly all be taken, half a gigabyte for
    everyone, and take long to clear. Filled from the front by one thread, such pages are faster.
    """
    types = (np.int64, np.int16, np.uint8, np.float64, np.int16, np.float64, np.uint64, np.int64, np.int64, np.uint8, np.uint8)
    size += BLOCK  # so that stretches of equal length hold the longest of chunks
    make = _in_small_pages if shared else np.empty
    return Lists(*(make(size * each_of(name), kind) for name, kind in zip(Lists._fields, types, strict=True)))


def _in_small_pages(size: int, kind: type) -> npt.NDArray[Any]:
    """Return an array that takes memory by 4 kB as it is filled."""
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else {}
    held = mmap.mmap(-1, max(size * np.dtype(kind).itemsize, 1), **private)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        held.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(held, kind, count=size)


def together(out: Lists, turns: Turns, columns: Sequence[tuple[str, ...]]) -> Turns:
    """Bring together, in the order of rows, what chunks have listed: `columns` by count. Return it as what one chunk has listed."""
    if turns.at.size == 1:
        return turns
    for count, names in enumerate(columns):
        for name in names:
            _move(getattr(out, name), each_of(name) * turns.at, turns.counts[:, count])
    return turns._replace(at=turns.at[:1], counts=turns.counts.sum(axis=0, keepdims=True))


def listed(out: Lists, turns: Turns, columns: Sequence[tuple[str, ...]]) -> list[npt.NDArray[Any]]:
    """Return what chunks have listed, in the order of rows, column by column."""
    at, counts = together(out, turns, columns)[2:]
    spans = [(name, each_of(name) * int(at[0]), int(counts[0, k])) for k, names in enumerate(columns) for name in names]
    return [getattr(out, name)[start : start + count] for name, start, count in spans]


def after(one: Turns, other: Turns) -> Turns:
    """Return what two passes have listed, one after the other."""
    return one._replace(at=np.concatenate((one.at, other.at)), counts=np.concatenate((one.counts, other.counts)))


def entries_of(turns: Turns, columns: Sequence[tuple[str, ...]]) -> int:
    """Return behind which entry lists are empty after what has been brought `together`."""
    taken = [-(-int(turns.counts[0, count]) // each_of(name)) for count, names in enumerate(columns) for name in names]
    return int(turns.at[0]) + max(taken)


@kernel
def _move(column, starts, counts):
    end = starts[0]
    for k in range(starts.size):
        for i in range(starts[k], starts[k] + counts[k] if starts[k] != end else 0):  # forward: what is moved lies behind
            column[end + i - starts[k]] = column[i]
        end += counts[k]


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
    due, n, nought, one = np.uint64(kinds.PLACE_DUE if g.before != g.now else 0), np.uint64(0), np.uint64(0), np.uint64(1)
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


@inlined
def _renew(g, i, r, what):
    """Write the kind of row `i`, household `r`, of which `what` has changed."""
    if what & PEOPLE:
        g.kinds[i] = kind_of(r, g.q, g.last, g.areas)
    elif what != ANY | PUPILS:
        g.kinds[i] = kind_again(r, g.q, g.last, g.areas, g.kinds[i])


@kernel
def name_rows(d, start, rows, first, last):
    """Turn places on the desk, listed in `rows` from `first` to `last`, into rows."""
    for k in range(first, last):
        rows[k] = start + d.found[rows[k]]


@kernel
def take_rows(source, turns, rows, words):
    """Copy `rows` of `source` to `words`, both as words."""
    chunk = take(turns)
    while chunk >= 0:
        for k in range(turns.edges[chunk], turns.edges[chunk + 1]):
            copy_row(words, k, source, rows[k])
        chunk = take(turns)


@kernel
def post_rows(g, turns, rows, old, old_words):
    """Post what has changed in `rows`, which were `old` (as columns and as words)."""
    chunk = take(turns)
    while chunk >= 0:
        for k in range(turns.edges[chunk], turns.edges[chunk + 1]):
            i = rows[k]
            what = changes(old_words, k, g.words, i)
            if what:
                post(g.tally, old[k], g.h[i], what, g.before, g.now, g.areas, g.p, g.norm)
                _renew(g, i, g.h[i], what)
        chunk = take(turns)


@kernel
def open_rows(g, turns, event):
    """Put new rows on the tally and write their kinds; whether luck lets the last pass touch them is not known: it looks at them."""
    chunk = take(turns)
    while chunk >= 0:
        for i in range(turns.edges[chunk], turns.edges[chunk + 1]):
            event[i] = LATE_LUCK
            put(g.tally, g.h[i], g.now, g.areas, g.p, g.norm, 1)
            g.kinds[i] = kind_of(g.h[i], g.q, g.last, g.areas)
        chunk = take(turns)
