"""The draft of Xuchang: what stands in it comes out, and the scenario without it differs by nothing else."""

import numpy as np
import pytest

from urbsim.policy import LEVERS
from urbsim.policy.areas import areas_of
from urbsim.policy.clauses import clauses
from urbsim.policy.packages import load_package
from urbsim.scenario import Scenario, load

DRAFT_FROM = 54  # 2024 Q2, the first quarter that begins after comments closed on 2024-03-11


@pytest.fixture(scope="module")
def draft() -> Scenario:
    return load("xuchang_2025")


@pytest.fixture(scope="module")
def without() -> Scenario:
    return load("xuchang_frozen_2023")


def test_the_job_reserve_and_the_yearly_numbers(draft: Scenario) -> None:
    reserve = draft.policy.array("work.job_reserve")
    assert (reserve[DRAFT_FROM - 1] == -1).all()
    assert reserve[DRAFT_FROM].tolist() == [7000, 1000, 1000, 1000, 1000]
    for lever, total in (("work.placements", 5000), ("health.primary_staff_trained", 6000), ("health.doctor_teams_trained", 50)):
        assert draft.policy.array(lever)[DRAFT_FROM:].sum(axis=1) == pytest.approx(np.full(69 - DRAFT_FROM, total))
    assert (draft.policy.array("work.training_slots")[DRAFT_FROM:] == 20_000).all()


def test_no_barrier_to_settling_from_2020(draft: Scenario) -> None:
    for route in ("owner_insurance_months", "renter_residence_months", "worker_insurance_months", "job_required"):
        assert (draft.policy.array(f"settlement.{route}")[37:] == 0).all()
    core, county = 0, 3
    tenants = draft.policy.array("settlement.renter_residence_months")
    assert tenants[36, core] == 12
    assert tenants[17, county] == 0


def test_without_the_draft_nothing_changes_after_2023_and_all_is_equal_before(draft: Scenario, without: Scenario) -> None:
    changed = set()
    for lever in LEVERS:
        first, second = draft.policy.array(lever), without.policy.array(lever)
        assert (first[:DRAFT_FROM] == second[:DRAFT_FROM]).all(), lever
        assert (second[DRAFT_FROM - 1 :] == second[DRAFT_FROM - 1]).all(), lever
        if (first != second).any():
            changed.add(lever)
    assert {"work.job_reserve", "homes.first_home_subsidy", "school.permit_enough", "health.doctor_teams_trained"} <= changed
    assert draft.assumptions == without.assumptions


def test_every_row_of_the_draft_is_a_value_or_a_reason() -> None:
    package = load_package("XC2024")
    problems: list = []
    rows = {row for value in package.values(areas_of("xuchang"), problems) for row in LEVERS[value.lever].rows}
    rows |= {item.row for item in package.context}
    named = {row for row, clause in clauses().items() if any(reference.startswith("XC2024") for reference in clause.references)}
    assert not problems
    assert named - rows == set()
