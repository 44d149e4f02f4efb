"""Behavioural parameters that a file fixes: checked by name and bounds, with the place in the file."""

from __future__ import annotations

import math

from urbsim.errors import Problem, UserError
from urbsim.parameters import Parameter, find
from urbsim.parameters.context import CONTEXT
from urbsim.policy.problems import describe, problem_at
from urbsim.policy.yamlnodes import Node
from urbsim.text import Text


def named_parameter(node: Node, file: str, problems: list[Problem]) -> Parameter | None:
    """Return the parameter that a word names, by symbol or name; note what is wrong with it."""
    try:
        found = find(node.raw)
    except UserError as error:
        problems.extend(problem_at(node, file, each.message, each.hint) for each in error.problems)
        return None
    if found.symbol in CONTEXT:
        why = CONTEXT[found.symbol]
        message = Text(f"运行时不读参数“{node.raw}”：{why.zh}", f"a run does not read the parameter '{node.raw}': {why.en}")
        problems.append(problem_at(node, file, message))
        return None
    return found


def check_parameter(key: Node, value: Node, file: str, problems: list[Problem]) -> None:
    """Note everything that is wrong with one `symbol: value`."""
    found = named_parameter(key, file, problems)
    if found is not None:
        wrong = wrong_value(found, value.plain())
        if wrong is not None:
            problems.append(problem_at(value, file, wrong))


def wrong_value(parameter: Parameter, value: object) -> Text | None:
    """Return None if the parameter may take `value`, else what is wrong."""
    name = parameter.symbol
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Text(f"{name} 要的是数，给的是{describe(value).zh}", f"{name} takes a number, found {describe(value).en}")
    if not math.isfinite(value):
        return Text(f"{name} 要的是有限的数", f"{name} takes a finite number")
    low, high = parameter.minimum, parameter.maximum
    if low is not None and value < low:
        return Text(f"{name} 不能小于 {low:g}，给的是 {value:g}", f"{name} must be at least {low:g}, found {value:g}")
    if high is not None and value > high:
        return Text(f"{name} 不能大于 {high:g}，给的是 {value:g}", f"{name} must be at most {high:g}, found {value:g}")
    return None
