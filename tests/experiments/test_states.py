"""State files: going on from one equals running through, and what is wrong with one is told before anything runs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from urbsim.errors import UserError
from urbsim.experiments import state_runs, states
from urbsim.experiments.branching import problems_of
from urbsim.experiments.compare import compare, make_plans, run_plans
from urbsim.experiments.plan import make_plan
from urbsim.experiments.runner import run, run_plan
from urbsim.results.hashing import content_hash
from urbsim.scenario import Scenario, load

NUMBERS: dict[str, Any] = {"draws": 2, "replicates": 1, "seed": 0, "weight": 8000, "until": "2013"}
DATE, QUARTER = "2011", 4


@pytest.fixture(scope="module")
def base() -> Scenario:
    return load("zhejiang_2027")


@pytest.fixture(scope="module")
def policy(base: Scenario) -> Scenario:
    """Return a policy that parts from the base after the state."""
    return base.with_set(["permit.friction@2012-01=8", "homes.public_units[hangzhou_core]@2012-07=90000"])


@pytest.fixture(scope="module")
def through(base: Scenario) -> xr.Dataset:
    return run(base, jobs=1, **NUMBERS)


@pytest.fixture(scope="module")
def file(base: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state") / "warm.zip"


@pytest.fixture(scope="module")
def saving(base: Scenario, file: Path) -> xr.Dataset:
    return run(base, jobs=1, save_state=DATE, state_file=file, **NUMBERS)


def test_saving_a_state_changes_no_bit_and_leaves_one_file(saving: xr.Dataset, through: xr.Dataset, file: Path) -> None:
    assert content_hash(saving) == content_hash(through)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    with zipfile.ZipFile(file) as archive:
        assert set(archive.namelist()) == {
            "state.json", "scenario.yaml", "run-0000-0000.zip", "run-0001-0000.zip", "still-0000-0000.zip",
        }  # fmt: skip


@pytest.mark.parametrize("spread", [{"jobs": 1}, {"jobs": 1, "threads": 2}, {"jobs": 2}])
def test_going_on_equals_running_through(
    saving: xr.Dataset, through: xr.Dataset, base: Scenario, file: Path, spread: dict[str, int]
) -> None:
    assert content_hash(run(base, from_state=file, **spread, **NUMBERS)) == content_hash(through)


def test_fewer_draws_a_later_end_and_another_policy_go_on_too(saving: xr.Dataset, policy: Scenario, file: Path) -> None:
    numbers = {**NUMBERS, "draws": 1, "until": "2014-06"}
    wanted = run(policy, jobs=1, **numbers)
    assert content_hash(run(policy, jobs=1, from_state=file, **numbers)) == content_hash(wanted)


def test_a_state_can_be_saved_on_the_way_from_a_state(saving: xr.Dataset, policy: Scenario, file: Path, tmp_path: Path) -> None:
    numbers = {**NUMBERS, "draws": 1}
    run(policy, jobs=1, from_state=file, save_state="2012-09", state_file=tmp_path / "later.zip", **numbers)
    later = run(policy, jobs=1, from_state=tmp_path / "later.zip", **numbers)
    assert content_hash(later) == content_hash(run(policy, jobs=1, **numbers))


def test_policies_branch_from_one_state(saving: xr.Dataset, base: Scenario, policy: Scenario, file: Path, tmp_path: Path) -> None:
    numbers = {**NUMBERS, "draws": 1, "until": "2012"}
    other = base.with_set(["work.training_slots@2012-01=5000000"])
    wanted = compare(base, policy, other, jobs=1, **numbers)
    assert content_hash(compare(base, policy, other, jobs=1, from_state=file, **numbers)) == content_hash(wanted)
    plans = make_plans(base, [policy, other, base.with_set(["permit.friction@2011-01=3"])], jobs=1, save_state="2011", **numbers)
    found = run_plans(plans, state_file=tmp_path / "own.zip")
    assert ["from_state" in record for _, record in found] == [False, True, True, False]
    for i in (1, 2):
        assert np.array_equal(found[i][0]["settled"].values - found[0][0]["settled"].values, wanted["settled"].values[i - 1])


def test_two_starts_leave_the_whole_past_in_the_result(saving: xr.Dataset, base: Scenario, file: Path) -> None:
    late = run(base, jobs=1, from_state=file, start="2011-04", **NUMBERS)
    assert content_hash(late) == content_hash(run(base, jobs=1, start="2011-04", **NUMBERS))


# ── what cannot be ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def told(action: Callable[[], object]) -> str:
    """Return what a mistake is told as, in English; the Chinese words must be there too."""
    with pytest.raises(UserError) as caught:
        action()
    for problem in caught.value.problems:
        assert any("一" <= sign <= "鿿" for sign in problem.render("zh"))
    return "\n".join(problem.render("en") for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"seed": 1}, "Add --seed 0"),
        ({"weight": 4000}, "Add --weight 8000"),
        ({"draws": 3}, "Add --draws 2"),
        ({"replicates": 2}, "Add --replicates 1"),
        ({"until": "2011-06"}, "ends before"),
        ({"settings": ["permit.friction[ningbo]@2011-10=3"]}, "permit.friction[ningbo_core]@2011-10-01"),
        ({"save_state": "2010"}, "can be saved from 2011-12-31 to 2013-12-31"),
    ],
)
def test_what_must_agree_with_the_state(saving: xr.Dataset, base: Scenario, file: Path, changed: dict[str, Any], words: str) -> None:
    assert words in told(lambda: make_plan(base, from_state=file, **{**NUMBERS, **changed}))


def test_all_numbers_that_differ_are_told_at_once(saving: xr.Dataset, base: Scenario, file: Path) -> None:
    found = told(lambda: make_plan(base, from_state=file, **{**NUMBERS, "seed": 5, "weight": 100}))
    assert "--seed 0" in found
    assert "--weight 8000" in found


def test_assumptions_may_differ_where_they_do_not_act_yet(saving: xr.Dataset, base: Scenario, file: Path) -> None:
    from dataclasses import replace

    from urbsim.scenario.model import frozen

    state = states.open_state(file)
    later = replace(base.with_run(draws=2, weight=8000), assumptions=frozen({**base.assumptions, "wage_growth": 0.011}))
    assert not problems_of(state, later, 12)
    sooner = replace(later, assumptions=frozen({**later.assumptions, "school_place_cost": 1.0}))
    [problem] = problems_of(state, sooner, 12)
    assert "school_place_cost" in problem.render("en")
    assert "wage_growth" not in problem.render("en")


def rewritten(file: Path, into: Path, **members: bytes | None) -> Path:
    """Copy a state file with members replaced (by their stem), or left out where None."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(into, "w") as new:
        for name in old.namelist():
            content = members.get(name.split(".")[0].replace("-", "_"), old.read(name))
            if content is not None:
                new.writestr(name, content)
    return into


def head_of(file: Path, **changed: Any) -> bytes:
    with zipfile.ZipFile(file) as archive:
        return json.dumps(json.loads(archive.read("state.json")) | changed).encode()


def test_a_file_that_is_no_state_is_told(saving: xr.Dataset, file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    for name, content in {"empty": b"", "text": b"name: x\n", "cut": whole[: len(whole) // 2], "head": whole[:100]}.items():
        (tmp_path / name).write_bytes(content)
        assert "damaged" in told(lambda name=name: states.open_state(tmp_path / name))  # type: ignore[misc]
    assert "no state file" in told(lambda: states.open_state(tmp_path / "missing.zip"))
    for members in (
        {"run_0001_0000": None}, {"state": b"[]"}, {"state": b"{"}, {"state": None}, {"scenario": b"name: other\n"}, {"scenario": None},
        {"state": head_of(file, draws="2")}, {"state": head_of(file, quarter=900)}, {"state": head_of(file, format="another")},
    ):  # fmt: skip
        assert "damaged" in told(lambda members=members: states.open_state(rewritten(file, tmp_path / "x.zip", **members)))  # type: ignore[misc]


def test_a_state_of_other_code_or_data_is_refused(
    saving: xr.Dataset, base: Scenario, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for changed in ({"version": "0.0.1"}, {"code": "0" * 64}, {"schema_version": 2}):
        path = rewritten(file, tmp_path / "old.zip", state=head_of(file, **changed))
        assert "other code" in told(lambda path=path: states.open_state(path))  # type: ignore[misc]
    for changed in ({"region_hash": "0"}, {"ensemble_hash": "0"}):
        path = rewritten(file, tmp_path / "old.zip", state=head_of(file, **changed))
        assert "have changed" in told(lambda path=path: make_plan(base, from_state=path, **NUMBERS))  # type: ignore[misc]
    path = rewritten(file, tmp_path / "old.zip", state=head_of(file, region="elsewhere"))
    assert "is a state of elsewhere" in told(lambda: make_plan(base, from_state=path, **NUMBERS))


def test_a_damaged_member_is_told_when_it_is_read(saving: xr.Dataset, base: Scenario, file: Path, tmp_path: Path) -> None:
    raw = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        middle = archive.getinfo("run-0000-0000.zip").header_offset + 200_000
    raw[middle] ^= 0xFF
    (tmp_path / "flipped.zip").write_bytes(raw)
    plan = make_plan(base, from_state=tmp_path / "flipped.zip", jobs=1, **NUMBERS)
    assert "damaged" in told(lambda: run_plan(plan))
    swapped = rewritten(file, tmp_path / "swapped.zip", run_0000_0000=b"PK not an archive")
    plan = make_plan(base, from_state=swapped, jobs=1, **NUMBERS)
    assert "damaged" in told(lambda: run_plan(plan))


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "bad.npy", np.array([{"run": "me"}], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(tmp_path / "part.zip", "w") as part:
        part.write(tmp_path / "bad.npy", "engine/wage.npy")
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as whole:
        whole.write(tmp_path / "part.zip", "run-0000-0000.zip")
    with pytest.raises(ValueError, match="allow_pickle"):
        state_runs.read_part(tmp_path / "whole.zip", "run-0000-0000.zip")
