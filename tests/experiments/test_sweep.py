"""Sweeps: the same store however it is written, interrupted and continued."""

from __future__ import annotations

import errno
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.experiments import fake_engine
from urbsim.cli.check import look_at
from urbsim.errors import DiskError, UserError
from urbsim.experiments import runner, store, sweep, sweep_folder
from urbsim.experiments.keys import Keys
from urbsim.experiments.markers import STORE
from urbsim.experiments.store import Store, store_hash
from urbsim.experiments.study_results import open_study_results, study_of
from urbsim.experiments.sweep_status import status_of

ROOT = Path(__file__).parents[2]
STUDY = """
name: small
title: {zh: 小研究, en: A small study}
base: zhejiang_2027
factors:
  - {name: quota, lever: settlement.quota, area: hangzhou_core, from: 2011, values: [closed, 100, 200]}
  - {parameter: beta_w, low: 1, high: 2}
design: {kind: grid, n: 2}
run: {draws: 2, replicates: 1, seed: 5, weight: 1000}
outputs: [urbanization_rate, settled, cost]
"""
UNTIL = "2012"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(STUDY, encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(function: Any) -> None:
        monkeypatch.setattr(runner, "_engine", lambda: function)

    use(fake_engine.simulate)
    return use


def do(study: Path, folder: Path, **options: Any) -> Any:
    return sweep.carry_out(sweep.make_sweep(study, **{"until": UNTIL, "jobs": 1, **options}), folder)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a sweep that nothing has disturbed."""
    place = tmp_path_factory.mktemp("undisturbed")
    (place / "small.yaml").write_text(STUDY, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "_engine", lambda: fake_engine.simulate)
        tally = do(place / "small.yaml", place / "out")
    assert (tally.total, tally.done, tally.failed) == (12, 12, 0)
    return place / "out"


def test_the_store_is_a_dataset_over_runs(undisturbed: Path) -> None:
    found = open_study_results(undisturbed)
    assert found.sizes["run"] == 12
    assert set(found.data_vars) == {"urbanization_rate", "settled", "cost"}
    assert found["settled"].dims == ("run", "time", "area", "origin")
    assert found["settled"].dtype == np.int32
    assert found["urbanization_rate"].dtype == np.float64
    assert found["quota"].values.tolist() == [-1] * 4 + [100] * 4 + [200] * 4
    assert found["beta_w"].values.tolist() == [1, 1, 2, 2] * 3
    assert found["draw"].values.tolist() == [0, 1] * 6
    assert found["point"].values.tolist() == [k // 2 for k in range(12)]
    assert len(set(found["run_key"].values.tolist())) == 12
    assert (found["run_status"] == "done").all()
    assert found["settled"].attrs["long_name_zh"]
    assert str(found["time"].values[0])[:10] == "2010-12-31"
    assert "hangzhou_core" in found["area"].values
    more = found["settled"].sel(area="hangzhou_core", origin="same_area").sum("time")
    assert int(more.isel(run=4)) - int(more.isel(run=0)) == 100 * 8
    assert json.loads(found.attrs["factors"])[0]["lever"] == "settlement.quota"
    assert study_of(undisturbed).name == "small"


def test_runs_are_those_that_run_would_give(undisturbed: Path) -> None:
    found = open_study_results(undisturbed)
    scenario = study_of(undisturbed).scenario((100.0, 2.0))
    alone = runner.run(scenario, draws=2, until=UNTIL, jobs=1)
    run = int(np.flatnonzero((found["quota"] == 100) & (found["beta_w"] == 2) & (found["draw"] == 1))[0])
    for name in ("settled", "urbanization_rate", "cost"):
        np.testing.assert_array_equal(found[name].values[run], alone[name].values[1, 0])


def test_processes_change_no_byte(study: Path, tmp_path: Path, undisturbed: Path) -> None:
    do(study, tmp_path / "out", jobs=2)
    assert store_hash(tmp_path / "out") == store_hash(undisturbed)


def test_a_sweep_again_does_nothing(study: Path, tmp_path: Path, engine: Any) -> None:
    do(study, tmp_path / "out")
    engine(fake_engine.fails_at_draw_1)
    tally = do(study, tmp_path / "out")
    assert (tally.before, tally.done, tally.failed, tally.left) == (12, 0, 0, 0)


def test_a_failed_run_is_recorded_and_tried_again(study: Path, tmp_path: Path, engine: Any, undisturbed: Path) -> None:
    engine(fake_engine.fails_at_draw_1)
    tally = do(study, tmp_path / "out")
    assert (tally.done, tally.failed) == (6, 6)
    record = json.loads((tmp_path / "out" / "failures" / "5.json").read_text())
    assert record["factors"] == {"quota": 100, "beta_w": 1}
    assert (record["draw"], record["run"]) == (1, 5)
    assert "people do not add up" in record["reason"]
    assert "fails_at_draw_1" in record["traceback"]
    code = re.search(r"python -c '(.*)'$", record["command"]).group(1).replace("'\"'\"'", "'")  # type: ignore[union-attr]
    with pytest.raises(ArithmeticError, match="do not add up"):
        exec(code, {})  # noqa: S102 - that it can be run as it stands is what is tested
    assert open_study_results(tmp_path / "out").sizes["run"] == 6
    every = open_study_results(tmp_path / "out", all_runs=True)
    assert every["run_status"].values.tolist() == ["done", "failed"] * 6
    assert status_of(tmp_path / "out").failed == 6
    engine(fake_engine.simulate)
    tally = do(study, tmp_path / "out")
    assert (tally.before, tally.done, tally.failed) == (6, 6, 0)
    assert store_hash(tmp_path / "out") == store_hash(undisturbed)
    assert not list((tmp_path / "out" / "failures").iterdir())


def test_a_worker_that_dies_takes_only_its_own_run_along(study: Path, tmp_path: Path, engine: Any, undisturbed: Path) -> None:
    engine(fake_engine.dies_at_one_point)
    tally = do(study, tmp_path / "out", jobs=2)
    assert (tally.done, tally.failed) == (11, 1)
    assert "memory" in json.loads((tmp_path / "out" / "failures" / "11.json").read_text())["reason"]
    engine(fake_engine.simulate)
    do(study, tmp_path / "out")
    assert store_hash(tmp_path / "out") == store_hash(undisturbed)


@pytest.mark.parametrize("harm", ["truncate", "flip", "remove", "marker", "hash", "empty", "unfinished"])
def test_damage_is_found_and_mended(study: Path, tmp_path: Path, undisturbed: Path, harm: str) -> None:
    out = tmp_path / "out"
    shutil.copytree(undisturbed, out)
    chunk = out / STORE / "cost" / "7.0.0.0.0"
    raw = chunk.read_bytes()
    if harm == "truncate":
        chunk.write_bytes(raw[:-9])
    elif harm == "flip":
        chunk.write_bytes(raw[:20] + bytes([raw[20] ^ 1]) + raw[21:])
    elif harm == "remove":
        chunk.unlink()
    elif harm == "empty":
        chunk.write_bytes(b"")
    elif harm == "unfinished":
        (out / STORE / "run_status" / "7").unlink()
        chunk.write_bytes(raw[:5])
    else:
        (out / STORE / ("run_status" if harm == "marker" else "run_hash") / "7").write_bytes(b"\1\2\3")
    (out / store.SPOOL / "3-1-abc").mkdir(parents=True)
    tally = do(study, out)
    assert (tally.before, tally.done) == (11, 1)
    assert store_hash(out) == store_hash(undisturbed)
    assert not (out / store.SPOOL / "3-1-abc").exists()


def test_a_full_disk_ends_it_and_room_continues_it(study: Path, tmp_path: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, left = Path.write_bytes, iter(range(23))

    def fills_up(self: Path, raw: bytes) -> int:
        if self.name == "part" and next(left, None) is None:
            write(self, raw[: len(raw) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, raw)

    monkeypatch.setattr(Path, "write_bytes", fills_up)
    with pytest.raises(DiskError, match="Finished runs are kept"):
        do(study, tmp_path / "out")
    monkeypatch.undo()
    monkeypatch.setattr(runner, "_engine", lambda: fake_engine.simulate)
    tally = do(study, tmp_path / "out")
    assert tally.before == 4
    assert store_hash(tmp_path / "out") == store_hash(undisturbed)


def test_a_folder_that_holds_something_else_is_left_alone(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    do(study, out)
    before = store_hash(out)
    with pytest.raises(UserError, match="another study, or of other draws"):
        do(study, out, draws=1)
    with pytest.raises(UserError, match="another study, or of other draws"):
        do(study, out, settings=["settlement.quota[ningbo_core]@2012=5"])
    for name in ("model_hash", "data_hash"):
        with monkeypatch.context() as patch:
            patch.setattr(sweep_folder, name, lambda *_: "another")
            with pytest.raises(UserError, match="must not be mixed"):
                do(study, out)
    with monkeypatch.context() as patch:
        patch.setattr(sweep_folder, "STORE_VERSION", 99)
        with pytest.raises(UserError, match="another version of urbsim"):
            do(study, out)
    (out / STORE / ".zattrs").write_text("junk")
    with pytest.raises(UserError, match="cannot be read"):
        do(study, out)
    (out / STORE / ".zattrs").unlink()
    with pytest.raises(UserError, match="cannot be read"):
        do(study, out)
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="not empty"):
        do(study, other)
    assert before != store_hash(out)  # only the file taken away above
    assert (other / "notes.txt").read_text() == "mine"


def test_a_sweep_that_is_at_work_is_not_disturbed(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    do(study, out)
    said = json.loads((out / "progress.json").read_text())
    assert said["state"] == "ended"
    said |= {"state": "running", "process": os.getppid(), "updated": time.time()}
    (out / "progress.json").write_text(json.dumps(said))
    with pytest.raises(UserError, match="is at work"):
        do(study, out)
    assert status_of(out).at_work
    (out / "progress.json").write_text(json.dumps(said | {"updated": time.time() - 1000}))
    assert do(study, out).before == 12
    assert not status_of(out).at_work


def test_a_design_of_a_thousand_million_is_refused_before_it_starts(tmp_path: Path) -> None:
    file = tmp_path / "huge.yaml"
    factors = ", ".join(f"{{parameter: {name}, low: 0.1, high: 0.2}}" for name in ("a0", "beta_w", "beta_s"))
    file.write_text(f"name: huge\nbase: zhejiang_2027\nfactors: [{factors}]\ndesign: {{kind: grid, n: 1000}}\nrun: {{draws: 1}}\n")
    with pytest.raises(UserError) as caught:
        do(file, tmp_path / "out")
    words = caught.value.problems[0].render("en")
    assert "1,000,000,000 runs" in words
    assert "years" in words
    assert "TB" in words
    assert not (tmp_path / "out").exists()
    assert "1,000,000,000 runs" in look_at(str(file))[0][0].render("en")


def test_a_disk_too_small_is_told_before_it_starts(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("usage", (), {"free": 1000})())
    with pytest.raises(DiskError, match="will not fit"):
        do(study, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_keys_know_what_makes_a_run(study: Path) -> None:
    found = sweep.make_sweep(study, until=UNTIL, jobs=1)
    keys = Keys(found.study)
    one = keys.key((100.0, 1.0), 0, 0)
    assert one == Keys(sweep.make_sweep(study, until=UNTIL, draws=7, replicates=3, jobs=1).study).key((100.0, 1.0), 0, 0)
    others = [
        keys.key((200.0, 1.0), 0, 0), keys.key((100.0, 1.5), 0, 0), keys.key((float("nan"), 1.0), 0, 0), keys.key((100.0, 1.0), 1, 0),
        keys.key((100.0, 1.0), 0, 1),
        *(
            Keys(sweep.make_sweep(study, **{"until": UNTIL, "jobs": 1, **change}).study).key((100.0, 1.0), 0, 0)  # type: ignore[arg-type]
            for change in ({"seed": 6}, {"weight": 500}, {"until": "2013"}, {"settings": ["settlement.quota[ningbo_core]@2012=5"]})
        ),
    ]  # fmt: skip
    assert len({one, *others}) == 1 + len(others)


def test_a_worker_of_another_version_is_found_out(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    plan = sweep.make_sweep(study, until=UNTIL, jobs=1)
    sweep_folder.claim(plan, out)
    work = sweep.StudyWork(str(out), plan.study.hash8, 1, fake_engine.simulate)
    task = next(sweep.run_tasks(plan, np.array([3])))
    with pytest.raises(UserError, match="another version"):
        work(task._replace(key="0" * 64), lambda q: None)
    assert not Store(out, plan.study.outputs).whole(3)
    work(task, lambda q: None)
    assert Store(out, plan.study.outputs).whole(3)


CLIENT = """
import sys
from pathlib import Path
from tests.experiments import fake_engine
from urbsim.experiments import runner, sweep
if __name__ == "__main__":
    runner._engine = lambda: fake_engine.brief
    sweep.carry_out(sweep.make_sweep(sys.argv[1], until="2012", jobs=int(sys.argv[3])), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_at_random_moments_it_ends_the_same(study: Path, tmp_path: Path, undisturbed: Path, jobs: int) -> None:
    """The client (and so its workers) is killed outright, again and again; `verification/kill_sweeps.py` does so for longer."""
    script, out = tmp_path / "client.py", tmp_path / "out"
    script.write_text(CLIENT)
    moments = random.Random(7 + jobs)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    words = [sys.executable, str(script), str(study), str(out), str(jobs)]
    killed = 0
    for _ in range(6 if jobs == 1 else 4):
        process = subprocess.Popen(words, env=environment, start_new_session=True)
        started = time.monotonic()
        while process.poll() is None and not (out / STORE).exists() and time.monotonic() - started < 60:
            time.sleep(0.01)
        time.sleep(moments.uniform(0.05, 0.8) if jobs == 1 else moments.uniform(1.0, 3.0))
        if process.poll() is None:
            killed += 1
            if jobs == 1 or moments.random() < 0.5:
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
        if process.wait(timeout=60) == 0:
            break
    assert killed > 0
    assert subprocess.run(words, env=environment, timeout=120).returncode == 0
    assert store_hash(out) == store_hash(undisturbed)
    assert status_of(out).done == 12
