"""Published points for charts and scores, to 2022, each with its vintage."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from regionbuild.evidence import Evidence, Facts, Row, issuer_of
from regionbuild.place import Place

LAST = 2022
PERSONS = {"10k_persons": 1e4, "persons": 1.0, "10k pupils": 1e4, "10k units": 1e4, "10k persons": 1e4}
ANNUAL = {
    "resident_population": ("resident_population", "persons"),
    "urban_population": ("urban_population", "persons"),
    "urbanization_rate": ("urbanization_rate", "percent"),
    "births": ("births", "persons"),
    "deaths": ("deaths", "persons"),
    "natural_increase": ("natural_increase", "persons"),
    "birth_rate": ("birth_rate", "per_mille"),
    "death_rate": ("death_rate", "per_mille"),
    "urbanization_rate_change": ("urbanization_rate_change", "percentage_points"),
    "hukou_population": ("hukou_population", "persons"),
    "hukou_urban_population": ("hukou_urban_population", "persons"),
    "hukou_urbanization_rate": ("hukou_urbanization_rate", "percent"),
}
CENSUS_NAMES = {
    "resident_population": "resident_population",
    "urban_population": "urban_population",
    "registered_elsewhere_same_county": "registered_elsewhere_same_area",
    "registered_elsewhere_other_county": "registered_elsewhere_other_area",
    "interprovincial_inmigrants": "registered_elsewhere_other_province",
}
REGISTER = {"hukou_population", "hukou_urban_population", "hukou_urbanization_rate"}
Special = tuple[str, str, str, str, str, str]  # area, year, name in the evidence, name of the point, unit, vintage
FIRST = "_first_published"  # ending of the evidence's names in the series before the 2020 census revision
REVISED = "revised"  # word in the evidence's notes for points of the series after it


def write_published(
    evidence: Evidence,
    facts: Facts,
    census: Facts,
    place: Place,
    special: Iterable[Special],
    table: str,
    unclear: Collection[tuple[str, int, str]] = (),
) -> None:
    """Write census points of all areas, yearly points of prefectures and region from `table`, and the `special` single figures.

    `unclear` lists (area, year, indicator) that are left out, since it is not known which series they belong to.
    """
    _census(facts, census)
    for area in dict.fromkeys([place.name, *place.prefectures]):
        code = place.source(area)
        for source, (name, unit) in ANNUAL.items():
            for year, row in evidence.series(code, source, table).items():
                if year <= LAST and not _census_copy(row) and (area, year, source) not in unclear:
                    _annual(facts, row, area, year, name, unit, vintage=_vintage(row))
            for year, row in evidence.series(code, source + FIRST, table).items():
                _annual(facts, row, area, year, name, unit, vintage="first_published")
        for year, row in evidence.series(code, "resident_population_revised", table).items():
            _annual(facts, row, area, year, "resident_population", "persons", vintage="revised")
    for area, when, source, name, unit, vintage in special:
        found = evidence.get(place.source(area), when, source)
        if found is None:
            raise KeyError((area, when, source))
        _put(facts, found, area, f"{when}-12-31", name, unit, vintage)


def _vintage(row: Row) -> str:
    """Return `revised` for a year before 2020 that the evidence marks as revised, else nothing (the year decides)."""
    return "revised" if 2011 <= int(row["year"]) <= 2019 and row["indicator"] not in REGISTER and REVISED in row["note"] else ""


def _census_copy(row: Row) -> bool:
    return row["year"] == "2010" and row["indicator"] == "resident_population" and "year-end" not in row["note"]


def _census(facts: Facts, census: Facts) -> None:
    for area, year, name, value, unit, issuer, title, _date, tag, note in census.rows:
        if name in CENSUS_NAMES and tag != "imputed":  # Cangnan and Longgang of 2010 are a split, not published
            facts.add(
                area,
                year,
                CENSUS_NAMES[name],
                float(value),
                unit,
                tag,
                note,
                issuer=issuer,
                title=title,
                date=f"{year}-11-01",
                extra=["census"],
            )
    table = {(r[0], r[1], r[2]): float(r[3]) for r in census.rows if r[8] != "imputed"}
    for (area, year, name), people in list(table.items()):
        if name == "resident_population":
            rate = 100 * table[area, year, "urban_population"] / people
            note = "town residents over residents"
            facts.add(
                area,
                year,
                "urbanization_rate",
                rate,
                "percent",
                "derived",
                note,
                issuer="国家统计局",
                date=f"{year}-11-01",
                extra=["census"],
            )


def _annual(facts: Facts, row: Row, area: str, year: int, name: str, unit: str, vintage: str = "") -> None:
    if not vintage:
        vintage = "register" if name in REGISTER else ("first_published" if year <= 2019 else "revised")
    _put(facts, row, area, f"{year}-12-31", name, unit, vintage)


def _put(facts: Facts, row: Row, area: str, date: str, name: str, unit: str, vintage: str) -> None:
    scale = PERSONS.get(row["unit"], 1.0) if unit == "persons" else 1.0
    value = round(row.number * scale, 6)
    facts.add(
        area,
        date[:4],
        name,
        value,
        unit,
        row["confidence"],
        row["note"],
        issuer=issuer_of(row),
        title=row["source_title"],
        date=date,
        extra=[vintage],
    )
