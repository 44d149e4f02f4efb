"""Read YAML files into nodes that know their line and column, and never run anything.

Only the events of the YAML parser are used: no object is ever constructed from a tag. Scalars are text, whole numbers,
decimal numbers, true/false or empty; dates stay text (`urbsim.policy.dates` reads them), and `yes`, `on`, `1:30`, `010`
mean what they look like (YAML 1.2).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from urbsim.errors import Problem, UserError
from urbsim.text import Text

MAX_BYTES = 1 << 20
MAX_NODES = 200_000
MAX_DEPTH = 24

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, eq=False)
class Node:
    """Hold one piece of a YAML file: a scalar (`value`), a list (`items`) or a mapping (`pairs`), and where it starts."""

    kind: Literal["scalar", "list", "map"]
    line: int
    column: int
    value: str | int | float | bool | None = None
    raw: str = ""
    items: tuple[Node, ...] = ()
    pairs: tuple[tuple[Node, Node], ...] = ()
    size: int = 1
    depth: int = 1

    def get(self, key: str) -> Node | None:
        """Return the value under `key` of a mapping, or None."""
        return next((value for name, value in self.pairs if name.raw == key), None)

    def key_node(self, key: str) -> Node | None:
        """Return the node of the key itself."""
        return next((name for name, _ in self.pairs if name.raw == key), None)

    def plain(self) -> Any:
        """Return the content as dicts (keys as written), lists and scalars."""
        if self.kind == "map":
            return {name.raw: value.plain() for name, value in self.pairs}
        if self.kind == "list":
            return [item.plain() for item in self.items]
        return self.value

    def at(self, path: Sequence[str | int], *, key: bool = False) -> Node:
        """Return the node under `path`, or its nearest parent that exists; with `key`, the node of the last key."""
        node = self
        for place, step in enumerate(path):
            following: Node | None = None
            if node.kind == "map":
                following = node.get(str(step))
                if key and place == len(path) - 1:
                    following = node.key_node(str(step)) or following
            elif node.kind == "list" and isinstance(step, int) and step < len(node.items):
                following = node.items[step]
            if following is None:
                return node
            node = following
        return node


@dataclass
class _Open:
    """Collect the children of a list or mapping that is still being read."""

    kind: Literal["list", "map"]
    line: int
    column: int
    anchor: str | None
    children: list[Node] = field(default_factory=list)
    keys: dict[str, Node] = field(default_factory=dict)
    doubled: set[int] = field(default_factory=set)


def read_text(path: Path, shown: str | None = None) -> str:
    """Return the text of a YAML file; refuse what is missing, not a file, too big, binary or not UTF-8.

    `shown` is the name used in messages. Raises UserError.
    """
    name = shown or str(path)
    try:
        if not path.exists():
            raise UserError.one("没有这个文件", "there is no such file", file=name)
        if not path.is_file():
            raise UserError.one("这不是一个普通文件", "this is not a regular file", file=name)
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UserError.one(
                f"文件太大：{size} 字节，上限 {MAX_BYTES} 字节",
                f"the file is too big: {size} bytes, at most {MAX_BYTES} are allowed",
                file=name,
            )
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UserError.one(f"读不了这个文件：{error.strerror}", f"the file cannot be read: {error.strerror}", file=name) from error
    if b"\0" in data[:MAX_BYTES]:
        raise UserError.one("这是二进制文件，不是 YAML 文本", "this is a binary file, not YAML text", file=name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError.one(
            "文件不是 UTF-8 编码，请另存为 UTF-8", "the file is not in UTF-8; save it as UTF-8", file=name, line=line
        ) from error


def parse_yaml(text: str, file: str) -> Node:
    """Return the root node of a YAML text of one document; raise UserError with every problem found."""
    problems: list[Problem] = []
    builder = _Builder(file, problems)
    problems.extend(_tabs(text, file))
    if not problems:
        try:
            for event in _events(text):
                builder.take(event)
        except yaml.YAMLError as error:
            problems.append(_syntax_problem(error, file))
    if problems:
        raise UserError(problems)
    if builder.root is None or (builder.root.kind == "scalar" and builder.root.value is None):
        raise UserError.one("文件是空的", "the file is empty", file=file)
    return builder.root


def read_yaml(path: Path, shown: str | None = None) -> Node:
    """Read a file and return its root node."""
    return parse_yaml(read_text(path, shown), shown or str(path))


def _events(text: str) -> Iterator[Any]:
    return iter(yaml.parse(text, Loader=_LOADER))


def _tabs(text: str, file: str) -> Iterator[Problem]:
    """Report tabs in the indentation, which YAML forbids."""
    for number, line in enumerate(text.splitlines(), start=1):
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent and line.strip():
            yield Problem(
                Text("缩进里有制表符(Tab)", "there is a tab in the indentation."),
                file=file, line=number, column=indent.index("\t") + 1, hint=Text("请用空格缩进", "Indent with spaces"),
            )  # fmt: skip


def _syntax_problem(error: yaml.YAMLError, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    words = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML")
    return Problem(
        Text(f"这里不符合 YAML 的写法({words})", f"this is not valid YAML: {words}."),
        file=file,
        line=mark.line + 1 if mark else None,
        column=mark.column + 1 if mark else None,
        hint=Text("请检查缩进、冒号后的空格和引号", "Check the indentation, the space after each colon and the quotes"),
    )


def scalar(raw: str) -> str | int | float | bool | None:
    """Return the value that an unquoted scalar stands for.

    >>> scalar("12"), scalar("0.5"), scalar("true"), scalar("2025-01-01"), scalar("yes"), scalar("~")
    (12, 0.5, True, '2025-01-01', 'yes', None)
    """
    if raw in {"", "~", "null", "Null", "NULL"}:
        return None
    if raw in {"true", "True", "TRUE"}:
        return True
    if raw in {"false", "False", "FALSE"}:
        return False
    if _INTEGER.fullmatch(raw):
        return int(raw)
    if len(raw) <= 64 and _DECIMAL.fullmatch(raw) and math.isfinite(float(raw)):
        return float(raw)
    return raw


class _Builder:
    """Turn parser events into nodes, with limits on depth and size, and notes of what is not allowed."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.root: Node | None = None
        self.open: list[_Open] = []
        self.anchors: dict[str, Node] = {}
        self.documents = 0

    def take(self, event: Any) -> None:
        """Take the next event of the parser."""
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if getattr(event, "tag", None) not in (None, "!"):
            self._note(f"不允许使用类型标签 {event.tag}", f"type tags such as {event.tag} are not allowed", line, column)
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style is None or event.style == ""
            value = scalar(event.value) if plain else event.value
            self._add(Node("scalar", line, column, value=value, raw=event.value), event.anchor)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(self.open) >= MAX_DEPTH:
                self._stop(f"嵌套超过 {MAX_DEPTH} 层", f"nested more than {MAX_DEPTH} levels deep", line, column)
            kind: Literal["list", "map"] = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
            self.open.append(_Open(kind, line, column, event.anchor))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = self.open.pop()
            self._add(self._close(done), done.anchor)
        elif isinstance(event, yaml.AliasEvent):
            target = self.anchors.get(str(event.anchor))
            if target is None:
                self._stop(f"别名 *{event.anchor} 没有完整的定义", f"the alias *{event.anchor} has no finished anchor", line, column)
            else:
                self._add(target, None)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._stop("一个文件只能有一个 YAML 文档", "a file holds one YAML document only", line, column)

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if parent.kind == "map" and len(parent.children) % 2 == 0:
            self._check_key(parent, node)
        parent.children.append(node)

    def _check_key(self, parent: _Open, key: Node) -> None:
        if key.kind != "scalar":
            self._note("键必须是一个词", "a key must be a single word", key.line, key.column)
        elif key.raw in parent.keys:
            first = parent.keys[key.raw]
            self._note(
                f"键“{key.raw}”重复，第一次在第 {first.line} 行", f"the key '{key.raw}' is given twice; first on line {first.line}",
                key.line, key.column,
            )  # fmt: skip
        else:
            parent.keys[key.raw] = key

    def _close(self, done: _Open) -> Node:
        size = 1 + sum(child.size for child in done.children)
        if size > MAX_NODES:
            zh, en = f"内容(含别名展开)超过 {MAX_NODES} 项", f"more than {MAX_NODES} entries after expanding aliases"
            self._stop(zh, en, done.line, done.column)
        depth = 1 + max((child.depth for child in done.children), default=0)
        if depth > MAX_DEPTH:
            self._stop(f"嵌套超过 {MAX_DEPTH} 层", f"nested more than {MAX_DEPTH} levels deep", done.line, done.column)
        if done.kind == "list":
            return Node("list", done.line, done.column, items=tuple(done.children), size=size, depth=depth)
        pairs = tuple(zip(done.children[::2], done.children[1::2], strict=True))
        return Node("map", done.line, done.column, pairs=pairs, size=size, depth=depth)

    def _note(self, zh: str, en: str, line: int, column: int) -> None:
        self.problems.append(Problem(Text(zh, en), file=self.file, line=line, column=column))

    def _stop(self, zh: str, en: str, line: int, column: int) -> None:
        self._note(zh, en, line, column)
        raise UserError(self.problems)
