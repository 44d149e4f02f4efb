"""Stage 6 of a household, its decision: a nested logit with frozen random terms, taken as a race (behaviour.md 5.4)."""

from __future__ import annotations

import math

from tests.reference.facts import Facts
from tests.reference.luck import Use
from urbsim.population import registry as code

VILLAGE, TOWN = "village", "town"
Target = int | str
"""An area, OUTSIDE, or one of the two near alternatives: the own village, the own county town."""

STABLE = 1000  # block of draws


def gumbel(u: float) -> float:
    return -math.log(-math.log(u))


def log_positive_stable(u: float, v: float, index: float) -> float:
    """Return log S, S positive stable with index `index` (Kanter 1975): with e Gumbel, index * (e + log S) is Gumbel again."""
    angle = math.pi * u
    sines = math.log(math.sin(index * angle)) - math.log(math.sin(angle)) / index
    return sines + (1.0 - index) / index * (math.log(math.sin((1.0 - index) * angle)) - math.log(-math.log(v)))


class Choosing(Facts):
    """Where to live next."""

    @property
    def tie(self) -> float:
        """What ties to the present place: match, years, home, rental unit, register, temper; a divided family loosens."""
        p = self.model.p
        tie = p.beta_match + p.beta_dur * min(self.quarters_here / 4.0, 10.0)
        if self.owns:
            tie += p.beta_own
        elif self.tenure == code.TENURE_PUBLIC:
            tie += p.beta_prh
        elif self.tenure == code.TENURE_GUARANTEED:
            tie += p.beta_prh * (1.0 if self.outside else self.model.rent_edge[self.place])
        elif self.tenure == code.TENURE_MARKET_RENT and not self.outside:
            for gains, gain in zip((self.flexible_worker, self.rent_subsidised), self.model.rent_help[self.place], strict=True):
                if gains:
                    tie += gain
        if self.status == code.STATUS_SETTLED:
            tie += p.beta_reg
        if self.settle_type:
            tie += p.beta_type
        if self.persons_left_behind:
            tie -= p.beta_split
        return tie

    def choose(self) -> Target:
        """Return the best alternative. *Away* holds every other area and the world outside; village and town stand beside it."""
        p = self.model.p
        far = self.outside or not (self.in_village or self.in_own_town)
        tie = 0.0 if self.in_village else self.tie
        old = -p.g_age * max(0, self.head_age - 30)
        lead = p.beta_w * p.m_edu * p.edu_away * (self.school_years - 9)
        cost = p.C_move + old - p.onward if far else p.C_move + old  # going on is cheaper than a first move
        away, winner = self._best_away(far, math.exp(-(tie + cost) / p.lambda_))
        s0, s1, near0, near1 = self.draws(Use.CHOOSE, STABLE)
        best = p.lambda_ * (log_positive_stable(s0, s1, p.lambda_) - math.log(winner)) - cost + lead
        choice: Target = away
        village = self._village_value(near0, far)
        if village > best:
            best, choice = village, VILLAGE
        town = self.model.town_value[self.origin] + gumbel(near1) + lead
        town += tie if self.in_own_town else -(p.C_move + (0.0 if far else old))
        return TOWN if town > best else choice

    def _best_away(self, far: bool, stay: float) -> tuple[int, float]:
        """Return the winner of the race among places away, and its time: exponentials with rates exp(V/lambda), the smallest wins.

        `stay` shortens the time of the place where the household lives by what ties it there and by the move that it is spared.
        """
        outside = self.model.areas
        current = (outside if self.outside else self.place) if far else None
        times = self.model.race[self.origin][min(self.children_aged(6, 15), 2)]
        best, winner = math.inf, -1
        for block in range((len(times) + 3) // 4):
            for j, u in enumerate(self.draws(Use.CHOOSE, block), start=4 * block):
                if j > outside:
                    break
                time = -math.log(u) * times[j]
                if j == current:
                    time *= stay
                if time < best:
                    best, winner = time, j
        return (code.OUTSIDE if winner == outside else winner), best

    def _village_value(self, luck: float, far: bool) -> float:
        p = self.model.p
        value = self.model.village_value[self.origin] + gumbel(luck) - (0.0 if self.in_village else p.C_move)
        if far and self.of_region:
            value += p.k_return_village
        if self.land & code.LAND_HOMESTEAD:
            value += p.T_land * (1.0 - p.land_cert * (1.0 if self.land & code.LAND_CERTIFIED else 0.0))
        return value
