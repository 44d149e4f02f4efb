"""Check the hand-written part of a region folder: `region.yaml` and the tables of areas, prefectures, blocks and aliases."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from urbsim.errors import Problem
from urbsim.text import Text

CODE = re.compile(r"[a-z][a-z0-9_]*")
SETTINGS_FILE = "region.yaml"
TABLES: Mapping[str, tuple[str, ...]] = {
    "areas.csv": ("code", "zh", "en", "prefecture", "is_core", "is_mountain", "row", "column", "longitude", "latitude"),
    "prefectures.csv": ("code", "zh", "en"),
    "blocks.csv": ("code", "zh", "en", "is_neighbour", "longitude", "latitude"),
    "aliases.csv": ("alias", "code"),
}
MAY_BE_EMPTY = ("aliases.csv",)


def _number(low: float, high: float) -> Callable[[object], bool]:
    def test(value: object) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high

    return test


def _whole(low: int, high: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _names(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _pair(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"zh", "en"} and all(isinstance(v, str) and v for v in value.values())


@dataclass(frozen=True)
class Setting:
    """Say what a key of region.yaml may hold."""

    test: Callable[[object], bool]
    allowed: Text
    needed: bool = True


SETTINGS: Mapping[str, Setting] = {
    "name": Setting(
        lambda v: isinstance(v, str) and CODE.fullmatch(v) is not None, Text("小写字母、数字和 _", "small letters, digits and _")
    ),
    "title": Setting(_pair, Text("{zh: …, en: …}", "{zh: ..., en: ...}")),
    "first_year": Setting(_whole(2010, 2010), Text("2010", "2010")),
    "last_year": Setting(_whole(2027, 2027), Text("2027", "2027")),
    "outcomes_until": Setting(_whole(2010, 2022), Text("2010 至 2022 的年份", "a year from 2010 to 2022")),
    "g_w": Setting(_number(-0.2, 0.2), Text("-0.2 至 0.2", "-0.2 to 0.2")),
    "wages_until": Setting(_whole(2010, 2027), Text("2010 至 2027 的年份", "a year from 2010 to 2027")),
    "detour": Setting(_number(1, 3), Text("1 至 3", "1 to 3")),
    "registered_poor_share": Setting(_number(0, 1), Text("0 至 1", "0 to 1"), needed=False),
    "cost_zones": Setting(_names, Text("名称的列表，如 [national]", "a list of names such as [national]"), needed=False),
    "baseline": Setting(lambda v: isinstance(v, str) and bool(v), Text("情景名称", "the name of a scenario"), needed=False),
}


def find_table_problems(folder: Path) -> list[Problem]:
    """Return everything that is wrong with the hand-written part of a folder."""
    problems = _settings(folder)
    for name, columns in TABLES.items():
        problems += _table(folder / name, columns)
    return problems


def _problem(path: Path, line: int | None, zh: str, en: str, hint: Text | None = None) -> Problem:
    return Problem(Text(zh, en), file=str(path), line=line, hint=hint)


def read_settings(text: str) -> Any:
    """Return what a `region.yaml` says, read in C where that is there; raises yaml.YAMLError."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe


def _settings(folder: Path) -> list[Problem]:
    path = folder / SETTINGS_FILE
    try:
        text = path.read_text(encoding="utf-8")
        given = read_settings(text)
    except (OSError, UnicodeDecodeError):
        return [_problem(path, None, f"缺少或不能读取 {SETTINGS_FILE}", f"{SETTINGS_FILE} is missing or cannot be read")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return [_problem(path, mark.line + 1 if mark else None, "不是合格的 YAML", "is no valid YAML")]
    if not isinstance(given, dict):
        return [_problem(path, 1, "应为“键: 值”", "must hold `key: value` lines")]
    lines = {line.split(":")[0].strip(): number for number, line in enumerate(text.splitlines(), start=1) if ":" in line}
    found: list[Problem] = []
    for key, setting in SETTINGS.items():
        if key not in given:
            if setting.needed:
                found.append(_problem(path, None, f"缺少“{key}”：{setting.allowed.zh}", f"'{key}' is missing: {setting.allowed.en}"))
        elif not setting.test(given[key]):
            hint = Text(f"可以给：{setting.allowed.zh}", f"allowed: {setting.allowed.en}")
            found.append(_problem(path, lines.get(key), f"“{key}”的值 {given[key]!r} 不对", f"{key}: {given[key]!r} is not allowed", hint))
    for key in given:
        if key not in SETTINGS:
            near = difflib.get_close_matches(str(key), SETTINGS, n=1)
            meant = Text(f"是不是 {near[0]}？", f"did you mean {near[0]}?") if near else None
            found.append(_problem(path, lines.get(str(key)), f"没有名为“{key}”的设置", f"there is no setting '{key}'", meant))
    name = given.get("name")
    if isinstance(name, str) and CODE.fullmatch(name) and name != folder.name:
        zh, en = f"name 应与文件夹同名：{folder.name}", f"name must be that of the folder: {folder.name}"
        found.append(_problem(path, lines.get("name"), zh, en))
    return found


def _table(path: Path, columns: tuple[str, ...]) -> list[Problem]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            header = tuple(reader.fieldnames or ())
            rows = [(reader.line_num, row) for row in reader]
    except OSError:
        return [_problem(path, None, f"缺少文件 {path.name}", f"file {path.name} is missing")]
    except (UnicodeDecodeError, csv.Error):
        return [_problem(path, None, f"{path.name} 不是 UTF-8 的 CSV", f"{path.name} is no CSV in UTF-8")]
    missing = [column for column in columns if column not in header]
    if missing:
        return [_problem(path, 1, f"缺少列 {', '.join(missing)}", f"columns are missing: {', '.join(missing)}")]
    if not rows and path.name not in MAY_BE_EMPTY:
        return [_problem(path, None, f"{path.name} 没有一行数据", f"{path.name} has no rows")]
    found: list[Problem] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        code = row[columns[0]] or ""
        if code in seen:
            found.append(_problem(path, line, f"{code} 已在第 {seen[code]} 行", f"{code} stands already in line {seen[code]}"))
        seen.setdefault(code, line)
        for column in columns:
            found += _cell(path, line, column, row[column])
    return found


def _cell(path: Path, line: int, column: str, value: str | None) -> list[Problem]:
    """Return what is wrong with one cell."""
    text = value or ""
    if column == "code" and not CODE.fullmatch(text):
        return [_problem(path, line, f"代码“{text}”应为小写字母、数字和 _", f"code {text!r} must be small letters, digits and _")]
    if column in ("is_core", "is_mountain", "is_neighbour") and text not in ("0", "1"):
        return [_problem(path, line, f"{column} 应为 0 或 1，给的是“{text}”", f"{column} must be 0 or 1, found {text!r}")]
    if column in ("row", "column") and not (text.isascii() and text.isdigit()):
        return [_problem(path, line, f"{column} 应为整数，给的是“{text}”", f"{column} must be a whole number, found {text!r}")]
    if column in ("longitude", "latitude"):
        limit = 180 if column == "longitude" else 90
        try:
            inside = -limit <= float(text) <= limit
        except ValueError:
            inside = False
        if not inside:
            return [_problem(path, line, f"{column} 应为度数，给的是“{text}”", f"{column} must be degrees, found {text!r}")]
    if not text:
        return [_problem(path, line, f"{column} 是空的", f"{column} is empty")]
    return []
