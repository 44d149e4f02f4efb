"""Tables of a search, and the scenario files that repeat its points."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from urbsim.search.evaluate import BASE
from urbsim.search.optimise import Search, Trial

if TYPE_CHECKING:
    import pandas as pd

POINTS = "points"


def point_file(trial: Trial) -> str:
    """Return where the folder keeps the scenario of a point."""
    return f"{POINTS}/{trial.number:04d}.yaml"


def command(trial: Trial) -> str:
    """Return the command that repeats a point against the base from within the folder; every number stands in the files."""
    return f"urbsim compare {BASE} {point_file(trial)}"


def write_points(search: Search, folder: Path) -> None:
    """Write the scenario of every point of the front into `folder`; raises OSError."""
    (folder / POINTS).mkdir(exist_ok=True)
    for trial in search.front:
        (folder / point_file(trial)).write_text(search.goal.scenario(trial.values).resolved_yaml(), encoding="utf-8")


def trial_table(search: Search, trials: tuple[Trial, ...], commands: bool = False) -> pd.DataFrame:
    """Return trials in long columns: factors, cost (yuan, against the base), probability and median by target, probability of all."""
    import pandas as pd

    return pd.DataFrame([_row(search, trial) | ({"command": command(trial)} if commands else {}) for trial in trials])


def _row(search: Search, trial: Trial) -> dict[str, Any]:
    found = trial.found
    row: dict[str, Any] = {"trial": trial.number}
    row |= {factor.name: value for factor, value in zip(search.goal.factors, trial.values, strict=True)}
    row |= {"cost": found.cost, "cost_low_80": found.cost_low, "cost_high_80": found.cost_high, "probability_of_all": found.together}
    for target, met, median in zip(search.goal.targets, found.met, found.medians, strict=True):
        row |= {f"{target.quantity} probability": met, f"{target.quantity} median": median}
    return row | {"shortfall": found.shortfall, "within_budget": trial.affordable}
