"""Stage 2, continued: single heads of one area marry, and the woman's household joins the man's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.compiled import kernel
from urbsim.engine.people import age_at, book_mover, book_residence
from urbsim.engine.state import EVENT_LIFE, FloatArray, IntArray
from urbsim.population.registry import GONE, OUTSIDE, SPOUSE_ALONG, SPOUSE_NONE


@kernel
def suitors(h, lo, hi, luck, q, key, by_age, rows, sexes, sort_key):
    """List single heads who look for a partner this quarter; return how many.

    `by_age` is four quarterly chances for ages 20-24, 25-29, 30-34, 35-44. Only heads without children, and women without elders of
    their own, look. `sort_key` orders a list by area of residence and then by age with a random tie of up to three years.
    """
    n = 0
    most = rng.most_byte(max(max(by_age[0], by_age[1]), max(by_age[2], by_age[3])))
    for i in range(lo, hi):
        byte = rng.byte_at(luck, i - lo, rng.MARRY_BYTE)
        if byte > most:
            continue  # above the chance of anyone
        r = h[i]
        if r.place == GONE or r.spouse != SPOUSE_NONE or r.place == OUTSIDE or r.resident_area == OUTSIDE:
            continue
        if r.child1_birth != NO_DATE or r.child2_birth != NO_DATE:
            continue
        female = r.head_sex == 1
        if female and (r.elder1_birth != NO_DATE or r.elder2_birth != NO_DATE):
            continue
        age = age_at(r.head_birth, q) + (2 if female else 0)
        if age < 20 or age > 44:
            continue
        step = min((age - 20) // 5, 3)
        if byte > rng.most_byte(by_age[step]):
            continue
        u, v, _, _ = rng.draw4_known(key, rng.MARRY, r.id, q, 0, luck, i - lo)
        if u < by_age[step]:
            rows[n] = i
            sexes[n] = r.head_sex
            offset = -8 if female else 0
            sort_key[n] = np.float64(r.resident_area) * 4096.0 + (q - r.head_birth - offset) + 12.0 * v
            n += 1
    return n


@kernel
def wed(h, men, women, areas, accounts, event):
    """Marry the k-th man of each area to its k-th woman (both lists ordered by area, then age); return the number of weddings.

    The woman's household ends and she joins his; if she lived in another part of the area, her move is booked. Her register follows his.
    """
    a = b = n = 0
    while a < men.size and b < women.size:
        r, bride = h[men[a]], h[women[b]]
        if r.resident_area < bride.resident_area:
            a += 1
        elif r.resident_area > bride.resident_area:
            b += 1
        else:
            of_region = bride.register < areas
            book_residence(accounts, 1, bride.resident_area, bride.resident_part, r.resident_area, r.resident_part, of_region)
            book_mover(accounts, bride, -1)
            book_mover(accounts, r, 1)
            r.spouse = SPOUSE_ALONG
            r.spouse_birth = bride.head_birth
            bride.place = GONE
            bride.resident_area = GONE
            event[men[a]] |= EVENT_LIFE
            a += 1
            b += 1
            n += 1
    return n


def pair_up(identity: npt.NDArray[np.uint64], rows: IntArray, sexes: npt.NDArray[np.uint8], keys: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the rows of men and of women who marry, each ordered by `keys` (area, then age), ties by identity."""
    order = np.argsort(keys)
    if (np.diff(keys[order]) == 0.0).any():  # hardly ever: half the time of sorting by both
        order = np.lexsort((identity[rows], keys))
    rows, sexes = rows[order], sexes[order]
    return rows[sexes == 0], rows[sexes == 1]
