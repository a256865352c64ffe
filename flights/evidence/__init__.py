"""One flight: where it may have been, how well places were heard, how usual it is."""

from flights.evidence.chain import Chain, is_one_airframe, last_known, stretches_between
from flights.evidence.flight_report import EndGap, FlightReport, load_flight_report
from flights.evidence.habits import (
    LEAST_DAYS,
    Habit,
    Habits,
    count_habits,
    describe_habits,
    format_short_record,
    sum_habit,
)
from flights.evidence.map_reception import load_reception_beyond, load_usual_reception
from flights.evidence.reach import HORIZON_S, LEAST_GROUND_S, longest_stay_s, outline
from flights.evidence.reasons import count_exclusions, explain_flights
from flights.evidence.region_reception import describe_region_reception
from flights.evidence.sentences import (
    UNTIL_UNKNOWN,
    describe_flight_briefly,
    describe_flight_details,
    describe_flight_report,
    write_next,
)

__all__ = [
    "HORIZON_S",
    "LEAST_DAYS",
    "LEAST_GROUND_S",
    "UNTIL_UNKNOWN",
    "Chain",
    "EndGap",
    "FlightReport",
    "Habit",
    "Habits",
    "count_exclusions",
    "count_habits",
    "describe_flight_briefly",
    "describe_flight_details",
    "describe_flight_report",
    "describe_habits",
    "describe_region_reception",
    "explain_flights",
    "format_short_record",
    "is_one_airframe",
    "last_known",
    "load_flight_report",
    "load_reception_beyond",
    "load_usual_reception",
    "longest_stay_s",
    "outline",
    "stretches_between",
    "sum_habit",
    "write_next",
]
