"""Flights made by hand, for tests of the texts and pictures of one flight.

The flight leaves ZHCC, is lost over Turkmenistan and, where `again`, heard again in Almaty.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from flights.evidence import EndGap, FlightReport, stretches_between
from flights.evidence.chain import build_chain
from flights.evidence.flight_report import Trend
from flights.evidence.reach import UnobservedStretches
from flights.reception import Silence
from flights.records import empty_table

START = datetime(2050, 2, 28, 4, tzinfo=UTC)
LOST_AT = START + timedelta(hours=5)
LOST_PLACE = (38.5, 57.3)
SILENCE = Silence("others heard", 57, 52.0, 20, 40, "at cruising height")

_FIELDS = [
    ("UTAA", "Ashgabat Airport", "TM", 37.987, 58.361, 115.0, 2.0 * 3600, 0.1),
    ("OIMN", "Bojnord Airport", "IR", 37.49, 57.3, 130.0, 1.5 * 3600, 0.5),
    ("OIMC", "Sarakhs Airport", "IR", 36.5, 61.06, 400.0, 1.2 * 3600, 0.9),
]
CANDIDATES = pd.DataFrame(
    _FIELDS,
    columns=["code", "name", "country", "latitude", "longitude", "away_km", "stay_s", "oddness"],
)


def make_flight(**more: object) -> dict[str, object]:
    """A row of `records.FLIGHT` lost at its destination."""
    row: dict[str, object] = dict.fromkeys(empty_table("flights").columns)
    row |= {
        "source": "readsb",
        "day": START.date(),
        "flight_id": "4d0113-1",
        "icao24": "4d0113",
        "callsign": "CLX9TK",
        "operator": "CLX",
        "typecode": "B748",
        "firstseen": START,
        "lastseen": LOST_AT,
        "origin": "ZHCC",
        "origin_evidence": "surface",
        "origin_distance_km": 1.0,
        "destination_evidence": "lost",
        "first_latitude": 34.52,
        "first_longitude": 113.84,
        "last_latitude": LOST_PLACE[0],
        "last_longitude": LOST_PLACE[1],
        "last_altitude_ft": 20_750.0,
        "longest_silence_s": 90,
        "flags": "",
    }
    return row | more


def make_next(hours: float = 7.0, **more: object) -> dict[str, object]:
    """The flight it was heard on again, so many hours after it was lost."""
    start = LOST_AT + timedelta(hours=hours)
    row = make_flight(flight_id="4d0113-2", callsign="CLX4TA", firstseen=start)
    row |= {
        "lastseen": start + timedelta(hours=5),
        "day": start.date(),
        "origin": "UAAA",
        "destination": "VHHH",
        "destination_evidence": "low",
        "first_latitude": 43.35,
        "first_longitude": 77.04,
        "first_altitude_ft": None,
        "last_latitude": 22.31,
        "last_longitude": 113.91,
        "last_altitude_ft": None,
    }
    return row | more


def make_frame(*rows: dict[str, object]) -> pd.DataFrame:
    """Rows as the archive gives them."""
    frame = pd.DataFrame(list(rows), columns=empty_table("flights").columns)
    for name in ("firstseen", "lastseen"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame


def make_track(*, every_s: float = 600.0, steps: int = 20) -> pd.DataFrame:
    """Positions from ZHCC to where it was lost."""
    seen_at = [LOST_AT - timedelta(seconds=every_s * k) for k in range(steps)][::-1]
    return pd.DataFrame(
        {
            "seen_at": pd.to_datetime(seen_at, utc=True),
            "latitude": np.linspace(34.52, LOST_PLACE[0], steps, dtype=np.float32),
            "longitude": np.linspace(113.84, LOST_PLACE[1], steps, dtype=np.float32),
            "altitude_ft": 34_000.0,
            "on_ground": False,
        }
    )


def make_story(
    *,
    again: bool = True,
    silence: Silence = SILENCE,
    candidates: pd.DataFrame = CANDIDATES,
    missing: tuple[date, ...] = (),
    witnesses: tuple[dict[str, object], ...] = (),
    **more: object,
) -> FlightReport:
    """The story of the lost flight; `more` changes columns of its row."""
    own, after = make_flight(**more), make_next()
    records = {"readsb": make_frame(own, *([after] if again else []))}
    if witnesses:
        records["table"] = make_frame(*witnesses)
    chain = build_chain(records, "readsb")
    flight = chain.flights.iloc[[0]].reset_index(drop=True)
    behind = chain.flights.iloc[1:2].reset_index(drop=True).reindex([0])
    gap = EndGap(
        "destination",
        stretches_between(flight, behind),
        Trend(290.0, -1_500.0),
        candidates,
        behind.iloc[0] if again else None,
        missing,
        silence,
    )
    return FlightReport("readsb", chain, 0, (gap,), make_track())


def make_heard_story() -> FlightReport:
    """The story of the flight behind it, both of whose ends were heard."""
    story = make_story()
    return replace(story, at=1, gaps=(), tracks=make_track().iloc[:0])


def run_backwards(stretches: UnobservedStretches) -> UnobservedStretches:
    """The same stretches backwards in time: what can be reached is the same."""
    return UnobservedStretches(
        stretches.back_latitude,
        stretches.back_longitude,
        stretches.back_altitude_ft,
        -stretches.back_at,
        stretches.left_latitude,
        stretches.left_longitude,
        stretches.left_altitude_ft,
        -stretches.left_at,
        stretches.speed_kt,
        stretches.range_km,
    )
