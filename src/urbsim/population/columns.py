"""Fill the household columns of drawn rows: exact dates, school places, work, homes, land.

Every random number comes from a Philox stream keyed by (seed, origin): the rows of one origin are the same whatever other origins hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from urbsim.population import ipf
from urbsim.population import registry as reg
from urbsim.population.assumptions import ABSENT, GROUPS, IN_PLACE, OTHER_AREA, OTHER_PROVINCE, Floats, value
from urbsim.population.plan import Plan
from urbsim.population.registry import NONE, Columns
from urbsim.population.templates import NOBODY, Pool

if TYPE_CHECKING:
    from urbsim.regions import Region

Bytes = npt.NDArray[np.uint8]
Dates = npt.NDArray[np.int16]
Indices = npt.NDArray[np.int64]

PARENT_YEARS = 17  # least years between parent and child: what the groups of a template always allow
OPEN_GROUP_YEARS = 16  # 85..100
STATUS_OF_KIND = np.array([0, 0, 1, 1, 4], dtype=np.uint8)
MOVER_OF_KIND = np.array([0, 1, 2, 3, 3], dtype=np.uint8)


@dataclass(frozen=True)
class Tables:
    """Hold the look-up tables from which columns are drawn.

    `births`: part x sex x 19 x 256, quarters of birth by a random byte (group 18: nobody). `schooling`: P x 6 rows x sex x 18 x 4
    thresholds (65536 = one). `jobs`: 6 x 18 x 3 thresholds. `insured`: 6 x 4 by job. `stay`: kinds x 256 quarters since arrival.
    `tenure`: P x kinds x 2 (single, family) x 6 thresholds. `land`: 6 x 2 thresholds. Rows: in place village, in place town, same area,
    other area, other province, absent.
    """

    births: Dates
    schooling: npt.NDArray[np.uint32]
    jobs: npt.NDArray[np.uint32]
    insured: npt.NDArray[np.uint32]
    stay: Dates
    tenure: npt.NDArray[np.uint32]
    land: npt.NDArray[np.uint32]
    poor: int


def _thresholds(shares: Floats) -> npt.NDArray[np.uint32]:
    """Return cumulated shares without the last, as 16-bit thresholds (65536 = certain)."""
    cumulated = np.cumsum(shares, axis=-1)[..., :-1] / shares.sum(axis=-1, keepdims=True)
    return np.asarray(np.rint(cumulated * 65536), dtype=np.uint32)


def _probability(share: npt.ArrayLike) -> npt.NDArray[np.uint32]:
    return np.rint(np.asarray(share, dtype=np.float64) * 65536).astype(np.uint32)


def _quantiles(mean_years: float) -> Dates:
    """Return 256 quantiles of exponential durations, in quarters, at least two (a resident of half a year)."""
    if mean_years <= 0:
        return np.zeros(256, dtype=np.int16)
    quarters = -4.0 * mean_years * np.log1p(-(np.arange(256) + 0.5) / 256)
    return np.clip(np.rint(quarters), 2, 120).astype(np.int16)


def birth_table(age_part: Floats) -> Dates:
    """Return part x sex x 19 x 256 quarters of birth: the k-th byte stands for the k-th 256-quantile of the group's single years.

    `age_part`: 3 (city, town, village) x 2 x 101 persons by single year. Births are even over the four quarters of a year of age. Someone
    of age k at the end of 2010 was born in 2010 - k: quarters -4k-3 .. -4k.
    """
    single = np.stack([age_part[2], age_part[0] + age_part[1]])
    result = np.full((2, 2, GROUPS + 1, 256), NONE, dtype=np.int16)
    position = (np.arange(256) + 0.5) / 256
    for part in range(2):
        for sex in range(2):
            for group in range(GROUPS):
                years = OPEN_GROUP_YEARS if group == GROUPS - 1 else 5
                persons = np.repeat(np.maximum(single[part, sex, 5 * group : 5 * group + years], 1e-9), 4)
                quarter = np.searchsorted(np.cumsum(persons) / persons.sum(), position, side="left")
                result[part, sex, group] = -(20 * group + np.minimum(quarter, 4 * years - 1))
    return result


def _tenure_shares(plan: Plan) -> Floats:
    """Return tenure shares P x kinds x 2 (single, family) x 7: the fitted tenure of a class, dormitories mostly for those alone."""
    fitted = plan.targets.tenure
    count = fitted.shape[0]
    three = np.zeros((count, 5, 3))
    # purchased and self-built are owned, what is called other are sheds and workplaces
    three[:, :4] = np.stack([fitted[:, :4, 0] + fitted[:, :4, 4], fitted[:, :4, 1], fitted[:, :4, 2] + fitted[:, :4, 3]], axis=-1)
    three[:, ABSENT] = value("tenure_absent")
    three /= np.maximum(three.sum(axis=2, keepdims=True), 1e-12)
    single = np.clip(plan.single_share.T, 0.001, 0.999)
    alone = np.stack([single, 1.0 - single], axis=2)
    start = alone[..., None] * three[:, :, None, :]
    start[:, :, 0] *= value("tenure_single")
    table = ipf.fit(start, [((0, 1, 2), alone), ((0, 1, 3), three)], tolerance=1e-6).table
    shares = np.zeros((count, 5, 2, reg.TENURES))
    public = float(value("public_of_rented"))
    shares[..., reg.TENURE_EMPLOYER] = table[..., 0]
    shares[..., reg.TENURE_MARKET_RENT] = (1.0 - public) * table[..., 1]
    shares[..., reg.TENURE_PUBLIC] = public * table[..., 1]
    shares[..., reg.TENURE_OWN] = table[..., 2]
    shares[:, IN_PLACE] = 0.0
    shares[:, IN_PLACE, :, reg.TENURE_VILLAGE_HOME] = 1.0
    return shares


def make_tables(region: Region, plan: Plan) -> Tables:
    """Build the tables of a region from its ages, its plan and the assumptions."""
    jobs = np.zeros((6, GROUPS, 4))
    jobs[:, 3:12] = value("job_share")[:, None, :]
    later = float(value("work_share_60_74"))
    old = value("job_share") * np.array([0.0, 0.0, 1.0, 1.0])
    jobs[:, 12:15] = (later * old / old.sum(axis=1, keepdims=True))[:, None, :]
    jobs[:, :, 0] = 1.0 - jobs[:, :, 1:].sum(axis=2)
    otherwise = value("insured_otherwise")
    insured = np.stack([np.zeros(6), value("insured_if_formal"), otherwise, otherwise], axis=1)
    poor = region.table.settings.get("registered_poor_share", value("poor_share"))
    return Tables(
        births=birth_table(np.asarray(region.age_part_2010, dtype=np.float64)),
        schooling=_thresholds(plan.targets.schooling[:, :6]),
        jobs=_thresholds(jobs),
        insured=_probability(insured),
        stay=np.stack([_quantiles(mean) for mean in value("stay_years_mean")]),
        tenure=_thresholds(_tenure_shares(plan)),
        land=_probability(value("land_share")),
        poor=int(_probability(float(str(poor)))),
    )


@dataclass(frozen=True)
class Rows:
    """Name what is known of n rows of one origin before their columns are filled; `prefecture` of the place (absent: of the origin)."""

    template: npt.NDArray[np.int32]
    place: Bytes
    part: Bytes
    kind: Bytes
    prefecture: Indices
    origin: int


def fill(rows: Rows, pool: Pool, tables: Tables, seed: int, first_number: int = 0) -> Columns:
    """Return every household column of the rows, in their order; the number within the origin starts at `first_number`."""
    n = rows.template.size
    rng = np.random.Generator(np.random.Philox(key=[seed & (2**64 - 1), rows.origin]))
    kind = rows.kind
    absent = kind == ABSENT
    row = np.where(kind == IN_PLACE, rows.part, kind + 1).astype(np.uint8)
    columns = reg.empty_columns(n)
    columns["id"] = (np.uint64(rows.origin) << np.uint64(reg.ID_SHIFT)) + np.arange(first_number, first_number + n, dtype=np.uint64)
    columns["origin"][:] = rows.origin
    columns["place"] = rows.place
    columns["part"] = rows.part
    columns["register"][:] = rows.origin
    columns["register_in_town"] = ((kind == IN_PLACE) & (rows.part == reg.TOWN)).astype(np.uint8)
    columns["status"] = STATUS_OF_KIND[kind]
    columns["status"][(rows.place == rows.origin) & (kind != ABSENT)] = reg.STATUS_RURAL  # between districts of a core too: one register
    columns["mover"] = MOVER_OF_KIND[kind]
    columns["resident_area"] = rows.place
    columns["resident_part"] = rows.part
    _fill_members(columns, rows, pool, tables, rng)
    _fill_head(columns, rows, row, pool, tables, rng)
    _fill_dates(columns, rows, row, absent, tables, rng)
    _fill_home(columns, rows, row, pool, tables, rng)
    return columns


def _draws(rng: np.random.Generator, n: int) -> npt.NDArray[np.uint16]:
    return np.frombuffer(rng.bytes(2 * n), dtype="<u2").astype(np.uint16, copy=False)


def _fill_members(columns: Columns, rows: Rows, pool: Pool, tables: Tables, rng: np.random.Generator) -> None:
    t, n = rows.template, rows.template.size
    part = rows.part.astype(np.int64)
    flat = tables.births.reshape(-1)

    def birth(group: Bytes, sex: Bytes) -> Dates:
        chosen = np.minimum(group, GROUPS).astype(np.int64)
        byte = np.frombuffer(rng.bytes(n), dtype=np.uint8)
        return np.asarray(flat[((part * 2 + sex) * (GROUPS + 1) + chosen) * 256 + byte])

    head_sex = pool.head_sex[t]
    columns["head_sex"] = head_sex
    columns["spouse"] = pool.spouse[t]
    head = birth(pool.head_group[t], head_sex)
    spouse = birth(pool.spouse_group[t], (1 - head_sex).astype(np.uint8))
    gap = np.int16(4 * PARENT_YEARS)
    mother = np.where((head_sex == reg.MALE) & (spouse != NONE), spouse, head)
    girl1, girl2 = pool.child1_girl[t], pool.child2_girl[t]
    child1 = birth(pool.child1_group[t], girl1)
    child2 = birth(pool.child2_group[t], girl2)
    # no clamp ever leaves the five-year group that the template promised
    youngest1, youngest2 = (np.int16(-20) * group[t].astype(np.int16) for group in (pool.child1_group, pool.child2_group))
    child1 = np.where(child1 != NONE, np.minimum(np.maximum(child1, mother + gap), youngest1), child1)
    # children drawn less than a year and a half apart are spaced one to three years, as far as the younger's group allows; else twins
    has = child2 != NONE
    near = has & (np.abs(child2 - child1) < 6)
    spaced = np.clip(child1 + np.int16(4) + (_draws(rng, n) & np.uint16(7)).astype(np.int16), youngest2 - np.int16(19), youngest2)
    child2 = np.where(has, np.minimum(np.maximum(np.where(near, spaced, child2), mother + gap), youngest2), child2)
    child2 = np.where(has & (np.abs(child2 - child1) < 3), child1, child2).astype(np.int16)
    swap = has & (child2 < child1)
    columns["head_birth"], columns["spouse_birth"] = head, spouse
    columns["child1_birth"] = np.where(swap, child2, child1).astype(np.int16)
    columns["child2_birth"] = np.where(swap, child1, child2).astype(np.int16)
    bits1 = girl1 * np.uint8(reg.CHILD_GIRL) + pool.child1_home[t] * np.uint8(reg.CHILD_AT_HOME)
    bits2 = girl2 * np.uint8(reg.CHILD_GIRL) + pool.child2_home[t] * np.uint8(reg.CHILD_AT_HOME)
    public = _thresholds(value("migrant_pupils_public"))
    for name, bits in (("child1", np.where(swap, bits2, bits1)), ("child2", np.where(swap, bits1, bits2))):
        columns[name] = bits | (_school_place(columns[f"{name}_birth"], bits, rows.kind, public, rng) << np.uint8(reg.CHILD_PLACE_SHIFT))
    for name, groups, sexes in (("elder1", pool.elder1_group, pool.elder1_sex), ("elder2", pool.elder2_group, pool.elder2_sex)):
        born = birth(groups[t], sexes[t])
        columns[f"{name}_birth"] = np.where(born != NONE, np.minimum(born, head - gap), born).astype(np.int16)
    bits = pool.elder1_sex[t] * np.uint8(reg.ELDER1_FEMALE) + pool.elder2_sex[t] * np.uint8(reg.ELDER2_FEMALE)
    bits = bits + pool.elders_home[t] * np.uint8(reg.ELDERS_AT_HOME)
    columns["elders"] = np.where(pool.elder1_group[t] != NOBODY, bits, 0).astype(np.uint8)


def _school_place(birth: Dates, bits: Bytes, kind: Bytes, public: npt.NDArray[np.uint32], rng: np.random.Generator) -> Bytes:
    """Return where children of 6-14 learn: public near home, for movers from elsewhere by the assumed shares, at home if left behind."""
    age = -(birth.astype(np.int32)) // 4
    draw = _draws(rng, birth.size)
    along = reg.PLACE_PUBLIC + (draw >= public[0]).astype(np.uint8) + (draw >= public[1]).astype(np.uint8)
    place = np.where((kind == OTHER_AREA) | (kind == OTHER_PROVINCE) | (kind == ABSENT), along, reg.PLACE_PUBLIC)
    place = np.where(bits & reg.CHILD_AT_HOME, reg.PLACE_AT_HOME, place)
    return np.where((birth != NONE) & (age >= 6) & (age <= 14), place, reg.PLACE_NOT_IN_SCHOOL).astype(np.uint8)


def _fill_head(columns: Columns, rows: Rows, row: Bytes, pool: Pool, tables: Tables, rng: np.random.Generator) -> None:
    n = rows.template.size
    group = pool.head_group[rows.template].astype(np.int64)
    draw = _draws(rng, n)
    index = ((rows.prefecture * 6 + row) * 2 + columns["head_sex"]) * GROUPS + group
    columns["schooling"] = _level(draw, tables.schooling.reshape(-1, 4), index)
    columns["job"] = _level(_draws(rng, n), tables.jobs.reshape(-1, 3), row.astype(np.int64) * GROUPS + group)
    insured = (_draws(rng, n) < tables.insured[row, columns["job"]]) & (group < 12)
    columns["insured"] = insured.astype(np.uint8)
    every = np.uint8(reg.COVER_MEDICAL | reg.COVER_INJURY | reg.COVER_BEFORE)  # [E] who is in one scheme in 2010 is in all
    columns["cover"] = columns["insured"] * every
    columns["wage_residual"] = rng.standard_normal(n, dtype=np.float32) * np.float32(value("wage_sd"))
    np.clip(columns["wage_residual"], -4.9, 4.9, out=columns["wage_residual"])


def _level(draw: npt.NDArray[np.uint16], thresholds: npt.NDArray[np.uint32], index: Indices) -> Bytes:
    """Return how many thresholds of its row each draw reaches."""
    level = np.zeros(draw.size, dtype=np.uint8)
    for k in range(thresholds.shape[1]):
        level += draw >= np.ascontiguousarray(thresholds[:, k])[index]
    return level


def _fill_dates(columns: Columns, rows: Rows, row: Bytes, absent: npt.NDArray[np.bool_], tables: Tables, rng: np.random.Generator) -> None:
    n, kind = rows.template.size, rows.kind
    head = columns["head_birth"]
    grown = np.maximum(-head - np.int16(60), 2).astype(np.int16)  # quarters since the head was fifteen
    stay = np.minimum(tables.stay[kind, np.frombuffer(rng.bytes(n), dtype=np.uint8)], grown)
    columns["arrived"] = np.where(kind == IN_PLACE, head, -stay).astype(np.int16)
    if (kind == OTHER_PROVINCE).any():
        before = _quantiles(float(value("region_before_years_mean")))[np.frombuffer(rng.bytes(n), dtype=np.uint8)]
        moved = (_draws(rng, n) < _probability(value("region_before_share"))) & (kind == OTHER_PROVINCE)
        before = np.where(moved, np.minimum(before, np.maximum(grown - stay, 0)), 0).astype(np.int16)
        columns["resident_before"] = (3 * before).astype(np.int16)
    member = np.minimum(_quantiles(float(value("insured_years_mean")))[np.frombuffer(rng.bytes(n), dtype=np.uint8)], grown)
    member = np.where(kind == IN_PLACE, member, np.minimum(member, stay))
    columns["insured_since"] = np.where(columns["insured"] == 1, -member, NONE).astype(np.int16)


def _fill_home(columns: Columns, rows: Rows, row: Bytes, pool: Pool, tables: Tables, rng: np.random.Generator) -> None:
    n, kind = rows.template.size, rows.kind
    family = (pool.persons_along[rows.template] > 1).astype(np.int64)
    columns["tenure"] = _level(_draws(rng, n), tables.tenure.reshape(-1, reg.TENURES - 1), (rows.prefecture * 5 + kind) * 2 + family)
    homestead = _draws(rng, n) < tables.land[row, 0]
    contracted = _draws(rng, n) < tables.land[row, 1]
    columns["land"] = (homestead * np.uint8(reg.LAND_HOMESTEAD) + contracted * np.uint8(reg.LAND_CONTRACTED)).astype(np.uint8)
    columns["settle_type"] = (_draws(rng, n) < _probability(value("settle_type_share"))).astype(np.uint8)
    columns["poor"] = ((_draws(rng, n) < tables.poor) & (row == 0)).astype(np.uint8)
