"""The levers that a household meets where it lives or comes from, one record an area, renewed every quarter: what kernels read."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from urbsim.engine.state import FloatArray, Rows

FIELDS = {
    "employment_services": "work.employment_services",
    "employment_services_poor": "work.employment_services_poor",
    "trainee_placement": "work.trainee_placement",
    "self_employment_income": "work.self_employment_income",
    "near_home_pay": "work.near_home_pay",
    "pension_employees": "insurance.pension_employees",
    "pension_flexible": "insurance.pension_flexible",
    "injury_employees": "insurance.injury_employees",
    "injury_platform": "insurance.injury_platform",
    "unemployment_benefit": "insurance.unemployment_benefit",
    "medical_employees": "insurance.medical_employees",
    "medical_open": "insurance.medical_open",
    "medical_transfer": "insurance.medical_transfer",
    "income_floor": "assistance.income_floor",
    "scope": "assistance.scope",
    "care_aid_poor": "health.care_aid_poor",
    "aid_poor": "school.aid_poor",
    "elder_care": "village.elder_care",
    "exit_compensation": "land.exit_compensation",
    "exit_scope": "land.exit_scope",
    "exit_take_up": "land.exit_take_up",
}
"""Lever by field of the record."""

RULES = np.dtype([(field, np.float64) for field in FIELDS])


def rules_of(levers: Mapping[str, FloatArray], q: int) -> Rows:
    """Return the records of all areas in quarter `q`; `levers` are arrays of quarters x areas by name."""
    values = np.array([levers[name][q] for name in FIELDS.values()])
    rules: Rows = np.ascontiguousarray(values.T).view(RULES)[:, 0]
    return rules


def pays_for_rights(rules: Rows) -> bool:
    """Tell whether rural rights may be given up for money in any area."""
    return bool((rules["exit_compensation"] > 0.0).any())
