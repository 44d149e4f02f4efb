"""How scarce things are shared out: the line at the counter, and the rounds of stages 8 to 10."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from tests.reference.competing import Ticket
from urbsim.clock import season
from urbsim.population import registry as code

if TYPE_CHECKING:
    from tests.reference.model import ReferenceModel

GUARANTEED, PUBLIC = 0, 1


def serve(tickets: Iterable[Ticket], capacity: list[int]) -> list[Ticket]:
    """Return who is served: in every area the first of the line, up to the first for whom too little is left."""
    served: list[Ticket] = []
    line = sorted(tickets, key=lambda t: (t.area, -t.score, t.since, t.lot))
    for area, queue in groupby(line, key=lambda t: t.area):
        left = capacity[area]
        for ticket in queue:
            left -= ticket.size
            if left < 0:
                break
            served.append(ticket)
    return served


def allot_homes(model: ReferenceModel) -> None:
    """Stage 8: shared homes by lot; public units to the entitled, the poor first; guaranteed ones to all others in turn."""
    model.occupied, model.sharers = [[0, 0, 0] for _ in range(model.areas)], []
    tickets = [t for h in model.living if (t := h.seek_home()) is not None]
    for ticket in serve(model.sharers, [max(model.shared_units[a] - model.occupied[a][2], 0) for a in range(model.areas)]):
        ticket.household.rent_or_own(code.TENURE_SHARED)
        model.books[ticket.area].homes_bought[1] += 1
    tickets = [t for t in tickets if t.household.tenure != code.TENURE_SHARED]
    units = model.government.units
    free = [
        [max(int(units[a][k] * model.p.units_rural) // model.weight - model.occupied[a][k], 0) for a in range(model.areas)]
        for k in (GUARANTEED, PUBLIC)
    ]
    housed = set()
    for ticket in serve((t for t in tickets if t.household.entitled_to_public_home), free[PUBLIC]):
        ticket.household.rent_or_own(code.TENURE_PUBLIC)
        housed.add(ticket.household)
    for ticket in serve((t._replace(score=0.0) for t in tickets if t.household not in housed), free[GUARANTEED]):
        ticket.household.rent_or_own(code.TENURE_GUARANTEED)


def school_round(model: ReferenceModel) -> None:
    """Stage 9: apply in spring, enter in autumn."""
    if season(model.quarter) == 2:
        model.applied_school = [[0, 0] for _ in range(model.areas)]
        for household in model.living:
            household.apply_for_school()
        for events, applied in zip(model.books.areas, model.applied_school, strict=True):
            events.applied_school = list(applied)
    elif season(model.quarter) == 3:
        enter_school(model)


def enter_school(model: ReferenceModel) -> None:
    """Give what is free after local children and those already placed to the first in line; guaranteed places; bought places."""
    areas, weight = range(model.areas), model.weight
    model.local_pupils, model.public_pupils = [[0, 0] for _ in areas], [[0, 0] for _ in areas]
    model.bought_pupils = [0 for _ in areas]
    tickets = [ticket for h in model.living for ticket in h.enter_school()]
    stage_of = {id(t): 0 if model.quarter - _birth(t) < 48 else 1 for t in tickets}
    places, town_born = model.government.school_places, model.government.town_born_pupils()
    public: set[int] = set()
    for stage in (0, 1):
        held = [(model.local_pupils[a][stage] + model.public_pupils[a][stage]) * weight + town_born[a][stage] for a in areas]
        free = [max(places[a][stage] - held[a], 0) // weight for a in areas]
        public.update(id(t) for t in serve((t for t in tickets if stage_of[id(t)] == stage), free))
    public.update(id(t) for t in tickets if t.household.has_guarantee(t.slot))
    purchased = model.lever("school.places_bought")
    for_sale = [max(int(max(purchased[a], 0.0)) // weight - model.bought_pupils[a], 0) for a in areas]
    bought = {id(t) for t in serve((t for t in tickets if id(t) not in public), for_sale)}
    for ticket in tickets:
        ticket.household.place_child(ticket.slot, id(ticket) in public, id(ticket) in bought)


def _birth(ticket: Ticket) -> int:
    child = ticket.household.children[ticket.slot]
    assert child is not None
    return child.birth


def settling_round(model: ReferenceModel) -> None:
    """Stage 10: where a quota is in force, admit the first in line up to the year's share so far."""
    areas, weight, government = range(model.areas), model.weight, model.government
    before = [sum(events.settled) for events in model.books.areas]
    tickets = [t for h in model.living if (t := h.seek_register()) is not None]
    quota, used = model.lever("settlement.quota"), government.quota_used
    allowed = [max(quota[a], 0.0) * season(model.quarter) / 4.0 - used[a] for a in areas]
    for ticket in serve(tickets, [int(max(allowed[a], 0.0)) // weight for a in areas]):
        ticket.household.settle()
    for a in areas:
        used[a] += (sum(model.books[a].settled) - before[a]) * weight
