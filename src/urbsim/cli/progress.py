"""The progress bar: quarters done over all runs, with the time left."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from urbsim.text import Language, Text

LABEL = Text(zh="模拟", en="Simulating")
FORMAT = Text(
    zh="{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} 季，已用 {elapsed}，还需 {remaining}",
    en="{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} quarters, {elapsed} gone, {remaining} left",
)


@contextlib.contextmanager
def progress_bar(lang: Language, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that takes (quarters done, quarters in all) and draws; nothing is drawn if `quiet` or off a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(desc=LABEL.get(lang), bar_format=FORMAT.get(lang), total=1, leave=False, file=sys.stderr, dynamic_ncols=True) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
