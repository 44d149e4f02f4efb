"""A made-up result of the right shape, for testing the report without running the model.

The numbers are plausible at a glance and mean nothing. Names of dimensions and variables are those of the contract.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from urbsim.text import Text

PREFECTURES = {
    "hangzhou": ("杭州", "桐庐 tonglu 4 2,淳安 chunan 4 1,建德 jiande 5 2", (3, 3)),
    "ningbo": ("宁波", "象山 xiangshan 4 7,宁海 ninghai 5 6,余姚 yuyao 3 5,慈溪 cixi 2 6", (3, 6)),
    "wenzhou": ("温州", "永嘉 yongjia 8 5,平阳 pingyang 9 5,苍南 cangnan 10 4,文成 wencheng 9 4,泰顺 taishun 9 3,瑞安 ruian 9 6,"
                "乐清 yueqing 8 6,龙港 longgang 10 5", (8, 4)),
    "jiaxing": ("嘉兴", "嘉善 jiashan 0 5,海盐 haiyan 1 5,海宁 haining 2 4,平湖 pinghu 1 6,桐乡 tongxiang 1 3", (1, 4)),
    "huzhou": ("湖州", "德清 deqing 2 3,长兴 changxing 0 2,安吉 anji 1 1", (1, 2)),
    "shaoxing": ("绍兴", "新昌 xinchang 5 5,诸暨 zhuji 4 4,嵊州 shengzhou 4 5", (3, 4)),
    "jinhua": ("金华", "武义 wuyi 7 3,浦江 pujiang 5 3,磐安 panan 6 5,兰溪 lanxi 6 2,义乌 yiwu 5 4,东阳 dongyang 6 4,"
               "永康 yongkang 7 4", (6, 3)),
    "quzhou": ("衢州", "常山 changshan 6 0,开化 kaihua 5 0,龙游 longyou 6 1,江山 jiangshan 7 0", (5, 1)),
    "zhoushan": ("舟山", "岱山 daishan 2 8,嵊泗 shengsi 1 8", (3, 8)),
    "taizhou": ("台州", "三门 sanmen 5 7,天台 tiantai 6 6,仙居 xianju 7 5,温岭 wenling 8 7,临海 linhai 6 7,玉环 yuhuan 9 7", (7, 6)),
    "lishui": ("丽水", "青田 qingtian 8 3,缙云 jinyun 7 2,遂昌 suichang 7 1,松阳 songyang 8 1,云和 yunhe 9 2,庆元 qingyuan 10 2,"
               "景宁 jingning 10 3,龙泉 longquan 9 1", (8, 2)),
}  # fmt: skip
STATUS = ["rural", "unregistered", "permit", "settled", "absent"]
ORIGIN = ["same_area", "other_area", "other_province"]
COMPONENT = [
    "natural_increase_town", "natural_increase_village", "own_villages", "other_areas", "outside_town",
    "outside_village", "reclassification", "town_born_migration", "return_or_coverage",
]  # fmt: skip
SERVICE = [
    "nursery", "kindergarten", "primary", "lower_secondary", "upper_secondary", "public_homes", "guaranteed_homes",
    "hospital_beds", "elder_care", "insurance", "training", "legal",
]  # fmt: skip
SERVICE_UNIT = ["places"] * 5 + ["homes"] * 2 + ["beds", "places", "persons", "persons", "persons"]
ITEM = ["school_places", "bought_places", "guaranteed_homes", "training", "health"]
PAYER = ["central", "province", "area", "employer", "household"]
INDICATORS: list[tuple[str, str, float, float, bool]] = [
    ("resident_urbanization_rate", "percent", 73.4, 76.0, False),
    ("migrant_income_growth", "percent", np.nan, np.nan, False),
    ("training", "10k persons", 20, 100, True),
    ("guaranteed_homes", "10k homes", 36.3, 120, True),
    ("public_school_share", "percent", 83.3, 90, False),
    ("hospitals_direct", "percent", 46, 60, False),
    ("inpatient_direct", "percent", 67, 80, False),
    ("pension_new", "10k persons", 60, 200, True),
    ("medical_new", "10k persons", 65, 300, True),
    ("injury_new", "10k persons", 80, 300, True),
    ("union_share", "percent", 91, 95, False),
    ("legal_served", "10k persons", 45, 52, False),
]


@dataclass(frozen=True)
class Published:
    """One published figure."""

    area: str
    date: dt.date
    variable: str
    value: float
    unit: str
    vintage: str
    source: str


@dataclass(frozen=True)
class Region:
    """The few attributes of a region that the report reads."""

    name: str
    title: Text
    area_codes: tuple[str, ...]
    area_names: tuple[Text, ...]
    prefecture_codes: tuple[str, ...]
    prefecture_names: tuple[Text, ...]
    prefecture_of: np.ndarray
    tile: np.ndarray
    published: tuple[Published, ...]


@dataclass(frozen=True)
class Entry:
    """One dated value of a lever."""

    lever: str
    area: str
    date: dt.date
    value: float | None
    source: str
    reference: str


@dataclass(frozen=True)
class Policy:
    """The dated values of a scenario."""

    stored: dict[str, tuple[Entry, ...]]

    def entries(self, lever: str) -> tuple[Entry, ...]:
        """Return the dated values of one lever."""
        return self.stored.get(lever, ())


@dataclass(frozen=True)
class Scenario:
    """The few attributes of a scenario that the report reads."""

    name: str = "zhejiang_2027"
    title: Text = Text("浙江：现行规则与计划", "Zhejiang: the rules and plans in force")
    description: Text = Text(
        "2022 年以前的规则、2023 年的实施方案和各市已公布的计划照办到 2027 年。",
        "The rules up to 2022, the plan of 2023 and the published plans of the cities, carried out to 2027.",
    )
    region: str = "zhejiang"
    hash8: str = "1a2b3c4d"
    assumptions: dict[str, Any] = field(default_factory=lambda: {"economy.wage_growth": 0.05, "demography.fertility": "medium"})
    policy: Policy = field(default_factory=lambda: Policy(_entries()))


@dataclass(frozen=True)
class Reference:
    """Where a lever stands in the documents."""

    document: str
    clause: str


@dataclass(frozen=True)
class Lever:
    """The few attributes of a lever that the report reads."""

    name: str
    title: Text
    unit: str
    evidence: str
    reference: tuple[Reference, ...]
    rows: tuple[str, ...] = ()


LEVERS = {
    lever.name: lever
    for lever in (
        Lever("settlement.quota", Text("年度落户名额", "settlement quota"), "persons a year", "strong", (Reference("ZJ2023", "二(一)"),)),
        Lever("settlement.owner_insurance_months", Text("有房者所需社保月数", "insurance months asked of home owners"), "months", "partly",
              (Reference("ZJ2017", "二(一)"),)),
        Lever("homes.guaranteed_units", Text("保障性租赁住房", "guaranteed rental homes"), "units a year", "sign", (Reference("ZJ2023", "三(二)"),)),
        Lever("finance.pass_through", Text("奖补资金转化为学位和住房的比例", "share of the award money that becomes places and homes"), "share",
              "scenario_only", (Reference("ZJ2023W", "(五)"),)),
    )
}  # fmt: skip


def _entries() -> dict[str, tuple[Entry, ...]]:
    rows = [
        Entry("settlement.owner_insurance_months", "all", dt.date(2010, 10, 1), 12, "package zhejiang_rules", "ZJ2017 二(一)"),
        Entry("settlement.owner_insurance_months", "all", dt.date(2023, 7, 1), 0, "package zhejiang_2023", "ZJ2023 二(一)"),
        Entry("settlement.quota", "hangzhou_core", dt.date(2018, 1, 1), 10000, "package zhejiang_rules", "杭州积分落户办法"),
        Entry("settlement.quota", "hangzhou_core", dt.date(2024, 1, 1), None, "package zhejiang_2023", "ZJ2023 二(一)"),
        Entry("homes.guaranteed_units", "all", dt.date(2023, 1, 1), 3906, "package zhejiang_2023", "ZJ2023 三(二)"),
        Entry("finance.pass_through", "all", dt.date(2023, 1, 1), 0.5, "scenario", ""),
    ]
    return {name: tuple(row for row in rows if row.lever == name) for name in dict.fromkeys(row.lever for row in rows)}


def make_region() -> Region:
    """Return the 64 areas of Zhejiang with rough tiles and a few figures of the kind that is published."""
    codes: list[str] = []
    names: list[Text] = []
    tiles: list[tuple[int, int]] = []
    of: list[int] = []
    for p, (code, (zh, counties, core)) in enumerate(PREFECTURES.items()):
        codes.append(f"{code}_core")
        names.append(Text(f"{zh}市区", f"{code.title()} core"))
        tiles.append(core)
        of.append(p)
        for county in counties.split(","):
            name, pinyin, row, column = county.split()
            codes.append(f"{code}_{pinyin}")
            names.append(Text(name, pinyin.title()))
            tiles.append((int(row), int(column)))
            of.append(p)
    points = [
        Published("zhejiang", dt.date(2010, 12, 31), "urbanization_rate", 61.6, "percent", "census_2010", "2010 年人口普查"),
        Published("zhejiang", dt.date(2020, 12, 31), "urbanization_rate", 72.17, "percent", "census_2020", "2020 年人口普查"),
        *(
            Published("zhejiang", dt.date(year, 12, 31), "urbanization_rate", value, "percent", "first_published", "浙江省统计公报")
            for year, value in zip(range(2011, 2020), (62.3, 63.2, 64.0, 64.87, 65.8, 67.0, 68.0, 68.9, 70.0), strict=True)
        ),
        Published("zhejiang", dt.date(2021, 12, 31), "urbanization_rate", 72.7, "percent", "revised_2020", "浙江省统计公报"),
        Published("zhejiang", dt.date(2022, 12, 31), "urbanization_rate", 73.4, "percent", "revised_2020", "浙政办发〔2023〕37号"),
        Published("zhejiang", dt.date(2018, 12, 31), "hukou_urbanization_rate", 48.4, "percent", "hukou", "浙江省统计年鉴"),
    ]
    rng = np.random.default_rng(5)
    for a, code in enumerate(codes):
        shift = 0.16 * (a in _core_index(of)) - 0.04
        for year, base in ((2010, 0.55), (2020, 0.66)):
            value = round(100 * float(np.clip(base + shift + rng.normal(0, 0.05), 0.2, 0.97)), 2)
            points.append(Published(code, dt.date(year, 12, 31), "urbanization_rate", value, "percent", f"census_{year}", f"{year} 年人口普查分县资料"))
    return Region(
        "zhejiang", Text("浙江省", "Zhejiang"), tuple(codes), tuple(names), tuple(PREFECTURES),
        tuple(Text(zh, code.title()) for code, (zh, *_) in PREFECTURES.items()), np.array(of), np.array(tiles), tuple(points),
    )  # fmt: skip


def _core_index(of: list[int]) -> set[int]:
    return {of.index(p) for p in set(of)}


def make_dataset(region: Region | None = None, *, draws: int = 20, replicates: int = 1, seed: int = 1, boost: float = 0.0) -> xr.Dataset:
    """Return a made-up result; `boost` raises settlement and places after 2022, to have something to compare."""
    region = region or make_region()
    rng = np.random.default_rng(seed)
    areas = [*region.area_codes, *region.prefecture_codes, region.name]
    level = ["area"] * len(region.area_codes) + ["prefecture"] * len(region.prefecture_codes) + ["region"]
    times = pd.date_range("2010-12-31", "2027-12-31", freq="QE")
    years = np.arange(2011, 2028)
    lead = (draws, replicates)
    group = _groups(region)
    q = np.arange(len(times))
    noise = rng.normal(0, 1, (*lead, 1, 1))
    local = rng.normal(0, 1, (*lead, 1, len(region.area_codes)))
    core = np.array([a in _core_index(list(region.prefecture_of)) for a in range(len(region.area_codes))])
    total = np.where(core, 2.6e6, 6.0e5) * np.exp(np.random.default_rng(9).normal(0, 0.35, core.size))
    residents = total * (1 + 0.0035 * q[:, None] * (1 + 0.1 * noise)) * np.ones((*lead, 1, 1))
    start = np.where(core, 0.72, 0.52) + np.random.default_rng(5).normal(0, 0.03, core.size)
    logit = np.log(start / (1 - start)) + 0.0092 * q[:, None] * (1 + 0.05 * noise + 0.06 * local)
    logit = logit + rng.normal(0, 0.004, (*lead, len(times), 1)).cumsum(axis=-2)
    share = 1 / (1 + np.exp(-logit))
    town = residents * share
    after = np.clip(q - 49, 0, None)[:, None]
    hukou = residents * 0.85
    hukou_share = 0.30 + 0.0016 * q[:, None] * (1 + 0.2 * noise) + (q >= 21)[:, None] * 0.09 + after * 0.002 * (1 + boost)
    migrants = _migrants(residents, share, q, noise, boost)
    data: dict[str, Any] = {}

    def add(name: str, dims: tuple[str, ...], values: np.ndarray, unit: str, dtype: str, zh: str) -> None:
        full = ("draw", "replicate", *dims)
        data[name] = (full, np.asarray(values).astype(dtype), {"units": unit, "long_name": name.replace("_", " "), "long_name_zh": zh})

    people = {
        "resident_population": (residents, "常住人口"),
        "urban_population": (town, "城镇常住人口"),
        "hukou_population": (hukou, "户籍人口"),
        "hukou_urban_population": (hukou * hukou_share, "城镇户籍人口"),
    }
    summed = {name: np.round(values) @ group for name, (values, _) in people.items()}
    for name, (_, zh) in people.items():
        add(name, ("time", "area"), summed[name], "persons", "int32", zh)
    rate = 100 * summed["urban_population"] / summed["resident_population"]
    add("urbanization_rate", ("time", "area"), rate, "percent", "float64", "常住人口城镇化率")
    add("hukou_urbanization_rate", ("time", "area"), 100 * summed["hukou_urban_population"] / summed["hukou_population"], "percent",
        "float64", "户籍人口城镇化率")  # fmt: skip
    add("migrants", ("time", "area", "status", "origin"), np.einsum("drtaso,ab->drtbso", migrants, group), "persons", "int32", "转移人口")
    flow = (q > 0)[:, None, None] * (residents / 900)[..., None] * np.array([0.5, 0.3, 0.6])
    for name, factor, zh in (("arrivals", 2.4, "到达"), ("departures", 1.5, "离开"), ("settled", 0.5, "落户"), ("permits_issued", 1.1, "发证")):
        lift = 1 + (boost * (after > 0)[..., None] if name == "settled" else 0) + 0.15 * noise[..., None]
        add(name, ("time", "area", "origin"), np.einsum("drtao,ab->drtbo", flow * factor * lift, group), "persons", "int32", zh)
    back = (q > 0)[:, None, None] * (residents / 1500)[..., None] * np.array([0.5, 0.4])
    add("returns", ("time", "area", "return_to"), np.einsum("drtao,ab->drtbo", back, group), "persons", "int32", "返乡")
    _yearly(add, region, rate, residents, group, years, rng, lead, boost)
    households = migrants[..., 1:4, :].sum(axis=(-1, -2))[..., None] / 2.4 * np.array([0.18, 0.47, 0.04 + boost / 20, 0.03, 0.13, 0.15])
    add("households", ("time", "area", "tenure"), np.einsum("drtao,ab->drtbo", households, group), "households", "int32", "住户")
    waiting = (residents / 300)[..., None] * (q / 68)[:, None, None] * np.array([0.2, 1.1, 0.3])
    add("queue", ("time", "area", "queue_for"), np.einsum("drtao,ab->drtbo", waiting, group), "households", "int32", "排队")
    coords = {
        "draw": np.arange(draws), "replicate": np.arange(replicates), "time": times, "year": years, "area": areas, "level": ("area", level),
        "status": STATUS, "origin": ORIGIN, "return_to": ["village", "county_town"], "component": COMPONENT, "service": SERVICE,
        "service_unit": ("service", SERVICE_UNIT), "group": ["everyone", "migrants"], "item": ITEM, "payer": PAYER,
        "tenure": ["employer", "market_rent", "guaranteed_rental", "public_rental", "shared", "own"],
        "queue_for": ["settling", "guaranteed_rental", "public_rental"], "indicator": [row[0] for row in INDICATORS],
        "indicator_unit": ("indicator", [row[1] for row in INDICATORS]), "baseline": ("indicator", [row[2] for row in INDICATORS]),
        "target": ("indicator", [row[3] for row in INDICATORS]), "cumulative": ("indicator", [row[4] for row in INDICATORS]),
    }  # fmt: skip
    return xr.Dataset(data, coords=coords, attrs={"region": region.name, "scenario": "zhejiang_2027"})


def _groups(region: Region) -> np.ndarray:
    a, p = len(region.area_codes), len(region.prefecture_codes)
    group = np.zeros((a, a + p + 1))
    group[np.arange(a), np.arange(a)] = 1
    group[np.arange(a), a + region.prefecture_of] = 1
    group[:, -1] = 1
    return group


def _migrants(residents: np.ndarray, share: np.ndarray, q: np.ndarray, noise: np.ndarray, boost: float) -> np.ndarray:
    stock = residents * (0.22 + 0.0016 * q[:, None])
    settled = np.clip(0.08 + 0.003 * q[:, None] + 0.004 * boost * np.clip(q - 49, 0, None)[:, None] + 0.02 * noise, 0.02, 0.7)
    permit = np.clip(0.1 + 0.006 * np.clip(q - 20, 0, None)[:, None], 0, 0.35) * np.ones_like(settled)
    rest = 1 - settled - permit
    rural = residents * (1 - share) * 0.9
    parts = np.stack([rural, stock * rest, stock * permit, stock * settled, residents * 0.06], axis=-1)
    return parts[..., None] * np.array([0.3, 0.25, 0.45])


def _yearly(
    add: Any, region: Region, rate: np.ndarray, residents: np.ndarray, group: np.ndarray, years: np.ndarray, rng: np.random.Generator,
    lead: tuple[int, int], boost: float,
) -> None:  # fmt: skip
    fourth = np.arange(4, 69, 4)
    change = rate[..., fourth, :] - rate[..., fourth - 4, :]
    weights = np.array([0.12, -0.05, 0.42, 0.1, 0.22, -0.08, 0.2, 0.02, 0.05])
    parts = change[..., None] * weights + rng.normal(0, 0.03, (*lead, len(years), change.shape[-1], 9))
    parts += (change - parts.sum(-1))[..., None] / 9
    add("urbanization_change", ("year", "area", "component"), parts, "percentage points", "float64", "城镇化率变化")
    scale = np.array([0.03, 0.035, 0.06, 0.03, 0.028, 0.006, 0.02, 0.006, 0.01, 0.35, 0.02, 0.01])
    people = (residents[..., fourth, :] @ group)[..., None]
    demand = people * scale * (1 + 0.05 * rng.normal(0, 1, (*lead, 1, 1, 1)))
    supply = people * scale * (0.78 + 0.012 * np.arange(17)[:, None, None] * (1 + boost))
    for missing in (0, 8):
        demand[..., missing] = np.nan
        supply[..., missing] = np.nan
    served = np.minimum(demand, supply * 0.97)
    by_group = np.array([1.0, 0.3])
    dims = ("year", "area", "service", "group")
    add("service_demand", dims, demand[..., None] * by_group, "1", "float32", "服务需求")
    add("service_served", dims, served[..., None] * by_group, "1", "float32", "得到服务")
    add("service_unmet", dims, (demand - served)[..., None] * by_group, "1", "float32", "未满足")
    add("service_supply", ("year", "area", "service"), supply, "1", "float32", "服务供给")
    split = np.outer([900.0, 120, 700, 60, 300], [0.15, 0.2, 0.4, 0.1, 0.15])
    money = people[..., None] * split * (0.3 + 0.05 * np.arange(17)[:, None, None, None]) * (1 + boost)
    add("cost", ("year", "area", "item", "payer"), money, "yuan", "float64", "费用")
    values = np.full((*lead, 17, 12), np.nan)
    values[..., 0] = rate[..., fourth, -1]
    ramp = np.arange(17) / 16
    for i, (_, unit, base, goal, cumulative) in enumerate(INDICATORS):
        if i in (0, 1, 10):
            continue
        if cumulative:
            values[..., i] = np.where(years >= 2023, (years - 2022) / 5 * goal * (0.97 + 0.06 * rng.normal(0, 1, (*lead, 1))), base * ramp)
        else:
            values[..., i] = base + (goal - base) * (ramp - 11 / 16) * 3.2 * (1 + 0.15 * rng.normal(0, 1, (*lead, 1))) + boost * ramp
        del unit
    add("indicator_value", ("year", "indicator"), values, "1", "float64", "指标")
