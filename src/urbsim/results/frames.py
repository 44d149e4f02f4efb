"""What results expect from the engine: the frame arrays of one run, stacked over quarters.

The table follows docs/architecture.md, "What one quarter reports" (`engine.frame`). A run is a mapping from name to array with a
leading time axis; `area` stands for the A areas of the region. Stocks hold at the quarter's end, flows during it; flows of the first
entry (the initial state) are 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from urbsim.results.labels import AXES

Array = NDArray[Any]
Frames = Mapping[str, Array]

#: Axes after time and area, by frame name; the dtype is int64 unless in `FLOATS`.
FRAME_AXES: dict[str, tuple[str, ...]] = {
    "residents": ("part",),
    "hukou": (),
    "hukou_urban": (),
    "migrants": ("status", "origin"),
    "agents_in_place": ("part",),
    "town_born": ("part",),
    "town_born_movers": ("origin",),
    "births": ("part",),
    "deaths": ("part",),
    "arrivals": ("origin",),
    "departures": ("origin",),
    "left_village": (),
    "movers_family": ("origin",),
    "movers": ("origin",),
    "settled": ("origin",),
    "permits_issued": ("origin",),
    "returns": ("return_to",),
    "returns_outside": ("return_to",),
    "left_behind": ("member",),
    "moves": (),
    "change_residents": ("component",),
    "change_town": ("component",),
    "persons_band": ("group", "band"),
    "persons_age5": ("sex", "age5"),
    "pupils": ("stage", "pupil_group", "school_place"),
    "places": ("stage",),
    "applied_school": ("stage",),
    "admitted_school": ("stage",),
    "households_tenure": ("tenure",),
    "queue": ("queue_for",),
    "homes_units": ("homes",),
    "homes_occupied": ("homes",),
    "settling_applied": (),
    "settling_eligible": (),
    "settling_admitted": (),
    "workers": (),
    "insured": (),
    "insured_new": (),
    "medical": (),
    "medical_new": (),
    "injury": (),
    "injury_new": (),
    "formal": (),
    "informal": (),
    "placed": (),
    "land_exits": (),
    "exit_paid": (),
    "assistance": (),
    "bills": (),
    "hospitals_opened": (),
    "union": (),
    "legal": (),
    "legal_asked": (),
    "trained": (),
    "wage": (),
    "rent": (),
    "wage_sum": (),
    "grant": (),
    "grant_places": (),
    "grant_homes": (),
    "registered_permit_holders": (),
    "own_money": (),
    "borrowed": (),
    "repaid": (),
    "debt": (),
    "land": (),
    "land_homes": (),
    "price": (),
    "homes_bought": ("purchase",),
    "shared_units": (),
    "later_places": ("later_stage",),
    "poor": (),
    "flexible": (),
    "tenants_helped": (),
}
FLOATS = frozenset(
    {
        "wage", "rent", "wage_sum", "grant", "own_money", "borrowed", "repaid", "debt", "land", "land_homes", "price", "exit_paid",
        "assistance", "bills", "hospitals_opened", "union",
    }
)  # fmt: skip
STOCKS = frozenset(
    {
        "residents", "hukou", "hukou_urban", "migrants",
        "movers", "left_behind", "agents_in_place", "town_born", "town_born_movers", "persons_band",
        "persons_age5",
        "pupils", "places",
        "households_tenure", "queue", "homes_units", "homes_occupied", "workers", "insured", "medical", "injury", "formal", "informal",
        "assistance", "bills", "hospitals_opened", "union", "wage", "rent", "wage_sum",
        "registered_permit_holders", "debt", "land_homes", "price", "shared_units", "later_places", "poor", "flexible", "tenants_helped",
    }
)  # fmt: skip


def frame_shape(name: str, quarters: int, areas: int) -> tuple[int, ...]:
    """Return the shape of frame `name` of a run: time × area × its axes.

    >>> frame_shape("migrants", 69, 64)
    (69, 64, 5, 3)
    """
    return (quarters, areas, *(len(AXES[axis]) for axis in FRAME_AXES[name]))


def check_frames(frames: Frames, quarters: int, areas: int) -> None:
    """Raise ValueError naming every frame that is missing or has another shape than agreed (an internal fault, not the user's)."""
    wrong = [f"{name}: missing" for name in FRAME_AXES if name not in frames]
    for name in FRAME_AXES:
        if name in frames and frames[name].shape != frame_shape(name, quarters, areas):
            wrong.append(f"{name}: shape {frames[name].shape}, agreed {frame_shape(name, quarters, areas)}")
    if wrong:
        raise ValueError("frames of a run do not follow docs/architecture.md: " + "; ".join(wrong))
