"""Stage 1 and the area side of stage 6: the systematic utility of places for the quarter (behaviour.md 5.4, utility of place).

`V_oj = beta_w*(ln w_j - alpha_h*ln r_j) + beta_n*n/(1 + n/n_sat) - beta_d*ln(d_oj + 1) - beta_p*[other province] + beta_size*ln P_j
- beta_cong*max(0, ln(P_j/5e6)) + phat_H*V_H + xi_j + beta_s*kids*(phat_seat_j - pi_home)`.
What depends on the household alone (schooling, age, ties, land) is added in the kernel. Amenities are in the place constants.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from urbsim.engine.compiled import kernel
from urbsim.engine.state import FloatArray, Params

MILLION = 1.0e6
FIVE_MILLION = 5.0e6


class Utilities(NamedTuple):
    """Hold the quarter's utilities by origin: `away` origins x 3 x (A + 1), `village` and `town`; minus infinity: no such alternative."""

    away: FloatArray
    village: FloatArray
    town: FloatArray


class Constants(NamedTuple):
    """Hold the constants of a draw, per area.

    `place` is for people of the region, `block_place` for those of other provinces, both utilities; `reclassification` is the share of
    villagers a year whose village becomes town.
    """

    place: FloatArray
    block_place: FloatArray
    reclassification: FloatArray


def value_of_register(p: Params, share_of_income: FloatArray) -> FloatArray:
    """Return V_H per area: the survey's share of income over five years as a flow over the horizon (behaviour.md 5.4, EV_status)."""

    def annuity(years: float) -> float:
        return (1.0 - math.exp(-p.rho * years)) / p.rho

    return p.beta_w * np.log1p(share_of_income * annuity(5.0) / annuity(p.v_years))


def utilities(
    p: Params, constants: Constants, *, wage: FloatArray, rent: FloatArray, income_village: FloatArray, wage_outside: float,
    residents: FloatArray, network: FloatArray, log_km: FloatArray, seat: FloatArray, odds: FloatArray, register_value: FloatArray,
    appeal: FloatArray, village_appeal: FloatArray, near_home_pay: FloatArray,
) -> Utilities:  # fmt: skip
    """Return the utilities of a quarter.

    Per area: `wage` (yuan a month), `rent` (yuan per m2), `income_village`, `residents`, `seat`, `odds` (perceived odds of admission),
    `register_value`; the levers `appeal`, `village_appeal`, `near_home_pay`: factors on what places pay (
    G1, G6, W3).
    `network` is O x (A + 1) shares of an origin's people at a place, `log_km` is O x A (ln(km + 1)).
    """
    areas, origins = wage.size, network.shape[0]
    size = np.log(residents / MILLION)
    pull = (
        p.beta_w * (np.log(wage) - p.alpha_h * np.log(rent))
        + p.beta_size * size
        - p.beta_cong * np.maximum(0.0, np.log(residents / FIVE_MILLION))
        + odds * register_value
        + constants.place
        + p.beta_w * np.log(appeal)
    )
    block = constants.block_place - constants.place + p.k_block - p.beta_p
    outside = p.beta_w * math.log(wage_outside) - p.beta_d * math.log(p.km_outside + 1.0) - p.beta_p + p.k_outside
    seats = np.arange(3)[:, None] * p.beta_s * (np.append(seat, p.seat_outside) - p.pi_home)
    away = np.empty((origins, 3, areas + 1), dtype=np.float64)
    _fill_away(away, pull, block, outside, network, log_km, seats, p.beta_n, p.n_sat, p.beta_d, p.k_away)
    village = np.empty(origins)
    town = np.empty(origins)
    village_income = np.log(income_village) + np.log(village_appeal) + np.log(near_home_pay)
    village[:areas] = p.beta_w * village_income + p.k_village + constants.place
    village[areas:] = p.beta_w * math.log(p.village_wage_out * wage_outside) + p.k_village
    town[:areas] = pull + p.beta_w * np.log(near_home_pay) - p.beta_d * math.log(p.km_own_town + 1.0) + p.k_town
    town[areas:] = p.beta_w * math.log(p.town_wage_out * wage_outside) + p.k_return_town
    return Utilities(away, village, town)


@kernel
def _fill_away(away, pull, block, outside, network, log_km, seats, beta_n, n_sat, beta_d, k_away):
    """Fill `away` (O x 3 x (A + 1)): `pull` and `block` by area, `outside` of the world outside; `seats` 3 x (A + 1) for children."""
    areas = pull.size
    for o in range(away.shape[0]):
        values, shares, kilometres = away[o, 0], network[o], log_km[o]
        for j in range(np.uint64(areas)):
            values[j] = pull[j] + beta_n * shares[j] / (1.0 + shares[j] / n_sat) - beta_d * kilometres[j] + k_away
        values[areas] = outside + beta_n * shares[areas] / (1.0 + shares[areas] / n_sat)
        if o < areas:
            values[o] = -np.inf
        else:
            for j in range(np.uint64(areas)):
                values[j] += block[j]
        for kids in range(2, -1, -1):
            more, line = seats[kids], away[o, kids]
            for j in range(np.uint64(areas + 1)):
                line[j] = values[j] + more[j]


class Race(NamedTuple):
    """Hold what the choice among places away needs in a quarter (`stages.choice.choose`); O origins, A + 1 places, 3 numbers of children.

    Every household meets points in time, at rate 1, each at a place drawn from `base` (O x (A + 1), rows sum to 1; `cumulated` likewise).
    The first point at a place comes after an exponential time of rate `base`, so that time x base x exp(-V/lambda) is an exponential race
    with the rates exp(V/lambda) of the logit. `base` is fixed at the census: the points are the household's luck, alike in all scenarios.
    `times` (O x 3 x (A + 1)) is base x exp(-V/lambda), `least` (O x 3) its smallest: no point after `best / least` can win.
    """

    cumulated: FloatArray
    times: FloatArray
    least: FloatArray
    log_least: FloatArray
    weights: FloatArray  # O x 3 x (A + 1): exp(-V/lambda), infinite where there is no such place
    log_weights: FloatArray
    village: FloatArray
    town: FloatArray


EVEN = 0.1  # part of the base spread evenly, so that a place that was nothing at the census is not hard to find


def race_base(u: Utilities, lam: float) -> FloatArray:
    """Return O x (A + 1): the shares of places among those away at the census, `EVEN` of it spread evenly; rows sum to 1."""
    scaled = u.away[:, 0, :] / lam
    weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    there = np.isfinite(scaled)
    even = there / there.sum(axis=1, keepdims=True)
    base: FloatArray = (1.0 - EVEN) * weights / weights.sum(axis=1, keepdims=True) + EVEN * even
    return base


def make_race(u: Utilities, base: FloatArray, lam: float) -> Race:
    """Return the tables of a quarter's choice from its utilities and the base of the run."""
    log_weights = u.away / -lam
    weights = np.exp(log_weights)
    cumulated, times, least = np.empty_like(base), np.empty_like(weights), np.empty(weights.shape[:2])
    _run_race(base, weights, cumulated, times, least)
    return Race(cumulated, times, least, np.log(least), weights, log_weights, u.village, u.town)


@kernel
def _run_race(base, weights, cumulated, times, least):
    """Fill `cumulated`, `times` and `least` of `Race`."""
    places = base.shape[1]
    for o in range(base.shape[0]):
        total = 0.0
        for j in range(places - 1):
            total += base[o, j]
            cumulated[o, j] = total
        cumulated[o, places - 1] = 1.0  # the world outside is always there
        for kids in range(3):
            shortest = np.inf
            for j in range(places):
                time = base[o, j] * weights[o, kids, j] if weights[o, kids, j] < np.inf else np.inf
                times[o, kids, j] = time
                shortest = min(shortest, time)
            least[o, kids] = shortest
