"""Health: direct settlement of hospital bills away from where one is insured, primary care, medical care of the registered poor."""

from __future__ import annotations

from urbsim.policy.levers import Lever
from urbsim.policy.units import FJ2019, MULTIPLE, PERSONS_A_YEAR, SHARE, TEAMS_A_YEAR, XC2024, ZJ2017, ZJ2023, ZJ2023W, refs
from urbsim.text import Text

LEVERS: tuple[Lever, ...] = (
    Lever(name="health.direct_settlement", title=Text("住院费用跨省直接结算率", "Bills settled directly across provinces"),
          description=Text("跨省住院费用中直接结算的比例；只影响随迁的老人和孩子，不影响劳动者本人(有因果证据)。",
                           "Share of inpatient bills settled directly across provinces; acts on dependants, not on the worker."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("W6",), scope="region",
          closed=Text("由开通医院和来人备案算出", "computed from hospitals opened and people who filed"),
          reference=refs((ZJ2023, "三(四)"), (ZJ2023W, "四(二十一)"), (XC2024, "7")), evidence="strong", looser="higher"),
    Lever(name="health.hospital_opening", title=Text("跨省异地就医定点医疗机构开通速度", "Pace of opening hospitals"),
          description=Text("未开通医疗机构每年开通可能性的倍数；1 为 2017—2022 年的平均速度，0 为不再开通。",
                           "Multiplies the yearly chance that a hospital is opened to cross-province settlement; 1 is the mean pace of "
                           "2017 to "
                           "2022, 0 opens no more."),
          unit=MULTIPLE, kind="number", minimum=0, maximum=20, default=1, rows=("W6",),
          reference=refs((ZJ2023, "三(四)、指标 6"), (XC2024, "7")), evidence="partly", looser="higher"),
    Lever(name="health.filing_ease", title=Text("异地就医备案便利", "Ease of filing"),
          description=Text("未备案的外省来人每季度完成异地就医备案可能性的倍数；1 为 2022 年以前的手续。",
                           "Multiplies the quarterly chance that people of another province file for treatment away; 1 is the process "
                           "before 2022."),
          unit=MULTIPLE, kind="number", minimum=0, maximum=20, default=1, rows=("W6",),
          reference=refs((ZJ2023, "三(四)"), (XC2024, "7")), evidence="scenario_only", looser="higher"),
    Lever(name="health.primary_staff_trained", title=Text("培训基层医务人员", "Primary-care staff trained"),
          description=Text("每年培训的基层医务人员数，增加基层诊疗能力；不影响去留。",
                           "Primary-care staff trained a year; adds to the supply of primary care, moves nobody."),
          unit=PERSONS_A_YEAR, kind="number", minimum=0, maximum=5_000_000, default=0, rows=("W7",), reference=refs((XC2024, "7")),
          evidence="sign", looser="higher", additive=True),
    Lever(name="health.doctor_teams_trained", title=Text("培训家庭医生团队", "Family-doctor teams trained"),
          description=Text("每年培训的家庭医生团队数，增加签约服务能力；不影响去留。",
                           "Family-doctor teams trained a year; adds to the supply of primary care, moves nobody."),
          unit=TEAMS_A_YEAR, kind="number", minimum=0, maximum=1_000_000, default=0, rows=("W7",), reference=refs((XC2024, "7")),
          evidence="sign", looser="higher", additive=True),
    Lever(name="health.planned_by_residents", title=Text("基本公共卫生按常住人口", "Primary care planned by residents"),
          description=Text("配置基层医疗和基本公共卫生时，非本地户籍常住人口计入的比例：1 按常住，0 按户籍。",
                           "Share of residents without a local register who are counted when primary care is planned: 1 by residents, 0 "
                           "by register."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=1, rows=("W13",),
          reference=refs((ZJ2023, "三(四)"), (ZJ2017, "二(十)"), (ZJ2023W, "四(二十)"), (XC2024, "7")), evidence="sign", looser="higher"),
    Lever(name="health.care_aid_poor", title=Text("贫困人口医疗救助", "Medical aid for the registered poor"),
          description=Text("登记贫困户住院费用中先诊疗后付费、一站式结算或救助的比例；对其随迁老人和孩子等同直接结算。",
                           "Share of hospital bills of registered poor that is advanced, settled on the spot or aided; for their "
                           "dependants it counts as direct settlement does."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("W11",), reference=refs((FJ2019, "(七)(八)")),
          evidence="partly", looser="higher"),
)  # fmt: skip


def direct_settlement_for(direct_settlement: float, cross_province: float) -> float:
    """Return the chance that a dependant's bill is settled directly; inside the province all are.

    >>> direct_settlement_for(0.67, 1.0), direct_settlement_for(0.67, 0.0)
    (0.67, 1.0)
    """
    return direct_settlement if cross_province > 0.5 else 1.0


def bills_of_poor(settled: float, poor: float, care_aid_poor: float) -> float:
    """Return the share of bills that a household need not advance: those settled and, for registered poor, those aided (W11).

    >>> bills_of_poor(0.5, 1, 0.5), bills_of_poor(0.5, 0, 0.5)
    (0.75, 0.5)
    """
    return settled + (1.0 - settled) * care_aid_poor if poor > 0.5 else settled
