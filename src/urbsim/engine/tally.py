"""What is counted of households: a page of figures for every area, kept by difference, from which every count of a quarter follows.

Persons stand by quarter of birth, so that nobody has to be touched for growing older: bands of age are read off when a quarter ends.
`stages.observe` takes a household off its pages and puts it on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.engine.state import IntArray

OLDEST_BIRTH = -436  # quarter; whoever was born before is counted with it: 109 years old at the start
BIRTHS = 512  # quarters of birth, from `OLDEST_BIRTH` on
FIRST_PUPIL, PUPIL_BIRTHS = -64, 160  # those born before are 16 and more at the start
FIRST_LEAVER, COHORTS = -212, 320  # quarters in which heads left school; see `stages.observe.put_work`
INDEX = 2.0**20  # steps of one in the sums of pay indices

# Where the figures of an area stand on its page (the last page is for everything outside the region).
PERSONS = 0  # part x (in place, migrant) x sex x BIRTHS
PUPILS = PERSONS + 8 * BIRTHS  # (local, migrant) x 8 place kinds x PUPIL_BIRTHS: all children
JOBLESS = PUPILS + 16 * PUPIL_BIRTHS  # BIRTHS: movers' heads without a job
HOMES = JOBLESS + BIRTHS  # poor x waiting x 8 states x 8 tenures: movers' households
MOVERS = HOMES + 256  # poor x (no resident, migrant) x 4 classes x 8 states: persons
WORKERS = MOVERS + 128  # 4 jobs x trained x injury x medical x insured: heads
STOCK = WORKERS + 64  # 256 origins: persons with the head, by where it lives
REGISTERS = STOCK + 256  # part x (village classed as town): persons
APART = REGISTERS + 4  # (village, village classed as town): persons registered in the village of a head who settled elsewhere
LEFT = APART + 2  # children, spouses, elders whose head lives away
QUEUE = LEFT + 3  # heads who wait to settle
ABSENT = QUEUE + 1  # (of the region, of other provinces): persons registered here and living outside
SLOTS = ABSENT + 2


class Tally(NamedTuple):
    """Hold what is counted, or one thread's part of it: parts add up, and each may be below nought."""

    pages: npt.NDArray[np.int32]  # (A + 1) x SLOTS
    pay: IntArray  # A x (self-employed, in the own town) x COHORTS: sums of pay indices of movers' heads with a job
    fertile: npt.NDArray[np.int32]  # 6 x BIRTHS: women by part; couples by part without a child, with one


def empty_tally(areas: int) -> Tally:
    """Return a tally of nobody."""
    return Tally(np.zeros((areas + 1, SLOTS), np.int32), np.zeros((areas, 4, COHORTS), np.int64), np.zeros((6, BIRTHS), np.int32))


def together(tallies: Sequence[Tally]) -> Tally:
    """Add the parts of a tally to the first one, leave the others empty, and return the first."""
    whole = tallies[0]
    for part in tallies[1:]:
        for name in Tally._fields:
            getattr(whole, name)[...] += getattr(part, name)
            getattr(part, name)[...] = 0
    return whole
