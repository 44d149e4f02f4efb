"""The yearly budget of areas: the transfer, own effort, borrowing and land, and what they build.

In the first quarter last year's settlers, migrant pupils, residents who have not settled and registered poor bring a transfer (F1, F2,
F6). What is passed through, the area's own effort (F3) and what it borrows (F5), less a tenth of its debt, go into school places and
guaranteed homes. Homes count at once; places take the year to build and count from the September after (E1). Land comes with settlers
(F4): what differs from the rule at the end of 2022, up to which rents are observed, adds homes to the market or takes them from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from urbsim.engine.inputs import LAST_OBSERVED
from urbsim.engine.stages import feedback
from urbsim.policy.finance import REPAID_A_YEAR, built_from_grant, spendable
from urbsim.policy.land import homes_on_land
from urbsim.population.registry import PLACE_BOUGHT, PLACE_PUBLIC

if TYPE_CHECKING:
    from urbsim.engine.engine import Engine


def open_state(e: Engine) -> None:
    """Set what areas' budgets remember: nothing is owed and nothing under construction in 2010."""
    a = e.areas
    e.grant, e.own_money, e.borrowed, e.repaid, e.debt, e.land, e.land_homes = (np.zeros(a) for _ in range(7))
    e.grant_places = np.zeros((a, 2), dtype=np.int64)
    e.building = np.zeros((2, a, 2), dtype=np.int64)
    e.grant_units = np.zeros((a, 2), dtype=np.int64)


def budget(e: Engine) -> None:
    """Book the year's transfer, own effort, borrowing and land, and begin what they build."""
    x, p, counts = e.inputs, e.inputs.params, e.counts.area
    rates = [e.lever(f"finance.grant_per_settled_{origin}") for origin in ("same_area", "same_province", "cross_province")]
    e.grant = feedback.transfer(
        e.settled_year,
        counts["pupils"][:, :, 1, PLACE_PUBLIC : PLACE_BOUGHT + 1].sum(axis=(1, 2)) * e.weight,
        counts["migrants"][:, 1:3, :].sum(axis=(1, 2)) * e.weight,
        np.maximum(np.stack(rates, axis=1), 0.0),
        np.maximum(e.lever("finance.grant_per_migrant_pupil"), 0.0),
        np.clip(e.lever("finance.resident_weight"), 0.0, 1.0),
    )
    e.grant = e.grant + counts["poor"] * e.weight * e.lever("finance.grant_per_poor")
    share = e.lever("finance.pass_through")
    passed = np.where(share < 0.0, x.params.theta_F, share) * e.grant
    match = e.lever("finance.own_match")
    e.own_money = match * e.grant
    e.borrowed = e.lever("finance.borrowing_limit") * e.frame["residents"].sum(axis=1)
    e.repaid = REPAID_A_YEAR * e.debt
    e.building[0] = e.building[1]
    for a in range(e.areas):
        spent = spendable(float(e.grant[a]), float(passed[a]), float(match[a]), float(e.borrowed[a]), float(e.debt[a]))
        places = built_from_grant(spent, 1.0 - p.grant_homes, x.place_cost)
        e.building[1, a] = int(places * p.grant_primary), int(places * (1.0 - p.grant_primary))
        e.grant_units[a, 0] += int(built_from_grant(spent, p.grant_homes, x.home_cost))
    e.debt = e.debt + e.borrowed - e.repaid
    _grant_land(e)


def open_schools(e: Engine) -> None:
    """In the third quarter open the places that were begun in the first quarter of the year before."""
    e.grant_places += e.building[0]
    e.building[0] = 0


def _grant_land(e: Engine) -> None:
    """Book last year's settlers' land; what differs from the rule at the end of 2022 adds homes or takes them away."""
    settled, quota = e.settled_year.sum(axis=1), e.lever("land.quota_per_settled")
    e.land = settled * quota
    if e.q > LAST_OBSERVED:
        observed = e.inputs.levers["land.quota_per_settled"][LAST_OBSERVED]
        e.land_homes = e.land_homes + homes_on_land(1.0) * settled * (quota - observed)
