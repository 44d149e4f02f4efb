"""Count persons from household columns alone, by the rules of official residence: an independent check of the synthesis."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from urbsim.population import registry as reg
from urbsim.population.ipf import Ints
from urbsim.population.registry import Columns

Mask = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]


def members(columns: Columns) -> Iterator[tuple[npt.NDArray[np.int16], Bytes, Mask, Mask]]:
    """Yield (birth, sex, exists, left at home) of the head, the spouse, two children and two elders."""
    sex = columns["head_sex"]
    everyone = np.ones(sex.size, dtype=bool)
    yield columns["head_birth"], sex, everyone, ~everyone
    yield columns["spouse_birth"], (1 - sex).astype(np.uint8), columns["spouse"] != reg.SPOUSE_NONE, columns["spouse"] == reg.SPOUSE_AT_HOME
    for name in ("child1", "child2"):
        birth, bits = columns[f"{name}_birth"], columns[name]
        yield birth, bits & np.uint8(reg.CHILD_GIRL), birth != reg.NONE, (bits & reg.CHILD_AT_HOME) != 0
    at_home = (columns["elders"] & reg.ELDERS_AT_HOME) != 0
    for name, bit in (("elder1", reg.ELDER1_FEMALE), ("elder2", reg.ELDER2_FEMALE)):
        birth = columns[f"{name}_birth"]
        yield birth, ((columns["elders"] & bit) != 0).astype(np.uint8), birth != reg.NONE, at_home


def persons_by_age(columns: Columns, areas: int, quarter: int = 0) -> Ints:
    """Count row members who are official residents: A x part x sex x 101 ages at `quarter` (not times the weight).

    Those who live with the head are residents of `resident_area`, `resident_part`; those left at home of the village (or, if it is
    classed as town, the town) part of the origin area. People outside the region and homes in other provinces do not count.
    """
    result = np.zeros((areas, 2, 2, 101), dtype=np.int64)
    flat = result.reshape(-1)
    living = columns["place"] != reg.GONE
    for birth, sex, exists, at_home in members(columns):
        area = np.where(at_home, columns["origin"], columns["resident_area"]).astype(np.int64)
        part = np.where(at_home, columns["register_in_town"], columns["resident_part"]).astype(np.int64)
        age = np.clip((quarter - birth.astype(np.int64)) // 4, 0, 100)
        counted = living & exists & (area < areas)
        key = (((area * 2 + part) * 2 + sex) * 101 + age)[counted]
        flat += np.bincount(key, minlength=flat.size)
    return result
