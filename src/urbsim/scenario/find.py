"""Where scenario files are, and which files a file may name."""

from __future__ import annotations

from pathlib import Path

from urbsim.errors import UserError
from urbsim.policy.problems import nearest_hint, problem
from urbsim.text import Text

_INSTALLED = Path(__file__).resolve().parents[1] / "shipped_scenarios"
_REPOSITORY = Path(__file__).resolve().parents[3] / "scenarios"


def shipped_folder() -> Path:
    """Return the folder of the shipped scenarios: inside the installed package, or `scenarios/` of the repository."""
    return _INSTALLED if _INSTALLED.is_dir() else _REPOSITORY


def shipped_scenarios() -> tuple[str, ...]:
    """Return the names of the shipped scenarios."""
    return tuple(sorted(path.stem for path in shipped_folder().glob("*.yaml")))


def is_path(name: str) -> bool:
    """Say whether a word names a file and not a shipped thing.

    >>> is_path("zhejiang_2027"), is_path("mine.yaml"), is_path("plans/mine.yaml")
    (False, True, True)
    """
    return name.endswith((".yaml", ".yml")) or "/" in name or "\\" in name


def find_scenario(name: str | Path) -> tuple[Path, str]:
    """Return the file of a shipped name or a path, and the name to show in messages; raise UserError if there is none."""
    text = str(name)
    if isinstance(name, Path) or is_path(text):
        return Path(name), text
    path = shipped_folder() / f"{text}.yaml"
    if text in shipped_scenarios():
        return path, f"scenarios/{text}.yaml"
    near = nearest_hint(text, shipped_scenarios())
    raise UserError([problem(Text(f"没有名为“{text}”的情景", f"there is no scenario '{text}'"), near)])


def inside(folder: Path, name: str) -> Path | None:
    """Return the file `name` below `folder`, or None if it leaves the folder (by `..`, an absolute path or a link)."""
    if Path(name).is_absolute() or "\\" in name or ":" in name:
        return None
    root = folder.resolve()
    target = (root / name).resolve()
    return target if target.is_relative_to(root) else None
