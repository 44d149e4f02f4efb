"""Why the runs differ in 2027, and what a package of policy does: parameters, chance, inputs, structure.

* *parameters*: the variance between members less the chance in it
* *chance*: the mean variance between replicates of a member; it is that of the weight of the runs, and falls with the weight
* *inputs*: the variance over runs of the best member with wages, rents, prices, possible migrants and births after 2022 drawn from judged
  ranges (`runs.INPUTS`), under one luck
* *structure*: members run again with a mechanism switched off and their constants solved anew (`runs.VARIANTS`): the shift of the mean. A
  variant is a scenario with parameters set; it is no better account of the world, and nobody has drawn it from a distribution
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from urbsim.validation.baselines import Floats
from urbsim.validation.runs import VARIANTS, baseline
from urbsim.validation.tasks import Kept, Task

WITHOUT = {"zhejiang": "zhejiang_frozen_2022", "fujian": "fujian_without_2019", "xuchang": "xuchang_frozen_2023"}
CHANCE_DRAWS, REPLICATES, INPUT_RUNS, VARIANT_DRAWS = 4, 4, 16, 8
LAST = 2027 - 2010
QUANTITIES = {
    "urbanization_rate": "resident urbanization rate 2027, %",
    "urbanization_change": "its change 2022-2027, points",
    "hukou_urbanization_rate": "registered urbanization rate 2027, %",
    "residents": "residents 2027, millions",
    "settled": "settled 2023-2027, millions",
}


def read(run: dict[str, Any]) -> Floats:
    """Return the quantities of `QUANTITIES` of a run."""
    people, town = run["residents"].sum(axis=(1, 2)).astype(float), run["residents"][:, :, 1].sum(axis=1)
    rate = 100.0 * town / people
    hukou = 100.0 * run["hukou"][LAST, 1] / run["hukou"][LAST, 0]
    settled = float(run["settled"][LAST - 4 : LAST + 1].sum()) / 1e6
    return np.array([rate[LAST], rate[LAST] - rate[LAST - 5], hukou, people[LAST] / 1e6, settled])


def tasks(region: str, draws: int) -> tuple[list[Task], list[Task], list[Task]]:
    """Return the runs that need nothing else, the refits, and the runs of the variants."""
    few, chance = min(VARIANT_DRAWS, draws), min(CHANCE_DRAWS, draws)
    plain = [Task("other", region, draw, (WITHOUT[region],)) for draw in range(draws)]
    plain += [Task("chance", region, draw, (f"{r}",)) for draw in range(chance) for r in range(1, REPLICATES)]
    plain += [Task("inputs", region, 0, (f"{k:02d}",)) for k in range(INPUT_RUNS)]
    refits = [Task("refit", region, draw, (name,)) for name in VARIANTS for draw in range(few)]
    variants = [
        Task("variant", region, draw, (name, scenario)) for name in VARIANTS for scenario in (baseline(region).name, WITHOUT[region])
        for draw in range(few)
    ]  # fmt: skip
    return plain, refits, variants


def explain(region: str, kept: Kept, draws: int) -> pd.DataFrame:
    """Return one row a quantity and part: standard deviation (of a variant: shift of the mean), share of the runs' variance."""
    few, chance = min(VARIANT_DRAWS, draws), min(CHANCE_DRAWS, draws)
    base = np.stack([read(kept.get(Task("base", region, draw))) for draw in range(draws)])
    luck = [
        np.stack([base[draw], *(read(kept.get(Task("chance", region, draw, (f"{r}",)))) for r in range(1, REPLICATES))])
        for draw in range(chance)
    ]
    inputs = np.stack([read(kept.get(Task("inputs", region, 0, (f"{k:02d}",)))) for k in range(INPUT_RUNS)])
    by_chance = np.mean([group.var(axis=0, ddof=1) for group in luck], axis=0)
    by_parameters = np.maximum(base.var(axis=0, ddof=1) - by_chance, 0.0)
    by_inputs = inputs.var(axis=0, ddof=1)  # one luck in all of these runs
    total = by_parameters + by_chance + by_inputs
    rows = []
    for k, quantity in enumerate(QUANTITIES):
        rows.append(_part(quantity, "all", base[:, k].mean(), np.sqrt(total[k]), 1.0, draws))
        for name, variance, runs in (
            ("parameters", by_parameters, draws), ("chance", by_chance, chance * REPLICATES), ("inputs", by_inputs, INPUT_RUNS),
        ):  # fmt: skip
            rows.append(_part(quantity, name, np.nan, np.sqrt(variance[k]), variance[k] / max(total[k], 1e-12), runs))
        for name in VARIANTS:
            again = np.stack([read(kept.get(Task("variant", region, draw, (name, baseline(region).name)))) for draw in range(few)])
            shift = again[:, k] - base[:few, k]
            rows.append(_part(quantity, f"structure: {name}", shift.mean(), shift.std(ddof=1) if few > 1 else np.nan, np.nan, few))
    return pd.DataFrame(rows)


def _part(quantity: str, part: str, mean: float, sd: float, share: float, runs: int) -> dict[str, Any]:
    return {"quantity": quantity, "part": part, "mean_or_shift": mean, "sd": sd, "share_of_variance": share, "runs": runs}


def effects(region: str, kept: Kept, draws: int) -> pd.DataFrame:
    """Return the effect of the package (rules in force less the counterfactual) in 2027, by structure, with intervals over draws."""
    few, rows = min(VARIANT_DRAWS, draws), []
    scenario, without = baseline(region).name, WITHOUT[region]
    pairs = {"as built": [(Task("base", region, d), Task("other", region, d, (without,))) for d in range(draws)]}
    pairs["as built, same draws"] = pairs["as built"][:few]
    for name in VARIANTS:
        pairs[name] = [tuple(Task("variant", region, d, (name, s)) for s in (scenario, without)) for d in range(few)]  # type: ignore[misc]
    for structure, group in pairs.items():
        found = np.stack([read(kept.get(one)) - read(kept.get(other)) for one, other in group])
        for k, quantity in enumerate(QUANTITIES):
            values = found[:, k]
            q = np.quantile(values, [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
            rows.append(
                {"structure": structure, "quantity": quantity, "draws": len(group), "mean": values.mean(),
                 **dict(zip(("q025", "q10", "q25", "q50", "q75", "q90", "q975"), q, strict=True)),
                 "probability_of_sign": float(max((values > 0).mean(), (values < 0).mean()))}
            )  # fmt: skip
    return pd.DataFrame(rows)
