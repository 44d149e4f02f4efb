"""Stage 3: jobs lost and found, membership of the employee pension scheme, training, and the wage equation.

Only heads aged 16 to 64 who do not live in their own village are followed; at home the alternative is the village income.
"""

from __future__ import annotations

import math

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.people import age_at, at_home
from urbsim.engine.state import EVENT_JOB
from urbsim.population.registry import GONE, JOB_FORMAL, JOB_INFORMAL, JOB_NONE, JOB_SELF_EMPLOYED, OUTSIDE

WORK_FROM, WORK_TO = 16, 64


@kernel
def years_of_schooling(level):  # type: ignore[no-untyped-def]
    """Return years of schooling of a level: 6, 9, 12, 15, 16."""
    if level == 4:
        return 16
    return 6 + 3 * level


@kernel
def wage_factor(h, i, q, p, norm):  # type: ignore[no-untyped-def]
    """Return the wage of head `i` over the mean migrant wage of its place (behaviour.md 5.4, Mincer form with experience).

    `norm` is the mean of the exponent over the workers of the initial state, so that the factor is near 1 on average.
    """
    years = years_of_schooling(h.schooling[i])
    work = max(0, age_at(h.head_birth[i], q) - years - 6)
    child = 0.0
    if (h.child1_birth[i] != NO_DATE and not h.child1[i] & 2) or (h.child2_birth[i] != NO_DATE and not h.child2[i] & 2):
        child = p.tau_kid
    exponent = p.m_edu * (years - 9) + p.m_exp1 * work + p.m_exp2 * work * work + p.tau_train * h.trained[i] + child
    return math.exp(exponent + h.wage_residual[i] - norm)


@kernel
def enters_job(h, i, u, p, formal_bonus):  # type: ignore[no-untyped-def]
    """Return the kind of job found: formal with a share rising in schooling, else self-employed or informal."""
    formal = p.formal_base + p.formal_edu * (years_of_schooling(h.schooling[i]) - 9) + formal_bonus
    formal = min(max(formal, 0.02), 0.95)
    if u < formal:
        return JOB_FORMAL
    if u < formal + (1.0 - formal) * p.self_share:
        return JOB_SELF_EMPLOYED
    return JOB_INFORMAL


@kernel
def work(h, lo, hi, q, key, p, areas, insured_bonus, find_factor, train_chance, accounts, event):  # type: ignore[no-untyped-def]
    """Change jobs, insurance and training of one quarter.

    `insured_bonus`, `find_factor`, `train_chance` are per area: added to the chance that a job insures, factor on job finding,
    chance that an untrained worker gets one of this quarter's training slots. Draws: stream WORK, block 0: loss or finding, kind,
    insurance, training.
    """
    for i in range(lo, hi):
        place = h.place[i]
        if place == GONE or place == OUTSIDE or at_home(h, i):
            continue
        age = age_at(h.head_birth[i], q)
        if age < WORK_FROM:
            continue
        if age > WORK_TO:
            if h.job[i] != JOB_NONE:
                h.job[i] = JOB_NONE
                _stop_insurance(h, i, q)
            continue
        u, v, w, x = rng.draw4(key, rng.WORK, h.id[i], q, 0)
        if h.job[i] == JOB_NONE:
            if u < p.job_find * find_factor[place]:
                h.job[i] = enters_job(h, i, v, p, 0.0)
        else:
            loss = p.job_loss_formal if h.job[i] == JOB_FORMAL else p.job_loss_informal
            if u < loss:
                h.job[i] = JOB_NONE
                event[i] |= EVENT_JOB
                _stop_insurance(h, i, q)
        if h.job[i] != JOB_NONE:
            if not h.insured[i]:
                base = p.insure_formal if h.job[i] == JOB_FORMAL else p.insure_other
                if w < base * (1.0 + insured_bonus[place]):
                    counted = 0 if h.insured_since[i] == NO_DATE else h.insured_since[i]
                    h.insured[i] = 1
                    h.insured_since[i] = q - counted
                    accounts.insured_new[place] += 1
            if not h.trained[i] and x < train_chance[place]:
                h.trained[i] = 1
                accounts.trained[place] += 1


@kernel
def _stop_insurance(h, i, q):  # type: ignore[no-untyped-def]
    """End the current spell of insurance; the quarters counted in this area stay to the household's credit."""
    if h.insured[i]:
        h.insured_since[i] = q - h.insured_since[i]
        h.insured[i] = 0
