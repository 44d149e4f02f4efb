"""The census state: totals exact at any weight, people plausible, rows stable."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.population.conftest import AREAS, make_region
from urbsim.errors import UserError
from urbsim.population import registry as reg
from urbsim.population.assumptions import IN_PLACE
from urbsim.population.columns import Rows, fill, make_tables
from urbsim.population.counting import members, persons_by_age
from urbsim.population.plan import plan_of
from urbsim.population.sampling import draw, exact_persons
from urbsim.population.synthesis import Population, synthesise
from urbsim.population.townborn import split_years
from urbsim.regions import load_region


def residents(population: Population, areas: int = AREAS) -> np.ndarray:
    return persons_by_age(population.households, areas) * population.weight + population.town_born


def assert_exact(population: Population, region: SimpleNamespace) -> None:
    parts = residents(population, len(region.area_codes)).sum(axis=(2, 3))
    np.testing.assert_array_equal(parts[:, 1], region.town_2010)
    np.testing.assert_array_equal(parts[:, 0], region.residents_2010 - region.town_2010)
    assert (population.town_born >= 0).all()


def test_residents_of_every_area_and_part_are_exact(population: Population, region: SimpleNamespace) -> None:
    assert_exact(population, region)


def test_columns_are_valid(population: Population) -> None:
    assert reg.check_columns(population.households) == []


def test_ages_of_prefectures(population: Population, region: SimpleNamespace) -> None:
    groups = np.add.reduceat(residents(population).sum(axis=1), np.arange(0, 90, 5), axis=-1)
    got = np.zeros((2, 2, 18))
    np.add.at(got, region.prefecture_of, groups)
    # the town-born fill what rows leave; only a group whose rows already hold more than the census is off, by a few rows
    assert np.abs(got - region.age_2010).max() <= 6 * population.weight
    assert np.abs(got - region.age_2010).sum() <= 0.004 * region.residents_2010.sum()


def test_at_a_small_weight_ages_of_prefectures_are_exact(region: SimpleNamespace) -> None:
    population = synthesise(region, 20, seed=3)
    assert_exact(population, region)
    groups = np.add.reduceat(residents(population).sum(axis=1), np.arange(0, 90, 5), axis=-1)
    got = np.zeros((2, 2, 18), dtype=np.int64)
    np.add.at(got, region.prefecture_of, groups)
    np.testing.assert_array_equal(got, region.age_2010)


def test_everyone_can_be_a_row_of_their_own() -> None:
    names = ("residents", "town", "same_area", "other_area", "other_province", "hukou")
    whole = make_region()
    small = {f"{name}_2010": getattr(whole, f"{name}_2010") // 40 for name in names}
    tiny = make_region(
        **small,
        age_2010=np.array([whole.age_2010[p] for p in (0, 1)]),
        block_stock_2010=np.stack([small["other_province_2010"], np.zeros(7, dtype=np.int64), np.zeros(7, dtype=np.int64)]),
        household_size_2010=whole.household_size_2010 // 40,
        household_generations_2010=whole.household_generations_2010 // 40,
        education_2010=whole.education_2010 // 40,
    )
    population = synthesise(tiny, 1, seed=1)
    assert_exact(population, tiny)
    by_class = [row for row in population.fit_table if row["variable"] == "registered_elsewhere"]
    assert max(abs(row["asked"] - row["got"]) for row in by_class) <= 3


def test_movers_by_census_class(population: Population, region: SimpleNamespace) -> None:
    h, weight = population.households, population.weight
    along = sum((exists & ~at_home).astype(int) for _, _, exists, at_home in members(h))
    for mover, census, town_born in (
        (reg.MOVER_SAME_AREA, region.same_area_2010, population.town_born_movers[:, 0]),
        (reg.MOVER_OTHER_AREA, region.other_area_2010, population.town_born_movers[:, 1]),
        (reg.MOVER_OTHER_PROVINCE, region.other_province_2010, population.town_born_other_province),
    ):
        rows = (h["mover"] == mover) & (h["place"] < reg.GONE)
        got = np.bincount(h["place"][rows], along[rows], minlength=AREAS) * weight + town_born
        assert np.abs(got - census).max() <= 8 * weight
        assert (town_born >= 0).all()
    assert (population.town_born_movers.sum(axis=1) + population.town_born_other_province <= population.town_born.sum(axis=(1, 2, 3))).all()


def test_codes_of_each_kind_of_household(population: Population, region: SimpleNamespace) -> None:
    h = population.households
    in_place, same, other, province = (h["mover"] == k for k in range(4))
    absent = h["place"] == reg.OUTSIDE
    assert absent.any()
    own = in_place | same | (h["origin"] == h["place"])  # between districts of a core too: one register
    assert (h["status"] == np.select([absent, own], [reg.STATUS_ABSENT, reg.STATUS_RURAL], reg.STATUS_UNREGISTERED)).all()
    assert (h["register"] == h["origin"]).all()
    assert not h["register_part"].any()
    assert (h["register_in_town"] == (in_place & (h["part"] == reg.TOWN))).all()
    assert (h["origin"][in_place | same] == h["place"][in_place | same]).all()
    assert (h["origin"][province & ~absent] >= AREAS).all()
    assert (h["origin"][other] < AREAS).all()
    assert (h["origin"][absent] < AREAS).all()
    assert (h["resident_area"] == h["place"]).all()
    assert (h["resident_part"] == h["part"]).all()
    assert (h["tenure"][in_place] == reg.TENURE_VILLAGE_HOME).all()
    assert (h["tenure"][~in_place] != reg.TENURE_VILLAGE_HOME).all()
    for name in ("kin_settled", "trained"):
        assert not h[name].any()
    assert h["poor"].any()
    assert not h["poor"][~(in_place & (h["part"] == reg.VILLAGE))].any()
    assert not (h["land"] & reg.LAND_CERTIFIED).any()
    cores = np.flatnonzero(region.is_core)
    within = other & (h["origin"] == h["place"])
    assert within.any()
    assert set(h["place"][within].tolist()) <= set(cores.tolist())


def test_origins_follow_the_blocks_and_the_absentees(population: Population, region: SimpleNamespace) -> None:
    h, weight = population.households, population.weight
    along = sum((exists & ~at_home).astype(int) for _, _, exists, at_home in members(h))
    province = h["origin"] >= AREAS
    got = np.bincount(h["origin"][province] - AREAS, along[province]) / along[province].sum()
    np.testing.assert_allclose(got, region.block_stock_2010.sum(axis=1) / region.block_stock_2010.sum(), atol=0.03)
    absent = h["place"] == reg.OUTSIDE
    expected = plan_of(region).cells.absent
    assert np.bincount(h["origin"][absent], along[absent]).sum() * weight == pytest.approx(expected.sum(), rel=0.02)


def test_identities_and_order(population: Population) -> None:
    h = population.households
    assert (np.diff(h["origin"].astype(int)) >= 0).all()
    assert (h["id"] >> np.uint64(reg.ID_SHIFT) == h["origin"]).all()
    for origin in np.unique(h["origin"]):
        numbers = h["id"][h["origin"] == origin] & np.uint64((1 << reg.ID_SHIFT) - 1)
        np.testing.assert_array_equal(numbers, np.arange(numbers.size))


def test_threads_change_no_bit(region: SimpleNamespace) -> None:
    one, three = synthesise(region, 50, 3), synthesise(region, 50, 3, threads=3)
    assert one.rows[: one.size].tobytes() == three.rows[: three.size].tobytes()
    assert one.fit_table == three.fit_table
    assert np.array_equal(one.town_born, three.town_born)


def test_dates_agree(population: Population) -> None:
    h = population.households
    mother = np.where((h["head_sex"] == reg.MALE) & (h["spouse"] > 0), h["spouse_birth"], h["head_birth"]).astype(int)
    for name in ("child1_birth", "child2_birth"):
        exists = h[name] != reg.NONE
        gap = (h[name].astype(int) - mother)[exists] / 4
        assert gap.min() >= 17
        assert gap.max() < 46
    second = h["child2_birth"] != reg.NONE
    spacing = (h["child2_birth"].astype(int) - h["child1_birth"])[second]
    assert ((spacing == 0) | (spacing >= 3)).all()
    assert (spacing == 0).mean() < 0.05
    elders = h["elder1_birth"] != reg.NONE
    assert ((h["head_birth"].astype(int) - h["elder1_birth"])[elders] >= 68).all()
    moved = h["mover"] > 0
    assert (h["arrived"][~moved] == h["head_birth"][~moved]).all()
    assert (h["arrived"][moved] <= -2).all()
    assert (h["arrived"] >= h["head_birth"]).all()
    assert (h["permit_since"] == reg.NONE).all()
    insured = h["insured"] == 1
    assert (h["insured_since"][insured & moved] >= h["arrived"][insured & moved]).all()
    assert 0.1 < insured[moved].mean() < 0.35
    born = h["head_birth"].astype(int)
    assert born.min() >= -4 * 101
    assert born.max() <= -60


def test_children_of_school_age_have_a_place_and_others_none(population: Population) -> None:
    h = population.households
    for name in ("child1", "child2"):
        birth, bits = h[f"{name}_birth"], h[name]
        age = -birth.astype(int) // 4
        kind = bits >> reg.CHILD_PLACE_SHIFT
        pupil = (birth != reg.NONE) & (age >= 6) & (age <= 14)
        assert (kind[~pupil] == reg.PLACE_NOT_IN_SCHOOL).all()
        home = (bits & reg.CHILD_AT_HOME) != 0
        assert (kind[pupil & home] == reg.PLACE_AT_HOME).all()
        assert (kind[pupil & ~home & (h["mover"] < 2)] == reg.PLACE_PUBLIC).all()
        assert set(kind[pupil & ~home].tolist()) <= {reg.PLACE_PUBLIC, reg.PLACE_BOUGHT, reg.PLACE_FEE_PAYING}


def test_equal_seeds_give_equal_people_and_others_do_not(region: SimpleNamespace) -> None:
    first, again, other = (synthesise(region, 500, seed=seed) for seed in (11, 11, 12))
    for name, values in first.households.items():
        np.testing.assert_array_equal(values, again.households[name])
    np.testing.assert_array_equal(first.town_born, again.town_born)
    assert first.fit_table == again.fit_table
    assert not np.array_equal(first.households["wage_residual"][:100], other.households["wage_residual"][:100])


def test_the_global_random_state_is_neither_read_nor_moved(region: SimpleNamespace) -> None:
    np.random.seed(5)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = synthesise(region, 800, seed=1)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    np.random.seed(6)  # noqa: NPY002
    np.testing.assert_array_equal(first.households["head_birth"], synthesise(region, 800, seed=1).households["head_birth"])


def test_rows_hold_what_was_drawn(region: SimpleNamespace) -> None:
    plan = plan_of(region)
    drawn = draw(region, plan, 500, 4)
    population = synthesise(region, 500, seed=4)
    counted = persons_by_age(population.households, AREAS)
    groups = np.add.reduceat(counted, np.arange(0, 90, 5), axis=-1)
    expected = drawn.along.copy()
    expected[:, 0] += drawn.home
    np.testing.assert_array_equal(groups.reshape(AREAS, 2, 36), expected)
    # the run's seed reaches the columns too
    first = drawn.origin == AREAS
    place = drawn.place[first]
    rows = Rows(drawn.template[first], place, drawn.part[first], drawn.kind[first], region.prefecture_of[place], AREAS)
    filled = fill(rows, plan.pool, make_tables(region, plan), seed=4)
    for name, values in filled.items():
        np.testing.assert_array_equal(values, population.households[name][first], err_msg=name)


def test_an_area_without_villages_leaves_nobody_there() -> None:
    whole = make_region()
    town = whole.town_2010.copy()
    town[[0, 1]] = whole.residents_2010[[0, 1]]
    region = make_region(town_2010=town)
    population = synthesise(region, 200, seed=4)
    assert_exact(population, region)
    h = population.households
    left = sum((exists & at_home).astype(int) for _, _, exists, at_home in members(h))
    assert not left[(h["origin"] <= 1)].any()
    assert left[h["origin"] == 2].any()
    assert reg.check_columns(h) == []
    drawn = draw(region, plan_of(region), 200, 4)
    groups = np.add.reduceat(persons_by_age(h, AREAS), np.arange(0, 90, 5), axis=-1)
    expected = drawn.along.copy()
    expected[:, 0] += drawn.home
    np.testing.assert_array_equal(groups.reshape(AREAS, 2, 36), expected)


def test_the_fit_table_says_what_the_rows_say(population: Population, region: SimpleNamespace) -> None:
    rows = population.fit_table
    variables = {row["variable"] for row in rows}
    assert {"residents", "registered_elsewhere", "age", "households_in_place", "schooling_of_heads", "tenure_of_movers"} <= variables
    exact = [row for row in rows if row["variable"] == "residents"]
    assert len(exact) == 2 * AREAS
    assert all(row["asked"] == row["got"] for row in exact)
    ages = [row for row in rows if row["variable"] == "age" and row["place"] == "north"]
    assert sum(row["got"] for row in ages) == region.residents_2010[:4].sum()
    for row in rows:
        assert row["level"] in {"area", "prefecture", "region"}
        assert row["tag"] in {"census", "fitted", "assumption"}
    for variable, tolerance in (("schooling_of_heads", 0.12), ("tenure_of_movers", 0.12)):
        assert max(abs(row["asked"] - row["got"]) for row in rows if row["variable"] == variable) < tolerance


@pytest.mark.parametrize("weight", [0, -5])
def test_a_weight_below_one_is_refused(region: SimpleNamespace, weight: int) -> None:
    with pytest.raises(UserError, match="at least 1"):
        synthesise(region, weight, seed=1)


def test_a_weight_beyond_the_region_is_refused(region: SimpleNamespace) -> None:
    with pytest.raises(UserError, match="too large"):
        synthesise(region, 400_000, seed=1)


def test_a_coarse_weight_is_still_exact(region: SimpleNamespace) -> None:
    assert_exact(synthesise(region, 10_000, seed=1), region)


@pytest.mark.parametrize("persons", [0, 1, 2, 7, 100])
def test_exact_persons_are_exact(region: SimpleNamespace, persons: int) -> None:
    plan = plan_of(region)
    sizes = plan.pool.persons_along[: plan.first[1]]
    share = plan.weights[IN_PLACE][0, 0] * plan.mean_size[IN_PLACE, 0, 0]
    for offset in (0.01, 0.5, 0.99):
        n = exact_persons(share, sizes, persons, offset)
        assert n @ sizes == persons
        assert (n >= 0).all()


def test_town_born_of_villages_are_older_than_those_of_towns(region: SimpleNamespace) -> None:
    town_born = synthesise(region, 20, seed=3).town_born.sum(axis=(0, 2))
    old = town_born[:, 65:].sum(axis=1) / town_born.sum(axis=1)
    assert old[0] > 1.2 * old[1]


def test_years_of_town_born_add_up_to_their_groups(region: SimpleNamespace) -> None:
    groups = np.arange(7 * 2 * 2 * 18).reshape(7, 2, 2, 18)
    years = split_years(groups, region.age_part_2010)
    np.testing.assert_array_equal(np.add.reduceat(years, np.arange(0, 90, 5), axis=-1), groups)


@pytest.mark.parametrize("weight", [1000, 137])
def test_zhejiang(weight: int) -> None:
    region = load_region("zhejiang")
    population = synthesise(region, weight, seed=1)
    assert_exact(population, region)
    assert reg.check_columns(population.households) == []
    table = population.fit_table

    def total(variable: str, group: str, key: str) -> float:
        return sum(row[key] for row in table if row["variable"] == variable and row["group"] == group)

    # orders of magnitude of the design note: 12.7 m town-born in towns, 4.73 m absent outside
    assert total("town_born", "town", "got") == pytest.approx(12.7e6, rel=0.03)
    assert total("absent_outside", "all", "got") == pytest.approx(4.73e6, rel=0.03)
    assert total("registered_elsewhere", "other_province", "got") == pytest.approx(11.82e6, rel=0.005)
    ages = [row for row in table if row["variable"] == "age"]
    assert sum(abs(row["asked"] - row["got"]) for row in ages) < 0.003 * sum(row["asked"] for row in ages)
