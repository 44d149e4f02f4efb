"""Settings from the command line: `lever[area]@2025-01=value`, draws, seeds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import ValidationError

from urbsim.errors import Problem, UserError
from urbsim.policy.areas import Areas
from urbsim.policy.dates import in_model, parse_date
from urbsim.policy.problems import describe, problem
from urbsim.policy.registry import LEVERS
from urbsim.policy.rules import DatedValue, area_hint, lever_hint, unknown_area, unknown_lever, value_hint
from urbsim.policy.yamlnodes import scalar
from urbsim.scenario.schema import RUN_LIMITS, RunFile
from urbsim.text import Text

if TYPE_CHECKING:
    from urbsim.scenario.model import Period, Run, Scenario

_SETTING = re.compile(r"\s*([^\[\]@=\s]+)\s*(?:\[([^\[\]]*)\])?\s*@\s*([^=]+?)\s*=\s*(.*?)\s*")


_EXAMPLE = "settlement.quota[hangzhou_core]@2025-01=10000"


def read_settings(settings: Sequence[str], areas: Areas) -> tuple[DatedValue, ...]:
    """Return the dated values of `--set` options; raise UserError with every problem. Without `[area]`, all areas are meant."""
    problems: list[Problem] = []
    found: list[DatedValue] = []
    for text in settings:
        before = len(problems)
        value = _read_setting(text, areas, problems)
        if value is not None and len(problems) == before:
            found.append(value)
    if problems:
        raise UserError(problems)
    return tuple(found)


def _read_setting(text: str, areas: Areas, problems: list[Problem]) -> DatedValue | None:
    def note(message: Text, hint: Text | None = None) -> None:
        problems.append(problem(Text(f"“{text}”：{message.zh}", f"'{text}': {message.en}"), hint))

    match = _SETTING.fullmatch(text)
    if match is None:
        note(Text("应写成 lever[area]@日期=值", "write it as lever[area]@date=value"),
             Text(f"例如 {_EXAMPLE}", f"for example {_EXAMPLE}"))  # fmt: skip
        return None
    name, words, raw_date, raw_value = match.groups()
    lever = LEVERS.get(name)
    if lever is None:
        note(unknown_lever(name), lever_hint(name))
    chosen: set[int] = set()
    for word in [part.strip() for part in (words or "all").split(",")]:
        some = areas.find(word)
        if some is None:
            note(unknown_area(word, areas), area_hint(word, areas))
        else:
            chosen.update(some)
    date = parse_date(raw_date)
    if isinstance(date, Text):
        note(date)
    else:
        outside = in_model(date)
        if outside is not None:
            note(outside)
    value = scalar(raw_value)
    if lever is None:
        return None
    wrong = lever.check(value)
    if wrong is not None:
        note(wrong, value_hint(lever, value))
        return None
    if lever.scope == "region" and len(chosen) != len(areas):
        note(Text(f"{name} 全区域只有一个值", f"{name} has one value for the whole region"), Text("请去掉 [area]", "leave out [area]"))
    if isinstance(date, Text) or not chosen:
        return None
    return DatedValue(lever.name, tuple(sorted(chosen)), date, lever.store(value), "command line", "command line")


def checked_run(
    scenario: Scenario, draws: int | None, replicates: int | None, seed: int | None, weight: int | None,
    start: dt.date | None, until: dt.date | None,
) -> tuple[Run, Period]:  # fmt: skip
    """Return run and period with what is given replaced; raise UserError for values out of bounds."""
    from urbsim.scenario.model import Period, Run

    problems: list[Problem] = []
    given = {"draws": draws, "replicates": replicates, "seed": seed, "weight": weight}
    try:
        RunFile.model_validate(given)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            name = str(detail["loc"][0])
            found = describe(detail["input"])
            low, high = RUN_LIMITS[name]
            hint = Text(f"应为 {low} 至 {high} 的整数", f"it is a whole number from {low} to {high}")
            problems.append(problem(Text(f"{name} 的值{found.zh}不行", f"{name} cannot be {found.en}"), hint))
    period = Period(start or scenario.period.start, until or scenario.period.until)
    for date in (period.start, period.until):
        outside = in_model(date)
        if outside is not None:
            problems.append(Problem(outside))
    if period.start >= period.until:
        message = Text(f"开始({period.start})应早于结束({period.until})", f"start {period.start} must come before {period.until}")
        problems.append(Problem(message))
    if problems:
        raise UserError(problems)
    old = scenario.run
    run = Run(
        draws if draws is not None else old.draws,
        replicates if replicates is not None else old.replicates,
        seed if seed is not None else old.seed,
        weight if weight is not None else old.weight,
    )
    return run, period
