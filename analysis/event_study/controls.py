"""Control routes: other destinations of flights of the same kind from the same origin.

One control route per country. Where too few countries have enough flights for a useful rank,
single airports replace them: fewer flights each, but more routes.
"""

from typing import Any

import numpy as np
import pandas as pd

from analysis.numerics import ControlRoute
from analysis.study import list_days
from flights.reference.airports import current_code, load_airports
from flights.reference.countries import country_name
from flights.routes import RouteEvidence

LEAST_CONTROLS = 19
"""Least number of routes: the route and 19 others make a smallest rank p of 1/20 = 0.05."""

OFTEN = 12 / 56
"""Flights a day with which 3 are expected in 14 days: 12 in the 56 days before."""

SELDOM = 3 / 28
"""Flights a day that give 3 in the longest window; routes with fewer can never be compared."""


def group_controls(evidence: RouteEvidence) -> tuple[ControlRoute, ...]:
    """Flights per day from the origin to other countries, or airports, busiest first.

    By country where at least `LEAST_CONTROLS` countries have `OFTEN` flights a day on complete
    days, else by airport. Routes with fewer than `SELDOM` are left out. NaN on days that are not
    complete. Empty where the source does not contain other routes.
    """
    if evidence.controls.empty:
        return ()
    countries = _sum_countries(evidence.controls)
    if np.sum(countries.mean() >= OFTEN) >= LEAST_CONTROLS:
        return _as_routes(countries, evidence, {code: country_name(code) for code in countries})
    names = _label_airports(evidence.controls.columns)
    return _as_routes(evidence.controls, evidence, names)


def _sum_countries(controls: pd.DataFrame) -> pd.DataFrame:
    """Columns by country code; airports of no known country are left out."""
    country = load_airports()["country"]
    codes = [country.get(current_code(airport), "") for airport in controls.columns]
    known = [bool(code) and pd.notna(code) for code in codes]
    flights = controls.loc[:, known].T
    return (
        flights.groupby([code for code, kept in zip(codes, known, strict=True) if kept])
        .sum(min_count=1)
        .T
    )


def _label_airports(codes: "pd.Index[Any]") -> dict[str, str]:
    name = load_airports()["name"]
    labels = {code: name.get(current_code(code)) for code in codes}
    return {code: f"{text} ({code})" if text else code for code, text in labels.items()}


def _as_routes(
    flights: pd.DataFrame, evidence: RouteEvidence, labels: dict[str, str]
) -> tuple[ControlRoute, ...]:
    mean = flights.mean()
    often = mean[mean >= SELDOM].sort_index().sort_values(ascending=False, kind="stable").index
    days = list_days(evidence.first, evidence.last)
    per_day = flights[often].reindex(days).to_numpy(dtype=float)
    return tuple(
        ControlRoute(labels[code], np.ascontiguousarray(per_day[:, column]))
        for column, code in enumerate(often)
    )
