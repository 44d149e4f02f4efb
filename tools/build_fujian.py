"""Build the fact files of region Fujian from the evidence tables.

    python tools/build_fujian.py EVIDENCE_DIR

`areas.csv`, `prefectures.csv`, `blocks.csv`, `aliases.csv` and `region.yaml` of the region folder are
written by hand and only read here. All rules stand in the `note` of the rows they make. The result does
not depend on the machine: the same evidence gives the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fujian import blocks, economy, services
from fujian.births import births_by_year
from fujian.census import fill_changting, write_moves_inside_cores
from fujian.published import SPECIAL, UNCLEAR
from regionbuild import census, vital
from regionbuild.evidence import Evidence, Facts
from regionbuild.paths import Growth, write_village_income
from regionbuild.place import Place
from regionbuild.published import write_published
from regionbuild.supply import Census

CODES = {"fuzhou": "fuzhou_incl_pingtan", "fuzhou_pingtan": "pingtan"}  # the censuses count Pingtan under Fuzhou


def build(evidence_folder: Path) -> None:
    """Write every fact file."""
    evidence, place = Evidence(evidence_folder), Place.read("fujian", CODES)
    growth = Growth.of(place)

    counts = Facts()
    census.write_counts(evidence, counts, place, fill_changting(evidence, counts, place))
    write_moves_inside_cores(evidence, counts, place)
    place.check_sums(counts)
    profile = Facts()
    census.write_profile(evidence, profile, place)
    rates, births = Facts(), births_by_year(evidence)
    vital.write_deaths(evidence, rates, place)
    vital.write_fertility(evidence, rates, place, births)
    vital.write_birth_order(evidence, rates, place)
    money = Facts()
    urban = economy.write_incomes(evidence, money, place, growth)
    economy.write_wages(evidence, money, place, urban, growth)
    write_village_income(evidence, money, place, growth)
    economy.write_prices(evidence, money, place, urban)
    supply = Facts()
    known = Census(evidence, counts, place, {y: b.number for y, b in births.items()})
    services.write_school_places(evidence, supply, known)
    services.write_other_places(evidence, supply, known)
    services.write_homes(evidence, supply, known)
    origins = Facts()
    blocks.write_blocks(evidence, origins, place, place.incoming(counts))
    points = Facts(extra=["vintage"])
    write_published(evidence, points, counts, place, SPECIAL, "migrants_and_national", UNCLEAR)
    place.write(
        {
            "census": counts,
            "profile": profile,
            "vital": rates,
            "economy": money,
            "services": supply,
            "origins": origins,
            "published": points,
        }
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    build(Path(sys.argv[1]))
