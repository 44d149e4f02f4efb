"""What the benchmark scripts share: the machine, medians, one line of JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

SCENARIO = "zhejiang_2027"
REPEAT = 5
LOAD = "URBSIM_BENCHMARK_LOAD"  # of the machine before the first figure: later the benchmarks are the load
os.environ.setdefault(LOAD, f"{os.getloadavg()[0]:.2f}")


def machine() -> dict[str, Any]:
    """Return processor, cores, memory, versions, and the load before the first figure."""
    import psutil

    name = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        name = models[0] if models else name
    return {
        "processor": name,
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "load": float(os.environ[LOAD]),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "versions": {package: version(package) for package in ("numpy", "numba", "mesa", "urbsim")},
    }


def parser(doc: str | None) -> argparse.ArgumentParser:
    """Return a parser with what all scripts take."""
    made = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    made.add_argument("--repeat", type=int, default=REPEAT, help="runs of each case; the median is reported")
    made.add_argument("--out", type=Path, help="write the JSON here as well")
    return made


def report(name: str, results: Any, out: Path | None = None) -> None:
    """Print one JSON document and write it if asked."""
    text = json.dumps({"benchmark": name, "machine": machine(), "results": results}, indent=1)
    print(text)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n", encoding="utf-8")


def say(text: str) -> None:
    """Tell what is going on, away from the JSON."""
    print(text, file=sys.stderr, flush=True)


def timed(work: Callable[[], Any], repeat: int, before: Callable[[], Any] | None = None) -> dict[str, float]:
    """Return the median and the least of wall and processor seconds over `repeat` calls; `before` is not timed."""
    walls, cpus = [], []
    for _ in range(repeat):
        if before is not None:
            before()
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {
        "wall_median": statistics.median(walls), "wall_least": min(walls), "cpu_median": statistics.median(cpus), "cpu_least": min(cpus),
    }  # fmt: skip
