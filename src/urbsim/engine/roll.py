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
from urbsim.engine.kinds import Kinds, last_quarter
from urbsim.engine.stages import observe
from urbsim.engine.state import HOUSEHOLD, Accounts, IntArray, add_up, empty_accounts, grown
from urbsim.engine.tally import Tally, empty_tally, together
from urbsim.engine.turns import Turns, turns_of

if TYPE_CHECKING:
    from urbsim.engine.engine import Engine

FIRST_VILLAGE_COUNT = 21  # 2016 Q1: the register tells town from village by place

CHUNKS = 64  # for each thread: whoever is slowed down leaves chunks to the others, and nobody waits long for the last one
LEAST_CHUNK = 4096  # rows


class Roll:
    """Keep kinds (`engine.kinds`) and tally (`engine.tally`) of an engine's households, and run passes over them in threads."""

    tallies: list[Tally]  # parts that add up, one for each thread
    kinds: Kinds
    lists: Lists  # of what passes find
    as_of: int  # the quarter as of which they stand

    def __init__(self, engine: Engine) -> None:
        """Count everyone, as of now."""
        self.engine, self.threads = engine, engine.threads
        self.kinds = np.zeros(engine.households.size, dtype=np.uint32)
        self._furnish()
        self.count_all()

    def _furnish(self) -> None:
        """Make what is of use within a quarter only: threads, their desks, lists."""
        self._pool = ThreadPoolExecutor(self.threads - 1) if self.threads > 1 else None
        self.desks = [desk() for _ in range(self.threads)]
        self.lists = empty_lists(self.kinds.size, self.threads > 1)

    def __getstate__(self) -> dict[str, Any]:
        """Return what stands from quarter to quarter."""
        return {name: value for name, value in vars(self).items() if name not in ("_pool", "desks", "lists")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore what stands from quarter to quarter."""
        vars(self).update(state)
        self._furnish()

    def _chunks(self, rows: int, least: int) -> int:
        return max(min(self.threads * CHUNKS, rows // least), 1) if self.threads > 1 else 1

    def in_threads(self, work_on: Callable[[Turns, int], Any], first: int, last: int, least: int = LEAST_CHUNK) -> list[Any]:
        """Call `work_on` in every thread with chunks of `first`..`last` to take in turn and the thread's number; return the results."""
        return self._spread(work_on, turns_of(first, last, self._chunks(last - first, least)))

    def _spread(self, work_on: Callable[[Turns, int], Any], turns: Turns) -> list[Any]:
        others = [self._pool.submit(work_on, turns, part) for part in range(1, min(self.threads, turns.at.size))] if self._pool else []
        return [work_on(turns, 0), *(other.result() for other in others)]

    def each(self, work_on: Callable[[Rolls, Desk, Turns, Accounts], Any], first: int = 0, entry: int = 0) -> tuple[Turns, list[Any]]:
        """Run a pass over all rows from `first` on, add up its accounts, and return its turns and every thread's result.

        Every chunk has its own stretch of the lists, the first from `entry` on. It is the same every quarter: lists take memory where they
        were ever filled.
        """
        e = self.engine
        chunks = self._chunks(e.n - first, LEAST_CHUNK)
        turns = turns_of(first, e.n, chunks, entry, (self.lists.rows.size - entry) // chunks)

        def one(turns: Turns, part: int) -> tuple[Any, Accounts]:
            accounts = empty_accounts(e.areas)
            return work_on(self.open(part), self.desks[part], turns, accounts), accounts

        done = self._spread(one, turns)
        for _, accounts in done:
            add_up(e.accounts, accounts)
        return turns, [result for result, _ in done]

    def open(self, part: int = 0) -> Rolls:
        """Return rows, kinds and a part of the tally as passes read them."""
        e = self.engine
        words, last = e.households.view(np.uint64).reshape(-1, observe.WORDS), last_quarter(e.q)
        return Rolls(e.households, words, self.kinds, self.tallies[part], self.as_of, self.as_of, e.q, last, e.areas, e.p, e.norm)

    @contextmanager
    def changing(self, rows: IntArray) -> Iterator[None]:
        """Post to the tally what becomes of `rows` (each at most once) while the context lasts."""
        if not rows.size:
            yield
            return
        words, source = np.empty((rows.size, observe.WORDS), np.uint64), self.open().words
        self.in_threads(lambda turns, _: take_rows(source, turns, rows, words), 0, rows.size)
        yield
        before = words.reshape(-1).view(HOUSEHOLD)
        self.in_threads(lambda turns, part: post_rows(self.open(part), turns, rows, before, words), 0, rows.size)

    def enter(self, first: int, last: int) -> None:
        """Take in the new rows `first`..`last`."""
        if first == last:
            return
        self.in_threads(lambda turns, part: open_rows(self.open(part), turns, self.engine.event), first, last)

    def make_room(self, size: int) -> None:
        """Grow what is kept of every row to `size` rows; what passes have listed is forgotten."""
        self.kinds, self.lists = grown(self.kinds[: self.engine.n], size), empty_lists(size, self.threads > 1)

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

    def _assisted(self, turns: Turns, _: int) -> IntArray:
        e, sums = self.engine, np.zeros(self.engine.areas, dtype=np.int64)
        observe.assist(e.households, turns, e.q, e.p, e.rules, e.wage, e.norm, sums)
        return sums
