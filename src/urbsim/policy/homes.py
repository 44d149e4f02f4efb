"""Homes: guaranteed rental (保障性租赁住房), public rental (公租房), and what a tenancy gives access to."""

from __future__ import annotations

from urbsim.policy.levers import Lever
from urbsim.policy.units import FJ2019, SHARE, SWITCH, UNITS_A_YEAR, XC2024, ZJ2017, ZJ2023, ZJ2023W, refs
from urbsim.text import Text

LEVERS: tuple[Lever, ...] = (
    Lever(name="homes.guaranteed_units", title=Text("保障性租赁住房", "Guaranteed rental homes"),
          description=Text("每年建成(筹集)的保障性租赁住房，加在区域数据中已公布和已规划的套数之上。",
                           "Guaranteed rental homes completed a year, on top of those published or planned in the region's data."),
          unit=UNITS_A_YEAR, kind="number", minimum=0, maximum=5_000_000, default=0, rows=("H1",),
          reference=refs((ZJ2023, "三(二)"), (ZJ2023W, "四(十八)"), (XC2024, "5")), evidence="sign", looser="higher", additive=True),
    Lever(name="homes.guaranteed_rent_share", title=Text("保障性租赁住房租金", "Rent of guaranteed rental homes"),
          description=Text("保障性租赁住房租金占市场租金的比例。", "Rent of a guaranteed rental home as a share of the market rent."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0.9, rows=("H1",),
          reference=refs(("各市保障性租赁住房办法", ""), (ZJ2023, "三(二)")), evidence="sign", looser="lower"),
    Lever(name="homes.public_units", title=Text("公租房", "Public rental homes"),
          description=Text("每年新增的公租房，加在区域数据中的套数之上；登记贫困户优先，其余按等候先后。",
                           "Public rental homes added a year, on top of the region's data; registered poor first, then by waiting time."),
          unit=UNITS_A_YEAR, kind="number", minimum=0, maximum=5_000_000, default=0, rows=("H2",),
          reference=refs((ZJ2017, "二(六)"), (ZJ2023, "三(二)"), (XC2024, "5"), (FJ2019, "(十二)")), evidence="sign", looser="higher",
          additive=True),
    Lever(name="homes.rental_counts_as_home", title=Text("租赁算合法稳定住所", "A tenancy is a lawful home"),
          description=Text("1：登记的合法租赁算作合法稳定住所(可用于落户);0：只认自有住房。",
                           "1: a registered tenancy counts as a lawful stable home, so tenants may settle; 0: only an owned home does."),
          unit=SWITCH, kind="switch", minimum=0, maximum=1, default=0, rows=("S2", "H4"),
          reference=refs((ZJ2023, "二(一)、三(二)")), evidence="sign", looser="higher"),
)  # fmt: skip


def lawful_home(owns: float, registered_tenancy: float, rental_counts_as_home: float) -> int:
    """Return 1 if the household has a lawful stable home under the rule of the day, else 0.

    >>> lawful_home(0, 1, 0), lawful_home(0, 1, 1), lawful_home(1, 0, 0)
    (0, 1, 1)
    """
    if owns > 0.5:
        return 1
    return 1 if registered_tenancy > 0.5 and rental_counts_as_home > 0.5 else 0


def guaranteed_rent(market_rent: float, guaranteed_rent_share: float) -> float:
    """Return the rent of a guaranteed rental home (H1).

    >>> guaranteed_rent(1000.0, 0.85)
    850.0
    """
    return market_rent * guaranteed_rent_share


def public_rental_rank(registered_poor: float, waited_quarters: float) -> float:
    """Return the rank for public rental; higher is served first: registered poor, then longest wait (H2).

    >>> public_rental_rank(1, 0) > public_rental_rank(0, 40) > public_rental_rank(0, 1)
    True
    """
    return (1000.0 if registered_poor > 0.5 else 0.0) + min(waited_quarters, 999.0)
