"""Who is registered where when a head dies, a child leaves home or a household comes back; permits only away from the own village."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.engine.conftest import inputs_of, luck_of, neutral_rules, parameters_with, record_of, rows_of
from urbsim.clock import NO_DATE
from urbsim.engine import Engine, people_of
from urbsim.engine.counting import Pay, counts_of
from urbsim.engine.stages import demography, leaving, permits, schools, tallying
from urbsim.engine.state import OUTSIDE_TOWN, RETURN_OR_COVERAGE, empty_accounts, make_params
from urbsim.engine.tally import empty_tally
from urbsim.population.registry import (
    CHILD_AT_HOME,
    HOUSEHOLD_DTYPES,
    KIN_ALL,
    KIN_FAMILY,
    MOVER_IN_PLACE,
    MOVER_OTHER_AREA,
    PLACE_APPLIED,
    SPOUSE_ALONG,
    SPOUSE_AT_HOME,
    STATUS_PERMIT,
    STATUS_RURAL,
    STATUS_SETTLED,
    STATUS_UNREGISTERED,
    check_columns,
)
from urbsim.scenario import Scenario

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
    accounts, most = empty_accounts(AREAS), demography.most_dying(dying)
    demography.mortality(rows, 0, 1, luck_of(rows, 4, key), 4, key, dying, most, AREAS, accounts, np.zeros(1, np.uint8))
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


def test_elders_who_had_not_followed_keep_their_village_register(key: np.uint64) -> None:
    elder = {"spouse": 0, "spouse_birth": NO_DATE, "elder1_birth": -100, "kin_settled": KIN_FAMILY}
    row, _ = bury_head(key, **elder)
    assert (row["register"], row["register_part"], row["kin_settled"]) == (ELSEWHERE, 0, 0)
    for others in ({"child1_birth": -10}, {"kin_settled": KIN_ALL}):
        row, _ = bury_head(key, **(elder | others))
        assert (row["register"], row["register_part"]) == (HERE, 1)


def test_members_are_registered_where_they_settled() -> None:
    family = {"spouse": SPOUSE_ALONG, "spouse_birth": -100, "child1_birth": -8, "elder1_birth": -260, "elder2_birth": -260}
    for kin, town, village in ((0, 1, 4), (KIN_FAMILY, 3, 2), (KIN_ALL, 5, 0)):
        rows = rows_of(1, **(SETTLED_HERE | family | {"kin_settled": kin}))
        tally = empty_tally(AREAS)
        tallying.count(rows, 0, 1, 8, AREAS, record_of(), 0.0, tally)
        counts = counts_of(tally, 8, AREAS + 1, True, False, Pay(np.ones(AREAS), neutral_rules(AREAS), make_params(parameters_with())))
        assert counts.area["hukou"].tolist() == [town, village, 0]


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
    p, (months, ground, wait, enough) = record_of(), [np.full(AREAS, value) for value in (6.0, 0.0, 6.0, 0.0)]
    chances = permits.uptake(p, np.full(AREAS, 1e6))
    home = {"place": ELSEWHERE, "origin": ELSEWHERE, "register": HERE, "register_part": 1, "status": STATUS_UNREGISTERED, "job": 2}
    for mover_class, expected in ((MOVER_IN_PLACE, STATUS_UNREGISTERED), (MOVER_OTHER_AREA, STATUS_PERMIT)):
        rows = rows_of(1, mover=mover_class, **home)
        luck = luck_of(rows, 8, 5, 1)
        permits.permits(rows, np.arange(1), luck, 8, np.uint64(5), p, months, ground, wait, chances, enough, empty_accounts(AREAS))
        assert rows["status"][0] == expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"status": STATUS_PERMIT}, True),
        ({"status": STATUS_UNREGISTERED}, False),
        ({"status": STATUS_UNREGISTERED, "job": 1}, False),  # in the employer's housing, not insured
        ({"status": STATUS_UNREGISTERED, "job": 1, "tenure": 1}, True),
        ({"status": STATUS_UNREGISTERED, "job": 1, "insured": 1}, True),
        ({"status": STATUS_UNREGISTERED, "tenure": 5, "insured": 1}, False),
    ],
)
def test_who_may_apply_for_school_is_the_rule_of_the_policy(columns: dict[str, int], expected: bool) -> None:
    rows = rows_of(1, **(SETTLED_HERE | {"register": ELSEWHERE, "register_part": 0, "child1_birth": 11 - 24} | columns))
    schools.apply_round(rows, 0, 1, 10, np.ones(AREAS), np.zeros((AREAS, 2), np.int64))
    assert (schools.place_kind(rows["child1"][0]) == PLACE_APPLIED) == expected


def test_school_rank_is_by_points_or_by_the_date_of_the_permit() -> None:
    rows = rows_of(4, place=[HERE, HERE, HERE, ELSEWHERE], status=[2, 2, 1, 2], permit_since=[0, 4, 0, 0])
    points = np.array([10.0, 70.0, 30.0, 30.0])
    by_points = np.array([0.0, 1.0, 0.0])
    ranks = [schools.rank(r, 8, own, by_points[r["place"]]) for r, own in zip(rows, points, strict=True)]
    assert ranks == [24.0, 12.0, 0.0, 30.0]  # months held; who has none comes last; points where points rank


def test_run_states_follow_the_registry(default: Scenario) -> None:
    """Twenty quarters of a busy scenario, checked like the population of the census."""
    settings = [
        "settlement.quota@2011-01=60000", "settlement.kin_follow@2010-10=1", "settlement.kin_follow@2013-01=2",
        "settlement.kin_follow[hangzhou_core]@2012-01=0",
        "permit.residence_months@2010-10=3", "permit.wait_after_move_months@2011-01=0", "homes.rental_counts_as_home@2010-10=1",
        "settlement.same_province_free@2010-10=1", "homes.public_units@2011-01=4000",
    ]  # fmt: skip
    inputs = inputs_of(default.with_set(settings))
    busy = {
        "a0": 1.2, "C_move": 2.0, "h_re": 0.6, "leave_home": 0.8, "k_q_in": 0.3, "job_loss_formal": 0.15, "insure_formal": 0.5, "h_P": 0.3,
    }  # fmt: skip
    inputs = replace(inputs, params=inputs.params._replace(**busy), dying=np.minimum(inputs.dying * 4.0 + 0.01, 0.4))
    people, templates = people_of("zhejiang", 8000, 0)
    engine = Engine(inputs, people, templates, weight=8000, seed=0)
    for _ in range(20):
        engine.step()
        rows = engine.households[: engine.n]
        assert check_columns({name: rows[name] for name in HOUSEHOLD_DTYPES}) == []
    assert (rows["kin_settled"] == KIN_FAMILY).any()
    assert ((rows["insured"] == 0) & (rows["insured_here"] > 0)).any()
