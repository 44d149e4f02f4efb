"""Set the targets that households are raked to: ages, household sizes and schooling of every class of residents, by prefecture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from urbsim.population import ipf
from urbsim.population.assumptions import GROUPS, OTHER_PROVINCE, Floats, value
from urbsim.population.cells import AGRI, NONAGRI, Cells
from urbsim.population.registry import TOWN, VILLAGE

if TYPE_CHECKING:
    from urbsim.regions import Region


@dataclass(frozen=True)
class Targets:
    """Hold what is asked of the people of each prefecture (P), in persons or households.

    The five classes are the agricultural residents by census class (local, same area, other area, other province) and the town-born.
    `persons`: P x 5 x part. `ages`: P x 5 x part x sex x 18. `size_classes`: P x 6 x 4, households by size class of in place village, in
    place town, same area, other area, other province, town-born. `schooling`: P x 7 x sex x 18 x 5, shares of levels by the rows of the
    assumption `schooling_odds`. `tenure`: P x 5 rows (in place, same area, other area, other province, town-born) x 5, households by
    employer's or collective, rented, purchased, self-built, other. `part_ages`: part x sex x 18, persons of the region. `error`: largest
    difference between ages asked and fitted, persons.
    """

    persons: Floats
    ages: Floats
    size_classes: Floats
    schooling: Floats
    tenure: Floats
    part_ages: Floats
    error: float

    def persons_by_row(self) -> Floats:
        """Return persons by the rows of `size_classes`: P x 6."""
        return np.stack(
            [self.persons[:, 0, VILLAGE], self.persons[:, 0, TOWN], *(self.persons[:, k].sum(axis=1) for k in range(1, 5))], axis=1
        )


def group_ages(single: Floats) -> Floats:
    """Sum single years 0..100 on the last axis into the 18 five-year groups.

    >>> group_ages(np.ones(101)).tolist()[-2:]
    [5.0, 16.0]
    """
    starts = np.arange(0, 5 * GROUPS, 5)
    return np.asarray(np.add.reduceat(single, starts, axis=-1))


def make_targets(region: Region, cells: Cells) -> Targets:
    """Fit all targets of a region."""
    prefecture = np.asarray(region.prefecture_of, dtype=np.int64)
    count = len(region.prefecture_codes)
    agri = cells.residents[:, AGRI]
    town_born = cells.residents[:, NONAGRI].sum(axis=1, keepdims=True)
    persons = np.zeros((count, 5, 2))
    np.add.at(persons, prefecture, np.concatenate([agri, town_born], axis=1))
    part_ages = _part_ages(region, persons.sum(axis=(0, 1)))
    ages, error = _class_ages(region, persons, part_ages)
    size_classes = _size_classes(region, persons)
    return Targets(persons, ages, size_classes, _schooling(region, ages), _tenure(region, size_classes), part_ages, error)


def _scaled_ages(region: Region, persons: Floats) -> Floats:
    """Return the published ages P x 2 x 18, scaled to the residents of the areas (they differ by rounding or by boundary at most)."""
    ages = np.asarray(region.age_2010, dtype=np.float64)
    return np.asarray(ages * (persons / ages.sum(axis=(1, 2)))[:, None, None])


def _part_ages(region: Region, part_persons: Floats) -> Floats:
    """Fit the profiles of villages and of cities and towns to the region's ages and part totals: part x sex x 18."""
    single = np.asarray(region.age_part_2010, dtype=np.float64)
    start = group_ages(np.stack([single[2], single[0] + single[1]]))
    ages = np.asarray(region.age_2010, dtype=np.float64).sum(axis=0)
    ages *= part_persons.sum() / ages.sum()
    return ipf.fit(start, [((0,), part_persons), ((1, 2), ages)], tolerance=1.0).table


def mover_profiles() -> Floats:
    """Return the starting age profiles of same area, other area, other province: 3 x sex x 18, each summing to one.

    They follow the cohorts' gain from 2010 to 2020 at their 2020 ages (see the assumptions), which peaks at 20-34: the mean stay was about
    five years, so that those who came at the ages of the middle of the decade are found about five years older.
    """
    profiles = np.stack([value("mover_ages_inside"), value("mover_ages_inside"), value("mover_ages_outside")])
    men = np.asarray(_male_shares()[1:4])
    profiles = profiles / profiles.sum(axis=2, keepdims=True)
    return np.asarray(profiles * np.stack([men, 1.0 - men], axis=1)[:, :, None])


def _male_shares() -> list[float]:
    return [share if np.isfinite(share) else 0.5 for share in value("male_share")]


def absent_profile() -> Floats:
    """Return the age profile of absentees outside the region: sex x 18, sum one, the shape of movers from other provinces."""
    profile = value("mover_ages_outside")
    profile = profile / profile.sum(axis=1, keepdims=True)
    men = _male_shares()[-1]
    return np.asarray(profile * np.array([[men], [1.0 - men]]))


def _class_ages(region: Region, persons: Floats, part_ages: Floats) -> tuple[Floats, float]:
    """Fit ages by class to the classes' persons, to the prefectures' ages and to the region's profiles of villages and towns.

    Start: movers by their profile; locals and town-born alike by what movers leave of the part's profile (at least a quarter of it).
    """
    movers = mover_profiles()[:, None] * persons.sum(axis=0)[1:4, :, None, None]
    left = np.maximum(part_ages - movers.sum(axis=0), 0.25 * part_ages)
    left = left / left.sum(axis=(1, 2), keepdims=True)
    profiles = np.concatenate([left[None], np.repeat(mover_profiles()[:, None], 2, axis=1), left[None]])
    start = persons[:, :, :, None, None] * profiles[None]
    ages = _scaled_ages(region, persons.sum(axis=(1, 2)))
    # three margins, the last two over the same ages: they agree only if the region's ages are the sum of its prefectures'
    part_target = ipf.fit(part_ages, [((0,), persons.sum(axis=(0, 1))), ((1, 2), ages.sum(axis=0))], tolerance=1e-3).table
    result = ipf.fit(start, [((2, 3, 4), part_target), ((0, 3, 4), ages), ((0, 1, 2), persons)], tolerance=1.0, max_rounds=300)
    return result.table, result.error


def collective_residents(region: Region) -> Floats:
    """Return residents of collective households (dormitories, sites, schools): residents - household population, P."""
    prefecture, residents = np.asarray(region.prefecture_of), np.asarray(region.residents_2010, dtype=np.float64)
    in_families = np.asarray(region.household_size_2010, dtype=np.float64)[:, 2]
    return np.maximum(np.bincount(prefecture, residents, len(region.prefecture_codes)) - in_families, 0.0)


def published_size_classes(region: Region) -> Floats:
    """Return households by size class, P x 4, with residents of collective households as one-person households.

    Source: households of one person and by generations. Collective residents = residents - household population.
    """
    one = np.asarray(region.household_size_2010, dtype=np.float64)[:, 1]
    generations = np.asarray(region.household_generations_2010, dtype=np.float64)
    collective = collective_residents(region)
    return np.stack([one + collective, np.maximum(generations[:, 0] - one, 0.0), generations[:, 1], generations[:, 2:].sum(axis=1)], axis=1)


def _size_classes(region: Region, persons: Floats) -> Floats:
    """Fit the classes' starting shares of size classes to the prefecture's households (a class's households by its starting mean size)."""
    shares = np.concatenate([value("size_class_share")[:5], value("size_class_share_town_born")[None]])
    by_class = np.stack(
        [
            persons[:, 0, VILLAGE],
            persons[:, 0, TOWN],
            *(persons[:, k].sum(axis=1) for k in (1, 2, OTHER_PROVINCE)),
            persons[:, 4].sum(axis=1),
        ],
        axis=1,
    )
    households = by_class / (shares @ value("size_class_mean"))
    published = published_size_classes(region)
    households *= (published.sum(axis=1) / households.sum(axis=1))[:, None]
    start = households[:, :, None] * shares
    return ipf.fit(start, [((0, 1), households), ((0, 2), published)], tolerance=0.5, max_rounds=300).table


def _schooling(region: Region, ages: Floats) -> Floats:
    """Fit levels by class, sex and age to the prefecture's persons of six and over by level; return shares.

    Of the group 5-9 four fifths are six or older. Shares of levels that a class cannot have at an age stay zero.
    """
    rows = np.concatenate(
        [ages[:, 0, VILLAGE, None], ages[:, 0, TOWN, None], ages[:, 1:4].sum(axis=2), ages[:, 4].sum(axis=1)[:, None]], axis=1
    )
    odds = value("schooling_odds")[[0, 1, 2, 3, 4, 6]]
    pattern = np.repeat(value("schooling_by_age")[None], 2, axis=0)
    pattern[1, 5:, 0] *= float(value("schooling_women_primary"))
    shares = pattern[None] * odds[:, None, None, :]
    shares = shares / shares.sum(axis=-1, keepdims=True)
    persons = rows.copy()
    persons[..., 0] = 0.0
    persons[..., 1] *= 0.8
    published = np.asarray(region.education_2010, dtype=np.float64)
    published = published * (persons.sum(axis=(1, 2, 3)) / published.sum(axis=1))[:, None]
    result = ipf.fit(persons[..., None] * shares[None], [((0, 4), published), ((0, 1, 2, 3), persons)], tolerance=1.0, max_rounds=200).table
    sums = result.sum(axis=-1, keepdims=True)
    fitted = np.where(sums > 0, result / np.maximum(sums, 1e-12), shares[None])
    absent = fitted[:, 2:3]  # absentees school like same-area movers
    return np.concatenate([fitted[:, :5], absent, fitted[:, 5:]], axis=1)


def _tenure(region: Region, size_classes: Floats) -> Floats:
    """Fit tenure by class to the sampled households' tenure (blown up to all) with collective residents as the employer's column."""
    households = size_classes.sum(axis=2)
    households = np.concatenate([households[:, :2].sum(axis=1, keepdims=True), households[:, 2:]], axis=1)
    sample = np.asarray(region.tenure_2010, dtype=np.float64)
    families = np.asarray(region.household_size_2010, dtype=np.float64)[:, 0]
    built, bought, rented, other = sample[:, 0], sample[:, 1], sample[:, 2], sample[:, 3:].sum(axis=1)
    published = np.stack([rented, bought, built, other], axis=1) * (families / sample.sum(axis=1))[:, None]
    columns = np.concatenate([collective_residents(region)[:, None], published], axis=1)
    columns *= (households.sum(axis=1) / columns.sum(axis=1))[:, None]
    start = households[:, :, None] * value("tenure_start")
    return ipf.fit(start, [((0, 1), households), ((0, 2), columns)], tolerance=0.5, max_rounds=300).table
