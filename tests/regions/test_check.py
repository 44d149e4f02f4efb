"""A region folder with faults: every fault is named with its file and line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from urbsim.errors import UserError
from urbsim.regions import area_table, check_region, load_region

Change = Callable[[Path], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "zhejiang"
    shutil.copytree(area_table("zhejiang").folder, target)
    return target


def edit(file: str, start: str, old: str, new: str) -> Change:
    """Return a change of the first line of `file` that begins with `start`."""

    def change(folder: Path) -> None:
        path = folder / file
        lines = path.read_text(encoding="utf-8").split("\n")
        number = next(i for i, line in enumerate(lines) if line.startswith(start))
        assert old in lines[number]
        lines[number] = lines[number].replace(old, new, 1)
        path.write_text("\n".join(lines), encoding="utf-8")

    return change


def drop(file: str, start: str) -> Change:
    """Return a change that removes the first line of `file` that begins with `start`."""

    def change(folder: Path) -> None:
        path = folder / file
        lines = path.read_text(encoding="utf-8").split("\n")
        number = next(i for i, line in enumerate(lines) if line.startswith(start))
        del lines[number]
        path.write_text("\n".join(lines), encoding="utf-8")

    return change


def append(file: str, line: str) -> Change:
    """Return a change that adds a line."""

    def change(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    return change


def remove(file: str) -> Change:
    """Return a change that deletes a file."""
    return lambda folder: (folder / file).unlink()


def test_the_shipped_region_has_no_problem(folder: Path) -> None:
    assert check_region(folder) == []


POINT = "{area},{year},resident_population,1,persons,i,t,{date},read,,{vintage}"
FAULTS = [
    (
        "missing margin",
        drop("census.csv", "hangzhou_tonglu,2010,urban_population"),
        "urban_population is missing for hangzhou_tonglu 2010",
        None,
    ),
    ("missing age", drop("profile.csv", "lishui,2020,age_male_40_44"), "age_male_40_44 is missing for lishui 2020", None),
    (
        "area does not add up",
        edit("census.csv", "hangzhou_tonglu,2010,resident", "406450", "406451"),
        "parts of hangzhou add up to 8700374",
        1,
    ),
    (
        "blocks do not add up",
        edit("origins.csv", "hangzhou_core,2010,block_stock_anhui", ",persons", "1,persons"),
        "blocks of hangzhou_core",
        1,
    ),
    ("ages do not add up", edit("profile.csv", "lishui,2020,age_male_40_44", ",persons", "1,persons"), "ages of lishui", 1),
    ("wrong unit", edit("economy.csv", "zhejiang,2012,wage_town", "yuan_per_month", "yuan_per_year"), "must be in yuan_per_month", 1),
    ("wrong unit of a count", edit("services.csv", "ningbo_cixi,2015,public_homes", "units", "10k units"), "must be in units", 1),
    ("path with a gap", drop("economy.csv", "ningbo,2014,rent"), "rent of ningbo lacks 2014", None),
    (
        "outcome after 2022",
        append("published.csv", POINT.format(area="zhejiang", year=2023, date="2023-12-31", vintage="revised")),
        "after 2022",
        1,
    ),
    (
        "joined vintages",
        append("published.csv", POINT.format(area="zhejiang", year=2021, date="2021-12-31", vintage="first_published")),
        "vintage",
        1,
    ),
    (
        "unknown vintage",
        append("published.csv", POINT.format(area="zhejiang", year=2015, date="2015-12-31", vintage="mixed")),
        "unknown vintage",
        1,
    ),
    (
        "point twice",
        append("published.csv", POINT.format(area="lishui", year=2022, date="2022-12-31", vintage="revised")),
        "repeats line",
        1,
    ),
    (
        "point of nowhere",
        append("published.csv", POINT.format(area="paris", year=2015, date="2015-12-31", vintage="revised")),
        "'paris'",
        1,
    ),
    ("no date", append("published.csv", POINT.format(area="zhejiang", year=2015, date="then", vintage="revised")), "'then' is no date", 1),
    (
        "yearly figure among census counts",
        append("census.csv", "zhejiang,2021,resident_population,65400000,persons,i,t,,read,"),
        "never joined",
        1,
    ),
    (
        "late birth level as a fact",
        edit("vital.csv", "zhejiang,2024,fertility_level", "assumption", "read"),
        "no population outcome after 2022",
        1,
    ),
    ("figure twice", append("vital.csv", "zhejiang,2024,fertility_level,1,ratio,i,t,,assumption,n"), "stands already in line", 1),
    ("no number", edit("census.csv", "hangzhou_tonglu,2010,resident", "406450", "many"), "no number", 1),
    ("unknown tag", edit("census.csv", "hangzhou_tonglu,2010,resident", ",read,", ",guess,"), "unknown tag 'guess'", 1),
    ("share above one", edit("vital.csv", "zhejiang,2010,death_rate_village_male_50,", ",0.", ",3."), "out of range", 1),
    ("shared tile", edit("areas.csv", "hangzhou_tonglu", ",0,0,3,3,", ",0,0,2,4,"), "shares its tile with hangzhou_core", 1),
    ("alias of nothing", append("aliases.csv", "nowhere,atlantis,"), "unknown area atlantis", 1),
    ("header", edit("census.csv", "area", "indicator", "what"), "columns must be", 1),
    ("file gone", remove("services.csv"), "services.csv is missing", None),
    ("table gone", remove("areas.csv"), "areas.csv is missing", None),
]


@pytest.mark.parametrize(("change", "message", "line"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_faults_are_named(folder: Path, change: Change, message: str, line: int | None) -> None:
    change(folder)
    problems = check_region(folder)
    found = [p for p in problems if message in p.message.en]
    assert found, [p.render("en") for p in problems]
    assert found[0].message.zh
    assert found[0].file is not None
    assert str(folder) in found[0].file
    if line is not None:
        assert found[0].line is not None
    with pytest.raises(UserError) as caught:
        load_region(folder)
    assert len(caught.value.problems) == len(problems)


def test_the_line_is_that_of_the_row(folder: Path) -> None:
    path = folder / "economy.csv"
    number = next(i for i, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1) if line.startswith("zhejiang,2012,wage_town"))
    edit("economy.csv", "zhejiang,2012,wage_town", "yuan_per_month", "yuan")(folder)
    assert [p.line for p in check_region(folder)] == [number]


def test_all_problems_are_told_at_once(folder: Path) -> None:
    edit("economy.csv", "zhejiang,2012,wage_town", "yuan_per_month", "yuan")(folder)
    drop("services.csv", "ningbo_cixi,2015,public_homes")(folder)
    append("published.csv", POINT.format(area="zhejiang", year=2024, date="2024-12-31", vintage="revised"))(folder)
    assert len(check_region(folder)) == 3
