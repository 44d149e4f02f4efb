from types import SimpleNamespace

import numpy as np

from tests.population.conftest import AREAS, BLOCKS
from urbsim.population import registry as reg
from urbsim.population.arrivals import arrival_templates
from urbsim.population.columns import birth_table
from urbsim.population.counting import persons_by_age


def test_births_lie_in_their_group_and_follow_single_years(region: SimpleNamespace) -> None:
    table = birth_table(region.age_part_2010.astype(float))
    for group in range(18):
        age = -table[:, :, group].astype(int) // 4
        assert age.min() >= 5 * group
        assert age.max() <= (5 * group + 4 if group < 17 else 100)
    assert (table[:, :, 18] == reg.NONE).all()
    # two years of age out of five hold nearly everyone: so do the table's births
    steep = np.ones((3, 2, 101))
    steep[:, :, 20:22] = 1000.0
    ages = -birth_table(steep)[0, 0, 4].astype(int) // 4
    assert (ages <= 21).mean() > 0.98
    # births are spread over the quarters of a year
    quarters = np.bincount(-table[0, 0, 5].astype(int) % 4, minlength=4)
    assert quarters.min() > 50


def test_counting_follows_official_residence() -> None:
    h = reg.empty_columns(3)
    h["id"] = np.arange(3, dtype=np.uint64)
    h["head_birth"][:] = -4 * 30
    h["resident_area"] = np.array([1, reg.OUTSIDE, 0], dtype=np.uint8)
    h["place"] = h["resident_area"].copy()
    h["resident_part"] = np.array([1, 0, 0], dtype=np.uint8)
    h["origin"] = np.array([0, 1, AREAS + 1], dtype=np.uint8)
    h["spouse"][:] = reg.SPOUSE_AT_HOME
    h["spouse_birth"][:] = -4 * 28
    h["child1_birth"][0], h["child1"][0] = -4 * 5, reg.CHILD_GIRL | reg.CHILD_AT_HOME
    counted = persons_by_age(h, AREAS)
    assert counted[1, 1, reg.MALE, 30] == 1  # the mover, in town
    assert counted[0, 0, reg.FEMALE, 28] == 1  # the spouse at home, in the village of origin
    assert counted[0, 0, reg.FEMALE, 5] == 1
    assert counted[1, 0, reg.FEMALE, 28] == 1  # left behind by the absentee
    assert counted[0, 0, reg.MALE, 30] == 1  # from another province: the spouse there does not count
    assert counted.sum() == 5
    h["place"][0] = reg.GONE
    assert persons_by_age(h, AREAS).sum() == 2


def test_arrivals_are_young_and_ready_to_copy(region: SimpleNamespace) -> None:
    pool = arrival_templates(region, 100, seed=2, rows=1024)
    assert reg.check_columns(pool) == []
    assert pool["id"].shape == (BLOCKS * 1024,)
    np.testing.assert_array_equal(pool["origin"], np.repeat(np.arange(AREAS, AREAS + BLOCKS), 1024))
    assert (pool["register"] == pool["origin"]).all()
    assert (pool["place"] == reg.OUTSIDE).all()
    assert (pool["status"] == reg.STATUS_UNREGISTERED).all()
    assert (pool["mover"] == reg.MOVER_OTHER_PROVINCE).all()
    for name in ("arrived", "region_since"):
        assert not pool[name].any()
    assert not pool["insured"].any()
    age = -pool["head_birth"].astype(int) // 4
    assert ((age >= 16) & (age <= 35)).mean() > 0.7
    children = pool["child1_birth"] != reg.NONE
    assert ((pool["child1"] & reg.CHILD_AT_HOME) != 0)[children].mean() > 0.5
    # blocks differ in luck, seeds too, weights do not
    assert not np.array_equal(pool["head_birth"][:1024], pool["head_birth"][1024:2048])
    assert not np.array_equal(pool["wage_residual"], arrival_templates(region, 100, seed=3, rows=1024)["wage_residual"])
    np.testing.assert_array_equal(pool["head_birth"], arrival_templates(region, 1, seed=2, rows=1024)["head_birth"])
