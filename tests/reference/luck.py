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
    """Draw the numbers of one run. Nothing is remembered between draws: the same question has the same answer."""

    def __init__(self, key: int) -> None:
        self.key = key & LOW, key >> 32

    def four(self, use: int, identity: int, quarter: int, block: int = 0) -> tuple[float, float, float, float]:
        """Return four uniforms in (0, 1)."""
        a, b, c, d = philox((identity & LOW, identity >> 32, quarter << 16 | block, use), self.key)
        return (a + 0.5) * STEP, (b + 0.5) * STEP, (c + 0.5) * STEP, (d + 0.5) * STEP

    def one(self, use: int, identity: int, quarter: int) -> float:
        """Return one uniform in (0, 1)."""
        return self.four(use, identity, quarter)[0]

    def identity(self, parent: int, salt: int) -> int:
        """Return the identity of a household that comes of `parent`; `salt` tells siblings apart."""
        high, low, _, _ = philox((parent & LOW, parent >> 32, salt & LOW, Use.IDENTITY), self.key)
        return high << 32 | low
