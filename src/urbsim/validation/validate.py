"""`urbsim validate`: hindcasts, patterns, the spread of 2027 and the projection of a region's fitted ensemble, scored and stored.

Finished runs are kept beside the results, so that the command goes on after an interruption and does again only what a change of the
ensemble, the data or the model asks for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from urbsim.errors import UserError
from urbsim.validation import later, left_out, patterns, projection, spread, transfer
from urbsim.validation.score import summary
from urbsim.validation.tasks import Kept, Task, carry_out, parts_folder

Progress = Callable[[str, int, int], None]
FOLDER, PROJECTION = Path("results/validation"), Path("results/projection")
DRAWS, TWIN_DRAWS = 20, 8
SCORED = ("left_out", "later", "changes", "transfer", "transfer_later")


@dataclass(frozen=True)
class Validation:
    """Hold the tables by name (`points_*`, `skill_*`, `patterns`, `spread`, `effects`, `projection`) and how they were made."""

    region: str
    tables: dict[str, pd.DataFrame]
    record: dict[str, Any]


def validate(
    region_name: str, *, draws: int = DRAWS, members: int | None = None, weight: int | None = None, jobs: int = 1, folder: Path = FOLDER,
    progress: Progress | None = None,
) -> Validation:  # fmt: skip
    """Carry out what is not finished and return the tables.

    `draws` members are used where constants are solved anew or runs have twins, `members` (default: the whole ensemble) for the rest;
    `weight` is households a row, by default the scenario's.
    Raises UserError if the region has no fitted ensemble, or too small a one.
    """
    from urbsim.parameters import members_of
    from urbsim.regions import load_region

    region, known = load_region(region_name), members_of(region_name)
    if known is None:
        raise UserError.one(f"区域 {region_name} 还没有拟合过，无法检验", f"region {region_name} has no fitted ensemble to validate")
    everyone = min(members or known, known)
    if not 2 <= draws <= everyone:
        raise UserError.one(f"--draws 应在 2 至 {everyone} 之间", f"--draws must lie between 2 and {everyone}")
    started, here = time.monotonic(), folder / region_name
    kept = Kept(parts_folder(here, region_name), weight or 0)
    few = min(TWIN_DRAWS, draws)
    has_policy = region_name in spread.WITHOUT
    for name, tasks in _waves(region, draws, everyone, few, has_policy):
        carry_out(tasks, kept, jobs=jobs, progress=None if progress is None else partial(progress, name))
    tables = _tables(region, kept, draws, everyone, few, has_policy)
    record = _record(region, kept, draws, everyone, few, time.monotonic() - started)
    return Validation(region_name, tables, record)


def _waves(region: Any, draws: int, members: int, few: int, has_policy: bool) -> list[tuple[str, list[Task]]]:
    """Return the tasks in an order in which each finds what it needs; tasks of one weight together, since people are made once for it."""
    fold_solve, fold = left_out.fold_tasks(region, draws)
    transfer_solve, transfer_run = transfer.tasks(region, draws)
    plain, refits, variants = spread.tasks(region.name, draws) if has_policy else ([], [], [])
    base = [Task("base", region.name, draw) for draw in range(members)]
    return [
        ("runs", [*base, *patterns.twin_tasks(region.name, few), *plain]),
        ("constants", [*fold_solve, *transfer_solve, *refits]),
        ("hindcasts", [*fold, *transfer_run, *variants]),
    ]


def _tables(region: Any, kept: Kept, draws: int, members: int, few: int, has_policy: bool) -> dict[str, pd.DataFrame]:
    residents = kept.stack([Task("base", region.name, draw) for draw in range(members)], "residents")
    points = {"later": later.score_later(region, residents), "changes": later.score_changes(region, residents)}
    if left_out.fold_tasks(region, 1)[0]:
        points["left_out"] = left_out.score_folds(region, kept, draws)
    if transfer.tasks(region, 1)[0]:
        points["transfer"] = transfer.score_transfer(region, kept, draws)
        ran = kept.stack([Task("transfer", region.name, draw) for draw in range(draws)], "residents")
        points["transfer_later"] = later.score_later(region, ran)
    tables: dict[str, pd.DataFrame] = {}
    for name in (name for name in SCORED if name in points and not points[name].empty):
        tables[f"points_{name}"], tables[f"skill_{name}"] = points[name], summary(points[name])
    tables["patterns"] = patterns.judge(region, kept, members, few)
    if has_policy:
        tables["spread"], tables["effects"] = spread.explain(region.name, kept, draws), spread.effects(region.name, kept, draws)
    tables["projection"] = projection.project(region, kept, members)
    return tables


def _record(region: Any, kept: Kept, draws: int, members: int, few: int, seconds: float) -> dict[str, Any]:
    """Return what the stored tables rest on."""
    from urbsim.parameters import ensemble_hash
    from urbsim.results.provenance import commit, region_hash
    from urbsim.validation.noise import vintage_share
    from urbsim.validation.runs import COARSE, baseline

    scenario = baseline(region.name, kept.weight)
    folds = left_out.fold_tasks(region, draws)[1]
    refits = spread.tasks(region.name, draws)[2] if region.name in spread.WITHOUT else []
    return {
        "region": region.name, "title": region.title.en, "scenario": scenario.name, "without": spread.WITHOUT.get(region.name),
        "command": f"urbsim validate {region.name} --draws {draws} --members {members}"
        + (f" --weight {kept.weight}" if kept.weight else ""),
        "draws": draws, "members": members, "twin_draws": few,
        "weight": scenario.run.weight, "weight_of_solving": round(COARSE * scenario.run.weight), "commit": commit(),
        "ensemble_hash": ensemble_hash(region.name), "region_hash": region_hash(region), "parts": kept.folder.name,
        "seconds_of_last_start": round(seconds), "vintage_drift_of_residents": vintage_share(region),
        "fold_worst": _worst(kept, folds), "refit_worst": _worst(kept, refits),
    }  # fmt: skip


def _worst(kept: Kept, tasks: list[Task]) -> dict[str, float] | None:
    """Return median and largest error left in the solved constants, in units of the tolerance."""
    if not tasks:
        return None
    found = np.array([float(kept.get(task)["worst"]) for task in tasks])
    return {"median": float(np.median(found)), "largest": float(found.max())}


def write(found: Validation, folder: Path = FOLDER, projected: Path = PROJECTION) -> Path:
    """Write tables, record and pictures; the projection goes to a folder of its own. Return the region's folder."""
    from urbsim.validation import pictures

    here = folder / found.region
    here.mkdir(parents=True, exist_ok=True)
    projected.mkdir(parents=True, exist_ok=True)
    for name, table in found.tables.items():
        if name == "projection":
            table.to_csv(projected / f"{found.region}.csv", index=False, float_format="%.6g")
        else:
            table.to_csv(here / f"{name}.csv", index=False, float_format="%.5g")
    (here / "validation.json").write_text(json.dumps(found.record, indent=1) + "\n", encoding="utf-8")
    pictures.write(found.region, here, projected)
    return here
