"""Everything a run reads and never writes: the region's series under the scenario's assumptions, the dated rules, the parameters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from urbsim.clock import LAST_QUARTER, QUARTERS, quarter_of, season, year_of
from urbsim.engine.rules import FIELDS
from urbsim.engine.stages.feedback import reference_path
from urbsim.engine.stages.later_schools import LATER_STAGES, split_upper
from urbsim.engine.stages.settling import GATE_LEVERS, POINT_LEVERS
from urbsim.engine.state import FloatArray, Params
from urbsim.engine.tables import Constants
from urbsim.policy.schools import places_of_posts
from urbsim.regions import Region

LAST_OBSERVED = 48  # 2022 Q4: published inputs end here, assumptions begin
CENSUS_2020 = 40

AREA_LEVERS = (
    "settlement.kin_follow", "settlement.recognition", "settlement.quota", "permit.residence_months", "permit.friction",
    "permit.wait_after_move_months", "permit.ground_required", "permit.services", "school.places_bought", "school.points_ranking",
    "school.permit_enough", "school.permit_guarantee", "school.planned_by_residents", "homes.guaranteed_rent_share",
    "homes.rental_counts_as_home", "homes.poor_first", "finance.grant_per_settled_cross_province",
    "finance.grant_per_settled_same_province",
    "finance.grant_per_settled_same_area", "finance.grant_per_migrant_pupil", "finance.resident_weight", "finance.pass_through",
    "finance.own_match", "finance.grant_per_poor", "finance.borrowing_limit", "school.kindergarten_open", "school.upper_secondary_open",
    "school.exam_where_studied", "homes.rent_subsidy", "homes.shared_price_share", "homes.provident_support",
    "homes.first_home_subsidy", "homes.deed_tax_relief", "homes.land_follows_inflow", "homes.market_rent_level", "land.rights_kept",
    "land.quota_per_settled", "work.training_slots", "health.direct_settlement", "health.hospital_opening", "health.filing_ease",
    "work.job_reserve", "work.placements", "work.union_drive", "work.legal_capacity",
    "places.appeal", "places.reclassification", "village.appeal", *FIELDS.values(),
)  # fmt: skip


class Policy(Protocol):
    """Give a lever's values: quarters x areas, closed = -1."""

    def array(self, lever: str) -> npt.NDArray[np.float64]:
        """Return 69 x A."""
        ...


class ScenarioLike(Protocol):
    """What the engine needs of a scenario."""

    @property
    def policy(self) -> Any:
        """Return the dated rules (a `Policy`)."""
        ...

    @property
    def assumptions(self) -> Any:
        """Return what is assumed about economy and demography, by name."""
        ...


@dataclass(frozen=True)
class Inputs:
    """Hold a run's inputs; quarter axis first (69), A areas, O = A + B origins."""

    region: Region
    params: Params
    constants: Constants
    levers: dict[str, FloatArray]  # name -> 69 x A
    gate: FloatArray  # 69 x A x len(GATE_LEVERS)
    rule: FloatArray  # 69 x A x len(POINT_LEVERS)
    wage: FloatArray
    income_village: FloatArray
    wage_outside: FloatArray  # 69
    rent: FloatArray
    price: FloatArray
    km: FloatArray  # O x A
    log_km: FloatArray
    dying: FloatArray  # 69 x part x sex x 101, quarterly
    fertile: FloatArray  # 69 x part x 35, quarterly births per woman
    at_risk: FloatArray  # 69 x B
    residents_reference: FloatArray  # 69 x A
    movers_reference: FloatArray  # 69 x A
    tier_value: FloatArray  # A: share of income over five years that a local register is worth
    mobility: FloatArray  # 69: shock of the pandemic on attention
    entering: FloatArray  # 69: and on entries from other provinces
    places: npt.NDArray[np.int64]  # 69 x A x 2, public places before grants
    new_places: npt.NDArray[np.int64]  # years 2010..2027 x A x 2, places of the region's own plan opened in a year
    units: npt.NDArray[np.int64]  # 69 x A x 2, guaranteed and public homes before grants
    later_places: npt.NDArray[np.int64]  # 69 x A x 4, places of the region's data by `later_schools.LATER_STAGES`
    new_later_places: npt.NDArray[np.int64]  # 69 x A x 4, what levers add to them
    shared_units: npt.NDArray[np.int64]  # 69 x A, shared-ownership homes
    market_homes: npt.NDArray[np.int64]  # 69 x A, rental homes that levers add to the market
    reclassification: FloatArray  # 69 x A, a year
    schooling_share: FloatArray  # 69 x 5, of those who come of age
    place_cost: float
    home_cost: float
    districts: npt.NDArray[np.uint8]  # A: 1 where an area has several districts (cores)
    adding: FloatArray  # A: sums to 1, attraction of towns for the town-born before wages


def _after(series: FloatArray, growth: float | None) -> FloatArray:
    """Return `series` (quarters first) with a yearly growth rate after 2022 in place of its own, if one is given."""
    if growth is None:
        return series
    result = np.array(series, dtype=np.float64)
    years = (np.arange(QUARTERS) - LAST_OBSERVED)[LAST_OBSERVED:] / 4.0
    factor = (1.0 + growth) ** years
    result[LAST_OBSERVED:] = result[LAST_OBSERVED] * (factor if result.ndim == 1 else factor[:, None])
    return result


def _quarterly(probability: FloatArray) -> FloatArray:
    """Return the probability in a quarter of what happens in a year with `probability`."""
    result: FloatArray = 1.0 - (1.0 - probability) ** 0.25
    return result


def _between(first: FloatArray, second: FloatArray, last: float) -> FloatArray:
    """Return 69 rows, linear from 2010 to 2020, on at the same slope to weight `last` (1: constant after 2020)."""
    weight = np.clip(np.arange(QUARTERS) / CENSUS_2020, 0.0, last)
    shape = (QUARTERS,) + (1,) * first.ndim
    result: FloatArray = np.maximum(first[None] + (second - first)[None] * weight.reshape(shape), 0.0)
    return result


def _by_year(stock: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return quarterly stocks (69 x ...) from year-end stocks 2010..2027, linear inside the year, whole numbers."""
    q = np.arange(QUARTERS)
    year = (q + 3) // 4
    quarter = (q + 3) % 4 + 1
    before = stock[np.maximum(year - 1, 0)]
    now = stock[np.minimum(year, stock.shape[0] - 1)]
    shape = (QUARTERS,) + (1,) * (stock.ndim - 1)
    result: npt.NDArray[np.int64] = before + (now - before) * quarter.reshape(shape) // 4
    return result


def _cumulated(per_year: FloatArray) -> npt.NDArray[np.int64]:
    """Return the stock that `per_year` (69 x A, units a year) adds up to, whole units."""
    added = np.where(np.arange(QUARTERS)[:, None] > 0, np.maximum(per_year, 0.0) / 4.0, 0.0)
    return np.floor(np.cumsum(added, axis=0) + 1e-9).astype(np.int64)


def from_september(stock: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return what of a stock (69 x ...) that is built quarter by quarter counts as school places: that of June, from September on (E1)."""
    q = np.arange(QUARTERS)
    june = q - 1 - (np.array([season(int(k)) for k in q]) - 3) % 4
    counted: npt.NDArray[Any] = stock[np.maximum(june, 0)]
    return counted


def _later_supply(region: Region) -> npt.NDArray[np.int64]:
    """Return 69 x A x 4 places outside compulsory school by the region's data."""
    nursery, kindergarten, upper = (
        _by_year(np.asarray(getattr(region, name), dtype=np.int64))
        for name in ("nursery_places", "kindergarten_places", "upper_secondary_places")
    )
    return np.concatenate([nursery[..., None], kindergarten[..., None], split_upper(upper)], axis=2)


def _schooling_of_cohorts(region: Region) -> FloatArray:
    """Return 69 x 5: schooling of those who come of age, a rule: the province's 2020 mix for the young, more college every year.

    Assumption [E]: of rural youth coming of age in 2010 10 % had junior college and 8 % a bachelor's degree, rising to 30 % and 25 % by
    2025.
    """
    t = np.clip(np.arange(QUARTERS) / 60.0, 0.0, 1.0)
    college, bachelor = 0.10 + 0.20 * t, 0.08 + 0.17 * t
    senior = 0.30 - 0.02 * t
    primary = 0.03 - 0.02 * t
    return np.stack([primary, 1.0 - primary - senior - college - bachelor, senior, college, bachelor], axis=1)


def _pandemic(assumptions: Any, params: Params) -> tuple[FloatArray, FloatArray]:
    """Return the factors on attention and on entries from other provinces: 1, but for the shock of the years 2020 to 2022.

    The shock of 2020 is a parameter, on entries alone but for its share `covid_attention`; a scenario's shock of a year replaces it and
    acts on both.
    """
    attention, entering = np.ones(QUARTERS), np.ones(QUARTERS)
    years = np.array([year_of(q) for q in range(QUARTERS)])
    for year, drawn in ((2020, params.covid_2020), (2021, 0.0), (2022, 0.0)):
        given = assumptions.get(f"covid_shock_{year}")
        attention[years == year] = 1.0 - (params.covid_attention * drawn if given is None else float(given))
        entering[years == year] = 1.0 - (drawn if given is None else float(given))
    return attention, entering


def build_inputs(region: Region, scenario: ScenarioLike, params: Params, constants: Constants) -> Inputs:
    """Assemble the inputs of one run from the region, a scenario and one parameter draw."""
    policy, given = scenario.policy, scenario.assumptions
    mobility, entering = _pandemic(given, params)
    areas = len(region.area_codes)
    levers = {name: np.array(policy.array(name), dtype=np.float64) for name in AREA_LEVERS}
    gate = np.stack([policy.array(f"settlement.{name}") for name in GATE_LEVERS], axis=2)
    rule = np.stack([policy.array(f"settlement.{name}") for name in POINT_LEVERS], axis=2)
    wage = _after(region.wage_town, given.get("wage_growth"))
    movers = [
        np.maximum((s + o + p).astype(np.float64), 500.0)
        for s, o, p in (
            (region.same_area_2010, region.other_area_2010, region.other_province_2010),
            (region.same_area_2020, region.other_area_2020, region.other_province_2020),
        )
    ]
    level = np.array(region.fertility_level, dtype=np.float64)
    level[LAST_OBSERVED + 1 :] *= params.fertility_after
    if given.get("fertility_level_after_2022") is not None:
        level[LAST_OBSERVED + 1 :] = float(given["fertility_level_after_2022"])
    fertile = np.minimum(_between(region.fertility[0], region.fertility[1], 1.0) * level[:, None, None] / 4.0, 0.5)
    mortality = np.array(region.mortality_level, dtype=np.float64)
    mortality[LAST_OBSERVED + 1 :] *= params.mortality_after
    dying = np.minimum(_between(region.death_rate[0], region.death_rate[1], 1.4) * mortality[:, None, None, None], 1.0)
    at_risk = _after(region.block_population_at_risk, given.get("block_stock_growth"))
    pace = np.ones(QUARTERS)
    future = given.get("reclassification_pace_after_2020")
    pace[CENSUS_2020 + 1 :] = params.reclass_future if future is None else float(future)

    def added(lever: str) -> npt.NDArray[np.int64]:
        return _cumulated(np.array(policy.array(lever), dtype=np.float64))

    posts = np.array(policy.array("school.new_teacher_posts"), dtype=np.float64)
    extra_places = np.stack(
        [
            added(f"school.new_places_{stage}") + _cumulated(posts * per_post)
            for stage, per_post in zip(("primary", "lower_secondary"), places_of_posts(1.0), strict=True)
        ],
        axis=2,
    )
    extra_units = np.stack([added("homes.guaranteed_units"), added("homes.public_units")], axis=2)
    tier = np.zeros(areas)
    largest = int(np.argmax(region.residents_2010))
    tier[largest] = params.V_core
    km = np.array(region.distance_km, dtype=np.float64)
    weights = region.town_2010 * np.exp(constants.place - constants.place.max())
    inputs = Inputs(
        region=region,
        params=params,
        constants=constants,
        levers=levers,
        gate=np.ascontiguousarray(gate),
        rule=np.ascontiguousarray(rule),
        wage=wage,
        income_village=_after(region.income_village, given.get("wage_growth")),
        wage_outside=_after(region.wage_outside, given.get("outside_wage_growth")),
        rent=_after(region.rent, given.get("rent_growth")),
        price=_after(region.house_price, given.get("house_price_growth")),
        km=km,
        log_km=np.log(km + 1.0),
        dying=_quarterly(dying),
        fertile=fertile,
        at_risk=at_risk,
        residents_reference=reference_path(
            region.residents_2010.astype(float), region.residents_2020.astype(float), LAST_QUARTER, CENSUS_2020, params.path_after
        ),
        movers_reference=reference_path(movers[0], movers[1], LAST_QUARTER, CENSUS_2020, params.path_after),
        tier_value=tier,
        mobility=mobility,
        entering=entering,
        places=_by_year(np.asarray(region.school_places_by_year)) + from_september(extra_places),
        new_places=np.maximum(np.diff(np.asarray(region.school_places_by_year), axis=0, prepend=0), 0),
        units=_by_year(np.stack([region.guaranteed_homes, region.public_homes], axis=2)) + extra_units,
        reclassification=_reclassification(region, constants.reclassification, pace) * levers["places.reclassification"],
        later_places=_later_supply(region),
        new_later_places=from_september(np.stack([added(f"school.new_places_{stage}") for stage in LATER_STAGES], axis=2)),
        shared_units=added("homes.shared_units"),
        market_homes=added("homes.market_rental_units"),
        schooling_share=_schooling_of_cohorts(region),
        place_cost=float(given.get("school_place_cost") or 153_466.0),
        home_cost=float(given.get("home_cost") or 353_000.0),
        districts=np.asarray(region.is_core).astype(np.uint8),
        adding=weights / weights.sum(),
    )
    # Kernels are compiled anew for read-only or strided arrays: every run, a resumed one too, has writeable contiguous ones.
    arrays: dict[str, Any] = {
        field.name: np.array(value, order="C") for field in fields(inputs) if isinstance(value := getattr(inputs, field.name), np.ndarray)
    }
    return replace(inputs, **arrays)


def _reclassification(region: Region, yearly: FloatArray, pace: FloatArray) -> FloatArray:
    """Return the yearly share by quarter and area; what took villages back before 2020 (negative) does not go on after it."""
    path = np.clip(yearly * _edge_of_town(region), -0.2, 0.2)[None, :] * pace[:, None]
    path[CENSUS_2020 + 1 :] = np.maximum(path[CENSUS_2020 + 1 :], 0.0)
    return path


def _edge_of_town(region: Region) -> FloatArray:
    """Return by area the town share of 2010 over that of its prefecture: villages at the edge of towns are the ones reclassified [E]."""
    prefecture = np.asarray(region.prefecture_of)
    town = np.bincount(prefecture, weights=region.town_2010)
    all_ = np.bincount(prefecture, weights=region.residents_2010)
    share: FloatArray = (region.town_2010 / region.residents_2010) / (town / all_)[prefecture]
    return share


def certificates_run(q: int) -> bool:
    """Tell whether the national programme of land certificates runs in quarter `q` (2013 to 2018)."""
    return quarter_of(dt.date(2013, 1, 1)) <= q <= quarter_of(dt.date(2018, 12, 31))
