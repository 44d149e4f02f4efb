"""Schools outside the compulsory stages, seen by families: what a lever adds to a child's chance of living along (part of stage 6).

The chance of a nursery, kindergarten or upper-secondary place is places over children who want one, times the access of migrants' children
(`urbsim.policy.schools`). The child's logit gains `c4` times the difference that new places and opened doors make, and `c7` times the
share of 12 to 17 year olds who may now sit the entrance exams where they studied: nothing under the rules as they stand. Parents' choice
of place is not moved: the study of exam barriers in 72 cities finds none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from urbsim.engine.compiled import kernel
from urbsim.engine.state import FloatArray, IntArray, Params
from urbsim.policy.schools import (
    ACCESS_KINDERGARTEN,
    ACCESS_UPPER_ACADEMIC,
    NURSERY_PLACES_WANTED,
    UPPER_ACADEMIC_SHARE,
)

LEVERS = ("school.kindergarten_open", "school.upper_secondary_open", "school.exam_where_studied")
LATER_STAGES = ("nursery", "kindergarten", "upper_academic", "upper_vocational")
NURSERY_AGES, KINDERGARTEN_AGES, EXAM_AGES, UPPER_AGES = range(4)  # 0-2, 3-5, 12-14, 15-17


@kernel
def later_school(pull, age):
    """Return what `pull` (by band of age: 0-2, 3-5, 12-14, 15-17) adds to the logit of a child of `age`."""
    if age < 3:
        return pull[0]
    if age < 6:
        return pull[1]
    if 12 <= age <= 14:
        return pull[2]
    if 15 <= age <= 17:
        return pull[3]
    return 0.0


def _share(places: npt.NDArray[Any], wanted: FloatArray) -> FloatArray:
    share: FloatArray = np.minimum(places / np.maximum(wanted, 1.0), 1.0)
    return share


def _opened(access: float, opened: FloatArray) -> FloatArray:
    factor: FloatArray = access + (1.0 - access) * opened
    return factor


def pulls(p: Params, levers: Mapping[str, FloatArray], supply: IntArray, new: IntArray, bands: IntArray) -> FloatArray:
    """Return A x 4, the gain of a child's logit by band of age.

    `levers` holds the quarter's values by area; `supply` and `new` are A x 4, places of the region's data and of levers by LATER_STAGES;
    `bands` is A x 10, residents by age band.
    """
    nurseries = bands.sum(axis=1) * NURSERY_PLACES_WANTED
    infants, youths = bands[:, 1].astype(np.float64), bands[:, 4].astype(np.float64)
    total = supply + new
    kindergarten = levers["school.kindergarten_open"]
    academic = _opened(ACCESS_UPPER_ACADEMIC, levers["school.upper_secondary_open"])
    result = np.zeros((bands.shape[0], 4))
    result[:, NURSERY_AGES] = p.c4 * (_share(total[:, 0], nurseries) - _share(supply[:, 0], nurseries))
    result[:, KINDERGARTEN_AGES] = p.c4 * (
        _share(total[:, 1], infants) * _opened(ACCESS_KINDERGARTEN, kindergarten) - _share(supply[:, 1], infants) * ACCESS_KINDERGARTEN
    )
    after = _share(total[:, 2] * academic + total[:, 3], youths)
    before = _share(supply[:, 2] * ACCESS_UPPER_ACADEMIC + supply[:, 3], youths)
    exam = p.c7 * levers["school.exam_where_studied"]
    result[:, EXAM_AGES] = exam
    result[:, UPPER_AGES] = exam + p.c4 * (after - before)
    return result


def split_upper(places: IntArray) -> IntArray:
    """Return upper-secondary places by track, academic and vocational, with a new last axis."""
    academic = np.floor(places * UPPER_ACADEMIC_SHARE).astype(np.int64)
    return np.stack([academic, places - academic], axis=-1)
