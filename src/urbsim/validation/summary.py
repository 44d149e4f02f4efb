"""The short table of hindcasts that ships for the report: this model's error beside that of the best simple extrapolation.

`write` takes it from the stored validations (`urbsim validate`); `src/urbsim/report/data/hindcasts.csv` is read by the report alone.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

TESTS = ("left_out", "later", "changes")
COLUMNS = ("region", "test", "indicator", "level", "points", "error", "best", "best_error", "inside_80")
FILE = Path(__file__).resolve().parents[1] / "report" / "data" / "hindcasts.csv"


def rows_of(region: str, test: str, skill: pd.DataFrame) -> list[dict[str, object]]:
    """Return a row for each indicator and level of one test: mean absolute errors, points of a rate or per cent of a count."""
    rows: list[dict[str, object]] = []
    for (indicator, level), part in skill.groupby(["indicator", "level"], sort=False):
        ours = part[part["method"] == "urbsim"]
        rivals = part[part["method"].str.match(r"B\d$")].sort_values("mean_absolute_error")
        if ours.empty or rivals.empty:
            continue
        own, best = ours.iloc[0], rivals.iloc[0]
        values = (own["points"], own["mean_absolute_error"], best["method"], best["mean_absolute_error"], own["inside_80"])
        rows.append(dict(zip(COLUMNS, (region, test, indicator, level, *values), strict=True)))
    return rows


def write(folder: Path, regions: tuple[str, ...], file: Path = FILE) -> None:
    """Write the table of all regions that have a stored validation in `folder`."""
    rows: list[dict[str, object]] = []
    for region in regions:
        for test in TESTS:
            skill = folder / region / f"skill_{test}.csv"
            if skill.exists():
                rows += rows_of(region, test, pd.read_csv(skill))
    pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(file, index=False, float_format="%.4g", lineterminator="\n")
