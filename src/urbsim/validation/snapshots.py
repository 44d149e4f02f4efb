"""What a validation reads off the households of a run: families, ages, who stays, who is willing, how far people went.

Everything is a ratio or a count of rows; the weight of a row plays no part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from urbsim.population.registry import (
    CHILD_AT_HOME,
    CHILD_GIRL,
    ELDERS_AT_HOME,
    MOVER_IN_PLACE,
    MOVER_OTHER_AREA,
    NONE,
    SPOUSE_ALONG,
    SPOUSE_AT_HOME,
    STATUS_PERMIT,
    STATUS_UNREGISTERED,
)

if TYPE_CHECKING:
    from urbsim.engine import Engine

Floats = npt.NDArray[np.float64]
Arrays = dict[str, npt.NDArray[Any]]

FAMILY = (
    "heads", "spouses_along", "spouses_home", "children_along", "children_home", "girls_lower_along", "girls_lower_home",
    "boys_lower_along", "boys_lower_home", "elders_along", "elders_home",
)  # fmt: skip
ASKED = 3000  # movers asked for their willingness
YEARS_OF_SCHOOLING = np.array([6.0, 9.0, 12.0, 15.0, 16.0])
LEAST_AREAS = 10
NEAR = 20  # quarters: who came in the last five years


def away(e: Engine) -> npt.NDArray[Any]:
    """Return the rows of households that live in another area of the region than their own, people of other provinces included."""
    h = e.households[: e.n]
    return np.asarray(h[(h["mover"] >= MOVER_OTHER_AREA) & (h["place"] < e.areas)])


def family(e: Engine) -> Floats:
    """Return counts by `FAMILY` of those who are away: heads, and members along and at home (children under 18)."""
    h = away(e)
    found = dict.fromkeys(FAMILY, 0.0)
    found["heads"] = h.size
    found["spouses_along"] = (h["spouse"] == SPOUSE_ALONG).sum()
    found["spouses_home"] = (h["spouse"] == SPOUSE_AT_HOME).sum()
    for child in ("child1", "child2"):
        birth = h[f"{child}_birth"].astype(np.int64)
        age = (e.q - birth) >> 2
        minor, home = (birth != NONE) & (age >= 0) & (age < 18), (h[child] & CHILD_AT_HOME) > 0
        lower, girl = minor & (age >= 12) & (age <= 14), (h[child] & CHILD_GIRL) > 0
        for where, rows in (("along", ~home), ("home", home)):
            found[f"children_{where}"] += (minor & rows).sum()
            found[f"girls_lower_{where}"] += (lower & rows & girl).sum()
            found[f"boys_lower_{where}"] += (lower & rows & ~girl).sum()
    for elder in ("elder1_birth", "elder2_birth"):
        there, home = h[elder] != NONE, (h["elders"] & ELDERS_AT_HOME) > 0
        found["elders_along"] += (there & ~home).sum()
        found["elders_home"] += (there & home).sum()
    return np.array([float(found[name]) for name in FAMILY])


def mean_age(e: Engine) -> float:
    """Return the mean age of the heads of 16-64 who live away from their village, own town included."""
    h = e.households[: e.n]
    age = (e.q - h["head_birth"][(h["mover"] != MOVER_IN_PLACE) & (h["place"] < e.areas)].astype(np.int64)) >> 2
    working = age[(age >= 16) & (age <= 64)]
    return float(working.mean()) if working.size else float("nan")


def who_is_away(e: Engine) -> Arrays:
    """Return identity, place and traits of the households that are away, to see a year later who stayed."""
    h = away(e)
    years = np.minimum((e.q - h["arrived"].astype(np.int64)) / 4.0, 10.0)
    traits = (years, (e.q - h["head_birth"].astype(np.int64)) / 4.0, YEARS_OF_SCHOOLING[h["schooling"]])
    return {"id": h["id"], "place": h["place"], "traits": np.column_stack(traits)}


def stay_odds(before: Arrays, e: Engine) -> float:
    """Return the odds ratio of staying a year per year already there (to ten), schooling and age held, among those still in the model."""
    h = e.households[: e.n]
    order = np.argsort(h["id"])
    at = np.minimum(np.searchsorted(h["id"], before["id"], sorter=order), order.size - 1)
    row = order[at]
    there = (h["id"][row] == before["id"]) & (h["place"][row] < 254)
    there |= (h["id"][row] == before["id"]) & (h["place"][row] == 255)
    stayed = (h["place"][row] == before["place"])[there]
    x = before["traits"][there]
    return float(np.exp(logit_slopes((x - x.mean(axis=0)) / np.array([1.0, 10.0, 3.0]), stayed.astype(float))[1]))


def logit_slopes(x: Floats, y: Floats, steps: int = 25) -> Floats:
    """Return constant and slopes of a logistic regression by Newton's method, with a trace of ridge for separated data."""
    design = np.column_stack([np.ones(len(x)), x])
    beta = np.zeros(design.shape[1])
    for _ in range(steps):
        p = 1.0 / (1.0 + np.exp(-design @ beta))
        hessian = (design * (p * (1.0 - p))[:, None]).T @ design + 1e-6 * np.eye(beta.size)
        step = np.linalg.solve(hessian, design.T @ (y - p) - 1e-6 * beta)
        beta = beta + step
        if float(np.abs(step).max()) < 1e-9:
            break
    return np.asarray(beta)


def willing(e: Engine, seed: int = 0) -> Floats:
    """Return by area (sum of willingness, people asked) of movers from elsewhere without the local register, A x 2."""
    from urbsim.engine.stages.settling import willingness

    h = away(e)
    h = h[(h["status"] == STATUS_UNREGISTERED) | (h["status"] == STATUS_PERMIT)]
    rows = np.random.default_rng(seed).permutation(h.size)[:ASKED]
    gates, p, found = e.rounds.gates(), e.p, np.zeros((e.areas, 2))
    rights = gates.rights_kept
    for k in rows:
        r = h[k]
        kept = float(rights[r["origin"]]) if r["origin"] < e.areas else 0.0
        found[r["place"]] += (
            willingness(r, e.q, p, e.areas, gates.wage, gates.price, gates.seat, gates.tier_value, gates.services, kept, gates.norm),
            1.0,
        )
    return found


def distance_slope(e: Engine) -> float:
    """Return the slope of moves inside the region in log distance (those who came in the last five years), origins and places held.

    Poisson pseudo-likelihood with an effect for every origin and place (Santos Silva and Tenreyro 2006): for a given slope the effects
    follow from the margins by proportional fitting; the slope makes the mean log distance of the fit that of the moves. NaN with fewer
    than `LEAST_AREAS` areas.
    """
    if e.areas < LEAST_AREAS:
        return float("nan")
    h = away(e)
    h = h[(h["origin"] < e.areas) & (h["origin"] != h["place"]) & (e.q - h["arrived"].astype(np.int64) < NEAR)]
    counts = np.zeros((e.areas, e.areas))
    np.add.at(counts, (h["origin"], h["place"]), 1.0)
    return gravity_slope(counts, np.asarray(e.inputs.log_km[: e.areas]))


def gravity_slope(counts: Floats, log_km: Floats) -> float:
    """Return the slope in log distance of a table of moves, origins by places, nothing on the diagonal."""
    rows, columns = counts.sum(axis=1) > 0, counts.sum(axis=0) > 0
    table, far = counts[np.ix_(rows, columns)], log_km[np.ix_(rows, columns)]
    off = ~np.eye(len(counts), dtype=bool)[np.ix_(rows, columns)]
    goal = float((table * far).sum() / table.sum())
    low, high = -6.0, 2.0
    for _ in range(30):
        slope = 0.5 * (low + high)
        fit = np.exp(slope * (far - far.mean())) * off
        for _ in range(60):
            fit = fit * (table.sum(axis=1) / np.maximum(fit.sum(axis=1), 1e-300))[:, None]
            fit = fit * (table.sum(axis=0) / np.maximum(fit.sum(axis=0), 1e-300))[None, :]
        if float((fit * far).sum() / fit.sum()) > goal:
            high = slope
        else:
            low = slope
    return 0.5 * (low + high)


def service_and_wage(e: Engine) -> Floats:
    """Return what a standard deviation between areas of the chance of a school place, and of wages, is worth in utils (one child)."""
    p, weight = e.inputs.params, e.movers_living().astype(float)

    def sd(values: Floats) -> float:
        mean = np.average(values, weights=weight)
        return float(np.sqrt(np.average((values - mean) ** 2, weights=weight)))

    return np.array([p.beta_s * sd(e.seat), p.beta_w * sd(np.log(e.wage))])


def origins(e: Engine) -> Floats:
    """Return by area of origin (people away from it, its people in all), rows' members, A x 2."""
    stock = e.counts.stock[: e.areas].astype(np.float64)
    everyone = stock.sum(axis=1)
    return np.column_stack([everyone - np.diag(stock[:, : e.areas]), everyone])
