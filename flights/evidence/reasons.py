"""Why a flight counts on a route: what was heard at each end, and what is possible."""

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from flights.evidence.reach import HORIZON_S
from flights.records.amounts import format_height, format_position, format_span
from flights.reference.whereabouts import add_article

ENDS = {"origin": "first", "destination": "last"}
"""Ends of a flight, and the first word of the columns of their position."""

_SIDE = {"origin": "before", "destination": "behind"}
_HOW = {
    "surface": "heard on the ground",
    "low": "heard low near it",
    "estimated": "estimated by the source",
}
_COUNTS = {
    "lower": "Counts in both bounds.",
    "upper": "Counts in the upper bound only.",
    "neither": "Counts in neither bound.",
}


_NEVER = f"no other record of it within {HORIZON_S // 3600} h on that side"


def explain_flights(flights: pd.DataFrame, origin: str, destination: str) -> list[str]:
    """Why each flight of `bounds.ResolvedBounds` counts; `origin`, `destination` are labels."""
    labels = {"origin": origin, "destination": destination}
    rows = flights.to_dict("records")
    return [
        " ".join(
            [*(explain_end(row, end, label) for end, label in labels.items()), _format_bound(row)]
        )
        for row in rows
    ]


def count_exclusions(excluded: pd.DataFrame, origin: str, destination: str) -> dict[str, int]:
    """Flights of `bounds.Resolved.excluded` by why, most frequent first; each counts once."""
    labels = {"origin": origin, "destination": destination}
    reasons = [
        "; ".join(
            filter(None, (_format_exclusion(row, end, label) for end, label in labels.items()))
        )
        for row in excluded.to_dict("records")
    ]
    return dict(Counter(reasons).most_common())


def _format_exclusion(flight: dict[str, Any], end: str, region: str) -> str:
    if flight[f"{end}_verdict"] != "excluded":
        return ""
    place = add_article(region)
    if np.isneginf(flight[f"{end}_stay_s"]):
        return f"{end}: {place} is out of its range"
    heard = "heard again too soon" if end == "destination" else "heard too shortly before"
    return f"{end}: {heard} for a landing in {place}"


def explain_end(flight: dict[str, Any], end: str, region: str) -> str:
    """A sentence on one end: what was heard, and whether a lost end may be in the region."""
    if flight[f"{end}_evidence"] != "lost":
        verb = {"origin": "From", "destination": "To"}[end]
        how = _HOW.get(flight[f"{end}_evidence"], flight[f"{end}_evidence"])
        return f"{verb} {flight[end]}, {how}{_away(flight[f'{end}_distance_km'])}."
    verb = {"origin": "First heard", "destination": "Last heard"}[end]
    edge = ENDS[end]
    place = format_position(flight[f"{edge}_latitude"], flight[f"{edge}_longitude"])
    start = f"{verb} {format_height(flight[f'{edge}_altitude_ft'])} {place}"
    return f"{start}; {_format_rule(flight, end, region)}"


def _format_rule(flight: dict[str, Any], end: str, region: str) -> str:
    """What is possible in the unobserved stretch at a lost end."""
    if flight[f"{end}_verdict"] == "observed":
        return "any place counts."
    again, place = _format_neighbour(flight, end), add_article(region)
    stay = flight.get(f"{end}_stay_s", np.nan)
    if flight[f"{end}_verdict"] == "excluded":
        if np.isneginf(stay):
            return f"{again}: {place} is out of its range."
        return f"{again}: too soon for a landing in {place}."
    if not np.isfinite(stay):
        ranged = again.startswith(_NEVER) and _is_known(flight[f"{ENDS[end]}_latitude"])
        return f"{again}: {place} {'is in range and ' if ranged else ''}cannot be excluded."
    return f"{again}: a stop in {place} of up to {format_span(stay)} cannot be excluded."


def _format_neighbour(flight: dict[str, Any], end: str) -> str:
    """Where the airframe was heard at the other end of the stretch."""
    if end == "destination":
        moment, place = flight.get("behind_firstseen"), flight.get("behind_origin")
        if pd.isna(flight["lastseen"]):
            return "the end of its flight is not known"
        gap, words = _gap_s(flight["lastseen"], moment), ("heard again {} later", "leaving")
    else:
        moment, place = flight.get("before_lastseen"), flight.get("before_destination")
        gap, words = _gap_s(moment, flight["firstseen"]), ("heard {} before", "arriving at")
    if not np.isfinite(gap) or gap > HORIZON_S:
        missing = flight.get(f"{_SIDE[end]}_missing", "")
        return f"{_NEVER}, but these days are not complete: {missing}" if missing else _NEVER
    where = f", {words[1]} {place}" if isinstance(place, str) and place else ""
    return words[0].format(format_span(gap)) + where


def _gap_s(start: Any, stop: Any) -> float:
    if pd.isna(start) or pd.isna(stop):
        return float("nan")
    return float((stop - start).total_seconds())


def _format_bound(flight: dict[str, Any]) -> str:
    return _COUNTS.get(str(flight.get("bound")), "")


def _away(distance_km: float) -> str:
    return f" {distance_km:.0f} km away" if _is_known(distance_km) and distance_km >= 0.5 else ""


def _is_known(value: Any) -> bool:
    return bool(pd.notna(value) and np.isfinite(value))
