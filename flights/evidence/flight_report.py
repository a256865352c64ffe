"""The report of one flight: its chain, the gaps at its ends, and where it may have been."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.archive import Archive
from flights.errors import InvalidInput
from flights.evidence.chain import (
    Chain,
    build_chain,
    is_one_airframe,
    last_known,
    stretches_between,
)
from flights.evidence.reach import HORIZON_S, LEAST_GROUND_S, UnobservedStretches, find_reach
from flights.evidence.region_reception import has_reception
from flights.legs import join_departures
from flights.query import list_other_series
from flights.reception import (
    AHEAD_H,
    ORDINARY_DAYS,
    Integrity,
    Silence,
    cells_of,
    judge_integrity,
    judge_silence,
)
from flights.reception.cells_ahead import cells_ahead
from flights.records import CRUISE_FT
from flights.reference.airports import FIELD, SERVED, load_airports
from flights.reference.earth import bearing_deg, great_circle_km, turn_deg

AROUND = timedelta(days=3)
ORDINARY = timedelta(days=ORDINARY_DAYS)
TREND_S = 300
"""Course and climb come from the last (or first) positions within this time [s]."""
DESCENDING_FPM = -300.0
"""A descent at least this fast leads to the ground [ft/min]; less is level flight with noise."""
GLIDE_FT_PER_KM = 172.0
"""Height lost per km on a usual descent of 3 degrees [ft/km]: 1000 m x tan 3 deg = 172 ft."""
SPEED_KMH = 900.0
"""Usual cruising speed of an airliner [km/h]; gives the cells ahead within two hours."""
ENDS = {"origin": "first", "destination": "last"}


@dataclass(frozen=True)
class Trend:
    """Movement where a flight was lost: course [deg] and climb [ft/min], NaN where unknown."""

    course_deg: float = float("nan")
    climb_fpm: float = float("nan")

    def leads_down(self, end: str) -> bool:
        """Whether it descended to the ground there, or climbed from it where its start was lost."""
        return (self.climb_fpm if end == "destination" else -self.climb_fpm) <= DESCENDING_FPM


@dataclass(frozen=True)
class EndGap:
    """The gap in reception at one end of a flight.

    `end` is `origin` or `destination`. `candidates`: airports where a landing fits, the
    likeliest first: code, name, country, latitude, longitude, away_km (from where the flight
    was lost), stay_s (longest stay on the ground, NaN where any stay is possible). `neighbour`
    is the flight of the chain at the other end of the gap, None where this archive has none
    within the horizon. `days_missing`: days of the gap that are not complete, so that records
    may be missing. `integrity`: how sure aircraft there were of their own position, where the
    day was read from traces.
    """

    end: str
    stretch: UnobservedStretches
    trend: Trend
    candidates: pd.DataFrame
    neighbour: pd.Series | None
    days_missing: tuple[date, ...]
    silence: Silence
    integrity: Integrity | None = None


@dataclass(frozen=True)
class FlightReport:
    """One flight (row `at` of its chain) and the gaps at its lost ends."""

    source: str
    chain: Chain
    at: int
    gaps: tuple[EndGap, ...]
    tracks: pd.DataFrame
    """Stored positions; of another source where the flight's own source has none."""

    @property
    def flight(self) -> pd.Series:
        """The flight of this report."""
        return self.chain.flights.iloc[self.at]


def load_flight_report(
    archive: Archive,
    source: str,
    icao24: str,
    around: datetime,
    *,
    least_ground_s: float = LEAST_GROUND_S,
) -> FlightReport:
    """The report of the flight of an airframe at a time, or of the flight nearest to it.

    Raises
    ------
    InvalidInput
        The archive has no flight of it within three days.
    """
    day = around.astimezone(UTC).date()
    chain = build_chain(
        {
            each: archive.load_flights(
                each, *_days(day, AROUND), icao24=icao24, join=join_departures
            )
            for each in [source, *list_other_series(archive, source)]
        },
        source,
    )
    if chain.flights.empty:
        raise InvalidInput(
            f"The archive has no flight of {icao24} within three days of {around:%Y-%m-%d}. "
            "Check the address (six hex digits) and the day, or pull these days."
        )
    at = _nearest(chain.flights, around)
    flight = chain.flights.iloc[at]
    tracks = _load_tracks(archive, flight, chain.witnesses[at])
    gaps = tuple(
        _examine_end(archive, chain, at, end, tracks, least_ground_s)
        for end in ENDS
        if flight[f"{end}_evidence"] == "lost"
    )
    return FlightReport(source, chain, at, gaps, tracks)


def _load_tracks(archive: Archive, flight: pd.Series, others: pd.DataFrame) -> pd.DataFrame:
    """Stored positions of the flight's own source, else of another source."""
    for each in [flight, *(other for _, other in others.iterrows())]:
        stop = last_known(each) + timedelta(seconds=1)
        tracks = archive.load_tracks(each["source"], each["icao24"], each["firstseen"], stop)
        if len(tracks):
            break
    return tracks


def _days(day: date, margin: timedelta) -> tuple[date, date]:
    return day - margin, day + margin


def _nearest(flights: pd.DataFrame, around: datetime) -> int:
    """Row of the flight in the air at a time, else of the nearest in time."""
    moment = pd.Timestamp(around)
    before = (flights["firstseen"] - moment).dt.total_seconds()
    after = (moment - flights["lastseen"].fillna(flights["firstseen"])).dt.total_seconds()
    return int(np.maximum(np.maximum(before, after), 0.0).to_numpy().argmin())


def _examine_end(
    archive: Archive,
    chain: Chain,
    at: int,
    end: str,
    tracks: pd.DataFrame,
    least_ground_s: float,
) -> EndGap:
    flight = chain.flights.iloc[[at]].reset_index(drop=True)
    other = _neighbour(chain, at, end)
    pair = (other, flight) if end == "origin" else (flight, other)
    stretch = stretches_between(*pair)
    trend = read_trend(tracks, end)
    candidates = _candidates(stretch, trend, end, least_ground_s)
    known = other.iloc[0] if not stretch.is_open[0] else None
    row = flight.iloc[0]
    return EndGap(
        end,
        stretch,
        trend,
        candidates,
        known,
        _missing_days(archive, row, end, known),
        *_judge_reception(archive, row, end, tracks),
    )


def _neighbour(chain: Chain, at: int, end: str) -> pd.DataFrame:
    """The next flight of the chain beyond an end, as one row; an empty row if there is none."""
    if not is_one_airframe(chain.flights["icao24"]).all():
        found = chain.flights.iloc[:0]
    elif end == "origin":  # without an arrival time, its place is known for no time
        found = chain.flights.iloc[:at].dropna(subset=["lastseen"]).tail(1)
    else:
        found = chain.flights.iloc[at + 1 : at + 2]
    return found.reset_index(drop=True).reindex([0])


def read_trend(tracks: pd.DataFrame, end: str) -> Trend:
    """Course and climb of the positions next to an end."""
    air = tracks[~tracks["on_ground"].fillna(False).astype(bool)]
    if len(air) < 2:
        return Trend()
    stop = air["seen_at"].iloc[0 if end == "origin" else -1]
    near = air[(air["seen_at"] - stop).abs() <= pd.Timedelta(seconds=TREND_S)]
    if len(near) < 2:
        near = air.iloc[:2] if end == "origin" else air.iloc[-2:]
    first, last = near.iloc[0], near.iloc[-1]
    minutes = (last["seen_at"] - first["seen_at"]).total_seconds() / 60
    course = bearing_deg(first["latitude"], first["longitude"], last["latitude"], last["longitude"])
    climb = (last["altitude_ft"] - first["altitude_ft"]) / minutes if minutes else np.nan
    return Trend(float(course), float(climb))


def _candidates(
    stretch: UnobservedStretches, trend: Trend, end: str, least_ground_s: float
) -> pd.DataFrame:
    """Airports where a landing fits, the likeliest first."""
    fields = load_airports()
    fields = fields[fields["rank"] <= FIELD]
    latitude, longitude = (fields[n].to_numpy(float) for n in ("latitude", "longitude"))
    reach = find_reach(stretch, latitude, longitude, least_ground_s=least_ground_s)
    found = fields.iloc[reach.place].reset_index(names="code")
    here = place_lost(stretch, end)
    away_km = great_circle_km(*here[:2], found["latitude"], found["longitude"])
    course = bearing_deg(*here[:2], found["latitude"], found["longitude"])
    found = found.assign(away_km=away_km, stay_s=reach.stay_s)
    found["oddness"] = _measure_mismatch(found, course, here[2], trend, end)
    names = ["code", "name", "country", "latitude", "longitude", "away_km", "stay_s", "oddness"]
    return found.sort_values(["oddness", "away_km"], ignore_index=True)[names]


def place_lost(stretch: UnobservedStretches, end: str) -> tuple[float, float, float]:
    """Latitude, longitude [deg] and height [ft] where the flight itself was lost."""
    side = "back" if end == "origin" and not stretch.is_open[0] else "left"
    return tuple(  # type: ignore[return-value]
        float(getattr(stretch, f"{side}_{name}")[0])
        for name in ("latitude", "longitude", "altitude_ft")
    )


def _measure_mismatch(
    found: pd.DataFrame, course: NDArray[np.float64], height_ft: float, trend: Trend, end: str
) -> NDArray[np.float64]:
    """How badly a landing there matches the movement of the flight; 0 = perfectly.

    A descending flight is on its way to an airport about as far ahead as its height needs. The
    movement of other flights says little, so then nearer airports come first. The weights only
    order the candidates; no place is excluded by them.
    """
    lesser: NDArray[np.float64] = (found["rank"] != SERVED).to_numpy(float)
    away_km: NDArray[np.float64] = found["away_km"].to_numpy(float)
    if not (np.isfinite(height_ft) and trend.leads_down(end)):
        return lesser * 3 + away_km / 2_000
    ahead = trend.course_deg if end == "destination" else (trend.course_deg + 180) % 360
    usual_km = max(height_ft / GLIDE_FT_PER_KM, 10.0)
    off = np.abs(np.log(np.maximum(away_km, 1.0) / usual_km))
    return lesser + off + turn_deg(ahead, course) / 60


def _missing_days(
    archive: Archive, flight: pd.Series, end: str, neighbour: pd.Series | None
) -> tuple[date, ...]:
    """Days of the gap (at most to the horizon) that are not complete."""
    horizon = timedelta(seconds=HORIZON_S)
    if end == "destination":
        start = last_known(flight)
        stop = neighbour["firstseen"] if neighbour is not None else start + horizon
    else:
        stop = flight["firstseen"]
        start = neighbour["lastseen"] if neighbour is not None else stop - horizon
    days = pd.date_range(start.floor("D"), stop.floor("D"), freq="D").date
    return tuple(d for d in days if not archive.entry(flight["source"], d).is_complete)


def cells_beyond(latitude: float, longitude: float, trend: Trend, end: str) -> frozenset[int]:
    """H3 cells where it may have been within two hours after (or before) an end; place in deg."""
    course = trend.course_deg if end == "destination" else (trend.course_deg + 180) % 360
    return cells_ahead(latitude, longitude, course, AHEAD_H * SPEED_KMH)


def _judge_reception(
    archive: Archive, flight: pd.Series, end: str, tracks: pd.DataFrame
) -> tuple[Silence, Integrity | None]:
    """Reception in the cells beyond the end, that day and on usual days."""
    edge = ENDS[end]
    latitude, longitude = (float(flight[f"{edge}_{n}"]) for n in ("latitude", "longitude"))
    height = flight[f"{edge}_altitude_ft"]
    moment = last_known(flight) if end == "destination" else flight["firstseen"]
    known = end == "origin" or pd.notna(flight["lastseen"])
    if end == "origin":
        moment -= timedelta(hours=AHEAD_H)
    if not (known and np.isfinite(latitude) and np.isfinite(longitude)):
        return judge_silence(pd.DataFrame(), frozenset(), moment, {}, altitude_ft=np.nan), None
    cells = cells_beyond(latitude, longitude, read_trend(tracks, end), end)
    first, last = _days(moment.date(), ORDINARY)
    complete = {
        day: entry.is_complete and has_reception(entry)
        for day, entry in archive.read_ledger(flight["source"]).items()
        if first <= day <= last
    }
    rows = archive.load_reception(flight["source"], first, last, cells)
    others = leave_out(rows, tracks)
    height_ft = float(height) if pd.notna(height) else float("nan")
    when = moment.to_pydatetime()
    silence = judge_silence(others, cells, when, complete, altitude_ft=height_ft)
    return silence, judge_integrity(rows, cells, moment.date(), complete)


def leave_out(reception: pd.DataFrame, tracks: pd.DataFrame) -> pd.DataFrame:
    """Reception rows without the flight itself, as far as its positions are stored."""
    if reception.empty or tracks.empty:
        return reception
    place = tracks["latitude"].to_numpy(float), tracks["longitude"].to_numpy(float)
    own = pd.DataFrame(
        {
            "day": tracks["seen_at"].dt.date,
            "hour": tracks["seen_at"].dt.hour,
            "cell": cells_of(*place),
            "cruise": tracks["altitude_ft"] >= CRUISE_FT,
        }
    )
    own = own.groupby(["day", "hour", "cell"])["cruise"].max()
    met = own.reindex(pd.MultiIndex.from_frame(reception[["day", "hour", "cell"]])).to_numpy()
    there, high = pd.notna(met), np.equal(met, True)
    aircraft = (reception["aircraft"] - there).clip(lower=0)
    cruise = (reception["cruise_aircraft"] - high).clip(lower=0)
    return reception.assign(aircraft=aircraft, cruise_aircraft=np.minimum(cruise, aircraft))
