"""Units and documents that several families of levers share."""

from __future__ import annotations

from urbsim.policy.levers import Reference
from urbsim.text import Text

MONTHS = Text("个月", "months")
YEARS = Text("岁", "years of age")
SWITCH = Text("0 否 / 1 是", "0 no / 1 yes")
SHARE = Text("比例", "share")
LEVEL = Text("级", "level")
POINTS = Text("分", "points")
POINTS_A_MONTH = Text("分/月", "points a month")
POINTS_A_YEAR = Text("分/年", "points a year")
POINTS_A_YEAR_OF_AGE = Text("分/岁", "points a year of age")
PERSONS_A_YEAR = Text("人/年", "persons a year")
PLACES_A_YEAR = Text("个学位/年", "places a year")
PLACES = Text("个学位", "places")
UNITS_A_YEAR = Text("套/年", "homes a year")
POSTS_A_YEAR = Text("个编制/年", "posts a year")
YUAN_A_MONTH = Text("元/户·月", "yuan a household and month")
YUAN_A_SQUARE_METRE = Text("元/平方米", "yuan a square metre")
YUAN_A_RESIDENT = Text("元/人·年", "yuan a resident and year")
TIMES_A_YEAR = Text("次/年", "times a year")
YUAN_A_PERSON = Text("元/人", "yuan a person")
YUAN_A_MONTH = Text("元/月", "yuan a month")
YUAN_A_PUPIL = Text("元/人·年", "yuan a pupil and year")
YEARS_OF_INCOME = Text("年收入的倍数", "years of income")
TEAMS_A_YEAR = Text("个/年", "teams a year")
POSTS = Text("个岗位", "posts")
MULTIPLE = Text("倍", "times")
SQUARE_METRES = Text("平方米/人", "square metres a person")

ROUTE_CLOSED = Text("这条途径关闭", "this route is closed")
NO_LIMIT = Text("不设名额", "no quota")

ZJ2017 = "ZJ2017"
ZJ2023 = "ZJ2023"
ZJ2023W = "ZJ2023W"
XC2024 = "XC2024"
FJ2019 = "FJ2019"
FRAME_2015 = "浙政发〔2015〕42号"
CEILING_2017 = "浙政办发〔2017〕90号"
COMMON_POINTS = "浙政办发〔2023〕38号"


def refs(*pairs: tuple[str, str]) -> tuple[Reference, ...]:
    """Build references from (document, clause) pairs.

    >>> str(refs(("ZJ2023", "二(一)"))[0])
    'ZJ2023 二(一)'
    """
    return tuple(Reference(document=document, clause=clause) for document, clause in pairs)
