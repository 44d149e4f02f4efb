"""Build pools of plausible households, whose weights are then raked to published margins.

A template says who belongs to a household and in which five-year age group each member is; exact ages are drawn later, inside the
group. The pools are part of the model, not of a run: their random numbers have a fixed key.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt

from urbsim.population.assumptions import ABSENT, GROUPS, IN_PLACE, Floats, value
from urbsim.population.registry import SPOUSE_ALONG, SPOUSE_AT_HOME, SPOUSE_NONE

Bytes = npt.NDArray[np.uint8]
NOBODY = 255
POOL_KEY = 20101101  # of the pools; changing it changes every result

# five-year groups with a meaning
TEEN, TWENTY, ADULT_25, SIXTY, OLDEST = 3, 4, 5, 12, 17
PARENT_GAP = 4  # groups between a parent and a child: at least 17 years after exact ages are drawn
OLDEST_MOTHER_GAP = 8  # groups: at most 44 years


@dataclass(frozen=True)
class Pool:
    """Hold T templates; every array is uint8 of length T.

    `*_group` are five-year groups 0..17 or NOBODY; `spouse` as the household column; `child*_home`, `elders_home` 1 if left at home.
    """

    head_group: Bytes
    head_sex: Bytes
    spouse: Bytes
    spouse_group: Bytes
    child1_group: Bytes
    child2_group: Bytes
    child1_girl: Bytes
    child2_girl: Bytes
    child1_home: Bytes
    child2_home: Bytes
    elder1_group: Bytes
    elder2_group: Bytes
    elder1_sex: Bytes
    elder2_sex: Bytes
    elders_home: Bytes

    @property
    def size(self) -> int:
        """Return T."""
        return int(self.head_group.size)

    def _members(self) -> list[tuple[Bytes, Bytes, npt.NDArray[np.bool_]]]:
        """List (group, sex, at home) of the six possible members."""
        never = np.zeros(self.size, dtype=bool)
        return [
            (self.head_group, self.head_sex, never),
            (self.spouse_group, (1 - self.head_sex).astype(np.uint8), self.spouse == SPOUSE_AT_HOME),
            (self.child1_group, self.child1_girl, self.child1_home == 1),
            (self.child2_group, self.child2_girl, self.child2_home == 1),
            (self.elder1_group, self.elder1_sex, self.elders_home == 1),
            (self.elder2_group, self.elder2_sex, self.elders_home == 1),
        ]

    def _count(self, home: bool) -> Floats:
        counts = np.zeros((self.size, 2, GROUPS))
        rows = np.arange(self.size)
        for group, sex, at_home in self._members():
            here = (group != NOBODY) & (at_home == home)
            np.add.at(counts, (rows[here], sex[here], group[here]), 1.0)
        return counts.reshape(self.size, 2 * GROUPS)

    def without_home(self) -> Pool:
        """Return the same households without the members left at home."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        empty = {"spouse": SPOUSE_NONE, "child1_girl": 0, "child2_girl": 0, "child1_home": 0, "child2_home": 0, "elders_home": 0}
        gone = {
            ("spouse", "spouse_group"): self.spouse == SPOUSE_AT_HOME,
            ("child1_group", "child1_girl", "child1_home"): self.child1_home == 1,
            ("child2_group", "child2_girl", "child2_home"): self.child2_home == 1,
            ("elder1_group", "elder2_group", "elders_home"): self.elders_home == 1,
        }
        for names, rows in gone.items():
            for name in names:
                values[name] = np.where(rows, np.uint8(empty.get(name, NOBODY)), values[name]).astype(np.uint8)
        # a second child without a first becomes the first
        alone = (values["child1_group"] == NOBODY) & (values["child2_group"] != NOBODY)
        for kind in ("group", "girl", "home"):
            first, second = values[f"child1_{kind}"], values[f"child2_{kind}"]
            nothing = np.uint8(NOBODY if kind == "group" else 0)
            values[f"child1_{kind}"], values[f"child2_{kind}"] = np.where(alone, second, first), np.where(alone, nothing, second)
        return Pool(**values)

    @cached_property
    def along(self) -> Floats:
        """Count the persons who live with the head: T x 36 (sex x five-year group)."""
        return self._count(home=False)

    @cached_property
    def home(self) -> Floats:
        """Count the persons left at home: T x 36."""
        return self._count(home=True)

    @cached_property
    def persons_along(self) -> Floats:
        """Return the size of the household that lives with the head (T)."""
        return np.asarray(self.along.sum(axis=1))

    @cached_property
    def size_class(self) -> Bytes:
        """Return 0 one person, 1 one generation, 2 two, 3 three or more, of those who live with the head (T)."""
        children = ((self.child1_group != NOBODY) & (self.child1_home == 0)) | ((self.child2_group != NOBODY) & (self.child2_home == 0))
        elders = (self.elder1_group != NOBODY) & (self.elders_home == 0)
        return np.where(self.persons_along == 1, 0, 1 + children.astype(np.uint8) + elders).astype(np.uint8)


def _choose(rng: np.random.Generator, weights: npt.ArrayLike, size: int) -> npt.NDArray[np.int64]:
    cumulated = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.searchsorted(cumulated / cumulated[-1], rng.random(size), side="right")


MARRIED = np.array([0, 0, 0, 0.03, 0.40, 0.82, 0.92, 0.94, 0.94, 0.93, 0.92, 0.90, 0.86, 0.78, 0.68, 0.55, 0.42, 0.28])
"""Share of heads with a living spouse by five-year group, to start [assumption]."""

_HEADS = {
    # weights of head's age groups to start: broad, so that raking finds every age; movers are young
    True: np.array([0, 0, 0, 3, 7, 8, 8, 9, 10, 9, 9, 8, 7, 5.5, 5, 4.5, 3.5, 3]),
    False: np.array([0, 0, 0, 8, 15, 14, 13, 11, 9, 7, 6, 5, 4, 3, 2.5, 2, 1.7, 1.7]),
}


def build_pool(kind: int, size: int) -> Pool:
    """Draw `size` templates for a kind of household (`assumptions.KINDS`).

    Shares of spouses, children and elders along come from the assumptions; ages of members are drawn broadly, since raking sets them.
    """
    rng = np.random.Generator(np.random.Philox(key=[POOL_KEY, kind]))
    groups = _choose(rng, _HEADS[kind == IN_PLACE], size)
    return draw_households(
        rng,
        groups,
        male_heads=0.80 if kind == IN_PLACE else 0.66,
        spouse_along=float(value("spouse_along")[kind]),
        child_along=float(value("child_along")[kind]),
        elder_along=0.30 if kind == IN_PLACE else float(value("elder_along")[kind]),
        elder_at_home=0.0 if kind == IN_PLACE else float(value("elder_at_home")[kind]),
        grown_children=kind in (IN_PLACE, ABSENT),
    )


def draw_households(
    rng: np.random.Generator,
    groups: npt.NDArray[np.int64],
    *,
    male_heads: float,
    spouse_along: float,
    child_along: float,
    elder_along: float,
    elder_at_home: float,
    grown_children: bool,
) -> Pool:
    """Draw one household for each head's five-year group.

    Children are 20-44 years younger than their mother and at most 24; elders 20-34 years older than the head. Without `grown_children`
    children of 20-24 live on their own. Where a spouse stays at home, so does nearly every child.
    """
    n = groups.size
    nobody = np.full(n, NOBODY, dtype=np.int64)
    married = rng.random(n) < MARRIED[groups]
    head_sex = (rng.random(n) >= np.where(married, max(male_heads, 0.8), male_heads - 0.15)).astype(np.int64)
    gap = rng.choice(np.array([-1, 0, 1]), size=n, p=[0.38, 0.52, 0.10])  # wives are two years younger on average
    spouse_group = np.clip(groups + np.where(head_sex == 0, gap, -gap), TEEN, OLDEST)
    spouse_group = np.where(married, spouse_group, nobody)
    together = rng.random(n) < spouse_along
    spouse = np.where(married, np.where(together, SPOUSE_ALONG, SPOUSE_AT_HOME), SPOUSE_NONE)

    mother = np.where(head_sex == 1, groups, np.where(married, spouse_group, groups))
    parent = married | ((groups >= ADULT_25) & (groups < SIZE_OF_PARENTS) & (rng.random(n) < 0.12))
    wanted = np.where(parent, _choose(rng, [0.14, 0.54, 0.32], n), 0)
    first = mother - rng.choice(np.arange(PARENT_GAP, 9), size=n, p=[0.22, 0.42, 0.23, 0.09, 0.04])
    second = np.minimum(first, mother - PARENT_GAP) - rng.choice(np.arange(0, 3), size=n, p=[0.45, 0.40, 0.15])
    oldest_child = TWENTY if grown_children else TEEN
    child1 = np.where((wanted >= 1) & (first >= 0) & (first <= oldest_child), first, nobody)
    late = second < mother - OLDEST_MOTHER_GAP
    child2 = np.where((wanted == 2) & (second >= 0) & (second <= oldest_child) & ~late, second, nobody)
    child1, child2 = np.where(child1 == NOBODY, child2, child1), np.where(child1 == NOBODY, nobody, child2)
    stays = np.where(spouse == SPOUSE_AT_HOME, 0.05, child_along if spouse_along >= 1 else min(1.0, child_along / max(spouse_along, 0.05)))
    same_fate = rng.random(n)
    home1 = (child1 != NOBODY) & (same_fate >= stays)
    home2 = (child2 != NOBODY) & (np.where(rng.random(n) < 0.7, same_fate, rng.random(n)) >= stays)

    can_have = (groups + PARENT_GAP <= OLDEST) & (groups >= TWENTY)
    draw = rng.random(n)
    at_home = (draw >= elder_along) & (draw < elder_along + elder_at_home)
    has_elders = can_have & (draw < elder_along + elder_at_home)
    lift = rng.choice(np.arange(PARENT_GAP, 7), size=n, p=[0.35, 0.42, 0.23])
    elder1 = np.where(has_elders, np.minimum(groups + lift, OLDEST), nobody)
    elder1 = np.where(elder1 >= 8, elder1, nobody)
    both = (elder1 != NOBODY) & (rng.random(n) < 0.45)
    elder2 = np.where(both, np.clip(elder1 + rng.choice(np.array([-1, 0, 1]), size=n), groups + PARENT_GAP, OLDEST), nobody)
    elder1_sex = np.where(both, 0, (rng.random(n) < 0.68).astype(np.int64))
    elder2_sex = np.where(both, 1, 0)

    def as_bytes(values: npt.NDArray[np.generic]) -> Bytes:
        return np.asarray(values).astype(np.uint8)

    order = np.lexsort((mother, groups, head_sex, child1, spouse, elder1))
    drawn = {
        "head_group": groups,
        "head_sex": head_sex,
        "spouse": spouse,
        "spouse_group": spouse_group,
        "child1_group": child1,
        "child2_group": child2,
        "child1_girl": (rng.random(n) < GIRLS) & (child1 != NOBODY),
        "child2_girl": (rng.random(n) < GIRLS) & (child2 != NOBODY),
        "child1_home": home1,
        "child2_home": home2,
        "elder1_group": elder1,
        "elder2_group": elder2,
        "elder1_sex": elder1_sex,
        "elder2_sex": elder2_sex,
        "elders_home": at_home & (elder1 != NOBODY),
    }
    return Pool(**{name: as_bytes(values)[order] for name, values in drawn.items()})


SIZE_OF_PARENTS = 11  # heads without a spouse have children along up to the group 50-54
GIRLS = 0.46  # of children; the sex ratio by age is raked
