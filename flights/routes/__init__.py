"""Flights of a route: lower and upper bound, what a series has of it, habits."""

from flights.routes.bounds import resolve_bounds
from flights.routes.cover import format_series_title, judge_cover
from flights.routes.habits import RouteHabit, RouteHabits, describe_route_habits, sum_route_habits
from flights.routes.route import Route, RouteEvidence, check_cover, load_route

__all__ = [
    "Route",
    "RouteEvidence",
    "RouteHabit",
    "RouteHabits",
    "check_cover",
    "describe_route_habits",
    "format_series_title",
    "judge_cover",
    "load_route",
    "resolve_bounds",
    "sum_route_habits",
]
