"""The Chinese font of pictures and pages, shipped with the package because a bare machine has none."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Iterable
from functools import cache
from pathlib import Path

FAMILY = "Urbsim Sans SC"


def font_file() -> Path:
    """Return the shipped font: a subset of Noto Sans CJK SC (SIL Open Font License 1.1, see `data/OFL.txt`)."""
    return Path(__file__).parent / "data" / "UrbsimSansSC.otf"


@cache
def register() -> str:
    """Make the shipped font known to matplotlib and return its family name."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(font_file())
    return FAMILY


@cache
def _characters() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(font_file(), lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing(text: Iterable[str]) -> set[str]:
    """Return the characters of `text` that the shipped font cannot draw.

    >>> missing("浙江 Zhejiang 2027")
    set()
    """
    known = _characters()
    return {sign for sign in text if ord(sign) not in known and not sign.isspace()}


def web_font(text: Iterable[str]) -> str:
    """Return a `data:` address of a WOFF font with just the characters of `text`, for a page that must work alone."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = subset.Options(layout_features=["kern"], hinting=False, desubroutinize=False, recalc_timestamp=False)
    with TTFont(font_file(), lazy=True, recalcTimestamp=False, recalcBBoxes=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes={ord(sign) for sign in text})
        cutter.subset(font)
        font.flavor = "woff"
        packed = io.BytesIO()
        font.save(packed)
    return "data:font/woff;base64," + base64.b64encode(packed.getvalue()).decode("ascii")
