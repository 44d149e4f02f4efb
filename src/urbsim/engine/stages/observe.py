"""Stage 13: observe. A household is taken off the pages of the tally as it was and put on them as it is; who did not change is not touched.

Integers only, so that no order of rows or threads can change a result. `engine.tally` says what stands where on a page.
"""

from __future__ import annotations

import numpy as np

from urbsim.engine.compiled import inlined, kernel
from urbsim.engine.lanes import differences
from urbsim.engine.people import age_at, along
from urbsim.engine.stages.tallying import (
    group_of,
    lives_away,
    put_home,
    put_job,
    put_members,
    put_pupils,
    put_work,
    works,
)
from urbsim.engine.stages.work import WORK_FROM, WORK_TO, assistance, earnings, wage_factor
from urbsim.engine.state import HOUSEHOLD
from urbsim.engine.turns import take
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
OF_WORK = ("job", "insured", "cover")
OF_PAY = ("place", "mover", "head_birth", "child1_birth", "child2_birth", "trained", "schooling", "wage_residual")
WORDS = HOUSEHOLD.itemsize // 8  # a row of columns is compared and copied as so many words


def _mask(names: tuple[str, ...]) -> tuple[np.uint64, ...]:
    """Return the words of a row with all bits set that belong to columns `names`."""
    row = np.zeros(HOUSEHOLD.itemsize, np.uint8)
    for name in names:
        dtype, offset = HOUSEHOLD.fields[name][:2]  # type: ignore[index]  # it has fields
        row[offset : offset + dtype.itemsize] = 255
    return tuple(row.view(np.uint64))


_CHILD_AT_HOME = tuple(word & np.uint64(0x0101010101010101 * CHILD_AT_HOME) for word in _mask(OF_PUPILS))


def _with_children(names: tuple[str, ...]) -> tuple[np.uint64, ...]:
    """Return the words of `_mask` with the bits that say whether a child is left at home."""
    return tuple(word | left for word, left in zip(_mask(names), _CHILD_AT_HOME, strict=True))


ANY, PEOPLE, PUPILS, HOME, WORK, PAY = 1, 2, 4, 8, 16, 32
# Which parts of the tally differ between two rows of words, as these bits (0: the same household still). A child who comes or goes is a
# change of PEOPLE, another school place one of PUPILS; what a head's pay depends on is PAY, another job or scheme WORK.
changes = differences((
    [np.uint64(2**64 - 1)] * WORDS, _with_children(OF_PEOPLE), _mask(OF_PUPILS), _mask(OF_HOME), _mask(OF_WORK), _with_children(OF_PAY),
))  # fmt: skip


@inlined
def _post_work(t, old, new, what, before, now, p, norm):
    """Bring the tally from the work of `old` to that of `new`; pay is left alone where it is the same."""
    same_pay = not what & PAY and (old.job == JOB_SELF_EMPLOYED) == (new.job == JOB_SELF_EMPLOYED)
    if same_pay and works(old, before) and works(new, now):
        put_job(t, old, -1)
        put_job(t, new, 1)
    else:
        put_work(t, old, before, p, norm, -1)
        put_work(t, new, now, p, norm, 1)


@inlined
def post(t, old, new, what, before, now, areas, p, norm):
    """Bring the tally from household `old` as of quarter `before` to `new` as of `now`; `what` differs (`changes`)."""
    if what & PEOPLE or group_of(old) != group_of(new):
        for side in range(2):  # a loop, so that what is compiled into it stands there once
            put_members(t, new if side else old, areas, 2 * side - 1)
    else:
        if what & PUPILS and group_of(new):  # the others' learn the same whatever is noted of them
            for side in range(2):
                put_pupils(t, new if side else old, areas, 2 * side - 1)
        if what & HOME:
            main = along(old)
            put_home(t, old, main, -1)
            put_home(t, new, main, 1)
    if what & (WORK | PAY) or works(old, before) != works(new, now):
        _post_work(t, old, new, what, before, now, p, norm)


@kernel
def assist(h, turns, q, p, rules, wage, norm, sums):
    """Add by area what assistance adds to the incomes of movers' heads of working age, yuan a month, where there is a floor (W10)."""
    chunk = take(turns)
    while chunk >= 0:
        _assist_rows(h, turns.edges[chunk], turns.edges[chunk + 1], q, p, rules, wage, norm, sums)
        chunk = take(turns)


@kernel
def _assist_rows(h, lo, hi, q, p, rules, wage, norm, sums):
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
