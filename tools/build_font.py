"""Cut the Chinese font that urbsim ships out of the full Noto Sans CJK SC.

The report must be legible on a machine without any Chinese font, and the full font weighs 16 MB. This script keeps the
characters of GB2312, Latin and the signs that reports use, drops what screens and prints do not need, and gives the family
a name of its own, so that a full Noto font on the same machine is never mistaken for it.

The source font (SIL Open Font License 1.1) is inside the PyPI package `mplfonts`::

    pip download --no-deps mplfonts --dest fontsource
    unzip -j fontsource/mplfonts-*.whl 'mplfonts/fonts/NotoSansCJKsc-Regular.otf' -d fontsource
    python tools/build_font.py fontsource/NotoSansCJKsc-Regular.otf

The result, `src/urbsim/report/data/UrbsimSansSC.otf`, is the same on every machine for the same source and fontTools version.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont

FAMILY = "Urbsim Sans SC"
TARGET = Path(__file__).resolve().parents[1] / "src" / "urbsim" / "report" / "data" / "UrbsimSansSC.otf"
EXTRA = "–—―‘’“”„…·•‰′″‹›€←↑→↓⇒∞−√∑∆≈≠≤≥▲▼◀▶●○■□◆◇★☆✓✗△▽▪▫◎‑％＋－＝＜＞～￥"


def characters() -> set[int]:
    """Return the code points that are kept: ASCII, Latin-1, GB2312 and the signs in `EXTRA`."""
    kept = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) | {ord(sign) for sign in EXTRA}
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                kept.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return kept


def build(source: Path, target: Path = TARGET) -> int:
    """Write the subset of `source` to `target` and return its size in bytes."""
    options = subset.Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.desubroutinize = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 9, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "DSIG", "GSUB"]
    options.recalc_timestamp = False
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters())
    cutter.subset(font)
    narrow_minus(font)
    rename(font)
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target)
    return target.stat().st_size


def narrow_minus(font: TTFont) -> None:
    """Replace the minus sign, as wide as a Chinese character in the source, by one as wide as the plus sign: numbers stay together."""
    cmap, glyphs, widths = font.getBestCmap(), font.getGlyphSet(), font["hmtx"]
    minus, plus = cmap[0x2212], cmap[ord("+")]
    bounds = BoundsPen(glyphs)
    glyphs[plus].draw(bounds)
    left, bottom, right, top = bounds.bounds
    middle, half = (bottom + top) / 2, 33
    pen = T2CharStringPen(widths[plus][0], glyphs)
    pen.moveTo((left, middle - half))
    for corner in ((right, middle - half), (right, middle + half), (left, middle + half)):
        pen.lineTo(corner)
    pen.closePath()
    top_dict = font["CFF "].cff[0]
    old, selector = top_dict.CharStrings.getItemAndSelector(minus)
    private = top_dict.FDArray[selector].Private
    drawn = pen.getCharString(private=private, globalSubrs=old.globalSubrs)
    drawn.program[0] = widths[plus][0] - private.nominalWidthX
    top_dict.CharStrings[minus] = drawn
    widths[minus] = (widths[plus][0], int(left))


def rename(font: TTFont) -> None:
    """Give the subset its own family name; the copyright and licence records stay."""
    names = font["name"]
    postscript = FAMILY.replace(" ", "") + "-Regular"
    values = {1: FAMILY, 2: "Regular", 3: f"{FAMILY}: subset of Noto Sans CJK SC 1.004", 4: FAMILY, 6: postscript}
    names.names = [record for record in names.names if record.platformID == 3]
    for identifier, value in values.items():
        names.setName(value, identifier, 3, 1, 0x409)
    top = font["CFF "].cff
    top.fontNames = [postscript]
    top[0].FamilyName, top[0].FullName = FAMILY, FAMILY


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/build_font.py NotoSansCJKsc-Regular.otf")
    print(f"{TARGET.name}: {build(Path(sys.argv[1])):,} bytes")
