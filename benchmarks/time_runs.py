"""(g) Time `urbsim run` as a user meets it, report and tables included: a fresh process a case, with the peak memory of all its workers.

python benchmarks/time_runs.py [--draws 20] [--jobs 2] [--weight 100] [--threads 1]
"""

from __future__ import annotations

import contextlib
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from common import SCENARIO, parser, report, say

CALL = "from urbsim.cli import main; main()"


def measure(words: list[str], folder: str) -> tuple[float, float]:
    """Return seconds and the peak of resident memory in GB, summed over the process and its workers; stop if the run fails."""
    began, peak = time.perf_counter(), 0
    process = psutil.Popen([sys.executable, "-c", CALL, "run", *words, "--quiet"], cwd=folder, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            peak = max(peak, sum(one.memory_info().rss for one in (process, *process.children(recursive=True))))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"the run failed with status {process.returncode}")
    return time.perf_counter() - began, peak / 1e9


def main() -> None:
    """Time the command as it stands, then with the numbers that were given."""
    options = parser(__doc__)
    options.add_argument("--scenario", default=SCENARIO)
    options.add_argument("--draws", type=int, nargs="*", default=[])
    options.add_argument("--jobs", type=int, nargs="+", default=[2])
    options.add_argument("--weight", type=int, nargs="+", default=[100])
    options.add_argument("--threads", type=int, nargs="+", default=[1])
    given = options.parse_args()
    cases: list[list[str]] = [[]]
    for numbers in itertools.product(given.draws, given.jobs, given.weight, given.threads):
        named = zip(("--draws", "--jobs", "--weight", "--threads"), map(str, numbers), strict=True)
        cases.append([word for pair in named for word in pair])
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        measure([given.scenario, "--draws", "1", "--weight", "2000", "--output", str(Path(folder) / "warm")], folder)
        for number, case in enumerate(cases):
            runs = [
                measure([given.scenario, *case, "--output", str(Path(folder) / f"{number}-{k}")], folder) for k in range(given.repeat)
            ]
            seconds, memory = zip(*runs, strict=True)
            words, median = " ".join(("urbsim run", given.scenario, *case)), statistics.median(seconds)
            results.append({"command": words, "wall_median": median, "wall_least": min(seconds), "peak_gb": max(memory)})
            say(f"{words}: {median:.1f} s")
    report("runs", results, given.out)


if __name__ == "__main__":
    main()
