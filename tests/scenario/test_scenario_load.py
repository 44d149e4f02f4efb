"""Loading: shipped scenarios, dated values, the order of layers, the resolved file, the hash."""

import copy
import datetime as dt
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from urbsim.clock import QUARTERS, first_day
from urbsim.errors import UserError
from urbsim.policy import LEVERS
from urbsim.regions import available_regions
from urbsim.scenario import Scenario, load, loads, shipped_scenarios

SHIPPED = [
    "hangzhou_open",
    "hangzhou_quota",
    "money_follows_people",
    "more_rental_homes",
    "more_school_places",
    "zhejiang_2027",
    "zhejiang_frozen_2022",
]
BASE = "name: mine\nregion: zhejiang\n"
CUTOFF = (
    "name: mine\nextends: zhejiang_2027\npolicy:\n  set:\n"
    "    - {{area: hangzhou_core, from: {}, values: {{settlement.points_cutoff: 90}}}}\n"
)


def rules(*lines: str) -> str:
    return BASE + "policy:\n  set:\n" + "".join(f"    - {{{line}}}\n" for line in lines)


def column(scenario: Scenario, lever: str, area: str) -> np.ndarray:
    return scenario.policy.array(lever)[:, scenario.policy.areas.codes.index(area)]


def test_shipped() -> None:
    assert set(SHIPPED) <= set(shipped_scenarios())
    assert len({load(name).hash8 for name in shipped_scenarios()}) == len(shipped_scenarios())


@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_shipped_scenario_is_whole(name: str) -> None:
    scenario = load(name)
    assert scenario.name == name
    assert scenario.title.zh != scenario.title.en
    assert scenario.description.zh != scenario.description.en
    assert scenario.region in available_regions()
    assert (scenario.target_table is None) == (scenario.region == "fujian")  # its opinion has no table of indicators
    assert not scenario.notes, "a shipped scenario sets a value that another cuts short"
    last = 2020 if name == "zhejiang_2017" else 2027  # the plan of 2017 ends with its review
    assert (scenario.period.start, scenario.period.until) == (dt.date(2010, 10, 1), dt.date(last, 12, 31))
    weight = 20 if scenario.region == "xuchang" else 100  # a small region has finer agents
    assert (scenario.run.draws, scenario.run.replicates, scenario.run.weight) == (20, 1, weight)
    for lever in LEVERS.values():
        table = scenario.policy.array(lever.name)
        assert table.shape == (QUARTERS, len(scenario.policy.areas))
        assert table.dtype == np.float64
        inside = (table >= lever.minimum) & (table <= lever.maximum)
        assert (inside | (lever.closed_allowed & (table == -1))).all(), lever.name
        if lever.scope == "region":
            assert (table == table[:, :1]).all(), lever.name


def test_what_the_variants_change() -> None:
    base = load("zhejiang_2027")

    def changed(name: str) -> set[str]:
        other = load(name)
        return {lever for lever in LEVERS if (other.policy.array(lever) != base.policy.array(lever)).any()}

    assert changed("hangzhou_quota") == {"settlement.quota"}
    assert changed("more_school_places") == {"school.new_places_primary", "school.new_places_lower_secondary"}
    assert changed("more_rental_homes") == {"homes.guaranteed_units"}
    assert all(lever.startswith("finance.") for lever in changed("money_follows_people"))
    assert "settlement.points_cutoff" in changed("hangzhou_open")
    for name in SHIPPED:
        other = load(name)
        for lever in LEVERS if name != "zhejiang_frozen_2022" else ():
            assert (other.policy.array(lever)[:57] == base.policy.array(lever)[:57]).all(), "no reform before 2025"


def test_hangzhou_open_closes_points_and_opens_the_rest() -> None:
    scenario = load("hangzhou_open")
    after = dt.date(2025, 1, 1)
    for name in ("owner_insurance_months", "renter_residence_months", "worker_insurance_months", "worker_residence_months"):
        assert scenario.policy.value(f"settlement.{name}", "hangzhou_core", after) == 0
    assert scenario.policy.value("settlement.points_cutoff", "hangzhou_core", after) == -1


def test_extra_places_and_homes_add_up() -> None:
    assert load("more_school_places").policy.array("school.new_places_primary")[57].sum() == pytest.approx(40_000)
    extra = load("more_rental_homes").policy.array("homes.guaranteed_units") - load("zhejiang_2027").policy.array("homes.guaranteed_units")
    assert extra.sum(axis=1) == pytest.approx([0.0] * 57 + [100_000.0] * 12)
    assert (extra >= 0).all()


# ---- dated values ------------------------------------------------------------------------------------------------------------


def test_a_value_holds_from_its_date_until_the_next() -> None:
    scenario = loads(
        rules("area: all, from: 2015-04-01, values: {work.training_slots: 10}", "area: all, from: 2016, values: {work.training_slots: 20}")
    )
    slots = column(scenario, "work.training_slots", "ningbo_core")
    for q in range(QUARTERS):
        day = first_day(q)
        expected = 0 if day < dt.date(2015, 4, 1) else 10 if day < dt.date(2016, 1, 1) else 20
        assert slots[q] == expected
        assert scenario.policy.value("work.training_slots", "ningbo_core", day) == expected


@pytest.mark.parametrize(
    ("written", "first"), [("2015-03-31", 18), ("2015-04-01", 18), ("2015-04-02", 19), ("2015-4-1", 18), ("2015", 17), ("2015-04", 18)]
)
def test_a_quarter_uses_the_value_in_force_on_its_first_day(written: str, first: int) -> None:
    scenario = loads(rules(f"area: all, from: {written}, values: {{work.training_slots: 10}}"))
    assert np.flatnonzero(column(scenario, "work.training_slots", "ningbo_core"))[0] == first


def test_the_order_in_which_dates_are_written_does_not_matter() -> None:
    early, late = "area: all, from: 2015, values: {work.training_slots: 10}", "area: all, from: 2016, values: {work.training_slots: 20}"
    assert loads(rules(early, late)).hash8 == loads(rules(late, early)).hash8


def test_of_the_same_date_the_later_entry_wins() -> None:
    wide = "area: all, from: 2015, values: {permit.friction: 2}"
    narrow = "area: hangzhou_core, from: 2015, values: {permit.friction: 3}"
    first = loads(rules(wide, narrow))
    assert (
        first.policy.value("permit.friction", "hangzhou_core", dt.date(2015, 1, 1)),
        first.policy.value("permit.friction", "ningbo_core", dt.date(2015, 1, 1)),
    ) == (3, 2)
    second = loads(rules(narrow, wide))
    assert second.policy.value("permit.friction", "hangzhou_core", dt.date(2015, 1, 1)) == 2
    assert [entry.areas for entry in first.policy.entries("permit.friction")] == [
        tuple(code for code in first.policy.areas.codes if code != "hangzhou_core"),
        ("hangzhou_core",),
    ]


def test_values_from_before_the_model_hold_at_its_start() -> None:
    scenario = load("zhejiang_frozen_2022")
    assert column(scenario, "permit.residence_months", "quzhou_core")[0] == 36  # set in 2009
    assert {entry.date for entry in scenario.policy.entries("land.rights_kept")} >= {dt.date(2010, 10, 1)}


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("all", 64),
        ("zhejiang", 64),
        ("cores", 11),
        ("counties", 53),
        ("ningbo", 5),
        ("ningbo_counties", 4),
        ("hangzhou_core", 1),
        ("yiwu", 1),
        ("义乌市", 1),
        ("[杭州市, 宁波市区]", 5),
        ("[ningbo, hangzhou_core, ningbo_core]", 6),
    ],
)
def test_words_for_areas(word: str, count: int) -> None:
    scenario = loads(rules(f"area: {word}, from: 2015, values: {{permit.friction: 2}}"))
    assert (scenario.policy.array("permit.friction")[20] == 2).sum() == count


def test_areas_left_out() -> None:
    scenario = loads(rules("area: all, except: [hangzhou, ningbo_core], from: 2015, values: {permit.friction: 2}"))
    assert (scenario.policy.array("permit.friction")[20] == 2).sum() == 64 - 4 - 1


def test_totals_are_shared_out_by_residents() -> None:
    scenario = loads(rules("area: ningbo, from: 2015, totals: {homes.public_units: 1000}"))
    units = scenario.policy.array("homes.public_units")[20]
    assert units.sum() == pytest.approx(1000)
    assert (units > 0).sum() == 5
    codes = scenario.policy.areas.codes
    assert units[codes.index("ningbo_core")] > 2 * units[codes.index("ningbo_cixi")] > 2 * units[codes.index("ningbo_xiangshan")]


def test_closed_is_minus_one_and_arrays_cannot_be_written() -> None:
    scenario = loads(rules("area: all, from: 2015, values: {permit.residence_months: closed}"))
    table = scenario.policy.array("permit.residence_months")
    assert (table[20:] == -1).all()
    assert (table[:10] == 6).all()
    with pytest.raises(ValueError, match="read-only"):
        table[0, 0] = 1
    with pytest.raises(KeyError):
        scenario.policy.array("permit.nothing")
    with pytest.raises(KeyError):
        scenario.policy.entries("permit.nothing")


# ---- extends -----------------------------------------------------------------------------------------------------------------


def test_extends_takes_all_and_overrules(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "name: base\nregion: zhejiang\ntargets: zhejiang_2023_plan\nperiod: {start: 2011, until: 2020-12-31}\n"
        "run: {draws: 3, seed: 9, weight: 7}\nassumptions: {wage_growth: 0.02, rent_growth: 0.01}\n"
        "policy:\n  packages: national\n  set:\n    - {area: all, from: 2015, values: {permit.friction: 2, work.training_slots: 5}}\n"
    )
    (tmp_path / "child.yaml").write_text(
        "name: child\nextends: base.yaml\nperiod: {until: 2022-12-31}\nrun: {draws: 4, seed: 0}\nassumptions: {rent_growth: null}\n"
        "policy:\n  set:\n    - {area: cores, from: 2015, values: {permit.friction: 3}}\n"
    )
    child = load(tmp_path / "child.yaml")
    assert (child.run.draws, child.run.seed, child.run.weight) == (4, 0, 7)
    assert (child.period.start, child.period.until) == (dt.date(2011, 1, 1), dt.date(2022, 12, 31))
    assert child.assumptions["wage_growth"] == 0.02
    assert child.assumptions["rent_growth"] is None
    assert child.packages == ("national",)
    assert child.targets == "zhejiang_2023_plan"
    assert column(child, "permit.friction", "ningbo_core")[20] == 3
    assert column(child, "permit.friction", "ningbo_cixi")[20] == 2
    assert column(child, "work.training_slots", "ningbo_core")[20] == 5


def test_a_childs_values_win_over_the_bases_packages() -> None:
    scenario = loads(CUTOFF.format("2022"))
    assert scenario.policy.value("settlement.points_cutoff", "hangzhou_core", dt.date(2022, 6, 1)) == 90


def test_a_value_that_a_package_cuts_short_is_noted() -> None:
    scenario = loads(CUTOFF.format("2022-02"))
    assert scenario.policy.value("settlement.points_cutoff", "hangzhou_core", dt.date(2024, 1, 1)) == 100
    assert "holds only until 2023-05-08" in scenario.notes[0].en
    assert "hangzhou_points" in scenario.notes[0].zh


def test_a_value_too_late_to_matter_is_noted() -> None:
    scenario = loads(rules("area: all, from: 2027-11-01, values: {permit.friction: 2}"))
    assert "has no effect" in scenario.notes[0].en


# ---- the resolved file and the hash ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["zhejiang_2027", "more_school_places", "hangzhou_open"])
def test_the_resolved_file_is_the_same_scenario(name: str, tmp_path: Path) -> None:
    scenario = load(name)
    text = scenario.resolved_yaml()
    again = loads(text)
    assert again.hash8 == scenario.hash8
    assert again.resolved_yaml() == text
    for lever in LEVERS:
        assert (again.policy.array(lever) == scenario.policy.array(lever)).all(), lever
    assert (again.name, again.title, again.description, again.targets) == (
        scenario.name,
        scenario.title,
        scenario.description,
        scenario.targets,
    )
    path = tmp_path / "resolved.yaml"
    path.write_text(text, encoding="utf-8")
    assert load(path).hash8 == scenario.hash8


def test_the_resolved_file_says_where_every_value_came_from() -> None:
    text = load("hangzhou_quota").with_set(["settlement.quota[hangzhou_core]@2026=1"]).resolved_yaml()
    assert 'origin: "scenario hangzhou_quota"' in text
    assert 'origin: "package ZJ2023"' in text
    assert 'origin: "command line"' in text
    again = loads(text)
    sources = {entry.date.year: entry.source for entry in again.policy.entries("settlement.quota") if "hangzhou_core" in entry.areas}
    assert (sources[2018], sources[2025], sources[2026]) == ("package zhejiang_rules", "scenario hangzhou_quota", "command line")


@pytest.mark.parametrize(
    "changed",
    [
        "assumptions: {wage_growth: 0.04}",
        "run: {draws: 21}",
        "run: {seed: 2}",
        "period: {until: 2026-12-31}",
        "targets: zhejiang_2023_plan",
        "policy: {set: [{area: all, from: 2015, values: {permit.friction: 1.5}}]}",
    ],
)
def test_the_hash_sees_what_matters(changed: str) -> None:
    assert loads(BASE + changed).hash8 != loads(BASE).hash8


@pytest.mark.parametrize(
    "same",
    [
        "# a comment",
        "title: {zh: 题, en: t}",
        "period: {start: 2010-10-01}",
        "run: {draws: 20}",
        "policy: {set: [{area: all, from: 2015, values: {permit.friction: 1}}]}",
    ],
)
def test_the_hash_does_not_see_what_changes_nothing(same: str) -> None:
    assert loads(BASE + same).hash8 == loads(BASE).hash8


def test_pickled_and_copied_it_stays_itself() -> None:
    scenario = load("hangzhou_quota")
    assert pickle.loads(pickle.dumps(scenario)).hash8 == scenario.hash8
    assert copy.deepcopy(scenario).hash8 == scenario.hash8


def test_it_cannot_be_changed() -> None:
    scenario = load("zhejiang_2027")
    with pytest.raises(AttributeError):
        scenario.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        scenario.assumptions["wage_growth"] = 1.0  # type: ignore[index]


# ---- settings ----------------------------------------------------------------------------------------------------------------


def test_set_from_the_command_line() -> None:
    scenario = load("zhejiang_2027")
    other = scenario.with_set(
        [
            "settlement.quota[hangzhou_core]@2025-01=10000",
            "homes.public_units[ningbo_cixi, yiwu]@2026=50",
            "work.training_slots@2024=7",
            "settlement.quota[hangzhou_core]@2026=closed",
        ]
    )
    assert column(other, "settlement.quota", "hangzhou_core")[57] == 10000
    assert column(other, "settlement.quota", "hangzhou_core")[61] == -1
    assert other.policy.array("homes.public_units")[61].sum() == 100
    assert (other.policy.array("work.training_slots")[53] == 7).all()
    assert column(scenario, "settlement.quota", "hangzhou_core")[57] == -1, "the first scenario is untouched"
    assert other.hash8 != scenario.hash8
    assert scenario.with_set([]).hash8 == scenario.hash8


def test_all_mistakes_of_settings_at_once() -> None:
    with pytest.raises(UserError) as caught:
        load("zhejiang_2027").with_set(
            [
                "settlement.qouta[hangzou]@2025=1",
                "nonsense",
                "permit.friction@2025-02-30=-1",
                "permit.friction@2031=x",
                "finance.resident_weight[ningbo]@2025=0.5",
            ]
        )
    english = [problem.render("en") for problem in caught.value.problems]
    for words in (
        "Did you mean 'settlement.quota'",
        "no area 'hangzou'",
        "lever[area]@date=value",
        "not a day of the calendar",
        "cannot be negative",
        "outside the model's period",
        "found 'x'",
        "one value for the whole region",
    ):
        assert any(words in line for line in english), words
    assert all("settlement" in line or "nonsense" in line or "permit" in line or "finance" in line for line in english)


def test_with_run_checks_its_numbers() -> None:
    scenario = load("zhejiang_2027")
    other = scenario.with_run(draws=2, seed=0, weight=1, until=dt.date(2020, 12, 31))
    assert (other.run.draws, other.run.replicates, other.run.seed, other.run.weight) == (2, 1, 0, 1)
    assert other.period.last_quarter == 40
    with pytest.raises(UserError) as caught:
        scenario.with_run(draws=0, weight=-3, until=dt.date(2040, 1, 1))
    assert len(caught.value.problems) == 3


# ---- speed -------------------------------------------------------------------------------------------------------------------


def test_loading_imports_nothing_heavy() -> None:
    code = (
        "import sys; from urbsim.scenario import load; load('zhejiang_2027').hash8;"
        "print([name for name in ('numba', 'mesa', 'xarray', 'pandas', 'matplotlib', 'scipy', 'netCDF4') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
