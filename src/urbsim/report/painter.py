"""Draw the pictures of one language in a second process while this one draws those of the other."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TYPE_CHECKING

from urbsim.experiments.pool import end_with, quiet_start
from urbsim.text import Language

if TYPE_CHECKING:
    import xarray as xr

    from urbsim.regions.model import Region

Pictures = dict[str, str]


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

    def paint(self, dataset: xr.Dataset, region: Region, frozen: xr.Dataset | None, lang: Language) -> Future[Pictures]:
        """Draw the pictures of a run report in one language; the future gives them as inline SVG by name."""
        self.start()
        return self._pool.submit(_paint, dataset, region, frozen, lang)


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


# ── in the process ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _prepare() -> None:
    """Import what drawing needs."""
    from urbsim.report import run_page  # noqa: F401 - imported for the time it takes


def _paint(dataset: xr.Dataset, region: Region, frozen: xr.Dataset | None, lang: Language) -> Pictures:
    from urbsim.report import run_page
    from urbsim.report.write import uncollected

    with uncollected():
        return run_page.inline(run_page.draw(run_page.pictures(dataset, region, frozen=frozen), (lang,)))[lang]
