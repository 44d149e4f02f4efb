"""Read what a sweep has written, while it is at work or afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from urbsim.errors import Problem, UserError
from urbsim.experiments.markers import DONE, STORE
from urbsim.experiments.sweep_folder import STUDY
from urbsim.text import Text

if TYPE_CHECKING:
    import xarray as xr

    from urbsim.experiments.study import Study


def open_study_results(folder: str | Path, *, all_runs: bool = False) -> xr.Dataset:
    """Return the runs of a sweep: variables over `run` and their own dimensions, read from disk when they are used.

    Coordinates over `run`: `point` (row of the design), `draw`, `replicate`, `run_key`, `run_status` (done, failed, missing) and every
    factor by its name (NaN: as in the base). Only runs that are done, in design order; with `all_runs` also the others, whose values are
    meaningless. Raises UserError if there is no store or it cannot be read.
    """
    import numpy as np
    import xarray as xr

    place = Path(folder)
    root = place if place.suffix == ".zarr" else place / STORE
    if not root.is_dir():
        raise UserError.one(zh=f"{place} 里没有 {STORE}", en=f"there is no {STORE} in {place}")
    try:
        found = xr.open_dataset(root, engine="zarr", chunks=None, backend_kwargs={"consolidated": True})
        status = found["run_status"].values
    except (OSError, ValueError, KeyError) as error:
        message = Text(f"{root} 读不出来", f"{root} cannot be read")
        raise UserError([Problem(message, hint=Text(f"原因：{error}", f"reason: {error}"))]) from error
    told = np.where(status == "", "missing", status)
    found = found.assign_coords(run_status=("run", told, found["run_status"].attrs))
    return found if all_runs or (told == DONE).all() else found.isel(run=np.flatnonzero(told == DONE))


def study_of(folder: str | Path) -> Study:
    """Return the study of a sweep's folder, its base with all numbers."""
    from urbsim.experiments.study import load_study

    return load_study(Path(folder) / STUDY)
