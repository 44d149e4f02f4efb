"""Schools: places, who may apply, and how applicants are ranked."""

from __future__ import annotations

from urbsim.policy.levers import Lever, Reference
from urbsim.policy.units import FJ2019, PLACES, PLACES_A_YEAR, POSTS_A_YEAR, SHARE, SWITCH, XC2024, ZJ2023, ZJ2023W, refs
from urbsim.text import Text

_NEW = refs((ZJ2023, "三(三)"), (ZJ2023W, "四(十九)"), (XC2024, "6"))


def _new_places(stage: str, zh: str, en: str, rows: tuple[str, ...], reference: tuple[Reference, ...], who_zh: str, who_en: str) -> Lever:
    """Declare places a year of a stage outside compulsory school."""
    return Lever(
        name=f"school.new_places_{stage}", title=Text(f"新增{zh}", f"New {en}"),
        description=Text(f"每年新增的{zh}，加在区域数据已有的数量之上；建成后的下一个 9 月起可用，在有缺口的地方提高{who_zh}的入学机会。",
                         f"{en.capitalize()} added a year, on top of the region's data; they count from the September after they are "
                         f"built and raise the chance of {who_en} where places are short."),
        unit=PLACES_A_YEAR, kind="number", minimum=0, maximum=5_000_000, default=0, rows=rows, reference=reference, evidence="sign",
        looser="higher", additive=True,
    )  # fmt: skip


LEVERS: tuple[Lever, ...] = (
    Lever(name="school.new_places_primary", title=Text("新增公办小学学位", "New public primary places"),
          description=Text("每年新建的公办小学学位，加在区域数据已有的学位之上；建成后的下一个 9 月起可用。",
                           "Public primary places built a year, on top of the path of places in the region's data; they count from the "
                           "September after they are built."),
          unit=PLACES_A_YEAR, kind="number", minimum=0, maximum=5_000_000, default=0, rows=("E1",),
          reference=_NEW, evidence="partly", looser="higher", additive=True),
    Lever(name="school.new_places_lower_secondary", title=Text("新增公办初中学位", "New public lower-secondary places"),
          description=Text("每年新建的公办初中学位，加在区域数据已有的学位之上；建成后的下一个 9 月起可用。",
                           "Public lower-secondary places built a year, on top of the path in the region's data; they count from the "
                           "September after they are built."),
          unit=PLACES_A_YEAR, kind="number", minimum=0, maximum=5_000_000, default=0, rows=("E1",),
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
          description=Text("1：有居住证即可申请公办学位；0：须就业证明，并有参保或住房材料之一(无证者始终如此)。",
                           "1: a permit is enough to apply for a public place; 0: papers are asked on a job and on insurance or a home, "
                           "as of those without a permit in any case."),
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
    Lever(name="school.new_teacher_posts", title=Text("义务教育新增教师编制", "New teacher posts"),
          description=Text("每年新增的小学和初中教师编制。每个编制按国家标准带来公办学位(小学 19 个、初中 13.5 个)，七成给小学；"
                           "下一个 9 月起可用，不需新建校舍。",
                           "Posts for teachers of compulsory school added a year. By the national standard a post carries 19 primary or "
                           "13.5 lower-secondary places; seven in ten go to primary schools. They count from the next September, without "
                           "building."),
          unit=POSTS_A_YEAR, kind="number", minimum=0, maximum=500_000, default=0, rows=("E7",),
          reference=refs((ZJ2023, "六(二)"), (ZJ2023W, "一(五)"), ("中央编办发〔2014〕72号", "")), evidence="sign", looser="higher",
          additive=True),
    _new_places("nursery", "托位", "nursery places", ("E9",), refs((ZJ2023W, "四(十九)")), "2 岁幼儿", "children of 0 to 2"),
    _new_places("kindergarten", "普惠性幼儿园学位", "kindergarten places", ("E5", "E9"), refs((ZJ2023, "三(三)"), (ZJ2023W, "四(十九)")),
                "3—5 岁幼儿", "children of 3 to 5"),
    _new_places("upper_academic", "普通高中学位", "academic upper-secondary places", ("E5",), refs((ZJ2023, "三(三)"), (XC2024, "6")),
                "15—17 岁少年", "young people of 15 to 17"),
    _new_places("upper_vocational", "中等职业学校学位", "vocational upper-secondary places", ("E5",),
                refs((ZJ2023, "三(三)"), (XC2024, "6")), "15—17 岁少年", "young people of 15 to 17"),
    Lever(name="school.kindergarten_open", title=Text("普惠性学前教育向随迁子女开放", "Kindergartens open to migrants' children"),
          description=Text("随迁子女与本地儿童同等入读普惠性幼儿园的程度：0 维持现状(假设入园机会为本地的四分之三)，1 完全同等。",
                           "How far migrants' children enter public-benefit kindergartens like local ones: 0 as it stands (three quarters "
                           "of the local chance, an assumption), 1 on equal terms."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("E5",),
          reference=refs((ZJ2023, "三(三)")), evidence="sign", looser="higher"),
    Lever(name="school.upper_secondary_open", title=Text("普通高中向随迁子女开放", "Upper secondary schools open to migrants' children"),
          description=Text("随迁子女与本地学生同等升入普通高中的程度：0 维持现状(2017 年全国升学机会约为全体学生的六成),1 完全同等。",
                           "How far migrants' children enter academic upper secondary schools like local ones: 0 as it stands (six tenths "
                           "of everyone's chance nationally in 2017), 1 on equal terms."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("E5",),
          reference=refs((ZJ2023, "三(三)")), evidence="sign", looser="higher"),
    Lever(name="school.exam_where_studied", title=Text("在流入地升学考试", "Entrance exams where one studied"),
          description=Text("在现状之外，再有多大比例的随迁子女可以凭流入地学籍在当地参加中考、高考；影响 12—17 岁子女是否随迁，"
                           "不影响父母去哪里。0 为维持现状。",
                           "Share of migrants' children who, beyond those who may now, may sit the entrance exams of upper secondary "
                           "school and university where they studied; acts on whether children of 12 to 17 live along, not on where "
                           "parents go. 0: as it stands."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("E5",),
          reference=refs((ZJ2023, "三(三)"), (XC2024, "6")), evidence="sign", looser="higher"),
    Lever(name="school.aid_poor", title=Text("贫困家庭学生资助", "Aid for pupils of poor families"),
          description=Text("登记贫困户随迁子女上学费用中由资助承担的比例；使孩子更可能随迁，财政支出增加。",
                           "Share of the cost of schooling that aid bears for children of registered poor; more of them come along, and "
                           "the budget pays."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("E8",), reference=refs((FJ2019, "(四)(六)")),
          evidence="scenario_only", looser="higher"),
)  # fmt: skip


ACCESS_KINDERGARTEN = 0.75  # [E] chance of a migrant's child of a public-benefit kindergarten place over a local child's; no figure found
ACCESS_UPPER_ACADEMIC = 0.6  # [D] 34.2 % of migrant junior graduates entered academic upper secondary school in 2017, 57.3 % of all
UPPER_ACADEMIC_SHARE = 0.5  # [E] academic part of upper-secondary places (普职比大体相当)
NURSERY_PLACES_WANTED = 0.0045  # places per resident: the planning standard of the nursery plan to 2025
PRIMARY_PLACES_PER_POST, LOWER_SECONDARY_PLACES_PER_POST = 19.0, 13.5  # 中央编办发〔2014〕72号, recalled
PRIMARY_SHARE_OF_POSTS = 0.7  # [E] as of places built from grants


def chance_of_place(places: float, wanted: float, access: float, opened: float) -> float:
    """Return a migrant child's chance of a place: places over children who want one, times access, which `opened` lifts to 1 (E5, E9).

    >>> chance_of_place(60, 100, 0.5, 0), chance_of_place(60, 100, 0.5, 1), chance_of_place(200, 100, 1, 0)
    (0.3, 0.6, 1.0)
    """
    return min(places / max(wanted, 1.0), 1.0) * (access + (1.0 - access) * opened)


def places_of_posts(posts: float) -> tuple[float, float]:
    """Return the primary and lower-secondary places that new teacher posts carry (E7).

    >>> [round(places, 6) for places in places_of_posts(10)]
    [133.0, 40.5]
    """
    return (
        posts * PRIMARY_SHARE_OF_POSTS * PRIMARY_PLACES_PER_POST,
        posts * (1.0 - PRIMARY_SHARE_OF_POSTS) * LOWER_SECONDARY_PLACES_PER_POST,
    )


def school_apply_ok(settled: float, has_permit: float, has_job: float, insured: float, has_home: float, permit_enough: float) -> int:
    """Return 1 if a migrant family may apply for a public place (policy_rules.md section 4), else 0.

    The permit is enough where the rule says so; papers else, and for who has no permit: on a job, and on insurance or a lawful home. That
    one of the two last is enough, and that no permit is asked beside them, is a reading: a permit proper took three years until 2016 and
    a fifth of migrants were insured, while seven to eight of ten migrant children were in public schools (Shaoxing 2007: 73 %).

    >>> school_apply_ok(0, 1, 0, 0, 0, 1), school_apply_ok(0, 1, 1, 0, 1, 0), school_apply_ok(0, 1, 0, 1, 1, 0)
    (1, 1, 0)
    """
    if settled > 0.5 or (has_permit > 0.5 and permit_enough > 0.5):
        return 1
    return 1 if has_job > 0.5 and (insured > 0.5 or has_home > 0.5) else 0


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
