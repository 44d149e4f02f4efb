"""Checks of choice: shares of places and who stays or returns against closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np

from verification.check import Check, Floats, grouped, waiting
from verification.known import (
    START,
    STATES,
    VILLAGE,
    Places,
)
from verification.power import counts_test

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
