"""What every lever must move and what it cannot reach at once: the table that `test_levers.py` walks.

A lever is set from 2023-01-01 to an extreme and compared with the same run without it. *Moves*: figures that must differ in one of the
quarters. *Reach*: figures that may differ in the first quarter; all others must not, since nothing has led from the lever to them yet.
Later everything may follow through moves, wages and rents.
"""

from __future__ import annotations

from dataclasses import dataclass


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


SETTLING = _names(  # who settles is a resident at once
    "settled settling_applied settling_eligible settling_admitted migrants hukou hukou_urban queue pupils registered_permit_holders "
    "tenants_helped residents persons_band change_residents change_town"
)
PERMITS = SETTLING | {"permits_issued", "homes_occupied", "households_tenure"}
HOMES = SETTLING | _names("households_tenure homes_units homes_occupied homes_bought queue shared_units price")
BUDGET = SETTLING | _names(
    "grant own_money borrowed repaid debt land land_homes grant_homes homes_units homes_occupied households_tenure queue"
)
NOTHING: frozenset[str] = frozenset()
MEDICAL, INJURY, EXITS = _names("medical medical_new"), _names("injury injury_new"), _names("land_exits exit_paid")
ANYTHING = frozenset({"*"})


@dataclass(frozen=True)
class Walk:
    """One lever: its extreme, what must move, what can be reached in the first quarter, and what the run it is compared with sets."""

    extreme: object
    moves: tuple[str, ...]
    reach: frozenset[str]
    quarters: int = 4
    base: tuple[str, ...] = ()
    fine: bool = False  # few act on it: looked at in a run with four times the rows


ROUTES = (
    "owner_insurance_months", "owner_residence_months", "renter_residence_months", "renter_insurance_months", "worker_insurance_months",
    "worker_residence_months", "education_level", "young_education_level",
)  # fmt: skip
SHUT = (*(f"settlement.{route}@2023-01=closed" for route in ROUTES), "settlement.same_province_free@2023-01=0")
POINTS = (*SHUT, "settlement.points_cutoff@2023-01=60")
BY_AGE = (  # 30 points to the age of 35, one less for each year above: up to 40 enough
    *SHUT, "settlement.points_cutoff@2023-01=25", "settlement.points_age_max@2023-01=30", "settlement.points_age_full_until@2023-01=35",
    "settlement.points_age_step@2023-01=1",
)  # fmt: skip
OWNERS = (*SHUT, "settlement.owner_insurance_months@2023-01=0", "settlement.owner_residence_months@2023-01=0")
RENTERS = (*SHUT, "settlement.renter_residence_months@2023-01=0", "settlement.renter_insurance_months@2023-01=0")
WORKERS = (*SHUT, "settlement.worker_insurance_months@2023-01=0", "settlement.worker_residence_months@2023-01=0")
SCHOOLED = (*SHUT, "settlement.education_level@2023-01=3", "settlement.education_insurance_months@2023-01=0")
YOUNG = (*SHUT, "settlement.young_education_level@2023-01=3", "settlement.young_education_insurance_months@2023-01=0")
GRANTS = ("finance.grant_per_settled_same_area@2023-01=200000", "finance.pass_through@2023-01=0.5")
COMPUTED = ("health.direct_settlement@2023-01=closed",)
SCARCE = ("school.permit_guarantee@2023-01=0", "school.points_ranking@2023-01=0")


def _settling(extreme: object, base: tuple[str, ...]) -> Walk:
    return Walk(extreme, ("settled",), SETTLING, base=base)


WALKS: dict[str, Walk] = {
    "settlement.owner_insurance_months": _settling(360, OWNERS),
    "settlement.owner_residence_months": _settling(360, OWNERS),
    "settlement.renter_residence_months": _settling(360, RENTERS),
    "settlement.renter_insurance_months": _settling(360, RENTERS),
    "settlement.worker_insurance_months": _settling(360, WORKERS),
    "settlement.worker_residence_months": _settling(360, WORKERS),
    "settlement.education_level": _settling("closed", SCHOOLED),
    "settlement.education_insurance_months": _settling(360, SCHOOLED),
    "settlement.education_age_max": _settling(16, SCHOOLED),
    "settlement.young_education_level": _settling("closed", YOUNG),
    "settlement.young_education_insurance_months": _settling(360, YOUNG),
    "settlement.young_education_age_max": _settling(16, YOUNG),
    "settlement.kin_follow": _settling(0, ()),
    "settlement.same_province_free": _settling(1, SHUT),
    "settlement.recognition": _settling(2, (*SHUT, "settlement.worker_insurance_months@2023-01=0",
                                            "settlement.worker_residence_months@2023-01=60", "settlement.recognition@2023-01=0")),
    "settlement.job_required": _settling(1, OWNERS),
    "settlement.points_cutoff": _settling("closed", POINTS),
    "settlement.quota": _settling(0, ()),
    "settlement.long_term_months": _settling(60, SHUT),
    "settlement.whole_family_free": _settling(1, SHUT),
    "settlement.new_generation_free": _settling(1, SHUT),
    "settlement.poor_months_share": _settling(
        0, (*SHUT, "settlement.owner_insurance_months@2023-01=360", "settlement.owner_residence_months@2023-01=360")
    ),
    "settlement.points_age_max": _settling(60, POINTS),
    "settlement.points_age_full_until": _settling(60, BY_AGE),
    "settlement.points_age_step": _settling(20, BY_AGE),
    "settlement.points_age_floor": _settling(60, POINTS),
    "settlement.points_age_last": _settling(16, (*POINTS, "settlement.points_age_floor@2023-01=60")),
    "settlement.points_education_senior": _settling(100, POINTS),
    "settlement.points_education_college": _settling(100, POINTS),
    "settlement.points_education_bachelor": Walk(100, ("settled",), SETTLING, 12, POINTS),
    "settlement.points_insurance_per_month": _settling(10, (*POINTS, "settlement.points_insurance_max@2023-01=100")),
    "settlement.points_insurance_max": _settling(100, (*POINTS, "settlement.points_insurance_per_month@2023-01=10",
                                                      "settlement.points_insurance_max@2023-01=0")),
    "settlement.points_residence_per_year": _settling(50, (*POINTS, "settlement.points_residence_max@2023-01=100")),
    "settlement.points_residence_max": _settling(100, (*POINTS, "settlement.points_residence_per_year@2023-01=50",
                                                      "settlement.points_residence_max@2023-01=0")),
    "settlement.points_owned_home": _settling(100, POINTS),
    "settlement.points_rented_home_per_year": _settling(50, (*POINTS, "settlement.points_rented_home_max@2023-01=100")),
    "settlement.points_rented_home_max": _settling(100, (*POINTS, "settlement.points_rented_home_per_year@2023-01=50",
                                                        "settlement.points_rented_home_max@2023-01=0")),
    "settlement.points_contract": _settling(100, POINTS),
    "settlement.points_other_area_insurance_per_month": _settling(10, (*POINTS, "settlement.points_other_area_max@2023-01=100")),
    "settlement.points_other_area_residence_per_month": _settling(10, (*POINTS, "settlement.points_other_area_max@2023-01=100")),
    "settlement.points_other_area_max": _settling(100, (*POINTS, "settlement.points_other_area_insurance_per_month@2023-01=10",
                                                       "settlement.points_other_area_max@2023-01=0")),
    "settlement.points_other": _settling(100, POINTS),
    "permit.residence_months": Walk("closed", ("permits_issued",), PERMITS),
    "permit.ground_required": Walk(0, ("permits_issued",), PERMITS, base=("permit.ground_required@2023-01=1",)),
    "permit.friction": Walk(0, ("permits_issued",), PERMITS),
    "permit.wait_after_move_months": Walk(0, ("migrants",), ANYTHING, base=("permit.wait_after_move_months@2023-01=12",)),
    "permit.services": Walk(1, ("settled",), SETTLING, base=("permit.services@2023-01=0",)),
    "school.new_places_primary": Walk(200_000, ("places", "admitted_school"), NOTHING, base=SCARCE),
    "school.new_places_lower_secondary": Walk(200_000, ("places", "admitted_school"), NOTHING, 8, base=SCARCE),
    "school.new_teacher_posts": Walk(20_000, ("places", "admitted_school"), NOTHING, base=SCARCE),
    "school.places_bought": Walk(200_000, ("pupils",), NOTHING, base=SCARCE),
    "school.points_ranking": Walk(1, ("pupils",), NOTHING, 12, SCARCE, fine=True),
    "school.permit_enough": Walk(0, ("admitted_school",), PERMITS, base=("school.permit_enough@2023-01=1",)),
    "school.permit_guarantee": Walk(1, ("admitted_school",), NOTHING, base=SCARCE),
    "school.planned_by_residents": Walk(1, ("places",), frozenset({"places"}), base=("school.planned_by_residents@2023-01=0",)),
    "school.new_places_nursery": Walk(50_000, ("later_places", "persons_band"), NOTHING, 8, fine=True),
    "school.new_places_kindergarten": Walk(50_000, ("later_places",), NOTHING),
    "school.new_places_upper_academic": Walk(50_000, ("later_places",), NOTHING),
    "school.new_places_upper_vocational": Walk(50_000, ("later_places",), NOTHING),
    "school.kindergarten_open": Walk(1, ("persons_band",), ANYTHING, 8, base=("school.kindergarten_open@2023-01=0",)),
    "school.upper_secondary_open": Walk(1, ("persons_band",), ANYTHING, fine=True),
    "school.exam_where_studied": Walk(1, ("persons_band",), ANYTHING),
    "homes.guaranteed_units": Walk(100_000, ("homes_units", "homes_occupied"), HOMES),
    "homes.guaranteed_rent_share": Walk(0, ("departures",), ANYTHING, fine=True),
    "homes.public_units": Walk(100_000, ("homes_units", "homes_occupied"), HOMES),
    "homes.poor_first": Walk(0, ("queue",), HOMES, base=("homes.public_units@2023-01=4000",), fine=True),
    "homes.rental_counts_as_home": _settling(0, RENTERS),
    "homes.rent_subsidy": Walk(10_000, ("moves",), ANYTHING, 8, fine=True),
    "homes.shared_units": Walk(100_000, ("homes_bought", "households_tenure"), HOMES),
    "homes.shared_price_share": Walk(0.1, ("homes_bought",), HOMES, base=("homes.shared_units@2023-01=100000",)),
    "homes.provident_support": Walk(0.5, ("homes_bought",), ANYTHING),
    "homes.first_home_subsidy": Walk(100_000, ("price", "homes_bought"), HOMES),
    "homes.deed_tax_relief": Walk(1, ("price",), HOMES),
    "homes.land_follows_inflow": Walk(1, ("rent",), ANYTHING),
    "homes.market_rent_level": Walk(0.25, ("rent", "arrivals"), ANYTHING),
    "homes.market_rental_units": Walk(100_000, ("rent",), ANYTHING),
    "finance.grant_per_settled_cross_province": Walk(1_000_000, ("grant", "grant_homes"), BUDGET),
    "finance.grant_per_settled_same_province": Walk(1_000_000, ("grant", "grant_homes"), BUDGET),
    "finance.grant_per_settled_same_area": Walk(1_000_000, ("grant", "grant_homes"), BUDGET),
    "finance.grant_per_migrant_pupil": Walk(200_000, ("grant", "grant_places"), BUDGET, 7),
    "finance.resident_weight": Walk(1, ("grant",), BUDGET, base=("finance.grant_per_settled_same_province@2023-01=100000",)),
    "finance.pass_through": Walk(1, ("grant_homes", "grant_places"), BUDGET, 7, base=(*GRANTS, "finance.pass_through@2023-01=0")),
    "finance.own_match": Walk(10, ("own_money", "grant_homes"), BUDGET, base=GRANTS),
    "finance.grant_per_poor": Walk(1_000_000, ("grant",), BUDGET, 5),
    "finance.borrowing_limit": Walk(10_000, ("borrowed", "debt", "repaid", "grant_homes", "grant_places"), BUDGET, 7),
    "land.rights_kept": Walk(0, ("settled",), SETTLING),
    "land.quota_per_settled": Walk(200, ("land", "land_homes", "rent"), ANYTHING, 5),
    "work.training_slots": Walk(5_000_000, ("trained",), frozenset({"trained", "wage_sum"}) | SETTLING),
    "health.direct_settlement": Walk(1, ("persons_band",), ANYTHING, base=("health.direct_settlement@2023-01=0",)),
    "health.hospital_opening": Walk(20, ("hospitals_opened", "bills"), _names("hospitals_opened"), base=COMPUTED),
    "health.filing_ease": Walk(20, ("bills",), NOTHING, base=COMPUTED),
    "health.care_aid_poor": Walk(1, (), ANYTHING),  # moves too few of the poor to be seen here: `test_lever_effects`
    "school.aid_poor": Walk(1, ("persons_band",), ANYTHING, 12, fine=True),
    "work.trainee_placement": Walk(20, ("workers",), ANYTHING),
    "work.job_reserve": Walk(5000, ("placed", "formal"), ANYTHING),
    "work.placements": Walk(20_000, ("placed", "formal"), ANYTHING),
    "work.near_home_pay": Walk(2, ("wage_sum", "arrivals"), ANYTHING, 8, fine=True),
    "work.employment_services": Walk(20, ("workers",), ANYTHING),
    "work.employment_services_poor": Walk(20, ("workers",), ANYTHING),
    "work.self_employment_income": Walk(2, ("wage_sum",), ANYTHING),
    "work.union_drive": Walk(20, ("union",), _names("union")),
    "work.legal_capacity": Walk(0, ("legal",), _names("legal")),
    "insurance.pension_employees": Walk(0, ("insured", "insured_new"), PERMITS | {"insured", "insured_new"}),
    "insurance.pension_flexible": Walk(20, ("insured", "insured_new"), PERMITS | {"insured", "insured_new"}),
    "insurance.injury_employees": Walk(0, ("injury", "injury_new"), INJURY),
    "insurance.injury_platform": Walk(20, ("injury", "injury_new"), INJURY),
    "insurance.unemployment_benefit": Walk(1, ("departures",), ANYTHING, 12),
    "insurance.medical_employees": Walk(0, ("medical", "medical_new"), MEDICAL),
    "insurance.medical_open": Walk(1, ("medical", "medical_new"), MEDICAL, base=("insurance.medical_open@2023-01=0",)),
    "insurance.medical_transfer": Walk(1, ("medical",), _names("medical"), 8, fine=True),
    "assistance.income_floor": Walk(20_000, ("assistance", "departures"), ANYTHING),
    "assistance.scope": Walk(3, ("assistance",), ANYTHING, base=("assistance.income_floor@2023-01=20000",)),
    "places.appeal": Walk(3, ("arrivals",), ANYTHING),
    "places.reclassification": Walk(10, ("change_town",), ANYTHING),
    "village.appeal": Walk(5, ("returns",), ANYTHING, 8, fine=True),
    "village.elder_care": Walk(1, ("departures",), ANYTHING, 8, fine=True),
    "land.exit_compensation": Walk(200, ("land_exits", "exit_paid"), EXITS, base=("land.exit_scope@2023-01=2",)),
    "land.exit_scope": Walk(2, ("land_exits", "exit_paid"), EXITS, base=("land.exit_compensation@2023-01=200",)),
    "land.exit_take_up": Walk(1, ("land_exits",), EXITS, base=("land.exit_compensation@2023-01=20", "land.exit_scope@2023-01=2")),
}  # fmt: skip
"""Every lever that has a mechanism in the run."""

ELSEWHERE_TOO = frozenset(
    {
        "land.rights_kept",  # by area of origin, wherever its people settle
        "land.exit_compensation",
        "land.exit_scope",
        "land.exit_take_up",
        "school.planned_by_residents",  # the year's new places move between areas
    }
)
"""Levers of an area that act in others at once."""

RESULTS_ALONE = _names(
    "insurance.premium_poor health.primary_staff_trained health.doctor_teams_trained health.planned_by_residents"
)
"""Levers that act on services and costs alone, computed after the run (`tests/results`)."""
