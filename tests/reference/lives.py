"""Stages 1 and 2 of a household: its village becomes town; its members die, are born, leave home; its head marries."""

from __future__ import annotations

from collections.abc import Iterator

from tests.reference.books import Part
from tests.reference.facts import Child, Elder, Facts
from tests.reference.luck import Use
from urbsim.population import registry as code


class Lives(Facts):
    """The family's course."""

    def reclassify(self) -> None:
        """Stage 1: the home village may become town, and so may the village where a migrant lodges. Nobody moves."""
        home_village = self.of_region and not self.register_in_town
        lodger = not self.outside and not self.in_village and self.part == code.VILLAGE
        books, share = self.model.books, self.model.reclassified
        taken_back = self.of_region and self.register_in_town and share[self.origin] < 0.0
        if not home_village and not lodger and not taken_back:
            return
        u, v, _, _ = self.draws(Use.RECLASSIFY)
        if home_village and u < share[self.origin]:
            self.register_in_town = 1
            persons = self.persons_left_behind
            if self.in_village:
                self.part = code.TOWN
            if self.residence == (self.origin, code.VILLAGE) and (self.in_village or self.place != self.origin):
                self.resident_part = code.TOWN  # lives in place, or is away and still counted at home
                persons += self.persons_along
            books.becomes_town(self.origin, persons)
        if lodger and v < share[self.place]:
            self.part = code.TOWN
            if self.residence == (self.place, code.VILLAGE):
                self.resident_part = code.TOWN
                books.becomes_town(self.place, self.persons_along)
        if taken_back and u < -share[self.origin]:
            self.register_in_town = 0
            persons = self.persons_left_behind
            if self.in_village:
                self.part = code.VILLAGE
                if self.residence == (self.origin, code.TOWN):
                    self.resident_part = code.VILLAGE
                    persons += self.persons_along
            books.becomes_town(self.origin, -persons)

    # -- deaths ----------------------------------------------------------------------------------------------

    def meet_death(self) -> None:
        """Every member may die; a head is succeeded, and a household without members is gone."""
        head_luck, spouse_luck, *child_luck = self.draws(Use.DEATH)
        for slot, child in enumerate(self.children):
            if child is not None and self._dies(child.at_home, child.girl, child.birth, child_luck[slot]):
                self.children[slot] = None
        if self.living_elders:
            elder_luck = self.draws(Use.DEATH, block=1)
            for slot, elder in enumerate(self.elders):
                if elder.birth is not None and self._dies(self.elders_at_home, elder.female, elder.birth, elder_luck[slot]):
                    self._forget(elder)
        if self.spouse_birth is not None:
            if self._dies(self.spouse == code.SPOUSE_AT_HOME, not self.head_sex, self.spouse_birth, spouse_luck):
                self.spouse, self.spouse_birth = code.SPOUSE_NONE, None
                self.family_event = True
        if self._dies(False, bool(self.head_sex), self.head_birth, head_luck):
            self.family_event = True
            self._find_successor()

    def _dies(self, at_home: bool, female: bool, birth: int, luck: float) -> bool:
        """Tell whether a member dies, and enter the death where the member lived."""
        where = self.home if at_home else self.residence
        age = min(max(self.age(birth), 0), 100)
        if luck >= self.model.dying[where[1]][female][age]:
            return False
        self.model.books.death(where)
        if not at_home:
            self.movers_change(-1)
        return True

    def _find_successor(self) -> None:
        """Head the household by the spouse, else an elder, else a child; whoever was at home joins where the household lives."""
        if self.kin_settled == code.KIN_FAMILY and self.spouse_birth is None and self.living_elders and not any(self.living_children):
            self.kin_settled = code.KIN_ALONE  # elders alone are left, and they had not followed
        self.keep_village_register()
        if self.spouse_birth is not None:
            self._head(self.spouse_birth, not self.head_sex, self.spouse == code.SPOUSE_AT_HOME)
            self.spouse, self.spouse_birth = code.SPOUSE_NONE, None
            return
        for elder in self.elders:
            if elder.birth is not None:
                self._head(elder.birth, elder.female, self.elders_at_home)
                self._forget(elder)
                return
        for slot, child in enumerate(self.children):
            if child is not None:
                self._head(child.birth, child.girl, child.at_home)
                self.children[slot] = None
                return
        self._end()

    def keep_village_register(self) -> None:
        """Be registered in the village again if the head who is no more settled alone."""
        if self.register_part == code.VILLAGE or self.kin_settled:
            return
        self.register, self.register_part, self.kin_settled, self.queue_since = self.origin, code.VILLAGE, code.KIN_ALONE, None
        if self.place == self.origin:
            self.status, self.permit_since = code.STATUS_RURAL, None
        elif self.status == code.STATUS_SETTLED:
            self.status = code.STATUS_UNREGISTERED

    def _head(self, birth: int, female: bool, was_at_home: bool) -> None:
        self.head_birth, self.head_sex = birth, int(female)
        if was_at_home:
            self.model.books.residence(1, self.home, self.residence, self.registered_in_region)
            self.movers_change(1)

    def _forget(self, elder: Elder) -> None:
        elder.birth, elder.female = None, False
        if not self.living_elders:
            self.elders_at_home = False

    def _end(self) -> None:
        """Nobody is left under this identity."""
        self.place = self.resident_area = code.GONE

    # -- births ----------------------------------------------------------------------------------------------

    @property
    def woman_age(self) -> int | None:
        """Age of the woman of the house if she may have a child, else None."""
        birth = self.head_birth if self.head_sex == code.FEMALE else self.spouse_birth
        age = None if birth is None else self.age(birth)
        return age if age is not None and 15 <= age <= 49 else None

    @property
    def women(self) -> Iterator[tuple[int, Part]]:
        """Age and residence of the female head or the wife, and of the daughters."""
        if self.head_sex == code.FEMALE:
            yield self.age(self.head_birth), self.residence
        elif self.spouse_birth is not None:
            yield self.age(self.spouse_birth), self.home if self.spouse == code.SPOUSE_AT_HOME else self.residence
        for child in self.living_children:
            if child.girl:
                yield self.age(child.birth), self.home if child.at_home else self.residence

    def bear_child(self) -> None:
        """A couple that lives together may have a child while one of two places is free."""
        age, number = self.woman_age, sum(1 for _ in self.living_children)
        if self.spouse != code.SPOUSE_ALONG or number == 2 or age is None:
            return
        chance = self.model.birth_hazard[self.resident_part][age - 15]
        if number == 1:
            chance *= self.model.p.birth_second
        u, v, _, _ = self.draws(Use.BIRTH)
        if u < chance:
            self.add_child(girl=v < 0.475)
            self.model.books.birth(self.residence)
            self.movers_change(1)
            self.family_event = True

    # -- children who leave ----------------------------------------------------------------------------------

    def let_children_go(self) -> list[int]:
        """Return the places of grown children who found a household of their own this quarter.

        One who stayed behind in another province was never a resident: of age, it leaves the model.
        """
        leaving: list[int] = []
        grown = [slot for slot, child in enumerate(self.children) if child is not None and self.age(child.birth) >= 18]
        if grown:
            luck = self.draws(Use.LEAVE)
            for slot in grown:
                child = self.children[slot]
                assert child is not None
                if child.at_home and not self.of_region:
                    self.children[slot] = None
                elif luck[slot] < self.model.p.leave_home / 4.0:
                    leaving.append(slot)
        return leaving

    # -- marriage --------------------------------------------------------------------------------------------

    def suit(self) -> tuple[float, int] | None:
        """Return the place in line of a head who looks for a partner: by area of residence, then age (hers plus two years); else None."""
        woman = self.head_sex == code.FEMALE
        if self.spouse != code.SPOUSE_NONE or self.outside or self.resident_area == code.OUTSIDE:
            return None
        if any(self.living_children) or (woman and self.living_elders):
            return None
        age = self.head_age + (2 if woman else 0)
        if not 20 <= age <= 44:
            return None
        p = self.model.p
        chance = (p.marry_20, p.marry_25, p.marry_30, p.marry_35)[min((age - 20) // 5, 3)]
        u, v, _, _ = self.draws(Use.MARRY)
        if u >= chance:
            return None
        quarters = self.now - self.head_birth + (8 if woman else 0)
        return self.resident_area * 4096.0 + quarters + 12.0 * v, self.identity

    def wed(self, bride: Lives) -> None:
        """Take a wife, whose own household ends: she lives and is registered with him."""
        self.model.books.residence(1, bride.residence, self.residence, bride.registered_in_region)
        bride.movers_change(-1)
        self.movers_change(1)
        self.spouse, self.spouse_birth = code.SPOUSE_ALONG, bride.head_birth
        self.family_event = True
        bride._end()

    # -- official residence ----------------------------------------------------------------------------------

    def update_residence(self) -> None:
        """Stage 4: be a resident of where one has lived for half a year, else of where one is registered."""
        new = self._official_residence()
        if new != self.residence:
            self.model.books.residence(self.persons_along, self.residence, new, self.registered_in_region)
            self.resident_area, self.resident_part = new

    def _official_residence(self) -> Part:
        here = (code.OUTSIDE, 0) if self.outside else (self.place, self.part)
        if self.quarters_here >= 2 or self.place == self.register:
            return here
        if not self.registered_in_region:
            return code.OUTSIDE, 0
        return self.register, 1 if self.register_part == code.TOWN else self.register_in_town

    # -- land ------------------------------------------------------------------------------------------------

    def keep_or_lose_land(self) -> None:
        """Stage 11: a settled household may lose contracted land that no rule protects; the programme certifies what is held."""
        losing = self.status == code.STATUS_SETTLED and self.land & code.LAND_CONTRACTED
        certifying = self.land and self.model.certificates and not self.land & code.LAND_CERTIFIED
        offered = self.land and self.of_region and not self.in_village and self._may_exit_for_pay
        if not losing and not certifying and not offered:
            return
        u, v, w, _ = self.draws(Use.LAND)
        p = self.model.p
        if losing:
            kept = self.model.lever("land.rights_kept")[self.origin] if self.of_region else 1.0
            if u < p.land_loss / 4.0 * (1.0 - kept):
                self.land &= ~code.LAND_CONTRACTED
        if certifying and v < p.certify / 4.0:
            self.land |= code.LAND_CERTIFIED
        if offered and self.land & (code.LAND_CONTRACTED | code.LAND_HOMESTEAD):
            years, take_up = (self.model.lever(f"land.exit_{name}")[self.origin] for name in ("compensation", "take_up"))
            if w < min(take_up * years / 20.0, 1.0) / 4.0:
                self.land = 0
                self.model.books[self.origin].land_exits += 1

    @property
    def _may_exit_for_pay(self) -> bool:
        """Settled households may give up their rural rights for pay, in the wide scope all who live in a town."""
        if self.model.lever("land.exit_compensation")[self.origin] <= 0.0:
            return False
        in_town = not self.outside and self.part == code.TOWN
        return self.status == code.STATUS_SETTLED or (self.model.lever("land.exit_scope")[self.origin] >= 2 and in_town)

    def add_child(self, girl: bool) -> None:
        """Put a newborn into the free place: the second if there is a first child."""
        slot = 0 if self.children[0] is None else 1
        self.children[slot] = Child(self.now, girl)
