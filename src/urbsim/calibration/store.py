"""Write what a fit found: the ensemble that ships, `calibration.json` and `candidates.csv` for the page and for anyone who asks."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from urbsim.calibration import matching, posterior
from urbsim.calibration.calibrate import Fit
from urbsim.calibration.design import parameters_of, scores, searched, symbols
from urbsim.calibration.ensemble_file import write_ensemble
from urbsim.experiments.solution import SETTLED_FROM_OUTSIDE, published
from urbsim.experiments.solving import TOLERANCES

RESULTS = Path("results/calibration")


def ship(fit: Fit, command: str, target: Path) -> None:
    """Write the ensemble file."""
    from urbsim.regions import load_region

    order = fit.order
    comments = [
        f"Fitted ensemble of {order.region}: {len(fit.members)} members of equal weight, the best first; scenario {order.scenario}.",
        f"Each meets the 2020 census by prefecture within {TOLERANCES} and is weighed by the targets of calibration.csv.",
        f"Made by: {command}",
        f"Made on {dt.date.today()} in {fit.seconds / 60:.0f} minutes with {order.jobs} processes, "
        f"{_processor(fit):.0f} minutes of processor; commit {_commit()}.",
    ]
    write_ensemble(fit.members, load_region(order.region), target, comments)


def _commit() -> str:
    from urbsim.results.provenance import commit

    return commit() or "-"


def _processor(fit: Fit) -> float:
    """Return the processor minutes of all candidates, of earlier sessions too."""
    return float(sum(one["seconds"] for one in [*fit.wave1, *fit.wave2]) / 60.0)


def summary(fit: Fit, command: str) -> dict[str, Any]:
    """Return everything that the page shows, as plain numbers."""
    order = fit.order
    passed = [one for one in fit.wave2 if one["worst"] <= 1.0]
    drawn = [parameters_of(one["candidate"], None, order.seed) for one in fit.wave2]
    return {
        "region": order.region, "scenario": order.scenario, "command": command, "date": str(dt.date.today()), "commit": _commit(),
        "minutes": round(fit.seconds / 60.0, 1), "jobs": order.jobs, "seed": order.seed,
        "processor_minutes": round(_processor(fit), 1),
        "members": len(fit.members), "tolerances": TOLERANCES, "best": fit.members[0]["candidate"],
        "wave1": {"candidates": len(fit.wave1), "near": len(matching.near(fit.wave1)),
                  "runs": sum(one["iteration"] + 1 for one in fit.wave1)},
        "wave2": {"candidates": len(fit.wave2), "passed": len(passed), "effective": round(matching.effective(fit.weights), 1),
                  "lost": round(fit.lost, 4), "ruled_out": round(posterior.ruled_out(fit.space), 4)},
        "searched": [{"symbol": one.symbol, "reason": one.reason} for one in searched()],
        "targets": target_rows(fit),
        "census": census_rows(fit),
        "posterior": posterior.contraction(fit.members),
        "teachers": posterior.teachers(fit.space, fit.targets),
        "cross_check": posterior.abc_regression(fit.wave1, fit.targets),
        "recovery": posterior.recovery(fit.wave1, fit.targets, fit.emulators, order.seed),
        "unsearched": posterior.unsearched(fit.members, drawn),
    }  # fmt: skip


def target_rows(fit: Fit) -> list[dict[str, Any]]:
    """Return by target: asked, errors, what candidates of the prior gave, what the members give, the emulator's error."""
    first = np.array([[one["outcomes"][t.key] for t in fit.targets] for one in matching.near(fit.wave1)])
    last = np.array([[one["outcomes"][t.key] for t in fit.targets] for one in fit.members])
    rows = []
    for k, target in enumerate(fit.targets):
        emulator, chance = fit.emulators[k], float(fit.chance[k])
        got = last[:, k]
        rows.append({
            "key": target.key, "asked": target.value, "standard_error": target.standard_error, "discrepancy": target.discrepancy,
            "scale": target.scale, "kind": target.kind, "unit": target.unit, "tag": target.tag, "title": target.title,
            "issuer": target.issuer, "note": target.note, "vintage": target.vintage,
            "prior_mean": float(first[:, k].mean()) if first.size else None, "prior_sd": float(first[:, k].std()) if first.size else None,
            "got": float(got.mean()), "got_low": float(np.quantile(got, 0.05)), "got_high": float(np.quantile(got, 0.95)),
            "best": float(got[0]), "miss": target.miss(float(got.mean()), chance), "chance_sd": chance**0.5,
            "emulator": None if emulator is None else emulator.kind, "emulator_error": None if emulator is None else emulator.error,
            "explained": None if emulator is None else emulator.explained,
            "least_implausibility": float(np.abs(fit.space.misses[:, k]).min()), "open": k in fit.space.open_targets,
        })  # fmt: skip
    return rows


def census_rows(fit: Fit) -> list[dict[str, Any]]:
    """Return what is solved inside each candidate: the largest and the root mean square error of the members, in units of tolerance."""
    from urbsim.regions import load_region

    rows: list[dict[str, Any]] = []
    for name, tolerance in TOLERANCES.items():
        errors = np.array([member["errors"][name] for member in fit.members])
        rows.append({"name": name, "tolerance": tolerance, "worst": float(np.abs(errors).max()), "rms": float(np.sqrt(np.mean(errors**2)))})
    if (asked := published(load_region(fit.order.region), SETTLED_FROM_OUTSIDE)) is not None:
        got = [member["settled_outside"] for member in fit.members]
        rows.append({"name": SETTLED_FROM_OUTSIDE, "asked": asked, "got": float(np.mean(got)),
                     "low": float(np.min(got)), "high": float(np.max(got))})  # fmt: skip
    return rows


def synthetic_rows(fit: Fit) -> list[dict[str, Any]]:
    """Return by parameter: the truth, the members' mean and standard deviation in normal scores, how far the truth lies."""
    assert fit.truth is not None
    truth = scores(np.array(fit.truth["quantiles"]))
    mean, sd = posterior.moments(scores(np.array([member["quantiles"] for member in fit.members])))
    return [
        {"symbol": symbol, "truth": float(truth[k]), "mean": float(mean[k]), "sd": float(sd[k]), "z": float((mean[k] - truth[k]) / sd[k])}
        for k, symbol in enumerate(symbols())
    ]


def candidates_table(fit: Fit) -> str:
    """Return every candidate as CSV: wave, errors, weight, member or not, searched values, outcomes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    keys = [target.key for target in fit.targets]
    writer.writerow(["wave", "candidate", "worst", "runs", "seconds", "weight", "member", *symbols(), *keys])
    chosen = {member["candidate"] for member in fit.members}
    rows = [(1, one, 0.0) for one in fit.wave1] + [(2, one, w) for one, w in zip(fit.wave2, fit.weights, strict=True)]
    for wave, one, weight in rows:
        head = [wave, one["candidate"], f"{one['worst']:.3f}", one["iteration"] + 1, one["seconds"], f"{weight:.5f}"]
        values = [f"{one['parameters'][symbol]:.5g}" for symbol in symbols()] + [f"{one['outcomes'][key]:.6g}" for key in keys]
        writer.writerow([*head, int(one["candidate"] in chosen), *values])
    return out.getvalue()


def write_json(folder: Path, name: str, content: dict[str, Any]) -> Path:
    """Write a stored result in one go and return where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    return _write(folder / f"{name}.json", json.dumps(_rounded(content), ensure_ascii=False, indent=1) + "\n")


def write_candidates(folder: Path, fit: Fit) -> Path:
    """Write the table of candidates and return where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    return _write(folder / "candidates.csv", candidates_table(fit))


def _write(file: Path, text: str) -> Path:
    part = file.with_name(f".{file.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)
    return file


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value
