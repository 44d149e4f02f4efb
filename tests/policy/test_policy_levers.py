"""The registry of levers: the names others rely on, what each says of itself, and what it accepts."""

import re

import pytest
from pydantic import ValidationError

from urbsim.policy import CLOSED, LEVERS
from urbsim.policy.clauses import DOCUMENTS, clauses
from urbsim.policy.levers import EVIDENCE_TEXT, Lever
from urbsim.policy.registry import FAMILIES, nearest_lever

CORE_NAMES = [
    "settlement.owner_insurance_months",
    "settlement.owner_residence_months",
    "settlement.renter_residence_months",
    "settlement.renter_insurance_months",
    "settlement.worker_insurance_months",
    "settlement.worker_residence_months",
    "settlement.education_level",
    "settlement.education_insurance_months",
    "settlement.kin_follow",
    "settlement.same_province_free",
    "settlement.recognition",
    "settlement.job_required",
    "settlement.points_cutoff",
    "settlement.quota",
    "settlement.points_age_max",
    "settlement.points_age_full_until",
    "settlement.points_age_step",
    "settlement.points_education_senior",
    "settlement.points_education_college",
    "settlement.points_education_bachelor",
    "settlement.points_insurance_per_month",
    "settlement.points_insurance_max",
    "settlement.points_residence_per_year",
    "settlement.points_residence_max",
    "settlement.points_owned_home",
    "settlement.points_rented_home_per_year",
    "settlement.points_rented_home_max",
    "settlement.points_contract",
    "settlement.points_other_area_max",
    "permit.residence_months",
    "permit.friction",
    "permit.wait_after_move_months",
    "permit.services",
    "school.new_places_primary",
    "school.new_places_lower_secondary",
    "school.places_bought",
    "school.points_ranking",
    "school.permit_enough",
    "school.permit_guarantee",
    "school.planned_by_residents",
    "homes.guaranteed_units",
    "homes.guaranteed_rent_share",
    "homes.public_units",
    "homes.rental_counts_as_home",
    "finance.grant_per_settled_cross_province",
    "finance.grant_per_settled_same_province",
    "finance.grant_per_settled_same_area",
    "finance.grant_per_migrant_pupil",
    "finance.resident_weight",
    "finance.pass_through",
    "land.rights_kept",
    "work.training_slots",
    "health.direct_settlement",
]


def test_core_names_are_there() -> None:
    assert set(CORE_NAMES) <= set(LEVERS)


def test_names_are_unique_and_in_their_family() -> None:
    names = [lever.name for family in FAMILIES for lever in family.LEVERS]
    assert len(names) == len(set(names)) == len(LEVERS)


@pytest.mark.parametrize("lever", LEVERS.values(), ids=lambda lever: lever.name)
def test_every_lever_speaks_both_languages_and_names_its_source(lever: Lever) -> None:
    for text in (lever.title, lever.description, lever.unit, lever.allowed()):
        assert re.search("[\u4e00-\u9fff]", text.zh), text
        assert not re.search("[\u4e00-\u9fff]", text.en), text
    assert lever.reference
    for row in lever.rows:
        assert row in clauses()
    order = list(EVIDENCE_TEXT)  # a lever claims no more than its rows do
    assert order.index(lever.evidence) >= min(order.index(clauses()[row].evidence) for row in lever.rows)
    assert lever.check(lever.show(lever.default_value) if lever.default is None else lever.default) is None


def test_levers_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        LEVERS["settlement.quota"].minimum = 3  # type: ignore[misc]


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError):
        Lever(**{**LEVERS["settlement.quota"].model_dump(), "colour": "red"})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("finance.resident_weight", 1.2, "cannot be above 1"),
        ("homes.guaranteed_units", -5, "cannot be negative"),
        ("settlement.quota", -1, "cannot be negative"),
        ("permit.residence_months", 6.5, "whole number"),
        ("permit.residence_months", "6 months", "takes a number"),
        ("permit.residence_months", None, "found nothing"),
        ("permit.residence_months", True, "takes a number, not true"),
        ("settlement.kin_follow", 3, "out of bounds"),
        ("land.rights_kept", "closed", "takes a number"),
        ("work.training_slots", float("nan"), "finite"),
        ("work.training_slots", float("inf"), "finite"),
        ("work.training_slots", [1], "takes a number"),
    ],
)
def test_what_is_refused(name: str, value: object, words: str) -> None:
    message = LEVERS[name].check(value)
    assert message is not None
    assert words in message.en
    assert message.zh != message.en


def test_closed_is_minus_one() -> None:
    quota = LEVERS["settlement.quota"]
    assert quota.check("closed") is None
    assert quota.store("closed") == CLOSED == -1
    assert quota.show(-1) == "closed"
    assert quota.show(15000) == "15000"


def test_nearest_name() -> None:
    assert nearest_lever("settlement.qouta") == "settlement.quota"
    assert nearest_lever("guaranteed_units") == "homes.guaranteed_units"
    assert nearest_lever("entirely different") is None


def test_every_clause_of_the_table_has_its_row() -> None:
    expected = {"S": 12, "P": 6, "E": 11, "H": 9, "F": 6, "W": 13, "G": 7}
    assert set(clauses()) == {f"{letter}{number}" for letter, count in expected.items() for number in range(1, count + 1)}
    for row in clauses().values():
        assert re.search("[\u4e00-\u9fff]", row.text.zh)
        for reference in row.references:
            assert reference.split(" ")[0] in DOCUMENTS
