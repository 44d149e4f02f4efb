"""`urbsim sensitivity STUDY-RESULTS`: what the outcome depends on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Lang, Quiet, option
from urbsim.cli.run import REPORT, TABLES
from urbsim.cli.tables import table
from urbsim.text import Language, Text

if TYPE_CHECKING:
    from urbsim.sensitivity.analysis import Analysis

HELP = both(
    zh="""
    一项研究的结果最取决于哪些因素：索博尔指数（带区间）、莫里斯筛选、龙卷风图，写出表格、图和一页报告。

    \b
    示例：
      urbsim sensitivity results/what_matters_2027-1a2b3c4d
      urbsim sensitivity results/mine --area hangzhou_core --year 2025 --of settled
    """,
    en="""
    What the results of a study depend on: Sobol indices with intervals, Morris screening, tornado; writes tables, pictures and a page.

    \b
    Examples:
      urbsim sensitivity results/what_matters_2027-1a2b3c4d
      urbsim sensitivity results/mine --area hangzhou_core --year 2025 --of settled
    """,
)
FOLDER = "sensitivity"
COLUMNS = (
    Text("量", "quantity"),
    Text("因素", "factor"),
    Text("一阶", "first"),
    Text("总", "total"),
    Text("总指数 95% 区间", "95 % interval of total"),
    Text("来源", "from"),
)
MODEL, EMULATOR = Text("模型", "model"), Text("模拟器（解释 {}%）", "emulator ({} % explained)")
MOST = 3


def command(
    ctx: typer.Context,
    results: Annotated[Path, typer.Argument(metavar="STUDY-RESULTS", help=both(zh="研究的结果文件夹", en="The result folder of a sweep"))],
    area: Annotated[str | None, option("--area", zh="地区；默认全区域", en="The area; by default the region")] = None,
    year: Annotated[int | None, option("--year", zh="年份；默认最后一年", en="The year; by default the last")] = None,
    of: Annotated[
        list[str] | None,
        option("--of", metavar="NAME", zh="只分析这个量，可重复", en="Analyse this quantity only; may be given several times"),
    ] = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Analyse the study and write the folder `sensitivity` in its own."""
    from urbsim.experiments.folders import filling
    from urbsim.experiments.study_results import open_study_results, study_of
    from urbsim.report.sensitivity_page import write_sensitivity_report
    from urbsim.results.tables import save_table
    from urbsim.sensitivity.analysis import analyse
    from urbsim.sensitivity.tables import tables

    language: Language = ctx.obj
    found = analyse(study_of(results), open_study_results(results), area=area, year=year, names=tuple(of or ()))
    folder = results / FOLDER
    with filling(folder) as part:
        (part / "tables").mkdir()
        for name, frame in tables(found).items():
            save_table(frame, part / "tables" / f"{name}.csv")
        write_sensitivity_report(found, part, lang=language)
    if quiet:
        print(folder)
        return
    print(_table(found, language))
    print()
    for label, path in ((REPORT, folder / "report.html"), (TABLES, folder / "tables")):
        print(f"{label.get(language)}{'：' if language == 'zh' else ': '}{path}")


def _table(found: Analysis, lang: Language) -> str:
    """Return the factors that matter most for the quantities that the pictures show."""
    import numpy as np

    from urbsim.report.sensitivity_page import chosen

    rows = []
    for one in chosen(found):
        if one.best is None:
            continue
        indices = one.sobol[one.best]
        told = MODEL.get(lang)
        if one.best == "emulator" and one.emulator is not None:
            told = EMULATOR.get(lang).format(f"{100 * one.emulator.explained:.0f}")
        for rank, k in enumerate(np.argsort(-np.nan_to_num(indices.total))[:MOST]):
            head = (one.quantity.title.get(lang), told) if rank == 0 else ("", "")
            span = f"{indices.total_low[k]:.2f} … {indices.total_high[k]:.2f}"
            rows.append([head[0], found.study.factors[k].name, f"{indices.first[k]:.2f}", f"{indices.total[k]:.2f}", span, head[1]])
    return table([column.get(lang) for column in COLUMNS], rows, numbers=[2, 3, 4])
