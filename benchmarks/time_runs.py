"""Time `urbsim.run` as a user meets it: a fresh process for every case, wall time and peak memory with all its workers.

Run by hand on a quiet machine:

    .venv/bin/python benchmarks/time_runs.py
    .venv/bin/python benchmarks/time_runs.py --repeat 5 --scenario zhejiang_2027 --draws 20 --jobs 1 2 --weight 100 10
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import platform
import statistics
import sys
import time

import psutil

ONE_RUN = """
import sys, urbsim
if __name__ == "__main__":
    scenario, draws, jobs, weight, threads = sys.argv[1], *map(int, sys.argv[2:6])
    urbsim.run(scenario, draws=draws, jobs=jobs, weight=weight, threads=threads)
"""


def measure(scenario: str, draws: int, jobs: int, weight: int, threads: int) -> tuple[float, float]:
    """Return seconds and the peak of resident memory in MiB, summed over the process and its workers; raises if the run fails."""
    started = time.perf_counter()
    arguments = [scenario, *map(str, (draws, jobs, weight, threads))]
    process = psutil.Popen([sys.executable, "-c", ONE_RUN, *arguments])
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            peak = max(peak, sum(one.memory_info().rss for one in (process, *process.children(recursive=True))))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"the run failed with status {process.returncode}")
    return time.perf_counter() - started, peak / 2**20


def main() -> None:
    """Print one line for each case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--scenario", default="zhejiang_2027")
    parser.add_argument("--draws", type=int, nargs="+", default=[1, 20])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--weight", type=int, nargs="+", default=[100])
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()

    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, {given.scenario}")
    print("a first run compiles the kernels and is not counted:", end=" ", flush=True)
    print(f"{measure(given.scenario, 1, 1, max(given.weight), 1)[0]:.1f} s")
    print(f"{'draws':>6} {'jobs':>5} {'weight':>7} {'threads':>8} {'median s':>9} {'least s':>8} {'peak MiB':>9}")
    for draws, jobs, weight, threads in itertools.product(given.draws, given.jobs, given.weight, given.threads):
        if jobs > draws:
            continue
        cases = [measure(given.scenario, draws, jobs, weight, threads) for _ in range(given.repeat)]
        seconds, memory = zip(*cases, strict=True)
        print(f"{draws:6} {jobs:5} {weight:7} {threads:8} {statistics.median(seconds):9.1f} {min(seconds):8.1f} {max(memory):9.0f}")


if __name__ == "__main__":
    main()
