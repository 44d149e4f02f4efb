"""The projection 2023-2027 of a fitted ensemble with its bands: made once, kept, and judged later on years that it has not seen.

Two bands for every area, prefecture and the region:

* `ensemble`: the members' runs as they are, under the rules in force. It holds what the parameters leave open.
* `predictive`: what may be published. Every run's step since the last published figure (2022 where one was published in the vintage of the
  census, else the census of 2020) is laid on that figure, and the noise of published figures is added (`noise`): 0.3 points a year, 0.1
  points for every year since the census for a change of vintage; for residents 0.3 per cent and the difference of the region's vintages.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from urbsim.validation import noise
from urbsim.validation.later import FIRST, RESIDENTS, SHARE, all_units, census_value, published, series
from urbsim.validation.tasks import Kept, Task

YEARS = (2023, 2024, 2025, 2026, 2027)
QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
HUKOU = "hukou_urbanization_rate"


def project(region: Any, kept: Kept, draws: int, seed: int = 0) -> pd.DataFrame:
    """Return one row an area, year, indicator and band with the quantiles; residents in persons, rates in percent."""
    residents = kept.stack([Task("base", region.name, draw) for draw in range(draws)], "residents")
    hukou = kept.stack([Task("base", region.name, draw) for draw in range(draws)], "hukou").astype(float)
    rng, drift = np.random.default_rng(seed), noise.vintage_share(region)
    latest = {indicator: published(region, "revised", indicator) for indicator in (SHARE, RESIDENTS)}
    rows: list[dict[str, Any]] = []
    for code, unit in all_units(region).items():
        for indicator in (SHARE, RESIDENTS):
            values = series(residents, unit, indicator)
            known = latest[indicator].get(code, {})
            anchor_year = max((year for year in known if noise.CENSUS_YEAR < year <= 2022), default=noise.CENSUS_YEAR)
            anchor = known[anchor_year] if anchor_year > noise.CENSUS_YEAR else census_value(region, unit, indicator)
            for year in YEARS:
                now, then = values[:, year - FIRST], values[:, anchor_year - FIRST]
                if indicator == SHARE:
                    near = noise.anchored_share(now, then, anchor) if anchor < 99.9 else now
                    predicted = noise.observed_share(near, year, rng)
                else:
                    predicted = noise.observed_count(noise.anchored_count(now, then, anchor), year, rng, drift)
                for band, sample in (("ensemble", now), ("predictive", predicted)):
                    rows.append(_row(code, unit.level, year, indicator, band, sample, anchor_year if band == "predictive" else None))
    for year in YEARS:
        sample = 100.0 * hukou[:, year - FIRST, 1] / hukou[:, year - FIRST, 0]
        rows.append(_row(region.name, "region", year, HUKOU, "ensemble", sample, None))
    return pd.DataFrame(rows)


def _row(code: str, level: str, year: int, indicator: str, band: str, sample: Any, anchor: int | None) -> dict[str, Any]:
    values = np.quantile(sample, QUANTILES)
    if indicator == RESIDENTS:
        values = np.rint(values)
    names = [f"q{1000 * q:03.0f}".rstrip("0") if q in (0.025, 0.975) else f"q{100 * q:02.0f}" for q in QUANTILES]
    return {"area": code, "level": level, "year": year, "indicator": indicator, "band": band, "anchored_at": anchor,
            **dict(zip(names, values, strict=True))}  # fmt: skip
