"""Both sources of luck give the published numbers of Philox4x32-10, and each other's."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reference import luck
from urbsim.engine import rng

# Known-answer vectors of the authors' library (Random123, kat_vectors): counter, key, result.
ONES = 0xFFFFFFFF
PI = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)
PUBLISHED = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (*PI, (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]


@pytest.mark.parametrize(("counter", "key", "expected"), PUBLISHED)
def test_published_vectors(counter: tuple[int, int, int, int], key: tuple[int, int], expected: tuple[int, ...]) -> None:
    assert luck.philox(counter, key) == expected
    compiled = rng.philox(*(np.uint64(word) for word in counter + key))
    assert tuple(int(word) for word in compiled) == expected


@pytest.mark.parametrize(("seed", "replicate", "draw"), [(0, 0, 0), (7, 3, 19), (2**53 + 11, 1, 2)])
def test_same_luck(seed: int, replicate: int, draw: int) -> None:
    key = luck.run_key(seed, replicate, draw)
    assert key == int(rng.run_key(seed, replicate, draw))
    mine = luck.Luck(key)
    for identity in (0, 1, 2**40 + 5, 2**64 - 1):
        shared = [(use, 5, block) for use, block in luck.FIRST_BYTES]
        for use, quarter, block in [(luck.Use.FAMILY, 0, 0), (luck.Use.CHOOSE, 68, 7), (luck.Use.ARRIVE, 300, 16), *shared]:
            assert mine.four(use, identity, quarter, block) == rng.draw4(np.uint64(key), use, np.uint64(identity), quarter, block)
        for salt in (0, 1024 + 65536, 900 + 2 * 65536):
            made = rng.new_identity(np.uint64(key), np.uint64(identity), salt)
            assert mine.identity(identity, salt) == int(made)


def test_every_use_has_the_engines_stream() -> None:
    uses = {name: value for name, value in vars(luck.Use).items() if name.isupper()}
    assert uses == {name: getattr(rng, name) for name in uses}
    assert len(set(uses.values())) == len(uses)


def test_uniforms_are_inside_the_open_interval() -> None:
    assert (0 + 0.5) * luck.STEP > 0.0
    assert (ONES + 0.5) * luck.STEP < 1.0
