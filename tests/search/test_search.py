"""Search: goal files are checked, the front is the front, and a search that was stopped ends as one that was not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.experiments import fake_engine
from urbsim.errors import UserError
from urbsim.experiments import runner
from urbsim.experiments.jsonschema import schema_text
from urbsim.scenario.find import shipped_folder
from urbsim.scenario.kinds import names_goal, shipped_goals
from urbsim.search import evaluate, optimise
from urbsim.search.evaluate import Evaluation, Evaluator
from urbsim.search.goal import SPLIT, Goal, load_goal
from urbsim.search.jsonschema import goal_schema
from urbsim.search.optimise import Trial, carry_out, front_of
from urbsim.sensitivity import quantities

GOAL = """
name: small
base: zhejiang_2027
factors:
  - {name: quota, lever: settlement.quota, area: hangzhou_core, from: 2011, low: 1000, high: 50000}
  - {name: kin, lever: settlement.kin_follow, area: hangzhou_core, from: 2011, values: [0, 1, 2]}
targets:
  - {quantity: settled, area: hangzhou_core, year: 2012, at_least: 300000}
cost: {from: 2011, until: 2012, payers: [area, province]}
budget: 1000000
search: {trials: 24, population: 6, seed: 3}
run: {draws: 1, replicates: 1, weight: 1000}
"""


@pytest.fixture
def goal(tmp_path: Path) -> Goal:
    (tmp_path / "goal.yaml").write_text(GOAL)
    return load_goal(tmp_path / "goal.yaml")


class Known:
    """Stand in for the evaluator: a bigger quota costs more and brings the target nearer; from 30,000 on it is met."""

    def __init__(self, folder: Path, goal: Goal, spread: Any, threads: int, told: Any = None) -> None:
        self.base = self.judge((0.0, 0.0))
        self.calls = 0

    def judge(self, values: tuple[float, ...]) -> Evaluation:
        short = max(0.0, 1 - values[0] / 30_000)
        cost = values[0] * (20 + values[1])
        return Evaluation(cost, cost, cost, (float(short == 0),), float(short == 0), (values[0],), short)

    def __call__(self, settings: list[tuple[float, ...]]) -> list[Evaluation]:
        self.calls += 1
        return [self.judge(values) for values in settings]


class Stopped(Known):
    """Be interrupted in the third generation."""

    def __call__(self, settings: list[tuple[float, ...]]) -> list[Evaluation]:
        found = super().__call__(settings)
        if self.calls == 3:
            raise KeyboardInterrupt
        return found


def test_the_front_is_found_within_the_budget(goal: Goal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimise, "Evaluator", Known)
    search = carry_out(goal, tmp_path / "out", trials=60)
    assert len(search.trials) == 60
    met = [trial for trial in search.front if trial.found.together == 1]
    assert len(met) == 1  # the cheapest that meets it
    assert 30_000 <= met[0].values[0] < 36_000
    assert met[0].values[1] == 0
    assert all(trial.found.cost <= 1_000_000 for trial in search.front)
    assert any(not trial.affordable for trial in search.trials)
    assert all(trial.values[0] % 100 == 0 or trial.values[0] in (1000, 50_000) for trial in search.trials)  # numbers that people can type


def test_a_search_that_was_stopped_ends_as_one_that_was_not(goal: Goal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimise, "Evaluator", Known)
    whole = carry_out(goal, tmp_path / "whole")
    monkeypatch.setattr(optimise, "Evaluator", Stopped)
    with pytest.raises(KeyboardInterrupt):
        carry_out(goal, tmp_path / "parts")
    monkeypatch.setattr(optimise, "Evaluator", Known)
    again = carry_out(goal, tmp_path / "parts")
    assert [trial.values for trial in again.trials] == [trial.values for trial in whole.trials]
    assert [trial.found for trial in again.front] == [trial.found for trial in whole.front]
    more = carry_out(goal, tmp_path / "parts", trials=30)
    assert [trial.values for trial in more.trials[:24]] == [trial.values for trial in whole.trials]


def test_a_folder_of_something_else_is_refused(goal: Goal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimise, "Evaluator", Known)
    carry_out(goal, tmp_path / "out", trials=2)
    (tmp_path / "other.yaml").write_text(GOAL.replace("300000", "200000"))
    with pytest.raises(UserError, match="another goal"):
        carry_out(load_goal(tmp_path / "other.yaml"), tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").touch()
    with pytest.raises(UserError, match="not empty"):
        carry_out(goal, tmp_path / "mine")


def trial(number: int, cost: float, together: float, shortfall: float = 0.0, affordable: bool = True) -> Trial:
    return Trial(number, (0.0,), Evaluation(cost, cost, cost, (together,), together, (0.0,), shortfall), affordable)


def test_nobody_on_the_front_is_beaten() -> None:
    base = trial(0, 0.0, 0.2, 0.5).found
    trials = [
        trial(1, 10, 0.5, 0.2), trial(2, 12, 0.5, 0.3), trial(3, 20, 0.9), trial(4, 15, 0.5, 0.1), trial(5, 5, 0.1, 0.6),
        trial(6, -3, 0.1, 0.7), trial(7, 1, 1.0, 0.0, affordable=False),
    ]  # fmt: skip
    assert [one.number for one in front_of(trials, base)] == [6, 1, 4, 3]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("at_least: 300000", "at_least: 1, at_most: 2", "at_least or at_most"),
        ("quantity: settled", "quantity: setled", "did you mean"),
        ("year: 2012", "year: 2040", "2040 is outside"),
        ("quantity: settled", "quantity: migrants", "such as migrants.rural"),
        ("quantity: settled", "quantity: service_unmet.primry", "did you mean 'primary'"),
        ("quantity: settled", "quantity: indicator_value.urbanisation_rate", "did you mean 'urbanization_rate'"),
        ("settled, area: hangzhou_core", "settled, area: hangzhou_cor", "did you mean 'hangzhou_core'"),
        ("payers: [area, province]", "payers: [area, provnce]", "no payer 'provnce'"),
        ("lever: settlement.quota, area: hangzhou_core, from: 2011,", "parameter: a0,", "only levers"),
        ("name: small", "nme: small", "no field 'nme'"),
        ("trials: 24", "trials: many", "trials"),
        ("from: 2011, until: 2012", "from: 2013, until: 2012", "years of cost"),
        ("settlement.kin_follow", "settlement.kin_folow", "no lever"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in GOAL
    (tmp_path / "goal.yaml").write_text(GOAL.replace(old, new))
    with pytest.raises(UserError) as caught:
        load_goal(tmp_path / "goal.yaml")
    told = "\n".join(problem.render("en") for problem in caught.value.problems)
    assert words.lower() in told.lower()
    line = next(i for i, text in enumerate(GOAL.replace(old, new).splitlines(), 1) if new in text)
    assert any(problem.line in (line, 2) for problem in caught.value.problems), told
    assert all(problem.file for problem in caught.value.problems)


@pytest.mark.parametrize("name", shipped_goals())
def test_shipped_goals_load_and_are_told_from_studies_and_scenarios(name: str) -> None:
    found = load_goal(name)
    assert names_goal(name)
    assert found.title.zh != found.title.en
    assert not names_goal("zhejiang_2027")


def test_a_goal_written_with_its_base_is_the_same_goal(goal: Goal, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "base.yaml").write_text(goal.base.resolved_yaml())
    (tmp_path / "again" / "goal.yaml").write_text(goal.resolved_yaml("base.yaml"))
    assert load_goal(tmp_path / "again" / "goal.yaml").identity == goal.identity


def test_settings_are_paired_with_the_base(goal: Goal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_engine", lambda: fake_engine.simulate)
    monkeypatch.setattr(evaluate, "_engine", lambda: fake_engine.simulate)
    optimise.open_folder(goal, tmp_path / "out")
    evaluator = Evaluator(tmp_path / "out", goal, evaluate.Spread(), 1)
    assert (evaluator.base.cost, evaluator.base.cost_low) == (0.0, 0.0)
    low, high = evaluator([(1000.0, 0.0), (50_000.0, 0.0)])
    years = 4 * (50_000 - 1000)  # the stand-in settles the quota every quarter
    assert high.medians[0] - low.medians[0] == years
    assert high.shortfall < low.shortfall
    settled = np.array([low.medians[0], high.medians[0]])
    assert [one.met[0] for one in (low, high)] == (settled >= 300_000).astype(float).tolist()


def test_a_worker_of_another_version_says_so(goal: Goal, tmp_path: Path) -> None:
    optimise.open_folder(goal, tmp_path / "out")
    other = json.dumps(goal.identity | {"model": "of another version"}, sort_keys=True)
    with pytest.raises(UserError, match="another version"):
        evaluate.GoalWork(str(tmp_path / "out"), other, 1, None, fake_engine.simulate)(evaluate.SettingTask(None, 0, 0), lambda q: None)


def test_dimensions_that_split_are_those_of_quantities() -> None:
    assert SPLIT == quantities.SPLIT


def test_the_schema_is_current_and_knows_the_fields() -> None:
    path = shipped_folder() / "goals" / "schema.json"
    wanted = schema_text(goal_schema())
    assert path.read_text(encoding="utf-8") == wanted, "run: python -m urbsim.search.jsonschema > scenarios/goals/schema.json"
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(goal_schema())
    validator.check_schema(goal_schema())

    def plain(text: str) -> object:
        return json.loads(json.dumps(yaml.safe_load(text), default=str))

    for name in shipped_goals():
        validator.validate(plain((path.parent / f"{name}.yaml").read_text(encoding="utf-8")))
    validator.validate(plain(GOAL))
    for old, new in [
        ("quantity: settled", "quantity: setled"), ("payers: [area, province]", "payers: [area, provnce]"), ("name: small", "nme: small"),
        ("at_least: 300000", "at_least: 1, at_most: 2"), ("settlement.kin_follow", "settlement.kin_folow"), ("lever:", "parameter:"),
    ]:  # fmt: skip
        assert not validator.is_valid(plain(GOAL.replace(old, new))), new
