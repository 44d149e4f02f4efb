"""The sheet that every picture is drawn on: size, type, grid, title, source line, and how it is saved.

Pictures are plain `matplotlib.figure.Figure` objects; nothing here touches pyplot or leaves a setting behind.
"""

from __future__ import annotations

import inspect
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, NamedTuple, ParamSpec

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from urbsim.report import fonts, palette, reading
from urbsim.report.numbers import NOT_MODELLED
from urbsim.text import Language, Text

P = ParamSpec("P")
WIDTH = 8.8
PIECES = re.compile(r"[\u2e80-\uffef][，。；：、）》”！？]*|[^\s\u2e80-\uffef]+|\s+")
BRACKET = 20  # half-width characters that stay together
STYLE: dict[str, Any] = {
    "font.family": fonts.FAMILY,
    "font.size": 9.0,
    "axes.edgecolor": palette.MUTED,
    "axes.labelcolor": palette.MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": palette.GRID,
    "grid.linewidth": 0.7,
    "text.color": palette.INK,
    "xtick.color": palette.MUTED,
    "ytick.color": palette.MUTED,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "text.parse_math": False,
    "axes.titley": 1.0,  # no panel has ticks at its top, from which titles would have to be moved away
    "figure.facecolor": palette.PAPER,
    "savefig.facecolor": palette.PAPER,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
}


class Margins(NamedTuple):
    """Space around the axes in inches."""

    left: float = 0.75
    right: float = 0.3
    bottom: float = 0.85
    top: float = 0.95


def _settings(values: dict[str, Any]) -> Any:
    """Return settings for `rc_context`, whose stubs ask for a dictionary of literal names."""
    return values


def drawn(build: Callable[P, Figure]) -> Callable[P, Figure]:
    """Run a figure function with the shipped font and the style of this package, and leave matplotlib's settings as they were.

    Where no region is given, the shipped region that the result names is used.
    """
    takes_region = "region" in inspect.signature(build).parameters

    @wraps(build)
    def inside(*args: P.args, **kwargs: P.kwargs) -> Figure:
        fonts.register()
        if takes_region and kwargs.get("region") is None and args and isinstance(args[0], xr.Dataset):
            kwargs["region"] = reading.region_of(args[0])
        with mpl.rc_context(_settings(STYLE)):
            return build(*args, **kwargs)

    return inside


def sheet(
    height: float,
    *,
    rows: int = 1,
    columns: int = 1,
    margins: Margins | None = None,
    wspace: float = 0.22,
    hspace: float = 0.5,
    sharex: bool = False,
    sharey: bool = False,
    **ratios: Sequence[float],
) -> tuple[Figure, list[Axes]]:
    """Return a figure of the usual width with rows × columns axes, row by row."""
    room = margins or Margins()
    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasAgg(figure)
    made = figure.subplots(
        rows, columns, squeeze=False, sharex=sharex, sharey=sharey,
        gridspec_kw={
            "left": room.left / WIDTH, "right": 1 - room.right / WIDTH, "bottom": room.bottom / height, "top": 1 - room.top / height,
            "wspace": wspace, "hspace": hspace, **ratios,
        },
    )  # fmt: skip
    axes = [axis for row in made for axis in row]
    for axis in axes:
        axis.tick_params(labelfontfamily=fonts.FAMILY, length=3)
    return figure, axes


def head(figure: Figure, title: str, subtitle: str = "") -> None:
    """Write title and subtitle at the top left."""
    height = figure.get_figheight()
    figure.text(0.18 / WIDTH, 1 - 0.14 / height, title, ha="left", va="top", fontsize=12.5, color=palette.INK)
    if subtitle:
        figure.text(0.18 / WIDTH, 1 - 0.41 / height, subtitle, ha="left", va="top", fontsize=8.8, color=palette.MUTED)


def foot(figure: Figure, lines: Iterable[str], lang: Language) -> None:
    """Write the source line at the bottom left, wrapped to the width of the sheet and at most three lines high."""
    words = ("。" if lang == "zh" else ". ").join(line.rstrip("。. ") for line in lines if line)
    wrapped = wrap(words + ("。" if lang == "zh" else "."), 150)[:3]
    figure.text(
        0.18 / WIDTH,
        0.1 / figure.get_figheight(),
        "\n".join(wrapped),
        ha="left",
        va="bottom",
        fontsize=7.4,
        color=palette.MUTED,
        linespacing=1.35,
    )


def height_of(axis: Axes) -> float:
    """Return the height of an axis in inches."""
    figure = axis.get_figure(root=True)
    return axis.get_position().height * (figure.get_figheight() if figure is not None else 1.0)


def width_of(words: str) -> int:
    """Return the printed width of `words` in half-width characters.

    >>> width_of("浙江 2027")
    9
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in words)


def wrap(words: str, width: int) -> list[str]:
    """Break text at spaces and between Chinese characters into lines of at most `width` half-width characters, not inside a short bracket.

    >>> wrap("常住人口城镇化率", 8), wrap("people trained (10k persons)", 20)
    (['常住人口', '城镇化率'], ['people trained', '(10k persons)'])
    """
    whole = re.findall(r"\([^()]*\)|（[^（）]*）[，。；：、]?|[^(（]+|[(（]", words)
    kept = ([part] if part[0] in "(（" and width_of(part) <= min(width, BRACKET) else PIECES.findall(part) for part in whole)
    pieces = [piece for parts in kept for piece in parts]
    lines: list[str] = []
    line = ""
    for piece in pieces:
        if line and width_of(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def years_axis(axis: Axes, first: float, last: float, lang: Language, *, step: int | None = None, named: bool = True) -> None:
    """Give an axis its years, read as year ends."""
    span = last - first
    step = step or (1 if span <= 8 else 2 if span <= 18 else 5)
    ticks = np.arange(np.ceil(first / step) * step, last + 0.01, step)
    if ticks.size == 0:
        ticks = np.arange(np.ceil(first - 1e-9), last + 0.01)
    if ticks.size and last - ticks[-1] >= 0.5 and step > 1:
        ticks = np.append(ticks[ticks <= last - step / 2 - 0.01], last)
    axis.set_xticks(ticks, [f"{tick:.0f}" for tick in ticks])
    axis.set_xlim(first - 0.02 * span - 0.1, last + 0.02 * span + 0.1)
    axis.grid(visible=False, axis="x")
    if named:
        axis.set_xlabel(Text("年份（年末）", "year (year end)").get(lang))


def unit_label(axis: Axes, words: str) -> None:
    """Write what the vertical axis measures, with its unit, flat above the axis where it is easy to read."""
    axis.set_ylabel(words, rotation=0, ha="left", va="bottom", fontsize=8.5)
    axis.yaxis.set_label_coords(0.0, 1.02)


def blank(axis: Axes, lang: Language) -> None:
    """Say on an empty axis that the thing is not modelled yet."""
    axis.set_xticks([])
    axis.set_yticks([])
    axis.grid(visible=False)
    for spine in axis.spines.values():
        spine.set_visible(True)
        spine.set_color(palette.GRID)
    axis.set_facecolor("#fafbfc")
    axis.text(0.5, 0.5, NOT_MODELLED.get(lang), transform=axis.transAxes, ha="center", va="center", color=palette.MUTED, fontsize=9)


@drawn
def figure_blank(*, lang: Language, title: str) -> Figure:
    """Return a low sheet that says that its subject is not modelled yet."""
    figure, (axis,) = sheet(1.7, margins=Margins(0.18, 0.18, 0.2, 0.6))
    head(figure, title)
    blank(axis, lang)
    return figure


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Move label positions apart until neighbours are at least `gap` from each other, keeping their order and mean.

    >>> spread([1.0, 1.1, 5.0], 1.0)
    [0.55, 1.55, 5.0]
    """
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    groups: list[list[int]] = [[i] for i in order]
    centre = [positions[i] for i in order]
    merged = True
    while merged:
        merged = False
        for g in range(len(groups) - 1):
            reach = gap * (len(groups[g]) + len(groups[g + 1])) / 2
            if centre[g + 1] - centre[g] < reach - 1e-9:
                groups[g] += groups.pop(g + 1)
                centre.pop(g + 1)
                centre[g] = sum(positions[i] for i in groups[g]) / len(groups[g])
                merged = True
                break
    placed = list(positions)
    for members, middle in zip(groups, centre, strict=True):
        for rank, i in enumerate(members):
            placed[i] = round(middle + gap * (rank - (len(members) - 1) / 2), 10)
    return placed


def to_svg(figure: Figure, salt: str) -> str:
    """Return the picture as an inline SVG element: text stays text, ids are unique to `salt`, nothing is loaded from outside."""
    packed = io.BytesIO()
    with mpl.rc_context(_settings({"svg.fonttype": "none", "svg.hashsalt": f"urbsim {salt}"})):
        figure.savefig(packed, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = packed.getvalue().decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>", "", text, flags=re.S)
    used = set(re.findall(r"#([\w-]+)", text))
    text = re.sub(r'(<\w[^<>]*?) id="([^"]*)"', lambda found: found[0] if found[2] in used else found[1], text)
    text = re.sub(r' xmlns(?::xlink)?="[^"]*"', "", text)
    text = text.replace("xlink:href", "href")
    return re.sub(r"\n\s*", "\n", text).strip()


def to_png(figure: Figure, dots_per_inch: int = 130) -> bytes:
    """Return the picture as PNG, packed fast (the default packs for three times as long, for a file smaller by a tenth)."""
    packed = io.BytesIO()
    figure.savefig(packed, format="png", dpi=dots_per_inch, metadata={"Software": None}, pil_kwargs={"compress_level": 3})
    return packed.getvalue()
