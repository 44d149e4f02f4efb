"""The packages: every value has its source, and the dated rules of policy_rules.md come out by city and day."""

import datetime as dt
import re

import pytest

from urbsim.errors import UserError
from urbsim.policy import LEVERS
from urbsim.policy.areas import areas_of
from urbsim.policy.clauses import clauses
from urbsim.policy.packages import load_package, package_names
from urbsim.scenario import Scenario, load

SHIPPED = ["XC2024", "ZJ2017", "ZJ2023", "ZJ2023W", "ZJ2025", "hangzhou_points", "national", "xuchang_rules", "zhejiang_rules"]


@pytest.fixture(scope="module")
def rules() -> Scenario:
    return load("zhejiang_2027")


def test_which_packages_ship() -> None:
    assert set(SHIPPED) <= set(package_names())


@pytest.mark.parametrize("name", package_names())
def test_every_value_has_its_source(name: str) -> None:
    package = load_package(name)
    problems: list = []
    values = package.values(areas_of(package.region or "zhejiang"), problems)
    assert not problems
    assert values
    for value in values:
        assert value.document, f"{name}:{value.line}"
        assert value.tag in ("read", "two_sources", "memory", "derived", "imputed", "assumption")
        if value.tag in ("assumption", "derived"):
            assert value.note.en or value.lever == "health.direct_settlement", f"{name}:{value.line} says no reason"
        if value.note.en:
            assert re.search("[\u4e00-\u9fff]", value.note.zh)
            assert not re.search("[\u4e00-\u9fff]", value.note.en)
    for item in package.context:
        assert item.row in clauses()


def timeline(rules: Scenario, lever: str, area: str) -> list[tuple[str, float]]:
    """Return the changes of a lever in an area."""
    found = [(date.isoformat(), value.value) for date, value in rules.policy.timeline(lever, rules.policy.areas.codes.index(area))]
    return [pair for place, pair in enumerate(found) if place == 0 or found[place - 1][1] != pair[1]]


CUTOFF = [("2018-01-01", 130), ("2019-01-01", 125), ("2020-01-01", 120), ("2021-01-01", 135), ("2021-07-01", 160), ("2022-01-01", 100)]


@pytest.mark.parametrize(
    ("lever", "area", "expected"),
    [
        ("settlement.points_cutoff", "hangzhou_core", CUTOFF),
        ("settlement.points_cutoff", "ningbo_core", []),
        ("settlement.points_insurance_per_month", "hangzhou_core", [("2018-01-01", 0.25), ("2021-01-01", 0.5), ("2025-06-16", 0.6)]),
        ("settlement.points_insurance_max", "hangzhou_core", [("2018-01-01", 75), ("2021-01-01", 120)]),
        ("settlement.points_residence_per_year", "hangzhou_core", [("2018-01-01", 3), ("2021-01-01", 5), ("2025-06-16", 6)]),
        ("settlement.points_residence_max", "hangzhou_core", [("2018-01-01", 45), ("2021-01-01", 100)]),
        ("settlement.points_owned_home", "hangzhou_core", [("2018-01-01", 30), ("2024-07-01", 80)]),
        ("settlement.points_rented_home_max", "hangzhou_core", [("2018-01-01", 30), ("2025-06-16", 80)]),
        ("settlement.points_age_full_until", "hangzhou_core", [("2018-01-01", 43.5), ("2023-05-08", 40)]),
        ("settlement.quota", "hangzhou_core", [("2018-01-01", 11129), ("2019-01-01", 10300), ("2021-01-01", 18200), ("2022-01-01", -1)]),
        ("settlement.owner_insurance_months", "ningbo_core",
         [("2010-10-01", 60), ("2019-09-15", 36), ("2022-10-27", 0)]),
        ("settlement.renter_residence_months", "ningbo_core",
         [("2019-09-15", 60), ("2021-01-01", 24), ("2022-10-27", 12), ("2023-07-22", 0)]),
        ("settlement.renter_residence_months", "jiaxing_core", [("2018-01-01", 36), ("2022-02-01", 12), ("2023-07-22", 0)]),
        ("settlement.renter_residence_months", "hangzhou_core", []),
        ("settlement.worker_insurance_months", "wenzhou_core", [("2018-10-01", 36), ("2020-06-01", 24), ("2023-07-22", 0)]),
        ("settlement.worker_insurance_months", "taizhou_core", [("2016-07-01", 36), ("2020-01-13", 12), ("2023-07-22", 0)]),
        ("settlement.worker_insurance_months", "jinhua_core", [("2018-08-01", 36), ("2020-10-01", 6), ("2023-07-22", 0)]),
        ("settlement.same_province_free", "lishui_core", [("2015-12-01", 1)]),
        ("settlement.same_province_free", "hangzhou_core", []),
        ("settlement.recognition", "jiaxing_haining", [("2022-02-01", 1), ("2023-07-22", 2)]),
        ("settlement.recognition", "hangzhou_core", [("2023-07-22", 2)]),
        ("settlement.kin_follow", "hangzhou_core", [("2010-10-01", 1)]),
        ("settlement.kin_follow", "wenzhou_core", [("2010-10-01", 1), ("2023-07-22", 2)]),
        ("permit.residence_months", "quzhou_kaihua", [("2010-10-01", 36), ("2016-01-01", 6)]),
        ("permit.wait_after_move_months", "shaoxing_core", [("2010-10-01", 36), ("2016-01-01", 6), ("2021-11-01", 0)]),
        ("permit.friction", "lishui_core", [("2022-03-04", 1.2)]),
        ("school.permit_enough", "hangzhou_core", [("2017-09-01", 1)]),
        ("school.points_ranking", "hangzhou_core", [("2017-09-01", 0), ("2019-03-01", 1)]),
        ("school.permit_guarantee", "hangzhou_core", [("2023-07-22", 0.85), ("2025-01-01", 1)]),
        ("land.rights_kept", "ningbo_core", [("2010-10-01", 0.5), ("2014-07-30", 1)]),
        ("land.quota_per_settled", "hangzhou_core", [("2016-10-10", 0)]),
        ("homes.guaranteed_rent_share", "huzhou_anji", [("2021-11-01", 0.85)]),
        ("health.direct_settlement", "wenzhou_core",
         [("2017-09-01", 0.15), ("2019-01-01", 0.35), ("2021-01-01", 0.55), ("2022-01-01", 0.67), ("2023-01-01", -1)]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_dated_values(lever: str, area: str, expected: list[tuple[str, float]], rules: Scenario) -> None:
    assert timeline(rules, lever, area) == expected


def test_from_july_2023_all_but_hangzhou_core_are_open(rules: Scenario) -> None:
    day = dt.date(2023, 7, 22)
    for area in rules.policy.areas.codes:
        for name in ("owner_insurance_months", "owner_residence_months", "renter_residence_months", "renter_insurance_months",
                     "worker_insurance_months", "worker_residence_months"):  # fmt: skip
            expected = -1 if area == "hangzhou_core" else 0
            assert rules.policy.value(f"settlement.{name}", area, day) == expected, (area, name)


def test_the_frozen_scenario_knows_nothing_after_2022() -> None:
    frozen = load("zhejiang_frozen_2022")
    for lever in LEVERS:
        assert all(entry.date < dt.date(2023, 1, 1) for entry in frozen.policy.entries(lever)), lever


def test_before_2023_both_scenarios_agree(rules: Scenario) -> None:
    frozen = load("zhejiang_frozen_2022")
    last = 4 * 12  # fourth quarter of 2022
    for lever in LEVERS:
        assert (frozen.policy.array(lever)[: last + 1] == rules.policy.array(lever)[: last + 1]).all(), lever


def test_the_plan_adds_up_to_its_homes(rules: Scenario) -> None:
    """1.2 million in 2023-2027: 663,000 in the region's data, the rest as a lever."""
    homes = rules.policy.array("homes.guaranteed_units")
    assert homes.sum() / 4 == pytest.approx(1_200_000 - 663_000)
    slots = rules.policy.array("work.training_slots")[:, 0]
    assert slots[49:].sum() / 4 == pytest.approx(1_000_000)


def test_an_unknown_package_names_the_nearest() -> None:
    with pytest.raises(UserError, match="Did you mean 'zhejiang_rules'"):
        load_package("zhejiang_rule")
