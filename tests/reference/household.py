"""The household agent: how one comes to be, how it founds others, and its state in the words of the registry."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.reference.counted import Counted
from tests.reference.facts import Child, Elder
from tests.reference.lives import Lives
from tests.reference.luck import Use
from tests.reference.moving import AWAY
from urbsim.clock import NO_DATE
from urbsim.population import registry as code

if TYPE_CHECKING:
    from tests.reference.model import ReferenceModel

Row = Mapping[str, int | float]
"""Values by column name (`urbsim.population.registry.COLUMNS`)."""

PLAIN = (
    "origin", "place", "part", "register", "register_part", "register_in_town", "status", "mover", "settle_type", "resident_area",
    "resident_part", "head_birth", "head_sex", "schooling", "wage_residual", "job", "cover", "arrived", "insured_here", "insured_before",
    "resident_before", "spouse", "tenure", "land", "kin_settled",
)  # fmt: skip
FLAGS = ("trained", "insured", "poor")
DATES = ("permit_since", "insured_since", "spouse_birth", "queue_since", "homes_since")
RESIDUAL_SPREAD = 0.5


def single(x: float) -> float:
    """Round to single precision, in which the registry keeps the wage residual."""
    return float(struct.unpack("<f", struct.pack("<f", x))[0])


class Household(Lives, Counted):
    """A household of rural origin, standing for `weight` such households."""

    @classmethod
    def from_row(cls, model: ReferenceModel, row: Row) -> Household:
        """Return the household of a registry row."""
        self = cls(model)
        self.identity = int(row["id"])
        for name in PLAIN:
            setattr(self, name, row[name])
        for name in FLAGS:
            setattr(self, name, bool(row[name]))
        for name in DATES:
            setattr(self, name, None if row[name] == NO_DATE else row[name])
        self.children = [_child(row, "child1"), _child(row, "child2")]
        self.elders = [_elder(row, "elder1", code.ELDER1_FEMALE), _elder(row, "elder2", code.ELDER2_FEMALE)]
        self.elders_at_home = bool(int(row["elders"]) & code.ELDERS_AT_HOME)
        return self

    def columns(self) -> dict[str, int | float]:
        """Return the household as a registry row."""
        row: dict[str, int | float] = {"id": self.identity}
        row.update({name: getattr(self, name) for name in PLAIN})
        row.update({name: int(getattr(self, name)) for name in FLAGS})
        dates = {name: getattr(self, name) for name in DATES}
        for number, child in enumerate(self.children, start=1):
            dates[f"child{number}_birth"] = child.birth if child else None
            row[f"child{number}"] = child.girl | child.at_home << 1 | child.learns << code.CHILD_PLACE_SHIFT if child else 0
        for number, elder in enumerate(self.elders, start=1):
            dates[f"elder{number}_birth"] = elder.birth
        row.update({name: NO_DATE if date is None else date for name, date in dates.items()})
        row["elders"] = self.elders[0].female | self.elders[1].female << 1 | self.elders_at_home << 2
        return row

    def forget(self) -> None:
        """Begin a quarter: what happened in the last one is over."""
        self.lost_job = self.family_event = self.attends = False

    # -- founding --------------------------------------------------------------------------------------------

    def let_child_found(self, slot: int) -> Household:
        """Let the child in `slot` found a household where it lived, with the parents' register and their time in the place."""
        child = self.children[slot]
        assert child is not None
        self.children[slot] = None
        new = Household.from_row(self.model, self.columns())
        new.identity = self.model.luck.identity(self.identity, child.birth + 1024 + 65536 * (slot + 1))
        new._be_alone(child)
        if child.at_home:
            new.place, new.part = self.origin, self.register_in_town
            new.mover, new.status = code.MOVER_IN_PLACE, new._status_in_own_area
            new.resident_area, new.resident_part = new.place, new.part
            new.arrived, new.permit_since = child.birth, None
            new.resident_before = 0
        new.keep_village_register()
        new.tenure = code.TENURE_VILLAGE_HOME if new.in_village else code.TENURE_MARKET_RENT
        return new

    def _be_alone(self, head: Child) -> None:
        """Be a household of one young head without a job, with an own schooling, wage and temper."""
        u, v, w, x = self.model.luck.four(Use.NEWCOMER, self.identity, 0)
        self.schooling = self._schooling(u)
        self.head_birth, self.head_sex = head.birth, int(head.girl)
        normal = math.sqrt(-2.0 * math.log(v)) * math.cos(2.0 * math.pi * w)
        self.wage_residual = single(normal * RESIDUAL_SPREAD)
        self.settle_type = int(x < 0.5)
        self.job, self.trained, self.insured, self.cover = code.JOB_NONE, False, False, 0
        self.insured_since, self.insured_here, self.insured_before = None, 0, 0
        self.spouse, self.spouse_birth = code.SPOUSE_NONE, None
        self.children = [None, None]
        self.elders, self.elders_at_home = [Elder(None, False), Elder(None, False)], False
        self.queue_since = self.homes_since = None

    def _schooling(self, luck: float) -> int:
        """Return a level by the shares of those who come of age now."""
        for level, share in enumerate(self.model.schooling_share):
            luck -= share
            if luck < 0.0:
                return level
        return code.SCHOOLING_BACHELOR

    # -- arriving --------------------------------------------------------------------------------------------

    @classmethod
    def arrive(
        cls, model: ReferenceModel, templates: list[Row], block: int, area: int, number: int, quarter: int, luck_quarter: int
    ) -> Household:
        """Return the `number`-th household that enters `area` from block `block`, made after one of the block's templates."""
        identity = model.luck.identity(luck_quarter << 20 | block << 12 | area << 4, number)
        u0, u1, u2, u3 = model.luck.four(Use.NEWCOMER, identity, 0)
        self = cls.from_row(model, templates[min(int(u0 * len(templates)), len(templates) - 1)])
        self.identity = identity
        self._shift_births(quarter)
        self.origin = self.register = model.areas + block
        self.register_part = self.register_in_town = code.VILLAGE
        self.trained = self.insured = False
        self.cover = 0
        self.kin_settled = code.KIN_ALONE
        self.insured_since, self.insured_here, self.insured_before, self.resident_before = None, 0, 0, 0
        self.permit_since = None
        self.queue_since = self.homes_since = None
        self.place, self.mover, self.status = code.OUTSIDE, code.MOVER_OTHER_PROVINCE, code.STATUS_UNREGISTERED
        self.part = int(u1 < model.town_share[2][area])
        self.arrived = quarter
        self.resident_area, self.resident_part = code.OUTSIDE, code.VILLAGE
        self.job = self.job_found(u2)
        self.tenure = code.TENURE_EMPLOYER if u3 < model.p.dorm_share else code.TENURE_MARKET_RENT
        bills, aid = self.aided(model.bills[area], area)
        self.arrange_family(AWAY, model.km[self.origin][area], model.seat[area], bills, aid, model.pull[area])
        self.place = area
        model.books[area].arrivals[2] += self.persons_along
        return self

    @classmethod
    def persons_if_arrived(cls, model: ReferenceModel, row: Row, number: int, block: int, km: float, seat: float) -> int:
        """Return how many would live along if the `number`-th of all templates arrived now, `km` from home; bills are not settled."""
        self = cls.from_row(model, row)
        self.identity = model.luck.identity(number, 7)
        self.origin = self.register = model.areas + block
        self.register_part = code.VILLAGE
        self.place = self.resident_area = code.OUTSIDE
        self.arrived = 0
        self.arrange_family(AWAY, km, seat, 0.0, 0.0)
        self.remove()
        return self.persons_along

    def _shift_births(self, quarter: int) -> None:
        """Turn a template's dates, relative to the quarter of arrival, into dates."""
        self.head_birth += quarter
        if self.spouse_birth is not None:
            self.spouse_birth += quarter
        for child in self.living_children:
            child.birth += quarter
            child.learns = code.PLACE_NOT_IN_SCHOOL
        for elder in self.elders:
            if elder.birth is not None:
                elder.birth += quarter


def _child(row: Row, name: str) -> Child | None:
    birth, bits = int(row[f"{name}_birth"]), int(row[name])
    if birth == NO_DATE:
        return None
    return Child(birth, bool(bits & code.CHILD_GIRL), bool(bits & code.CHILD_AT_HOME), bits >> code.CHILD_PLACE_SHIFT)


def _elder(row: Row, name: str, female: int) -> Elder:
    birth = int(row[f"{name}_birth"])
    return Elder(None if birth == NO_DATE else birth, bool(int(row["elders"]) & female))
