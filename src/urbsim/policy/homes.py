"""Homes: guaranteed rental (保障性租赁住房), public rental (公租房), and what a tenancy gives access to."""

from __future__ import annotations

from urbsim.policy.levers import Lever
from urbsim.policy.units import (
    FJ2019,
    MULTIPLE,
    SHARE,
    SWITCH,
    UNITS_A_YEAR,
    XC2024,
    YUAN_A_MONTH,
    YUAN_A_SQUARE_METRE,
    ZJ2017,
    ZJ2023,
    ZJ2023W,
    refs,
)
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
          description=Text("每年新增的公租房，加在区域数据中的套数之上，按等候先后(登记贫困户可优先)。",
                           "Public rental homes added a year, on top of the region's data, by waiting time (the poor may be first)."),
          unit=UNITS_A_YEAR, kind="number", minimum=0, maximum=5_000_000, default=0, rows=("H2",),
          reference=refs((ZJ2017, "二(六)"), (ZJ2023, "三(二)"), (XC2024, "5"), (FJ2019, "(十二)")), evidence="sign", looser="higher",
          additive=True),
    Lever(name="homes.poor_first", title=Text("公租房登记贫困户优先", "Registered poor first for public rental"),
          description=Text("1：登记贫困户排在其他申请人之前；0：与其他有资格的人一样按等候先后。",
                           "1: registered poor households come before other applicants; 0: by waiting time like all who are entitled."),
          unit=SWITCH, kind="switch", minimum=0, maximum=1, default=1, rows=("H2",), reference=refs((FJ2019, "(十二)"), (XC2024, "5")),
          evidence="sign", looser="higher"),
    Lever(name="homes.rental_counts_as_home", title=Text("租赁算合法稳定住所", "A tenancy is a lawful home"),
          description=Text("1：登记的合法租赁算作合法稳定住所(可用于落户);0：只认自有住房。",
                           "1: a registered tenancy counts as a lawful stable home, so tenants may settle; 0: only an owned home does."),
          unit=SWITCH, kind="switch", minimum=0, maximum=1, default=0, rows=("S2", "H4"),
          reference=refs((ZJ2023, "二(一)、三(二)")), evidence="sign", looser="higher"),
    Lever(name="homes.rent_subsidy", title=Text("租赁补贴", "Rent subsidy"),
          description=Text("每月发给在市场上租房的持证、已落户或登记贫困的外来家庭的租赁补贴；使租户更愿意留下，不改变市场租金。",
                           "Paid each month to mover households in market rental that hold a permit, have settled or are registered poor; "
                           "it ties tenants to the place and leaves market rents alone."),
          unit=YUAN_A_MONTH, kind="number", minimum=0, maximum=10_000, default=0, rows=("H2",),
          reference=refs((ZJ2017, "二(六)"), (ZJ2023, "三(二)"), (XC2024, "5"), (FJ2019, "(十二)")), evidence="sign", looser="higher"),
    Lever(name="homes.shared_units", title=Text("共有产权住房", "Shared-ownership homes"),
          description=Text("每年推出的共有产权住房；只按自己那份价格就买得起、按全价买不起的家庭摇号购买。",
                           "Shared-ownership homes offered a year; sold by lot to households that would buy at the price of their share "
                           "and not at the full price."),
          unit=UNITS_A_YEAR, kind="number", minimum=0, maximum=5_000_000, default=0, rows=("H3",),
          reference=refs((ZJ2023, "三(二)")), evidence="scenario_only", looser="higher", additive=True),
    Lever(name="homes.shared_price_share", title=Text("共有产权住房自付份额", "Buyer's share of a shared-ownership home"),
          description=Text("购房家庭支付的价格份额，其余归政府所有。",
                           "Share of the price that the household pays; government keeps the rest."),
          unit=SHARE, kind="share", minimum=0.1, maximum=1, default=0.5, rows=("H3",),
          reference=refs((ZJ2023, "三(二)")), evidence="scenario_only", looser="lower"),
    Lever(name="homes.provident_support", title=Text("灵活就业人员住房公积金", "Provident fund for flexible workers"),
          description=Text("灵活就业人员(自营、非正规就业)加入公积金后，补贴和低息贷款相当于工资的比例；提高其购房能力，也使租户更愿意留下。",
                           "What membership of the housing provident fund (subsidy, cheaper loans) is worth to self-employed and informal "
                           "workers, as a share of the wage; it raises what they can pay for a home and ties tenants to the place."),
          unit=SHARE, kind="share", minimum=0, maximum=0.5, default=0, rows=("H5",),
          reference=refs((ZJ2017, "二(六)"), (ZJ2023, "三(二)、三(五)"), (ZJ2023W, "四(十八)"), (XC2024, "5")), evidence="scenario_only",
          looser="higher"),
    Lever(name="homes.first_home_subsidy", title=Text("首套房购房补贴", "First-home subsidy"),
          description=Text("农业转移人口在城镇购买首套住房，每平方米的补贴。", "Paid for each square metre of a first home in town."),
          unit=YUAN_A_SQUARE_METRE, kind="number", minimum=0, maximum=100_000, default=0, rows=("H6",),
          reference=refs((XC2024, "5")), evidence="scenario_only", looser="higher"),
    Lever(name="homes.deed_tax_relief", title=Text("首套房契税补贴", "Deed-tax relief"),
          description=Text("首套房契税(90 平方米及以下为房价的 1%)由政府补贴的比例。",
                           "Share of the deed tax on a first home (1 % of the price up to 90 m2) that government pays."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("H6",),
          reference=refs((XC2024, "5"), ("财税〔2016〕23号", "")), evidence="scenario_only", looser="higher"),
    Lever(name="homes.land_follows_inflow", title=Text("住宅用地与人口净流入联动", "Land for homes follows net inflow"),
          description=Text("人口流入推高租金的部分，由增加住宅用地抵消的比例：0 不联动，1 租金不随流入上涨。",
                           "Share of the rise of rents with inflow that more land for homes takes away: 0 none, 1 rents no longer rise "
                           "with inflow."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("H7",),
          reference=refs((ZJ2023W, "四(十八)")), evidence="scenario_only", looser="higher"),
    Lever(name="homes.market_rent_level", title=Text("市场租金水平", "Level of market rents"),
          description=Text("长租、租赁企业税收优惠等措施下，市场租金相当于原路径的倍数；1 为不变。",
                           "Market rents as a multiple of their path under long leases and tax relief for rental firms; 1 leaves them."),
          unit=MULTIPLE, kind="number", minimum=0.25, maximum=2, default=1, rows=("H9",),
          reference=refs((ZJ2023, "三(二)")), evidence="scenario_only", looser="lower"),
    Lever(name="homes.market_rental_units", title=Text("新增市场租赁住房", "New market rental homes"),
          description=Text("每年新增的市场租赁住房，加在原有供给之上；每套房住的人按减少的租房需求计，降低租金。",
                           "Rental homes that firms add to the market a year, beyond ordinary supply; the people they house count as "
                           "fewer who press on rents."),
          unit=UNITS_A_YEAR, kind="number", minimum=0, maximum=5_000_000, default=0, rows=("H9",),
          reference=refs((ZJ2023, "三(二)")), evidence="scenario_only", looser="higher", additive=True),
)  # fmt: skip


def lawful_home(owns: float, registered_tenancy: float, rental_counts_as_home: float) -> int:
    """Return 1 if the household has a lawful stable home under the rule of the day, else 0.

    >>> lawful_home(0, 1, 0), lawful_home(0, 1, 1), lawful_home(1, 0, 0)
    (0, 1, 1)
    """
    if owns > 0.5:
        return 1
    return 1 if registered_tenancy > 0.5 and rental_counts_as_home > 0.5 else 0


DEED_TAX = 0.01  # of the price of a first home up to 90 m2 (财税〔2016〕23号)
LEAST_PRICE = 0.1  # [E] no subsidy brings a price below this share


def first_home_price(price: float, subsidy: float, deed_tax_relief: float) -> float:
    """Return what a square metre of a first home costs the buyer after subsidies (H6).

    >>> first_home_price(10_000.0, 500.0, 1.0), first_home_price(10_000.0, 20_000.0, 0.0)
    (9400.0, 1000.0)
    """
    return max(price - price * DEED_TAX * deed_tax_relief - subsidy, LEAST_PRICE * price)


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
