"""A UTC day of flights from OpenSky's Trino database: the queries and the judgement of the day.

Every query of the table `flights_data4` has the partition column `day` in its WHERE clause:
without it the server refuses the query, and with it only one day is read. `day` is the day of a
flight's last message, as in the published lists; each day is checked for this.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from flights.network import Report
from flights.records import (
    IMPOSSIBLE_SPEED,
    DayRecords,
    InputFile,
    LedgerEntry,
    count_flags,
    empty_table,
)
from flights.reference.aircraft import Airframe
from flights.sources.opensky.flight_rows import COLUMNS, POSITION_COLUMNS, make_flights
from flights.sources.opensky.trino.database import Database
from flights.sources.opensky_gaps import gap_sentences
from flights.sources.row_limits import describe_cap, is_round_cap

TABLE = "flights_data4"
READER = "opensky-trino 1"
IN_LIST = 500
"""Airports in one IN (...), to keep expressions short."""
HOUR_S, DAY_S = 3600, 86_400
BAD_SHARE = 0.001
"""Share of unreadable rows above which a day is partial. Our choice: one in a thousand does not
change a count noticeably."""

FindAirframes = Callable[[frozenset[str]], Mapping[str, Airframe]]
"""Returns airframes of an aircraft table by address."""


@dataclass(frozen=True)
class DayQuestion:
    """A day of the series `source`; `airports`: only flights from or to one of these."""

    source: str
    day: date
    scope: str = ""
    airports: frozenset[str] | None = None
    find_airframes: FindAirframes | None = None

    @property
    def start_s(self) -> int:
        """Midnight at the start of the day, seconds since 1970."""
        return int(datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC).timestamp())


def collect_day(database: Database, asked: DayQuestion, report: Report) -> DayRecords:
    """The flights of the day, and whether the day is complete.

    An hour in which no flight ended anywhere is a gap of the table, not a quiet hour. For a series
    of some airports a second query therefore counts the hours of the whole table.
    """
    statement = select_flights(database.tables(), asked.start_s, asked.airports)
    rows = database.fetch(statement, read_rows, report)
    hours = count_hours(rows) if asked.airports is None else _fetch_hours(database, asked, report)
    report("judging the day", 0.95)
    icao24s = frozenset(rows["icao24"].dropna())
    airframes = asked.find_airframes(icao24s) if asked.find_airframes else {}
    flights, dropped = make_flights(rows, source=asked.source, day=asked.day, airframes=airframes)
    filed_by, deficits = _judge_filing(flights, asked.start_s)
    gaps = gap_sentences(asked.day)
    deficits = [*gaps, *_find_silence(hours, asked.start_s), *deficits]
    deficits += _too_many_unreadable(dropped["dropped_unreadable"], len(rows))
    deficits += [describe_cap(len(rows), "OpenSky's answer")] if is_round_cap(len(rows)) else []
    status = "partial" if deficits else "complete"
    if not hours:
        status, deficits = "missing", [*gaps] or [_nothing_there(asked.day)]
        flights = empty_table("flights")
    entry = LedgerEntry(
        source=asked.source,
        day=asked.day,
        status=status,
        reasons=tuple(deficits),
        inputs=(_digest(rows, asked.day),),
        detail="flights",
        reader=READER,
        release_kind=TABLE,
        counts={
            "positions": 0,
            "flights": len(flights),
            "aircraft": int(flights["icao24"].nunique()),
            "flights_of_all_airports": sum(hours.values()),
            **dropped,
            **count_flags(flights["flags"], [IMPOSSIBLE_SPEED]),
        },
        scope=asked.scope,
        filed_by=filed_by,
    )
    others = {name: empty_table(name) for name in ("edges", "tracks", "reception")}
    return DayRecords(entry, flights=flights, **others)


def select_flights(tables: Any, start_s: int, airports: frozenset[str] | None) -> Any:
    """Query for the flights of one day, from or to `airports` if given.

    Only the two ends of each track are transferred: the first and the last position.
    """
    from sqlalchemy import func, or_, select

    table = tables.FlightsData4
    statement = select(
        table.icao24,
        table.callsign,
        table.firstseen,
        table.lastseen,
        table.estdepartureairport,
        table.estdepartureairporthorizdistance,
        table.estdepartureairportvertdistance,
        table.estarrivalairport,
        table.estarrivalairporthorizdistance,
        table.estarrivalairportvertdistance,
        func.element_at(table.track, 1).label("one_end"),
        func.element_at(table.track, -1).label("other_end"),
    ).where(table.day == _moment(start_s))
    if airports is None:
        return statement
    codes = sorted(airports)
    chunks = [codes[n : n + IN_LIST] for n in range(0, len(codes), IN_LIST)]
    ends = (table.estdepartureairport, table.estarrivalairport)
    return statement.where(or_(*(end.in_(chunk) for end in ends for chunk in chunks)))


def select_hours(tables: Any, start_s: int) -> Any:
    """Query for the number of flights of all airports that ended in each hour of one day."""
    from sqlalchemy import Integer, func, select, text, type_coerce

    table = tables.FlightsData4
    ended = type_coerce(table.lastseen, Integer)
    hour = (ended - ended % HOUR_S).label("hour")
    counted = select(hour, func.count().label("flights"))
    return counted.where(table.day == _moment(start_s)).group_by(text("1"))


def _moment(seconds: int) -> pd.Timestamp:
    return pd.Timestamp(seconds, unit="s", tz="UTC")


def read_rows(rows: list[Any]) -> pd.DataFrame:
    """Rows of `select_flights`, with the columns of `make_flights`."""
    ends = [_order(row[-2], row[-1]) for row in rows]
    frame = pd.DataFrame([row[:-2] for row in rows], columns=list(COLUMNS), dtype=object)
    places = np.array(ends, dtype=float).reshape(len(rows), len(POSITION_COLUMNS))
    return frame.join(pd.DataFrame(places, columns=list(POSITION_COLUMNS)))


def _order(one: Any, other: Any) -> tuple[float, ...]:
    """Latitude, longitude [deg] and altitude [m] of the first and of the last waypoint.

    The array is stored newest first; the time stamps decide, in case that changes.
    """
    first, last = (other, one) if _stamp(other) <= _stamp(one) else (one, other)
    return (*_place(first), *_place(last))


def _stamp(waypoint: Any) -> float:
    return float(waypoint[0]) if waypoint and waypoint[0] is not None else np.inf


def _place(waypoint: Any) -> tuple[float, float, float]:
    if not waypoint:
        return (np.nan, np.nan, np.nan)
    _, latitude, longitude, altitude_m, _, on_ground = waypoint
    height_m = np.nan if on_ground or altitude_m is None else altitude_m
    if latitude is None or longitude is None:
        return (np.nan, np.nan, height_m)
    return (latitude, longitude, height_m)


def count_hours(rows: pd.DataFrame) -> dict[int, int]:
    """Flights by the hour in which they ended [s since 1970]."""
    ended = pd.to_numeric(rows["lastseen"], errors="coerce").dropna().astype("int64")
    counts = (ended - ended % HOUR_S).value_counts()
    return {int(str(hour)): int(count) for hour, count in counts.items()}


def _fetch_hours(database: Database, asked: DayQuestion, report: Report) -> dict[int, int]:
    def read(rows: list[Any]) -> pd.DataFrame:
        return pd.DataFrame([tuple(row) for row in rows], columns=["hour", "flights"])

    frame = database.fetch(select_hours(database.tables(), asked.start_s), read, report)
    known = frame.dropna()
    return {int(hour): int(count) for hour, count in known.itertuples(index=False)}


def _find_silence(hours: Iterable[int], start_s: int) -> list[str]:
    """A sentence if hours of the day have no flight at all."""
    heard = set(hours)
    silent = [n for n in range(24) if start_s + n * HOUR_S not in heard]
    if not silent:
        return []
    hours_text = ", ".join(f"{n:02d}" for n in silent)
    return [
        f"In OpenSky's table no flight anywhere ended in {len(silent)} of the 24 hours of this "
        f"day ({hours_text} UTC): the day is incomplete, perhaps only for now."
    ]


def _judge_filing(flights: pd.DataFrame, start_s: int) -> tuple[str, list[str]]:
    """The end by which the table assigns flights to this day, and sentences on exceptions."""
    inside = {end: _is_inside(flights[end], start_s) for end in ("lastseen", "firstseen")}
    for end, fits in inside.items():
        if fits.all():
            return end, []
    outside = int((~inside["lastseen"]).sum())
    return "lastseen", [f"{outside:,} flights of this day's partition ended on another day."]


def _is_inside(moments: pd.Series, start_s: int) -> pd.Series:
    start = _moment(start_s)
    return (moments >= start) & (moments < start + timedelta(days=1))


def _too_many_unreadable(unreadable: int, rows: int) -> list[str]:
    if unreadable <= rows * BAD_SHARE:
        return []
    return [f"{unreadable:,} of {rows:,} rows have no address or impossible times."]


def _nothing_there(day: date) -> str:
    return (
        f"OpenSky's table {TABLE} has no flight of {day}. It is filled every night: "
        "if the day is recent, pull it again tomorrow."
    )


def _digest(rows: pd.DataFrame, day: date) -> InputFile:
    """The reply as an input: hash of its rows as sorted text."""
    lines = sorted(rows.to_csv(index=False, header=False).splitlines(keepends=True))
    packed = "".join(lines).encode()
    return InputFile(f"{TABLE} day={day}", len(packed), hashlib.sha256(packed).hexdigest())
