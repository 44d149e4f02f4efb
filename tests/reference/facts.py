"""What a household is: its members, where it lives and is registered, and the small facts that several stages ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesa import Agent

from tests.reference.books import Part
from urbsim.policy import settlement as settlement_rule
from urbsim.population import registry as code

if TYPE_CHECKING:
    from tests.reference.model import ReferenceModel


@dataclass(slots=True)
class Child:
    """A child; `learns` is one of the PLACE_ codes."""

    birth: int
    girl: bool
    at_home: bool = False
    learns: int = code.PLACE_NOT_IN_SCHOOL


@dataclass(slots=True)
class Elder:
    """A place for an elder of the family; nobody is there if `birth` is None."""

    birth: int | None
    female: bool


class Facts(Agent):  # type: ignore[misc]
    """A household of rural origin, standing for `weight` such households."""

    model: ReferenceModel

    identity: int
    origin: int
    place: int
    part: int
    register: int
    register_part: int
    register_in_town: int
    status: int
    mover: int
    kin_settled: int
    settle_type: int
    resident_area: int
    resident_part: int
    head_birth: int
    head_sex: int
    schooling: int
    wage_residual: float
    job: int
    trained: bool
    insured: bool
    cover: int  # bits of the registry: medical, work injury, and which schemes it was ever in
    arrived: int
    permit_since: int | None  # of the permit held here, or brought along from elsewhere in the region
    insured_since: int | None
    insured_here: int  # quarters of earlier spells in this area
    insured_before: int
    resident_before: int
    spouse: int
    spouse_birth: int | None
    children: list[Child | None]  # two places
    elders: list[Elder]  # two places
    elders_at_home: bool
    tenure: int
    land: int
    poor: bool
    queue_since: int | None
    homes_since: int | None

    # What happened this quarter, and whether the household reconsiders where to live.
    lost_job: bool = False
    family_event: bool = False
    attends: bool = False

    # -- the clock -------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        return self.model.quarter

    def age(self, birth: int) -> int:
        """Return completed years."""
        return (self.now - birth) // 4

    @property
    def head_age(self) -> int:
        return self.age(self.head_birth)

    def draws(self, use: int, block: int = 0) -> tuple[float, float, float, float]:
        """Return this quarter's luck of the household for one use."""
        return self.model.luck.four(use, self.identity, self.now, block)

    # -- where -----------------------------------------------------------------------------------------------

    @property
    def gone(self) -> bool:
        return self.place == code.GONE

    @property
    def outside(self) -> bool:
        return self.place == code.OUTSIDE

    @property
    def in_region(self) -> bool:
        return not self.gone and not self.outside

    @property
    def in_village(self) -> bool:
        """Lives in its own village, whatever that is classed as today."""
        return self.mover == code.MOVER_IN_PLACE and not self.outside

    @property
    def in_own_town(self) -> bool:
        """Has moved inside its own area, between districts of a core too."""
        return self.place == self.origin and self.mover != code.MOVER_IN_PLACE

    @property
    def of_region(self) -> bool:
        """Comes from an area of the region, not from a block."""
        return self.origin < self.model.areas

    @property
    def registered_in_region(self) -> bool:
        return self.register < self.model.areas

    @property
    def home(self) -> Part:
        """Residence of members who stayed at home."""
        return (self.origin if self.of_region else code.OUTSIDE), self.register_in_town

    @property
    def residence(self) -> Part:
        """Official residence of those who live with the head."""
        return self.resident_area, self.resident_part

    @property
    def census_class(self) -> int:
        """0 same area (in place too), 1 other area, 2 other province."""
        return max(self.mover - 1, 0)

    # -- members ---------------------------------------------------------------------------------------------

    @property
    def living_children(self) -> Iterator[Child]:
        return (child for child in self.children if child is not None)

    @property
    def living_elders(self) -> int:
        return sum(elder.birth is not None for elder in self.elders)

    @property
    def persons_along(self) -> int:
        """Count those who live with the head, the head included."""
        children = sum(not child.at_home for child in self.living_children)
        return 1 + (self.spouse == code.SPOUSE_ALONG) + children + (0 if self.elders_at_home else self.living_elders)

    @property
    def persons_left_behind(self) -> int:
        children = sum(child.at_home for child in self.living_children)
        return (self.spouse == code.SPOUSE_AT_HOME) + children + (self.living_elders if self.elders_at_home else 0)

    def children_aged(self, first: int, last: int) -> int:
        """Count children of completed age `first`..`last`, wherever they live."""
        return sum(first <= self.age(child.birth) <= last for child in self.living_children)

    def movers_change(self, persons: int) -> None:
        """Enter that so many more (or less) live with the head away from its village, without a move of the household."""
        if self.in_region and not self.in_village:
            self.model.books[self.place].movers_family[self.census_class] += persons

    # -- standing --------------------------------------------------------------------------------------------

    @property
    def owns(self) -> bool:
        """Own the home in town, wholly or in shares."""
        return self.tenure in (code.TENURE_OWN, code.TENURE_SHARED)

    @property
    def flexible_worker(self) -> bool:
        return self.job in (code.JOB_INFORMAL, code.JOB_SELF_EMPLOYED)

    @property
    def rent_subsidised(self) -> bool:
        """A rent subsidy reaches permit holders, the settled and the registered poor."""
        return bool(self.poor) or self.status in (code.STATUS_PERMIT, code.STATUS_SETTLED)

    @property
    def rents(self) -> bool:
        """Has a registered tenancy: market, guaranteed or public rental."""
        return self.tenure in (code.TENURE_MARKET_RENT, code.TENURE_GUARANTEED, code.TENURE_PUBLIC)

    @property
    def has_lawful_home(self) -> bool:
        """Has a home other than the employer's."""
        return self.tenure != code.TENURE_EMPLOYER

    @property
    def school_years(self) -> int:
        return (6, 9, 12, 15, 16)[self.schooling]

    @property
    def quarters_here(self) -> int:
        return self.now - self.arrived

    @property
    def quarters_insured_here(self) -> int:
        return self.insured_here + (0 if self.insured_since is None else self.now - self.insured_since)

    def months_resident(self, recognition: float) -> float:
        """Return months of residence that count; half of those elsewhere are taken to be in the prefecture."""
        return settlement_rule.counted_months(3 * self.quarters_here, self.resident_before // 2, self.resident_before, recognition)

    def months_insured(self, recognition: float) -> float:
        return settlement_rule.counted_months(3 * self.quarters_insured_here, self.insured_before // 2, self.insured_before, recognition)
