"""The evidence for the two ends of each flight.

`surface`: heard on the ground right before or after, or with no time for another flight in
between. `low`: last heard low, descending to a field or climbing from it. Else `lost`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flights.legs.ends.airfields import Airfields, Ends, Ranked, find_fields, pick
from flights.legs.ends.approaches import Path, agree, rank_fields
from flights.legs.positions.continuity import Moments, arrives, known_speed, moments_at
from flights.legs.positions.series import Index, Mask, Series, reduce_runs
from flights.legs.positions.spans import Spans
from flights.reference.earth import bearing_deg

ROLL_S = 120.0
"""Heard on the ground within this of the air: the take-off or landing itself was heard."""

COURSE_POINTS = 6
COURSE_S = 150.0

AIRLINER_FT, AIRLINER_KT = 25_000.0, 280.0
"""Higher or faster than this once in the flight: it needs a real runway."""


@dataclass(frozen=True)
class SideEnds:
    """One side (origins or destinations) of all spans, one row a flight.

    `at` is the position that counts as the end; `seen_at` [ms] the take-off or landing where
    it was heard, else the time of `at`. `off_field`: on the ground, but on no known field.
    """

    evidence: NDArray[np.object_]
    field: Ends
    at: Index
    seen_at: NDArray[np.int64]
    off_field: Mask


class _Side(NamedTuple):
    """One side of all spans before the field of `low` ends is chosen."""

    surface: Mask
    off_field: Mask
    field: Ends
    ranked: Ranked
    at: Index
    seen_at: NDArray[np.int64]


def judge_ends(series: Series, spans: Spans, airfields: Airfields) -> tuple[SideEnds, SideEnds]:
    """Origins and destinations of all flights."""
    within = _numbers(series, spans)
    origin = _judge_side(series, spans, airfields, within, landing=False)
    destination = _judge_side(series, spans, airfields, within, landing=True)
    origin, destination = _reconcile(series, spans, airfields, origin, destination)
    return _decide(airfields, origin), _decide(airfields, destination)


def _judge_side(
    series: Series, spans: Spans, airfields: Airfields, within: Index, *, landing: bool
) -> _Side:
    """What is known of one side: destinations where `landing`, else origins."""
    air = spans.end if landing else spans.begin
    ground = spans.standing_after if landing else spans.standing_before
    moments = moments_at(series, air, side="before" if landing else "after", within=within)
    settled = _settled(series, air, ground, moments)
    field = _fields_at(series, ground, settled, airfields)
    surface = settled & np.array([code is not None for code in field.code], dtype=bool)
    rolled = settled & (np.abs(series.seen_at[ground] - series.seen_at[air]) <= ROLL_S * 1000)
    at = np.where(rolled, ground, air)
    path = _path(series, spans, moments, within, landing=landing)
    return _Side(
        surface=surface,
        off_field=settled & ~surface,
        field=airfields.seen_from(
            field, series.latitude[at], series.longitude[at], series.altitude_ft[at]
        ),
        ranked=rank_fields(airfields, path, ~surface),
        at=at,
        seen_at=series.seen_at[np.where(rolled & landing, ground, air)],
    )


def _fields_at(series: Series, ground: Index, settled: Mask, airfields: Airfields) -> Ends:
    """Fields of the ground positions that settle an end, none for the others."""
    found = find_fields(
        airfields, series.latitude[ground[settled]], series.longitude[ground[settled]]
    )
    code = np.full(len(ground), None, dtype=object)
    code[settled] = found.code
    unknown = np.full(len(ground), np.nan)
    return Ends(code, unknown, unknown, np.zeros(len(ground), dtype=bool))


def _reconcile(
    series: Series, spans: Spans, airfields: Airfields, origin: _Side, destination: _Side
) -> tuple[_Side, _Side]:
    """Low ends weighed together with the airframe's landing before or take-off after."""
    following = np.flatnonzero(series.icao24[spans.begin[1:]] == series.icao24[spans.begin[:-1]])
    landing = _known_or_ranked(destination, airfields, following)
    take_off = _known_or_ranked(origin, airfields, following + 1)
    both = np.isfinite(landing.cost).any(axis=1) & np.isfinite(take_off.cost).any(axis=1)
    both &= ~(destination.surface[following] & origin.surface[following + 1])
    chosen = following[both]
    landing, take_off = agree(_rows(landing, both), _rows(take_off, both))
    return (
        origin._replace(ranked=_put(origin.ranked, chosen + 1, take_off)),
        destination._replace(ranked=_put(destination.ranked, chosen, landing)),
    )


def _known_or_ranked(side: _Side, airfields: Airfields, rows: Index) -> Ranked:
    """Candidates of chosen ends; a `surface` end has one candidate, at no cost."""
    ranked = _rows(side.ranked, rows)
    surface = side.surface[rows]
    ranked.row[surface] = airfields.rows(side.field.code[rows][surface])[:, None]
    ranked.cost[surface] = 0.0
    return ranked


def _rows(ranked: Ranked, rows: Index | Mask) -> Ranked:
    return Ranked(
        ranked.row[rows], ranked.cost[rows], ranked.distance_km[rows], ranked.height_ft[rows]
    )


def _put(ranked: Ranked, rows: Index, values: Ranked) -> Ranked:
    """`ranked` with the costs of some rows replaced."""
    cost = ranked.cost.copy()
    cost[rows] = np.where(np.isfinite(cost[rows]), values.cost, np.inf)
    return ranked._replace(cost=cost)


def _decide(airfields: Airfields, side: _Side) -> SideEnds:
    low = pick(airfields, side.ranked)
    is_low = np.array([code is not None for code in low.code], dtype=bool)
    return SideEnds(
        evidence=_words(side.surface, is_low),
        field=_merge(side.surface, side.field, low),
        at=side.at,
        seen_at=side.seen_at,
        off_field=side.off_field & ~is_low,
    )


def _numbers(series: Series, spans: Spans) -> Index:
    """Number of the flight that contains each position, 0 = none."""
    edges = np.zeros(len(series) + 1, dtype=np.int64)
    number = np.arange(1, len(spans) + 1)
    edges[spans.begin] += number
    np.subtract.at(edges, spans.end + 1, number)
    return np.cumsum(edges[:-1])


def _settled(series: Series, air: Index, ground: Index, moments: Moments) -> Mask:
    """True where the position on the ground belongs to this end."""
    count = len(ground)
    unknown = np.full(count, np.nan)
    place = Moments(
        seen_at=series.seen_at[ground] / 1000.0,
        latitude=series.latitude[ground],
        longitude=series.longitude[ground],
        altitude_ft=unknown,
        speed_kt=unknown,
        vertical_fpm=unknown,
        callsign=np.zeros(count, dtype=np.uint64),
    )
    return (ground >= 0) & arrives(moments, place)


def _path(series: Series, spans: Spans, moments: Moments, within: Index, *, landing: bool) -> Path:
    """How each flight moved at this end; the course points to where the field must be."""
    air = spans.end if landing else spans.begin
    other = _course_from(series, air, within, -1 if landing else 1)
    course = bearing_deg(
        series.latitude[other], series.longitude[other], moments.latitude, moments.longitude
    )
    highest = reduce_runs(np.fmax, series.altitude_ft, spans.begin, spans.end + 1)
    fastest = reduce_runs(np.fmax, series.speed_kt, spans.begin, spans.end + 1)
    return Path(
        latitude=moments.latitude,
        longitude=moments.longitude,
        altitude_ft=moments.altitude_ft,
        course_deg=np.where(other == air, np.nan, course),
        speed_kt=known_speed(moments),
        vertical_fpm=moments.vertical_fpm,
        airliner=(highest >= AIRLINER_FT) | (fastest >= AIRLINER_KT),
        landing=landing,
    )


def _course_from(series: Series, air: Index, within: Index, direction: int) -> Index:
    """A position of the same flight some way off, to take the course from."""
    other = air
    for hop in range(1, COURSE_POINTS + 1):
        next_one = np.clip(air + direction * hop, 0, len(series) - 1)
        near = np.abs(series.seen_at[next_one] - series.seen_at[air]) <= COURSE_S * 1000
        other = np.where(near & (within[next_one] == within[air]), next_one, other)
    return other


def _words(surface: Mask, low: Mask) -> NDArray[np.object_]:
    words = np.full(len(surface), "lost", dtype=object)
    words[low] = "low"
    words[surface] = "surface"
    return words


def _merge(surface: Mask, field: Ends, low: Ends) -> Ends:
    return Ends(*(np.where(surface, one, other) for one, other in zip(field, low, strict=True)))
