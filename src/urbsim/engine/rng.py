"""Counter-based random numbers: the same household meets the same luck whatever the order, threads or scenario.

Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"). The counter holds (identity low,
identity high, quarter and block of four draws, stream), the key holds the seed of the run. Nothing is stored between calls.

Most households meet no event of a kind in most quarters, so the uniforms of the quarterly streams are made in two parts: the first byte of
each comes from one draw that many streams share (its bytes are independent of each other, like all bits of Philox), the rest from the
stream's own draw: u = (byte + v) / 256. A byte above 256 times a chance already says that the event does not happen, and the stream's own
draw is spared (`bytes_of`, `most_byte`). `LANES` says which uniforms have such a byte.
"""

from __future__ import annotations

import numpy as np

from urbsim.engine.compiled import allocating, inlined, kernel

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
BYTES = 22  # the draws shared by the streams below

# Where the first bytes of a stream's uniforms stand among the 32 bytes that a household has each quarter: by (stream, block of four draws),
# the first one's place and how many there are. Places 0 to 15 are drawn together, so are 16 to 31.
DEATH_BYTE, ELDER_BYTE, BIRTH_BYTE, LEAVE_BYTE, MARRY_BYTE, RECLASSIFY_BYTE, LAND_BYTE, SETTLE_BYTE = 0, 4, 6, 7, 9, 10, 12, 14
WORK_BYTE, ATTEND_BYTE, RETURN_BYTE, PERMIT_BYTE, HOMES_BYTE, CHOOSE_BYTE, OWN_BYTE = 16, 20, 21, 22, 23, 25, 29
LANES = {
    (DEATH, 0): (DEATH_BYTE, 4), (DEATH, 1): (ELDER_BYTE, 2), (BIRTH, 0): (BIRTH_BYTE, 1), (LEAVE, 0): (LEAVE_BYTE, 2),
    (MARRY, 0): (MARRY_BYTE, 1), (RECLASSIFY, 0): (RECLASSIFY_BYTE, 2), (LAND, 0): (LAND_BYTE, 2), (SETTLE, 0): (SETTLE_BYTE, 2),
    (WORK, 0): (WORK_BYTE, 4), (ATTEND, 0): (ATTEND_BYTE, 1), (RETURN, 0): (RETURN_BYTE, 1), (PERMIT, 0): (PERMIT_BYTE, 1),
    (HOMES, 0): (HOMES_BYTE, 2), (CHOOSE, 0): (CHOOSE_BYTE, 4), (CHOOSE, 1): (OWN_BYTE, 2),
}  # fmt: skip
BYTES_A_DRAW = 16
STREAMS = 32
_LANE = np.full((STREAMS, 2, 2), -1, dtype=np.int64)
for (_stream, _block), _where in LANES.items():
    _LANE[_stream, _block] = _where

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_S32 = np.uint64(32)
_SCALE = 2.0**-32


_KEY0 = tuple(np.uint64((r * 0x9E3779B9) & 0xFFFFFFFF) for r in range(10))
_KEY1 = tuple(np.uint64((r * 0xBB67AE85) & 0xFFFFFFFF) for r in range(10))


@inlined
def _round(c0, c1, c2, c3, k0, k1):
    first, second = _M0 * c0, _M1 * c2
    return (second >> _S32) ^ c1 ^ k0, second & _LOW, (first >> _S32) ^ c3 ^ k1, first & _LOW


@inlined
def _ten_rounds(c0, c1, c2, c3, k0, k1):
    # Written out, so that a loop over households becomes vector instructions: six times as fast.
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, (k0 + _KEY0[1]) & _LOW, (k1 + _KEY1[1]) & _LOW)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, (k0 + _KEY0[2]) & _LOW, (k1 + _KEY1[2]) & _LOW)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, (k0 + _KEY0[3]) & _LOW, (k1 + _KEY1[3]) & _LOW)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, (k0 + _KEY0[4]) & _LOW, (k1 + _KEY1[4]) & _LOW)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, (k0 + _KEY0[5]) & _LOW, (k1 + _KEY1[5]) & _LOW)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, (k0 + _KEY0[6]) & _LOW, (k1 + _KEY1[6]) & _LOW)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, (k0 + _KEY0[7]) & _LOW, (k1 + _KEY1[7]) & _LOW)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, (k0 + _KEY0[8]) & _LOW, (k1 + _KEY1[8]) & _LOW)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, (k0 + _KEY0[9]) & _LOW, (k1 + _KEY1[9]) & _LOW)
    return c0, c1, c2, c3


@inlined
def _rounds_of_two(a, b, k0, k1):
    # Two counters side by side: while one waits for a product the other goes on, which takes a sixth less time than one by one.
    a, b = _round(*a, k0, k1), _round(*b, k0, k1)
    a, b = _round(*a, (k0 + _KEY0[1]) & _LOW, (k1 + _KEY1[1]) & _LOW), _round(*b, (k0 + _KEY0[1]) & _LOW, (k1 + _KEY1[1]) & _LOW)
    a, b = _round(*a, (k0 + _KEY0[2]) & _LOW, (k1 + _KEY1[2]) & _LOW), _round(*b, (k0 + _KEY0[2]) & _LOW, (k1 + _KEY1[2]) & _LOW)
    a, b = _round(*a, (k0 + _KEY0[3]) & _LOW, (k1 + _KEY1[3]) & _LOW), _round(*b, (k0 + _KEY0[3]) & _LOW, (k1 + _KEY1[3]) & _LOW)
    a, b = _round(*a, (k0 + _KEY0[4]) & _LOW, (k1 + _KEY1[4]) & _LOW), _round(*b, (k0 + _KEY0[4]) & _LOW, (k1 + _KEY1[4]) & _LOW)
    a, b = _round(*a, (k0 + _KEY0[5]) & _LOW, (k1 + _KEY1[5]) & _LOW), _round(*b, (k0 + _KEY0[5]) & _LOW, (k1 + _KEY1[5]) & _LOW)
    a, b = _round(*a, (k0 + _KEY0[6]) & _LOW, (k1 + _KEY1[6]) & _LOW), _round(*b, (k0 + _KEY0[6]) & _LOW, (k1 + _KEY1[6]) & _LOW)
    a, b = _round(*a, (k0 + _KEY0[7]) & _LOW, (k1 + _KEY1[7]) & _LOW), _round(*b, (k0 + _KEY0[7]) & _LOW, (k1 + _KEY1[7]) & _LOW)
    a, b = _round(*a, (k0 + _KEY0[8]) & _LOW, (k1 + _KEY1[8]) & _LOW), _round(*b, (k0 + _KEY0[8]) & _LOW, (k1 + _KEY1[8]) & _LOW)
    a, b = _round(*a, (k0 + _KEY0[9]) & _LOW, (k1 + _KEY1[9]) & _LOW), _round(*b, (k0 + _KEY0[9]) & _LOW, (k1 + _KEY1[9]) & _LOW)
    return a, b


@kernel
def philox(c0, c1, c2, c3, k0, k1):
    """Return four 32-bit numbers (as uint64) of Philox4x32-10 for counter `c0..c3` and key `k0, k1` (all uint64 below 2**32)."""
    return _ten_rounds(c0, c1, c2, c3, k0, k1)


@kernel
def _byte(low, high, place):
    """Return byte `place` (0 to 15) of the 16 in two 64-bit words."""
    word = low if place < 8 else high
    return np.float64((word >> np.uint64(8 * (place & 7))) & np.uint64(255))


@kernel
def _plain4(key, stream, identity, quarter, block):
    """Return four uniforms without a shared first byte."""
    low, high = np.uint64(identity) & _LOW, np.uint64(identity) >> _S32
    k0, k1 = np.uint64(key) & _LOW, np.uint64(key) >> _S32
    a, b, c, d = philox(low, high, (np.uint64(quarter) << np.uint64(16)) | np.uint64(block), np.uint64(stream), k0, k1)
    u0 = (np.float64(a) + 0.5) * _SCALE
    u1 = (np.float64(b) + 0.5) * _SCALE
    u2 = (np.float64(c) + 0.5) * _SCALE
    u3 = (np.float64(d) + 0.5) * _SCALE
    return u0, u1, u2, u3


@kernel
def draw4_known(key, stream, identity, quarter, block, luck, k):
    """Return what `draw4` does for the k-th row, whose shared bytes are at hand in `luck`: they are not drawn again."""
    u0, u1, u2, u3 = _plain4(key, stream, identity, quarter, block)
    return _with_bytes(u0, u1, u2, u3, stream, block, luck, k)


@inlined
def _with_bytes(u0, u1, u2, u3, stream, block, luck, k):
    """Return four uniforms, those with a shared first byte put together from it and the stream's own draw."""
    place, lanes = _LANE[stream, block, 0], _LANE[stream, block, 1]
    u0 = (np.float64(byte_at(luck, k, place)) + u0) / 256.0
    if lanes > 1:
        u1 = (np.float64(byte_at(luck, k, place + 1)) + u1) / 256.0
    if lanes > 2:
        u2 = (np.float64(byte_at(luck, k, place + 2)) + u2) / 256.0
    if lanes > 3:
        u3 = (np.float64(byte_at(luck, k, place + 3)) + u3) / 256.0
    return u0, u1, u2, u3


@kernel
def draw_some(h, who, stream, quarter, block, key, identities, words):
    """Draw for the rows `who` of `h` together, in vector instructions, what `draw4_of` reads; `identities` and `words` are scratch."""
    for n in range(who.size):
        identities[n] = h[who[n]].id
    _draw_words(identities[: who.size], (np.uint64(quarter) << np.uint64(16)) | np.uint64(block), np.uint64(stream), key, words)


@inlined
def plain4_of(words, n):
    """Return what `draw4` does for the n-th of those for whom `draw_some` drew `words` of a stream without shared bytes."""
    u0, u1 = (np.float64(words[0, n] & _LOW) + 0.5) * _SCALE, (np.float64(words[0, n] >> _S32) + 0.5) * _SCALE
    u2, u3 = (np.float64(words[1, n] & _LOW) + 0.5) * _SCALE, (np.float64(words[1, n] >> _S32) + 0.5) * _SCALE
    return u0, u1, u2, u3


@inlined
def draw4_of(words, n, stream, block, luck, k):
    """Return what `draw4` does for the k-th row, the n-th of those for whom `draw_some` drew `words`; its shared bytes are in `luck`."""
    u0, u1, u2, u3 = plain4_of(words, n)
    return _with_bytes(u0, u1, u2, u3, stream, block, luck, k)


@kernel
def draw4(key, stream, identity, quarter, block):
    """Return four uniforms in (0, 1): multiples of 2**-32 plus one half step, or of 2**-40 where the first byte is shared.

    `key` is uint64 (the run), `identity` uint64 (the household or cell), `stream`, `quarter` (0 for what is frozen) and `block` are
    small non-negative integers.
    """
    low, high = np.uint64(identity) & _LOW, np.uint64(identity) >> _S32
    k0, k1 = np.uint64(key) & _LOW, np.uint64(key) >> _S32
    u0, u1, u2, u3 = _plain4(key, stream, identity, quarter, block)
    if block < 2 and _LANE[stream, block, 0] >= 0:
        place, lanes = _LANE[stream, block, 0], _LANE[stream, block, 1]
        part = np.uint64(place // BYTES_A_DRAW)
        a, b, c, d = philox(low, high, (np.uint64(quarter) << np.uint64(16)) | part, np.uint64(BYTES), k0, k1)
        a, b, place = a | (b << _S32), c | (d << _S32), place % BYTES_A_DRAW
        u0 = (_byte(a, b, place) + u0) / 256.0
        if lanes > 1:
            u1 = (_byte(a, b, place + 1) + u1) / 256.0
        if lanes > 2:
            u2 = (_byte(a, b, place + 2) + u2) / 256.0
        if lanes > 3:
            u3 = (_byte(a, b, place + 3) + u3) / 256.0
    return u0, u1, u2, u3


@kernel
def _draw_words(identities, counter, stream, key, words):
    """Fill `words` (2 x n) with 16 bytes for each identity."""
    k0, k1, n = np.uint64(key) & _LOW, np.uint64(key) >> _S32, identities.size
    half = n >> 1
    first, second = identities[:half], identities[half : 2 * half]
    low, high, low2, high2 = words[0, :half], words[1, :half], words[0, half : 2 * half], words[1, half : 2 * half]
    for k in range(np.uint64(half)):  # vector instructions, as long as arrays are read and written in a row
        one, two = first[k], second[k]
        a, b = _rounds_of_two((one & _LOW, one >> _S32, counter, stream), (two & _LOW, two >> _S32, counter, stream), k0, k1)
        low[k], high[k] = a[0] | (a[1] << _S32), a[2] | (a[3] << _S32)
        low2[k], high2[k] = b[0] | (b[1] << _S32), b[2] | (b[3] << _S32)
    if n & 1:
        last = identities[n - 1]
        c0, c1, c2, c3 = _ten_rounds(last & _LOW, last >> _S32, counter, stream, k0, k1)
        words[0, n - 1], words[1, n - 1] = c0 | (c1 << _S32), c2 | (c3 << _S32)


@kernel
def bytes_of(h, lo, hi, q, key, part, identities, words):
    """Draw the shared bytes of households `lo`..`hi` for quarter `q`: those of places 0 to 15 (`part` 0) or 16 to 31 (1).

    `identities` (n) and `words` (2 x n, uint64) are scratch for n = hi - lo rows at least; read the bytes with `byte_at` from
    `as_bytes(words)`.
    """
    n = hi - lo
    for k in range(n):
        identities[k] = h[lo + k].id
    _draw_words(identities[:n], (np.uint64(q) << np.uint64(16)) | np.uint64(part), np.uint64(BYTES), key, words)


@kernel
def pairs_of(identities, stream, quarter, key, words, first, second):
    """Fill `first`, `second` with the first two uniforms of block 0 for each identity, as `draw4` gives them where no byte is shared.

    `words` (2 x n, uint64) is scratch.
    """
    _draw_words(identities, np.uint64(quarter) << np.uint64(16), np.uint64(stream), key, words)
    for k in range(identities.size):
        first[k], second[k], _, _ = plain4_of(words, k)


@kernel
def lots_of(identities, stream, quarter, key, words, lots):
    """Fill `lots` with the third uniform of block 0 for each identity, as `draw4` gives it where it shares no byte; `words` as above."""
    _draw_words(identities, np.uint64(quarter) << np.uint64(16), np.uint64(stream), key, words)
    for k in range(identities.size):
        lots[k] = plain4_of(words, k)[2]


@allocating
def as_bytes(words):
    """Return `words` (2 x n) as bytes: 2 x n x 8."""
    return words.view(np.uint8).reshape(2, words.shape[1], 8)


@kernel
def byte_at(luck, k, place):
    """Return the shared byte `place` of the k-th row."""
    return luck[np.uint64((place >> 3) & 1), np.uint64(k), np.uint64(place & 7)]


@kernel
def below(key, stream, identity, quarter, byte, chance):
    """Tell whether the first uniform of a stream is below `chance`, given its first `byte`: draw it only where the byte leaves it open."""
    scaled = chance * 256.0
    if byte + 1.0 <= scaled:
        return True
    return byte < scaled and (byte + _plain4(key, stream, identity, quarter, 0)[0]) / 256.0 < chance


@kernel
def most_byte(chance):
    """Return the largest first byte with which a uniform can be below `chance` (-1: none): a byte above it spares the rest."""
    if chance <= 0.0:
        return -1
    return min(int(chance * 256.0), 255)


@kernel
def draw1(key, stream, identity, quarter):
    """Return the first uniform of block 0."""
    return draw4(key, stream, identity, quarter, 0)[0]


@kernel
def new_identity(key, parent, salt):
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
def _mix(seed_low, seed_high, replicate, draw):
    a, b, _, _ = philox(np.uint64(seed_low), np.uint64(seed_high), np.uint64(replicate), np.uint64(draw), np.uint64(0), np.uint64(0))
    return (a << _S32) | b


def run_key(seed: int, replicate: int, draw: int) -> np.uint64:
    """Return the 64-bit key of one run; every (seed, replicate, draw) has its own luck, shared by all scenarios."""
    return np.uint64(_mix(seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF, replicate, draw))
