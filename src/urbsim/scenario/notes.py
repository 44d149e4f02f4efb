"""What a planner may not have meant: values that another one cuts short, or that come too late to matter."""

from __future__ import annotations

import datetime as dt

from urbsim.clock import LAST_QUARTER, first_day
from urbsim.policy.registry import LEVERS
from urbsim.policy.rules import DatedValue
from urbsim.scenario.timeline import Policy
from urbsim.text import Text


def notes_on(policy: Policy, layer: str) -> tuple[Text, ...]:
    """Return what deserves a second look among the values that the scenario `layer` sets itself; none of it is an error."""
    notes: list[Text] = []
    for value in policy.values:
        if value.kind != "scenario" or value.layer != layer:
            continue
        if value.date > first_day(LAST_QUARTER):
            notes.append(Text(
                f"{value.lever} 的值从 {value.date} 起，晚于最后一个季度的第一天，不会生效",
                f"the value of {value.lever} from {value.date} comes after the first day of the last quarter and has no effect",
            ))  # fmt: skip
        later = _next_of_others(policy, value)
        if later is not None:
            date, other = later
            new = LEVERS[value.lever].show(other.value)
            notes.append(Text(
                f"{value.lever} 从 {value.date} 起的值只用到 {date}，从那天起 {other.source} 规定为 {new}",
                f"the value of {value.lever} from {value.date} holds only until {date}, when {other.source} sets {new}",
            ))  # fmt: skip
    return tuple(dict.fromkeys(notes))


def _next_of_others(policy: Policy, value: DatedValue) -> tuple[dt.date, DatedValue] | None:
    """Return the next value in any of the same areas, if it comes from a package and differs."""
    found: tuple[dt.date, DatedValue] | None = None
    for a in value.areas:
        line = policy.timeline(value.lever, a)
        following = next(((date, other) for date, other in line if date > value.date), None)
        holds = any(other is value for _, other in line)
        if holds and following is not None and following[1].kind == "package" and following[1].value != value.value:
            found = following if found is None or following[0] < found[0] else found
    return found
