"""Time a sweep of many small runs: throughput, the share of time outside the engine, the client's memory.

Run by hand on a quiet machine, from the root of the repository:

    PYTHONPATH=. .venv/bin/python benchmarks/time_sweep.py                  # 1,000 runs at weight 500 on all cores
    PYTHONPATH=. .venv/bin/python benchmarks/time_sweep.py --runs 40 --jobs 1

The time inside the engine is what `urbsim.engine.simulate` takes, summed over all workers; the rest of (wall time x processes) is outside:
starting processes, scenarios of points, turning frames into results, writing. Kernels are compiled beforehand.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from urbsim.experiments import runner, sweep
from urbsim.experiments.plan import cores

STUDY = """
name: timed
base: zhejiang_2027
factors:
  - {{name: quota, lever: settlement.quota, area: hangzhou_core, from: 2025, low: 0, high: 50000}}
  - {{parameter: k_q, distribution: prior}}
design: {{kind: latin_hypercube, n: {points}}}
run: {{draws: 1, replicates: 1, weight: {weight}}}
"""
FOLDER = "URBSIM_TIMED"


def timed(scenario: Any, **numbers: Any) -> Any:
    """Simulate, and note how long that took in a file of this process."""
    from urbsim.engine import simulate

    began = time.perf_counter()
    frames = simulate(scenario, **numbers)
    with (Path(os.environ[FOLDER]) / str(os.getpid())).open("a") as file:
        file.write(f"{time.perf_counter() - began}\n")
    return frames


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--weight", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=cores())
    asked = parser.parse_args()
    from benchmarks import time_sweep  # workers import it by this name

    runner._engine = lambda: time_sweep.timed
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        os.environ[FOLDER] = str(place / "times")
        (place / "times").mkdir()
        study = place / "timed.yaml"
        study.write_text(STUDY.format(points=asked.runs, weight=asked.weight), encoding="utf-8")
        warm = sweep.make_sweep(study, until="2011-06", weight=5000, jobs=1)
        first = next(sweep.run_tasks(warm, np.array([0])))
        sweep.StudyWork("", "", 1, timed)._values(warm.study, warm.plan, first, lambda q: None)
        for file in (place / "times").iterdir():
            file.unlink()
        began = time.perf_counter()
        tally = sweep.carry_out(sweep.make_sweep(study, jobs=asked.jobs), place / "out")
        wall = time.perf_counter() - began
        inside = [float(line) for file in (place / "times").iterdir() for line in file.read_text().split()]
        size = sum(file.stat().st_size for file in (place / "out").rglob("*") if file.is_file())
    share = 1 - sum(inside) / (wall * asked.jobs)
    print(f"{platform.platform()}, Python {platform.python_version()}")
    print(f"{asked.jobs} processes of {cores()} cores, weight {asked.weight}")
    pace, each = 3600 * tally.done / wall, sum(inside) / len(inside)
    print(f"{tally.done} runs in {wall:.0f} s: {pace:.0f} an hour, {each:.2f} s each in the engine")
    print(f"outside the engine {100 * share:.1f} % of processor time; {size / tally.done / 1e3:.0f} kB a run on disk")
    print(f"client: {psutil.Process().memory_info().rss / 1e6:.0f} MB")
    sys.exit(tally.failed > 0)


if __name__ == "__main__":
    main()
