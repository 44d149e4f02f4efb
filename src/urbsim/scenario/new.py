"""Write a commented copy of a scenario for a planner to edit."""

from __future__ import annotations

import re
from pathlib import Path

from urbsim.errors import DiskError, UserError
from urbsim.policy.problems import problem_at
from urbsim.policy.registry import LEVERS
from urbsim.policy.yamlnodes import parse_yaml, read_text, scalar
from urbsim.scenario.find import find_scenario, is_path, shipped_scenarios
from urbsim.scenario.load import loads
from urbsim.scenario.resolved import quoted
from urbsim.scenario.schema import NAME_PATTERN
from urbsim.text import Text

COMMON_LEVERS = (
    "settlement.quota", "settlement.points_cutoff", "settlement.renter_residence_months", "settlement.worker_insurance_months",
    "permit.residence_months", "school.new_places_primary", "school.permit_guarantee", "homes.guaranteed_units",
    "finance.grant_per_settled_cross_province", "finance.resident_weight", "work.training_slots",
)  # fmt: skip


def new_text(source: str | Path, name: str) -> str:
    """Return the text of a scenario called `name`: a copy of `source` with its comments, and a list of common levers at the end."""
    path, shown = find_scenario(source)
    text = read_text(path, shown)
    root = parse_yaml(text, shown)
    node = root.key_node("name")
    lines = [line for line in text.splitlines() if not line.startswith("# yaml-language-server")]
    if node is not None:
        at = next(number for number, line in enumerate(lines) if line.startswith("name:"))
        lines[at] = f"name: {quoted(name)}" if scalar(name) != name else f"name: {name}"
    return "\n".join([*lines, "", *_guide()]) + "\n"


def _guide() -> list[str]:
    """Return commented rules with the common levers, to copy under `policy: set:`."""
    lines = [
        "# ---- 常用政策杠杆，复制到 policy: set: 之下 / common levers, to copy under policy: set: ----",
        "# 全部：urbsim list levers；说明：urbsim explain 名称 / all: urbsim list levers; more: urbsim explain NAME",
        "# 后写的优先；一个值用到下一个日期 / later ones win; a value holds until the next date",
    ]
    for scope, area in (("area", "hangzhou_core"), ("region", "all")):
        words = (
            "或设区市、all、cores、counties / or a prefecture, all, cores, counties"
            if scope == "area"
            else "全区域一个值 / one value for all"
        )
        lines += [f"#    - area: {area}    # {words}", "#      from: 2026-01", "#      values:"]
        for lever in (LEVERS[name] for name in COMMON_LEVERS):
            if lever.scope == scope:
                allowed = lever.allowed()
                lines.append(f"#        {lever.name}: {lever.show(lever.default_value)}    # {lever.title.zh} / {lever.title.en}")
                lines.append(f"#          # {allowed.zh} / {allowed.en}")
    return lines


def new_file(source: str | Path, target: str | Path) -> Path:
    """Write a commented copy of the scenario `source` to `target` and return its path; its name is that of the file.

    Raises UserError if the target exists, is not a .yaml file, its folder is missing or its name will not do, or if the source names
    files that would not be found beside the target; DiskError if it cannot be written.
    """
    path = Path(target)
    shown = str(target)
    name = path.stem
    if path.suffix not in (".yaml", ".yml"):
        raise UserError.one("新情景文件应以 .yaml 结尾", "a scenario file ends in .yaml", file=shown)
    if not re.fullmatch(NAME_PATTERN, name):
        raise UserError.one(f"文件名“{name}”不行：只用汉字、字母、数字、- 和 _", f"'{name}': use letters, digits, - and _ only", file=shown)
    if name in shipped_scenarios():
        raise UserError.one(f"“{name}”是自带情景的名字，请换一个", f"'{name}' is a shipped scenario; choose another name", file=shown)
    if path.exists():
        raise UserError.one("文件已存在，不覆盖", "the file exists and is not overwritten", file=shown)
    if not path.parent.is_dir():
        raise UserError.one(f"没有文件夹 {path.parent}", f"there is no folder {path.parent}", file=shown)
    text = new_text(source, name)
    _check_neighbours(source, path)
    loads(text, folder=path.parent, shown=shown)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DiskError(Text(f"写不了 {shown}：{error.strerror}", f"{shown} cannot be written: {error.strerror}")) from error
    return path


def _check_neighbours(source: str | Path, target: Path) -> None:
    """Refuse to copy a file that names files of its own folder into another folder."""
    path, shown = find_scenario(source)
    root = parse_yaml(read_text(path, shown), shown)
    if path.parent.resolve() == target.parent.resolve():
        return
    packages = root.at(["policy", "packages"])
    for node in (root.get("extends"), *packages.items, packages):
        if node is not None and isinstance(node.value, str) and is_path(node.value):
            zh, en = "在原文件的文件夹里，请把新文件放在同一文件夹", "is in the source's folder; put the new file there too"
            message = Text(f"“{node.value}”{zh}", f"'{node.value}' {en}")
            raise UserError([problem_at(node, shown, message)])
