"""What is published after the census of 2020, and the yearly changes before it, against runs whose fit ended at that census.

* Years 2021 and 2022, region, prefectures and areas where published: the runs' step since 2020 laid on the census (method `urbsim`), or the
  runs as they are (`urbsim_bare`, whose level of 2020 is only as good as the fit), both with the noise of published figures (`noise`).
* Yearly changes 2012-2019 inside the series first published then. The runs know the census of 2020, so that this judges the timing alone;
  the baselines know the earlier changes of the same series, never a later figure, never another vintage.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from urbsim.validation import noise
from urbsim.validation.baselines import Floats
from urbsim.validation.left_out import Unit
from urbsim.validation.past import Baselines
from urbsim.validation.score import score_row

SHARE, RESIDENTS = "urbanization_rate", "resident_population"
LATER = (2021, 2022)
FIRST = 2010
LEAST_ERRORS = 3


def all_units(region: Any) -> dict[str, Unit]:
    """Return region, prefectures and areas by code (a region of one prefecture has no prefecture row)."""
    p = np.asarray(region.prefecture_of)
    found = {region.name: Unit(region.name, "region", "region", -1, np.arange(len(region.area_codes)))}
    for k, code in enumerate(region.prefecture_codes):
        found.setdefault(code, Unit(code, "prefecture", "prefecture", k, np.flatnonzero(p == k)))
    for a, code in enumerate(region.area_codes):
        found.setdefault(code, Unit(code, "area", "area", int(p[a]), np.array([a])))
    return found


def series(residents: Any, unit: Unit, indicator: str) -> Floats:
    """Return draws x years of a rate (percent) or of residents from `residents` (draws x years x A x part)."""
    everyone = residents[:, :, unit.rows].sum(axis=(2, 3)).astype(float)
    if indicator == RESIDENTS:
        return np.asarray(everyone)
    return np.asarray(100.0 * residents[:, :, unit.rows, 1].sum(axis=2) / everyone)


def published(region: Any, vintage: str, indicator: str) -> dict[str, dict[int, float]]:
    """Return area -> year -> value of one indicator and vintage; nothing after 2022 is there to be had."""
    found: dict[str, dict[int, float]] = {}
    for point in region.published:
        if (point.vintage, point.variable) == (vintage, indicator):
            found.setdefault(point.area, {})[point.date.year] = point.value
    return found


def census_value(region: Any, unit: Unit, indicator: str) -> float:
    """Return what the census of 2020 gives."""
    everyone, town = float(region.residents_2020[unit.rows].sum()), float(region.town_2020[unit.rows].sum())
    return everyone if indicator == RESIDENTS else 100.0 * town / everyone


def forecast(
    region: Any, residents: Any, unit: Unit, indicator: str, year: int, rng: np.random.Generator, drift: float = 0.0
) -> dict[str, Floats]:
    """Return samples of what may be published for a year: steps laid on the census of 2020, and runs as they are."""
    values = series(residents, unit, indicator)
    now, then, anchor = values[:, year - FIRST], values[:, noise.CENSUS_YEAR - FIRST], census_value(region, unit, indicator)
    if indicator == SHARE:
        near = noise.anchored_share(now, then, anchor) if anchor < 99.9 else now
        return {"urbsim": noise.observed_share(near, year, rng), "urbsim_bare": noise.observed_share(now, year, rng)}
    near = noise.anchored_count(now, then, anchor)
    return {"urbsim": noise.observed_count(near, year, rng, drift), "urbsim_bare": noise.observed_count(now, year, rng, drift)}


def score_later(region: Any, residents: Any, seed: int = 0) -> pd.DataFrame:
    """Return one row a point and method for 2021 and 2022; `residents` draws x years x A x part, 2010 first."""
    rulers, known, rng = Baselines(region, seed), all_units(region), np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for indicator in (SHARE, RESIDENTS):
        for code, years in published(region, "revised", indicator).items():
            unit = known[code]
            for year in (y for y in LATER if y in years):
                methods = forecast(region, residents, unit, indicator, year, rng)
                methods |= rulers.share(code, year) if indicator == SHARE else rulers.residents(code, year)
                by = 1.0 if indicator == SHARE else 100.0 / census_value(region, unit, indicator)  # percent of the census of 2020
                rows += [
                    {"area": code, "level": unit.level, "year": year, "indicator": indicator, "method": method,
                     **score_row(by * values, by * years[year]), "members": values.size}
                    for method, values in methods.items() if np.isfinite(values).all()
                ]  # fmt: skip
    return pd.DataFrame(rows)


def changes(years: dict[int, float], indicator: str) -> dict[int, float]:
    """Return year -> change from the year before (points, or per cent of residents) inside one series, to 2019."""
    step: Callable[[float, float], float] = (lambda a, b: b - a) if indicator == SHARE else (lambda a, b: 100.0 * float(np.log(b / a)))
    return {year: step(years[year - 1], value) for year, value in sorted(years.items()) if year - 1 in years and year < noise.CENSUS_YEAR}


def score_changes(region: Any, residents: Any, seed: int = 0) -> pd.DataFrame:
    """Return one row a point and method for the yearly changes of the series first published in their time."""
    known, rng, rows = all_units(region), np.random.default_rng(seed), []
    phi = Baselines(region, seed).phi
    for indicator in (SHARE, RESIDENTS):
        sd = np.sqrt(2.0) * (noise.YEARLY_POINTS if indicator == SHARE else 100.0 * noise.YEARLY_SHARE)
        table = {code: changes(years, indicator) for code, years in published(region, "first_published", indicator).items()}
        earlier: dict[str, list[tuple[int, float]]] = {}
        for year in range(2012, noise.CENSUS_YEAR):
            for code, found in ((code, found) for code, found in table.items() if year in found and code in known):
                unit, before = known[code], [value for y, value in sorted(found.items()) if y < year]
                ran = series(residents, unit, indicator)[:, [year - 1 - FIRST, year - FIRST]]
                step = ran[:, 1] - ran[:, 0] if indicator == SHARE else 100.0 * np.log(ran[:, 1] / ran[:, 0])
                noisy = np.repeat(step, noise.REPEATS)
                methods: dict[str, Floats] = {"urbsim": noisy + sd * rng.standard_normal(noisy.size)}
                guesses = {"B1": 0.0} | ({"B2": float(np.mean(before)), "B5": phi * before[-1]} if before else {})
                for method, guess in guesses.items():
                    errors = [error for y, error in earlier.get(f"{method}{unit.level}", []) if y < year]
                    wide = float(np.sqrt(np.mean(np.square(errors)))) if len(errors) >= LEAST_ERRORS else 2.0 * sd
                    methods[method] = guess + max(wide, 0.1 * sd) * rng.standard_normal(500)
                    earlier.setdefault(f"{method}{unit.level}", []).append((year, found[year] - guess))
                rows += [
                    {"area": code, "level": unit.level, "year": year, "indicator": f"{indicator}_change", "method": method,
                     **score_row(values, found[year]), "members": values.size}
                    for method, values in methods.items()
                ]  # fmt: skip
    return pd.DataFrame(rows)
