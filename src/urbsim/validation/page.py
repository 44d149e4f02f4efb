"""Write docs/validation.md from the stored validations of the regions: run `python -m urbsim.validation.page`.

Nothing on the page is typed by hand but the explanations in `docs/validation-remarks.md`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from urbsim.validation import noise, patterns, spread, summary
from urbsim.validation.runs import FERTILITY, FOLD_RUNS, INPUTS
from urbsim.validation.scores import coverage_band

REGIONS = ("zhejiang", "fujian", "xuchang")
COMMAND = "python -m urbsim.validation.page"
TITLES = {
    "left_out": "From the census of 2010 to that of 2020, a prefecture left out in turn",
    "later": "From the census of 2020 to 2021 and 2022",
    "changes": "Yearly changes 2012-2019, in the series of their time",
    "transfer": "Behaviour of Zhejiang, place constants refitted to the own census of 2020",
    "transfer_later": "The same, 2021 and 2022",
}
HEADLINE = (("town_share", "area"), ("town_share", "prefecture"), ("same_area", "area"), ("other_area", "area"), ("other_province", "area"),
            ("same_area", "prefecture"), ("other_area", "prefecture"), ("other_province", "prefecture"),
            ("residents", "area"), ("residents", "prefecture"), ("age_share", "prefecture"))  # fmt: skip
AFTER = (("urbanization_rate", "region"), ("urbanization_rate", "prefecture"), ("resident_population", "region"),
         ("resident_population", "prefecture"))  # fmt: skip
FEW, TOO_FEW = 10, 5  # points: marked; and with so few no share lies between 65 and 95 % but by chance


OPENING = """
This page is written from stored results (`results/validation`, `results/projection`) by the last of these commands:

```
{commands}
```

**Rules.** No outcome is used before its year, none of 2023 or later at all (of inputs, the factors that tell areas' wages, prices and
rents apart are those of urban incomes of 2024, one for all years); the series first published to 2019 and those revised after the census
of 2020 are never joined. Points are counted at every score. Shares are scored in points, counts in per cent of the count of 2010 (of the
census of 2020 for later years), so that a county weighs as much as Hangzhou. *Skill* is 1 - CRPS(urbsim) / CRPS(baseline): above 0 the
model is better; in brackets its 95 % interval by bootstrap over blocks (a left-out prefecture with its counties; else areas), from four
blocks on. *80 % if right* is the range of the share inside that a right band shows in 95 of 100 cases if points were independent, which
they are not. *urbsim better in*: share of areas with the lower mean CRPS. Baselines B1-B7 as in `urbsim.validation`; where a prefecture
is left out they are fitted on the others (`urbsim.validation.others`), and B5 is B2.

**What a forecast holds.** *Left out*: every draw's run under constants guessed from the other prefectures, which are solved anew ({runs}
runs from the member's own), and the error that the same run makes in the others' areas; `urbsim_bare` is the runs alone. The behavioural
parameters are the ensemble's, and the whole region's census had a part in choosing them; the constants, the bulk of the fit, know nothing
of the left-out prefecture. Published inputs of the region (wages, homes, school places, births, ages of newcomers) that rest on figures
of 2020 stay. *2021 and 2022*: each run's step since 2020 laid on the census, with the noise of published figures: {points} points a year,
{vintage} points more for every year since the census (a decade moved by about a point between two vintages); residents {share:.1f} %.
`urbsim_bare` keeps the runs' own level of 2020. The runs are given the published births and deaths of 2021 and 2022, the baselines are
not; the bands of baselines for region and prefectures hold their own past errors, not that noise. *Yearly changes*: the runs know the
census of 2020, so that only the timing is judged; the baselines know the earlier changes of the same series.

**Patterns** are met if at least {most:.0f} % of the members lie in the band. **Structure** is a scenario with parameters set and
constants solved anew: a mechanism switched off to see what rests on it.
"""


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> list[str]:
    """Return a Markdown table."""
    return [_row(head), _row(tuple("---" for _ in head)), *(_row(row) for row in rows), ""]


def _row(cells: tuple[object, ...]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def size(value: float) -> str:
    """Return an error: points of a share, or per cent of a count."""
    return f"{value:.2f}"


def skill_table(skill: pd.DataFrame) -> list[str]:
    """Return one row an indicator, level and method."""
    rows: list[tuple[object, ...]] = []
    for row in skill.to_dict("records"):
        own = row["method"] == "urbsim"
        name = row["indicator"]
        low, high = coverage_band(int(row["points"]), 0.8)
        interval = f" [{row['skill_low']:+.2f}, {row['skill_high']:+.2f}]" if pd.notna(row["skill_low"]) else ""
        rows.append(
            (f"**{name}**" if own else "", row["level"] if own else "", row["method"], int(row["points"]),
             size(row["mean_absolute_error"]), size(row["median_absolute_error"]), size(row["bias"]), size(row["crps"]),
             size(row["interval_score_80"]), f"{row['inside_50']:.0%} / {row['inside_80']:.0%} / {row['inside_95']:.0%}",
             f"{low:.0%}-{high:.0%}" if own else "", "" if own else f"{row['skill_of_urbsim']:+.2f}{interval}",
             "" if own else f"{row['better_in']:.0%}")
        )  # fmt: skip
    head = ("indicator", "level", "method", "points", "mean abs. error", "median abs. error", "bias", "CRPS", "interval score 80 %",
            "inside 50 / 80 / 95 %", "80 % if right", "skill of urbsim", "urbsim better in")  # fmt: skip
    return table(head, rows)


def must_show(skills: dict[str, pd.DataFrame], region: str) -> list[tuple[object, ...]]:
    """Return what the validation set out to show, met or missed, with the figures."""
    rows: list[tuple[object, ...]] = []
    if "left_out" in skills:
        for indicator, level in HEADLINE:
            rows += _against_all(skills["left_out"], indicator, level, f"left out: {indicator}, {level}")
    if "later" in skills:
        for indicator, level in AFTER:
            rows += _against_all(skills["later"], indicator, level, f"2021-22: {indicator}, {level}")
    for name, skill in skills.items():
        for row in skill[skill["method"] == "urbsim"].to_dict("records"):
            verdict = "not judged" if row["points"] < TOO_FEW else "met" if 0.65 <= row["inside_80"] <= 0.95 else "**missed**"
            title = f"{name}: {row['indicator']}, {row['level']}: 80 % band holds 65-95 %"
            rows.append((title, f"{row['inside_80']:.0%} of {_points(row['points'])}", "", "", verdict))
    return rows


def _points(number: float) -> str:
    return f"{number:.0f}" + (" (few)" if number < FEW else "")


def _against_all(skill: pd.DataFrame, indicator: str, level: str, title: str) -> list[tuple[object, ...]]:
    """Return whether the median absolute error lies below every baseline's, and the CRPS beside, which looks at all errors and the band."""
    part = skill[(skill["indicator"] == indicator) & (skill["level"] == level)]
    rivals = part[~part["method"].isin(("urbsim", "urbsim_bare"))]
    if part.empty or rivals.empty:
        return []
    ours = part[part["method"] == "urbsim"].iloc[0]
    nearest, sharpest = (rivals.sort_values(measure).iloc[0] for measure in ("median_absolute_error", "crps"))
    own, other = float(ours["median_absolute_error"]), float(nearest["median_absolute_error"])
    return [
        (f"{title}: median absolute error below every baseline's, {_points(ours['points'])} points", size(own),
         f"{nearest['method']} {size(other)}", f"{size(float(ours['crps']))}; {sharpest['method']} {size(float(sharpest['crps']))}",
         "met" if own < other else "**missed**")
    ]  # fmt: skip


def pattern_table(found: pd.DataFrame) -> list[str]:
    """Return the patterns with figure, band and verdict."""
    rows: list[tuple[object, ...]] = []
    for row in found.to_dict("records"):
        low, high = ("" if pd.isna(row[name]) else f"{row[name]:g}" for name in ("band_low", "band_high"))
        band = f"{low} to {high}" if low and high else f"above {low}" if low else f"below {high}"
        verdict = row["verdict"] if row["verdict"] == "met" else f"**{row['verdict']}**"
        remark = f" {row['remark']}" if isinstance(row["remark"], str) else ""
        middle = f"{row['median']:.3g} [{row['low']:.3g}, {row['high']:.3g}]"
        rows.append((f"({row['pattern']})", row["claim"], row["quantity"], band, middle,
                     f"{row['share_showing']:.0%} of {row['members']:.0f}", verdict + "." + remark))  # fmt: skip
    return table(("", "pattern", "quantity", "band", "median [5, 95 %]", "members that show it", "verdict"), rows)


def spread_tables(found: pd.DataFrame, effects: pd.DataFrame, record: dict[str, Any]) -> list[str]:
    """Return why runs differ in 2027, and the effect of the package by structure."""
    rows: list[tuple[object, ...]] = []
    for row in found.to_dict("records"):
        words = spread.QUANTITIES[row["quantity"]] if row["part"] == "all" else ""
        share = "" if pd.isna(row["share_of_variance"]) else f"{row['share_of_variance']:.0%}"
        mean = (
            ""
            if pd.isna(row["mean_or_shift"])
            else f"{row['mean_or_shift']:+.3g}"
            if row["part"] != "all"
            else f"{row['mean_or_shift']:.4g}"
        )
        rows.append((words, row["part"], mean, f"{row['sd']:.3g}", share, int(row["runs"])))
    lines = table(("quantity", "part", "mean; structure: shift", "standard deviation", "share of variance", "runs"), rows)
    lines += ["", _inputs(), "", f"### What the package does: `{record['scenario']}` less `{record['without']}`", ""]
    rows = []
    for quantity, words in spread.QUANTITIES.items():
        for row in effects[effects["quantity"] == quantity].to_dict("records"):
            rows.append((words if row["structure"] == "as built" else "", row["structure"], int(row["draws"]), f"{row['q50']:+.3g}",
                         f"{row['q25']:+.3g} to {row['q75']:+.3g}", f"{row['q10']:+.3g} to {row['q90']:+.3g}",
                         f"{row['q025']:+.3g} to {row['q975']:+.3g}", f"{row['probability_of_sign']:.0%}"))  # fmt: skip
    head = ("effect on", "structure", "draws", "median", "50 %", "80 %", "95 %", "same sign")
    return lines + table(head, rows)


def _inputs() -> str:
    """Return what the inputs were drawn from."""
    ranges = ", ".join(f"`{name}` {mean:+.1%} ± {sd:.1%} a year" for name, (mean, sd) in INPUTS.items())
    times, wide = FERTILITY
    return (
        f"*inputs*, after 2022: {ranges}, births {times:g} ± {wide:g} times the level of 2022: normal, mean ± standard deviation. "
        "**Assumption** [E]: ranges are judged, nothing published gives them."
    )


def projection_table(found: pd.DataFrame, region: str) -> list[str]:
    """Return the projected rates of the region by year and band."""
    part = found[(found["area"] == region) & (found["indicator"] != "resident_population")]
    rows: list[tuple[object, ...]] = [
        (row["indicator"], row["year"], row["band"], f"{row['q50']:.2f}", f"{row['q10']:.2f}-{row['q90']:.2f}",
         f"{row['q025']:.2f}-{row['q975']:.2f}")
        for row in part.sort_values(["indicator", "year", "band"]).to_dict("records")
    ]  # fmt: skip
    return table(("indicator", "year", "band", "median", "80 %", "95 %"), rows)


def region_page(region: str, folder: Path, projected: Path) -> list[str]:
    """Return the lines of one region."""
    record = json.loads((folder / region / "validation.json").read_text(encoding="utf-8"))
    names = [name for name in TITLES if (folder / region / f"skill_{name}.csv").exists()]
    skills = {name: pd.read_csv(folder / region / f"skill_{name}.csv") for name in names}
    lines = [f"## {record['title']}", "", *_how(record), "", "### What it had to show", ""]
    lines += table(("what", "urbsim", "best baseline", "CRPS: urbsim; best baseline", ""), must_show(skills, region))
    for name in names:
        lines += [f"### {record['title']}: {TITLES[name]}", "", f"![skill](../results/validation/{region}/skill_{name}.png)", ""]
        lines += [f"![PIT](../results/validation/{region}/pit_{name}.png)", "", *skill_table(skills[name])]
    lines += [f"### {record['title']}: patterns", "", *pattern_table(pd.read_csv(folder / region / "patterns.csv"))]
    if (folder / region / "spread.csv").exists():
        lines += [f"### {record['title']}: why runs differ in 2027", ""]
        lines += spread_tables(pd.read_csv(folder / region / "spread.csv"), pd.read_csv(folder / region / "effects.csv"), record)
    if (projected / f"{region}.csv").exists():
        lines += [f"### {record['title']}: the projection 2023-2027", "", f"![projection](../results/projection/{region}.png)", ""]
        lines += projection_table(pd.read_csv(projected / f"{region}.csv"), region)
        lines += [f"All areas: [results/projection/{region}.csv](../results/projection/{region}.csv).", ""]
    return lines


def _how(record: dict[str, Any]) -> list[str]:
    """Return how a region's validation was made."""
    lines = [
        f"Made by `{record['command']}` under `{record['scenario']}`: {record['members']} members in plain runs, {record['draws']} where",
        f"constants were solved anew, {record['twin_draws']} in twins; {record['weight']} households a row in runs,",
        f"{record['weight_of_solving']} where constants were solved.",
    ]
    for key, words in (("fold_worst", "left-out prefectures"), ("refit_worst", "structural variants")):
        if record.get(key):
            worst = record[key]
            lines.append(f"Largest error left in the constants of {words}: {worst['median']:.1f} of its tolerance in the median run, "
                         f"{worst['largest']:.1f} at most.")  # fmt: skip
    return lines


def page(folder: Path, projected: Path, remarks: str) -> str:
    """Return the page as Markdown."""
    there = [region for region in REGIONS if (folder / region / "validation.json").exists()]
    lines = ["# Validation: what the fitted model would have said, and what came", "", *_opening(there), remarks, ""]
    for region in there:
        lines += region_page(region, folder, projected)
    return "\n".join(lines).rstrip() + "\n"


def _opening(there: list[str]) -> list[str]:
    """Return what a reader must know first."""
    commands = "\n".join([*(f"urbsim validate {region}" for region in there), COMMAND])
    text = OPENING.format(
        commands=commands, runs=FOLD_RUNS, points=noise.YEARLY_POINTS, vintage=noise.VINTAGE_POINTS, share=100 * noise.YEARLY_SHARE,
        most=100 * patterns.MOST,
    )  # fmt: skip
    return [text.strip(), ""]


def main() -> None:
    """Write the page from the stored results."""
    root = Path(__file__).resolve().parents[3]
    remarks_file = root / "docs" / "validation-remarks.md"
    remarks = remarks_file.read_text(encoding="utf-8") if remarks_file.exists() else ""
    text = page(root / "results" / "validation", root / "results" / "projection", remarks)
    (root / "docs" / "validation.md").write_text(text, encoding="utf-8")
    summary.write(root / "results" / "validation", REGIONS)
    print("docs/validation.md written, and the table of hindcasts that the report shows")


if __name__ == "__main__":
    main()
