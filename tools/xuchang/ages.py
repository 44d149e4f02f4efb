"""Ages of Xuchang by city, town and village, which nobody publishes: Henan's table fitted to Xuchang's published margins."""

from __future__ import annotations

import numpy as np
from regionbuild.evidence import Evidence, Facts, Row, largest_remainder

PARTS = ("city", "town", "village")
SEXES = ("male", "female")
COARSE = ["0", "1_4", *[f"{a}_{a + 4}" for a in range(5, 85, 5)], "85_plus"]
OLD = ["85_89", "90_94", "95_99", "100_plus"]
RULE = (
    "not published; Henan's persons by age, sex and city, town, village fitted (iterative proportions) to Xuchang's ages by sex and to its "
    "town and village residents; city over town residents as in 2020 (826,346 of 2,345,380)"
)
TITLE = "urbsim, tools/xuchang/ages.py"


def _henan(evidence: Evidence, year: int, part: str, sex: str, group: str) -> float:
    names = OLD if group == "85_plus" else [group]
    return sum(evidence.value("henan", year, f"age_{name}_{sex}_{part}_census", "demography") for name in names)


def part_totals(evidence: Evidence, year: int) -> np.ndarray:
    """Return residents of city, town and village of Xuchang; the city share of 2020 holds in both years."""
    city = evidence.value("xuchang", 2020, "chengqu_population_census") / evidence.value("xuchang", 2020, "urban_population_census")
    urban, rural = (evidence.value("xuchang", year, f"{n}_population_census", "demography") for n in ("urban", "rural"))
    return np.array([city * urban, (1 - city) * urban, rural])


def fitted(evidence: Evidence, year: int) -> np.ndarray:
    """Return whole persons, city/town/village × sex × 19 groups (0, 1-4, ... 85+); ages by sex are met exactly."""
    table = np.array([[[_henan(evidence, year, p, s, g) for g in COARSE] for s in SEXES] for p in PARTS])
    ages = np.array([[evidence.value("xuchang", year, f"age_{g}_{s}_census", "demography") for g in COARSE] for s in SEXES])
    parts = part_totals(evidence, year)
    for _ in range(500):
        table *= (parts / table.sum(axis=(1, 2)))[:, None, None]
        table *= ages / table.sum(axis=0)
    whole = np.zeros(table.shape, dtype=np.int64)
    for s in range(len(SEXES)):
        for g in range(len(COARSE)):
            whole[:, s, g] = largest_remainder(table[:, s, g], int(ages[s, g]))
    return whole


def impute(evidence: Evidence) -> None:
    """Put the fitted ages, and births of the sample by part, into the evidence as rows of Xuchang."""
    for year in (2010, 2020):
        table = fitted(evidence, year)
        for p, part in enumerate(PARTS):
            for s, sex in enumerate(SEXES):
                for group, count in zip(COARSE[:-1], table[p, s, :-1], strict=True):
                    _put(evidence, year, f"age_{group}_{sex}_{part}_census", int(count))
                old = [evidence.value("henan", year, f"age_{g}_{sex}_{part}_census", "demography") for g in OLD]
                for group, count in zip(OLD, largest_remainder(old, int(table[p, s, -1])), strict=True):
                    _put(evidence, year, f"age_{group}_{sex}_{part}_census", int(count))
            _put(evidence, year, f"births_{part}_longform", _births(evidence, year, part))


def _births(evidence: Evidence, year: int, part: str) -> float:
    """Return sampled births if women of 15-49 of the part bore as many as Henan's; only the ratio of the parts is used."""
    women = [sum(evidence.value(a, year, f"age_{g}_{g + 4}_female_{part}_census") for g in range(15, 50, 5)) for a in ("xuchang", "henan")]
    return evidence.value("henan", year, f"births_{part}_longform") * women[0] / women[1]


def _put(evidence: Evidence, year: int, indicator: str, value: float) -> None:
    fields = {"area": "xuchang", "area_zh": "许昌市", "year": str(year), "indicator": indicator, "value": repr(value), "unit": "persons"}
    row = Row({**fields, "source_title": TITLE, "source_url": "", "confidence": "imputed", "note": RULE})
    evidence.by_table["demography"]["xuchang", str(year), indicator] = row


def retag(facts: Facts, prefix: str, tag: str, note: str) -> None:
    """Give all facts whose name begins with `prefix` another tag, add to their note, and name urbsim as the issuer."""
    for row in facts.rows:
        if row[2].startswith(prefix):
            row[5], row[6], row[8] = "urbsim", "", tag
            row[9] = f"{note}; {row[9]}" if row[9] else note
