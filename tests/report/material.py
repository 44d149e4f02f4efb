"""What the tests of the report start from: a real region and scenario with a synthetic result, and a tiny one."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import xarray as xr

from tests.results.synthetic import make_dataset, make_region
from urbsim.regions import load_region
from urbsim.scenario import load
from urbsim.text import Text

PROVENANCE = {
    "urbsim": {"version": "9.9.9", "commit": "c0ffee"},
    "scenario": {"resolved": "name: x\nregion: y\n"},
    "command": "urbsim run zhejiang_2027 --draws 3",
    "libraries": {"numpy": "2.0"},
}


@cache
def region() -> Any:
    return load_region("zhejiang")


@cache
def result() -> xr.Dataset:
    """Return a synthetic result of the 64 areas, 3 draws."""
    return make_dataset(region(), draws=3)


@cache
def scenario() -> Any:
    return load("zhejiang_2027")


def named(zh: str, en: str) -> Any:
    """Return the scenario under another title and description."""
    return replace(scenario(), title=Text(zh, en), description=Text(zh, en))


@cache
def small_region() -> Any:
    return make_region(small=True)


@cache
def small_result() -> xr.Dataset:
    """Return a synthetic result of four areas, 2 draws × 2 replicates."""
    return make_dataset(small_region(), draws=2, replicates=2)


def point(area: str, year: int, value: float, vintage: str, variable: str = "urbanization_rate", month: int = 12) -> Any:
    """Return one published figure."""
    import datetime as dt

    from urbsim.regions.model import Published

    return Published(area, dt.date(year, month, 1), variable, value, "percent", vintage, ("made_up.csv", year))


def region_with(points: list[Any]) -> Any:
    """Return the small region with these published figures."""
    return SimpleNamespace(**{**vars(small_region()), "published": points})


def changed(base: xr.Dataset, **added: float) -> xr.Dataset:
    """Return the result with something added to variables in the last year."""
    other = base.copy(deep=True)
    for name, amount in added.items():
        values = other[name].values
        at = other[name].dims.index("time")
        index: list[Any] = [slice(None)] * values.ndim
        index[at] = slice(-4, None)
        values[tuple(index)] = (values[tuple(index)] + np.asarray(amount)).astype(values.dtype)
    return other
