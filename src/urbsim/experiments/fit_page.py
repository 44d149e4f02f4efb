"""Write the page of a fit: what it was asked and what it got, misses included. Run `python -m urbsim.experiments.fit_page zhejiang`.

The table is of draw 0 at the default weight and seed 0. Nothing in it is typed by hand but the explanations in `docs/fit-remarks*.md`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from urbsim.experiments.solution import SETTLED_FROM_OUTSIDE, published, sums
from urbsim.experiments.solving import TOLERANCES

Floats = npt.NDArray[np.float64]

COMMAND = "python -m urbsim.experiments.fit_page"
SETTLED_INSIDE = "settled_within_province_2015_2018"
GROUPS = [f"{5 * k}-{5 * k + 4}" for k in range(17)] + ["85+"]


def compare(region: Any, frames: dict[str, npt.NDArray[Any]]) -> dict[str, Any]:
    """Return everything the page shows, computed from the frames of draw 0 (time axis first) and the published figures."""
    p = region.prefecture_of
    at = {2018: 32, 2020: 40, 2021: 44, 2022: 48}
    residents = {y: frames["residents"][q].sum(axis=1).astype(float) for y, q in at.items()}
    town = {y: frames["residents"][q, :, 1].astype(float) for y, q in at.items()}
    migrants, movers = frames["migrants"], frames["town_born_movers"]
    other = (migrants[40, :, 1:3, 2].sum(axis=1) + movers[40, :, 2]).astype(float)
    counties = ~np.asarray(region.is_core)
    gap = 100.0 * (town[2020] / residents[2020] - region.town_2020 / region.residents_2020)[counties]
    change = {
        name: (
            float(migrants[40, :, :3, k].sum() + movers[40, :, k].sum() - getattr(region, f"{name}_2010").sum()),
            float(getattr(region, f"{name}_2020").sum() - getattr(region, f"{name}_2010").sum()),
        )
        for k, name in enumerate(("same_area", "other_area"))
    }
    ages = np.stack([sums(frames["persons_age5"][40].sum(axis=1)[:, g], p) for g in range(18)], axis=1)
    asked_ages = region.age_2020.sum(axis=1)
    return {
        "prefecture": {
            "residents": (sums(residents[2020], p), sums(region.residents_2020, p)),
            "other_province": (sums(other, p), sums(region.other_province_2020, p)),
            "town": (sums(town[2020], p), sums(region.town_2020, p)),
        },
        "county_gap": gap,
        "mover_change": change,
        "age_gap": 100.0 * (ages / ages.sum(axis=1, keepdims=True) - asked_ages / asked_ages.sum(axis=1, keepdims=True)),
        "hukou_rate_2018": 100.0 * frames["hukou_urban"][32].sum() / frames["hukou"][32].sum(),
        "rate": {y: 100.0 * town[y].sum() / residents[y].sum() for y in at},
        "settled_outside": float(frames["settled"][17:33, :, 2].sum()),
        "settled_inside": float(frames["settled"][17:33, :, :2].sum()),
        "components": frames["change_residents"][1:41].sum(axis=(0, 1)),
        "town_components": frames["change_town"][1:41].sum(axis=(0, 1)),
        "change_by_area": (residents[2020], town[2020]),
    }


def ruler(region: Any) -> Floats:
    """Return the counties' errors (points) of the simplest rule on the same data: one logit drift per prefecture, met by its 2020 share."""
    from scipy.optimize import brentq

    share = region.town_2010 / region.residents_2010
    odds = share / (1.0 - share)
    guess = np.zeros(share.size)
    for k in range(len(region.prefecture_codes)):
        rows = np.asarray(region.prefecture_of) == k
        residents, town = region.residents_2020[rows], region.town_2020[rows].sum()

        def drifted(drift: float, rows: npt.NDArray[np.bool_] = rows) -> Floats:
            moved = odds[rows] * np.exp(drift)
            return np.asarray(moved / (1.0 + moved), dtype=np.float64)

        guess[rows] = drifted(brentq(lambda d, r=residents, t=town, f=drifted: float((f(d) * r).sum() - t), -3.0, 6.0))
    return np.asarray(100.0 * (guess - region.town_2020 / region.residents_2020)[~np.asarray(region.is_core)], dtype=np.float64)


def published_rate(region: Any, year: int, variable: str = "urbanization_rate") -> float:
    """Return the region's published rate of a year (revised vintage or census), percent."""
    points = [
        point.value
        for point in region.published
        if point.area == region.name and point.date.year == year and point.variable == variable and point.vintage != "first_published"
    ]
    return float(points[-1]) if points else float("nan")


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _table(head: tuple[str, ...], rows: list[str]) -> list[str]:
    return [_row(*head), _row(*("---" for _ in head)), *rows, ""]


def _met(condition: bool) -> str:
    return "met" if condition else "**missed**"


def fitted_rows(region: Any, found: dict[str, Any]) -> list[str]:
    """Return the table of fitted targets by prefecture."""
    rows = []
    for k, code in enumerate(region.prefecture_codes):
        got, asked = ({name: found["prefecture"][name][side][k] for name in found["prefecture"]} for side in (0, 1))
        residents = got["residents"] / asked["residents"] - 1.0
        other = got["other_province"] / asked["other_province"] - 1.0
        share = 100.0 * (got["town"] / got["residents"] - asked["town"] / asked["residents"])
        passed = (
            abs(residents) <= TOLERANCES["residents"]
            and abs(other) <= TOLERANCES["other_province"]
            and abs(share) <= TOLERANCES["town_share"]
        )
        rows.append(
            _row(code, f"{asked['residents'] / 1e4:.1f}", f"{residents:+.2%}", f"{asked['other_province'] / 1e4:.1f}", f"{other:+.2%}",
                 f"{100 * asked['town'] / asked['residents']:.2f}", f"{share:+.2f}", _met(passed))
        )  # fmt: skip
    return _table(
        ("prefecture", "residents 2020 (10k)", "error", "other provinces (10k)", "error", "town share %", "error, points", "all three"),
        rows,
    )


def unfitted_rows(region: Any, found: dict[str, Any]) -> list[str]:
    """Return the table of what is not solved for."""
    gap = np.abs(found["county_gap"])
    within4, within8 = float(np.mean(gap <= 4.0)), float(np.mean(gap <= 8.0))
    drift = np.abs(ruler(region))
    worst_age = float(np.abs(found["age_gap"]).max())
    rows = [
        _row("counties' town share 2020, within 4 points", "at least 75 %", f"{within4:.0%}", _met(within4 >= 0.75)),
        _row("counties' town share 2020, within 8 points", "at least 95 %", f"{within8:.0%}", _met(within8 >= 0.95)),
    ]
    rows.append(
        _row(
            "the same by a logit drift per prefecture, the simplest rule",
            "-",
            f"{np.mean(drift <= 4.0):.0%} and {np.mean(drift <= 8.0):.0%}",
            "baseline",
        )
    )
    for name, (got, asked) in found["mover_change"].items():
        error = got / asked - 1.0
        rows.append(
            _row(
                f"change of {name.replace('_', '-')} movers 2010-2020 (m)",
                f"{asked / 1e6:.2f} ± 20 %",
                f"{got / 1e6:.2f} ({error:+.0%})",
                _met(abs(error) <= 0.2),
            )
        )
    rows.append(_row("age shares 2020 by prefecture, largest error (points)", "1.5", f"{worst_age:.1f}", _met(worst_age <= 1.5)))
    if np.isfinite(hukou := published_rate(region, 2018, "hukou_urbanization_rate")):
        hukou_got = found["hukou_rate_2018"]
        rows.append(_row("hukou urbanization rate 2018 (%)", f"{hukou:.1f} ± 2", f"{hukou_got:.1f}", _met(abs(hukou_got - hukou) <= 2.0)))
    for year in (2021, 2022):
        asked = published_rate(region, year)
        if not np.isfinite(asked):
            continue
        rows.append(
            _row(
                f"resident urbanization rate {year} (%)",
                f"{asked:.2f} ± 0.4",
                f"{found['rate'][year]:.2f}",
                _met(abs(found["rate"][year] - asked) <= 0.4),
            )
        )
    if (inside := published(region, SETTLED_INSIDE)) is not None:
        bound = f"{inside / 1e6:.2f}, an upper bound: contains reclassification, students, family"
        rows.append(_row("settled 2015-2018 from within the region (m)", bound, f"{found['settled_inside'] / 1e6:.2f}", "reported"))
    return _table(("what", "asked", "got", ""), rows)


def page(region: Any, found: dict[str, Any], constants: list[str], remarks: str) -> str:
    """Return the page as Markdown."""
    names = ("natural_increase_town", "natural_increase_village", "own_villages", "other_areas", "outside_town", "outside_village",
             "reclassification", "town_born_migration", "return_or_coverage")  # fmt: skip
    parts = _table(
        ("component, 2010-2020", "residents (m)", "town residents (m)"),
        [
            _row(n, f"{a / 1e6:+.2f}", f"{b / 1e6:+.2f}")
            for n, a, b in zip(names, found["components"], found["town_components"], strict=True)
        ],
    )
    lines = [
        f"# The best member of {region.title.en}: asked and got", "",
        f"Draw 0 at the default weight, seed 0. Made by `{COMMAND} {region.name}` (this page) from the ensemble of",
        f"`urbsim calibrate {region.name}` ([calibration.md](calibration.md)). Solved for are {len(region.area_codes)} place constants,",
        f"{len(region.prefecture_codes)} constants for people of other provinces, {len(region.prefecture_codes)} yearly rates of",
        "reclassification and 3 rates. Outcomes dated after 2020 are compared, never fitted.", "",
        "## Fitted targets", "", *fitted_rows(region, found), *settled_lines(region, found),
        "## Beyond what is solved for", "",
        "Movers, counties, ages and the hukou rate weigh the members ([calibration.md](calibration.md)); 2021 and 2022 do not.", "",
        *unfitted_rows(region, found), remarks, "",
        "## What moved people, in the model", "", *parts,
        "## The fitted values of draw 0", "", *constants,
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def settled_lines(region: Any, found: dict[str, Any]) -> list[str]:
    """Return the line on settlers from other provinces, where their number is published."""
    if (asked := published(region, SETTLED_FROM_OUTSIDE)) is None:
        return []
    got = found["settled_outside"]
    return [f"Settled from other provinces 2015-2018 (m): asked {asked / 1e6:.3f}, got {got / 1e6:.3f}.", ""]


def fitted_values(region: Any) -> list[str]:
    """Return the list of every fitted constant and rate of draw 0."""
    from urbsim.parameters import member

    chosen = member(region.name, 0)
    rates = _table(("rate", "value"), [_row(f"`{s}`", f"{chosen.parameters[s]:.4g}") for s in ("k_outside", "k_town", "k_q_out")])
    by_prefecture = [_row(code, f"{chosen.constants['reclassification'][code]:.4g}") for code in region.prefecture_codes]
    own, block = (chosen.array(name, region) for name in ("xi", "xi_block"))
    areas = [_row(code, f"{own[a]:+.3f}", f"{block[a]:+.3f}") for a, code in enumerate(region.area_codes)]
    return [
        *rates,
        *_table(("prefecture", "`reclassification`, share of villagers a year"), by_prefecture),
        *_table(("area", "`xi`, utils", "`xi_block`, utils"), areas),
    ]


def main() -> None:
    """Run draw 0 to 2022 and write the page: `docs/fit.md` for Zhejiang, `docs/fit-<region>.md` for others."""
    import argparse

    from urbsim.engine import simulate
    from urbsim.experiments.solving import scenario_of
    from urbsim.regions import load_region
    from urbsim.scenario import load

    parser = argparse.ArgumentParser(description="Write docs/fit.md from a run of draw 0.")
    parser.add_argument("region", nargs="?", default="zhejiang")
    given = parser.parse_args()
    region, scenario = load_region(given.region), load(scenario_of(given.region))
    frames = simulate(scenario, draw=0, replicate=0, seed=0, weight=scenario.run.weight, until=48)
    docs = Path(__file__).resolve().parents[3] / "docs"
    ending = "" if region.name == "zhejiang" else f"-{region.name}"
    remarks_file = docs / f"fit-remarks{ending}.md"
    remarks = remarks_file.read_text(encoding="utf-8") if remarks_file.exists() else ""
    (docs / f"fit{ending}.md").write_text(page(region, compare(region, frames), fitted_values(region), remarks), encoding="utf-8")
    print(f"docs/fit{ending}.md written")


if __name__ == "__main__":
    main()
