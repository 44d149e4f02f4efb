"""A sweep with the engine itself: points that go on from a state are those that were run through."""

from __future__ import annotations

from pathlib import Path

import pytest

from urbsim.errors import UserError
from urbsim.experiments import sweep
from urbsim.experiments.store import store_hash
from urbsim.experiments.study_results import open_study_results

STUDY = """
name: tiny
base: zhejiang_2027
factors:
  - {name: quota, lever: settlement.quota, area: hangzhou_core, from: 2012, values: [closed, 0]}
design: {kind: grid}
run: {draws: 1, replicates: 1, seed: 5, weight: 5000}
outputs: [settled, urbanization_rate]
"""


def test_points_go_on_from_the_state_of_the_base(tmp_path: Path) -> None:
    file = tmp_path / "tiny.yaml"
    file.write_text(STUDY, encoding="utf-8")

    def do(name: str, **options: str) -> Path:
        tally = sweep.carry_out(sweep.make_sweep(file, until="2012-06", jobs=1, **options), tmp_path / name)
        assert (tally.done, tally.failed) == (2, 0)
        return tmp_path / name

    through = do("through")
    branched = do("branched", save_state="2011")
    again = do("again", from_state=str(branched / "state-2011-12-31.zip"))
    assert store_hash(branched) == store_hash(again) == store_hash(through)
    found = open_study_results(through)
    assert (found["urbanization_rate"].isel(time=-1).sel(area="zhejiang") > 0).all()


def test_a_factor_that_acts_before_the_state_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tiny.yaml"
    file.write_text(STUDY.replace("design:", "  - {parameter: beta_w, low: 1, high: 2}\ndesign:"), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        sweep.make_sweep(file, save_state="2012")
    told = [problem.render("en") for problem in caught.value.problems]
    assert len(told) == 2
    assert "quota" in told[0]
    assert "beta_w" in told[1]
