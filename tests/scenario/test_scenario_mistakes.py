"""What a planner can do wrong: each is told with its place, what was found, what is allowed and the nearest right name, all at once."""

from pathlib import Path

import pytest

from urbsim.errors import Problem, UserError
from urbsim.scenario import load, loads

HEAD = "name: mine\nregion: zhejiang\n"
SET = HEAD + "policy:\n  set:\n    - "
QUOTA = "values: {settlement.quota: 5}}\n"


def problems_of(text: str, folder: Path | str = ".") -> list[Problem]:
    with pytest.raises(UserError) as caught:
        loads(text, folder=folder, shown="mine.yaml")
    return caught.value.problems


def only(text: str, folder: Path | str = ".") -> Problem:
    found = problems_of(text, folder)
    assert len(found) == 1, [problem.render("en") for problem in found]
    return found[0]


def rule(values: str, area: str = "all", date: str = "2025-01-01") -> str:
    return HEAD + f"policy:\n  set:\n    - area: {area}\n      from: {date}\n      values:\n        {values}\n"


CASES = {
    "unknown lever": (rule("settlement.qouta: 5"), 8, 9, "there is no lever 'settlement.qouta'. Did you mean 'settlement.quota'?"),
    "lever far from all": (rule("zzz.qqq: 5"), 8, 9, "there is no lever 'zzz.qqq'. Urbsim list levers shows them all"),
    "unknown area": (rule("settlement.quota: 5", area="hangzou_core"), 5, 13, "has no area 'hangzou_core'. Did you mean 'hangzhou_core'?"),
    "bare county": (rule("settlement.quota: 5", area="tonglu"), 5, 13, "Did you mean 'hangzhou_tonglu'?"),
    "area in a list": (rule("settlement.quota: 5", area="[ningbo, nowhere_at_all]"), 5, 22, "has no area 'nowhere_at_all'"),
    "share above one": (rule("land.rights_kept: 1.01"), 8, 27, "is a share and cannot be above 1, found 1.01"),
    "percentage": (rule("land.rights_kept: 80%"), 8, 27, "Write the percentage as a share: 0.8"),
    "negative capacity": (rule("homes.guaranteed_units: -1"), 8, 33, "cannot be negative, found -1. Allowed: a number, 0 to 5000000"),
    "text for number": (rule("homes.guaranteed_units: many"), 8, 33, "takes a number, found 'many'"),
    "thousands separator": (rule("settlement.quota: '10,000'"), 8, 27, "without separators: 10000"),
    "unit written out": (rule("permit.residence_months: 6个月"), 8, 34, "the unit is months"),
    "quoted number": (rule("permit.residence_months: '6'"), 8, 34, "write the number without quotes: 6"),
    "half a month": (rule("permit.residence_months: 6.5"), 8, 34, "takes a whole number of months, found 6.5"),
    "yes for a switch": (rule("school.permit_enough: yes"), 8, 31, "Write 1 or 0 for a switch"),
    "switch at two": (rule("school.permit_enough: 2"), 8, 31, "out of bounds"),
    "nothing": (rule("settlement.quota:"), 8, 26, "found nothing. Write closed to close it"),
    "none for closed": (rule("settlement.quota: none"), 8, 27, "Write closed to close it"),
    "closed where it cannot be": (rule("land.rights_kept: closed"), 8, 27, "takes a number, found 'closed'"),
    "region lever for one area": (rule("finance.resident_weight: 0.5", area="ningbo"), 5, 13, "area must be all"),
    "impossible day": (rule("settlement.quota: 5", date="2025-02-30"), 6, 13, "'2025-02-30' is not a day of the calendar"),
    "thirteenth month": (rule("settlement.quota: 5", date="2025-13"), 6, 13, "'2025-13' is not a day of the calendar"),
    "not a date": (rule("settlement.quota: 5", date="soon"), 6, 13, "'soon' is not a date; write 2025, 2025-01 or 2025-01-15"),
    "decimal date": (rule("settlement.quota: 5", date="2025.1"), 6, 13, "a date such as 2025"),
    "too early": (rule("settlement.quota: 5", date="2010-09-30"), 6, 13, "2010-09-30 is outside the model's period 2010-10-01 to"),
    "too late": (rule("settlement.quota: 5", date="2028"), 6, 13, "2028-01-01 is outside the model's period"),
    "total of a threshold": (SET + "{area: all, from: 2025, totals: {settlement.quota: 5}}\n", 5, 40, "cannot be given as a total"),
    "no values": (SET + "{area: all, from: 2025}\n", 5, 7, "the rule has no values"),
    "values as a list": (SET + "{area: all, from: 2025, values: [1]}\n", 5, 39, "takes a mapping (name: value), found a list"),
    "set as a mapping": (HEAD + "policy:\n  set:\n    settlement.quota: 5\n", 5, 5, "takes a list (lines that begin with '- ')"),
    "rule as text": (SET + "settlement.quota\n", 5, 7, "takes a mapping"),
    "rule without area": (SET + "{from: 2025, " + QUOTA, 5, 7, "'area' is missing"),
    "rule without date": (SET + "{area: all, " + QUOTA, 5, 7, "'from' is missing"),
    "misspelt field of a rule": (SET + "{area: all, form: 2025, from: 2025, " + QUOTA, 5, 19, "did you mean 'from'"),
    "unknown tag": (SET + "{area: all, from: 2025, tag: sure, " + QUOTA, 5, 36, "allowed: 'read', 'two_sources'"),
    "misspelt top field": (HEAD + "perriod: {until: 2020-01-01}\n", 3, 1, "there is no field 'perriod' here. Did you mean 'period'?"),
    "misspelt run field": (HEAD + "run: {draw: 5}\n", 3, 7, "Did you mean 'draws'?"),
    "run is text": (HEAD + "run: many\n", 3, 6, "takes a mapping"),
    "no draws": (HEAD + "run: {draws: 0}\n", 3, 14, "'draws' is 0; it must be at least 1"),
    "weight below one": (HEAD + "run: {weight: 0.5}\n", 3, 15, "'weight' takes a whole number"),
    "draws as text": (HEAD + "run: {draws: '20'}\n", 3, 14, "'draws' takes a whole number, found '20'"),
    "seed true": (HEAD + "run: {seed: true}\n", 3, 13, "'seed' takes a whole number"),
    "unknown package": (HEAD + "policy: {packages: [national, zhejiang_rule]}\n", 3, 31, "Did you mean 'zhejiang_rules'?"),
    "unknown region": ("name: mine\nregion: zejiang\n", 2, 9, "there is no region 'zejiang'. Did you mean 'zhejiang'?"),
    "no region": ("name: mine\n", 1, 1, "'region' is missing"),
    "no name": ("region: zhejiang\n", 1, 1, "'name' is missing"),
    "name as a path": ("name: ../x\nregion: zhejiang\n", 1, 7, "use letters, digits, - and _ only"),
    "name as a number": ("name: 2027\nregion: zhejiang\n", 1, 7, "'name' takes text, found '2027'"),
    "unknown base": ("name: mine\nextends: zhejiang_2028\n", 2, 10, "there is no scenario 'zhejiang_2028'. Did you mean 'zhejiang_2027'?"),
    "unknown targets": (HEAD + "targets: zhejiang_2023\n", 3, 10, "Did you mean 'zhejiang_2023_plan'?"),
    "one language": (HEAD + "title: {zh: 题}\n", 3, 8, "'en' is missing"),
    "other language": (HEAD + "title: {zh: 题, en: t, fr: t}\n", 3, 23, "there is no field 'fr' here"),
    "unknown assumption": (HEAD + "assumptions: {wage_grwth: 0.1}\n", 3, 15, "no assumption 'wage_grwth'. Did you mean 'wage_growth'?"),
    "assumption out of bounds": (HEAD + "assumptions: {wage_growth: 4}\n", 3, 28, "wage_growth: 4 is out of bounds. Allowed: -0.3 to 0.3"),
    "assumption as text": (HEAD + "assumptions: {home_cost: dear}\n", 3, 26, "home_cost takes a number, found 'dear'"),
    "assumptions as a list": (HEAD + "assumptions: [1]\n", 3, 14, "takes a mapping"),
    "period backwards": (HEAD + "period: {start: 2020, until: 2019}\n", 3, 9, "start (2020-01-01) must come before until (2019-01-01)"),
    "period too long": (HEAD + "period: {until: 2028-01-01}\n", 3, 9, "outside the model's period"),
    "the file is a list": ("- a\n- b\n", 1, 1, "takes a mapping"),
    "the file is text": ("hello\n", 1, 1, "takes a mapping"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_mistake(case: str) -> None:
    text, line, column, words = CASES[case]
    problem = only(text)
    english, chinese = problem.render("en"), problem.render("zh")
    assert words.lower() in english.lower(), english
    assert (problem.file, problem.line, problem.column) == ("mine.yaml", line, column)
    assert english.startswith(f"mine.yaml:{line}:{column}: ")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese)
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in english.replace("题", "").replace("6个月", ""))


MANY = """\
name: mine
extends: zhejiang_2028
regoin: zhejiang
period: {until: 2025-02-30}
targets: zhejiang_plan
policy:
  packages: [ZJ2O23]
  set:
    - area: hangzou_core
      from: 2025-02-30
      values:
        settlement.qouta: 10
        school.permit_guarantee: 1.2
        homes.guaranteed_units: -5
    - area: all
      from: 2009-01
      valeus: {}
assumptions: {wage_grwth: 0.1}
run: {draws: 0, weight: many}
"""


def test_all_problems_at_once_in_order() -> None:
    found = problems_of(MANY)
    lines = [problem.line for problem in found]
    assert lines == sorted(lines)
    assert set(lines) == {2, 3, 4, 5, 7, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19}
    assert len(found) == 16


def test_the_bases_problems_are_told_with_their_own_file(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("name: base\nregion: zhejiang\nrun: {draws: -1}\n")
    found = problems_of("name: mine\nextends: base.yaml\nrun: {weight: 0}\n", tmp_path)
    assert [(Path(str(problem.file)).name, problem.line) for problem in found] == [("mine.yaml", 3), ("base.yaml", 3)]


def test_extends_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: a\nregion: zhejiang\nextends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("name: b\nextends: a.yaml\n")
    with pytest.raises(UserError, match="round in a circle"):
        load(tmp_path / "a.yaml")
    (tmp_path / "self.yaml").write_text("name: self\nregion: zhejiang\nextends: self.yaml\n")
    with pytest.raises(UserError, match="round in a circle"):
        load(tmp_path / "self.yaml")


def test_a_long_chain_is_refused(tmp_path: Path) -> None:
    for i in range(12):
        (tmp_path / f"s{i}.yaml").write_text(f"name: s{i}\nregion: zhejiang\n" + (f"extends: s{i + 1}.yaml\n" if i < 11 else ""))
    with pytest.raises(UserError, match="more than 8 levels"):
        load(tmp_path / "s0.yaml")


@pytest.mark.parametrize(
    "word", ["../secret.yaml", "/etc/passwd.yaml", "sub/../../secret.yaml", "link.yaml", "file:///etc/passwd.yaml", "..\\secret.yaml"]
)
@pytest.mark.parametrize("place", ["extends: {}\n", "policy: {{packages: ['{}']}}\n"])
def test_a_file_reads_nothing_outside_its_folder(word: str, place: str, tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("name: secret\nregion: zhejiang\ndescription: TOP-SECRET\n")
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    found = problems_of(HEAD + place.format(word), folder)
    assert "outside this file's folder" in found[0].message.en
    assert all("TOP-SECRET" not in problem.render("en") for problem in found)


def test_missing_and_odd_files(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no such file"):
        load(tmp_path / "none.yaml")
    with pytest.raises(UserError, match=r"no scenario 'zhejiang_2207'\. Did you mean 'zhejiang_2027'"):
        load("zhejiang_2207")
    with pytest.raises(UserError, match="not a regular file"):
        load(tmp_path)
    assert "there is no file" in only("name: mine\nextends: none.yaml\n", tmp_path).message.en


def test_nothing_in_a_scenario_runs(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    with pytest.raises(UserError, match="type tags"):
        loads(f"name: !!python/object/apply:pathlib.Path.touch ['{mark}']\nregion: zhejiang\n")
    with pytest.raises(UserError):
        loads("name: mine\nregion: zhejiang\nassumptions: {wage_growth: \"__import__('os').system('true')\"}\n")
    assert not mark.exists()


def package(name: str, value: object, more: str = "") -> str:
    return (
        f"name: {name}\ntitle: {{zh: 包, en: p}}\n{more}rules:\n"
        f"  - {{area: all, from: 2015, document: D, tag: read, values: {{permit.friction: {value}}}}}\n"
    )


def test_packages_that_contradict(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(package("one", 2))
    (tmp_path / "two.yaml").write_text(package("two", 3))
    (tmp_path / "same.yaml").write_text(package("same", 2))
    problem = only(HEAD + "policy: {packages: [one.yaml, two.yaml]}\n", tmp_path)
    assert "differ on permit.friction[hangzhou_core]@2015-01-01" in problem.message.en
    assert "one" in problem.message.zh
    assert "two.yaml:4: 3" in problem.message.en
    assert problem.line == 3
    loads(HEAD + "policy: {packages: [one.yaml, same.yaml]}\n", folder=tmp_path)


def test_a_package_may_overrule_the_one_it_extends(tmp_path: Path) -> None:
    early = "rules:\n  - {area: all, from: 2001-03-30, document: D, tag: read, values: {settlement.education_level: 2}}\n"
    (tmp_path / "later.yaml").write_text("name: later\ntitle: {zh: 包, en: p}\nextends: national\n" + early)
    (tmp_path / "alone.yaml").write_text("name: alone\ntitle: {zh: 包, en: p}\n" + early)
    scenario = loads(HEAD + "policy: {packages: [later.yaml]}\n", folder=tmp_path)
    assert scenario.packages == ("later", "national") or scenario.packages == ("national", "later")
    assert (scenario.policy.array("settlement.education_level")[0] == 2).all()
    found = problems_of(HEAD + "policy: {packages: [national, alone.yaml]}\n", tmp_path)
    assert all("differ on settlement.education_level" in problem.message.en for problem in found)


def test_faults_of_a_package(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "name: q\ntitle: {zh: 包, en: p}\nrules:\n  - {area: all, from: 2015, values: {permit.friction: -1}}\n"
    )
    assert "name must be that of the file: p" in only(HEAD + "policy: {packages: p.yaml}\n", tmp_path).message.en
    (tmp_path / "p.yaml").write_text(
        "name: p\ntitle: {zh: 包, en: p}\nrules:\n  - {area: all, from: 2015, values: {permit.friction: -1}}\n"
    )
    words = [problem.message.en for problem in problems_of(HEAD + "policy: {packages: p.yaml}\n", tmp_path)]
    assert any("names its document" in word for word in words)
    assert any("cannot be negative" in word for word in words)
    (tmp_path / "ZJ2023.yaml").write_text(package("ZJ2023", 1))
    assert "called like a shipped package" in only(HEAD + "policy: {packages: ZJ2023.yaml}\n", tmp_path).message.en


def test_a_package_of_another_region(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(package("p", 1, "region: fujian\n"))
    assert "is for the region fujian only" in only(HEAD + "policy: {packages: p.yaml}\n", tmp_path).message.en
