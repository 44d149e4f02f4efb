"""The state that stages read and write: household rows, accounts of the quarter, parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from urbsim.population.registry import HOUSEHOLD as HOUSEHOLD
from urbsim.population.registry import HOUSEHOLD_DTYPES

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

# Components of the change of residents, in the order of the results.
NATURAL_TOWN = 0
NATURAL_VILLAGE = 1
OWN_VILLAGES = 2
OTHER_AREAS = 3
OUTSIDE_TOWN = 4
OUTSIDE_VILLAGE = 5
RECLASSIFICATION = 6
TOWN_BORN_MIGRATION = 7
RETURN_OR_COVERAGE = 8
COMPONENTS = 9

# Events of the quarter that raise attention (bits of the scratch column `event`).
EVENT_JOB = 1
EVENT_LIFE = 2
EVENT_SCHOOL = 4
EVENTS = 7
STIRRED = 8  # bits of the same column: its job or place has changed in the pass under way
# Its luck of the quarter lets it lose land, gain a certificate, settle (people of the region, of another province), if its kind can.
LOSE_LUCK, GAIN_LUCK, SETTLE_LUCK, SETTLE_OUT_LUCK = 16, 32, 64, 128
LATE_LUCK = LOSE_LUCK | GAIN_LUCK | SETTLE_LUCK | SETTLE_OUT_LUCK

BANDS = 10
BAND_EDGES = (3, 6, 12, 15, 18, 45, 60, 65, 80)


Rows = npt.NDArray[np.void]
"""Households as rows of 64 bytes: a structured array with one field per column of `urbsim.population.registry.COLUMNS`.

A kernel takes `r = h[i]` and reads `r.place`, `r.part`; a whole column is `h["place"]`. One household's fields lie in one cache line.
"""


ACCOUNT = np.dtype(
    [
        ("change_residents", np.int64, (COMPONENTS,)),
        ("change_town", np.int64, (COMPONENTS,)),
        ("arrivals", np.int64, (3,)),  # by census origin class, as the four next
        ("departures", np.int64, (3,)),
        ("movers_family", np.int64, (3,)),  # members of movers' households born, dead, wed, fetched, sent home
        ("left_village", np.int64),  # who left the own village: no mover before
        ("settled", np.int64, (3,)),
        ("permits_issued", np.int64, (3,)),
        ("returns", np.int64, (2,)),  # to village, to county town
        ("returns_outside", np.int64, (2,)),  # the same from outside the region, by area of origin
        ("applied_school", np.int64, (2,)),  # by stage
        ("admitted_school", np.int64, (2,)),
        ("births", np.int64, (2,)),  # by part
        ("deaths", np.int64, (2,)),
        ("moves", np.int64),
        ("insured_new", np.int64),  # never before in the scheme, as the two next
        ("medical_new", np.int64),
        ("injury_new", np.int64),
        ("formal_found", np.int64),  # formal jobs begun by jobless or informal workers
        ("formal_arrived", np.int64),  # formal jobs of those who came this quarter
        ("placed", np.int64),
        ("land_exits", np.int64),  # households, by area of origin
        ("trained", np.int64),
        ("settling_applied", np.int64),
        ("settling_eligible", np.int64),
        ("settling_admitted", np.int64),
        ("homes_bought", np.int64, (2,)),  # households: whole, shared
    ]
)
"""One area's events of the quarter, in rows' members (times the weight later); blocks of rows have copies that are added up."""

Accounts = npt.NDArray[np.void]


def empty_accounts(areas: int) -> Accounts:
    """Return zeroed accounts for `areas` areas."""
    return np.zeros(areas, dtype=ACCOUNT)


def add_up(total: npt.NDArray[np.void], part: npt.NDArray[np.void]) -> None:
    """Add `part` to `total`, both structured arrays of int64 fields alone."""
    total.view(np.int64)[...] += part.view(np.int64)


def distinct(rows: IntArray) -> IntArray:
    """Return each of `rows` once; where one stands several times, it does so in a row."""
    once: IntArray = rows[np.append(True, rows[1:] != rows[:-1])[: rows.size]]
    return once


def grown(column: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    """Return a column of `size` entries that begins like `column`, the others nought."""
    longer = np.zeros(size, dtype=column.dtype)
    longer[: column.size] = column
    return longer


class Params(NamedTuple):
    """Hold the behavioural parameters by their symbol; meaning, source and prior stand in `urbsim.parameters`."""

    a0: float
    a_Q1: float
    a_job: float
    a_life: float
    a_school: float
    beta_w: float
    alpha_h: float
    lambda_: float
    beta_d: float
    beta_p: float
    beta_n: float
    n_sat: float
    C_move: float
    g_age: float
    beta_dur: float
    beta_own: float
    beta_prh: float
    beta_split: float
    beta_s: float
    beta_size: float
    beta_cong: float
    beta_reg: float
    beta_type: float
    beta_match: float
    T_land: float
    land_cert: float
    k_village: float
    k_town: float
    k_away: float
    k_outside: float
    k_return_town: float
    k_return_village: float
    k_block: float
    onward: float
    h_re: float
    h_entry: float
    edu_away: float
    m_edu: float
    m_exp1: float
    m_exp2: float
    tau_train: float
    tau_kid: float
    pi_home: float
    V_core: float
    v_years: float
    rho: float
    c0: float
    c1: float
    c2: float
    c3: float
    c4: float
    c5: float
    c6: float
    c7: float
    s0: float
    s_far: float
    c5_s: float
    e0: float
    c5_p: float
    h_P: float
    permit_for_school: float
    g1: float
    g2: float
    g3: float
    theta_0: float
    theta_edu: float
    theta_dur: float
    theta_age: float
    theta_own: float
    theta_in: float
    theta_ins: float
    theta_child: float
    theta_hs: float
    theta_land: float
    theta_pir: float
    theta_inc: float
    g_v: float
    rho_land: float
    OR_P: float
    s_P: float
    s_P_most: float
    OR_PH: float
    k_q_out: float
    k_q_in: float
    k_q_same: float
    clerical: float
    q_exit: float
    kappa_p: float
    psi: float
    eta_r: float
    theta_F: float
    job_loss_formal: float
    job_loss_informal: float
    job_find: float
    formal_base: float
    formal_edu: float
    self_share: float
    insure_formal: float
    insure_other: float
    marry_20: float
    marry_25: float
    marry_30: float
    marry_35: float
    birth_second: float
    fertility_after: float
    mortality_after: float
    leave_home: float
    dorm_share: float
    town_tilt: float
    h_own: float
    own_pir: float
    h_home_apply: float
    land_loss: float
    certify: float
    town_born_move: float
    town_born_mover_growth: float
    reclass_future: float
    cross_district: float
    covid_2020: float
    covid_attention: float
    aid_child: float
    jobless_income: float
    land_income: float
    medical_ratio: float
    injury_ratio: float
    bills_focus: float
    opening: float
    filing: float
    union_join: float
    legal_need: float
    village_wage_out: float
    town_wage_out: float
    km_outside: float
    km_outside_family: float
    km_own_town: float
    seat_outside: float
    e_town: float
    earner_2: float
    eager_couple: float
    eager_single: float
    age_apply: float
    units_rural: float
    rent_judged: float
    grant_homes: float
    grant_primary: float
    seat_2010: float
    odds_2010: float
    entry_swing: float
    feedback_most: float
    rent_fall: float
    path_after: float
    home_persons: float
    formal_least: float
    formal_most: float


FIELD_OF_SYMBOL = {"lambda": "lambda_"}


def make_params(values: Mapping[str, float]) -> Params:
    """Build the named tuple from a mapping by symbol; a missing symbol raises KeyError naming all that miss."""
    renamed = {FIELD_OF_SYMBOL.get(symbol, symbol): value for symbol, value in values.items()}
    missing = [name for name in Params._fields if name not in renamed]
    if missing:
        raise KeyError(f"parameters without a value: {missing}")
    return Params(**{name: float(renamed[name]) for name in Params._fields})


def params_record(params: Params) -> Any:
    """Return the parameters as one record, the form in which kernels take them (`p.beta_w`)."""
    record = np.zeros(1, dtype=[(name, np.float64) for name in Params._fields])
    record[0] = tuple(params)
    return record[0]


def make_rows(columns: Mapping[str, npt.NDArray[Any]], room: int = 0) -> Rows:
    """Return household rows from registry columns (of any shape, taken flat), with space for `room` rows at least."""
    size = columns["id"].size
    rows = np.zeros(max(room, size), dtype=HOUSEHOLD)
    for name in HOUSEHOLD_DTYPES:
        rows[name][:size] = np.asarray(columns[name]).reshape(-1)
    return rows
