"""Fit a region's ensemble: prior samples whose constants are solved (`solving`) and which then meet the 2020 census by prefecture.

A candidate that meets every tolerance becomes a member; draw 0 is the member with the least loss. Finished candidates are kept, so that an
interrupted fit goes on. Repeat with `python -m urbsim.experiments.fit zhejiang --draws 20`.
"""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from urbsim.errors import UserError
from urbsim.experiments.solving import TOLERANCES, solve


def scenario_of(region_name: str) -> str:
    """Return the scenario that a region is fitted under: `baseline` of its region.yaml.

    Raises UserError if none is named there; `--scenario` can then name a file.
    """
    from urbsim.regions import area_table

    table = area_table(region_name)
    given = table.settings.get("baseline")
    if given is None:
        zh, en = "region.yaml 没有写 baseline，请写上或用 --scenario 指定", "region.yaml names no baseline: write one or give --scenario"
        raise UserError.one(zh, en, file=str(table.folder / "region.yaml"))
    return str(given)


def candidate_of(scenario_name: str, candidate: int, seed: int, start: dict[str, Any] | None) -> dict[str, Any]:
    """Solve the prior sample `candidate`."""
    from urbsim.parameters import prior_sample

    return solve(scenario_name, candidate, dict(prior_sample(candidate)), seed=seed, start=start)


def fit_ensemble(scenario_name: str, draws: int, folder: Path, *, jobs: int = 2, seed: int = 0) -> list[dict[str, Any]]:
    """Fit candidates until `draws` of them pass; finished ones are kept in `folder`, so that an interrupted fit goes on.

    Returns the members, best first, then in the order of candidates; raises UserError if none passes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    first = _kept(folder, 0) or _keep(folder, candidate_of(scenario_name, 0, seed, None))
    passed = [first] if first["worst"] <= 1.0 else []
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        candidate = 1
        while len(passed) < draws and candidate < 4 * draws:
            batch = range(candidate, candidate + jobs)
            futures = {c: pool.submit(candidate_of, scenario_name, c, seed, first) for c in batch if _kept(folder, c) is None}
            for c in batch:
                result = _kept(folder, c) or _keep(folder, futures[c].result())
                print(f"candidate {c}: worst {result['worst']:.2f} of tolerance after {result['iteration'] + 1} runs", flush=True)
                if result["worst"] <= 1.0:
                    passed.append(result)
            candidate += jobs
    passed = sorted(passed, key=lambda member: member["candidate"])[:draws]
    if not passed:
        raise UserError.one(f"{scenario_name}：没有一组参数达到容许误差", f"{scenario_name}: no candidate met the tolerances {TOLERANCES}")
    best = min(passed, key=lambda member: member["loss"])
    return [best, *(member for member in passed if member is not best)]


def _file(folder: Path, candidate: int) -> Path:
    return folder / f"candidate-{candidate:03d}.json"


def _kept(folder: Path, candidate: int) -> dict[str, Any] | None:
    file = _file(folder, candidate)
    if not file.exists():
        return None
    loaded: dict[str, Any] = json.loads(file.read_text())
    return loaded


def _keep(folder: Path, result: dict[str, Any]) -> dict[str, Any]:
    file = _file(folder, result["candidate"])
    part = file.with_suffix(".part")
    part.write_text(json.dumps(result))
    part.replace(file)
    return result


def main() -> None:
    """Fit from the command line: `python -m urbsim.experiments.fit REGION [--draws N] [--jobs N] [--folder DIR]`."""
    import argparse

    from urbsim.calibration.ensemble_file import write_ensemble
    from urbsim.parameters.ensemble import ensemble_file
    from urbsim.regions import load_region
    from urbsim.scenario import load

    parser = argparse.ArgumentParser(description="Fit the region's ensemble to the 2020 census and write the file that ships.")
    parser.add_argument("region")
    parser.add_argument("--scenario", help="rules to fit under; by default the baseline of its region.yaml")
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("results/fit"))
    given = parser.parse_args()
    try:
        scenario = given.scenario or scenario_of(given.region)
        region = load(scenario).region  # a region folder beside the file is known from here on
        if region != given.region:
            raise UserError.one(f"情景 {scenario} 是区域 {region} 的", f"scenario {scenario} is of region {region}")
        members = fit_ensemble(scenario, given.draws, given.folder / given.region, jobs=given.jobs)
    except UserError as error:
        raise SystemExit("\n".join(problem.render("en") for problem in error.problems)) from None
    target = ensemble_file(given.region)
    assert target is not None  # the region is known
    command = f"python -m urbsim.experiments.fit {given.region} --draws {given.draws}"
    told = f"Fitted ensemble of {region}: each member meets the 2020 census by prefecture within {TOLERANCES}."
    made = command + (f" --scenario {given.scenario}" if given.scenario else "")
    write_ensemble(members, load_region(given.region), target, [told, f"Made by: {made}"])
    print(f"{len(members)} members, losses {[round(m['loss'], 2) for m in members]}; written to {target.name}")


if __name__ == "__main__":
    main()
