"""Whether a name or a file means a scenario, a study or a goal, told from a file's first keys alone."""

from __future__ import annotations

from pathlib import Path

from urbsim.errors import UserError
from urbsim.policy.yamlnodes import Node, read_yaml
from urbsim.scenario.find import is_path, shipped_folder, shipped_scenarios

STUDY_KEYS = frozenset({"base", "factors", "design", "outputs"})
GOAL_KEYS = frozenset({"search", "budget", "cost"})


def shipped_studies() -> tuple[str, ...]:
    """Return the names of the shipped studies."""
    return tuple(sorted(path.stem for path in (shipped_folder() / "studies").glob("*.yaml")))


def shipped_goals() -> tuple[str, ...]:
    """Return the names of the shipped goals."""
    return tuple(sorted(path.stem for path in (shipped_folder() / "goals").glob("*.yaml")))


def names_study(name: str) -> bool:
    """Say whether a word names a shipped study, or a file that means to be a study and not a scenario."""
    if not is_path(name):
        return name in shipped_studies() and name not in shipped_scenarios()
    root = _read(name)
    return root is not None and any(root.get(key) is not None for key in STUDY_KEYS)


def names_goal(name: str | Path) -> bool:
    """Say whether a shipped name or a file means a goal; a file that cannot be read does not."""
    if isinstance(name, str) and not is_path(name):
        return name in shipped_goals()
    root = _read(name)
    if root is None or root.kind != "map":
        return False
    targets = root.get("targets")
    return any(root.get(key) is not None for key in GOAL_KEYS) or (targets is not None and targets.kind == "list")


def _read(file: str | Path) -> Node | None:
    try:
        return read_yaml(Path(file), str(file))
    except UserError:
        return None
