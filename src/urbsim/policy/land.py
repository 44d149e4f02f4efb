"""Land: rural rights of those who settle, and town land linked to people settled."""

from __future__ import annotations

from urbsim.policy.levers import Lever
from urbsim.policy.units import FJ2019, LEVEL, SHARE, SQUARE_METRES, XC2024, YEARS_OF_INCOME, ZJ2017, ZJ2023, ZJ2023W, refs
from urbsim.text import Text

_S8 = refs((ZJ2017, "二(五)"), (XC2024, "3"), (FJ2019, "(十六)"))
SETTLED_ONLY, ALL_IN_TOWN = 1, 2
FULL_YEARS = 20.0  # [E] compensation, in years of land income, at which `land.exit_take_up` holds

LEVERS: tuple[Lever, ...] = (
    Lever(name="land.rights_kept", title=Text("落户后保留的农村权益", "Rural rights kept on settling"),
          description=Text("本地农民进城落户后保留承包地、宅基地和集体收益分配权的比例：1 全部保留，0 须全部退出。",
                           "Share of contracted land, homestead and collective income that farmers of this area keep when they settle in "
                           "a town: 1 all, 0 none."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("S7",),
          reference=refs((ZJ2017, "二(五)"), (ZJ2023, "二(一)"), (ZJ2023W, "六(二十九)"), (XC2024, "3"), (FJ2019, "(十六)")),
          evidence="partly", looser="higher"),
    Lever(name="land.quota_per_settled", title=Text("每落户一人的建设用地", "Town land for each person settled"),
          description=Text("每进城落户一人新增的城镇建设用地指标，记入用地账；与 2022 年末相比增减的部分，三成盖住宅，下一年起影响租金。",
                           "New town land that an area is granted for each person settled, kept as an account; of what differs from the "
                           "value at the end of 2022 three tenths carry homes, which act on rents from the next year."),
          unit=SQUARE_METRES, kind="number", minimum=0, maximum=200, default=0, rows=("F4",),
          reference=refs(("国土资发〔2016〕123号", ""), (ZJ2017, "二(三)"), (ZJ2023, "六(二)"), (ZJ2023W, "一(五)")), evidence="sign"),
    Lever(name="land.exit_compensation", title=Text("自愿有偿退出补偿", "Compensation for giving up rural rights"),
          description=Text("自愿退出承包地和宅基地的补偿，以家庭一年土地收入的倍数计；0 为没有有偿退出。",
                           "Paid to a household that gives up its contracted land and homestead, in years of its land income; 0 means no "
                           "paid exit."),
          unit=YEARS_OF_INCOME, kind="number", minimum=0, maximum=200, default=0, rows=("S8",), reference=_S8, evidence="scenario_only",
          looser="higher"),
    Lever(name="land.exit_scope", title=Text("有偿退出范围", "Who may exit for pay"),
          description=Text("1：已在城镇落户的家庭；2：所有住在城镇的家庭。",
                           "1: households that have settled; 2: all that live in a town."),
          unit=LEVEL, kind="level", minimum=1, maximum=2, default=1, rows=("S8",), reference=_S8, evidence="scenario_only",
          looser="higher"),
    Lever(name="land.exit_take_up", title=Text("有偿退出参与率", "Take-up of paid exit"),
          description=Text("补偿为 20 年土地收入时，每年接受退出的家庭比例；补偿更高或更低时按比例变化。没有公布的数字，为假设。",
                           "Share of entitled households that accept in a year at a compensation of twenty years; more or less in "
                           "proportion. No figure is published: an assumption."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0.02, rows=("S8",), reference=_S8, evidence="scenario_only"),
)  # fmt: skip


def exit_chance(compensation: float, take_up: float) -> float:
    """Return the chance in a year that an entitled household gives up its land for the compensation (S8).

    >>> exit_chance(20.0, 0.02), exit_chance(40.0, 0.02), exit_chance(0.0, 0.02)
    (0.02, 0.04, 0.0)
    """
    return min(take_up * compensation / FULL_YEARS, 1.0)


def may_exit(settled: float, in_town: float, scope: float) -> int:
    """Return 1 if a household may give up its rural rights for pay (S8).

    >>> may_exit(1, 1, 1), may_exit(0, 1, 1), may_exit(0, 1, 2), may_exit(0, 0, 2)
    (1, 0, 1, 0)
    """
    if settled > 0.5:
        return 1
    return 1 if scope >= ALL_IN_TOWN and in_town > 0.5 else 0


HOMES_SHARE_OF_LAND = 0.3  # [R] land for homes in a town's plan: 25 to 40 % (GB 50137-2011)
FLOOR_AREA_RATIO = 1.8  # [E]
HOME_M2 = 90.0


def homes_on_land(square_metres: float) -> float:
    """Return the homes of 90 m2 that new town land carries: the part for homes, at the usual density (F4).

    >>> round(homes_on_land(1000.0), 9)
    6.0
    """
    return square_metres * HOMES_SHARE_OF_LAND * FLOOR_AREA_RATIO / HOME_M2


def land_at_risk(rights_kept: float) -> float:
    """Return the share of the land's value that a household would lose by settling (S7).

    >>> land_at_risk(1.0), land_at_risk(0.25)
    (0.0, 0.75)
    """
    return 1.0 - rights_kept


def land_quota(present_use: float) -> float:
    """Return square metres of new town land for each settler, by the present use per head (policy_rules.md section 7).

    At most 100 m2 a head: 100; up to 150: 80; above: 50.

    >>> land_quota(90.0), land_quota(120.0), land_quota(180.0)
    (100.0, 80.0, 50.0)
    """
    if present_use <= 100:
        return 100.0
    if present_use <= 150:
        return 80.0
    return 50.0
