"""(b) How time grows: with households, areas, threads and draws.

python benchmarks/scaling.py [--weights 200 100 20] [--everyone]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from typing import Any

from common import SCENARIO, machine, parser, report, say


def one(scenario: str, weight: int, threads: int, quarters: int, draws: int) -> dict[str, Any]:
    """Run in this process and return rows, seconds and what a household-quarter costs."""
    from urbsim.engine import open_engine
    from urbsim.scenario import load

    spec = load(scenario)
    open_engine(spec, weight=20_000 if scenario == SCENARIO else 2000).run(5)  # compiled, loaded
    began = time.perf_counter()
    steps: list[float] = []
    household_quarters, cpu, rows = 0, 0.0, 0
    made = 0.0
    for draw in range(draws):
        start = time.perf_counter()
        engine = open_engine(spec, draw=draw, weight=weight, threads=threads)
        made += time.perf_counter() - start
        rows = engine.n
        processor = time.process_time()
        for _ in range(quarters):
            household_quarters += engine.n
            start = time.perf_counter()
            engine.step()
            steps.append(time.perf_counter() - start)
        cpu += time.process_time() - processor
    import resource

    return {
        "scenario": scenario, "weight": weight, "threads": threads, "quarters": quarters, "draws": draws, "households": rows,
        "areas": engine.areas, "opening_s": made, "quarters_s": sum(steps), "all_s": time.perf_counter() - began, "cpu_s": cpu,
        "household_quarters_per_s": household_quarters / sum(steps), "ns_wall": sum(steps) / household_quarters * 1e9,
        "ns_cpu": cpu / household_quarters * 1e9, "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
    }  # fmt: skip


def in_turn(cases: list[tuple[Any, ...]], repeat: int) -> list[dict[str, Any]]:
    """Return of each case the median run, by wall time a household-quarter, of several fresh processes: case after case, then again.

    What is compared is measured within the same minutes, on a machine whose pace changes by the hour.
    """
    runs: list[list[dict[str, Any]]] = [[] for _ in cases]
    for _ in range(repeat):
        for held, case in zip(runs, cases, strict=True):
            words = [sys.executable, __file__, "--one", *map(str, case)]
            held.append(json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout))
    medians = [sorted(held, key=lambda run: float(run["ns_wall"]))[repeat // 2] for held in runs]
    for run in medians:
        say(f"{run['households']:>10} households, {run['threads']} threads: {run['household_quarters_per_s'] / 1e6:.1f} million a second")
    return medians


def main() -> None:
    """Run all cases and report them."""
    options = parser(__doc__)
    options.add_argument("--weights", type=int, nargs="+", default=[200, 100, 20])
    options.add_argument("--quarters", type=int, default=8)
    options.add_argument("--everyone", action="store_true", help="also weight 1, all quarters to 2027, on two threads, once")
    options.add_argument("--one", nargs=5, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        print(json.dumps(one(given.one[0], *map(int, given.one[1:]))))
        return
    q, repeat = given.quarters, given.repeat
    least = min(given.weights)
    results: dict[str, Any] = {
        "households": in_turn([(SCENARIO, w, 1, q, 1) for w in given.weights], repeat),
        "threads": in_turn([(SCENARIO, least, t, q, 1) for t in (1, 2)], repeat),
        "draws": in_turn([(SCENARIO, 200, 1, q, d) for d in (1, 4)], repeat),
        "areas": in_turn([(name, w, 1, q, 1) for name, w in (("xuchang_2025", 6), (SCENARIO, 100), ("fujian_2019", 60))], repeat),
        "load_at_start": machine()["load"],
    }
    if given.everyone:
        (results["everyone"],) = in_turn([(SCENARIO, 1, 2, 68, 1)], 1)
    report("scaling", results, given.out)


if __name__ == "__main__":
    main()
