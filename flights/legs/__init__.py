"""From the positions of one day to flights: what is a flight, and how sure its ends are."""

from flights.legs.doubts.callsigns import find_twice
from flights.legs.doubts.impossible_speeds import flag_speeds
from flights.legs.find import find_legs
from flights.legs.midnight import date_departures, join_days, join_departures
from flights.legs.positions.labels import RECEIVED_AS
from flights.legs.positions.series import mark_first

__all__ = [
    "RECEIVED_AS",
    "date_departures",
    "find_legs",
    "find_twice",
    "flag_speeds",
    "join_days",
    "join_departures",
    "mark_first",
]
