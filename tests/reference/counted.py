"""Stage 13 of a household: it is counted, its persons where they officially reside, itself where it lives."""

from __future__ import annotations

from tests.reference.books import Census, Part
from tests.reference.competing import Competing, school_stage
from tests.reference.facts import Child
from tests.reference.working import LAST_WORKING_AGE
from urbsim.population import registry as code

BANDS = (3, 6, 12, 15, 18, 45, 60, 65, 80)  # ages at which a band begins, after 0


class Counted(Competing):
    """Answers the enumerator."""

    def count(self, census: list[Census], stock: list[list[int]]) -> None:
        """Add to the counts of areas, and to the stock of an origin's people by place (last: outside)."""
        self._count_persons(census)
        self._count_register(census)
        stock[self.origin][-1 if self.outside else self.place] += self.persons_along
        if self.outside:
            if self.resident_area == code.OUTSIDE and self.registered_in_region:
                census[self.register].migrants[code.STATUS_ABSENT][1 if self.of_region else 2] += self.persons_along
        elif not self.in_village:
            self._count_household(census[self.place])

    @property
    def _is_migrant(self) -> bool:
        """Resides officially where it lives, and not in its village."""
        return self.in_region and self.resident_area == self.place and not self.in_village

    def _count_persons(self, census: list[Census]) -> None:
        self._person(census, False, bool(self.head_sex), self.head_birth)
        if self.spouse_birth is not None:
            self._person(census, self.spouse == code.SPOUSE_AT_HOME, not self.head_sex, self.spouse_birth)
        for child in self.living_children:
            self._person(census, child.at_home, child.girl, child.birth)
            self._pupil(census, child)
        for elder in self.elders:
            if elder.birth is not None:
                self._person(census, self.elders_at_home, elder.female, elder.birth)
        if self.home[0] != code.OUTSIDE:
            left = census[self.home[0]].left_behind
            left[0] += sum(child.at_home for child in self.living_children)
            left[1] += self.spouse_birth is not None and self.spouse == code.SPOUSE_AT_HOME
            left[2] += sum(elder.birth is not None for elder in self.elders) if self.elders_at_home else 0

    def _person(self, census: list[Census], at_home: bool, female: bool, birth: int) -> None:
        area, part = self.home if at_home else self.residence
        if area == code.OUTSIDE:
            return
        page, age = census[area], min(max(self.age(birth), 0), 100)
        band = sum(age >= edge for edge in BANDS)
        page.residents[part] += 1
        page.persons_band[0][band] += 1
        if self._is_migrant and not at_home:
            page.persons_band[1][band] += 1
        else:
            page.agents_in_place[part] += 1
        if self.model.counts_ages:
            page.persons_age5[female][min(age // 5, 17)] += 1

    def _pupil(self, census: list[Census], child: Child) -> None:
        area, stage = (self.home if child.at_home else self.residence)[0], school_stage(self.age(child.birth))
        if stage is None or area == code.OUTSIDE:
            return
        learns = child.learns
        if child.at_home:
            learns = code.PLACE_AT_HOME
        elif not self.rationed:
            learns = code.PLACE_PUBLIC
        elif learns in (code.PLACE_APPLIED, code.PLACE_NOT_IN_SCHOOL):
            learns = code.PLACE_FEE_PAYING
        census[area].pupils[stage][int(self.rationed)][learns] += 1

    def _count_register(self, census: list[Census]) -> None:
        """Count where the members are registered: with the head, or still at home if kin could not follow into the town register."""
        if not self.registered_in_region:
            return
        everyone, at_home = self.persons_along + self.persons_left_behind, 0
        if self.register_part == code.TOWN and self.kin_settled == code.KIN_ALONE:
            at_home = everyone - 1
        elif self.register_part == code.TOWN and self.kin_settled == code.KIN_FAMILY:
            at_home = self.living_elders
        self._registered(census, (self.register, self.register_part), everyone - at_home)
        if at_home and self.of_region:
            self._registered(census, (self.origin, code.VILLAGE), at_home)

    def _registered(self, census: list[Census], where: Part, persons: int) -> None:
        area, part = where
        census[area].hukou += persons
        village_in_town = self.model.villages_counted_as_town and area == self.origin and self.register_in_town
        if part == code.TOWN or village_in_town:
            census[area].hukou_urban += persons

    def _count_household(self, page: Census) -> None:
        """Count a mover household in the area where it lives."""
        page.movers[self.census_class] += self.persons_along
        if self._is_migrant:
            page.migrants[self.status][self.census_class] += self.persons_along
        page.households_tenure[self.tenure] += 1
        if self.tenure in (code.TENURE_GUARANTEED, code.TENURE_PUBLIC):
            page.homes_occupied[self.tenure - code.TENURE_GUARANTEED] += 1
        page.queue[0] += self.queue_since is not None
        if self.homes_since is not None:
            page.queue[2 if self.status in (code.STATUS_PERMIT, code.STATUS_SETTLED) else 1] += 1
        if self.status == code.STATUS_PERMIT:
            page.registered_permit_holders += self.persons_along
        if self.poor:
            page.poor += self.persons_along
        page.tenants_helped += self.tenure == code.TENURE_MARKET_RENT and self.rent_subsidised
        if not 16 <= self.head_age <= LAST_WORKING_AGE:
            return
        page.assistance += int(self.assistance + 0.5)
        if self.job == code.JOB_NONE:
            page.jobless += 1
        else:
            page.formal += self.job == code.JOB_FORMAL
            self.model.books[self.place].formal_arrived += self.job == code.JOB_FORMAL and self.arrived == self.now
            page.informal += self.job == code.JOB_INFORMAL
            page.medical += bool(self.cover & code.COVER_MEDICAL)
            page.injury += bool(self.cover & code.COVER_INJURY)
            page.workers += 1
            page.insured += self.insured
            page.untrained += not self.trained
            self.model.pay[self.place][self.job == code.JOB_SELF_EMPLOYED, self.in_own_town, self.years_worked] += self.pay_index
            page.flexible += self.flexible_worker
