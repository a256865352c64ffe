"""Results and flights as tables for files, the report and the page."""

import io
from datetime import date, timedelta
from itertools import groupby

import pandas as pd

from analysis.drawing.captions import format_contents, format_days, format_interval, format_known
from analysis.study import CountSeries, Effect, StudyResult, format_limit, format_p, format_ratio
from flights.records import Header, open_writer
from flights.records.amounts import format_moment

FLIGHT_COLUMNS = {
    "firstseen": "first heard",
    "callsign": "callsign",
    "registration": "registration",
    "icao24": "icao24",
    "typecode": "type",
    "operator": "operator",
    "origin": "from",
    "destination": "to",
    "bound": "counts as",
    "cargo_grade": "cargo",
    "cargo_rule": "cargo by",
    "cargo_conflict": "evidence against it",
    "why": "why counted",
}
"""Columns of a flight that pages show, with their headings."""

_COUNTS_AS = {"lower": "observed", "upper": "possible", "neither": "excluded"}


def select_window(result: StudyResult, flights: pd.DataFrame) -> pd.DataFrame:
    """The flights in N1: those on the complete days of the window."""
    end = result.event + timedelta(days=int(result.study.get("window", 14)))
    left_out = _days_left_out(result)
    days = [_as_date(day) for day in flights["day"]]
    inside = [result.event <= day < end and day not in left_out for day in days]
    return flights[pd.Series(inside, index=flights.index, dtype=bool)]


def format_flights(result: StudyResult, flights: pd.DataFrame) -> pd.DataFrame:
    """Flights as text under the headings of pages; unknown cells are empty."""
    shown = pd.DataFrame(index=flights.index)
    left_out = _days_left_out(result)
    for column, label in FLIGHT_COLUMNS.items():
        values = flights[column] if column in flights else pd.Series("", index=flights.index)
        if column == "firstseen":
            shown[label] = ["" if pd.isna(v) else format_moment(v) for v in values]
        elif column == "bound":
            shown[label] = [
                "day not complete" if _as_date(day) in left_out else _COUNTS_AS.get(str(v), str(v))
                for v, day in zip(values, flights["day"], strict=True)
            ]
        else:
            shown[label] = ["" if pd.isna(v) else str(v) for v in values]
    return shown


def format_flights_csv(result: StudyResult, flights: pd.DataFrame) -> bytes:
    """CSV of the flights with formulas escaped and the contents sentence in its own column."""
    return _encode_csv(result, flights)


def format_counts_csv(result: StudyResult) -> bytes:
    """CSV of the counts per day; a missing day has empty cells and its reason."""
    series = result.series
    outages = {day for day, status, _ in result.days_missing if status == "outage"}
    table = pd.DataFrame(
        {
            "day": [day.isoformat() for day in series.days],
            "status": series.status,
            "outage": [day in outages for day in series.days],
            "lower": series.lower,
            "upper": series.upper,
            "neither_end": series.neither_end,
            "expected_lower": _expected(result, result.lower),
            "expected_upper": _expected(result, result.upper),
            "exposure": series.exposure,
            "exposure_origin": series.exposure_origin,
            "exposure_destination": series.exposure_destination,
            **_overhead(series),
            "reason": series.reason,
        }
    )
    return _encode_csv(result, table)


def _overhead(series: CountSeries) -> dict[str, tuple[float | None, ...]]:
    """Positions per aircraft-hour over each region; empty cells if unknown."""
    unknown = (None,) * len(series.days)
    return {
        "overhead_origin": series.overhead_origin or unknown,
        "overhead_destination": series.overhead_destination or unknown,
    }


def _expected(result: StudyResult, effect: Effect | None) -> list[float | None]:
    """Expected flights per day of a bound; None for days without an expectation."""
    known = list(effect.expected_per_day) if effect else []
    return known + [None] * (len(result.series.days) - len(known))


def tabulate_effects(result: StudyResult) -> list[tuple[str, tuple[str, ...]]]:
    """Rows of a label and one cell per bound."""
    effects = [effect for effect in (result.lower, result.upper) if effect is not None]
    rows = [_effect_cells(effect) for effect in effects]
    return [(label, tuple(row[label] for row in rows)) for label in rows[0]] if rows else []


def group_missing(result: StudyResult) -> list[tuple[str, str, str]]:
    """Missing days as runs of one status and reason: (days, status, reason)."""
    runs = groupby(sorted(result.days_missing), key=lambda missing: missing[1:])
    return [(format_days([m[0] for m in run]), *said) for said, run in runs]


def _encode_csv(result: StudyResult, table: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    writer = open_writer("csv", stream, Header(format_contents(result), {}, ()))
    writer.write(table)
    writer.close()
    return stream.getvalue()


def _effect_cells(effect: Effect) -> dict[str, str]:
    raw, adjusted, over = (format_ratio(ratio) for ratio in effect.rr_by_power)
    return {
        f"flights in the {effect.window} days": format_known(effect.n1),
        f"flights in the {effect.baseline} days before": format_known(effect.n0),
        "expected": format_known(effect.expected),
        "ratio": format_ratio(effect.rr),
        "95 % interval": format_interval(effect.lo, effect.hi),
        f"{effect.compared_with} that differ as much": f"{effect.r} of {effect.n_compared}",
        "p": format_p(effect.p),
        "variation against pure chance (φ)": format_limit(effect.phi),
        "coverage after ÷ before": format_ratio(effect.coverage),
        "ratio not adjusted, adjusted, adjusted twice": f"{raw}, {adjusted}, {over}",
        "rise that would probably be noticed": format_ratio(effect.mde_up),
        "fall that would probably be noticed": format_ratio(effect.mde_down),
    }


def _days_left_out(result: StudyResult) -> frozenset[date]:
    return frozenset(day for day, _, _ in result.days_missing)


def _as_date(day: object) -> date:
    plain: date = pd.Timestamp(day).date()
    return plain
