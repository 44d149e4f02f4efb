"""The packaged target table of ZJ2023."""

import pytest

from urbsim.errors import UserError
from urbsim.policy import LEVERS, load_targets
from urbsim.policy.targets import target_names

PLAN = [
    (73.4, 76, False), (None, None, False), (20, 100, True), (36.3, 120, True), (83.3, 90, False), (46, 60, False), (67, 80, False),
    (60, 200, True), (65, 300, True), (80, 300, True), (91, 95, False), (45, 52, False),
]  # fmt: skip


def test_the_twelve_indicators() -> None:
    table = load_targets("zhejiang_2023_plan")
    assert [(item.baseline, item.target, item.cumulative) for item in table.indicators] == PLAN
    assert [item.number for item in table.indicators] == list(range(1, 13))
    assert (table.baseline_year, table.first_year, table.target_year) == (2022, 2023, 2027)
    for item in table.indicators:
        assert set(item.levers) <= set(LEVERS)


def test_the_targets_of_the_xuchang_draft() -> None:
    table = load_targets("xuchang_2024_draft")
    assert [(item.code, item.target, item.judged) for item in table.indicators] == [
        ("urbanization_rate", 64, "end"), ("trained", 2, "mean"), ("placed", 0.5, "mean"), ("union_membership", 80, "end"),
    ]  # fmt: skip
    assert (table.baseline_year, table.first_year, table.target_year) == (2022, 2024, 2025)
    for item in table.indicators:
        assert set(item.levers) <= set(LEVERS)


def test_codes_are_those_of_the_results() -> None:
    indicators = pytest.importorskip("urbsim.results.indicators").INDICATORS
    for name in target_names():
        assert {item.code for item in load_targets(name).indicators} <= set(indicators)


def test_an_unknown_table_names_the_nearest() -> None:
    with pytest.raises(UserError, match="Did you mean 'zhejiang_2023_plan'"):
        load_targets("zhejiang_2023")
