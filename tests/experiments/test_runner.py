"""Runs in one process and in many: the same bits, and clear words when one fails."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import urbsim
from tests.experiments import fake_engine
from urbsim.errors import UserError
from urbsim.experiments import runner, simulation
from urbsim.experiments.failure import RunError
from urbsim.experiments.plan import make_plan
from urbsim.results.hashing import content_hash

SMALL = {"draws": 3, "replicates": 2, "until": "2012", "seed": 5, "weight": 1000}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(function: Any) -> None:
        monkeypatch.setattr(runner, "_engine", lambda: function)

    use(fake_engine.simulate)
    return use


def test_processes_change_no_bit(engine: Any) -> None:
    alone = runner.run("zhejiang_2027", jobs=1, **SMALL)
    spread = runner.run("zhejiang_2027", jobs=2, **SMALL)
    assert content_hash(alone) == content_hash(spread)


def test_a_run_has_draws_replicates_and_its_own_period(engine: Any) -> None:
    result = runner.run("zhejiang_2027", jobs=1, **SMALL)
    assert dict(result.sizes)["draw"] == 3
    assert dict(result.sizes)["replicate"] == 2
    assert str(result["time"].values[0])[:10] == "2010-12-31"
    assert str(result["time"].values[-1])[:10] == "2012-12-31"
    assert not np.array_equal(result["settled"].isel(draw=0), result["settled"].isel(draw=1))
    assert not np.array_equal(result["settled"].isel(replicate=0), result["settled"].isel(replicate=1))


def test_draw_k_is_the_same_whatever_the_number_of_draws(engine: Any) -> None:
    many = runner.run("zhejiang_2027", jobs=1, **SMALL)
    few = runner.run("zhejiang_2027", jobs=1, **{**SMALL, "draws": 2})
    assert content_hash(many.isel(draw=slice(0, 2))) == content_hash(few)


def test_a_later_start_cuts_the_result_and_nothing_else(engine: Any) -> None:
    whole = runner.run("zhejiang_2027", jobs=1, **SMALL)
    late = runner.run("zhejiang_2027", jobs=1, start="2012-01", **SMALL)
    assert str(late["time"].values[0])[:10] == "2011-12-31"
    np.testing.assert_array_equal(late["resident_population"].values, whole["resident_population"].values[:, :, 4:])
    np.testing.assert_array_equal(late["arrivals"].values[:, :, 1:], whole["arrivals"].values[:, :, 5:])
    assert not late["arrivals"].values[:, :, 0].any()
    assert list(late["year"].values) == [2012]


def test_the_result_records_where_it_comes_from(engine: Any) -> None:
    result = runner.run("zhejiang_2027", jobs=1, **SMALL)
    record = json.loads(result.attrs["provenance"])
    assert record["run"]["seed"] == 5
    assert record["content_hash"] == content_hash(result)
    assert record["wall_time_seconds"] > 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_counts_quarters_of_all_runs(engine: Any, jobs: int) -> None:
    heard: list[tuple[int, int]] = []
    runner.run("zhejiang_2027", jobs=jobs, progress=lambda done, total: heard.append((done, total)), **SMALL)
    assert heard[0] == (0, 48)
    assert {total for _, total in heard} == {48}
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    assert heard[-1][0] == 48


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failed_run_is_named_with_the_command_that_repeats_it(engine: Any, jobs: int) -> None:
    engine(fake_engine.fails_at_draw_1)
    with pytest.raises(RunError) as caught:
        runner.run("zhejiang_2027", jobs=jobs, **SMALL)
    for words in caught.value.message:
        assert "people do not add up" in words
        assert re.search(r"run_one\('zhejiang_2027', draw=1, replicate=[01], seed=5, weight=1000, threads=1, until=8\)", words)


def test_the_command_that_repeats_a_run_is_python(engine: Any, capsys: Any, tmp_path: Path) -> None:
    engine(fake_engine.fails_at_draw_1)
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine\nextends: zhejiang_2027\n")
    plan = make_plan(file, jobs=1, settings=["settlement.quota[hangzhou_core]@2025-01=7"], **SMALL)
    with pytest.raises(RunError) as caught:
        runner.run_plan(plan)
    command = caught.value.message.en.splitlines()[-1].partition('python -c "')[2].removesuffix('"')
    with pytest.raises(ArithmeticError, match="do not add up"):
        exec(command, {})  # noqa: S102 - that it can be run as it stands is what is tested


def test_a_worker_that_dies_is_told_apart(engine: Any) -> None:
    engine(fake_engine.dies_at_draw_1)
    with pytest.raises(RunError) as caught:
        runner.run("zhejiang_2027", jobs=2, **SMALL)
    assert "memory" in caught.value.message.en
    assert "run_one(" in caught.value.message.en


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_mistake_of_the_user_stays_one(engine: Any, jobs: int) -> None:
    engine(fake_engine.user_error)
    with pytest.raises(UserError) as caught:
        runner.run("zhejiang_2027", jobs=jobs, **SMALL)
    assert caught.value.problems[0].render("en") == "x.csv:3: the data are wrong"


def test_run_one_repeats_a_run_exactly(engine: Any) -> None:
    result = runner.run("zhejiang_2027", jobs=1, **SMALL)
    frames = runner.run_one("zhejiang_2027", draw=1, replicate=1, seed=5, weight=1000, until=8)
    areas = frames["residents"].shape[1]
    np.testing.assert_array_equal(result["resident_population"].values[1, 1][:, :areas], frames["residents"].sum(axis=2))


def test_packing_loses_nothing() -> None:
    frames = {
        "small": np.array([-1, 2**31 - 1]),
        "large": np.array([0, 2**31]),
        "float": np.array([0.1, np.nan]),
        "none": np.zeros((0, 3), dtype=np.int64),
    }
    packed = simulation.pack(frames)
    assert packed["small"].dtype == np.int32
    assert packed["large"].dtype == np.int64
    for name, values in simulation.unpack(packed).items():
        assert values.dtype == frames[name].dtype
        np.testing.assert_array_equal(values, frames[name])


def test_a_plain_script_may_run_in_processes(tmp_path: Path) -> None:
    """`urbsim.run` at the top of a script must not start the script again in every worker."""
    script = tmp_path / "mine.py"
    script.write_text(
        textwrap.dedent(
            """
            print("begins")
            from tests.experiments import fake_engine
            from urbsim.experiments import runner
            runner._engine = lambda: fake_engine.simulate
            import urbsim
            print(urbsim.run("zhejiang_2027", draws=2, jobs=2, until="2011", weight=1000).sizes["draw"])
            """
        )
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env={"PYTHONPATH": str(root)}, timeout=120)
    assert done.stdout.split() == ["begins", "2"], done.stderr


@pytest.mark.parametrize(
    "numbers",
    [
        {"draws": 0},
        {"replicates": -1},
        {"seed": -1},
        {"weight": 0},
        {"jobs": 0},
        {"threads": 0},
        {"jobs": True},
        {"until": "2009"},
        {"until": "2028"},
        {"until": "2025-02-30"},
        {"until": "soon"},
        {"start": "2026", "until": "2025"},
        {"start": "2011-11", "until": "2011-09"},
        {"until": "2010-12"},
        {"settings": ["nonsense"]},
        {"settings": ["settlement.quota[hangzhou_core]@2025-01=-3"]},
    ],
)
def test_numbers_that_cannot_be_are_refused(numbers: dict[str, Any]) -> None:
    with pytest.raises(UserError) as caught:
        make_plan("zhejiang_2027", **numbers)
    for problem in caught.value.problems:
        assert problem.render("zh")
        assert problem.render("en")


def test_more_draws_than_the_ensemble_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urbsim.parameters.ensemble.members_of", lambda region: 20)
    assert make_plan("zhejiang_2027", draws=20).runs == 20
    with pytest.raises(UserError, match="20 members"):
        make_plan("zhejiang_2027", draws=21)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(UserError) as caught:
        make_plan("zhejiang_2027", draws=0, jobs=0, threads=0, until="never", settings=["bad"])
    assert len(caught.value.problems) >= 5


@pytest.mark.parametrize(("until", "last"), [("2025", 60), ("2025-04", 58), ("2025-05-17", 58), (None, 68)])
def test_until_means_the_whole_quarter(until: str | None, last: int) -> None:
    plan = make_plan("zhejiang_2027", until=until)
    assert plan.until == last
    if until == "2025-04":
        assert plan.scenario.hash8 == make_plan("zhejiang_2027", until="2025-06-30").scenario.hash8


def test_no_more_processes_than_runs() -> None:
    assert make_plan("zhejiang_2027", draws=2, jobs=9).jobs == 2
    assert make_plan("zhejiang_2027", draws=1).jobs == 1


def test_the_public_names_are_there() -> None:
    for name in ("load", "run", "compare", "open_results"):
        assert callable(getattr(urbsim, name))
    assert set(urbsim.__all__) <= set(dir(urbsim))
    with pytest.raises(AttributeError, match="nothing"):
        _ = urbsim.nothing
