"""Read a result: runs side by side, medians and intervals, names of areas.

A result has the dimensions draw and replicate first. Everything here puts them together as one axis of *members*: equally good
accounts of what may happen. Missing variables and NaN mean "not modelled yet" and come back as None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from urbsim.regions.model import Published, Region
from urbsim.results.labels import AXES
from urbsim.text import Language, Text

Floats = NDArray[np.float64]
LEADING = ("draw", "replicate")
IN_TOWN = ("settled", "permit", "unregistered", "rural")  # statuses of those who live in the region's towns


class Interval(NamedTuple):
    """A median with the ends of an interval, arrays of one shape."""

    median: Floats
    low: Floats
    high: Floats

    def at(self, index: int) -> tuple[float, float, float]:
        """Return median, low and high at one position."""
        return float(self.median[index]), float(self.low[index]), float(self.high[index])


def members(dataset: xr.Dataset, name: str, **select: str) -> Floats | None:
    """Return variable `name` as members × its other dimensions, or None where nothing is modelled.

    `select` picks one label by dimension; a label or dimension that is not there counts as not modelled. (Plain indexing: a report
    reads hundreds of small slices, for which `Dataset.sel` is ten times slower.)
    """
    if name not in dataset.data_vars:
        return None
    variable = dataset.variables[name]
    values = np.asarray(variable.values)
    dims = [str(dim) for dim in variable.dims]
    for dim, wanted in select.items():
        found = position(dataset, dim, wanted) if dim in dims else None
        if found is None:
            return None
        values = np.take(values, found, axis=dims.index(dim))
        dims.remove(dim)
    leading = [dims.index(dim) for dim in LEADING if dim in dims]
    rest = [i for i, dim in enumerate(dims) if dim not in LEADING]
    ordered = np.asarray(values.transpose(*leading, *rest), dtype=np.float64)
    if ordered.size == 0:
        return None
    stacked = ordered.reshape(-1, *ordered.shape[len(leading) :]) if leading else ordered[None]
    return stacked if np.isfinite(stacked).any() else None


def position(dataset: xr.Dataset, dim: str, label: str) -> int | None:
    """Return where a label stands on a dimension, or None."""
    if dim not in dataset.coords:
        return None
    found = np.flatnonzero(dataset.variables[dim].values.astype(str) == label)
    return int(found[0]) if found.size else None


def axis_of(dataset: xr.Dataset, name: str, known: Sequence[str] = (*LEADING, "time", "year", "area", "indicator")) -> str | None:
    """Return the category dimension of variable `name` (say, the tenure of `households`), or None."""
    if name not in dataset.data_vars:
        return None
    return next((str(dim) for dim in dataset.variables[name].dims if dim not in known), None)


def labels_of(dataset: xr.Dataset, dim: str) -> list[str]:
    """Return the labels of a dimension, or of a coordinate along it, as text."""
    return [str(label) for label in dataset.variables[dim].values]


def quantile(values: Floats, probability: float) -> Floats:
    """Return the quantile over members; NaN members are left out, all-NaN gives NaN without a warning."""
    return np.asarray(quantiles(values, (probability,))[0], dtype=np.float64)


def quantiles(values: Floats, probabilities: Sequence[float]) -> Floats:
    """Return several quantiles over members, probability × the other dimensions of `values`; NaN as in `quantile`."""
    known = np.isfinite(values)
    gone = ~known.any(axis=0)
    if not gone.any():
        plain = np.quantile(values, probabilities, axis=0) if known.all() else np.nanquantile(values, probabilities, axis=0)
        return np.asarray(plain, dtype=np.float64)
    filled = np.where(gone, 0.0, values)
    plain = np.quantile(filled, probabilities, axis=0) if np.isfinite(filled).all() else np.nanquantile(filled, probabilities, axis=0)
    return np.asarray(np.where(gone, np.nan, plain), dtype=np.float64)


def interval(values: Floats, mass: float = 0.8) -> Interval:
    """Return median and central interval that holds `mass` of the members."""
    median, low, high = quantiles(values, (0.5, (1 - mass) / 2, (1 + mass) / 2))
    return Interval(median, low, high)


def count_members(dataset: xr.Dataset) -> int:
    """Return how many members the result holds (draws × replicates)."""
    return int(np.prod([dataset.sizes.get(dim, 1) for dim in LEADING]))


def decimal_years(dataset: xr.Dataset) -> Floats:
    """Return the quarter ends as years, the fourth quarter of 2010 being 2010.0 (year end)."""
    stamps = dataset.variables["time"].values.astype("datetime64[M]").astype(int)
    return np.asarray((stamps + 1) / 12 + 1970 - 1, dtype=np.float64)


def at_year_end(dataset: xr.Dataset, year: int) -> int | None:
    """Return the time index of the fourth quarter of `year`, or None if the run does not reach it."""
    found = np.flatnonzero(np.isclose(decimal_years(dataset), year))
    return int(found[0]) if found.size else None


def last_year(dataset: xr.Dataset) -> int:
    """Return the last full year of the result."""
    return int(np.floor(decimal_years(dataset)[-1] + 1e-9))


def first_year(dataset: xr.Dataset) -> int:
    """Return the year at whose end the result starts."""
    return int(np.ceil(decimal_years(dataset)[0] - 1e-9))


def by_year(dataset: xr.Dataset, values: Floats) -> tuple[NDArray[np.int_], Floats]:
    """Return calendar years and quarterly flows (members × time × ...) summed by calendar year, the initial state left out."""
    years = np.ceil(decimal_years(dataset) - 1e-9).astype(int)
    kept = years[1:]
    whole = [year for year in np.unique(kept) if (kept == year).sum() == 4]
    summed = np.stack([values[:, 1:][:, kept == year].sum(axis=1) for year in whole], axis=1) if whole else values[:, :0]
    return np.array(whole, dtype=int), summed


def periods_of(dataset: xr.Dataset) -> list[tuple[int, int]]:
    """Return the periods of the waterfall: census to census, then to the last year; what the run covers of them."""
    first, last = first_year(dataset), last_year(dataset)
    cuts = [first, *(year for year in (2020,) if first < year < last), last]
    return [(a, b) for a, b in pairwise(cuts) if b > a]


def components(dataset: xr.Dataset, area: str, period: tuple[int, int]) -> tuple[list[str], Floats] | None:
    """Return component codes and their contributions over a period in points, members × component, or None."""
    values = members(dataset, "urbanization_change", area=area)
    if values is None:
        return None
    years = dataset.variables["year"].values.astype(int)
    inside = (years > period[0]) & (years <= period[1])
    return labels_of(dataset, "component"), values[:, inside].sum(axis=1)


def returns(dataset: xr.Dataset, area: str, to: str) -> Floats | None:
    """Return who comes back to `to` (village, county_town) from an area and, of its own people, from outside the region: members × time."""
    inside = members(dataset, "returns", area=area, return_to=to)
    outside = members(dataset, "returns_from_outside", area=area, return_to=to)
    return inside if inside is None or outside is None else inside + outside


def region_row(dataset: xr.Dataset) -> str:
    """Return the label of the whole region (the last of the coarsest level)."""
    areas = labels_of(dataset, "area")
    if "level" not in dataset.coords:
        return areas[-1]
    levels = labels_of(dataset, "level") if dataset.variables["level"].dims == ("area",) else []
    return next((area for area, level in zip(areas, levels, strict=True) if level == "region"), areas[-1])


def region_of(dataset: xr.Dataset) -> Region | None:
    """Return the shipped region that a result is about, None if there is none or its areas are not those of the result.

    Pictures asked for without a region (as from `results.urbsim.plot`) find places and published figures through this.
    """
    from urbsim.regions import available_regions, load_region

    name = str(dataset.attrs.get("region", ""))
    if name not in available_regions():
        return None
    region = load_region(name)
    return region if tuple(rows_of_level(dataset, "area")) == tuple(region.area_codes) else None


def rows_of_level(dataset: xr.Dataset, level: str) -> list[str]:
    """Return the labels of all rows of a level (area, prefecture, region)."""
    if "level" not in dataset.coords:
        return labels_of(dataset, "area")
    return [area for area, at in zip(labels_of(dataset, "area"), labels_of(dataset, "level"), strict=True) if at == level]


def area_names(dataset: xr.Dataset, region: Region | None) -> Mapping[str, Text]:
    """Return the name of every row of the result; the code itself where nobody knows better."""
    codes = labels_of(dataset, "area")
    names = {code: Text(code, code) for code in codes}
    if "area_zh" in dataset.coords and "area_en" in dataset.coords:
        pairs = zip(codes, labels_of(dataset, "area_zh"), labels_of(dataset, "area_en"), strict=True)
        names.update({code: Text(zh, en) for code, zh, en in pairs})
    elif region is not None:
        names.update(zip(region.area_codes, region.area_names, strict=True))
        names.update(zip(region.prefecture_codes, region.prefecture_names, strict=True))
        names[region_row(dataset)] = region.title
    return names


def words_of(dataset: xr.Dataset, axis: str, lang: Language) -> dict[str, str]:
    """Return code -> words of every position on an axis, as the result carries them (`status_zh`, ...), else as the package knows them."""
    codes = labels_of(dataset, axis)
    carried = f"{axis}_{lang}"
    if carried in dataset.coords:
        return dict(zip(codes, labels_of(dataset, carried), strict=True))
    known = {entry.code: entry.text.get(lang) for entry in AXES.get(axis, ())}
    return {code: known.get(code, code.replace("_", " ")) for code in codes}


def published(region: Region | None, area: str, variable: str) -> list[Published]:
    """Return the published figures of one variable in one area, by date."""
    if region is None:
        return []
    return sorted((point for point in region.published if point.area == area and point.variable == variable), key=lambda point: point.date)


def year_of_point(point: Published) -> float:
    """Return where a published figure stands on the axis of `decimal_years`; census figures of autumn stand at the year's end."""
    date = point.date
    if point.vintage == "census" or date.month >= 10:
        return float(date.year)
    return date.year - 1 + date.month / 12
