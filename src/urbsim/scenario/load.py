"""Load a scenario: read it, check all of it, lay the layers over each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from urbsim.errors import Problem, UserError
from urbsim.policy.areas import Areas, areas_of
from urbsim.policy.packages import Package, load_package, read_package, unknown_package
from urbsim.policy.problems import nearest_hint, problem_at, validate
from urbsim.policy.rules import DatedValue, read_rules
from urbsim.policy.targets import target_names
from urbsim.policy.yamlnodes import Node, parse_yaml, read_yaml
from urbsim.regions.geography import available_regions
from urbsim.scenario.assumptions import ASSUMPTIONS, default_assumptions
from urbsim.scenario.find import find_scenario, inside, is_path, shipped_folder, shipped_scenarios
from urbsim.scenario.model import Period, Run, Scenario, frozen
from urbsim.scenario.notes import notes_on
from urbsim.scenario.schema import DEFAULT_PERIOD, ScenarioFile
from urbsim.scenario.timeline import Policy
from urbsim.text import Text

MAX_CHAIN = 8


@dataclass
class _File:
    """Hold one file of the chain of `extends`."""

    path: Path
    shown: str
    root: Node
    fields: ScenarioFile
    packages: list[tuple[Package, Node]] = field(default_factory=list)


def load(name_or_path: str | Path) -> Scenario:
    """Return a shipped scenario or that of a file; raise UserError with everything that is wrong.

    Nothing in a file is ever executed. A file may name shipped scenarios and packages, and files in or below its own folder.
    """
    path, shown = find_scenario(name_or_path)
    return _load(read_yaml(path, shown), path, shown)


def loads(text: str, folder: str | Path = ".", shown: str = "scenario") -> Scenario:
    """Return the scenario of a YAML text, as if it stood in a file of `folder`; raise UserError as `load` does.

    >>> from urbsim.scenario import load
    >>> scenario = load("zhejiang_2027")
    >>> loads(scenario.resolved_yaml()).hash8 == scenario.hash8
    True
    """
    return _load(parse_yaml(text, shown), Path(folder) / "scenario.yaml", shown)


def _load(root: Node, path: Path, shown: str) -> Scenario:
    problems: list[Problem] = []
    chain = _read_chain(root, path, shown, problems)
    scenario = _resolve(chain, problems) if chain else None
    if problems or scenario is None:
        raise UserError(problems)
    return scenario


def _read_chain(root: Node, path: Path, shown: str, problems: list[Problem]) -> list[_File]:
    """Return the file and those it extends, the outermost base first."""
    chain: list[_File] = []
    seen: set[Path] = set()
    while True:
        seen.add(path.resolve())
        fields = validate(ScenarioFile, root, shown, problems)
        if fields is None:
            break
        current = _File(path, shown, root, fields)
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


def _check_header(file: _File, problems: list[Problem]) -> None:
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


def _find_base(file: _File, name: str, problems: list[Problem]) -> tuple[Path, str] | None:
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


def _resolve(chain: list[_File], problems: list[Problem]) -> Scenario | None:
    last = chain[-1]
    areas = _areas(chain, problems)
    for file in chain:
        _find_packages(file, problems)
    if areas is None:
        return None
    layers: list[tuple[Package | None, list[DatedValue]]] = []
    loaded: dict[str, tuple[Package, list[DatedValue]]] = {}
    for file in chain:
        for package, node in file.packages:
            _add_package(package, file, node, areas, loaded, layers, problems)
        node_set = file.root.get("policy")
        node_set = node_set.get("set") if node_set is not None else None
        if node_set is not None:
            layers.append((None, read_rules(node_set, file.shown, areas, file.fields.name, "scenario", problems)))
    _check_conflicts(loaded, areas, chain[-1], problems)
    if problems:
        return None
    policy = Policy(areas, tuple(value for _, values in layers for value in values))
    fallback = Text(last.fields.name, last.fields.name)
    title = last.fields.title.text() if last.fields.title else fallback
    return Scenario(
        name=last.fields.name,
        title=title,
        description=last.fields.description.text() if last.fields.description else title,
        region=areas.region,
        period=_period(chain, problems),
        targets=next((file.fields.targets for file in reversed(chain) if file.fields.targets), None),
        policy=policy,
        assumptions=_assumptions(chain),
        run=_run(chain),
        packages=tuple(loaded),
        notes=notes_on(policy, last.fields.name),
        file=last.shown,
    )


def _areas(chain: list[_File], problems: list[Problem]) -> Areas | None:
    named = next((file for file in reversed(chain) if file.fields.region), None)
    if named is None:
        if not problems:
            problems.append(problem_at(chain[-1].root, chain[-1].shown, Text("缺少“region”", "'region' is missing")))
        return None
    region = str(named.fields.region)
    if region not in available_regions():
        message = Text(f"没有名为“{region}”的区域", f"there is no region '{region}'")
        problems.append(problem_at(named.root.at(["region"]), named.shown, message, nearest_hint(region, available_regions())))
        return None
    return areas_of(region)


def _find_packages(file: _File, problems: list[Problem]) -> None:
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
                file.packages.append((read_package(target, str(Path(file.shown).parent / name)), node))
            else:
                file.packages.append((load_package(name), node))
        except UserError as error:
            if not is_path(name) and error.problems[0].file is None:
                problems.append(problem_at(node, file.shown, *unknown_package(name)))
            else:
                problems.extend(error.problems)


def _add_package(
    package: Package, file: _File, node: Node, areas: Areas, loaded: dict[str, tuple[Package, list[DatedValue]]],
    layers: list[tuple[Package | None, list[DatedValue]]], problems: list[Problem],
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
            _add_package(load_package(base), file, node, areas, loaded, layers, problems)
        except UserError as error:
            problems.extend(error.problems)
    values = package.values(areas, problems)
    loaded[package.name] = (package, values)
    layers.append((package, values))


def _check_conflicts(loaded: dict[str, tuple[Package, list[DatedValue]]], areas: Areas, file: _File, problems: list[Problem]) -> None:
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


def _conflict(first: DatedValue, second: DatedValue, area: str, file: _File) -> Problem:
    where = f"{first.lever}[{area}]@{first.date}"
    one, other = (f"{value.layer} ({value.file}:{value.line}: {value.value:g})" for value in (first, second))
    message = Text(f"政策包 {one} 与 {other} 对 {where} 的值不同", f"the packages {one} and {other} differ on {where}")
    hint = Text("请去掉一个，或让一个 extends 另一个", "leave one out, or let one extend the other")
    return problem_at(file.root.at(["policy", "packages"]), file.shown, message, hint)


def _all_bases(name: str, loaded: dict[str, tuple[Package, list[DatedValue]]]) -> set[str]:
    found: set[str] = set()
    waiting = list(loaded[name][0].extends) if name in loaded else []
    while waiting:
        base = waiting.pop()
        if base not in found:
            found.add(base)
            waiting.extend(loaded[base][0].extends if base in loaded else ())
    return found


def _period(chain: list[_File], problems: list[Problem]) -> Period:
    start, until = DEFAULT_PERIOD
    for file in chain:
        period = file.fields.period
        if period is not None:
            start, until = period.start or start, period.until or until
    if start >= until:
        node = chain[-1].root.at(["period"])
        message = Text(f"期间的开始({start})应早于结束({until})", f"the period's start ({start}) must come before its end ({until})")
        problems.append(problem_at(node, chain[-1].shown, message))
    return Period(start, until)


def _assumptions(chain: list[_File]) -> dict[str, float | None]:
    merged = default_assumptions()
    for file in chain:
        for name, value in (file.fields.assumptions or {}).items():
            merged[name] = None if value is None else float(value)
    return dict(frozen(merged))


def _run(chain: list[_File]) -> Run:
    merged = Run()
    for file in chain:
        given = file.fields.run
        if given is not None:
            merged = Run(
                given.draws or merged.draws,
                given.replicates or merged.replicates,
                merged.seed if given.seed is None else given.seed,
                given.weight or merged.weight,
            )
    return merged
