"""A real Dask cluster, scheduler and workers started by hand as separate processes: the same bytes as without one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.experiments import fake_engine
from tests.experiments.test_sweep import STUDY, UNTIL
from urbsim.errors import UserError
from urbsim.experiments import runner, sweep
from urbsim.experiments.failure import RunError
from urbsim.experiments.store import store_hash
from urbsim.experiments.study_results import open_study_results
from urbsim.experiments.tasks import Spread
from urbsim.results.hashing import content_hash
from urbsim.search import optimise
from urbsim.search.evaluate import STATE
from urbsim.search.goal import load_goal

ROOT = Path(__file__).parents[2]


class Cluster(NamedTuple):
    """The address of a scheduler, and its processes."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


GOAL = """
name: small
base: zhejiang_2027
factors:
  - {lever: settlement.quota, area: hangzhou_core, from: 2013, low: 1000, high: 50000}
targets:
  - {quantity: settled, area: hangzhou_core, year: 2014, at_least: 300000}
cost: {from: 2013, until: 2014}
search: {trials: 2, population: 2, seed: 3}
run: {draws: 1, replicates: 1, weight: 8000}
"""

Start = Callable[[], Cluster]


@contextlib.contextmanager
def starting(place: Path) -> Iterator[Start]:
    """Give a function that starts a scheduler and two workers on this machine; all are ended afterwards."""
    begun: list[subprocess.Popen[bytes]] = []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}

    def launch(*words: str) -> subprocess.Popen[bytes]:
        log = (place / f"log{len(begun)}").open("wb")
        with log:
            begun.append(subprocess.Popen([sys.executable, "-m", *words], env=environment, stdout=log, stderr=log, cwd=place))
        return begun[-1]

    def cluster() -> Cluster:
        file = place / f"scheduler{len(begun)}.json"
        where = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
        scheduler = launch("distributed.cli.dask_scheduler", "--port", "0", "--scheduler-file", str(file), *where)
        deadline = time.monotonic() + 240
        while not (file.exists() and file.read_text().strip().endswith("}")) and time.monotonic() < deadline:
            time.sleep(0.05)
        address = str(json.loads(file.read_text())["address"])
        one = ("--nworkers", "1", "--nthreads", "1", "--no-nanny", "--local-directory", str(place))
        workers = [launch("distributed.cli.dask_worker", address, *where, *one) for _ in range(2)]
        return Cluster(address, scheduler, workers)

    try:
        yield cluster
    finally:
        for process in begun:
            process.kill()
            process.wait()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts clusters to be harmed."""
    with starting(tmp_path) as function:
        yield function


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Return a cluster that nobody harms."""
    with starting(tmp_path_factory.mktemp("cluster")) as function:
        yield function()


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(runner, "_engine", lambda: fake_engine.brief)
    file = tmp_path / "small.yaml"
    file.write_text(STUDY, encoding="utf-8")
    return file


def do(study: Path, folder: Path, progress: Any = None, **options: Any) -> Any:
    return sweep.carry_out(sweep.make_sweep(study, **{"until": UNTIL, "jobs": 1, **options}), folder, progress)


def test_a_cluster_gives_the_same_bytes(study: Path, tmp_path: Path, cluster: Cluster) -> None:
    do(study, tmp_path / "alone")
    tally = do(study, tmp_path / "spread", scheduler=cluster.address)
    assert (tally.done, tally.failed) == (12, 0)
    assert store_hash(tmp_path / "spread") == store_hash(tmp_path / "alone")
    numbers: dict[str, Any] = {"draws": 3, "until": UNTIL, "weight": 1000, "seed": 5}
    alone, spread = runner.run("zhejiang_2027", jobs=1, **numbers), runner.run("zhejiang_2027", scheduler=cluster.address, **numbers)
    assert content_hash(alone) == content_hash(spread)


def test_states_are_saved_and_gone_on_from_on_a_cluster(tmp_path: Path, cluster: Cluster) -> None:
    """With the engine itself: a state made on the cluster is that made here, and what goes on from it there equals running through here."""
    numbers: dict[str, Any] = {"draws": 2, "replicates": 1, "seed": 0, "weight": 8000, "until": "2012"}
    here, there = tmp_path / "here.zip", tmp_path / "there.zip"
    through = runner.run("zhejiang_2027", jobs=1, save_state="2011", state_file=here, **numbers)
    saving = runner.run("zhejiang_2027", scheduler=cluster.address, save_state="2011", state_file=there, **numbers)
    assert content_hash(saving) == content_hash(through)
    with zipfile.ZipFile(here) as one, zipfile.ZipFile(there) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())
    for state in (here, there):
        assert content_hash(runner.run("zhejiang_2027", scheduler=cluster.address, from_state=state, **numbers)) == content_hash(through)


def test_a_search_finds_the_same_on_a_cluster(tmp_path: Path, cluster: Cluster) -> None:
    """With the engine itself, from a state that was made on the cluster."""
    (tmp_path / "goal.yaml").write_text(GOAL)
    alone, spread = (
        optimise.carry_out(load_goal(tmp_path / "goal.yaml"), tmp_path / name, spread=Spread(1, address))
        for name, address in (("alone", None), ("spread", cluster.address))
    )
    assert (tmp_path / "spread" / STATE).is_file()
    assert len(spread.trials) == 2
    assert spread.trials == alone.trials
    assert spread.base == alone.base


def test_killed_workers_and_schedulers_lose_nothing(study: Path, tmp_path: Path, start: Start) -> None:
    """A worker that dies is replaced by the other; a scheduler that dies ends the sweep, and the next one goes on from there."""
    do(study, tmp_path / "alone")
    cluster = start()
    folder = tmp_path / "spread"

    def kill_one(tally: Any) -> None:
        if tally.done == 2:
            cluster.workers[0].send_signal(signal.SIGKILL)
        if tally.done == 6:
            cluster.scheduler.send_signal(signal.SIGKILL)

    with pytest.raises(RunError, match="Finished runs"):
        do(study, folder, kill_one, scheduler=cluster.address)
    assert 6 <= open_study_results(folder).sizes["run"] < 12
    tally = do(study, folder, scheduler=start().address)
    assert tally.before >= 6
    assert tally.failed == 0
    assert store_hash(folder) == store_hash(tmp_path / "alone")


@pytest.mark.parametrize("address", ["nonsense", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:port", "tcp://127.0.0.1:9"])
def test_a_scheduler_that_is_not_there_is_told_in_seconds(study: Path, tmp_path: Path, address: str) -> None:
    with pytest.raises(UserError) as caught:
        do(study, tmp_path / "out", scheduler=address)
    for words in (caught.value.problems[0].render("en"), caught.value.problems[0].render("zh")):
        assert address in words
    assert not (tmp_path / "out").exists()


def test_a_listener_that_is_no_scheduler_is_told(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urbsim.experiments.cluster.GREET_SECONDS", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(UserError, match="No Dask scheduler answers"):
        do(study, tmp_path / "out", scheduler=f"tcp://127.0.0.1:{server.getsockname()[1]}")


def test_a_web_server_is_no_scheduler(study: Path, tmp_path: Path) -> None:
    """What answers in another protocol is read as the length of a message that no memory holds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)

        def answer() -> None:
            for _ in range(2):  # the knock, and the greeting
                with contextlib.suppress(OSError):
                    talk, _ = server.accept()
                    with talk:
                        talk.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 9)
                        talk.settimeout(5)
                        talk.recv(1000)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(UserError, match="something else than a scheduler"):
            do(study, tmp_path / "out", scheduler=f"tcp://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
