"""Build the census state of 2010: households of rural origin and town-born cohorts that add up to the census, at any weight."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from urbsim.errors import UserError
from urbsim.population import registry
from urbsim.population.assumptions import ABSENT
from urbsim.population.columns import Rows, Tables, fill, make_tables
from urbsim.population.fit import FitRow, Tally, fit_table
from urbsim.population.ipf import Ints
from urbsim.population.plan import Plan, plan_of
from urbsim.population.registry import Columns
from urbsim.population.sampling import Drawn, draw
from urbsim.population.townborn import fit_town_born, town_born_by_class

if TYPE_CHECKING:
    from urbsim.regions import Region


@dataclass(frozen=True)
class Population:
    """Hold the people of the region at the end of 2010 (quarter 0).

    `households`: every column of the registry, N rows sorted by origin; each row stands for `weight` households. They are views into
    `rows`, which has room for those who come later; who takes the rows for a run leaves the columns to it. `town_born`: int64,
    A x part (village, town) x sex (male, female) x 101, persons by year of birth: index k is the birth year 2010 - k, so k is the age
    at the end of 2010; k = 100 holds everyone born in 1910 or before. `town_born_movers`: int64, A x 2, how many of the area's
    town-born the census counts as movers from the same area and from another area; `town_born_other_province`: int64, A, those
    registered in another province. `fit_table`: one dict per figure asked and got.
    """

    households: Columns
    town_born: Ints
    town_born_movers: Ints
    town_born_other_province: Ints
    fit_table: list[FitRow]
    weight: int
    rows: npt.NDArray[np.void]

    @property
    def size(self) -> int:
        """Return the number of household rows."""
        return int(self.households["id"].size)


def synthesise(region: Region, weight: int, seed: int, threads: int = 1) -> Population:
    """Synthesise the people of 2010 for a region; equal (region, weight, seed) give equal arrays, whatever the threads.

    Residents of every area and part equal the census exactly: members of rows x weight + town-born. Raise `UserError` if the weight is
    below one or too large for an area to hold whole households.
    """
    if weight < 1:
        raise _bad_weight(weight)
    plan = plan_of(region)
    drawn = draw(region, plan, weight, seed)
    tables = make_tables(region, plan)
    all_rows, households, tally = _fill_all(region, plan, drawn, tables, seed, threads)
    town_born = fit_town_born(region, plan, drawn, weight)
    movers = town_born_by_class(region, plan, town_born, tally.movers * weight)
    rows = fit_table(region, plan, drawn, tally, town_born, movers, weight)
    return Population(households, town_born, movers[:, :2], movers[:, 2], rows, weight, all_rows)


def _bad_weight(weight: int) -> UserError:
    return UserError.one(f"权重须为不小于1的整数，现为{weight}", f"the weight must be a whole number of at least 1, not {weight}")


def _origins(drawn: Drawn) -> Iterator[tuple[int, int, int]]:
    """Yield (origin, start, stop) of every origin that has rows; rows are sorted by origin."""
    edges = np.searchsorted(drawn.origin, np.arange(int(drawn.origin[-1]) + 2 if drawn.origin.size else 1))
    for origin in range(edges.size - 1):
        start, stop = int(edges[origin]), int(edges[origin + 1])
        if start < stop:
            yield origin, start, stop


def _fill_all(
    region: Region, plan: Plan, drawn: Drawn, tables: Tables, seed: int, threads: int
) -> tuple[npt.NDArray[np.void], Columns, Tally]:
    """Return rows, their columns and what is counted of them, filled origin by origin."""
    prefecture = np.asarray(region.prefecture_of, dtype=np.int64)
    tally = Tally.empty(prefecture.size, len(region.prefecture_codes))
    total, counting = drawn.template.size, Lock()
    all_rows = registry.empty_rows(total)
    households: Columns = {column.name: all_rows[column.name][:total] for column in registry.COLUMNS}

    def fill_one(origin: int, start: int, stop: int) -> None:
        place, kind = drawn.place[start:stop], drawn.kind[start:stop]
        home = np.where(kind == ABSENT, min(origin, prefecture.size - 1), place)
        rows = Rows(drawn.template[start:stop], place, drawn.part[start:stop], kind, prefecture[home], origin)
        columns = fill(rows, plan.pool, tables, seed)
        with counting:
            tally.add(plan, rows, columns)
        for name, values in columns.items():
            households[name][start:stop] = values

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(fill_one, *chunk) for chunk in _origins(drawn)]:
            done.result()
    return all_rows, households, tally
