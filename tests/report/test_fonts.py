"""The shipped font holds what reports write, and pages carry just the signs they use."""

from __future__ import annotations

import base64
import io

import pytest
from fontTools.ttLib import TTFont

from tests.report import material
from urbsim.policy.registry import LEVERS
from urbsim.report import fonts, words


def test_font_is_small_and_comes_with_its_licence() -> None:
    assert 1_000_000 < fonts.font_file().stat().st_size < 2_000_000
    licence = (fonts.font_file().parent / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence
    assert "Noto Sans CJK SC" in licence


def test_font_has_every_name_of_the_region_and_every_lever() -> None:
    region = material.region()
    texts = [name.zh + name.en for name in (*region.area_names, *region.prefecture_names, region.title)]
    texts += [lever.title.zh + lever.description.zh + lever.unit.zh for lever in LEVERS.values()]
    texts += words.unknown("zh") + words.unknown("en") + [a + b for a, b in words.glossary("zh")]
    assert fonts.missing("".join(texts)) == set()


def test_missing_tells_a_sign_that_is_not_there() -> None:
    assert fonts.missing("城𠀀a\n") == {"𠀀"}


def test_minus_is_as_wide_as_plus_so_that_numbers_stay_together() -> None:
    with TTFont(fonts.font_file()) as font:
        cmap, widths = font.getBestCmap(), font["hmtx"]
        assert widths[cmap[0x2212]][0] == widths[cmap[ord("+")]][0]
        assert widths[cmap[ord("城")]][0] == 1000


def test_web_font_holds_just_the_signs_asked_for() -> None:
    address = fonts.web_font("城镇化 76%")
    head, _, packed = address.partition(",")
    assert head == "data:font/woff;base64"
    with TTFont(io.BytesIO(base64.b64decode(packed))) as font:
        assert font.flavor == "woff"
        assert set(font.getBestCmap()) == {ord(sign) for sign in "城镇化 76%"}


def test_web_font_is_the_same_every_time() -> None:
    assert fonts.web_font("落户") == fonts.web_font("户落")


def test_figures_use_the_shipped_font() -> None:
    pytest.importorskip("matplotlib")
    from matplotlib import font_manager

    fonts.register()
    assert font_manager.findfont(fonts.FAMILY).endswith("UrbsimSansSC.otf")
