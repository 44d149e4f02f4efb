"""Checks of lives alone: deaths and births against closed forms, and waiting for a permit."""

from __future__ import annotations

from typing import Any

import numpy as np

from verification.check import Check, Floats, grouped, waiting
from verification.known import (
    START,
    children_of_couples,
    deaths_of_a_cohort,
    permits_of_newcomers,
)
from verification.power import counts_test


def life_table(key: int) -> Check:
    """Let a closed cohort die by the life table."""
    size, first, last = 30_000, 40, 100
    verdicts, lines = {}, []
    for sex, word in ((0, "men"), (1, "women")):
        died, table = deaths_of_a_cohort(size, sex, key + sex, first, last)
        ages = first + np.arange(died.size) // 4

        def by_age(size_of: float, table: Floats = table, ages: Any = ages) -> Floats:
            chance = table[ages] * (1 + size_of)
            alive = np.concatenate(([1.0], np.cumprod(1 - chance)))
            return np.append(grouped(alive[:-1] * chance, list(range(0, ages.size, 20))), alive[-1])

        seen = np.append(grouped(died, list(range(0, died.size, 20))), size - died.sum())
        verdicts[f"{word}, deaths by five years of age"] = counts_test(seen, by_age(0.0), by_age, "of every chance of dying, relative")
        alive = np.concatenate(([1.0], np.cumprod(1 - table[ages])))
        lines.append((word, first + np.arange(alive.size) / 4, alive, 1 - np.concatenate(([0], np.cumsum(died))) / size))

    def draw(axes: Any) -> None:
        for (word, age, exact, seen), colour in zip(lines, ("C0", "C1"), strict=True):
            axes.plot(age, exact, color=colour, lw=3, alpha=0.35, label=f"{word}, life table")
            axes.plot(age[::8], seen[::8], ".", color=colour, label=f"{word}, model")
        axes.set(xlabel="age", ylabel=f"alive of those who were {first}")
        axes.legend()

    return Check(
        "life_table", "A closed cohort and the life table",
        f"Do {size:,} single people of each sex, {first} years old, die by Zhejiang's table of 2012 until they would be {last}?",
        "Deaths of a quarter are l(x) q(x), l(x) the product of 1 - q over the quarters before.",
        "Dots lie on the bands: the model's survivors are the table's at every age.", draw, verdicts,
    )  # fmt: skip


def couples(key: int) -> Check:
    """Let couples have children at a constant hazard."""
    size, quarters, chance, second = 60_000, 80, 0.03, 0.5
    seen, rows = children_of_couples(size, key, quarters, chance, second)

    def shares(q: int, factor: float) -> Floats:
        b, s = chance * factor, chance * factor * second
        none = (1 - b) ** q
        one = b * ((1 - s) ** q - (1 - b) ** q) / (b - s)
        return np.array([none, one, 1 - none - one])

    verdicts = {
        f"couples by number of children after {q} quarters": counts_test(
            seen[q - 1], shares(q, 1.0), lambda size_of, q=q: shares(q, 1 + size_of), "of the chance of a birth, relative"
        )
        for q in (20, 80)
    }
    first = rows["child1_birth"][rows["child1_birth"] < 32000].astype(int) - START
    counts = np.append(np.bincount(first, minlength=quarters), size - first.size)
    edges = [*range(0, quarters, 8), quarters]

    def times(size_of: float) -> Floats:
        found: Floats = grouped(waiting(chance * (1 + size_of), quarters), edges)
        return found

    verdicts["quarter of the first birth"] = counts_test(grouped(counts, edges), times(0.0), times, "of the chance of a birth, relative")
    girls = int((rows["child1"][rows["child1_birth"] < 32000] & 1).sum())
    verdicts["girls among first children"] = counts_test(
        np.array([girls, first.size - girls]), np.array([0.475, 0.525]), lambda d: np.array([0.475 + d / 100, 0.525 - d / 100]), "points"
    )

    def draw(axes: Any) -> None:
        t = np.arange(quarters + 1)
        exact = np.stack([shares(int(q), 1.0) for q in t])
        for number, word in enumerate(("no child", "one child", "two children")):
            axes.plot(t / 4, exact[:, number], color=f"C{number}", lw=3, alpha=0.35, label=f"{word}, closed form")
            axes.plot(t[4::4] / 4, seen[3::4, number] / size, ".", color=f"C{number}", label=f"{word}, model")
        axes.set(xlabel="years", ylabel="share of couples")
        axes.legend(ncol=2)

    return Check(
        "couples", "Births at a constant hazard",
        f"Do {size:,} couples in which nobody dies have children as a chance of {chance} a quarter says, half of it for a second one?",
        "None: (1-b)^t. One: b ((1-s)^t - (1-b)^t) / (b-s) with s = b/2. The first birth waits geometrically. 110.5 boys per 100 girls.",
        "Dots lie on the bands: couples pass from none to one to two children at the pace that the chances give.", draw, verdicts,
    )  # fmt: skip


def permits_wait(key: int) -> Check:
    """Let newcomers wait for a permit at a constant hazard."""
    size, quarters = 40_000, 24
    kinds = {"unschooled, uninsured": {}, "insured": {"insured": 1, "insured_since": 0}, "senior schooling": {"schooling": 3}}
    verdicts, lines = {}, []
    for k, (word, columns) in enumerate(kinds.items()):
        issued, chance = permits_of_newcomers(size, key + 10 * k, quarters, **columns)
        seen = np.append(issued, size - issued.sum())
        edges = [*range(0, quarters, 3), quarters]

        def times(size_of: float, chance: float = chance, edges: list[int] = edges) -> Floats:
            found: Floats = grouped(waiting(min(chance * (1 + size_of), 1.0), quarters), edges)
            return found

        verdicts[f"{word}: quarter of the permit"] = counts_test(grouped(seen, edges), times(0.0), times, "of the chance, relative")
        lines.append((word, chance, 1 - np.cumsum(issued) / size))

    def draw(axes: Any) -> None:
        t = np.arange(1, quarters + 1)
        for k, (word, chance, left) in enumerate(lines):
            axes.plot(t, (1 - chance) ** t, color=f"C{k}", lw=3, alpha=0.35, label=f"{word}: (1 - {chance:.3f})^t")
            axes.plot(t, left, ".", color=f"C{k}", label=f"{word}, model")
        axes.set(xlabel="quarters since they may", ylabel="without a permit")
        axes.legend()

    return Check(
        "permits", "Waiting for a permit at a constant hazard",
        f"Do {size:,} newcomers of three kinds, all of whom may, take up permits at the rate of their kind?",
        "The wait is geometric with the chance 1 - exp(-(h/4) exp(g2 insured + g3 knows)).",
        "Dots lie on the bands: the rate does not depend on how long one has waited.", draw, verdicts,
    )  # fmt: skip
