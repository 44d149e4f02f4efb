"""The effects of a comparison with the assumption-only parameters at low, central and high, and the share of variance they carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from urbsim.experiments.assumed import VARIANTS, share_of_variance
from urbsim.report.figures.compare import available
from urbsim.report.reading import labels_of, region_row

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from urbsim.experiments.assumed import Assumed


class AssumedEffect(NamedTuple):
    """Hold one effect in the whole region at the end: its mean at each variant, and the share of variance (NaN: not known)."""

    scenario: str
    effect: str
    low: float
    central: float
    high: float
    share: float


def assumed_effects(changes: xr.Dataset, assumed: Assumed) -> list[AssumedEffect]:
    """Return every effect of a comparison; `changes` are its differences as they came out."""
    area, found = region_row(changes), []
    for scenario in labels_of(changes, "scenario"):
        for name, effect in available(changes, area).items():
            own = effect.read(changes, scenario, area)
            if own is None or not np.isfinite(own[:, -1]).all():
                continue
            read = {variant: effect.read(assumed.at[variant], scenario, area) for variant in VARIANTS}
            means = [float(np.mean(values[:, -1])) if values is not None else float("nan") for values in read.values()]
            swapped = effect.read(assumed.swapped, scenario, area) if assumed.swapped is not None else None
            share = share_of_variance(own[:, -1], swapped[:, -1]) if swapped is not None else float("nan")
            found.append(AssumedEffect(scenario, name, means[0], means[1], means[2], share))
    return found


def shares(effects: Sequence[AssumedEffect]) -> Mapping[str, Mapping[str, float]]:
    """Return the known shares by scenario and effect, as the report's sections take them."""
    found: dict[str, dict[str, float]] = {}
    for one in effects:
        if np.isfinite(one.share):
            found.setdefault(one.scenario, {})[one.effect] = one.share
    return found


def assumed_table(effects: Sequence[AssumedEffect]) -> pd.DataFrame:
    """Return the effects in long form, for a spreadsheet program; yuan, persons, households or percentage points."""
    import pandas as pd

    return pd.DataFrame(effects, columns=["scenario", "effect", "low", "central", "high", "share_of_variance"])
