"""Read the factors of a study file, with every problem and its place."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Any

from urbsim.errors import Problem
from urbsim.experiments.factors import Factor, Kind, checker
from urbsim.experiments.study_file import SHAPES, DistributionFile, FactorFile
from urbsim.parameters import PARAMETERS, Parameter
from urbsim.policy.areas import Areas
from urbsim.policy.dates import in_model
from urbsim.policy.levers import CLOSED, short
from urbsim.policy.problems import nearest_hint, problem_at, validate
from urbsim.policy.registry import LEVERS
from urbsim.policy.rules import area_hint, lever_hint, one_value, unknown_area, unknown_lever
from urbsim.policy.yamlnodes import Node
from urbsim.results.labels import AXES
from urbsim.results.variables import VARIABLES
from urbsim.scenario.assumptions import ASSUMPTIONS
from urbsim.scenario.parameters import named_parameter
from urbsim.text import Text

KINDS: tuple[Kind, ...] = ("lever", "parameter", "assumption")
_COORDINATES = (
    "run point draw replicate run_key run_status run_hash time year year_end area level area_prefecture prefecture indicator service_unit "
    "indicator_unit indicator_number baseline target cumulative judged upward baseline_year first_year target_year"
)
TAKEN = frozenset(
    name + language for name in (*_COORDINATES.split(), *AXES, *VARIABLES) for language in ("", "_zh", "_en")
)
"""Names of the variables and coordinates of results, which a factor beside them must not have."""


def read_factors(node: Node | None, file: str, areas: Areas, problems: list[Problem]) -> list[Factor]:
    """Return the factors of a study; note every problem."""
    if node is None or node.kind != "list":
        return []
    if not node.items:
        problems.append(problem_at(node, file, Text("factors 是空的", "factors is empty")))
    found: list[tuple[Factor, Node]] = []
    for item in node.items:
        factor = _read_factor(item, file, areas, problems)
        if factor is not None:
            found.append((factor, item))
    return _named(found, file, problems)


def _read_factor(node: Node, file: str, areas: Areas, problems: list[Problem]) -> Factor | None:
    before = len(problems)
    fields = validate(FactorFile, node, file, problems)
    target = _target(node, file, problems)
    if fields is None or target is None:
        return None
    kind, name = target
    factor = Factor(fields.name or (fields.parameter or ""), kind, name)
    factor = _place(factor, fields, node, file, areas, problems)
    factor = _range(factor, fields, node, file, problems)
    return factor if len(problems) == before else None


def _target(node: Node, file: str, problems: list[Problem]) -> tuple[Kind, str] | None:
    given = [(kind, value) for kind in KINDS if (value := node.get(kind)) is not None]
    if len(given) != 1:
        words = Text("每个因素要写 lever、parameter、assumption 之一", "every factor names one of lever, parameter, assumption")
        if node.kind == "map":
            problems.append(problem_at(node, file, words))
        return None
    kind, value = given[0]
    if not isinstance(value.value, str):
        return None  # noted by the fields
    if kind == "parameter":
        parameter = named_parameter(value, file, problems)
        return None if parameter is None else (kind, parameter.symbol)
    if kind == "lever" and value.raw not in LEVERS:
        problems.append(problem_at(value, file, unknown_lever(value.raw), lever_hint(value.raw)))
        return None
    if kind == "assumption" and value.raw not in ASSUMPTIONS:
        message = Text(f"没有名为“{value.raw}”的假设", f"there is no assumption '{value.raw}'")
        problems.append(problem_at(value, file, message, nearest_hint(value.raw, tuple(ASSUMPTIONS))))
        return None
    return kind, value.raw


def _place(factor: Factor, fields: FactorFile, node: Node, file: str, areas: Areas, problems: list[Problem]) -> Factor:
    """Return the factor with its areas and first day."""
    if factor.kind != "lever":
        for key in ("area", "except", "from", "total"):
            if node.get(key) is not None:
                message = Text(f"{factor.target} 只有一个值，不写 {key}", f"{factor.target} has one value: leave out {key}")
                problems.append(problem_at(node.at([key], key=True), file, message))
        return factor
    before, words = len(problems), tuple(fields.area) or ("all",)
    chosen = _areas(node.get("area"), words, file, areas, problems) - _areas(node.get("except"), fields.except_, file, areas, problems)
    lever = LEVERS[factor.target]
    if not chosen and len(problems) == before:
        problems.append(problem_at(node, file, Text("没有剩下任何地方", "no area is left")))
    if lever.scope == "region" and len(chosen) != len(areas):
        problems.append(problem_at(node.at(["area"]), file, one_value(lever.name)))
    if fields.from_ is None:
        problems.append(problem_at(node, file, Text("政策因素要写 from(从哪天起)", "a lever needs from, its first day")))
    elif (outside := in_model(fields.from_)) is not None:
        problems.append(problem_at(node.at(["from"]), file, outside))
    if fields.total and not lever.additive:
        message = Text(f"{lever.name} 不能按总数分摊", f"{lever.name} cannot be given as a total")
        problems.append(problem_at(node.at(["total"], key=True), file, message))
    words += tuple(f"-{word}" for word in fields.except_)
    return replace(factor, words=words, areas=tuple(sorted(chosen)), start=fields.from_, total=fields.total)


def _areas(node: Node | None, words: tuple[str, ...] | list[str], file: str, areas: Areas, problems: list[Problem]) -> set[int]:
    nodes = {} if node is None else {item.raw: item for item in (node.items if node.kind == "list" else (node,))}
    chosen: set[int] = set()
    for word in words:
        found = areas.find(word)
        if found is None:
            problems.append(problem_at(nodes[word], file, unknown_area(word, areas), area_hint(word, areas)))
        chosen.update(found or ())
    return chosen


def _range(factor: Factor, fields: FactorFile, node: Node, file: str, problems: list[Problem]) -> Factor:
    """Return the factor with the values it may take."""
    given = [key for key in ("values", "low", "distribution") if node.get(key) is not None]
    if (node.get("low") is None) != (node.get("high") is None):
        problems.append(problem_at(node, file, Text("low 和 high 要一起写", "low and high belong together")))
    elif not given or ("values" in given and len(given) > 1):
        words = Text(
            "要写 values、low 和 high、distribution 之一", "write one of: values; low and high; distribution (prior, or with low and high)"
        )
        problems.append(problem_at(node, file, words))
    elif "values" in given:
        return _listed(factor, node.at(["values"]), file, problems)
    else:
        return _spread(factor, fields, node, file, problems)
    return factor


def _listed(factor: Factor, node: Node, file: str, problems: list[Problem]) -> Factor:
    check = checker(factor.kind, factor.target)
    values: list[float] = []
    for item in node.items:
        given: Any = item.plain()
        wrong = check(given) if given is not None else Text("这里要一个值", "this takes a value")
        if wrong is not None:
            problems.append(problem_at(item, file, wrong))
            continue
        value = CLOSED if given == "closed" else float(given)
        if value in values:
            problems.append(problem_at(item, file, Text(f"{item.raw} 重复", f"{item.raw} stands twice")))
        values.append(value)
    if node.kind == "list" and not node.items:
        problems.append(problem_at(node, file, Text("values 是空的", "values is empty")))
    return replace(factor, values=tuple(values))


def _spread(factor: Factor, fields: FactorFile, node: Node, file: str, problems: list[Problem]) -> Factor:
    """Return the factor with a range, and a distribution over it if one is given."""
    shape = fields.distribution
    where = node.at(["distribution"]) if shape is not None else node
    if shape is not None and shape.kind == "prior":
        return _prior(factor, fields, where, file, problems)
    low = fields.low if fields.low is not None else (shape.low if shape else None)
    high = fields.high if fields.high is not None else (shape.high if shape else None)
    if low is None or high is None:
        problems.append(problem_at(where, file, Text(f"{', '.join(SHAPES)} 需要 low 和 high", f"{', '.join(SHAPES)} need low and high")))
        return factor
    lever = LEVERS[factor.target] if factor.kind == "lever" else None
    check = checker(factor.kind, factor.target)
    for key, value in (("low", low), ("high", high)):
        wrong = check(int(value) if value == int(value) else value) if math.isfinite(value) else Text("要有限的数", "takes a finite number")
        if wrong is not None:
            problems.append(problem_at(node.at([key] if node.get(key) else ["distribution", key]), file, wrong))
    if low >= high:
        message = Text(f"low({low:g}) 应小于 high({high:g})", f"low ({low:g}) must be below high ({high:g})")
        hint = Text("两数是否写反？", "are they swapped?")
        problems.append(problem_at(node.at(["low"]) if node.get("low") else where, file, message, hint))
        return factor
    whole = lever is not None and lever.kind in ("integer", "months", "level") and not fields.total
    if lever is not None and lever.kind == "switch":
        problems.append(problem_at(node, file, Text("开关请用 values: [0, 1]", "for a switch write values: [0, 1]")))
    factor = replace(factor, low=float(low), high=float(high), whole=whole)
    if shape is None or shape.kind == "uniform":
        return factor
    if whole:
        message = Text(f"{factor.target} 是整数，只能均匀取值", f"{factor.target} is a whole number: leave out the distribution")
        problems.append(problem_at(where, file, message))
        return factor
    return replace(factor, shape=_shape(factor, shape, where, file, problems))


def _prior(factor: Factor, fields: FactorFile, where: Node, file: str, problems: list[Problem]) -> Factor:
    if factor.kind != "parameter":
        message = Text("只有参数有先验分布", "only a parameter has a prior in the evidence")
        problems.append(problem_at(where, file, message))
        return factor
    known = PARAMETERS[factor.target]
    if fields.low is not None:
        problems.append(problem_at(where, file, Text("先验已有范围，不写 low 和 high", "a prior has its own range: no low and high")))
    if known.distribution == "fixed":
        message = Text(f"{known.symbol} 在证据中是定值 {known.central:g}", f"the evidence fixes {known.symbol} at {known.central:g}")
        problems.append(problem_at(where, file, message, Text("请写 values 或 low 和 high", "give values, or low and high")))
    return replace(factor, low=known.low, high=known.high, shape=known)


def _shape(factor: Factor, shape: DistributionFile, where: Node, file: str, problems: list[Problem]) -> Parameter | None:
    """Return the distribution over the factor's range, cut off at what the factor may take at all."""
    low, high = factor.low, factor.high
    if shape.kind == "lognormal" and low <= 0:
        problems.append(problem_at(where, file, Text("lognormal 的 low 应大于 0", "a lognormal needs low above 0")))
        return None
    middle = math.sqrt(low * high) if shape.kind == "lognormal" else (low + high) / 2
    central = middle if shape.central is None else shape.central
    if not low <= central <= high:
        message = Text(f"central({short(central)}) 应在 low 和 high 之间", f"central ({short(central)}) must lie between low and high")
        problems.append(problem_at(where, file, message))
        return None
    least, most = bounds(factor)
    text = Text(factor.target, factor.target)
    return Parameter(
        symbol=factor.target, code=factor.target, name=text, central=central, low=low, high=high, distribution=shape.kind, shape=(),
        minimum=least, maximum=most, unit=text, strength="expert", tag="E", source="study", url="", note="", group="", assumption=True,
    )  # fmt: skip


def bounds(factor: Factor) -> tuple[float | None, float | None]:
    """Return the least and the greatest value that the factor may take at all."""
    if factor.kind == "lever":
        return LEVERS[factor.target].minimum, LEVERS[factor.target].maximum
    if factor.kind == "assumption":
        return ASSUMPTIONS[factor.target].minimum, ASSUMPTIONS[factor.target].maximum
    return PARAMETERS[factor.target].minimum, PARAMETERS[factor.target].maximum


def _named(found: list[tuple[Factor, Node]], file: str, problems: list[Problem]) -> list[Factor]:
    """Return the factors with their names: as given, else as short as tells them apart."""
    targets = Counter(factor.target for factor, _ in found)
    places = Counter((factor.target, factor.words) for factor, _ in found)
    named: list[Factor] = []
    seen: set[str] = set()
    for factor, node in found:
        name = factor.name or factor.target
        if not factor.name and factor.kind == "lever" and targets[factor.target] > 1:
            name += f"[{','.join(factor.words)}]"
            if places[factor.target, factor.words] > 1:
                name += f"@{factor.start}"
        if name in seen or (factor.kind != "lever" and targets[factor.target] > 1 and factor.target in seen):
            problems.append(problem_at(node, file, Text(f"因素“{name}”重复", f"the factor '{name}' stands twice")))
        elif name in TAKEN:
            message = Text(f"“{name}”在结果里另有所指", f"'{name}' means something else in the results")
            problems.append(problem_at(node, file, message, Text("请用 name 换个名字", "give the factor another name")))
        seen |= {name, factor.target} if factor.kind != "lever" else {name}
        named.append(replace(factor, name=name))
    return named
