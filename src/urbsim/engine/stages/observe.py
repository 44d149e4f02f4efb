"""Stage 13: count. Integers only, so that no order of rows or threads can change a result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.clock import NO_DATE
from urbsim.engine.compiled import inlined, kernel
from urbsim.engine.people import age_at, census_class, elders_of, home_place
from urbsim.engine.stages.work import WORK_FROM, WORK_TO, assistance, earnings, wage_factor
from urbsim.engine.state import BAND_EDGES, BANDS, IntArray, add_up
from urbsim.population.registry import (
    CHILD_AT_HOME,
    CHILD_GIRL,
    CHILD_PLACE_SHIFT,
    COVER_INJURY,
    COVER_MEDICAL,
    ELDER1_FEMALE,
    ELDER2_FEMALE,
    ELDERS_AT_HOME,
    GONE,
    JOB_FORMAL,
    JOB_INFORMAL,
    JOB_NONE,
    JOB_SELF_EMPLOYED,
    KIN_ALL,
    KIN_FAMILY,
    MOVER_IN_PLACE,
    OUTSIDE,
    PLACE_APPLIED,
    PLACE_AT_HOME,
    PLACE_FEE_PAYING,
    PLACE_PUBLIC,
    SPOUSE_AT_HOME,
    SPOUSE_NONE,
    STATUS_ABSENT,
    STATUS_PERMIT,
    STATUS_SETTLED,
    STATUS_UNREGISTERED,
    TENURE_MARKET_RENT,
    TENURES,
)

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


AGE_GROUPS = 18
OLDEST = 100
NO_WORKER = 4  # after the four kinds of job
_NOBODY = 0x3800  # three bits that a member's number passes through


def _codes() -> npt.NDArray[np.uint16]:
    """Return what an age tells, by quarters since birth plus `NO_DATE`: band, five-year group, stage of school; below that nobody.

    Bits 0-3 band, 4-8 group, 9-10 stage (2: none), 11-13 set for nobody, who was born in a quarter that never comes.
    """
    lived = np.arange(2**16 + 256) - NO_DATE
    age = np.minimum(lived // 4, OLDEST)
    band = np.searchsorted(np.array(BAND_EDGES), age, side="right")
    group = np.minimum(age // 5, AGE_GROUPS - 1)
    stage = np.where((age >= 6) & (age <= 11), 0, np.where((age >= 12) & (age <= 14), 1, 2))
    return np.where(lived < 0, BANDS | AGE_GROUPS << 4 | 2 << 9 | _NOBODY, band | group << 4 | stage << 9).astype(np.uint16)


CODE_AT = _codes()


def _kinds() -> npt.NDArray[np.uint8]:
    """Return (local, migrant) x 32: how a pupil learns, by the child's bits."""
    table = np.zeros((2, 32), dtype=np.uint8)
    for bits in range(32):
        kind = bits >> CHILD_PLACE_SHIFT
        home = bits & CHILD_AT_HOME > 0
        table[0, bits] = PLACE_AT_HOME if home else PLACE_PUBLIC
        table[1, bits] = PLACE_AT_HOME if home else PLACE_FEE_PAYING if kind in (0, PLACE_APPLIED) else kind
    return table.reshape(-1)


KIND_OF = _kinds()


@inlined
def _code(birth, q):
    return np.int64(CODE_AT[np.uint64(np.int64(q) - np.int64(birth) + NO_DATE)])


@inlined
def _band(code, member):
    return (code & 15) + (code >> 11 & member)


@inlined
def _group(code, member):
    return (code >> 4 & 31) + (code >> 11 & member)


@inlined
def _register(c, r, area, persons, village_counts, areas, t):
    """Count the registered population: those with the head at the register, those of the others who settled there too, the rest at home."""
    if r.register_part == 1 and r.kin_settled != KIN_ALL and area < areas:
        elsewhere = elders_of(r) if r.kin_settled == KIN_FAMILY else persons - 1
        persons -= elsewhere
        if elsewhere and r.origin < areas:
            c[r.origin].hukou += elsewhere
            if village_counts and r.register_in_town:
                c[r.origin].hukou_urban += elsewhere
    in_town = np.int64(r.register_in_town) & (1 if area == np.int64(r.origin) else 0)
    t.registers[np.uint64((area * 2 + np.int64(r.register_part)) * 2 + in_town)] += persons


@inlined
def _members(r, q, here, there, group, ages, t):
    """Count the members of household `r` where they are official residents: along with the head (`here`), or at home (`there`).

    Both are the first bin of (area, part, migrant) in `Tally.persons`. Return how many children, spouses, elders stay at home and how many
    persons there are.
    """
    head, spouse = _code(r.head_birth, q), _code(r.spouse_birth, q)
    spouse_home = 1 if r.spouse == SPOUSE_AT_HOME else 0
    spouse_at = there if spouse_home else here
    t.persons[np.uint64(here + _band(head, 0))] += 1
    t.persons[np.uint64(spouse_at + _band(spouse, 1))] += 1
    persons = 1 + (1 if r.spouse != SPOUSE_NONE else 0)
    children = elders = np.int64(0)
    one_at = two_at = elders_at = here
    one = two = first = second = NOBODY_CODE
    if r.child1_birth != NO_DATE or r.child2_birth != NO_DATE:
        bits, more = np.int64(r.child1), np.int64(r.child2)
        one, two = _code(r.child1_birth, q), _code(r.child2_birth, q)
        one_at, two_at = there if bits & CHILD_AT_HOME else here, there if more & CHILD_AT_HOME else here
        t.persons[np.uint64(one_at + _band(one, 2))] += 1
        t.persons[np.uint64(two_at + _band(two, 3))] += 1
        stage, other = one >> 9 & 3, two >> 9 & 3
        t.pupils[np.uint64((one_at & PAGE) + (stage * 2 + group) * 8 + np.int64(KIND_OF[group * 32 + (bits & 31)]))] += 1
        t.pupils[np.uint64((two_at & PAGE) + ((other | other >> 1) * 2 + group) * 8 + np.int64(KIND_OF[group * 32 + (more & 31)]))] += 1
        there_one, there_two = 1 if r.child1_birth != NO_DATE else 0, 1 if r.child2_birth != NO_DATE else 0
        persons += there_one + there_two
        children = (there_one & bits >> 1) + (there_two & more >> 1)
    if r.elder1_birth != NO_DATE or r.elder2_birth != NO_DATE:
        first, second = _code(r.elder1_birth, q), _code(r.elder2_birth, q)
        away = np.int64(r.elders) & ELDERS_AT_HOME
        elders_at = there if away else here
        t.persons[np.uint64(elders_at + _band(first, 4))] += 1
        t.persons[np.uint64(elders_at + _band(second, 5))] += 1
        parents = (1 if r.elder1_birth != NO_DATE else 0) + (1 if r.elder2_birth != NO_DATE else 0)
        persons += parents
        elders = np.int64(parents if away else 0)
    if ages:
        sex = np.int64(r.head_sex)
        t.ages[np.uint64((here & PAGE) + sex * 32 + _group(head, 0))] += 1
        t.ages[np.uint64((spouse_at & PAGE) + (1 - sex) * 32 + _group(spouse, 1))] += 1
        t.ages[np.uint64((one_at & PAGE) + (np.int64(r.child1) & CHILD_GIRL) * 32 + _group(one, 2))] += 1
        t.ages[np.uint64((two_at & PAGE) + (np.int64(r.child2) & CHILD_GIRL) * 32 + _group(two, 3))] += 1
        t.ages[np.uint64((elders_at & PAGE) + (32 if r.elders & ELDER1_FEMALE else 0) + _group(first, 4))] += 1
        t.ages[np.uint64((elders_at & PAGE) + (32 if r.elders & ELDER2_FEMALE else 0) + _group(second, 5))] += 1
    return children, spouse_home, elders, persons


NOBODY_CODE = int(CODE_AT[0])
PAGE = ~63  # persons, ages and pupils have 64 bins an area
assert NO_DATE == 2**15 - 1
assert CHILD_AT_HOME == 2


@inlined
def _work(page, r, q, p, rule, wage, norm):
    """Add the pay of a head of working age with the levers on it, and what assistance adds."""
    if r.job == JOB_NONE:
        if rule.income_floor > 0.0:
            page.assistance += int(assistance(r, wage * wage_factor(r, q, p, norm) * p.jobless_income, rule) + 0.5)
        return
    earned = earnings(r, q, p, wage, norm, rule)
    page.wage_sum += int(earned + 0.5)
    if rule.income_floor > 0.0:
        page.assistance += int(assistance(r, earned, rule) + 0.5)


@inlined
def _mover(r, q, p, place, main, migrant, rule, wage, norm, c, t):
    """Count a household that lives away from its village, inside the region."""
    poor, status = np.int64(r.poor), np.int64(r.status)
    waits = 1 if r.homes_since != NO_DATE else 0
    t.homes[np.uint64((((place * 2 + poor) * 2 + waits) * 8 + status) * 8 + np.int64(r.tenure))] += 1
    t.movers[np.uint64((((place * 2 + poor) * 2 + migrant) * 4 + census_class(r)) * 8 + status)] += main
    if r.queue_since != NO_DATE:
        c[place].queue[0] += 1
    age = age_at(r.head_birth, q)
    cover = np.int64(r.cover)
    schemes = np.int64(r.insured) | (cover & COVER_MEDICAL) << 1 | (cover & COVER_INJURY) << 1 | np.int64(r.trained) << 3
    job = np.int64(NO_WORKER)
    if WORK_FROM <= age <= WORK_TO:
        job = np.int64(r.job)
        _work(c[place], r, q, p, rule, wage, norm)
    t.jobs[np.uint64((place * 8 + job) * 32 + schemes + (16 if r.arrived == q else 0))] += 1


@kernel
def count(h, lo, hi, q, p, areas, rules, wage, norm, village_counts, ages, t):
    """Add rows `lo`..`hi` to the tally `t`.

    Bins are numbered without signs, which spares the test for numbers that count from the end.
    `village_counts`: from 2016 rural registers in villages classed as town count as urban hukou. `ages`: count five-year groups too.
    """
    c, stock = t.area, t.stock
    for i in range(lo, hi):
        r = h[i]
        place, area = np.int64(r.place), np.int64(r.resident_area)
        if place == GONE:
            continue
        out = place == OUTSIDE
        away = not out and r.mover != MOVER_IN_PLACE
        migrant = 1 if away and area == place else 0
        group = 1 if away and (r.status == STATUS_UNREGISTERED or r.status == STATUS_PERMIT) else 0
        home = np.int64(home_place(r, areas))
        here = ((min(area, areas) * 2 + np.int64(r.resident_part)) * 2 + migrant) * 16
        there = (min(home, areas) * 2 + np.int64(r.register_in_town)) * 32
        children, spouses, elders, persons = _members(r, q, here, there, group, ages, t)
        left = children + spouses + elders
        main = persons - left
        if left and home != OUTSIDE:
            c[home].left_behind[0] += children
            c[home].left_behind[1] += spouses
            c[home].left_behind[2] += elders
        _register(c, r, np.int64(r.register), persons, village_counts, areas, t)
        stock[np.uint64(r.origin), np.uint64(areas if out else place)] += main
        if away:
            _mover(r, q, p, place, main, migrant, rules[place], wage[place], norm, c, t)
        elif out and area == OUTSIDE and r.register < areas:
            c[r.register].migrants[STATUS_ABSENT, 1 if r.origin < areas else 2] += main
