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
        p = self.model.p
        worked = max(0, self.head_age - self.school_years - 6)
        care = p.tau_kid if any(not child.at_home for child in self.living_children) else 0.0
        exponent = p.m_edu * (self.school_years - 9) + p.m_exp1 * worked + p.m_exp2 * worked * worked + p.tau_train * self.trained + care
        return math.exp(exponent + self.wage_residual - self.model.norm)

    def job_found(self, luck: float) -> int:
        """Return the kind of a job found: formal the likelier the more years of school."""
        p = self.model.p
        formal = min(max(p.formal_base + p.formal_edu * (self.school_years - 9), 0.02), 0.95)
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
        if self.job == code.JOB_NONE:
            if u < p.job_find:
                self.job = self.job_found(v)
        elif u < (p.job_loss_formal if self.job == code.JOB_FORMAL else p.job_loss_informal):
            self._stop_working()
            self.lost_job = True
        if self.job == code.JOB_NONE:
            return
        events = self.model.books[self.place]
        if not self.insured and w < (p.insure_formal if self.job == code.JOB_FORMAL else p.insure_other):
            self.insured, self.insured_since = True, self.now
            events.insured_new += 1
        if not self.trained and x < self.model.training_chance[self.place]:
            self.trained = True
            events.trained += 1

    def _stop_working(self) -> None:
        self.job = code.JOB_NONE
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
