"""Stage 3: jobs lost and found, membership of the employee pension scheme, training, and the wage equation.

Only heads aged 16 to 64 who do not live in their own village are followed; at home the alternative is the village income.
"""

from __future__ import annotations

import math

import numpy as np

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
def wage_factor(r, q, p, norm):  # type: ignore[no-untyped-def]
    """Return the wage of head `i` over the mean migrant wage of its place (behaviour.md 5.4, Mincer form with experience).

    `norm` is the mean of the exponent over the workers of the initial state, so that the factor is near 1 on average.
    """
    years = years_of_schooling(r.schooling)
    work = max(0, age_at(r.head_birth, q) - years - 6)
    child = 0.0
    if (r.child1_birth != NO_DATE and not r.child1 & 2) or (r.child2_birth != NO_DATE and not r.child2 & 2):
        child = p.tau_kid
    exponent = p.m_edu * (years - 9) + p.m_exp1 * work + p.m_exp2 * work * work + p.tau_train * r.trained + child
    return math.exp(exponent + r.wage_residual - norm)


@kernel
def enters_job(r, u, p):  # type: ignore[no-untyped-def]
    """Return the kind of job found: formal with a share rising in schooling, else self-employed or informal."""
    formal = p.formal_base + p.formal_edu * (years_of_schooling(r.schooling) - 9)
    formal = min(max(formal, 0.02), 0.95)
    if u < formal:
        return JOB_FORMAL
    if u < formal + (1.0 - formal) * p.self_share:
        return JOB_SELF_EMPLOYED
    return JOB_INFORMAL


@kernel
def work(h, lo, hi, luck, q, key, p, areas, train_chance, accounts, event):  # type: ignore[no-untyped-def]
    """Change jobs, insurance and training of one quarter.

    `train_chance` is per area: the chance that an untrained worker gets one of this quarter's training slots. Draws: stream WORK,
    block 0: loss or finding, kind, insurance, training.
    """
    most_change, most_insured = np.empty(4, np.int64), np.empty(4, np.int64)
    for job in range(4):
        most_change[job] = rng.most_byte(p.job_loss_formal if job == JOB_FORMAL else p.job_loss_informal)
        most_insured[job] = rng.most_byte(p.insure_formal if job == JOB_FORMAL else p.insure_other)
    most_change[JOB_NONE], most_insured[JOB_NONE] = rng.most_byte(p.job_find), -1
    most_trained = np.empty(areas, np.int64)
    for a in range(areas):
        most_trained[a] = rng.most_byte(train_chance[a])
    for i in range(lo, hi):
        r = h[i]
        place = r.place
        if place == GONE or place == OUTSIDE or at_home(r):
            continue
        age = age_at(r.head_birth, q)
        if age < WORK_FROM:
            continue
        if age > WORK_TO:
            if r.job != JOB_NONE:
                r.job = JOB_NONE
                _stop_insurance(r, q)
            continue
        k, job = i - lo, r.job
        may_change = rng.byte_at(luck, k, rng.WORK_BYTE) <= most_change[job]
        may_insure = not r.insured and rng.byte_at(luck, k, rng.WORK_BYTE + 2) <= most_insured[job]
        may_train = job != JOB_NONE and not r.trained and rng.byte_at(luck, k, rng.WORK_BYTE + 3) <= most_trained[place]
        if not may_change and not may_insure and not may_train:
            continue
        u, v, w, x = rng.draw4(key, rng.WORK, r.id, q, 0)
        if r.job == JOB_NONE:
            if u < p.job_find:
                r.job = enters_job(r, v, p)
        else:
            loss = p.job_loss_formal if r.job == JOB_FORMAL else p.job_loss_informal
            if u < loss:
                r.job = JOB_NONE
                event[i] |= EVENT_JOB
                _stop_insurance(r, q)
        if r.job != JOB_NONE:
            if not r.insured:
                base = p.insure_formal if r.job == JOB_FORMAL else p.insure_other
                if w < base:
                    r.insured = 1
                    r.insured_since = q
                    accounts[place].insured_new += 1
            if not r.trained and x < train_chance[place]:
                r.trained = 1
                accounts[place].trained += 1


@kernel
def _stop_insurance(r, q):  # type: ignore[no-untyped-def]
    """End the current spell of insurance; its quarters stay to the household's credit in this area."""
    if r.insured:
        r.insured_here = min(r.insured_here + q - r.insured_since, 255)
        r.insured_since = NO_DATE
        r.insured = 0
