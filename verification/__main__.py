"""Run the verification programme and write its page: `python -m verification` from the root of the repository (two minutes)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from verification.check import Check
from verification.checks import CHECKS
from verification.power import ALPHA, POWER

DOCS = Path(__file__).resolve().parents[1] / "docs"
HEAD = """# Verification

Written by `python -m verification`; do not edit by hand. Does the code compute what the model says? Each case has an outcome that is known
without the code; the model's own kernels compute it as a run calls them. Whether the model says the truth about China is another question
([fit.md](fit.md)).

Where chance is involved, a test compares counts with probabilities (chi-square) or values with a distribution (Kolmogorov-Smirnov). It
refuses the model if its p is below {alpha}. *Finds* is the departure that the test would find with a probability of {power} at this
number of households (noncentral chi-square; a bound for Kolmogorov-Smirnov), so that not to be refused has a meaning. The luck is that of
key {key}; `--key` takes another: with {tests} tests, one key in {false:.0f} or so refuses something though nothing is wrong.

| case | outcome |
|---|---|
"""


def section(check: Check) -> str:
    """Return the part of the page about one check."""
    lines = [f"## {check.title}", "", check.question, "", f"*Known:* {check.known}", ""]
    lines += [f"![{check.title}](verification/{check.name}.png)", "", f"*Reading:* {check.reading}", ""]
    if check.verdicts:
        lines += ["| test | households or values | statistic | p | finds | |", "|---|---:|---|---:|---|---|"]
        for name, found in check.verdicts.items():
            size = f"{100 * found.detectable:.2g} %" if "relative" in found.unit else f"{found.detectable:.2g}"
            unit = found.unit.replace(", relative", "")
            said = "" if found.passed else "**refused**"
            lines.append(f"| {name} | {found.n:,} | {found.statistic} | {found.p:.3f} | {size} {unit} | {said} |")
    if check.exact:
        lines += ["| compared | equal | of | |", "|---|---:|---:|---|"]
        for name, (good, total) in check.exact.items():
            lines.append(f"| {name} | {good:,} | {total:,} | {'' if good == total else '**differs**'} |")
    return "\n".join([*lines, ""])


def picture(check: Check, folder: Path) -> None:
    """Draw the picture of a check."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    check.draw(axes)
    axes.set_title(check.title)
    axes.spines[["top", "right"]].set_visible(False)
    folder.mkdir(exist_ok=True)
    figure.savefig(folder / f"{check.name}.png", dpi=90, metadata={"Software": None})
    plt.close(figure)


def main() -> None:
    """Run the checks that are asked for; leave with 1 if one refuses the model."""
    parser = argparse.ArgumentParser(prog="python -m verification", description=__doc__)
    parser.add_argument("--key", type=int, default=1, help="another luck")
    parser.add_argument("--only", nargs="*", help="names of checks; writes nothing")
    asked = parser.parse_args()
    found = []
    for make in CHECKS:
        if asked.only and make.__name__ not in asked.only:
            continue
        check = make(asked.key)
        found.append(check)
        print(f"{check.name}: {'as known' if check.passed else 'REFUSED'}", flush=True)
        for name, verdict in check.verdicts.items():
            print(f"  {name}: {verdict.statistic}, p = {verdict.p:.3f}, finds {verdict.detectable:.3g} {verdict.unit}")
        for name, (good, total) in check.exact.items():
            print(f"  {name}: {good:,} of {total:,}")
    if not asked.only:
        tests = sum(len(check.verdicts) for check in found)
        head = HEAD.format(alpha=ALPHA, power=POWER, key=asked.key, tests=tests, false=1 / (1 - (1 - ALPHA) ** tests))
        table = "".join(f"| {check.title} | {'as known' if check.passed else '**refused**'} |\n" for check in found)
        for check in found:
            picture(check, DOCS / "verification")
        (DOCS / "verification.md").write_text(head + table + "\n" + "\n".join(section(check) for check in found), encoding="utf-8")
    sys.exit(not all(check.passed for check in found))


if __name__ == "__main__":
    main()
