"""The fields of a scenario file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from urbsim.policy.dates import MODEL_END, MODEL_START, in_model
from urbsim.policy.problems import trouble
from urbsim.policy.rules import Date, Names, TextFile

NAME_PATTERN = r"^[A-Za-z0-9_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff-]{0,63}$"


class PeriodFile(BaseModel):
    """First and last day of the simulation."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    start: Date | None = Field(default=None, description=f"first day, not before {MODEL_START}")
    until: Date | None = Field(default=None, description=f"last day, not after {MODEL_END}")

    @model_validator(mode="after")
    def _in_order(self) -> PeriodFile:
        for date in (self.start, self.until):
            outside = in_model(date) if date is not None else None
            if outside is not None:
                raise trouble(outside.zh, outside.en)
        if self.start is not None and self.until is not None and self.start >= self.until:
            raise trouble(f"start({self.start})应早于 until({self.until})", f"start ({self.start}) must come before until ({self.until})")
        return self


RUN_LIMITS: dict[str, tuple[int, int]] = {"draws": (1, 100_000), "replicates": (1, 10_000), "seed": (0, 2**63 - 1), "weight": (1, 100_000)}


def _count(name: str, description: str) -> Any:
    """Declare a whole number within its limits."""
    low, high = RUN_LIMITS[name]
    return Field(default=None, ge=low, le=high, description=description)


class RunFile(BaseModel):
    """How many times, with what luck, and how many households one agent stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    draws: int | None = _count("draws", "points of the uncertain parameters")
    replicates: int | None = _count("replicates", "seeds for each draw")
    seed: int | None = _count("seed", "first seed")
    weight: int | None = _count("weight", "households that one agent stands for; 1 is everyone")


class PolicySection(BaseModel):
    """Packages of dated values, then the scenario's own."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    packages: Names = Field(default_factory=list, description="shipped packages, or files in this file's folder")
    set: list[Any] = Field(default_factory=list, description="the scenario's own dated values; later ones win")


class ScenarioFile(BaseModel):
    """The fields of a scenario file. All but the name may come from the scenario it extends."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(default="", pattern=NAME_PATTERN, description="letters, digits, - and _")
    title: TextFile | None = None
    description: TextFile | None = None
    region: str | None = Field(default=None, description="a shipped region, or a region folder beside this file")
    extends: str | None = Field(default=None, description="a shipped scenario, or a file in this file's folder")
    period: PeriodFile | None = None
    targets: str | None = Field(default=None, description="a packaged target table")
    policy: PolicySection | None = None
    assumptions: dict[str, Any] | None = None
    parameters: dict[str, Any] | None = Field(default=None, description="parameters, by symbol or name, that hold in every draw")
    run: RunFile | None = None


DEFAULT_PERIOD: tuple[dt.date, dt.date] = (MODEL_START, MODEL_END)
