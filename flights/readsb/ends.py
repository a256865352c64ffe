"""What the two ends of each flight rest on.

`surface`: heard on the ground, right before or after, or so that no other flight fits in
between. `low`: lost low, and climbing out of or descending into a field. Else `lost`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flights.geo import bearing_deg
from flights.readsb.airfields import Airfields, Ends, Path, find_fields, guess_fields
from flights.readsb.continuity import Moments, arrives, known_speed, moments_at
from flights.readsb.series import Index, Mask, Series, reduce_runs
from flights.readsb.spans import Spans

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


def judge_side(series: Series, spans: Spans, airfields: Airfields, *, landing: bool) -> SideEnds:
    """Ends of one side: destinations where `landing`, else origins."""
    air = spans.end if landing else spans.begin
    ground = spans.standing_after if landing else spans.standing_before
    within = _numbers(series, spans)
    side = "before" if landing else "after"
    moments = moments_at(series, air, side=side, within=within)
    settled = _settled(series, air, ground, moments)
    field = find_fields(airfields, series.latitude[ground], series.longitude[ground])
    off_field = settled & (field.code == None)  # noqa: E711 - elementwise
    surface = settled & ~off_field
    rolled = settled & (np.abs(series.seen_at[ground] - series.seen_at[air]) <= ROLL_S * 1000)
    low = guess_fields(airfields, _path(series, spans, moments, within, landing=landing))
    at = np.where(rolled, ground, air)
    return SideEnds(
        evidence=_words(surface, low.code != None),  # noqa: E711 - elementwise
        field=_merge(surface, _seen_from(series, at, field, airfields), low),
        at=at,
        seen_at=series.seen_at[np.where(rolled & landing, ground, air)],
        off_field=off_field,
    )


def _numbers(series: Series, spans: Spans) -> Index:
    """Number of the flight each position lies in, 0 = in none."""
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


def _seen_from(series: Series, at: Index, field: Ends, airfields: Airfields) -> Ends:
    """Distance and height of the field as seen from the end's own position."""
    on_ground = np.isnan(series.altitude_ft[at])
    if not len(at) or on_ground.all():
        return field
    return airfields.seen_from(
        field, series.latitude[at], series.longitude[at], series.altitude_ft[at]
    )


def _merge(surface: Mask, field: Ends, low: Ends) -> Ends:
    return Ends(*(np.where(surface, one, other) for one, other in zip(field, low, strict=True)))
