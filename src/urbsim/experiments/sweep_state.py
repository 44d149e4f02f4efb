"""The state from which all points of a sweep go on, so that the years before the factors are simulated once and not at every point."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from urbsim.clock import first_day, last_day
from urbsim.errors import Problem, UserError
from urbsim.text import Text

if TYPE_CHECKING:
    from urbsim.experiments.sweep import SweepPlan


def check_pasts(plan: SweepPlan) -> None:
    """Raise UserError if a factor reaches back before the date of the state from which all points are to go on."""
    study = plan.study
    if plan.plan.begin is not None:
        quarter = plan.plan.begin.head.quarter
    elif plan.plan.save_at is not None:
        quarter = plan.plan.save_at
    else:
        return
    problems = []
    for factor in study.factors:
        if factor.start is None or factor.start < first_day(quarter + 1):
            words = Text(
                zh=f"因素 {factor.name} 在 {last_day(quarter)} 之前就起作用，各设计点不能从这一天的状态接着运行。",
                en=f"The factor {factor.name} acts before {last_day(quarter)}: its points cannot go on from the state of that day.",
            )
            hint = Text(zh="请取更早的状态，或不用状态", en="Take an earlier state, or none")
            problems.append(Problem(words, file=study.file, hint=hint))
    if problems:
        raise UserError(problems)


def base_state(plan: SweepPlan, folder: Path) -> Path | None:
    """Return the state file from which the runs go on: the one that was given, or the base's, made in `folder` if it is not there yet."""
    if plan.plan.begin is not None:
        return plan.plan.begin.path
    if plan.plan.save_at is None:
        return None
    from urbsim.experiments.runner import run_plan
    from urbsim.experiments.states import file_name, open_state

    file = folder / file_name(plan.plan.save_at)
    try:
        open_state(file)
    except UserError:
        base = plan.plan.scenario
        short = base.with_run(until=last_day(plan.plan.save_at))
        run_plan(replace(plan.plan, scenario=short), None, file)
    return file
