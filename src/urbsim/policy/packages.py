"""Packages: dated values of one document or one body of rules, as data in `packages/*.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from urbsim.errors import Problem, UserError
from urbsim.policy.areas import Areas
from urbsim.policy.problems import nearest_hint, problem, problem_at, validate
from urbsim.policy.rules import Date, DatedValue, Names, Tag, TextFile, read_rules
from urbsim.policy.yamlnodes import Node, read_yaml
from urbsim.text import Text

PACKAGES_FOLDER = Path(__file__).resolve().parent / "packages"


class ContextFile(BaseModel):
    """Something a document says that no mechanism follows: kept, shown by `explain`, never silent."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    from_: Date = Field(alias="from")
    area: Names
    text: TextFile
    row: str = ""
    document: str
    clause: str = ""
    tag: Tag


class PackageFile(BaseModel):
    """The fields of a package file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")
    title: TextFile
    description: TextFile | None = None
    region: str | None = Field(default=None, description="the only region whose areas the package names")
    extends: Names = Field(default_factory=list, description="packages that this one continues and may overrule")
    rules: list[Any] = Field(default_factory=list)
    context: list[ContextFile] = Field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Package:
    """Hold a package as read: what it says of itself, and the node of its rules."""

    name: str
    title: Text
    description: Text
    region: str | None
    extends: tuple[str, ...]
    context: tuple[ContextFile, ...]
    file: str
    rules: Node | None

    def values(self, areas: Areas, problems: list[Problem]) -> list[DatedValue]:
        """Return the dated values for the areas of a region; note problems."""
        if self.rules is None:
            return []
        return read_rules(self.rules, self.file, areas, self.name, "package", problems)


def package_names() -> tuple[str, ...]:
    """Return the names of the shipped packages."""
    return tuple(sorted(path.stem for path in PACKAGES_FOLDER.glob("*.yaml")))


def unknown_package(name: str) -> tuple[Text, Text | None]:
    """Return the message and the hint for a package that is not there."""
    return Text(f"没有名为“{name}”的政策包", f"there is no policy package '{name}'"), nearest_hint(name, package_names())


def load_package(name: str) -> Package:
    """Return a shipped package; raise UserError if there is none or its file is at fault."""
    if name not in package_names():
        message, hint = unknown_package(name)
        raise UserError([problem(message, hint)])
    return _shipped(name)


@lru_cache(maxsize=64)
def _shipped(name: str) -> Package:
    return read_package(PACKAGES_FOLDER / f"{name}.yaml", f"packages/{name}.yaml")


def read_package(path: Path, shown: str) -> Package:
    """Read a package file; raise UserError with every problem of its frame (its rules are read per region)."""
    root = read_yaml(path, shown)
    problems: list[Problem] = []
    header = validate(PackageFile, root, shown, problems)
    if header is not None and header.name != path.stem:
        message = Text(f"name 应与文件名一致：{path.stem}", f"name must be that of the file: {path.stem}")
        problems.append(problem_at(root.at(["name"]), shown, message))
    if problems or header is None:
        raise UserError(problems)
    title = header.title.text()
    return Package(
        name=header.name,
        title=title,
        description=header.description.text() if header.description else title,
        region=header.region,
        extends=tuple(header.extends),
        context=tuple(header.context),
        file=shown,
        rules=root.get("rules"),
    )
