"""Put sections and pictures into one HTML file that works alone: no script, no address to load from, both languages inside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from urbsim.report import fonts
from urbsim.report.blocks import Section
from urbsim.text import Language

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True)
class Body:
    """One language of a page: title, lines under it, sections, pictures as SVG by name, footer."""

    title: str
    lines: Sequence[str]
    sections: Sequence[Section]
    pictures: Mapping[str, str]
    footer: str = ""


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def render(bodies: Mapping[Language, Body], lang: Language) -> str:
    """Return the page; `lang` is shown first, the reader can switch. Every text is escaped; the font holds just the signs used."""
    template = _environment().get_template("page.html.j2")
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    marker = "/*font*/"
    page = template.render(bodies=bodies, lang=lang, style=style, font_face=marker)
    signs = set(re.sub(r"<[^>]*>", "", page)) | set("0123456789")
    face = f'@font-face{{font-family:"{fonts.FAMILY}";src:url({fonts.web_font(sorted(signs))}) format("woff")}}'
    return page.replace(marker, face, 1)
