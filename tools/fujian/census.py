"""What Fujian's census counts need beyond the common rules: one blank cell, and moves inside cores."""

from __future__ import annotations

from regionbuild.census import ISSUER, TITLE, Own, registered_elsewhere, write_within_cores
from regionbuild.evidence import Evidence, Facts
from regionbuild.place import Place
from zhejiang.census import separated_in_cores

BLANK = ("longyan_changting", 2020, "registered_elsewhere_other_county")


def fill_changting(evidence: Evidence, facts: Facts, place: Place) -> Own:
    """Return the writer of the one count that the county book leaves blank: the prefecture less its other areas."""

    def own(area: str, year: int, name: str, source: str) -> bool:
        if (area, year, name) != BLANK:
            return False
        whole = evidence.value("longyan", year, source, "demography")
        others = [a for a in place.areas if place.prefecture_of[a] == "longyan" and a != area]
        rest = sum(evidence.value(m, year, source, "demography") for a in others for m in place.members(evidence, a, year))
        note = "blank in the county book: Longyan less its other counties and districts"
        facts.add(area, year, name, int(whole - rest), "persons", "derived", note, issuer=ISSUER, title=TITLE[year])
        return True

    return own


def write_moves_inside_cores(evidence: Evidence, facts: Facts, place: Place) -> None:
    """Write people whose dwelling and register lie apart inside one core: no figure for Fujian, so Zhejiang's share of 2010 and 2020."""
    published = separated_in_cores(evidence)
    cores = [a for a in place.areas if a in place.cores]
    total, shares = {}, {}
    for year in (2010, 2020):
        shares[year] = published[year] / _registered_in_cores_of_zhejiang(evidence, year)
        total[year] = shares[year] * sum(registered_elsewhere(facts, cores, year))
    note = (
        f"no figure for Fujian: {shares[2010]:.3f} (2010) and {shares[2020]:.3f} (2020) of those in cores who are registered elsewhere in "
        "the province, as in Zhejiang (published there: separated less floating people)"
    )
    write_within_cores(facts, place, total, note)


def _registered_in_cores_of_zhejiang(evidence: Evidence, year: int) -> float:
    other = Place.read("zhejiang")
    names = ("registered_elsewhere_same_county", "registered_elsewhere_other_county_same_province")
    districts = [m for a in other.areas if a in other.cores for m in other.members(evidence, a, year)]
    return sum(evidence.value(m, year, n, "demography") for m in districts for n in names)
