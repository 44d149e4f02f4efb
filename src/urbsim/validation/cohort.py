"""Baseline B7: the same people, no behaviour: cohorts at the constant rates of the last decade.

The general form is a multiregional cohort projection with a fixed transition matrix (Rogers 1975). What is published by prefecture is
age and sex at both censuses, not flows by age, so that the matrix here is diagonal: every cohort keeps the ratio by which it grew from 2010
to 2020 (Hamilton and Perry 1962), deaths and net migration together, and births follow the child-woman ratio of 2020. Village people of an
area shrink at their constant rate of 2010-2020; towns are the rest.
"""

from __future__ import annotations

import numpy as np

from urbsim.validation.baselines import Floats

STEP = 10  # years between the censuses: two groups of five years
MOTHERS = slice(3, 10)  # 15-49


def project(matrix: Floats, people: Floats, steps: int) -> Floats:
    """Return people after each step, (steps + 1) x states: n' = M n, the multiregional cohort projection with a fixed matrix."""
    path = [np.asarray(people, dtype=np.float64)]
    for _ in range(steps):
        path.append(matrix @ path[-1])
    return np.stack(path)


def cohort_matrix(before: Floats, after: Floats) -> Floats:
    """Return the 36 x 36 matrix of ten years for one area from people by sex (2) and group of five years (18) at two censuses.

    Group g becomes g + 2; the last three (75 and more) merge in the open one. Children of 0-9 come from women of 15-49 of the later census.
    """
    groups = before.shape[1]
    matrix = np.zeros((2 * groups, 2 * groups))
    women = float(after[1, MOTHERS].sum())
    for sex in range(2):
        for g in range(groups - 3):
            matrix[sex * groups + g + 2, sex * groups + g] = after[sex, g + 2] / max(before[sex, g], 1.0)
        oldest = after[sex, groups - 1] / max(before[sex, groups - 3 :].sum(), 1.0)
        matrix[sex * groups + groups - 1, sex * groups + groups - 3 : (sex + 1) * groups] = oldest
    # Women of 15-49 at the end of the step come from groups 1..7 at its start.
    for sex in range(2):
        for child in range(2):
            per_woman = after[sex, child] / max(women, 1.0)
            for g in range(MOTHERS.start - 2, MOTHERS.stop - 2):
                matrix[sex * groups + child, groups + g] += per_woman * matrix[groups + g + 2, groups + g]
    return matrix


def residents_ahead(before: Floats, after: Floats, ahead: Floats) -> Floats:
    """Return residents `ahead` years (at most ten) after the second census, log-linear inside the step."""
    groups = before.shape[1]
    people = np.concatenate([after[0], after[1]])
    path = project(cohort_matrix(before, after), people, 1).reshape(2, 2 * groups).sum(axis=1)
    return np.asarray(path[0] * (path[1] / path[0]) ** (np.asarray(ahead) / STEP))


def village_ahead(before: float, after: float, ahead: Floats) -> Floats:
    """Return village people `ahead` years on at the constant rate between the censuses."""
    return np.asarray(after * (after / before) ** (np.asarray(ahead) / STEP))
