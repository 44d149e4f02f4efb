"""Build the fact files of region Zhejiang from the evidence tables.

    python tools/build_zhejiang.py EVIDENCE_DIR

`areas.csv`, `prefectures.csv`, `blocks.csv`, `aliases.csv` and `region.yaml` of the region folder are
written by hand and only read here. All rules stand in the `note` of the rows they make. The result does
not depend on the machine: the same evidence gives the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))

from zhejiang import blocks, census, economy, published, services, vital
from zhejiang.evidence import Evidence, Facts, read_table

FOLDER = Path(__file__).resolve().parents[1] / "src/urbsim/regions/data/zhejiang"


def check_sums(facts: Facts, areas: list[str], prefectures: list[str]) -> None:
    """Stop unless the areas add up exactly to prefectures and province."""
    table = {(r[0], r[1], r[2]): int(r[3]) for r in facts.rows if r[4] == "persons"}
    for year, name in sorted({(k[1], k[2]) for k in table}):
        if (prefectures[0], year, name) not in table:
            continue
        for prefecture in prefectures:
            total = sum(table[a, year, name] for a in areas if a.startswith(prefecture + "_"))
            if total != table[prefecture, year, name]:
                raise SystemExit(f"{prefecture} {year} {name}: areas give {total}, published {table[prefecture, year, name]}")
        if sum(table[p, year, name] for p in prefectures) != table["zhejiang", year, name]:
            raise SystemExit(f"zhejiang {year} {name}: prefectures do not add up")


def build(evidence_folder: Path) -> None:
    """Write every fact file."""
    evidence = Evidence(evidence_folder)
    area_rows = read_table(FOLDER / "areas.csv")
    block_rows = read_table(FOLDER / "blocks.csv")
    areas = [r["code"] for r in area_rows]
    prefectures = [r["code"] for r in read_table(FOLDER / "prefectures.csv")]
    block_codes = [r["code"] for r in block_rows]
    aliases = {r["alias"]: r["code"] for r in read_table(FOLDER / "aliases.csv")}
    points = {r["code"]: (float(r["longitude"]), float(r["latitude"])) for r in [*area_rows, *block_rows]}

    settings = yaml.safe_load((FOLDER / "region.yaml").read_text(encoding="utf-8"))
    economy.G_W, economy.LAST_WAGE = settings["g_w"], settings["wages_until"]

    counts = Facts()
    census.write_counts(evidence, counts, areas, prefectures, aliases)
    check_sums(counts, areas, prefectures)
    profile = Facts()
    census.write_profile(evidence, profile, prefectures)
    rates = Facts()
    vital.write_deaths(evidence, rates)
    vital.write_fertility(evidence, rates)
    vital.write_birth_order(evidence, rates)
    money = Facts()
    urban = economy.write_incomes(evidence, money, areas, aliases)
    economy.write_wages(evidence, money, areas, urban)
    economy.write_village_income(evidence, money)
    economy.write_prices(evidence, money, areas, prefectures, urban)
    supply = Facts()
    services.ALIASES.update(aliases)
    known = services.Census(counts, areas)
    services.write_schools(evidence, supply, known)
    services.write_other_places(evidence, supply, known)
    services.write_homes(evidence, supply, known, prefectures)
    origins = Facts()
    incoming = {r[0]: int(r[3]) for r in counts.rows if r[1] == "2010" and r[2] == "interprovincial_inmigrants"}
    blocks.write_blocks(evidence, origins, block_codes, areas, points, {a: incoming[a] for a in areas})
    points_file = Facts(extra=["vintage"])
    published.write_published(evidence, points_file, counts, prefectures)

    for name, facts in (
        ("census", counts),
        ("profile", profile),
        ("vital", rates),
        ("economy", money),
        ("services", supply),
        ("origins", origins),
        ("published", points_file),
    ):
        facts.write(FOLDER / f"{name}.csv")
        print(f"{name}.csv {len(facts.rows)} rows")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    build(Path(sys.argv[1]))
