"""Write a report into a result folder."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from urbsim.text import Language

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from urbsim.regions.model import Region
    from urbsim.report.painter import Painter
    from urbsim.scenario.model import Scenario


def write_report(
    dataset: xr.Dataset,
    folder: Path,
    *,
    region: Region,
    scenario: Scenario,
    provenance: Mapping[str, Any] | None = None,
    lang: Language = "zh",
    frozen: xr.Dataset | None = None,
    painter: Painter | None = None,
) -> Path:
    """Write `report.html` (both languages, `lang` first) and `figures/<name>.png` (in `lang`) into `folder`; return the page's path.

    `frozen` is a result of the same scenario with behaviour kept still, if there is one; `painter` draws the other language's pictures
    beside this process, which draws all of them without one. OSError passes to the caller.
    """
    from urbsim.report import run_page
    from urbsim.report.page import LANGUAGES

    if frozen is None and "urbanization_rate_still" in dataset:
        frozen = dataset[["urbanization_rate_still"]].rename(urbanization_rate_still="urbanization_rate").expand_dims(("draw", "replicate"))
    with uncollected():
        elsewhere = {code: painter.paint(dataset, region, frozen, code) for code in LANGUAGES if painter is not None and code != lang}
        figures = run_page.draw(run_page.pictures(dataset, region, frozen=frozen), [code for code in LANGUAGES if code not in elsewhere])
        svg = run_page.inline(figures)
        save_pictures(folder, figures[lang])
        svg |= {code: future.result() for code, future in elsewhere.items()}
        page = run_page.render_run(dataset, svg, region=region, scenario=scenario, provenance=provenance or {}, lang=lang)
        return save_page(folder, page)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Hold back Python's garbage collection: pictures are tens of thousands of small objects that all live to the end (saves a tenth)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def save(folder: Path, page: str, figures: Mapping[str, Figure]) -> Path:
    """Write a page and its pictures."""
    save_pictures(folder, figures)
    return save_page(folder, page)


def save_pictures(folder: Path, figures: Mapping[str, Figure]) -> None:
    """Write `figures/<name>.png`."""
    from urbsim.report import canvas

    pictures = folder / "figures"
    pictures.mkdir(parents=True, exist_ok=True)
    for name, figure in figures.items():
        (pictures / f"{name}.png").write_bytes(canvas.to_png(figure))


def save_page(folder: Path, page: str) -> Path:
    """Write `report.html`."""
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8", newline="\n")
    return path
