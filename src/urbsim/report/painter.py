"""Draw the pictures of a run report: in this process, or in a second one while this one writes the data and the tables."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from urbsim.experiments.pool import end_with, quiet_start
from urbsim.text import Language
from urbsim.unneeded import without_dask

if TYPE_CHECKING:
    import xarray as xr

    from urbsim.regions.model import Region


class Pictures(NamedTuple):
    """Wait for the pictures of a report, by name: inline SVG by language, then PNG in one language."""

    svg: Callable[[], dict[Language, dict[str, str]]]
    png: Callable[[], dict[str, bytes]]


class Drawing:
    """The pictures of a run report, drawn in both languages; of `whole` the row of the region is enough, of `areas` what `shown` keeps."""

    def __init__(self, whole: xr.Dataset, areas: xr.Dataset, region: Region) -> None:
        from urbsim.report import run_pictures

        frozen = None
        if "urbanization_rate_still" in whole:
            still = whole[["urbanization_rate_still"]].rename(urbanization_rate_still="urbanization_rate")
            frozen = still.expand_dims(("draw", "replicate"))
        self._figures = run_pictures.draw(run_pictures.pictures(whole, region, frozen=frozen, areas=areas))

    def svg(self) -> dict[Language, dict[str, str]]:
        """Return the pictures as inline SVG by language and name."""
        from urbsim.report import run_pictures

        return run_pictures.inline(self._figures)

    def png(self, lang: Language) -> dict[str, bytes]:
        """Return the pictures in one language as PNG by name."""
        from urbsim.report import canvas

        return {name: canvas.to_png(figure) for name, figure in self._figures[lang].items()}


def draw_here(dataset: xr.Dataset, region: Region, lang: Language) -> Pictures:
    """Draw in this process, when the pictures are asked for."""
    drawing = cache(lambda: Drawing(dataset, dataset, region))
    return Pictures(lambda: drawing().svg(), lambda: drawing().png(lang))


class Painter:
    """A process that draws; it starts when asked to, ahead of its work, because its imports take as long as the drawing."""

    def __init__(self, pool: ProcessPoolExecutor, region: str) -> None:
        self._pool = pool
        self._region = region
        self._ready: Future[None] | None = None

    def start(self) -> None:
        """Start the process and its imports, once; return at once."""
        if self._ready is None:
            with quiet_start():
                self._ready = self._pool.submit(_prepare, self._region)

    def begin(self, dataset: xr.Dataset, lang: Language) -> Pictures:
        """Begin to draw; the page can be put together while the process still makes PNG (in `lang`)."""
        self.start()
        return Pictures(self._pool.submit(_svg, *shown(dataset), self._region).result, self._pool.submit(_png, lang).result)


def shown(dataset: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Return what pictures show of a result, a sixth of its bytes: the row of the whole region; all rows of plain figures by quarter."""
    from urbsim.report import reading

    whole = dataset.isel(area=[reading.position(dataset, "area", reading.region_row(dataset))])
    plain = [name for name, values in dataset.data_vars.items() if values.dims == (*reading.LEADING, "time", "area")]
    return whole, dataset[plain]


@contextlib.contextmanager
def painter(wanted: bool, region: str) -> Iterator[Painter | None]:
    """Give a painter of a region, or None if none is wanted (a run that is to keep to one process); its process ends with the block."""
    if not wanted:
        yield None
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=end_with, initargs=(os.getpid(),)) as pool:
        try:
            yield Painter(pool, region)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _prepare(region: str) -> None:
    """Load what drawing needs, by drawing something: much of it is looked for at first use (fonts)."""
    without_dask()
    import xarray as xr

    from urbsim.regions import load_region
    from urbsim.report import canvas, run_pictures  # noqa: F401 - imported for the time it takes

    figure = canvas.figure_blank(lang="zh", title=str(xr.Dataset({"none": ("none", [0])}).sizes))
    canvas.to_svg(figure, ""), canvas.to_png(figure)
    load_region(region)
    gc.freeze()  # what is loaded stays: a search for garbage among it took 0.1 s of the drawing


_drawing: Drawing | None = None


def _svg(whole: xr.Dataset, areas: xr.Dataset, region: str) -> dict[Language, dict[str, str]]:
    from urbsim.regions import load_region

    global _drawing
    _drawing = Drawing(whole, areas, load_region(region))
    return _drawing.svg()


def _png(lang: Language) -> dict[str, bytes]:
    if _drawing is None:
        raise RuntimeError("nothing has been drawn")
    return _drawing.png(lang)
