"""(d) Where the time goes: a whole run function by function, and each kernel alone on rows of a run, by processor time per household.

python benchmarks/stages.py [--weight 100] [--quarters 40]
"""

from __future__ import annotations

import cProfile
import pstats
import time
from typing import Any

import numpy as np
from common import SCENARIO, parser, report, say, timed

from urbsim.clock import LAST_QUARTER
from urbsim.engine import Engine, chances, kinds, open_engine, rng, watch
from urbsim.engine.desk import BLOCK, Desk, desk
from urbsim.engine.stages import (
    attention,
    demography,
    homes,
    leaving,
    location,
    marriage,
    permits,
    reclassify,
    settling,
    tallying,
    work,
)
from urbsim.engine.state import empty_accounts
from urbsim.engine.tally import empty_tally
from urbsim.scenario import load


class Bench:
    """Hold one engine at the start of a quarter, a block of its rows from all over, and the desks of its three passes."""

    def __init__(self, engine: Engine) -> None:
        self.e, e = engine, engine
        e.q += 1
        e._stage_inputs()
        assert e.utilities is not None
        self.n = n = min(BLOCK, e.n)
        step = e.n // n
        rows = e.households[: e.n : step][:n].copy()
        self.g = e.roll.open()._replace(
            h=rows, words=rows.view(np.uint64).reshape(n, -1), kinds=e.roll.kinds[: e.n : step][:n].copy(), tally=empty_tally(e.areas)
        )
        self.family, self.places, self.gates = chances.family(e), chances.places(e, e.utilities), e.rounds.gates()
        self.limits = watch.family_limits(self.family), chances.place_limits(e, self.places)
        self.event, self.accounts = np.zeros(n, np.uint8), empty_accounts(e.areas)
        self.lists = [np.empty(2 * n, np.int64) for _ in range(6)]
        self.bytes = [np.empty(2 * n, np.uint8) for _ in range(3)]
        self.floats = [np.empty(n) for _ in range(3)]

    def desk(self, part: int) -> tuple[Desk, int]:
        """Return a desk with those whom the first or the second pass finds, and how many they are."""
        d, g, n = desk(), self.g, self.n
        rng.bytes_of(g.h, 0, n, self.e.q, self.e.key, part, d.identities, d.luck)
        here = self.find(d, part)
        for name in ("words", "event"):
            getattr(d, name)[:here] = {"words": g.words, "event": self.event}[name][d.found[:here]]
        d.luck[:, :here] = d.luck[:, d.found[:here]]
        return d, here

    def find(self, d: Desk, part: int) -> int:
        """Find whom a pass looks at."""
        luck, g = d.luck[:, : self.n], self.g
        if part:
            return int(watch.find_places(luck, g.kinds, self.event, self.limits[1], self.e.q, kinds.PLACE_DUE, 0, d.found, d.ways))
        return int(watch.find_family(luck, g.kinds, *self.limits[0], d.found))

    def found(self) -> dict[str, float]:
        """Return the share of rows that each pass looks at in this quarter."""
        n, d, event = self.n, desk(), np.zeros(self.n, np.uint8)
        rng.bytes_of(self.g.h, 0, n, self.e.q, self.e.key, 0, d.identities, d.luck)
        watch.note_late(d.luck[:, :n], chances.late_limits(self.e), event)
        last = watch.find_late(event, self.g.kinds, chances.register_due(self.e), d.found)
        return {"first": self.desk(0)[1] / n, "second": self.desk(1)[1] / n, "last": last / n}

    def stages(self) -> dict[str, tuple[Any, Any]]:
        """Return what to time, by name, and what to do before each time."""
        n, q, key, p, areas, g = self.n, self.e.q, self.e.key, self.e.p, self.e.areas, self.g
        f, y, x, acc = self.family, self.places, self.gates, self.accounts
        a, b, s = self.lists, self.bytes, self.floats
        one, two, blank = self.desk(0), self.desk(1), desk()
        luck = [rng.as_bytes(d.luck) for d, _ in (one, two)]
        kept = [(d.words.copy(), d.event.copy()) for d, _ in (one, two)]

        def renew() -> None:
            for (d, _), (words, event) in zip((one, two), kept, strict=True):
                d.words[:], d.event[:] = words, event

        (d, m), (t, k) = one, two
        who = {
            name: np.flatnonzero(t.ways[:k] & ways)
            for name, ways in (("work", watch.TO_WORK), ("attend", watch.TO_ATTEND), ("permit", watch.TO_PERMIT), ("homes", watch.TO_HOMES))
        }
        attend = attention.attention(t.h, who["attend"], luck[1], q, key, y.attends, y.most_attends, t.event, t.attending)
        attending = t.attending[:attend].copy()
        late = np.arange(m)
        timed = {
            "luck of a pass (16 bytes)": lambda: rng.bytes_of(g.h, 0, n, q, key, 0, blank.identities, blank.luck),
            "whom the first pass looks at": lambda: self.find(blank, 0),
            "reclassify": lambda: reclassify.reclassify(
                d.h, 0, m, luck[0], q, key, areas, f.reclassified, f.most_reclassified, f.highest_reclassified, acc
            ),
            "deaths": lambda: demography.mortality(d.h, 0, m, luck[0], q, key, f.dying, f.most_dying, areas, acc, d.event),
            "births": lambda: demography.births(d.h, 0, m, luck[0], q, key, f.birth, f.second, f.most_births, acc, d.event),
            "suitors": lambda: marriage.suitors(d.h, 0, m, luck[0], q, key, f.marriage, a[0], b[0], s[0]),
            "leavers": lambda: leaving.leavers(d.h, 0, m, luck[0], q, key, f.leaving, areas, a[0], b[0]),
            "whom the second pass looks at": lambda: self.find(blank, 1),
            "work": lambda: work.work(
                t.h, who["work"], luck[1], q, key, p, y.rules, y.training, y.placing, y.most, acc, t.event, t.identities, t.draws
            ),
            "attention": lambda: attention.attention(
                t.h, who["attend"], luck[1], q, key, y.attends, y.most_attends, t.event, t.attending
            ),
            "location": lambda: location.location(
                t.h, attending, luck[1], q, key, p, areas, t.event, y.race, y.bounds, y.log_km, y.seat, y.bills, y.town_share, y.districts,
                y.rent_edge, y.rent_help, y.pull, y.rules, y.wage, g.norm, acc, t.identities, t.draws,
            ),
            "permits": lambda: permits.permits(
                t.h, who["permit"], luck[1], q, key, p, y.permit_months, y.permit_ground, y.permit_wait, y.permit_uptake,
                y.permit_enough, acc,
            ),
            "homes": lambda: homes.buy_and_apply(
                t.h, who["homes"], luck[1], q, key, p, y.buying, y.sharing, a[0], acc, t.identities, t.draws
            ),
            "whom the last pass looks at": lambda: watch.find_late(self.event, g.kinds, kinds.REGISTER_DUE, blank.found),
            "settling": lambda: settling.settling(
                d.h, 0, late.size, luck[0], q, key, p, areas, x.gate, x.rule, x.recognition, x.rental_counts, x.has_quota, x.kin, x.wage,
                x.price, x.seat, x.tier_value, x.services, x.rights_kept, x.norm, a[0], s[0], a[1], s[1], a[2], acc,
            ),
            "count of one household anew": lambda: tallying.count(g.h, 0, n, q, areas, p, g.norm, g.tally),
        }  # fmt: skip
        return {name: (work_on, renew) for name, work_on in timed.items()}


def whole_run(weight: int) -> dict[str, Any]:
    """Return what one run from 2010 to 2027 takes on one thread, and the seconds of the functions that take most of them."""
    engine = open_engine(load(SCENARIO), weight=weight)
    household_quarters, profile = 0, cProfile.Profile()
    began = time.process_time()
    profile.enable()
    while engine.q < LAST_QUARTER:
        household_quarters += engine.n
        engine.step()
    profile.disable()
    seconds = time.process_time() - began
    taken = {}
    for (file, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        where = file.rpartition("/")[2].removesuffix(".py")
        taken[f"{where}.{name}" if "/" in file else name] = own
    shares = dict(sorted(taken.items(), key=lambda item: -item[1])[:12])
    return {
        "weight": weight, "household_quarters": household_quarters, "cpu_s": seconds, "ns": seconds / household_quarters * 1e9,
        "functions_s": {name: round(own, 3) for name, own in shares.items()},
    }  # fmt: skip


def main() -> None:
    """Profile a run, then time every kernel."""
    options = parser(__doc__)
    options.add_argument("--weight", type=int, default=100)
    options.add_argument("--quarters", type=int, default=40, help="quarters run before the rows are taken")
    given = options.parse_args()
    engine = open_engine(load(SCENARIO), weight=given.weight)
    engine.run(given.quarters)
    bench = Bench(engine)
    results, looked_at = {}, bench.found()
    for name, (work_on, renew) in bench.stages().items():
        say(name)
        renew()
        work_on()
        seconds = timed(work_on, given.repeat, renew)
        results[name] = {key: round(value / bench.n * 1e9, 2) for key, value in seconds.items() if key.startswith("cpu")}
    say("a whole run")
    found = {"rows": bench.n, "block": BLOCK, "looked_at": looked_at, "ns_per_household": results, "run": whole_run(given.weight)}
    report("stages", found, given.out)


if __name__ == "__main__":
    main()
