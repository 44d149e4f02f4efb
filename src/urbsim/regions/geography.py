"""Names and places of a region's areas and origin blocks: the light part, without the figures."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from urbsim.errors import UserError
from urbsim.regions.handwritten import find_table_problems, read_settings
from urbsim.text import Text

DATA = Path(__file__).resolve().parent / "data"
PLACES = "URBSIM_REGIONS"
"""Environment variable: folders that hold region folders, beside the shipped ones. Processes that a run starts inherit it."""
NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, eq=False)
class AreaTable:
    """Hold the codes and names of a region, without its figures.

    `areas`, `prefectures`, `blocks` map code to the row of the hand-written table; `aliases` maps other names to area codes.
    """

    name: str
    title: Text
    folder: Path
    settings: Mapping[str, object]
    areas: Mapping[str, Mapping[str, str]]
    prefectures: Mapping[str, Mapping[str, str]]
    blocks: Mapping[str, Mapping[str, str]]
    aliases: Mapping[str, str]

    @property
    def area_codes(self) -> tuple[str, ...]:
        """Return area codes in the order of `areas.csv`."""
        return tuple(self.areas)

    @property
    def area_names(self) -> tuple[Text, ...]:
        """Return area names in the order of `areas.csv`."""
        return tuple(Text(row["zh"], row["en"]) for row in self.areas.values())

    def resolve_area(self, name: str) -> tuple[str, ...]:
        """Return the area codes that `name` means: an area, an alias, a prefecture, `all` or the region.

        Codes are tried first, then aliases, then Chinese and English names. Raises UserError for an unknown name.
        """
        if name in self.areas:
            return (name,)
        if name in ("all", self.name):
            return self.area_codes
        if name in self.prefectures:
            return tuple(code for code, row in self.areas.items() if row["prefecture"] == name)
        if name in self.aliases:
            return (self.aliases[name],)
        if name in self.title:
            return self.area_codes
        for table in (self.prefectures, self.areas):
            for code, row in table.items():
                if name in (row["zh"], row["zh"].rstrip("市县区"), row["en"]):
                    return self.resolve_area(code)
        raise UserError.one(f"区域 {self.name} 中没有名为“{name}”的地区", f"no area named {name!r} in region {self.name}")

    def names(self) -> tuple[str, ...]:
        """Return every name that `resolve_area` knows by code, for suggestions."""
        return ("all", self.name, *self.prefectures, *self.areas, *self.aliases)


def shipped_regions() -> tuple[str, ...]:
    """Return the names of the regions that come with the package."""
    return tuple(sorted(path.parent.name for path in DATA.glob("*/region.yaml")))


def available_regions() -> tuple[str, ...]:
    """Return the names of all known regions: the shipped ones and those in the folders of `URBSIM_REGIONS`."""
    return tuple(sorted(_known()))


def add_regions(place: str | Path) -> None:
    """Make the region folders inside `place` known by name, to this process and to those that it starts."""
    path = str(Path(place).resolve())
    listed = [given for given in os.environ.get(PLACES, "").split(os.pathsep) if given]
    if path not in listed:
        os.environ[PLACES] = os.pathsep.join([*listed, path])


def _known() -> dict[str, Path]:
    """Return name -> folder; shipped regions come first, then the places in their order."""
    found = {name: DATA / name for name in shipped_regions()}
    for place in os.environ.get(PLACES, "").split(os.pathsep):
        for path in sorted(Path(place).glob("*/region.yaml")) if place else ():
            if NAME.fullmatch(path.parent.name):
                found.setdefault(path.parent.name, path.parent.resolve())
    return found


def region_folder(name_or_path: str | Path) -> Path:
    """Return the folder of a known region or of a path; raise UserError if there is none."""
    text = str(name_or_path)
    found = _known().get(text)
    if found is not None:
        return found
    path = Path(name_or_path)
    if (path / "region.yaml").is_file():
        return path.resolve()
    known = ", ".join(available_regions())
    raise UserError.one(
        f"没有区域“{text}”；现有：{known}（或给出含 region.yaml 的文件夹）",
        f"no region {text!r}; known: {known} (or a folder with region.yaml)",
    )


def area_table(name_or_path: str | Path) -> AreaTable:
    """Return codes and names of a region without reading its figures (a few milliseconds, cached)."""
    return _area_table(region_folder(name_or_path))


@lru_cache(maxsize=8)
def _area_table(folder: Path) -> AreaTable:
    problems = find_table_problems(folder)
    if problems:
        raise UserError(problems)
    settings = read_settings((folder / "region.yaml").read_text(encoding="utf-8"))
    title = settings["title"]
    return AreaTable(
        name=settings["name"],
        title=Text(title["zh"], title["en"]),
        folder=folder,
        settings=settings,
        areas=_by_code(folder / "areas.csv"),
        prefectures=_by_code(folder / "prefectures.csv"),
        blocks=_by_code(folder / "blocks.csv"),
        aliases={row["alias"]: row["code"] for row in _rows(folder / "aliases.csv")},
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _by_code(path: Path) -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in _rows(path)}
