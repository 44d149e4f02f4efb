"""Stage 6 of a household, what follows the decision: the move, and who of the family lives along."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tests.reference.choosing import TOWN, VILLAGE, Choosing, Target
from tests.reference.facts import Child
from tests.reference.luck import Use
from tests.reference.working import LAST_WORKING_AGE
from urbsim.population import registry as code

AT_HOME, OWN_TOWN, AWAY = range(3)
PULL_AGES = range(3), range(3, 6), range(12, 15), range(15, 18)
NO_PULL = (0.0, 0.0, 0.0, 0.0)


def logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


class Moving(Choosing):
    """Moves and divided families."""

    def relocate(self) -> None:
        """Stage 6: choose if attentive, move, then decide who of the family lives along."""
        if not self.attends:
            return
        p = self.model.p
        if self.outside and not self.of_region and self.draws(Use.RETURN)[0] >= p.h_re / p.a0:
            return  # people of another province who left think of coming back at a rate of their own
        if self.in_village and self.head_age > 69:
            return
        target = self.choose()
        if not self._lives_at(target):
            self.move(target)
        self.arrange()

    def _lives_at(self, target: Target) -> bool:
        left_for_good = self.outside and not self.of_region  # their village and town lie outside too
        if target == VILLAGE:
            return self.in_village or left_for_good
        if target == TOWN:
            return left_for_good or self.in_own_town
        return self.place == target

    def move(self, target: Target) -> None:
        """Leave, live at `target`, and enter both in the books."""
        if self.in_region:
            self._book_departure(target)
        elif self.of_region and target in (VILLAGE, TOWN):
            self.model.books[self.origin].returns_outside[0 if target == VILLAGE else 1] += self.persons_along
        came_from = None if self.outside else self.place
        had_medical = self.in_region and bool(self.cover & code.COVER_MEDICAL)
        self._close_clocks()
        if target in (VILLAGE, TOWN) and not self.of_region:
            self._live_outside()
        elif target == VILLAGE:
            self._live_in_village()
        else:
            if target == code.OUTSIDE:
                self._live_outside()
                self.tenure = code.TENURE_MARKET_RENT
                if self.of_region:
                    self.mover = code.MOVER_OTHER_AREA
            else:
                self._live_as_mover(target, came_from, had_medical)
        self.arrived = self.now
        if self.in_village or self.status != code.STATUS_UNREGISTERED:
            self.permit_since = None  # who moves on inside the region brings it along

    def _book_departure(self, target: Target) -> None:
        events = self.model.books[self.place]
        if self.in_village:
            events.left_village += self.persons_along
        else:
            events.departures[self.census_class] += self.persons_along
        if target == VILLAGE:
            events.returns[0] += self.persons_along
        elif target == TOWN and self.place != self.origin:
            events.returns[1] += self.persons_along

    def _close_clocks(self) -> None:
        """Turn residence and insurance here into months elsewhere; places in queues and schools are lost."""
        if not self.outside and self.place != self.origin:
            self.resident_before = min(self.resident_before + 3 * self.quarters_here, 600)
        self.insured_before = min(self.insured_before + 3 * self.quarters_insured_here, 600)
        self.insured, self.insured_since, self.insured_here = False, None, 0
        self.cover &= code.COVER_BEFORE
        self.queue_since = self.homes_since = None
        for child in self.living_children:
            child.learns = code.PLACE_NOT_IN_SCHOOL

    def _live_outside(self) -> None:
        self.place, self.part = code.OUTSIDE, code.VILLAGE
        self.status, self.job = code.STATUS_ABSENT, code.JOB_NONE

    def _live_in_village(self) -> None:
        self.place, self.part = self.origin, self.register_in_town
        self.mover, self.status = code.MOVER_IN_PLACE, self._status_in_own_area
        self.job, self.tenure = code.JOB_NONE, code.TENURE_VILLAGE_HOME

    @property
    def _status_in_own_area(self) -> int:
        """Status in the village or town of origin: rural, unless the register has gone to another area."""
        return code.STATUS_RURAL if self.register == self.origin else code.STATUS_UNREGISTERED

    def _live_as_mover(self, target: Target, came_from: int | None, had_medical: bool) -> None:
        """Live in the own county town (across districts in a core: the census calls that another area) or in another area."""
        p, model = self.model.p, self.model
        u0, u1, u2, u3 = self.draws(Use.PLACE)
        if target == TOWN:
            self.place, self.part = self.origin, code.TOWN
            crosses = model.districts[self.origin] and u3 < p.cross_district
            self.mover = code.MOVER_OTHER_AREA if crosses else code.MOVER_SAME_AREA
            self.status = self._status_in_own_area
        else:
            assert isinstance(target, int)
            self.place = target
            self.mover = code.MOVER_OTHER_AREA if self.of_region else code.MOVER_OTHER_PROVINCE
            self.part = int(u0 < model.town_share[self.census_class][target])
            self.status = code.STATUS_UNREGISTERED
            if came_from is not None:
                model.books[target].moves += self.persons_along
        if (self.register, self.register_part) == (self.place, code.TOWN):
            self.status = code.STATUS_SETTLED
        if had_medical and self.draws(Use.PLACE, 1)[0] < model.lever("insurance.medical_transfer")[self.place]:
            self.cover |= code.COVER_MEDICAL
        model.books[self.place].arrivals[self.census_class] += self.persons_along
        self.job = self.job_found(u1) if self.head_age <= LAST_WORKING_AGE else code.JOB_NONE
        self.tenure = code.TENURE_EMPLOYER if u2 < p.dorm_share and target != TOWN else code.TENURE_MARKET_RENT

    # -- who lives along -------------------------------------------------------------------------------------

    def arrange(self) -> None:
        """Decide for the family where the head lives now."""
        model = self.model
        if self.outside:
            if self.of_region:
                self.arrange_family(AWAY, model.p.km_outside_family, model.p.seat_outside, 1.0, 0.0)
        elif self.in_village:
            self.arrange_family(AT_HOME, 0.0, 1.0, *self.aided(1.0, self.place))
        elif self.in_own_town:
            self.arrange_family(OWN_TOWN, model.p.km_own_town, 1.0, *self.aided(1.0, self.place))
        else:
            bills, aid = self.aided(self.settled_bills(model.bills), self.place)
            here = self.place
            self.arrange_family(AWAY, model.km[self.origin][here], model.seat[here], bills, aid, model.pull[here])

    def settled_bills(self, by_area: list[float]) -> float:
        """Share of hospital bills settled directly: all of them for people of the region."""
        return 1.0 if self.of_region else by_area[self.place]

    def aided(self, bills: float, place: int) -> tuple[float, float]:
        """Return the share of bills that need not be advanced and the share of schooling paid: registered poor have more of both."""
        if not self.poor:
            return bills, 0.0
        aid = self.model.lever("health.care_aid_poor")[place]
        return bills + (1.0 - bills) * aid, self.model.lever("school.aid_poor")[place]

    def arrange_family(self, where: int, km: float, seat: float, bills: float, aid: float, pull: Sequence[float] = NO_PULL) -> None:
        """Compare every member's frozen latent with the chance of living along."""
        p = self.model.p
        latent = self.model.luck.four(Use.FAMILY, self.identity, 0)
        years = self.years_here
        if self.spouse != code.SPOUSE_NONE:
            far = 0.0 if self.of_region and not self.outside else p.s_far
            stays = where == AWAY and latent[0] > logistic(p.s0 + far + p.c2 * min(years, 10) + p.c5_s * bills)
            self._journey(1, self.spouse == code.SPOUSE_AT_HOME, stays)
            self.spouse = code.SPOUSE_AT_HOME if stays else code.SPOUSE_ALONG
        for slot, child in enumerate(self.children):
            if child is not None:
                stays = where != AT_HOME and latent[1 + slot] > self.chance_child_along(child, km, seat, bills, aid, pull)
                if stays != child.at_home:
                    self._journey(1, child.at_home, stays)
                    child.at_home, child.learns = stays, code.PLACE_NOT_IN_SCHOOL
        if self.living_elders:
            nearer = p.e_town if where == OWN_TOWN else 0.0
            chance = 1.0 if where == AT_HOME else logistic(p.e0 + p.c5_p * bills + nearer)
            stays = latent[3] > chance
            self._journey(self.living_elders, self.elders_at_home, stays)
            self.elders_at_home = stays

    @property
    def years_here(self) -> int:
        return max(0, self.quarters_here // 4)

    def latent_of_child(self, slot: int) -> float:
        return self.model.luck.four(Use.FAMILY, self.identity, 0)[1 + slot]

    def chance_child_along(self, child: Child, km: float, seat: float, bills: float, aid: float, pull: Sequence[float]) -> float:
        """Return the chance that a child lives along: both parents, years, distance, seats; closed seats weigh on girls of 12 to 14.

        `pull` is what levers on other schools add for ages 0-2, 3-5, 12-14, 15-17.
        """
        p, age = self.model.p, self.age(child.birth)
        both = 0.0 if self.spouse == code.SPOUSE_AT_HOME else 1.0
        x = p.c0 + p.c1 * both + p.c2 * min(self.years_here, 10) - p.c3 * math.log(km + 1.0) + p.c5 * bills
        x += p.c4 * seat + p.aid_child * aid if age >= 6 else p.c4
        if child.girl and 12 <= age <= 14:
            x -= p.c6 * (1.0 - seat)
        for gain, ages in zip(pull, PULL_AGES, strict=True):
            if age in ages:
                x += gain
        return logistic(x)

    def _journey(self, persons: int, was_at_home: bool, stays: bool) -> None:
        """Enter members' way between home and where the household lives."""
        if stays and not was_at_home:
            self.movers_change(-persons)
            self.model.books.residence(persons, self.residence, self.home, self.registered_in_region)
        elif was_at_home and not stays:
            self.movers_change(persons)
            self.model.books.residence(persons, self.home, self.residence, self.registered_in_region)
