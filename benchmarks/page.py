"""Write `docs/performance.md` from what the benchmarks wrote to `benchmarks/results/`.

python benchmarks/page.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
NAMES = ("machine", "startup", "stages", "against", "scaling", "memory", "runs")
FIRST_BASE = 0.25e9  # bytes that a process holds without households, where `memory` was not run
BUSY = 0.5  # load before the first figure above which times are not to be trusted


def _row(name: str, asked: str, aim: str, got: float | None, unit: str, least: float, higher: bool = True) -> str:
    """Return one line of the table: what was asked, what was got, and by how much it is missed."""
    if got is None:
        return f"| {name} | {asked} | {aim} | not measured | |"
    met = got >= least if higher else got <= least
    missed = "" if met else f"missed: {got / least:.4g} of it" if higher else f"missed: {got / least:.4g} times it"
    return f"| {name} | {asked} | {aim} | {got:,.4g} {unit} | {'reached' if met else missed} |"


def _lines(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """Return a table."""
    lines = [" | ".join(map(str, row)) for row in (head, ("---",) * len(head), *rows)]
    return "\n".join(f"| {line} |" for line in lines)


def page(found: dict[str, Any]) -> str:
    """Return the page; `found` holds the JSON documents by name, those that there are."""
    results = {name: document["results"] for name, document in found.items()}
    scaling, memory = results.get("scaling", {}), results.get("memory", [])
    against, startup = results.get("against", {}), results.get("startup", {})
    runs = [*scaling.get("households", []), *scaling.get("threads", []), *([scaling["everyone"]] if "everyone" in scaling else [])]
    large = [run for run in runs if run["households"] >= 1_000_000]
    threads = {run["threads"]: run for run in scaling.get("threads", [])}
    everyone = scaling.get("everyone")
    paces = [everyone["household_quarters_per_s"]] if everyone else [run["household_quarters_per_s"] for run in large]
    base = memory[0]["base_gb"] * 1e9 if memory else FIRST_BASE
    held = (everyone["peak_gb"] * 1e9 - base) / everyone["households"] if everyone else None
    linear = [run for run in scaling.get("households", []) if run["households"] >= 100_000]
    costs = [run["ns_cpu"] for run in linear]
    ordinary = next((run for run in results.get("runs", []) if "--" not in run["command"]), None)
    table = [
        _row("household-quarters a second, a million households and more", "30 million", "100 million",
             max(paces, default=0.0) / 1e6 if paces else None, "million", 30.0),
        _row("everyone in Zhejiang, 2010-2027, one run: time", "90 s", "30 s",
             everyone["opening_s"] + everyone["quarters_s"] if everyone else None, "s", 90.0, higher=False),
        _row("the same: memory", "4 GB", "2 GB", everyone["peak_gb"] if everyone else None, "GB", 4.0, higher=False),
        _row("against one Mesa object a household", "200 x", "500 x", against.get("mesa", {}).get("ratio"), "x", 200.0),
        _row("against plain numpy (the stages that it was written for)", "5 x", "20 x", against.get("numpy", {}).get("ratio"), "x", 5.0),
        _row("two threads against one", "1.5 x", "1.8 x", threads[1]["ns_wall"] / threads[2]["ns_wall"] if len(threads) == 2 else None,
             "x", 1.5),
        _row("bytes a household at peak, above the base", "128", "64",
             held, "bytes", 128.0, higher=False),
        _row("cost of a household from 1e5 to 1e6 of them, greatest over least", "1.2", "1.2", max(costs) / min(costs) if costs else None,
             "", 1.2, higher=False),
        _row("`urbsim run zhejiang_2027` (20 draws, weight 100, report and tables), kernels compiled", "30 s", "10 s",
             ordinary["wall_median"] if ordinary else None, "s", 30.0, higher=False),
        _row("everyone synthesised and the run opened", "20 s", "2 s", everyone["opening_s"] if everyone else None, "s", 20.0,
             higher=False),
        _row("`urbsim --help`", "0.4 s", "0.2 s", startup.get("urbsim --help"), "s", 0.4, higher=False),
        _row("`urbsim check zhejiang_2027`", "0.4 s", "0.2 s", startup.get("urbsim check zhejiang_2027"), "s", 0.4, higher=False),
    ]  # fmt: skip
    loads = {name: document["machine"]["load"] for name, document in found.items()}
    one = next(iter(found.values()))["machine"] if found else {}
    busy = [name for name, load in loads.items() if load > BUSY * one.get("cores", 1)]
    text = (HERE / "page.md").read_text(encoding="utf-8")
    named = [(run["scenario"], run) for group in ("households", "threads", "draws", "areas") for run in scaling.get(group, [])]
    grown = [
        (name, f"{r['households']:,}", r["areas"], r["threads"], r["quarters"], r["draws"], f"{r['ns_cpu']:.0f}", f"{r['ns_wall']:.0f}",
         f"{r['peak_gb']:.2f}")
        for name, r in [*named, *([("everyone", everyone)] if everyone else [])]
    ]  # fmt: skip
    stages, run = results.get("stages", {}).get("ns_per_household", {}), results.get("stages", {}).get("run")
    shares = [(f"`{name}`", f"{own:.2f}", f"{own / run['cpu_s']:.0%}") for name, own in run["functions_s"].items()] if run else []
    looked_at, compiled = results.get("stages", {}).get("looked_at", {}), startup.get("compile_s")
    parts = {
        "LOOKED_AT": ", ".join(f"{share:.0%} in the {name}" for name, share in looked_at.items()) or "not measured",
        "COMPILE": f"{compiled:.0f}" if compiled else "(not measured)",
        "TABLE": "\n".join(["| | at least | aim | measured | |", "|---|---|---|---|---|", *table]),
        "MACHINE": f"{one.get('processor', '?')}, {one.get('cores', '?')} cores, {one.get('memory_gb', '?')} GB, Python "
        f"{one.get('python', '?')}, " + ", ".join(f"{name} {number}" for name, number in one.get("versions", {}).items()) + ".",
        "BUSY": f"**The machine was busy** (load {max(loads.values()):.1f}) while these were measured: {', '.join(busy)}. Ratios inside "
        "one run and processor time say something, wall times do not." if busy else "The machine was quiet.",
        "STAGES": _lines(("stage", "ns a household and quarter, processor, least"),
                         [(name, f"{value['cpu_least']:.1f}") for name, value in stages.items()]),
        "RUN": f"One run at weight {run['weight']}, 2010 to 2027, {run['household_quarters'] / 1e6:.1f} million household-quarters: "
        f"{run['cpu_s']:.2f} s of processor time on one thread, {run['ns']:.0f} ns each.\n\n" + _lines(("function", "s", "share"), shares)
        if run else "Not measured.",
        "SCALING": _lines(("what", "households", "areas", "threads", "quarters", "draws", "ns processor", "ns clock", "peak GB"), grown),
        "LIMITS": _lines(("", ""), [(name.replace("_", " "), f"{value:.3g}") for name, value in results.get("machine", {}).items()]),
    }  # fmt: skip
    for name, part in parts.items():
        text = text.replace(f"@{name}@", part)
    return text


def main() -> None:
    """Write the page from what there is."""
    files = {name: HERE / "results" / f"{name}.json" for name in NAMES}
    found = {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items() if file.exists()}
    PAGE.write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
