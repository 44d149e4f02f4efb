"""One row per variable of a result: dimensions after (draw, replicate), dtype, names in both languages, unit.

Names, dimensions and dtypes are the contract with users (design/experience.md, Results); do not change them without a word in the
release notes and a new `SCHEMA_VERSION`.
"""

from __future__ import annotations

from typing import NamedTuple

from urbsim.text import Text

SCHEMA_VERSION = "1"


class Variable(NamedTuple):
    """Describe one variable; `unit` is 1 where a coordinate such as `service_unit` says it."""

    dims: tuple[str, ...]
    dtype: str
    name: Text
    unit: str
    unit_zh: str
    note: str = ""


def _v(dims: str, dtype: str, zh: str, en: str, unit: str, unit_zh: str, note: str = "") -> Variable:
    return Variable(tuple(dims.split()), dtype, Text(zh=zh, en=en), unit, unit_zh, note)


VARIABLES: dict[str, Variable] = {
    "resident_population": _v("time area", "int32", "常住人口", "resident population", "persons", "人"),
    "urban_population": _v("time area", "int32", "城镇常住人口", "residents of towns", "persons", "人"),
    "hukou_population": _v("time area", "int32", "户籍人口", "registered population", "persons", "人"),
    "hukou_urban_population": _v(
        "time area",
        "int32",
        "户籍城镇人口",
        "registered population of towns",
        "persons",
        "人",
        "official notion of the date: non-agricultural before 2016 Q1, by place since; the break is drawn, never joined",
    ),
    "urbanization_rate": _v("time area", "float64", "常住人口城镇化率", "resident urbanization rate", "percent", "%"),
    "urbanization_rate_from_census": _v(
        "time area", "float64", "常住人口城镇化率（2020 年普查起）", "resident urbanization rate from the census of 2020", "percent", "%",
        "share counted in 2020, moved by the model's change since on the logit; NaN before the end of 2020",
    ),
    "hukou_urbanization_rate": _v("time area", "float64", "户籍人口城镇化率", "hukou urbanization rate", "percent", "%"),
    "migrants": _v(
        "time area status origin",
        "int32",
        "农业转移人口存量（按状态和来源）",
        "rural-origin movers by status and origin",
        "persons",
        "人",
        "members of mover households living in the area, settled ones included; absent: registered there, living outside",
    ),
    "movers": _v(
        "time area origin",
        "int32",
        "离开本村居住者（按来源）",
        "rural-origin people living away from their village",
        "persons",
        "人",
        "with the head, residents or not yet; changes by arrivals less departures and `movers_family`, exactly",
    ),
    "arrivals": _v(
        "time area origin", "int32", "迁入（含由本村进城）", "movers who came to live here", "persons per quarter", "人/季",
        "by the class they have here; first moves out of the own village and moves between areas are in it",
    ),
    "departures": _v(
        "time area origin", "int32", "迁出（不含首次离村）", "movers who left", "persons per quarter", "人/季",
        "by the class they had here; who leaves the own village for the first time is in `left_village`",
    ),
    "left_village": _v("time area", "int32", "离开本村", "people who left their own village", "persons per quarter", "人/季"),
    "movers_family": _v(
        "time area origin", "int32", "外出家庭成员变动", "movers' members born, dead, wed, fetched or sent home, net",
        "persons per quarter", "人/季",
    ),
    "settled": _v("time area origin", "int32", "当季落户", "persons who settled", "persons per quarter", "人/季"),
    "permits_issued": _v("time area origin", "int32", "当季办理居住证", "residence permits issued", "persons per quarter", "人/季"),
    "returns": _v("time area return_to", "int32", "返乡（按离开地）", "returns, by area left", "persons per quarter", "人/季"),
    "returns_from_outside": _v(
        "time area return_to", "int32", "从区域外返乡（按户籍地）", "returns from outside the region, by area of origin",
        "persons per quarter", "人/季", "people of the region alone, those along with the head",
    ),
    "left_behind": _v(
        "time area member", "int32", "留守人口", "people left behind at home", "persons", "人",
        "children under 18, spouses and elders of households whose head lives away, in the region or outside; by area of home",
    ),
    "moves": _v("time area", "int32", "省内其他地区迁入", "moves in from other areas of the region", "persons per quarter", "人/季"),
    "agents_in_place": _v("time area part", "int32", "本地农村户籍常住人口", "rural-origin people living in place", "persons", "人"),
    "town_born": _v("time area part", "int32", "原城镇人口及其子女", "town-born residents", "persons", "人"),
    "town_born_movers": _v(
        "time area origin", "int32", "原城镇人口中的人户分离者", "town-born people registered elsewhere, by census class", "persons", "人",
        "with `migrants` they make the census counts of movers; their growth is a rate, not behaviour",
    ),
    "births": _v("time area part", "int32", "出生", "births among residents", "persons per quarter", "人/季"),
    "deaths": _v("time area part", "int32", "死亡", "deaths among residents", "persons per quarter", "人/季"),
    "children": _v(
        "time area stage school_place",
        "int32",
        "随迁子女（按就学方式）",
        "migrants' children by where they learn",
        "persons",
        "人",
        "ages 6-11 and 12-14; at_home: left behind",
    ),
    "pupils": _v(
        "year area stage pupil_group school_place", "int32", "学龄儿童（年末）", "children of school age at the year's end", "persons", "人"
    ),
    "places": _v("time area stage", "int32", "公办学位", "public school places", "places", "个"),
    "households": _v("time area tenure", "int32", "农业转移家庭（按住房）", "migrant households by tenure", "households", "户"),
    "queue": _v("time area queue_for", "int32", "排队家庭", "households waiting", "households", "户"),
    "homes_units": _v("time area homes", "int32", "保障房套数", "homes supplied", "units", "套"),
    "homes_occupied": _v("time area homes", "int32", "保障房入住套数", "homes occupied", "units", "套"),
    "settling_applied": _v("time area", "int32", "申请落户家庭", "households that applied to settle", "households per quarter", "户/季"),
    "settling_eligible": _v("time area", "int32", "符合落户条件家庭", "households eligible to settle", "households per quarter", "户/季"),
    "settling_admitted": _v("time area", "int32", "批准落户家庭", "households admitted to settle", "households per quarter", "户/季"),
    "workers": _v("time area", "int32", "农业转移劳动力", "migrant workers", "persons", "人"),
    "insured": _v("time area", "int32", "参加职工养老保险", "migrant workers with pension insurance", "persons", "人"),
    "medical_insured": _v("time area", "int32", "参加职工医疗保险", "migrant workers with employee medical insurance", "persons", "人"),
    "injury_insured": _v("time area", "int32", "参加工伤保险", "migrant workers insured against work injury", "persons", "人"),
    "placed": _v("time area", "int32", "当季安置就业", "workers placed from the job reserve", "persons per quarter", "人/季"),
    "land_exits": _v(
        "time area", "int32", "当季有偿退出农村权益", "households that gave up rural rights for pay, by origin",
        "households per quarter", "户/季",
    ),
    "trained": _v("time area", "int32", "当季参加培训", "trainees", "persons per quarter", "人/季"),
    "wage": _v(
        "time area",
        "float64",
        "农业转移劳动力月工资",
        "monthly wage of migrant workers",
        "yuan per month",
        "元/月",
        "sum of wages over workers at every level; nominal",
    ),
    "wage_offered": _v(
        "time area",
        "float64",
        "当地月工资水平",
        "going monthly wage",
        "yuan per month",
        "元/月",
        "after feedback; above the area weighted by migrant workers; nominal",
    ),
    "rent": _v(
        "time area",
        "float64",
        "市场租金",
        "market rent",
        "yuan per m2 and month",
        "元/平方米·月",
        "above the area weighted by residents of towns; nominal",
    ),
    "grant": _v("time area", "float64", "市民化奖励资金", "transfer received", "yuan per quarter", "元/季", "booked in the first quarter"),
    "homes_bought": _v(
        "time area purchase", "int32", "购房家庭（按产权）", "mover households that bought a home", "households per quarter", "户/季"
    ),
    "land": _v(
        "time area", "float64", "按落户人数新增的建设用地", "town land granted for people settled", "m2 per quarter", "平方米/季",
        "booked in the first quarter for the settlers of the year before",
    ),
    "debt": _v("time area", "float64", "地方为学位和住房举借的债务余额", "debt of areas for places and homes", "yuan", "元"),
    "persons_band": _v("year area group band", "int32", "年末人口（按年龄段）", "residents by age band at the year's end", "persons", "人"),
    "persons_age5": _v(
        "year_end prefecture sex age5",
        "int32",
        "年末常住人口（按性别和五岁组）",
        "residents by sex and five-year group at the year's end",
        "persons",
        "人",
    ),
    "change_residents": _v(
        "year area component", "int32", "常住人口变动（按来源）", "change of residents by component", "persons per year", "人/年"
    ),
    "change_town": _v(
        "year area component", "int32", "城镇常住人口变动（按来源）", "change of town residents by component", "persons per year", "人/年"
    ),
    "urbanization_change": _v(
        "year area component",
        "float64",
        "城镇化率变动的构成",
        "composition of the change of the urbanization rate",
        "points per year",
        "百分点/年",
        "100 (dU_c - u dR_c) / R, u the mean of the two rates and R the mean of the two totals: adds up exactly",
    ),
    "service_demand": _v("year area service group", "float32", "服务需求", "demand for services", "1", "1"),
    "service_served": _v("year area service group", "float32", "服务满足", "served", "1", "1"),
    "service_unmet": _v("year area service group", "float32", "服务缺口", "unmet demand", "1", "1"),
    "service_supply": _v("year area service", "float32", "服务供给", "supply of services", "1", "1"),
    "cost": _v(
        "year area item payer",
        "float64",
        "成本（按项目和承担者）",
        "cost by item and payer",
        "yuan per year",
        "元/年",
        "nominal; a grant is a transfer: what the province pays the area gets",
    ),
    "evaluation_score": _v(
        "year area", "float64", "综合评价得分", "evaluation score", "points of 100", "分",
        "mean percentile of seven parts among areas (or prefectures) of the year; weights are assumptions of the scenario",
    ),
    "indicator_value": _v("year indicator", "float64", "实施方案指标", "indicators of the plan", "1", "1"),
}
