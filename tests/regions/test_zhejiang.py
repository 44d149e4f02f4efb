"""What region Zhejiang must hold: sums, shapes, signs, honesty."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from urbsim.clock import QUARTERS, quarter_of, year_of
from urbsim.errors import UserError
from urbsim.regions import Region, area_table, available_regions, load_region

A, B, P, Y = 64, 12, 11, 18
SHAPES: dict[str, tuple[tuple[int, ...], str]] = {
    "prefecture_of": ((A,), "int64"),
    "is_core": ((A,), "bool"),
    "is_mountain": ((A,), "bool"),
    "tile": ((A, 2), "int64"),
    "lonlat": ((A + B, 2), "float64"),
    "distance_km": ((A + B, A), "float64"),
    "block_is_neighbour": ((B,), "bool"),
    **{
        f"{name}_{year}": ((A,), "int64")
        for name in ("residents", "town", "same_area", "other_area", "other_province", "within_core")
        for year in (2010, 2020)
    },
    "hukou_2010": ((A,), "int64"),
    "nonagri_share_2010": ((A,), "float64"),
    **{f"age_{year}": ((P, 2, 18), "int64") for year in (2010, 2020)},
    "age_part_2010": ((3, 2, 101), "int64"),
    **{f"education_{year}": ((P, 5), "int64") for year in (2010, 2020)},
    **{f"household_size_{year}": ((P, 3), "int64") for year in (2010, 2020)},
    **{f"household_generations_{year}": ((P, 4), "int64") for year in (2010, 2020)},
    **{f"tenure_{year}": ((P, 5), "int64") for year in (2010, 2020)},
    "death_rate": ((2, 2, 2, 101), "float64"),
    "fertility": ((2, 2, 35), "float64"),
    "fertility_level": ((QUARTERS,), "float64"),
    "mortality_level": ((QUARTERS,), "float64"),
    "birth_order_share": ((2, 2, 3), "float64"),
    **dict.fromkeys(("wage_town", "income_village", "rent", "house_price", "income_urban", "income_rural"), ((QUARTERS, A), "float64")),
    "wage_outside": ((QUARTERS,), "float64"),
    "school_places_2010": ((A, 2), "int64"),
    "school_places_new": ((Y, A, 2), "int64"),
    "school_places_by_year": ((Y, A, 2), "int64"),
    **dict.fromkeys(
        ("guaranteed_homes", "public_homes", "hospital_beds", "nursery_places", "kindergarten_places", "upper_secondary_places"),
        ((Y, A), "int64"),
    ),
    "block_population_at_risk": ((QUARTERS, B), "float64"),
    "block_stock_2010": ((B, A), "int64"),
}


@pytest.fixture(scope="module")
def region() -> Region:
    return load_region("zhejiang")


@pytest.mark.parametrize("name", SHAPES)
def test_every_array_has_its_shape_and_cannot_be_changed(region: Region, name: str) -> None:
    array = getattr(region, name)
    shape, dtype = SHAPES[name]
    assert array.shape == shape
    assert array.dtype == dtype
    assert np.isfinite(array).all()
    with pytest.raises(ValueError, match="read-only"):
        array[...] = 0


def test_no_array_is_left_out_of_the_table_of_shapes(region: Region) -> None:
    arrays = {name for name in vars(region) if isinstance(getattr(region, name), np.ndarray)}
    assert arrays == set(SHAPES)


def test_areas_add_up_to_the_published_census_totals(region: Region) -> None:
    assert region.residents_2010.sum() == 54_426_891
    assert region.residents_2020.sum() == 64_567_588
    assert region.town_2010.sum() == 33_550_209
    assert region.town_2020.sum() == 46_598_465
    assert region.other_province_2010.sum() == 11_823_977
    assert region.other_province_2020.sum() == 16_186_454
    assert region.other_area_2020.sum() + region.same_area_2020.sum() == 13_921_361
    assert region.hukou_2010.sum() == 47_331_520
    hangzhou = region.index_of("hangzhou")
    assert region.residents_2020[hangzhou].sum() == 11_936_010
    assert region.town_2010[region.index_of("wenzhou")].sum() == pytest.approx(0.6602 * 9_122_102, rel=1e-3)


def test_longgang_is_split_from_cangnan(region: Region) -> None:
    pair = [*region.index_of("wenzhou_cangnan"), *region.index_of("wenzhou_longgang")]
    assert region.residents_2010[pair].sum() == 1_184_643
    share_2010, share_2020 = (r[pair[1]] / r[pair].sum() for r in (region.residents_2010, region.residents_2020))
    assert share_2010 == pytest.approx(share_2020, abs=1e-6)
    tags = {f.tag for f in region.sources.values() if f.area == "wenzhou_longgang" and f.year == "2010" and f.file == "census.csv"}
    assert tags == {"imputed"}


def test_cores_follow_the_boundaries_of_2020(region: Region) -> None:
    core = region.index_of("shaoxing_core")[0]
    assert region.residents_2010[core] == 883_836 + 1_030_847 + 779_412  # Yuecheng, Shaoxing county, Shangyu
    assert region.residents_2020[region.index_of("wenzhou_core")[0]] == 1_167_165 + 475_693 + 963_238 + 148_807 + 249_343


def test_shares_of_people_are_possible(region: Region) -> None:
    for year in ("2010", "2020"):
        residents = getattr(region, f"residents_{year}")
        assert (getattr(region, f"town_{year}") < residents).all()
        elsewhere = sum(getattr(region, f"{name}_{year}") for name in ("same_area", "other_area", "other_province"))
        assert (elsewhere < residents).all()
        within = getattr(region, f"within_core_{year}")
        assert (within[~region.is_core] == 0).all()
        assert (within <= getattr(region, f"same_area_{year}") + getattr(region, f"other_area_{year}")).all()
    assert region.within_core_2020.sum() == 30_107_815 - 25_557_450
    mean = (region.nonagri_share_2010 * region.residents_2010).sum() / region.residents_2010.sum()
    assert mean == pytest.approx(0.2502, abs=5e-4)


def test_ages_add_up(region: Region) -> None:
    for year in ("2010", "2020"):
        by_prefecture = np.bincount(region.prefecture_of, weights=getattr(region, f"residents_{year}"))
        np.testing.assert_array_equal(getattr(region, f"age_{year}").sum(axis=(1, 2)), by_prefecture.astype(np.int64))
    assert region.age_part_2010.sum() == 54_426_891
    assert region.age_part_2010[:2].sum() == region.town_2010.sum()
    parts = region.age_part_2010.sum(axis=0)
    groups = np.array([[parts[s, 5 * g : 5 * g + 5 if g < 17 else 101].sum() for g in range(18)] for s in range(2)])
    np.testing.assert_array_equal(groups, region.age_2010.sum(axis=0))


def test_households_add_up(region: Region) -> None:
    np.testing.assert_array_equal(region.household_generations_2010.sum(axis=1), region.household_size_2010[:, 0])
    assert (region.household_size_2010[:, 1] <= region.household_generations_2010[:, 0]).all()
    assert region.household_size_2010[:, 2].sum() == 49_425_543
    assert region.tenure_2010.sum() == 1_905_809
    assert (region.tenure_2010[:, 4] == 0).all()


def test_mountain_counties_are_26_with_the_districts_of_two_cores(region: Region) -> None:
    assert region.is_mountain.sum() == 25  # Kecheng and Qujiang are one core
    assert (region.is_mountain & ~region.is_core).sum() == 23
    assert {region.area_codes[a] for a in np.flatnonzero(region.is_mountain & region.is_core)} == {"quzhou_core", "lishui_core"}
    assert region.is_core.sum() == P


def test_tiles_are_unique_and_lie_as_on_the_map(region: Region) -> None:
    assert len({tuple(t) for t in region.tile.tolist()}) == A
    lon, lat = region.lonlat[:A].T
    assert np.corrcoef(region.tile[:, 1], lon)[0, 1] > 0.95
    assert np.corrcoef(region.tile[:, 0], -lat)[0, 1] > 0.95
    assert region.tile.min() == 0


def test_seats_are_in_the_province(region: Region) -> None:
    lon, lat = region.lonlat[:A].T
    assert ((lon > 118) & (lon < 123) & (lat > 27) & (lat < 31.3)).all()
    np.testing.assert_allclose(region.lonlat * 20, np.rint(region.lonlat * 20), atol=1e-6)


def test_distances(region: Region) -> None:
    inner = region.distance_km[:A]
    np.testing.assert_allclose(inner, inner.T)
    own = np.diag(inner)
    assert (own == own[0]).all()
    assert (inner >= own[0]).all()
    hangzhou, ningbo = region.index_of("hangzhou_core")[0], region.index_of("ningbo_core")[0]
    assert 160 < inner[hangzhou, ningbo] < 220
    yunnan = region.block_codes.index("yunnan")
    assert (region.distance_km[A + yunnan] > 1500).all()


def test_blocks_fill_the_people_of_other_provinces(region: Region) -> None:
    np.testing.assert_array_equal(region.block_stock_2010.sum(axis=0), region.other_province_2010)
    totals = dict(zip(region.block_codes, region.block_stock_2010.sum(axis=1), strict=True))
    assert totals["anhui"] == pytest.approx(313.9 / 1618.6454 * 11_823_977, rel=1e-4)
    order = [totals[b] for b in ("anhui", "henan", "guizhou", "jiangxi", "sichuan")]  # listed order of 2020
    assert order == sorted(order, reverse=True)
    assert order[-1] > max(totals[b] for b in ("hunan", "hubei", "yunnan"))
    anhui, fujian = (region.block_stock_2010[region.block_codes.index(b)] for b in ("anhui", "fujian"))
    near, far = region.index_of("huzhou_core")[0], region.index_of("wenzhou_core")[0]
    assert anhui[near] / fujian[near] > anhui[far] / fujian[far]


def test_the_stock_at_risk_follows_the_national_series(region: Region) -> None:
    risk = region.block_population_at_risk
    assert risk[0].sum() == pytest.approx(85.9e6, rel=0.01)
    assert (risk[0] > region.block_stock_2010.sum(axis=1)).all()
    fall = risk[quarter_of_year(2022)].sum() / risk[quarter_of_year(2013)].sum()
    assert fall == pytest.approx(7061 / 7739, abs=0.02)
    assert (np.diff(risk[quarter_of_year(2022) :], axis=0) < 0).all()


def quarter_of_year(year: int) -> int:
    import datetime as dt

    return quarter_of(dt.date(year, 5, 1))


def test_death_rates_are_probabilities_lower_in_towns(region: Region) -> None:
    q = region.death_rate
    assert ((q > 0) & (q < 1)).all()
    assert (q[..., 43:95] > q[..., 40:92]).all()
    assert (q[:, 1, :, 30:90] < q[:, 0, :, 30:90]).all()
    assert (q[1, :, :, 60:80] < q[0, :, :, 60:80]).all()
    women_2010 = region.age_part_2010[2, 1]
    assert (women_2010 * region.death_rate[0, 0, 1]).sum() == pytest.approx(1.171 * 76_987, rel=0.06)


def test_deaths_meet_the_published_ones(region: Region) -> None:
    level = {year_of(q): region.mortality_level[q] for q in range(QUARTERS)}
    assert level[2010] == level[2020] == 1
    assert 1 < level[2021] < level[2022]
    assert level[2023] == level[2027] == pytest.approx((level[2021] + level[2022]) / 2, rel=1e-5)


def test_births_meet_the_published_ones(region: Region) -> None:
    women = region.age_part_2010[:, 1, 15:50]
    births = women[2] @ region.fertility[0, 0] + women[:2].sum(axis=0) @ region.fertility[0, 1]
    assert births == pytest.approx(region.births_by_year[2010], rel=1e-3)
    assert region.births_by_year[2022] == 412_000
    children = region.age_2020.sum(axis=0)[:, :2].sum()
    assert sum(region.births_by_year[y] for y in range(2011, 2021)) == pytest.approx(children, rel=0.02)
    assert max(region.births_by_year) == 2022
    level = {year_of(q): region.fertility_level[q] for q in range(QUARTERS)}
    assert level[2010] == pytest.approx(1)
    assert level[2020] == pytest.approx(1)
    assert level[2027] == level[2022] < level[2020] < level[2017]
    np.testing.assert_allclose(region.birth_order_share.sum(axis=-1), 1, atol=1e-5)


def test_money_is_positive_and_ranked_as_published(region: Region) -> None:
    for name in ("wage_town", "income_village", "wage_outside", "rent", "house_price", "income_urban", "income_rural"):
        assert (getattr(region, name) > 0).all(), name
    assert (region.income_urban > region.income_rural).all()
    assert (region.wage_town > region.income_village).mean() > 0.95
    yiwu, taishun = region.index_of("jinhua_yiwu")[0], region.index_of("wenzhou_taishun")[0]
    q = quarter_of_year(2024)
    assert region.income_urban[q, yiwu] == pytest.approx(97_170, rel=0.02)
    assert region.income_rural[q, taishun] == pytest.approx(28_607, rel=0.02)
    spread = region.wage_town[q].max() / region.wage_town[q].min()
    assert 1.2 < spread < 1.5


def test_wages_grow_by_the_assumed_rate_after_the_last_observed_year(region: Region) -> None:
    assert region.wages_until == 2022
    late = quarter_of_year(2024)
    for wage in (region.wage_town, region.income_village, region.wage_outside):
        np.testing.assert_allclose(wage[late + 4] / wage[late], 1 + region.g_w, rtol=1e-3)
    assert region.wage_outside[quarter_of_year(2022)] == pytest.approx(5240, rel=0.01)


def test_house_prices_rise_to_2021_and_fall_after(region: Region) -> None:
    core = region.index_of("ningbo_core")[0]
    price = region.house_price[:, core]
    assert price[quarter_of_year(2020)] == pytest.approx(24_660, rel=0.01)
    assert price[quarter_of_year(2015)] < price[quarter_of_year(2020)] < price[quarter_of_year(2021)]
    assert price[quarter_of_year(2025)] < 0.9 * price[quarter_of_year(2021)]


def test_places_and_homes(region: Region) -> None:
    stock = region.school_places_2010 + np.cumsum(region.school_places_new, axis=0)
    np.testing.assert_array_equal(stock, region.school_places_by_year)
    assert (region.school_places_new >= 0).all()
    assert region.school_places_new[0].sum() == 0
    assert region.school_places_new[region.years.index(2023)].sum() == 80_000
    homes = region.guaranteed_homes.sum(axis=1)
    assert homes[region.years.index(2020)] == 0
    assert list(homes[11:14]) == [174_000, 537_000, 787_000]
    assert homes[-1] == 1_200_000
    hangzhou = region.guaranteed_homes[-1, region.index_of("hangzhou")].sum()
    assert hangzhou == pytest.approx(330_000, rel=1e-3)
    assert region.hospital_beds[12].sum() == 381_700
    for name in ("guaranteed_homes", "public_homes", "hospital_beds", "nursery_places", "kindergarten_places", "upper_secondary_places"):
        assert (np.diff(getattr(region, name), axis=0) >= -1).all(), name


def test_no_outcome_after_2022(region: Region) -> None:
    assert max(point.date.year for point in region.published) == 2022
    outcomes = [f for f in region.sources.values() if f.file in ("census.csv", "profile.csv", "vital.csv", "origins.csv")]
    assert {f.tag for f in outcomes if int(f.year) > 2022} == {"assumption"}


def test_vintages_are_kept_apart(region: Region) -> None:
    points = [p for p in region.published if p.area == "zhejiang" and p.variable == "resident_population"]
    by_vintage = {v: sorted(p.date.year for p in points if p.vintage == v) for v in {p.vintage for p in points}}
    assert by_vintage["census"] == [2010, 2020]
    assert max(by_vintage["first_published"]) == 2019
    assert min(by_vintage["revised"]) == 2011
    first = next(p.value for p in points if p.vintage == "first_published" and p.date.year == 2019)
    later = next(p.value for p in points if p.vintage == "revised" and p.date.year == 2019)
    assert first == 58_500_000 < later


def test_every_figure_names_its_source_or_its_rule(region: Region) -> None:
    for fact in region.sources.values():
        if fact.tag in ("imputed", "assumption", "derived"):
            assert fact.note, fact
        else:
            assert fact.title or fact.note, fact
    assert {region.sources[point.source].tag for point in region.published} <= {"read", "two_sources", "memory", "derived"}
    point = region.published[0]
    assert region.sources[point.source].value == point.value


@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("all", 64, "hangzhou_core"),
        ("zhejiang", 64, "hangzhou_core"),
        ("浙江省", 64, "hangzhou_core"),
        ("quzhou", 5, "quzhou_core"),
        ("杭州", 4, "hangzhou_core"),
        ("yiwu", 1, "jinhua_yiwu"),
        ("义乌", 1, "jinhua_yiwu"),
        ("keqiao", 0, ""),
        ("shaoxing_county", 1, "shaoxing_core"),
        ("hangzhou_core", 1, "hangzhou_core"),
        ("Tonglu", 1, "hangzhou_tonglu"),
    ],
)
def test_names_of_areas(name: str, count: int, first: str) -> None:
    table = area_table("zhejiang")
    if count == 0:
        with pytest.raises(UserError, match="no area named"):
            table.resolve_area(name)
        return
    codes = table.resolve_area(name)
    assert len(codes) == count
    assert codes[0] == first


def test_names_come_without_the_figures() -> None:
    code = "import sys; from urbsim.regions import area_table; print(len(area_table('zhejiang').area_codes), 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["64", "False"]


def test_region_is_loaded_once_by_name_or_path(region: Region) -> None:
    assert "zhejiang" in available_regions()
    assert load_region("zhejiang") is region
    assert load_region(region.table.folder) is region
    with pytest.raises(UserError, match="no region 'atlantis'"):
        load_region("atlantis")
