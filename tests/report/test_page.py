"""The report is one file that works alone, says what the result says, and shows every text as text."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from tests.report import material
from urbsim.report import canvas, run_page, run_pictures, write_report
from urbsim.report.figures.rates import HUKOU, RESIDENT
from urbsim.report.numbers import number, percent
from urbsim.report.page import LANGUAGES
from urbsim.report.painter import shown
from urbsim.report.sections.asked import all_entries
from urbsim.report.sections.context import Context
from urbsim.text import Language

EVIL = '<script>alert("x")</script> & "quotes" $x$ {0}'
VOID = {"meta", "input", "br", "link", "img", "hr"}


class Reader(HTMLParser):
    """Read a page: words by language, ids, links, tags that are not closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: dict[str, list[str]] = {"": [], "zh": [], "en": []}
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = {name: value or "" for name, value in attrs}
        self.attributes += given.items()
        if tag == "main":
            self.lang = given["class"]
        if "id" in given:
            self.ids.append(given["id"])
        self.links += [given[name] for name in ("href", "src") if name in given]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag
        if tag == "main":
            self.lang = ""

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words[self.lang].append(data)

    def text(self, lang: str) -> str:
        return "\n".join(self.words[lang])


def no_pictures() -> dict[Language, dict[str, str]]:
    """Stand in for the pictures."""
    return {"zh": {}, "en": {}}


@pytest.fixture(scope="module", name="folder")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report(
        material.result(), folder, region=material.region(), scenario=material.named(EVIL, EVIL), provenance=material.PROVENANCE, lang="zh"
    )
    return folder


@pytest.fixture(scope="module", name="page")
def _page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module", name="reader")
def _reader(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def test_page_is_well_formed(reader: Reader) -> None:
    assert reader.open == []


def test_page_loads_nothing_and_runs_nothing(page: str, reader: Reader) -> None:
    assert "script" not in reader.tags
    assert not {"link", "iframe", "object", "embed", "base", "form"} & reader.tags
    assert all(link.startswith("#") for link in reader.links), [link for link in reader.links if not link.startswith("#")]
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    addresses = re.findall(r"url\(([^)]{0,30})", page)
    assert addresses
    assert all(address.strip("'\"").startswith(("#", "data:font/woff")) for address in addresses)
    assert not re.search(r"@import|https?://", page)
    assert "default-src 'none'" in page


def test_texts_of_a_scenario_are_shown_as_text(page: str, reader: Reader) -> None:
    assert "<script" not in page
    for lang in LANGUAGES:
        assert EVIL in reader.text(lang)


def test_ids_are_unique_and_links_lead_somewhere(reader: Reader) -> None:
    assert len(set(reader.ids)) == len(reader.ids)
    assert {link[1:] for link in reader.links} <= set(reader.ids)


def test_both_languages_are_inside_and_switch_without_a_script(page: str, reader: Reader) -> None:
    assert "住在城镇半年以上" in reader.text("zh")
    assert "住在城镇半年以上" not in reader.text("en")
    assert "Share of all residents" in reader.text("en")
    assert 'id="zh" checked' in page
    assert "#zh:checked ~ main.en, #en:checked ~ main.zh { display: none; }" in page


def test_english_can_come_first() -> None:
    from urbsim.report.page import Body, render

    bodies = {lang: Body(f"title {lang}", (), (), {}) for lang in LANGUAGES}
    page = render(bodies, "en")
    assert 'id="en" checked' in page
    assert 'id="zh" checked' not in page
    assert "<title>title en</title>" in page
    assert '<html lang="en">' in page


def test_the_answer_gives_the_numbers_of_the_result(reader: Reader) -> None:
    result = material.result()
    for name in ("urbanization_rate", "hukou_urbanization_rate"):
        runs = result[name].sel(area="zhejiang").values[..., -1].ravel()
        for lang in LANGUAGES:
            assert percent(float(np.median(runs))) in reader.text(lang)
            assert number(float(np.quantile(runs, 0.1))) in reader.text(lang)
    rate = result["urbanization_rate"].sel(area="zhejiang").values[..., -1]
    assert "76.0%" in reader.text("zh")
    assert f"{100 * float((rate >= 76).mean()):.0f}%" in reader.text("zh") or "67%" in reader.text("zh")


def test_every_area_has_its_row_with_its_value(reader: Reader) -> None:
    words = reader.words["zh"]
    result, region = material.result(), material.region()
    for code, name in zip(region.area_codes, region.area_names, strict=True):
        value = number(float(np.median(result["urbanization_rate"].sel(area=code).values[..., -1])))
        at = [i for i, word in enumerate(words) if word == name.zh]
        assert any(value in words[i : i + 20] for i in at), f"{name.zh} {value}"


def test_every_policy_value_stands_there_with_its_reference(reader: Reader) -> None:
    scenario = material.scenario()
    entries = all_entries(Context(material.result(), material.region(), scenario))
    text = reader.text("zh")
    assert len(entries) > 100
    for entry in entries:
        assert entry.date.isoformat() in text
        if entry.document:
            assert f"{entry.document} {entry.clause}".strip() in text


def test_assumption_only_levers_are_named(reader: Reader) -> None:
    from urbsim.policy.registry import LEVERS

    used = [name for name in material.scenario().policy.levers_set() if LEVERS[name].evidence == "scenario_only"]
    assert used
    for name in used:
        assert LEVERS[name].title.en in reader.text("en")
    assert "不是预测" in reader.text("zh")


def test_what_is_not_modelled_is_named_in_both_languages(reader: Reader) -> None:
    assert "尚未建模" in reader.text("zh")
    assert "not modelled yet" in reader.text("en").lower()


def test_page_tells_how_to_make_it_again(reader: Reader) -> None:
    for lang in LANGUAGES:
        assert "urbsim run zhejiang_2027 --draws 3" in reader.text(lang)
        assert "c0ffee" in reader.text(lang)
        assert "9.9.9" in reader.text(lang)
        assert "region: y" not in reader.text(lang)


def test_all_pictures_are_in_both_languages_and_as_files(reader: Reader, page: str, folder: Path) -> None:
    names = set(run_pictures.pictures(material.result(), material.region()))
    assert page.count("<svg") == 2 * len(names)
    assert {path.stem for path in (folder / "figures").glob("*.png")} == names
    assert RESIDENT.zh in reader.text("zh")
    assert HUKOU.en in reader.text("en")


def test_what_the_painter_is_sent_is_enough_for_every_picture() -> None:
    whole, areas = shown(material.result())
    assert whole.nbytes + areas.nbytes < 0.4 * material.result().nbytes
    sent = run_pictures.pictures(whole, material.region(), areas=areas)
    for name, build in run_pictures.pictures(material.result(), material.region()).items():
        assert canvas.to_svg(sent[name]("zh"), name) == canvas.to_svg(build("zh"), name), name


def test_page_is_not_too_heavy(folder: Path) -> None:
    assert (folder / "report.html").stat().st_size < 3_000_000


def test_the_embedded_font_covers_what_the_pictures_write(page: str) -> None:
    import base64
    import io

    from fontTools.ttLib import TTFont

    packed = re.search(r"data:font/woff;base64,([A-Za-z0-9+/=]+)", page)
    assert packed is not None
    with TTFont(io.BytesIO(base64.b64decode(packed.group(1)))) as font:
        known = font.getBestCmap()
    written = "".join(re.findall(r"<text[^>]*>([^<]*)</text>", page))
    assert {sign for sign in written if ord(sign) not in known and sign not in "\n&;"} == set()


def test_the_same_result_gives_the_same_page() -> None:
    def render() -> str:
        return run_page.render_run(
            material.small_result(),
            no_pictures,
            region=material.small_region(),
            scenario=material.scenario(),
            provenance=material.PROVENANCE,
            lang="zh",
        )

    assert render() == render()


def test_a_small_region_without_published_figures_and_a_single_run_works(tmp_path: Path) -> None:
    single = material.small_result().isel(draw=[0], replicate=[0])
    page = write_report(single, tmp_path, region=material.small_region(), scenario=material.scenario(), lang="en").read_text("utf-8")
    assert "rests on a single run" in page


def test_asking_for_the_report_does_not_load_matplotlib() -> None:
    code = "import sys, urbsim.report; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("first", "end"), [(0, 1), (0, 2), (0, 6), (0, 43), (40, 69), (48, 52)])
def test_runs_of_any_length_and_start_have_a_report(first: int, end: int) -> None:
    whole = material.small_result()
    years = [i for i in range(17) if first < 4 * (i + 1) - 3 and 4 * (i + 1) < end]
    part = whole.isel(time=slice(first, end), year=years)
    scenario, region = material.scenario(), material.small_region()
    for build in run_pictures.pictures(part, region).values():
        build("zh")
    page = run_page.render_run(part, no_pictures, region=region, scenario=scenario, provenance={}, lang="en")
    assert scenario.title.en in page
