"""Switching any one lever to an extreme changes what it should, and nothing that it has no path to; and the directions that evidence gives.

All runs branch from one state at the end of 2022, under the rules of 2022, with households that settle, buy and change jobs more often
than real ones, so that a coarse run shows every lever.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.engine.conftest import REGION, inputs_of
from tests.engine.levers_table import ANYTHING, ELSEWHERE_TOO, RESULTS_ALONE, WALKS, Walk
from urbsim.clock import NO_DATE
from urbsim.engine import Engine, Inputs, people_of
from urbsim.policy import LEVERS
from urbsim.regions import load_region
from urbsim.scenario import Scenario, load

WEIGHT, FINE, START = 4000, 1000, 48  # households a row; 2022 Q4
BUSY = {
    "k_q_in": 0.1, "k_q_out": 0.05, "k_q_same": 0.1, "theta_0": 1.0, "h_own": 0.1, "h_home_apply": 0.8, "h_P": 0.15, "OR_P": 3.0,
    "job_loss_formal": 0.1, "job_loss_informal": 0.15, "job_find": 0.4,
}  # fmt: skip
HERE = "hangzhou_core"
LOCAL = (
    "settled", "settling_applied", "settling_eligible", "settling_admitted", "permits_issued", "households_tenure", "homes_units",
    "homes_occupied", "homes_bought", "queue", "places", "later_places", "price", "rent", "debt", "own_money", "trained",
)  # fmt: skip
"""What belongs to the area alone in the first quarter; people registered or left at home elsewhere are counted there at once."""

Branch = Callable[..., list[dict[str, Any]]]


@cache
def rules_of_2022() -> Scenario:
    return load("zhejiang_frozen_2022")


def inputs_under(sets: tuple[str, ...]) -> Inputs:
    return inputs_of(rules_of_2022().with_set(list(sets)) if sets else rules_of_2022(), **BUSY)


@cache
def state_at(weight: int) -> bytes:
    """Return an engine at the end of 2022, as bytes; one household in twenty is registered poor, though Zhejiang has none."""
    people, templates = people_of(REGION, weight, 0)
    engine = Engine(inputs_under(()), people, templates, weight=weight, seed=0)
    engine.run(START)
    engine.households["poor"][::20] = 1
    engine.inputs = None  # type: ignore[assignment] # every branch has its own
    return pickle.dumps(engine)


@pytest.fixture(scope="module")
def state() -> bytes:
    return state_at(WEIGHT)


@pytest.fixture(scope="module")
def engine_after(state: bytes) -> Callable[..., Engine]:
    """Return what runs some quarters from the state under other values of levers."""

    def run(*sets: str, quarters: int = 1, fine: bool = False) -> Engine:
        engine: Engine = pickle.loads(state_at(FINE) if fine else state)
        engine.inputs = inputs_under(sets)
        engine.run(START + quarters)
        return engine

    return run


@pytest.fixture(scope="module")
def branch() -> Branch:
    """Return what gives the frames of some quarters under other values of levers."""
    kept: dict[tuple[Any, ...], list[dict[str, Any]]] = {}

    def run(*sets: str, quarters: int = 4, fine: bool = False) -> list[dict[str, Any]]:
        if (sets, quarters, fine) not in kept:
            engine: Engine = pickle.loads(state_at(FINE if fine else WEIGHT))
            engine.inputs = inputs_under(sets)
            frames: list[dict[str, Any]] = []
            engine.run(START + quarters, lambda e: frames.append(e.frame))
            kept[sets, quarters, fine] = frames
        return kept[sets, quarters, fine]

    return run


def differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {name for name in one if not np.array_equal(one[name], other[name])}


def test_every_lever_is_in_the_table() -> None:
    assert set(WALKS) | RESULTS_ALONE == set(LEVERS), "add a row to tests/engine/levers_table.py"
    assert not set(WALKS) & RESULTS_ALONE
    assert [name for name, walk in WALKS.items() if not walk.moves] == ["health.care_aid_poor"]  # in `test_lever_effects`


@pytest.mark.parametrize("name", WALKS)
def test_an_extreme_moves_what_it_should_and_reaches_no_further(name: str, branch: Branch) -> None:
    walk: Walk = WALKS[name]
    before = branch(*walk.base, quarters=walk.quarters, fine=walk.fine)
    after = branch(*walk.base, f"{name}@2023-01={walk.extreme}", quarters=walk.quarters, fine=walk.fine)
    moved = set().union(*(differing(one, other) for one, other in zip(before, after, strict=True)))
    assert set(walk.moves) <= moved
    if walk.reach != ANYTHING:
        assert differing(before[0], after[0]) <= walk.reach


@pytest.mark.parametrize("name", [name for name in WALKS if LEVERS[name].scope == "area" and name not in ELSEWHERE_TOO])
def test_a_lever_of_one_area_touches_no_other_at_once(name: str, branch: Branch) -> None:
    walk = WALKS[name]
    before, after = branch(*walk.base, quarters=1)[0], branch(*walk.base, f"{name}[{HERE}]@2023-01={walk.extreme}", quarters=1)[0]
    others = np.array([code != HERE for code in load_region(REGION).area_codes])
    shared = LOCAL if walk.reach != ANYTHING else ("places", "later_places", "price", "rent", "debt", "own_money", "homes_units")
    assert [figure for figure in shared if not np.array_equal(before[figure][others], after[figure][others])] == []


def test_levers_on_results_alone_move_nothing_in_the_run(branch: Branch) -> None:
    sets = [f"{name}@2023-01={LEVERS[name].show(LEVERS[name].maximum)}" for name in sorted(RESULTS_ALONE)]
    for one, other in zip(branch(quarters=2), branch(*sets, quarters=2), strict=True):
        assert differing(one, other) == set()


# -- directions that the evidence gives, by twin runs ------------------------------------------------------------------------------------


def movers(engine: Engine) -> Any:
    """Return the households that live in another area of the region than their own."""
    rows = engine.households[: engine.n]
    return rows[(rows["mover"] >= 2) & (rows["place"] < engine.areas)]


def children_along(engine: Engine, first: int, last: int, girl: bool | None = None) -> int:
    """Count movers' children of completed age `first`..`last` who live with them."""
    rows, found = movers(engine), 0
    for slot in ("child1", "child2"):
        age = (engine.q - rows[f"{slot}_birth"].astype(np.int64)) // 4
        here = (rows[f"{slot}_birth"] != NO_DATE) & (age >= first) & (age <= last) & (rows[slot] & 2 == 0)
        if girl is not None:
            here &= (rows[slot] & 1 == 1) == girl
        found += int(here.sum())
    return found


def places_of_heads(engine: Engine) -> dict[int, int]:
    rows = engine.households[: engine.n]
    return dict(zip(rows["id"].tolist(), rows["place"].tolist(), strict=True))


def test_exams_bring_children_of_the_age_along_and_move_no_parent(engine_after: Callable[..., Engine]) -> None:
    """72 cities 2013-2018: barriers leave children behind near the exam, parents' moves unchanged."""
    shut, opened = (engine_after(f"school.exam_where_studied@2023-01={share}") for share in (0, 1))
    assert children_along(opened, 12, 17) > children_along(shut, 12, 17)
    assert children_along(opened, 3, 11) == children_along(shut, 3, 11)
    assert places_of_heads(opened) == places_of_heads(shut)


def test_kindergartens_bring_children_of_three_to_five_along(engine_after: Callable[..., Engine]) -> None:
    shut, opened = (engine_after(f"school.kindergarten_open@2023-01={share}", quarters=12, fine=True) for share in (0, 1))
    assert children_along(opened, 3, 5) > children_along(shut, 3, 5)


def test_medical_settlement_moves_dependants_and_no_worker(engine_after: Callable[..., Engine]) -> None:
    """Qian and Jiang 2018: children, spouses and parents follow; no effect on the number of main migrants."""
    none, full = (engine_after(f"health.direct_settlement@2023-01={share}") for share in (0, 1))
    along = [
        children_along(engine, 0, 17) + int((movers(engine)["spouse"] == 1).sum()) + int((movers(engine)["elders"] & 4 == 0).sum())
        for engine in (none, full)
    ]
    assert along[1] > along[0]
    assert places_of_heads(none) == places_of_heads(full)


def test_closed_seats_leave_daughters_of_lower_secondary_age_behind() -> None:
    """Gao et al. 2023: daughters of grades 7 to 9 rather than sons; so the fall among girls is the larger."""
    left: list[dict[bool, float]] = []
    for seat in (0.9, 0.1):
        engine: Engine = pickle.loads(state_at(FINE))
        engine.inputs, engine.seat = inputs_under(()), np.full(engine.areas, seat)
        engine.run(START + 2)
        left.append({girl: children_along(engine, 12, 14, girl) for girl in (True, False)})
    fall = {girl: left[0][girl] - left[1][girl] for girl in (True, False)}
    assert fall[True] > 0
    assert fall[True] / left[0][True] > fall[False] / left[0][False]


def test_the_reform_turns_rural_registers_into_urban_ones(branch: Branch) -> None:
    """An and Yan 2024: the 2014 reform lowers rural registers and raises urban ones; here the rules of 2022 against closed routes."""
    routes = [name for name in WALKS if name.startswith("settlement.") and LEVERS[name].looser == "lower" and LEVERS[name].closed_allowed]
    shut = [f"{name}@2023-01=closed" for name in routes] + ["settlement.same_province_free@2023-01=0"]
    opened, closed = branch(quarters=4), branch(*shut, quarters=4)
    assert sum(f["settled"].sum() for f in opened) > sum(f["settled"].sum() for f in closed)
    assert opened[-1]["hukou_urban"].sum() > closed[-1]["hukou_urban"].sum()
    rural = [(f[-1]["hukou"] - f[-1]["hukou_urban"]).sum() for f in (opened, closed)]
    assert rural[0] < rural[1]


# -- levers of homes, land and money: scenario only, the sign is that of the mechanism, not of a study -----------------------------------


def total(frames: list[dict[str, Any]], name: str) -> float:
    return float(sum(frame[name].sum() for frame in frames))


@pytest.mark.parametrize(
    ("lever", "value"),
    [("homes.provident_support", 0.5), ("homes.first_home_subsidy", 20_000), ("homes.deed_tax_relief", 1), ("homes.shared_units", 100_000)],
)
def test_more_homes_are_bought(lever: str, value: float, branch: Branch) -> None:
    more, plain = total(branch(f"{lever}@2023-01={value}"), "homes_bought"), total(branch(), "homes_bought")
    assert more >= plain if lever == "homes.deed_tax_relief" else more > plain


def test_a_smaller_share_to_pay_sells_more_shared_homes_and_no_more_than_there_are(branch: Branch) -> None:
    dear, cheap = (branch("homes.shared_units@2023-01=40000", f"homes.shared_price_share@2023-01={share}") for share in (0.9, 0.1))
    assert total(cheap, "homes_bought") > total(dear, "homes_bought")
    owners = cheap[-1]["households_tenure"][:, 4]
    assert owners.sum() > 0
    assert (owners <= cheap[-1]["shared_units"]).all()


def test_tenants_who_are_helped_leave_less(branch: Branch) -> None:
    helped = branch("homes.rent_subsidy@2023-01=10000", "homes.provident_support@2023-01=0.5")
    assert total(helped, "departures") < total(branch(), "departures")


@pytest.mark.parametrize(
    ("lever", "value"),
    [
        ("homes.land_follows_inflow", 1), ("homes.market_rental_units", 20_000), ("homes.market_rent_level", 0.8),
        ("land.quota_per_settled", 200),
    ],
)  # fmt: skip
def test_rents_give_way(lever: str, value: float, branch: Branch) -> None:
    plain, other = branch(quarters=5)[-1]["rent"], branch(f"{lever}@2023-01={value}", quarters=5)[-1]["rent"]
    assert (other <= plain * 1.02).all()  # people who come for the lower rent take a little of it back elsewhere
    assert other.sum() < plain.sum()


def test_places_open_in_the_september_after_they_are_built(branch: Branch) -> None:
    built, plain = branch("school.new_places_primary@2023-01=8000"), branch()
    more = [(one["places"] - other["places"])[:, 0] for one, other in zip(built, plain, strict=True)]
    assert [int(places.min()) for places in more] == [0, 0, 4000, 4000]  # what is built by June


def test_borrowing_builds_homes_at_once_schools_later_and_is_paid_back(branch: Branch) -> None:
    lever = "finance.borrowing_limit"
    frames, plain = branch(f"{lever}@2023-01=1000", f"{lever}@2024-01=0", quarters=11), branch(quarters=11)
    built = [total([one], "grant_places") - total([other], "grant_places") for one, other in zip(frames, plain, strict=True)]
    assert built[:6] == [0] * 6  # booked in the first quarter of 2023, built, open in September 2024
    assert built[6] > 0
    assert total(frames[:1], "grant_homes") > total(plain[:1], "grant_homes")
    debt = [frames[q]["debt"].sum() for q in (0, 4, 8)]
    assert debt[1] == pytest.approx(0.9 * debt[0])
    assert debt[2] == pytest.approx(0.81 * debt[0])
    assert frames[4]["repaid"].sum() == pytest.approx(0.1 * debt[0])


def test_land_is_kept_as_an_account_of_last_year_s_settlers(branch: Branch) -> None:
    frames = branch("land.quota_per_settled@2023-01=100", quarters=5)
    settled = sum(frame["settled"].sum(axis=1) for frame in frames[:4])
    np.testing.assert_allclose(frames[4]["land"], 100.0 * settled)
    assert (frames[1]["land"] == 0).all()
