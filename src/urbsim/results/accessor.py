"""`dataset.urbsim`: tables and pictures of a result, of one run or an ensemble alike.

```python
results.urbsim.targets("en")                              # the target table
results.urbsim.table("urbanization_rate", area="zhejiang")  # low, median, high by year
results.urbsim.plot.urbanization(area="zhejiang")         # a matplotlib figure
```
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import xarray as xr

from urbsim.errors import Problem, UserError
from urbsim.text import Language, Text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

PREFIX = "figure_"


class Plots:
    """Draw the pictures of a result: `plot.<name>(area=..., lang=...)` calls `urbsim.report.figures.figure_<name>`."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def __getattr__(self, name: str) -> Any:
        """Return the function that draws picture `name` of this result."""
        if name.startswith("_"):
            raise AttributeError(name)
        pictures = _pictures()
        if name not in pictures:
            raise AttributeError(f"no picture named {name!r}; there are {', '.join(pictures)}")
        function = pictures[name]

        def draw(*, area: str | None = None, lang: Language = "zh", **settings: Any) -> Figure:
            picture: Figure = function(self._dataset, area=area, lang=lang, **settings)
            return picture

        draw.__name__, draw.__doc__ = name, function.__doc__
        return draw

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_pictures()})


def _pictures() -> dict[str, Callable[..., Figure]]:
    """Return every `figure_<name>` of `urbsim.report.figures` and its modules by name."""
    from urbsim.report import figures

    homes = [figures, *(import_module(f"{figures.__name__}.{entry.name}") for entry in iter_modules(getattr(figures, "__path__", [])))]
    found = {name.removeprefix(PREFIX): getattr(home, name) for home in homes for name in dir(home) if name.startswith(PREFIX)}
    return dict(sorted(found.items()))


@xr.register_dataset_accessor("urbsim")  # type: ignore[no-untyped-call]  # xarray's decorator carries no types
class UrbsimAccessor:
    """Tables and pictures of a result."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    @property
    def plot(self) -> Plots:
        """Return the pictures."""
        return Plots(self._dataset)

    def targets(self, lang: Language = "zh") -> pd.DataFrame:
        """Return the target table: median, intervals, the probability that each target is met."""
        from urbsim.results.targets import target_table

        return target_table(self._dataset, lang)

    def table(
        self, variable: str = "urbanization_rate", *, area: str | None = None, year: int | None = None, **select: str
    ) -> pd.DataFrame:
        """Return low (10 %), median and high (90 %) over draws and replicates, one row per position of the other dimensions.

        Quarterly variables are given at the ends of quarters (`time`), unless `year` picks the last quarter of a year. `select` picks
        labels of other dimensions. Raises UserError for a variable, area or label that the result does not have.
        """
        from urbsim.results.tables import at_year_ends, summary

        if variable not in self._dataset.data_vars:
            raise UserError([_unknown(variable, [str(name) for name in self._dataset.data_vars])])
        array = self._dataset[variable]
        picks: dict[str, Any] = dict(select) | ({"area": area} if area is not None else {})
        if year is not None:
            array = at_year_ends(array) if "time" in array.dims else array
            picks["year"] = year
        for dim, label in picks.items():
            if dim not in array.dims or label not in array[dim].values:
                known = [str(word) for word in (array[dim].values if dim in array.dims else array.dims)]
                raise UserError([_unknown(str(label if dim in array.dims else dim), known)])
        return summary(array.sel(picks))


def _unknown(name: str, known: list[str]) -> Problem:
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=3) or known[:8]
    return Problem(
        Text(f"结果中没有 {name}", f"the result has no {name}"),
        hint=Text(f"可用：{'、'.join(close)}", f"there are: {', '.join(close)}"),
    )
