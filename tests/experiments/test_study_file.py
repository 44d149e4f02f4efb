"""Study files: what they mean, every mistake told at once, designs."""

from __future__ import annotations

import datetime as dt
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from urbsim.clock import quarter_of
from urbsim.engine.state import FIELD_OF_SYMBOL, Params
from urbsim.errors import UserError
from urbsim.experiments.design import points, size, unit_points
from urbsim.experiments.factor_file import TAKEN
from urbsim.experiments.jsonschema import schema_text, study_schema
from urbsim.experiments.study import Study, load_study
from urbsim.parameters import PARAMETERS, quantile
from urbsim.parameters.context import CONTEXT
from urbsim.results.storage import open_results
from urbsim.scenario import loads
from urbsim.scenario.find import shipped_folder
from urbsim.scenario.kinds import names_study, shipped_studies

HEAD = "name: mine\nbase: zhejiang_2027\n"


def study(tmp_path: Path, factors: str, design: str = "{kind: one_at_a_time}", more: str = "") -> Study:
    file = tmp_path / "mine.yaml"
    file.write_text(f"{HEAD}factors:\n{factors}design: {design}\n{more}", encoding="utf-8")
    return load_study(file)


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_study(file)
    for problem in caught.value.problems:
        assert problem.render("zh")
    return [problem.render("en").removeprefix(f"{file}:") for problem in caught.value.problems]


@pytest.mark.parametrize("name", shipped_studies())
def test_shipped_studies_are_in_order(name: str) -> None:
    found = load_study(name)
    assert points(found).shape == (size(found), len(found.factors))
    assert found.title.zh != found.title.en
    assert found.name == name
    for values in points(found)[:3]:
        found.scenario(tuple(values.tolist()))


def test_the_schema_is_current_and_knows_the_fields() -> None:
    path = shipped_folder() / "studies" / "schema.json"
    wanted = schema_text(study_schema())
    assert path.read_text(encoding="utf-8") == wanted, "run: python -m urbsim.experiments.jsonschema > scenarios/studies/schema.json"
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(study_schema())
    validator.check_schema(study_schema())

    def plain(text: str) -> object:
        return json.loads(json.dumps(yaml.safe_load(text), default=str))

    for name in shipped_studies():
        validator.validate(plain((path.parent / f"{name}.yaml").read_text(encoding="utf-8")))
    quota = "{lever: settlement.quota, area: ningbo, from: 2025, values: [closed, 5]}"
    good = f"{HEAD}factors: [{quota}, {{parameter: k_q, distribution: prior}}]\ndesign: {{kind: grid}}\noutputs: settled\n"
    validator.validate(plain(good))
    for old, new in [
        ("settlement.quota", "settlement.qouta"), ("ningbo", "ningbao"), ("k_q", "k_z"), ("prior", "posterior"), ("grid", "gird"),
        ("settled", "setled"), ("values", "vals"), ("parameter:", "lever:"), ("name: mine", "nme: mine"), ("2025", "soon"),
    ]:  # fmt: skip
        assert not validator.is_valid(plain(good.replace(old, new))), new


def test_every_name_in_a_result_is_taken() -> None:
    """A factor beside them in a store must not have the name of a variable or a coordinate."""
    found = open_results(Path(__file__).parents[2] / "results" / "reference")
    assert {str(name) for name in found.variables} - {"urbanization_rate_still"} <= TAKEN


def test_which_studies_ship() -> None:
    known = {"fujian_assumed", "hangzhou_quota_schools_homes", "pass_through", "what_matters_2027", "xuchang_imputed"}
    assert set(shipped_studies()) == known
    assert all(names_study(name) for name in shipped_studies())
    assert not names_study("zhejiang_2027")
    assert not names_study("no/such/file.yaml")


def test_a_parameter_goes_by_name_or_symbol(tmp_path: Path) -> None:
    lines = "  - {parameter: moving_cost, low: 1, high: 2}\n  - {parameter: k_q, low: 0.01, high: 0.06}\n"
    found = study(tmp_path, lines)
    assert [factor.name for factor in found.factors] == ["moving_cost", "k_q"]
    assert [factor.target for factor in found.factors] == ["C_move", "k_q_in"]
    assert dict(found.scenario((1.5, math.nan)).parameters) == {"C_move": 1.5}
    assert dict(found.scenario((1.5, 0.02)).parameters) == {"C_move": 1.5, "k_q_in": 0.02}


def test_a_varied_scenario_travels_whole(tmp_path: Path) -> None:
    lines = (
        "  - {lever: settlement.quota, area: hangzhou_core, from: 2025, values: [closed, 100]}\n"
        "  - {parameter: beta_w, low: 1, high: 2}\n  - {assumption: wage_growth, low: 0, high: 0.1}\n"
    )
    found = study(tmp_path, lines).scenario((100.0, 1.25, 0.03))
    again = loads(found.resolved_yaml())
    assert again.content == found.content
    assert again.hash8 == found.hash8 != study(tmp_path, lines).base.hash8
    assert again.parameters == {"beta_w": 1.25}
    assert again.assumptions["wage_growth"] == 0.03


def test_a_total_is_shared_out(tmp_path: Path) -> None:
    found = study(tmp_path, "  - {lever: homes.guaranteed_units, area: hangzhou, from: 2025, total: true, low: 0, high: 1000}\n")
    table = found.scenario((1000.0,)).policy.array("homes.guaranteed_units")
    base = found.base.policy.array("homes.guaranteed_units")
    changed = [a for a in range(table.shape[1]) if (table[:, a] != base[:, a]).any()]
    assert changed == list(found.factors[0].areas)
    first = quarter_of(dt.date(2025, 1, 1))
    np.testing.assert_allclose(table[first:, changed].sum(axis=1), 1000.0)  # though the base has other values in 2026 and 2027
    assert (base[first:, changed].sum(axis=1) != 1000.0).all()
    np.testing.assert_array_equal(table[:first], base[:first])


def test_a_later_factor_of_the_same_lever_takes_over(tmp_path: Path) -> None:
    lines = "".join(
        f"  - {{name: {name}, lever: homes.guaranteed_units, area: hangzhou_core, from: {day}, low: 0, high: 1000}}\n"
        for name, day in (("late", 2026), ("early", "2024-07"))
    )
    found = study(tmp_path, lines)
    a = found.factors[0].areas[0]
    table = found.scenario((7.0, 5.0)).policy.array("homes.guaranteed_units")[:, a]
    assert set(table[quarter_of(dt.date(2024, 7, 1)) : quarter_of(dt.date(2026, 1, 1))]) == {5.0}
    assert set(table[quarter_of(dt.date(2026, 1, 1)) :]) == {7.0}


def test_the_resolved_study_is_the_same_study(tmp_path: Path) -> None:
    found = study(
        tmp_path,
        "  - {lever: settlement.quota, area: hangzhou_core, from: 2025-01-01, values: [closed, 100]}\n"
        "  - {parameter: a0, distribution: prior}\n",
        "{kind: latin_hypercube, n: 5, seed: 3}",
        "run: {draws: 2, weight: 500}\noutputs: [settled, urbanization_rate]\n",
    )
    (tmp_path / "base.yaml").write_text(found.base.resolved_yaml(), encoding="utf-8")
    (tmp_path / "study.yaml").write_text(found.resolved_yaml("base.yaml"), encoding="utf-8")
    again = load_study(tmp_path / "study.yaml")
    assert again.record == found.record
    assert again.base.run == found.base.run
    np.testing.assert_array_equal(points(again), points(found))


def test_a_prior_is_that_of_the_evidence(tmp_path: Path) -> None:
    factor = study(tmp_path, "  - {parameter: a0, distribution: prior}\n").factors[0]
    assert factor.at(0.3) == quantile("a0", 0.3)
    assert factor.steps(2) == pytest.approx((quantile("a0", 0.05), quantile("a0", 0.95)))
    assert math.isfinite(factor.at(0.0))


def test_a_distribution_keeps_its_three_points_and_the_bounds_of_its_lever(tmp_path: Path) -> None:
    lines = "  - {lever: permit.services, area: all, from: 2025, distribution: {kind: normal, low: 0.2, central: 0.3, high: 0.9}}\n"
    factor = study(tmp_path, lines).factors[0]
    assert 0.0 <= factor.at(0.0) < factor.at(0.5) < factor.at(1 - 1e-9) <= 1.0


def test_names_tell_factors_apart(tmp_path: Path) -> None:
    lines = "".join(
        f"  - {{lever: settlement.quota, area: {area}, from: {day}, values: [1]}}\n"
        for area, day in (("hangzhou_core", 2025), ("hangzhou_core", 2026), ("ningbo_core", 2025))
    )
    names = [factor.name for factor in study(tmp_path, lines).factors]
    assert names == [
        "settlement.quota[hangzhou_core]@2025-01-01",
        "settlement.quota[hangzhou_core]@2026-01-01",
        "settlement.quota[ningbo_core]",
    ]


def test_designs(tmp_path: Path) -> None:
    lines = "  - {lever: settlement.quota, from: 2025, values: [closed, 10]}\n  - {parameter: beta_w, low: 1, high: 2}\n"
    nan = math.nan
    grid = study(tmp_path, lines, "{kind: grid, n: 3}")
    assert points(grid).tolist() == [[-1, 1], [-1, 1.5], [-1, 2], [10, 1], [10, 1.5], [10, 2]]
    np.testing.assert_array_equal(points(study(tmp_path, lines)), [[nan, nan], [-1, nan], [10, nan], [nan, 1], [nan, 2]])
    listed = study(tmp_path, lines, "{kind: list, runs: [{beta_w: 1.5}, {settlement.quota: closed, beta_w: 3}, {}]}")
    np.testing.assert_array_equal(points(listed), [[nan, 1.5], [-1, 3], [nan, nan]])
    cube = study(tmp_path, lines, "{kind: latin_hypercube, n: 10, seed: 1}")
    assert sorted(int(10 * u) for u in unit_points(cube)[:, 1]) == list(range(10))
    np.testing.assert_array_equal(points(cube), points(study(tmp_path, lines, "{kind: latin_hypercube, n: 10, seed: 1}")))
    assert (points(cube) != points(study(tmp_path, lines, "{kind: latin_hypercube, n: 10, seed: 2}"))).any()
    sobol = study(tmp_path, lines, "{kind: sobol, n: 8, seed: 1}")
    assert points(sobol).shape == (32, 2) == (size(sobol), 2)
    first, _, _, last = unit_points(sobol)[:4]
    np.testing.assert_array_equal(unit_points(sobol)[1], [last[0], first[1]])


def test_whole_ranges_hold_whole_numbers(tmp_path: Path) -> None:
    line = "  - {lever: permit.residence_months, from: 2025, low: 0, high: 6}\n"
    cube = study(tmp_path, line, "{kind: latin_hypercube, n: 700}")
    values, counts = np.unique(points(cube), return_counts=True)
    assert values.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert counts.min() >= 95
    grid = study(tmp_path, line, "{kind: grid, n: 100}")
    assert size(grid) == 7 == len(points(grid))


def test_a_huge_design_is_counted_and_not_made(tmp_path: Path) -> None:
    lines = "".join(f"  - {{parameter: {name}, low: 0.1, high: 0.2}}\n" for name in ("a0", "beta_w", "beta_s"))
    assert size(study(tmp_path, lines, "{kind: grid, n: 1000}")) == 10**9


def test_every_mistake_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "name: bad study\n"
        "base: zhejiang_2072\n"
        "factors:\n"
        "  - {lever: settlement.qouta, area: hangzhou_core, from: 2025, values: [1, 2]}\n"
        "  - {lever: settlement.quota, area: hangzhou_cor, values: [1, -2]}\n"
        "  - {parameter: beta_q, low: 1, high: 2}\n"
        "  - {parameter: un_a, low: 1, high: 2}\n"
        "  - {parameter: k_q, low: 0.05, high: 0.01}\n"
        "  - {lever: permit.services, area: all, from: 2025, low: 0.5, high: 1.5}\n"
        "  - {assumption: wage_growth, distribution: prior}\n"
        "  - {lever: settlement.job_required, from: 2035-01, low: 0, high: 1}\n"
        "  - {parameter: a0, area: all, distribution: {kind: lognormal, low: 0, high: 1}}\n"
        "design: {kind: sobl, n: 7}\n"
        "outputs: [urbanisation_rate, settled]\n"
        "draws: 3\n",
    )
    for line, words in (
        (1, "use letters"), (2, "Did you mean 'zhejiang_2027'?"), (4, "Did you mean 'settlement.quota'?"), (5, "first day"),
        (5, "Did you mean 'hangzhou_core'?"), (5, "cannot be negative, found -2"), (6, "beta_w"), (7, "does not read"),
        (8, "low (0.05) must be below high (0.01)"), (9, "cannot be above 1"), (10, "only a parameter has a prior"), (11, "values: [0, 1]"),
        (11, "outside the model's period"), (12, "leave out area"), (12, "low above 0"), (13, "latin_hypercube"),
        (14, "Did you mean 'urbanization_rate'?"), (15, "no field 'draws'"),
    ):  # fmt: skip
        assert any(told.startswith(f"{line}:") and words in told for told in found), (line, words)
    assert len(found) == 18


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        ("{}", "names one of"),
        ("{lever: settlement.quota, parameter: a0, from: 2025, values: [1]}", "names one of"),
        ("{parameter: a0}", "write one of"),
        ("{parameter: a0, low: 1}", "belong together"),
        ("{parameter: a0, values: [1], low: 0, high: 1}", "write one of"),
        ("{parameter: a0, values: []}", "values is empty"),
        ("{parameter: a0, values: [0.3, 0.3]}", "stands twice"),
        ("{parameter: theta_strict, distribution: prior}", "does not read"),
        ("{parameter: a0, distribution: normal}", "need low and high"),
        ("{parameter: a0, distribution: {kind: normal, low: 0.1, central: 3, high: 0.2}}", "between low and high"),
        ("{parameter: a0, distribution: prior, low: 0.1, high: 0.2}", "its own range"),
        ("{parameter: a0, low: .nan, high: 0.2}", "low"),
        ("{lever: settlement.quota, area: hangzhou, except: hangzhou, from: 2025, values: [1]}", "no area is left"),
        ("{lever: permit.services, area: all, from: 2025, total: true, values: [1]}", "cannot be given as a total"),
        ("{assumption: wage_grwth, low: 0, high: 0.1}", "'wage_growth'"),
        ("{parameter: a0, low: 0.1, high: 0.2, name: draw}", "means something else"),
        ("{parameter: a0, low: 0.1, high: 0.2, name: grant}", "means something else"),
        ("3", "a mapping"),
    ],
)  # fmt: skip
def test_a_factor_that_cannot_be(tmp_path: Path, factor: str, words: str) -> None:
    found = problems(tmp_path, f"{HEAD}factors:\n  - {factor}\ndesign: {{kind: grid}}\n")
    assert any(words in told for told in found), found


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ("{kind: sobol}", "needs n"),
        ("{kind: sobol, n: 100}", "64 or 128"),
        ("{kind: latin_hypercube}", "needs n"),
        ("{kind: grid, runs: []}", "belongs to a list"),
        ("{kind: list}", "a list needs runs"),
        ("{kind: list, runs: []}", "runs is empty"),
        ("{kind: list, runs: [{a1: 2}]}", "Did you mean 'a0'?"),
        ("{kind: list, runs: [{a0: much}]}", "takes a number"),
        ("{kind: grid, n: 0}", "at least 1"),
        ("{}", "'kind' is missing"),
    ],
)
def test_a_design_that_cannot_be(tmp_path: Path, design: str, words: str) -> None:
    found = problems(tmp_path, f"{HEAD}factors: [{{parameter: a0, low: 0.1, high: 0.2}}]\ndesign: {design}\n")
    assert any(words in told for told in found), found


def test_a_base_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    found = problems(tmp_path, "name: x\nbase: ../other.yaml\nfactors: [{parameter: a0, low: 0.1, high: 0.2}]\ndesign: {kind: grid}\n")
    assert any("outside this file's folder" in told for told in found)


@pytest.mark.parametrize("text", ["[]", "name: x", "factors: 3\nbase: 4\ndesign: 5\nname: []", "base: !!python/name:os.system x"])
def test_junk_is_told_and_never_run(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)


def test_the_list_of_unread_parameters_is_right() -> None:
    read = {symbol for symbol in PARAMETERS if FIELD_OF_SYMBOL.get(symbol, symbol) in Params._fields}
    assert set(PARAMETERS) - read == set(CONTEXT)


def test_checking_a_study_is_light() -> None:
    code = (
        "import sys; from urbsim.experiments.study import load_study; load_study('what_matters_2027')\n"
        "heavy = ('numba', 'mesa', 'xarray', 'pandas', 'distributed', 'zarr', 'scipy', 'SALib', 'matplotlib')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr
