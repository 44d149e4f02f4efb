"""What `explain` says, what `new` writes, and the JSON Schema that editors use."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from urbsim.errors import UserError
from urbsim.policy import LEVERS
from urbsim.policy.clauses import clauses
from urbsim.scenario import load, loads, shipped_scenarios
from urbsim.scenario.explain import explain, explain_clause, names
from urbsim.scenario.find import shipped_folder
from urbsim.scenario.jsonschema import schema_text
from urbsim.scenario.new import COMMON_LEVERS, new_file, new_text


@pytest.fixture(scope="module")
def base():
    return load("zhejiang_2027")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_can_be_explained(lang: str, base) -> None:
    for name in names():
        lines = explain(name, lang, base)
        assert len(lines) >= 2
        assert lines[0].startswith(name)
        assert all(line.strip() for line in lines)
        if lang == "zh":
            assert re.search("[\u4e00-\u9fff]", lines[0])


def test_a_lever_shows_its_values_and_sources(base) -> None:
    lines = explain("settlement.points_cutoff", "en", base)
    assert any(
        line.startswith("  2021-07-01  hangzhou_core: 160  [package zhejiang_rules") and "two or more pages agree" in line for line in lines
    )
    assert any("evidence: partly" in line for line in lines)
    assert any(line.startswith("  S5:") for line in lines)
    chinese = explain("settlement.points_cutoff", "zh", base)
    assert any("政策包 zhejiang_rules" in line for line in chinese)


def test_a_clause_lists_its_levers() -> None:
    assert "  school.places_bought: Places bought in private schools" in explain("E3", "en")
    assert "  school.places_bought: Places bought in private schools" in explain("e3", "en")
    without = replace(clauses()["E3"], id="E99")
    assert "not modelled yet" in explain_clause(without, "en")
    assert "尚未建模" in explain_clause(without, "zh")
    assert "not modelled yet" not in explain("E10", "en")
    assert not clauses()["G5"].missing


def test_totals_are_told_as_totals(base) -> None:
    lines = explain("homes.guaranteed_units", "en", base)
    assert any("  2026-01-01  all: 268500 in all" in line for line in lines)
    assert len(lines) < 20


def test_assumptions_and_documents(base) -> None:
    assert any("as in the region's data or the parameters" in line for line in explain("rent_growth", "en", base))
    assert any(line.startswith("  S3:") for line in explain("ZJ2023", "en"))


def test_unknown_names_get_suggestions() -> None:
    with pytest.raises(UserError, match=r"Did you mean settlement\.quota"):
        explain("settlement.qouta", "en")
    with pytest.raises(UserError, match=r"homes\.guaranteed_units"):
        explain("guaranteed", "en")
    with pytest.raises(UserError, match="nothing is called"):
        explain("xyzzyxyzzy", "en")


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_new_file_is_the_same_policy_under_its_own_name(name: str, tmp_path: Path) -> None:
    path = new_file(name, tmp_path / "我的方案.yaml")
    scenario = load(path)
    assert scenario.name == "我的方案"
    assert scenario.hash8 == load(name).hash8
    text = path.read_text(encoding="utf-8")
    assert "#" in text
    for lever in ("settlement.quota", "homes.guaranteed_units"):
        assert lever in text


@pytest.mark.parametrize("name", ["2027", "null", "1e5", "true", "北仑-2"])
def test_names_that_look_like_something_else(name: str, tmp_path: Path) -> None:
    scenario = load(new_file("hangzhou_quota", tmp_path / f"{name}.yaml"))
    assert scenario.name == name
    assert loads(scenario.resolved_yaml()).name == name


def test_the_guide_of_a_new_file_can_be_uncommented() -> None:
    text = new_text("hangzhou_quota", "mine")
    guide = [line.removeprefix("#") for line in text[text.index("# ---- ") :].splitlines() if line.startswith("#    ")]
    scenario = loads("name: mine\nextends: zhejiang_2027\npolicy:\n  set:\n" + "\n".join(guide) + "\n")
    assert "from: 2026-01" in text
    assert {lever for lever in LEVERS if any(entry.source == "scenario mine" for entry in scenario.policy.entries(lever))} == set(
        COMMON_LEVERS
    )


def test_new_refuses_what_it_should(tmp_path: Path) -> None:
    existing = tmp_path / "there.yaml"
    existing.write_text("precious")
    with pytest.raises(UserError, match="not overwritten"):
        new_file("zhejiang_2027", existing)
    assert existing.read_text() == "precious"
    for target, words in [("a.txt", "ends in .yaml"), ("no/a.yaml", "there is no folder"), ("a b.yaml", "letters, digits"),
                          ("zhejiang_2027.yaml", "shipped scenario")]:  # fmt: skip
        with pytest.raises(UserError, match=words):
            new_file("zhejiang_2027", tmp_path / target)
    with pytest.raises(UserError, match="there is no scenario"):
        new_file("zhejiang_2207", tmp_path / "a.yaml")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there.yaml"]


def test_new_from_a_file_that_names_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("name: base\nregion: zhejiang\n")
    (tmp_path / "child.yaml").write_text("name: child\nextends: base.yaml\n")
    assert load(new_file(tmp_path / "child.yaml", tmp_path / "grandchild.yaml")).name == "grandchild"
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(UserError, match="put the new file there too"):
        new_file(tmp_path / "child.yaml", other / "grandchild.yaml")


def test_the_schema_is_current() -> None:
    path = shipped_folder() / "schema.json"
    assert path.read_text(encoding="utf-8") == schema_text(), "run: python -m urbsim.scenario.jsonschema > scenarios/schema.json"


def test_the_schema_takes_the_shipped_and_refuses_mistakes() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(schema_text())
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)

    def plain(text: str) -> object:
        return json.loads(json.dumps(yaml.safe_load(text), default=str))

    for name in shipped_scenarios():
        validator.validate(plain((shipped_folder() / f"{name}.yaml").read_text(encoding="utf-8")))
    good = "name: m\nregion: zhejiang\npolicy: {set: [{area: ningbo, from: 2025, values: {settlement.quota: 5}}]}"
    validator.validate(plain(good))
    for old, new in [
        ("settlement.quota", "settlement.qouta"),
        ("ningbo", "ningbao"),
        ("quota: 5", "quota: -5"),
        ("region: zhejiang", "region: x"),
        ("from", "form"),
        ("2025", "soon"),
        ("name: m", "nme: m"),
    ]:
        assert not validator.is_valid(plain(good.replace(old, new))), new


def test_the_schema_describes_every_lever_in_both_languages() -> None:
    schema = json.loads(schema_text())
    values = schema["$defs"]["PolicySection"]["properties"]["set"]["items"]["properties"]["values"]["properties"]
    assert set(values) == set(LEVERS)
    for described in values.values():
        assert re.search("[\u4e00-\u9fff].* / [A-Za-z]", described["description"])
