"""Find the packages that scenario files name, lay them over each other, and report those that contradict."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from urbsim.errors import Problem, UserError
from urbsim.policy.areas import Areas
from urbsim.policy.packages import Package, load_package, package_names, read_package, unknown_package
from urbsim.policy.problems import problem_at
from urbsim.policy.rules import DatedValue
from urbsim.policy.yamlnodes import Node
from urbsim.scenario.chain import SourceFile
from urbsim.scenario.find import inside, is_path
from urbsim.text import Text

Loaded = dict[str, tuple[Package, list[DatedValue]]]


def find_packages(file: SourceFile, problems: list[Problem]) -> None:
    """Read the packages that a file names; note those that are not there, outside its folder or at fault."""
    names = file.fields.policy.packages if file.fields.policy else []
    listed = file.root.at(["policy", "packages"])
    for place, name in enumerate(names):
        node = listed.items[place] if listed.kind == "list" else listed
        try:
            if is_path(name):
                target = inside(file.path.parent, name)
                if target is None:
                    message = Text(f"“{name}”在本文件的文件夹之外，不能读取", f"'{name}' is outside this file's folder and is not read")
                    problems.append(problem_at(node, file.shown, message))
                    continue
                package = read_package(target, str(Path(file.shown).parent / name))
                if package.name in package_names():
                    message = Text(f"“{name}”与自带政策包同名，请改名", f"'{name}' is called like a shipped package; choose another name")
                    problems.append(problem_at(node, file.shown, message))
                    continue
                file.packages.append((package, node))
            else:
                file.packages.append((load_package(name), node))
        except UserError as error:
            if not is_path(name) and error.problems[0].file is None:
                problems.append(problem_at(node, file.shown, *unknown_package(name)))
            else:
                problems.extend(error.problems)


def add_package(
    package: Package, file: SourceFile, node: Node, areas: Areas, loaded: Loaded,
    layers: list[list[DatedValue]], problems: list[Problem],
) -> None:  # fmt: skip
    """Lay a package on, after those it extends; a package counts once, where it is first named."""
    if package.name in loaded:
        return
    if package.region is not None and package.region != areas.region:
        message = Text(
            f"政策包 {package.name} 只用于区域 {package.region}", f"the package {package.name} is for the region {package.region} only"
        )
        problems.append(problem_at(node, file.shown, message))
        return
    loaded[package.name] = (package, [])
    for base in package.extends:
        try:
            add_package(load_package(base), file, node, areas, loaded, layers, problems)
        except UserError as error:
            problems.extend(error.problems)
    values = package.values(areas, problems)
    loaded[package.name] = (package, values)
    layers.append(values)


def check_conflicts(loaded: Loaded, areas: Areas, file: SourceFile, problems: list[Problem]) -> None:
    """Report packages that give the same lever, area and date different values without one extending the other."""
    holder: dict[tuple[str, int, dt.date], DatedValue] = {}
    said: set[tuple[str, str, str, dt.date]] = set()
    bases = {name: _all_bases(name, loaded) for name in loaded}
    for name, (_, values) in loaded.items():
        for value in values:
            for a in value.areas:
                key = (value.lever, a, value.date)
                first = holder.setdefault(key, value)
                related = first.layer == name or first.layer in bases[name] or name in bases[first.layer]
                mark = (first.layer, name, value.lever, value.date)
                if not related and first.value != value.value and mark not in said:
                    said.add(mark)
                    problems.append(_conflict(first, value, areas.codes[a], file))
                holder[key] = value


def _conflict(first: DatedValue, second: DatedValue, area: str, file: SourceFile) -> Problem:
    where = f"{first.lever}[{area}]@{first.date}"
    one, other = (f"{value.layer} ({value.file}:{value.line}: {value.value:g})" for value in (first, second))
    message = Text(f"政策包 {one} 与 {other} 对 {where} 的值不同", f"the packages {one} and {other} differ on {where}")
    hint = Text("请去掉一个，或让一个 extends 另一个", "leave one out, or let one extend the other")
    return problem_at(file.root.at(["policy", "packages"]), file.shown, message, hint)


def _all_bases(name: str, loaded: Loaded) -> set[str]:
    found: set[str] = set()
    waiting = list(loaded[name][0].extends) if name in loaded else []
    while waiting:
        base = waiting.pop()
        if base not in found:
            found.add(base)
            waiting.extend(loaded[base][0].extends if base in loaded else ())
    return found
