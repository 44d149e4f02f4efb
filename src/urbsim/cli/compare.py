"""`urbsim compare BASE OTHER...`: what a change does, under the same luck."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Assumptions, Lang, Output, Quiet
from urbsim.cli.progress import announce, progress_bar, say_writing
from urbsim.cli.run import RESULTS, say_places
from urbsim.cli.shared import Shared, with_shared
from urbsim.cli.tables import effects, owed_to_assumptions
from urbsim.text import Language

if TYPE_CHECKING:
    import xarray as xr

    from urbsim.experiments.plan import Plan
    from urbsim.report.assumed import AssumedEffect

HELP = both(
    zh="""
    比较情景：同样的参数、同样的随机数，只差政策；给出差别、区间和方向的把握。

    抽样数等都以基准情景为准；--set 只改基准之后的情景。

    \b
    示例：
      urbsim compare zhejiang_2027 hangzhou_open
      urbsim compare zhejiang_2027 mine.yaml --draws 5
      urbsim compare zhejiang_2027 zhejiang_2027 --set 'homes.guaranteed_units[all]@2025=0'
    """,
    en="""
    Compare scenarios under the same parameters and the same luck: differences, intervals, how sure the sign is.

    Draws and the like are those of the base for all; --set changes the scenarios after the base.

    \b
    Examples:
      urbsim compare zhejiang_2027 hangzhou_open
      urbsim compare zhejiang_2027 mine.yaml --draws 5
      urbsim compare zhejiang_2027 zhejiang_2027 --set 'homes.guaranteed_units[all]@2025=0'
    """,
)


@with_shared
def command(
    ctx: typer.Context,
    base: Annotated[str, typer.Argument(metavar="BASE", help=both(zh="基准情景", en="The scenario to compare with"))],
    others: Annotated[
        list[str], typer.Argument(metavar="OTHER...", help=both(zh="要比较的一个或几个情景", en="One or more scenarios to compare"))
    ],
    shared: Shared,
    output: Output = None,
    assumptions: Assumptions = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Run all scenarios and write their differences; values given with --set hold in the others, not in the base."""
    from urbsim.experiments.compare import make_plans

    plans = make_plans(base, others, **shared.asked())
    carry_out(plans, output or RESULTS / default_name(plans), ctx.obj, quiet, assumptions)


def default_name(plans: Sequence[Plan]) -> str:
    """Return the folder's name: the scenarios and one hash over all of them."""
    digest = hashlib.sha256(" ".join(plan.scenario.hash8 for plan in plans).encode()).hexdigest()[:8]
    names = list(dict.fromkeys(plan.scenario.name for plan in plans))
    return "-".join(["compare", *names[:3], digest])


def carry_out(plans: Sequence[Plan], folder: Path, lang: Language, quiet: bool, assumptions: bool | None = None) -> None:
    """Run all plans and fill the folder of the comparison; say where everything is.

    `assumptions` None: what is owed to assumptions is told from few draws, and not at all where a saved state spares most of the work.
    """
    from urbsim.experiments.assumed import quick_pairs, run_assumed
    from urbsim.experiments.compare import run_plans, unique_names
    from urbsim.experiments.comparison_folder import command as again
    from urbsim.experiments.comparison_folder import identity, write_comparison
    from urbsim.experiments.differences import differences
    from urbsim.experiments.folders import claim, release
    from urbsim.experiments.runner import provenance_of
    from urbsim.experiments.states import state_beside
    from urbsim.regions import load_region
    from urbsim.report.assumed import assumed_effects
    from urbsim.report.compare_page import write_compare_report

    names = unique_names(plans)
    base, others = plans[0].scenario, {name: plan.scenario for name, plan in zip(names[1:], plans[1:], strict=True)}
    records = [provenance_of(plan) for plan in plans]
    owed: list[AssumedEffect] = []

    def add(changes: xr.Dataset, part: Path) -> None:
        if state is not None:
            shutil.move(state, part / state.name)
        provenance = records[0] | {"command": again(plans)}
        region = load_region(base.region)
        write_compare_report(changes, part, region=region, base=base, others=others, provenance=provenance, lang=lang, assumed=owed)

    claim(folder, identity(records))
    try:
        announce(plans, lang, quiet)
        with state_beside(folder, plans[0].save_at) as state:
            with progress_bar(lang, quiet) as progress:
                runs = run_plans(plans, progress, state)
            results, records = [result for result, _ in runs], [record for _, record in runs]
            changes = differences(results[0], dict(zip(others, results[1:], strict=True)), names[0])
            if assumptions or (assumptions is None and plans[0].begin is None):
                pairs = None if assumptions else quick_pairs(base.run.draws)
                with progress_bar(lang, quiet) as progress:
                    owed = assumed_effects(changes, run_assumed(plans, names, progress, pairs))
            say_writing(lang, quiet)
            write_comparison(changes, folder, plans=plans, provenances=records, hook=add)
    finally:
        release(folder)
    if quiet:
        print(folder)
        return
    titles = {name: scenario.title for name, scenario in others.items()}
    print(effects(changes, titles, base.title, lang))
    if owed:
        print()
        print(owed_to_assumptions(owed, titles, lang, base.run.draws if assumptions else quick_pairs(base.run.draws)))
    print()
    say_places(folder, lang, state)
