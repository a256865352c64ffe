"""The rules by which rows of a table are rejected, in words."""

from flights.sources.own_table.columns.times import FIRST_YEAR, LAST_YEAR, SIMULATED_YEAR

LONGEST_FLIGHT_H = 48
LONGEST_TEXT = 80

RULES = {
    "cells": "has more or fewer cells than the header line",
    "no_time": "has no time of departure",
    "time": "has a time of departure that cannot be read",
    "no_time_of_day": "has a date of departure but no time of day",
    "either": "has a date in which day and month are ambiguous",
    "clock_twice": "left at a local time that occurred twice, because clocks were set back",
    "clock_never": "left at a local time that did not exist, because clocks were set forward",
    "year": f"left outside the years {FIRST_YEAR} to {LAST_YEAR}",
    "simulated": f"left in {SIMULATED_YEAR}, the year of SIMULATED flights, not of observations",
    "arrival": "has a time of arrival that cannot be read or is ambiguous",
    "arrival_before": "arrives before it departs",
    "arrival_late": f"arrives more than {LONGEST_FLIGHT_H} hours after it departs",
    "address": "has an aircraft address that is not six hex digits",
    "text": "contains control characters or characters that cannot be displayed",
    "long": f"has a callsign, registration or model of more than {LONGEST_TEXT} characters",
    "identity": "has neither address nor registration nor callsign",
    "origin": "has an origin with an unknown airport code",
    "destination": "has a destination with an unknown airport code",
    "duplicate": "repeats an earlier row (same aircraft, same second); the first row is kept",
}
"""Rule -> text that follows "it". The first rule that a row breaks is reported."""


def describe_rules(counts: dict[str, int]) -> str:
    """How many rows were rejected, and why.

    >>> describe_rules({"time": 2, "origin": 1})
    '2 rows have a time of departure that cannot be read; 1 row has an origin with an \
unknown airport code'
    """
    parts = []
    for rule, number in counts.items():
        noun = "row" if number == 1 else "rows"
        parts.append(f"{number:,} {noun} {_plural(RULES[rule], number)}")
    return "; ".join(parts)


_VERBS = {
    "has": "have",
    "contains": "contain",
    "arrives": "arrive",
    "repeats": "repeat",
    "left": "left",
}


def _plural(text: str, number: int) -> str:
    verb, _, rest = text.partition(" ")
    return text if number == 1 else f"{_VERBS[verb]} {rest}"
