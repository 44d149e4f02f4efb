"""Write a result folder and read it again.

```
results.nc  scenario.yaml  provenance.json  tables/*.csv  (report.html  figures/  from a hook)
```
"""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from urbsim.errors import Problem, UserError
from urbsim.results import accessor as _accessor  # noqa: F401  registers dataset.urbsim
from urbsim.results.folder import OWN, PROVENANCE, RESULTS, SCENARIO, TABLES, beside, check_free, flush, move_into_place, telling
from urbsim.results.provenance import IDENTITY
from urbsim.results.tables import save_table, tables
from urbsim.text import Text

COMPRESSION = {"zlib": True, "complevel": 1, "shuffle": True}
Hook = Callable[[xr.Dataset, Path], None]


def write(dataset: xr.Dataset, folder: str | Path, *, scenario_yaml: str, provenance: Mapping[str, Any], hook: Hook | None = None) -> Path:
    """Write a result folder and return its path.

    Everything is written into a hidden sibling folder, flushed to the disk and renamed. `hook(dataset, folder)` may add files
    (report.html, figures/) before that. A folder that holds the same run (`run_identity` of its provenance) is replaced.

    Raises UserError if the folder holds something else or cannot be written, DiskError if writing fails (a full disk, say); in both cases
    the folder is as it was and nothing else is left.
    """
    target = Path(folder)
    check_free(target, provenance.get(IDENTITY))
    with beside(target) as part:
        write_files(dataset, part, scenario_yaml=scenario_yaml, provenance=provenance, hook=hook)
        move_into_place(part, target)
    return target


def write_files(dataset: xr.Dataset, folder: Path, *, scenario_yaml: str, provenance: Mapping[str, Any], hook: Hook | None = None) -> None:
    """Write the files of a result into an existing empty folder, provenance.json last, and flush them; raises DiskError."""
    with telling(folder):
        text = json.dumps(provenance, ensure_ascii=False, indent=2, sort_keys=True)
        write_netcdf(dataset.assign_attrs(provenance=text), folder / RESULTS)
        (folder / SCENARIO).write_text(scenario_yaml, encoding="utf-8")
        (folder / TABLES).mkdir()
        for name, table in tables(dataset).items():
            save_table(table, folder / TABLES / f"{name}.csv")
        if hook is not None:
            hook(dataset, folder)
        (folder / PROVENANCE).write_text(text + "\n", encoding="utf-8")
        flush(folder)


def write_netcdf(dataset: xr.Dataset, file: Path) -> None:
    """Write one netCDF4 file, numbers compressed; raises OSError if that fails."""
    numeric = [name for name, held in dataset.variables.items() if held.dtype.kind in "iufb" and held.ndim > 0 and held.size > 0]
    encoding: dict[Any, Any] = {name: dict(COMPRESSION) for name in numeric}
    encoding["time"] = {"units": "days since 2010-12-31", "dtype": "int32", "calendar": "proleptic_gregorian"}
    try:
        dataset.to_netcdf(file, engine="netcdf4", format="NETCDF4", encoding=encoding)
    except RuntimeError as error:  # what the netCDF library makes of a failed write
        free = shutil.disk_usage(file.parent).free
        raise OSError(errno.ENOSPC if free < 2 * dataset.nbytes else errno.EIO, str(error)) from error


def open_results(folder_or_file: str | Path) -> xr.Dataset:
    """Return a result from its folder or its `results.nc`, loaded into memory.

    Raises UserError if there is none or the file cannot be read.
    """
    path = Path(folder_or_file)
    file = path / RESULTS if path.is_dir() else path
    if not file.is_file():
        raise UserError([_none_here(path)])
    try:
        with xr.open_dataset(file, engine="netcdf4") as dataset:
            return dataset.load()
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(
            [
                Problem(
                    Text(f"无法读取结果文件 {file}", f"the result file {file} cannot be read"),
                    hint=Text(f"原因：{error}", f"reason: {error}"),
                )
            ]
        ) from error


def _none_here(path: Path) -> Problem:
    if not path.exists():
        return Problem(Text(f"没有 {path}", f"there is no {path}"))
    half = path.is_dir() and any((path / name).exists() for name in OWN)
    hint = Text("文件夹不完整，可能写到一半；请重新运行", "the folder is incomplete, perhaps half-written; run again") if half else None
    return Problem(Text(f"{path} 中没有 {RESULTS}", f"there is no {RESULTS} in {path}"), hint=hint)
