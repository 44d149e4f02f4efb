"""(c) Memory a household, above what a process holds without households; one fresh process a case, synthesis included.

python benchmarks/memory.py [--weights 100 20 5]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys

from common import SCENARIO, parser, report, say


def peak() -> float:
    """Return the most bytes that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def one(weight: int, quarters: int) -> dict[str, float]:
    """Return the base and peak of one run."""
    from urbsim.engine import open_engine
    from urbsim.scenario import load

    scenario = load(SCENARIO)
    open_engine(scenario, weight=20_000).run(5)
    base = peak()
    engine = open_engine(scenario, weight=weight)
    rows, opened = engine.n, peak()
    engine.run(quarters)
    return {
        "weight": weight, "households": rows, "households_at_end": engine.n, "base_gb": base / 1e9, "opened_gb": opened / 1e9,
        "peak_gb": peak() / 1e9, "bytes_per_household": (peak() - base) / rows,
    }  # fmt: skip


def main() -> None:
    """Run all cases and report them."""
    options = parser(__doc__)
    options.add_argument("--weights", type=int, nargs="+", default=[100, 20, 4])
    options.add_argument("--quarters", type=int, default=68)
    options.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        print(json.dumps(one(given.one, given.quarters)))
        return
    results = []
    for weight in given.weights:
        words = [sys.executable, __file__, "--one", str(weight), "--quarters", str(given.quarters)]
        results.append(json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout))
        say(f"weight {weight}: {results[-1]['bytes_per_household']:.0f} bytes a household")
    report("memory", results, given.out)


if __name__ == "__main__":
    main()
