"""The points of a study's design: one row for each combination, one column for each factor, NaN where it stays as in the base.

Points are counted before any is made, so that a design of a thousand million is refused at once.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from urbsim.errors import Problem
from urbsim.experiments.study import NAN, Study
from urbsim.text import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_RUNS = 1_000_000
FEWER_RUNS = Text(
    zh=f"一次最多 {MOST_RUNS:,} 次；请减小 n、少列几个值，或用 latin_hypercube",
    en=f"At most {MOST_RUNS:,} in one sweep: a smaller n, fewer values, or latin_hypercube instead of a grid",
)
STEPS = {"grid": 3, "one_at_a_time": 2}  # values of a range, if the design has no n


def size(study: Study) -> int:
    """Return the number of points, without making them."""
    if study.kind == "list":
        return len(study.rows)
    if study.kind == "latin_hypercube":
        return study.n or 0
    if study.kind == "sobol":
        return (study.n or 0) * (len(study.factors) + 2)
    counts = [factor.count(_steps(study)) for factor in study.factors]
    if study.kind == "one_at_a_time":
        return 1 + sum(counts)
    total = 1
    for count in counts:
        total *= count
    return total


def runs_of(study: Study) -> int:
    """Return the number of runs of a study: points × draws × replicates."""
    run = study.base.run
    return size(study) * run.draws * run.replicates


def too_many(study: Study) -> list[Problem]:
    """Return what is wrong with a design of more runs than a sweep takes."""
    runs = runs_of(study)
    if runs <= MOST_RUNS:
        return []
    message = Text(f"设计太大：共 {runs:,} 次运行。", f"The design is too big: {runs:,} runs.")
    return [Problem(message, file=study.file, hint=FEWER_RUNS)]


def points(study: Study) -> NDArray[np.float64]:
    """Return the points, float64[size, factors].

    A grid counts up its last factor first. One at a time: point 0 is the base, then each factor takes its values (of a range, from the
    low to the high end) while the others stay as in the base. Sobol: Saltelli's scheme for first and total indices, as
    `SALib.analyze.sobol.analyze(..., calc_second_order=False)` wants it, `n` × (factors + 2) points. Latin hypercube: `n` points, one in
    each of `n` equally likely parts of every factor.
    """
    import numpy as np

    factors = study.factors
    if study.kind == "list":
        return np.array(study.rows, dtype=np.float64).reshape(-1, len(factors))
    if study.kind == "grid":
        return np.array(list(itertools.product(*(factor.steps(_steps(study)) for factor in factors))), dtype=np.float64)
    if study.kind == "one_at_a_time":
        rows = [[NAN] * len(factors)]
        for k, factor in enumerate(factors):
            rows += [[value if j == k else NAN for j in range(len(factors))] for value in factor.steps(_steps(study))]
        return np.array(rows, dtype=np.float64)
    shares = unit_points(study)
    return np.array([[factor.at(float(u)) for factor, u in zip(factors, row, strict=True)] for row in shares], dtype=np.float64)


def unit_points(study: Study) -> NDArray[np.float64]:
    """Return the points of a sampled design (Latin hypercube, Sobol) in the unit cube, float64[size, factors]."""
    import numpy as np

    count, dimensions = study.n or 0, len(study.factors)
    if study.kind == "sobol":
        from SALib.sample import sobol

        problem = {"num_vars": dimensions, "names": [f.name for f in study.factors], "bounds": [[0.0, 1.0]] * dimensions}
        found: NDArray[np.float64] = sobol.sample(problem, count, calc_second_order=False, seed=study.seed)
        return found
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(dimensions, rng=np.random.default_rng(study.seed)).random(count), dtype=np.float64)


def _steps(study: Study) -> int:
    return study.n or STEPS[study.kind]
