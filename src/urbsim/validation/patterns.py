"""The thirteen patterns (a)-(m) of the review of evidence (part 6), each computed on the members of the ensemble.

A pattern is *met* if at least 80 % of the members show it, *not met* if fewer do, and *cannot be judged* where the model has no such
quantity or the runs say too little. None was fitted. The bands are the evidence's own where it gives one, else a sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from urbsim.validation.baselines import Floats
from urbsim.validation.diary import WILLING
from urbsim.validation.runs import TWINS, baseline
from urbsim.validation.snapshots import FAMILY
from urbsim.validation.tasks import Kept, Task

MOST = 0.8  # of the members
FIRST = 2010
LEAST_ASKED = 15  # movers of an area whose mean willingness counts
POINTS_ALONE = 120.0  # months
LEAST_CHILDREN = 500  # of 12-14, rows
BINDS = 0.02  # per cent of wages: a reform that moves less does not bind
OPEN = "cannot be judged"


@dataclass(frozen=True)
class Pattern:
    """One pattern: its letter, what should hold, the quantity computed, and the band it should lie in (None: open)."""

    letter: str
    claim: str
    quantity: str
    low: float | None
    high: float | None
    values: Callable[[dict[str, Floats], dict[str, list[dict[str, Floats]]]], Floats]
    remark: str = ""


def at(year: int) -> int:
    """Return the index of a year end."""
    return year - FIRST


def hazard(runs: dict[str, Floats], first: int, last: int) -> Floats:
    """Return by draw the settled of a span of years over the people who could settle (rural in town, unregistered, permit)."""
    years = slice(at(first), at(last) + 1)
    settled = runs["settled"][:, years].sum(axis=(1, 2))
    stock = runs["status"][:, slice(at(first) - 1, at(last))][:, :, :3].sum(axis=(1, 2, 3))
    return np.asarray(settled / np.maximum(stock, 1.0))


def cross_share(runs: dict[str, Floats], year: int) -> Floats:
    """Return the share of those away who crossed the region's border: people of other provinces, and the region's own outside."""
    movers, absent = runs["movers"][:, at(year)].sum(axis=1), runs["absent"][:, at(year)].sum(axis=1)
    out = movers[:, 2] + absent
    return np.asarray(out / (out + movers[:, 1]))


def _returns(runs: dict[str, Floats], _: Any) -> Floats:
    both = (runs["returns"] + runs["returns_outside"])[:, at(2011) : at(2020) + 1].sum(axis=1)
    return np.asarray(both[:, 1] / np.maximum(both.sum(axis=1), 1.0))


def _laxer(runs: dict[str, Floats], _: Any) -> Floats:
    """Return by draw the rank correlation between areas of willingness and laxity in 2017; NaN where all rules are alike."""
    from scipy.stats import spearmanr

    found, lax = [], runs["laxity"]
    for asked in runs["willing"]:
        usable = asked[:, 1] >= LEAST_ASKED
        differ = usable.sum() >= 5 and np.unique(lax[usable]).size > 1
        found.append(spearmanr(asked[usable, 0] / asked[usable, 1], lax[usable]).statistic if differ else np.nan)
    return np.array(found)


def _service(runs: dict[str, Floats], _: Any) -> Floats:
    return np.asarray(runs["service_wage"][:, 0] / runs["service_wage"][:, 1])


def _home_share(runs: Any, who: str) -> Floats:
    k, j = FAMILY.index(f"{who}_home"), FAMILY.index(f"{who}_along")
    return np.array([run["family"][k] / max(run["family"][k] + run["family"][j], 1.0) for run in runs])


def _daughters(runs: dict[str, Floats], twins: dict[str, list[dict[str, Floats]]]) -> Floats:
    """Return by draw the rise of the share of girls of 12-14 at home less that of boys, with 40 % fewer places (points); NaN with few."""
    less, base = twins["fewer_seats"], twins["base"]
    known = np.array([run["family"][FAMILY.index("girls_lower_along") : FAMILY.index("boys_lower_home") + 1].sum() for run in base])
    girls, boys = (_home_share(less, who) - _home_share(base, who) for who in ("girls_lower", "boys_lower"))
    return np.where(known >= LEAST_CHILDREN, 100.0 * (girls - boys), np.nan)


def _medical(member: str) -> Callable[[Any, dict[str, list[dict[str, Floats]]]], Floats]:
    """Return a function: the relative change of members along (or heads) when all bills are settled directly, against none (per cent)."""
    k = FAMILY.index(member)

    def change(_: Any, twins: dict[str, list[dict[str, Floats]]]) -> Floats:
        pairs = zip(twins["medical_on"], twins["medical_off"], strict=True)
        return np.array([100.0 * (on["family"][k] / max(off["family"][k], 1.0) - 1.0) for on, off in pairs])

    return change


def _kin(runs: dict[str, Floats], _: Any) -> Floats:
    """Return by draw the rank correlation between areas of origin of the share away in 2010 and of who left the village 2011-2020."""
    from scipy.stats import spearmanr

    found = []
    for start, left in zip(runs["origins_2010"], runs["left_village"], strict=True):
        home = np.maximum(start[:, 1] - start[:, 0], 1.0)
        found.append(spearmanr(start[:, 0] / np.maximum(start[:, 1], 1.0), left[1 : at(2020) + 1].sum(axis=0) / home).statistic)
    return np.array(found)


def _runaway(runs: dict[str, Floats], _: Any) -> Floats:
    """Return by draw the yearly number who leave the village 2021-2027 over that of 2011-2020."""
    left = runs["left_village"].sum(axis=2)
    return np.asarray(left[:, at(2021) :].mean(axis=1) / np.maximum(left[:, at(2011) : at(2020) + 1].mean(axis=1), 1.0))


def _wages(runs: dict[str, Floats], twins: dict[str, list[dict[str, Floats]]]) -> Floats:
    """Return by draw the change of migrants' wages in the largest core by 2020 when its rule opens in 2014 (per cent).

    NaN where nothing happens: the rule was open before.
    """
    pairs = zip(twins["open_core"], twins["base"], strict=True)
    found = np.array([100.0 * float(np.log(one["core_wage"] / base["core_wage"])) for one, base in pairs])
    return np.where(np.abs(found) < BINDS, np.nan, found)


def _owners(runs: dict[str, Floats], _: Any) -> Floats:
    tenure = runs["tenure"][:, at(2018)]
    return np.asarray((tenure[:, 4] + tenure[:, 5]) / tenure.sum(axis=1))


PATTERNS = (
    Pattern("a", "the hazard of settling falls after 2018 while rules loosen", "hazard of settling 2019-2022 over that of 2015-2018",
            None, 1.0, lambda r, _: hazard(r, 2019, 2022) / np.maximum(hazard(r, 2015, 2018), 1e-9)),
    Pattern("b", "the share of those away who crossed a provincial border falls", "share 2022 less share 2010, points",
            None, 0.0, lambda r, _: 100.0 * (cross_share(r, 2022) - cross_share(r, 2010))),
    Pattern("c", "migrants' mean age rises", "mean age of migrant heads of 16-64, 2022 less 2011, years",
            0.0, None, lambda r, _: r["mean_age"][:, 11] - r["mean_age"][:, 0]),
    Pattern("d", "who has stayed longer stays, odds ratio near 1.07 a year",
            "odds ratio of staying through 2021 per year there (to ten), schooling and age held", 1.04, 1.10, lambda r, _: r["stay"],
            "Band: the survey's slope 0.05-0.09 (intention to stay), a little wider. Stayers are selected."),
    Pattern("e", "about half of the returns lead to a town at home", "share of returns 2011-2020 to the county town", 0.4, 0.6, _returns),
    Pattern("f", "willingness is no higher in laxer cities", "rank correlation over areas of willingness with the laxity of the rule, 2017",
            None, 0.1, _laxer,
            "Laxity: the fewest months that an open route asks for."),
    Pattern("g", "a standardised effect of services is below that of wages", "one deviation of school places over one of wages, utils",
            None, 1.0, _service, "Schools are the only service in the utility of places."),
    Pattern("h", "daughters, not sons, stay behind when lower-secondary places are short",
            "rise of the share left at home with 40 % fewer places, girls less boys, points", 0.0, None, _daughters),
    Pattern("i", "direct settlement of bills brings children along", "children along, all bills settled against none, per cent", 0.0, None,
            _medical("children_along"), "The study finds +5.6 % for children."),
    Pattern("i", "... and parents", "elders along, all bills settled against none, per cent", 0.0, None, _medical("elders_along"),
            "The study finds +19.4 %."),
    Pattern("i", "... and not workers", "households away, all bills settled against none, per cent", -1.0, 1.0, _medical("heads")),
    Pattern("j", "moves decay with distance, inside a nest", "slope of moves 2016-2020 in log distance, origins and places held",
            -2.0, -0.3, lambda r, _: r["distance"], "Band: from the partial coefficient of nested logits (0.23-0.40, dissimilarity "
            "0.5-0.6) to the trade-off without networks held (1.5 times the wage slope)."),
    Pattern("k", "villages with more people away send more", "rank correlation over areas of share away 2010 with leaving 2011-2020",
            0.0, None, _kin),
    Pattern("k", "... without explosion", "people who leave the village a year, 2021-2027 over 2011-2020", None, 1.5, _runaway),
    Pattern("l", "migrants' wages give way where a reform binds", "wages of the largest core by 2020, opened in 2014 against not, per cent",
            -7.9, -2.6, _wages, "Natives have no wage in the model; the study compares migrants before and after against natives."),
    Pattern("m", "about one migrant household in five owns its home (2018)", "share of migrant households that own, 2018",
            0.15, 0.25, _owners,
            "19 % in a national survey."),
)  # fmt: skip


def twin_tasks(region: str, draws: int) -> list[Task]:
    """Return the twin runs that the patterns need."""
    return [Task("twin", region, draw, (name,)) for name in TWINS for draw in range(draws)]


def judge(region: Any, kept: Kept, draws: int, twin_draws: int) -> pd.DataFrame:
    """Return one row a pattern: median, 5 and 95 %, share of members that show it, verdict."""
    base = [kept.get(Task("base", region.name, draw)) for draw in range(draws)]
    names = (
        "settled", "status", "movers", "absent", "mean_age", "stay", "returns", "returns_outside", "willing", "service_wage", "distance",
        "origins_2010", "left_village", "tenure",
    )  # fmt: skip
    runs = {name: np.stack([run[name] for run in base]).astype(float) for name in names}
    runs["laxity"] = laxity(region)
    core = int(np.argmax(region.residents_2010))
    twins: dict[str, list[dict[str, Floats]]] = {"base": base[:twin_draws]}
    for name in TWINS:
        twins[name] = [kept.get(Task("twin", region.name, draw, (name,))) for draw in range(twin_draws)]
    for group in twins.values():
        for run in group:
            run["core_wage"] = np.asarray(run["wage"][at(2020), core])
    return pd.DataFrame([_row(pattern, np.asarray(pattern.values(runs, twins), dtype=float)) for pattern in PATTERNS])


ROUTES = (("owner_residence_months", "owner_insurance_months"), ("renter_residence_months", "renter_insurance_months"),
          ("worker_residence_months", "worker_insurance_months"))  # fmt: skip


def laxity(region: Any) -> Floats:
    """Return by area how lax the rule of settling is at the end of 2017: less the months that the easiest open route asks for.

    Where no route is open (points alone) it is as if `POINTS_ALONE` months were asked.
    """
    policy = baseline(region.name).policy
    asked = []
    for names in ROUTES:
        months = [np.asarray(policy.array(f"settlement.{name}"))[WILLING] for name in names]
        closed = np.any([each < 0.0 for each in months], axis=0)
        asked.append(np.where(closed, POINTS_ALONE, np.maximum(*months)))
    return np.asarray(-np.min(asked, axis=0))


def _row(pattern: Pattern, values: Floats) -> dict[str, Any]:
    known = values[np.isfinite(values)]
    inside = np.ones(known.size, dtype=bool)
    if pattern.low is not None:
        inside &= known > pattern.low
    if pattern.high is not None:
        inside &= known < pattern.high
    verdict = OPEN if known.size < 2 else "met" if inside.mean() >= MOST else "not met"
    low, middle, high = np.quantile(known, [0.05, 0.5, 0.95]) if known.size else (np.nan,) * 3
    return {
        "pattern": pattern.letter, "claim": pattern.claim, "quantity": pattern.quantity, "band_low": pattern.low, "band_high": pattern.high,
        "median": middle, "low": low, "high": high, "members": known.size, "share_showing": float(inside.mean()) if known.size else np.nan,
        "verdict": verdict, "remark": pattern.remark,
    }  # fmt: skip
