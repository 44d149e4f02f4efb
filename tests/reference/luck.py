"""The luck of a run, in plain Python integers: Philox4x32-10 keyed by run, household, quarter and use."""

from __future__ import annotations

LOW = 0xFFFFFFFF
STEP = 2.0**-32


class Use:
    """What a draw is for; every use has its own stream, so that no stage shifts the luck of another."""

    DEATH, BIRTH, LEAVE, MARRY, WORK, ATTEND, CHOOSE, PLACE = 1, 2, 3, 4, 5, 6, 7, 8
    FAMILY = 9  # frozen: quarter 0
    PERMIT, HOMES, SCHOOL, SETTLE = 10, 11, 12, 13
    WILLING = 14  # frozen: quarter 0
    LAND, RECLASSIFY, ARRIVE, TOWN_BORN, NEWCOMER, RETURN, IDENTITY = 15, 16, 17, 18, 19, 20, 21
    BYTES = 22  # first bytes of many uses' draws


FIRST_BYTES = {
    (Use.DEATH, 0): (0, 1, 2, 3), (Use.DEATH, 1): (4, 5), (Use.BIRTH, 0): (6,), (Use.LEAVE, 0): (7, 8), (Use.MARRY, 0): (9,),
    (Use.RECLASSIFY, 0): (10, 11), (Use.LAND, 0): (12, 13), (Use.SETTLE, 0): (14, 15),
    (Use.WORK, 0): (16, 17, 18, 19), (Use.ATTEND, 0): (20,), (Use.RETURN, 0): (21,), (Use.PERMIT, 0): (22,), (Use.HOMES, 0): (23, 24),
    (Use.CHOOSE, 0): (25, 26, 27, 28), (Use.CHOOSE, 1): (29, 30),
}  # fmt: skip
"""Which of a household's 32 shared bytes of the quarter begin a draw, by use and block: u = (byte + v) / 256."""


def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Ten rounds of two 32 x 32 bit products, swapped and mixed with a key that takes a Weyl step every round."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        first, second = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (second >> 32) ^ c1 ^ k0, second & LOW, (first >> 32) ^ c3 ^ k1, first & LOW
        k0, k1 = (k0 + 0x9E3779B9) & LOW, (k1 + 0xBB67AE85) & LOW
    return c0, c1, c2, c3


def run_key(seed: int, replicate: int, draw: int) -> int:
    """Return the 64-bit key of a run."""
    high, low, _, _ = philox((seed & LOW, (seed >> 32) & LOW, replicate, draw), (0, 0))
    return high << 32 | low


class Luck:
    """Draw the numbers of one run: the same question has the same answer, in any order."""

    def __init__(self, key: int) -> None:
        self.key = key & LOW, key >> 32
        self._quarter, self._shared = -1, dict[tuple[int, int], tuple[int, ...]]()

    def four(self, use: int, identity: int, quarter: int, block: int = 0) -> tuple[float, float, float, float]:
        """Return four uniforms in (0, 1)."""
        words = philox((identity & LOW, identity >> 32, quarter << 16 | block, use), self.key)
        u = [(word + 0.5) * STEP for word in words]
        for k, place in enumerate(FIRST_BYTES.get((use, block), ())):
            byte = self._words(identity, quarter, place // 16)[place % 16 // 4] >> place % 4 * 8 & 255
            u[k] = (byte + u[k]) / 256.0
        return u[0], u[1], u[2], u[3]

    def _words(self, identity: int, quarter: int, part: int) -> tuple[int, ...]:
        """Return the words that hold 16 of the shared bytes; those of one quarter are kept, to save time."""
        if quarter != self._quarter:
            self._quarter, self._shared = quarter, {}
        found = self._shared.get((identity, part))
        if found is None:
            found = philox((identity & LOW, identity >> 32, quarter << 16 | part, Use.BYTES), self.key)
            self._shared[identity, part] = found
        return found

    def one(self, use: int, identity: int, quarter: int) -> float:
        """Return one uniform in (0, 1)."""
        return self.four(use, identity, quarter)[0]

    def identity(self, parent: int, salt: int) -> int:
        """Return the identity of a household that comes of `parent`; `salt` tells siblings apart."""
        high, low, _, _ = philox((parent & LOW, parent >> 32, salt & LOW, Use.IDENTITY), self.key)
        return high << 32 | low
