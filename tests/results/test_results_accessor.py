from __future__ import annotations

import subprocess
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tests.results.synthetic import make_dataset
from urbsim.errors import UserError
from urbsim.results.tables import summary


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return make_dataset(small=True, draws=3, quarters=21)


def test_targets(dataset: xr.Dataset) -> None:
    assert len(dataset.urbsim.targets("en")) == 12
    assert "达标概率" in dataset.urbsim.targets()


def test_table_of_a_rate(dataset: xr.Dataset) -> None:
    found = dataset.urbsim.table("urbanization_rate", area="zhejiang")
    assert list(found.columns) == ["time", "p10", "median", "p90"]
    assert len(found) == 21
    one = dataset.urbsim.table("migrants", area="hangzhou", year=2014, status="permit")
    assert list(one["origin"]) == ["same_area", "other_area", "other_province"]
    expected = np.median(dataset["migrants"].sel(area="hangzhou", status="permit", origin="other_area").values[:, 0, 16])
    assert one["median"][1] == expected


def test_tables_work_on_one_run_too(dataset: xr.Dataset) -> None:
    found = dataset.isel(draw=[1]).urbsim.table("urbanization_rate", area="zhejiang")
    assert (found["p10"] == found["p90"]).all()


def test_unknown_words_are_told_with_the_nearest(dataset: xr.Dataset) -> None:
    for words, call in (
        ("urbanization_rate", {"variable": "urbanisation_rate"}),
        ("hangzhou", {"area": "hangzou"}),
        ("permit", {"variable": "migrants", "status": "permits"}),
    ):
        with pytest.raises(UserError, match=words):
            dataset.urbsim.table(**call)
    with pytest.raises(UserError, match="has no 2031"):
        dataset.urbsim.table(year=2031)


def test_summary_leaves_out_what_is_not_modelled(dataset: xr.Dataset) -> None:
    unknown = dataset["service_served"].where(dataset["service"] != "legal")
    found = summary(unknown.sel(area="zhejiang", year=2014))
    assert "legal" not in set(found["service"])
    assert set(found[found["service"] == "insurance"]["group"]) == {"migrants"}


def test_plots_are_asked_for_by_name(dataset: xr.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def figure_urbanization(given: xr.Dataset, area: str | None, lang: str, **settings: Any) -> tuple[Any, ...]:
        return given, area, lang, settings

    stand_in = ModuleType("urbsim.report.figures")
    stand_in.figure_urbanization = figure_urbanization  # type: ignore[attr-defined]
    import urbsim.report

    monkeypatch.setitem(sys.modules, "urbsim.report.figures", stand_in)
    monkeypatch.setattr(urbsim.report, "figures", stand_in, raising=False)
    given, area, lang, settings = dataset.urbsim.plot.urbanization(area="zhejiang", lang="en", target=76)
    assert given is dataset
    assert (area, lang, settings) == ("zhejiang", "en", {"target": 76})
    assert "urbanization" in dir(dataset.urbsim.plot)
    with pytest.raises(AttributeError, match="there are urbanization"):
        dataset.urbsim.plot.nothing  # noqa: B018


@pytest.mark.parametrize("module", ["urbsim.results.dataset", "urbsim.results.storage"])
def test_whoever_makes_or_opens_a_result_has_the_accessor(module: str) -> None:
    code = f"import xarray, {module}; assert hasattr(xarray.Dataset, 'urbsim')"
    subprocess.run([sys.executable, "-c", code], check=True)
