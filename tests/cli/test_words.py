"""`check`, `list`, `explain`, `new`, `report`: what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import FAST, Command
from urbsim.policy import LEVERS
from urbsim.scenario import load, shipped_scenarios
from urbsim.scenario.kinds import shipped_goals, shipped_studies


def test_shipped_scenarios_are_fine(urbsim_command: Command) -> None:
    status, out, err = urbsim_command("check", *shipped_scenarios())
    assert (status, err) == (0, "")
    assert out.count("no problem found") == len(shipped_scenarios())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x00\x01\x02\x7fELF" * 50, "binary"),
        (b"\xff\xfe\xfa not text", "UTF-8"),
        (b"name: a\n\tregion: zhejiang\n", "bad.yaml:2:"),
        (b"name: a\nname: b\nextends: zhejiang_2027\n", "bad.yaml:2:"),
        (b"a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nname: [*c,*c]\n", "bad.yaml"),
        (b"", "empty"),
        (b"name: [a\n", "bad.yaml:"),
        (b"!!python/object/apply:os.system ['touch pwned']\n", "bad.yaml"),
        (b"name: x\nextends: ../../etc/passwd.yaml\n", "bad.yaml:2:"),
    ],
)
def test_bad_files_are_told_in_one_message_each(urbsim_command: Command, tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "bad.yaml").write_bytes(content)
    for lang in ("en", "zh"):
        status, out, err = urbsim_command("check", "bad.yaml", "--lang", lang)
        assert (status, out) == (2, "")
        assert "Traceback" not in err
        assert len(err.splitlines()) <= 4
    assert told in urbsim_command("check", "bad.yaml").err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.yaml"]


def test_a_huge_file_is_refused_at_once(urbsim_command: Command, tmp_path: Path) -> None:
    with (tmp_path / "huge.yaml").open("wb") as stream:
        stream.truncate(100 * 2**20)
    status, _, err = urbsim_command("check", "huge.yaml")
    assert status == 2
    assert "too big" in err


def test_good_and_bad_together(urbsim_command: Command, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("name: x\nextends: zhejiang_2026\n")
    status, out, err = urbsim_command("check", "zhejiang_2027", "bad.yaml", "zhejiang_207", str(tmp_path))
    assert status == 2
    assert out == "zhejiang_2027: no problem found.\n"
    assert "bad.yaml:2:" in err
    assert err.count("zhejiang_2027") == 2, "the nearest name for both"


@pytest.mark.parametrize("kind", ["scenarios", "studies", "goals", "regions", "levers", "indicators", "parameters"])
def test_lists_have_a_line_for_each_thing(urbsim_command: Command, kind: str) -> None:
    status, out, _ = urbsim_command("list", kind)
    assert status == 0
    names = {
        "scenarios": shipped_scenarios(), "studies": shipped_studies(), "goals": shipped_goals(), "levers": tuple(LEVERS),
        "regions": ("zhejiang",), "indicators": ("urbanization_rate",),
    }  # fmt: skip
    for name in names.get(kind, ("k_away",)):
        assert f"{name}  " in out
    chinese = urbsim_command("list", kind, "--lang", "zh").out
    assert len(chinese.splitlines()) == len(out.splitlines())
    assert chinese != out


@pytest.mark.parametrize("name", list(LEVERS))
def test_every_lever_can_be_explained(urbsim_command: Command, name: str) -> None:
    lever = LEVERS[name]
    for lang in ("zh", "en"):
        status, out, _ = urbsim_command("explain", name, "--lang", lang)
        assert status == 0
        assert lever.title.get(lang) in out  # type: ignore[arg-type]
        assert lever.unit.get(lang) in out  # type: ignore[arg-type]


def test_an_explanation_gives_values_with_date_area_and_source(urbsim_command: Command) -> None:
    out = urbsim_command("explain", "settlement.points_cutoff", "--scenario", "hangzhou_open").out
    assert "in the scenario hangzhou_open" in out
    line = next(line for line in out.splitlines() if "2025-01-01" in line)
    assert "closed" in line
    assert "hangzhou_core" in line


@pytest.mark.parametrize("name", ["S5", "ZJ2023", "ZJ2023 二(一)", "urbanization_rate", "k_away", "away_constant", "wage_growth"])
def test_other_names_can_be_explained(urbsim_command: Command, name: str) -> None:
    status, out, _ = urbsim_command("explain", name)
    assert status == 0
    assert len(out.splitlines()) > 1


def test_a_parameter_that_does_not_act_says_so(urbsim_command: Command) -> None:
    for lang, words in (("zh", "模型不用"), ("en", "Not read by the model")):
        assert words in urbsim_command("explain", "beta_am", "--lang", lang)[1]
        assert words not in urbsim_command("explain", "beta_w", "--lang", lang)[1]


def test_an_unknown_name_gets_the_nearest(urbsim_command: Command) -> None:
    status, out, err = urbsim_command("explain", "settlement.qouta")
    assert (status, out) == (2, "")
    assert "settlement.quota" in err
    assert urbsim_command("explain", "settlement.quota", "--scenario", "nowhere").status == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_new_scenario_is_a_commented_copy(urbsim_command: Command, tmp_path: Path, lang: str) -> None:
    status, out, _ = urbsim_command("new", "my_plan.yaml", "--from", "hangzhou_open", "--lang", lang)
    assert status == 0
    assert "urbsim compare hangzhou_open my_plan.yaml" in out
    copy, original = load(tmp_path / "my_plan.yaml"), load("hangzhou_open")
    assert copy.name == "my_plan"
    assert copy.hash8 == original.hash8
    assert "# " in (tmp_path / "my_plan.yaml").read_text(encoding="utf-8")


def test_new_never_overwrites(urbsim_command: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("precious")
    assert urbsim_command("new", "mine.yaml", "--from", "zhejiang_2027").status == 2
    assert (tmp_path / "mine.yaml").read_text() == "precious"


@pytest.mark.parametrize(
    "words",
    [["mine", "--from", "zhejiang_2027"], ["a.yaml", "--from", "zhejiang"], ["a.yaml"], ["no/where/a.yaml", "--from", "zhejiang_2027"]],
)
def test_new_with_mistakes_writes_nothing(urbsim_command: Command, tmp_path: Path, words: list[str]) -> None:
    status, _, err = urbsim_command("new", *words)
    assert status == 2
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_what_deserves_a_second_look_is_said(urbsim_command: Command, tmp_path: Path) -> None:
    rule = "    - area: all\n      from: 2027-12-31\n      values: {work.training_slots: 1}\n"
    (tmp_path / "late.yaml").write_text(f"name: late\nextends: zhejiang_2027\npolicy:\n  set:\n{rule}")
    status, out, err = urbsim_command("check", "late.yaml")
    assert (status, err) == (0, "")
    assert "please note: " in out
    assert "work.training_slots" in out


def test_the_report_can_be_written_again_in_the_other_language(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    urbsim_command("run", "zhejiang_2027", *FAST, "-o", "out")
    before = (tmp_path / "out" / "provenance.json").read_text()
    status, out, _ = urbsim_command("report", "out", "--lang", "zh")
    assert status == 0
    assert out == "报告：out/report.html\n"
    assert (tmp_path / "out" / "report.html").read_text() == "report zh"
    assert (tmp_path / "out" / "provenance.json").read_text() == before
    assert not list((tmp_path / "out").glob(".*"))


def test_a_report_of_nothing(urbsim_command: Command, engine: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in ("nowhere", "empty"):
        status, _, err = urbsim_command("report", folder)
        assert status == 2
        assert folder in err
