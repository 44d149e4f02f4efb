"""The words on the axes of results: code, Chinese and English of every category.

Codes are fixed (other people's scripts select by them); texts may improve. `AXES` gives, for each dimension, its labels in the order
of the arrays that the engine reports (docs/architecture.md, "What one quarter reports").
"""

from __future__ import annotations

from typing import NamedTuple

from urbsim.text import Text


class Label(NamedTuple):
    """Name one position on an axis; `unit` only where the unit differs from label to label."""

    code: str
    text: Text
    unit: str = "1"
    unit_zh: str = "1"


def _labels(*rows: tuple[str, str, str]) -> tuple[Label, ...]:
    return tuple(Label(code, Text(zh=zh, en=en)) for code, zh, en in rows)


def _units(*rows: tuple[str, str, str, str, str]) -> tuple[Label, ...]:
    return tuple(Label(code, Text(zh=zh, en=en), unit, unit_zh) for code, zh, en, unit, unit_zh in rows)


STATUS = _labels(
    ("rural", "本地农村户籍", "rural register of the area"),
    ("unregistered", "未办居住证", "without a residence permit"),
    ("permit", "持居住证", "residence permit"),
    ("settled", "已落户", "settled"),
    ("absent", "外出", "living outside"),
)
ORIGIN = _labels(
    ("same_area", "本县（市、区）", "same area"),
    ("other_area", "省内其他县（市、区）", "other area of the region"),
    ("other_province", "外省", "other province"),
)
PART = _labels(("village", "乡村", "village"), ("town", "城镇", "town"))
COMPONENT = _labels(
    ("natural_increase_town", "城镇自然增长", "natural increase of towns"),
    ("natural_increase_village", "乡村自然增长", "natural increase of villages"),
    ("own_villages", "本地乡村进城", "from the area's own villages"),
    ("other_areas", "省内其他地区迁入", "from other areas of the region"),
    ("outside_town", "外省迁入城镇", "from outside to towns"),
    ("outside_village", "外省迁入乡村", "from outside to villages"),
    ("reclassification", "村改居（区划变更）", "villages reclassified as town"),
    ("town_born_migration", "原城镇居民迁移", "migration of the town-born"),
    ("return_or_coverage", "本地人进出与口径", "own people in and out, coverage"),
)
RETURN_TO = _labels(("village", "回村", "village"), ("county_town", "回县城", "county town"))
BAND = _labels(
    ("0-2", "0-2岁", "0-2"),
    ("3-5", "3-5岁", "3-5"),
    ("6-11", "6-11岁", "6-11"),
    ("12-14", "12-14岁", "12-14"),
    ("15-17", "15-17岁", "15-17"),
    ("18-44", "18-44岁", "18-44"),
    ("45-59", "45-59岁", "45-59"),
    ("60-64", "60-64岁", "60-64"),
    ("65-79", "65-79岁", "65-79"),
    ("80+", "80岁及以上", "80+"),
)
MEMBER = _labels(("child", "子女", "child"), ("spouse", "配偶", "spouse"), ("elder", "老人", "elder"))
GROUP = _labels(("everyone", "全体", "everyone"), ("migrants", "农业转移人口", "migrants"))
STAGE = _labels(("primary", "小学", "primary"), ("lower_secondary", "初中", "lower secondary"))
PUPIL_GROUP = _labels(("local", "本地学生", "local"), ("migrant", "随迁子女", "migrant"))
SCHOOL_PLACE = _labels(
    ("not_in_school", "未入学", "not in school"),
    ("public", "公办", "public"),
    ("bought", "政府购买学位", "place bought by government"),
    ("fee_paying", "民办自费", "fee-paying"),
    ("at_home", "留守老家", "left behind"),
)
TENURE = _labels(
    ("employer", "单位宿舍", "employer"),
    ("market_rent", "市场租房", "market rent"),
    ("guaranteed_rental", "保障性租赁住房", "guaranteed rental"),
    ("public_rental", "公租房", "public rental"),
    ("shared", "共有产权", "shared ownership"),
    ("own", "自有", "own"),
    ("village_home", "农村自有住房", "village home"),
)
QUEUE = _labels(
    ("settling", "落户", "settling"),
    ("guaranteed_rental", "保障性租赁住房", "guaranteed rental"),
    ("public_rental", "公租房", "public rental"),
)
HOMES = _labels(("guaranteed_rental", "保障性租赁住房", "guaranteed rental"), ("public_rental", "公租房", "public rental"))
PURCHASE = _labels(("whole", "全产权", "whole"), ("shared", "共有产权", "shared ownership"))
LATER_STAGE = _labels(
    ("nursery", "托育", "nursery"),
    ("kindergarten", "幼儿园", "kindergarten"),
    ("upper_academic", "普通高中", "academic upper secondary"),
    ("upper_vocational", "中等职业学校", "vocational upper secondary"),
)
SEX = _labels(("male", "男", "male"), ("female", "女", "female"))
AGE5 = _labels(*((f"{a}-{a + 4}", f"{a}-{a + 4}岁", f"{a}-{a + 4}") for a in range(0, 85, 5)), ("85+", "85岁及以上", "85+"))
LEVEL = _labels(("area", "县（市、区）", "area"), ("prefecture", "设区市", "prefecture"), ("region", "全域", "region"))
SERVICE = _units(
    ("nursery", "托育", "nursery", "children", "人"),
    ("kindergarten", "幼儿园", "kindergarten", "children", "人"),
    ("primary", "小学", "primary school", "pupils", "人"),
    ("lower_secondary", "初中", "lower secondary school", "pupils", "人"),
    ("upper_secondary", "高中阶段", "upper secondary school", "pupils", "人"),
    ("guaranteed_rental", "保障性租赁住房", "guaranteed rental homes", "households", "户"),
    ("public_rental", "公租房", "public rental homes", "households", "户"),
    ("shared_homes", "共有产权住房", "shared-ownership homes", "households", "户"),
    ("hospital_beds", "医疗床位", "hospital beds", "beds", "张"),
    ("elder_care", "养老床位", "elder-care beds", "beds", "张"),
    ("primary_care", "基层诊疗", "primary care", "visits per year", "人次/年"),
    ("insurance", "职工养老保险", "employee pension insurance", "persons", "人"),
    ("medical_insurance", "职工医疗保险", "employee medical insurance", "persons", "人"),
    ("injury_insurance", "工伤保险", "work-injury insurance", "persons", "人"),
    ("training", "职业技能培训", "skills training", "persons per year", "人/年"),
    ("legal", "公益法律服务", "public legal service", "persons per year", "人/年"),
)
ITEM = _labels(
    ("schooling", "义务教育运行", "running cost of schools"),
    ("school_places", "新增学位建设", "building school places"),
    ("guaranteed_rental", "保障性租赁住房建设筹集", "guaranteed rental homes"),
    ("public_rental", "公租房建设筹集", "public rental homes"),
    ("shared_homes", "共有产权住房（政府份额）", "shared-ownership homes (government's share)"),
    ("home_purchase", "首套房和契税补贴", "first-home and deed-tax subsidies"),
    ("rent_subsidy", "租赁补贴", "rent subsidies"),
    ("provident_fund", "灵活就业人员公积金", "provident fund for flexible workers"),
    ("public_services", "公共服务管理", "public service management"),
    ("upkeep", "城市建设维护", "upkeep of the town"),
    ("social_security", "社会保障（新落户）", "social security of those who settled"),
    ("insurance", "职工养老保险缴费", "pension contributions"),
    ("rent", "市场租金", "market rent"),
    ("assistance", "社会救助", "social assistance"),
    ("premiums_poor", "代缴贫困人口医保费", "premiums of the registered poor"),
    ("land_exit", "农村权益有偿退出补偿", "compensation for rural rights"),
    ("training", "职业技能培训", "skills training"),
    ("grant", "市民化奖励转移支付", "transfer for citizenization"),
    ("borrowing", "举债与还本（净额）", "repayment less new debt"),
)
PAYER = _labels(
    ("centre", "中央", "centre"),
    ("province", "省", "province"),
    ("area", "市县", "area"),
    ("employer", "用人单位", "employer"),
    ("household", "个人", "household"),
)

AXES: dict[str, tuple[Label, ...]] = {
    "status": STATUS,
    "origin": ORIGIN,
    "part": PART,
    "component": COMPONENT,
    "return_to": RETURN_TO,
    "member": MEMBER,
    "band": BAND,
    "group": GROUP,
    "stage": STAGE,
    "pupil_group": PUPIL_GROUP,
    "school_place": SCHOOL_PLACE,
    "tenure": TENURE,
    "queue_for": QUEUE,
    "homes": HOMES,
    "purchase": PURCHASE,
    "later_stage": LATER_STAGE,
    "sex": SEX,
    "age5": AGE5,
    "service": SERVICE,
    "item": ITEM,
    "payer": PAYER,
}


def codes(axis: str) -> list[str]:
    """Return the codes of `axis` in array order.

    >>> codes("origin")
    ['same_area', 'other_area', 'other_province']
    """
    return [label.code for label in AXES[axis]]


def position(axis: str, code: str) -> int:
    """Return the index of `code` on `axis`."""
    return codes(axis).index(code)
