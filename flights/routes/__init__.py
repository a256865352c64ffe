"""Flights of a route: lower and upper bound, cover, habits."""

from flights.routes.bounds import resolve_bounds
from flights.routes.cover import judge_cover, name_series
from flights.routes.habits import RouteHabit, RouteHabits, sum_route_habits, tell_route_habits
from flights.routes.route import Route, RouteEvidence, check_cover, load_route

__all__ = [
    "Route",
    "RouteEvidence",
    "RouteHabit",
    "RouteHabits",
    "check_cover",
    "judge_cover",
    "load_route",
    "name_series",
    "resolve_bounds",
    "sum_route_habits",
    "tell_route_habits",
]
