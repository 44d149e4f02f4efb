"""Write `docs/calibration.md` from the stored results of all fits: `python -m urbsim.calibration.page`.

Nothing in it is typed by hand but the explanations of misses in `docs/calibration-remarks.md`; it reads `results/calibration/<region>/`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
COMMAND = "python -m urbsim.calibration.page"
ORDER = ("zhejiang", "fujian", "xuchang")
MISSED = 2.0
MOVED, NARROWED = 0.3, 0.8
Stored = dict[str, Any]


def row(*cells: object) -> str:
    """Return a row of a Markdown table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def table(head: tuple[str, ...], rows: list[str]) -> list[str]:
    """Return a Markdown table."""
    return [row(*head), row(*("---" for _ in head)), *rows, ""]


def figure(value: float | None) -> str:
    """Return a number, short."""
    if value is None:
        return "-"
    if abs(value) >= 1e5:
        return f"{value / 1e6:.3f} m"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"


def introduction(stored: list[Stored]) -> list[str]:
    """Return what was done and how to repeat it."""
    lines = [
        "# Calibration", "",
        f"Made by `{COMMAND}` from `results/calibration/`, which the fits wrote. Only outcomes of 2020 and earlier are asked; 2021 and",
        "2022 are kept to judge. How it is done is below; what each figure means stands in `calibration.csv` of the region's data.", "",
        *table(
            ("region", "command", "members", "candidates, wave 1 + 2", "met the census", "effective", "prior ruled out", "minutes",
             "processor minutes", "date", "commit"),
            [
                row(s["region"], f"`{s['command']}`", s["members"], f"{s['wave1']['candidates']} + {s['wave2']['candidates']}",
                    s["wave2"]["passed"], s["wave2"]["effective"], f"{s['wave2']['ruled_out']:.0%}", f"{s['minutes']:.0f}",
                    f"{s['processor_minutes']:.0f}", s["date"], s["commit"][:9])
                for s in stored
            ],
        ),
    ]  # fmt: skip
    if not stored:
        lines = [*lines[:5], "No fit is stored yet.", ""]
    return [*lines, *METHOD.strip().splitlines(), ""]


METHOD = """
## Method

* **Searched**: at most 15 parameters that the targets can move (list below). Everything else uncertain stays a prior sample in every
  candidate, so that a projection carries it.
* **Solved inside each candidate** by log-ratio steps whose slopes are learnt place by place: place constants, constants of people of other
  provinces, reclassification by prefecture, `k_outside`, `k_town`, `k_q_out` ([odd.md](odd.md) 7.16). A member meets the census by
  prefecture within the tolerances.
* **Wave 1** fills the prior by a Latin hypercube at 2.5 times the weight. Gaussian processes (or polynomials, whichever errs less on runs
  not seen) stand in for the model. Implausibility divides by the emulator's error (luck and the parameters not searched are in it), the
  figure's error and the discrepancy; what lies above 3 for any target is ruled out. A target that nothing meets cuts nothing and is told.
* **Wave 2** is drawn from what is left by the emulated likelihood (or a power of it below 1 where few points carry it), solved at the
  scenario's weight and weighed by the likelihood of what came out of its own runs over the one it was drawn by. Members are taken in
  proportion to the weights, nobody twice (a second copy would repeat the same run); a weight above one member's share is cut, and the share
  that is lost is told.
* **Common luck**: a candidate's number keys its luck, and a member repeats its own fit. Neither processes nor interruptions change a
  result.
* Normal scores of the prior: every parameter has mean 0 and standard deviation (sd) 1 before any data.
"""


def targets(s: Stored) -> list[str]:
    """Return asked and got."""
    rows = []
    for t in s["targets"]:
        sign = "at most " if t["kind"] == "at_most" else ""
        told = "**missed**" if abs(t["miss"]) > MISSED else "met"
        if not t["open"]:
            told += ", no point of the prior meets it beside the others"
        share = 100 if t["scale"] == "log" else 1
        unit = "%" if t["scale"] == "log" else ""
        error = f"{figure(share * t['standard_error'])}{unit}, {figure(share * t['discrepancy'])}{unit}"
        emulated = "-" if t["explained"] is None else f"{max(t['explained'], 0.0):.0%}"
        prior = f"{figure(t['prior_mean'])} ± {figure(t['prior_sd'])}"
        rows.append(row(
            t["key"].replace("_", " "), t["unit"], sign + figure(t["asked"]), error, prior, figure(t["got"]),
            f"{figure(t['got_low'])} … {figure(t['got_high'])}", f"{t['miss']:+.1f}", emulated, told,
        ))  # fmt: skip
    lost = f"Weight that could not be given without taking someone twice: {s['wave2']['lost']:.1%}."
    head = ("target", "unit", "asked", "error, discrepancy", "prior", "members", "5-95 %", "miss, sd", "explained by the emulator", "")
    if s["wave2"]["effective"] < s["members"] / 2:
        lost += (
            f" Candidates' own likelihoods differ so much that {s['wave2']['effective']:.0f} of them would carry the weight alone: the"
            " members are draws of the emulated posterior that met the census, without the least likely of them; they spread wider"
            " than the posterior does."
        )
    census = [
        f"`{c['name']}` worst {c['worst']:.2f}, rms {c['rms']:.2f} of its tolerance" if "worst" in c
        else f"settled from other provinces 2015-2018: asked {figure(c['asked'])}, got {figure(c['low'])} to {figure(c['high'])}"
        for c in s["census"]
    ]  # fmt: skip
    return ["### Targets: asked and got", "", *table(head, rows), lost, "", "Solved inside every member: " + "; ".join(census) + ".", ""]


def taught(s: Stored) -> list[str]:
    """Return prior against posterior, by whom, and the second method beside."""
    other = {one["symbol"]: one for one in s["cross_check"]}
    by = {one["symbol"]: one for one in s["teachers"]}
    rows, left = [], []
    for one in s["posterior"]:
        symbol = one["symbol"]
        learnt = one["sd"] < NARROWED or abs(one["mean"]) > MOVED
        who = [f"{t['key'].replace('_', ' ')} ({t['shift']:+.1f}; ×{t['widening']:.1f})" for t in by[symbol]["targets"]]
        if not learnt:
            left.append(f"`{symbol}`")
        abc = f"{other[symbol]['mean']:+.2f} ± {other[symbol]['sd']:.2f}" if symbol in other else "-"
        emulated = f"{by[symbol]['emulated_mean']:+.2f} ± {by[symbol]['emulated_sd']:.2f}"
        contraction = f"{1.0 - one['sd'] ** 2:.0%}"
        rows.append(row(
            f"`{symbol}`", f"{one['mean']:+.2f} ± {one['sd']:.2f}", contraction, f"{one['low']:.3g} … {one['high']:.3g}", emulated, abc,
            "; ".join(who) if learnt else "-",
        ))  # fmt: skip
    head = ("parameter", "members, scores", "variance gone", "members 5-95 %", "emulated", "second method", "taught by (shift; widening)")
    drift = "; ".join(f"`{one['symbol']}` {one['mean']:+.2f} ± {one['sd']:.2f}" for one in s["unsearched"])
    return [
        "### Which data moved which parameter", "", *table(head, rows),
        "The second method is local-linear regression on wave 1 alone, with a ridge. It asks that targets be met, discrepancy or not, and",
        "so moves further. *Shift* is how far the target moves the mean, *widening* how much wider the posterior would be without it",
        "(both by the emulator).", "",
        "**Left where the prior put them**, and so assumptions still: " + (", ".join(left) or "none") + " and all that were not searched.",
        f"Of those not searched, furthest from their prior among the members (in its sd; that is chance of few members): {drift}.", "",
    ]  # fmt: skip


def recovered(s: Stored, synthetic: Stored | None) -> list[str]:
    """Return which parameters come back on synthetic data."""
    lines = ["### Synthetic recovery: which parameters come back", ""]
    one = {r["symbol"]: r for r in synthetic["parameters"]} if synthetic else {}
    lines += [
        "Each candidate of wave 1 in turn is the truth: its outcomes are the targets, emulators that have not seen it fit it. Correlation",
        "of the posterior mean with the truth, posterior sd, sd of the z-scores (1 if the spread is right), share inside the central 90 %.",
    ]
    if synthetic:
        lines += [
            f"The last columns are one whole fit to a known truth (`{synthetic['command']}`, {synthetic['members']} members,"
            f" {synthetic['minutes']:.0f} minutes)."
        ]
    head = ("parameter", "correlation", "sd", "sd of z", "inside 90 %", "verdict", "truth", "fitted", "z")
    rows = []
    for r in s["recovery"]:
        o = one.get(r["symbol"])
        whole = (f"{o['truth']:+.2f}", f"{o['mean']:+.2f} ± {o['sd']:.2f}", f"{o['z']:+.1f}") if o else ("-", "-", "-")
        rows.append(row(f"`{r['symbol']}`", f"{r['correlation']:.2f}", f"{r['sd']:.2f}", f"{r['z_sd']:.2f}", f"{r['inside_90']:.0%}",
                        r["verdict"], *whole))  # fmt: skip
    return [*lines, "", *table(head, rows)]


def causal(s: Stored) -> list[str]:
    """Return the causal moments by twins."""
    if not s.get("causal"):
        return []
    rows = []
    for c in s["causal"]:
        study = "null for sons" if c["study"] is None else f"{c['study']:+.1f} ({c['study_low']} to {c['study_high']})"
        if c["study"] is not None and c["study_low"] is None:
            study = f"{c['study']:+.1f}"
        rows.append(row(c["moment"], c["unit"], f"{c['mean']:+.2f}", f"{c['least']:+.2f} … {c['most']:+.2f}", study, c["source"]))
    return [
        "### Causal moments by twins", "",
        f"The same {s['causal'][0]['members']} members under the same luck with and without a reform, to the end of 2018. They are not",
        "fitted: the studies are of other places, most read in abstracts. Places are closed to all migrants here; in the studies that was",
        "partial.", "",
        *table(("moment", "unit", "model", "over members", "study", "source"), rows),
    ]  # fmt: skip


def page(stored: list[Stored], synthetic: dict[str, Stored], remarks: str) -> str:
    """Return the page as Markdown."""
    from urbsim.regions import area_table

    lines = introduction(stored)
    if stored:
        lines += ["## Searched parameters, and why", ""]
        lines += table(("parameter", "why"), [row(f"`{one['symbol']}`", one["reason"]) for one in stored[0]["searched"]])
    parts: tuple[Callable[[Stored], list[str]], ...] = (targets, taught)
    for s in stored:
        lines += [f"## {area_table(s['region']).title.en}", ""]
        for part in parts:
            lines += part(s)
        lines += recovered(s, synthetic.get(s["region"])) + causal(s)
    lines += [remarks.strip(), ""] if remarks.strip() else []
    return "\n".join(lines).rstrip() + "\n"


def read(results: Path) -> tuple[list[Stored], dict[str, Stored]]:
    """Return the stored fits, in the order of `ORDER`, and the synthetic ones by region."""
    found = {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in sorted(results.glob("*/calibration.json"))}
    known = {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in sorted(results.glob("*/synthetic.json"))}
    return [found[name] for name in sorted(found, key=lambda n: (ORDER.index(n) if n in ORDER else len(ORDER), n))], known


def main() -> None:
    """Write the page."""
    stored, synthetic = read(ROOT / "results" / "calibration")
    remarks = ROOT / "docs" / "calibration-remarks.md"
    text = page(stored, synthetic, remarks.read_text(encoding="utf-8") if remarks.exists() else "")
    (ROOT / "docs" / "calibration.md").write_text(text, encoding="utf-8")
    print("docs/calibration.md written")


if __name__ == "__main__":
    main()
