"""People from other provinces in Xuchang: one block, since no origin is published."""

from __future__ import annotations

from regionbuild.evidence import Evidence, Facts
from regionbuild.origins import REST, out_stock, write_at_risk, write_stocks
from regionbuild.place import Place


def write_origins(evidence: Evidence, facts: Facts, place: Place, incoming: dict[str, int]) -> None:
    """Write the stock of 2010 and the people who may come.

    The yearly entries of the model are people at risk x a hazard that was set for Zhejiang; so the people at risk are Zhejiang's number
    of them for each person there in 2010, times those counted in Xuchang.
    """
    counted = sum(incoming.values())
    write_stocks(facts, place, {REST: float(counted)}, incoming, "census; one block holds all other provinces")
    everyone = sum(out_stock(evidence, [], "zhejiang").values())
    ratio = everyone / evidence.value("zhejiang", 2010, "interprovincial_inmigrants", "demography")
    write_at_risk(evidence, facts, {REST: ratio * counted}, {REST: 1.0}, {})
    for row in facts.rows:
        if row[2] == "population_at_risk" and row[8] == "imputed":
            row[9] = (
                f"{counted} people of other provinces in 2010 x {ratio:.2f}, those outside their province for each one in Zhejiang (the "
                "hazard of entry was set there), x cross-province migrant workers of China over 2010"
            )
