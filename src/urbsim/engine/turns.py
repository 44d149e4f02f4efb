"""How threads share the rows of a pass: chunks that whoever is free takes next, inside the kernel, so that nobody waits for the other."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from urbsim.engine.compiled import kernel
from urbsim.engine.state import IntArray

LISTS = 4  # a pass lists up to so many things


class Turns(NamedTuple):
    """Hold the chunks of a range of rows, how many of them are taken, and what was listed in each."""

    taken: IntArray  # 1
    edges: IntArray  # where chunks begin, and the end of the last
    at: IntArray  # by chunk, where its stretch of lists begins (`desk.Lists`)
    counts: IntArray  # chunks x LISTS, how many each has listed


def turns_of(first: int, last: int, chunks: int, entry: int = 0, stretch: int = 0) -> Turns:
    """Return rows `first`..`last` as `chunks`, none taken; their stretches of lists, `stretch` long, begin at `entry`."""
    if chunks == 1:
        edges, at = np.array((first, last)), np.array((entry,))
    else:
        each = np.arange(chunks + 1)
        edges, at = first + (last - first) * each // chunks, entry + stretch * each[:-1]
    return Turns(np.zeros(1, np.int64), edges, at, np.zeros((chunks, LISTS), np.int64))


def _add_one(typing_context: Any, counter: Any) -> Any:
    """Add one to the first entry of an int64 array and return what it was, so that no two threads are told the same."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        return builder.atomic_rmw("add", data, ir.Constant(ir.IntType(64), 1), "monotonic")

    return types.int64(counter), code


_next: Any = intrinsic(_add_one)


@kernel
def take(turns):
    """Return the next chunk, -1 when all are taken."""
    chunk = _next(turns.taken)
    return chunk if chunk < turns.at.size else -1
