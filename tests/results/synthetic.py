"""Random runs that obey the model's identities, for tests of results, report and experiments.

`make_region()` returns a stand-in for `urbsim.regions.Region` with invented figures of the right order of magnitude under the real names of
Zhejiang's 64 areas (or `small=True`: four areas in two prefectures; `single=True`: one prefecture); `make_frames()` one run as the
engine reports it; `make_dataset()` a full result. Nothing here is a fact about a place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import xarray as xr

from urbsim.clock import QUARTERS, season
from urbsim.policy import LEVERS
from urbsim.policy.targets import load_targets
from urbsim.results.dataset import assemble
from urbsim.results.frames import FLOATS, FRAME_AXES, STOCKS, frame_shape
from urbsim.results.labels import codes, position
from urbsim.text import Text

TARGETS = "zhejiang_2023_plan"
_ZHEJIANG = """
hangzhou 杭州 core:市区 tonglu:桐庐 chunan:淳安 jiande:建德
ningbo 宁波 core:市区 xiangshan:象山 ninghai:宁海 yuyao:余姚 cixi:慈溪
wenzhou 温州 core:市区 yongjia:永嘉 pingyang:平阳 cangnan:苍南 wencheng:文成 taishun:泰顺 ruian:瑞安 yueqing:乐清 longgang:龙港
jiaxing 嘉兴 core:市区 jiashan:嘉善 haiyan:海盐 haining:海宁 pinghu:平湖 tongxiang:桐乡
huzhou 湖州 core:市区 deqing:德清 changxing:长兴 anji:安吉
shaoxing 绍兴 core:市区 xinchang:新昌 zhuji:诸暨 shengzhou:嵊州
jinhua 金华 core:市区 wuyi:武义 pujiang:浦江 panan:磐安 lanxi:兰溪 yiwu:义乌 dongyang:东阳 yongkang:永康
quzhou 衢州 core:市区 changshan:常山 kaihua:开化 longyou:龙游 jiangshan:江山
zhoushan 舟山 core:市区 daishan:岱山 shengsi:嵊泗
taizhou 台州 core:市区 sanmen:三门 tiantai:天台 xianju:仙居 wenling:温岭 linhai:临海 yuhuan:玉环
lishui 丽水 core:市区 qingtian:青田 jinyun:缙云 suichang:遂昌 songyang:松阳 yunhe:云和 qingyuan:庆元 jingning:景宁 longquan:龙泉
"""


@dataclass(frozen=True)
class FakeRegion:
    """Carry what results and pictures read of a region; attribute names as in docs/architecture.md."""

    name: str
    title: Text
    area_codes: list[str]
    area_names: list[Text]
    prefecture_codes: list[str]
    prefecture_names: list[Text]
    prefecture_of: np.ndarray
    is_core: np.ndarray
    is_mountain: np.ndarray
    tile: np.ndarray
    residents_2010: np.ndarray
    town_2010: np.ndarray
    income_urban: np.ndarray
    income_rural: np.ndarray
    hospital_beds: np.ndarray
    nursery_places: np.ndarray
    kindergarten_places: np.ndarray
    upper_secondary_places: np.ndarray
    published: list[Any] = field(default_factory=list)
    data_hash: str = "0" * 64


def _table(small: bool, single: bool) -> list[tuple[str, str, list[tuple[str, str]]]]:
    rows = []
    for line in _ZHEJIANG.strip().splitlines():
        code, zh, *areas = line.split()
        rows.append((code, zh, [(part.split(":")[0], part.split(":")[1]) for part in areas]))
    if single:
        return [(rows[0][0], rows[0][1], rows[0][2][:3])]
    return [(code, zh, areas[:2]) for code, zh, areas in rows[:2]] if small else rows


def make_region(*, small: bool = False, single: bool = False, seed: int = 1) -> FakeRegion:
    """Return a stand-in region: 64 areas, or four in two prefectures (`small`), or three in one (`single`)."""
    table = _table(small, single)
    rng = np.random.default_rng(seed)
    pairs = [(p, code, zh, area) for p, (code, zh, areas) in enumerate(table) for area in areas]
    a = len(pairs)
    core = np.array([area[0] == "core" for *_, area in pairs])
    residents = (rng.lognormal(np.where(core, 14.4, 13.1), 0.35)).astype(np.int64)
    quarters, years = QUARTERS, QUARTERS // 4 + 1
    growth = np.exp(0.018 * np.arange(quarters))[:, None]
    level = rng.uniform(0.8, 1.2, a)

    def supply(per_head: float) -> np.ndarray:
        return np.rint(residents * per_head * np.linspace(0.8, 1.3, years)[:, None]).astype(np.int64)

    return FakeRegion(
        name="zhejiang" if not single else "hangzhou",
        title=Text("浙江(合成)", "Zhejiang (synthetic)"),
        area_codes=[f"{code}_{area[0]}" for _, code, _, area in pairs],
        area_names=[Text(zh + area[1] if area[0] == "core" else area[1], f"{code} {area[0]}".title()) for _, code, zh, area in pairs],
        prefecture_codes=[code for code, _, _ in table],
        prefecture_names=[Text(zh, code.title()) for code, zh, _ in table],
        prefecture_of=np.array([p for p, *_ in pairs], dtype=np.int64),
        is_core=core,
        is_mountain=np.array([code in {"quzhou", "lishui"} for _, code, _, _ in pairs]),
        tile=np.array([[i // 8, i % 8] for i in range(a)]),
        residents_2010=residents,
        town_2010=np.rint(residents * np.where(core, 0.78, 0.5)).astype(np.int64),
        income_urban=27000.0 * growth * level,
        income_rural=11000.0 * growth * level,
        hospital_beds=supply(0.004),
        nursery_places=supply(0.002),
        kindergarten_places=supply(0.033),
        upper_secondary_places=supply(0.03),
    )


def _in_force(lever: str) -> float:
    """Return 100 training slots a year, and nothing else than the default of every other lever."""
    return 100.0 if lever == "work.training_slots" else LEVERS[lever].default_value


def make_scenario(region: FakeRegion | None = None, name: str = "synthetic") -> Any:
    """Return the little of a scenario that results read."""
    region = region or make_region()
    areas = len(region.area_codes)
    return SimpleNamespace(
        name=name,
        title=Text("合成情景", "Synthetic scenario"),
        region=region.name,
        hash8="deadbeef",
        targets=TARGETS,
        target_table=load_targets(TARGETS),
        resolved_yaml=lambda: f"name: {name}\nregion: {region.name}\n",
        policy=SimpleNamespace(array=lambda lever: np.full((QUARTERS, areas), _in_force(lever))),
        run=SimpleNamespace(draws=2, replicates=1, seed=0, weight=100),
    )


def _split(rng: np.random.Generator, total: np.ndarray, shares: list[float]) -> np.ndarray:
    """Split integer `total` into len(shares) integers that add up exactly (last axis new)."""
    weights = np.array(shares) / sum(shares)
    parts = np.floor(total[..., None] * weights).astype(np.int64)
    parts[..., 0] += total - parts.sum(axis=-1)
    return parts


def _changes(rng: np.random.Generator, region: FakeRegion, quarters: int, weight: int, drift: float) -> tuple[np.ndarray, np.ndarray]:
    """Return change of all and of town residents, time × area × component, in multiples of `weight` and zero at time 0."""
    a, size = len(region.area_codes), region.residents_2010[None, :] / weight
    both = np.zeros((2, quarters, a, len(codes("component"))), dtype=np.int64)

    def flow(rate: float, sd: float) -> np.ndarray:
        slowing = np.linspace(1.25, 0.3, QUARTERS)[:quarters, None]  # growth of towns fades, as in the published figures
        return np.rint(size * rng.normal(rate * drift * slowing, sd, (quarters, a))).astype(np.int64)

    for code, rate, all_of_it, town_of_it in (
        ("natural_increase_town", 0.0011, 1, 1),
        ("natural_increase_village", -0.0002, 1, 0),
        ("own_villages", 0.0012, 0, 1),
        ("outside_town", 0.0022, 1, 1),
        ("outside_village", -0.0002, 1, 0),
        ("reclassification", 0.0004, 0, 1),
        ("town_born_migration", 0.0003, 1, 1),
    ):
        numbers, c = flow(rate, 0.0003), position("component", code)
        both[0, :, :, c], both[1, :, :, c] = numbers * all_of_it, numbers * town_of_it
    c = position("component", "other_areas")
    moved = flow(0.0, 0.0004)
    moved[:, 0] -= moved.sum(axis=1)  # what one area gains another loses
    both[0, :, :, c], both[1, :, :, c] = moved, np.rint(moved * 0.8).astype(np.int64) + flow(0.0003, 0.0001)
    c = position("component", "return_or_coverage")
    both[0, :, :, c] = flow(0.0004, 0.0001)
    both[1, :, :, c] = both[0, :, :, c] // 2
    both[:, 0] = 0
    return both[0] * weight, both[1] * weight


def make_frames(region: FakeRegion | None = None, *, seed: int = 0, quarters: int = QUARTERS, weight: int = 100) -> dict[str, np.ndarray]:
    """Return one run, name -> array with leading time axis; every identity of the contract holds exactly."""
    region = region or make_region()
    rng = np.random.default_rng(seed)
    t, a = quarters, len(region.area_codes)
    frames = {name: np.zeros(frame_shape(name, t, a), dtype=np.float64 if name in FLOATS else np.int64) for name in FRAME_AXES}
    change, change_town = _changes(rng, region, t, weight, drift=float(rng.normal(1.0, 0.12)))
    total = region.residents_2010 // weight * weight + change.sum(axis=2).cumsum(axis=0)
    town = region.town_2010 // weight * weight + change_town.sum(axis=2).cumsum(axis=0)
    town = np.minimum(town, total)
    # keep towns below the whole: give back what was cut to the first component
    cut = np.diff(town, axis=0, prepend=town[:1]) - change_town.sum(axis=2)
    cut[0] = 0
    change_town[:, :, position("component", "own_villages")] += cut
    frames["change_residents"], frames["change_town"] = change, change_town
    frames["residents"] = np.stack([total - town, town], axis=2)
    _people(frames, rng, region, total, town)
    _children(frames, rng, total)
    _homes_and_work(frames, rng, total, region)
    for name, array in frames.items():
        if name not in STOCKS:
            array[0] = 0
    return frames


def _people(frames: dict[str, np.ndarray], rng: np.random.Generator, region: FakeRegion, total: np.ndarray, town: np.ndarray) -> None:
    t, a = total.shape
    ramp = np.linspace(0, 1, t)[:, None]
    here = np.rint(total * np.where(region.is_core, 0.42, 0.22) * (1 + 0.05 * ramp)).astype(np.int64)
    by_origin = _split(rng, here, [0.5, 0.2, 0.3])[..., [1, 2, 0]]
    for o in range(3):
        settled = np.rint(by_origin[..., o] * ramp * (0.02 + 0.06 * (o < 2))).astype(np.int64)
        permit = np.rint((by_origin[..., o] - settled) * (0.15 + 0.35 * ramp)).astype(np.int64)
        frames["migrants"][..., 1, o] = by_origin[..., o] - settled - permit
        frames["migrants"][..., 2, o] = permit
        frames["migrants"][..., 3, o] = settled
    frames["migrants"][..., 4, 1] = np.rint(total * 0.06).astype(np.int64)
    frames["migrants"][..., 4, 2] = np.rint(total * 0.02).astype(np.int64)
    frames["town_born"] = _split(rng, np.rint(total * 0.25).astype(np.int64), [0.93, 0.07])[..., ::-1].copy()
    place = total - here - frames["town_born"].sum(axis=2)
    frames["agents_in_place"] = _split(rng, place, [0.6, 0.4])
    frames["hukou"] = np.rint(total * 0.88).astype(np.int64)
    frames["hukou_urban"] = np.rint(total * (0.25 + 0.2 * ramp)).astype(np.int64)
    for name, rate in (("arrivals", 0.02), ("departures", 0.014), ("settled", 0.0012), ("permits_issued", 0.006)):
        frames[name] = rng.poisson(total[..., None] * rate * np.array([0.25, 0.25, 0.5])).astype(np.int64)
    frames["returns"] = rng.poisson(total[..., None] * 0.003 * np.array([0.5, 0.5])).astype(np.int64)
    frames["returns_outside"] = rng.poisson(total[..., None] * 0.001 * np.array([0.5, 0.5])).astype(np.int64)
    frames["left_behind"] = np.rint(total[..., None] * np.array([0.03, 0.01, 0.04])).astype(np.int64)
    frames["moves"] = rng.poisson(total * 0.004).astype(np.int64)
    frames["persons_band"][:, :, 0, :] = _split(rng, total, [0.03, 0.03, 0.07, 0.03, 0.03, 0.42, 0.22, 0.06, 0.09, 0.02])
    frames["persons_band"][:, :, 1, :] = _split(rng, here, [0.02, 0.02, 0.05, 0.02, 0.02, 0.65, 0.18, 0.02, 0.015, 0.005])
    fourth = np.array([season(q) == 4 for q in range(t)])
    ages = [5, 5, 5, 5, 7, 8, 8, 8, 9, 9, 8, 6, 5, 4, 3, 2, 2, 1]
    by_age = _split(rng, total[fourth], [*ages, *ages])
    frames["persons_age5"][fourth] = by_age.reshape(fourth.sum(), a, 2, 18)


def _children(frames: dict[str, np.ndarray], rng: np.random.Generator, total: np.ndarray) -> None:
    ramp = np.linspace(0, 1, total.shape[0])[:, None]
    for s, band in ((0, 2), (1, 3)):
        everyone, migrant = frames["persons_band"][:, :, 0, band], frames["persons_band"][:, :, 1, band]
        out = np.rint(migrant * 0.01).astype(np.int64)
        public = np.rint((migrant - out) * np.minimum(0.70 + 0.15 * ramp + rng.normal(0, 0.02), 0.97)).astype(np.int64)
        bought = np.rint((migrant - out - public) * 0.4).astype(np.int64)
        frames["pupils"][:, :, s, 1, :] = np.stack(
            [out, public, bought, migrant - out - public - bought, np.rint(migrant * 0.5).astype(np.int64)], axis=2
        )
        local = everyone - migrant
        frames["pupils"][:, :, s, 0, 0] = out // 2
        frames["pupils"][:, :, s, 0, 1] = local - out // 2
        frames["places"][:, :, s] = frames["pupils"][:, :, s, :, 1].sum(axis=2) + rng.integers(0, 2000, total.shape[1])
        frames["applied_school"][:, :, s] = migrant // 20
        frames["admitted_school"][:, :, s] = migrant // 25


def _homes_and_work(frames: dict[str, np.ndarray], rng: np.random.Generator, total: np.ndarray, region: FakeRegion) -> None:
    t, a = total.shape
    ramp = np.linspace(0, 1, t)[:, None]
    here = frames["migrants"][:, :, :4].sum(axis=(2, 3))
    frames["households_tenure"] = _split(rng, here // 2, [0.13, 0.6, 0.0, 0.0, 0.01, 0.2, 0.06])
    for tenure, most in ((2, 0.15), (3, 0.05)):
        moved = np.rint(frames["households_tenure"][:, :, 1] * most * ramp**2).astype(np.int64)
        frames["households_tenure"][:, :, 1] -= moved
        frames["households_tenure"][:, :, tenure] += moved
    frames["homes_occupied"] = frames["households_tenure"][:, :, 2:4].copy()
    year = np.minimum((np.arange(total.shape[0]) + 3) // 4, len(region.nursery_places) - 1)
    upper = region.upper_secondary_places[year]
    young = [region.nursery_places[year], region.kindergarten_places[year]]
    frames["later_places"] = np.stack([*young, upper // 2, upper - upper // 2], axis=2)
    frames["homes_units"] = np.maximum.accumulate((frames["homes_occupied"] * 1.1).astype(np.int64), axis=0)
    frames["queue"] = np.rint(here[..., None] * np.array([0.004, 0.006, 0.003]) * (1 - 0.5 * ramp[..., None])).astype(np.int64)
    frames["settling_applied"] = here // 100
    frames["settling_eligible"] = here // 150
    frames["settling_admitted"] = here // 200
    frames["workers"] = np.rint(here * 0.7).astype(np.int64)
    frames["insured"] = np.rint(frames["workers"] * (0.2 + 0.25 * ramp)).astype(np.int64)
    frames["insured_new"] = rng.poisson(frames["workers"] * 0.008).astype(np.int64)
    frames["trained"] = rng.poisson(frames["workers"] * 0.004).astype(np.int64)
    for name, share in (("medical", 0.9), ("injury", 1.1), ("formal", 2.0), ("informal", 1.2)):
        frames[name] = np.rint(frames["insured"] * share).astype(np.int64)
    frames["medical_new"], frames["injury_new"] = frames["insured_new"] * 11 // 10, frames["insured_new"] * 13 // 10
    frames["poor"] = here // 50
    frames["legal_asked"] = frames["informal"] // 30
    frames["legal"] = frames["legal_asked"] * 9 // 10
    for name, last in (("bills", 0.8), ("hospitals_opened", 0.7), ("union", 0.92)):
        frames[name] = last * np.broadcast_to(ramp, (t, a)).copy()
    level = rng.uniform(0.9, 1.1, a) * np.where(region.is_core, 1.1, 1.0)
    frames["wage"] = 2000.0 * np.exp(1.1 * ramp) * level
    frames["rent"] = 14.0 * np.exp(0.5 * ramp) * level
    frames["wage_sum"] = frames["wage"] * frames["workers"] * rng.normal(1.0, 0.01, (t, a))
    first = np.array([season(q) == 1 for q in range(t)])[:, None]
    frames["grant"] = np.where(first, frames["settled"].sum(axis=2) * 4 * 5000.0, 0.0)
    frames["grant_places"] = np.where(first, total // 20000, 0)
    frames["grant_homes"] = np.where(first, total // 50000, 0)
    frames["registered_permit_holders"] = frames["migrants"][:, :, 2].sum(axis=2)


def make_dataset(
    region: FakeRegion | None = None, *, draws: int = 2, replicates: int = 1, quarters: int = QUARTERS, small: bool = False, seed: int = 0
) -> xr.Dataset:
    """Return a full result dataset of synthetic runs (64 areas, or four with `small=True`)."""
    region = region or make_region(small=small)
    frames = [[make_frames(region, seed=seed + 1000 * d + r, quarters=quarters) for r in range(replicates)] for d in range(draws)]
    return assemble(frames, region, make_scenario(region))
