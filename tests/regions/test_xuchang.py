"""What region Xuchang must hold: published sums, Henan's structure at them, people who live elsewhere, honesty."""

from __future__ import annotations

import numpy as np
import pytest

from urbsim.population.cells import census_cells
from urbsim.regions import Region, available_regions, check_region, load_region
from urbsim.regions.geography import DATA
from urbsim.results.levels import Levels

CITY, TOWN, VILLAGE = 0, 1, 2


@pytest.fixture(scope="module")
def region() -> Region:
    return load_region("xuchang")


def test_the_folder_is_without_fault() -> None:
    assert "xuchang" in available_regions()
    assert check_region(DATA / "xuchang") == []


def test_areas_add_up_to_the_published_census_totals(region: Region) -> None:
    assert region.residents_2010.sum() == 4_307_488
    assert region.residents_2020.sum() == 4_379_998
    assert region.town_2010.sum() == 1_656_644
    assert region.town_2020.sum() == 2_345_380
    assert region.hukou_2010.sum() == 4_767_581
    assert region.same_area_2020.sum() == 687_234
    assert region.other_area_2010.sum() == 118_192
    assert region.other_province_2020.sum() == 26_230
    assert region.age_2020.sum() == 4_379_998


def test_the_core_is_weidu_the_county_and_the_zone(region: Region) -> None:
    core = region.index_of("xuchang_core")[0]
    assert region.residents_2010[core] == 498_087 + 767_449  # Weidu, Xuchang county
    assert region.residents_2020[core] == 554_465 + 713_977 + 69_498  # Weidu, Jian'an, the zone listed apart
    assert region.residents_2020[core] == 1_337_940  # bulletin of the city districts
    assert region.town_2020[core] == 850_403
    moved = region.same_area_2020[core] + region.other_area_2020[core] + region.other_province_2020[core]
    assert moved - region.within_core_2020[core] == 161_434  # floating people of the bulletin
    assert region.within_core_2020.sum() == region.within_core_2020[core]
    assert region.resolve_area("xuchang_jianan") == region.resolve_area("xuchang_weidu") == ("xuchang_core",)
    assert region.resolve_area("yuzhou") == ("xuchang_yuzhou",)


def test_a_region_of_one_prefecture_has_no_prefecture_row(region: Region) -> None:
    levels = Levels(region)
    assert levels.labels == [*region.area_codes, "xuchang"]
    assert levels.level == ["area"] * 5 + ["region"]
    assert region.resolve_area("xuchang") == region.area_codes
    sums = levels.sums(region.residents_2010[None, :])
    assert sums.tolist() == [[*region.residents_2010.tolist(), 4_307_488]]


def test_ages_by_part_keep_the_published_margins(region: Region) -> None:
    parts = region.age_part_2010
    assert parts.sum() == 4_307_488
    assert parts[VILLAGE].sum() == pytest.approx(2_650_844, abs=60)  # rounding goes by age, so that ages are exact
    assert parts[CITY].sum() + parts[TOWN].sum() == pytest.approx(1_656_644, abs=60)
    groups = np.add.reduceat(parts.sum(axis=0), [*range(0, 90, 5)], axis=1)
    assert (groups == region.age_2010[0]).all()
    old, young = parts[:, :, 60:].sum(axis=(1, 2)), parts[:, :, 20:35].sum(axis=(1, 2))
    assert (old / parts.sum(axis=(1, 2)))[VILLAGE] > (old / parts.sum(axis=(1, 2)))[CITY]
    assert (young / parts.sum(axis=(1, 2)))[VILLAGE] < (young / parts.sum(axis=(1, 2)))[CITY]


def test_one_registered_person_in_eight_lives_outside_the_county(region: Region) -> None:
    away = region.hukou_2010 - (region.residents_2010 - region.other_area_2010 - region.other_province_2010)
    assert (away > 0).all()
    assert away.sum() / region.hukou_2010.sum() == pytest.approx(1 / 8, abs=0.005)
    outside = census_cells(region).absent
    assert 0.09 < outside.sum() / region.hukou_2010.sum() < 0.12
    assert (outside > region.other_province_2010).all()  # far more leave than come, everywhere


def test_pay_draws_people_out(region: Region) -> None:
    assert (region.wage_outside[:, None] > region.wage_town).all()
    assert (region.wage_town > region.income_village).all()


def test_births_and_deaths_have_the_published_size(region: Region) -> None:
    assert region.births_by_year[2020] == 18_660 + 17_775  # aged 0 in the census
    ages = sum(region.births_by_year[y] for y in range(2016, 2020))
    assert ages == pytest.approx(111_603 + 106_372, abs=8)  # aged 1-4 in the census
    born = sum(region.births_by_year[y] for y in range(2011, 2016))
    assert born == pytest.approx(189_829 + 167_116, abs=8)
    people = region.age_part_2010.astype(float)
    died = sum(float((people[p] * region.death_rate[0, int(p != VILLAGE)]).sum()) for p in (CITY, TOWN, VILLAGE))
    assert died / 4_307_488 == pytest.approx(1.171 * 0.00574, rel=0.03)  # the census counted 5.74 per 1000


def test_what_is_not_published_says_so(region: Region) -> None:
    facts = list(region.sources.values())
    for fact in facts:
        if fact.tag in ("imputed", "assumption"):
            assert fact.note, f"{fact.file}:{fact.line}"
        if fact.tag in ("read", "two_sources"):
            assert fact.title or fact.note, f"{fact.file}:{fact.line}"
    assert {f.tag for f in facts if f.indicator.startswith(("age1_", "death_rate_", "birth_order_", "fertility_town"))} == {"imputed"}
    assert all("suspect" in f.note for f in facts if f.area == "xuchang_yanling" and f.indicator == "interprovincial_inmigrants")
    assert {f.tag for f in facts if f.indicator == "guaranteed_homes"} == {"assumption"}


def test_published_points_end_with_2022_and_keep_their_vintage(region: Region) -> None:
    points = {(p.area, p.date.year, p.variable, p.vintage): p.value for p in region.published}
    assert max(year for _, year, _, _ in points) == 2022
    assert points["xuchang", 2022, "urbanization_rate", "revised"] == 55.18
    assert points["xuchang", 2019, "urbanization_rate", "first_published"] == 54.13
    assert points["xuchang", 2020, "urbanization_rate", "census"] == pytest.approx(53.55, abs=0.01)
    assert points["xuchang", 2019, "resident_population", "first_published"] > 4_379_998  # before the census: never joined
    assert points["xuchang", 2018, "births", "register"] == 60_200
    assert points["xuchang_core", 2022, "resident_population", "revised"] == 1_342_000
