"""The Mesa model is the engine, seen through Mesa: same bits as `urbsim.run`, live areas, pickled and restored without a trace."""

from __future__ import annotations

import copy
import gc
import inspect
import pickle
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest

import urbsim
from urbsim import model_figures
from urbsim.clock import first_day, last_day, quarter_of
from urbsim.engine import simulate
from urbsim.errors import UserError
from urbsim.model import Area, Figures, MigrationModel
from urbsim.policy.registry import LEVERS
from urbsim.results.labels import AXES

SCENARIO = "zhejiang_2027"
QUARTERS = 8
COARSE: dict[str, Any] = {"seed": 5, "weight": 2000}
DRAW = REPLICATE = 1  # neither is a default: a lost argument shows

# Columns of the collector's frames, and where the results hold the same figure (an axis left out is summed over).
OF_BOTH: dict[str, tuple[str, dict[str, str]]] = {
    "resident_population": ("resident_population", {}),
    "urban_population": ("urban_population", {}),
    "urbanization_rate": ("urbanization_rate", {}),
    "hukou_urbanization_rate": ("hukou_urbanization_rate", {}),
    "settled": ("settled", {}),
    **{f"migrants_{label.code}": ("migrants", {"status": label.code}) for label in AXES["status"]},
}
OF_REGION = {name: (name, {}) for name in ("arrivals", "departures", "permits_issued", "returns")}
OF_AREA: dict[str, tuple[str, dict[str, str]]] = {
    "wage": ("wage", {}),
    "wage_offered": ("wage_offered", {}),
    "rent": ("rent", {}),
    **{f"queue_{label.code}": ("queue", {"queue_for": label.code}) for label in AXES["queue_for"]},
}


def opened(scenario: Any = SCENARIO, steps: int = 0, **given: Any) -> MigrationModel:
    model = urbsim.MigrationModel(scenario, **{**COARSE, **given})
    for _ in range(steps):
        model.step()
    return model


def frames_of(model: MigrationModel) -> tuple[pd.DataFrame, pd.DataFrame]:
    return model.datacollector.get_model_vars_dataframe(), model.datacollector.get_agent_vars_dataframe()


def assert_same_state(one: MigrationModel, other: MigrationModel) -> None:
    assert one.clock == other.clock
    assert one.engine.frame.keys() == other.engine.frame.keys()
    for name, values in one.engine.frame.items():
        np.testing.assert_array_equal(values, other.engine.frame[name], err_msg=name)
    np.testing.assert_array_equal(one.engine.households[: one.engine.n], other.engine.households[: other.engine.n])
    for mine, theirs in zip(frames_of(one), frames_of(other), strict=True):
        pd.testing.assert_frame_equal(mine, theirs, check_exact=True)


@pytest.fixture(scope="module")
def model() -> MigrationModel:
    return opened(steps=QUARTERS, draw=DRAW, replicate=REPLICATE)


@pytest.fixture(scope="module")
def results() -> Any:
    until = last_day(QUARTERS).isoformat()
    return urbsim.run(SCENARIO, draws=DRAW + 1, replicates=REPLICATE + 1, until=until, jobs=1, **COARSE)


def picked(results: Any, variable: str, selection: dict[str, str]) -> np.ndarray[Any, Any]:
    """Return a variable of the model's run as time × area."""
    found = results[variable].sel(draw=DRAW, replicate=REPLICATE, **selection)
    return np.asarray(found.sum([dim for dim in found.dims if dim not in ("time", "area")]) if found.ndim > 2 else found)


# -- the same figures as urbsim.run ------------------------------------------------------------------------------


def test_model_frame_equals_results(model: MigrationModel, results: Any) -> None:
    frame = model.datacollector.get_model_vars_dataframe()
    expected = OF_BOTH | OF_REGION
    assert set(frame.columns) == {"date", *expected}
    assert len(frame) == QUARTERS + 1
    assert pd.to_datetime(frame["date"]).tolist() == pd.to_datetime(results["time"].values).tolist()
    region = list(results["area"].values).index("zhejiang")
    for column, (variable, selection) in expected.items():
        np.testing.assert_array_equal(frame[column], picked(results, variable, selection)[:, region], err_msg=column)


def test_area_frame_equals_results(model: MigrationModel, results: Any) -> None:
    frame = model.datacollector.get_agent_vars_dataframe()
    expected = OF_BOTH | OF_AREA
    assert set(frame.columns) == {"area", *expected}
    areas = len(model.areas)
    codes = results["area"].values[results["level"].values == "area"]
    assert frame["area"].tolist() == list(codes) * (QUARTERS + 1)
    for column, (variable, selection) in expected.items():
        seen = frame[column].to_numpy().reshape(QUARTERS + 1, areas)
        np.testing.assert_array_equal(seen, picked(results, variable, selection)[:, :areas], err_msg=column)


def test_the_comparison_could_fail(results: Any) -> None:
    """Draws and replicates differ from each other and quarters from each other, so equality with one run says something."""
    migrants = results["migrants"].sum(["status", "origin"])
    for draw, replicate in ((0, 0), (0, 1), (1, 0)):
        assert not np.array_equal(migrants.sel(draw=draw, replicate=replicate), migrants.sel(draw=1, replicate=1))
    assert (picked(results, "arrivals", {})[1:] > 0).any(axis=1).all()


@pytest.mark.parametrize("name", ["hukou_population", "hukou_urban_population", "grant"])
def test_live_figures_equal_results(model: MigrationModel, results: Any, name: str) -> None:
    now = picked(results, name, {})[-1]
    np.testing.assert_array_equal([getattr(area, name) for area in model.areas], now[: len(model.areas)])
    assert getattr(model, name) == now[-1]


@pytest.mark.parametrize(
    ("name", "axis"),
    [("places", "stage"), ("homes_units", "homes"), ("homes_occupied", "homes"), ("queue", "queue_for"), ("migrants", "status")],
)
def test_live_figures_by_kind_equal_results(model: MigrationModel, results: Any, name: str, axis: str) -> None:
    for label in AXES[axis]:
        now = picked(results, name, {axis: label.code})[-1]
        assert [getattr(area, name)[label.code] for area in model.areas] == now[: len(model.areas)].tolist()
        assert getattr(model, name)[label.code] == now[-1]


def test_words_are_those_of_results() -> None:
    for own, axis in (("STATUSES", "status"), ("QUEUES", "queue_for"), ("STAGES", "stage"), ("HOMES", "homes")):
        assert getattr(model_figures, own) == tuple(label.code for label in AXES[axis])


# -- areas -------------------------------------------------------------------------------------------------------


def test_areas_are_the_agents_in_the_order_of_the_region(model: MigrationModel) -> None:
    region = model.engine.inputs.region
    assert isinstance(model, mesa.Model)
    assert all(isinstance(agent, Area) and isinstance(agent, mesa.Agent) for agent in model.agents)
    assert [agent.code for agent in model.agents] == list(region.area_codes)
    assert [agent.unique_id for agent in model.agents] == list(range(1, len(region.area_codes) + 1))
    assert [agent.title for agent in model.areas] == list(region.area_names)
    assert {agent.prefecture for agent in model.areas} == set(region.prefecture_codes)
    assert model.area("hangzhou_core").prefecture == "hangzhou"
    assert "hangzhou_core" in repr(model.area("hangzhou_core"))


def test_areas_are_live() -> None:
    model = opened()
    before = {area.code: (area.resident_population, area.wage_offered) for area in model.areas}
    model.step()
    after = {area.code: (area.resident_population, area.wage_offered) for area in model.areas}
    assert all(before[code][0] != after[code][0] or before[code][1] != after[code][1] for code in before)
    residents = model.engine.frame["residents"]
    assert [now for now, _ in after.values()] == residents.sum(axis=1).tolist()


def test_a_transfer_is_seen_all_year_and_booked_once() -> None:
    given = ["finance.grant_per_migrant_pupil@2011-01=100000", "finance.pass_through@2011-01=1"]
    model = opened(urbsim.load(SCENARIO).with_set(given), steps=1)
    booked = [area.grant for area in model.areas]
    assert sum(booked) > 0
    assert [area.grant_of_year for area in model.areas] == booked
    assert sum(area.grant_places + area.grant_homes for area in model.areas) > 0
    model.step()
    assert [area.grant for area in model.areas] == [0.0] * len(model.areas)
    assert [area.grant_of_year for area in model.areas] == booked


def test_rules_in_force_follow_the_calendar() -> None:
    lever = "settlement.quota"
    given = [f"{lever}[hangzhou_core]@2011-01=111", f"{lever}[hangzhou_core]@2011-05=222", f"{lever}[ningbo_core]@2011-01=closed"]
    model = opened(urbsim.load(SCENARIO).with_set(given))
    seen = []
    for _ in range(3):
        model.step()
        seen.append((model.area("hangzhou_core").rule(lever), model.area("ningbo_core").rule(lever)))
    assert seen == [(111.0, None), (111.0, None), (222.0, None)]


def test_every_rule_is_the_one_the_engine_applies(model: MigrationModel) -> None:
    q = model.clock
    for lever in LEVERS:
        expected = [None if value == -1.0 else value for value in model.spec.policy.array(lever)[q]]
        assert [area.rule(lever) for area in model.areas] == expected, lever
    area = model.areas[0]
    assert area.rules == {lever: area.rule(lever) for lever in LEVERS}
    with pytest.raises(KeyError):
        area.rule("settlement.nothing")


def test_an_area_is_found_by_name(model: MigrationModel) -> None:
    assert [model.area(area.code) for area in model.areas] == list(model.areas)
    with pytest.raises(UserError, match="hangzhou_core"):
        model.area("hangzhou_croe")
    with pytest.raises(UserError):
        model.area("hangzhou")  # a prefecture


# -- pickling ----------------------------------------------------------------------------------------------------


def pickled(model: MigrationModel) -> MigrationModel:
    restored: MigrationModel = pickle.loads(pickle.dumps(model))
    return restored


@pytest.mark.parametrize(("copied", "threads"), [(pickled, 1), (pickled, 2), (copy.deepcopy, 2)])
def test_a_restored_model_steps_on_to_the_same_frames(copied: Callable[[MigrationModel], MigrationModel], threads: int) -> None:
    model = opened(steps=3, threads=threads)
    assert model.engine.n >= 4096  # fewer rows run without threads
    restored = copied(model)
    assert_same_state(restored, model)
    for _ in range(QUARTERS - 3):
        model.step()
    assert restored.clock == 3  # it shares nothing with the original
    for _ in range(QUARTERS - 3):
        restored.step()
    assert_same_state(restored, model)
    assert restored.engine.threads == threads
    assert (restored.engine.roll._pool is not None) == (threads > 1)
    assert restored.steps == model.steps == QUARTERS
    assert restored.spec.hash8 == model.spec.hash8
    assert restored.areas == tuple(restored.agents)
    assert all(area.model is restored for area in restored.areas)


def test_a_pickled_model_steps_on_in_another_process(tmp_path: Path) -> None:
    model = opened(steps=2)
    (tmp_path / "before").write_bytes(pickle.dumps(model))
    program = (
        "import pathlib, pickle, sys; here = pathlib.Path(sys.argv[1]); m = pickle.loads((here / 'before').read_bytes());"
        "m.step(); m.step(); (here / 'after').write_bytes(pickle.dumps(m))"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program, str(tmp_path)], check=True)
    model.step()
    model.step()
    assert_same_state(pickle.loads((tmp_path / "after").read_bytes()), model)


# -- what is given -----------------------------------------------------------------------------------------------


def test_a_scenario_is_a_name_a_path_or_loaded(tmp_path: Path) -> None:
    loaded = urbsim.load("hangzhou_open")
    file = tmp_path / "mine.yaml"
    file.write_text(loaded.resolved_yaml(), encoding="utf-8")
    one = opened("hangzhou_open", steps=1)
    for other in (loaded, file, str(file)):
        assert_same_state(opened(other, steps=1), one)


@pytest.mark.parametrize("changed", [{"draw": 1}, {"replicate": 1}, {"seed": 6}, {"weight": 2500}])
def test_what_is_given_matters(changed: dict[str, int]) -> None:
    assert not np.array_equal(opened(steps=1).engine.frame["migrants"], opened(steps=1, **changed).engine.frame["migrants"])


def test_threads_change_no_bit() -> None:
    assert_same_state(opened(steps=4, threads=2), opened(steps=4))


def test_the_signature_is_the_one_agreed() -> None:
    given = inspect.signature(MigrationModel).parameters
    assert list(given) == ["scenario", "draw", "replicate", "seed", "weight", "threads"]
    assert [given[name].default for name in list(given)[1:]] == [0, 0, 0, 100, 1]


def test_seed_and_weight_stand_in_the_spec_and_reach_the_engine() -> None:
    model = opened(seed=7, weight=2500)
    assert (model.spec.run.seed, model.spec.run.weight) == (7, 2500)
    model.step()
    frames = simulate(urbsim.load(SCENARIO), draw=0, replicate=0, seed=7, weight=2500, until=1)
    for name, values in model.engine.frame.items():
        np.testing.assert_array_equal(values, frames[name][1], err_msg=name)


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(UserError) as caught:
        urbsim.MigrationModel(SCENARIO, draw=-1, replicate=True, seed=-1, weight=0, threads=0)
    said = "\n".join(problem.message.en for problem in caught.value.problems)
    for name in ("draw", "replicate", "seed", "weight", "threads"):
        assert name in said
    with pytest.raises(UserError):
        urbsim.MigrationModel("zhejiang_2072")


# -- Mesa --------------------------------------------------------------------------------------------------------


def test_the_model_stops_with_its_period() -> None:
    model = opened(urbsim.load(SCENARIO).with_run(until=last_day(2)))
    assert model.running
    model.run_model()
    assert (model.clock, model.running) == (2, False)
    with pytest.raises(UserError, match=str(last_day(2))):
        model.step()
    assert model.clock == 2
    assert len(model.datacollector.get_model_vars_dataframe()) == 3


def test_clock_and_date() -> None:
    model = opened()
    assert (model.clock, model.date, model.steps) == (0, last_day(0), 0)
    model.step()
    assert (model.clock, model.date, model.steps) == (1, last_day(1), 1)
    assert quarter_of(first_day(1)) == model.clock


def test_no_name_of_mesa_is_used_for_something_else(model: MigrationModel) -> None:
    class PlainModel(mesa.Model):
        """What Mesa itself adds to a subclass and its instances."""

    class PlainArea(mesa.Agent):
        """The same for agents."""

    plain_model = PlainModel(rng=1)
    plain_area = PlainArea(plain_model)
    newer = {"time", "steps", "scenario", "agents", "random", "running", "rng", "batch", "observe", "notify", "subscribers", "suppress"}
    mesas = newer | {name for thing in (plain_model, plain_area) for name in dir(thing) if not name.startswith("__")}
    own = {name for kind in (MigrationModel, Area, Figures) for name in vars(kind) if not name.startswith("__")}
    own |= (set(vars(model)) - set(vars(plain_model))) | (set(vars(model.areas[0])) - set(vars(plain_area)))
    own -= set(vars(PlainModel)) | set(vars(PlainArea))
    assert {"spec", "clock", "index"} <= own
    assert own & mesas <= {"step", "_ids"}


def test_luck_of_mesa_is_not_the_luck_of_the_model() -> None:
    quiet, noisy = opened(steps=3), opened()
    for _ in range(3):
        noisy.random.random()
        noisy.rng.random()
        noisy.agents.shuffle(inplace=False)
        noisy.step()
    assert_same_state(noisy, quiet)
    lots = [opened(**given).random.random() for given in ({}, {}, {"seed": 6}, {"replicate": 1}, {"draw": 1})]
    assert lots[0] == lots[1]
    assert len(set(lots)) == 4


def test_a_model_is_freed() -> None:
    model = opened(steps=1)
    watched, engine = weakref.ref(model), weakref.ref(model.engine)
    del model
    gc.collect()
    assert watched() is None
    assert engine() is None


def test_the_lazy_name_is_this_class() -> None:
    assert urbsim.MigrationModel is MigrationModel
    assert "MigrationModel" in dir(urbsim)
