"""What Zhejiang's census counts need beyond the common rules: Longgang, and moves inside cores."""

from __future__ import annotations

from regionbuild.census import ISSUER, NONAGRICULTURAL, TITLE, Own, need, write_within_cores
from regionbuild.evidence import Evidence, Facts, largest_remainder
from regionbuild.place import Place

PAIR = ("wenzhou_cangnan", "wenzhou_longgang")
SPLIT = "Cangnan of 2010 split by the 2020 shares of Cangnan and Longgang in this indicator"


def split_longgang(evidence: Evidence, facts: Facts) -> Own:
    """Return the writer of the counts of Cangnan and Longgang of 2010, when they were one county."""

    def own(area: str, year: int, name: str, source: str) -> bool:
        if year != 2010 or area not in PAIR:
            return False
        if name == NONAGRICULTURAL:
            if area == PAIR[0]:
                return False
            row = need(evidence, PAIR[0], 2010, source)
            facts.add(area, 2010, name, row.number, "percent", "imputed", "share of Cangnan of 2010, of residents")
            return True
        weight = source if name != "hukou_population" else "resident_population_census"
        shares = [evidence.value(p, 2020, weight, "demography") for p in PAIR]
        split = largest_remainder(shares, int(evidence.value(PAIR[0], 2010, source, "demography")))
        note = SPLIT if name != "hukou_population" else SPLIT.replace("this indicator", "residents")
        facts.add(area, year, name, int(split[PAIR.index(area)]), "persons", "imputed", note, issuer=ISSUER, title=TITLE[2010])
        return True

    return own


def write_moves_inside_cores(evidence: Evidence, facts: Facts, place: Place) -> None:
    """Write people whose dwelling and register lie apart inside one core (published for the province only)."""
    write_within_cores(
        facts,
        place,
        separated_in_cores(evidence),
        "province: separated less floating people (published), spread over cores by those registered elsewhere in the region",
    )


def separated_in_cores(evidence: Evidence) -> dict[int, float]:
    """Return the province's people whose dwelling and register lie apart inside one city, 2010 and 2020."""
    separated, floating = (evidence.value("zhejiang", 2020, n) for n in ("hukou_separated_population", "floating_population"))
    earlier = evidence.value("zhejiang", 2020, "hukou_separated_change_2010_2020") - evidence.value(
        "zhejiang", 2020, "floating_population_change_2010_2020"
    )
    return {2010: separated - floating - earlier, 2020: separated - floating}
