"""Social insurance at the place of work: pension, medical, work injury, unemployment, and the premiums of the registered poor."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from urbsim.policy.levers import Lever
from urbsim.policy.units import FJ2019, MULTIPLE, SHARE, SWITCH, XC2024, ZJ2017, ZJ2023, ZJ2023W, refs
from urbsim.text import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatOrArray = TypeVar("FloatOrArray", float, NDArray[np.float64])

_W4 = refs((ZJ2023, "三(五)"), (ZJ2023W, "四(二十一)"), (ZJ2017, "二(八)"), (XC2024, "4"), (FJ2019, "(九)(十)"))
_W5 = refs((ZJ2023, "三(五)"), (ZJ2017, "二(七)"), (XC2024, "4、7"), (FJ2019, "(八)"))


def _hazard(name: str, title: Text, description: Text, rows: tuple[str, ...]) -> Lever:
    return Lever(
        name=f"insurance.{name}", title=title, description=description, unit=MULTIPLE, kind="number", minimum=0, maximum=20, default=1,
        rows=rows, reference=_W4 if rows == ("W4",) else _W5, evidence="scenario_only", looser="higher",
    )  # fmt: skip


LEVERS: tuple[Lever, ...] = (
    _hazard("pension_employees", Text("职工养老保险扩面(单位职工)", "Pension: employees enrolled"),
            Text("正规就业者每季度参加职工养老保险可能性的倍数：1 为现状，大于 1 为督促企业参保。",
                 "Multiplies the quarterly chance that a formal employee joins the pension scheme: 1 as now, above 1 firms are pressed."),
            ("W4",)),
    _hazard("pension_flexible", Text("职工养老保险扩面(灵活就业)", "Pension: flexible workers enrolled"),
            Text("灵活就业者(非正规、自营)在就业地参加职工养老保险可能性的倍数；0 为不能参加。",
                 "Multiplies the chance that an informal or self-employed worker joins at the place of work; 0 they may not."),
            ("W4",)),
    _hazard("injury_employees", Text("工伤保险扩面(单位职工)", "Work injury: employees enrolled"),
            Text("正规就业者每季度参加工伤保险可能性的倍数。",
                 "Multiplies the quarterly chance that a formal employee is insured against work injury."),
            ("W4",)),
    _hazard("injury_platform", Text("工伤保险扩面(新就业形态)", "Work injury: platform and casual workers"),
            Text("非正规就业者(平台、零工)单险种参加工伤保险可能性的倍数；0 为不能参加。自营者不参加工伤保险。",
                 "Multiplies the chance that an informal worker (platform, casual) is insured against work injury alone; 0 they may not. "
                 "The self-employed are not."),
            ("W4",)),
    Lever(name="insurance.unemployment_benefit", title=Text("失业保险覆盖", "Unemployment benefit"),
          description=Text("参保者失业时领到失业保险金(或一次性补贴)的比例；领到的家庭不因失业而重新考虑去留。",
                           "Share of insured workers who receive the benefit on losing a job; these do not reconsider where to live for "
                           "that reason."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("W4",), reference=_W4, evidence="scenario_only",
          looser="higher"),
    _hazard("medical_employees", Text("职工医保扩面(单位职工)", "Medical: employees enrolled"),
            Text("正规就业者每季度参加职工医保可能性的倍数。",
                 "Multiplies the quarterly chance that a formal employee joins the employee medical scheme."),
            ("W5",)),
    Lever(name="insurance.medical_open", title=Text("灵活就业人员职工医保放开户籍", "Medical: no register asked of flexible workers"),
          description=Text("1：没有本地户籍的灵活就业者也可在就业地参加职工医保；0：只有已落户的可以。",
                           "1: informal and self-employed workers without a local register may join the employee scheme at the place of "
                           "work; 0: only those who have settled."),
          unit=SWITCH, kind="switch", minimum=0, maximum=1, default=0, rows=("W5",), reference=_W5, evidence="scenario_only",
          looser="higher"),
    Lever(name="insurance.medical_transfer", title=Text("医保关系转移接续", "Medical entitlement moves along"),
          description=Text("在省内迁移的职工医保参保者中保留参保关系的比例；其余须重新参保。",
                           "Share of members of the employee medical scheme who keep their membership on a move inside the region; the "
                           "others start anew."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("W5",), reference=_W5, evidence="scenario_only",
          looser="higher"),
    Lever(name="insurance.premium_poor", title=Text("代缴贫困人口医保费", "Premiums paid for the registered poor"),
          description=Text("登记贫困人口参加居民医保的个人缴费中由财政代缴的比例；影响其参保率和财政支出，不影响去留。",
                           "Share of the premium of the residents' medical scheme that the budget pays for registered poor; acts on their "
                           "insured share and on cost, not on where they live."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("W11",), reference=refs((FJ2019, "(八)")), evidence="partly",
          looser="higher"),
)  # fmt: skip


def may_join_medical(formal: float, settled: float, medical_open: float) -> int:
    """Return 1 if a worker may join the employee medical scheme: employees, the settled, others where no register is asked (W5).

    >>> may_join_medical(1, 0, 0), may_join_medical(0, 0, 0), may_join_medical(0, 1, 0), may_join_medical(0, 0, 1)
    (1, 0, 1, 1)
    """
    return 1 if formal > 0.5 or settled > 0.5 or medical_open > 0.5 else 0


def joining_chance(base: float, multiple: float) -> float:
    """Return the quarterly chance of joining a scheme: the base chance times the lever, at most 1 (W4, W5).

    >>> joining_chance(0.12, 2.0), joining_chance(0.12, 20.0)
    (0.24, 1.0)
    """
    return min(max(base * multiple, 0.0), 1.0)


def poor_insured_share(base: float, premium_poor: FloatOrArray) -> FloatOrArray:
    """Return the share of registered poor in the residents' medical scheme: what the premium keeps out joins as it is paid (W11).

    >>> poor_insured_share(0.9, 0.0), poor_insured_share(0.9, 1.0)
    (0.9, 1.0)
    """
    return base + (1.0 - base) * premium_poor
