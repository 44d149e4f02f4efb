"""State what no table publishes about the people of 2010, one entry per assumption, with its tag.

Tags as in the region's facts: `read` (seen in a source), `derived` (computed from published figures), `assumption` (judgement, to be
varied). Arrays over classes are in the order of `KINDS`; arrays over census classes in the order local, same area, other area, other
province; arrays over age are the 18 five-year groups 0-4 ... 80-84, 85+.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

KINDS = ("in_place", "same_area", "other_area", "other_province", "absent")
IN_PLACE, SAME_AREA, OTHER_AREA, OTHER_PROVINCE, ABSENT = range(5)
GROUPS = 18
SIZE_CLASSES = ("one person", "one generation, two or more", "two generations", "three or more generations")


@dataclass(frozen=True)
class Assumption:
    """Hold one assumed value with its tag and its reason."""

    value: Any
    tag: Literal["read", "derived", "assumption"]
    note: str

    def array(self) -> Floats:
        """Return the value as float64."""
        return np.asarray(self.value, dtype=np.float64)


ASSUMPTIONS: dict[str, Assumption] = {
    # register type x mover class x part: the starting table of the 2 x 4 x 2 fit
    "nonagri_share_by_class": Assumption(
        (0.22, 0.40, 0.45, 0.12), "assumption", "non-agricultural share by census class in counties; vary for the range"
    ),
    "nonagri_share_by_class_core": Assumption((0.30, 0.55, 0.55, 0.15), "assumption", "the same in cores"),
    "town_share_nonagri": Assumption((0.93, 0.93, 0.93, 0.93), "assumption", "town share of non-agricultural residents"),
    "town_share_agri": Assumption((0.30, 0.85, 0.88, 0.80), "assumption", "town share of agricultural residents by census class"),
    # where other-area movers come from
    "core_internal_share": Assumption(
        0.35,
        "assumption",
        "share of a core's other-area movers registered in another district of the same core (市辖区内人户分离). Not published by city; "
        "the 2010 total inside city districts, 19.90 - 18.62 = 1.28 m in Zhejiang, also holds moves within one district",
    ),
    "gravity_exponent": Assumption(1.2, "assumption", "decay of other-area moves with distance; with mass = people away from the origin"),
    "in_province_cap": Assumption(0.9, "assumption", "largest share of an area's absentees that may live elsewhere in the region"),
    # ages of movers: what cohorts gained from 2010 to 2020, placed at their 2020 ages
    "mover_ages_inside": Assumption(
        (
            (242, 256, 269, 481, 873, 762, 768, 503, 364, 384, 345, 228, 139, 123, 75, 48, 38, 32),
            (215, 227, 239, 415, 720, 546, 563, 382, 298, 334, 274, 226, 168, 136, 78, 48, 43, 41),
        ),
        "derived",
        "male, female: Zhejiang town residents of 2020 by age less the survivors of town residents of 2010 ten years younger (deaths as "
        "enumerated x 1.15), thousands; cohorts under 10 in 2020: 0.9 and 0.95 of the 10-14 value [assumption]",
    ),
    "mover_ages_outside": Assumption(
        (
            (148, 165, 163, 258, 768, 770, 750, 425, 273, 317, 281, 170, 91, 82, 64, 47, 39, 39),
            (133, 148, 146, 179, 551, 492, 456, 238, 185, 237, 153, 104, 82, 79, 54, 38, 40, 48),
        ),
        "derived",
        "the same for all residents of Zhejiang: net gain from outside the province (10-14: 148 and 133). Groups under 15 are set so that "
        "pupils along are about 6 % of other-area and other-province movers [assumption]: Shaoxing 2007 5 % (52,140), Zhejiang 2018 "
        "1.49 m (read)",
    ),
    "male_share": Assumption((None, 0.49, 0.51, 0.5552, 0.54), "assumption", "by kind; 0.5552 is read (Zhejiang 2010 inter-provincial)"),
    # households: start of the fit to the prefecture's households by size and generations
    "size_class_share": Assumption(
        (
            (0.15, 0.27, 0.36, 0.22),  # in place, village
            (0.17, 0.28, 0.38, 0.17),  # in place, town
            (0.28, 0.30, 0.34, 0.08),  # same area
            (0.40, 0.29, 0.26, 0.05),  # other area
            (0.52, 0.26, 0.20, 0.02),  # other province
            (0.45, 0.29, 0.24, 0.02),  # absent
        ),
        "assumption",
        "households by size class: people living together, collective residents as one-person households",
    ),
    "size_class_share_town_born": Assumption((0.20, 0.32, 0.38, 0.10), "assumption", "town-born households, only to leave their share"),
    "size_class_mean": Assumption((1.0, 2.05, 3.15, 4.7), "assumption", "persons per household of a size class, only to start"),
    # who comes along; by kind, in place unused
    "spouse_along": Assumption((1.0, 0.93, 0.85, 0.72, 0.75), "assumption", "married heads whose spouse lives with them"),
    "child_along": Assumption(
        (1.0, 0.88, 0.62, 0.45, 0.50),
        "assumption",
        "children under 18 of movers who live with the head; 0.52 over all is recalled for 2020",
    ),
    "elder_at_home": Assumption((0.0, 0.05, 0.08, 0.12, 0.08), "assumption", "movers with an old parent at home who is theirs to keep"),
    "elder_along": Assumption((0.0, 0.08, 0.04, 0.025, 0.02), "assumption", "movers with an old parent along"),
    # schooling by age, 2010, agricultural and non-agricultural together: primary or none, junior, senior, college, bachelor+
    "schooling_by_age": Assumption(
        (
            (1.00, 0.00, 0.00, 0.00, 0.00),
            (1.00, 0.00, 0.00, 0.00, 0.00),
            (0.58, 0.42, 0.00, 0.00, 0.00),
            (0.04, 0.45, 0.44, 0.05, 0.02),
            (0.05, 0.45, 0.23, 0.15, 0.12),
            (0.08, 0.50, 0.20, 0.13, 0.09),
            (0.12, 0.53, 0.18, 0.10, 0.07),
            (0.19, 0.53, 0.16, 0.07, 0.05),
            (0.26, 0.50, 0.15, 0.06, 0.03),
            (0.29, 0.47, 0.17, 0.04, 0.03),
            (0.37, 0.37, 0.21, 0.03, 0.02),
            (0.52, 0.32, 0.12, 0.02, 0.02),
            (0.70, 0.20, 0.07, 0.02, 0.01),
            (0.78, 0.14, 0.05, 0.02, 0.01),
            (0.82, 0.11, 0.04, 0.02, 0.01),
            (0.86, 0.08, 0.03, 0.02, 0.01),
            (0.90, 0.06, 0.02, 0.01, 0.01),
            (0.92, 0.05, 0.02, 0.005, 0.005),
        ),
        "assumption",
        "pattern by age, fitted to the prefecture's level totals",
    ),
    "schooling_odds": Assumption(
        (
            (1.0, 1.0, 0.60, 0.30, 0.10),  # in place, village
            (1.0, 1.1, 0.85, 0.50, 0.25),  # in place, town
            (1.0, 1.1, 1.00, 0.80, 0.60),  # same area
            (1.0, 1.2, 1.20, 1.20, 1.00),  # other area
            (1.0, 1.4, 0.75, 0.35, 0.15),  # other province
            (1.0, 1.2, 1.00, 0.80, 0.60),  # absent
            (1.0, 1.3, 2.40, 4.00, 6.00),  # town-born
        ),
        "assumption",
        "by kind, relative weight of each level; movers are between villagers and the town-born",
    ),
    "schooling_women_primary": Assumption(1.35, "assumption", "relative weight of primary or none among women aged 25 and over"),
    # work
    "job_share": Assumption(
        (
            (0.08, 0.10, 0.25, 0.57),  # in place, village
            (0.10, 0.20, 0.35, 0.35),  # in place, town
            (0.05, 0.35, 0.35, 0.25),  # same area
            (0.05, 0.45, 0.30, 0.20),  # other area
            (0.03, 0.45, 0.37, 0.15),  # other province
            (0.05, 0.25, 0.35, 0.35),  # absent
        ),
        "assumption",
        "heads of 16-59: none, formal, informal, self-employed (farming included)",
    ),
    "work_share_60_74": Assumption(0.55, "assumption", "heads of 60-74 who still work; none are in formal jobs"),
    "insured_if_formal": Assumption(
        (0.40, 0.40, 0.52, 0.52, 0.52, 0.40), "assumption", "pension insurance of formal workers, rows as above"
    ),
    "insured_otherwise": Assumption(
        (0.01, 0.04, 0.05, 0.04, 0.03, 0.02), "assumption", "and of other workers; movers together about a quarter"
    ),
    "insured_years_mean": Assumption(3.0, "assumption", "mean years since joining, at most the years since arrival"),
    "wage_sd": Assumption(0.5, "assumption", "standard deviation of the log wage residual"),
    "stay_years_mean": Assumption(
        (0.0, 7.0, 6.5, 4.8, 6.0),
        "assumption",
        "mean years since arrival; other province: 4.8 read (dynamic monitoring survey, China, 2011)",
    ),
    "region_before_share": Assumption(0.2, "assumption", "movers from other provinces who lived elsewhere in the region before"),
    "region_before_years_mean": Assumption(2.0, "assumption", "mean years they did"),
    "settle_type_share": Assumption(0.5, "assumption", "households of the latent class that wants to stay"),
    "tenure_start": Assumption(
        (
            (0.00, 0.01, 0.02, 0.95, 0.02),  # in place: all live in a village home
            (0.08, 0.42, 0.42, 0.05, 0.03),  # same area
            (0.20, 0.54, 0.22, 0.01, 0.03),  # other area
            (0.42, 0.52, 0.03, 0.00, 0.03),  # other province
            (0.20, 0.17, 0.46, 0.13, 0.04),  # town-born, students in dormitories included
        ),
        "assumption",
        "start of the fit to the prefecture's tenure: employer's or collective, rented, purchased, self-built, other. Surveys: 2013 "
        "out-of-town workers: dormitory or site 40.5, rent 36.7, bought 0.9 %; 2018: own 19, rent 61.3, employer 12.9, public 2.9 %",
    ),
    "tenure_absent": Assumption((0.30, 0.55, 0.15), "assumption", "absentees outside the region: employer, rent, own"),
    "public_of_rented": Assumption(0.02, "assumption", "renting movers in public housing, 2010"),
    "tenure_single": Assumption((2.5, 1.0, 0.35), "assumption", "relative weight of employer, rent, own for those who live alone"),
    # land: homestead, contracted
    "land_share": Assumption(
        ((0.97, 0.90), (0.92, 0.65), (0.92, 0.75), (0.92, 0.80), (0.93, 0.85), (0.92, 0.80)),
        "assumption",
        "rows in place village, in place town, same area, other area, other province, absent; certification started after 2010: none",
    ),
    "migrant_pupils_public": Assumption(
        (0.72, 0.08, 0.20), "assumption", "pupils along: public, bought, fee-paying; public 73 % in Shaoxing 2007, 74 % in Zhejiang 2018"
    ),
    "poor_share": Assumption(
        0.02,
        "assumption",
        "in-place village households later registered as poor, where the region's region.yaml gives no registered_poor_share",
    ),
    # arrivals
    "arrival_ages": Assumption(
        (
            (0, 0, 0, 320, 310, 130, 70, 55, 45, 35, 20, 10, 5, 2, 0, 0, 0, 0),
            (0, 0, 0, 320, 300, 110, 50, 40, 35, 25, 12, 6, 3, 1, 0, 0, 0, 0),
        ),
        "derived",
        "weights of heads of arriving households by sex and age, mostly 16-25, set so that people of 20-44 come near the ages of the "
        "2020 census (190 and 300 in the first two groups left those of 30-44 a tenth too many and those of 20-24 a tenth too "
        "few); the sex ratio comes from `arrival_male_heads`",
    ),
    "arrival_male_heads": Assumption(
        0.75,
        "derived",
        "male share of heads of arriving households: four fifths of the married and three fifths of the others; raised from 0.64 since "
        "people of other provinces came out 52 % men in 2020, where Zhejiang's press conference said about 60 % (2010: 55.52 %); now 57 %",
    ),
    "arrival_single": Assumption(0.55, "assumption", "arriving households whose head is alone in town"),
    "arrival_spouse_along": Assumption(0.62, "assumption", "married arriving heads whose spouse comes along"),
    "arrival_child_along": Assumption(0.30, "assumption", "children under 18 of arriving heads who come along"),
}


def value(name: str) -> Floats:
    """Return one assumption as a float64 array."""
    return ASSUMPTIONS[name].array()
