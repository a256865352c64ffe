"""All columns of a flight with their meaning, and links to public viewers."""

from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd

from flights.cargo import Overrides, grade_flights, judge_overrides
from flights.cargo.grades import COLUMNS
from flights.records import FLIGHT
from flights.records.amounts import format_moment

VIEWERS = {
    "adsb.lol": "https://globe.adsb.lol/",
    "ADS-B Exchange": "https://globe.adsbexchange.com/",
}
"""Public viewers with past days. The program downloads nothing from them."""

MADE_UP_ADDRESS = {"no_icao24", "no_airframe"}
"""Flags of flights without a real address; the program gives them one."""

_CARGO = {
    "cargo_grade": "cargo grade: about the aircraft, never about its load",
    "cargo_rule": "rule that gave the grade",
    "cargo_source": "source of this rule",
    "cargo_conflict": "evidence against that rule",
}


def list_facts(flight: pd.Series, own: Overrides | None = None) -> list[tuple[str, str, str]]:
    """Name, value with its unit, and meaning of every column that has a value.

    `own` is the user's own cargo list, if one is used.
    """
    frame = flight.to_frame().T
    judged = frame.drop(columns=COLUMNS, errors="ignore").join(grade_flights(frame))
    graded = (judge_overrides(judged, own) if own else judged).iloc[0]
    rows = [
        (column.name, _format_value(flight[column.name], column.unit), column.meaning)
        for column in FLIGHT
        if column.name in flight
    ]
    rows += [(name, _format_value(graded[name], ""), meaning) for name, meaning in _CARGO.items()]
    return [row for row in rows if row[1]]


def link_viewers(flight: pd.Series) -> dict[str, str]:
    """Address of the same aircraft-day in each public viewer; none without a real address."""
    flags = flight["flags"] if pd.notna(flight["flags"]) else ""
    if MADE_UP_ADDRESS & set(flags.split(",")):
        return {}
    day = f"{flight['firstseen']:%Y-%m-%d}"
    icao24 = quote(str(flight["icao24"]), safe="~")
    return {name: f"{site}?icao={icao24}&showTrace={day}" for name, site in VIEWERS.items()}


def _format_value(value: Any, unit: str) -> str:
    if pd.isna(value) or value == "":
        return ""
    if isinstance(value, pd.Timestamp):
        return format_moment(value.floor("s")).replace(f"{value:%H:%M}", f"{value:%H:%M:%S}")
    broken = isinstance(value, float | np.floating)
    text = f"{value:,.3f}".rstrip("0").rstrip(".") if broken else str(value)
    return f"{text} {unit}" if unit in ("km", "ft", "s", "deg", "kt") else text
