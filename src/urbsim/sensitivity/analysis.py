"""The analysis of a study: what each uncertain factor does to each quantity, how that was worked out and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from urbsim.errors import UserError
from urbsim.experiments.design import points, size, unit_points
from urbsim.experiments.factors import Factor
from urbsim.experiments.study import Study
from urbsim.sensitivity.emulator import Emulator, fit_emulator
from urbsim.sensitivity.indices import Morris, Sobol, problem_of, radial_effects, sobol_indices, stochastic_share
from urbsim.sensitivity.quantities import Quantity, quantities

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
EMULATED_BLOCKS = 512
LOW, HIGH = 0.05, 0.95  # of a factor's values, for the bars of a tornado


@dataclass(frozen=True)
class Bar:
    """Hold what one factor does: the quantity with the factor low and high (at `low_at`, `high_at`), the others in the middle."""

    low_at: float
    high_at: float
    low: float
    high: float


@dataclass(frozen=True)
class Sensitivity:
    """Hold the sensitivity of one quantity; entries follow the study's factors.

    `sobol` and `morris` hold what each source gives: `model` (the study's own runs, if the design is Sobol's) and `emulator`; `best` is the
    source with the narrower intervals, None if there is none. `luck` is the share of variance within points (NaN with one run a point),
    `middle` what a tornado's bars start from.
    """

    quantity: Quantity
    sobol: Mapping[str, Sobol]
    morris: Mapping[str, Morris]
    bars: tuple[Bar, ...]
    middle: float
    emulator: Emulator | None
    luck: float

    @property
    def best(self) -> str | None:
        """Return the source whose intervals are narrower."""
        return min(self.sobol, key=lambda source: _width(self.sobol[source]), default=None)


def _width(indices: Sobol) -> float:
    widths = np.concatenate([indices.first_high - indices.first_low, indices.total_high - indices.total_low])
    return float(np.nan_to_num(widths, nan=np.inf).mean())


@dataclass(frozen=True)
class Analysis:
    """Hold the sensitivities of a study's quantities; `still` names those that do not vary at all.

    `used` of `size` points of the design could be used; a point counts if all its runs are done, and of a Sobol design whole blocks.
    """

    study: Study
    sensitivities: tuple[Sensitivity, ...]
    still: tuple[Quantity, ...]
    used: int
    size: int
    runs: int


def analyse(
    study: Study, runs: xr.Dataset, *, area: str | None = None, year: int | None = None, names: tuple[str, ...] = (), seed: int = 0
) -> Analysis:
    """Return the sensitivity of every quantity of a sweep (`runs` as `open_study_results` gives them) to every factor of its study.

    A Sobol design gives indices and elementary effects from the model's own runs; other designs with ranges from an emulator that is
    cross-validated. A one-at-a-time design gives a tornado alone. Raises UserError if too few runs are done, or for an area, year or name
    that is not there.
    """
    at, whole = _complete(study, runs)
    design = _design(study, at, seed)
    if at.size < 2:
        raise UserError.one(zh="完成的运行太少，无法分析。", en="Too few runs are done to analyse.")
    found, still = [], []
    for quantity in quantities(runs, area, year, names):
        y = quantity.values[whole]
        if np.ptp(y.mean(axis=1)) > 1e-12 * max(1.0, float(np.abs(y).max())):
            found.append(_sensitivity(design, quantity, y, seed))
        else:
            still.append(quantity)
    return Analysis(study, tuple(found), tuple(still), int(at.size), size(study), int(runs.sizes["run"]))


def _complete(study: Study, runs: xr.Dataset) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the points of the design whose runs are all there, and where these runs are: points x (draws x replicates)."""
    each = study.base.run.draws * study.base.run.replicates
    order = np.lexsort((runs["replicate"].values, runs["draw"].values, runs["point"].values))
    point = runs["point"].values[order]
    present, start, count = np.unique(point, return_index=True, return_counts=True)
    full = count == each
    at = present[full].astype(np.int64)
    if study.kind == "sobol":
        block = len(study.factors) + 2
        blocks, held = np.unique(at // block, return_counts=True)
        kept = np.isin(at // block, blocks[held == block])
        at, start = at[kept], start[full][kept]
    else:
        start = start[full]
    where = order[start[:, None] + np.arange(each)[None, :]] if at.size else np.empty((0, each), dtype=np.int64)
    return at, where


@dataclass(frozen=True)
class _Design:
    """Hold what all quantities share: values of factors at the points (`x`; `u` in the unit cube, of a Sobol design), and an emulator's."""

    study: Study
    x: Floats
    u: Floats | None
    sample: Floats
    sample_x: Floats


def _design(study: Study, at: NDArray[np.int64], seed: int) -> _Design:
    from SALib.sample import sobol as saltelli

    names = [factor.name for factor in study.factors]
    sample = np.asarray(saltelli.sample(problem_of(names), EMULATED_BLOCKS, calc_second_order=False, seed=seed), dtype=np.float64)
    u = unit_points(study)[at] if study.kind == "sobol" else None
    return _Design(study, points(study)[at], u, sample, at_unit(study.factors, sample))


def _sensitivity(design: _Design, quantity: Quantity, y: Floats, seed: int) -> Sensitivity:
    """Return the sensitivity of one quantity; `y` holds its values, points x repeats, at the points of the design."""
    study, x, mean = design.study, design.x, y.mean(axis=1)
    names = [factor.name for factor in study.factors]
    sobol: dict[str, Sobol] = {}
    morris: dict[str, Morris] = {}
    if design.u is not None and mean.size >= 2 * (len(names) + 2):
        sobol["model"], morris["model"] = sobol_indices(mean, names, seed), radial_effects(mean, design.u, seed)
    emulator = _emulator(x, mean, seed) if study.kind != "one_at_a_time" and not np.isnan(x).any() else None
    if emulator is not None:
        sobol["emulator"], morris["emulator"] = _emulated(design, emulator, seed)
    bars, middle = _tornado(study, x, mean, emulator)
    return Sensitivity(quantity, sobol, morris, bars, middle, emulator, stochastic_share(y))


def _emulator(x: Floats, y: Floats, seed: int) -> Emulator | None:
    try:
        return fit_emulator(x, y, seed)
    except ValueError:
        return None


def at_unit(factors: tuple[Factor, ...], u: Floats) -> Floats:
    """Return the factors' values at points of the unit cube."""
    columns = [np.array([factor.at(float(share)) for share in column]) for factor, column in zip(factors, u.T, strict=True)]
    return np.stack(columns, axis=1)


def _emulated(design: _Design, emulator: Emulator, seed: int) -> tuple[Sobol, Morris]:
    """Return indices of an emulator; intervals reach over the bootstrap intervals of all its fellows too."""
    names = [factor.name for factor in design.study.factors]
    whole = emulator(design.sample_x)
    found = sobol_indices(whole, names, seed)
    all_ = [found, *(sobol_indices(y, names, seed) for y in emulator.fellows(design.sample_x) if np.ptp(y) > 0)]
    reach = Sobol(
        first=found.first,
        first_low=np.min([one.first_low for one in all_], axis=0),
        first_high=np.max([one.first_high for one in all_], axis=0),
        total=found.total,
        total_low=np.min([one.total_low for one in all_], axis=0),
        total_high=np.max([one.total_high for one in all_], axis=0),
    )
    return reach, radial_effects(whole, design.sample, seed)


def _tornado(study: Study, x: Floats, y: Floats, emulator: Emulator | None) -> tuple[tuple[Bar, ...], float]:
    """Return a bar for each factor: from the runs where one factor alone moves, else from the emulator (middle: medians)."""
    if study.kind == "one_at_a_time":
        base = np.isnan(x).all(axis=1)
        middle = float(y[base][0]) if base.any() else float("nan")
        return tuple(_alone(x[:, k], y) for k in range(x.shape[1])), middle
    if emulator is None:
        return (), float("nan")
    centre = at_unit(study.factors, np.full((1, len(study.factors)), 0.5))[0]
    bars = []
    for k, factor in enumerate(study.factors):
        ends = (factor.at(LOW), factor.at(HIGH))
        pair = np.stack([np.where(np.arange(centre.size) == k, end, centre) for end in ends])
        low, high = emulator(pair)
        bars.append(Bar(ends[0], ends[1], float(low), float(high)))
    return tuple(bars), float(emulator(centre[None, :])[0])


def _alone(column: Floats, y: Floats) -> Bar:
    """Return the bar of a factor from the runs in which it alone was set."""
    moved = np.flatnonzero(~np.isnan(column))
    if moved.size == 0:
        return Bar(float("nan"), float("nan"), float("nan"), float("nan"))
    first, last = moved[np.argmin(column[moved])], moved[np.argmax(column[moved])]
    return Bar(float(column[first]), float(column[last]), float(y[first]), float(y[last]))
