"""Plans kept on disk: the same plan comes back, and what cannot be believed counts as absent."""

from __future__ import annotations

import os
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from urbsim.population import kept, plan
from urbsim.regions import load_region


def flat(value: Any) -> list[Any]:
    """Return all that a plan holds, in order."""
    if is_dataclass(value):
        return [one for field in fields(value) for one in flat(getattr(value, field.name))]
    return [one for part in value for one in flat(part)] if isinstance(value, tuple) else [value]


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a cache folder with nothing in it, and a process that remembers no plan."""
    monkeypatch.setenv("URBSIM_CACHE", str(tmp_path))
    monkeypatch.setattr(plan, "_cache", type(plan._cache)())
    return tmp_path / "urbsim"


def made_again(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Forget what this process remembers; the list that is returned fills with the regions that are raked."""
    plan._cache.clear()
    raked: list[str] = []
    make = plan.make_plan
    monkeypatch.setattr(plan, "make_plan", lambda region: raked.append(region.name) or make(region))
    return raked


def test_the_same_plan_comes_back(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    region = load_region("xuchang")
    first = plan.plan_of(region)
    raked = made_again(monkeypatch)
    second = plan.plan_of(region)
    assert raked == []
    assert len(list(alone.glob("plan-*.npz"))) == 1
    for one, other in zip(flat(first), flat(second), strict=True):
        assert type(one) is type(other)
        assert np.array_equal(one, other)
        assert np.asarray(one).dtype == np.asarray(other).dtype
        assert np.asarray(one).strides == np.asarray(other).strides


@pytest.mark.parametrize("harm", [lambda whole: whole[:1000], lambda whole: b"", lambda whole: whole[:5000] + b"\1" + whole[5001:]])
def test_a_damaged_file_counts_as_absent(alone: Path, monkeypatch: pytest.MonkeyPatch, harm: Any) -> None:
    region = load_region("xuchang")
    first = plan.plan_of(region)
    (file,) = alone.glob("plan-*.npz")
    file.write_bytes(harm(file.read_bytes()))
    raked = made_again(monkeypatch)
    assert np.array_equal(plan.plan_of(region).mean_size, first.mean_size)
    assert raked == ["xuchang"]
    assert kept.take(file) is not None


def test_a_plan_of_other_arrays_is_not_believed(alone: Path) -> None:
    region = load_region("xuchang")
    plan.plan_of(region)
    (file,) = alone.glob("plan-*.npz")
    arrays = dict(np.load(file))
    arrays["mean_size"] = arrays["mean_size"] * 1.01
    np.savez(file, **arrays)
    assert kept.take(file) is None


def test_no_place_to_write_is_no_obstacle(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone.parent.joinpath("file").write_text("in the way")
    monkeypatch.setenv("URBSIM_CACHE", str(alone.parent / "file"))
    raked = made_again(monkeypatch)
    assert plan.plan_of(load_region("xuchang")).mean_size.size
    assert raked == ["xuchang"]


def test_the_oldest_go(alone: Path) -> None:
    alone.mkdir(parents=True)
    for k in range(kept.KEPT + 3):
        (alone / f"plan-{k}.npz").write_bytes(b"")
        os.utime(alone / f"plan-{k}.npz", (k, k))
    plan.plan_of(load_region("xuchang"))
    left = {file.name for file in alone.iterdir()}
    assert len(left) == kept.KEPT
    assert not left & {f"plan-{k}.npz" for k in range(4)}
