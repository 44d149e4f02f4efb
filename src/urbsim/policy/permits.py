"""Residence permits (居住证): when one is due, how easily it is had, and what it gives."""

from __future__ import annotations

from urbsim.policy.levers import Lever
from urbsim.policy.units import FJ2019, MONTHS, MULTIPLE, SHARE, SWITCH, XC2024, ZJ2017, ZJ2023, ZJ2023W, refs
from urbsim.text import Text

_RULE = ("居住证暂行条例(国务院令第663号)", "第二条")

LEVERS: tuple[Lever, ...] = (
    Lever(name="permit.residence_months", title=Text("办居住证须居住月数", "Residence before a permit"),
          description=Text("登记居住满这么多个月方可领取居住证；closed 为不办理。",
                           "Months of registered residence before a permit may be had."),
          unit=MONTHS, kind="months", minimum=0, maximum=120, default=6, closed=Text("不发居住证", "no permits are issued"), rows=("P1",),
          reference=refs(_RULE, (ZJ2017, "二(十)"), (ZJ2023, "二(二)")), evidence="strong", looser="lower"),
    Lever(name="permit.ground_required", title=Text("办居住证须有工作、住所或就读", "A ground is asked"),
          description=Text("1：还须有合法稳定就业、合法稳定住所、连续就读之一；0：愿办即办。",
                           "1: a steady job, a lawful home or continuous study is also asked; 0: whoever wishes has one."),
          unit=SWITCH, kind="switch", minimum=0, maximum=1, default=1, rows=("P1",),
          reference=refs(_RULE, (XC2024, "2")), evidence="strong", looser="lower"),
    Lever(name="permit.friction", title=Text("办证便利倍数", "Ease of the process"),
          description=Text("每季度办证可能性(风险率)的倍数：1 为原来的手续，大于 1 更方便(如网上办理)，小于 1 更难。",
                           "Multiplies the hazard of taking up a permit: 1 the old process, above 1 easier (as by app), below 1 harder."),
          unit=MULTIPLE, kind="number", minimum=0, maximum=20, default=1, rows=("P2",),
          reference=refs((ZJ2023, "二(二)"), (ZJ2023W, "一(一)"), (XC2024, "2")), evidence="scenario_only", looser="higher"),
    Lever(name="permit.wait_after_move_months", title=Text("省内迁移后重新等待月数", "Wait after a move inside the region"),
          description=Text("持证人搬到省内另一地后，换领新证前要再等的月数；0 为互认转换，立即换领。",
                           "Months a permit holder waits for a new permit after a move inside the region; 0 means converted at once."),
          unit=MONTHS, kind="months", minimum=0, maximum=120, default=6, rows=("P3",),
          reference=refs((ZJ2023, "二(二)"), (ZJ2023W, "一(一)")), evidence="strong", looser="lower"),
    Lever(name="permit.services", title=Text("居住证享有的服务", "Services a permit carries"),
          description=Text("居住证持有人能享有的公共服务占落户居民的比例；居住证对落户意愿的影响以 0.5（2016 年条例）为基准按比例增减。",
                           "Share of the services of settled residents that a permit holder has; a permit's effect on the wish to settle "
                           "is in proportion, measured at 0.5 (the regulation of 2016)."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0.5, rows=("P4", "W13"),
          reference=refs((ZJ2017, "二(十)"), (ZJ2023, "二(二)"), (FJ2019, "(十四)")), evidence="scenario_only", looser="higher"),
)  # fmt: skip


def permit_ok(
    resident_months: float, held_elsewhere: float, has_job: float, has_home: float, studies: float,
    residence_months: float, ground_required: float, wait_after_move_months: float,
) -> int:  # fmt: skip
    """Return 1 if a permit may be had (policy_rules.md section 2.1), else 0.

    Who held a permit elsewhere in the region (`held_elsewhere`) waits only `wait_after_move_months`, if that is shorter.

    >>> permit_ok(6, 0, 1, 0, 0, 6, 1, 6), permit_ok(3, 0, 1, 1, 0, 6, 1, 6), permit_ok(0, 1, 1, 0, 0, 6, 1, 0)
    (1, 0, 1)
    """
    if residence_months < 0:
        return 0
    needed = residence_months
    if held_elsewhere > 0.5 and wait_after_move_months < needed:
        needed = wait_after_move_months
    if resident_months < needed:
        return 0
    if ground_required > 0.5 and has_job < 0.5 and has_home < 0.5 and studies < 0.5:
        return 0
    return 1
