"""`urbsim run SCENARIO`: simulate, print the target table, write a result folder."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Lang, Output, Quiet
from urbsim.cli.progress import announce, progress_bar, say_writing
from urbsim.cli.shared import Shared, with_shared
from urbsim.cli.tables import targets
from urbsim.text import Language, Text

if TYPE_CHECKING:
    import xarray as xr

    from urbsim.experiments.plan import Plan
    from urbsim.experiments.tasks import Progress
    from urbsim.report.painter import Painter, Pictures

HELP = both(
    zh="""
    运行一个情景，写出结果文件夹和报告，最后显示目标表。

    \b
    示例：
      urbsim run zhejiang_2027
      urbsim run mine.yaml --draws 5 -o results/mine
      urbsim run zhejiang_2027 --set 'settlement.quota[hangzhou_core]@2025-01=20000' -o results/quota
      urbsim run zhejiang_2027 --save-state 2022 -o results/base
      urbsim run hangzhou_open --from-state results/base/state-2022-12-31.zip
    """,
    en="""
    Run a scenario, write the result folder with its report, and print the target table.

    \b
    Examples:
      urbsim run zhejiang_2027
      urbsim run mine.yaml --draws 5 -o results/mine
      urbsim run zhejiang_2027 --set 'settlement.quota[hangzhou_core]@2025-01=20000' -o results/quota
      urbsim run zhejiang_2027 --save-state 2022 -o results/base
      urbsim run hangzhou_open --from-state results/base/state-2022-12-31.zip
    """,
)
WHERE = Text(zh="结果文件夹", en="Result folder")
REPORT = Text(zh="报告", en="Report")
TABLES = Text(zh="表格", en="Tables")
DATA = Text(zh="数据", en="Data")
STATE = Text(zh="状态", en="State")
RESULTS = Path("results")


@with_shared
def command(
    ctx: typer.Context,
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help=both(zh="情景名称或文件(.yaml)", en="A shipped scenario's name, or a file (.yaml)"))
    ],
    shared: Shared,
    output: Output = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Run the scenario; nothing is written unless all of it succeeds."""
    from urbsim.experiments.plan import make_plan

    plan = make_plan(scenario, **shared.asked())
    folder = output or RESULTS / f"{plan.scenario.name}-{plan.scenario.hash8}"
    carry_out(plan, folder, ctx.obj, quiet)


def carry_out(plan: Plan, folder: Path, lang: Language, quiet: bool) -> None:
    """Run a plan and fill its result folder; say where everything is."""
    from urbsim.experiments.folders import claim, release
    from urbsim.experiments.runner import provenance_of, run_plan
    from urbsim.experiments.states import state_beside
    from urbsim.regions import load_region
    from urbsim.report.painter import painter
    from urbsim.results.provenance import IDENTITY

    scenario = plan.scenario
    region = load_region(scenario.region)

    def add(dataset: xr.Dataset, part: Path) -> None:
        from urbsim.report.write import write_report

        if state is not None:
            shutil.move(state, part / state.name)
        write_report(dataset, part, region=region, scenario=scenario, provenance=provenance, lang=lang, pictures=pictures)

    pictures: Pictures | None = None

    def draw(dataset: xr.Dataset) -> None:
        nonlocal pictures
        if second is not None:
            pictures = second.begin(dataset, lang)

    claim(folder, provenance_of(plan)[IDENTITY])
    try:
        with state_beside(folder, plan.save_at) as state, painter(plan.jobs > 1, scenario.region) as second:
            with progress_bar(lang, quiet) as progress:
                dataset, provenance = run_plan(plan, watching(plan, lang, quiet, second, progress), state, draw)
            say_writing(lang, quiet)
            from urbsim.results.storage import write  # xarray: loaded already by now, or no run could have ended

            write(dataset, folder, scenario_yaml=scenario.resolved_yaml(), provenance=provenance, hook=add)
    finally:
        release(folder)
    if quiet:
        print(folder)
        return
    print(targets(dataset, lang))
    print()
    say_places(folder, lang, state)


def watching(plan: Plan, lang: Language, quiet: bool, second: Painter | None, progress: Progress | None) -> Progress:
    """Return a progress function that uses idle processors.

    At first it says what is simulated (counting the households takes as long as workers need to make ready); when less than one run is
    left it starts the painter.
    """
    say = cache(lambda: announce([plan], lang, quiet))

    def tell(done: int, total: int) -> None:
        say()
        if second is not None and total - done < plan.until:
            second.start()
        if progress is not None:
            progress(done, total)

    return tell


def say_places(folder: Path, lang: Language, state: Path | None = None) -> None:
    """Print where everything in a result folder is; of a state also its size."""
    places = [(WHERE, folder), (REPORT, folder / "report.html"), (TABLES, folder / "tables"), (DATA, folder / "results.nc")]
    for label, path in places:
        print(f"{label.get(lang)}{'：' if lang == 'zh' else ': '}{path}")
    if state is not None:
        held = folder / state.name
        print(f"{STATE.get(lang)}{'：' if lang == 'zh' else ': '}{held} ({held.stat().st_size / 1e6:.1f} MB)")
