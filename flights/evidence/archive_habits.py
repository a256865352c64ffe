"""What an archive holds of a flight's habits: the counts by day that `habits` sums up."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pandas as pd

from flights.evidence.habits import BEFORE, Habits, sum_habits
from flights.query import Engine
from flights.reference.standing_routes import Routes, known_stops


def count_habits(engine: Engine, flight: Mapping[str, Any], routes: Routes | None) -> Habits:
    """Habits of a flight in the series it comes from; `routes` is None where none are known."""
    first, last = flight["day"] - BEFORE, flight["day"] - timedelta(days=1)
    entries, counts = engine.count_alike(flight["source"], first, last, flight)
    complete = frozenset(entry.day for entry in entries if entry.is_complete)
    known = routes is not None and pd.notna(flight["callsign"])
    stops = known_stops(flight["callsign"], routes) if known and routes else ()
    return sum_habits(flight, counts, complete, known_stops=stops)
