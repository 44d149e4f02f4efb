"""Counter-based random numbers: the same household meets the same luck whatever the order, threads or scenario.

Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"). The counter holds (identity low,
identity high, quarter and block of four draws, stream), the key holds the seed of the run. Nothing is stored between calls.
"""

from __future__ import annotations

import numpy as np

from urbsim.engine.compiled import kernel

# Streams: one for each use, so that a policy never shifts the luck of another stage.
DEATH = 1
BIRTH = 2
LEAVE = 3
MARRY = 4
WORK = 5
ATTEND = 6
CHOOSE = 7
PLACE = 8
FAMILY = 9  # frozen: drawn once for a household's life
PERMIT = 10
HOMES = 11
SCHOOL = 12
SETTLE = 13
WILLING = 14  # frozen
LAND = 15
RECLASSIFY = 16
ARRIVE = 17
TOWN_BORN = 18
NEWCOMER = 19
RETURN = 20
IDENTITY = 21

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_S32 = np.uint64(32)
_SCALE = 2.0**-32


@kernel
def philox(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Return four 32-bit numbers (as uint64) of Philox4x32-10 for counter `c0..c3` and key `k0, k1` (all uint64 below 2**32)."""
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        h0 = p0 >> _S32
        l0 = p0 & _LOW
        h1 = p1 >> _S32
        l1 = p1 & _LOW
        c0 = h1 ^ c1 ^ k0
        c1 = l1
        c2 = h0 ^ c3 ^ k1
        c3 = l0
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@kernel
def draw4(key, stream, identity, quarter, block):  # type: ignore[no-untyped-def]
    """Return four uniforms in (0, 1), multiples of 2**-32 plus one half step.

    `key` is uint64 (the run), `identity` uint64 (the household or cell), `stream`, `quarter` (0 for what is frozen) and `block` are
    small non-negative integers.
    """
    a, b, c, d = philox(
        np.uint64(identity) & _LOW,
        np.uint64(identity) >> _S32,
        (np.uint64(quarter) << np.uint64(16)) | np.uint64(block),
        np.uint64(stream),
        np.uint64(key) & _LOW,
        np.uint64(key) >> _S32,
    )
    return (
        (np.float64(a) + 0.5) * _SCALE,
        (np.float64(b) + 0.5) * _SCALE,
        (np.float64(c) + 0.5) * _SCALE,
        (np.float64(d) + 0.5) * _SCALE,
    )


@kernel
def fill(key, stream, identity, quarter, u):  # type: ignore[no-untyped-def]
    """Write the uniforms of blocks 0, 1, ... into `u` (float64, its length a multiple of 4).

    The same numbers as `draw4`, faster in bulk.
    """
    low, high = np.uint64(identity) & _LOW, np.uint64(identity) >> _S32
    k0, k1 = np.uint64(key) & _LOW, np.uint64(key) >> _S32
    for block in range(u.size // 4):
        a, b, c, d = philox(low, high, (np.uint64(quarter) << np.uint64(16)) | np.uint64(block), np.uint64(stream), k0, k1)
        u[4 * block] = (np.float64(a) + 0.5) * _SCALE
        u[4 * block + 1] = (np.float64(b) + 0.5) * _SCALE
        u[4 * block + 2] = (np.float64(c) + 0.5) * _SCALE
        u[4 * block + 3] = (np.float64(d) + 0.5) * _SCALE


@kernel
def draw1(key, stream, identity, quarter):  # type: ignore[no-untyped-def]
    """Return the first uniform of block 0."""
    return draw4(key, stream, identity, quarter, 0)[0]


@kernel
def new_identity(key, parent, salt):  # type: ignore[no-untyped-def]
    """Return a 64-bit identity for something born of `parent` (a household, a cell); `salt` tells its siblings apart."""
    a, b, _, _ = philox(
        np.uint64(parent) & _LOW,
        np.uint64(parent) >> _S32,
        np.uint64(salt) & _LOW,
        np.uint64(IDENTITY),
        np.uint64(key) & _LOW,
        np.uint64(key) >> _S32,
    )
    return (a << _S32) | b


@kernel
def _mix(seed_low, seed_high, replicate, draw):  # type: ignore[no-untyped-def]
    a, b, _, _ = philox(np.uint64(seed_low), np.uint64(seed_high), np.uint64(replicate), np.uint64(draw), np.uint64(0), np.uint64(0))
    return (a << _S32) | b


def run_key(seed: int, replicate: int, draw: int) -> np.uint64:
    """Return the 64-bit key of one run; every (seed, replicate, draw) has its own luck, shared by all scenarios."""
    return np.uint64(_mix(seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF, replicate, draw))
