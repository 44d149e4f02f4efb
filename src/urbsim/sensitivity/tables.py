"""Tables of a sensitivity analysis in long form, for a spreadsheet program; names in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from urbsim.sensitivity.analysis import Analysis, Sensitivity

if TYPE_CHECKING:
    import pandas as pd


def tables(analysis: Analysis) -> dict[str, pd.DataFrame]:
    """Return the tables by name: `sobol`, `morris`, `tornado`, `emulators`, `quantities`."""
    import pandas as pd

    rows = {
        "sobol": list(_sobol(analysis)),
        "morris": list(_morris(analysis)),
        "tornado": list(_tornado(analysis)),
        "emulators": [_emulator(one) for one in analysis.sensitivities if one.emulator is not None],
        "quantities": [_quantity(one) for one in analysis.sensitivities],
    }
    return {name: pd.DataFrame(found) for name, found in rows.items() if found}


def _names(analysis: Analysis, one: Sensitivity, k: int) -> dict[str, Any]:
    factor, quantity = analysis.study.factors[k], one.quantity
    return {
        "quantity": quantity.name, "quantity_zh": quantity.title.zh, "quantity_en": quantity.title.en,
        "factor": factor.name, "factor_zh": factor.title.zh, "factor_en": factor.title.en,
    }  # fmt: skip


def _sobol(analysis: Analysis) -> Iterator[dict[str, Any]]:
    for one in analysis.sensitivities:
        for source, found in one.sobol.items():
            for k in range(len(analysis.study.factors)):
                yield _names(analysis, one, k) | {
                    "source": source, "best": source == one.best,
                    "first": found.first[k], "first_low_95": found.first_low[k], "first_high_95": found.first_high[k],
                    "total": found.total[k], "total_low_95": found.total_low[k], "total_high_95": found.total_high[k],
                }  # fmt: skip


def _morris(analysis: Analysis) -> Iterator[dict[str, Any]]:
    for one in analysis.sensitivities:
        for source, found in one.morris.items():
            for k in range(len(analysis.study.factors)):
                yield _names(analysis, one, k) | {
                    "source": source, "mu_star": found.mu_star[k], "mu_star_half_width_95": found.half_width[k], "mu": found.mu[k],
                    "sigma": found.sigma[k], "unit": one.quantity.unit.en,
                }  # fmt: skip


def _tornado(analysis: Analysis) -> Iterator[dict[str, Any]]:
    for one in analysis.sensitivities:
        for k, bar in enumerate(one.bars):
            yield _names(analysis, one, k) | {
                "factor_low": analysis.study.factors[k].show(bar.low_at), "factor_high": analysis.study.factors[k].show(bar.high_at),
                "low": bar.low, "middle": one.middle, "high": bar.high, "unit": one.quantity.unit.en,
                "source": "model" if one.emulator is None else "emulator",
            }  # fmt: skip


def _emulator(one: Sensitivity) -> dict[str, Any]:
    emulator = one.emulator
    if emulator is None:
        raise ValueError("no emulator")
    return {
        "quantity": one.quantity.name, "kind": emulator.kind, "error": emulator.error, "unit": one.quantity.unit.en,
        "share_explained": emulator.explained,
    }  # fmt: skip


def _quantity(one: Sensitivity) -> dict[str, Any]:
    quantity = one.quantity
    return {
        "quantity": quantity.name, "quantity_zh": quantity.title.zh, "quantity_en": quantity.title.en, "unit_zh": quantity.unit.zh,
        "unit_en": quantity.unit.en, "runs": quantity.values.size, "mean": quantity.values.mean(),
        "standard_deviation": quantity.values.std(), "luck_share_of_variance": one.luck,
    }  # fmt: skip
