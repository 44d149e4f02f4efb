"""Load a study: a base scenario, what is varied, which combinations, what is kept; checked like a scenario, all problems at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from urbsim.errors import Problem, UserError
from urbsim.experiments.factor_file import read_factors
from urbsim.experiments.factors import Factor, checker, with_factors
from urbsim.experiments.study_file import StudyFile
from urbsim.policy.areas import any_areas
from urbsim.policy.problems import describe, nearest_hint, problem, problem_at, validate
from urbsim.policy.yamlnodes import Node, read_yaml
from urbsim.results.variables import VARIABLES
from urbsim.scenario import load
from urbsim.scenario.find import inside, is_path, shipped_folder, shipped_scenarios
from urbsim.scenario.kinds import shipped_studies
from urbsim.scenario.model import Scenario
from urbsim.scenario.schema import RunFile
from urbsim.text import Text

Read = TypeVar("Read")
DEFAULT_OUTPUTS = (
    "resident_population", "urban_population", "hukou_population", "hukou_urban_population", "urbanization_rate", "hukou_urbanization_rate",
    "settled", "permits_issued", "service_unmet", "cost", "indicator_value",
)  # fmt: skip
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Study:
    """Hold a study: `base` carries the numbers of `run`; `rows` are the points of a list, NaN is as in the base."""

    name: str
    title: Text
    description: Text
    base: Scenario
    factors: tuple[Factor, ...]
    kind: str
    n: int | None
    seed: int
    rows: tuple[tuple[float, ...], ...]
    outputs: tuple[str, ...]
    plain: dict[str, Any]
    file: str | None = None

    def resolved_yaml(self, base_file: str) -> str:
        """Return the study as a file whose base is `base_file` beside it, which holds the numbers of `run` too."""
        import yaml

        said = {key: value for key, value in self.plain.items() if key != "run"} | {"base": base_file}
        text: str = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=120)
        return "# Resolved by urbsim / 由 urbsim 展开\n" + text

    def scenario(self, values: tuple[float, ...]) -> Scenario:
        """Return the scenario of one point of the design."""
        return with_factors(self.base, self.factors, values, self.name)

    @cached_property
    def record(self) -> dict[str, object]:
        """Return what makes this study this study, ready for JSON: everything but titles."""
        run = self.base.run
        return {
            "base": self.base.content,
            "factors": [factor.record() for factor in self.factors],
            "design": {"kind": self.kind, "n": self.n, "seed": self.seed, "rows": [[repr(value) for value in row] for row in self.rows]},
            "run": [run.draws, run.replicates, run.seed, run.weight],
            "outputs": list(self.outputs),
        }

    @property
    def hash8(self) -> str:
        """Return eight hexadecimal digits that change whenever the study means something else."""
        return hashlib.sha256(json.dumps(self.record, sort_keys=True).encode()).hexdigest()[:8]


def find_study(name: str | Path) -> tuple[Path, str]:
    """Return the file of a shipped name or a path, and the name to show in messages; raise UserError if there is none."""
    text = str(name)
    if isinstance(name, Path) or is_path(text):
        return Path(name), text
    if text in shipped_studies():
        return shipped_folder() / "studies" / f"{text}.yaml", f"scenarios/studies/{text}.yaml"
    message = Text(f"没有名为“{text}”的研究", f"there is no study '{text}'")
    raise UserError([problem(message, nearest_hint(text, shipped_studies()))])


def load_study(name_or_path: str | Path) -> Study:
    """Return a shipped study or that of a file; raise UserError with everything that is wrong.

    Nothing in a file is ever executed. `base` is a shipped scenario or a file in or below the study's own folder.
    """
    return read_file(*find_study(name_or_path), _read)


def read_file(path: Path, shown: str, read: Callable[[Node, Path, str, list[Problem]], Read | None]) -> Read:
    """Return what `read` makes of a file; raise UserError with every problem that it notes, those of this file first, by line."""
    problems: list[Problem] = []
    found = read(read_yaml(path, shown), path, shown, problems)
    if problems or found is None:
        raise UserError(sorted(problems, key=lambda one: (one.file != shown, one.line or 0, one.column or 0)))
    return found


def tell_missing(root: Node, shown: str, names: Sequence[str], problems: list[Problem]) -> None:
    """Note the fields of `names` that a file does not have."""
    for name in names:
        if root.kind == "map" and root.get(name) is None:
            problems.append(problem_at(root, shown, Text(f"缺少“{name}”", f"'{name}' is missing")))


def _read(root: Node, path: Path, shown: str, problems: list[Problem]) -> Study | None:
    fields = validate(StudyFile, root, shown, problems)
    tell_missing(root, shown, ("name", "base", "factors", "design"), problems)
    base = read_base(root, path, shown, problems)
    outputs = _outputs(root.get("outputs"), shown, problems)
    factors = read_factors(root.get("factors"), shown, base.policy.areas if base else any_areas(), problems)
    rows = _rows(root, shown, factors, fields, problems) if fields else []
    if fields is None or base is None or fields.design is None:
        return None
    run = fields.run or RunFile()
    title = fields.title.text() if fields.title else Text(fields.name, fields.name)
    return Study(
        name=fields.name,
        title=title,
        description=fields.description.text() if fields.description else title,
        base=base.with_run(draws=run.draws, replicates=run.replicates, seed=run.seed, weight=run.weight),
        factors=tuple(factors),
        kind=fields.design.kind,
        n=fields.design.n,
        seed=fields.design.seed,
        rows=tuple(rows),
        outputs=outputs,
        plain=root.plain(),
        file=shown,
    )


def read_base(root: Node, path: Path, shown: str, problems: list[Problem]) -> Scenario | None:
    """Return the scenario that a study or a goal starts from, or note why there is none."""
    node = root.get("base")
    if node is None or not isinstance(node.value, str):
        return None
    name = node.value
    target: str | Path = name
    if is_path(name):
        found = inside(path.parent, name)
        if found is None:
            message = Text(f"“{name}”在本文件的文件夹之外，不能读取", f"'{name}' is outside this file's folder and is not read")
            problems.append(problem_at(node, shown, message))
            return None
        target = path.parent / name
    elif name not in shipped_scenarios():
        message = Text(f"没有名为“{name}”的情景", f"there is no scenario '{name}'")
        problems.append(problem_at(node, shown, message, nearest_hint(name, shipped_scenarios())))
        return None
    try:
        return load(target)
    except UserError as error:
        problems.extend(error.problems)
        return None


def _outputs(node: Node | None, shown: str, problems: list[Problem]) -> tuple[str, ...]:
    if node is None:
        return DEFAULT_OUTPUTS
    words = [item for item in (node.items if node.kind == "list" else (node,)) if isinstance(item.value, str)]
    for word in words:
        if word.raw not in VARIABLES:
            message = Text(f"结果里没有变量“{word.raw}”", f"results have no variable '{word.raw}'")
            problems.append(problem_at(word, shown, message, nearest_hint(word.raw, list(VARIABLES))))
    if not words:
        problems.append(problem_at(node, shown, Text("outputs 是空的", "outputs is empty")))
    return tuple(name for name in VARIABLES if name in {word.raw for word in words})


def _rows(root: Node, shown: str, factors: list[Factor], fields: StudyFile, problems: list[Problem]) -> list[tuple[float, ...]]:
    """Return the points of a list design; those of other designs are made when they are needed."""
    design = fields.design
    node = root.at(["design"])
    if design is None or design.kind != "list":
        return []
    if design.runs is None:
        lengths = {len(factor.values) for factor in factors}
        if len(lengths) == 1 and 0 not in lengths:
            return list(zip(*(factor.values for factor in factors), strict=True))
        message = Text(
            "list 需要 runs，或每个因素都有同样个数的 values", "a list needs runs, or as many values for every factor, taken side by side"
        )
        problems.append(problem_at(node, shown, message))
        return []
    by_name = {factor.name: k for k, factor in enumerate(factors)}
    listed = root.at(["design", "runs"])
    rows = []
    for item in listed.items:
        row = [NAN] * len(factors)
        for key, value in item.pairs:
            k = by_name.get(key.raw)
            if k is None:
                message = Text(f"没有名为“{key.raw}”的因素", f"there is no factor '{key.raw}'")
                problems.append(problem_at(key, shown, message, nearest_hint(key.raw, list(by_name))))
                continue
            number = read_value(factors[k], value, shown, problems)
            row[k] = NAN if number is None else number
        rows.append(tuple(row))
    if not rows:
        problems.append(problem_at(listed, shown, Text("runs 是空的", "runs is empty")))
    return rows


def read_value(factor: Factor, node: Node, shown: str, problems: list[Problem]) -> float | None:
    """Return the value that a node gives a factor (stored as in arrays), or note what is wrong."""
    given = node.plain()
    wrong = checker(factor.kind, factor.target)(given)
    if wrong is None and given is None:
        wrong = Text(f"这里要一个值，给的是{describe(given).zh}", f"this takes a value, found {describe(given).en}")
    if wrong is not None:
        problems.append(problem_at(node, shown, wrong))
        return None
    return -1.0 if given == "closed" else float(given)
