"""Fujian and Xuchang under the behaviour fitted to Zhejiang: place constants refitted to their own census of 2020, nothing else.

The refit meets prefectures' residents, people of other provinces and town share of 2020, so that these are no test. Scored are what it does
not look at: counties' town shares, movers inside the region, ages; and 2021 and 2022. The baselines have as much of 2020: `ruler` lets
every county of a prefecture drift alike on the logit until the prefecture's share is met; B2 lets a class of movers grow as in Zhejiang; B7
takes Zhejiang's cohort rates. The runs carry the errors that the same draws make in Zhejiang's own cores, counties and prefectures; without
them they are `urbsim_bare`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from urbsim.validation import left_out, others
from urbsim.validation.baselines import Floats, logit
from urbsim.validation.left_out import YEAR, Unit
from urbsim.validation.score import score_row
from urbsim.validation.tasks import Kept, Task

SOURCE = "zhejiang"


def tasks(region: Any, draws: int) -> tuple[list[Task], list[Task]]:
    """Return the tasks that solve and the tasks that run; none for the region that behaviour was fitted to."""
    if region.name == SOURCE:
        return [], []
    solve, source, run = ([Task(kind, region.name, draw) for draw in range(draws)] for kind in ("transfer_solve", "source", "transfer"))
    return solve, [*source, *run]


def score_transfer(region: Any, kept: Kept, draws: int, seed: int = 0) -> pd.DataFrame:
    """Return one row a point and method of what the refit left open in 2020."""
    from urbsim.regions import load_region

    source, rng = load_region(SOURCE), np.random.default_rng(seed)
    runs = [Task("transfer", region.name, draw) for draw in range(draws)]
    at = YEAR - 2010
    ran = left_out.of_run(kept.stack(runs, "residents")[:, at], kept.stack(runs, "movers")[:, at])
    before, after = left_out.census(region, 2010), left_out.census(region, YEAR)
    growth = {name: (left_out.census(source, 2010)[name], left_out.census(source, YEAR)[name]) for name in left_out.CLASSES}
    ruled, wide = _ruler(region), _ruler_spread()
    there, errors_of = [Task("source", region.name, draw) for draw in range(draws)], left_out.units(source)
    at_source = left_out.of_run(kept.stack(there, "residents"), kept.stack(there, "movers"))
    seen_there = left_out.census(source, YEAR)

    def ours(unit: Unit, indicator: str, kind: str) -> dict[str, Floats]:
        alike = [u for u in errors_of if u.kind == unit.kind and left_out.usable(seen_there, seen_there, u, indicator)]
        return left_out.ours(ran, unit, indicator, kind, rng, at_source, seen_there, alike)

    rows: list[dict[str, Any]] = []
    single = len(region.prefecture_codes) == 1

    def add(unit: Unit, indicator: str, methods: dict[str, Floats], seen: float) -> None:
        rows.extend(
            {"area": unit.code, "level": unit.level, "year": YEAR, "indicator": indicator, "group": "", "method": method,
             "block": unit.code if single else region.prefecture_codes[unit.prefecture], **score_row(values, seen), "members": values.size}
            for method, values in methods.items()
        )  # fmt: skip

    for unit in left_out.units(region):
        share = 100.0 * left_out.value(after, unit, "town_share")
        if unit.level == "area" and 0.0 < share < 99.9:
            own = others.scaled(left_out.value(before, unit, "town_share"), "share")
            people = after["residents"][unit.rows]
            middle = float(others.scaled(ruled[unit.rows] @ people / people.sum(), "share"))
            ruler = others.unscaled(others.normal(middle, wide, rng), "share")
            still = others.unscaled(others.normal(float(own), _moved(before, after), rng), "share")
            add(unit, "town_share", {**ours(unit, "town_share", "share"), "ruler": ruler, "B1": still}, float(share))
        for name in ("same_area", "other_area"):
            start = float(left_out.value(before, unit, name))
            if start < left_out.LEAST_PEOPLE:
                continue
            old, new = growth[name]
            enough = old >= left_out.LEAST_PEOPLE
            methods = {**ours(unit, name, "count"), **others.count_forecasts(start, old[enough], new[enough], rng)}
            by = left_out.unit_of_score(before, unit, name)
            add(unit, name, {m: by * samples for m, samples in methods.items()}, by * float(left_out.value(after, unit, name)))
    rows += _ages(region, source, kept.stack(runs, "ages")[:, at].astype(float), kept.stack(there, "ages").astype(float), rng)
    return pd.DataFrame(rows)


def _ruler(region: Any) -> Floats:
    """Return by area the share (0..1) that a common drift of its prefecture gives, met by the prefecture's share of 2020."""
    from scipy.optimize import brentq

    share = np.clip(region.town_2010 / region.residents_2010, 1e-4, 1.0 - 1e-4)
    found, p = np.zeros(share.size), np.asarray(region.prefecture_of)
    for k in range(len(region.prefecture_codes)):
        rows = p == k
        residents, town = region.residents_2020[rows].astype(float), float(region.town_2020[rows].sum())

        def drifted(step: float, rows: Any = rows) -> Floats:
            return np.asarray(1.0 / (1.0 + np.exp(-(logit(share[rows]) + step))))

        found[rows] = drifted(float(brentq(lambda s, r=residents, t=town, f=drifted: float((f(s) * r).sum() - t), -5.0, 6.0)))
    return found


def _ruler_spread() -> float:
    """Return the standard deviation of counties' steps around the common drift in Zhejiang: no county of 2020 here is looked at."""
    from urbsim.regions import load_region

    source = load_region(SOURCE)
    guess = _ruler(source)
    seen = np.clip(source.town_2020 / source.residents_2020, 1e-4, 1.0 - 1e-4)
    return float(np.std(logit(seen) - logit(guess)))


def _moved(before: dict[str, Floats], after: dict[str, Floats]) -> float:
    """Return the size of the region's own step of the logit: how far persistence is off."""
    step = [float(counts["town"].sum() / counts["residents"].sum()) for counts in (before, after)]
    return float(abs(logit(step[1]) - logit(step[0])))


def _ages(region: Any, source: Any, ages: Floats, at_source: Floats, rng: np.random.Generator) -> list[dict[str, Any]]:
    from urbsim.experiments.fit_page import GROUPS

    def shares_of(people: Floats) -> Floats:
        return np.asarray(100.0 * people / people.sum(axis=-1, keepdims=True))

    seen, there = (shares_of(one.age_2020.sum(axis=1).astype(float)) for one in (region, source))
    shares, shares_there = shares_of(ages), shares_of(at_source)
    rows = []
    for k, code in enumerate(region.prefecture_codes):
        methods = others.age_forecasts(region.age_2010[k].astype(float), source.age_2010.astype(float), source.age_2020.astype(float), rng)
        for g, name in enumerate(GROUPS):
            off = others.scaled(there[None, :, g] / 100.0, "share") - others.scaled(shares_there[:, :, g] / 100.0, "share")
            full = others.with_errors_elsewhere(others.scaled(shares[:, k, g] / 100.0, "share"), off, rng)
            found = {"urbsim": others.unscaled(full, "share"), "urbsim_bare": shares[:, k, g]}
            found |= {method: values[:, g] for method, values in methods.items()}
            rows += [
                {"area": code, "level": "prefecture", "year": YEAR, "indicator": "age_share", "group": name, "method": method,
                 "block": code, **score_row(values, float(seen[k, g])), "members": values.size}
                for method, values in found.items()
            ]  # fmt: skip
    return rows
