"""Read a scenario file and those that it extends, and check what each says by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from urbsim.errors import Problem, UserError
from urbsim.policy.packages import Package
from urbsim.policy.problems import nearest_hint, problem_at, validate
from urbsim.policy.targets import target_names
from urbsim.policy.yamlnodes import Node, read_yaml
from urbsim.scenario.assumptions import ASSUMPTIONS
from urbsim.scenario.find import inside, is_path, shipped_folder, shipped_scenarios
from urbsim.scenario.parameters import check_parameter
from urbsim.scenario.schema import ScenarioFile
from urbsim.text import Text

MAX_CHAIN = 8


@dataclass
class SourceFile:
    """Hold one file of the chain of `extends`."""

    path: Path
    shown: str
    root: Node
    fields: ScenarioFile
    packages: list[tuple[Package, Node]] = field(default_factory=list)


def read_chain(root: Node, path: Path, shown: str, problems: list[Problem]) -> list[SourceFile]:
    """Return the file and those it extends, the outermost base first."""
    chain: list[SourceFile] = []
    seen: set[Path] = set()
    while True:
        seen.add(path.resolve())
        fields = validate(ScenarioFile, root, shown, problems)
        if fields is None:
            break
        current = SourceFile(path, shown, root, fields)
        chain.insert(0, current)
        _check_header(current, problems)
        if fields.extends is None:
            break
        at = (root.at(["extends"]), shown)
        found = _find_base(current, fields.extends, problems)
        if found is None:
            break
        path, shown = found
        if path.resolve() in seen:
            problems.append(problem_at(*at, Text("extends 绕成了圈", "extends goes round in a circle")))
            break
        if len(chain) >= MAX_CHAIN:
            problems.append(problem_at(*at, Text(f"extends 超过 {MAX_CHAIN} 层", f"extends is more than {MAX_CHAIN} levels deep")))
            break
        try:
            root = read_yaml(path, shown)
        except UserError as error:
            problems.extend(error.problems)
            break
    return chain


def _check_header(file: SourceFile, problems: list[Problem]) -> None:
    if file.root.get("name") is None:
        problems.append(problem_at(file.root, file.shown, Text("缺少“name”", "'name' is missing")))
    targets = file.fields.targets
    if targets is not None and targets not in target_names():
        message = Text(f"没有名为“{targets}”的目标表", f"there is no target table '{targets}'")
        problems.append(problem_at(file.root.at(["targets"]), file.shown, message, nearest_hint(targets, target_names())))
    given = file.root.get("assumptions")
    for key, value in given.pairs if given is not None else ():
        known = ASSUMPTIONS.get(key.raw)
        if known is None:
            message = Text(f"没有名为“{key.raw}”的假设", f"there is no assumption '{key.raw}'")
            problems.append(problem_at(key, file.shown, message, nearest_hint(key.raw, tuple(ASSUMPTIONS))))
            continue
        wrong = known.check(value.plain())
        if wrong is not None:
            allowed = known.allowed()
            problems.append(problem_at(value, file.shown, wrong, Text(f"可以给：{allowed.zh}", f"allowed: {allowed.en}")))
    fixed = file.root.get("parameters")
    for key, value in fixed.pairs if fixed is not None else ():
        check_parameter(key, value, file.shown, problems)


def _find_base(file: SourceFile, name: str, problems: list[Problem]) -> tuple[Path, str] | None:
    node = file.root.at(["extends"])
    if is_path(name):
        target = inside(file.path.parent, name)
        if target is None:
            message = Text(f"“{name}”在本文件的文件夹之外，不能读取", f"'{name}' is outside this file's folder and is not read")
            problems.append(problem_at(node, file.shown, message))
            return None
        shown = str(Path(file.shown).parent / name)
        if not target.is_file():
            problems.append(problem_at(node, file.shown, Text(f"没有文件“{name}”", f"there is no file '{name}'")))
            return None
        return target, shown
    if name in shipped_scenarios():
        return shipped_folder() / f"{name}.yaml", f"scenarios/{name}.yaml"
    message = Text(f"没有名为“{name}”的情景", f"there is no scenario '{name}'")
    problems.append(problem_at(node, file.shown, message, nearest_hint(name, shipped_scenarios())))
    return None
