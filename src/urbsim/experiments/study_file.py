"""The fields of a study file (design/experience.md, Study files)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from urbsim.policy.problems import trouble
from urbsim.policy.rules import Date, Names, TextFile
from urbsim.scenario.schema import NAME_PATTERN, RunFile

DESIGNS = ("list", "grid", "latin_hypercube", "sobol", "one_at_a_time")
SHAPES = ("uniform", "normal", "lognormal")
MOST_POINTS = 10**12


def _as_distribution(value: object) -> object:
    return {"kind": value} if isinstance(value, str) else value


class DistributionFile(BaseModel):
    """How a factor is distributed.

    `prior` is that of the evidence; of the others `low` and `high` are the 5 % and 95 % points (of `uniform` the ends), `central` the
    median.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["prior", "uniform", "normal", "lognormal"]
    low: float | None = None
    central: float | None = None
    high: float | None = None


class FactorFile(BaseModel):
    """One thing that a study varies: a lever (by area, from a day on), a parameter or an assumption."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    name: str | None = Field(default=None, pattern=NAME_PATTERN, description="its name in the results; else the lever's or the symbol")
    lever: str | None = None
    parameter: str | None = Field(default=None, description="by its own name or its symbol in the evidence")
    assumption: str | None = None
    area: Names = Field(default_factory=list, description="an area, a prefecture, all, cores, counties, or a list of these; default all")
    except_: Names = Field(default_factory=list, alias="except")
    from_: Date | None = Field(default=None, alias="from", description="first day of the value, which then holds to the end")
    total: bool = Field(default=False, description="the value is a total, shared out over the areas by residents")
    values: list[Any] | None = Field(default=None, description="the values to take, in order")
    low: float | None = None
    high: float | None = None
    distribution: Annotated[DistributionFile | None, BeforeValidator(_as_distribution)] = None


class DesignFile(BaseModel):
    """Which combinations are run."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["list", "grid", "latin_hypercube", "sobol", "one_at_a_time"]
    n: int | None = Field(default=None, ge=1, le=MOST_POINTS, description="points (of sobol: base points; of a grid: steps of a range)")
    seed: int = Field(default=0, ge=0, le=2**31 - 1, description="seed of the sampling")
    runs: list[dict[str, Any]] | None = Field(default=None, description="of a list: one mapping of factor to value for each point")

    @model_validator(mode="after")
    def _fits(self) -> DesignFile:
        if self.kind in ("latin_hypercube", "sobol") and self.n is None:
            raise trouble(f"{self.kind} 需要 n(点数)", f"{self.kind} needs n, the number of points")
        if self.kind == "sobol" and self.n is not None and self.n & (self.n - 1):
            below = 1 << (self.n.bit_length() - 1)
            raise trouble(
                f"sobol 的 n 应为 2 的幂，给的是 {self.n}；可用 {below} 或 {2 * below}",
                f"n of sobol must be a power of two, found {self.n}; {below} or {2 * below} would do",
            )
        if self.kind != "list" and self.runs is not None:
            raise trouble(f"runs 只用于 list，这里是 {self.kind}", f"runs belongs to a list; this design is {self.kind}")
        return self


class StudyFile(BaseModel):
    """The fields of a study file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(default="", pattern=NAME_PATTERN, description="letters, digits, - and _")
    title: TextFile | None = None
    description: TextFile | None = None
    base: str | None = Field(default=None, description="a shipped scenario, or a file in this file's folder")
    factors: list[Any] = Field(default_factory=list)
    design: DesignFile | None = None
    run: RunFile | None = None
    outputs: Names | None = Field(default=None, description="variables of the results to keep")
