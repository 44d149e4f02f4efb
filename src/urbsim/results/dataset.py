"""From the frames of many runs to one labelled dataset with all variables of the contract (design/experience.md, Results).

`Assembler` takes one run at a time and writes it into arrays allocated once in the dtypes of the result, so that an ensemble needs the
memory of its result and of a single run, about 70 MB at the defaults; `assemble` does all at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from urbsim.clock import QUARTERS
from urbsim.results import accessor as _accessor  # noqa: F401  registers dataset.urbsim
from urbsim.results.accounting import check_identity
from urbsim.results.compute import Context, run_variables
from urbsim.results.frames import Frames, check_frames
from urbsim.results.indicators import indicator_coordinates
from urbsim.results.labels import AXES
from urbsim.results.levels import Calendar, Levels, RegionLike
from urbsim.results.variables import SCHEMA_VERSION, VARIABLES


class Assembler:
    """Build a result from runs that arrive one after another, in any order.

    `draws` and `replicates` are counts or the ids themselves. `quarters` entries of time are kept, entry 0 being quarter `first_quarter`
    (the state the run starts from, flows 0).
    """

    def __init__(
        self,
        region: RegionLike,
        scenario: Any,
        draws: int | Sequence[int],
        replicates: int | Sequence[int] = 1,
        *,
        quarters: int = QUARTERS,
        first_quarter: int = 0,
    ) -> None:
        self.draws = list(range(draws)) if isinstance(draws, int) else [int(d) for d in draws]
        self.replicates = list(range(replicates)) if isinstance(replicates, int) else [int(r) for r in replicates]
        self.context = Context(Levels(region), Calendar(first_quarter, quarters), scenario)
        self._sizes = sizes(self.context)
        self._data: dict[str, NDArray[Any]] = {}
        for name, variable in VARIABLES.items():
            shape = (len(self.draws), len(self.replicates), *(self._sizes[dim] for dim in variable.dims))
            empty = np.nan if variable.dtype.startswith("float") else 0
            self._data[name] = np.full(shape, empty, dtype=variable.dtype)
        self._dataset = self._around()  # around the arrays, which are filled in place
        self._missing = {(d, r) for d in range(len(self.draws)) for r in range(len(self.replicates))}

    def add(self, draw: int, replicate: int, frames: Frames) -> None:
        """Take in one run by the positions of its draw and replicate; checks shapes and the identity of people.

        Raises ValueError for frames off the contract and IdentityError if people do not add up.
        """
        for name, values in run_values(frames, self.context).items():
            self._data[name][draw, replicate] = values
        self._missing.discard((draw, replicate))

    def dataset(self, provenance: Mapping[str, Any] | None = None) -> xr.Dataset:
        """Return the finished dataset; raises ValueError if a run is missing."""
        if self._missing:
            raise ValueError(f"{len(self._missing)} runs are missing, first {min(self._missing)}")
        dataset = self._dataset
        if provenance is not None:
            dataset.attrs["provenance"] = json.dumps(provenance, ensure_ascii=False, sort_keys=True)
        return dataset

    def _around(self) -> xr.Dataset:
        variables = {}
        for name, variable in VARIABLES.items():
            variables[name] = (("draw", "replicate", *variable.dims), self._data[name], attributes_of(name))
        return xr.Dataset(variables, coords=self._coordinates(), attrs=self._attributes())

    def _coordinates(self) -> dict[str, Any]:
        return {
            "draw": ("draw", np.array(self.draws, dtype=np.int32), _names("parameter draw", "参数抽样")),
            "replicate": ("replicate", np.array(self.replicates, dtype=np.int32), _names("replicate", "重复")),
            **coordinates(self.context),
        }

    def _attributes(self) -> dict[str, Any]:
        scenario, region = self.context.scenario, self.context.levels.region
        title = getattr(scenario, "title", region.title)
        return {
            "title": title.en,
            "title_zh": title.zh,
            "region": region.name,
            "scenario": str(getattr(scenario, "name", "")),
            "scenario_hash": str(getattr(scenario, "hash8", "")),
            "schema_version": SCHEMA_VERSION,
            "Conventions": "CF-1.11",
        }


def run_values(frames: Frames, context: Context) -> dict[str, NDArray[Any]]:
    """Return every variable of one run in the dtype of the result, dims as in `VARIABLES`; checks shapes and the identity of people.

    Raises ValueError for frames off the contract and IdentityError if people do not add up.
    """
    calendar, levels = context.calendar, context.levels
    check_frames(frames, calendar.quarters, levels.areas)
    check_identity(frames, levels.region.area_codes, calendar.first)
    computed = run_variables(frames, context)
    for name, variable in VARIABLES.items():
        values = computed[name]
        if variable.dtype == "int32" and values.size and np.abs(values).max() > np.iinfo(np.int32).max:
            raise ValueError(f"{name} does not fit into int32")
        computed[name] = values.astype(variable.dtype, copy=False)
    return computed


def attributes_of(name: str) -> dict[str, str]:
    """Return the attributes of a variable: names in both languages, units, a comment where there is one."""
    variable = VARIABLES[name]
    attrs = {"long_name": variable.name.en, "long_name_zh": variable.name.zh, "units": variable.unit, "units_zh": variable.unit_zh}
    return attrs | ({"comment": variable.note} if variable.note else {})


def coordinates(context: Context) -> dict[str, Any]:
    """Return the coordinates of all dimensions of a run: name -> (dimension, values, attributes)."""
    levels, calendar = context.levels, context.calendar
    coords: dict[str, Any] = {
        "time": ("time", calendar.time, _names("quarter's end", "季末")),
        "year": ("year", np.array(calendar.years, dtype=np.int32), _names("year", "年份")),
        "year_end": ("year_end", np.array(calendar.fourth_years, dtype=np.int32), _names("year's end", "年末")),
        "area": ("area", _text(levels.labels), _names("area", "地区")),
        "area_zh": ("area", _text([name.zh for name in levels.names])),
        "area_en": ("area", _text([name.en for name in levels.names])),
        "level": ("area", _text(levels.level), _names("level", "层级")),
        "area_prefecture": ("area", _text(levels.prefecture), _names("prefecture of the row", "所属设区市")),
        "prefecture": ("prefecture", _text(list(levels.region.prefecture_codes)), _names("prefecture", "设区市")),
        "prefecture_zh": ("prefecture", _text([name.zh for name in levels.region.prefecture_names])),
        "prefecture_en": ("prefecture", _text([name.en for name in levels.region.prefecture_names])),
    }
    for axis, labels in AXES.items():
        coords[axis] = (axis, _text([label.code for label in labels]))
        coords[f"{axis}_zh"] = (axis, _text([label.text.zh for label in labels]))
        coords[f"{axis}_en"] = (axis, _text([label.text.en for label in labels]))
    coords["service_unit"] = ("service", _text([label.unit for label in AXES["service"]]))
    coords["service_unit_zh"] = ("service", _text([label.unit_zh for label in AXES["service"]]))
    coords.update(indicator_coordinates(context))
    return coords


def assemble(
    frames: Iterable[Iterable[Frames]],
    region: RegionLike,
    scenario: Any,
    *,
    draws: Sequence[int] | None = None,
    replicates: Sequence[int] | None = None,
    first_quarter: int = 0,
    provenance: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Return the result of all runs: `frames[d][r]` are the frames of draw d and replicate r.

    The frames of one run are a mapping name -> array with a leading time axis (docs/architecture.md, "What one quarter reports"). `draws`
    and `replicates` are the ids to write as coordinates, 0, 1, 2, ... by default.
    """
    runs = [list(row) for row in frames]
    if not runs or not runs[0] or any(len(row) != len(runs[0]) for row in runs):
        raise ValueError("frames must hold the same number of replicates, at least one, for every draw")
    quarters = int(np.asarray(runs[0][0]["residents"]).shape[0])
    assembler = Assembler(
        region, scenario, draws if draws is not None else len(runs), replicates if replicates is not None else len(runs[0]),
        quarters=quarters, first_quarter=first_quarter,
    )  # fmt: skip
    for d, row in enumerate(runs):
        for r, run in enumerate(row):
            assembler.add(d, r, run)
    return assembler.dataset(provenance)


def sizes(context: Context) -> dict[str, int]:
    """Return the length of every dimension of a run."""
    found = {axis: len(labels) for axis, labels in AXES.items()}
    calendar, levels = context.calendar, context.levels
    return found | {
        "time": calendar.quarters,
        "year": len(calendar.years),
        "year_end": len(calendar.fourth_years),
        "area": levels.size,
        "prefecture": len(levels.region.prefecture_codes),
        "indicator": len(indicator_coordinates(context)["indicator"][1]),
    }


def _names(en: str, zh: str) -> dict[str, str]:
    return {"long_name": en, "long_name_zh": zh}


def _text(words: Sequence[str]) -> NDArray[np.object_]:
    """Return text as an object array: the form in which netCDF gives it back."""
    return np.array(list(words), dtype=object)
