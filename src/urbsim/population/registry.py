"""Name every household column and every code in it: the one place where they are defined.

The checks, the documents, the file attributes and the engine's named tuple all come from `COLUMNS`. The codes are plain
module integers, so that compiled kernels can read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from urbsim.clock import NO_DATE
from urbsim.text import Text

Columns = dict[str, npt.NDArray[Any]]

NONE = NO_DATE
"""A date that never happened, a member who does not exist (int16)."""

# Places: an area index 0..A-1, a block index A..A+B-1 (origin, register), or one of these.
GONE = 254
OUTSIDE = 255
MAX_PLACE = 253

VILLAGE, TOWN = 0, 1
MALE, FEMALE = 0, 1

STATUS_RURAL, STATUS_UNREGISTERED, STATUS_PERMIT, STATUS_SETTLED, STATUS_ABSENT = 0, 1, 2, 3, 4
MOVER_IN_PLACE, MOVER_SAME_AREA, MOVER_OTHER_AREA, MOVER_OTHER_PROVINCE = 0, 1, 2, 3

SCHOOLING_PRIMARY, SCHOOLING_JUNIOR, SCHOOLING_SENIOR, SCHOOLING_COLLEGE, SCHOOLING_BACHELOR = 0, 1, 2, 3, 4
JOB_NONE, JOB_FORMAL, JOB_INFORMAL, JOB_SELF_EMPLOYED = 0, 1, 2, 3
SPOUSE_NONE, SPOUSE_ALONG, SPOUSE_AT_HOME = 0, 1, 2

# child1, child2
CHILD_GIRL = 1
CHILD_AT_HOME = 2
CHILD_PLACE_SHIFT = 2
CHILD_PLACE_MASK = 0b11100
PLACE_NOT_IN_SCHOOL, PLACE_PUBLIC, PLACE_BOUGHT, PLACE_FEE_PAYING, PLACE_AT_HOME = 0, 1, 2, 3, 4
PLACE_APPLIED = 5  # between the application round (Q2) and entry (Q3)

# elders
ELDER1_FEMALE = 1
ELDER2_FEMALE = 2
ELDERS_AT_HOME = 4

TENURE_EMPLOYER, TENURE_MARKET_RENT, TENURE_GUARANTEED, TENURE_PUBLIC, TENURE_SHARED, TENURE_OWN, TENURE_VILLAGE_HOME = 0, 1, 2, 3, 4, 5, 6
TENURES = 7

# land
LAND_HOMESTEAD = 1
LAND_CONTRACTED = 2
LAND_CERTIFIED = 4

# cover: schemes of the head besides pension, and which ones it was ever in while in the region
COVER_MEDICAL = 1
COVER_INJURY = 2
COVER_PENSION_BEFORE = 4
COVER_MEDICAL_BEFORE = 8
COVER_INJURY_BEFORE = 16
COVER_BEFORE = COVER_PENSION_BEFORE | COVER_MEDICAL_BEFORE | COVER_INJURY_BEFORE

ID_SHIFT = 40
"""`id = origin << ID_SHIFT | number`: the number counts the households of an origin."""


@dataclass(frozen=True)
class Column:
    """Describe one household column.

    `minimum` and `maximum` bound every value that is not `none` (both included); `none` marks "does not apply".
    """

    name: str
    dtype: str
    unit: str
    minimum: float
    maximum: float
    meaning: Text
    none: int | None = None


def _c(name: str, dtype: str, unit: str, low: float, high: float, zh: str, en: str, none: int | None = None) -> Column:
    return Column(name, dtype, unit, low, high, Text(zh=zh, en=en), none)


_OLDEST, _LAST = -500, 400  # quarters: generous bounds of any birth or event

COLUMNS: tuple[Column, ...] = (
    _c(
        "id", "uint64", "-", 0, 2**64 - 1, "住户编号：来源地与序号，永不改变", "identity of the household: origin and number, never changes"
    ),
    _c(
        "origin",
        "uint8",
        "area or block",
        0,
        MAX_PLACE,
        "来源地（县域或外省），不变",
        "where the household comes from (area or block), fixed",
    ),
    _c("place", "uint8", "area", 0, 255, "现居县域；255为省外，254为已消失", "area of living; 255 outside the region, 254 gone"),
    _c("part", "uint8", "code", 0, 1, "现居地：0乡村，1城镇", "part of the area of living: 0 village, 1 town"),
    _c("register", "uint8", "area or block", 0, MAX_PLACE, "户籍所在县域或外省", "area, or block, of the register"),
    _c("register_part", "uint8", "code", 0, 1, "户籍登记：0乡村，1城镇", "part of the register: 0 village, 1 town"),
    _c("register_in_town", "uint8", "flag", 0, 1, "户籍所在村已划为城镇", "the registered village is classed as town"),
    _c(
        "status",
        "uint8",
        "code",
        0,
        4,
        "身份：0在乡户籍，1未登记，2持居住证，3已落户，4外出省外",
        "0 rural, 1 unregistered, 2 permit, 3 settled, 4 absent",
    ),
    _c(
        "mover",
        "uint8",
        "code",
        0,
        3,
        "迁移类别：0在地，1县内，2省内他县，3跨省",
        "0 in place, 1 same area, 2 other area, 3 other province",
    ),
    _c(
        "kin_settled",
        "uint8",
        "code",
        0,
        2,
        "随迁落户的家属：0无，1配偶和子女，2全家",
        "kin who entered the town register with the head: 0 nobody, 1 spouse and children, 2 everyone",
    ),
    _c("settle_type", "uint8", "code", 0, 1, "潜在类型：1有意长居", "latent class: 1 wants to stay"),
    _c("resident_area", "uint8", "area", 0, 255, "同住成员的统计常住县域", "official area of residence of those who live with the head"),
    _c("resident_part", "uint8", "code", 0, 1, "同住成员的统计常住地：0乡村，1城镇", "official part of residence: 0 village, 1 town"),
    _c("head_birth", "int16", "quarter", _OLDEST, _LAST, "户主出生季度（2010年四季度为0）", "head's quarter of birth (0 = 2010 Q4)"),
    _c("head_sex", "uint8", "code", 0, 1, "户主性别：0男，1女", "head's sex: 0 male, 1 female"),
    _c(
        "schooling",
        "uint8",
        "code",
        0,
        4,
        "户主学历：0小学及以下，1初中，2高中，3大专，4本科及以上",
        "0 primary or none, 1 junior, 2 senior, 3 college, 4 bachelor+",
    ),
    _c("wage_residual", "float32", "ln wage", -5, 5, "户主工资的个人差异（对数）", "head's lasting deviation of the log wage"),
    _c(
        "job",
        "uint8",
        "code",
        0,
        3,
        "户主工作：0无，1正规，2非正规，3自营（含务农）",
        "0 none, 1 formal, 2 informal, 3 self-employed (farming included)",
    ),
    _c("trained", "uint8", "flag", 0, 1, "户主受过技能培训", "head has been trained"),
    _c("insured", "uint8", "flag", 0, 1, "户主参加职工养老保险", "head is in the employees' pension insurance"),
    _c(
        "cover",
        "uint8",
        "bits",
        0,
        31,
        "户主其他职工保险：位0医保，位1工伤，位2-4曾参加养老、医保、工伤",
        "head's other schemes: bit 0 medical, bit 1 work injury, bits 2-4 ever in pension, medical, work injury",
    ),
    _c(
        "arrived",
        "int16",
        "quarter",
        _OLDEST,
        _LAST,
        "到现居地的季度；在地者为出生季度",
        "quarter of arrival in the area; of birth if in place",
    ),
    _c(
        "permit_since",
        "int16",
        "quarter",
        _OLDEST,
        _LAST,
        "领取居住证的季度；在省内迁移后保留，待换领",
        "quarter of the residence permit; kept through moves inside the region, until it is converted",
        NONE,
    ),
    _c("insured_since", "int16", "quarter", _OLDEST, _LAST, "在现居地本次参保起始季度", "quarter since when insured, in the area", NONE),
    _c("insured_here", "uint8", "quarters", 0, 255, "在现居地此前各次参保季度数", "quarters of earlier spells of insurance in the area"),
    _c("insured_before", "int16", "months", 0, 600, "此前在省内他县参保月数", "months insured elsewhere in the region before"),
    _c("resident_before", "int16", "months", 0, 1200, "此前在省内他县居住月数", "months lived elsewhere in the region before"),
    _c("spouse", "uint8", "code", 0, 2, "配偶：0无，1同住，2留守老家", "spouse: 0 none, 1 along, 2 at home"),
    _c("spouse_birth", "int16", "quarter", _OLDEST, _LAST, "配偶出生季度", "spouse's quarter of birth", NONE),
    _c("child1_birth", "int16", "quarter", _OLDEST, _LAST, "子女一出生季度", "first child's quarter of birth", NONE),
    _c("child2_birth", "int16", "quarter", _OLDEST, _LAST, "子女二出生季度", "second child's quarter of birth", NONE),
    _c(
        "child1",
        "uint8",
        "bits",
        0,
        31,
        "子女一：位0女，位1留守，位2-4就学方式",
        "first child: bit 0 girl, bit 1 left at home, bits 2-4 school place kind",
    ),
    _c(
        "child2",
        "uint8",
        "bits",
        0,
        31,
        "子女二：位0女，位1留守，位2-4就学方式",
        "second child: bit 0 girl, bit 1 left at home, bits 2-4 school place kind",
    ),
    _c("elder1_birth", "int16", "quarter", _OLDEST, _LAST, "老人一出生季度", "first elder's quarter of birth", NONE),
    _c("elder2_birth", "int16", "quarter", _OLDEST, _LAST, "老人二出生季度", "second elder's quarter of birth", NONE),
    _c("elders", "uint8", "bits", 0, 7, "老人：位0、1为女性，位2留守", "elders: bits 0 and 1 female, bit 2 left at home"),
    _c(
        "tenure",
        "uint8",
        "code",
        0,
        TENURES - 1,
        "住房：0单位，1市场租，2保租房，3公租房，4共有产权，5自有，6农村住房",
        "0 employer, 1 market rent, 2 guaranteed rental, 3 public rental, 4 shared, 5 own, 6 village home",
    ),
    _c("land", "uint8", "bits", 0, 7, "土地：位0宅基地，位1承包地，位2已确权", "bits: 0 homestead, 1 contracted land, 2 certified"),
    _c("poor", "uint8", "flag", 0, 1, "建档立卡贫困户", "registered poor"),
    _c("queue_since", "int16", "quarter", _OLDEST, _LAST, "落户排队起始季度", "quarter of entry into the settling queue", NONE),
    _c("homes_since", "int16", "quarter", _OLDEST, _LAST, "租赁房轮候起始季度", "quarter of entry into the rental list", NONE),
)

KIN_ALONE, KIN_FAMILY, KIN_ALL = 0, 1, 2  # who is in the town register besides the head: nobody, spouse and children, everyone

BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}
HOUSEHOLD_DTYPES: dict[str, np.dtype[Any]] = {column.name: np.dtype(column.dtype) for column in COLUMNS}

_WIDTH_ORDER = sorted(HOUSEHOLD_DTYPES, key=lambda name: -HOUSEHOLD_DTYPES[name].itemsize)
HOUSEHOLD = np.dtype([(name, HOUSEHOLD_DTYPES[name]) for name in _WIDTH_ORDER], align=True)
"""One household as a row of 64 bytes, a field for each column."""

ROOM = 1.7  # rows held for each row of the census (memory only once used): runs add two fifths to a half to 2027


KEPT_ROWS = 4_000_000
"""Rows of the people of 2010 up to which a process keeps them for further runs, 64 bytes each."""


def empty_rows(used: int) -> npt.NDArray[np.void]:
    """Return rows for a run that starts with `used` of them; what is not yet used takes no memory until it is written."""
    return np.zeros(int(used * ROOM) + 4096, dtype=HOUSEHOLD)

# births of the six members and where their presence is told
MEMBER_BIRTHS = ("head_birth", "spouse_birth", "child1_birth", "child2_birth", "elder1_birth", "elder2_birth")


def empty_columns(n: int) -> Columns:
    """Return `n` rows of every column, filled with the column's "none" value or zero.

    >>> rows = empty_columns(2)
    >>> rows["queue_since"].tolist(), rows["status"].tolist()
    ([32767, 32767], [0, 0])
    """
    return {column.name: np.full(n, column.none if column.none is not None else 0, dtype=column.dtype) for column in COLUMNS}


def check_columns(columns: Mapping[str, npt.NDArray[Any]]) -> list[str]:
    """Return what is wrong with the columns: missing or unknown names, dtypes, lengths, ranges, contradictions.

    An empty list means that every row is valid, at the census or later in a run. Rows that are gone (`place == GONE`) are checked like the
    rest. Either place of a child or an elder may be empty: who dies or leaves frees a place, and a newborn takes a free one.
    """
    wrong = [f"missing column {column.name}" for column in COLUMNS if column.name not in columns]
    wrong += [f"unknown column {name}" for name in columns if name not in BY_NAME]
    if wrong:
        return wrong
    lengths = {name: values.shape for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        return [f"columns differ in shape: {lengths}"]
    for column in COLUMNS:
        values = columns[column.name]
        if values.dtype != np.dtype(column.dtype):
            wrong.append(f"{column.name} is {values.dtype}, not {column.dtype}")
            continue
        if column.name == "id":  # uint64 does not compare with float bounds, and every value is allowed
            continue
        outside = (values < column.minimum) | (values > column.maximum)
        if column.none is not None:
            outside &= values != column.none
        if column.dtype == "float32":
            outside |= ~np.isfinite(values)
        if outside.any():
            wrong.append(f"{column.name}: {int(outside.sum())} values outside {column.minimum:g}..{column.maximum:g}")
    return wrong + _contradictions(columns)


def _contradictions(columns: Mapping[str, npt.NDArray[Any]]) -> list[str]:
    spouse_birth, child1, child2 = columns["spouse_birth"], columns["child1_birth"], columns["child2_birth"]
    nobody = (columns["elder1_birth"] == NONE, columns["elder2_birth"] == NONE)
    elders, status, living = columns["elders"], columns["status"], columns["place"] != GONE
    in_town = (columns["register"] == columns["place"]) & (columns["register_part"] == TOWN)
    rules = {
        "a spouse without a birth date, or the reverse": (columns["spouse"] == SPOUSE_NONE) != (spouse_birth == NONE),
        "bits of a child who does not exist": ((child1 == NONE) & (columns["child1"] != 0)) | ((child2 == NONE) & (columns["child2"] != 0)),
        "bits of elders who do not exist": (
            (nobody[0] & (elders & ELDER1_FEMALE != 0))
            | (nobody[1] & (elders & ELDER2_FEMALE != 0))
            | (nobody[0] & nobody[1] & (elders != 0))
        ),
        "insured without a date, or the reverse": (columns["insured"] == 0) != (columns["insured_since"] == NONE),
        "absent, yet inside the region": (status == STATUS_ABSENT) & (columns["place"] < GONE),
        "a permit without a date": (status == STATUS_PERMIT) & (columns["permit_since"] == NONE),
        "settled, yet registered elsewhere": (status == STATUS_SETTLED) & living & ~in_town,
        "kin settled without a town register": (columns["kin_settled"] > 0) & (columns["register_part"] != TOWN),
    }
    found = [f"{text}: {int(rows.sum())} rows" for text, rows in rules.items() if rows.any()]
    if np.unique(columns["id"]).size != columns["id"].size:
        found.append("identities are not unique")
    return found
