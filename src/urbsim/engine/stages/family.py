"""Who of a family lives with the head and who stays at home (part of stage 6).

Each member has a frozen latent, drawn once; the member is along while the logit of behaviour.md 5.4 exceeds it. So longer stays and more
school places reunite families, one family in the same order in every scenario.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from urbsim.clock import NO_DATE
from urbsim.engine.compiled import inlined, kernel
from urbsim.engine.people import age_at, book_mover, book_residence, home_place
from urbsim.engine.stages.later_schools import later_school
from urbsim.policy import health as health_rule
from urbsim.population.registry import (
    CHILD_AT_HOME,
    CHILD_GIRL,
    ELDERS_AT_HOME,
    OUTSIDE,
    SPOUSE_ALONG,
    SPOUSE_AT_HOME,
    SPOUSE_NONE,
)

AT_HOME, OWN_TOWN, AWAY = 0, 1, 2
bills_of_poor = kernel(health_rule.bills_of_poor)


def _log_odds() -> npt.NDArray[np.float64]:
    """Return the log odds of k/256, k from 0 to 256."""
    share = np.arange(257) / 256.0
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(share) - np.log(1.0 - share), np.float64)


LOG_ODDS = _log_odds()
MARGIN = 1e-6  # of the test that spares work, for rounding


@inlined
def exceeds(u, x):
    """Tell whether the uniform `u` exceeds the logistic function of `x`, by the exponential only where the first byte leaves it open."""
    byte = int(u * 256.0)
    if x < LOG_ODDS[byte] - MARGIN:
        return True
    if x > LOG_ODDS[byte + 1] + MARGIN:
        return False
    return u > 1.0 / (1.0 + math.exp(-x))


@kernel
def child_utility(p, both, years, log_km, seat, settled_bills, girl, age, aid, pull):
    """Return the utility of having a child along away from home: the log odds that it lives with the parents.

    `both`: both parents are away; `years` at the place; `log_km`: ln(km + 1) from home; `seat`: chance of a public place;
    `settled_bills`: share of hospital bills settled directly; girls of grades 7 to 9 (12 to 14) bear closed seats (c6); `aid`: share of
    the cost of schooling that aid bears (lever school.aid_poor). Source: behaviour.md 5.4, child equation; the effect of aid is an
    assumption.
    `pull` is what levers on nurseries, kindergartens, upper secondary schools and exams add, by band of age (`later_schools`).
    """
    x = p.c0 + p.c1 * both + p.c2 * min(years, 10) - p.c3 * log_km + p.c5 * settled_bills
    if age >= 6:
        x += p.c4 * seat + p.aid_child * aid
    else:
        x += p.c4
    if girl and 12 <= age <= 14:
        x -= p.c6 * (1.0 - seat)
    return x + later_school(pull, age)


@kernel
def aided(r, bills, rule):
    """Return what registered poor have of aid where they live: (share of bills not to be advanced, share of schooling paid)."""
    return bills_of_poor(bills, r.poor, rule.care_aid_poor), rule.aid_poor * r.poor


@kernel
def _book_member(r, areas, accounts, joins):
    """Book one member's way between home and where the head's household is resident."""
    home, side = home_place(r, areas), r.register_in_town
    of_region = r.register < areas
    book_mover(accounts, r, 1 if joins else -1)
    if joins:
        book_residence(accounts, 1, home, side, r.resident_area, r.resident_part, of_region)
    else:
        book_residence(accounts, 1, r.resident_area, r.resident_part, home, side, of_region)


@kernel
def _place_child(r, bits, stays, areas, accounts):
    """Return a child's bits after the decision; a child who comes or goes loses its school place."""
    was_home = bits & CHILD_AT_HOME > 0
    if stays and not was_home:
        _book_member(r, areas, accounts, False)
        return (bits & CHILD_GIRL) | CHILD_AT_HOME
    if not stays and was_home:
        _book_member(r, areas, accounts, True)
        return bits & CHILD_GIRL
    return bits


@kernel
def arrange_family(r, luck, q, p, areas, where, log_km, seat, bills, aid, pull, accounts):
    """Decide for every member of household `i` whether to live along, given that the head lives at `where` (AT_HOME, OWN_TOWN, AWAY).

    `luck` are the four latents of spouse, children and elders (stream FAMILY, drawn once), `bills` and `aid` as `aided` gives them, `pull`
    as in `child_utility`.
    """
    u0, u1, u2, u3 = luck
    years = max(0, (q - r.arrived) // 4)
    if r.spouse != SPOUSE_NONE:
        far = p.s_far if r.origin >= areas or r.place == OUTSIDE else 0.0
        stays = where == AWAY and exceeds(u0, p.s0 + far + p.c2 * min(years, 10) + p.c5_s * bills)
        if stays and r.spouse == SPOUSE_ALONG:
            r.spouse = SPOUSE_AT_HOME
            _book_member(r, areas, accounts, False)
        elif not stays and r.spouse == SPOUSE_AT_HOME:
            r.spouse = SPOUSE_ALONG
            _book_member(r, areas, accounts, True)
    both = 1.0 if r.spouse != SPOUSE_AT_HOME else 0.0
    if r.child1_birth != NO_DATE:
        age = age_at(r.child1_birth, q)
        girl = r.child1 & CHILD_GIRL
        stays = where != AT_HOME and exceeds(u1, child_utility(p, both, years, log_km, seat, bills, girl, age, aid, pull))
        r.child1 = _place_child(r, r.child1, stays, areas, accounts)
    if r.child2_birth != NO_DATE:
        age = age_at(r.child2_birth, q)
        girl = r.child2 & CHILD_GIRL
        stays = where != AT_HOME and exceeds(u2, child_utility(p, both, years, log_km, seat, bills, girl, age, aid, pull))
        r.child2 = _place_child(r, r.child2, stays, areas, accounts)
    count = (r.elder1_birth != NO_DATE) + (r.elder2_birth != NO_DATE)
    if count:
        utility = p.e0 + p.c5_p * bills + (p.e_town if where == OWN_TOWN else 0.0)
        stays = where != AT_HOME and exceeds(u3, utility)
        if stays and not r.elders & ELDERS_AT_HOME:
            r.elders |= ELDERS_AT_HOME
            for _ in range(count):
                _book_member(r, areas, accounts, False)
        elif not stays and r.elders & ELDERS_AT_HOME:
            r.elders &= 255 - ELDERS_AT_HOME
            for _ in range(count):
                _book_member(r, areas, accounts, True)
