"""Give every area its town-born residents by sex and year of birth, so that the census totals are met to the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from urbsim.population import ipf
from urbsim.population.assumptions import GROUPS, Floats
from urbsim.population.cells import NONAGRI
from urbsim.population.ipf import Ints
from urbsim.population.plan import Plan
from urbsim.population.sampling import Drawn

if TYPE_CHECKING:
    from urbsim.regions import Region

YEARS = 101


def fit_town_born(region: Region, plan: Plan, drawn: Drawn, weight: int) -> Ints:
    """Return the town-born, A x part (village, town) x sex x 101; index k is the birth year 2010 - k (100: 1910 or before).

    Row sums: residents of the area's part less the members of its households times the weight, exact. Column sums: the prefecture's
    persons by sex and five-year group less the households' members, exact wherever that is not negative; the rest is shared in proportion.
    Inside a five-year group single years follow the region's profile of the part.
    """
    total, town = np.asarray(region.residents_2010, dtype=np.int64), np.asarray(region.town_2010, dtype=np.int64)
    members = drawn.along.copy()
    members[:, 0] += drawn.home
    persons = np.rint(members).astype(np.int64) * weight  # A x part x 36
    of_part = np.stack([total - town, town], axis=1) - persons.sum(axis=2)
    prefecture = np.asarray(region.prefecture_of)
    groups = np.zeros((prefecture.size, 2, 2 * GROUPS), dtype=np.int64)
    published = np.asarray(region.age_2010, dtype=np.float64).reshape(-1, 2 * GROUPS)
    for index in range(plan.targets.persons.shape[0]):
        inside = np.flatnonzero(prefecture == index)
        rows = of_part[inside].reshape(-1)
        asked = ipf.largest_remainder(published[index], int(total[inside].sum())) - persons[inside].sum(axis=(0, 1))
        columns = ipf.largest_remainder(np.maximum(asked, 0), int(rows.sum()))
        profile = plan.targets.ages[index, 4].reshape(2, 2 * GROUPS)
        start = np.tile(profile, (inside.size, 1)) * rows[:, None]
        start += 1e-6 * (rows[:, None] > 0)
        fitted = ipf.fit(start, [((1,), columns), ((0,), rows)], tolerance=0.01, max_rounds=200).table
        groups[inside] = ipf.round_two_way(fitted, rows, columns).reshape(inside.size, 2, 2 * GROUPS)
    return split_years(groups.reshape(-1, 2, 2, GROUPS), np.asarray(region.age_part_2010, dtype=np.float64))


def split_years(groups: Ints, age_part: Floats) -> Ints:
    """Split five-year groups (A x part x sex x 18) to single years (... x 101) by the region's profile of each part and sex."""
    single = np.stack([age_part[2], age_part[0] + age_part[1]])
    result = np.zeros((*groups.shape[:-1], YEARS), dtype=np.int64)
    for group in range(GROUPS):
        years = slice(5 * group, YEARS if group == GROUPS - 1 else 5 * group + 5)
        profile = np.broadcast_to(np.maximum(single[:, :, years], 1e-9), (*groups.shape[:-1], single[:, :, years].shape[-1]))
        result[..., years] = ipf.largest_remainder(profile, groups[..., group])
    return result


def town_born_by_class(region: Region, plan: Plan, town_born: Ints, agents: Ints) -> Ints:
    """Return the census movers among the town-born, A x 3 (same area, other area, other province).

    They are the census counts less the households' members (`agents`, A x 3, persons); where rounding leaves less than nothing or more
    than there are town-born, it is cut.
    """
    census = np.stack([region.same_area_2010, region.other_area_2010, region.other_province_2010], axis=1).astype(np.int64)
    left = np.maximum(census - agents, 0)
    have: Ints = town_born.sum(axis=(1, 2, 3))
    expected = plan.cells.residents[:, NONAGRI, 1:4].sum(axis=2)
    over = left.sum(axis=1) > have
    if over.any():
        left[over] = ipf.largest_remainder(np.maximum(expected[over], 1e-9), have[over])
    return np.asarray(left)
