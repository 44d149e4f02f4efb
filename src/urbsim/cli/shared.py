"""The options that `run`, `compare` and `sweep` share, declared once and handed over as one object."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, get_type_hints

from urbsim.cli.options import Draws, FromState, Jobs, Replicates, SaveState, Scheduler, Seed, Set, Start, Threads, Until, Weight


@dataclass(frozen=True)
class Shared:
    """Hold what was asked for on the command line; None is as the scenario or the study has it."""

    draws: Draws = None
    replicates: Replicates = None
    seed: Seed = None
    weight: Weight = None
    start: Start = None
    until: Until = None
    settings: Set = None
    save_state: SaveState = None
    from_state: FromState = None
    jobs: Jobs = None
    threads: Threads = 1
    scheduler: Scheduler = None

    def asked(self) -> dict[str, Any]:
        """Return the arguments for `make_plan`, `make_plans` and `make_sweep`."""
        return {field.name: getattr(self, field.name) for field in fields(self)} | {"settings": self.settings or ()}


def with_shared(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `Shared`, before its own last ones (`quiet`, `lang`); it receives them as `shared`."""
    own = inspect.signature(command)
    hints = get_type_hints(command, include_extras=True) | get_type_hints(Shared, include_extras=True)
    names = [field.name for field in fields(Shared)]

    @functools.wraps(command)
    def called(**given: Any) -> None:
        command(shared=Shared(**{name: given.pop(name) for name in names}), **given)

    added = [inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default) for field in fields(Shared)]
    parameters: list[inspect.Parameter] = []
    for name, parameter in own.parameters.items():
        parameters += added if name == "shared" else [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)]
    called.__signature__ = own.replace(  # type: ignore[attr-defined]  # functions have one; typer reads it
        parameters=[parameter.replace(annotation=hints[parameter.name]) for parameter in parameters]
    )
    called.__annotations__ = {parameter.name: hints[parameter.name] for parameter in parameters} | {"return": None}
    del called.__wrapped__
    return called
