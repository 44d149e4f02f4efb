"""Schools: places, who may apply, and how applicants are ranked."""

from __future__ import annotations

from urbsim.policy.levers import Lever
from urbsim.policy.units import FJ2019, PLACES, PLACES_A_YEAR, SHARE, SWITCH, XC2024, ZJ2023, ZJ2023W, refs
from urbsim.text import Text

_NEW = refs((ZJ2023, "三(三)"), (ZJ2023W, "四(十九)"), (XC2024, "6"))

LEVERS: tuple[Lever, ...] = (
    Lever(name="school.new_places_primary", title=Text("新增公办小学学位", "New public primary places"),
          description=Text("每年新开的公办小学学位，加在区域数据已有的学位之上。",
                           "Public primary places opened a year, on top of the path of places in the region's data."),
          unit=PLACES_A_YEAR, kind="number", minimum=0, maximum=5_000_000, default=0, rows=("E1", "E7"),
          reference=_NEW, evidence="partly", looser="higher", additive=True),
    Lever(name="school.new_places_lower_secondary", title=Text("新增公办初中学位", "New public lower-secondary places"),
          description=Text("每年新开的公办初中学位，加在区域数据已有的学位之上。",
                           "Public lower-secondary places opened a year, on top of the path in the region's data."),
          unit=PLACES_A_YEAR, kind="number", minimum=0, maximum=5_000_000, default=0, rows=("E1", "E7"),
          reference=_NEW, evidence="partly", looser="higher", additive=True),
    Lever(name="school.places_bought", title=Text("政府购买民办学位", "Places bought in private schools"),
          description=Text("公办学位不足时，政府在民办学校购买的学位数(存量)，不计入公办就读比例。",
                           "Places that government buys in private schools where public ones are short (a stock); not counted as public."),
          unit=PLACES, kind="number", minimum=0, maximum=5_000_000, default=0, rows=("E3",),
          reference=refs((ZJ2023, "三(三)")), evidence="sign", looser="higher", additive=True),
    Lever(name="school.points_ranking", title=Text("积分入学", "Admission ranked by points"),
          description=Text("1：随迁子女按积分高低排序入学；0：按居住证领取先后排序。",
                           "1: migrant children are ranked by points; 0: by the date of the permit."),
          unit=SWITCH, kind="switch", minimum=0, maximum=1, default=0, rows=("E4", "P5"),
          reference=refs((ZJ2023, "三(三)"), ("杭教基〔2019〕5号", "")), evidence="partly"),
    Lever(name="school.permit_enough", title=Text("凭居住证即可申请入学", "The permit alone is enough"),
          description=Text("1：有居住证即可申请公办学位；0：还须就业、参保、住房等材料。",
                           "1: a permit is enough to apply for a public place; 0: papers on job, insurance and home are asked as well."),
          unit=SWITCH, kind="switch", minimum=0, maximum=1, default=0, rows=("E11",),
          reference=refs((FJ2019, "(五)"), (XC2024, "6"), (ZJ2023, "三(三)")), evidence="strong", looser="higher"),
    Lever(name="school.permit_guarantee", title=Text("持证家庭公办学位保障", "Public place guaranteed to permit holders"),
          description=Text("居住证持有人随迁子女中保证有公办学位的比例；不足部分须当年扩班或调剂。",
                           "Share of permit holders' children who are guaranteed a public place; the gap is filled within the year."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("E4",),
          reference=refs((ZJ2023, "三(三)"), ("浙江省2025年民生实事", "")), evidence="strong", looser="higher"),
    Lever(name="school.planned_by_residents", title=Text("按常住人口配置学位", "Places planned by residents"),
          description=Text("规划学位时按常住学龄人口(而不是户籍学龄人口)计算的比重。",
                           "Weight of resident, not registered, children when places are planned."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("E2", "E7"),
          reference=refs((ZJ2023, "三(三)、六(二)"), (FJ2019, "(五)")), evidence="scenario_only", looser="higher"),
)  # fmt: skip


def school_apply_ok(settled: float, has_permit: float, has_job: float, insured: float, has_home: float, permit_enough: float) -> int:
    """Return 1 if a migrant family may apply for a public place (policy_rules.md section 4), else 0.

    >>> school_apply_ok(0, 1, 0, 0, 0, 1), school_apply_ok(0, 1, 1, 0, 1, 0), school_apply_ok(1, 0, 0, 0, 0, 0)
    (1, 0, 1)
    """
    if settled > 0.5:
        return 1
    if has_permit < 0.5:
        return 0
    if permit_enough > 0.5:
        return 1
    return 1 if has_job > 0.5 and insured > 0.5 and has_home > 0.5 else 0


def school_rank(local: float, owns: float, points: float, permit_months: float, points_ranking: float) -> float:
    """Return the rank of an applicant; higher enters first (policy_rules.md section 4).

    Local register and home first, then local register (settled families included, E10), then migrants by points (at most
    1000) or, before, by how long the permit has been held.

    >>> school_rank(1, 1, 0, 0, 1) > school_rank(1, 0, 0, 0, 1) > school_rank(0, 1, 300, 0, 1) > school_rank(0, 1, 70, 0, 1)
    True
    """
    if local > 0.5:
        return 20000.0 if owns > 0.5 else 10000.0
    if points_ranking > 0.5:
        return min(points, 1000.0)
    return min(permit_months, 1000.0)


def planned_children(registered: float, resident: float, planned_by_residents: float) -> float:
    """Return the number of children that an area plans its places for (E2).

    >>> planned_children(1000, 1500, 0.5)
    1250.0
    """
    return registered + planned_by_residents * (resident - registered)


def guaranteed_places(permit_children: float, permit_guarantee: float, public_places_left: float) -> float:
    """Return how many places must be added this year to keep the guarantee (E4).

    >>> guaranteed_places(100, 1.0, 80), guaranteed_places(100, 0.5, 80)
    (20.0, 0.0)
    """
    return max(0.0, permit_guarantee * permit_children - public_places_left)
