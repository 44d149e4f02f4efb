"""Numbers as a planner writes them: 万 and 亿 in Chinese, thousand and million in English, one decimal for percent."""

from __future__ import annotations

import math
from typing import NamedTuple

from urbsim.text import Language, Text

NOT_MODELLED = Text("尚未建模", "not modelled yet")
NONE = Text("—", "—")
MET, MISSED = Text("达到", "met"), Text("未达到", "missed")


class Scale(NamedTuple):
    """A unit fit for a size: divide by `divisor`, print `decimals`, call it `unit`."""

    divisor: float
    unit: Text
    decimals: int


_COUNT_ZH = ((1e4, "万"),)
_COUNT_EN = ((1e6, "million "), (1e3, "thousand "))
_MONEY_ZH = ((1e8, "亿元"), (1e4, "万元"))
_MONEY_EN = ((1e9, "billion yuan"), (1e6, "million yuan"), (1e3, "thousand yuan"))


def count_scale(largest: float, noun: Text, lang: Language) -> Scale:
    """Return the unit in which counts up to `largest` of `noun` (人, persons) read well.

    >>> count_scale(3.2e6, Text("人", "persons"), "zh").unit.zh, count_scale(3.2e6, Text("人", "persons"), "en").unit.en
    ('万人', 'million persons')
    """
    for divisor, word in _COUNT_ZH if lang == "zh" else _COUNT_EN:
        if abs(largest) >= divisor:
            return Scale(divisor, Text(word + noun.zh, word + noun.en), _decimals(largest / divisor))
    return Scale(1.0, noun, 0)


def money_scale(largest: float, lang: Language) -> Scale:
    """Return the unit in which yuan up to `largest` read well.

    >>> money_scale(4.1e10, "zh").unit.zh, money_scale(4.1e10, "en").unit.en
    ('亿元', 'billion yuan')
    """
    for divisor, word in _MONEY_ZH if lang == "zh" else _MONEY_EN:
        if abs(largest) >= divisor:
            return Scale(divisor, Text(word, word), _decimals(largest / divisor))
    return Scale(1.0, Text("元", "yuan"), 0)


def _decimals(largest: float) -> int:
    size = abs(largest)
    return 0 if size >= 1000 else 1 if size >= 10 else 2


def number(value: float, decimals: int = 1, *, sign: bool = False) -> str:
    """Return `value` rounded with thousands separators, a true minus, and never minus zero; NaN gives a dash.

    >>> number(-0.04), number(12345.678, 0), number(0.26, 1, sign=True), number(float("nan"))
    ('0.0', '12,346', '+0.3', '—')
    """
    if not math.isfinite(value):
        return "—"
    rounded = round(value, decimals) + 0.0
    words = f"{abs(rounded):,.{decimals}f}"
    if rounded < 0:
        return "−" + words
    return "+" + words if sign and rounded > 0 else words


def percent(value: float, decimals: int = 1) -> str:
    """Return a percentage that is already in percent.

    >>> percent(76.04)
    '76.0%'
    """
    return number(value, decimals) + "%" if math.isfinite(value) else "—"


def span(low: float, high: float, lang: Language, decimals: int = 1, *, sign: bool = False, unit: str = "") -> str:
    """Return an interval in words.

    >>> span(74.81, 76.3, "zh", unit="%"), span(-0.2, 0.3, "en", sign=True)
    ('74.8%至76.3%', '−0.2 to +0.3')
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return "—"
    between = "至" if lang == "zh" else " to "
    return f"{number(low, decimals, sign=sign)}{unit}{between}{number(high, decimals, sign=sign)}{unit}"


def count(value: float, noun: Text, lang: Language) -> str:
    """Return a count in words of its size.

    >>> count(1_234_000, Text("人", "persons"), "zh"), count(1_234_000, Text("人", "persons"), "en")
    ('123.4 万人', '1.23 million persons')
    """
    if not math.isfinite(value):
        return "—"
    scale = count_scale(value, noun, lang)
    return f"{number(value / scale.divisor, scale.decimals)} {scale.unit.get(lang)}".rstrip()


def money(value: float, lang: Language) -> str:
    """Return yuan in words of their size.

    >>> money(4.123e10, "zh"), money(4.123e10, "en")
    ('412.3 亿元', '41.2 billion yuan')
    """
    if not math.isfinite(value):
        return "—"
    scale = money_scale(value, lang)
    return f"{number(value / scale.divisor, scale.decimals)} {scale.unit.get(lang)}"


def probability(value: float, members: int = 0) -> str:
    """Return a probability as a percentage no finer than the number of runs allows.

    >>> probability(0.65, 20), probability(1.0, 20), probability(0.0, 20)
    ('65%', '>95%', '<5%')
    """
    if not math.isfinite(value):
        return "—"
    edge = max(1 / members, 0.01) if members else 0.01
    if value >= 1 and edge < 1:
        return f">{100 * (1 - edge):.0f}%"
    if value <= 0 and edge < 1:
        return f"<{100 * edge:.0f}%"
    return f"{100 * value:.0f}%"


def chance_of_target(value: float, members: int, lang: Language) -> str:
    """Return the probability that a target is met, or whether it is if there is but one run.

    >>> chance_of_target(0.65, 20, "en"), chance_of_target(1.0, 1, "en"), chance_of_target(0.0, 1, "zh")
    ('65%', 'met', '未达到')
    """
    if members != 1 or not math.isfinite(value):
        return probability(value, members)
    return (MET if value == 1 else MISSED).get(lang)


_LIKELY = (
    (0.95, Text("几乎肯定", "almost certain")),
    (0.8, Text("很可能", "very likely")),
    (0.6, Text("较可能", "more likely than not")),
    (0.4, Text("可能性各半", "about as likely as not")),
    (0.2, Text("较不可能", "rather unlikely")),
    (0.05, Text("很不可能", "very unlikely")),
    (-1.0, Text("几乎不可能", "almost excluded")),
)


def likely(value: float, members: int = 0) -> Text:
    """Return a probability in words; few runs cannot make anything almost certain.

    >>> likely(0.85).en, likely(1.0, 20).en, likely(1.0, 4).en
    ('very likely', 'almost certain', 'very likely')
    """
    if not math.isfinite(value):
        return NOT_MODELLED
    edge = 1 / (members + 1) if members else 0.0
    bounded = min(max(value, edge), 1 - edge)
    return next(words for least, words in _LIKELY if bounded >= least)


def chance(value: float, members: int, lang: Language) -> str:
    """Return a probability as it stands in a sentence.

    >>> chance(0.65, 20, "zh"), chance(1.0, 20, "en"), chance(0.0, 4, "zh")
    ('约为 65%', 'above 95%', '不到 25%')
    """
    words = probability(value, members)
    if words[0] in "<>":
        before = {"<": Text("不到 ", "below "), ">": Text("超过 ", "above ")}[words[0]]
        return before.get(lang) + words[1:]
    return Text("约为 ", "about ").get(lang) + words
