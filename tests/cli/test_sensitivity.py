"""`urbsim sensitivity` on what `urbsim sweep` left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from tests.cli.conftest import Command

STUDY = """
name: small
base: zhejiang_2027
factors:
  - {lever: settlement.quota, area: hangzhou_core, from: 2011, low: 1000, high: 500000}
  - {assumption: wage_growth, low: 0.02, high: 0.08}
design: {kind: latin_hypercube, n: 12, seed: 1}
run: {draws: 1, replicates: 1, weight: 1000}
outputs: [settled, urbanization_rate]
"""


def test_a_sweep_is_analysed(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(STUDY)
    assert urbsim_command("sweep", "study.yaml", "--until", "2012", "--jobs", "1", "-o", "out").status == 0
    status, out, err = urbsim_command("sensitivity", "out", "--area", "hangzhou_core", "--of", "settled")
    assert status == 0, err
    assert "settlement.quota" in out
    folder = tmp_path / "out" / "sensitivity"
    assert {path.name for path in (folder / "figures").iterdir()} == {"sobol.png", "tornado.png"}
    assert (folder / "report.html").is_file()
    table = pd.read_csv(folder / "tables" / "sobol.csv", encoding="utf-8-sig").set_index("factor")
    assert table["first"].max() == table.loc["settlement.quota", "first"] > 0.9
    emulator = pd.read_csv(folder / "tables" / "emulators.csv", encoding="utf-8-sig")
    assert emulator["share_explained"].item() > 0.9
    status, _, err = urbsim_command("sensitivity", "out", "--of", "setled")
    assert (status, "settled" in err) == (2, True)
    assert urbsim_command("sensitivity", "nowhere").status == 2
