"""Checks of what serves all stages: lines, luck, and the engine against the reference model."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from urbsim.engine import rng
from urbsim.engine.stages.choice import log_positive_stable
from urbsim.engine.stages.rationing import ration
from verification.check import Check, Floats
from verification.power import counts_test, distribution_test


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
