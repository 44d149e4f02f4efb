"""Kill a sweep at random moments until it is done, and see whether its store has the bytes of an undisturbed one.

A Dask scheduler and two workers are separate processes on this machine, the client is a third kind; at each of `--kills` moments one of
the three kinds, chosen by the seed, is killed outright (SIGKILL). What was killed is started again, and the client goes on until the store
is whole. Where it is whole before the last kill, half of its runs are taken away and some chunks cut in two.

    python verification/kill_sweeps.py                 # the engine at weight 5000, 20 kills
    python verification/kill_sweeps.py --kills 40 --seed 2

Prints one line for each kill and leaves with status 0 only if the bytes agree.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from urbsim.experiments import sweep
from urbsim.experiments.markers import STORE, markers
from urbsim.experiments.store import store_hash
from urbsim.experiments.sweep_status import status_of

STUDY = """
name: killed
base: zhejiang_2027
factors:
  - {name: quota, lever: settlement.quota, area: hangzhou_core, from: 2011, values: [closed, 0, 1000, 5000, 20000]}
  - {parameter: beta_w, low: 1, high: 2}
design: {kind: grid, n: 5}
run: {draws: 4, replicates: 2, seed: 5, weight: 5000}
outputs: [urbanization_rate, settled, migrants, cost, service_unmet]
"""
OPTIONS = ("--until", "2013", "--quiet")
CLIENT = "from urbsim.cli import main; main()"


class Cluster:
    """A scheduler and two workers, each started again when it is gone."""

    def __init__(self, place: Path) -> None:
        self.place, self.file = place, place / "scheduler.json"
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes] | None] = [None, None]
        self.address = ""

    def start(self) -> None:
        """Start whatever is not there."""
        where = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
        if self.scheduler is None or self.scheduler.poll() is not None:
            self.file.unlink(missing_ok=True)
            self.scheduler = self._launch("dask_scheduler", "--port", "0", "--scheduler-file", str(self.file), *where)
            while not (self.file.exists() and self.file.read_text().rstrip().endswith("}")):
                time.sleep(0.05)
            self.address = str(json.loads(self.file.read_text())["address"])
            for worker in self.workers:
                if worker is not None and worker.poll() is None:
                    worker.kill()
                    worker.wait()
        for k, worker in enumerate(self.workers):
            if worker is None or worker.poll() is not None:
                one = ("--nworkers", "1", "--nthreads", "1", "--no-nanny", "--local-directory", str(self.place))
                self.workers[k] = self._launch("dask_worker", self.address, *where, *one)

    def end(self) -> None:
        """End all."""
        for process in (self.scheduler, *self.workers):
            if process is not None:
                process.kill()
                process.wait()

    def _launch(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        with (self.place / "cluster.log").open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", f"distributed.cli.{name}", *words], stdout=log, stderr=log, cwd=self.place)


def client(study: Path, out: Path, cluster: Cluster, log: Path) -> subprocess.Popen[bytes]:
    """Start the sweep on the cluster."""
    words = ["sweep", str(study), "-o", str(out), *OPTIONS, "--scheduler", cluster.address]
    with log.open("ab") as stream:
        return subprocess.Popen([sys.executable, "-c", CLIENT, *words], stdout=stream, stderr=stream)


def main() -> int:
    """Kill, go on, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    choose, kills = random.Random(asked.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        study, out = place / "killed.yaml", place / "out"
        study.write_text(STUDY, encoding="utf-8")
        cluster = Cluster(place)
        try:
            process: subprocess.Popen[bytes] | None = None
            while kills < asked.kills:
                cluster.start()
                if process is None or process.poll() is not None:
                    if process is not None and process.returncode == 0:
                        spoil(out, choose)
                    process = client(study, out, cluster, place / "client.log")
                await_moment(out, process, choose)
                kind = choose.choice(("client", "worker", "scheduler"))
                victim = {"client": process, "worker": cluster.workers[choose.randrange(2)], "scheduler": cluster.scheduler}[kind]
                assert victim is not None
                victim.send_signal(signal.SIGKILL)
                victim.wait()
                kills += 1
                print(f"kill {kills}: {kind}, {done_runs(out)} runs done", flush=True)
            while True:
                cluster.start()
                if process is not None and process.poll() is None and process.wait() == 0:
                    break
                process = client(study, out, cluster, place / "client.log")
                if process.wait(timeout=3600) == 0:
                    break
        finally:
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
            cluster.end()
        sweep.carry_out(sweep.make_sweep(study, until="2013", jobs=os.cpu_count()), place / "alone")
        same = store_hash(out) == store_hash(place / "alone")
        print("the same bytes" if same else f"the bytes differ, see {place}", status_of(out))
        return 0 if same else 1


def await_moment(out: Path, process: subprocess.Popen[bytes], choose: random.Random) -> None:
    """Wait for the next moment to kill: at once or soon after a start one time in four, else when some more runs are done."""
    if choose.random() < 0.25:
        time.sleep(choose.uniform(0.1, 10.0))
        return
    until, deadline = done_runs(out) + choose.randint(1, 8), time.monotonic() + 900
    while done_runs(out) < until and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(choose.uniform(0.0, 1.0))


def done_runs(out: Path) -> int:
    """Return how many runs have a marker."""
    return len(markers(out / STORE)) if (out / STORE).is_dir() else 0


def spoil(out: Path, choose: random.Random) -> None:
    """Take away half of what is done, and cut chunks of some runs in two, so that there is work left to kill."""
    done = sorted(markers(out / STORE))
    for run in choose.sample(done, len(done) // 2):
        (out / STORE / "run_status" / str(run)).unlink()
    for run in choose.sample(done, 5):
        chunk = out / STORE / "settled" / f"{run}.0.0.0"
        chunk.write_bytes(chunk.read_bytes()[:100])


if __name__ == "__main__":
    sys.exit(main())
