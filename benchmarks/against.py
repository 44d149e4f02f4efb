"""(a) The engine against the same rules written otherwise: one Mesa object a household, and plain numpy for stages that numpy can do.

python benchmarks/against.py [--weight 200] [--quarters 2]

The Mesa model is the twin of tests/reference, equal in every field; at weight 200 there are 100,000 households. The numpy stages are
written here and must equal the kernels row by row before they are timed; choice, homes and settling have no numpy version, so the figure is
of those stages alone. mesa-frames pins a numpy older than this package needs, so it is not compared.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from common import SCENARIO, parser, report, say, timed

sys.path.insert(0, str(Path(__file__).parents[1]))

from urbsim.clock import NO_DATE
from urbsim.engine import Engine, chances, inputs_of, open_engine, people_of, rng, watch
from urbsim.engine.counting import Pay, counts_of
from urbsim.engine.desk import post_rows
from urbsim.engine.stages import attention
from urbsim.engine.state import BAND_EDGES
from urbsim.engine.tally import together
from urbsim.engine.turns import turns_of
from urbsim.population.registry import GONE, OUTSIDE
from urbsim.scenario import load


def against_mesa(weight: int, quarters: int, repeat: int) -> dict[str, Any]:
    """Return seconds a household-quarter of the engine and of the twin, and their ratio; both run the same quarters."""
    from tests.reference.model import ReferenceModel

    scenario = load(SCENARIO)
    inputs = inputs_of(scenario, 0)
    people, templates = people_of(scenario.region, weight, 0)
    numbers = {"weight": weight, "seed": 0}
    warm = Engine(inputs, people, templates, **numbers)  # type: ignore[arg-type]
    warm.run(quarters)
    say(f"engine, {warm.n} households")
    engines: list[Engine] = []
    ours = timed(
        lambda: engines[-1].run(quarters), repeat, lambda: engines.append(Engine(inputs, people, templates, **numbers))  # type: ignore[arg-type]
    )  # fmt: skip
    rows = engines[-1].n
    say("one Mesa object a household")
    models: list[Any] = []

    def step() -> None:
        for _ in range(quarters):
            models[-1].step()

    theirs = timed(step, 1, lambda: models.append(ReferenceModel(inputs, people, templates, **numbers)))  # type: ignore[arg-type]
    same = bool(np.array_equal(engines[-1].frame["residents"], models[-1].frame["residents"]))
    return {
        "households": rows, "quarters": quarters, "equal": same, "ratio": theirs["cpu_median"] / ours["cpu_median"],
        "ns_per_household_quarter": {
            "engine": ours["cpu_median"] / rows / quarters * 1e9, "mesa": theirs["cpu_median"] / rows / quarters * 1e9,
        },
    }  # fmt: skip


def numpy_bytes(identity: Any, quarter: int, part: int, key: int) -> Any:
    """Return n x 16 shared bytes, as `rng.bytes_of`."""
    low, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    c0, c1 = identity & low, identity >> shift
    c2, c3 = np.full(identity.size, quarter << 16 | part, np.uint64), np.full(identity.size, rng.BYTES, np.uint64)
    k0, k1 = np.uint64(key) & low, np.uint64(key) >> shift
    for _ in range(10):
        first, second = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (second >> shift) ^ c1 ^ k0, second & low, (first >> shift) ^ c3 ^ k1, first & low
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & low, (k1 + np.uint64(0xBB67AE85)) & low
    return np.stack([c0 | c1 << shift, c2 | c3 << shift], axis=1).view(np.uint8)


def numpy_attention(h: Any, e: Engine, luck: Any, chances: Any) -> Any:
    """Return who reconsiders; a byte that leaves it open is decided by the kernel's own draw."""
    q, school = e.q, np.zeros(h.size, dtype=bool)
    for name in ("child1_birth", "child2_birth"):
        school |= (h[name] != NO_DATE) & np.isin(q - h[name].astype(np.int64), (24, 48, 60))
    chance = np.where(school, chances[4], chances[0])
    old = (q - h["head_birth"].astype(np.int64)) >> 2 >= 16
    byte = luck[:, rng.ATTEND_BYTE % 16].astype(np.float64)
    sure, open_ = byte + 1 <= 256 * chance, (byte < 256 * chance) & (byte + 1 > 256 * chance)
    for i in np.flatnonzero(open_):
        sure[i] = rng.draw1(e.key, rng.ATTEND, h["id"][i], q) < chance[i]
    return sure & old & (h["place"] != GONE)


def numpy_persons(h: Any, areas: int, q: int) -> Any:
    """Return persons by area of residence and age band."""
    result = np.zeros((areas, 10), dtype=np.int64)
    home = np.where(h["origin"] < areas, h["origin"], OUTSIDE)
    flags = (
        ("head_birth", np.zeros(h.size, bool)), ("spouse_birth", h["spouse"] == 2), ("child1_birth", h["child1"] & 2 > 0),
        ("child2_birth", h["child2"] & 2 > 0), ("elder1_birth", h["elders"] & 4 > 0), ("elder2_birth", h["elders"] & 4 > 0),
    )  # fmt: skip
    for name, at_home in flags:
        where = np.where(at_home, home, h["resident_area"]).astype(np.int64)
        counted = (h[name] != NO_DATE) & (where < areas) & (h["place"] != GONE)
        age = np.clip((q - h[name][counted].astype(np.int64)) >> 2, 0, 100)
        band = np.searchsorted(BAND_EDGES, age, side="right")
        result += np.bincount(where[counted] * 10 + band, minlength=result.size).reshape(result.shape)
    return result


def against_numpy(weight: int, repeat: int) -> dict[str, Any]:
    """Return the ratio stage by stage, on all rows of a run: the engine's way to the same result, and numpy's."""
    engine = open_engine(load(SCENARIO), weight=weight)
    engine.run(2)
    before, e = engine.households[: engine.n].copy(), engine
    old = e.roll.open().words[: e.n].copy()
    e.step()
    g, n = e.roll.open(), before.size
    assert np.array_equal(e.households["id"][:n], before["id"])  # nobody was dropped between the quarters
    x = chances.places(e, e.current_utilities())
    limits, words, ids = chances.place_limits(e, x), np.empty((2, n), np.uint64), np.empty(n, np.uint64)
    found: dict[str, Any] = {}

    def compare(name: str, ours: Any, theirs: Any, prepare: Any = None) -> None:
        say(f"numpy: {name}")
        kernel, plain = timed(ours, repeat, prepare), timed(theirs, repeat)
        found[name] = {
            "kernel_ns": kernel["cpu_median"] / n * 1e9, "numpy_ns": plain["cpu_median"] / n * 1e9,
            "ratio": plain["cpu_median"] / kernel["cpu_median"],
        }  # fmt: skip

    luck = numpy_bytes(g.h["id"][:n].copy(), e.q, 1, int(e.key))
    rng.bytes_of(g.h, 0, n, e.q, e.key, 1, ids, words)
    assert np.array_equal(luck.view(np.uint64), words.T)
    compare("luck", lambda: rng.bytes_of(g.h, 0, n, e.q, e.key, 1, ids, words), lambda: numpy_bytes(g.h["id"][:n], e.q, 1, int(e.key)))

    event, places, ways, attending = np.zeros(n, np.uint8), np.empty(n, np.int64), np.empty(n, np.uint32), np.empty(n, np.int64)
    byte = rng.as_bytes(words)

    def attend() -> int:
        m = watch.find_places(words, g.kinds[:n], event, limits, e.q, 0, 0, places, ways)
        who = places[:m][ways[:m] & watch.TO_ATTEND > 0]
        return int(attention.attention(g.h, who, byte, e.q, e.key, x.attends, x.most_attends, event, attending))

    assert np.array_equal(np.flatnonzero(numpy_attention(g.h[:n], e, luck, x.attends)), attending[: attend()])
    compare("attention", attend, lambda: numpy_attention(g.h[:n], e, luck, x.attends))

    changed = np.flatnonzero((old != g.words[:n]).any(axis=1))
    was, was_words = before[changed], old[changed]
    spare = together(e.roll.tallies)
    spare = type(spare)(*(values.copy() for values in spare))
    roll = g._replace(tally=spare)
    pay = Pay(e.wage, e.rules, e.inputs.params)

    def count() -> Any:
        post_rows(roll, turns_of(0, changed.size, 1), changed, was, was_words)
        return counts_of(spare, e.q, e.areas + e.blocks, True, False, pay)

    def forget() -> None:
        for values, kept in zip(spare, together(e.roll.tallies), strict=True):
            values[:] = kept

    assert np.array_equal(e.counts.area["persons_band"][:, 0], numpy_persons(g.h[: e.n], e.areas, e.q))
    compare("count (numpy: persons by age band alone)", count, lambda: numpy_persons(g.h[: e.n], e.areas, e.q), forget)
    kernel, plain = (sum(one[name] for one in found.values()) for name in ("kernel_ns", "numpy_ns"))
    return {"households": n, "stages": found, "ratio": plain / kernel, "all_stages": False}


def main() -> None:
    """Compare and report."""
    options = parser(__doc__)
    options.add_argument("--weight", type=int, default=200)
    options.add_argument("--quarters", type=int, default=2)
    options.add_argument("--numpy-weight", type=int, default=20)
    given = options.parse_args()
    results = {"mesa": against_mesa(given.weight, given.quarters, given.repeat), "numpy": against_numpy(given.numpy_weight, given.repeat)}
    results["mesa-frames"] = {"ratio": None, "why": "not in the registry of this environment"}
    report("against", results, given.out)


if __name__ == "__main__":
    main()
