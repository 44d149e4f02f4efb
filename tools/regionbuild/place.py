"""The region that is being built: its hand-written tables and its names in the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from regionbuild.evidence import Evidence, Facts, read_table

REGIONS = Path(__file__).resolve().parents[2] / "src/urbsim/regions/data"


@dataclass(frozen=True)
class Place:
    """Hold a region's areas, prefectures and other names.

    `codes` maps a code of the region to that of the evidence where they differ (`fuzhou` -> `fuzhou_incl_pingtan`). An area that the
    evidence does not hold under its own name is the sum of the evidence's codes that are its aliases (a core: its districts).
    """

    name: str
    folder: Path
    settings: Mapping[str, Any]
    areas: list[str]
    prefectures: list[str]
    blocks: list[str]
    prefecture_of: Mapping[str, str]
    cores: frozenset[str]
    aliases: Mapping[str, str]
    points: Mapping[str, tuple[float, float]]
    codes: Mapping[str, str] = field(default_factory=dict)
    province: str = ""  # the evidence's code of the province whose rates by age hold

    @classmethod
    def read(cls, name: str, codes: Mapping[str, str] | None = None, province: str = "") -> Place:
        """Read the hand-written tables of a shipped region."""
        folder = REGIONS / name
        areas, blocks = read_table(folder / "areas.csv"), read_table(folder / "blocks.csv")
        return cls(
            name=name,
            folder=folder,
            settings=yaml.safe_load((folder / "region.yaml").read_text(encoding="utf-8")),
            areas=[r["code"] for r in areas],
            prefectures=[r["code"] for r in read_table(folder / "prefectures.csv")],
            blocks=[r["code"] for r in blocks],
            prefecture_of={r["code"]: r["prefecture"] for r in areas},
            cores=frozenset(r["code"] for r in areas if r["is_core"] == "1"),
            aliases={r["alias"]: r["code"] for r in read_table(folder / "aliases.csv")},
            points={r["code"]: (float(r["longitude"]), float(r["latitude"])) for r in [*areas, *blocks]},
            codes=codes or {},
            province=province or name,
        )

    @property
    def wholes(self) -> list[str]:
        """Return the prefectures and the region; a region of one prefecture is named once."""
        return list(dict.fromkeys([*self.prefectures, self.name]))

    def source(self, code: str) -> str:
        """Return the evidence's name of the region, a prefecture or an area."""
        return self.codes.get(code, code)

    def members(self, evidence: Evidence, area: str, year: int) -> list[str]:
        """Return the codes of the evidence that add up to `area` in a census year."""
        own = self.source(area)
        if evidence.get(own, year, "resident_population_census", "demography"):
            return [own]
        return [a for a, c in self.aliases.items() if c == area and evidence.get(a, year, "resident_population_census", "demography")]

    def core_of(self, prefecture: str) -> str | None:
        """Return the core of a prefecture, or None."""
        return next((a for a in self.areas if a in self.cores and self.prefecture_of[a] == prefecture), None)

    def incoming(self, counts: Facts) -> dict[str, int]:
        """Return the people of other provinces in each area in 2010, from the written census counts."""
        found = {r[0]: int(r[3]) for r in counts.rows if r[1] == "2010" and r[2] == "interprovincial_inmigrants"}
        return {a: found[a] for a in self.areas}

    def check_sums(self, facts: Facts) -> None:
        """Stop unless the areas add up exactly to prefectures and region in everything counted in persons."""
        table = {(r[0], r[1], r[2]): int(r[3]) for r in facts.rows if r[4] == "persons"}
        for year, name in sorted({(k[1], k[2]) for k in table}):
            if (self.prefectures[0], year, name) not in table:
                continue
            for prefecture in self.prefectures:
                total = sum(table[a, year, name] for a in self.areas if self.prefecture_of[a] == prefecture)
                if total != table[prefecture, year, name]:
                    raise SystemExit(f"{prefecture} {year} {name}: areas give {total}, published {table[prefecture, year, name]}")
            if sum(table[p, year, name] for p in self.prefectures) != table[self.name, year, name]:
                raise SystemExit(f"{self.name} {year} {name}: prefectures do not add up")

    def write(self, files: Mapping[str, Facts]) -> None:
        """Write the fact files by name."""
        for name, facts in files.items():
            facts.write(self.folder / f"{name}.csv")
            print(f"{name}.csv {len(facts.rows)} rows")
