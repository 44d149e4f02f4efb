"""Who pays how much: cost by item and payer, yearly by area, nominal yuan (NaN: not modelled yet).

Quantities come from the frames, unit costs from `data/unit_costs.csv` with their sources. Only what migrants and those who settled cost
is counted, not the whole budget; the lump "cost of a citizen" of CASS 2013 is never added to yearly spending (policy_rules.md part 6):
its homes and schools are replaced by units and pupils of the model.

| item | quantity × unit cost | payer |
|---|---|---|
| schooling | migrant children in public and bought places × running cost per pupil | area |
| school_places | public places added × building cost | area |
| guaranteed_rental, public_rental | units added × cost per unit | area |
| shared_homes | shared homes sold × 90 m² × price × government's share | area |
| home_purchase | homes bought × 90 m² × (price − price after subsidies) | area |
| rent_subsidy | market tenants whom it reaches × subsidy | area |
| provident_fund | flexible workers × mean wage × support | area |
| public_services, upkeep | migrants living in the area × CASS yearly cost | area |
| social_security | persons who settled in the year × CASS once | area |
| insurance | wages of insured migrants × pension rate | employer, household |
| rent | migrants in market rent × floor space × rent × 12 | household |
| assistance | what assistance adds to incomes | area |
| premiums_poor | insured registered poor who have moved × premium × share paid | area |
| land_exit | households that give up rural rights × compensation | area of origin |
| grant | transfer received | province (+), area (−) |
| borrowing | principal repaid − new debt | area |

How the centre and the province share transfers is not published, so `centre` is NaN and all transfers stand with the province.
What a grant, own effort or debt builds is counted where it is built (`school_places`, `guaranteed_rental`), not twice. Nursery,
kindergarten and upper-secondary places and teacher posts have no published cost here. Employers' dormitories, fees of private schools and
training have no published unit cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from urbsim.policy.homes import DEED_TAX
from urbsim.policy.insurance import poor_insured_share
from urbsim.policy.land import HOME_M2
from urbsim.results.facts import by_year
from urbsim.results.frames import Frames
from urbsim.results.labels import codes, position
from urbsim.results.levels import ratio
from urbsim.results.levers import in_force

if TYPE_CHECKING:
    from urbsim.results.compute import Context

Floats = NDArray[np.float64]
MONTHS_IN_QUARTER = 3
MONTHS_IN_YEAR = 12
POOR_INSURED = 0.9  # [E] registered poor in the residents' medical scheme where nobody pays their premium


def costs(frames: Frames, context: Context) -> Floats:
    """Return cost, year × area × item × payer, yuan per year."""
    calendar, region = context.calendar, str(context.region.name)
    out = np.full((len(calendar.years), context.levels.areas, len(codes("item")), len(codes("payer"))), np.nan)
    area, employer, household = (position("payer", code) for code in ("area", "employer", "household"))

    def price(key: str) -> Floats:
        return by_year(key, region, calendar.years)[:, None]

    def put(item: str, payer: int, yuan: Floats) -> None:
        out[:, :, position("item", item), payer] = yuan

    put("schooling", area, _schooling(frames, context))
    put("school_places", area, _added(frames, "places", context).sum(axis=2) * price("school_place"))
    homes = _added(frames, "homes_units", context)
    put("guaranteed_rental", area, homes[:, :, position("homes", "guaranteed_rental")] * price("guaranteed_home"))
    put("public_rental", area, homes[:, :, position("homes", "public_rental")] * price("public_home"))
    here = _living_here(frames, context)
    put("public_services", area, here * price("public_services"))
    put("upkeep", area, here * price("upkeep"))
    put("social_security", area, calendar.over(np.asarray(frames["settled"])).sum(axis=2) * price("social_security"))
    wages = _insured_wages(frames, context)
    put("insurance", employer, wages * price("pension_employer"))
    put("insurance", household, wages * price("pension_worker"))
    put("rent", household, _rents(frames, context, here) * price("living_space"))
    for item, yuan in _home_help(frames, context).items():
        put(item, area, yuan)
    put("borrowing", area, calendar.over(np.asarray(frames["repaid"], dtype=np.float64) - np.asarray(frames["borrowed"], dtype=np.float64)))
    put("assistance", area, calendar.over(np.asarray(frames["assistance"], dtype=np.float64) * MONTHS_IN_QUARTER))
    put("land_exit", area, calendar.over(np.asarray(frames["exit_paid"], dtype=np.float64)))
    put("premiums_poor", area, _premiums(frames, context) * price("premium_residents"))
    grant = calendar.over(np.asarray(frames["grant"], dtype=np.float64))
    put("grant", position("payer", "province"), grant)
    put("grant", area, -grant)
    return out


def _home_help(frames: Frames, context: Context) -> dict[str, Floats]:
    """Return what shared ownership, purchase and rent subsidies and the provident fund cost, year × area, yuan."""
    calendar = context.calendar

    bought, paid = np.asarray(frames["homes_bought"], dtype=np.float64), np.asarray(frames["price"], dtype=np.float64)
    relief, subsidy = in_force(context, "homes.deed_tax_relief"), in_force(context, "homes.first_home_subsidy")
    full = (paid + subsidy) / (1.0 - DEED_TAX * relief)
    shared = bought[:, :, position("purchase", "shared")]
    mean = np.nan_to_num(ratio(np.asarray(frames["wage_sum"]), np.asarray(frames["workers"])))
    support = np.asarray(frames["flexible"], dtype=np.float64) * mean * in_force(context, "homes.provident_support")
    tenants = np.asarray(frames["tenants_helped"], dtype=np.float64) * in_force(context, "homes.rent_subsidy")
    quarterly = {
        "shared_homes": shared * HOME_M2 * paid * (1.0 - in_force(context, "homes.shared_price_share")),
        "home_purchase": bought.sum(axis=2) * HOME_M2 * (full - paid),
        "rent_subsidy": tenants * MONTHS_IN_QUARTER,
        "provident_fund": support * MONTHS_IN_QUARTER,
    }
    return {item: np.asarray(calendar.over(yuan), dtype=np.float64) for item, yuan in quarterly.items()}


def _premiums(frames: Frames, context: Context) -> Floats:
    """Return registered poor who have moved and are in the residents' medical scheme × the share of their premium that is paid."""
    share = np.asarray(context.calendar.at_end(in_force(context, "insurance.premium_poor")), dtype=np.float64)
    poor = np.asarray(context.calendar.at_end(np.asarray(frames["poor"])), dtype=np.float64)
    return poor * poor_insured_share(POOR_INSURED, share) * share


def _schooling(frames: Frames, context: Context) -> Floats:
    pupils = np.asarray(context.calendar.at_end(np.asarray(frames["pupils"])), dtype=np.float64)
    migrant = pupils[:, :, :, position("pupil_group", "migrant"), :]
    helped = migrant[..., position("school_place", "public")] + migrant[..., position("school_place", "bought")]
    total = np.zeros(helped.shape[:2])
    for stage, code in enumerate(codes("stage")):
        total += helped[:, :, stage] * by_year(f"school_running_{code}", str(context.region.name), context.calendar.years)[:, None]
    return total


def _added(frames: Frames, name: str, context: Context) -> Floats:
    """Return what was added to a stock over each year, never below 0."""
    stock = np.asarray(frames[name], dtype=np.float64)
    return np.asarray(np.maximum(context.calendar.at_end(stock) - context.calendar.before(stock), 0.0), dtype=np.float64)


def _living_here(frames: Frames, context: Context) -> Floats:
    """Return migrants living in the area at the year's end (all statuses but absent), persons."""
    migrants = np.asarray(context.calendar.at_end(np.asarray(frames["migrants"])), dtype=np.float64)
    kept = [position("status", code) for code in codes("status") if code != "absent"]
    return np.asarray(migrants[:, :, kept].sum(axis=(2, 3)), dtype=np.float64)


def _insured_wages(frames: Frames, context: Context) -> Floats:
    """Return yearly wages of insured migrants: mean wage × members × 3 months, summed over quarters; without workers 0."""
    mean = np.nan_to_num(ratio(np.asarray(frames["wage_sum"]), np.asarray(frames["workers"])))
    quarterly = mean * np.asarray(frames["insured"], dtype=np.float64) * MONTHS_IN_QUARTER
    return np.asarray(context.calendar.over(quarterly), dtype=np.float64)


def _rents(frames: Frames, context: Context, here: Floats) -> Floats:
    """Return yuan per m² of floor space and person × persons renting: persons in market rent × yearly rent of 1 m²."""
    at_end = context.calendar.at_end
    homes = np.asarray(at_end(np.asarray(frames["households_tenure"])), dtype=np.float64)
    share = np.nan_to_num(ratio(homes[..., position("tenure", "market_rent")], homes.sum(axis=2)))
    return np.asarray(here * share * at_end(np.asarray(frames["rent"], dtype=np.float64)) * MONTHS_IN_YEAR, dtype=np.float64)
