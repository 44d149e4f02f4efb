"""A region folder with faults: every fault is named with its file and line."""

from __future__ import annotations

import shutil
import subprocess
import sys
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
        "the areas of hangzhou add up to 8700374",
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
    ("setting missing", drop("region.yaml", "detour"), "'detour' is missing", None),
    ("setting unknown", append("region.yaml", "detuor: 1.2"), "there is no setting 'detuor'", 1),
    ("name of another folder", edit("region.yaml", "name:", "zhejiang", "elsewhere"), "must be that of the folder", 1),
    ("not a yaml file", append("region.yaml", "a: [1"), "no valid YAML", 1),
    ("area twice", append("areas.csv", "hangzhou_tonglu,桐庐县,Tonglu,hangzhou,0,0,99,99,119,29,memory,"), "stands already in line", 1),
    ("no degree", edit("areas.csv", "hangzhou_tonglu", ",119.70,", ",1197,"), "must be degrees", 1),
    ("no flag", edit("areas.csv", "hangzhou_tonglu", ",hangzhou,0,0,", ",hangzhou,no,0,"), "must be 0 or 1", 1),
    ("column gone", edit("blocks.csv", "code", "is_neighbour", "next"), "columns are missing: is_neighbour", 1),
    (
        "single ages do not add up",
        edit("profile.csv", "zhejiang,2010,age1_city_male_30,", ",persons", "0,persons"),
        "ages by settlement",
        1,
    ),
    (
        "point in another unit",
        edit("published.csv", "zhejiang,2022,resident_population", ",persons", ",10k_persons"),
        "must be in persons",
        1,
    ),
    (
        "point of another size",
        append("published.csv", POINT.format(area="lishui", year=2019, date="2019-12-31", vintage="revised")),
        "another unit?",
        1,
    ),
    ("point unlike the census", edit("published.csv", "hangzhou_tonglu,2010,resident", "406450", "406451"), "differs from line", 1),
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
    append("published.csv", "zhejiang,2024,urbanization_rate,75,percent,i,t,2024-12-31,read,,revised")(folder)
    assert len(check_region(folder)) == 3


def test_tables_and_facts_are_told_at_once(folder: Path) -> None:
    edit("region.yaml", "g_w", "0.037", "much")(folder)
    edit("areas.csv", "hangzhou_tonglu", ",119.70,", ",east,")(folder)
    edit("census.csv", "hangzhou_tonglu,2010,resident", "406450", "many")(folder)
    rendered = [problem.render("en") for problem in check_region(folder)]
    assert len(rendered) == 3, rendered
    assert "region.yaml:7" in rendered[0]
    assert "-0.2 to 0.2" in rendered[0]
    assert "areas.csv:3" in rendered[1]
    assert "census.csv:3" in rendered[2]


def test_the_command_leaves_with_status_2(folder: Path) -> None:
    edit("census.csv", "hangzhou_tonglu,2010,resident", "406450", "406451")(folder)
    drop("services.csv", "ningbo_cixi,2015,public_homes")(folder)
    program = [sys.executable, "-c", "from urbsim.cli import main; main()", "check", str(folder), "--lang", "en"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "the areas of hangzhou add up to 8700374, not 8700373" in done.stderr
    assert "public_homes is missing for ningbo_cixi 2015" in done.stderr
    assert str(folder / "census.csv") in done.stderr


@pytest.mark.parametrize("junk", [b"", b"\xff\xfe\x00", b"a,b\n1", b"- 1\n", b"{"])
@pytest.mark.parametrize(
    "file", ["region.yaml", "areas.csv", "prefectures.csv", "blocks.csv", "aliases.csv", "census.csv", "published.csv"]
)
def test_junk_in_a_file_is_a_problem_and_never_an_exception(folder: Path, file: str, junk: bytes) -> None:
    (folder / file).write_bytes(junk)
    assert any(problem.file == str(folder / file) for problem in check_region(folder))
