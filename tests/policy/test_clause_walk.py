"""Walk the list of clauses: no row without a lever, an indicator, a programme, or a reason why it has none."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import urbsim
from urbsim.engine import build_inputs, constants_of
from urbsim.engine.state import make_params
from urbsim.policy import LEVERS, load_targets
from urbsim.policy.clauses import Clause, clauses
from urbsim.regions import load_region
from urbsim.scenario import load
from urbsim.scenario.explain import NOT_MODELLED, explain

SOURCE = Path(urbsim.__file__).parent
INDICATORS_OF = {
    "P1": "registered_permit_holders", "P6": "hukou_urban", "E4": "public_school_share", "E9": "kindergarten", "W8": "union_membership",
    "W9": "legal_service", "G2": "", "G4": "persons_band",
}  # fmt: skip
"""What computes a row that is an indicator (empty: a table of the report)."""


OPEN: set[str] = set()
"""Rows without a mechanism yet."""


@pytest.mark.parametrize("row", clauses().values(), ids=lambda row: row.id)
def test_no_row_without_its_place(row: Clause) -> None:
    assert row.missing == (row.id in OPEN)
    if row.missing:
        return
    assert NOT_MODELLED.en not in explain(row.id, "en")
    if row.roles == ("context",):
        assert row.mechanism.en
        assert not row.levers
    elif "indicator" in row.roles:
        assert row.id in INDICATORS_OF or row.levers
    else:
        assert row.levers or row.built


class Asked:
    """A policy that notes which levers it is asked for."""

    def __init__(self, policy: Any) -> None:
        self.policy = policy
        self.names: set[str] = set()

    def array(self, lever: str) -> Any:
        self.names.add(lever)
        return self.policy.array(lever)


def test_every_lever_is_read_by_something() -> None:
    """A lever that neither a run nor its results ever ask for would be a promise without a mechanism."""
    scenario, region = load("zhejiang_2027"), load_region("zhejiang")
    asked = Asked(scenario.policy)
    parameters, constants = constants_of(region, 0)
    build_inputs(region, SimpleNamespace(policy=asked, assumptions=scenario.assumptions), make_params(parameters), constants)
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((SOURCE / "results").rglob("*.py")))
    by_results = {name for name in LEVERS if f'"{name}"' in text or (name.startswith("health.") and f'"{name[7:]}"' in text)}
    assert set(LEVERS) - asked.names - by_results == set()


def test_the_twelve_indicators_have_a_value() -> None:
    from urbsim.results.indicators import INDICATORS

    for item in load_targets("zhejiang_2023_plan").indicators:
        assert INDICATORS[item.code].value is not None, item.code
