"""What region Fujian must hold: the published sums, honesty about the rest."""

from __future__ import annotations

import numpy as np
import pytest

from urbsim.regions import Region, check_region, load_region


@pytest.fixture(scope="module")
def region() -> Region:
    return load_region("fujian")


def test_the_folder_has_no_problem(region: Region) -> None:
    assert check_region(region.table.folder) == []


def test_nine_cores_and_55_counties_pingtan_among_them(region: Region) -> None:
    assert len(region.area_codes) == 64
    assert region.is_core.sum() == len(region.prefecture_codes) == 9
    assert region.resolve_area("pingtan") == ("fuzhou_pingtan",)
    assert region.resolve_area("平潭") == ("fuzhou_pingtan",)
    assert "fuzhou_pingtan" in region.resolve_area("fuzhou")
    assert region.resolve_area("xiamen") == ("xiamen_core",)
    assert len({tuple(tile) for tile in region.tile}) == 64


def test_areas_add_up_to_the_published_census_totals(region: Region) -> None:
    assert region.residents_2010.sum() == 36_894_217  # one more than the bulletin, as the tabulation has it
    assert region.residents_2020.sum() == 41_540_086
    assert region.town_2020.sum() == 28_557_247
    assert 100 * region.town_2010.sum() / region.residents_2010.sum() == pytest.approx(57.09, abs=0.005)
    assert region.other_province_2010.sum() == 4_313_602
    elsewhere = region.same_area_2010 + region.other_area_2010 + region.other_province_2010
    assert elsewhere.sum() == pytest.approx(11_074_527, abs=2)  # people whose dwelling and register lie apart, published
    published = {"fuzhou": 8_291_268, "xiamen": 5_163_970, "quanzhou": 8_782_285, "zhangzhou": 5_054_328, "ningde": 3_146_789}
    for prefecture, people in published.items():
        assert region.residents_2020[region.index_of(prefecture)].sum() == people
    assert region.residents_2020[region.index_of("pingtan")].sum() == 385_981


def test_cores_follow_the_boundaries_of_2020(region: Region) -> None:
    fuzhou = region.index_of("fuzhou_core")[0]
    assert region.residents_2010[fuzhou] == 687_705 + 446_891 + 762_746 + 231_929 + 792_491 + 682_626  # with Changle
    assert region.residents_2010[region.index_of("longyan_core")[0]] == 662_429 + 362_658  # with Yongding
    assert region.residents_2010[region.index_of("nanping_core")[0]] == 467_875 + 289_362  # with Jianyang


def test_the_blank_cell_of_changting_is_derived(region: Region) -> None:
    assert region.other_area_2020[region.index_of("longyan_changting")[0]] == 9_691
    key = ("longyan_changting", "2020", "registered_elsewhere_other_county")
    fact = next(f for f in region.sources.values() if f[:3] == key)
    assert fact.tag == "derived"


def test_ages_households_and_blocks_add_up(region: Region) -> None:
    for year in ("2010", "2020"):
        people = np.bincount(region.prefecture_of, weights=getattr(region, f"residents_{year}"))
        np.testing.assert_array_equal(getattr(region, f"age_{year}").sum(axis=(1, 2)), people.astype(np.int64))
    np.testing.assert_array_equal(region.household_generations_2010.sum(axis=1), region.household_size_2010[:, 0])
    np.testing.assert_array_equal(region.block_stock_2010.sum(axis=0), region.other_province_2010)
    assert region.age_part_2010[:2].sum() == region.town_2010.sum()


def test_births_and_fertility_are_in_the_range_of_the_evidence(region: Region) -> None:
    assert region.births_by_year[2017] == pytest.approx(584_000, rel=0.03)  # published for residents who were 2 % too few
    assert region.births_by_year[2021] == 345_000
    assert max(region.births_by_year) == 2022
    women = region.fertility[1].sum(axis=1)
    assert 1.05 < women.mean() < 1.45  # demography.md: a total fertility rate of roughly 1.3 to 1.4
    assert women[0] > women[1]


def test_prices_and_wages_rank_the_cities(region: Region) -> None:
    price = {p: region.house_price[40, region.index_of(f"{p}_core")[0]] for p in region.prefecture_codes}
    assert price["xiamen"] == max(price.values())
    assert price["fuzhou"] > price["quanzhou"] > price["sanming"]
    assert region.house_price[44].mean() > region.house_price[60].mean()  # prices fell after 2021
    wage = region.wage_town[40]
    assert wage[region.index_of("xiamen_core")[0]] == wage.max()


def test_school_places_are_near_the_published_enrolment(region: Region) -> None:
    """The rule is not fitted to enrolment: 2.883 m primary and 1.133 m junior pupils in 2015."""
    places = region.school_places_by_year[5].sum(axis=0)
    assert places[0] == pytest.approx(2_883_136, rel=0.06)
    assert places[1] == pytest.approx(1_133_458, rel=0.13)


def test_what_is_not_published_says_so(region: Region) -> None:
    for fact in region.sources.values():
        assert fact.tag in ("read", "two_sources", "memory", "derived", "imputed", "assumption")
        if fact.tag in ("imputed", "assumption"):
            assert fact.note, fact
        elif fact.file != "vital.csv" or fact.issuer != "urbsim":
            assert fact.issuer, fact
    tags = {f.tag for f in region.sources.values() if f.indicator in ("public_homes", "guaranteed_homes", "hospital_beds", "rent_factor")}
    assert tags <= {"imputed", "assumption"}
    assert {f.tag for f in region.sources.values() if f.file == "origins.csv"} <= {"imputed", "assumption"}


def test_series_are_not_joined_across_the_revision(region: Region) -> None:
    points = [p for p in region.published if p.area == "fujian" and p.variable == "resident_population" and p.date.year == 2018]
    assert {(p.vintage, p.value) for p in points} == {("first_published", 39_410_000), ("revised", 41_040_000)}
    assert max(p.date.year for p in region.published) == 2022
