"""Run a result again from what its file records, and say whether it comes out the same, bit for bit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from urbsim.errors import Problem, UserError
from urbsim.experiments.plan import Plan, make_plan
from urbsim.experiments.tasks import Progress
from urbsim.text import Text

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Difference:
    """Say of one variable how many values differ and by how much at most (NaN where that has no meaning)."""

    name: str
    values: int
    of: int
    most: float


@dataclass(frozen=True)
class Verdict:
    """Hold what a replay found: hashes of the content, and how program and libraries differ from those recorded.

    `held` is the hash of what stands in the file, `recorded` the one written when it was made (None for a comparison), `again` that of the
    second run. `differences` lists the variables that differ, `changed` what has changed since: name -> (then, now).
    """

    held: str
    recorded: str | None
    again: str
    differences: tuple[Difference, ...]
    changed: Mapping[str, tuple[str, str]]

    @property
    def same(self) -> bool:
        """Tell whether the second run equals the file bit for bit."""
        return self.held == self.again

    @property
    def altered(self) -> bool:
        """Tell whether the file was altered after it was written."""
        return self.recorded is not None and self.recorded != self.held


def plans_of(dataset: xr.Dataset, file: Path, jobs: int | None, threads: int) -> tuple[list[Plan], list[Mapping[str, Any]]]:
    """Return the plans that a result's own record describes, one for a run, several for a comparison, and the records.

    Raises UserError if the file records nothing usable.
    """
    from urbsim.scenario import loads

    try:
        record = json.loads(dataset.attrs["provenance"])
        records = record.get("runs") or [record]
        texts = [str(one["scenario"]["resolved"]) for one in records]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        problem = Problem(
            Text(f"{file} 没有记录自己是怎样得来的，无法重放", f"{file} does not record where it comes from: it cannot be run again"),
            hint=Text(f"原因：{type(error).__name__}", f"reason: {type(error).__name__}"),
        )
        raise UserError([problem]) from error
    return [make_plan(loads(text, shown=f"{file.name}: scenario"), jobs=jobs, threads=threads) for text in texts], records


def replay(folder_or_file: str | Path, *, jobs: int | None = None, threads: int = 1, progress: Progress | None = None) -> Verdict:
    """Run a result (or a comparison) again and compare; raises UserError if it cannot be read, RunError for a run that failed."""
    from urbsim.experiments.compare import run_plans
    from urbsim.experiments.differences import differences
    from urbsim.results.hashing import content_hash
    from urbsim.results.storage import open_results

    path = Path(folder_or_file)
    dataset = open_results(path)
    plans, records = plans_of(dataset, path, jobs, threads)
    results = [result for result, _ in run_plans(plans, progress)]
    again = results[0]
    if "scenario" in dataset.dims:
        names = [str(name) for name in dataset["scenario"].values]
        again = differences(results[0], dict(zip(names, results[1:], strict=True)), str(dataset["base"].item()))
    recorded = records[0].get("content_hash") if len(records) == 1 else None
    return Verdict(content_hash(dataset), recorded, content_hash(again), tuple(_differences(dataset, again)), _changed(records[0]))


def _differences(held: xr.Dataset, again: xr.Dataset) -> list[Difference]:
    found = []
    for name in sorted({str(name) for name in (*held.variables, *again.variables)}):
        if name not in held.variables or name not in again.variables:
            size = int((held if name in held.variables else again)[name].size)
            found.append(Difference(name, size, size, float("nan")))
            continue
        one, other = held[name].values, again[name].values
        if one.shape != other.shape:
            found.append(Difference(name, int(one.size), int(one.size), float("nan")))
            continue
        floats = one.dtype.kind == "f" and other.dtype.kind == "f"
        differ = (one != other) & ~(np.isnan(one) & np.isnan(other)) if floats else np.asarray(one != other)
        if differ.any():
            numbers = one.dtype.kind in "iuf" and other.dtype.kind in "iuf"
            most = float(np.abs(one[differ].astype(float) - other[differ].astype(float)).max()) if numbers else float("nan")
            found.append(Difference(name, int(differ.sum()), int(differ.size), most))
    return found


def _changed(record: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return what of program and libraries is not as recorded."""
    from importlib.metadata import version

    from urbsim.results.provenance import commit, library_versions

    then = {"urbsim": record["urbsim"].get("version"), "commit": record["urbsim"].get("commit"), **record.get("libraries", {})}
    now = {"urbsim": version("urbsim"), "commit": commit(), **library_versions()}
    return {name: (str(then[name]), str(now.get(name))) for name in then if str(then[name]) != str(now.get(name))}
