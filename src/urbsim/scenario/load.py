"""Load a scenario: read it, check all of it, lay the layers over each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from urbsim.errors import Problem, UserError
from urbsim.parameters import find
from urbsim.policy.areas import Areas, any_areas, areas_of
from urbsim.policy.problems import nearest_hint, problem_at
from urbsim.policy.rules import DatedValue, read_rules
from urbsim.policy.yamlnodes import Node, parse_yaml, read_yaml
from urbsim.regions.geography import NAME, add_regions, available_regions, region_folder, shipped_regions
from urbsim.scenario.assumptions import default_assumptions
from urbsim.scenario.chain import SourceFile, read_chain
from urbsim.scenario.find import find_scenario
from urbsim.scenario.layers import Loaded, add_package, check_conflicts, find_packages
from urbsim.scenario.model import Period, Run, Scenario, frozen
from urbsim.scenario.notes import notes_on
from urbsim.scenario.schema import DEFAULT_PERIOD
from urbsim.scenario.timeline import Policy
from urbsim.text import Text


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
    chain = read_chain(root, path, shown, problems)
    scenario = _resolve(chain, problems) if chain else None
    if problems or scenario is None:
        files = list(dict.fromkeys(problem.file for problem in problems))
        raise UserError(sorted(problems, key=lambda problem: (files.index(problem.file), problem.line or 0, problem.column or 0)))
    return scenario


def _resolve(chain: list[SourceFile], problems: list[Problem]) -> Scenario | None:
    last = chain[-1]
    areas = _areas(chain, problems)
    for file in chain:
        find_packages(file, problems)
    if areas is None:
        for file in chain:
            _own_rules(file, any_areas(), problems)
        return None
    layers: list[list[DatedValue]] = []
    loaded: Loaded = {}
    for file in chain:
        for package, node in file.packages:
            add_package(package, file, node, areas, loaded, layers, problems)
        layers.append(_own_rules(file, areas, problems))
    check_conflicts(loaded, areas, chain[-1], problems)
    if problems:
        return None
    policy = Policy(areas, tuple(value for values in layers for value in values))
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
        parameters=_parameters(chain),
        run=_run(chain),
        packages=tuple(loaded),
        notes=notes_on(policy, last.fields.name),
        file=last.shown,
    )


def _own_rules(file: SourceFile, areas: Areas, problems: list[Problem]) -> list[DatedValue]:
    section = file.root.get("policy")
    own = section.get("set") if section is not None else None
    if own is None or own.kind != "list":
        return []
    return read_rules(own, file.shown, areas, file.fields.name, "scenario", problems)


def _areas(chain: list[SourceFile], problems: list[Problem]) -> Areas | None:
    named = next((file for file in reversed(chain) if file.fields.region), None)
    if named is None:
        if not problems:
            problems.append(problem_at(chain[-1].root, chain[-1].shown, Text("缺少“region”", "'region' is missing")))
        return None
    region = str(named.fields.region)
    _look_beside(named, region, problems)
    if region not in available_regions():
        message = Text(f"没有名为“{region}”的区域", f"there is no region '{region}'")
        problems.append(problem_at(named.root.at(["region"]), named.shown, message, nearest_hint(region, available_regions())))
        return None
    return areas_of(region)


def _look_beside(file: SourceFile, region: str, problems: list[Problem]) -> None:
    """Make a region folder that stands beside the file known; note one whose name means another region already."""
    own = file.path.parent / region
    if not NAME.fullmatch(region) or not (own / "region.yaml").is_file():
        return
    if region in available_regions() and region_folder(region).resolve() != own.resolve():
        taken = Text("随附的区域", "a shipped region") if region in shipped_regions() else Text("另一个文件夹", "another folder")
        message = Text(f"区域“{region}”与{taken.zh}同名，请改名", f"the region '{region}' is called like {taken.en}; choose another name")
        problems.append(problem_at(file.root.at(["region"]), file.shown, message))
        return
    add_regions(file.path.parent)


def _period(chain: list[SourceFile], problems: list[Problem]) -> Period:
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


def _assumptions(chain: list[SourceFile]) -> Mapping[str, float | None]:
    merged = default_assumptions()
    for file in chain:
        for name, value in (file.fields.assumptions or {}).items():
            merged[name] = None if value is None else float(value)
    return frozen(merged)


def _parameters(chain: list[SourceFile]) -> Mapping[str, float]:
    merged: dict[str, float] = {}
    for file in chain:
        for name, value in (file.fields.parameters or {}).items():
            merged[find(name).symbol] = float(value)
    return frozen(merged)


def _run(chain: list[SourceFile]) -> Run:
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
