"""Work and skills: training of rural migrant workers."""

from __future__ import annotations

from urbsim.policy.levers import Lever
from urbsim.policy.units import FJ2019, PERSONS_A_YEAR, XC2024, ZJ2023, ZJ2023W, refs
from urbsim.text import Text

LEVERS: tuple[Lever, ...] = (
    Lever(name="work.training_slots", title=Text("职业技能培训名额", "Training slots"),
          description=Text("全区域每年培训的农村转移劳动力人次，由各地按农民工人数分摊。",
                           "Rural migrant workers trained a year in the whole region, spread over areas by their migrant workers."),
          unit=PERSONS_A_YEAR, kind="number", minimum=0, maximum=50_000_000, default=0, rows=("W1",), scope="region",
          reference=refs((ZJ2023, "四(一)"), (ZJ2023W, "一(三)"), (XC2024, "9"), (FJ2019, "(四)")), evidence="partly", looser="higher"),
)  # fmt: skip


def slots_in_area(training_slots: float, workers_here: float, workers_region: float) -> float:
    """Return an area's training slots in a quarter: a quarter of the year's, by migrant workers.

    >>> slots_in_area(200_000.0, 10.0, 100.0)
    5000.0
    """
    if workers_region <= 0:
        return 0.0
    return training_slots / 4.0 * workers_here / workers_region
