"""Health: direct settlement of hospital bills away from where one is insured."""

from __future__ import annotations

from urbsim.policy.levers import Lever
from urbsim.policy.units import SHARE, XC2024, ZJ2023, ZJ2023W, refs
from urbsim.text import Text

LEVERS: tuple[Lever, ...] = (
    Lever(name="health.direct_settlement", title=Text("住院费用跨省直接结算率", "Bills settled directly across provinces"),
          description=Text("跨省住院费用中直接结算的比例；只影响随迁的老人和孩子，不影响劳动者本人(有因果证据)。",
                           "Share of inpatient bills settled directly across provinces; acts on dependants, not on the worker."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("W6",), scope="region",
          reference=refs((ZJ2023, "三(四)"), (ZJ2023W, "四(二十一)"), (XC2024, "7")), evidence="strong", looser="higher"),
)  # fmt: skip


def direct_settlement_for(direct_settlement: float, cross_province: float) -> float:
    """Return the chance that a dependant's bill is settled directly; inside the province all are.

    >>> direct_settlement_for(0.67, 1.0), direct_settlement_for(0.67, 0.0)
    (0.67, 1.0)
    """
    return direct_settlement if cross_province > 0.5 else 1.0
