"""House prices and rents of prefectures: one listing for the level, the official index and the city panel for the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from regionbuild.evidence import Evidence, Facts
from regionbuild.paths import Known, add_path, known_path
from regionbuild.place import Place

RENT_ELASTICITY = 0.6  # of rents to urban income before 2020 (assumption)


class Prices:
    """Hold what is known of house prices: listings of September 2020, the yearly city panel, the official index of some cities.

    `panel_ends` gives the last usable year of a city's panel. Cities without an index move after 2020 as the mean of `followed`;
    `texts` says so in words: `mean_rise`, `followed`.
    """

    def __init__(
        self,
        evidence: Evidence,
        prefectures: Sequence[str],
        indexed: Sequence[str],
        followed: Sequence[str],
        texts: Mapping[str, str],
        panel_ends: Mapping[str, int] | None = None,
    ) -> None:
        self.evidence, self.followed, self.texts = evidence, followed, texts
        self.listed = {p: evidence.get(p, 2020, "house_price_listed_avg", "policy_services_fiscal") for p in prefectures}
        self.panel = {p: {y: r.number for y, r in evidence.series(p, "house_price_avg_city_panel").items()} for p in prefectures}
        for city, last in (panel_ends or {}).items():
            self.panel[city] = {y: v for y, v in self.panel[city].items() if y <= last}
        self.over = float(
            np.mean([r.number / self.panel[p][2020] for p, r in self.listed.items() if r is not None and 2020 in self.panel[p]])
        )
        self.rise = {p: evidence.value(p, "2020-12", "house_price_index_secondhand_fixed_base") / 100 for p in indexed}
        self.jump = float(np.mean([self.rise[p] / (self.panel[p][2020] / self.panel[p][2016]) for p in indexed]))

    def level(self, prefecture: str) -> tuple[float, str, str]:
        """Return the price of 2020."""
        row = self.listed[prefecture]
        if row is not None:
            return row.number, row["confidence"], f"asking price of September 2020; {row['source_title']}"
        value = self.panel[prefecture][2020] * self.over
        return value, "imputed", f"city panel of 2020 x {self.over:.3f}, the mean of listing over panel in the listed cities"

    def rise_2015_2020(self, prefecture: str) -> tuple[float, str]:
        """Return the price of 2020 over that of 2015."""
        if prefecture in self.rise:
            return self.rise[prefecture], "back from 2020 with the official second-hand index (2015 average to December 2020)"
        panel = self.panel[prefecture]
        if 2016 in panel and 2020 in panel:
            return panel[2020] / panel[
                2016
            ] * self.jump, f"back from 2020 with the city panel 2016-20 x {self.jump:.3f} for 2015-16 as in the indexed cities"
        return float(np.exp(np.mean(np.log(list(self.rise.values()))))), self.texts["mean_rise"]

    def path(self, prefecture: str) -> Known:
        """Return the prices of 2010-2015 and 2020-2025; the panel is used within 2010-2014 only, since it breaks at 2015/16."""
        known: Known = {2020: self.level(prefecture)}
        rise, rule = self.rise_2015_2020(prefecture)
        known[2015] = (known[2020][0] / rise, "imputed", rule)
        panel = self.panel[prefecture]
        for year in range(2010, 2015):
            value = known[2015][0] * panel[year] / panel[2014]
            known[year] = (value, "imputed", "change of the city panel 2010-2014; 2014 taken as 2015, where the panel breaks")
        own = prefecture in self.rise
        cities = [prefecture] if own else self.followed
        note = "official second-hand index" + ("" if own else f", {self.texts['followed']}")
        value = known[2020][0]
        for year in range(2021, 2026):
            yearly = (
                ("house_price_index_secondhand_yoy", f"{year}-12")
                if year < 2023
                else ("house_price_index_secondhand_annual_mean_yoy", str(year))
            )
            value *= float(np.mean([self.evidence.value(c, yearly[1], yearly[0]) for c in cities])) / 100
            known[year] = (value, "derived" if own else "imputed", note)
        return known


def write_price(facts: Facts, prefecture: str, prices: Prices) -> None:
    """Write the house price of a prefecture."""
    kept = "kept at the level of 2025"
    path = prices.path(prefecture)
    add_path(facts, prefecture, "house_price", "yuan_per_m2", path, "log-linear between known years", kept, 0.0)


def write_factors(facts: Facts, place: Place, urban: Mapping[str, float], rule: str) -> None:
    """Write the areas' price and rent over their prefecture's, from urban income over that of the prefecture's core."""
    for area in place.areas:
        core = place.core_of(place.prefecture_of[area])
        ratio = urban[area] / urban[core] if core else 1.0
        price, rent = float(np.clip(ratio**1.5, 0.4, 1.3)), float(np.clip(ratio, 0.5, 1.2))
        facts.add(area, 2024, "house_price_factor", price, "ratio", "imputed", f"({rule}) ^ 1.5 within 0.4-1.3; all years")
        facts.add(area, 2024, "rent_factor", rent, "ratio", "imputed", f"{rule}, within 0.5-1.2; all years")


def write_rent(
    evidence: Evidence, facts: Facts, place: Place, prefecture: str, base: tuple[float, str, str], tier: str, later: Known | None = None
) -> None:
    """Write a prefecture's rent: `base` of 2020, before it with urban income, to 2023 as the listings of its tier, then `later` years."""
    known: Known = {2020: base}
    income = known_path(facts, place.name, "income_urban")
    for year in range(2010, 2020):
        value = base[0] * (income[year] / income[2020]) ** RENT_ELASTICITY
        known[year] = (value, "imputed", f"rent of 2020 carried back with urban income ^ {RENT_ELASTICITY} (assumed)")
    change = evidence.value("national", "2023-12", tier) / evidence.value("national", "2020-11", tier)
    known[2023] = (base[0] * change, "imputed", f"change of {tier} from November 2020 to December 2023")
    known |= later or {}
    add_path(facts, prefecture, "rent", "yuan_per_m2_month", known, "log-linear between known years", "kept at the last known level", 0.0)
