"""What the census of Xuchang needs beyond the shared rules: moves inside the core, a suspect count, notes."""

from __future__ import annotations

from regionbuild.evidence import Evidence, Facts
from regionbuild.place import Place

CORE = "xuchang_core"
SUSPECT = (
    "suspect: 18,581 from other provinces in 2010 and 1,560 in 2020, against 1,007 to 4,826 in the other counties of 2010; kept as "
    "published, not fitted"
)


def plain(area: str, year: int, name: str, source: str) -> bool:
    """Split or impute no count: every area is published."""
    return False


def flag(facts: Facts) -> None:
    """Mark Yanling's people of other provinces."""
    for row in facts.rows:
        if row[0] == "xuchang_yanling" and row[2] == "interprovincial_inmigrants":
            row[9] = f"{row[9]}; {SUSPECT}".lstrip("; ")


def write_within_core(evidence: Evidence, facts: Facts, place: Place) -> None:
    """Write people of the core whose dwelling and register lie apart inside it.

    The bulletin of the city districts for 2020 gives 161,434 floating people and 260,471 others. The three counts of the county book for
    the districts add up to 421,905, and 421,905 - 260,471 = 161,434 exactly: the 260,471 are those inside the core.
    """
    table = {(r[0], r[1], r[2]): int(r[3]) for r in facts.rows if r[4] == "persons"}
    inside = int(evidence.value("xuchang_city_districts", 2020, "census_household_register_separated"))
    floating = int(evidence.value("xuchang_city_districts", 2020, "census_floating_population"))
    names = ("registered_elsewhere_same_county", "registered_elsewhere_other_county", "interprovincial_inmigrants")
    if sum(table[CORE, "2020", n] for n in names) - inside != floating:
        raise SystemExit("the bulletin of the city districts and the county book no longer agree")
    crossing = (inside - table[CORE, "2020", names[0]]) / table[CORE, "2020", names[1]]
    value_2010 = table[CORE, "2010", names[0]] + round(crossing * table[CORE, "2010", names[1]])
    bulletin = "许昌市辖区第七次全国人口普查公报: moves inside the city districts; with floating people they add up to the county book"
    notes = {
        2010: ("imputed", value_2010, f"same district, and {crossing:.3f} of those from other counties of Henan as in 2020"),
        2020: ("derived", inside, bulletin),
    }
    for year, (tag, value, note) in notes.items():
        for area in place.areas:
            if area == CORE:
                facts.add(area, year, "separated_within_core", value, "persons", tag, note)
            else:
                facts.add(area, year, "separated_within_core", 0, "persons", "imputed", "none outside the core by definition")
