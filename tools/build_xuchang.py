"""Build the fact files of region Xuchang from the evidence tables.

    python tools/build_xuchang.py EVIDENCE_DIR

`areas.csv`, `prefectures.csv`, `blocks.csv`, `aliases.csv` and `region.yaml` of the region folder are written by hand and only read here.
Where nothing is published for Xuchang, Henan's structure holds at Xuchang's published totals, and the row says so. All rules stand in the
`note` of the rows they make. The result does not depend on the machine: the same evidence gives the same bytes.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from regionbuild import census, published, supply, vital
from regionbuild.evidence import Evidence, Facts
from regionbuild.paths import Growth, write_village_income
from regionbuild.place import Place
from xuchang import ages, births, economy, origins
from xuchang import census as own_census
from xuchang import supply as own_supply

CODES = {"xuchang_yuzhou": "yuzhou", "xuchang_core": "xuchang_city_districts"}
SPECIAL = [
    ("xuchang_core", "2020", "census_floating_population", "floating_population", "persons", "census"),
    ("xuchang_core", "2021", "resident_population", "resident_population", "persons", "revised"),
    ("xuchang_core", "2022", "resident_population", "resident_population", "persons", "revised"),
]
OF_THE_REGISTER = ("births", "deaths", "birth_rate", "death_rate")
FROM_HENAN = "Henan's, held for Xuchang"


def build(evidence_folder: Path) -> None:
    """Write every fact file."""
    evidence = Evidence(evidence_folder)
    ages.impute(evidence)
    place = Place.read("xuchang", CODES)
    henan = replace(place, province="henan")
    growth = Growth.of(place)

    counts = Facts()
    census.write_counts(evidence, counts, place, own_census.plain)
    own_census.write_within_core(evidence, counts, place)
    place.check_sums(counts)
    own_census.flag(counts)
    profile = Facts()
    census.write_profile(evidence, profile, place)
    ages.retag(profile, "age1_", "imputed", ages.RULE)

    born = births.births_by_year(evidence)
    rates = Facts()
    vital.write_deaths(evidence, rates, henan)
    vital.write_birth_order(evidence, rates, henan)
    ages.retag(rates, "death_rate_", "imputed", FROM_HENAN)
    ages.retag(rates, "birth_order_", "imputed", FROM_HENAN)
    fertility = Facts()
    vital.write_fertility(evidence, fertility, place, born)
    ages.retag(fertility, "fertility_town", "imputed", "Henan's ratio of the parts, women by part as fitted")
    ages.retag(fertility, "fertility_village", "imputed", "Henan's ratio of the parts, women by part as fitted")
    rates.rows += fertility.rows

    money = Facts()
    economy.write_pay(evidence, money, place, growth)
    economy.write_incomes(evidence, money, place, growth)
    write_village_income(evidence, money, henan, growth)
    economy.write_prices(evidence, money, place)

    services = Facts()
    known = supply.Census(evidence, counts, place, {y: born[y].number for y in (2020, 2021, 2022)})
    own_supply.write_school(evidence, services, known)
    own_supply.write_others(evidence, services, known)
    own_supply.write_homes(evidence, services, known)
    movers = Facts()
    incoming = {r[0]: int(r[3]) for r in counts.rows if r[1] == "2010" and r[2] == "interprovincial_inmigrants"}
    origins.write_origins(evidence, movers, place, {a: incoming[a] for a in place.areas})
    points = Facts(extra=["vintage"])
    published.write_published(evidence, points, counts, place, SPECIAL, "migrants_and_national")
    points.rows = [r for r in points.rows if int(r[1]) >= int(place.settings["first_year"])]
    for row in points.rows:
        if row[2] in OF_THE_REGISTER:
            row[-1], row[9] = "register", "of the registered population (the rates x 4.97 million give the counts)"
    place.write(
        {
            "census": counts, "profile": profile, "vital": rates, "economy": money, "services": services, "origins": movers,
            "published": points,
        }
    )  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    build(Path(sys.argv[1]))
