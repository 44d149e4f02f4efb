"""Stages 3, 5 and 7 of a household: jobs, insurance and training; whether it reconsiders; residence permits."""

from __future__ import annotations

import math

from tests.reference.facts import Facts
from tests.reference.luck import Use
from urbsim.clock import season
from urbsim.policy import permits as permit_rule
from urbsim.population import registry as code

LAST_WORKING_AGE = 64


class Working(Facts):
    """The head at work."""

    @property
    def wage_factor(self) -> float:
        """Return the head's wage over the mean wage of migrants in its place (Mincer's form with experience)."""
        p, worked = self.model.p, self.years_worked
        exponent = p.m_edu * (self.school_years - 9) + p.m_exp1 * worked + p.m_exp2 * worked * worked + p.tau_train * self.trained
        return math.exp(exponent + self._care + self.wage_residual - self.model.norm)

    @property
    def years_worked(self) -> int:
        return max(0, self.head_age - self.school_years - 6)

    @property
    def _care(self) -> float:
        return self.model.p.tau_kid if any(not child.at_home for child in self.living_children) else 0.0

    @property
    def pay_index(self) -> int:
        """Return the wage factor without experience, in steps of 2**-20, in which pay is added up."""
        p = self.model.p
        exponent = p.m_edu * (self.school_years - 9) + p.tau_train * self.trained + self._care
        return int(math.exp(exponent + self.wage_residual - self.model.norm) * 2.0**20 + 0.5)

    def job_found(self, luck: float) -> int:
        """Return the kind of a job found: formal the likelier the more years of school."""
        p = self.model.p
        formal = min(max(p.formal_base + p.formal_edu * (self.school_years - 9), p.formal_least), p.formal_most)
        if luck < formal:
            return code.JOB_FORMAL
        return code.JOB_SELF_EMPLOYED if luck < formal + (1.0 - formal) * p.self_share else code.JOB_INFORMAL

    def work(self) -> None:
        """Stage 3, for heads of working age away from their village."""
        if self.outside or self.in_village or self.head_age < 16:
            return
        if self.head_age > LAST_WORKING_AGE:
            if self.job != code.JOB_NONE:
                self._stop_working()
            return
        p = self.model.p
        u, v, w, x = self.draws(Use.WORK)
        offered, benefit, _, _ = self.draws(Use.WORK, 1)
        events = self.model.books[self.place]
        if self.job == code.JOB_NONE:
            if u < self._finding_chance:
                self.job = self.job_found(v)
                events.formal_found += self.job == code.JOB_FORMAL
        elif u < (p.job_loss_formal if self.job == code.JOB_FORMAL else p.job_loss_informal):
            self.lost_job = not self.insured or benefit >= self._lever("insurance.unemployment_benefit")
            self._stop_working()
        if self.job in (code.JOB_NONE, code.JOB_INFORMAL) and offered < self.model.placing_chance[self.place]:
            self.job = code.JOB_FORMAL
            events.formal_found += 1
            events.placed += 1
        if self.job == code.JOB_NONE:
            return
        self._join_schemes(w)
        if not self.trained and x < self.model.training_chance[self.place]:
            self.trained = True
            events.trained += 1

    def _lever(self, name: str) -> float:
        """Return a lever's value where the household lives."""
        return self.model.lever(name)[self.place]

    @property
    def _finding_chance(self) -> float:
        services = self._lever("work.employment_services") * (self._lever("work.employment_services_poor") if self.poor else 1.0)
        return min(self.model.p.job_find * services * (self._lever("work.trainee_placement") if self.trained else 1.0), 1.0)

    def _join_schemes(self, luck: float) -> None:
        """Join pension, medical and work-injury insurance with one luck; a first time in a scheme is a new member."""
        p, formal, events = self.model.p, self.job == code.JOB_FORMAL, self.model.books[self.place]
        base = p.insure_formal if formal else p.insure_other
        if not self.insured and luck < base * self._lever("insurance.pension_employees" if formal else "insurance.pension_flexible"):
            self.insured, self.insured_since = True, self.now
            events.insured_new += self._first_time(code.COVER_PENSION_BEFORE)
        opened = formal or self.status == code.STATUS_SETTLED or self._lever("insurance.medical_open") > 0.5
        medical = base * p.medical_ratio * (self._lever("insurance.medical_employees") if formal else 1.0)
        if opened and not self.cover & code.COVER_MEDICAL and luck < medical:
            events.medical_new += self._first_time(code.COVER_MEDICAL_BEFORE)
            self.cover |= code.COVER_MEDICAL
        injury = base * p.injury_ratio * self._lever("insurance.injury_employees" if formal else "insurance.injury_platform")
        if self.job != code.JOB_SELF_EMPLOYED and not self.cover & code.COVER_INJURY and luck < injury:
            events.injury_new += self._first_time(code.COVER_INJURY_BEFORE)
            self.cover |= code.COVER_INJURY

    def _first_time(self, bit: int) -> bool:
        """Note that the household has been in a scheme; return whether it never was before."""
        first = not self.cover & bit
        self.cover |= bit
        return first

    # -- income ----------------------------------------------------------------------------------------------

    @property
    def _venture(self) -> float:
        return self._lever("work.self_employment_income") if self.job == code.JOB_SELF_EMPLOYED else 1.0

    @property
    def living(self) -> float:
        """What the head lives on a month before assistance: pay with the levers on it, or without a job a part of it."""
        pay = self.model.wage[self.place] * self.wage_factor
        if self.job == code.JOB_NONE:
            return pay * self.model.p.jobless_income
        return pay * self._venture * (self._lever("work.near_home_pay") if self.in_own_town else 1.0)

    @property
    def assistance(self) -> float:
        """What assistance adds a month, for those in its scope: 1 registered poor, 2 settled and permit holders too, 3 all."""
        floor, scope = self._lever("assistance.income_floor"), self._lever("assistance.scope")
        entitled = self.status in (code.STATUS_PERMIT, code.STATUS_SETTLED)
        inside = self.poor or scope >= 3 or (scope >= 2 and entitled)
        return max(floor - self.living, 0.0) if inside else 0.0

    def _stop_working(self) -> None:
        self.job = code.JOB_NONE
        self.cover &= code.COVER_BEFORE
        if self.insured:
            assert self.insured_since is not None
            self.insured_here += self.now - self.insured_since
            self.insured, self.insured_since = False, None

    # -- attention -------------------------------------------------------------------------------------------

    def reconsider(self) -> None:
        """Stage 5: set `attends`. A lost job, a birth, death or wedding, and a child's change of school raise the chance."""
        p = self.model.p
        urge = 0.0
        if self.lost_job:
            urge += p.a_job
        if self.family_event:
            urge += p.a_life
        if any(self.now - child.birth in (24, 48, 60) for child in self.living_children):
            urge += p.a_school
        chance = 1.0 - math.exp(-self.model.attention_rate * math.exp(urge))
        self.attends = self.draws(Use.ATTEND)[0] < chance and self.head_age >= 16

    # -- permits ---------------------------------------------------------------------------------------------

    def take_up_permit(self) -> None:
        """Stage 7: those who may hold a residence permit take one up with a hazard."""
        if self.outside or self.in_village or self.status != code.STATUS_UNREGISTERED:
            return
        if not self._may_hold_permit:
            return
        newcomers_wait = self.model.lever("permit.residence_months")[self.place]
        movers_wait = self.model.lever("permit.wait_after_move_months")[self.place]
        if self.permit_since is not None and movers_wait < newcomers_wait:
            self.status = code.STATUS_PERMIT  # converted without a request
            return
        p = self.model.p
        hazard = p.h_P / 4.0 * self.model.lever("permit.friction")[self.place]
        exponent = p.g2 * self.insured
        if self.children_aged(6, 15):
            exponent += p.g1
        if self.schooling >= code.SCHOOLING_SENIOR:
            exponent += p.g3
        chance = 1.0 - math.exp(-hazard * math.exp(exponent))
        if season(self.now) == 2 and self.model.lever("school.permit_enough")[self.place] > 0.0:
            if any(5 <= self.age(child.birth) <= 14 for child in self.living_children if not child.at_home):
                chance = max(chance, p.permit_for_school)  # school applications open, and the permit alone opens the school
        if self.draws(Use.PERMIT)[0] < chance:
            self.status, self.permit_since = code.STATUS_PERMIT, self.now
            self.model.books[self.place].permits_issued[self.census_class] += self.persons_along

    @property
    def _may_hold_permit(self) -> bool:
        """Meets the conditions of the rule in force; study is no ground of its own."""
        names = ("residence_months", "ground_required", "wait_after_move_months")
        rule = [self.model.lever(f"permit.{name}")[self.place] for name in names]
        held, job = float(self.permit_since is not None), float(self.job != code.JOB_NONE)
        return permit_rule.permit_ok(3.0 * self.quarters_here, held, job, float(self.has_lawful_home), 0.0, *rule) == 1
