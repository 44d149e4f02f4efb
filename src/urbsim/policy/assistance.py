"""Social assistance: an income floor for those in need in the place where they live."""

from __future__ import annotations

from urbsim.policy.levers import Lever
from urbsim.policy.units import FJ2019, LEVEL, YUAN_A_MONTH, ZJ2017, ZJ2023, refs
from urbsim.text import Text

POOR_ONLY, AND_ENTITLED, EVERYONE = 1, 2, 3
_W10 = refs((FJ2019, "(十一)"), (ZJ2017, "二(八)"), (ZJ2023, "三(五)"))

LEVERS: tuple[Lever, ...] = (
    Lever(name="assistance.income_floor", title=Text("收入底线", "Income floor"),
          description=Text("户主月收入低于此数时由居住地补足(名义值，元/月)；0 为不救助。",
                           "A head's monthly income below this is made up where the household lives (nominal yuan); 0 means none."),
          unit=YUAN_A_MONTH, kind="number", minimum=0, maximum=100_000, default=0, rows=("W10",), reference=_W10,
          evidence="scenario_only", looser="higher"),
    Lever(name="assistance.scope", title=Text("救助范围", "Who is assisted"),
          description=Text("1：登记贫困户；2：另加已落户和持居住证的；3：所有外来农业转移家庭。",
                           "1: registered poor; 2: also settled households and permit holders; 3: every household of rural origin that "
                           "has moved."),
          unit=LEVEL, kind="level", minimum=1, maximum=3, default=1, rows=("W10",), reference=_W10, evidence="scenario_only",
          looser="higher"),
)  # fmt: skip


def assisted(poor: float, entitled: float, scope: float) -> int:
    """Return 1 if a household is inside the scope of assistance; `entitled` is settled or with a permit (W10).

    >>> assisted(1, 0, 1), assisted(0, 1, 1), assisted(0, 1, 2), assisted(0, 0, 3)
    (1, 0, 1, 1)
    """
    if poor > 0.5 or scope >= 3:
        return 1
    return 1 if scope >= 2 and entitled > 0.5 else 0


def made_up(income: float, income_floor: float) -> float:
    """Return what assistance adds to a monthly income, yuan (W10).

    >>> made_up(900.0, 1200.0), made_up(3000.0, 1200.0)
    (300.0, 0.0)
    """
    return max(income_floor - income, 0.0)
