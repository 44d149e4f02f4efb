"""Turn pydantic's findings into problems with file, line and column, in Chinese and English."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from urbsim.errors import Problem
from urbsim.policy.yamlnodes import Node
from urbsim.text import Text

Model = TypeVar("Model", bound=BaseModel)

_TYPE_WORDS = {
    "string_type": Text("文字", "text"),
    "int_type": Text("整数", "a whole number"),
    "int_from_float": Text("整数", "a whole number"),
    "float_type": Text("数", "a number"),
    "bool_type": Text("true 或 false", "true or false"),
    "dict_type": Text("一组“名称: 值”", "a mapping (name: value)"),
    "model_type": Text("一组“名称: 值”", "a mapping (name: value)"),
    "list_type": Text("一个列表(每行以“- ”开头)", "a list (lines that begin with '- ')"),
}


def trouble(zh: str, en: str) -> PydanticCustomError:
    """Build an error for a validator to raise, with its words in both languages."""
    return PydanticCustomError("urbsim", "{en}", {"zh": zh, "en": en})


def problem_at(node: Node, file: str, message: Text, hint: Text | None = None) -> Problem:
    """Build a problem at a node."""
    return problem(message, hint, file=file, line=node.line, column=node.column)


def problem(
    message: Text, hint: Text | None = None, *, file: str | None = None, line: int | None = None, column: int | None = None
) -> Problem:
    """Build a problem whose message and hint read as sentences one after the other.

    >>> problem(Text("没有", "there is none"), Text("见表", "see the table")).render("en")
    'there is none. See the table'
    """
    if hint is not None:
        message = Text(message.zh, message.en.rstrip(".") + ".")
        hint = Text(hint.zh, hint.en[:1].upper() + hint.en[1:])
    return Problem(message, file=file, line=line, column=column, hint=hint)


def validate(model: type[Model], node: Node, file: str, problems: list[Problem], where: Sequence[str | int] = ()) -> Model | None:
    """Return the model of a node; note every problem and drop the parts that have one, so that the rest can still be checked.

    `where` is the path of `node` for pydantic's locations, when `node` is the root of the file: pass the sub-node instead and
    leave it empty. Returns None if nothing can be saved.
    """
    if node.kind != "map":
        problems.append(problem_at(node, file, _expected(_TYPE_WORDS["dict_type"], node.plain())))
        return None
    plain = node.plain()
    try:
        return model.model_validate(plain)
    except ValidationError as error:
        details = error.errors(include_url=False)
    bad: set[str] = set()
    for detail in details:
        problems.append(_translate(model, detail, node, file))
        bad.add(str(detail["loc"][0]))
    try:
        return model.model_validate({key: value for key, value in plain.items() if key not in bad})
    except ValidationError:
        return None


def _translate(model: type[BaseModel], detail: ErrorDetails, node: Node, file: str) -> Problem:
    loc = [step for step in detail["loc"] if step != "[key]"]
    kind, found, context = detail["type"], detail.get("input"), detail.get("ctx") or {}
    name = str(loc[-1]) if loc else ""
    at_key = kind == "extra_forbidden"
    place = node.at(loc, key=at_key)
    hint: Text | None = None
    if kind == "extra_forbidden":
        known = field_names(model, loc[:-1])
        message = Text(f"没有“{name}”这一项", f"there is no field '{name}' here")
        hint = nearest_hint(name, known)
    elif kind == "missing":
        message = Text(f"缺少“{name}”", f"'{name}' is missing")
    elif kind == "urbsim":
        message = Text(str(context["zh"]), str(context["en"]))
    elif kind in _TYPE_WORDS:
        message = _expected(_TYPE_WORDS[kind], found, name)
    elif kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        limit = context.get("ge", context.get("gt", context.get("le", context.get("lt"))))
        zh = {"g": "至少为", "l": "至多为"}[kind[0]]
        en = {"g": "at least", "l": "at most"}[kind[0]]
        message = Text(f"“{name}”的值 {found} 超出范围，{zh} {limit}", f"'{name}' is {found}; it must be {en} {limit}")
    elif kind == "literal_error":
        allowed = str(context.get("expected", "")).replace(" or ", ", ")
        message = Text(f"“{name}”不能是“{found}”，可以是：{allowed}", f"'{name}' cannot be '{found}'; allowed: {allowed}")
    elif kind == "string_pattern_mismatch":
        message = Text(
            f"“{name}”的值“{found}”不行：只用汉字、字母、数字、- 和 _",
            f"'{name}' is '{found}'; use letters, digits, - and _ only",
        )
    else:
        message = Text(f"“{name}”有误：{detail['msg']}", f"'{name}': {detail['msg']}")
    return problem_at(place, file, message, hint)


def _expected(wanted: Text, found: Any, name: str = "") -> Text:
    zh_name, en_name = (f"“{name}”应为", f"'{name}' takes ") if name else ("这里应为", "this takes ")
    return Text(f"{zh_name}{wanted.zh}，给的是{describe(found).zh}", f"{en_name}{wanted.en}, found {describe(found).en}")


def describe(found: Any) -> Text:
    """Say what was found, briefly.

    >>> describe([1]).en, describe(None).en, describe("x").en
    ('a list', 'nothing', "'x'")
    """
    if isinstance(found, dict):
        return Text("一组“名称: 值”", "a mapping")
    if isinstance(found, list):
        return Text("一个列表", "a list")
    if found is None:
        return Text("空值", "nothing")
    short = str(found)[:60]
    return Text(f"“{short}”", f"'{short}'")


def nearest_hint(name: str, known: Sequence[str]) -> Text | None:
    """Return a hint with the nearest name, or with all of them if they are few."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return Text(f"是不是想写“{near[0]}”？", f"did you mean '{near[0]}'?")
    if known and len(known) <= 20:
        listed = ", ".join(known)
        return Text(f"可以用：{listed}", f"allowed: {listed}")
    return None


def field_names(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """Return the field names (as written in files) of the model found at `loc` inside `model`."""
    current: type[BaseModel] | None = model
    for step in loc:
        if current is None:
            return []
        if isinstance(step, int):
            continue
        found = next((info for name, info in current.model_fields.items() if step in (name, info.alias)), None)
        current = _model_in(found.annotation) if found else None
    if current is None:
        return []
    return [info.alias or name for name, info in current.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in typing.get_args(annotation):
        inner = _model_in(part)
        if inner is not None:
            return inner
    return None
