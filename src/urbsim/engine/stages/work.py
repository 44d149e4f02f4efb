"""Stage 3: jobs lost and found, membership of the employee schemes, training, placement, and the wage equation.

Only heads aged 16 to 64 who do not live in their own village are followed; at home the alternative is the village income.
"""

from __future__ import annotations

import math

import numpy as np

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import allocating, kernel
from urbsim.engine.people import age_at, in_own_town
from urbsim.engine.state import EVENT_JOB, STIRRED
from urbsim.policy import assistance as assistance_rule
from urbsim.policy import insurance as insurance_rule
from urbsim.policy import work as work_rule
from urbsim.population.registry import (
    COVER_BEFORE,
    COVER_INJURY,
    COVER_INJURY_BEFORE,
    COVER_MEDICAL,
    COVER_MEDICAL_BEFORE,
    COVER_PENSION_BEFORE,
    GONE,
    JOB_FORMAL,
    JOB_INFORMAL,
    JOB_NONE,
    JOB_SELF_EMPLOYED,
    MOVER_IN_PLACE,
    STATUS_PERMIT,
    STATUS_SETTLED,
)

WORK_FROM, WORK_TO = 16, 64
ALL_COVER = COVER_MEDICAL | COVER_INJURY

finding_chance = kernel(work_rule.finding_chance)
joining_chance = kernel(insurance_rule.joining_chance)
may_join_medical = kernel(insurance_rule.may_join_medical)
assisted = kernel(assistance_rule.assisted)
made_up = kernel(assistance_rule.made_up)


@kernel
def years_of_schooling(level):
    """Return years of schooling of a level: 6, 9, 12, 15, 16."""
    if level == 4:
        return 16
    return 6 + 3 * level


@kernel
def years_at_work(r, q):
    """Return the years since the head of household `r` left school, as of quarter `q`."""
    return max(0, age_at(r.head_birth, q) - years_of_schooling(r.schooling) - 6)


@kernel
def wage_factor(r, q, p, norm):
    """Return the wage of head `i` over the mean migrant wage of its place (behaviour.md 5.4, Mincer form with experience).

    `norm` is the mean of the exponent over the workers of the initial state, so that the factor is near 1 on average.
    """
    years = years_of_schooling(r.schooling)
    work = years_at_work(r, q)
    child = 0.0
    if (r.child1_birth != NO_DATE and not r.child1 & 2) or (r.child2_birth != NO_DATE and not r.child2 & 2):
        child = p.tau_kid
    exponent = p.m_edu * (years - 9) + p.m_exp1 * work + p.m_exp2 * work * work + p.tau_train * r.trained + child
    return math.exp(exponent + r.wage_residual - norm)


@allocating
def at_work(h, q):
    """Return, of the movers' heads with a job, years of schooling, years since school as of quarter `q`, residual of the wage equation."""
    years, worked, residual, n = np.empty(h.size, np.int64), np.empty(h.size, np.int64), np.empty(h.size, np.float32), 0
    for i in range(h.size):
        r = h[i]
        if r.mover != MOVER_IN_PLACE and r.job != JOB_NONE and r.place < GONE:
            years[n] = years_of_schooling(r.schooling)
            worked[n] = years_at_work(r, q)
            residual[n] = r.wage_residual
            n += 1
    return years[:n], worked[:n], residual[:n]


@kernel
def enters_job(r, u, p):
    """Return the kind of job found: formal with a share rising in schooling, else self-employed or informal."""
    formal = p.formal_base + p.formal_edu * (years_of_schooling(r.schooling) - 9)
    formal = min(max(formal, p.formal_least), p.formal_most)
    if u < formal:
        return JOB_FORMAL
    if u < formal + (1.0 - formal) * p.self_share:
        return JOB_SELF_EMPLOYED
    return JOB_INFORMAL


@kernel
def earnings(r, q, p, wage, norm, rule):
    """Return what a working head earns a month where it lives, yuan; `wage` is the going wage there.

    Self-employment income and pay in the own county town are levers (W3, W12).
    """
    earned = wage * wage_factor(r, q, p, norm)
    if r.job == JOB_SELF_EMPLOYED:
        earned *= rule.self_employment_income
    if in_own_town(r):
        earned *= rule.near_home_pay
    return earned


@kernel
def assistance(r, earned, rule):
    """Return what assistance adds to a head's monthly income where it lives, yuan (W10)."""
    if rule.income_floor <= 0.0 or not assisted(r.poor, r.status == STATUS_PERMIT or r.status == STATUS_SETTLED, rule.scope):
        return 0.0
    return made_up(earned, rule.income_floor)


@allocating
def most_bytes(p, areas, rules, train_chance):
    """Return the largest first bytes that can change a job, join a scheme (areas x job each) and begin a training (areas).

    A last row holds the largest of all areas.
    """
    change, insured = np.full((areas + 1, 4), -1, np.int64), np.full((areas + 1, 4), -1, np.int64)
    trained = np.full(areas + 1, -1, np.int64)
    for a in range(areas):
        rule = rules[a]
        trained[a] = rng.most_byte(train_chance[a])
        for job in range(4):
            formal = job == JOB_FORMAL
            base = p.insure_formal if formal else p.insure_other
            pension = rule.pension_employees if formal else rule.pension_flexible
            medical = p.medical_ratio * (rule.medical_employees if formal else 1.0)
            injury = p.injury_ratio * (rule.injury_employees if formal else rule.injury_platform)
            change[a, job] = rng.most_byte(p.job_loss_formal if formal else p.job_loss_informal)
            insured[a, job] = rng.most_byte(base * max(pension, max(medical, injury)))
        services = rule.employment_services * max(rule.employment_services_poor, 1.0) * max(rule.trainee_placement, 1.0)
        change[a, JOB_NONE], insured[a, JOB_NONE] = rng.most_byte(min(p.job_find * services, 1.0)), -1
        trained[areas] = max(trained[areas], trained[a])
        for job in range(4):
            change[areas, job] = max(change[areas, job], change[a, job])
            insured[areas, job] = max(insured[areas, job], insured[a, job])
    return change, insured, trained


@kernel
def work(h, who, luck, q, key, p, rules, train_chance, place_chance, most, accounts, event, identities, words):
    """Change jobs, insurance and training of one quarter, of households `who` (rows of `h` and of `luck`; scratch as in `rng.draw_some`).

    `rules` are the areas' rules (`engine.rules`), `train_chance` and `place_chance` per area: the chance that an untrained worker gets one
    of this quarter's training slots, that a jobless or informal one is placed in a formal job from the reserve; `most` what `most_bytes`
    returns. Draws: stream WORK, block
    0: loss or finding, kind, insurance (one for all schemes: who is registered for one is so for others), training; block 1: placement,
    unemployment benefit.
    """
    most_change, most_insured, most_trained = most
    rng.draw_some(h, who, rng.WORK, q, 0, key, identities, words)
    for n in range(who.size):
        k = who[n]
        r = h[k]
        place, age = r.place, age_at(r.head_birth, q)
        if r.mover == MOVER_IN_PLACE or place >= GONE or age < WORK_FROM:
            continue
        if age > WORK_TO:
            if r.job != JOB_NONE:
                r.job = JOB_NONE
                _stop_insurance(r, q)
            continue
        rule, job = rules[place], r.job
        covered = (r.insured > 0) & (r.cover & ALL_COVER == ALL_COVER)
        may_change = rng.byte_at(luck, k, rng.WORK_BYTE) <= most_change[place, job]
        may_insure = not covered and rng.byte_at(luck, k, rng.WORK_BYTE + 2) <= most_insured[place, job]
        may_train = job != JOB_NONE and not r.trained and rng.byte_at(luck, k, rng.WORK_BYTE + 3) <= most_trained[place]
        may_be_placed = place_chance[place] > 0.0 and (job == JOB_NONE or job == JOB_INFORMAL)
        if not may_change and not may_insure and not may_train and not may_be_placed:
            continue
        u, v, w, x = rng.draw4_of(words, n, rng.WORK, 0, luck, k)
        if r.job == JOB_NONE:
            services = rule.employment_services * (rule.employment_services_poor if r.poor else 1.0)
            if u < finding_chance(p.job_find, services, r.trained, rule.trainee_placement):
                r.job = enters_job(r, v, p)
                if r.job == JOB_FORMAL:
                    accounts[place].formal_found += 1
        else:
            loss = p.job_loss_formal if r.job == JOB_FORMAL else p.job_loss_informal
            if u < loss:
                if not (r.insured and rule.unemployment_benefit > 0.0 and _benefit_luck(r, q, key) < rule.unemployment_benefit):
                    event[k] |= EVENT_JOB
                r.job = JOB_NONE
                _stop_insurance(r, q)
        if place_chance[place] > 0.0 and (r.job == JOB_NONE or r.job == JOB_INFORMAL):
            if rng.draw4(key, rng.WORK, r.id, q, 1)[0] < place_chance[place]:
                r.job = JOB_FORMAL
                accounts[place].formal_found += 1
                accounts[place].placed += 1
        if r.job != JOB_NONE:
            _join_schemes(r, q, p, rule, w, accounts[place])
            if not r.trained and x < train_chance[place]:
                r.trained = 1
                accounts[place].trained += 1
        if r.job != job:
            event[k] |= STIRRED


@kernel
def _benefit_luck(r, q, key):
    return rng.draw4(key, rng.WORK, r.id, q, 1)[1]


@kernel
def _join_schemes(r, q, p, rule, luck, account):
    """Let a worker join the schemes that its job opens; who was never in a scheme before counts as a new member (indicators 8 to 10).

    The chance of the medical and the work-injury scheme is that of the pension scheme times a ratio (the published new members of 2022).
    """
    formal = r.job == JOB_FORMAL
    base = p.insure_formal if formal else p.insure_other
    if not r.insured and luck < joining_chance(base, rule.pension_employees if formal else rule.pension_flexible):
        r.insured, r.insured_since = 1, q
        if not r.cover & COVER_PENSION_BEFORE:
            r.cover |= COVER_PENSION_BEFORE
            account.insured_new += 1
    if not r.cover & COVER_MEDICAL and may_join_medical(formal, r.status == STATUS_SETTLED, rule.medical_open):
        if luck < joining_chance(base * p.medical_ratio, rule.medical_employees if formal else 1.0):
            if not r.cover & COVER_MEDICAL_BEFORE:
                account.medical_new += 1
            r.cover |= COVER_MEDICAL | COVER_MEDICAL_BEFORE
    if not r.cover & COVER_INJURY and r.job != JOB_SELF_EMPLOYED:
        if luck < joining_chance(base * p.injury_ratio, rule.injury_employees if formal else rule.injury_platform):
            if not r.cover & COVER_INJURY_BEFORE:
                account.injury_new += 1
            r.cover |= COVER_INJURY | COVER_INJURY_BEFORE


@kernel
def _stop_insurance(r, q):
    """End the current spells of insurance; the quarters in pension insurance stay to the household's credit in this area."""
    r.cover &= COVER_BEFORE
    if r.insured:
        r.insured_here = min(r.insured_here + q - r.insured_since, 255)
        r.insured_since = NO_DATE
        r.insured = 0
