"""The shape of what is known of a region."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from urbsim.regions.geography import AreaTable
from urbsim.text import Text

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EDUCATION_LEVELS = ("none_or_primary", "junior", "senior", "college", "bachelor_plus")
TENURES = ("self_built", "purchased", "rented", "other", "inherited_or_gift")
HOUSEHOLD_SIZE = ("households", "one_person_households", "household_population")
STAGES = ("primary", "lower_secondary")
BIRTH_ORDERS = ("first", "second", "third_plus")
YEARS = tuple(range(2010, 2028))


class Fact(NamedTuple):
    """One row of a fact file, with its place (`line` counts from 1, the header is line 1)."""

    area: str
    year: str
    indicator: str
    value: float
    unit: str
    issuer: str
    title: str
    date: str
    tag: str
    note: str
    file: str
    line: int


class Published(NamedTuple):
    """One published point. `vintage`: census, first_published (to 2019), revised (after the 2020 census), register, administrative.

    Vintages are never joined into one series. `source` is the key (file, line) of `Region.sources`.
    """

    area: str
    date: dt.date
    variable: str
    value: float
    unit: str
    vintage: str
    source: tuple[str, int]


@dataclass(frozen=True, eq=False, repr=False)
class Region:
    """Everything known of a region. A areas, B blocks, P prefectures, Q+1 = 69 quarters, Y = 18 years 2010..2027.

    Arrays are read-only, float64 or int64 (bool where said). Part axis: 0 village, 1 town. Sex axis: 0 male, 1 female. Money: nominal yuan.
    The source, tag and rule of every figure stand in `sources`.
    """

    table: AreaTable
    area_codes: tuple[str, ...]
    area_names: tuple[Text, ...]
    prefecture_codes: tuple[str, ...]
    prefecture_names: tuple[Text, ...]
    prefecture_of: Ints  # A
    is_core: Bools  # A
    is_mountain: Bools  # A
    tile: Ints  # A×2 row, column
    lonlat: Floats  # (A+B)×2 degrees
    distance_km: Floats  # (A+B)×A
    block_codes: tuple[str, ...]
    block_names: tuple[Text, ...]
    block_is_neighbour: Bools  # B
    residents_2010: Ints  # A census persons
    residents_2020: Ints
    town_2010: Ints  # A of them in towns
    town_2020: Ints
    same_area_2010: Ints  # A registered elsewhere in the same county
    same_area_2020: Ints
    other_area_2010: Ints  # A registered in another county of the region (for a core also between its own districts)
    other_area_2020: Ints
    other_province_2010: Ints  # A registered in another province
    other_province_2020: Ints
    within_core_2010: Ints  # A of the two classes above those registered in the same core (a core is one area here); 0 elsewhere
    within_core_2020: Ints
    hukou_2010: Ints  # A registered population
    nonagri_share_2010: Floats  # A share (0..1) of residents
    age_2010: Ints  # P×2×18 persons by sex and group 0-4 ... 80-84, 85+
    age_2020: Ints
    age_part_2010: Ints  # 3×2×101 region: city, town, village
    education_2010: Ints  # P×5 persons of 6+ by EDUCATION_LEVELS
    education_2020: Ints
    household_size_2010: Ints  # P×3 by HOUSEHOLD_SIZE
    household_size_2020: Ints
    household_generations_2010: Ints  # P×4 households of 1, 2, 3, 4+ generations
    household_generations_2020: Ints
    tenure_2010: Ints  # P×5 sampled households by TENURES (inherited_or_gift inside other in 2010)
    tenure_2020: Ints
    death_rate: Floats  # 2 years (2010, 2020) × part × sex × 101 yearly probability
    mortality_level: Floats  # Q+1 multiplier on the rates interpolated 2010-2020 and drawn on to 2024; 1 to 2020
    fertility: Floats  # 2 years × part × 35 births per woman of 15..49 and year
    fertility_level: Floats  # Q+1 multiplier on the pattern interpolated 2010-2020 and kept after; 1 in 2010 and 2020
    birth_order_share: Floats  # 2 years × part × 3
    births_by_year: Mapping[int, float]  # births behind fertility_level, to 2022
    wage_town: Floats  # (Q+1)×A yuan per month
    income_village: Floats  # (Q+1)×A yuan per month and rural worker who stays
    wage_outside: Floats  # Q+1 yuan per month
    rent: Floats  # (Q+1)×A yuan per m² and month
    house_price: Floats  # (Q+1)×A yuan per m²
    income_urban: Floats  # (Q+1)×A yuan per head and year
    income_rural: Floats  # (Q+1)×A yuan per head and year
    school_places_2010: Ints  # A×2 public places by STAGES, end of 2010
    school_places_new: Ints  # Y×A×2 places added in the year (year 0: none)
    school_places_by_year: Ints  # Y×A×2 stock at year end = school_places_2010 + cumulated additions
    guaranteed_homes: Ints  # Y×A units raised by year end
    public_homes: Ints  # Y×A units by year end
    hospital_beds: Ints  # Y×A
    nursery_places: Ints  # Y×A
    kindergarten_places: Ints  # Y×A
    upper_secondary_places: Ints  # Y×A
    block_population_at_risk: Floats  # (Q+1)×B persons
    block_stock_2010: Ints  # B×A persons; columns add up to other_province_2010
    g_w: float  # yearly growth of wages and incomes that the paths assume after `wages_until`
    wages_until: int  # last year of observed wages
    published: tuple[Published, ...]
    sources: Mapping[tuple[str, int], Fact]
    years: tuple[int, ...] = YEARS
    _index: dict[str, int] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Region({self.name!r}, {len(self.area_codes)} areas, {len(self.block_codes)} blocks)"

    @property
    def name(self) -> str:
        """Return the region's code."""
        return self.table.name

    @property
    def title(self) -> Text:
        """Return the region's name in both languages."""
        return self.table.title

    def resolve_area(self, name: str) -> tuple[str, ...]:
        """Return the area codes that `name` means (area, alias, prefecture, `all`, region); raise UserError if unknown."""
        return self.table.resolve_area(name)

    def index_of(self, name: str) -> Ints:
        """Return the area indices that `name` means."""
        return np.array([self._index[code] for code in self.resolve_area(name)], dtype=np.int64)
