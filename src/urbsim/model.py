"""A run as a Mesa model: `MigrationModel` steps quarter by quarter, its areas are agents.

A thin shell: everything that happens happens in `urbsim.engine`, whose households are rows and no agents. Names and figures are those of
the results (`urbsim.run`): the frames of the data collector equal them exactly for the same draw, replicate, seed and weight.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from mesa import Agent, DataCollector, Model

from urbsim.clock import first_day, last_day
from urbsim.engine import Engine, open_engine
from urbsim.errors import Problem, UserError
from urbsim.model_figures import QUEUES, STATUSES, Figures
from urbsim.policy.levers import CLOSED
from urbsim.policy.registry import LEVERS
from urbsim.policy.rules import area_hint, unknown_area
from urbsim.scenario import Scenario, load
from urbsim.text import Text

__all__ = ["Area", "MigrationModel"]


class _Numbers:
    """Number the areas of a model 1, 2, 3, ... without holding on to the model.

    Mesa 3.3 looks numbers up in a table of its class that has every model as a key, so that no model, engine and all, is ever freed. From
    Mesa 3.5 on the model counts, and this is not read.
    """

    def __getitem__(self, model: MigrationModel) -> Iterator[int]:
        return iter((len(model.agents) + 1,))


class Area(Figures, Agent):
    """A county-level area, with a live view of what its government rules, has and sees at the end of the quarter."""

    _ids: ClassVar[_Numbers] = _Numbers()

    def __init__(self, model: MigrationModel, index: int) -> None:
        super().__init__(model)
        self.index = index

    def __repr__(self) -> str:
        return f"<Area {self.code}>"

    @property
    def code(self) -> str:
        """Code, as in scenario files and on the `area` axis of results."""
        return str(self.model.engine.inputs.region.area_codes[self.index])

    @property
    def title(self) -> Text:
        """Name in both languages."""
        name: Text = self.model.engine.inputs.region.area_names[self.index]
        return name

    @property
    def prefecture(self) -> str:
        """Code of the prefecture that the area belongs to."""
        region = self.model.engine.inputs.region
        return str(region.prefecture_codes[int(region.prefecture_of[self.index])])

    def figure(self, name: str) -> npt.NDArray[Any]:
        """Return what the engine reports of this area under `name`."""
        return np.asarray(self.model.engine.frame[name][self.index])

    @property
    def rules(self) -> dict[str, float | None]:
        """Rules in force this quarter: the value of every lever, None where its route is closed."""
        return {lever: self.rule(lever) for lever in LEVERS}

    def rule(self, lever: str) -> float | None:
        """Return the value of a lever in force on the first day of the quarter, None if its route is closed; KeyError if there is none."""
        spec: Scenario = self.model.spec
        value = spec.policy.value(lever, self.code, first_day(self.model.clock))
        return None if value == CLOSED else value

    @property
    def wage_offered(self) -> float:
        """Going monthly wage after feedback, yuan."""
        return float(self.figure("wage"))

    @property
    def rent(self) -> float:
        """Market rent after feedback, yuan per m² and month."""
        return float(self.figure("rent"))

    @property
    def grant_of_year(self) -> float:
        """Transfer that the government can spend this year, yuan."""
        return float(self.model.engine.grant[self.index])

    @property
    def grant_places(self) -> int:
        """School places added from transfers so far."""
        return self._sum("grant_places")

    @property
    def grant_homes(self) -> int:
        """Homes added from transfers so far."""
        return self._sum("grant_homes")


# What the data collector keeps. Nothing here is a lambda or a closure: a model can be pickled.


def _migrants(status: str, of: Figures) -> int:
    return of.migrants[status]


def _queue(waiting_for: str, of: Figures) -> int:
    return of.queue[waiting_for]


_MIGRANTS = {f"migrants_{status}": partial(_migrants, status) for status in STATUSES}

_OF_BOTH = ("resident_population", "urban_population", "urbanization_rate", "hukou_urbanization_rate", "settled")
_OF_REGION = ("arrivals", "departures", "permits_issued", "returns")
_OF_AREA = ("wage", "wage_offered", "rent")

MODEL_REPORTERS: dict[str, str | partial[int]] = {
    "date": "date",
    **{name: name for name in _OF_BOTH + _OF_REGION},
    **_MIGRANTS,
}
AREA_REPORTERS: dict[str, attrgetter[Any] | partial[int]] = {
    "area": attrgetter("code"),
    **{name: attrgetter(name) for name in _OF_BOTH + _OF_AREA},
    **_MIGRANTS,
    **{f"queue_{name}": partial(_queue, name) for name in QUEUES},
}


class MigrationModel(Figures, Model):
    """One draw and replicate of a scenario, from the census of 2010 to the end of the scenario's period.

    >>> import urbsim
    >>> model = urbsim.MigrationModel("zhejiang_2027", weight=2000)
    >>> model.step()
    >>> str(model.date), model.area("hangzhou_core").rule("settlement.quota") is None
    ('2011-03-31', True)
    >>> model.datacollector.get_model_vars_dataframe()["resident_population"].tolist()[1] == model.resident_population
    True

    `scenario` is a shipped name, a path or what `urbsim.load` returned; `draw` a member of the fitted ensemble (0: the best fit);
    `replicate` and `seed` choose the luck; `weight` is the number of households per row; `threads` change no bit. `urbsim.run` takes seed
    and weight from the scenario unless told otherwise: give the same to both when comparing.

    `spec` is the scenario with this seed and weight, `clock` the quarter (0: 2010 Q4, the census), `areas` the agents in the order of the
    region's areas, `engine` what does the work. A model always starts from the census, also where the scenario's own period starts later.

    Raises UserError with everything that cannot be.
    """

    def __init__(
        self, scenario: Scenario | str | Path, draw: int = 0, replicate: int = 0, seed: int = 0, weight: int = 100, threads: int = 1
    ) -> None:
        spec = _checked(scenario, draw, replicate, seed, weight, threads)
        super().__init__(rng=[seed, replicate, draw])  # for agents that others add: the engine has random numbers of its own
        self.spec = spec
        self.engine: Engine = open_engine(spec, draw=draw, replicate=replicate, seed=seed, weight=weight, threads=threads)
        self.areas = tuple(Area(self, a) for a in range(self.engine.areas))
        self.datacollector = DataCollector(model_reporters=MODEL_REPORTERS, agent_reporters=AREA_REPORTERS)
        self.datacollector.collect(self)

    @property
    def clock(self) -> int:
        """Index of the quarter just run; 0 is 2010 Q4, the census."""
        return self.engine.q

    @property
    def date(self) -> dt.date:
        """Last day of the quarter just run, as on the `time` axis of results."""
        return last_day(self.clock)

    def figure(self, name: str) -> npt.NDArray[Any]:
        """Return what the engine reports of all areas under `name`, summed."""
        return np.asarray(self.engine.frame[name].sum(axis=0))

    def area(self, name: str) -> Area:
        """Return the agent of an area by its code or another of its names; raise UserError if there is no such area."""
        table = self.spec.policy.areas
        found = table.find(name) or ()
        if len(found) != 1:
            raise UserError([Problem(unknown_area(name, table), hint=area_hint(name, table))])
        return self.areas[found[0]]

    def step(self) -> None:
        """Run one quarter; after the last of the period `running` is False, and a further step raises UserError."""
        last = self.spec.period.last_quarter
        if self.clock >= last:
            raise UserError.one(
                f"情景到 {last_day(last)} 结束，不能再往后运行", f"the scenario ends on {last_day(last)}: there is no further quarter"
            )
        self.engine.step()
        self.running = self.clock < last
        self.datacollector.collect(self)


def _checked(scenario: Scenario | str | Path, draw: int, replicate: int, seed: int, weight: int, threads: int) -> Scenario:
    """Return the scenario with this seed and weight; raise UserError with every number that cannot be."""
    spec = load(scenario) if isinstance(scenario, str | Path) else scenario
    problems: list[Problem] = []
    for name, zh, number, least in (("draw", "参数抽样", draw, 0), ("replicate", "重复", replicate, 0), ("threads", "线程数", threads, 1)):
        if not isinstance(number, int) or isinstance(number, bool) or number < least:
            problems.append(
                Problem(
                    Text(
                        zh=f"{zh}({name})应是不小于 {least} 的整数，给的是 {number!r}。",
                        en=f"{name} must be a whole number, at least {least}, found {number!r}.",
                    )
                )
            )
    try:
        spec = spec.with_run(seed=seed, weight=weight)
    except UserError as error:
        problems += error.problems
    if problems:
        raise UserError(problems)
    return spec
