"""Settling (落户): who may settle where, and which months count.

The gate is the encoding of policy_rules.md section 1.1::

    settle_ok = owner OR (renter AND residence >= Rr AND insurance >= Ri) OR (worker AND insurance >= Wi AND residence >= Wr)
                OR education >= E OR kin

with the values of the area on the day. Every rule here is a pure function of scalars that numba can compile as it stands.
The points table has a module of its own (`urbsim.policy.points`).
"""

from __future__ import annotations

from urbsim.policy.levers import Evidence, Lever
from urbsim.policy.units import (
    CEILING_2017,
    FJ2019,
    FRAME_2015,
    LEVEL,
    MONTHS,
    NO_LIMIT,
    PERSONS_A_YEAR,
    POINTS,
    ROUTE_CLOSED,
    SHARE,
    SWITCH,
    YEARS,
    ZJ2017,
    ZJ2023,
    ZJ2023W,
    refs,
)
from urbsim.text import Text

_GROUPS = refs((FJ2019, "(十四)"), (ZJ2017, "二(一)"), (ZJ2023, "二(一)"))
_THRESHOLDS = refs((FRAME_2015, ""), (CEILING_2017, ""), (ZJ2017, "二(一)"), (ZJ2023, "二(一)"), (ZJ2023W, "一(一)"), (FJ2019, "(十四)"))


def _months(name: str, title: Text, description: Text, rows: tuple[str, ...] = ("S1",), *, evidence: Evidence = "strong") -> Lever:
    """Declare a threshold in months, closed until a rule opens it."""
    return Lever(
        name=f"settlement.{name}", title=title, description=description, unit=MONTHS, kind="months", minimum=0, maximum=360,
        default=None, closed=ROUTE_CLOSED, rows=rows, reference=_THRESHOLDS, evidence=evidence, looser="lower",
    )  # fmt: skip


def _level(name: str, title: Text, description: Text) -> Lever:
    """Declare a least level of schooling."""
    return Lever(
        name=f"settlement.{name}", title=title, description=description, unit=LEVEL, kind="level", minimum=1, maximum=5,
        default=None, closed=ROUTE_CLOSED, rows=("S1",), reference=_THRESHOLDS, evidence="strong", looser="lower",
    )  # fmt: skip


def _age(name: str, title: Text, description: Text) -> Lever:
    """Declare an age below which a route is open."""
    return Lever(
        name=f"settlement.{name}", title=title, description=description, unit=YEARS, kind="integer", minimum=16, maximum=120,
        default=120, rows=("S1",), reference=refs(("杭州市户籍规定", "人才落户")), evidence="strong", looser="higher",
    )  # fmt: skip


LEVERS: tuple[Lever, ...] = (
    _months("owner_insurance_months", Text("自有住房落户：参保月数", "Owners: months insured"),
            Text("在本地有自有合法稳定住所的人，落户前须累计缴纳社会保险的月数；0 为无要求。",
                 "Months of social insurance asked of people who own a lawful home in the area; 0 asks for none.")),
    _months("owner_residence_months", Text("自有住房落户：居住月数", "Owners: months resident"),
            Text("在本地有自有住所的人须连续居住的月数；0 为无要求。", "Months of residence asked of owners; 0 asks for none.")),
    _months("renter_residence_months", Text("租房落户：居住月数", "Renters: months resident"),
            Text("合法租赁并登记的人须居住的月数；只在租赁算作合法稳定住所时有效。",
                 "Months of residence asked of registered tenants; works only where a tenancy counts as a lawful home."), ("S1", "S2")),
    _months("renter_insurance_months", Text("租房落户：参保月数", "Renters: months insured"),
            Text("合法租赁并登记的人须参保的月数。", "Months of social insurance asked of registered tenants."), ("S1", "S2")),
    _months("worker_insurance_months", Text("就业落户：参保月数", "Workers: months insured"),
            Text("有工作、没有自有或登记租赁住房的人须参保的月数。",
                 "Months of social insurance asked of those who have a job, whatever their home.")),
    _months("worker_residence_months", Text("就业落户：居住月数", "Workers: months resident"),
            Text("按就业途径落户须居住(或持证)的月数。", "Months of residence (or permit) asked on the worker's route.")),
    _level("education_level", Text("学历落户：最低学历", "Schooling route: least level"),
           Text("凭学历落户的最低一级：1 小学及以下，2 初中，3 高中或中职，4 大专，5 本科及以上(等于家庭表里的学历代码加 1)。",
                "Least schooling that settles by itself: 1 none or primary, 2 junior, 3 senior or vocational, 4 junior college, "
                "5 bachelor or above (the household column's code plus 1).")),
    _months("education_insurance_months", Text("学历落户：参保月数", "Schooling route: months insured"),
            Text("凭学历落户须参保的月数。", "Months of social insurance asked on the schooling route.")),
    _age("education_age_max", Text("学历落户：年龄上限", "Schooling route: below this age"),
         Text("凭学历落户须小于这个年龄；120 为不限。", "The schooling route is open below this age; 120 means no limit.")),
    _level("young_education_level", Text("年轻人学历落户：最低学历", "Young people's schooling route: least level"),
           Text("年纪更轻的人凭学历落户的最低一级(如杭州大专 35 岁以下)，等级同上。",
                "Least schooling for a second, younger group (Hangzhou: junior college below 35); levels as above.")),
    _months("young_education_insurance_months", Text("年轻人学历落户：参保月数", "Young people's schooling route: months insured"),
            Text("年轻人凭学历落户须参保的月数。", "Months of social insurance asked on that route.")),
    _age("young_education_age_max", Text("年轻人学历落户：年龄上限", "Young people's schooling route: below this age"),
         Text("这条途径须小于的年龄。", "That route is open below this age.")),
    Lever(name="settlement.kin_follow", title=Text("亲属随迁范围", "Kin who follow"),
          description=Text("落户人可以带谁：0 无，1 配偶和未成年子女，2 全部直系亲属。",
                           "Who settles with the applicant: 0 nobody, 1 spouse and minor children, 2 all direct kin."),
          unit=LEVEL, kind="level", minimum=0, maximum=2, default=1, rows=("S3",),
          reference=refs((ZJ2023, "二(一)")), evidence="sign", looser="higher"),
    Lever(name="settlement.same_province_free", title=Text("本省人有住所即可落户", "Home-region people settle with a dwelling"),
          description=Text("1：户口在本省的人只要有合法住所(自有或登记租赁)就能落户，不看其他条件；外地与本地标准统一后两类人都按同一规则。",
                           "1: people registered in the region need a lawful dwelling, owned or registered rental, and nothing else."),
          unit=SWITCH, kind="switch", minimum=0, maximum=1, default=0, rows=("S1", "S4"),
          reference=refs((FRAME_2015, ""), (CEILING_2017, ""), (ZJ2023, "二(一)")), evidence="strong", looser="higher"),
    Lever(name="settlement.recognition", title=Text("年限互认范围", "Where months count"),
          description=Text("参保和居住年限的累计范围：0 只算本县(市、区),1 同一设区市，2 全省。",
                           "Where months of insurance and residence add up: 0 this area only, 1 the prefecture, 2 the region."),
          unit=LEVEL, kind="level", minimum=0, maximum=2, default=0, rows=("S6",),
          reference=refs((ZJ2023, "二(一)"), (ZJ2023W, "一(一)")), evidence="strong", looser="higher"),
    Lever(name="settlement.job_required", title=Text("落户须有工作", "A job is asked"),
          description=Text("1：自有住房、租房、学历途径都须有工作；0：先落户后就业。",
                           "1: the owner's, the renter's and the schooling routes also ask for a job; 0: settle first, work later."),
          unit=SWITCH, kind="switch", minimum=0, maximum=1, default=0, rows=("S10",),
          reference=refs((FJ2019, "(十四)")), evidence="scenario_only", looser="lower"),
    Lever(name="settlement.poor_months_share", title=Text("登记贫困户的年限折扣", "Registered poor: share of the months"),
          description=Text("登记贫困户须满足的参保和居住月数占一般要求的比例；1 为相同，0 为不要求年限。",
                           "Share of the months of insurance and residence that registered poor households are asked for; 1 as others, "
                           "0 none."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=1, rows=("S9",), reference=_GROUPS, evidence="sign", looser="lower"),
    Lever(name="settlement.long_term_months", title=Text("长期就业居住落户：居住月数", "Long-term workers: months resident"),
          description=Text("有工作、在本地居住满这些月的人不受其他条件限制(如在城镇就业居住五年以上)。",
                           "People with a job who have lived in the area for so many months settle without other conditions (such as five "
                           "years of work and residence)."),
          unit=MONTHS, kind="months", minimum=0, maximum=360, default=None, closed=ROUTE_CLOSED, rows=("S9",), reference=_GROUPS,
          evidence="sign", looser="lower"),
    Lever(name="settlement.whole_family_free", title=Text("举家迁徙不受限制", "Whole families settle freely"),
          description=Text("1：有配偶或子女、没有家人留在老家且户主有工作的家庭不受其他条件限制。",
                           "1: families with spouse or children, nobody left at home and a working head settle without other conditions."),
          unit=SWITCH, kind="switch", minimum=0, maximum=1, default=0, rows=("S9",), reference=_GROUPS, evidence="sign", looser="higher"),
    Lever(name="settlement.new_generation_free", title=Text("新生代农民工不受限制", "New generation settles freely"),
          description=Text("1：1980 年及以后出生、有工作的户主不受其他条件限制。",
                           "1: heads born in 1980 or later who have a job settle without other conditions."),
          unit=SWITCH, kind="switch", minimum=0, maximum=1, default=0, rows=("S9",), reference=_GROUPS, evidence="sign", looser="higher"),
    Lever(name="settlement.points_cutoff", title=Text("积分落户分数线", "Points cut-off"),
          description=Text("积分达到此线的持证人可以落户。", "Permit holders with this many points may settle."),
          unit=POINTS, kind="number", minimum=0, maximum=1000, default=None,
          closed=Text("不实行积分落户", "no points system"), rows=("S5", "S11"),
          reference=refs((ZJ2017, "二(一)"), (ZJ2023, "二(一)")), evidence="partly", looser="lower"),
    Lever(name="settlement.quota", title=Text("落户名额", "Settling quota"),
          description=Text("一年最多准许落户的人数(随迁家属也计入)，按积分排队，同分先到先得，其余等候。",
                           "Most persons, family included, admitted in a year; ranked by points, ties by date, the rest wait."),
          unit=PERSONS_A_YEAR, kind="integer", minimum=0, maximum=10_000_000, default=None, closed=NO_LIMIT, rows=("S5", "S11", "S12"),
          reference=refs((ZJ2017, "二(一)、三(一)"), (ZJ2023, "二(一)")), evidence="partly", looser="higher"),
)  # fmt: skip

ROUTES: tuple[Text, ...] = (
    Text("不符合条件", "not eligible"),
    Text("自有住房", "owner"),
    Text("租房", "renter"),
    Text("就业", "worker"),
    Text("学历", "schooling"),
    Text("年轻人学历", "young people's schooling"),
    Text("本省有住所", "home region with a dwelling"),
    Text("亲属投靠", "kin"),
    Text("积分", "points"),
    Text("重点群体", "key group"),
)


def settle_ok(
    owns: float, rents: float, has_job: float, has_permit: float, age: float, schooling: float,
    insured_months: float, resident_months: float, same_province: float, settled_kin: float, points: float,
    owner_insurance_months: float, owner_residence_months: float,
    renter_residence_months: float, renter_insurance_months: float,
    worker_insurance_months: float, worker_residence_months: float,
    education_level: float, education_insurance_months: float, education_age_max: float,
    young_education_level: float, young_education_insurance_months: float, young_education_age_max: float,
    kin_follow: float, same_province_free: float, job_required: float, points_cutoff: float, rental_counts_as_home: float,
) -> int:  # fmt: skip
    """Return the first route (index into `ROUTES`) by which a person may settle, 0 if none.

    Equation: policy_rules.md section 1.1. A route whose threshold is -1 (closed), in either of its months, is closed.
    `owns`, `rents` (a lawful registered tenancy), `has_job`, `has_permit`, `same_province`: 0 or 1. `schooling`: the household
    column's code 0..4. `settled_kin`: 0 none settled here, 1 spouse or parent of a minor, 2 other direct kin. The months are
    those that count after `counted_months`. The points route asks for a permit and an age of 18 (section 1.2).

    >>> settle_ok(1, 0, 1, 0, 30, 1, 36, 40, 0, 0, 0, 36, 0, 60, 60, -1, -1, -1, -1, 120, -1, -1, 120, 1, 0, 0, -1, 1)
    1
    """
    job_ok = job_required < 0.5 or has_job > 0.5
    lawful_rental = rents > 0.5 and rental_counts_as_home > 0.5
    if owns > 0.5 and job_ok and owner_insurance_months >= 0 and owner_residence_months >= 0:
        if insured_months >= owner_insurance_months and resident_months >= owner_residence_months:
            return 1
    if lawful_rental and job_ok and renter_insurance_months >= 0 and renter_residence_months >= 0:
        if insured_months >= renter_insurance_months and resident_months >= renter_residence_months:
            return 2
    if has_job > 0.5 and worker_insurance_months >= 0 and worker_residence_months >= 0:
        if insured_months >= worker_insurance_months and resident_months >= worker_residence_months:
            return 3
    if education_level >= 0 and education_insurance_months >= 0 and job_ok and age < education_age_max:
        if schooling + 1 >= education_level and insured_months >= education_insurance_months:
            return 4
    if young_education_level >= 0 and young_education_insurance_months >= 0 and job_ok and age < young_education_age_max:
        if schooling + 1 >= young_education_level and insured_months >= young_education_insurance_months:
            return 5
    if same_province > 0.5 and same_province_free > 0.5 and (owns > 0.5 or lawful_rental):
        return 6
    if settled_kin > 0.5 and kin_follow >= settled_kin:
        return 7
    if points_cutoff >= 0 and has_permit > 0.5 and age >= 18 and points >= points_cutoff:
        return 8
    return 0


def key_group_ok(
    has_job: float, resident_months: float, whole_family: float, new_generation: float,
    long_term_months: float, whole_family_free: float, new_generation_free: float,
) -> int:  # fmt: skip
    """Return 9 (the last of `ROUTES`) if a person with a job is of a group whose limits are lifted (S9), else 0.

    Groups: resident for `long_term_months` (-1: closed), `whole_family` here (spouse or children, nobody left at home), `new_generation`
    (born in 1980 or later); the last two where their switch is 1. Source: FJ2019 (十四).

    >>> key_group_ok(1, 60, 0, 0, 60, 0, 0), key_group_ok(0, 99, 1, 1, 60, 1, 1), key_group_ok(1, 5, 1, 0, -1, 0, 1)
    (9, 0, 0)
    """
    if has_job < 0.5:
        return 0
    if long_term_months >= 0 and resident_months >= long_term_months:
        return 9
    if whole_family > 0.5 and whole_family_free > 0.5:
        return 9
    if new_generation > 0.5 and new_generation_free > 0.5:
        return 9
    return 0


def weighed_months(months: float, poor: float, poor_months_share: float) -> float:
    """Return the months that count for a household: those of the registered poor weigh more where they are asked for a share only (S9).

    >>> weighed_months(30, 0, 0.5), weighed_months(30, 1, 0.5), weighed_months(30, 1, 0) > 1e6
    (30, 60.0, True)
    """
    if poor < 0.5:
        return months
    if poor_months_share <= 0:
        return 1e9
    return months / poor_months_share


def counted_months(here: float, elsewhere_prefecture: float, elsewhere_region: float, recognition: float) -> float:
    """Return the months of insurance or residence that count under the rule of recognition (S6).

    `elsewhere_region` are all months in other areas of the region, those of the prefecture included.

    >>> counted_months(10, 5, 20, 0), counted_months(10, 5, 20, 1), counted_months(10, 5, 20, 2)
    (10, 15, 30)
    """
    if recognition > 1.5:
        return here + elsewhere_region
    if recognition > 0.5:
        return here + elsewhere_prefecture
    return here


def admitted_in_quarter(quota: float, used_this_year: float, season: int) -> float:
    """Return how many persons may still settle in this quarter of the year under a yearly quota (S5, S11).

    A quarter may use the quota's share up to the season, so that a year's quota is spread over the windows of March, June,
    September and December (policy_rules.md section 1.2). Without a quota the answer is infinite.

    >>> admitted_in_quarter(1000.0, 100.0, 1), admitted_in_quarter(1000.0, 250.0, 4), admitted_in_quarter(-1.0, 0.0, 2)
    (150.0, 750.0, inf)
    """
    if quota < 0:
        return float("inf")
    return max(0.0, quota * season / 4 - used_this_year)
