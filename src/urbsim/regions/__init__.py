"""What is known of a place: published figures with their sources, read into arrays.

    >>> region = load_region("zhejiang")
    >>> len(region.area_codes), int(region.residents_2010.sum())
    (64, 54426891)
    >>> region.resolve_area("quzhou")
    ('quzhou_core', 'quzhou_changshan', 'quzhou_kaihua', 'quzhou_longyou', 'quzhou_jiangshan')

A region is a folder of CSV files and one `region.yaml`; a new one needs no code. `area_table` reads names alone, quickly.
"""

from __future__ import annotations

from urbsim.regions.geography import AreaTable, available_regions, area_table
from urbsim.regions.load import check_region, load_region
from urbsim.regions.model import Fact, Published, Region

__all__ = ["AreaTable", "Fact", "Published", "Region", "area_table", "available_regions", "check_region", "load_region"]
