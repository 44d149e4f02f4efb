"""Rules of single households: residence, permits, settling and its kin route, school rank, demography, land."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.conftest import luck_of, neutral_rules, persons_of, record_of, rows_of, scratch
from urbsim.clock import NO_DATE
from urbsim.engine import rng
from urbsim.engine.stages import clocks, compacting, demography, marriage, permits, schools, settling, tallying, work
from urbsim.engine.state import EVENT_JOB, OUTSIDE_TOWN, OWN_VILLAGES, RETURN_OR_COVERAGE, empty_accounts
from urbsim.engine.tally import empty_tally
from urbsim.population.registry import GONE, OUTSIDE

AREAS = 3
HERE, ELSEWHERE, BLOCK = 0, 1, 5


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"place": HERE, "register": HERE, "arrived": -40}, (HERE, 0)),
        ({"place": HERE, "part": 1, "register": HERE, "arrived": 8}, (HERE, 1)),  # inside the area at once
        ({"place": ELSEWHERE, "part": 1, "register": HERE, "arrived": 7}, (HERE, 0)),  # three months: still at the register
        ({"place": ELSEWHERE, "part": 1, "register": HERE, "arrived": 6}, (ELSEWHERE, 1)),  # six months
        ({"place": ELSEWHERE, "part": 1, "register": HERE, "register_in_town": 1, "arrived": 8}, (HERE, 1)),
        ({"place": OUTSIDE, "register": HERE, "arrived": 7}, (HERE, 0)),
        ({"place": OUTSIDE, "register": HERE, "arrived": 6}, (OUTSIDE, 0)),
        ({"place": HERE, "part": 1, "origin": BLOCK, "register": BLOCK, "arrived": 7}, (OUTSIDE, 0)),
        ({"place": HERE, "part": 1, "origin": BLOCK, "register": BLOCK, "arrived": 6}, (HERE, 1)),
        ({"place": ELSEWHERE, "part": 1, "register": ELSEWHERE, "register_part": 1, "arrived": 8}, (ELSEWHERE, 1)),  # settled
    ],
)
def test_a_person_is_resident_where_they_lived_for_six_months(columns: dict[str, int], expected: tuple[int, int]) -> None:
    rows = rows_of(1, resident_area=OUTSIDE, **columns)
    accounts = empty_accounts(AREAS)
    clocks.residence(rows, 0, 1, 8, AREAS, accounts)
    assert (rows["resident_area"][0], rows["resident_part"][0]) == expected
    if expected[0] != OUTSIDE:
        component = RETURN_OR_COVERAGE if columns["register"] < AREAS else OUTSIDE_TOWN
        assert accounts[expected[0]]["change_residents"][component] == 1
    clocks.residence(rows, 0, 1, 8, AREAS, accounts)
    assert accounts["change_residents"].sum() == (expected[0] != OUTSIDE)  # entered once


def test_a_move_inside_the_area_is_from_its_villages() -> None:
    rows = rows_of(1, place=HERE, part=1, register=HERE, spouse=1, spouse_birth=-100, resident_area=HERE, arrived=8)
    accounts = empty_accounts(AREAS)
    clocks.residence(rows, 0, 1, 8, AREAS, accounts)
    assert accounts[HERE]["change_town"][OWN_VILLAGES] == 2
    assert accounts[HERE]["change_residents"].sum() == 0


def issue(months: float, ground: float, wait: float = 6.0, friction: float = 1e6, **columns: int) -> bool:
    rows = rows_of(1, place=HERE, part=1, origin=ELSEWHERE, register=ELSEWHERE, mover=2, status=1, **columns)
    p, (allowed, grounds, waits, enough) = record_of(), [np.full(AREAS, value) for value in (months, ground, wait, 0.0)]
    chances, accounts = permits.uptake(p, np.full(AREAS, friction)), empty_accounts(AREAS)
    permits.permits(rows, np.arange(1), luck_of(rows, 8, 5, 1), 8, np.uint64(5), p, allowed, grounds, waits, chances, enough, accounts)
    issued = accounts["permits_issued"].sum() > 0
    held = columns.get("permit_since", NO_DATE)
    assert rows["permit_since"][0] == (8 if issued else held)
    return bool(rows["status"][0] == 2)


def test_permits_ask_for_months_and_a_ground() -> None:
    job, nothing = {"job": 2}, {"job": 0}
    assert issue(6.0, 1.0, arrived=6, **job)
    assert not issue(6.0, 1.0, arrived=7, **job)
    assert not issue(6.0, 1.0, arrived=0, **nothing)
    assert issue(6.0, 1.0, arrived=0, tenure=1, **nothing)
    assert issue(6.0, 0.0, arrived=0, **nothing)
    assert not issue(-1.0, 0.0, arrived=-80, **job)  # closed


def test_a_permit_from_elsewhere_is_converted_after_the_months_of_the_rule() -> None:
    nobody_asks = {"friction": 0.0, "job": 2}
    held = {"permit_since": -10, **nobody_asks}
    assert not issue(6.0, 1.0, wait=0.0, arrived=8, **nobody_asks)
    assert issue(6.0, 1.0, wait=0.0, arrived=8, **held)
    assert not issue(6.0, 1.0, wait=0.0, arrived=8, **(held | {"job": 0}))  # the ground is asked here too
    assert not issue(6.0, 1.0, wait=2.0, arrived=8, **held)
    assert issue(6.0, 1.0, wait=2.0, arrived=7, **held)
    assert issue(36.0, 1.0, wait=6.0, arrived=6, **held)
    assert not issue(36.0, 1.0, wait=6.0, arrived=7, **held)
    assert not issue(6.0, 1.0, wait=6.0, arrived=6, **held)  # no shorter than for all: it asks anew like others
    assert issue(6.0, 1.0, wait=6.0, arrived=6, **(held | {"friction": 1e6}))
    assert not issue(-1.0, 1.0, wait=0.0, arrived=8, **held)


GATE = dict.fromkeys(settling.GATE_LEVERS, -1.0) | {
    "job_required": 0.0, "same_province_free": 0.0, "kin_follow": 0.0, "education_age_max": 120.0, "young_education_age_max": 120.0,
    "poor_months_share": 1.0,
}  # fmt: skip


def settle(
    rows: Any, kin: float = 0.0, quota: bool = False, recognition: float = 0.0, rental: float = 0.0,
    points: dict[str, float] | None = None, **gate: float,
) -> tuple[Any, int]:  # fmt: skip
    """Let everyone act who is willing (and all are): who is eligible settles, or queues where there is a quota."""
    p = record_of(k_q_in=1.0, k_q_out=1.0, k_q_same=1.0, theta_0=1e3, clerical=0.0, q_exit=0.0, OR_PH=1.0)
    gates = np.tile(np.array([(GATE | {"kin_follow": kin} | gate)[name] for name in settling.GATE_LEVERS]), (AREAS, 1))
    rule = np.tile(np.array([(points or {}).get(name, 0.0) for name in settling.POINT_LEVERS]), (AREAS, 1))
    n, ones = rows.size, np.ones(AREAS)
    lists = np.empty(n, np.int64), np.empty(n), np.empty(n, np.int64), np.empty(n), np.empty(n, np.int64)
    accounts = empty_accounts(AREAS)
    found = settling.settling(
        rows, 0, n, luck_of(rows, 8), 8, np.uint64(5), p, AREAS, gates, rule, ones * recognition, ones * rental,
        np.full(AREAS, quota), ones * kin, ones * 4000.0, ones * 9000.0, ones, ones * 0.0, ones, ones, 0.0, *lists, accounts,
    )  # fmt: skip
    return accounts, found


def mover(**columns: int) -> Any:
    base = {"place": HERE, "part": 1, "origin": ELSEWHERE, "register": ELSEWHERE, "mover": 2, "status": 1, "job": 1, "tenure": 1}
    return rows_of(1, **(base | columns))


def settles(rows: Any, **rules: Any) -> bool:
    settle(rows, **rules)
    return bool(rows["status"][0] == 3)


def test_the_registered_poor_are_asked_for_a_share_of_the_months() -> None:
    rule = {"worker_residence_months": 36.0, "worker_insurance_months": 0.0, "poor_months_share": 0.5}
    assert not settles(mover(arrived=0), **rule)  # 24 months by quarter 8
    assert settles(mover(arrived=0, poor=1), **rule)
    assert not settles(mover(arrived=0, poor=1), **(rule | {"poor_months_share": 1.0}))
    assert settles(mover(arrived=8, poor=1), **(rule | {"poor_months_share": 0.0}))


def test_key_groups_settle_without_other_conditions() -> None:
    assert settles(mover(arrived=0), long_term_months=24.0)
    assert not settles(mover(arrived=1), long_term_months=24.0)
    assert not settles(mover(arrived=0, job=0), long_term_months=24.0)
    family = {"spouse": 1, "spouse_birth": -130, "spouse_sex": 1}
    family = {name: value for name, value in family.items() if name in rows_of(1).dtype.names}
    assert settles(mover(**family), whole_family_free=1.0)
    assert not settles(mover(), whole_family_free=1.0)  # a head alone is no family
    assert not settles(mover(**(family | {"spouse": 2})), whole_family_free=1.0)  # the spouse stayed at home
    assert settles(mover(head_birth=-123), new_generation_free=1.0)  # first quarter of 1980
    assert not settles(mover(head_birth=-124), new_generation_free=1.0)


def test_each_gate_has_its_thresholds() -> None:
    assert not settles(mover())
    assert settles(mover(tenure=5), owner_insurance_months=0.0, owner_residence_months=24.0)
    assert not settles(mover(tenure=5, arrived=1), owner_insurance_months=0.0, owner_residence_months=24.0)
    assert not settles(mover(), owner_insurance_months=0.0, owner_residence_months=0.0)
    renter = {"renter_insurance_months": 0.0, "renter_residence_months": 0.0}
    assert settles(mover(), rental=1.0, **renter)
    assert not settles(mover(), rental=0.0, **renter)
    worker = {"worker_insurance_months": 12.0, "worker_residence_months": 0.0}
    assert settles(mover(insured=1, insured_since=4), **worker)
    assert not settles(mover(insured=1, insured_since=5), **worker)
    assert settles(mover(insured=1, insured_since=5, insured_before=3), recognition=2.0, **worker)
    assert not settles(mover(insured=1, insured_since=5, insured_before=3), recognition=0.0, **worker)
    assert settles(mover(schooling=4), education_level=5.0, education_insurance_months=0.0)
    assert not settles(mover(schooling=3), education_level=5.0, education_insurance_months=0.0)
    assert settles(mover(), same_province_free=1.0, rental=1.0)
    assert not settles(mover(register=BLOCK, origin=BLOCK, mover=3), same_province_free=1.0, rental=1.0)
    points = {"points_contract": 30.0}
    assert settles(mover(status=2), points=points, points_cutoff=30.0)
    assert not settles(mover(status=2), points=points, points_cutoff=31.0)
    assert not settles(mover(status=1), points=points, points_cutoff=30.0)


OWNER = {"owner_insurance_months": 0.0, "owner_residence_months": 0.0}


def test_family_settles_along_if_kin_may_follow() -> None:
    family = {"tenure": 5, "spouse": 1, "spouse_birth": -100, "child1_birth": -20, "child1": 2}
    alone, together = mover(**family), mover(**family)
    accounts, _ = settle(alone, kin=0.0, **OWNER)
    assert accounts[HERE]["settled"].tolist() == [0, 1, 0]
    assert alone["kin_settled"][0] == 0
    accounts, _ = settle(together, kin=1.0, **OWNER)
    assert accounts[HERE]["settled"].tolist() == [0, 3, 0]
    assert together["kin_settled"][0] == 1


def test_those_left_out_follow_once_the_route_opens() -> None:
    rows = mover(status=3, register=HERE, register_part=1, spouse=1, spouse_birth=-100, child1_birth=-20)
    accounts, _ = settle(rows, kin=0.0)
    assert accounts["settled"].sum() == 0
    accounts, _ = settle(rows, kin=1.0)
    assert accounts[HERE]["settled"].tolist() == [0, 2, 0]
    assert rows["kin_settled"][0] == 1
    accounts, _ = settle(rows, kin=1.0)
    assert accounts["settled"].sum() == 0  # nobody twice
    elders = mover(status=3, register=HERE, register_part=1, elder1_birth=-260)
    assert settle(elders, kin=1.0)[0]["settled"].sum() == 0
    assert settle(elders, kin=2.0)[0]["settled"].sum() == 1
    whole = mover(tenure=5, spouse=1, spouse_birth=-100, elder1_birth=-260, elder2_birth=-260)
    assert settle(whole, kin=1.0, **OWNER)[0]["settled"].sum() == 2  # elders follow only where all direct kin may
    assert whole["kin_settled"][0] == 1
    assert settle(whole, kin=1.0)[0]["settled"].sum() == 0
    assert settle(whole, kin=2.0)[0]["settled"].sum() == 2
    assert whole["kin_settled"][0] == 2
    at_once = mover(tenure=5, spouse=1, spouse_birth=-100, elder1_birth=-260)
    assert settle(at_once, kin=2.0, **OWNER)[0]["settled"].sum() == 3
    waiting = mover(status=3, register=HERE, register_part=1, spouse=1, spouse_birth=-100)
    _, found = settle(waiting, kin=1.0, quota=True)
    assert found == 1
    assert waiting["queue_since"][0] == 8


def test_willingness_is_a_probability_that_a_permit_raises_by_its_services() -> None:
    p, ones = record_of(OR_P=1.4, s_P=0.5, s_P_most=1.6), np.ones(AREAS)

    def chance(services: float, **columns: int) -> float:
        r = mover(**columns)[0]
        return float(settling.willingness(r, 8, p, AREAS, ones * 4000.0, ones * 9000.0, ones, ones * 0.0, ones * services, 1.0, 0.0))

    without, fewer, measured, whole = chance(1.0), chance(0.25, status=2), chance(0.5, status=2), chance(1.0, status=2)
    assert 0.0 < without < fewer < measured < whole < 1.0
    odds = [c / (1.0 - c) for c in (without, fewer, measured, whole)]
    assert odds[2] / odds[0] == pytest.approx(1.4)  # what was measured, with the services of its years
    assert odds[1] / odds[0] == pytest.approx(1.4**0.5)
    assert odds[3] / odds[0] == pytest.approx(1.4**1.6)  # bounded: twice the services were never measured
    assert chance(0.0, status=2) == without


def test_school_round_places_local_children_and_lists_the_others() -> None:
    child = {"child1_birth": 11 - 24, "place": HERE, "part": 1, "arrived": 0}
    rows = rows_of(3, **child)
    rows["origin"], rows["register"] = [HERE, ELSEWHERE, ELSEWHERE], [HERE, ELSEWHERE, ELSEWHERE]
    rows["mover"], rows["status"] = [1, 2, 2], [0, 1, 2]
    applied = np.zeros((AREAS, 2), np.int64)
    schools.apply_round(rows, 0, 3, 10, np.ones(AREAS), applied)
    assert applied.tolist() == [[2, 0], [0, 0], [0, 0]]
    local, public, bought = np.zeros((AREAS, 2), np.int64), np.zeros((AREAS, 2), np.int64), np.zeros(AREAS, np.int64)
    lists = np.empty(6, np.int64), np.empty(6, np.uint8), np.empty(6, np.uint8)
    found = schools.entry_round(rows, 0, 3, 11, AREAS, local, public, bought, *lists)
    # The unregistered family has neither job nor insurance and may not apply: its child pays fees; with a permit it is listed.
    assert found == 1
    assert lists[0][0] == 2
    assert local.tolist() == [[1, 0], [0, 0], [0, 0]]
    assert [int(bits) >> 2 for bits in rows["child1"]] == [1, 3, 5]


def _dying(table: Any) -> tuple[Any, Any]:
    return table, demography.most_dying(table)


def test_deaths_and_births_are_booked_one_by_one(key: np.uint64) -> None:
    n = 3000
    rows = rows_of(
        n, place=HERE, resident_area=HERE, spouse=1, spouse_birth=-100, head_birth=-104, child1_birth=-30, elder1_birth=-250, elders=1
    )
    accounts, event = empty_accounts(AREAS), np.zeros(n, np.uint8)
    before = persons_of(rows)
    demography.mortality(rows, 0, n, luck_of(rows, 4, key), 4, key, *_dying(np.full((2, 2, 101), 0.05)), AREAS, accounts, event)
    deaths = int(accounts["deaths"].sum())
    assert persons_of(rows) == before - deaths
    assert deaths == pytest.approx(0.05 * 4 * n, rel=0.15)  # five standard errors
    assert -accounts["change_residents"].sum() == deaths
    couples = int((rows["spouse"] == 1).sum())
    demography.births(rows, 0, n, luck_of(rows, 4, key), 4, key, np.full((2, 35), 0.2), 0.5, rng.most_byte(0.2), accounts, event)
    assert persons_of(rows) == before - deaths + accounts["births"].sum()
    assert 0 < accounts["births"].sum() < 0.25 * couples


def test_nobody_dies_who_cannot_and_everyone_who_must(key: np.uint64) -> None:
    rows = rows_of(500, place=HERE, resident_area=HERE, child1_birth=-30)
    accounts, event = empty_accounts(AREAS), np.zeros(500, np.uint8)
    demography.mortality(rows, 0, 500, luck_of(rows, 4, key), 4, key, *_dying(np.zeros((2, 2, 101))), AREAS, accounts, event)
    assert persons_of(rows) == 1000
    only_children = np.zeros((2, 2, 101))
    only_children[:, :, :18] = 1.0  # the young are tested although the old are safe
    demography.mortality(rows, 0, 500, luck_of(rows, 4, key), 4, key, *_dying(only_children), AREAS, accounts, event)
    assert persons_of(rows) == 500
    demography.mortality(rows, 0, 500, luck_of(rows, 4, key), 4, key, *_dying(np.ones((2, 2, 101))), AREAS, accounts, event)
    assert (rows["place"] == GONE).all()


def test_weddings_keep_everyone(key: np.uint64) -> None:
    n = 400
    rows = rows_of(n, place=HERE, resident_area=HERE, head_birth=-92)
    rows["head_sex"] = np.arange(n) % 2
    lists = np.empty(n, np.int64), np.empty(n, np.uint8), np.empty(n)
    found = marriage.suitors(rows, 0, n, luck_of(rows, 0, key), 0, key, np.ones(4), *lists)
    men, women = marriage.pair_up(rows["id"], *(column[:found] for column in lists))
    weddings = marriage.wed(rows, men, women, AREAS, empty_accounts(AREAS), np.zeros(n, np.uint8))
    assert weddings == 200
    assert persons_of(rows) == n
    assert (rows["place"] == GONE).sum() == 200


def test_insurance_months_are_kept_when_a_job_is_lost(key: np.uint64) -> None:
    p = record_of(job_loss_formal=1.0)
    rows = rows_of(1, place=HERE, part=1, origin=ELSEWHERE, register=ELSEWHERE, mover=2, status=1, job=1, insured=1, insured_since=2)
    offers = neutral_rules(AREAS), np.zeros(AREAS), np.zeros(AREAS)
    most = work.most_bytes(p, AREAS, *offers[:2])
    luck, event = luck_of(rows, 8, key, 1), np.zeros(1, np.uint8)
    work.work(rows, np.arange(1), luck, 8, key, p, *offers, most, empty_accounts(AREAS), event, *scratch(1))
    assert event[0] & EVENT_JOB
    assert (rows["job"][0], rows["insured"][0], rows["insured_since"][0], rows["insured_here"][0]) == (0, 0, NO_DATE, 6)
    assert clocks.quarters_insured_here(rows[0], 20) == 6


def test_compacting_drops_only_who_is_gone_or_long_away() -> None:
    rows = rows_of(6, place=[HERE, GONE, OUTSIDE, OUTSIDE, OUTSIDE, HERE], register=[HERE, HERE, BLOCK, BLOCK, HERE, BLOCK], arrived=-30)
    rows["arrived"][3] = 0
    tally, kinds = empty_tally(AREAS), np.arange(6, dtype=np.uint16)
    tallying.count(rows, 0, 6, 7, AREAS, record_of(), 0.0, tally)
    kept = compacting.compact(rows, kinds, 6, 8, AREAS, record_of(), 0.0, tally)
    assert rows["id"][:kept].tolist() == [1, 4, 5, 6]
    assert kinds[:kept].tolist() == [0, 3, 4, 5]
    again = empty_tally(AREAS)
    tallying.count(rows, 0, kept, 7, AREAS, record_of(), 0.0, again)
    assert all(np.array_equal(one, other) for one, other in zip(tally, again, strict=True))
    assert (rows["queue_since"][:kept] == NO_DATE).all()
