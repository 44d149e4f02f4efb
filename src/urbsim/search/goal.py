"""Goal files (`scenarios/goals/*.yaml`): levers that may move, targets to meet, a budget; checked like studies, all problems at once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from urbsim.errors import Problem, UserError
from urbsim.experiments.factor_file import read_factors
from urbsim.experiments.factors import Factor, with_factors
from urbsim.experiments.study import read_base, read_file, tell_missing
from urbsim.policy.areas import any_areas
from urbsim.policy.problems import nearest_hint, problem, problem_at, validate
from urbsim.policy.rules import Names, TextFile
from urbsim.policy.targets import load_targets
from urbsim.policy.yamlnodes import Node
from urbsim.regions.geography import area_table
from urbsim.results.labels import codes
from urbsim.results.variables import VARIABLES
from urbsim.scenario.find import is_path, shipped_folder
from urbsim.scenario.kinds import shipped_goals
from urbsim.scenario.model import Scenario
from urbsim.scenario.schema import NAME_PATTERN, RunFile
from urbsim.text import Text

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)
SPLIT = ("indicator", "service", "status")
"""Dimensions along which every label is a quantity of its own (see `urbsim.sensitivity.quantities`)."""


class TargetFile(BaseModel):
    """One target: a quantity of the results, where and when, and the value to reach."""

    model_config = STRICT

    quantity: str = Field(description="a variable of the results, with the label of an indicator, service or status after a dot")
    area: str | None = None
    year: int | None = None
    at_least: float | None = None
    at_most: float | None = None


class CostFile(BaseModel):
    """What counts as cost: the change against the base of what these payers pay, summed over these years."""

    model_config = STRICT

    payers: Names = Field(default_factory=list, description="default: all")
    from_: int | None = Field(default=None, alias="from", description="first year; default that of the first factor")
    until: int | None = Field(default=None, description="last year; default the last of the run")


class SearchFile(BaseModel):
    """How long to search."""

    model_config = STRICT

    trials: int = Field(default=100, ge=2, le=100_000)
    population: int = Field(default=16, ge=2, le=1000, description="settings tried at a time")
    seed: int = Field(default=0, ge=0, le=2**31 - 1)


class GoalFile(BaseModel):
    """The fields of a goal file."""

    model_config = STRICT

    name: str = Field(default="", pattern=NAME_PATTERN, description="letters, digits, - and _")
    title: TextFile | None = None
    description: TextFile | None = None
    base: str | None = Field(default=None, description="a shipped scenario, or a file in this file's folder")
    factors: list[Any] = Field(default_factory=list, description="levers with low and high or values, as in studies")
    targets: list[TargetFile] = Field(default_factory=list)
    cost: CostFile = CostFile()
    budget: float | None = Field(default=None, description="most that the cost may be, yuan; default: no limit")
    search: SearchFile = SearchFile()
    run: RunFile | None = None


@dataclass(frozen=True)
class Target:
    """Hold a target; `area` and `year` None: the region, the last year. `upward`: the value should be at least `value`."""

    quantity: str
    area: str | None
    year: int | None
    value: float
    upward: bool


@dataclass(frozen=True, eq=False)
class Goal:
    """Hold a goal; `base` carries the numbers of `run`. Cost counts `payers` (empty: all) from `first_year` to `last_year`."""

    name: str
    title: Text
    description: Text
    base: Scenario
    factors: tuple[Factor, ...]
    targets: tuple[Target, ...]
    payers: tuple[str, ...]
    first_year: int
    last_year: int
    budget: float | None
    search: SearchFile
    plain: dict[str, Any]

    def scenario(self, values: tuple[float, ...]) -> Scenario:
        """Return the scenario of one setting; a NaN leaves a factor as in the base."""
        return with_factors(self.base, self.factors, values, self.name)

    def resolved_yaml(self, base_file: str) -> str:
        """Return the goal as a file whose base is `base_file` beside it, which holds the numbers of `run` too."""
        import yaml

        said = {key: value for key, value in self.plain.items() if key != "run"} | {"base": base_file}
        text: str = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=120)
        return "# Resolved by urbsim / 由 urbsim 展开\n" + text

    @cached_property
    def identity(self) -> dict[str, Any]:
        """Return what makes a search this search, ready for JSON; a search may go on with more trials."""
        from urbsim.experiments.keys import data_hash, model_hash

        run = self.base.run
        said = {
            "base": self.base.content, "run": [run.draws, run.replicates, run.seed, run.weight],
            "factors": [factor.record() for factor in self.factors],
            "targets": [[one.quantity, one.area, one.year, one.value, one.upward] for one in self.targets],
            "cost": [list(self.payers), self.first_year, self.last_year], "budget": self.budget,
            "search": [self.search.population, self.search.seed],
        }  # fmt: skip
        digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
        return {"goal": self.name, "hash": digest, "data": data_hash(self.base.region), "model": model_hash()}

    @property
    def hash8(self) -> str:
        """Return eight hexadecimal digits that change whenever the goal means something else."""
        return str(self.identity["hash"])[:8]


def find_goal(name: str | Path) -> tuple[Path, str]:
    """Return the file of a shipped name or a path, and the name to show in messages; raise UserError if there is none."""
    text = str(name)
    if isinstance(name, Path) or is_path(text):
        return Path(name), text
    if text in shipped_goals():
        return shipped_folder() / "goals" / f"{text}.yaml", f"scenarios/goals/{text}.yaml"
    raise UserError([problem(Text(f"没有名为“{text}”的目标文件", f"there is no goal '{text}'"), nearest_hint(text, shipped_goals()))])


def load_goal(name_or_path: str | Path) -> Goal:
    """Return a shipped goal or that of a file; raise UserError with everything that is wrong. Nothing in a file is ever executed."""
    return read_file(*find_goal(name_or_path), _read)


def _read(root: Node, path: Path, shown: str, problems: list[Problem]) -> Goal | None:
    fields = validate(GoalFile, root, shown, problems)
    tell_missing(root, shown, ("name", "base", "factors", "targets"), problems)
    base = read_base(root, path, shown, problems)
    factors = read_factors(root.get("factors"), shown, base.policy.areas if base else any_areas(), problems)
    _only_levers(root, factors, shown, problems)
    if fields is None or base is None:
        return None
    targets = [found for i, one in enumerate(fields.targets) if (found := _target(one, i, root, base, shown, problems)) is not None]
    first, last = _cost(fields, root, base, factors, shown, problems)
    run = fields.run or RunFile()
    title = fields.title.text() if fields.title else Text(fields.name, fields.name)
    return Goal(
        name=fields.name,
        title=title,
        description=fields.description.text() if fields.description else title,
        base=base.with_run(draws=run.draws, replicates=run.replicates, seed=run.seed, weight=run.weight),
        factors=tuple(factors),
        targets=tuple(targets),
        payers=tuple(fields.cost.payers),
        first_year=first,
        last_year=last,
        budget=fields.budget,
        search=fields.search,
        plain=root.plain(),
    )


def _only_levers(root: Node, factors: list[Factor], shown: str, problems: list[Problem]) -> None:
    """Note factors that no government can set."""
    listed = root.get("factors")
    for item in listed.items if listed is not None and listed.kind == "list" else ():
        for kind in ("parameter", "assumption"):
            if item.kind == "map" and item.get(kind) is not None:
                zh, en = (
                    "只能搜索政策工具(lever)，参数和假设不是可以选的",
                    "only levers can be searched: nobody sets a parameter or an assumption",
                )
                words = Text(zh, en)
                problems.append(problem_at(item.at([kind], key=True), shown, words))


def _target(one: TargetFile, i: int, root: Node, base: Scenario, shown: str, problems: list[Problem]) -> Target | None:
    node, before = root.at(["targets", i]), len(problems)
    variable = one.quantity.split(".")[0]
    if variable not in VARIABLES or not {"time", "year"} & set(VARIABLES[variable].dims):
        message = Text(f"结果里没有变量“{variable}”", f"results have no variable '{variable}'")
        problems.append(problem_at(node.at(["quantity"]), shown, message, nearest_hint(variable, list(VARIABLES))))
    else:
        _check_parts(one.quantity, base, node.at(["quantity"]), shown, problems)
    places = area_table(base.region)
    known = (*places.areas, *places.prefectures, places.name)
    if one.area is not None and one.area not in known:
        message = Text(f"结果里没有地区“{one.area}”", f"the results have no area '{one.area}'")
        problems.append(problem_at(node.at(["area"]), shown, message, nearest_hint(one.area, known)))
    if (one.at_least is None) == (one.at_most is None):
        problems.append(problem_at(node, shown, Text("要写 at_least 或 at_most 之一", "a target has at_least or at_most, one of them")))
    if one.year is not None and not base.period.start.year <= one.year <= base.period.until.year:
        years = f"{base.period.start.year}–{base.period.until.year}"
        message = Text(f"{one.year} 年不在情景的 {years} 之内", f"{one.year} is outside the scenario's {years}")
        problems.append(problem_at(node.at(["year"]), shown, message))
    if len(problems) > before:
        return None
    value = one.at_least if one.at_least is not None else one.at_most
    return Target(one.quantity, one.area, one.year, float(value or 0.0), one.at_least is not None)


def _check_parts(quantity: str, base: Scenario, node: Node, shown: str, problems: list[Problem]) -> None:
    """Note a quantity that is not one number: its variable has several by indicator, service or status."""
    variable, *parts = quantity.split(".")
    splits = [_labels(dim, base) for dim in VARIABLES[variable].dims if dim in SPLIT]
    if len(parts) != len(splits):
        example = ".".join([variable, *(labels[0] for labels in splits if labels)])
        message = Text(f"“{quantity}”不是一个数，请写明其中之一", f"'{quantity}' is not one number: name one of its parts")
        problems.append(problem_at(node, shown, message, Text(f"例如 {example}", f"such as {example}")))
        return
    for part, labels in zip(parts, splits, strict=True):
        if part not in labels:
            message = Text(f"{variable} 没有“{part}”这一项", f"{variable} has no '{part}'")
            problems.append(problem_at(node, shown, message, nearest_hint(part, labels)))


def _labels(dim: str, base: Scenario) -> list[str]:
    """Return the labels of a dimension of the results of a scenario; indicators are those of its targets."""
    if dim != "indicator":
        return codes(dim)
    return [row.code for row in load_targets(base.targets).indicators] if base.targets else []


def _cost(fields: GoalFile, root: Node, base: Scenario, factors: list[Factor], shown: str, problems: list[Problem]) -> tuple[int, int]:
    """Return the first and last year whose cost counts; note payers that do not exist and years outside the period."""
    for payer in fields.cost.payers:
        if payer not in codes("payer"):
            message = Text(f"没有承担者“{payer}”", f"there is no payer '{payer}'")
            problems.append(problem_at(root.at(["cost", "payers"]), shown, message, nearest_hint(payer, codes("payer"))))
    starts = [factor.start.year for factor in factors if factor.start is not None]
    first = fields.cost.from_ or min(starts, default=base.period.start.year)
    last = fields.cost.until or base.period.until.year
    if not base.period.start.year <= first <= last <= base.period.until.year:
        message = Text(f"费用的年份 {first}—{last} 不在情景之内", f"the years of cost, {first} to {last}, are not within the scenario")
        problems.append(problem_at(root.at(["cost"]), shown, message))
    return first, last
