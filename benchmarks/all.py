"""Run all benchmarks and write `benchmarks/results/` and `docs/performance.md` anew; on a quiet machine, about an hour.

python benchmarks/all.py [--quick]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
CASES = {
    "machine": ["--repeat", "9"],
    "startup": ["--compile"],
    "stages": ["--repeat", "101"],
    "against": [],
    "scaling": ["--everyone"],
    "memory": ["--weights", "100", "20", "1"],
}
QUICK = {
    "machine": ["--repeat", "3"],
    "startup": ["--repeat", "3"],
    "stages": ["--repeat", "51"],
    "against": ["--repeat", "3", "--weight", "1000", "--numpy-weight", "50"],
    "scaling": ["--repeat", "1", "--weights", "200", "20", "--quarters", "8"],
    "memory": ["--weights", "100", "20", "4", "--quarters", "12"],
}


def main() -> None:
    """Run every script in turn; one that fails stops the rest."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--quick", action="store_true", help="fewer rows and runs, to see that all works")
    given = options.parse_args()
    for name, words in (QUICK if given.quick else CASES).items():
        print(name, file=sys.stderr, flush=True)
        out = HERE / "results" / f"{name}.json"
        subprocess.run([sys.executable, str(HERE / f"{name}.py"), *words, "--out", str(out)], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, str(HERE / "page.py")], check=True)


if __name__ == "__main__":
    main()
