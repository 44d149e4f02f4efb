"""What does not fit into memory is refused before anything is allocated, and what would fit is said."""

from __future__ import annotations

import re

import pytest

from urbsim.errors import UserError
from urbsim.experiments import memory
from urbsim.experiments.plan import make_plan
from urbsim.population.plan import households_of
from urbsim.population.registry import HOUSEHOLD
from urbsim.population.synthesis import synthesise
from urbsim.regions import load_region

SCENARIO = "zhejiang_2027"


def with_memory(monkeypatch: pytest.MonkeyPatch, gigabytes: float | None) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: None if gigabytes is None else gigabytes * 1e9)


def test_a_row_is_one_cache_line() -> None:
    assert HOUSEHOLD.itemsize == 64
    assert memory.ROW_BYTES > 64 * 1.25


@pytest.mark.parametrize("region", ["zhejiang", "xuchang", "fujian"])
def test_households_are_known_before_they_are_made(region: str) -> None:
    loaded = load_region(region)
    made = synthesise(loaded, 1000, 0).size * 1000
    assert made == pytest.approx(households_of(loaded), rel=0.08)
    assert made < loaded.residents_2010.sum() / memory.FEWEST_PERSONS


def test_a_plan_that_fits_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    with_memory(monkeypatch, 24.0)
    assert make_plan(SCENARIO, draws=1, weight=1, jobs=1).scenario.run.weight == 1
    with_memory(monkeypatch, None)  # a system that does not tell
    assert make_plan(SCENARIO, draws=2, weight=1, jobs=2).jobs == 2


@pytest.mark.parametrize(("gigabytes", "draws", "jobs"), [(2.0, 1, 1), (4.0, 2, 2), (3.0, 4, 4), (1.6, 1, 1)])
def test_a_weight_that_does_not_fit_is_refused_with_one_that_does(
    monkeypatch: pytest.MonkeyPatch, gigabytes: float, draws: int, jobs: int
) -> None:
    with_memory(monkeypatch, gigabytes)
    with pytest.raises(UserError) as caught:
        make_plan(SCENARIO, draws=draws, weight=1, jobs=jobs)
    (problem,) = caught.value.problems
    zh, en = problem.render("zh"), problem.render("en")
    assert "内存不够" in zh
    assert "not enough memory" in en
    fits = re.search(r"--weight (\d+)", en)
    assert fits is not None
    assert fits.group(1) in zh
    assert make_plan(SCENARIO, draws=draws, weight=int(fits.group(1)), jobs=jobs).jobs == jobs


def test_more_processes_than_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    with_memory(monkeypatch, 6.0)
    with pytest.raises(UserError) as caught:
        make_plan(SCENARIO, draws=4, weight=1, jobs=4)
    words = caught.value.problems[0].render("en")
    fewer = re.search(r"--jobs (\d+)", words)
    assert fewer is not None
    assert make_plan(SCENARIO, draws=4, weight=1, jobs=int(fewer.group(1))).jobs == int(fewer.group(1))


def test_where_nothing_fits_no_weight_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with_memory(monkeypatch, 0.1)
    with pytest.raises(UserError) as caught:
        make_plan(SCENARIO, draws=1, weight=100, jobs=1)
    assert "--weight" not in caught.value.problems[0].render("en")


@pytest.mark.parametrize("weight", [0, -3, 2.5, "many"])
def test_a_weight_is_a_whole_number_of_at_least_one(weight: object) -> None:
    with pytest.raises(UserError, match=r"weight|1"):
        make_plan(SCENARIO, draws=1, weight=weight, jobs=1)  # type: ignore[arg-type]


def test_this_machine_tells_its_memory() -> None:
    found = memory.available_bytes()
    assert found is None or found > 0.0
