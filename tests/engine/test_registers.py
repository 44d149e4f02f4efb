"""Who is registered where when a head dies, a child leaves home or a household comes back; permits only away from the own village."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.conftest import record_of, rows_of
from urbsim.clock import NO_DATE
from urbsim.engine.stages import demography, leaving, permits
from urbsim.engine.state import OUTSIDE_TOWN, RETURN_OR_COVERAGE, empty_accounts
from urbsim.population.registry import (
    CHILD_AT_HOME,
    MOVER_IN_PLACE,
    MOVER_OTHER_AREA,
    SPOUSE_ALONG,
    SPOUSE_AT_HOME,
    STATUS_PERMIT,
    STATUS_RURAL,
    STATUS_SETTLED,
    STATUS_UNREGISTERED,
)

AREAS = 3
HERE, ELSEWHERE, BLOCK = 0, 1, 5
SETTLED_HERE = {
    "place": HERE, "part": 1, "origin": ELSEWHERE, "register": HERE, "register_part": 1, "mover": MOVER_OTHER_AREA,
    "status": STATUS_SETTLED, "resident_area": HERE, "resident_part": 1,
}  # fmt: skip
OLD = {"head_birth": -400}  # only the head is of an age to die


def bury_head(key: np.uint64, **columns: int) -> tuple[Any, Any]:
    rows = rows_of(1, **(SETTLED_HERE | OLD | {"spouse": SPOUSE_ALONG, "spouse_birth": -100} | columns))
    dying = np.zeros((2, 2, 101))
    dying[:, :, 90:] = 1.0
    accounts = empty_accounts(AREAS)
    demography.mortality(rows, 0, 1, 4, key, dying, AREAS, accounts, np.zeros(1, np.uint8))
    assert rows["head_birth"][0] == -100
    return rows[0], accounts


@pytest.mark.parametrize(
    ("columns", "register", "status"),
    [
        ({"kin_settled": 1}, (HERE, 1), STATUS_SETTLED),
        ({"queue_since": 2}, (ELSEWHERE, 0), STATUS_UNREGISTERED),
        ({"origin": BLOCK}, (BLOCK, 0), STATUS_UNREGISTERED),
        ({"origin": HERE}, (HERE, 0), STATUS_RURAL),  # the own town, across districts
        ({"place": ELSEWHERE, "mover": MOVER_IN_PLACE, "status": STATUS_UNREGISTERED}, (ELSEWHERE, 0), STATUS_RURAL),  # back in the village
        ({"place": 2, "status": STATUS_PERMIT}, (ELSEWHERE, 0), STATUS_PERMIT),
    ],
)
def test_a_town_register_had_alone_is_not_inherited(
    key: np.uint64, columns: dict[str, int], register: tuple[int, int], status: int
) -> None:
    row, _ = bury_head(key, **columns)
    assert (row["register"], row["register_part"]) == register
    assert row["status"] == status
    assert row["queue_since"] == NO_DATE


def test_a_successor_from_another_province_comes_in_from_outside(key: np.uint64) -> None:
    _, accounts = bury_head(key, origin=BLOCK, spouse=SPOUSE_AT_HOME)
    change = accounts[HERE]["change_residents"]
    assert (change[OUTSIDE_TOWN], change[RETURN_OR_COVERAGE]) == (1, 0)


def found(key: np.uint64, **columns: int) -> Any:
    rows = rows_of(2, **(SETTLED_HERE | {"child1_birth": -80} | columns))
    leaving.found_household(rows[0], rows[1], 1, 4, key, np.full(5, 0.2))
    return rows[1]


@pytest.mark.parametrize(
    ("columns", "register", "status"),
    [
        ({"kin_settled": 1}, (HERE, 1), STATUS_SETTLED),
        ({}, (ELSEWHERE, 0), STATUS_UNREGISTERED),
        ({"origin": HERE, "mover": MOVER_OTHER_AREA}, (HERE, 0), STATUS_RURAL),  # in another district of its own core
        ({"kin_settled": 1, "child1": CHILD_AT_HOME}, (HERE, 1), STATUS_UNREGISTERED),  # in the village, registered where parents settled
        ({"child1": CHILD_AT_HOME}, (ELSEWHERE, 0), STATUS_RURAL),
        ({"kin_settled": 1, "origin": HERE, "child1": CHILD_AT_HOME}, (HERE, 1), STATUS_RURAL),
        ({"place": 2, "status": STATUS_PERMIT}, (ELSEWHERE, 0), STATUS_PERMIT),
        ({"place": ELSEWHERE, "status": STATUS_UNREGISTERED}, (ELSEWHERE, 0), STATUS_RURAL),  # parent back in the own county town
    ],
)
def test_a_child_who_leaves_home_has_its_own_register(
    key: np.uint64, columns: dict[str, int], register: tuple[int, int], status: int
) -> None:
    row = found(key, **columns)
    assert (row["register"], row["register_part"]) == register
    assert row["status"] == status


def test_no_permit_in_the_own_village() -> None:
    per_area = [np.full(AREAS, value) for value in (6.0, 0.0, 1e6, 0.0)]
    home = {"place": ELSEWHERE, "origin": ELSEWHERE, "register": HERE, "register_part": 1, "status": STATUS_UNREGISTERED, "job": 2}
    for mover_class, expected in ((MOVER_IN_PLACE, STATUS_UNREGISTERED), (MOVER_OTHER_AREA, STATUS_PERMIT)):
        rows = rows_of(1, mover=mover_class, **home)
        permits.permits(rows, 0, 1, 8, np.uint64(5), record_of(), *per_area, empty_accounts(AREAS))
        assert rows["status"][0] == expected
