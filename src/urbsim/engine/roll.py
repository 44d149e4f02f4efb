"""The roll of a run's households: their kinds and the tally of them, kept right in threads whatever changes rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from urbsim.clock import season
from urbsim.engine.counting import Counts, Pay, counts_of
from urbsim.engine.desk import Desk, Lists, Rolls, desk, empty_lists, open_rows, post_rows, take_rows
from urbsim.engine.stages import observe
from urbsim.engine.state import HOUSEHOLD, Accounts, IntArray, add_up, empty_accounts, grown
from urbsim.engine.tally import Tally, empty_tally, together
from urbsim.engine.watch import Kinds, last_quarter

if TYPE_CHECKING:
    from urbsim.engine.engine import Engine

FIRST_VILLAGE_COUNT = 21  # 2016 Q1: the register tells town from village by place

CHUNKS = 4  # for each thread: one that is slowed down leaves chunks to the others
LEAST_CHUNK = 4096  # rows


class Roll:
    """Keep kinds (`engine.watch`) and tally (`engine.tally`) of an engine's households, and run passes over them in threads."""

    tallies: list[Tally]  # parts that add up, one for each thread
    kinds: Kinds
    lists: Lists  # of what passes find
    as_of: int  # the quarter as of which they stand

    def __init__(self, engine: Engine) -> None:
        """Count everyone, as of now."""
        self.engine, self.threads = engine, engine.threads
        self.kinds = np.zeros(engine.households.size, dtype=np.uint16)
        self._furnish()
        self.count_all()

    def _furnish(self) -> None:
        """Make what is of use within a quarter only: threads, their desks, lists."""
        self._pool = ThreadPoolExecutor(self.threads) if self.threads > 1 else None
        self.desks = [desk() for _ in range(self.threads)]
        self.lists = empty_lists(self.kinds.size)

    def __getstate__(self) -> dict[str, Any]:
        """Return what stands from quarter to quarter."""
        return {name: value for name, value in vars(self).items() if name not in ("_pool", "desks", "lists")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore what stands from quarter to quarter."""
        vars(self).update(state)
        self._furnish()

    def edges(self, first: int, last: int, least: int = LEAST_CHUNK) -> list[int]:
        """Return where chunks of `first`..`last` begin, and the end of the last."""
        chunks = max(min(self.threads * CHUNKS, (last - first) // least), 1) if self.threads > 1 else 1
        return [first + (last - first) * k // chunks for k in range(chunks + 1)]

    def in_threads(self, work_on: Callable[[int, int, int], Any], first: int, last: int, least: int = LEAST_CHUNK) -> list[Any]:
        """Call `work_on` for chunks of `first`..`last`, with the number of its thread's part of the tally; return the results in order."""
        edges = self.edges(first, last, least)
        idle = list(range(self.threads))

        def work(lo: int, hi: int) -> Any:
            part = idle.pop()
            try:
                return work_on(lo, hi, part)
            finally:
                idle.append(part)

        return list((self._pool.map if self._pool and len(edges) > 2 else map)(work, edges[:-1], edges[1:]))

    def each(self, work_on: Callable[[Rolls, Desk, int, int, int, Accounts], Any], first: int = 0, entry: int = 0) -> list[Any]:
        """Run a pass over all rows from `first` on, add up its accounts, and return its results in order.

        Every chunk has its own stretch of the lists, the first from `entry` on. It is the same every quarter: lists take memory where they
        were ever filled.
        """
        e = self.engine
        chunks = self.edges(first, e.n)[:-1]
        stretch = (self.lists.rows.size - entry) // len(chunks)
        at = {lo: entry + k * stretch for k, lo in enumerate(chunks)}

        def one(lo: int, hi: int, part: int) -> tuple[Any, Accounts]:
            accounts = empty_accounts(e.areas)
            return work_on(self.open(part), self.desks[part], at[lo], lo, hi, accounts), accounts

        done = self.in_threads(one, first, e.n)
        for _, accounts in done:
            add_up(e.accounts, accounts)
        return [result for result, _ in done]

    def open(self, part: int = 0) -> Rolls:
        """Return rows, kinds and a part of the tally as passes read them."""
        e = self.engine
        words, last = e.households.view(np.uint64).reshape(-1, observe.WORDS), last_quarter(e.q)
        return Rolls(e.households, words, self.kinds, self.tallies[part], self.as_of, self.as_of, e.q, last, e.areas, e.p, e.norm)

    @contextmanager
    def changing(self, rows: IntArray) -> Iterator[None]:
        """Post to the tally what becomes of `rows` (each at most once) while the context lasts."""
        words = np.empty((rows.size, observe.WORDS), np.uint64)
        self.in_threads(lambda lo, hi, part: take_rows(self.open(part), rows[lo:hi], words[lo:hi]), 0, rows.size)
        yield
        before = words.reshape(-1).view(HOUSEHOLD)
        self.in_threads(lambda lo, hi, part: post_rows(self.open(part), rows[lo:hi], before[lo:hi], words[lo:hi]), 0, rows.size)

    def enter(self, first: int, last: int) -> None:
        """Take in the new rows `first`..`last`."""
        self.in_threads(lambda lo, hi, part: open_rows(self.open(part), self.engine.event, lo, hi), first, last)

    def make_room(self, size: int) -> None:
        """Grow what is kept of every row to `size` rows; what passes have listed is forgotten."""
        self.kinds, self.lists = grown(self.kinds[: self.engine.n], size), empty_lists(size)

    def count_all(self) -> None:
        """Count all households anew, as of now, and write their kinds."""
        e = self.engine
        self.tallies, self.as_of = [empty_tally(e.areas) for _ in range(self.threads)], e.q
        self.kinds[:] = 0
        self.enter(0, e.n)

    def counts(self) -> Counts:
        """Return the counts of the quarter."""
        e, tally = self.engine, together(self.tallies)
        pay = Pay(e.wage, e.rules, e.inputs.params)
        counts = counts_of(tally, e.q, e.areas + e.blocks, e.q >= FIRST_VILLAGE_COUNT, season(e.q) == 4, pay)
        if (e.rules["income_floor"] > 0.0).any():
            counts.area["assistance"] = sum(self.in_threads(self._assisted, 0, e.n))
        return counts

    def _assisted(self, lo: int, hi: int, _: int) -> IntArray:
        e, sums = self.engine, np.zeros(self.engine.areas, dtype=np.int64)
        observe.assist(e.households, lo, hi, e.q, e.p, e.rules, e.wage, e.norm, sums)
        return sums
