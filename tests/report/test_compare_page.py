"""The report on a comparison: differences, how sure their sign is, what is an assumption."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tests.report import material
from tests.report.test_page import Reader
from urbsim.experiments.differences import differences
from urbsim.report.compare_page import write_compare_report
from urbsim.report.figures.compare import EFFECTS, available, figure_difference_map, figure_differences
from urbsim.report.sections.compared import Comparison, differing, kind_of, section_answer
from urbsim.scenario import load

NAMES = ("hangzhou_open", "money_follows_people")


@pytest.fixture(scope="module", name="changes")
def _changes() -> xr.Dataset:
    base = material.result()
    same, other = base.copy(deep=True), material.changed(base, hukou_urbanization_rate=1.25, urbanization_rate=-0.5)
    return differences(base, dict(zip(NAMES, (other, same), strict=True)), "zhejiang_2027")


@pytest.fixture(scope="module", name="scenarios")
def _scenarios() -> dict[str, Any]:
    return {name: load(name) for name in NAMES}


def _comparison(changes: xr.Dataset, scenarios: dict[str, Any], **more: Any) -> Comparison:
    return Comparison(changes, material.region(), material.scenario(), scenarios, **more)


def test_only_values_that_differ_from_the_base_are_listed(changes: xr.Dataset, scenarios: dict[str, Any]) -> None:
    entries = differing(_comparison(changes, scenarios), "hangzhou_open")
    assert entries
    assert {entry.areas for entry in entries} == {("hangzhou_core",)}
    assert len(entries) < 40


def test_differences_and_their_signs_are_told(changes: xr.Dataset, scenarios: dict[str, Any]) -> None:
    section = section_answer(_comparison(changes, scenarios, lang="en"))
    (table,) = [block for block in section.blocks if block.kind == "table"]
    rows = {row.cells[:2]: row.cells[2:] for row in table.rows}
    title = scenarios["hangzhou_open"].title.en
    assert rows[title, "hukou urbanization rate"][:5] == ("+1.25 points", *3 * ("+1.25 to +1.25",), ">67%")
    assert rows[title, "resident urbanization rate"][0] == "−0.50 points"
    same = scenarios["money_follows_people"].title.en
    assert {cells[4] for (name, _), cells in rows.items() if name == same} == {"no difference"}


def test_results_resting_on_assumptions_are_called_so(changes: xr.Dataset, scenarios: dict[str, Any]) -> None:
    plain = _comparison(changes, scenarios, lang="en")
    assert kind_of(plain, "hangzhou_open", "settled") == "partly assumption"
    shared = _comparison(changes, scenarios, lang="en", assumption_share={"hangzhou_open": {"settled": 0.7, "cost": 0.2}})
    assert kind_of(shared, "hangzhou_open", "settled").startswith("assumption (70")
    assert kind_of(shared, "hangzhou_open", "cost").startswith("model result (20")


def test_no_levers_that_differ_is_no_assumption(changes: xr.Dataset) -> None:
    alike = {name: material.scenario() for name in NAMES}
    assert kind_of(_comparison(changes, alike, lang="en"), "hangzhou_open", "settled") == "model result"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pictures_show_units_and_no_difference(changes: xr.Dataset, lang: Any) -> None:
    figure = figure_differences(changes, lang=lang, region=material.region(), since=2020)
    words = {text.get_text() for axis in figure.axes for text in (*axis.texts, axis.yaxis.label)}
    assert {"zh": "百分点", "en": "points"}[lang] in words
    assert {"zh": "没有差别", "en": "no difference"}[lang] in words


def test_difference_map_hatches_what_goes_down(changes: xr.Dataset) -> None:
    figure = figure_difference_map(changes, scenario="hangzhou_open", lang="zh", region=material.region(), effect="urbanization_rate")
    assert [c.get_hatch() for c in figure.axes[0].collections[:1]] == ["////"]
    assert sum(text.get_text() == "−0.50" for text in figure.axes[0].texts) == 64


def test_effects_that_are_not_in_the_result_are_left_out(changes: xr.Dataset) -> None:
    assert set(available(changes.drop_vars("cost"), "zhejiang")) == set(EFFECTS) - {"cost"}


def test_sums_leave_out_what_is_not_modelled(changes: xr.Dataset) -> None:
    holed = changes.copy()
    values = holed["cost"].values.copy()
    values[..., 0, :] = np.nan
    holed["cost"] = (holed["cost"].dims, values)
    read = EFFECTS["cost"].read(holed, "hangzhou_open", "zhejiang")
    assert read is not None
    assert np.isfinite(read).all()


def test_the_page_works_alone_in_both_languages(changes: xr.Dataset, scenarios: dict[str, Any], tmp_path: Path) -> None:
    path = write_compare_report(
        changes, tmp_path, region=material.region(), base=material.scenario(), others=scenarios, provenance=material.PROVENANCE, lang="en"
    )
    page = path.read_text("utf-8")
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert all(link.startswith("#") for link in reader.links)
    assert {link[1:] for link in reader.links} <= set(reader.ids)
    for lang in ("zh", "en"):
        assert "+1.25" in reader.text(lang)
        assert scenarios["hangzhou_open"].title.get(lang) in reader.text(lang)
    assert "urbsim replay" not in page
    assert {file.name for file in (tmp_path / "figures").iterdir()} == {"differences.png", "map_0.png", "map_1.png"}
