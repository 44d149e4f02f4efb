"""Towns and villages: what makes county towns, core cities or villages more attractive, and the pace at which villages become town."""

from __future__ import annotations

from urbsim.policy.levers import Lever
from urbsim.policy.units import MULTIPLE, SHARE, XC2024, ZJ2023W, refs
from urbsim.text import Text

_TOWNS = refs((ZJ2023W, "二(六)—(十二)、六(二十五)"))
_VILLAGES = refs((ZJ2023W, "四(二十二)、六(二十七)(二十九)(三十)"))

LEVERS: tuple[Lever, ...] = (
    Lever(name="places.appeal", title=Text("城镇吸引力", "Appeal of towns"),
          description=Text("一地城镇(县城、中心城区)吸引力的倍数，折成工资计：1.05 相当于当地工资高 5%；用 counties 和 cores "
                           "区分县城和中心城市。",
                           "Appeal of an area's towns, counted as a wage: 1.05 is worth 5 % more pay there; the words `counties` and "
                           "`cores` tell county towns from core cities."),
          unit=MULTIPLE, kind="number", minimum=0.2, maximum=5, default=1, rows=("G1",), reference=_TOWNS, evidence="scenario_only",
          looser="higher"),
    Lever(name="places.reclassification", title=Text("村改居速度", "Pace of reclassification"),
          description=Text("村划为城镇的年速度的倍数：1 为拟合速度，0 为停止。",
                           "Multiplies the yearly rate at which villages become town: 1 as fitted, 0 none."),
          unit=MULTIPLE, kind="number", minimum=0, maximum=10, default=1, rows=("G1",), reference=_TOWNS, evidence="scenario_only"),
    Lever(name="village.appeal", title=Text("乡村吸引力", "Appeal of villages"),
          description=Text("留在或回到本村的吸引力的倍数，折成收入计：乡村服务、住房、集体土地收益；1.05 相当于村里收入高 5%。",
                           "Appeal of the own village, counted as an income: services, homes, collective land; 1.05 is worth 5 % more "
                           "village income."),
          unit=MULTIPLE, kind="number", minimum=0.2, maximum=5, default=1, rows=("G6",), reference=_VILLAGES, evidence="scenario_only",
          looser="higher"),
    Lever(name="village.elder_care", title=Text("乡村养老服务", "Elder care in villages"),
          description=Text("留守老人由乡村养老服务照料的比例；只有老人留守的家庭，分离带来的返乡倾向按此减轻。",
                           "Share of elders left behind who are cared for in the village; where only elders stayed, the pull of a divided "
                           "family is that much weaker."),
          unit=SHARE, kind="share", minimum=0, maximum=1, default=0, rows=("G6", "G4"),
          reference=refs((ZJ2023W, "四(二十二)"), (XC2024, "10")), evidence="scenario_only", looser="higher"),
)  # fmt: skip


def pull_of_division(elders_only: float, elder_care: float) -> float:
    """Return the share of the pull of a divided family that is left where elders are cared for (G6).

    >>> pull_of_division(1, 0.5), pull_of_division(0, 0.5), pull_of_division(1, 0.0)
    (0.5, 1.0, 1.0)
    """
    return 1.0 - elder_care if elders_only > 0.5 else 1.0
