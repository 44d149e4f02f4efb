"""Write a report into a result folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from urbsim.text import Language

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

    from urbsim.regions.model import Region
    from urbsim.report.painter import Pictures
    from urbsim.scenario.model import Scenario


def write_report(
    dataset: xr.Dataset,
    folder: Path,
    *,
    region: Region,
    scenario: Scenario,
    provenance: Mapping[str, Any] | None = None,
    lang: Language = "zh",
    pictures: Pictures | None = None,
) -> Path:
    """Write `report.html` (both languages, `lang` first) and `figures/<name>.png` (in `lang`) into `folder`; return the page's path.

    `pictures` are those that a `Painter` has begun to draw; without them they are drawn here. OSError passes to the caller.
    """
    from urbsim.report import run_page
    from urbsim.report.painter import draw_here

    drawn = pictures or draw_here(dataset, region, lang)
    page = run_page.render_run(dataset, drawn.svg, region=region, scenario=scenario, provenance=provenance or {}, lang=lang)
    path = save_page(folder, page)
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    for name, picture in drawn.png().items():
        (folder / "figures" / f"{name}.png").write_bytes(picture)
    return path


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
