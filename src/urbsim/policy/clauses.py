"""The clauses of the five documents, by row id (S1, E3, ...): what they say, their role, the levers that stand for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from urbsim.policy.levers import Evidence, Lever
from urbsim.policy.registry import LEVERS
from urbsim.policy.yamlnodes import read_yaml
from urbsim.text import Text

_FILE = Path(__file__).resolve().parent / "clauses.yaml"

DOCUMENTS: MappingProxyType[str, Text] = MappingProxyType(
    {
        "ZJ2017": Text("浙江省推动非户籍人口在城市落户工作方案(2017)", "Zhejiang 2017: settling people without a local register in cities"),
        "ZJ2023": Text("浙江省农业转移人口市民化实施方案(2023—2027年)", "Zhejiang: plan for rural people in towns, 2023-2027"),
        "ZJ2023W": Text("2023年浙江省新型城镇化和城乡融合发展工作要点", "Zhejiang: work points on urbanization for 2023"),
        "XC2024": Text("许昌市实施方案(征求意见稿，2024)", "Xuchang: draft plan of 2024"),
        "FJ2019": Text("福建省意见(2019)：进城农村贫困人口", "Fujian 2019: the rural poor in cities"),
    }
)

ROLE_TEXT: MappingProxyType[str, Text] = MappingProxyType(
    {
        "lever": Text("政策杠杆", "lever"),
        "indicator": Text("指标", "indicator"),
        "programme": Text("项目(有容量)", "programme"),
        "context": Text("背景，没有机制", "context, no mechanism"),
    }
)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str = Field(pattern=r"^[SPEHFWG]\d{1,2}$")
    refs: str
    role: str
    evidence: Evidence
    zh: str
    en: str
    how_zh: str
    how_en: str
    built: bool = False


@dataclass(frozen=True)
class Clause:
    """Hold one row: its place in the documents, what it says, how it enters the model."""

    id: str
    references: tuple[str, ...]
    text: Text
    roles: tuple[str, ...]
    mechanism: Text
    evidence: Evidence
    built: bool

    @property
    def levers(self) -> tuple[Lever, ...]:
        """Return the levers that name this row."""
        return tuple(lever for lever in LEVERS.values() if self.id in lever.rows)

    @property
    def missing(self) -> bool:
        """Say whether the row should have a mechanism and has none yet."""
        return not self.levers and not self.built and ("lever" in self.roles or "programme" in self.roles)


@lru_cache(maxsize=1)
def clauses() -> MappingProxyType[str, Clause]:
    """Return all clauses by id.

    >>> [lever.name for lever in clauses()["E3"].levers]
    ['school.places_bought']
    """
    rows = TypeAdapter(list[_Row]).validate_python(read_yaml(_FILE, "clauses.yaml").plain())
    return MappingProxyType(
        {
            row.id: Clause(
                id=row.id,
                references=tuple(part.strip() for part in row.refs.split(";")),
                text=Text(row.zh, row.en),
                roles=tuple(part.strip() for part in row.role.split(",")),
                mechanism=Text(row.how_zh, row.how_en),
                evidence=row.evidence,
                built=row.built,
            )
            for row in rows
        }
    )
