"""Entries from other provinces (part of stage 6): how many households of each block come to each area, and their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from urbsim.engine.stages import arrivals
from urbsim.engine.tables import Utilities

if TYPE_CHECKING:
    from urbsim.engine.engine import Engine


def enter(e: Engine, u: Utilities, q: int, luck: int) -> None:
    """Let the newcomers of quarter `q` from other provinces enter, as the utilities `u` draw them; `luck` keys their identities."""
    x = e.inputs
    bills = x.levers["health.direct_settlement"][max(q, 0)]
    away = np.ascontiguousarray(u.away[e.areas :, 0, : e.areas])
    now = arrivals.advantage(away, u.village[e.areas :], u.town[e.areas :], x.params.lambda_)
    if e.entry_base is None:
        e.entry_base = now
    expected = arrivals.expected_entries(
        away, now - e.entry_base, x.at_risk[max(q, 0)], x.params.h_entry * float(x.mobility[max(q, 0)]), x.params.lambda_
    )
    counts = np.zeros(expected.shape, dtype=np.int64)
    total = arrivals.round_entries(expected, e.rounds.entering * e.weight, luck, e.key, counts)
    e.make_room(total)
    e.n = arrivals.enter(
        e.households, e.n, counts, e.templates, q, luck, e.key, e.p, e.areas, e.rounds.town_share, x.km, e.seat, bills,
        e.accounts)  # fmt: skip
