"""Stage 12: what the quarter's moves do to networks, wages, rents, perceived odds and next year's budgets (area side, no households).

Wages and rents answer to differences from a reference path only, since the observed paths already contain their own answer:
`ln w = ln w0 - psi*(ln L - ln L0)`, `ln r = ln r0 + eta_r*(ln P - ln P0)` (behaviour.md 5.4); rents answer half as much when people leave.
"""

from __future__ import annotations

import numpy as np

from urbsim.engine.state import FloatArray, IntArray, Params


def reference_path(start: FloatArray, end: FloatArray, quarters: int, between: int, after: float) -> FloatArray:
    """Return (quarters + 1) x A: geometric from `start` (q 0) to `end` (q `between`), then on at `after` times that rate."""
    rate = np.log(np.maximum(end, 1.0) / np.maximum(start, 1.0)) / between
    q = np.arange(quarters + 1, dtype=np.float64)[:, None]
    steps = np.where(q <= between, q, between + after * (q - between))
    path: FloatArray = np.maximum(start, 1.0) * np.exp(rate[None, :] * steps)
    return path


def answered_wage(base: FloatArray, workers: FloatArray, reference: FloatArray, psi: float, bound: float) -> FloatArray:
    """Return the wage after competition among migrants, per area; never more than the log step `bound` from `base`."""
    gap = np.clip(np.log(np.maximum(workers, 1.0) / np.maximum(reference, 1.0)), -bound / 0.3, bound / 0.3)
    answer: FloatArray = base * np.exp(np.clip(-psi * gap, -bound, bound))
    return answer


def answered_rent(
    base: FloatArray, residents: FloatArray, reference: FloatArray, p: Params, *, homes: FloatArray, damped: FloatArray, level: FloatArray
) -> FloatArray:
    """Return the rent after demand, per area; `rent_fall` of the answer when there are fewer people than on the reference path.

    `homes` added to the market beyond the path house people who no longer press on rents (H9, F4); `damped` is the share of a rise that
    land for homes takes away (H7); `level` multiplies the whole (H9).
    """
    housed = np.maximum(reference + p.home_persons * homes, 0.5 * reference)
    gap = np.log(np.maximum(residents, 1.0) / np.maximum(housed, 1.0))
    gap = np.where(gap < 0.0, p.rent_fall * gap, (1.0 - damped) * gap)
    answer: FloatArray = base * np.exp(np.clip(p.eta_r * gap, -p.feedback_most, p.feedback_most)) * level
    return answer


def tenants_gain(beta_w: float, wage: FloatArray, support: FloatArray, subsidy: FloatArray) -> FloatArray:
    """Return A x 2, in utility, what market tenants gain: flexible workers from the provident fund (H5), the entitled from a subsidy (H2).

    `support` is a share of the wage, `subsidy` yuan a month; both count as wage.
    """
    return np.stack([beta_w * np.log1p(support), beta_w * np.log1p(subsidy / np.maximum(wage, 1.0))], axis=1)


def learned(odds: FloatArray, admitted: IntArray, applied: IntArray, rate: float) -> FloatArray:
    """Return the odds after a round: `odds + rate*(admitted/applied - odds)` where anyone applied."""
    seen = np.where(applied > 0, admitted / np.maximum(applied, 1), odds)
    new: FloatArray = odds + rate * (np.minimum(seen, 1.0) - odds)
    return new


def network_shares(stock: IntArray, totals: FloatArray) -> FloatArray:
    """Return O x (A + 1): the share of an origin's people who live at each place."""
    shares: FloatArray = stock / np.maximum(totals, 1.0)[:, None]
    return shares


def transfer(
    settled: IntArray, pupils: IntArray, unsettled: IntArray, per_settled: FloatArray, per_pupil: FloatArray, resident_weight: FloatArray
) -> FloatArray:
    """Return next year's grant per area, yuan (levers F1, F2).

    `settled` is A x origin (last year), `pupils` A migrant pupils, `unsettled` A residents who have not settled, `per_settled` A x origin
    in
    yuan. Residents who have not settled weigh `resident_weight` of a twentieth of a settler of the same province a year: the structure is
    published (policy_rules.md part 6), the coefficients are assumptions.
    """
    grant: FloatArray = (settled * per_settled).sum(axis=1) + pupils * per_pupil + resident_weight * unsettled * per_settled[:, 1] / 20.0
    return grant


def planned_shift(new: IntArray, resident: IntArray, registered: IntArray, weight: FloatArray) -> IntArray:
    """Return the new school places of a year that areas gain or give up as places are planned by residents (lever E2); they sum to 0.

    All per area: `new` public places of the year's plan (at least 0), school-age children `resident` in the area and those of them
    `registered` there, `weight` of the lever. The plan stands for planning by register; with a weight an area's part in the region's new
    places moves by `weight * (resident share - registered share)`. Nobody gives up more than its new places, and gains equal losses.
    """
    move = weight * new.sum() * (resident / max(int(resident.sum()), 1) - registered / max(int(registered.sum()), 1))
    gain, loss = np.maximum(move, 0.0), np.minimum(np.maximum(-move, 0.0), new)
    total = int(min(gain.sum(), loss.sum()))
    shift: IntArray = _shared(gain, total) - _shared(loss, total)
    return shift


def shifted_so_far(shift: IntArray, quarter: int) -> IntArray:
    """Return the part of a year's `planned_shift` (per area) that has opened by `quarter` 1..4 of the year; it too sums to 0.

    Places open evenly over the year. What an area gives up is rounded down, so that it never gives up more than has opened, and what others
    gain is shared out to the same sum; by the fourth quarter the year's shift is met exactly.
    """
    lost = np.maximum(-shift, 0) * quarter // 4
    so_far: IntArray = _shared(np.maximum(shift, 0).astype(np.float64), int(lost.sum())) - lost
    return so_far


def _shared(parts: FloatArray, total: int) -> IntArray:
    """Return whole numbers that sum to `total`, in proportion to `parts` (at least 0), by largest remainder, the earlier area first."""
    if total <= 0:
        return np.zeros(parts.size, dtype=np.int64)
    exact = parts * (total / parts.sum())
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    result: IntArray = whole
    return result
