"""Whole runs: the same luck in every scenario, on any threads, and effects that come only through the mechanisms."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from tests.engine.conftest import engine_of, inputs_of, persons_of, same_frames
from urbsim.cache import source_hash
from urbsim.clock import quarter_of
from urbsim.engine import Engine, people_of
from urbsim.engine.accounting import AccountsDoNotBalanceError, check
from urbsim.scenario import Scenario, load

CORE = "hangzhou_core"


def index_of(engine: Engine, code: str) -> int:
    return list(engine.inputs.region.area_codes).index(code)


def test_a_scenario_without_a_change_differs_by_nothing(default: Scenario) -> None:
    one, other = engine_of(default), engine_of(default.with_set(["permit.friction@2010-10=1"]))
    for _ in range(12):
        one.step()
        other.step()
        assert not same_frames(one, other)
    assert np.array_equal(one.households[: one.n], other.households[: other.n])


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(default: Scenario, threads: int) -> None:
    # Rows enough to be split: blocks of rows start at 4096.
    one, many = engine_of(default, weight=2000), engine_of(default, weight=2000, threads=threads)
    assert one.n > 4096
    for _ in range(9):
        one.step()
        many.step()
        assert not same_frames(one, many)
    assert np.array_equal(one.households[: one.n], many.households[: many.n])


def test_room_for_rows_changes_no_bit(default: Scenario) -> None:
    """Columns that must grow in the middle of a quarter keep what happened in it."""
    roomy, tight = engine_of(default), engine_of(default)
    for _ in range(6):
        tight.households, tight.event = tight.households[: tight.n].copy(), tight.event[: tight.n].copy()
        tight.event[:] = 255  # of earlier quarters: nobody may read it
        tight.step()
        roomy.step()
        assert not same_frames(roomy, tight)
        assert tight.households.size < roomy.households.size
    assert np.array_equal(roomy.households[: roomy.n], tight.households[: tight.n])


def test_a_pickled_run_goes_on_as_if_nothing_had_been(default: Scenario) -> None:
    one = engine_of(default)
    one.run(5)
    other = pickle.loads(pickle.dumps(one))
    one.run(10)
    other.run(10)
    assert not same_frames(one, other)


def test_a_reform_acts_from_its_date_where_it_is_in_force(default: Scenario) -> None:
    change = quarter_of(load("hangzhou_open").policy.entries("settlement.points_cutoff")[-1].date)
    weight = 1000  # rows enough for someone to apply in the quarter of the change
    one, other = engine_of(default, weight), engine_of(load("hangzhou_open"), weight)
    one.run(change - 1)
    other.run(change - 1)
    assert not same_frames(one, other)
    one.step()
    other.step()
    differ = same_frames(one, other)
    assert "settling_eligible" in differ
    core = index_of(one, CORE)
    for name in ("settled", "settling_applied", "settling_eligible", "settling_admitted"):
        where = np.flatnonzero((one.frame[name] != other.frame[name]).reshape(one.areas, -1).any(axis=1))
        assert set(where) <= {core}, name
    # Nobody has moved because of it in its first quarter: others feel it later, through odds, homes, schools and networks.
    for name in ("arrivals", "departures", "moves", "residents", "wage", "rent"):
        assert name not in differ


def test_quotas_hold_every_year_and_are_used(default: Scenario) -> None:
    quota = 48_000
    engine = engine_of(
        default.with_set(
            [
                f"settlement.quota@2011-01={quota}",
                "homes.rental_counts_as_home@2010-10=1",
                "settlement.same_province_free@2010-10=1",
            ]
        ),
        weight=2000,
    )
    used = np.zeros(engine.areas, np.int64)
    most = 0
    for quarter in range(1, 13):
        engine.step()
        used += engine.frame["settled"].sum(axis=1)
        assert (used <= quota * ((quarter - 1) % 4 + 1) // 4).all()
        if quarter % 4 == 0:
            most = max(most, int(used.max()))
            used[:] = 0
    assert most > 0


def test_one_household_more_changes_nobody_elses_decisions(default: Scenario) -> None:
    """Without quotas, school rounds or lists the luck and choices of others stay; only what all see (wages, networks) may follow later."""
    people, templates = people_of("zhejiang", 8000, 0)
    inputs = inputs_of(default)
    small = Engine(inputs, people, templates, weight=8000, seed=0)
    more = Engine(inputs, people, templates, weight=8000, seed=0)
    extra = more.households[0].copy()
    extra["id"] = 2**63 + 5
    more.households[more.n] = extra
    more.n += 1
    small.step()
    more.roll.count_all()
    more.counts = more.roll.counts()
    more.frame = {**more.frame, "residents": _residents(more)}
    for name in ("utilities", "birth_scale"):
        setattr(more, name, getattr(small, name))
    more.current_utilities = lambda: small.utilities  # type: ignore[method-assign,assignment,return-value]
    more.step()
    mine = {int(row["id"]): row for row in small.households[: small.n]}
    theirs = {int(row["id"]): row for row in more.households[: more.n]}
    alike = [identity for identity in mine if identity in theirs]
    assert len(alike) > 0.99 * len(mine)
    columns = ("place", "part", "mover", "job", "insured", "resident_area", "child1_birth")
    changed = [i for i in alike if any(mine[i][name] != theirs[i][name] for name in columns)]
    assert len(changed) <= 2  # the couple it may have parted at the wedding


def _residents(engine: Engine) -> np.ndarray:  # type: ignore[type-arg]
    return np.asarray(engine.counts.area["residents"] * engine.weight + engine.town_born.sum(axis=(2, 3)))


def test_persons_come_and_go_by_birth_death_and_the_border_alone(default: Scenario) -> None:
    engine = engine_of(default)
    engine.run(3)
    for _ in range(3):
        before = engine.frame["residents"].sum()
        engine.step()
        natural = engine.frame["births"].sum() - engine.frame["deaths"].sum()
        border = engine.frame["change_residents"][:, 4:6].sum() + engine.frame["change_residents"][:, 8].sum()
        assert engine.frame["residents"].sum() - before == natural + border
        assert engine.frame["change_residents"][:, 7].sum() == 0  # town-born moves cancel
    assert persons_of(engine.households[: engine.n]) * engine.weight >= engine.frame["residents"].sum() - engine.frame["town_born"].sum()


def test_an_account_that_does_not_balance_stops_the_run(default: Scenario) -> None:
    engine = engine_of(default)
    residents, movers = engine.frame["residents"].copy(), engine.frame["movers"].copy()
    engine.step()
    check(engine, residents, movers)
    with pytest.raises(AccountsDoNotBalanceError, match="movers of class 0"):
        check(engine, residents, movers + 1)
    residents[0, 0] += 1
    with pytest.raises(AccountsDoNotBalanceError, match="residents changed"):
        check(engine, residents, movers)


def test_movers_change_by_what_is_booked_alone(default: Scenario) -> None:
    """Over a run, by class and area; first moves out of the own village are arrivals and no departures."""
    engine = engine_of(default)
    flows = {name: np.zeros((engine.areas, 3), np.int64) for name in ("arrivals", "departures", "movers_family")}
    left, before = 0, engine.frame["movers"]
    for _ in range(12):
        engine.step()
        left += int(engine.frame["left_village"].sum())
        for name, total in flows.items():
            total += engine.frame[name]
    assert (flows["arrivals"] - flows["departures"] + flows["movers_family"] == engine.frame["movers"] - before).all()
    assert all(total.any() for total in flows.values())
    rows = engine.households[: engine.n]
    away = (rows["mover"] == 1) & (rows["place"] < engine.areas)
    assert 0 < flows["departures"][:, 0].sum() < left
    assert engine.frame["movers"][:, 0].sum() >= away.sum() * engine.weight > 0


def test_levers_that_have_an_effect_have_one(default: Scenario) -> None:
    """Each of these levers, pushed hard, changes a figure within three years."""
    plain = engine_of(default, weight=4000)
    plain.run(12)
    for setting, name in {
        "permit.ground_required@2010-10=0": "permits_issued",
        "school.planned_by_residents@2010-10=1": "places",
        "work.training_slots@2010-10=5000000": "trained",
        "school.new_places_primary@2010-10=50000": "places",
        "homes.public_units@2010-10=20000": "homes_units",
        "permit.friction@2010-10=20": "permits_issued",
    }.items():
        pushed = engine_of(default.with_set([setting]), weight=4000)
        total = {"plain": 0, "pushed": 0}
        pushed.run(12)
        if name in ("places", "homes_units"):
            assert not np.array_equal(pushed.frame[name], plain.frame[name]), setting
        else:
            total["plain"] = int(plain.frame["registered_permit_holders"].sum() + plain.counts.area["untrained"].sum())
            total["pushed"] = int(pushed.frame["registered_permit_holders"].sum() + pushed.counts.area["untrained"].sum())
            assert total["plain"] != total["pushed"], setting


def test_inputs_are_writeable_and_contiguous(default: Scenario) -> None:
    """Kernels are compiled once for every run, resumed ones too: no array is read-only or strided."""
    inputs = inputs_of(default)
    for name, value in vars(inputs).items():
        if isinstance(value, np.ndarray):
            assert value.flags.c_contiguous, name
            assert value.flags.writeable, name
    assert all(value.flags.writeable for value in inputs.levers.values())
    assert len(source_hash()) == 16
