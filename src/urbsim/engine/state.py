"""The state that stages read and write: households as columns, accounts of the quarter, parameters.

All are named tuples of arrays or numbers, so that kernels take them whole and a reader sees `h.place[i]`, `p.beta_w`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

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

BANDS = 10
BAND_EDGES = (3, 6, 12, 15, 18, 45, 60, 65, 80)


class Households(NamedTuple):
    """Hold one array per household column; meaning, unit and range stand in `urbsim.population.registry.COLUMNS`."""

    id: npt.NDArray[np.uint64]
    origin: npt.NDArray[np.uint8]
    place: npt.NDArray[np.uint8]
    part: npt.NDArray[np.uint8]
    register: npt.NDArray[np.uint8]
    register_part: npt.NDArray[np.uint8]
    register_in_town: npt.NDArray[np.uint8]
    status: npt.NDArray[np.uint8]
    mover: npt.NDArray[np.uint8]
    kin_settled: npt.NDArray[np.uint8]
    settle_type: npt.NDArray[np.uint8]
    resident_area: npt.NDArray[np.uint8]
    resident_part: npt.NDArray[np.uint8]
    head_birth: npt.NDArray[np.int16]
    head_sex: npt.NDArray[np.uint8]
    schooling: npt.NDArray[np.uint8]
    wage_residual: npt.NDArray[np.float32]
    job: npt.NDArray[np.uint8]
    trained: npt.NDArray[np.uint8]
    insured: npt.NDArray[np.uint8]
    arrived: npt.NDArray[np.int16]
    region_since: npt.NDArray[np.int16]
    insured_since: npt.NDArray[np.int16]
    insured_before: npt.NDArray[np.int16]
    resident_before: npt.NDArray[np.int16]
    spouse: npt.NDArray[np.uint8]
    spouse_birth: npt.NDArray[np.int16]
    child1_birth: npt.NDArray[np.int16]
    child2_birth: npt.NDArray[np.int16]
    child1: npt.NDArray[np.uint8]
    child2: npt.NDArray[np.uint8]
    elder1_birth: npt.NDArray[np.int16]
    elder2_birth: npt.NDArray[np.int16]
    elders: npt.NDArray[np.uint8]
    tenure: npt.NDArray[np.uint8]
    land: npt.NDArray[np.uint8]
    poor: npt.NDArray[np.uint8]
    queue_since: npt.NDArray[np.int16]
    homes_since: npt.NDArray[np.int16]


class Accounts(NamedTuple):
    """Count the quarter's events; one copy per block of rows, added up in integers, so order never matters.

    Persons are in household rows' members (multiply by the weight), shapes with A areas: see `engine.observe.FRAME`.
    """

    change_residents: IntArray  # A x COMPONENTS
    change_town: IntArray  # A x COMPONENTS
    arrivals: IntArray  # A x origin
    departures: IntArray  # A x origin
    settled: IntArray  # A x origin
    permits_issued: IntArray  # A x origin
    returns: IntArray  # A x return_to
    moves: IntArray  # A
    insured_new: IntArray  # A
    trained: IntArray  # A
    settling_applied: IntArray  # A
    settling_eligible: IntArray  # A
    settling_admitted: IntArray  # A
    applied_school: IntArray  # A x stage
    admitted_school: IntArray  # A x stage
    births: IntArray  # A x part
    deaths: IntArray  # A x part


def empty_accounts(areas: int) -> Accounts:
    """Return zeroed accounts for `areas` areas."""
    shapes: dict[str, tuple[int, ...]] = {
        "change_residents": (areas, COMPONENTS),
        "change_town": (areas, COMPONENTS),
        "arrivals": (areas, 3),
        "departures": (areas, 3),
        "settled": (areas, 3),
        "permits_issued": (areas, 3),
        "returns": (areas, 2),
        "applied_school": (areas, 2),
        "admitted_school": (areas, 2),
        "births": (areas, 2),
        "deaths": (areas, 2),
    }
    return Accounts(**{name: np.zeros(shapes.get(name, (areas,)), dtype=np.int64) for name in Accounts._fields})


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
    s0: float
    c5_s: float
    e0: float
    c5_p: float
    h_P: float
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
    leave_home: float
    dorm_share: float
    h_own: float
    own_pir: float
    h_home_apply: float
    land_loss: float
    certify: float
    town_born_move: float
    town_born_mover_growth: float
    reclass_future: float
    cross_district: float


FIELD_OF_SYMBOL = {"lambda": "lambda_"}


def make_params(values: Mapping[str, float]) -> Params:
    """Build the named tuple from a mapping by symbol; a missing symbol raises KeyError naming all that miss."""
    renamed = {FIELD_OF_SYMBOL.get(symbol, symbol): value for symbol, value in values.items()}
    missing = [name for name in Params._fields if name not in renamed]
    if missing:
        raise KeyError(f"parameters without a value: {missing}")
    return Params(**{name: float(renamed[name]) for name in Params._fields})


def make_households(columns: Mapping[str, npt.NDArray[Any]]) -> Households:
    """Wrap registry columns; arrays are used as they are, not copied."""
    return Households(**{name: columns[name] for name in Households._fields})
