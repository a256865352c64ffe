"""Why a row of a table is kept aside, in words."""

from flights.sources.own_table.columns.times import FIRST_YEAR, LAST_YEAR, SIMULATED_YEAR

LONGEST_FLIGHT_H = 48
LONGEST_TEXT = 80

RULES = {
    "cells": "has another number of cells than the head",
    "no_time": "has no time of departure",
    "time": "has a time of departure that cannot be read",
    "no_time_of_day": "has a date of departure and no time of day",
    "either": "has a date whose day and month could be either way around",
    "clock_twice": "left at a local time that came twice: clocks were set back",
    "clock_never": "left at a local time that never was: clocks were set forward",
    "year": f"left outside the years {FIRST_YEAR} to {LAST_YEAR}",
    "simulated": f"left in {SIMULATED_YEAR}, the year of SIMULATED flights, which are no records",
    "arrival": "has a time of arrival that cannot be read as one instant",
    "arrival_before": "arrives before it departs",
    "arrival_late": f"arrives more than {LONGEST_FLIGHT_H} hours after it departs",
    "address": "has an aircraft address that is not six hex digits",
    "text": "holds control characters or characters that cannot be shown",
    "long": f"holds a callsign, registration or model of more than {LONGEST_TEXT} characters",
    "identity": "names no aircraft: neither address nor registration nor callsign",
    "origin": "has an origin that is no airport code known here",
    "destination": "has a destination that is no airport code known here",
    "duplicate": "repeats an earlier row: same aircraft, same second; the first is kept",
}
"""Rule -> what is said of a row, after "it". The first that fits is the one given."""


def describe_rules(counts: dict[str, int]) -> str:
    """How many rows were kept aside, and why.

    >>> describe_rules({"time": 2, "origin": 1})
    '2 rows have a time of departure that cannot be read; 1 row has an origin that is no airport \
code known here'
    """
    parts = []
    for rule, number in counts.items():
        noun = "row" if number == 1 else "rows"
        parts.append(f"{number:,} {noun} {_plural(RULES[rule], number)}")
    return "; ".join(parts)


_VERBS = {
    "has": "have",
    "holds": "hold",
    "names": "name",
    "arrives": "arrive",
    "repeats": "repeat",
    "left": "left",
}


def _plural(text: str, number: int) -> str:
    verb, _, rest = text.partition(" ")
    return text if number == 1 else f"{_VERBS[verb]} {rest}"
