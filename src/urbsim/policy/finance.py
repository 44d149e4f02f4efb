"""Money follows people (钱随人走): grants to areas by people settled, migrant pupils and residents.

Only the structure of the formula is published (policy_rules.md section 6); rates and weights are assumptions to sweep.
"""

from __future__ import annotations

from urbsim.policy.levers import Lever
from urbsim.policy.units import (
    FJ2019,
    MULTIPLE,
    SHARE,
    XC2024,
    YUAN_A_PERSON,
    YUAN_A_PUPIL,
    YUAN_A_RESIDENT,
    ZJ2017,
    ZJ2023,
    ZJ2023W,
    refs,
)
from urbsim.text import Text

_FUND = refs((ZJ2017, "二(二)"), (ZJ2023, "六(二)"), (ZJ2023W, "一(五)"), (FJ2019, "(十五)"), (XC2024, "8"), ("浙政发〔2017〕35号", ""))


def _per_settled(origin: str, zh: str, en: str) -> Lever:
    return Lever(
        name=f"finance.grant_per_settled_{origin}", title=Text(f"奖补：{zh}落户每人", f"Grant for each person settled {en}"),
        description=Text(f"每落户一名{zh}农业转移人口，上级拨给落户地的奖补，下一年使用；文件只公布了结构。",
                         f"Grant to the receiving area for each person settled {en}, spent the year after; rates are not published."),
        unit=YUAN_A_PERSON, kind="number", minimum=0, maximum=1_000_000, default=0, rows=("F1",), reference=_FUND, evidence="sign",
        looser="higher", scope="region",
    )  # fmt: skip


LEVERS: tuple[Lever, ...] = (
    _per_settled("cross_province", "外省", "from another province"),
    _per_settled("same_province", "省内其他县(市、区)", "from another area of the province"),
    _per_settled("same_area", "本县(市、区)", "from the same area"),
    Lever(name="finance.grant_per_migrant_pupil", title=Text("奖补：每名随迁学生", "Grant for each migrant pupil"),
          description=Text("每名在公办学校或政府购买的学位就读的义务教育阶段随迁子女每年的奖补；自费民办的不计。",
                           "Grant a year for each migrant pupil of compulsory age in a public school or a place that government bought; "
                           "who pays fees does not count."),
          unit=YUAN_A_PUPIL, kind="number", minimum=0, maximum=200_000, default=0, rows=("F1", "E6"), reference=_FUND, evidence="sign",
          looser="higher", scope="region"),
    Lever(name="finance.resident_weight", title=Text("未落户常住人口的权重", "Weight of residents who have not settled"),
          description=Text("奖补公式中未落户常住人口的权重：每人每年按省内落户标准的二十分之一乘以此权重，另加；0 不计，1 足额。",
                           "Weight of a resident who has not settled: this share of a twentieth of the same-province rate is added to the "
                           "grant each year; 0 none, 1 all of it."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("F2", "F6"),
          reference=refs((ZJ2023W, "一(五)"), (XC2024, "8")), evidence="scenario_only", scope="region"),
    Lever(name="finance.pass_through", title=Text("奖补转为服务的比例", "Pass-through of grants"),
          description=Text("奖补中真正变成新增学位和住房的比例。没有因果估计；closed 为取参数 theta_F 的抽样值。",
                           "Share of the grant that becomes places and homes, of which there is no causal estimate; closed takes the "
                           "drawn parameter theta_F."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=None,
          closed=Text("取参数 theta_F 的抽样值", "the draw of the parameter theta_F"), rows=("F2", "F3"),
          reference=refs((ZJ2017, "二(二)"), (ZJ2023W, "一(五)")), evidence="scenario_only", scope="region"),
    Lever(name="finance.own_match", title=Text("流入地自有财力配套", "The receiving area's own effort"),
          description=Text("每收到 1 元奖补，流入地用自有财力再拿出几元用于学位和住房。",
                           "Yuan of its own money that the receiving area adds to each yuan of grant for places and homes."),
          unit=MULTIPLE, kind="number", minimum=0, maximum=10, default=0, rows=("F3",),
          reference=refs((ZJ2017, "二(二)")), evidence="scenario_only", looser="higher"),
    Lever(name="finance.grant_per_poor", title=Text("奖补：每名进城贫困人口", "Grant for each registered poor migrant"),
          description=Text("每名在本地居住的登记贫困外来人口每年的建设资金补助，用于学位和住房。",
                           "Building money a year for each registered poor migrant living in the area, for places and homes."),
          unit=YUAN_A_PERSON, kind="number", minimum=0, maximum=1_000_000, default=0, rows=("F6",),
          reference=refs((FJ2019, "(十五)")), evidence="scenario_only", looser="higher", scope="region"),
    Lever(name="finance.borrowing_limit", title=Text("举债限额", "Borrowing limit"),
          description=Text("地方每年可为学位和住房举借的债务(按常住人口每人)；借满，以后每年从预算中归还所欠本金的十分之一，不计利息。",
                           "What an area may borrow a year for places and homes, for each resident. It borrows all of it, and each year "
                           "pays a tenth of what it owes out of the same budget; interest is left out."),
          unit=YUAN_A_RESIDENT, kind="number", minimum=0, maximum=100_000, default=0, rows=("F5",),
          reference=refs((ZJ2017, "二(四)")), evidence="scenario_only", looser="higher"),
)  # fmt: skip


def settled_amount(
    settled_cross_province: float, settled_same_province: float, settled_same_area: float,
    grant_per_settled_cross_province: float, grant_per_settled_same_province: float, grant_per_settled_same_area: float,
) -> float:  # fmt: skip
    """Return an area's amount for the people it settled, yuan (F1).

    >>> settled_amount(10, 10, 10, 5000, 3000, 1500)
    95000
    """
    return (
        settled_cross_province * grant_per_settled_cross_province
        + settled_same_province * grant_per_settled_same_province
        + settled_same_area * grant_per_settled_same_area
    )


def area_grant(
    own_settled_amount: float, unsettled: float, pupils: float,
    resident_weight: float, grant_per_settled_same_province: float, grant_per_migrant_pupil: float,
) -> float:  # fmt: skip
    """Return an area's grant of the year, yuan.

    Equation (structure: policy_rules.md section 6; F1, F2)::

        own + k * pupils + w * unsettled * g_same_province / 20

    A resident who has not settled weighs `w` of a twentieth of a settler of the same province a year; the twentieth is an assumption.

    >>> area_grant(100.0, 40.0, 10.0, 0.5, 20.0, 3.0)
    150.0
    """
    return own_settled_amount + grant_per_migrant_pupil * pupils + resident_weight * unsettled * grant_per_settled_same_province / 20.0


REPAID_A_YEAR = 0.1  # [E] of what an area owes


def spendable(grant: float, passed: float, own_match: float, borrowed: float, debt: float) -> float:
    """Return what an area spends on places and homes this year, yuan: passed-on grant, own effort, new debt, less repayment (F3, F5).

    >>> spendable(100.0, 20.0, 0.5, 50.0, 200.0), spendable(0.0, 0.0, 0.0, 0.0, 200.0)
    (100.0, 0.0)
    """
    return max(passed + own_match * grant + borrowed - REPAID_A_YEAR * debt, 0.0)


def built_from_grant(grant: float, pass_through: float, unit_cost: float) -> float:
    """Return how many places (or homes) a grant builds at a unit cost (F1, F2).

    >>> built_from_grant(1_000_000.0, 0.2, 20_000.0)
    10.0
    """
    if unit_cost <= 0:
        return 0.0
    return grant * pass_through / unit_cost
