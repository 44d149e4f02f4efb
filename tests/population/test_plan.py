"""Cells, targets, templates, raking: what stands before any rounding."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.population.conftest import make_region
from urbsim.population import raking
from urbsim.population.assumptions import ABSENT, ASSUMPTIONS, IN_PLACE, KINDS, OTHER_AREA, OTHER_PROVINCE, SAME_AREA, value
from urbsim.population.cells import AGRI, NONAGRI, census_cells, origin_flows
from urbsim.population.plan import left_behind, plan_of
from urbsim.population.targets import absent_profile, collective_residents, mover_profiles, published_size_classes
from urbsim.population.templates import NOBODY, PARENT_GAP, build_pool

KIND_NUMBERS = range(len(KINDS))


def test_cells_meet_every_census_margin_and_are_positive(region: SimpleNamespace) -> None:
    cells = census_cells(region)
    x = cells.residents
    assert cells.error < 0.02
    assert (x > 0).all()
    np.testing.assert_allclose(x.sum(axis=(1, 2, 3)), region.residents_2010, atol=0.1)
    np.testing.assert_allclose(x[..., 1].sum(axis=(1, 2)), region.town_2010, atol=0.1)
    np.testing.assert_allclose(x[:, NONAGRI].sum(axis=(1, 2)), region.nonagri_share_2010 * region.residents_2010, atol=0.1)
    for k, name in ((1, "same_area_2010"), (2, "other_area_2010"), (3, "other_province_2010")):
        np.testing.assert_allclose(x[:, :, k].sum(axis=(1, 2)), getattr(region, name), atol=0.1)


def test_the_registered_population_is_accounted_for(region: SimpleNamespace) -> None:
    cells = census_cells(region)
    np.testing.assert_allclose(cells.flows.sum(axis=0), region.other_area_2010, atol=0.1)
    registered_here = region.residents_2010 - region.other_area_2010 - region.other_province_2010
    np.testing.assert_allclose(registered_here + cells.flows.sum(axis=1) + cells.absent, region.hukou_2010, atol=0.5)
    assert (np.diag(cells.flows) > 0).tolist() == region.is_core.tolist()
    assert (cells.absent >= 0).all()


def test_nearer_origins_send_more_and_caps_hold() -> None:
    distance = np.array([[10.0, 50.0, 400.0], [50.0, 10.0, 400.0], [400.0, 400.0, 10.0]])
    flows = origin_flows(np.array([100.0, 0.0, 0.0]), np.array([0.0, 500.0, 500.0]), distance, np.zeros(3, dtype=bool))
    assert flows[1, 0] > 5 * flows[2, 0] > 0
    capped = origin_flows(np.array([100.0, 0.0, 0.0]), np.array([0.0, 60.0, 500.0]), distance, np.zeros(3, dtype=bool))
    assert capped[1, 0] == pytest.approx(0.9 * 60, rel=1e-3)
    assert capped.sum() == pytest.approx(100)


def test_movers_stay_whole_where_origins_cannot_send_them() -> None:
    flows = origin_flows(np.array([100.0, 50.0]), np.array([10.0, 0.0]), np.full((2, 2), 30.0), np.zeros(2, dtype=bool))
    np.testing.assert_allclose(flows.sum(axis=0), [100.0, 50.0], atol=1.0)


def test_more_movers_than_residents_is_an_error() -> None:
    with pytest.raises(ValueError, match="more people registered elsewhere"):
        census_cells(make_region(same_area_2010=np.full(7, 9_000_000)))


def test_age_targets_add_up_to_prefectures_and_movers_are_young(region: SimpleNamespace) -> None:
    ages = plan_of(region).targets.ages
    np.testing.assert_allclose(ages.sum(axis=(1, 2)), region.age_2010, atol=2)
    movers, locals_ = ages[:, 3].sum(axis=(0, 1, 2)), ages[:, 0].sum(axis=(0, 1, 2))
    young = slice(4, 7)
    assert movers[young].sum() / movers.sum() > 1.5 * locals_[young].sum() / locals_.sum()
    profiles = mover_profiles()
    np.testing.assert_allclose(profiles.sum(axis=(1, 2)), 1)
    assert absent_profile().sum() == pytest.approx(1)
    assert 4 <= int(profiles[2].sum(axis=0).argmax()) <= 6
    assert profiles[2, 0].sum() == pytest.approx(0.5552)


def test_size_classes_schooling_and_tenure_meet_published_totals(region: SimpleNamespace) -> None:
    targets = plan_of(region).targets
    np.testing.assert_allclose(targets.size_classes.sum(axis=1), published_size_classes(region), rtol=1e-3)
    np.testing.assert_allclose(targets.schooling.sum(axis=-1), 1, atol=1e-6)
    rows = np.concatenate(
        [targets.ages[:, 0, 0, None], targets.ages[:, 0, 1, None], targets.ages[:, 1:4].sum(axis=2), targets.ages[:, 4:].sum(axis=2)],
        axis=1,
    )
    rows[..., 0] = 0  # schooling is asked of persons of six and over
    rows[..., 1] *= 0.8
    levels = np.einsum("prsg,prsgl->pl", rows, targets.schooling[:, [0, 1, 2, 3, 4, 6]])
    asked = region.education_2010 / region.education_2010.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(levels / levels.sum(axis=1, keepdims=True), asked, atol=1e-4)
    assert (targets.schooling[:, :, :, :2, 1:] == 0).all()  # nobody under ten has a junior school behind them
    rented = region.tenure_2010[:, 2] / region.tenure_2010.sum(axis=1) * region.household_size_2010[:, 0]
    got = targets.tenure[:, :, 1].sum(axis=1)
    scale = targets.tenure.sum(axis=(1, 2)) / (region.household_size_2010[:, 0] + collective_residents(region))
    np.testing.assert_allclose(got, rented * scale, rtol=0.01)


@pytest.mark.parametrize("kind", KIND_NUMBERS)
def test_templates_are_plausible(kind: int) -> None:
    pool = build_pool(kind, 2000)
    mother = np.where((pool.head_sex == 0) & (pool.spouse > 0), pool.spouse_group, pool.head_group).astype(int)
    for child, girl, home in (
        (pool.child1_group, pool.child1_girl, pool.child1_home),
        (pool.child2_group, pool.child2_girl, pool.child2_home),
    ):
        exists = child != NOBODY
        assert exists.any()
        assert (mother - child)[exists].min() >= PARENT_GAP
        assert (mother - child)[exists].max() <= 8
        assert child[exists].max() <= 4
        assert not (girl | home)[~exists].any()
    elders = pool.elder1_group != NOBODY
    assert (pool.elder1_group.astype(int) - pool.head_group)[elders].min() >= PARENT_GAP
    assert ((pool.spouse > 0) == (pool.spouse_group != NOBODY)).all()
    assert (pool.child2_group[pool.child1_group == NOBODY] == NOBODY).all()
    size = (
        1
        + (pool.spouse > 0)
        + sum((x != NOBODY).astype(int) for x in (pool.child1_group, pool.child2_group, pool.elder1_group, pool.elder2_group))
    )
    np.testing.assert_array_equal(pool.along.sum(axis=1) + pool.home.sum(axis=1), size)
    if kind == IN_PLACE:
        assert not pool.home.any()
    else:
        assert pool.home.any()
    assert set(pool.size_class.tolist()) == {0, 1, 2, 3}
    assert (pool.size_class == 0).tolist() == (pool.persons_along == 1).tolist()


def test_pools_do_not_depend_on_global_random_state() -> None:
    np.random.seed(1)  # noqa: NPY002
    first = build_pool(SAME_AREA, 500)
    np.random.seed(2)  # noqa: NPY002
    second = build_pool(SAME_AREA, 500)
    assert (first.along == second.along).all()


def test_raking_meets_hard_margins_and_yields_on_soft_ones() -> None:
    counts = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 1.0]])  # persons a, persons b, households
    start = np.full(3, 1 / 3)
    target = np.array([[0.5, 0.5, 0.7]])
    exact = raking.rake(start, counts, target, np.zeros(3))
    np.testing.assert_allclose(exact @ counts, target, atol=1e-6)
    impossible = np.array([[0.5, 0.5, 0.2]])  # two halves need at least half a household
    soft = raking.rake(start, counts, impossible, np.array([1e-7, 1e-7, 0.05]))
    got = (soft @ counts)[0]
    np.testing.assert_allclose(got[:2], [0.5, 0.5], atol=1e-4)
    assert 0.2 < got[2] < 0.65


@pytest.mark.parametrize("kind", KIND_NUMBERS)
def test_raked_weights_have_the_ages_asked(region: SimpleNamespace, kind: int) -> None:
    plan = plan_of(region)
    along = plan.pool.along[plan.first[kind] : plan.first[kind + 1]]
    got = plan.weights[kind] @ along
    np.testing.assert_allclose(got.sum(axis=2), 1, atol=1e-9)
    if kind == ABSENT:
        asked = np.broadcast_to(absent_profile().reshape(-1), got.shape)
    else:
        asked = plan.targets.ages[:, kind].reshape(*got.shape)
        if kind == IN_PLACE:
            asked, got = asked[:, 1:], got[:, 1:]  # in villages those left behind by movers come off first
        asked = asked / asked.sum(axis=2, keepdims=True)
    np.testing.assert_allclose(got, asked, atol=1e-4)


def test_those_left_behind_are_fewer_than_the_villagers(region: SimpleNamespace) -> None:
    plan = plan_of(region)
    villagers = plan.cells.residents[:, AGRI, 0, 0]
    assert (plan.left_behind > 0).all()
    assert (plan.left_behind < villagers).all()
    pools = [build_pool(kind, 200) for kind in KIND_NUMBERS]
    weights = [np.ones((2, 2, 200)) / pool.persons_along.sum() for pool in pools]
    left = left_behind(region, plan.cells, pools, weights)
    assert left.shape == (7, 36)
    movers = plan.cells.residents[:, AGRI, SAME_AREA : OTHER_AREA + 1].sum() + plan.cells.absent.sum()
    assert 0 < left.sum() < movers


def test_villagers_in_place_and_those_left_behind_make_the_ages_asked(region: SimpleNamespace) -> None:
    plan = plan_of(region)
    pools = [build_pool(kind, plan.first[kind + 1] - plan.first[kind]) for kind in KIND_NUMBERS]
    left = np.zeros((2, 36))
    np.add.at(left, region.prefecture_of, left_behind(region, plan.cells, pools, list(plan.weights)))
    asked = plan.targets.ages[:, 0, 0].reshape(2, 36)
    in_place = plan.weights[IN_PLACE][:, 0] @ pools[IN_PLACE].along * (asked.sum(axis=1) - left.sum(axis=1))[:, None]
    np.testing.assert_allclose(in_place + left, asked, rtol=0.002, atol=1)


def test_the_plan_is_made_once_for_equal_facts() -> None:
    assert plan_of(make_region()) is plan_of(make_region())
    changed = make_region(nonagri_share_2010=np.full(7, 0.2))
    assert plan_of(changed) is not plan_of(make_region())


def test_every_assumption_has_a_reason() -> None:
    for name, assumption in ASSUMPTIONS.items():
        assert len(assumption.note) > 15, name
    assert value("male_share")[OTHER_PROVINCE] == pytest.approx(0.5552)
