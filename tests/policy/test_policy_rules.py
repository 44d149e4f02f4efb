"""The rules as functions: loosening a lever never shuts anybody out, and numba compiles them unchanged."""

import inspect
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from urbsim.policy import LEVERS, finance, health, homes, land, permits, points, schools, settlement, work

RULES = [
    settlement.settle_ok, settlement.key_group_ok, settlement.weighed_months,
    settlement.counted_months, settlement.admitted_in_quarter, points.points_score, points.common_points,
    permits.permit_ok, schools.school_apply_ok, schools.school_rank, schools.planned_children, schools.guaranteed_places,
    homes.lawful_home, homes.guaranteed_rent, homes.public_rental_rank, finance.settled_amount, finance.area_grant,
    finance.built_from_grant, land.land_at_risk, land.land_quota, work.slots_in_area, health.direct_settlement_for,
]  # fmt: skip

ONE = st.integers(0, 1)
MONTHS = st.integers(0, 120)
CLOSABLE = st.integers(-1, 72)
PERSON = {
    "owns": ONE, "rents": ONE, "has_job": ONE, "has_permit": ONE, "age": st.integers(16, 70), "schooling": st.integers(0, 4),
    "insured_months": MONTHS, "resident_months": MONTHS, "same_province": ONE, "settled_kin": st.integers(0, 2),
    "points": st.integers(0, 250),
}  # fmt: skip


def gate_levers() -> list[str]:
    arguments = list(inspect.signature(settlement.settle_ok).parameters)
    return [name for name in arguments if name not in PERSON]


def full_name(name: str) -> str:
    return f"settlement.{name}" if f"settlement.{name}" in LEVERS else f"homes.{name}"


def values_of(name: str) -> st.SearchStrategy[float]:
    lever = LEVERS[full_name(name)]
    if lever.kind == "months":
        return CLOSABLE
    low = -1 if lever.closed_allowed else int(lever.minimum)
    return st.integers(low, int(min(lever.maximum, 200)))


GATE = {name: values_of(name) for name in gate_levers()}


def looser_steps(name: str, value: float) -> list[float]:
    """Return the value and looser ones, each looser than the one before."""
    lever = LEVERS[full_name(name)]
    if lever.looser == "lower":
        start = lever.maximum if value < 0 else value
        return ([-1] if value < 0 else []) + [start, start / 2, 0.0 if lever.minimum == 0 else lever.minimum]
    top = lever.maximum
    return [value, (value + top) / 2 if lever.kind not in ("switch", "level") else max(value, top), top]


@settings(max_examples=300, deadline=None)
@given(person=st.fixed_dictionaries(PERSON), gate=st.fixed_dictionaries(GATE), name=st.sampled_from(sorted(GATE)))
def test_loosening_never_closes(person: dict[str, int], gate: dict[str, float], name: str) -> None:
    eligible = []
    for value in looser_steps(name, gate[name]):
        eligible.append(settlement.settle_ok(**person, **{**gate, name: value}) > 0)
    for tighter, looser in pairwise(eligible):
        assert looser or not tighter, f"{name}: a looser value shuts somebody out"


@settings(max_examples=100, deadline=None)
@given(
    person=st.fixed_dictionaries(PERSON),
    gate=st.fixed_dictionaries(GATE),
    name=st.sampled_from(["insured_months", "resident_months", "points"]),
)
def test_more_of_it_never_closes(person: dict[str, int], gate: dict[str, float], name: str) -> None:
    before = settlement.settle_ok(**person, **gate)
    after = settlement.settle_ok(**{**person, name: person[name] + 12}, **gate)
    assert after > 0 or before == 0


def test_everything_closed_lets_nobody_in() -> None:
    person = {"owns": 1, "rents": 1, "has_job": 1, "has_permit": 1, "age": 30, "schooling": 4, "insured_months": 500,
              "resident_months": 500, "same_province": 1, "settled_kin": 0, "points": 900}  # fmt: skip
    gate = {name: LEVERS[full_name(name)].default_value for name in GATE}
    assert settlement.settle_ok(**person, **gate) == 0


@pytest.mark.parametrize("closed", ["owner_insurance_months", "owner_residence_months"])
def test_a_route_with_one_closed_threshold_is_closed(closed: str) -> None:
    person = {"owns": 1, "rents": 0, "has_job": 1, "has_permit": 0, "age": 30, "schooling": 0, "insured_months": 500,
              "resident_months": 500, "same_province": 0, "settled_kin": 0, "points": 0}  # fmt: skip
    gate = {name: LEVERS[full_name(name)].default_value for name in GATE}
    gate |= {"owner_insurance_months": 0, "owner_residence_months": 0}
    assert settlement.settle_ok(**person, **gate) == 1
    assert settlement.settle_ok(**person, **{**gate, closed: -1}) == 0


def test_job_condition_applies_to_owners_tenants_and_schooling_only() -> None:
    base = {"has_job": 0, "has_permit": 1, "age": 30, "insured_months": 500, "resident_months": 500, "same_province": 0, "settled_kin": 0}
    gate = {name: LEVERS[full_name(name)].default_value for name in GATE}
    gate |= {"owner_insurance_months": 0, "owner_residence_months": 0, "job_required": 1, "points_cutoff": 100, "same_province_free": 1}
    owner = settlement.settle_ok(**base, owns=1, rents=0, schooling=0, points=0, **gate)
    by_points = settlement.settle_ok(**base, owns=1, rents=0, schooling=0, points=100, **gate)
    native = settlement.settle_ok(**{**base, "same_province": 1}, owns=1, rents=0, schooling=0, points=0, **gate)
    assert (owner, by_points, native) == (0, 8, 6)


def test_kin_follow_by_range() -> None:
    gate = {name: LEVERS[full_name(name)].default_value for name in GATE}
    person = {"owns": 0, "rents": 0, "has_job": 0, "has_permit": 0, "age": 60, "schooling": 0, "insured_months": 0, "resident_months": 0,
              "same_province": 0, "points": 0}  # fmt: skip
    reach = [
        [settlement.settle_ok(**person, settled_kin=kin, **{**gate, "kin_follow": follow}) for kin in (0, 1, 2)] for follow in (0, 1, 2)
    ]
    assert reach == [[0, 0, 0], [0, 7, 0], [0, 7, 7]]


def test_grants_grow_with_each_of_their_parts() -> None:
    base = (100.0, 40.0, 10.0, 0.5, 20.0, 3.0)
    assert finance.area_grant(100.0, 40.0, 10.0, 0.0, 20.0, 3.0) == 100 + 30
    for place in range(len(base)):
        more = tuple(value * 2 if place == at else value for at, value in enumerate(base))
        assert finance.area_grant(*more) > finance.area_grant(*base)


def test_the_engine_pays_by_the_same_rule() -> None:
    feedback = pytest.importorskip("urbsim.engine.stages.feedback")
    settled, rates = np.array([[7, 5, 3]]), np.array([[1000.0, 2500.0, 5000.0]])
    paid = feedback.transfer(settled, np.array([11]), np.array([900]), rates, np.array([700.0]), np.array([0.3]))
    own = finance.settled_amount(3, 5, 7, 5000.0, 2500.0, 1000.0)
    assert paid[0] == pytest.approx(finance.area_grant(own, 900, 11, 0.3, 2500.0, 700.0))


def test_quota_is_spread_over_the_year() -> None:
    used = 0.0
    for season in (1, 2, 3, 4):
        used += settlement.admitted_in_quarter(1000.0, used, season)
    assert used == 1000
    assert settlement.admitted_in_quarter(0.0, 0.0, 4) == 0


def test_numba_compiles_the_rules_unchanged() -> None:
    numba = pytest.importorskip("numba")
    for rule in (settlement.settle_ok, points.points_score, permits.permit_ok, finance.area_grant, schools.school_rank):
        arguments = [float(place % 5) for place in range(len(inspect.signature(rule).parameters))]
        assert numba.njit(rule)(*arguments) == rule(*arguments)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rules_are_leaves(rule) -> None:
    """A rule calls no other rule (numba compiles each as it stands), takes no keywords and cites its source or an example."""
    called = set(rule.__code__.co_names)
    assert called <= {"max", "min", "float"}
    assert not rule.__kwdefaults__
    assert not rule.__defaults__
    assert ">>>" in rule.__doc__


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rules_say_lever_names(rule) -> None:
    """Where an argument is a lever, it carries the lever's own name."""
    family = rule.__module__.rpartition(".")[2]
    prefix = {"settlement": "settlement", "points": "settlement", "permits": "permit", "schools": "school"}.get(family, family)
    arguments = set(inspect.signature(rule).parameters)
    if rule.__name__ not in ("common_points", "land_quota", "public_rental_rank"):
        assert any(f"{prefix}.{name}" in LEVERS or f"homes.{name}" in LEVERS for name in arguments)
