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

from urbsim.clock import LAST_QUARTER, season
from urbsim.engine import Engine, chances, open_engine, passes, rng
from urbsim.engine.stages import (
    attention,
    clocks,
    demography,
    homes,
    land,
    leaving,
    location,
    marriage,
    observe,
    permits,
    reclassify,
    schools,
    settling,
    work,
)
from urbsim.engine.state import empty_accounts
from urbsim.engine.tally import empty_tally
from urbsim.scenario import load


class Bench:
    """Hold one engine in the middle of a quarter and what its kernels read."""

    def __init__(self, engine: Engine, rows: int) -> None:
        step = max(engine.n // rows, 1)
        self.rows = engine.households[: engine.n : step].copy()
        self.e, self.n = engine, self.rows.size
        e, n = engine, self.n
        self.h = self.rows.copy()
        self.words = [np.empty((2, n), np.uint64) for _ in range(2)]
        self.ids = np.empty(n, np.uint64)
        for part in (0, 1):
            rng.bytes_of(self.rows, 0, n, e.q, e.key, part, self.ids, self.words[part])
        self.luck = [rng.as_bytes(words) for words in self.words]
        self.event, self.attends = np.zeros(n, np.uint8), np.zeros(n, np.uint8)
        e._stage_inputs()
        assert e.utilities is not None
        self.places, self.gates = chances.places(e, e.utilities), e.rounds.gates()
        self.lists = [np.empty(2 * n, np.int64) for _ in range(6)]
        self.bytes = [np.empty(2 * n, np.uint8) for _ in range(3)]
        self.floats = [np.empty(n) for _ in range(3)]

    def stages(self) -> dict[str, Any]:
        """Return what to time, by name."""
        e, n, q, key, p, areas, h = self.e, self.n, self.e.q, self.e.key, self.e.p, self.e.areas, self.h
        x, y, g, acc = e.inputs, self.places, self.gates, empty_accounts(self.e.areas)
        one, two = self.luck
        a, b, s = self.lists, self.bytes, self.floats
        chances = np.array([x.params.marry_20, x.params.marry_25, x.params.marry_30, x.params.marry_35])
        hazard = np.minimum(x.fertile[q] * e.birth_scale[:, None], 0.25)
        share, most_dying = x.reclassification[q] / 4.0, demography.most_dying(x.dying[q])
        tally = empty_tally(areas, e.blocks)
        pairs = [np.zeros((areas, 3), np.int64), np.zeros((areas, 2), np.int64), np.zeros((areas, 2), np.int64), np.zeros(areas, np.int64)]
        return {
            "luck (16 bytes)": lambda: rng.bytes_of(h, 0, n, q, key, 0, self.ids, self.words[0]),
            "reclassify": lambda: reclassify.reclassify(h, 0, n, one, q, key, areas, share, reclassify.most_reclassified(share), acc),
            "deaths": lambda: demography.mortality(h, 0, n, one, q, key, x.dying[q], most_dying, areas, acc, self.event),
            "births": lambda: demography.births(h, 0, n, one, q, key, hazard, x.params.birth_second, acc, self.event),
            "suitors": lambda: marriage.suitors(h, 0, n, one, q, key, chances, a[0], b[0], s[0]),
            "leavers": lambda: leaving.leavers(h, 0, n, one, q, key, x.params.leave_home / 4.0, areas, a[0], b[0]),
            "work": lambda: work.work(h, 0, n, two, q, key, p, areas, y.rules, y.training, y.placing, y.most, acc, self.event),
            "attention": lambda: attention.attention(h, 0, n, two, q, key, y.attends, y.most_attends, self.event, self.attends),
            "location": lambda: location.location(
                h, 0, n, two, q, key, p, areas, self.attends, y.race, y.bounds, y.km, y.seat, y.bills, y.town_share, y.districts,
                y.rent_edge, y.rent_help, y.pull, y.rules, y.wage, y.norm, acc,
            ),
            "permits": lambda: permits.permits(
                h, 0, n, two, q, key, p, y.permit_months, y.permit_ground, y.permit_wait, y.permit_uptake, y.permit_enough, acc
            ),
            "homes": lambda: homes.buy_and_apply(
                h, 0, n, two, q, key, p, areas, y.buying, y.sharing, a[0], a[1], b[0], s[0], a[2], s[1], pairs[0], a[3], acc
            ),
            "school entries (third quarter)": lambda: schools.entry_round(h, 0, n, q, areas, *pairs[1:], a[0], b[0], b[1]),
            "settling": lambda: settling.settling(
                h, 0, n, one, q, key, p, areas, g.gate, g.rule, g.recognition, g.rental_counts, g.has_quota, g.kin, g.wage, g.price, g.seat,
                g.tier_value, g.services, g.rights_kept, g.norm, a[0], s[0], a[1], s[1], a[2], acc,
            ),
            "land": lambda: land.land(h, 0, n, one, 0, q, key, p, areas, g.rules, g.rights_kept, g.programme, acc),
            "residence": lambda: clocks.residence(h, 0, n, q, areas, acc),
            "count": lambda: observe.count(h, 0, n, q, p, areas, g.rules, g.wage, g.norm, True, season(q) == 4, tally),
        }  # fmt: skip


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
    options.add_argument("--rows", type=int, default=8192, help="rows taken, from all over: as many as stay in cache")
    given = options.parse_args()
    engine = open_engine(load(SCENARIO), weight=given.weight)
    engine.run(given.quarters)
    engine.q += 1
    bench = Bench(engine, given.rows)
    results = {}
    for name, work_on in bench.stages().items():
        say(name)
        bench.h[:] = bench.rows
        work_on()

        def renew() -> None:
            bench.h[:] = bench.rows

        seconds = timed(work_on, given.repeat, renew)
        results[name] = {key: round(value / bench.n * 1e9, 2) for key, value in seconds.items() if key.startswith("cpu")}
    say("a whole run")
    found = {"rows": bench.n, "block": passes.BLOCK, "ns_per_household": results, "run": whole_run(given.weight)}
    report("stages", found, given.out)


if __name__ == "__main__":
    main()
