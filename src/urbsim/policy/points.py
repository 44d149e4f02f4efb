"""Points for settling (积分落户): the table of Hangzhou's core, and the province's common points.

The table has changed with every revision; each item is a lever with dated values. What the table also counts and no household
column follows (titles, income tax, blood, volunteering, honours, offences) is listed as context in the packages; its mean for
an ordinary applicant can be given as `settlement.points_other`.
"""

from __future__ import annotations

from urbsim.policy.levers import Lever
from urbsim.policy.units import COMMON_POINTS, POINTS, POINTS_A_MONTH, POINTS_A_YEAR, POINTS_A_YEAR_OF_AGE, YEARS, ZJ2023, refs
from urbsim.text import Text

_TABLE = refs((ZJ2023, "二(一)"), ("杭州市居住证积分管理指标体系", ""))


def _item(name: str, zh: str, en: str, unit: Text = POINTS, *, maximum: float = 500, default: float = 0, note: Text | None = None) -> Lever:
    """Declare one item of the table."""
    tail = note or Text("", "")
    return Lever(
        name=f"settlement.points_{name}", title=Text(f"积分：{zh}", f"Points: {en}"),
        description=Text(f"积分落户指标表中“{zh}”一项。{tail.zh}", f"Item of the points table: {en}. {tail.en}".strip()),
        unit=unit, kind="number", minimum=0, maximum=maximum, default=default, rows=("S5",), reference=_TABLE, evidence="partly",
        looser="higher" if name != "age_step" else "lower",
    )  # fmt: skip


LEVERS: tuple[Lever, ...] = (
    _item("age_max", "年龄最高分", "most for age"),
    _item("age_full_until", "年龄满分的最大岁数", "age up to which the most is given", YEARS, maximum=100,
          note=Text("2018 年表由“56—60 岁 5 分、每小 1 岁加 2 分、最高 30 分”换算为 43.5 岁。",
                    "The table of 2018 (56-60: 5, two more for each year younger, at most 30) is 43.5 in this form.")),
    _item("age_step", "超过该岁数每岁减分", "lost for each year above it", POINTS_A_YEAR_OF_AGE),
    _item("age_floor", "年龄最低分(至年龄上限)", "least for age, up to the last age"),
    _item("age_last", "年龄计分上限", "last age that gives points", YEARS, maximum=100, default=60),
    _item("education_senior", "高中(中职)", "senior secondary schooling"),
    _item("education_college", "大专", "junior college"),
    _item("education_bachelor", "本科及以上", "bachelor or above"),
    _item("insurance_per_month", "社会保险每月", "a month of insurance", POINTS_A_MONTH),
    _item("insurance_max", "社会保险最高分", "most for insurance"),
    _item("residence_per_year", "居住登记或居住证每年", "a year of registered residence", POINTS_A_YEAR),
    _item("residence_max", "居住最高分", "most for residence"),
    _item("owned_home", "自有住房并实际居住", "owned home lived in"),
    _item("rented_home_per_year", "登记租房每年", "a year of registered renting", POINTS_A_YEAR),
    _item("rented_home_max", "租房最高分", "most for renting"),
    _item("contract", "劳动合同或经营", "job contract or business"),
    _item("other_area_insurance_per_month", "省内其他地方社保每月", "a month of insurance elsewhere in the province", POINTS_A_MONTH),
    _item("other_area_residence_per_month", "省内其他地方居住每月", "a month of residence elsewhere in the province", POINTS_A_MONTH),
    _item("other_area_max", "省内其他地方社保和居住最高分", "most for insurance and residence elsewhere in the province"),
    _item("other", "其他指标(纳税、志愿服务等)的平均分", "mean of the items not followed (tax, volunteering ...)",
          note=Text("模型不跟踪这些指标，只按普通申请人的平均分计。",
                    "The model does not follow them; give the mean of an ordinary applicant.")),
)  # fmt: skip


def points_score(
    age: float, schooling: float, insured_months: float, resident_months: float, owns: float, rented_years: float,
    has_contract: float, insured_elsewhere: float, resident_elsewhere: float,
    points_age_max: float, points_age_full_until: float, points_age_step: float, points_age_floor: float, points_age_last: float,
    points_education_senior: float, points_education_college: float, points_education_bachelor: float,
    points_insurance_per_month: float, points_insurance_max: float,
    points_residence_per_year: float, points_residence_max: float,
    points_owned_home: float, points_rented_home_per_year: float, points_rented_home_max: float, points_contract: float,
    points_other_area_insurance_per_month: float, points_other_area_residence_per_month: float, points_other_area_max: float,
    points_other: float,
) -> float:  # fmt: skip
    """Return the points of an applicant under a table (policy_rules.md section 1.2).

    `schooling`: code 0..4. Months here and elsewhere in the province (`*_elsewhere`) are kept apart, since the latter are capped
    together. `rented_years`: years of registered tenancy; 0 where the tenancy does not count. Residence counts by the month.
    An owner has the points of the owned home, all others those of renting.

    Worked case (at most 40 years old, no degree, five years of insurance, registration and renting), table of 2022:

    >>> table = (30, 43.5, 2, 5, 60, 10, 30, 50, 0.5, 120, 5, 100, 30, 6, 30, 0, 0, 0, 0, 0)
    >>> points_score(40, 1, 60, 60, 0, 5, 0, 0, 0, *table), points_score(40, 1, 48, 48, 0, 4, 0, 0, 0, *table)
    (115.0, 98.0)
    """
    total = points_other
    if age <= points_age_last:
        total += max(points_age_floor, min(points_age_max, points_age_max - points_age_step * (age - points_age_full_until)))
    if schooling >= 4:
        total += points_education_bachelor
    elif schooling >= 3:
        total += points_education_college
    elif schooling >= 2:
        total += points_education_senior
    total += min(points_insurance_max, points_insurance_per_month * insured_months)
    total += min(points_residence_max, points_residence_per_year * resident_months / 12.0)
    if owns > 0.5:
        total += points_owned_home
    else:
        total += min(points_rented_home_max, points_rented_home_per_year * rented_years)
    if has_contract > 0.5:
        total += points_contract
    elsewhere = points_other_area_insurance_per_month * insured_elsewhere + points_other_area_residence_per_month * resident_elsewhere
    return float(total + min(points_other_area_max, elsewhere))


def common_points(age: float, schooling: float, skill_points: float, insured_months: float, resident_months: float) -> float:
    """Return the province's common points for services (浙政办发〔2023〕38号, policy_rules.md section 2.3), at most 100.

    Age: 55-60 gives 5, one more for each year younger, at most 20. Schooling: bachelor 10, junior college 8, below 5.
    `skill_points`: 0, 3, 5, 8 or 10. Months are those in the whole province: insurance 0.5 each, residence 0.25, at most 30 each.

    >>> common_points(30, 1, 0, 60, 60)
    70.0
    """
    total = 0.0
    if 16 <= age <= 60:
        total += min(20.0, 5.0 + max(0.0, 55.0 - age))
    if schooling >= 4:
        total += 10.0
    elif schooling >= 3:
        total += 8.0
    else:
        total += 5.0
    total += min(10.0, skill_points)
    total += min(30.0, 0.5 * insured_months)
    return float(total + min(30.0, 0.25 * resident_months))


COMMON_POINTS_REFERENCE = refs((COMMON_POINTS, ""), (ZJ2023, "五(一)"))
