"""What a scenario assumes about the world around policy: economy, demography, costs, shocks."""

from __future__ import annotations

import math
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from urbsim.policy.levers import short
from urbsim.text import Text


class Assumption(BaseModel):
    """Declare one assumption. `default` None means: as in the region's data or the parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Text
    description: Text
    unit: Text
    minimum: float
    maximum: float
    default: float | None = None

    def check(self, value: object) -> Text | None:
        """Return None if `value` may be given, else what is wrong."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return Text(f"{self.name} 要的是数，给的是“{value}”", f"{self.name} takes a number, found '{value}'")
        if not math.isfinite(value) or not self.minimum <= value <= self.maximum:
            return Text(f"{self.name} 的值 {value} 超出范围", f"{self.name}: {value} is out of bounds")
        return None

    def allowed(self) -> Text:
        """Say what may be given."""
        low, high = short(self.minimum), short(self.maximum)
        return Text(f"{low} 至 {high}，{self.unit.zh}", f"{low} to {high}, {self.unit.en}")


_A_YEAR = Text("每年增长比例", "growth a year, as a share")
_SHARE = Text("比例", "share")
_TIMES = Text("倍", "times")
_YUAN = Text("元", "yuan")
_DATA = Text("不写则按区域数据。", "As in the region's data if not given.")


def _growth(name: str, zh: str, en: str, more: Text) -> Assumption:
    return Assumption(
        name=name,
        title=Text(f"{zh}年增长", f"Growth of {en}"),
        description=Text(
            f"{zh}在最后一个公布值之后每年的名义增长。{more.zh}", f"Nominal growth a year of {en} after the last published value. {more.en}"
        ),
        unit=_A_YEAR, minimum=-0.3, maximum=0.3,
    )  # fmt: skip


def _shock(year: int) -> Assumption:
    otherwise = (
        Text("不写则按参数 covid_2020，只作用于外省迁入", "if not given the parameter covid_2020, on entries from other provinces alone")
        if year == 2020
        else Text("不写则为无(公布的外出人数已回到趋势)", "if not given none (published counts were back on their trend)")
    )
    return Assumption(
        name=f"covid_shock_{year}",
        title=Text(f"{year} 年疫情冲击", f"COVID shock of {year}"),
        description=Text(
            f"{year} 年考虑迁移和外省迁入减少的比例：0 无影响，1 完全停止；{otherwise.zh}。",
            f"Share by which thoughts of moving and entries fall short in {year}: 0 none, 1 all; {otherwise.en}.",
        ),
        unit=_SHARE, minimum=0, maximum=1,
    )  # fmt: skip


def _weight(part: str, zh: str, en: str) -> Assumption:
    return Assumption(
        name=f"evaluation_weight_{part}",
        title=Text(f"综合评价权重：{zh}", f"Weight in the evaluation: {en}"),
        description=Text(
            "各地年度综合评价中这一项的权重；文件没有公布评价公式，默认各项相等。",
            "Weight of this part in the yearly evaluation of areas; no formula is published, all weigh alike unless given.",
        ),
        unit=_TIMES, minimum=0, maximum=100, default=1,
    )  # fmt: skip


ASSUMPTIONS: MappingProxyType[str, Assumption] = MappingProxyType(
    {
        item.name: item
        for item in (
            _growth("wage_growth", "区域内农民工工资和农村收入", "migrant wages and village incomes in the region", _DATA),
            _growth("outside_wage_growth", "区域外务工工资", "migrant wages in the rest of the country", _DATA),
            _growth("house_price_growth", "房价", "house prices", _DATA),
            _growth("rent_growth", "市场租金", "market rents", _DATA),
            Assumption(
                name="block_stock_growth", title=Text("外省潜在流入人口年增长", "Growth of possible migrants of other provinces"),
                description=Text("2022 年之后外省可能来本区域的人口存量每年的增长；不写则按区域数据。",
                                 "Growth a year of the stock of people in other provinces who may come, after 2022; as in the region's "
                                 "data if not given."),
                unit=_A_YEAR, minimum=-0.3, maximum=0.3),
            Assumption(
                name="fertility_level_after_2022", title=Text("2022 年之后的生育水平", "Fertility after 2022"),
                description=Text("2022 年之后分年龄生育率对 2020 年普查模式的倍数(2020 年为 1)；不写则按区域数据。",
                                 "Births by age after 2022 against the pattern of the 2020 census (1 in 2020); as in the region's data if "
                                 "not given."),
                unit=_TIMES, minimum=0.1, maximum=5),
            Assumption(
                name="reclassification_pace_after_2020", title=Text("2020 年之后村改居的速度", "Pace of reclassification after 2020"),
                description=Text("2020 年之后农村划为城镇的速度，为拟合的 2010—2020 年速度的倍数：1 照旧，0 停止；不写则取参数的抽样值。",
                                 "Pace at which villages are classed as town after 2020, against the fitted pace of 2010-2020: 1 the same, "
                                 "0 none; as drawn in the parameters if not given."),
                unit=_TIMES, minimum=0, maximum=5),
            Assumption(
                name="school_place_cost", title=Text("每个学位的造价", "Cost of a school place"),
                description=Text("新增一个公办学位的财政投入，用于把奖补换成学位；不写则取参数。",
                                 "Public cost of one new place, which turns grants into places; as in the parameters if not given."),
                unit=_YUAN, minimum=1000, maximum=1_000_000),
            Assumption(
                name="home_cost", title=Text("每套保障房的造价", "Cost of a guaranteed home"),
                description=Text("新增一套保障性住房的财政投入，用于把奖补换成住房；不写则取参数。",
                                 "Public cost of one more guaranteed home, which turns grants into homes; as in the parameters if not "
                                 "given."),
                unit=_YUAN, minimum=5000, maximum=5_000_000),
            _shock(2020), _shock(2021), _shock(2022),
            _weight("urbanization", "常住人口城镇化率一年的提高", "the year's rise of the resident urbanization rate"),
            _weight("settled", "每千名未落户外来人口的落户人数", "people settled per 1,000 who have not"),
            _weight("permits", "居住证持有率", "the share that holds a permit"),
            _weight("schools", "随迁子女公办学校就读比例", "migrant children in public schools"),
            _weight("homes", "住保障房、共有产权房或自有房的家庭比例", "households in guaranteed, public, shared or own homes"),
            _weight("insurance", "参加职工养老保险的比例", "workers in the employee pension scheme"),
            _weight("training", "每千名劳动力的培训人次", "trainees per 1,000 workers"),
        )
    }
)  # fmt: skip


def default_assumptions() -> dict[str, float | None]:
    """Return every assumption with its default.

    >>> default_assumptions()["wage_growth"] is None
    True
    """
    return {name: item.default for name, item in ASSUMPTIONS.items()}
