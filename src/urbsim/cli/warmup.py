"""`urbsim warmup`: compile the model once, so that the first run does not."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Lang
from urbsim.text import Language, Text

HELP = both(
    zh="""
    预先编译模型并存入缓存，以后运行不再等待。每个版本只需一次；不写出任何结果。

    \b
    示例：
      urbsim warmup --lang zh
    """,
    en="""
    Compile the model and cache it, so that no run has to wait. Once for each version; no result is written.

    \b
    Example:
      urbsim warmup --lang zh
    """,
)
COMPILED = Text(zh="已编译，用时 {seconds:.1f} 秒。", en="Compiled in {seconds:.1f} s.")
READY = Text(zh="已在缓存中，载入用时 {seconds:.1f} 秒。", en="Already in the cache, loaded in {seconds:.1f} s.")
WHERE = Text(zh="缓存：{folder}（{size:.1f} MB）", en="Cache: {folder} ({size:.1f} MB)")
WAIT = Text(zh="正在编译……", en="Compiling ...")
QUARTERS = 5  # a year and a quarter: every stage has run, the yearly ones too
SCENARIO, WEIGHT = "zhejiang_2027", 4000  # any: what is compiled is the same for all regions and rules


def command(ctx: typer.Context, lang: Lang = None) -> None:
    """Run five coarse quarters for the sake of compilation, and say how long it took and where the cache is."""
    language: Language = ctx.obj
    started = time.perf_counter()
    from urbsim import cache

    folder = cache.kernels()
    before = _size(folder)
    if not before:
        print(WAIT.get(language), file=sys.stderr)
    from urbsim.engine import open_engine
    from urbsim.scenario import load

    open_engine(load(SCENARIO), weight=WEIGHT).run(QUARTERS)
    after = _size(folder)
    words = READY if after == before else COMPILED
    print(words.get(language).format(seconds=time.perf_counter() - started))
    print(WHERE.get(language).format(folder=folder, size=after / 1e6))


def _size(folder: Path) -> int:
    """Return the bytes of the files in a folder, 0 if there is none."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
