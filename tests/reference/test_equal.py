"""The engine equals the reference model exactly: every column of every household, every figure of every frame, quarter after quarter."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.reference.model import ReferenceModel
from urbsim.engine import Engine, Inputs, build_inputs, constants_of, people_of
from urbsim.engine.state import make_params
from urbsim.population.registry import HOUSEHOLD_DTYPES, PLACE_BOUGHT, PLACE_FEE_PAYING, PLACE_PUBLIC
from urbsim.regions import load_region
from urbsim.scenario import Scenario, load

REGION, WEIGHT, SEED = "zhejiang", 8000, 1
TEMPLATES = 512  # of each block's newcomers

# Little of everything, rules that change, and households that do much in a quarter.
SHOCKS = [
    "settlement.quota@2011-01=16000",
    "settlement.quota@2012-04=60000",
    "settlement.quota[wenzhou_core]@2012-07=closed",
    "settlement.points_cutoff@2011-01=40",
    "settlement.points_other_area_max@2011-01=50",
    "settlement.points_other_area_insurance_per_month@2011-01=0.5",
    "settlement.points_residence_per_year@2011-01=5",
    "settlement.points_residence_max@2011-01=60",
    "settlement.kin_follow@2010-10=0",
    "settlement.kin_follow[hangzhou_core]@2012-01=1",
    "settlement.kin_follow[ningbo_core]@2012-01=2",
    "settlement.kin_follow[wenzhou_core]@2012-07=2",
    "settlement.recognition@2011-07=1",
    "settlement.recognition@2012-07=2",
    "settlement.worker_insurance_months@2011-01=6",
    "settlement.worker_residence_months@2011-01=12",
    "settlement.same_province_free[ningbo_core]@2011-04=1",
    "homes.rental_counts_as_home@2012-01=1",
    "permit.residence_months@2011-01=3",
    "permit.residence_months[jinhua_core]@2012-01=closed",
    "permit.ground_required@2012-01=0",
    "permit.friction@2011-04=2",
    "permit.wait_after_move_months@2011-01=2",
    "permit.wait_after_move_months@2012-01=0",
    "permit.services@2011-07=0.5",
    "school.permit_enough@2012-01=1",
    "school.permit_guarantee@2013-01=0.4",
    "school.points_ranking@2012-01=1",
    "school.places_bought@2011-01=30000",
    "school.planned_by_residents@2012-01=1",
    "school.new_places_primary[hangzhou_core]@2012-01=20000",
    "school.new_teacher_posts@2012-01=200",
    "school.new_places_nursery@2011-01=2000",
    "school.new_places_upper_academic@2011-01=5000",
    "school.kindergarten_open@2012-01=1",
    "school.upper_secondary_open@2012-01=0.5",
    "school.exam_where_studied@2012-04=1",
    "settlement.poor_months_share@2011-01=0.5",
    "settlement.long_term_months@2011-04=24",
    "settlement.whole_family_free@2012-01=1",
    "settlement.new_generation_free@2012-07=1",
    "homes.poor_first@2012-07=0",
    "homes.shared_units@2011-07=6000",
    "homes.shared_price_share@2012-01=0.4",
    "homes.provident_support@2012-01=0.2",
    "homes.rent_subsidy@2012-04=500",
    "homes.first_home_subsidy@2012-01=1000",
    "homes.deed_tax_relief@2012-01=1",
    "homes.land_follows_inflow@2012-07=0.8",
    "homes.market_rent_level@2013-01=0.9",
    "homes.market_rental_units@2011-01=3000",
    "finance.own_match@2012-01=0.5",
    "finance.grant_per_poor@2012-01=5000",
    "finance.borrowing_limit@2012-01=200",
    "land.quota_per_settled@2012-01=150",
    "homes.guaranteed_units@2011-01=8000",
    "homes.public_units@2011-01=12000",
    "homes.guaranteed_rent_share@2012-01=0.6",
    "finance.grant_per_settled_cross_province@2011-01=100000",
    "finance.grant_per_settled_same_province@2011-01=100000",
    "finance.grant_per_settled_same_area@2011-01=80000",
    "finance.grant_per_migrant_pupil@2011-01=5000",
    "finance.resident_weight@2012-01=1",
    "finance.pass_through@2012-01=1",
    "land.rights_kept@2011-01=0.2",
    "work.training_slots@2011-01=8000",
    "health.direct_settlement@2012-01=0.9",
    "health.direct_settlement@2012-07=closed",
    "health.hospital_opening@2012-01=3",
    "health.filing_ease@2012-01=2",
    "health.care_aid_poor@2011-04=0.8",
    "school.aid_poor@2011-04=1",
    "work.job_reserve@2011-04=9000",
    "work.placements@2011-07=40000",
    "work.employment_services@2011-01=1.2",
    "work.employment_services_poor@2011-01=1.3",
    "work.trainee_placement@2011-01=1.4",
    "work.self_employment_income@2011-04=1.3",
    "work.near_home_pay@2011-07=1.2",
    "work.union_drive@2011-07=2",
    "work.legal_capacity@2012-01=60000",
    "insurance.pension_employees@2011-04=0.8",
    "insurance.pension_flexible@2011-04=1.5",
    "insurance.injury_employees@2011-04=1.2",
    "insurance.injury_platform@2011-04=2",
    "insurance.unemployment_benefit@2011-04=0.5",
    "insurance.medical_employees@2011-04=1.3",
    "insurance.medical_open@2012-01=1",
    "insurance.medical_transfer@2011-04=0.6",
    "assistance.income_floor@2011-04=1500",
    "assistance.scope@2012-01=2",
    "assistance.scope[hangzhou_core]@2012-01=3",
    "places.appeal[counties]@2012-01=1.1",
    "places.reclassification@2012-01=2",
    "village.appeal@2012-07=1.05",
    "village.elder_care@2012-01=0.5",
    "land.exit_compensation@2012-01=60",
    "land.exit_scope@2012-07=2",
    "land.exit_take_up@2012-01=0.3",
]
RUSH = {
    "a0": 1.2, "C_move": 2.0, "h_re": 0.6, "h_entry": 0.03, "cross_district": 0.5, "leave_home": 0.8, "marry_20": 0.2, "marry_25": 0.3,
    "job_loss_formal": 0.15, "job_loss_informal": 0.2, "job_find": 0.6, "insure_formal": 0.5, "insure_other": 0.3, "tau_train": 0.1,
    "k_q_in": 0.3, "k_q_out": 0.2, "k_q_same": 0.6, "clerical": 0.3, "theta_0": 1.0, "q_exit": 0.4, "h_P": 0.2, "permit_for_school": 0.9,
    "h_own": 0.3, "h_home_apply": 1.2, "land_loss": 2.0, "certify": 2.0,
    "earner_2": 0.8, "eager_couple": 1.5, "eager_single": 0.9, "age_apply": 45.0, "units_rural": 0.6, "rent_judged": 0.8,
    "seat_outside": 0.4, "km_own_town": 15.0, "km_outside": 500.0, "km_outside_family": 400.0, "e_town": 1.0, "entry_swing": 1.1,
    "feedback_most": 0.05,
    "rent_fall": 0.7, "path_after": 0.3, "home_persons": 3.0, "grant_homes": 0.4, "grant_primary": 0.6, "seat_2010": 0.7, "odds_2010": 0.4,
    "village_wage_out": 0.45, "town_wage_out": 0.7, "formal_least": 0.2, "formal_most": 0.6,
}  # fmt: skip


def inputs_of(scenario: Scenario, changed: dict[str, float]) -> Inputs:
    region = load_region(REGION)
    parameters, constants = constants_of(region, 0)
    assert set(changed) <= set(parameters)
    return build_inputs(region, scenario, make_params({**parameters, **changed}), constants)


def start(inputs: Inputs, seed: int = SEED, replicate: int = 0, poor: bool = False) -> tuple[Engine, ReferenceModel]:
    """Return both models of the same people; `poor` registers every fourth household as poor, of which Zhejiang has none."""
    people, everyone = people_of(REGION, WEIGHT, seed)
    blocks = len(inputs.region.block_codes)
    templates = {name: values.reshape(blocks, -1)[:, :TEMPLATES].reshape(-1) for name, values in everyone.items()}
    if poor:
        people = copy.deepcopy(people)
        people.rows["poor"][: people.size : 4] = people.households["poor"][::4] = 1  # of a copy, columns are not those of its rows
        templates["poor"] = np.arange(templates["id"].size) % 4 == 0
    run: dict[str, Any] = {"weight": WEIGHT, "seed": seed, "replicate": replicate}
    return Engine(inputs, people, templates, **run), ReferenceModel(inputs, people, templates, **run)


def assert_equal(engine: Engine, reference: ReferenceModel) -> None:
    """Compare all rows, in order and column by column as stored, and the whole frame with its types."""
    rows = engine.households[: engine.n]
    mine = [household.columns() for household in reference.agents]
    assert rows["id"].tolist() == [row["id"] for row in mine], f"households differ in quarter {engine.q}"
    for name, dtype in HOUSEHOLD_DTYPES.items():
        expected = np.array([row[name] for row in mine], dtype=np.float64 if dtype.kind == "f" else dtype)  # floats as they are
        wrong = np.flatnonzero(rows[name] != expected)
        where = [(int(rows["id"][i]), rows[name][i].item(), expected[i].item()) for i in wrong[:3]]
        assert not wrong.size, f"{name} in quarter {engine.q}: {wrong.size} rows differ (id, engine, reference): {where}"
    assert set(engine.frame) == set(reference.frame)
    for name, seen in engine.frame.items():
        assert seen.dtype == reference.frame[name].dtype, name
        np.testing.assert_array_equal(seen, reference.frame[name], err_msg=f"{name} in quarter {engine.q}", strict=True)


def run_both(engine: Engine, reference: ReferenceModel, quarters: int) -> Counter[str]:
    """Step both, compare after every quarter and return the totals of what happened."""
    seen: Counter[str] = Counter()
    assert_equal(engine, reference)
    for _ in range(quarters):
        engine.step()
        reference.step()
        assert_equal(engine, reference)
        for name, values in engine.frame.items():
            if name != "change_residents":
                seen[name] += int(np.abs(values).sum())
        kinds = engine.frame["pupils"][:, :, 1].sum(axis=(0, 1)) // WEIGHT
        seen.update(public_pupils=kinds[PLACE_PUBLIC], bought_pupils=kinds[PLACE_BOUGHT], fee_pupils=kinds[PLACE_FEE_PAYING])
    return seen


def test_equal_for_twenty_quarters() -> None:
    scenario = load("zhejiang_2027")
    engine, reference = start(inputs_of(scenario, {}))
    assert engine.n >= 2000
    seen = run_both(engine, reference, 20)
    assert len(reference.living) >= 2000
    people = ("births", "deaths", "arrivals", "departures", "returns", "returns_outside", "left_behind", "moves", "settled")
    for name in (*people, "permits_issued", "queue", "admitted_school"):
        assert seen[name] > 0, name


def test_equal_under_scarcity_and_shocks() -> None:
    """Quotas, homes and school places bind, rules jump, families follow later, money builds places, and everybody does, and dies, much."""
    inputs = inputs_of(load("zhejiang_2027").with_set(SHOCKS), RUSH)
    inputs = replace(inputs, places=inputs.places * 9 // 10, dying=np.minimum(inputs.dying * 4.0 + 0.01, 0.4))
    inputs.reclassification[:, ::2] = -0.1  # boundaries are redrawn both ways
    engine, reference = start(inputs, replicate=2, poor=True)
    seen = run_both(engine, reference, 14)
    happened = {name: seen[name] // WEIGHT for name in seen}
    assert happened["settling_eligible"] > happened["settling_admitted"] > 100
    assert happened["settled"] > happened["settling_admitted"]
    assert seen["applied_school"] > seen["admitted_school"] > 0
    assert seen["bought_pupils"] > 0
    assert seen["fee_pupils"] > 0
    assert (engine.frame["queue"].sum(axis=0) > 0).all()
    assert (engine.frame["homes_occupied"].sum(axis=0) > 0).all()
    assert engine.grant_places.any()
    assert engine.grant_units.any()
    assert engine.planned_now.any()
    for name in ("trained", "placed", "land_exits", "insured_new", "medical_new", "injury_new"):
        assert happened[name] > 0, name
    for name in ("legal", "assistance", "exit_paid", "bills"):
        assert engine.frame[name].any(), name


@pytest.mark.parametrize("first", [21, 53])
def test_equal_in_later_years(first: int) -> None:
    """The rules of later years: both start from the census, but read the inputs of `first` quarters on."""
    inputs = inputs_of(load("hangzhou_quota"), {"a0": 0.5, "k_q_in": 0.2, "k_q_out": 0.1})
    by_quarter = ("gate", "rule", "rent", "price", "dying", "fertile", "schooling_share", "mobility", "entering", "places", "units")
    later: dict[str, Any] = {name: np.roll(getattr(inputs, name), -first, axis=0) for name in by_quarter}
    later["levers"] = {name: np.roll(values, -first, axis=0) for name, values in inputs.levers.items()}
    engine, reference = start(replace(inputs, **later))
    seen = run_both(engine, reference, 5)
    assert seen["settled"] > 0
