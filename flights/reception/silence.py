"""What silence means: how many other aircraft were heard where a lost flight may have flown on.

A flight that is lost where others are heard all the time went somewhere else, or down. Lost
where hardly anyone is ever heard, it says nothing at all. Counts come from the reception rows
of the archive, which are made of all positions, not of cargo flights.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.reception.hourly import LEAST_DAYS, Calendar, Heard, count_ahead, name_heights

AHEAD_H = 2
"""Hours after the last position that are looked at."""
FEW_AIRCRAFT = 3.0
"""Fewer aircraft than this on an ordinary day: hardly anyone is heard there."""
FELL_SHARE = 0.5
"""Below this share of an ordinary day, reception fell."""

OTHERS, HARDLY, FELL, UNKNOWN = "others heard", "hardly anyone", "reception fell", "not known"


@dataclass(frozen=True)
class Silence:
    """Other aircraft heard ahead of a lost end within `AHEAD_H` hours.

    `kind` is one of `OTHERS`, `HARDLY`, `FELL`, `UNKNOWN`. `heard` counts aircraft by cell and
    hour on the day itself (None where the day is not complete), `ordinary` is the median of the
    same cells and hours on `days` other complete days. `height`: `CRUISE`, `BELOW` or `ANY`, the
    aircraft that were counted.
    """

    kind: str
    heard: int | None
    ordinary: float | None
    days: int
    cells: int
    height: str

    @property
    def sentence(self) -> str:
        """One sentence for people, with the figures."""
        height = f" {self.height}" if self.height else ""
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


def judge_silence(
    reception: pd.DataFrame,
    cells: frozenset[int],
    moment: datetime,
    complete: Mapping[date, bool],
    *,
    altitude_ft: float,
) -> Silence:
    """What was heard ahead of one end lost at `moment`; see `judge_silences`.

    `altitude_ft` is NaN where it is not known.
    """
    pairs = np.zeros(len(cells), np.intp), np.array(sorted(cells), np.int64)
    ends = pd.DataFrame({"moment": [pd.Timestamp(moment)], "altitude_ft": [altitude_ft]})
    (row,) = judge_silences(reception, pairs, ends, complete).to_dict("records")
    return Silence(
        row["kind"],
        None if np.isnan(row["heard"]) else int(row["heard"]),
        None if np.isnan(row["ordinary"]) else float(row["ordinary"]),
        int(row["days"]),
        len(cells),
        row["height"],
    )


def judge_silences(
    reception: pd.DataFrame,
    ahead: tuple[NDArray[np.intp], NDArray[np.int64]],
    ends: pd.DataFrame,
    complete: Mapping[date, bool],
) -> pd.DataFrame:
    """What was heard ahead of many lost ends, against other complete days, row by row.

    `reception` holds rows of the days in `complete` (and of the day after each, where the two
    hours run over midnight). `ahead` are pairs of end and cell, in order of end, as of
    `ahead.find_cells_ahead`. `ends` has moment (UTC) and altitude_ft. Columns: kind, heard and
    ordinary (NaN = not known), days, height.
    """
    height = name_heights(ends["altitude_ft"])
    found = pd.DataFrame({"kind": UNKNOWN, "heard": np.nan, "ordinary": np.nan, "days": 0},
                         index=ends.index).assign(height=height)  # fmt: skip
    if not complete or not len(ahead[1]):
        return found
    calendar = Calendar.of(complete)
    cells, number = np.unique(ahead[1], return_inverse=True)
    heard_there = Heard.of(reception, cells, calendar)
    starts = np.searchsorted(ahead[0], np.arange(len(ends) + 1))
    for rows, hours, of_height in _alike(ends["moment"], height):
        counts = count_ahead(heard_there, number, (starts, rows), hours, of_height)
        late = any(later for later, _ in hours)
        own = calendar.number(ends["moment"].iloc[rows])
        heard, ordinary, days = calendar.compare(counts, own, late=late)
        for name, values in (("heard", heard), ("ordinary", ordinary), ("days", days)):
            found.iloc[rows, found.columns.get_loc(name)] = values
    return found.assign(kind=_kinds(found["heard"].to_numpy(), found["ordinary"].to_numpy()))


def _alike(
    moments: pd.Series, height: NDArray[np.object_]
) -> Iterator[tuple[NDArray[np.intp], tuple[tuple[int, int], ...], str]]:
    """Row numbers of ends that look at the same hours of a day, at the same height."""
    exact = moments == moments.dt.floor("h")
    key = pd.Series(list(zip(height, exact, moments.dt.hour, strict=True)), dtype=object)
    for (of_height, _, _), rows in sorted(key.groupby(key).indices.items()):
        yield rows, hours_after(moments.iloc[rows[0]].floor("us").to_pydatetime()), of_height


def name_kind(heard: float | None, ordinary: float | None) -> str:
    """What one count says beside an ordinary one; None where either is not known."""
    known = (np.array([np.nan if each is None else each]) for each in (heard, ordinary))
    return str(_kinds(*known)[0])


def _kinds(heard: NDArray[np.float64], ordinary: NDArray[np.float64]) -> NDArray[np.object_]:
    rules = [
        (np.isnan(ordinary), UNKNOWN),
        (ordinary < FEW_AIRCRAFT, HARDLY),
        (np.isnan(heard), UNKNOWN),
        (heard < FELL_SHARE * ordinary, FELL),
    ]
    return np.select([rule for rule, _ in rules], [kind for _, kind in rules], OTHERS)
