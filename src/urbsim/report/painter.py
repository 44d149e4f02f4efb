"""Draw the pictures of a run report: in this process, or in a second one while this one writes the data and the tables."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from urbsim.experiments.pool import end_with, quiet_start
from urbsim.text import Language

if TYPE_CHECKING:
    import xarray as xr

    from urbsim.regions.model import Region


class Pictures(NamedTuple):
    """Hold the pictures of a report by name: inline SVG by language, PNG in one language."""

    svg: dict[Language, dict[str, str]]
    png: dict[str, bytes]


def paint(dataset: xr.Dataset, region: Region, lang: Language) -> Pictures:
    """Draw every picture of a run report in both languages, those of `lang` also as PNG."""
    from urbsim.report import canvas, run_page
    from urbsim.report.write import uncollected

    frozen = None
    if "urbanization_rate_still" in dataset:
        frozen = dataset[["urbanization_rate_still"]].rename(urbanization_rate_still="urbanization_rate").expand_dims(("draw", "replicate"))
    with uncollected():
        figures = run_page.draw(run_page.pictures(dataset, region, frozen=frozen))
        return Pictures(run_page.inline(figures), {name: canvas.to_png(figure) for name, figure in figures[lang].items()})


class Painter:
    """A process that draws; it starts when asked to, ahead of its work, because its imports take as long as the drawing."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool
        self._ready: Future[None] | None = None

    def start(self) -> None:
        """Start the process and its imports, once; return at once."""
        if self._ready is None:
            with quiet_start():
                self._ready = self._pool.submit(_prepare)

    def begin(self, dataset: xr.Dataset, region: Region, lang: Language) -> Callable[[], Pictures]:
        """Begin to `paint` and return what waits for the pictures."""
        self.start()
        return self._pool.submit(paint, dataset, region, lang).result


@contextlib.contextmanager
def painter(wanted: bool) -> Iterator[Painter | None]:
    """Give a painter, or None if none is wanted (a run that is to keep to one process); its process ends with the block."""
    if not wanted:
        yield None
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=end_with, initargs=(os.getpid(),)) as pool:
        try:
            yield Painter(pool)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _prepare() -> None:
    """Import what drawing needs."""
    from urbsim.report import run_page  # noqa: F401 - imported for the time it takes
