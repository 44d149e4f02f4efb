"""The chances and rules that the passes of a quarter read, gathered from the state of areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from urbsim.clock import season
from urbsim.engine import kinds, opening, passes, rng, watch
from urbsim.engine.inputs import certificates_run
from urbsim.engine.rules import pays_for_rights
from urbsim.engine.stages import attention, choice, demography, feedback, permits, programmes, reclassify, work
from urbsim.engine.state import FloatArray
from urbsim.engine.tables import Utilities, make_race

if TYPE_CHECKING:
    from urbsim.engine.engine import Engine


def family(e: Engine) -> passes.Family:
    """Return what the first pass reads."""
    q, x, p = e.q, e.inputs, e.inputs.params
    hazard = np.minimum(x.fertile[q] * e.birth_scale[:, None], opening.MOST_BIRTHS)
    weddings = np.array([p.marry_20, p.marry_25, p.marry_30, p.marry_35])
    share = x.reclassification[q] / 4.0
    flipped = reclassify.most_reclassified(share)
    return passes.Family(
        reclassified=share, most_reclassified=flipped, highest_reclassified=int(flipped.max()), dying=x.dying[q],
        most_dying=demography.most_dying(x.dying[q]), birth=hazard, marriage=weddings, second=p.birth_second,
        most_births=rng.most_byte(float(hazard.max()) * max(1.0, p.birth_second)), leaving=p.leave_home / 4.0,
    )  # fmt: skip


def _training(e: Engine) -> FloatArray:
    """Return the chance of an untrained worker per area: training slots are the region's, split by migrant workers."""
    c = e.counts
    workers = c.area["workers"].astype(np.float64)
    slots = np.maximum(e.lever("work.training_slots"), 0.0) / 4.0 * workers / max(workers.sum(), 1.0)
    chance: FloatArray = np.minimum(slots / np.maximum(c.area["untrained"] * e.weight, 1), 1.0)
    return chance


def _placing(e: Engine) -> FloatArray:
    """Return the chance per area that a jobless or informal worker is placed in a formal job."""
    seekers = (e.counts.area["jobless"] + e.counts.area["informal"]) * e.weight
    return programmes.placing_chance(e.lever("work.job_reserve"), e.lever("work.placements"), seekers)


def places(e: Engine, u: Utilities) -> passes.Places:
    """Return what the second pass reads."""
    q, x, training = e.q, e.inputs, _training(e)
    factor = attention.season_factor(x.params.a_Q1, season(q)) * float(x.mobility[q])
    attends, most_attends = attention.chances_to_attend(e.p, factor)
    return passes.Places(
        training=training, placing=_placing(e), rules=e.rules, wage=e.wage, norm=e.norm,
        most=work.most_bytes(e.p, e.areas, e.rules, training),
        race=make_race(u, e.race_base, x.params.lambda_),
        bounds=choice.choice_bounds(x.params.lambda_), log_km=x.log_km, seat=e.seat, bills=e.bills,
        town_share=e.rounds.town_share, districts=x.districts,
        rent_edge=(1.0 - e.lever("homes.guaranteed_rent_share")) / (1.0 - x.params.rent_judged),
        permit_months=e.lever("permit.residence_months"), permit_ground=e.lever("permit.ground_required"),
        permit_wait=e.lever("permit.wait_after_move_months"),
        permit_uptake=permits.uptake(e.p, e.lever("permit.friction")), permit_enough=e.lever("school.permit_enough"),
        rent_help=_with_nowhere(feedback.tenants_gain(
            x.params.beta_w, e.wage, e.lever("homes.provident_support"), e.lever("homes.rent_subsidy")
        )),
        pull=_with_nowhere(e.pull), buying=e.rounds.buying(), sharing=e.rounds.sharing(),
        attends=attends, most_attends=most_attends,
    )  # fmt: skip


def _with_nowhere(table: FloatArray) -> FloatArray:
    """Return `table` (areas first) with a row of noughts for those who live nowhere in the region."""
    return np.concatenate((table, np.zeros((1, *table.shape[1:]))))


def place_limits(e: Engine, x: passes.Places) -> watch.Limits:
    """Return the limits of luck in the second pass, by kind of household."""
    p = e.inputs.params
    ask = max(p.h_home_apply, p.q_exit) / 4.0
    limits: watch.Limits = watch.place_limits(x, ask, p.permit_for_school if season(e.q) == 2 else 0.0)
    return limits


def late_limits(e: Engine) -> watch.Late:
    """Return the limits of luck in the last pass."""
    p = e.inputs.params
    most = [rng.most_byte(rate * max(1.0, p.OR_PH)) for rate in (max(p.k_q_in, p.k_q_same), p.k_q_out)]
    gain = p.certify / 4.0 if certificates_run(e.q) else 0.0
    return watch.Late(rng.most_byte(p.land_loss / 4.0), rng.most_byte(gain), *most)


def register_due(e: Engine) -> int:
    """Return the kinds that the last pass looks at whatever their luck: everyone where rural rights may be given up for money."""
    return kinds.REGISTER_DUE | (kinds.ALIVE if pays_for_rights(e.rules) else 0)
