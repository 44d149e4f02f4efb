"""Stages 8 to 10 of a household: it asks for a home, school places and the town register, and lives with the outcome."""

from __future__ import annotations

import datetime as dt
import math
from typing import NamedTuple

from tests.reference.luck import Use
from tests.reference.moving import Moving
from urbsim.clock import quarter_of
from urbsim.policy import points as points_rule
from urbsim.policy import schools as school_rule
from urbsim.policy import settlement as settlement_rule
from urbsim.population import registry as code


class Ticket(NamedTuple):
    """An application: higher score first, then the earlier date, then the lot. `size` is what it takes of what is scarce."""

    household: Competing
    area: int
    score: float
    since: int
    lot: float
    size: int = 1
    slot: int = 0  # of a child


def school_stage(age: int) -> int | None:
    """Return 0 for primary (6-11), 1 for lower secondary (12-14)."""
    if 6 <= age <= 11:
        return 0
    return 1 if 12 <= age <= 14 else None


class Competing(Moving):
    """Meets scarcity."""

    # -- homes -----------------------------------------------------------------------------------------------

    @property
    def earners(self) -> float:
        return 1.0 + self.model.p.earner_2 if self.spouse == code.SPOUSE_ALONG else 1.0

    def price_to_income(self, wage: float) -> float:
        """Return the price of 90 m2 over the household's yearly wages."""
        return self.model.price[self.place] * 90.0 / max(wage * self.earners * 12.0, 1.0)

    def seek_home(self) -> Ticket | None:
        """Stage 8: buy, or return the ticket of one who asks for a rental unit. Tenants of a unit occupy it, as sharers do theirs.

        Who would buy at the price of a share of a shared home, and not at the whole, stands in the line for one as well.
        """
        if self.outside or self.in_village:
            return None
        model, p = self.model, self.model.p
        if self.tenure == code.TENURE_SHARED:
            model.occupied[self.place][2] += 1
        if self.owns:
            return None
        u, v, w, lot = self.draws(Use.HOMES)
        income = model.wage[self.place]
        if self.flexible_worker:
            income *= 1.0 + model.lever("homes.provident_support")[self.place]
        expense = self.price_to_income(income)
        eager = p.eager_couple if self.spouse == code.SPOUSE_ALONG else p.eager_single
        if self.job != code.JOB_NONE:
            if u < p.h_own / 4.0 * eager * math.exp(p.own_pir * (expense - 10.0)):
                self.rent_or_own(code.TENURE_OWN)
                model.books[self.place].homes_bought[0] += 1
                return None
            part = model.lever("homes.shared_price_share")[self.place]
            if model.shared_units[self.place] > 0 and u < p.h_own / 4.0 * eager * math.exp(p.own_pir * (part * expense - 10.0)):
                model.sharers.append(Ticket(self, self.place, 0.0, 0, lot))
        if self.tenure in (code.TENURE_GUARANTEED, code.TENURE_PUBLIC):
            self.model.occupied[self.place][self.tenure - code.TENURE_GUARANTEED] += 1
            return None
        if self.homes_since is not None and v < p.q_exit / 4.0:
            self.homes_since = None  # tired of waiting
            return None
        if self.homes_since is None:
            if v >= p.h_home_apply / 4.0 or self.head_age > p.age_apply:
                return None
            self.homes_since = self.now
        first = self.poor and self.model.lever("homes.poor_first")[self.place] > 0.5
        return Ticket(self, self.place, 1.0 if first else 0.0, self.homes_since, w)

    @property
    def entitled_to_public_home(self) -> bool:
        return self.rent_subsidised

    def rent_or_own(self, tenure: int) -> None:
        """Have a home and leave the list."""
        self.tenure, self.homes_since = tenure, None

    # -- school places ---------------------------------------------------------------------------------------

    @property
    def rationed(self) -> bool:
        """Children depend on the places that local children leave over."""
        return self.in_region and not self.in_village and self.status in (code.STATUS_UNREGISTERED, code.STATUS_PERMIT)

    @property
    def may_apply_for_school(self) -> bool:
        permit, job = float(self.status == code.STATUS_PERMIT), float(self.job != code.JOB_NONE)
        enough = self.model.lever("school.permit_enough")[self.place]
        return school_rule.school_apply_ok(0.0, permit, job, float(self.insured), float(self.has_lawful_home), enough) == 1

    def apply_for_school(self) -> None:
        """Stage 9, spring: ask a public place for the autumn for children who reach a stage or have none."""
        if not self.rationed:
            return
        for child in self.living_children:
            stage = school_stage((self.now + 1 - child.birth) // 4)
            if stage is None or child.at_home:
                continue
            quarters = self.now + 1 - child.birth
            enters = quarters < 28 if stage == 0 else quarters < 52
            if enters or child.learns != code.PLACE_PUBLIC:
                self.model.applied_school[self.place][stage] += 1
                child.learns = code.PLACE_APPLIED if self.may_apply_for_school else code.PLACE_FEE_PAYING

    def enter_school(self) -> list[Ticket]:
        """Stage 9, autumn: local children have their places, others keep what they hold; return the tickets of those who applied."""
        tickets: list[Ticket] = []
        for slot, child in enumerate(self.children):
            if child is None:
                continue
            stage = school_stage(self.age(child.birth))
            if stage is None:
                child.learns = code.PLACE_NOT_IN_SCHOOL
            elif child.at_home:
                child.learns = code.PLACE_AT_HOME
                self._local_child(self.home[0], stage)
            elif not self.rationed:
                child.learns = code.PLACE_PUBLIC
                self._local_child(self.place, stage)
            elif child.learns == code.PLACE_APPLIED:
                tickets.append(self._school_ticket(slot))
            elif child.learns == code.PLACE_PUBLIC:
                self.model.public_pupils[self.place][stage] += 1
            elif child.learns == code.PLACE_BOUGHT:
                self.model.bought_pupils[self.place] += 1
            else:
                child.learns = code.PLACE_FEE_PAYING
        return tickets

    def _local_child(self, area: int, stage: int) -> None:
        if area != code.OUTSIDE:
            self.model.local_pupils[area][stage] += 1

    def _school_ticket(self, slot: int) -> Ticket:
        held = 0.0 if self.permit_since is None or self.status != code.STATUS_PERMIT else 3.0 * (self.now - self.permit_since)
        ranking, lot = self.model.lever("school.points_ranking")[self.place], self.draws(Use.SCHOOL, block=slot + 1)[0]
        rank = school_rule.school_rank(0.0, float(self.owns), self.common_points, held, ranking)
        return Ticket(self, self.place, rank, self.arrived, lot, slot=slot)

    @property
    def common_points(self) -> float:
        return points_rule.common_points(
            self.head_age, self.schooling, 3.0 if self.trained else 0.0, self.months_insured(2), self.months_resident(2)
        )

    def has_guarantee(self, slot: int) -> bool:
        """Tell whether the rule places this child of permit holders whatever the room."""
        spared = self.draws(Use.SCHOOL, block=slot + 1)[1] < self.model.lever("school.permit_guarantee")[self.place]
        return spared and self.status == code.STATUS_PERMIT

    def place_child(self, slot: int, public: bool, bought: bool) -> None:
        """Take the public or the bought place; with neither pay fees, or send the child home."""
        child = self.children[slot]
        assert child is not None
        model = self.model
        if public:
            child.learns = code.PLACE_PUBLIC
            stage = school_stage(self.age(child.birth))
            assert stage is not None
            model.books[self.place].admitted_school[stage] += 1
        elif bought:
            child.learns = code.PLACE_BOUGHT
        else:
            bills, aid = self.aided(self.settled_bills(model.bills), self.place)
            chance = self.chance_child_along(child, model.km[self.origin][self.place], 0.0, bills, aid, model.pull[self.place])
            if self.latent_of_child(slot) > chance:
                self._journey(1, False, True)
                child.at_home, child.learns = True, code.PLACE_AT_HOME
            else:
                child.learns = code.PLACE_FEE_PAYING

    # -- the town register -----------------------------------------------------------------------------------

    def seek_register(self) -> Ticket | None:
        """Stage 10: walk through the gates (acts, willing, eligible); be admitted where there is no quota, else return a ticket.

        The family of a head who settled alone comes again once the rule lets it follow, and is not asked whether it wants to.
        """
        if self.outside or self.mover == code.MOVER_IN_PLACE:
            return None
        settled = self.status == code.STATUS_SETTLED
        if settled and not 0.0 < self.following_kin <= self.model.lever("settlement.kin_follow")[self.place]:
            self.queue_since = None
            return None
        if self.part == code.VILLAGE and self.in_own_town:
            return None  # registers move into towns only
        p, events = self.model.p, self.model.books[self.place]
        acts, clerk, lot, _ = self.draws(Use.SETTLE)
        waiting = self.queue_since is not None
        if waiting:
            if clerk < p.q_exit / 4.0:
                self.queue_since = None  # gives up
                return None
        else:
            if acts >= self._rate_of_acting or self.head_age < 18 or not (settled or self._is_willing):
                return None
            events.settling_applied += 1
        points = self.points
        if not self._route(points) and (waiting or clerk >= p.clerical):
            return None
        events.settling_eligible += 1
        if self.model.lever("settlement.quota")[self.place] < 0.0:
            self.settle()
            return None
        if self.queue_since is None:
            self.queue_since = self.now
        return Ticket(self, self.place, points, self.queue_since, lot, size=self.persons_who_settle)

    @property
    def _rate_of_acting(self) -> float:
        p = self.model.p
        if self.mover == code.MOVER_OTHER_PROVINCE:
            rate = p.k_q_out
        else:
            rate = p.k_q_same if self.in_own_town else p.k_q_in
        return rate * p.OR_PH if self.status == code.STATUS_PERMIT else rate

    @property
    def _is_willing(self) -> bool:
        """Compare a frozen latent with the logit of wanting to settle here."""
        p, model, place = self.model.p, self.model, self.place
        same_province = 1.0 if self.mover != code.MOVER_OTHER_PROVINCE else 0.0
        rights = model.lever("land.rights_kept")[self.origin] if self.of_region else 1.0
        penalty = 1.0 - p.rho_land * rights * same_province
        factor = self.wage_factor
        d = p.theta_0 + p.theta_edu * (self.school_years - 9)
        d += p.theta_dur * (min(self.quarters_here / 4.0, 15.0) - 5.0)
        d += p.theta_age * max(0, self.head_age - 40)
        d += p.theta_in * same_province + p.theta_ins * self.insured
        if self.owns:
            d += p.theta_own
        if self.children_aged(6, 15):
            d += p.theta_child * (1.0 - model.seat[place])
        if self.land & code.LAND_HOMESTEAD:
            d += p.theta_hs * penalty
        if self.land & code.LAND_CONTRACTED:
            d += p.theta_land * penalty
        d += p.theta_pir * (self.price_to_income(model.wage[place] * factor) - 10.0)
        d += p.theta_inc * math.log(factor)
        d += p.g_v * model.tier_value[place]
        if self.status == code.STATUS_PERMIT:
            d += math.log(p.OR_P) * min(model.lever("permit.services")[place] / p.s_P, p.s_P_most)
        return model.luck.one(Use.WILLING, self.identity, 0) < 1.0 / (1.0 + math.exp(-d))

    @property
    def points(self) -> float:
        """Points under the table of the place."""
        rented = self.quarters_here / 4.0 if self.rents else 0.0
        return points_rule.points_score(
            self.head_age, self.schooling, 3.0 * self.quarters_insured_here, 3.0 * self.quarters_here, float(self.owns), rented,
            float(self.job == code.JOB_FORMAL), float(self.insured_before), float(self.resident_before),
            *self.model.points_table[self.place],
        )  # fmt: skip

    def _route(self, points: float) -> int:
        """Return the route by which the rule of the place lets it settle, 0 for none."""
        recognition = self.model.lever("settlement.recognition")[self.place]
        *rule, poor_share, long_term, whole_family, new_generation = self.model.gate[self.place]
        works, resident = float(self.job != code.JOB_NONE), self.months_resident(recognition)
        months = [settlement_rule.weighed_months(m, float(self.poor), poor_share) for m in (self.months_insured(recognition), resident)]
        found = settlement_rule.settle_ok(
            float(self.owns), float(self.rents), works, float(self.status == code.STATUS_PERMIT), self.head_age,
            self.schooling, *months, float(self.registered_in_region),
            self.following_kin, points, *rule, self.model.lever("homes.rental_counts_as_home")[self.place],
        )  # fmt: skip
        family = self.spouse != code.SPOUSE_NONE or any(self.living_children)
        together = float(family and self.persons_left_behind == 0)
        born_late = float(self.head_birth >= quarter_of(dt.date(1980, 1, 1)))
        return found or settlement_rule.key_group_ok(works, resident, together, born_late, long_term, whole_family, new_generation)

    @property
    def kin_in_register(self) -> int:
        """Kin who are in the town register of the place with the head: KIN_ALONE, KIN_FAMILY or KIN_ALL."""
        return self.kin_settled if self.status == code.STATUS_SETTLED else code.KIN_ALONE

    @property
    def following_kin(self) -> float:
        """Who could follow a head who has settled: 1 spouse or children, 2 elders only, 0 nobody."""
        if self.status != code.STATUS_SETTLED:
            return 0.0
        if self.kin_settled == code.KIN_ALONE and (self.spouse != code.SPOUSE_NONE or any(self.living_children)):
            return 1.0
        return 2.0 if self.kin_settled < code.KIN_ALL and self.living_elders else 0.0

    @property
    def persons_who_settle(self) -> int:
        """The head unless settled before, spouse and children where the rule says 1 or 2, elders where it says 2; nobody twice."""
        kin, persons = self.model.lever("settlement.kin_follow")[self.place], 0 if self.status == code.STATUS_SETTLED else 1
        if kin >= 1 and self.kin_in_register < code.KIN_FAMILY:
            persons += (self.spouse != code.SPOUSE_NONE) + sum(1 for _ in self.living_children)
        if kin >= 2 and self.kin_in_register < code.KIN_ALL:
            persons += self.living_elders
        return persons

    def settle(self) -> None:
        """Enter the town register of the place, with the family where kin may follow."""
        events = self.model.books[self.place]
        events.settled[self.census_class] += self.persons_who_settle
        events.settling_admitted += 1
        self.kin_settled = max(self.kin_in_register, int(self.model.lever("settlement.kin_follow")[self.place]))
        self.register, self.register_part = self.place, code.TOWN
        self.status, self.queue_since, self.permit_since = code.STATUS_SETTLED, None, None
