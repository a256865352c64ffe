"""What silence means: how many other aircraft were heard where a lost flight may have flown on.

A flight that is lost where others are heard all the time went somewhere else, or down. Lost
where hardly anyone is ever heard, it says nothing at all. Counts come from the reception rows
of the archive, which are made of all positions, not of cargo flights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from flights.geo import destination_point
from flights.records import CRUISE_FT, RECEPTION_RESOLUTION

AHEAD_H = 2
"""Hours after the last position that are looked at."""
SPREAD_DEG = 30.0
"""How far to either side of its course it is looked for [deg]."""
FEW_AIRCRAFT = 3.0
"""Fewer aircraft than this on an ordinary day: hardly anyone is heard there."""
FELL_SHARE = 0.5
"""Below this share of an ordinary day, reception fell."""
LEAST_DAYS = 5
"""Complete days, beside the day itself, that make an ordinary day."""

OTHERS, HARDLY, FELL, UNKNOWN = "others heard", "hardly anyone", "reception fell", "not known"

_STEP_KM = 40.0
_COURSES = 9


@dataclass(frozen=True)
class Silence:
    """Other aircraft heard ahead of a lost end within `AHEAD_H` hours.

    `kind` is one of `OTHERS`, `HARDLY`, `FELL`, `UNKNOWN`. `heard` counts aircraft by cell and
    hour on the day itself (None where the day is not complete), `ordinary` is the median of the
    same cells and hours on `days` other complete days. `cruise`: only aircraft at cruising
    height were counted, as the flight was there itself.
    """

    kind: str
    heard: int | None
    ordinary: float | None
    days: int
    cells: int
    cruise: bool

    @property
    def sentence(self) -> str:
        """One sentence for people, with the figures."""
        height = " at cruising height" if self.cruise else ""
        usual = f"on an ordinary day {self.ordinary:,.0f}" if self.ordinary is not None else ""
        count = f"{self.heard:,} aircraft-hours" if self.heard is not None else ""
        if self.kind == OTHERS:
            return f"Receivers heard others ahead of it{height}: {count} within two hours, {usual}."
        if self.kind == HARDLY:
            return (
                f"Receivers hear hardly anyone ahead of it{height}: {usual} of aircraft-hours, "
                f"{self.heard if self.heard is not None else 'unknown'} that day. "
                "That it was not heard again there says little."
            )
        if self.kind == FELL:
            return f"Reception ahead of it fell that day{height}: {count}, {usual}."
        return f"How well receivers heard that place is not known: {self._lack}."

    @property
    def _lack(self) -> str:
        if not self.cells:
            return "where and when it was there is not known"
        if self.heard is None and self.ordinary is not None:
            return "the day itself is not complete"
        held = f"{self.days} other complete day" + ("" if self.days == 1 else "s")
        return f"{held} with reception within two weeks, and {LEAST_DAYS} make an ordinary day"


def cells_ahead(
    latitude: float, longitude: float, course_deg: float | None, reach_km: float
) -> frozenset[int]:
    """H3 cells within `SPREAD_DEG` of a course, or all around without one [deg, km]."""
    import h3

    if course_deg is None or not np.isfinite(course_deg):
        courses = np.linspace(0.0, 360.0, 4 * _COURSES, endpoint=False)
    else:
        courses = course_deg + np.linspace(-SPREAD_DEG, SPREAD_DEG, _COURSES)
    away = np.arange(0.0, reach_km + _STEP_KM, _STEP_KM)
    grid_course, grid_away = (each.ravel() for each in np.meshgrid(courses, away))
    found = destination_point(latitude, longitude, grid_course, grid_away)
    places = set(zip(*(np.round(each, 2).tolist() for each in found), strict=True))
    return frozenset(
        h3.str_to_int(h3.latlng_to_cell(lat, lon, RECEPTION_RESOLUTION)) for lat, lon in places
    )


def hours_after(moment: datetime) -> tuple[tuple[int, int], ...]:
    """Days after that of `moment`, and hours UTC, of the two hours that follow it.

    >>> hours_after(datetime(2050, 1, 1, 22, 40, tzinfo=UTC))
    ((0, 22), (0, 23), (1, 0))
    """
    start = moment.astimezone(UTC)
    stop = start + timedelta(hours=AHEAD_H)
    hours = []
    each = start.replace(minute=0, second=0, microsecond=0)
    while each < stop:
        hours.append(((each.date() - start.date()).days, each.hour))
        each += timedelta(hours=1)
    return tuple(hours)


def sum_heard(
    reception: pd.DataFrame, cells: frozenset[int], *, cruise: bool
) -> dict[tuple[date, int], int]:
    """Aircraft by cell and hour, summed over the cells, by (day, hour)."""
    if reception.empty:
        return {}
    column = "cruise_aircraft" if cruise else "aircraft"
    inside = reception[reception["cell"].isin(cells)]
    return inside.groupby(["day", "hour"])[column].sum().to_dict()


def judge_silence(
    reception: pd.DataFrame,
    cells: frozenset[int],
    moment: datetime,
    complete: Mapping[date, bool],
    *,
    altitude_ft: float,
) -> Silence:
    """What was heard ahead of an end lost at `moment`, against other complete days.

    `reception` holds rows of the days in `complete` (and of the day after each, where the two
    hours run over midnight).
    """
    day, hours = moment.astimezone(UTC).date(), hours_after(moment)
    cruise = bool(altitude_ft >= CRUISE_FT)
    summed = sum_heard(reception, cells, cruise=cruise)
    counted = {
        each: sum(int(summed.get((each + timedelta(days=later), h), 0)) for later, h in hours)
        for each in complete
        if all(complete.get(each + timedelta(days=later), False) for later, _ in hours)
    }
    heard = counted.pop(day, None)
    others = list(counted.values())
    ordinary = float(np.median(others)) if len(others) >= LEAST_DAYS else None
    return Silence(_kind(heard, ordinary), heard, ordinary, len(others), len(cells), cruise)


def _kind(heard: int | None, ordinary: float | None) -> str:
    if ordinary is None:
        return UNKNOWN
    if ordinary < FEW_AIRCRAFT:
        return HARDLY
    if heard is None:
        return UNKNOWN
    return FELL if heard < FELL_SHARE * ordinary else OTHERS
