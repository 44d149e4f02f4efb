"""(e) How long light commands take from the shell's point of view: `urbsim --help`, `urbsim check`, and what compiling costs once.

python benchmarks/startup.py [--compile]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import Any

from common import parser, report, say, timed

COMMANDS = (["--help"], ["check", "zhejiang_2027"], ["list", "levers"], ["explain", "settlement.quota"])
CALL = "from urbsim.cli import main; main()"


def main() -> None:
    """Time each command in fresh processes."""
    options = parser(__doc__)
    options.add_argument("--compile", action="store_true", help="also `urbsim warmup` without a cache, once")
    given = options.parse_args()
    results: dict[str, Any] = {}
    for words in COMMANDS:
        say(" ".join(words))

        def call(words: list[str] = words) -> None:
            subprocess.run([sys.executable, "-c", CALL, *words], check=True, capture_output=True)

        call()
        results["urbsim " + " ".join(words)] = timed(call, given.repeat)["wall_median"]
    if given.compile:
        say("warmup without a cache")
        with tempfile.TemporaryDirectory() as folder:
            environment = os.environ | {"URBSIM_CACHE": folder}
            words = [sys.executable, "-c", CALL, "warmup", "--lang", "en"]
            results["compile_s"] = timed(lambda: subprocess.run(words, check=True, capture_output=True, env=environment), 1)["wall_median"]
            results["load_s"] = timed(lambda: subprocess.run(words, check=True, capture_output=True, env=environment), 1)["wall_median"]
    report("startup", results, given.out)


if __name__ == "__main__":
    main()
