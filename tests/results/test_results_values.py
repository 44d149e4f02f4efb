"""Services, costs and indicators against numbers worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tests.results.synthetic import make_dataset, make_frames, make_region, make_scenario
from urbsim.results import facts
from urbsim.results.dataset import assemble
from urbsim.results.indicators import IN_STEP_TOLERANCE, INDICATORS
from urbsim.results.labels import codes
from urbsim.results.targets import NOT_MODELLED, NOT_REACHED, achieved, target_rows, target_table

REGION = make_region(small=True)


def build(change: Any = None, **scenario: Any) -> xr.Dataset:
    frames = make_frames(REGION)
    if change is not None:
        change(frames)
    found = make_scenario(REGION)
    for name, value in scenario.items():
        setattr(found, name, value)
    return assemble([[frames]], REGION, found).isel(draw=0, replicate=0)


@pytest.fixture(scope="module")
def result() -> xr.Dataset:
    return build()


def test_schools_by_place() -> None:
    def pupils(frames: dict[str, np.ndarray]) -> None:
        frames["pupils"][:, :, 0] = np.array([[7, 900, 10, 20, 0], [3, 60, 15, 25, 40]])
        frames["places"][:, :, 0] = 1000

    found = build(pupils).sel(area="hangzhou_core", year=2020, service="primary")
    assert found["service_demand"].values.tolist() == [900 + 10 + 20 + 60 + 15 + 25, 60 + 15 + 25]
    assert found["service_served"].values.tolist() == [900 + 10 + 60 + 15, 60 + 15]
    assert found["service_unmet"].values.tolist() == [45, 25]
    assert found["service_supply"].item() == 1000


def test_homes_waiting_and_occupied() -> None:
    def homes(frames: dict[str, np.ndarray]) -> None:
        frames["homes_units"][:] = [500, 300]
        frames["homes_occupied"][:] = [450, 250]
        frames["households_tenure"][:, :, 2:4] = [400, 200]
        frames["queue"][:] = [9, 70, 30]

    found = build(homes).sel(area="ningbo_core", year=2015)
    for service, everyone, migrants, waiting, units in (("guaranteed_rental", 450, 400, 70, 500), ("public_rental", 250, 200, 30, 300)):
        row = found.sel(service=service)
        assert row["service_served"].values.tolist() == [everyone, migrants]
        assert row["service_unmet"].values.tolist() == [waiting, waiting]
        assert row["service_demand"].values.tolist() == [everyone + waiting, migrants + waiting]
        assert row["service_supply"].item() == units


def test_demand_by_standard(result: xr.Dataset) -> None:
    row = result.sel(year=2020, area="hangzhou_core")
    people = row["persons_band"].sel(group="everyone")
    assert row["service_demand"].sel(service="nursery", group="everyone").item() == pytest.approx(0.0045 * people.sum().item())
    assert row["service_demand"].sel(service="kindergarten", group="everyone").item() == people.sel(band="3-5").item()
    old = people.sel(band=["60-64", "65-79", "80+"]).sum().item()
    assert row["service_demand"].sel(service="elder_care", group="everyone").item() == pytest.approx(0.035 * old)
    assert row["service_supply"].sel(service="hospital_beds").item() == REGION.hospital_beds[10, 0]
    asked, served = (row[f"service_{name}"].sel(service="kindergarten") for name in ("demand", "served"))
    share = min(row["service_supply"].sel(service="kindergarten").item() / asked.sel(group="everyone").item(), 1.0)
    assert served.sel(group="migrants").item() == pytest.approx(0.75 * share * asked.sel(group="migrants").item())
    assert np.isnan(row["service_supply"].sel(service="elder_care").item())


def test_served_and_unmet_make_up_demand(result: xr.Dataset) -> None:
    both = result["service_served"] + result["service_unmet"]
    known = np.isfinite(both.values)
    np.testing.assert_allclose(both.values[known], result["service_demand"].values[known], rtol=1e-6)
    assert (result["service_unmet"].values[known] >= 0).all()
    everyone, migrants = (result["service_unmet"].sel(group=group).values for group in ("everyone", "migrants"))
    both_known = np.isfinite(everyone) & np.isfinite(migrants)
    assert (everyone[both_known] >= migrants[both_known] - 1.0).all()


def test_insurance_and_training(result: xr.Dataset) -> None:
    frames = make_frames(REGION)
    row = result.sel(year=2020, area="zhejiang")
    assert row["service_demand"].sel(service="insurance", group="migrants").item() == frames["workers"][40].sum()
    assert row["service_served"].sel(service="training", group="migrants").item() == frames["trained"][37:41].sum()
    assert row["service_supply"].sel(service="training").item() == pytest.approx(100)
    here = result["service_supply"].sel(year=2020, service="training", area="hangzhou_core").item()
    workers = frames["workers"][37:41]
    assert here == pytest.approx((25 * workers[:, 0] / workers.sum(axis=1)).sum())
    assert row["service_demand"].sel(service="legal", group="migrants").item() == frames["legal_asked"][37:41].sum()
    employed = frames["formal"][40] + frames["informal"][40]
    assert row["service_demand"].sel(service="injury_insurance", group="migrants").item() == employed.sum()


def test_a_scenario_without_the_lever_leaves_supply_open() -> None:
    def missing(lever: str) -> None:
        raise KeyError(lever)

    found = build(policy=SimpleNamespace(array=missing))
    assert np.isnan(found["service_supply"].sel(service="training").values).all()


def test_costs_by_hand(result: xr.Dataset) -> None:
    frames, row = make_frames(REGION), result["cost"].sel(year=2022, area="hangzhou_core")
    here = frames["migrants"][48, 0, :4].sum()
    assert row.sel(item="public_services", payer="area").item() == pytest.approx(here * 1623 * 1.02**9)
    settled = frames["settled"][45:49, 0].sum()
    assert row.sel(item="social_security", payer="area").item() == pytest.approx(settled * 45547 * 1.02**9)
    places = max(int((frames["places"][48, 0] - frames["places"][44, 0]).sum()), 0)
    added = np.maximum(frames["places"][48, 0] - frames["places"][44, 0], 0).sum()
    assert added >= places
    assert row.sel(item="school_places", payer="area").item() == pytest.approx(added * 153466)
    wages = sum(3 * frames["wage_sum"][q, 0] / frames["workers"][q, 0] * frames["insured"][q, 0] for q in range(45, 49))
    assert row.sel(item="insurance", payer="household").item() == pytest.approx(0.08 * wages)
    assert row.sel(item="insurance", payer="employer").item() == pytest.approx(0.14 * wages)


def test_a_grant_only_changes_hands(result: xr.Dataset) -> None:
    grant = result["cost"].sel(item="grant")
    np.testing.assert_allclose(grant.sum("payer").values, 0, atol=1e-6)
    assert (grant.sel(payer="province").sel(area="zhejiang").values > 0).all()
    assert np.isnan(grant.sel(payer="centre").values).all()


def test_unit_costs_by_zone_and_year() -> None:
    years = [2011, 2013, 2020, 2022, 2024]
    assert facts.by_year("public_services", "xuchang", [2013])[0] == 505
    assert facts.by_year("public_services", "somewhere", [2013])[0] == 806
    assert facts.by_year("school_running_primary", "somewhere", [2021])[0] == pytest.approx((12330.58 + 12791.64) / 2)
    assert facts.by_year("pension_employer", "fujian", years).tolist() == [0.20, 0.20, 0.16, 0.16, 0.16]
    assert facts.by_year("living_space", "zhejiang", years).tolist() == [20.2, 20.2, 21.5, 22.6, 24.7]
    assert np.isnan(facts.by_year("guaranteed_home", "xuchang", years)).all()
    grown = facts.by_year("upkeep", "zhejiang", [2013, 2014])
    assert grown[1] / grown[0] == pytest.approx(1.02)


def test_every_fact_has_a_source_and_a_tag() -> None:
    tags = {"read", "two_sources", "memory", "derived", "assumption"}
    for row in (*facts.unit_costs(), *facts.service_norms().values()):
        assert row.tag in tags
        assert row.issuer, row
        assert row.title, row
        assert row.unit, row
    assert {row.kind for row in facts.unit_costs()} == {"price", "level", "step"}
    assert set(facts.service_norms()) <= set(codes("service"))


def test_indicators_by_hand() -> None:
    def children(frames: dict[str, np.ndarray]) -> None:
        frames["pupils"][:, :, :, 1] = [5, 170, 10, 20, 99]

    found, frames = build(children), make_frames(REGION)
    values = found["indicator_value"]
    assert values.sel(indicator="public_school_share", year=2021).item() == pytest.approx(100 * 170 / 200)
    np.testing.assert_allclose(
        values.sel(indicator="urbanization_rate").values, found["urbanization_rate"].sel(area="zhejiang").values[4::4], rtol=1e-14
    )
    assert values.sel(indicator="trained", year=2016).item() == pytest.approx(frames["trained"][21:25].sum() / 1e4)
    assert values.sel(indicator="pension_new", year=2027).item() == pytest.approx(frames["insured_new"][65:69].sum() / 1e4)
    raised = frames["homes_units"][68, :, 0].sum() - frames["homes_units"][64, :, 0].sum()
    assert values.sel(indicator="guaranteed_homes", year=2027).item() == pytest.approx(raised / 1e4)
    means = [frames["wage_sum"][q - 3 : q + 1].sum() / frames["workers"][q - 3 : q + 1].sum() for q in (44, 48)]
    assert values.sel(indicator="migrant_income_growth", year=2022).item() == pytest.approx(100 * (means[1] / means[0] - 1))
    assert np.isnan(values.sel(indicator="migrant_income_growth", year=2011).item())
    for code in values["indicator"].values:
        assert np.isfinite(values.sel(indicator=code, year=2027).item()), code
    people = frames["migrants"][65:69, :, 1:3, 2].sum(axis=2)
    bills = 100 * (frames["bills"][65:69] * people).sum() / people.sum()
    assert values.sel(indicator="direct_settlement", year=2027).item() == pytest.approx(bills)
    formal = frames["formal"][68]
    union = 100 * (frames["union"][68] * formal).sum() / formal.sum()
    assert values.sel(indicator="union_membership", year=2027).item() == pytest.approx(union)
    assert values.sel(indicator="legal_service", year=2020).item() == pytest.approx(frames["legal"][37:41].sum() / 1e4)
    assert values.sel(indicator="injury_new", year=2020).item() == pytest.approx(frames["injury_new"][37:41].sum() / 1e4)
    residents = frames["residents"][68].sum(axis=1)
    opened = 100 * (frames["hospitals_opened"][68] * residents).sum() / residents.sum()
    assert values.sel(indicator="hospitals_opened", year=2027).item() == pytest.approx(opened)


def test_targets_are_those_of_the_plan(result: xr.Dataset) -> None:
    by_code = {str(code): i for i, code in enumerate(result["indicator"].values)}
    assert len(by_code) == 12
    assert set(by_code) <= set(INDICATORS)
    assert float(result["target"][by_code["urbanization_rate"]]) == 76
    assert float(result["baseline"][by_code["public_school_share"]]) == 83.3
    assert [int(n) for n in result["indicator_number"]] == list(range(1, 13))
    summed = [code for code in by_code if result["cumulative"].values[by_code[code]]]
    assert summed == ["trained", "guaranteed_homes", "pension_new", "medical_new", "injury_new"]
    growth = float(result["target"][by_code["migrant_income_growth"]])
    assert growth == pytest.approx(100 * (np.exp(4 * 0.018) - 1) - IN_STEP_TOLERANCE, abs=1e-6)


def test_a_scenario_without_targets_promises_nothing() -> None:
    found = build(target_table=None)
    assert np.isnan(found["target"].values).all()
    assert found.sizes["indicator"] == 12


def test_what_is_held_against_a_target() -> None:
    result = make_dataset(small=True, draws=3, replicates=2)
    held, value = achieved(result), result["indicator_value"]
    assert held.dims == ("draw", "replicate", "indicator")
    years = list(range(2023, 2028))
    np.testing.assert_allclose(held.sel(indicator="trained").values, value.sel(indicator="trained", year=years).sum("year").values)
    np.testing.assert_allclose(
        held.sel(indicator="migrant_income_growth").values, value.sel(indicator="migrant_income_growth", year=years).mean("year").values
    )
    np.testing.assert_allclose(held.sel(indicator="urbanization_rate").values, value.sel(indicator="urbanization_rate", year=2027).values)


def test_probability_is_the_share_of_members() -> None:
    result = make_dataset(small=True, draws=4)
    at = list(result["indicator"].values).index("urbanization_rate")
    result["indicator_value"][:, :, -1, at] = [[75.9], [76.0], [76.1], [77.0]]
    row = target_rows(result)[0]
    assert row.probability == 0.75
    # 0.3 points a year and 0.1 for each of seven years: 0.762; the shares of normals around the runs that lie above 76
    assert row.as_published == pytest.approx(np.mean([0.4478, 0.5, 0.5522, 0.9054]), abs=2e-4)
    assert row.members == 4
    assert row.median == pytest.approx(76.05)
    assert row.intervals[50] == (pytest.approx(75.975), pytest.approx(76.325))
    assert row.remark is None


def test_what_is_not_modelled_says_so() -> None:
    result = make_dataset(small=True)
    at = list(result["indicator"].values).index("union_membership")
    result["indicator_value"][..., at] = np.nan
    rows = {row.code: row for row in target_rows(result)}
    assert rows["union_membership"].remark is NOT_MODELLED
    assert np.isnan(rows["union_membership"].probability)
    assert [code for code, row in rows.items() if np.isfinite(row.as_published)] == ["urbanization_rate"]
    short = {row.code: row for row in target_rows(make_dataset(small=True, quarters=57))}
    assert short["urbanization_rate"].remark is NOT_REACHED
    table = target_table(result, "zh")
    assert list(table["说明"]).count("尚未建模") == 1
    assert table["目标值"][2] == "[100.0]"
    result["target"][2] = np.nan
    assert target_table(result, "zh")["目标值"][2] == ""
    assert "not modelled yet" in list(target_table(result, "en")["remark"])


def test_the_shipped_region_and_scenario_fit() -> None:
    """Names that results read must be those that regions and scenarios offer."""
    from urbsim.regions import load_region
    from urbsim.scenario import load

    region, scenario = load_region("zhejiang"), load("zhejiang_2027")
    result = assemble([[make_frames(region)]], region, scenario).isel(draw=0, replicate=0).sel(area="zhejiang")  # type: ignore[arg-type]
    supply = result["service_supply"].sel(year=2022)
    for service in ("nursery", "kindergarten", "upper_secondary", "hospital_beds"):
        assert supply.sel(service=service).item() > 0, service
    slots = scenario.policy.array("work.training_slots")[45:49, 0].sum() / 4
    assert supply.sel(service="training").item() == pytest.approx(slots)
    assert np.isfinite(result["target"].sel(indicator="migrant_income_growth").item())
