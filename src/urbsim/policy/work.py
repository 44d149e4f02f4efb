"""Work and skills: training, placement, pay near home, employment services, unions, legal services."""

from __future__ import annotations

from urbsim.policy.levers import Lever
from urbsim.policy.units import FJ2019, MULTIPLE, PERSONS_A_YEAR, POSTS, XC2024, ZJ2023, ZJ2023W, refs
from urbsim.text import Text

_W2 = refs((XC2024, "4"))
_W12 = refs((ZJ2023, "三(一)"), (XC2024, "4"), (FJ2019, "(三)"))

LEVERS: tuple[Lever, ...] = (
    Lever(name="work.training_slots", title=Text("职业技能培训名额", "Training slots"),
          description=Text("全区域每年培训的农村转移劳动力人次，由各地按农民工人数分摊。",
                           "Rural migrant workers trained a year in the whole region, spread over areas by their migrant workers."),
          unit=PERSONS_A_YEAR, kind="number", minimum=0, maximum=50_000_000, default=0, rows=("W1",), scope="region",
          reference=refs((ZJ2023, "四(一)"), (ZJ2023W, "一(三)"), (XC2024, "9"), (FJ2019, "(四)")), evidence="partly", looser="higher"),
    Lever(name="work.trainee_placement", title=Text("受训者就业激励", "Placement of trainees rewarded"),
          description=Text("受过培训的失业者每季度找到工作可能性的倍数：对院校按学员就业给予奖励的力度；1 为无奖励。",
                           "Multiplies the quarterly chance that a trained jobless worker finds a job: how strongly colleges are rewarded "
                           "for trainees in work; 1 means no reward."),
          unit=MULTIPLE, kind="number", minimum=0, maximum=20, default=1, rows=("W1",), reference=refs((XC2024, "9")),
          evidence="scenario_only", looser="higher"),
    Lever(name="work.job_reserve", title=Text("储备岗位", "Job reserve"),
          description=Text("为农村劳动力储备、随时补足的岗位数(含公益性岗位)；每季度最多安置这么多失业或非正规就业者到正规岗位；closed "
                           "为没有储备。",
                           "Posts kept open for rural workers, public-welfare posts included, and refilled; each quarter at most so many "
                           "jobless or informal workers are placed in formal jobs; closed: no reserve."),
          unit=POSTS, kind="number", minimum=0, maximum=5_000_000, default=None, closed=Text("没有储备", "no reserve"), rows=("W2", "W12"),
          reference=_W2, evidence="scenario_only", looser="higher", additive=True),
    Lever(name="work.placements", title=Text("每年安置就业人数", "Workers placed a year"),
          description=Text("每年安置的农村劳动力人数上限；closed 为不另设上限，只受储备岗位限制。",
                           "Rural workers placed a year at most; closed: no limit but the reserve."),
          unit=PERSONS_A_YEAR, kind="number", minimum=0, maximum=5_000_000, default=None, closed=Text("不另设上限", "no limit of its own"),
          rows=("W2", "W12"), reference=_W2, evidence="scenario_only", looser="higher", additive=True),
    Lever(name="work.near_home_pay", title=Text("就近就业收入", "Pay near home"),
          description=Text("本村和本县城就业收入的倍数(如山区 26 县的特色产业平台)；1 为现状。",
                           "Multiplies what work pays in the own village and the own county town (as industrial platforms in the 26 "
                           "mountain counties); 1 as now."),
          unit=MULTIPLE, kind="number", minimum=0.2, maximum=5, default=1, rows=("W3",), reference=refs((ZJ2023, "三(一)")),
          evidence="scenario_only", looser="higher"),
    Lever(name="work.employment_services", title=Text("就业服务", "Employment services"),
          description=Text("失业者每季度找到工作可能性的倍数：就业服务、零工市场；1 为现状。",
                           "Multiplies the quarterly chance that a jobless worker finds a job: services, gig markets; 1 as now."),
          unit=MULTIPLE, kind="number", minimum=0, maximum=20, default=1, rows=("W12",), reference=_W12, evidence="scenario_only",
          looser="higher"),
    Lever(name="work.employment_services_poor", title=Text("贫困户就业帮扶", "Employment services for the registered poor"),
          description=Text("登记贫困户另加的倍数，与就业服务相乘；1 为无专门帮扶。",
                           "A further multiple for registered poor, on top of employment services; 1 means no special help."),
          unit=MULTIPLE, kind="number", minimum=0, maximum=20, default=1, rows=("W12",), reference=_W12, evidence="scenario_only",
          looser="higher"),
    Lever(name="work.self_employment_income", title=Text("自营收入", "Self-employment income"),
          description=Text("自营者收入的倍数：创业扶持；1 为现状。",
                           "Multiplies the income of the self-employed: help for new businesses; 1 as now."),
          unit=MULTIPLE, kind="number", minimum=0.2, maximum=5, default=1, rows=("W12",), reference=_W12, evidence="scenario_only",
          looser="higher"),
    Lever(name="work.union_drive", title=Text("集中入会行动", "Union drive"),
          description=Text("已建工会企业中未入会农民工每季度入会可能性的倍数；1 为 2022 年的力度。不影响去留。",
                           "Multiplies the quarterly chance that a migrant worker in a unionised firm joins; 1 is the effort of 2022. "
                           "Moves nobody."),
          unit=MULTIPLE, kind="number", minimum=0, maximum=20, default=1, rows=("W8",),
          reference=refs((ZJ2023, "四(二)"), (XC2024, "10")), evidence="scenario_only", looser="higher"),
    Lever(name="work.legal_capacity", title=Text("公益法律服务能力", "Capacity of legal services"),
          description=Text("每年能提供公益法律服务的人数；closed 为不受能力限制。不影响去留。",
                           "Persons a year that public legal services can serve; closed: no limit. Moves nobody."),
          unit=PERSONS_A_YEAR, kind="number", minimum=0, maximum=50_000_000, default=None, closed=Text("不受能力限制", "no limit"),
          rows=("W9",),
          reference=refs((ZJ2023, "三(五)")), evidence="sign", looser="higher", additive=True),
)  # fmt: skip


def posts_in_quarter(job_reserve: float, placements: float) -> float:
    """Return how many workers an area can place in a quarter: the reserve, at most a quarter of the year's placements (W2).

    A closed lever (-1) does not limit; with both closed nobody is placed.

    >>> posts_in_quarter(-1.0, -1.0), posts_in_quarter(1000.0, -1.0), posts_in_quarter(-1.0, 500.0), posts_in_quarter(100.0, 500.0)
    (0.0, 1000.0, 125.0, 100.0)
    """
    if placements < 0:
        return max(job_reserve, 0.0)
    return placements / 4.0 if job_reserve < 0 else min(job_reserve, placements / 4.0)


def finding_chance(base: float, employment_services: float, trained: float, trainee_placement: float) -> float:
    """Return the quarterly chance that a jobless worker finds a job, at most 1 (W1, W12).

    >>> finding_chance(0.4, 1.0, 1, 2.0), finding_chance(0.4, 1.5, 0, 2.0), finding_chance(0.9, 2.0, 0, 1.0)
    (0.8, 0.6000000000000001, 1.0)
    """
    return min(base * employment_services * (trainee_placement if trained > 0.5 else 1.0), 1.0)


def slots_in_area(training_slots: float, workers_here: float, workers_region: float) -> float:
    """Return an area's training slots in a quarter: a quarter of the year's, by migrant workers.

    >>> slots_in_area(200_000.0, 10.0, 100.0)
    5000.0
    """
    if workers_region <= 0:
        return 0.0
    return training_slots / 4.0 * workers_here / workers_region
