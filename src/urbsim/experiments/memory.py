"""How much memory a plan takes, told before anything is allocated: what does not fit is refused, with what would."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from urbsim.errors import Problem
from urbsim.text import Text

if TYPE_CHECKING:
    from urbsim.experiments.plan import Plan
    from urbsim.regions import Region

# Measured (benchmarks/memory.py, scaling.py), rounded up. A process that simulates holds numpy, numba, the kernels, the region and lists in
# pages of 2 MB.
BASE_BYTES = 420e6
ROW_BYTES = 125.0  # rows of 64 bytes, newcomers and new households to 2027, lists and scratch
KEPT_BYTES = 64.0  # the people of 2010 beside them, where they are kept for the next run
FIGURES = 250  # 64-bit figures of an area in a quarter, of which a run keeps all
COPIES = 3  # of them while the result is put together
SPARED = 0.9  # of what is free, the part that a plan may take
FEWEST_PERSONS = 2.0  # in a household: with this a region's households are not underestimated


@dataclass(frozen=True)
class Need:
    """Hold what a plan needs: household rows of one run, and bytes of one process and of all."""

    rows: float
    process: float
    total: float


def process_bytes(rows: float) -> float:
    """Return the bytes of one simulating process with so many household rows at the census."""
    from urbsim.population.registry import KEPT_ROWS

    return BASE_BYTES + rows * (ROW_BYTES + (KEPT_BYTES if rows <= KEPT_ROWS else 0.0))


def need_of(region: Region, households: float, weight: int, jobs: int, runs: int, quarters: int) -> Need:
    """Return what `jobs` processes need for `runs` runs of a region at a weight; `households` are those at the census."""
    rows = households / weight
    one = process_bytes(rows)
    results = COPIES * runs * quarters * len(region.area_codes) * FIGURES * 8.0
    return Need(rows, one, jobs * one + results + (BASE_BYTES if jobs > 1 else 0.0))


def available_bytes() -> float | None:
    """Return the memory that can be had without swapping: of the machine, or of the group of processes that this one belongs to.

    None where the system does not tell.
    """
    found: list[float] = []
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                found.append(float(line.split()[1]) * 1024.0)
        most = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
        if most != "max":
            found.append(float(most) - float(Path("/sys/fs/cgroup/memory.current").read_text(encoding="ascii")))
    except (OSError, ValueError, IndexError):
        pass
    if not found:
        try:
            found.append(float(os.sysconf("SC_PHYS_PAGES")) * float(os.sysconf("SC_PAGE_SIZE")))
        except (AttributeError, OSError, ValueError):
            return None
    return max(min(found), 0.0)


def check_memory(plan: Plan) -> list[Problem]:
    """Return the problem of a plan that does not fit into memory, with the weight and the number of processes that would."""
    free = available_bytes()
    if free is None or plan.scheduler is not None:
        return []
    from urbsim.regions import load_region

    region, run, quarters = load_region(plan.scenario.region), plan.scenario.run, plan.until + 1
    free *= SPARED
    at_most = float(region.residents_2010.sum()) / FEWEST_PERSONS
    if need_of(region, at_most, run.weight, plan.jobs, plan.runs, quarters).total <= free:
        return []
    from urbsim.population.plan import households_of

    households = households_of(region)
    need = need_of(region, households, run.weight, plan.jobs, plan.runs, quarters)
    if need.total <= free:
        return []
    return [_refusal(plan, region, households, need, free, quarters)]


def _refusal(plan: Plan, region: Region, households: float, need: Need, free: float, quarters: int) -> Problem:
    weight, jobs, runs = plan.scenario.run.weight, plan.jobs, plan.runs
    fewer = max((j for j in range(1, jobs) if need_of(region, households, weight, j, runs, quarters).total <= free), default=0)
    fits = _least_weight(region, households, jobs, runs, quarters, free, weight)
    zh, en = [], []
    if fewer:
        zh.append(f"改用 {fewer} 个进程(--jobs {fewer})")
        en.append(f"{fewer} process{'es' if fewer > 1 else ''} (--jobs {fewer})")
    if fits:
        zh.append(f"{jobs} 个进程时权重取 {fits} 或更大(--weight {fits})")
        en.append(f"with {jobs} process{'es' if jobs > 1 else ''} a weight of {fits} or more (--weight {fits})")
    if not zh:
        zh, en = ["先腾出内存，或减少抽样次数"], ["free some memory first, or ask for fewer draws"]
    words = Text(
        zh=f"内存不够：权重 {weight} 时每个进程约 {need.rows / 1e6:.2f} 百万行、{need.process / 1e9:.1f} GB，{jobs} 个进程共约 "
        f"{need.total / 1e9:.1f} GB，可用 {free / 1e9:.1f} GB。",
        en=f"not enough memory: at weight {weight} a process holds about {need.rows / 1e6:.2f} million rows, {need.process / 1e9:.1f} GB, "
        f"and {jobs} of them {need.total / 1e9:.1f} GB; {free / 1e9:.1f} GB can be had.",
    )
    return Problem(words, hint=Text(zh="可以" + "；或".join(zh) + "。", en="What fits: " + "; or ".join(en) + "."))


def _least_weight(region: Region, households: float, jobs: int, runs: int, quarters: int, free: float, weight: int) -> int:
    """Return the least weight above `weight` that fits, in two digits, 0 if none does."""
    nothing = need_of(region, 0.0, 1, jobs, runs, quarters).total
    if nothing >= free:
        return 0
    for bytes_a_row in (ROW_BYTES, ROW_BYTES + KEPT_BYTES):
        exact = max(households * jobs * bytes_a_row / (free - nothing), weight + 1.0)
        unit = 10.0 ** max(math.floor(math.log10(exact)) - 1, 0)
        found = int(math.ceil(exact / unit) * unit)
        if need_of(region, households, found, jobs, runs, quarters).total <= free:
            return found
    return 0
