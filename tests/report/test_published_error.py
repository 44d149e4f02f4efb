"""The rate's probability: picture, front, sentence and table say the same, and none calls surer what published rates leave open."""

from __future__ import annotations

import pytest
import xarray as xr

from tests.report import material
from urbsim.report.figures.targets import figure_targets
from urbsim.report.sections.answer import sentences, target_sentences, target_table
from urbsim.report.sections.context import Context
from urbsim.results.targets import target_rows
from urbsim.text import Language


def just_above() -> xr.Dataset:
    """Return a result whose four runs all end 0.3 points above the target of the rate, 76 %; the published rate errs by 0.76."""
    result = material.small_result().copy(deep=True)
    at = list(result["indicator"].values).index("urbanization_rate")
    result["indicator_value"][..., at] = 76.3
    result["urbanization_rate"][...] = 76.3
    return result


@pytest.mark.parametrize(
    ("lang", "alone", "error", "front"),
    [
        ("zh", "仅看模拟", "计入公布误差：较可能", "仅看模拟，达到目标的可能性超过 75%，计入公布数字本身的误差后约为 65%（较可能）"),
        ("en", "by the runs alone", "as published: more likely than not",
         "is above 75% by the runs alone and about 65% (more likely than not) with the error of published rates"),
    ],
)  # fmt: skip
def test_both_probabilities_are_told_everywhere(lang: Language, alone: str, error: str, front: str) -> None:
    result = just_above()
    figure = figure_targets(result, lang=lang)
    figure.draw_without_rendering()
    words = {text.get_text(): text.get_window_extent() for text in figure.axes[0].texts}
    assert {alone, error, ">75%", "65%"} <= set(words)
    assert words["65%"].x1 < words[error].x0
    context = Context(result, material.small_region(), material.scenario(), lang=lang)
    assert front in sentences(context)[0]
    *groups, last = target_sentences(context)
    assert "65%" in last
    assert [i for i, group in enumerate(groups) if context.indicators[0].name in group] == [1]  # open, not very likely
    row = target_table(context).rows[0].cells
    assert row[-2:] == (">75%", "65%")


def test_a_single_run_meets_a_target_or_misses_it_and_has_no_probability() -> None:
    single = just_above().isel(draw=[0], replicate=[0])
    words = {text.get_text() for text in figure_targets(single, lang="zh").axes[0].texts}
    assert "达到" in words
    context = Context(single, material.small_region(), material.scenario(), lang="zh")
    assert sentences(context)[0].endswith("规划目标为 76.0%，这次模拟达到了。")
    words |= set(target_sentences(context)) | {cell for row in target_table(context).rows for cell in row.cells[-2:]}
    assert not [said for said in words if "可能" in said.replace("达到目标的可能", "") or said.endswith("%")]
    assert not [row for row in target_rows(single) if row.as_published == row.as_published]
