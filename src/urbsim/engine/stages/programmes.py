"""Programmes that areas run: placement, legal services, unions, settlement of hospital bills, payments for rural rights.

Area side, no households: what an area knows of a quarter's households in, what it remembers for the next out. Rates without a published
figure are tagged assumptions; the levels published for 2022 served to set them (`parameters/assumptions.csv`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from urbsim.engine.state import FloatArray, IntArray
from urbsim.policy.work import posts_in_quarter

if TYPE_CHECKING:
    from urbsim.engine.engine import Engine

FIRST_UNION = 0.9  # [E] in 2010: near the level published for 2022, for want of an earlier one


def placing_chance(job_reserve: FloatArray, placements: FloatArray, seekers: IntArray) -> FloatArray:
    """Return by area the chance that a jobless or informal worker is placed this quarter; `seekers` are persons (W2, W12)."""
    posts = np.array([posts_in_quarter(reserve, year) for reserve, year in zip(job_reserve, placements, strict=True)])
    chance: FloatArray = np.minimum(posts / np.maximum(seekers, 1), 1.0)
    return chance


def settled_bills(direct: FloatArray, opened: FloatArray, filed: FloatArray, focus: float) -> FloatArray:
    """Return by area the share of bills of people of other provinces that is settled directly (W6, indicator 7).

    `direct` where the lever gives it. Where it is closed (-1): `(1 - (1 - opened)**focus) * filed`, the part of treatments that falls to
    opened hospitals, large ones first, times the people who have filed.
    """
    share: FloatArray = np.where(direct < 0.0, (1.0 - (1.0 - opened) ** focus) * filed, direct)
    return share


def opened_next(opened: FloatArray, rate: float, pace: FloatArray, runs: FloatArray) -> FloatArray:
    """Return the share of designated hospitals opened: of the others `rate` a year times the lever, a quarter of it now (indicator 6)."""
    after: FloatArray = opened + np.minimum(rate / 4.0 * pace, 1.0) * (1.0 - opened) * runs
    return after


def filed_next(filed: FloatArray, people: IntArray, newcomers: IntArray, rate: float, ease: FloatArray, runs: FloatArray) -> FloatArray:
    """Return the share of people of other provinces who have filed: newcomers have not, the others do at `rate` a quarter times `ease`.

    `people` and `newcomers` by area; `runs` is 1 where cross-province settlement exists.
    """
    stayed = np.clip(1.0 - newcomers / np.maximum(people, 1), 0.0, 1.0)
    after: FloatArray = filed * stayed + np.minimum(rate * ease, 1.0) * (1.0 - filed * stayed)
    return after * runs


def union_next(union: FloatArray, formal: IntArray, begun: IntArray, joining: float, drive: FloatArray) -> FloatArray:
    """Return the share of union members among workers of unionised firms (W8, indicator 11).

    Workers who began a formal job this quarter (`begun` of `formal`) are no members; of the others who are not, `joining` times the
    lever join. Unionised firms are taken to turn over as formal work does.
    """
    stayed = np.clip(1.0 - begun / np.maximum(formal, 1), 0.0, 1.0)
    after: FloatArray = stayed * (union + np.minimum(joining * drive, 1.0) * (1.0 - union))
    return after


def legal_services(informal: IntArray, need: float, capacity: FloatArray) -> tuple[IntArray, IntArray]:
    """Return persons who ask for legal services in the quarter and those served, by area (W9, indicator 12).

    Disputes over pay and contracts are those of workers without a formal job: `need` of them a year. `capacity` a year, -1: no limit.
    """
    asked = np.rint(informal * need / 4.0).astype(np.int64)
    served = np.where(capacity < 0.0, asked, np.minimum(asked, np.floor(np.maximum(capacity, 0.0) / 4.0))).astype(np.int64)
    return asked, served


def turn(e: Engine) -> None:
    """Bring what areas remember of their programmes to the end of the quarter."""
    x, q, p = e.inputs, e.q, e.inputs.params
    c, acc = e.counts, e.accounts
    people = c.stock[e.areas :, : e.areas].sum(axis=0)
    runs = (x.levers["health.direct_settlement"][q] != 0.0).astype(np.float64)
    e.opened = opened_next(e.opened, p.opening, x.levers["health.hospital_opening"][q], runs)
    e.filed = filed_next(e.filed, people, acc["arrivals"][:, 2], p.filing, x.levers["health.filing_ease"][q], runs)
    begun = acc["formal_found"] + acc["formal_arrived"]
    e.union = union_next(e.union, c.area["formal"], begun, p.union_join, x.levers["work.union_drive"][q])
    e.legal_asked, e.legal = legal_services(c.area["informal"] * e.weight, p.legal_need, x.levers["work.legal_capacity"][q])
    worth = p.land_income * x.income_village[q] * 12.0 * e.rules["exit_compensation"]
    e.exit_paid = acc["land_exits"] * e.weight * worth
