"""Run all benchmarks and write `benchmarks/results/` and `docs/performance.md` anew: ten minutes on a quiet machine, `--long` half an hour.

python benchmarks/all.py [--long | --quick]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

import common  # noqa: F401 - it notes the load before the first figure, and hands it on

HERE = Path(__file__).parent
CASES = {
    "machine": ["--repeat", "5"],
    "startup": ["--repeat", "5", "--compile"],
    "stages": ["--repeat", "51"],
    "against": ["--repeat", "5"],
    "memory": ["--weights", "20"],
    "runs": ["--repeat", "3"],
    "scaling": ["--repeat", "3", "--everyone"],
}
LONG = CASES | {"memory": ["--weights", "100", "20", "4"], "runs": ["--repeat", "5"], "scaling": ["--repeat", "5", "--everyone"]}
QUICK = {
    "machine": ["--repeat", "3"],
    "startup": ["--repeat", "3"],
    "stages": ["--repeat", "31"],
    "against": ["--repeat", "3", "--weight", "1000", "--numpy-weight", "50"],
    "memory": ["--weights", "100", "--quarters", "12"],
    "scaling": ["--repeat", "1", "--weights", "200", "20", "--quarters", "8"],
}
SCRIPTS = {"runs": "time_runs"}


def main() -> None:
    """Run every script in turn; one that fails stops the rest."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--long", action="store_true", help="more runs of each case")
    options.add_argument("--quick", action="store_true", help="fewer rows and runs, to see that all works")
    given = options.parse_args()
    began = time.perf_counter()
    for name, words in (QUICK if given.quick else LONG if given.long else CASES).items():
        print(f"{name}, after {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
        script, out = HERE / f"{SCRIPTS.get(name, name)}.py", HERE / "results" / f"{name}.json"
        subprocess.run([sys.executable, str(script), *words, "--out", str(out)], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, str(HERE / "page.py")], check=True)
    print(f"all, after {time.perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
