"""The checks of the programme: what is asked, what must come out, what came out, and a picture of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from urbsim.engine import rng
from urbsim.engine.stages.choice import log_positive_stable
from urbsim.engine.stages.rationing import ration
from verification.known import (
    START,
    STATES,
    VILLAGE,
    Places,
    children_of_couples,
    deaths_of_a_cohort,
    permits_of_newcomers,
)
from verification.power import Verdict, counts_test, distribution_test

Floats = NDArray[np.float64]
Draw = Callable[[Any], None]


@dataclass
class Check:
    """Hold one check: its question, the closed form, the verdicts by name, and how its picture is drawn and read.

    `exact` counts what must be equal and is, out of how many, where no chance is involved.
    """

    name: str
    title: str
    question: str
    known: str
    reading: str
    draw: Draw
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    exact: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Tell whether nothing was refused."""
        return all(verdict.passed for verdict in self.verdicts.values()) and all(good == all_ for good, all_ in self.exact.values())


def waiting(chance: float, quarters: int) -> Floats:
    """Return the probabilities that an event of this chance a quarter comes in each of `quarters`, and last that it does not."""
    return np.append(chance * (1 - chance) ** np.arange(quarters), (1 - chance) ** quarters)


def grouped(values: Any, edges: list[int]) -> Any:
    """Return the sums of values between edges."""
    return np.add.reduceat(values, edges)


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


AWAY, NEAR = [0.3, 0.0, -0.4, 0.6, 0.1], (0.5, 0.8)


def logit_shares(key: int) -> Check:
    """Compare the shares of one choice of place with the logit."""
    size, verdicts, bars = 200_000, {}, []
    cases = ((0.5, 1.0, "nested, from the village"), (0.999, 1.0, "plain logit, from the village"), (0.5, 0.0, "nested, no cost"))
    for lam, cost, word in cases:
        places = Places(size, key, lam, cost, 0.0, AWAY, NEAR)
        expected = places.choice(VILLAGE)
        places.step(START, everyone=True)
        seen = np.bincount(places.where(), minlength=len(STATES))

        def other(points: float, expected: Floats = expected) -> Floats:
            return expected + points / 100 * np.array([1.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0])

        verdicts[word] = counts_test(seen, expected, other, "points of share between two areas")
        bars.append((word, expected, seen / size))
    softmax = np.exp([value - 1.0 for value in AWAY] + [NEAR[0], NEAR[1] - 1.0])
    np.testing.assert_allclose(Places(1, key, 0.999999, 1.0, 0.0, AWAY, NEAR).choice(VILLAGE), softmax / softmax.sum(), atol=1e-5)

    def draw(axes: Any) -> None:
        width = 0.27
        for k, (word, expected, seen) in enumerate(bars):
            x = np.arange(len(STATES)) + (k - 1) * width
            axes.bar(x, expected, width * 0.9, color=f"C{k}", alpha=0.4, label=f"{word}: closed form")
            axes.plot(x, seen, "k.", ms=5)
        axes.set_xticks(np.arange(len(STATES)), STATES, rotation=20)
        axes.set(ylabel="share of those who choose")
        axes.legend()

    return Check(
        "logit_shares", "Shares of one choice of place",
        f"Do {size:,} households of one village choose seven places as the logit says, nested and plain?",
        "Nested logit: P(nest) exp(V/λ) / Σ exp(V/λ), λ the dissimilarity of places away; at λ = 1 the softmax of V less the cost of a "
        "move.",
        "Black dots (model) sit at the tops of the bars (closed form).", draw, verdicts,
    )  # fmt: skip


def stay_and_return(key: int) -> Check:
    """Let households leave, move on and return at constant hazards."""
    size, quarters = 40_000, 60
    places = Places(size, key, 0.5, 1.0, 0.3, AWAY, NEAR)
    seen, first_left = np.zeros((quarters + 1, len(STATES)), np.int64), np.full(size, quarters)
    seen[0, VILLAGE] = size
    for k in range(quarters):
        places.step(START + k)
        where = places.where()
        seen[k + 1] = np.bincount(where, minlength=len(STATES))
        first_left[(first_left == quarters) & (where != VILLAGE)] = k
    start = np.eye(len(STATES))[VILLAGE]

    def after(q: int, factor: float) -> Floats:
        return start @ np.linalg.matrix_power(places.transition(factor), q)

    verdicts = {
        f"where they live after {q} quarters": counts_test(
            seen[q], after(q, 1.0), lambda size_of, q=q: after(q, 1 + size_of), "of the rate of reconsidering, relative"
        )
        for q in (4, 20, 60)
    }
    leave = float(places.chances[0]) * (1 - places.choice(VILLAGE)[VILLAGE])
    edges = [*range(0, quarters, 6), quarters]

    def times(size_of: float) -> Floats:
        found: Floats = grouped(waiting(leave * (1 + size_of), quarters), edges)
        return found

    counts = np.bincount(first_left, minlength=quarters + 1)
    verdicts["quarter of the first move"] = counts_test(grouped(counts, edges), times(0.0), times, "of the chance to leave, relative")

    def draw(axes: Any) -> None:
        t = np.arange(quarters + 1)
        exact = np.stack([after(int(q), 1.0) for q in t])
        for k, (word, which) in enumerate((("own village", [5]), ("county town", [6]), ("other areas", [0, 1, 2, 3]), ("outside", [4]))):
            axes.plot(t / 4, exact[:, which].sum(axis=1), color=f"C{k}", lw=3, alpha=0.35, label=f"{word}, closed form")
            axes.plot(t[::4] / 4, seen[::4][:, which].sum(axis=1) / size, ".", color=f"C{k}", label=f"{word}, model")
        axes.set(xlabel="years", ylabel="share of the village's households")
        axes.legend(ncol=2)

    return Check(
        "stay_and_return", "Staying, moving on and returning at constant hazards",
        f"Do {size:,} households who begin in their village stay, leave, move on and return as their rates say, over fifteen years?",
        "A Markov chain: π(t) = π(0) M^t, M = (1-a) I + a C, a the chance to reconsider, row s of C the nested logit of who lives at s. "
        "The first move waits geometrically with a (1 - C(village, village)).",
        "Dots lie on the bands through the whole approach to the balance of leaving and returning.", draw, verdicts,
    )  # fmt: skip


def queue(key: int) -> Check:
    """Serve a line with a fixed capacity."""
    luck, areas, capacity, coming, quarters = np.random.default_rng(key), 3, np.array([20, 30, 45]), 30, 40
    area = np.tile(np.repeat(np.arange(areas), coming), quarters)
    since = np.repeat(np.arange(quarters), areas * coming)
    lot, served_at = luck.random(area.size), np.full(area.size, quarters)
    for q in range(quarters):
        line = np.flatnonzero((since <= q) & (served_at == quarters))
        served = ration(area[line], np.zeros(line.size), since[line], lot[line], np.ones(line.size, np.int64), capacity)
        served_at[line[served]] = q
    wanted = np.full(area.size, quarters)
    for a in range(areas):
        mine = np.flatnonzero(area == a)
        order = mine[np.lexsort((lot[mine], since[mine]))]
        turn = np.arange(order.size)
        wanted[order] = np.minimum(np.maximum(turn // capacity[a], since[order]), quarters) if capacity[a] <= coming else since[order]
    score = luck.random(5000)
    top = ration(np.zeros(5000, np.int64), score, np.zeros(5000), luck.random(5000), np.ones(5000, np.int64), np.array([700]))
    best = np.zeros(5000, bool)
    best[np.argsort(-score)[:700]] = True
    exact = {
        "quarter in which each applicant is served": (int((served_at == wanted).sum()), area.size),
        "the 700 with the highest score of 5,000": (int((top == best).sum()), 5000),
    }

    def draw(axes: Any) -> None:
        for a in range(areas):
            mine = (area == a) & (served_at < quarters)
            quarter = np.arange(quarters)
            mean = [np.mean((served_at - since)[mine & (since == q)]) if (mine & (since == q)).any() else np.nan for q in quarter]
            theory = [float(np.mean((wanted - since)[mine & (since == q)])) if (mine & (since == q)).any() else np.nan for q in quarter]
            axes.plot(quarter, theory, color=f"C{a}", lw=3, alpha=0.35, label=f"{coming} come, {capacity[a]} served: theory")
            axes.plot(quarter[::2], mean[::2], ".", color=f"C{a}", label="model")
        axes.set(xlabel="quarter of application", ylabel="mean wait of those served, quarters", ylim=(-1, 22))
        axes.legend(ncol=2, loc="upper left")

    return Check(
        "queue", "A line with a fixed capacity",
        "Is each of 3,600 applicants in three areas served in the very quarter in which a line at a counter would serve them, and are the "
        "first by score the first?",
        "The n-th in line is served in quarter max(floor(n / capacity), quarter of application): the wait grows by arrivals / capacity - 1 "
        "a quarter. By score: the k largest.",
        "Dots lie on the bands until the end of the trial cuts off those who wait longest: a line that gets 30 and serves 20 grows by half "
        "a quarter each quarter; one that serves 30 or more has no wait.", draw, exact=exact,
    )  # fmt: skip


def luck(key: int) -> Check:
    """Test uniforms and positive stable variates."""
    size = 50_000
    streams = {
        "death": (rng.DEATH, 0), "attention": (rng.ATTEND, 0), "choice": (rng.CHOOSE, 1), "place": (rng.PLACE, 0), "lots": (rng.SCHOOL, 0),
    }  # fmt: skip
    verdicts = {}
    ids = np.arange(1, size // 4 + 1, dtype=np.uint64)
    for word, (stream, block) in streams.items():
        values = np.array([rng.draw4(np.uint64(key), stream, identity, 9, block) for identity in ids]).ravel()
        verdicts[f"uniforms of {word}"] = distribution_test(values, stats.uniform.cdf)
    two = np.array([rng.draw4(np.uint64(key), rng.DEATH, identity, 9, 0)[0] for identity in ids])
    later = np.array([rng.draw4(np.uint64(key), rng.DEATH, identity, 10, 0)[0] for identity in ids])
    cells = np.histogram2d(two, later, bins=10, range=[[0, 1], [0, 1]])[0].astype(np.int64).ravel()
    flat = np.full(100, 0.01)
    slope = (np.add.outer(np.arange(10), np.zeros(10)) - 4.5) * (np.arange(10) - 4.5)[None, :]

    def tied(share: float) -> Floats:
        found: Floats = flat * (1 + share * slope.ravel() / 8.25)
        return found

    verdicts["two quarters of one household"] = counts_test(cells, flat, tied, "of correlation between quarters")
    draws = np.random.default_rng(key).random((size, 3))
    index = 0.5
    stable = np.array([log_positive_stable(u, v, index) for u, v in draws[:, :2]])
    gumbels = index * (-np.log(-np.log(draws[:, 2])) + stable)
    verdicts["λ (Gumbel + log positive stable) is Gumbel"] = distribution_test(gumbels, stats.gumbel_r.cdf)

    def draw(axes: Any) -> None:
        ranks = (np.arange(size) + 0.5) / size
        axes.plot([-4, 10], [-4, 10], color="C0", lw=3, alpha=0.35, label="equal")
        axes.plot(stats.gumbel_r.ppf(ranks)[::250], np.sort(gumbels)[::250], "k.", ms=4, label="model")
        axes.set(xlabel="quantiles of the Gumbel distribution", ylabel="quantiles of the choice's luck", xlim=(-3, 10), ylim=(-3, 10))
        axes.legend()

    return Check(
        "luck", "The luck itself",
        "Are the uniforms of five streams uniform, those of one household in two quarters independent, and the luck of the choice Gumbel?",
        "Uniform on (0, 1); λ (e + log S) is Gumbel if e is and S is positive stable of index λ (Cardell 1997).",
        "Dots lie on the line, in the tails too.", draw, verdicts,
    )  # fmt: skip


FLOWS = ("births", "deaths", "arrivals")


def twin(key: int) -> Check:
    """Compare the engine with the reference model, written twice from the same rules."""
    from tests.reference.test_equal import inputs_of, start
    from urbsim.population.registry import HOUSEHOLD_DTYPES
    from urbsim.scenario import load

    engine, reference = start(inputs_of(load("zhejiang_2027"), {}), seed=key)
    exact, series = {"columns of households": [0, 0], "figures of areas": [0, 0]}, []
    for _ in range(12):
        engine.step()
        reference.step()
        rows, mine = engine.households[: engine.n], [household.columns() for household in reference.agents]
        for name in HOUSEHOLD_DTYPES:
            other = np.array([row[name] for row in mine])
            exact["columns of households"][0] += int((rows[name] == other).sum()) if other.size == rows.size else 0
            exact["columns of households"][1] += rows.size
        for name, seen in engine.frame.items():
            exact["figures of areas"][0] += int((np.asarray(seen) == np.asarray(reference.frame[name])).sum())
            exact["figures of areas"][1] += int(np.asarray(seen).size)
        series.append([[float(frame[name].sum()) for name in FLOWS] for frame in (engine.frame, reference.frame)])
    both = np.array(series)

    def draw(axes: Any) -> None:
        for k, word in enumerate(FLOWS):
            axes.plot(both[:, 1, k], color=f"C{k}", lw=3, alpha=0.35, label=f"{word}, reference")
            axes.plot(both[:, 0, k], ".", color=f"C{k}", label=f"{word}, engine")
        axes.set(xlabel="quarter", ylabel="persons", yscale="log")
        axes.legend(ncol=2)

    return Check(
        "twin", "The engine and the reference model",
        "Is the compiled engine the same, household by household and figure by figure, as the model in plain Python (`tests/reference`), "
        "written apart from it?",
        "Both follow the same written rules with the same luck: every column of every household and every figure must be equal.",
        "Dots lie on the bands; the counts below say that nothing differs anywhere, which no picture could.", draw,
        exact={word: (good, all_) for word, (good, all_) in exact.items()},
    )  # fmt: skip


CHECKS: tuple[Callable[[int], Check], ...] = (life_table, couples, permits_wait, stay_and_return, logit_shares, queue, luck, twin)
