"""Prepare all that does not depend on weight or seed: census cells, targets and the raked weights of household templates."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from urbsim.population import kept
from urbsim.population.assumptions import ABSENT, GROUPS, IN_PLACE, OTHER_AREA, OTHER_PROVINCE, SAME_AREA, Floats, value
from urbsim.population.cells import AGRI, Cells, census_cells
from urbsim.population.raking import rake
from urbsim.population.registry import TOWN, VILLAGE
from urbsim.population.targets import Targets, absent_profile, make_targets
from urbsim.population.templates import Pool, build_pool

if TYPE_CHECKING:
    from urbsim.regions import Region

POOL_SIZES = (5000, 3000, 3000, 3000, 3000)
SIZE_SOFTNESS = 0.004  # of household margins beside persons' ages, in households per person and unit of log weight
PERSON_SOFTNESS = 1e-6


@dataclass(frozen=True)
class Plan:
    """Hold the plan of a region.

    `pool` holds the templates of all kinds, one after the other; `first[k]` is the first template of kind k (length K + 1). From `first[K]`
    on it holds the twins of all templates, without their members left at home, for origins whose villages cannot hold them.
    `weights[k]`: P x part x T_k, households per resident person who lives with the head. `left_behind`: A, persons expected.
    """

    cells: Cells
    targets: Targets
    pool: Pool
    first: tuple[int, ...]
    weights: tuple[Floats, ...]
    mean_size: Floats  # kinds x P x part, persons living together
    single_share: Floats  # kinds x P, share of households of one person
    left_behind: Floats


_cache: OrderedDict[bytes, Plan] = OrderedDict()
_CACHED_PLANS = 3
_USED = (
    "prefecture_of",
    "is_core",
    "distance_km",
    "residents_2010",
    "town_2010",
    "same_area_2010",
    "other_area_2010",
    "other_province_2010",
    "hukou_2010",
    "nonagri_share_2010",
    "age_2010",
    "age_part_2010",
    "education_2010",
    "household_size_2010",
    "household_generations_2010",
    "tenure_2010",
)


def plan_of(region: Region) -> Plan:
    """Return the plan of a region, made once for equal facts: the last few plans are kept here, those of earlier processes on disk."""
    digest = hashlib.blake2b(digest_size=16)
    for name in _USED:
        digest.update(np.ascontiguousarray(getattr(region, name)).tobytes())
    key = digest.digest()
    plan = _cache.get(key)
    if plan is None:
        file = kept.file_of(key)
        there = kept.take(file)
        plan = _cache[key] = make_plan(region) if there is None else Plan(**there)
        if there is None:
            kept.put(file, plan)
        while len(_cache) > _CACHED_PLANS:
            _cache.popitem(last=False)
    return plan


def households_of(region: Region) -> float:
    """Return how many households of rural origin a region has at the census, absent ones included (within about 5 %)."""
    plan, prefecture = plan_of(region), np.asarray(region.prefecture_of)
    cells = plan.cells
    total = float((cells.absent / plan.mean_size[ABSENT, prefecture, VILLAGE]).sum())
    for kind in (IN_PLACE, SAME_AREA, OTHER_AREA, OTHER_PROVINCE):
        for part in (VILLAGE, TOWN):
            total += float((cells.residents[:, AGRI, kind, part] / plan.mean_size[kind, prefecture, part]).sum())
    return total


def make_plan(region: Region) -> Plan:
    """Fit cells and targets, then rake movers, absentees and, with what is left of the villages, those in place."""
    cells = census_cells(region)
    targets = make_targets(region, cells)
    pools = [build_pool(kind, POOL_SIZES[kind]) for kind in range(len(POOL_SIZES))]
    size_share = targets.size_classes / targets.persons_by_row()[:, :, None]
    prefectures = targets.persons.shape[0]
    weights: list[Floats] = [np.zeros(0)] * len(pools)
    for kind in (SAME_AREA, OTHER_AREA, OTHER_PROVINCE):
        weights[kind] = np.stack(
            [_rake(pools[kind], _shares(targets.ages[:, kind, part]), size_share[:, kind + 1]) for part in (VILLAGE, TOWN)], axis=1
        )
    sizes = value("size_class_share")[ABSENT + 1]
    absent = _rake(pools[ABSENT], _shares(absent_profile()[None]), (sizes / (sizes @ value("size_class_mean")))[None])
    weights[ABSENT] = np.repeat(np.repeat(absent[:, None], 2, axis=1), prefectures, axis=0)

    left = left_behind(region, cells, pools, weights)
    prefecture = np.asarray(region.prefecture_of)
    left_by_prefecture = np.zeros((prefectures, 2 * GROUPS))
    np.add.at(left_by_prefecture, prefecture, left)
    village = targets.ages[:, 0, VILLAGE].reshape(prefectures, -1)
    rest = np.maximum(village - left_by_prefecture, 0.1 * village).reshape(prefectures, 2, GROUPS)
    weights[IN_PLACE] = np.stack(
        [
            _rake(pools[IN_PLACE], _shares(rest), size_share[:, 0]),
            _rake(pools[IN_PLACE], _shares(targets.ages[:, 0, TOWN]), size_share[:, 1]),
        ],
        axis=1,
    )
    mean_size = np.stack([1.0 / w.sum(axis=2) for w in weights])
    alone = [pool.size_class == 0 for pool in pools]
    single = np.stack([w[:, :, one].sum(axis=(1, 2)) / w.sum(axis=(1, 2)) for w, one in zip(weights, alone, strict=True)])
    both = [*pools, *(pool.without_home() for pool in pools)]
    every = Pool(**{f.name: np.concatenate([getattr(pool, f.name) for pool in both]) for f in fields(Pool)})
    first = tuple(int(x) for x in np.concatenate([[0], np.cumsum(POOL_SIZES)]))
    return Plan(cells, targets, every, first, tuple(weights), mean_size, single, left.sum(axis=1))


def _shares(ages: Floats) -> Floats:
    """Turn ages P x sex x 18 into shares; a prefecture without anyone gets even shares."""
    flat = ages.reshape(ages.shape[0], -1)
    sums = flat.sum(axis=1, keepdims=True)
    return np.asarray(np.where(sums > 0, flat / np.maximum(sums, 1e-9), 1.0 / flat.shape[1]))


def _rake(pool: Pool, ages: Floats, sizes: Floats) -> Floats:
    """Return template weights per person, groups x T, so that persons along have the shares `ages` and households come near `sizes`."""
    counts = np.concatenate([pool.along, np.eye(4)[pool.size_class]], axis=1)
    softness = np.concatenate([np.full(2 * GROUPS, PERSON_SOFTNESS), np.full(4, SIZE_SOFTNESS)])
    start = np.full(pool.size, 1.0 / pool.persons_along.sum())
    weights = rake(start, counts, np.concatenate([ages, sizes], axis=1), softness)
    return np.asarray(weights / (weights @ pool.persons_along)[:, None])


def left_behind(region: Region, cells: Cells, pools: list[Pool], weights: list[Floats]) -> Floats:
    """Return the members expected to be left at home, A x 36 (sex x age), in the village part of each origin area."""
    prefecture = np.asarray(region.prefecture_of)
    areas = prefecture.size
    result = np.zeros((areas, 2 * GROUPS))
    for kind in (SAME_AREA, OTHER_AREA, ABSENT):
        per_person = weights[kind] @ pools[kind].home  # P x part x 36
        for part in (VILLAGE, TOWN):
            if kind == ABSENT:
                if part == VILLAGE:
                    result += cells.absent[:, None] * per_person[prefecture, part]
                continue
            here = cells.residents[:, AGRI, kind, part, None] * per_person[prefecture, part]
            result += here if kind == SAME_AREA else origin_shares(cells) @ here
    return result


def origin_shares(cells: Cells) -> Floats:
    """Return the share of each origin among the other-area movers of an area: A origins x A, columns sum to one."""
    sums = cells.flows.sum(axis=0)
    count = sums.size
    return np.asarray(np.where(sums > 0, cells.flows / np.maximum(sums, 1e-9), 1.0 / count))
