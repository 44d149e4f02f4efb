"""Who is looked at, and the tally that is kept by difference: both are what they would be if everyone were gone through."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.reference.test_equal import RUSH, SHOCKS, inputs_of
from urbsim.clock import NO_DATE
from urbsim.engine import Engine, kinds, people_of
from urbsim.engine.compiled import allocating
from urbsim.engine.frame import make_frame
from urbsim.engine.lanes import at_most
from urbsim.engine.stages import observe
from urbsim.engine.state import HOUSEHOLD
from urbsim.engine.tally import together
from urbsim.population.registry import CHILD_AT_HOME, GONE, JOB_NONE
from urbsim.scenario import load

WEIGHT = 2000


def rushed(threads: int = 1) -> Engine:
    inputs = inputs_of(load("zhejiang_2027").with_set(SHOCKS), RUSH)
    return Engine(inputs, *people_of("zhejiang", WEIGHT, 1), weight=WEIGHT, seed=1, threads=threads)


def state_of(engine: Engine) -> dict[str, Any]:
    return {name: np.array(values) for name, values in together(engine.roll.tallies)._asdict().items()}


@pytest.mark.parametrize("threads", [1, 2])
def test_a_tally_by_difference_is_that_of_everyone(threads: int) -> None:
    engine = rushed(threads)
    for _ in range(11):
        engine.step()
        kept, area = state_of(engine), engine.counts.area.copy()
        engine.roll.count_all()
        engine.counts = engine.roll.counts()
        for name, values in state_of(engine).items():
            np.testing.assert_array_equal(values, kept[name], err_msg=f"{name} in quarter {engine.q}")
        assert (engine.counts.area == area).all()


def test_kinds_miss_nobody() -> None:
    """What is written of a household stands for all that it is now; what may only come with age may stand too early."""
    engine = rushed()
    for _ in range(11):
        engine.step()
        g = engine.roll.open()
        now = np.array([kinds.kind_of(r, engine.q, engine.q, engine.areas) for r in g.h[: engine.n]])
        kept = g.kinds[: engine.n]
        ages, family = np.uint32(kinds.AGES), np.uint32(kinds.FAMILY_KINDS - 1)
        always = kept & family == kinds.MUST_LEAVE  # looked at in every first pass, whatever the other bits
        assert not (now & ~kept & ~family).any()
        assert not (now & ~kept & family & ~ages)[~always].any()
        assert (kept & ages >= now & ages)[~always].all()
        assert not kept[g.h["place"][: engine.n] == GONE].any()


@allocating
def lanes_below(values, limits):  # type: ignore[no-untyped-def]
    found = np.empty((values.shape[0], limits.shape[0]), np.uint64)
    for i in range(values.shape[0]):
        for j in range(limits.shape[0]):
            found[i, j] = at_most(values[i, 0], values[i, 1], limits[j, 0], limits[j, 1])
    return found


def test_sixteen_bytes_are_compared_at_once() -> None:
    chance = np.random.default_rng(3)
    luck, most = chance.integers(0, 256, (300, 16)).astype(np.uint8), chance.integers(0, 256, (40, 16)).astype(np.uint8)
    luck[0], most[0], luck[1], most[1] = 0, 0, 255, 255
    bits = ((luck[:, None, :] <= most[None]) << np.arange(16)).sum(axis=2)
    np.testing.assert_array_equal(lanes_below(luck.view(np.uint64), most.view(np.uint64)), bits)


@allocating
def changes(words):  # type: ignore[no-untyped-def]
    return observe.changes(words, 0, words, 1)


def test_changes_tell_columns_apart() -> None:
    rows = np.zeros(2, HOUSEHOLD)
    words = rows.view(np.uint64).reshape(2, -1)
    assert changes(words) == 0
    for name in HOUSEHOLD.names or ():
        rows[1] = rows[0]
        rows[name][1] = 1
        expected = observe.ANY
        for part in ("PEOPLE", "PUPILS", "HOME", "WORK", "PAY"):
            expected |= getattr(observe, part) if name in getattr(observe, "OF_" + part) else 0
        assert changes(words) == expected, name
    rows[1], rows["child2"][0] = rows[0], CHILD_AT_HOME
    assert changes(words) == observe.ANY | observe.PEOPLE | observe.PUPILS | observe.PAY


def test_a_child_head_is_counted_at_work_from_sixteen() -> None:
    engine = rushed()
    h = engine.households[: engine.n]
    young = np.flatnonzero((h["place"] < engine.areas) & (h["mover"] > 0) & (h["spouse_birth"] == NO_DATE))[:50]
    h["head_birth"][young] = -60  # 15 at the start
    h["job"][young] = JOB_NONE + 1
    engine.roll.count_all()
    engine.counts = engine.roll.counts()
    engine.frame = make_frame(engine)
    assert young.size == 50
    for _ in range(6):
        engine.step()
        kept = state_of(engine)
        engine.roll.count_all()
        np.testing.assert_array_equal(state_of(engine)["pages"], kept["pages"])
