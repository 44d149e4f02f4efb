"""A saved run goes on bit for bit, and nothing that it needs can be forgotten when the engine gets a new attribute."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.conftest import COARSE, same_frames
from urbsim.engine import Engine, open_engine, resume_engine, templates_of
from urbsim.engine.saving import REBUILT, ROUNDS_REBUILT, StateFormatError, arrays_of
from urbsim.engine.state import HOUSEHOLD
from urbsim.scenario import Scenario

QUARTER = 10  # of 2013: one between two new years, after a school round


@pytest.fixture(scope="module")
def saved(default: Scenario) -> Engine:
    engine = open_engine(default, weight=COARSE, seed=3)
    engine.run(QUARTER)
    return engine


def copy_of(engine: Engine) -> dict[str, Any]:
    return {name: values.copy() for name, values in arrays_of(engine).items()}


def same(one: Any, other: Any) -> bool:
    """Tell whether two attributes are equal in kind, type and value, whatever they hold."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.flags.aligned == other.flags.aligned and np.array_equal(one, other)
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def test_every_attribute_of_the_engine_is_saved_or_rebuilt(default: Scenario, saved: Engine) -> None:
    again = resume_engine(default, copy_of(saved), weight=COARSE, seed=3)
    assert set(vars(again)) == set(vars(saved))
    assert set(vars(again.rounds)) == set(vars(saved.rounds))
    for name, value in vars(saved).items():
        mine = vars(again)[name]
        if name == "households":
            assert mine.dtype.isalignedstruct
            assert np.array_equal(mine[: again.n], value[: saved.n])
        elif name == "inputs":
            for field, wanted in vars(value).items():
                if field not in ("region", "params", "constants"):
                    assert same(vars(mine)[field], wanted), f"inputs.{field} was changed by a run, yet it is rebuilt"
        elif name not in ("rounds", "utilities", "event", "late", "roll"):
            assert same(mine, value), name
    for name in set(vars(saved.rounds)) - ROUNDS_REBUILT:
        assert same(vars(again.rounds)[name], vars(saved.rounds)[name]), name


def test_what_is_rebuilt_is_named_once_and_exists(saved: Engine) -> None:
    assert set(vars(saved)) >= REBUILT
    assert set(vars(saved.rounds)) >= ROUNDS_REBUILT


def test_a_new_attribute_is_saved_without_being_named(default: Scenario, saved: Engine) -> None:
    engine = resume_engine(default, copy_of(saved), weight=COARSE, seed=3)
    engine.remembered = np.arange(5)  # type: ignore[attr-defined]
    engine.rounds.nothing = None  # type: ignore[attr-defined]
    again = resume_engine(default, copy_of(engine), weight=COARSE, seed=3)
    assert same(again.remembered, np.arange(5))  # type: ignore[attr-defined]
    assert again.rounds.nothing is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", [[1, 2], object(), np.array([None])])
def test_an_attribute_that_cannot_be_saved_stops_the_saving(default: Scenario, saved: Engine, value: Any) -> None:
    engine = resume_engine(default, copy_of(saved), weight=COARSE, seed=3)
    engine.odd_one = value  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="odd_one"):
        arrays_of(engine)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_saved_run_goes_on_as_if_nothing_had_been(default: Scenario, threads: int) -> None:
    one = open_engine(default, weight=2000)
    one.run(QUARTER)
    templates_of.cache_clear()
    other = resume_engine(default, copy_of(one), weight=2000, threads=threads)
    for _ in range(6):
        one.step()
        other.step()
        assert not same_frames(one, other)
    assert np.array_equal(one.households[: one.n], other.households[: other.n])


def test_arrays_that_are_no_state_are_refused(default: Scenario, saved: Engine) -> None:
    whole = copy_of(saved)
    wrong: list[dict[str, Any]] = [
        {name: values for name, values in whole.items() if name != "engine/households"},
        {name: values for name, values in whole.items() if not name.startswith("engine/counts")},
        {**whole, "engine/wage": whole["engine/wage"][:5]},
        {**whole, "somewhere/else": whole["engine/wage"]},
        {**whole, "engine/households": whole["engine/households"].astype(np.dtype([(name, "f8") for name in HOUSEHOLD.names or ()]))},
    ]
    for arrays in wrong:
        with pytest.raises(StateFormatError):
            resume_engine(default, arrays, weight=COARSE, seed=3)
