from types import SimpleNamespace

import numpy as np

from tests.population.conftest import AREAS, BLOCKS
from urbsim.population import registry as reg
from urbsim.population.arrivals import arrival_templates
from urbsim.population.assumptions import KINDS, value
from urbsim.population.columns import Rows, birth_table, fill, make_tables
from urbsim.population.counting import persons_by_age
from urbsim.population.plan import plan_of


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


def some_rows(region: SimpleNamespace, kind: int, part: int, n: int = 40_000) -> Rows:
    plan = plan_of(region)
    share = plan.weights[kind][0, part] / plan.weights[kind][0, part].sum()
    template = np.searchsorted(np.cumsum(share), (np.arange(n) + 0.5) / n).astype(np.int32) + np.int32(plan.first[kind])
    everyone = np.ones(n, dtype=np.uint8)
    origin = AREAS if kind == KINDS.index("other_province") else 0
    return Rows(template, 0 * everyone, part * everyone, np.uint8(kind) * everyone, np.zeros(n, dtype=np.int64), origin)


def test_work_schooling_and_homes_follow_the_class(region: SimpleNamespace) -> None:
    plan = plan_of(region)
    tables = make_tables(region, plan)
    for row, (kind, part) in enumerate([(0, 0), (0, 1), (1, 1), (2, 1), (3, 1), (4, 0)]):
        rows = some_rows(region, kind, part)
        h = fill(rows, plan.pool, tables, seed=1)
        age = -h["head_birth"].astype(int) // 4
        working = (age >= 16) & (age < 60)
        jobs = np.bincount(h["job"][working], minlength=4) / working.sum()
        np.testing.assert_allclose(jobs, value("job_share")[row], atol=0.015)
        formal = working & (h["job"] == reg.JOB_FORMAL)
        assert abs(h["insured"][formal].mean() - value("insured_if_formal")[row]) < 0.04
        assert not h["insured"][age >= 60].any()
        group = np.minimum(age // 5, 17)
        expected = plan.targets.schooling[0, row][h["head_sex"], group].mean(axis=0)
        np.testing.assert_allclose(np.bincount(h["schooling"], minlength=5) / age.size, expected, atol=0.01)
        land = ((h["land"] & reg.LAND_HOMESTEAD) != 0).mean()
        assert abs(land - value("land_share")[row, 0]) < 0.01
        if kind in (1, 2, 3):
            fitted = plan.targets.tenure[0, kind]
            assert abs((h["tenure"] == reg.TENURE_OWN).mean() - fitted[2:4].sum() / fitted.sum()) < 0.015
            alone = plan.pool.persons_along[rows.template] == 1
            employer = h["tenure"] == reg.TENURE_EMPLOYER
            assert employer[alone].mean() > employer[~alone].mean()
            stay = -h["arrived"].astype(int) / 4
            assert 0.75 * value("stay_years_mean")[kind] < stay.mean() < 1.05 * value("stay_years_mean")[kind]


def test_the_seed_and_the_origin_decide_the_luck_of_a_row(region: SimpleNamespace) -> None:
    plan = plan_of(region)
    tables = make_tables(region, plan)
    rows = some_rows(region, 1, 1, n=500)
    first, again, other = (fill(rows, plan.pool, tables, seed=seed) for seed in (1, 1, 2))
    for name, values in first.items():
        np.testing.assert_array_equal(values, again[name])
    for name in ("wage_residual", "head_birth", "settle_type", "arrived"):
        assert not np.array_equal(first[name], other[name]), name
    assert abs(float(first["wage_residual"].std()) - 0.5) < 0.06
    np.testing.assert_array_equal(fill(rows, plan.pool, tables, seed=1, first_number=7)["id"], first["id"] + np.uint64(7))


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
    assert not pool["arrived"].any()
    assert not pool["insured"].any()
    age = -pool["head_birth"].astype(int) // 4
    assert ((age >= 16) & (age <= 35)).mean() > 0.7
    children = pool["child1_birth"] != reg.NONE
    assert ((pool["child1"] & reg.CHILD_AT_HOME) != 0)[children].mean() > 0.5
    # blocks differ in luck, seeds too, weights do not
    assert not np.array_equal(pool["head_birth"][:1024], pool["head_birth"][1024:2048])
    assert not np.array_equal(pool["wage_residual"], arrival_templates(region, 100, seed=3, rows=1024)["wage_residual"])
    np.testing.assert_array_equal(pool["head_birth"], arrival_templates(region, 1, seed=2, rows=1024)["head_birth"])
