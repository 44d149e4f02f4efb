"""Stage 13: observe. A household is taken off the pages of the tally as it was and put on them as it is; who did not change is not touched.

Integers only, so that no order of rows or threads can change a result. `engine.tally` says what stands where on a page.
"""

from __future__ import annotations

import numpy as np

from urbsim.engine.compiled import kernel
from urbsim.engine.people import age_at, along
from urbsim.engine.stages.tallying import group_of, lives_away, put, put_home, put_job, put_pupils, put_work, works
from urbsim.engine.stages.work import WORK_FROM, WORK_TO, assistance, earnings, wage_factor
from urbsim.engine.state import HOUSEHOLD
from urbsim.population.registry import (
    CHILD_AT_HOME,
    JOB_NONE,
    JOB_SELF_EMPLOYED,
)

# What each part of the tally reads of a household, so that a change of another column leaves it alone.
OF_PEOPLE = (
    "place", "mover", "register", "register_part", "register_in_town", "kin_settled", "resident_area", "resident_part",
    "head_birth", "head_sex", "spouse", "spouse_birth", "child1_birth", "child2_birth", "elder1_birth", "elder2_birth", "elders",
)  # fmt: skip
OF_PUPILS = ("child1", "child2")
OF_HOME = ("status", "tenure", "poor", "homes_since", "queue_since")
OF_WORK = ("job", "insured", "cover", "trained", "schooling", "wage_residual")
WORDS = HOUSEHOLD.itemsize // 8  # a row of columns is compared and copied as so many words


def _mask(names: tuple[str, ...]) -> tuple[np.uint64, ...]:
    """Return the words of a row with all bits set that belong to columns `names`."""
    row = np.zeros(HOUSEHOLD.itemsize, np.uint8)
    for name in names:
        dtype, offset = HOUSEHOLD.fields[name][:2]  # type: ignore[index]  # it has fields
        row[offset : offset + dtype.itemsize] = 255
    return tuple(row.view(np.uint64))


_PEOPLE, _PUPILS, _HOME, _WORK = _mask(OF_PEOPLE), _mask(OF_PUPILS), _mask(OF_HOME), _mask(OF_WORK)
_AT_HOME = tuple(word & np.uint64(0x0101010101010101 * CHILD_AT_HOME) for word in _PUPILS)
ANY, PEOPLE, PUPILS, HOME, WORK = 1, 2, 4, 8, 16


@kernel
def changes(old, new):
    """Return which parts of the tally differ between two rows of words (bits ANY, PEOPLE, ...; 0: the same household still).

    A child who comes or goes is a change of PEOPLE, another school place one of PUPILS.
    """
    every = people = pupils = home = work = np.uint64(0)
    for j in range(WORDS):
        change = old[j] ^ new[j]
        every |= change
        people |= change & (_PEOPLE[j] | _AT_HOME[j])
        pupils |= change & _PUPILS[j]
        home |= change & _HOME[j]
        work |= change & _WORK[j]
    nought = np.uint64(0)
    what = (every != nought) * ANY | (people != nought) * PEOPLE | (pupils != nought) * PUPILS
    return what | (home != nought) * HOME | (work != nought) * WORK


@kernel
def _post_work(t, old, new, before, now, p, norm):
    """Bring the tally from the work of `old` to that of `new`, the same people; pay is left alone where it is the same."""
    works_on = works(old, before) and works(new, now)
    if works_on and (old.job == JOB_SELF_EMPLOYED) == (new.job == JOB_SELF_EMPLOYED) and old.trained == new.trained:
        put_job(t, old, -1)
        put_job(t, new, 1)
    else:
        put_work(t, old, before, p, norm, -1)
        put_work(t, new, now, p, norm, 1)


@kernel
def post(t, old, new, what, before, now, areas, p, norm):
    """Bring the tally from household `old` as of quarter `before` to `new` as of `now`; `what` differs (`changes`)."""
    if what & PEOPLE or group_of(old) != group_of(new):
        put(t, old, before, areas, p, norm, -1)
        put(t, new, now, areas, p, norm, 1)
        return
    if what & PUPILS and group_of(new):  # the others' learn the same whatever is noted of them
        put_pupils(t, old, areas, -1)
        put_pupils(t, new, areas, 1)
    if what & HOME:
        main = along(old)
        put_home(t, old, main, -1)
        put_home(t, new, main, 1)
    if what & WORK or works(old, before) != works(new, now):
        _post_work(t, old, new, before, now, p, norm)


@kernel
def assist(h, lo, hi, q, p, rules, wage, norm, sums):
    """Add by area what assistance adds to the incomes of movers' heads of working age, yuan a month, where there is a floor (W10)."""
    for i in range(lo, hi):
        r = h[i]
        if not lives_away(r) or rules[r.place].income_floor <= 0.0:
            continue
        age, rule = age_at(r.head_birth, q), rules[r.place]
        if age < WORK_FROM or age > WORK_TO:
            continue
        if r.job == JOB_NONE:
            earned = wage[r.place] * wage_factor(r, q, p, norm) * p.jobless_income
        else:
            earned = earnings(r, q, p, wage[r.place], norm, rule)
        sums[r.place] += int(assistance(r, earned, rule) + 0.5)
