"""The report says how the model did in hindcasts and names the simple extrapolation that was better."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.report import material
from urbsim.report.sections import hindcast
from urbsim.report.sections.context import Context
from urbsim.validation import summary


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A stored validation of two indicators: the model wins in one, B3 in the other."""
    folder = tmp_path / "validation" / "zhejiang"
    folder.mkdir(parents=True)
    rows = [
        ("town_share", "area", "urbsim", 64, 3.0, 0.8), ("town_share", "area", "B1", 64, 9.0, 0.1),
        ("town_share", "area", "B3", 64, 4.0, 0.7),
        ("residents", "area", "urbsim", 64, 8.0, 0.5), ("residents", "area", "B3", 64, 6.5, 0.8),
    ]  # fmt: skip
    columns = ["indicator", "level", "method", "points", "mean_absolute_error", "inside_80"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "skill_left_out.csv", index=False)
    file = tmp_path / "hindcasts.csv"
    summary.write(tmp_path / "validation", ("zhejiang", "fujian"), file)
    monkeypatch.setattr(hindcast, "FILE", file)
    hindcast._rows.cache_clear()
    yield file
    hindcast._rows.cache_clear()


def test_the_better_extrapolation_is_named_and_marked(shipped: Path) -> None:
    context = Context(material.result(), material.region(), material.scenario(), lang="en")
    table = hindcast.table(context)
    assert table is not None
    assert [row.style for row in table.rows] == ["", "flag"]
    assert [row.cells[5:7] for row in table.rows] == [
        ("B3 urban–rural growth difference", "4.00"),
        ("B3 urban–rural growth difference", "6.50"),
    ]
    assert "nearer in 1 of 2 rows" in table.note
    assert hindcast.table(Context(material.result(), None, material.scenario())) is None


def test_every_test_that_a_summary_writes_is_known() -> None:
    assert set(summary.TESTS) == set(hindcast.TESTS)
