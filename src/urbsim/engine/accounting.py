"""The identities of the run: in every area and quarter residents change by the sum of nine components, exactly, and movers by theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from urbsim.engine.state import IntArray

if TYPE_CHECKING:
    from urbsim.engine.engine import Engine


class AccountsDoNotBalanceError(RuntimeError):
    """Say that a kernel moved somebody without booking it: a fault of the engine, never of a scenario."""


def check(e: Engine, before: IntArray, movers: IntArray) -> None:
    """Stop if the change of residents (model.md section 2) or of movers is not the sum of its components, in any area.

    `before`, `movers`: residents A x part and movers A x class of the quarter before.
    """
    after, frame = e.frame["residents"], e.frame
    change = after - before
    booked = frame["arrivals"] - frame["departures"] + frame["movers_family"]
    if not np.array_equal(booked, frame["movers"] - movers):
        a, c = np.argwhere(booked != frame["movers"] - movers)[0]
        raise AccountsDoNotBalanceError(
            f"accounts do not balance in quarter {e.q}, area {e.inputs.region.area_codes[a]}: movers of class {c} changed by "
            f"{int(frame['movers'][a, c] - movers[a, c])}, arrivals less departures and what families did are {int(booked[a, c])}"
        )
    for name, seen in (("change_residents", change.sum(axis=1)), ("change_town", change[:, 1])):
        added = frame[name].sum(axis=1)
        if not np.array_equal(added, seen):
            wrong = np.flatnonzero(added != seen)
            a = int(wrong[0])
            raise AccountsDoNotBalanceError(
                f"accounts do not balance in quarter {e.q}, area {e.inputs.region.area_codes[a]}: {name} {frame[name][a].tolist()} "
                f"add up to {int(frame[name][a].sum())}, residents changed by {int(seen[a])} ({wrong.size} areas in all)"
            )
