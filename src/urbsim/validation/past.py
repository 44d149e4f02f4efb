"""What was known of an area before a forecast, and what the baselines say from it.

Two benchmarks, the censuses of 2010 and 2020, carry the level; they are one vintage. How far a ruler goes wrong in h years is measured by
rolling origins on the region's yearly rates first published for 2011-2019, inside that vintage. An area below the region has no such
series: its drift, seen once, is taken to vary by as much as the drifts of the areas of its level differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from urbsim.validation import cohort, pooled
from urbsim.validation.baselines import METHODS, Floats, Method, best_damping, damped, logit, rolling_errors, slope

BENCHMARKS = (2010, 2020)
SAMPLES = 500
CEILINGS = (0.80, 0.85, 0.90, 0.95)
VILLAGE_LEFT = 1e3  # persons; a town share of 1 has no logit


@dataclass(frozen=True)
class Past:
    """The benchmarks of one area: residents and town residents in 2010 and 2020; `level` area, prefecture or region; rows of its areas."""

    code: str
    level: str
    residents: Floats
    town: Floats
    rows: Floats


def pasts(region: Any) -> dict[str, Past]:
    """Return the past of every area, prefecture and of the region by code."""
    found: dict[str, Past] = {}

    def add(code: str, level: str, rows: Any) -> None:
        residents = np.array([region.residents_2010[rows].sum(), region.residents_2020[rows].sum()], dtype=np.float64)
        town = np.array([region.town_2010[rows].sum(), region.town_2020[rows].sum()], dtype=np.float64)
        found.setdefault(code, Past(code, level, residents, np.minimum(town, residents - VILLAGE_LEFT), np.asarray(rows, dtype=np.float64)))

    add(region.name, "region", np.arange(len(region.area_codes)))
    for k, code in enumerate(region.prefecture_codes):
        add(code, "prefecture", np.flatnonzero(np.asarray(region.prefecture_of) == k))
    for a, code in enumerate(region.area_codes):
        add(code, "area", np.array([a]))
    return found


class Baselines:
    """Forecast shares and residents of every area with B1 to B7 from the past of a region; samples show their errors."""

    def __init__(self, region: Any, seed: int = 0) -> None:
        self.region, self.pasts = region, pasts(region)
        self.rng = np.random.default_rng(seed)
        years, shares = yearly_rates(region)
        self.phi = best_damping(years, shares) if years.size >= 6 else 0.85
        self.methods: dict[str, Method] = {**METHODS, "B5": lambda y, s, h: damped(y, s, h, self.phi)}
        self._errors = {name: _rms(rolling_errors(method, years, shares, 3)) for name, method in self.methods.items()}
        self._hyper: dict[float, Floats] = {}

    def share(self, code: str, year: int) -> dict[str, Floats]:
        """Return samples (percent) of the town share of `code` in `year` by baseline."""
        past, ahead = self.pasts[code], float(year - BENCHMARKS[1])
        years, shares = np.array(BENCHMARKS, dtype=np.float64), past.town / past.residents
        noise = self.rng.standard_normal(SAMPLES)
        found = {}
        for name, method in self.methods.items():
            middle = logit(method(years, shares, np.array([ahead]))[0])
            sd = np.hypot(_at(self._errors[name], ahead), ahead * self._drift_spread(past.level, "share"))
            found[name] = 100.0 / (1.0 + np.exp(-(middle + sd * noise)))
        found["B6"] = 100.0 * self._pooled(past, ahead)
        found["B7"] = self._cohort_share(past, ahead, noise)
        return found

    def residents(self, code: str, year: int) -> dict[str, Floats]:
        """Return samples (persons) of the residents of `code` in `year` by baseline (B1, B2, B5, B7)."""
        past, ahead = self.pasts[code], float(year - BENCHMARKS[1])
        step = float(np.log(past.residents[1] / past.residents[0]) / 10.0)
        sd = ahead * np.hypot(0.003, self._drift_spread(past.level, "count"))
        noise = np.exp(sd * self.rng.standard_normal(SAMPLES))
        slowed = step * self.phi * (1.0 - self.phi**ahead) / (1.0 - self.phi)
        path = {"B1": 0.0, "B2": step * ahead, "B5": slowed}
        found = {name: past.residents[1] * np.exp(value) * noise for name, value in path.items()}
        if (people := self._cohorts(past, ahead)) is not None:
            found["B7"] = people * noise
        return found

    def _drift_spread(self, level: str, kind: str) -> float:
        """Return the standard deviation, over the areas of a level, of the yearly drift 2010-2020 (0 for the region)."""
        if level == "region":
            return 0.0
        group = [past for past in self.pasts.values() if past.level == level]
        if kind == "share":
            return float(np.std([slope(np.array(BENCHMARKS, dtype=np.float64), past.town / past.residents) for past in group]))
        return float(np.std([np.log(past.residents[1] / past.residents[0]) / 10.0 for past in group]))

    def _pooled(self, past: Past, ahead: float) -> Floats:
        """B6: prefectures pooled, one ceiling after another."""
        level = "area" if past.level == "area" else "prefecture"
        group = [p for p in self.pasts.values() if p.level == level] or list(self.pasts.values())
        years, parts = np.array(BENCHMARKS, dtype=np.float64), []
        for ceiling in CEILINGS:
            top = max(ceiling, *(float((p.town / p.residents).max()) + 0.005 for p in [past]))
            if ceiling not in self._hyper:
                usable = [p for p in group if (p.town / p.residents).max() < ceiling - 0.005]
                histories = [pooled.history(years, p.town / p.residents, ceiling) for p in usable]
                self._hyper[ceiling] = pooled.sample(histories, np.random.default_rng(1), steps=2500, burn=500)
            draws = self._hyper[ceiling][:: max(1, len(self._hyper[ceiling]) * len(CEILINGS) // SAMPLES)]
            history = pooled.history(years, past.town / past.residents, top)
            share = float(past.town[1] / past.residents[1])
            parts.append(pooled.forecast(history, share, top, draws, np.array([ahead]), self.rng)[:, 0])
        return np.concatenate(parts)

    def _cohorts(self, past: Past, ahead: float) -> float | None:
        """Return B7's residents; only prefectures and the region have ages at both censuses."""
        if past.level == "area":
            return None
        codes = list(self.region.prefecture_codes)
        chosen = range(len(codes)) if past.level == "region" else [codes.index(past.code)]
        return float(
            sum(
                cohort.residents_ahead(
                    self.region.age_2010[k].astype(np.float64), self.region.age_2020[k].astype(np.float64), np.array([ahead])
                )[0]
                for k in chosen
            )
        )

    def _cohort_share(self, past: Past, ahead: float, noise: Floats) -> Floats:
        residents = self._cohorts(past, ahead)
        if residents is None:
            return np.full(SAMPLES, np.nan)
        village = past.residents - past.town
        share = 1.0 - float(cohort.village_ahead(village[0], village[1], np.array([ahead]))[0]) / residents
        sd = np.hypot(_at(self._errors["B2"], ahead), ahead * self._drift_spread(past.level, "share"))
        return np.asarray(100.0 / (1.0 + np.exp(-(logit(share) + sd * noise))))


def yearly_rates(region: Any) -> tuple[Floats, Floats]:
    """Return the years and shares of the region's rates first published before the 2020 census: one vintage, never joined with another."""
    points = sorted(
        (point.date.year, point.value / 100.0)
        for point in region.published
        if (point.area, point.variable, point.vintage) == (region.name, "urbanization_rate", "first_published") and point.date.year < 2020
    )
    return np.array([year for year, _ in points], dtype=np.float64), np.array([share for _, share in points])


def _rms(errors: list[Floats]) -> Floats:
    return np.array([float(np.sqrt((found**2).mean())) if found.size else np.nan for found in errors])


def _at(rms: Floats, ahead: float) -> float:
    """Return the error at a horizon: as measured, beyond that in proportion; 0.02 logits a year where nothing was measured."""
    known = np.flatnonzero(np.isfinite(rms))
    if not known.size:
        return 0.02 * ahead
    horizon = min(round(ahead), int(known[-1]) + 1)
    return float(rms[max(horizon, 1) - 1] * max(1.0, ahead / max(horizon, 1)))

