"""Entries from other provinces (part of stage 6): how many households of each block come to each area, and their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from urbsim.engine.stages import arrivals
from urbsim.engine.state import Accounts, FloatArray, IntArray, add_up, empty_accounts
from urbsim.engine.tables import Utilities
from urbsim.engine.turns import Turns

if TYPE_CHECKING:
    from urbsim.engine.engine import Engine

LEAST_CELLS = 64  # of a block and an area, in a chunk of a thread


def attraction(e: Engine, u: Utilities) -> FloatArray:
    """Return, by block, the advantage of the region's areas over staying, as the utilities `u` give it."""
    away = np.ascontiguousarray(u.away[e.areas :, 0, : e.areas])
    return arrivals.advantage(away, u.village[e.areas :], u.town[e.areas :], e.inputs.params.lambda_)


def coming(e: Engine, u: Utilities, q: int, luck: int) -> IntArray:
    """Return how many households of other provinces come in quarter `q`, blocks x areas, as the utilities `u` draw them, and make room.

    `luck` keys the rounding.
    """
    x = e.inputs
    away = np.ascontiguousarray(u.away[e.areas :, 0, : e.areas])
    now = attraction(e, u)
    base = now if e.entry_base is None else e.entry_base  # at the start the region attracts as much as it does
    expected = arrivals.expected_entries(
        away, now - base, x.at_risk[max(q, 0)], x.params.h_entry * float(x.entering[max(q, 0)]), x.params.lambda_,
        x.params.entry_swing,
    )
    counts = np.zeros(expected.shape, dtype=np.int64)
    total = arrivals.round_entries(expected, e.rounds.entering * e.weight, luck, e.key, counts)
    e.make_room(total)
    return counts


def enter(e: Engine, counts: IntArray, q: int, luck: int) -> None:
    """Let the newcomers of quarter `q` from other provinces enter, `counts` of them (`coming`); `luck` keys their identities."""
    x, total = e.inputs, int(counts.sum())
    starts = e.n + np.cumsum(counts) - counts.ravel()

    def enter_cells(turns: Turns, _: int) -> Accounts:
        accounts = empty_accounts(e.areas)
        arrivals.enter(
            e.households, turns, starts, counts, e.templates, q, luck, e.key, e.p, e.areas, e.rounds.town_share, x.log_km, e.seat, e.bills,
            e.rules, e.pull, accounts)  # fmt: skip
        return accounts

    for accounts in e.roll.in_threads(enter_cells, 0, counts.size, least=LEAST_CELLS):
        add_up(e.accounts, accounts)
    first, e.n = e.n, e.n + total
    e.roll.enter(first, e.n)
