"""The cases that policy staff can read: a person, an area, a day, and what the rules in force say."""

from pathlib import Path
from typing import Any

import pytest

from urbsim.policy.dates import parse_date
from urbsim.policy.points import common_points, points_score
from urbsim.policy.settlement import ROUTES, settle_ok
from urbsim.policy.yamlnodes import read_yaml
from urbsim.scenario import Scenario, load

CASES = read_yaml(Path(__file__).with_name("cases.yaml"), "cases.yaml").plain()
PERSON = {"owns", "rents", "job", "permit", "native", "age", "schooling", "insured", "resident", "rented_years", "contract", "elsewhere"}


@pytest.fixture(scope="module")
def rules() -> Scenario:
    return load("zhejiang_2027")


def levers_of(rules: Scenario, function: Any, area: str, date: Any) -> dict[str, float]:
    """Return the values in force of the levers that a rule names as arguments."""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    found = {}
    for name in names:
        for family in ("settlement", "homes"):
            if f"{family}.{name}" in rules_of(rules):
                found[name] = rules.policy.value(f"{family}.{name}", area, date)
    return found


def rules_of(rules: Scenario) -> set[str]:
    from urbsim.policy import LEVERS

    return set(LEVERS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case: dict[str, Any], rules: Scenario) -> None:
    person = dict.fromkeys(PERSON, 0) | case["person"]
    assert set(person) == PERSON, "a word of the person is not known"
    date = parse_date(str(case["date"]))
    table = levers_of(rules, points_score, case["area"], date)
    points = points_score(
        age=person["age"], schooling=person["schooling"], insured_months=person["insured"], resident_months=person["resident"],
        owns=person["owns"], rented_years=person["rented_years"], has_contract=person["contract"],
        insured_elsewhere=person["elsewhere"], resident_elsewhere=person["elsewhere"], **table,
    )  # fmt: skip
    if "points" in case:
        assert points == pytest.approx(case["points"])
    gate = levers_of(rules, settle_ok, case["area"], date)
    route = settle_ok(
        owns=person["owns"], rents=person["rents"], has_job=person["job"], has_permit=person["permit"], age=person["age"],
        schooling=person["schooling"], insured_months=person["insured"], resident_months=person["resident"],
        same_province=person["native"], settled_kin=0, points=points, **gate,
    )  # fmt: skip
    found = "no" if route == 0 else ROUTES[route].en
    assert found == case["settles"]


def test_cases_cover_every_route() -> None:
    covered = {case["settles"] for case in CASES}
    expected = {route.en for route in ROUTES[1:]} - {"kin", "key group"} | {"no"}  # no rule of Zhejiang names a key group
    assert covered == expected


def test_common_points_of_the_province() -> None:
    assert common_points(30, 1, 0, 60, 60) == 70
    assert common_points(58, 4, 10, 1000, 1000) == 5 + 10 + 10 + 30 + 30
    assert common_points(25, 4, 99, 1000, 1000) == 100
