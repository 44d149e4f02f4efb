"""Numbers as people write them."""

from __future__ import annotations

import math

import pytest

from urbsim.report.numbers import count, count_scale, likely, money, number, percent, probability, span
from urbsim.text import Text

PERSONS = Text("人", "persons")


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (999, "999 人", "999 persons"),
        (12_345, "1.23 万人", "12.3 thousand persons"),
        (3_456_000, "345.6 万人", "3.46 million persons"),
        (64_567_588, "6,457 万人", "64.6 million persons"),
        (-20_000, "−2.00 万人", "−20.0 thousand persons"),
    ],
)
def test_counts(value: float, zh: str, en: str) -> None:
    assert count(value, PERSONS, "zh") == zh
    assert count(value, PERSONS, "en") == en


@pytest.mark.parametrize(
    ("value", "zh", "en"), [(5.0e9, "50.0 亿元", "5.00 billion yuan"), (3.0e5, "30.0 万元", "300.0 thousand yuan"), (7, "7 元", "7 yuan")]
)
def test_money(value: float, zh: str, en: str) -> None:
    assert (money(value, "zh"), money(value, "en")) == (zh, en)


def test_nothing_known_is_a_dash_everywhere() -> None:
    nothing = math.nan
    assert {
        number(nothing),
        percent(nothing),
        count(nothing, PERSONS, "zh"),
        money(nothing, "en"),
        span(nothing, 1, "zh"),
        probability(nothing),
    } == {"—"}
    assert likely(nothing).en == "not modelled yet"


def test_rounding_never_shows_minus_zero_and_keeps_signs() -> None:
    assert number(-0.04, 1, sign=True) == "0.0"
    assert number(0.05, 2, sign=True) == "+0.05"
    assert number(-1234.5, 0) == "−1,234"


@pytest.mark.parametrize(
    ("share", "runs", "words"),
    [(1.0, 20, ">95%"), (0.0, 20, "<5%"), (0.5, 20, "50%"), (1.0, 1, "100%"), (1.0, 400, ">99%"), (0.0, 400, "<1%")],
)
def test_probability_is_no_finer_than_the_runs(share: float, runs: int, words: str) -> None:
    assert probability(share, runs) == words


def test_likely_covers_all_probabilities_in_order() -> None:
    words = [likely(p / 100).en for p in range(101)]
    assert words[0] == "almost excluded"
    assert words[50] == "about as likely as not"
    assert words[100] == "almost certain"
    assert len(dict.fromkeys(words)) == 7


def test_scale_follows_the_largest() -> None:
    assert count_scale(9_999, PERSONS, "zh").divisor == 1
    assert count_scale(10_000, PERSONS, "zh").divisor == 1e4
    assert count_scale(999_999, PERSONS, "en").unit.en == "thousand persons"
