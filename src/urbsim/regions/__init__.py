"""What is known of a place: published figures with their sources, read into arrays.

    >>> region = load_region("zhejiang")
    >>> len(region.area_codes), int(region.residents_2010.sum())
    (64, 54426891)
    >>> region.resolve_area("quzhou")
    ('quzhou_core', 'quzhou_changshan', 'quzhou_kaihua', 'quzhou_longyou', 'quzhou_jiangshan')

A region is a folder of CSV files and one `region.yaml`; a new one needs no code. `area_table` reads names alone, quickly.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from urbsim.regions.geography import AreaTable, area_table, available_regions

if TYPE_CHECKING:
    from urbsim.errors import Problem
    from urbsim.regions.model import Fact, Published, Region

__all__ = ["AreaTable", "Fact", "Published", "Region", "area_table", "available_regions", "check_region", "load_region"]


def load_region(name_or_path: str | Path) -> Region:
    """Return a region by name or folder (cached). Raises UserError with every problem of its files."""
    from urbsim.regions.load import load_region as load  # numpy only when figures are wanted

    return load(name_or_path)


def check_region(path: str | Path) -> list[Problem]:
    """Return everything that is wrong with a region folder; an empty list if it can be loaded."""
    from urbsim.regions.load import check_region as check

    return check(path)


def __getattr__(name: str) -> object:
    """Give the classes of `model` on demand."""
    if name in ("Fact", "Published", "Region"):
        from urbsim.regions import model

        return getattr(model, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
