"""What a count adds to, and the figures read from it: histograms of joint codes, from which every count of a quarter follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.engine.state import BANDS, IntArray, add_up
from urbsim.population.registry import (
    JOB_FORMAL,
    JOB_INFORMAL,
    JOB_NONE,
    JOB_SELF_EMPLOYED,
    PLACE_AT_HOME,
    STATUS_PERMIT,
    STATUS_SETTLED,
    TENURE_MARKET_RENT,
    TENURES,
)

AGE_GROUPS = 18
NO_WORKER = 4  # after the four kinds of job

COUNT = np.dtype(
    [
        ("residents", np.int64, (2,)),  # by part
        ("migrants", np.int64, (5, 3)),  # status x origin
        ("movers", np.int64, (3,)),  # by origin, residents or not yet
        ("left_behind", np.int64, (3,)),  # children, spouses, elders whose head lives away, where they live
        ("agents_in_place", np.int64, (2,)),
        ("persons_band", np.int64, (2, 10)),  # group x band
        ("persons_age5", np.int64, (2, 18)),  # sex x group
        ("pupils", np.int64, (2, 2, 5)),  # stage x (local, migrant) x place kind
        ("households_tenure", np.int64, (7,)),
        ("queue", np.int64, (3,)),
        ("homes_occupied", np.int64, (2,)),
        ("hukou", np.int64),
        ("hukou_urban", np.int64),
        ("workers", np.int64),
        ("untrained", np.int64),
        ("insured", np.int64),
        ("medical", np.int64),
        ("injury", np.int64),
        ("formal", np.int64),
        ("formal_arrived", np.int64),  # came this quarter
        ("informal", np.int64),
        ("jobless", np.int64),
        ("assistance", np.int64),  # yuan a month
        ("wage_sum", np.int64),  # yuan
        ("registered_permit_holders", np.int64),
        ("poor", np.int64),  # persons of registered poor mover households
        ("flexible", np.int64),  # self-employed and informal workers
        ("tenants_helped", np.int64),  # households in market rental that a rent subsidy would reach
    ]
)


Bins = npt.NDArray[np.int32]


class Counts(NamedTuple):
    """Hold the counts of one quarter in rows' members (times the weight later)."""

    area: npt.NDArray[np.void]  # A records of COUNT
    stock: IntArray  # origins x (A + 1): persons with the head by origin and place (last: outside)


class Tally(NamedTuple):
    """Hold a count under way: flat histograms of joint codes, from which `counts_of` reads every figure.

    One household adds to few bins, whoever it is, and a processor that need not guess counts twice as fast. Nobody (a member who is not
    there) has a bin for each member, so that no bin waits for itself; the last area is a bin for everything outside the region.
    """

    area: npt.NDArray[np.void]  # A records of COUNT: those left behind, wages, assistance, the kin of settled heads
    stock: IntArray
    persons: Bins  # (A + 1) x part x (in place, migrant) x 16 bands, nobody from `BANDS` on
    ages: Bins  # (A + 1) x sex x 32 five-year groups, nobody from `AGE_GROUPS` on
    pupils: Bins  # (A + 1) x 4 stages x (local, migrant) x 8 place kinds, no pupils from stage 2 on
    registers: Bins  # 256 registers x part x (village classed as town), persons
    homes: Bins  # A x poor x waiting x 8 states x 8 tenures, households
    movers: Bins  # A x poor x (no resident, migrant) x 4 classes x 8 states, persons
    jobs: Bins  # A x 8 jobs (`NO_WORKER`: not of working age) x came now x trained x injury x medical x insured, households


def empty_tally(areas: int, blocks: int) -> Tally:
    """Return a tally of nobody."""

    def bins(n: int) -> Bins:
        return np.zeros(n, dtype=np.int32)

    return Tally(
        np.zeros(areas, dtype=COUNT), np.zeros((areas + blocks, areas + 1), dtype=np.int64), bins((areas + 1) * 64), bins((areas + 1) * 64),
        bins((areas + 1) * 64), bins(256 * 4), bins(areas * 256), bins(areas * 128), bins(areas * 256),
    )  # fmt: skip


def counts_of(tallies: Sequence[Tally], village_counts: bool) -> Counts:
    """Return the counts that several tallies add up to.

    `village_counts`: from 2016 rural registers in villages classed as town count as urban hukou.
    """
    areas = tallies[0].area.size
    area = np.zeros(areas, dtype=COUNT)
    for tally in tallies:
        add_up(area, tally.area)
    stock, persons, ages, pupils, registers, homes, movers, jobs = (
        sum((getattr(t, name) for t in tallies[1:]), getattr(tallies[0], name).astype(np.int64)) for name in Tally._fields[1:]
    )
    persons = persons.reshape(-1, 2, 2, 16)[:-1, ..., :BANDS]
    area["residents"] = persons.sum(axis=(2, 3))
    area["agents_in_place"] = persons[:, :, 0].sum(axis=2)
    area["persons_band"][:, 0] = persons.sum(axis=(1, 2))
    area["persons_band"][:, 1] = persons[:, :, 1].sum(axis=1)
    area["persons_age5"] = ages.reshape(-1, 2, 32)[:-1, :, :AGE_GROUPS]
    area["pupils"] = pupils.reshape(-1, 4, 2, 8)[:-1, :2, :, : PLACE_AT_HOME + 1]
    registers = registers.reshape(256, 2, 2)[:areas]
    area["hukou"] += registers.sum(axis=(1, 2))
    area["hukou_urban"] += registers[:, 1].sum(axis=1)
    if village_counts:
        area["hukou_urban"] += registers[:, 0, 1]
    _add_households(area, homes.reshape(-1, 2, 2, 8, 8), movers.reshape(-1, 2, 2, 4, 8))
    _add_workers(area, jobs.reshape(-1, 8, 2, 2, 2, 2, 2))
    return Counts(area, stock)


def _add_households(area: npt.NDArray[np.void], homes: IntArray, movers: IntArray) -> None:
    """Add what movers' households and persons tell, from their joint codes (axes: `Tally`)."""
    area["households_tenure"] = homes.sum(axis=(1, 2, 3))[:, :TENURES]
    area["homes_occupied"] = area["households_tenure"][:, 2:4]
    waiting = homes[:, :, 1].sum(axis=(1, 3))  # by status
    entitled = waiting[:, STATUS_PERMIT] + waiting[:, STATUS_SETTLED]
    area["queue"][:, 1], area["queue"][:, 2] = waiting.sum(axis=1) - entitled, entitled
    tenants = homes[..., TENURE_MARKET_RENT].sum(axis=2)  # area x poor x status
    helped = tenants[:, 0, STATUS_PERMIT] + tenants[:, 0, STATUS_SETTLED]
    area["tenants_helped"] = tenants[:, 1].sum(axis=1) + helped
    area["movers"] = movers.sum(axis=(1, 2, 4))[:, :3]
    area["migrants"] += movers[:, :, 1].sum(axis=1)[:, :3, :5].swapaxes(1, 2)
    area["poor"] = movers[:, 1].sum(axis=(1, 2, 3))
    area["registered_permit_holders"] = movers[..., STATUS_PERMIT].sum(axis=(1, 2, 3))


def _add_workers(area: npt.NDArray[np.void], jobs: IntArray) -> None:
    """Add what heads of working age tell (axes: `Tally`)."""
    working = jobs[:, JOB_FORMAL:NO_WORKER].sum(axis=1)  # area x came now x trained x injury x medical x insured
    area["jobless"] = jobs[:, JOB_NONE].sum(axis=(1, 2, 3, 4, 5))
    area["workers"] = working.sum(axis=(1, 2, 3, 4, 5))
    area["untrained"] = working[:, :, 0].sum(axis=(1, 2, 3, 4))
    area["injury"] = working[:, :, :, 1].sum(axis=(1, 2, 3, 4))
    area["medical"] = working[..., 1, :].sum(axis=(1, 2, 3, 4))
    area["insured"] = working[..., 1].sum(axis=(1, 2, 3, 4))
    area["formal"] = jobs[:, JOB_FORMAL].sum(axis=(1, 2, 3, 4, 5))
    area["formal_arrived"] = jobs[:, JOB_FORMAL, 1].sum(axis=(1, 2, 3, 4))
    area["informal"] = jobs[:, JOB_INFORMAL].sum(axis=(1, 2, 3, 4, 5))
    area["flexible"] = area["informal"] + jobs[:, JOB_SELF_EMPLOYED].sum(axis=(1, 2, 3, 4, 5))
