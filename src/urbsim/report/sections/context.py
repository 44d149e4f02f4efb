"""What every section is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import xarray as xr

from urbsim.report import reading
from urbsim.report.indicators import IndicatorRow, indicator_rows
from urbsim.report.scores import Check, checks
from urbsim.text import Language, Text

if TYPE_CHECKING:
    from urbsim.regions.model import Region
    from urbsim.scenario.model import Scenario

PERSONS = Text("人", "persons")


@dataclass(frozen=True)
class Context:
    """The result, the place, the scenario and how it was made; `shared` keeps what both languages have in common."""

    dataset: xr.Dataset
    region: Region | None
    scenario: Scenario
    provenance: Mapping[str, Any] = field(default_factory=dict)
    lang: Language = "zh"
    shared: dict[str, Any] = field(default_factory=dict)

    def say(self, zh: str, en: str, *values: object) -> str:
        """Return one of two sentences with its values filled in."""
        words = Text(zh, en).get(self.lang)
        return words.format(*values) if values else words

    @cached_property
    def whole(self) -> str:
        """Return the label of the whole region."""
        return reading.region_row(self.dataset)

    @property
    def place(self) -> str:
        """Return the name of the whole region."""
        return self.name(self.whole)

    @cached_property
    def names(self) -> Mapping[str, Text]:
        """Return the names of all rows of the result."""
        return reading.area_names(self.dataset, self.region)

    def name(self, area: str) -> str:
        """Return the name of an area, prefecture or the region; the code of one that the result does not know."""
        return self.names.get(area, Text(area, area)).get(self.lang)

    @cached_property
    def indicators(self) -> list[IndicatorRow]:
        """Return the rows of the target table."""
        return indicator_rows(self.dataset, self.lang)

    @property
    def checks(self) -> list[Check]:
        """Return the comparisons with published figures, made once for both languages."""
        if "checks" not in self.shared:
            self.shared["checks"] = checks(self.dataset, self.region)
        found: list[Check] = self.shared["checks"]
        return found

    @property
    def unfitted(self) -> bool:
        """Say whether the parameters are prior draws: the region has no ensemble fitted to its past."""
        return self.provenance.get("parameters") == "prior"

    @cached_property
    def last(self) -> int:
        """Return the last full year of the result."""
        return reading.last_year(self.dataset)

    @property
    def runs(self) -> int:
        """Return how many runs the result holds."""
        return reading.count_members(self.dataset)

    def year_end(self, variable: str, year: int, **select: str) -> reading.Floats | None:
        """Return what the runs say of a variable at the end of a year: members (× other dimensions), or None."""
        at = reading.at_year_end(self.dataset, year)
        values = reading.members(self.dataset, variable, **select)
        return values[:, at] if values is not None and at is not None else None
