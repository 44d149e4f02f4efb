"""Every picture: both languages, units, no missing sign, nothing cut off, the numbers of the result."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib import rcParams
from matplotlib.figure import Figure
from matplotlib.text import Text as Words

from tests.report import material
from urbsim.report import canvas, fonts, reading, run_pictures
from urbsim.report.figures import areas, change, money, people, rates, services, targets
from urbsim.report.numbers import number, percent

#: What must be readable in each picture: units and names.
UNITS: dict[str, tuple[str, ...]] = {
    "targets": ("%", "万人|10k"),
    "urbanization": ("（%）| (%)", "年末|year end"),
    "change": ("（%）| (%)", "个百分点|points"),
    "streams": ("万人|thousand persons|million persons", "/年|a year"),
    "queues": ("户|households", "年末|year end"),
    "tenure": ("（%）| (%)", "年末|year end"),
    "map": ("（%）| (%)",),
    "map_hukou": ("（%）| (%)",),
    "services": ("人|pupils", "户|households"),
    "costs": ("亿元|万元|billion yuan|million yuan", "/年|a year"),
    "check": ("（%）| (%)", "百分点|points"),
}


def texts(figure: Figure) -> Iterator[Words]:
    figure.draw_without_rendering()
    unseen = set()
    for axes_ in figure.axes:
        for axis in (axes_.xaxis, axes_.yaxis):
            low, high = sorted(axis.get_view_interval())
            unseen |= {id(tick.label1) for tick in axis.get_major_ticks() if not low - 1e-9 <= tick.get_loc() <= high + 1e-9}
    for words in figure.findobj(Words):
        if words.get_visible() and words.get_text().strip() and id(words) not in unseen:
            yield words


def read(figure: Figure) -> str:
    return "\n".join(words.get_text() for words in texts(figure))


@pytest.fixture(scope="module", name="drawn")
def _drawn() -> Callable[[str, Any], Figure]:
    builders = run_pictures.pictures(material.result(), material.region())
    made: dict[tuple[str, str], Figure] = {}

    def build(name: str, lang: Any) -> Figure:
        if (name, lang) not in made:
            made[name, lang] = builders[name](lang)
        return made[name, lang]

    return build


@pytest.mark.parametrize(("name", "lang"), list(itertools.product(UNITS, ("zh", "en"))))
def test_picture_is_complete(drawn: Callable[[str, Any], Figure], name: str, lang: str) -> None:
    figure = drawn(name, lang)
    words = read(figure)
    for choice in UNITS[name]:
        assert any(unit in words for unit in choice.split("|")), f"{name} {lang}: no {choice} in\n{words}"
    assert fonts.missing(words) == set()
    assert "模型结果" in words or "odel results" in words
    png = canvas.to_png(figure, 60)
    assert png.startswith(b"\x89PNG")


@pytest.mark.parametrize(("name", "lang"), list(itertools.product(UNITS, ("zh", "en"))))
def test_nothing_is_cut_off_at_the_edge(drawn: Callable[[str, Any], Figure], name: str, lang: str) -> None:
    figure = drawn(name, lang)
    sheet = figure.bbox
    for words in texts(figure):
        box = words.get_window_extent()
        inside = box.x0 >= sheet.x0 - 2 and box.x1 <= sheet.x1 + 2 and box.y0 >= sheet.y0 - 2 and box.y1 <= sheet.y1 + 2
        assert inside, f"{name} {lang}: {words.get_text()!r} leaves the sheet: {box}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_titles_and_source_lines_do_not_run_into_each_other(drawn: Callable[[str, Any], Figure], lang: str) -> None:
    for name in UNITS:
        figure = drawn(name, lang)
        figure.draw_without_rendering()
        boxes = [words.get_window_extent() for words in figure.texts]
        for a, b in itertools.combinations(boxes, 2):
            assert not a.overlaps(b), name


def test_english_pictures_are_in_english(drawn: Callable[[str, Any], Figure]) -> None:
    for name in UNITS:
        words = [text.get_text() for text in texts(drawn(name, "en")) if not text.get_text().startswith("Published figures")]
        chinese = [text for text in words if any("\u4e00" <= sign <= "\u9fff" for sign in text)]
        assert chinese == [], name


def test_settings_of_matplotlib_are_left_alone() -> None:
    before = dict(rcParams)
    rates.figure_urbanization(material.small_result(), lang="zh", region=material.small_region())
    assert dict(rcParams) == before


def test_the_hukou_series_is_never_joined_over_2016() -> None:
    figure = rates.figure_urbanization(material.small_result(), lang="zh", region=material.small_region())
    lower = figure.axes[1]
    series = [line for line in lower.lines if len(line.get_xdata()) > 2]
    assert len(series) == 2
    for line in series:
        years = np.asarray(line.get_xdata())
        assert years.max() <= 2015.0 or years.min() >= 2015.25
    for band in lower.collections:
        years = band.get_paths()[0].vertices[:, 0]
        assert years.max() <= 2015.0 or years.min() >= 2015.25
    assert "不连线" in read(figure)


def test_published_figures_carry_their_vintage_and_are_not_joined() -> None:
    region = material.region_with(
        [material.point("zhejiang", y, 60.0 + y - 2010, v) for y, v in ((2015, "first_published"), (2020, "census"), (2021, "revised"))]
    )
    figure = rates.figure_urbanization(material.small_result(), lang="en", region=region)
    marks = [line for line in figure.axes[0].lines if line.get_linestyle() == "None" and line.get_marker() != "*"]
    assert [line.get_marker() for line in marks] == ["D", "o", "s"]
    assert {"census", "first published (before the 2020 census)", "series after the 2020 census"} <= set(read(figure).split("\n"))


def test_target_is_marked_at_its_year_and_value() -> None:
    figure = rates.figure_urbanization(material.small_result(), lang="zh", region=material.small_region())
    (star,) = [line for line in figure.axes[0].lines if line.get_marker() == "*"]
    assert (list(star.get_xdata()), list(star.get_ydata())) == ([2027], [76.0])
    other = rates.figure_urbanization(
        material.small_result(), area="hangzhou", lang="zh", region=material.small_region(), target=(2025, 64.0)
    )
    (star,) = [line for line in other.axes[0].lines if line.get_marker() == "*"]
    assert list(star.get_xdata()) == [2025]


def test_behaviour_frozen_is_drawn_where_there_is_a_twin() -> None:
    figure = rates.figure_urbanization(material.small_result(), lang="zh", frozen=material.small_result())
    assert "行为不变" in read(figure)


def test_the_waterfall_adds_up_to_the_change_of_the_rate() -> None:
    result = material.small_result()
    for period in reading.periods_of(result):
        found = reading.components(result, "zhejiang", period)
        rate = reading.members(result, "urbanization_rate", area="zhejiang")
        assert found is not None
        assert rate is not None
        start, end = (reading.at_year_end(result, year) for year in period)
        np.testing.assert_allclose(found[1].sum(axis=1), rate[:, end] - rate[:, start], atol=1e-6)


def test_every_tile_prints_the_median_of_its_area() -> None:
    result, region = material.result(), material.region()
    for year, at, variable in ((2019, 36, "urbanization_rate"), (2027, -1, "urbanization_rate_from_census")):
        words = read(areas.figure_map(result, lang="zh", region=region, year=year)).split("\n")
        for code in region.area_codes:
            value = float(np.nanmedian(result[variable].sel(area=code).values[..., at]))
            assert number(value, 1) in words, (year, code)
    tiles = sum(len(c.get_paths()) for c in areas.figure_map(result, lang="zh", region=region).axes[0].collections[:1])
    assert tiles == 64


def test_a_picture_without_a_region_finds_the_shipped_one() -> None:
    words = read(areas.figure_map(material.result(), lang="zh"))
    assert "桐庐" in words
    assert "人口普查" in read(rates.figure_urbanization(material.result(), lang="zh"))


def test_a_map_of_unknown_areas_says_so_instead_of_failing() -> None:
    assert "尚未建模" in read(areas.figure_map(material.small_result(), lang="zh"))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("build", "variable"),
    [
        (change.figure_change, "urbanization_change"),
        (people.figure_queues, "queue"),
        (people.figure_tenure, "households"),
        (services.figure_services, "service_demand"),
        (money.figure_costs, "cost"),
        (targets.figure_targets, "indicator_value"),
    ],
)
def test_what_is_not_modelled_says_so(build: Callable[..., Figure], variable: str, lang: str) -> None:
    bare = material.small_result().drop_vars(variable)
    assert {"zh": "尚未建模", "en": "not modelled yet"}[lang] in read(build(bare, lang=lang))


def test_a_single_run_has_no_interval() -> None:
    single = material.small_result().isel(draw=[0], replicate=[0])
    words = read(rates.figure_urbanization(single, lang="zh"))
    assert "单次模拟" in words
    for build in run_pictures.pictures(single, material.small_region()).values():
        build("zh")


def test_the_last_value_is_printed_beside_the_fan() -> None:
    result = material.small_result()
    value = float(np.median(result["urbanization_rate"].sel(area="hangzhou").values[..., -1]))
    assert percent(value) in read(rates.figure_urbanization(result, area="hangzhou", lang="zh"))


def test_svg_is_inline_alone_and_repeatable() -> None:
    figure = people.figure_streams(material.small_result(), lang="zh")
    first, again = canvas.to_svg(figure, "a"), canvas.to_svg(people.figure_streams(material.small_result(), lang="zh"), "a")
    assert first == again
    assert first != canvas.to_svg(figure, "b")
    assert "http" not in first
    assert "<text" in first
    assert fonts.FAMILY in first


def test_signs_with_a_meaning_to_matplotlib_or_html_are_shown_as_they_are() -> None:
    result: xr.Dataset = material.small_result().copy()
    names = result["area_zh"].values.copy()
    names[-1] = "$x_1$ <b>&"
    result["area_zh"] = ("area", names)
    figure = rates.figure_urbanization(result, lang="zh")
    assert "城镇化率：$x_1$ <b>&" in read(figure)
    svg = canvas.to_svg(figure, "x")
    assert "$x_1$ &lt;b&gt;&amp;" in svg
