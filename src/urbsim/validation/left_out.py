"""From the census of 2010 to that of 2020 with one prefecture left out in turn: what the model and the baselines say of it.

The forecast of the model for a left-out prefecture is every draw's run under constants guessed from the other prefectures
(`experiments.held_out.guess`), and the error that the same run makes in an area of the others of the same kind, drawn at random: boundaries
of towns are redrawn, and no run knows where. Method `urbsim_bare` is the runs alone. Longgang, split from Cangnan in 2019, is scored with
Cangnan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from urbsim.validation import cohort, others
from urbsim.validation.baselines import Floats
from urbsim.validation.score import score_row
from urbsim.validation.tasks import Kept, Task

CLASSES = ("same_area", "other_area", "other_province")
TOGETHER = {"wenzhou_longgang": "wenzhou_cangnan"}
YEAR = 2020
LEAST_PEOPLE = 300.0  # movers of a class in 2010: with fewer a growth rate means nothing


@dataclass(frozen=True)
class Unit:
    """One thing that is scored: areas summed; `kind` core, county or prefecture."""

    code: str
    level: str
    kind: str
    prefecture: int
    rows: npt.NDArray[np.int64]


def units(region: Any) -> list[Unit]:
    """Return the areas (those of `TOGETHER` joined) and the prefectures of a region."""
    codes, p, found = list(region.area_codes), np.asarray(region.prefecture_of), []
    for a, code in enumerate(codes):
        if code in TOGETHER and TOGETHER[code] in codes:
            continue
        rows = [a, *(codes.index(joined) for joined, into in TOGETHER.items() if into == code and joined in codes)]
        kind = "core" if region.is_core[a] else "county"
        found.append(Unit(code, "area", kind, int(p[a]), np.array(rows)))
    if len(region.prefecture_codes) > 1:
        found += [Unit(code, "prefecture", "prefecture", k, np.flatnonzero(p == k)) for k, code in enumerate(region.prefecture_codes)]
    return found


def census(region: Any, year: int) -> dict[str, Floats]:
    """Return by area what a census counted: residents, town residents and movers of each class."""
    return {name: np.asarray(getattr(region, f"{name}_{year}"), dtype=np.float64) for name in ("residents", "town", *CLASSES)}


def of_run(residents: npt.NDArray[Any], movers: npt.NDArray[Any]) -> dict[str, Floats]:
    """Return the same of runs: `residents` ... x A x part, `movers` ... x A x class."""
    return {
        "residents": residents.sum(axis=-1).astype(float), "town": residents[..., 1].astype(float),
        **{name: movers[..., k].astype(float) for k, name in enumerate(CLASSES)},
    }  # fmt: skip


def value(counts: dict[str, Floats], unit: Unit, indicator: str) -> Floats:
    """Return a unit's town share (0..1) or count from counts by area (last axis)."""
    if indicator == "town_share":
        return np.asarray(counts["town"][..., unit.rows].sum(axis=-1) / counts["residents"][..., unit.rows].sum(axis=-1))
    return np.asarray(counts[indicator][..., unit.rows].sum(axis=-1))


INDICATORS = {"town_share": "share", "residents": "count", **dict.fromkeys(CLASSES, "count")}


def fold_tasks(region: Any, draws: int) -> tuple[list[Task], list[Task]]:
    """Return the tasks that solve and the tasks that run; none for a region of a single prefecture."""
    prefectures = len(region.prefecture_codes)
    if prefectures < 3:
        return [], []
    both = [
        [Task(kind, region.name, draw, (f"{k:02d}",)) for k in range(prefectures) for draw in range(draws)]
        for kind in ("fold_solve", "fold")
    ]
    return both[0], both[1]


def score_folds(region: Any, kept: Kept, draws: int, seed: int = 0) -> pd.DataFrame:
    """Return one row a point and method over all folds (columns as `score.score_points`, with `block` the prefecture)."""
    before, after, scored = census(region, 2010), census(region, YEAR), units(region)
    rows: list[dict[str, Any]] = []
    for k, code in enumerate(region.prefecture_codes):
        tasks = [Task("fold", region.name, draw, (f"{k:02d}",)) for draw in range(draws)]
        ran = of_run(kept.stack(tasks, "residents"), kept.stack(tasks, "movers"))
        rng = np.random.default_rng([seed, k])
        for unit in (u for u in scored if u.prefecture == k):
            alike = [u for u in scored if u.kind == unit.kind and u.prefecture != k]
            for indicator, kind in INDICATORS.items():
                group = [u for u in alike if usable(before, after, u, indicator)]
                if not usable(before, after, unit, indicator) or len(group) < 3:
                    continue
                methods = ours(ran, unit, indicator, kind, rng, ran, after, group)
                methods |= _baselines(before, after, unit, group, indicator, rng)
                if unit.level == "prefecture" and indicator in ("town_share", "residents"):
                    methods["B7"] = _cohort(region, k, indicator, rng)
                by = unit_of_score(before, unit, indicator)
                seen = float(value(after, unit, indicator)) * by
                methods = methods if kind == "share" else {name: by * samples for name, samples in methods.items()}
                rows += _rows(methods, seen, unit.code, unit.level, indicator, code)
        rows += _age_rows(region, k, kept.stack(tasks, "ages").astype(float), rng)
    return pd.DataFrame(rows)


def unit_of_score(before: dict[str, Floats], unit: Unit, indicator: str) -> float:
    """Return what a share or count is multiplied by for its score: shares are percent, counts are percent of the count of 2010.

    So a county weighs as much as Hangzhou, and the scale was known before.
    """
    return 100.0 if indicator == "town_share" else 100.0 / float(value(before, unit, indicator))


def usable(before: dict[str, Floats], after: dict[str, Floats], unit: Unit, indicator: str) -> bool:
    """Tell whether a unit's logit or growth means something: people on both sides."""
    if indicator == "town_share":
        return all(0.0 < float(value(counts, unit, indicator)) < 1.0 for counts in (before, after))
    return float(value(before, unit, indicator)) >= LEAST_PEOPLE and float(value(after, unit, indicator)) > 0.0


def _rows(
    methods: dict[str, Floats], seen: float, area: str, level: str, indicator: str, block: str, group: str = ""
) -> list[dict[str, Any]]:
    """Return one row a method."""
    return [
        {"area": area, "level": level, "year": YEAR, "indicator": indicator, "group": group, "block": block, "method": method,
         **score_row(values, seen), "members": values.size}
        for method, values in methods.items() if np.isfinite(values).all()
    ]  # fmt: skip


def ours(
    ran: dict[str, Floats], unit: Unit, indicator: str, kind: str, rng: np.random.Generator, elsewhere: dict[str, Floats],
    seen: dict[str, Floats], group: Sequence[Unit],
) -> dict[str, Floats]:  # fmt: skip
    """Return the runs with the errors made `elsewhere` (against what was `seen` there, in the units of `group`), and the runs alone."""
    own = others.scaled(value(ran, unit, indicator), kind)
    errors = [others.scaled(value(seen, u, indicator), kind) - others.scaled(value(elsewhere, u, indicator), kind) for u in group]
    full = others.with_errors_elsewhere(own, np.stack(errors, axis=1), rng)
    return {"urbsim": others.unscaled(full, kind), "urbsim_bare": others.unscaled(own, kind)}


def _baselines(
    before: dict[str, Floats], after: dict[str, Floats], unit: Unit, group: Sequence[Unit], indicator: str, rng: np.random.Generator,
) -> dict[str, Floats]:  # fmt: skip
    own = float(value(before, unit, indicator))
    old, new = (np.array([float(value(counts, u, indicator)) for u in group]) for counts in (before, after))
    if indicator == "town_share":
        return {name: 100.0 * samples for name, samples in others.share_forecasts(own, old, new, rng).items()}
    return others.count_forecasts(own, old, new, rng)


def _cohort(region: Any, k: int, indicator: str, rng: np.random.Generator) -> Floats:
    """Return B7 for a prefecture: people by the others' cohort rates, villages at the others' rate."""
    p, rest = np.asarray(region.prefecture_of), np.arange(len(region.prefecture_codes)) != k
    ages = (region.age_2010.astype(float), region.age_2020.astype(float))
    people = others.cohorts(ages[0][k], ages[0][rest], ages[1][rest]).sum(axis=(1, 2))
    if indicator == "residents":
        logs = np.log(people)
        return np.exp(others.normal(float(logs.mean()), others.spread(logs), rng))
    village = [
        np.bincount(p, weights=(getattr(region, f"residents_{year}") - getattr(region, f"town_{year}")).astype(float))
        for year in (2010, YEAR)
    ]
    left = np.array([cohort.village_ahead(village[0][j], village[1][j], np.array([10.0]))[0] / village[1][j] for j in np.flatnonzero(rest)])
    share = np.clip(1.0 - village[0][k] * left / people, 0.01, 0.99)
    logits = others.scaled(share, "share")
    return others.unscaled(others.normal(float(logits.mean()), others.spread(logits), rng), "share")


def _age_rows(region: Any, k: int, ages: Floats, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return the rows of the 18 age shares of the left-out prefecture; `ages` draws x P x 18."""
    from urbsim.experiments.fit_page import GROUPS

    rest = np.arange(len(region.prefecture_codes)) != k
    before, after = region.age_2010.astype(float), region.age_2020.astype(float)
    seen_all = after.sum(axis=1)
    seen_all = 100.0 * seen_all / seen_all.sum(axis=1, keepdims=True)
    shares = 100.0 * ages / ages.sum(axis=2, keepdims=True)
    methods = others.age_forecasts(before[k], before[rest], after[rest], rng)
    rows = []
    for g, name in enumerate(GROUPS):
        ours = others.scaled(shares[:, k, g] / 100.0, "share")
        errors = others.scaled(seen_all[None, rest, g] / 100.0, "share") - others.scaled(shares[:, rest, g] / 100.0, "share")
        found = {"urbsim": others.unscaled(others.with_errors_elsewhere(ours, errors, rng), "share"), "urbsim_bare": shares[:, k, g]}
        found |= {method: values[:, g] for method, values in methods.items()}
        code = region.prefecture_codes[k]
        rows += _rows(found, float(seen_all[k, g]), code, "prefecture", "age_share", code, name)
    return rows
