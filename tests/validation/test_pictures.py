"""Pictures of a validation speak Chinese and English at once, and know everything that a table can hold."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text as Words

from urbsim.report.sections.hindcast import BASELINES, NAMES
from urbsim.validation import pictures, spread
from urbsim.validation.runs import VARIANTS

METHODS = ("urbsim", "urbsim_bare", "ruler", *BASELINES)
GROUPS = [(name, level) for name in NAMES for level in pictures.LEVELS]
ROWS = [
    {"indicator": name, "level": level, "method": method, "points": 3, "skill_of_urbsim": 0.2, "skill_low": -0.1, "skill_high": 2.0,
     "pit": 0.3, "observed": 50.0 + i, "median": 52.0}
    for name, level in GROUPS for i, method in enumerate(METHODS)
]  # fmt: skip
PARTS = ("all", "parameters", "chance", "inputs", *(f"structure: {name}" for name in VARIANTS))
SPREAD = [{"quantity": name, "part": part, "sd": 0.2, "mean_or_shift": 0.1} for name in spread.QUANTITIES for part in PARTS]
PROJECTION = [
    {"area": "here", "indicator": "urbanization_rate", "band": band, "year": year, "q025": 68, "q10": 69, "q50": 70, "q90": 71, "q975": 72}
    for band in ("ensemble", "predictive") for year in range(2023, 2028)
]  # fmt: skip


@pytest.mark.parametrize(
    "build",
    [
        lambda: pictures.figure_skill(pd.DataFrame(ROWS)),
        lambda: pictures.figure_pit(pd.DataFrame(ROWS)),
        lambda: pictures.figure_forecasts(pd.DataFrame(ROWS)),
        lambda: pictures.figure_spread(pd.DataFrame(SPREAD)),
        lambda: pictures.figure_projection(pd.DataFrame(PROJECTION), "here"),
    ],
    ids=["skill", "pit", "forecasts", "spread", "projection"],
)
def test_every_text_is_in_both_languages(build: Callable[[], Figure]) -> None:
    figure = build()
    figure.draw_without_rendering()  # a sign that the font lacks is a warning, and so an error
    words = [one.get_text() for one in figure.findobj(Words) if one.get_visible() and re.search(r"[a-z]{2}", one.get_text())]
    alone = {text for text in words if not re.search("[\u4e00-\u9fff]", text)}
    assert alone <= {"urbsim", "bare", "ruler"}  # names of methods, explained below the picture
    assert len(words) - len(alone) >= 4
