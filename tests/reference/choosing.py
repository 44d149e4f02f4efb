"""Stage 6 of a household, its decision: a nested logit with frozen random terms, taken as a race (behaviour.md 5.4)."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator

from tests.reference.luck import Use
from tests.reference.working import LAST_WORKING_AGE, Working
from urbsim.population import registry as code

VILLAGE, TOWN = "village", "town"
Target = int | str
"""An area, OUTSIDE, or one of the two near alternatives: the own village, the own county town."""


def gumbel(u: float) -> float:
    return -math.log(-math.log(u))


def log_positive_stable(u: float, v: float, index: float) -> float:
    """Return log S, S positive stable with index `index` (Kanter 1975): with e Gumbel, index * (e + log S) is Gumbel again."""
    angle = math.pi * u
    sines = math.log(math.sin(index * angle)) - math.log(math.sin(angle)) / index
    return sines + (1.0 - index) / index * (math.log(math.sin((1.0 - index) * angle)) - math.log(-math.log(v)))


class Choosing(Working):
    """Where to live next."""

    @property
    def tie(self) -> float:
        """What ties to the present place: match, years, home, rental unit, register, temper; a divided family loosens."""
        p = self.model.p
        tie = self.lift + p.beta_match + p.beta_dur * min(self.quarters_here / 4.0, 10.0)
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
            cared = self.model.lever("village.elder_care")[self.origin] if self.of_region else 0.0
            tie -= p.beta_split * (1.0 - cared if self._only_elders_left else 1.0)
        return tie

    @property
    def _only_elders_left(self) -> bool:
        young = self.spouse == code.SPOUSE_AT_HOME or any(child.at_home for child in self.living_children)
        return self.elders_at_home and not young

    @property
    def lift(self) -> float:
        """What self-employment aid and the income floor of the place are worth; pay in the own town is in that town's value already."""
        if self.outside or self.in_village or not 16 <= self.head_age <= LAST_WORKING_AGE:
            return 0.0
        if self.model.lever("assistance.income_floor")[self.place] <= 0.0 and self._venture == 1.0:
            return 0.0
        own = self.living / self._venture
        return self.model.p.beta_w * math.log((self.living + self.assistance) / own)

    def choose(self) -> Target:
        """Return the best alternative. *Away* holds every other area and the world outside; village and town stand beside it."""
        p = self.model.p
        far = self.outside or not (self.in_village or self.in_own_town)
        tie = 0.0 if self.in_village else self.tie
        old = -p.g_age * max(0, self.head_age - 30)
        lead = p.beta_w * p.m_edu * p.edu_away * (self.school_years - 9)
        cost = p.C_move + old - p.onward if far else p.C_move + old  # going on is cheaper than a first move
        away, winner = self._best_away(far, math.exp(-(tie + cost) / p.lambda_))
        s0, s1, near0, near1 = self.draws(Use.CHOOSE)
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

        The luck is a stream of points in time, at rate 1, each at a place drawn from the shares of the census; the first at a place, in
        units of its share, is an exponential time. The present place has a time of its own, which `stay` shortens by what ties there and
        by the move that is spared. The stream is followed until no later point can win.
        """
        race, outside = self.model.race, self.model.areas
        current = (outside if self.outside else self.place) if far else None
        kids = min(self.children_aged(6, 15), 2)
        shares, times = race.shares[self.origin], race.times[self.origin][kids]
        own, gap, mark, _ = self.draws(Use.CHOOSE, 1)
        best, winner = math.inf, -1
        if current is not None:
            best, winner = -math.log(own) * race.weights[self.origin][kids][current] * stay, current
        soonest = min(time for time in times if time > 0.0)
        points = self._points(gap, mark)
        while True:
            now, mark = next(points)
            if now * soonest * (1.0 - 1e-6) > best:
                return (code.OUTSIDE if winner == outside else winner), best
            j = bisect.bisect_right(shares, mark)
            if j != current and now * times[j] < best:
                best, winner = now * times[j], j

    def _points(self, gap: float, mark: float) -> Iterator[tuple[float, float]]:
        """Yield times of points and where they fall; the first gap and mark are given, each block of draws holds two more."""
        now = -math.log(gap)
        yield now, mark
        for block in itertools.count(2):
            first_gap, first_mark, second_gap, second_mark = self.draws(Use.CHOOSE, block)
            now -= math.log(first_gap)
            yield now, first_mark
            now -= math.log(second_gap)
            yield now, second_mark

    def _village_value(self, luck: float, far: bool) -> float:
        p = self.model.p
        value = self.model.village_value[self.origin] + gumbel(luck) - (0.0 if self.in_village else p.C_move)
        if far and self.of_region:
            value += p.k_return_village
        if self.land & code.LAND_HOMESTEAD:
            value += p.T_land * (1.0 - p.land_cert * (1.0 if self.land & code.LAND_CERTIFIED else 0.0))
        return value
