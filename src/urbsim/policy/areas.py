"""Which areas a word in a file means: one area, a prefecture, `all`, `cores`, `counties`, `mountain`, `ningbo_counties`."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from urbsim.regions.geography import area_table, shipped_regions

ALL = "all"
CORES = "cores"
COUNTIES = "counties"
MOUNTAIN = "mountain"  # the 26 mountain counties of Zhejiang, 25 areas as two are districts of one core; no such word elsewhere
UNKNOWN_REGION = "?"


@dataclass(frozen=True)
class Areas:
    """List the areas of a region, in the order of the area index.

    `prefecture[a]` is the code of the prefecture of area `a`. `census` is the file from which residents are read when a total
    is shared out.
    """

    region: str
    codes: tuple[str, ...]
    prefecture: tuple[str, ...]
    is_core: tuple[bool, ...]
    aliases: dict[str, str] = field(default_factory=dict)
    census: Path | None = None
    is_mountain: tuple[bool, ...] = ()

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def selectors(self) -> dict[str, tuple[int, ...]]:
        """Return every word that names areas, with the area indices it means."""
        everything = range(len(self.codes))
        named: dict[str, tuple[int, ...]] = {
            ALL: tuple(everything),
            CORES: tuple(a for a in everything if self.is_core[a]),
            COUNTIES: tuple(a for a in everything if not self.is_core[a]),
        }
        if any(self.is_mountain):
            named[MOUNTAIN] = tuple(a for a in everything if self.is_mountain[a])
        named[self.region] = named[ALL]
        for prefecture in dict.fromkeys(self.prefecture):
            members = tuple(a for a in everything if self.prefecture[a] == prefecture)
            named[prefecture] = members
            counties = tuple(a for a in members if not self.is_core[a])
            if counties:
                named[f"{prefecture}_counties"] = counties
        for a, code in enumerate(self.codes):
            named[code] = (a,)
        return named

    def find(self, word: str) -> tuple[int, ...] | None:
        """Return the area indices that `word` means, or None."""
        return self.selectors.get(word) or self.selectors.get(self.aliases.get(word, ""))

    def nearest(self, word: str) -> str | None:
        """Return the name nearest to `word`, if any is near."""
        names = list(self.selectors)
        found = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
        if not found:
            found = [code for code in self.codes if code.partition("_")[2] == word]
        return found[0] if found else None

    def words(self, indices: Iterable[int]) -> tuple[list[str], list[str]]:
        """Return the shortest `area` and `except` lists that mean exactly these areas.

        >>> table = Areas("r", ("a_core", "a_x", "b_core"), ("a", "a", "b"), (True, False, True))
        >>> table.words([0, 1, 2]), table.words([0, 1]), table.words([1, 2])
        ((['all'], []), (['a'], []), (['all'], ['a_core']))
        """
        wanted = frozenset(indices)
        for word, members in self.selectors.items():
            if wanted == frozenset(members):
                return [word], []
        missing = [a for a in range(len(self.codes)) if a not in wanted]
        if len(missing) <= 3:
            return [ALL], [self.codes[a] for a in missing]
        return [self.codes[a] for a in sorted(wanted)], []

    @cached_property
    def residents(self) -> tuple[float, ...]:
        """Return residents at the 2020 census; all ones where the region's file does not say."""
        found: dict[str, float] = {}
        if self.census is not None and self.census.is_file():
            with self.census.open(encoding="utf-8", newline="") as stream:
                for row in csv.DictReader(stream):
                    if row["indicator"] == "resident_population" and row["year"] == "2020":
                        found[row["area"]] = float(row["value"])
        if not all(code in found for code in self.codes):
            return tuple(1.0 for _ in self.codes)
        return tuple(found[code] for code in self.codes)

    def shares(self, indices: tuple[int, ...]) -> tuple[float, ...]:
        """Return the shares of these areas in a total that is shared out by residents."""
        total = sum(self.residents[a] for a in indices)
        return tuple(self.residents[a] / total for a in indices)


def any_areas() -> Areas:
    """Return the areas of all shipped regions together: what names can be checked against when the region is not known."""
    tables = [areas_of(region) for region in shipped_regions()]
    return Areas(
        region=UNKNOWN_REGION,
        codes=tuple(code for table in tables for code in table.codes),
        prefecture=tuple(code for table in tables for code in table.prefecture),
        is_core=tuple(core for table in tables for core in table.is_core),
        aliases={alias: code for table in tables for alias, code in table.aliases.items()},
        is_mountain=tuple(mountain for table in tables for mountain in table.is_mountain),
    )


def areas_of(region: str) -> Areas:
    """Return the areas of a shipped region or of a region folder; raise UserError if there is none."""
    table = area_table(region)
    rows = tuple(table.areas.values())
    return Areas(
        region=table.name,
        codes=table.area_codes,
        prefecture=tuple(row["prefecture"] for row in rows),
        is_core=tuple(row["is_core"] == "1" for row in rows),
        aliases={row["zh"]: code for code, row in (*table.areas.items(), *table.prefectures.items())}
        | {table.title.zh: table.name, **table.aliases},
        census=table.folder / "census.csv",
        is_mountain=tuple(row.get("is_mountain") == "1" for row in rows),
    )
