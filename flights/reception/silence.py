"""What silence means: how many other aircraft were heard where a lost flight may have continued.

Where receivers hear other aircraft all the time, a flight that is lost went somewhere else or
landed. Where they hear hardly any aircraft, the silence has no meaning. Counts come from the
reception rows of the archive: from the positions of all aircraft, not only of cargo flights.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.reception.hourly import (
    LEAST_DAYS,
    Calendar,
    HourlyReception,
    count_ahead,
    find_height_bands,
)

AHEAD_H = 2
"""Hours after the last position in which other aircraft are counted."""
FEW_AIRCRAFT = 3.0
"""With fewer aircraft-hours on an ordinary day, hardly any aircraft is heard there: a Poisson count
with mean 3 is zero on one day in twenty by chance."""
FELL_SHARE = 0.5
"""Below this share of an ordinary day, reception fell. A choice; no
source gives a limit."""

OTHERS, HARDLY, FELL, UNKNOWN = "others heard", "hardly anyone", "reception fell", "not known"


@dataclass(frozen=True)
class Silence:
    """Other aircraft heard ahead of a lost end within `AHEAD_H` hours.

    `kind` is `OTHERS`, `HARDLY`, `FELL` or `UNKNOWN`. `heard` [aircraft-hours] counts aircraft by
    cell and hour on the day itself; None where the day is not complete. `ordinary` is the median
    of the same cells and hours on `days` other complete days; None where there are too few days.
    `height` says which aircraft were counted: `CRUISE`, `BELOW` or `ANY`.
    """

    kind: str
    heard: int | None
    ordinary: float | None
    days: int
    cells: int
    height: str

    @property
    def sentence(self) -> str:
        """One sentence with the figures, for people."""
        height = f" {self.height}" if self.height else ""
        usual = f"on an ordinary day {self.ordinary:,.0f}" if self.ordinary is not None else ""
        count = f"{self.heard:,} aircraft-hours" if self.heard is not None else ""
        if self.kind == OTHERS:
            return (
                f"Receivers heard other aircraft ahead of it{height}: {count} within two hours, "
                f"{usual}."
            )
        if self.kind == HARDLY:
            return (
                f"Receivers hear hardly any aircraft ahead of it{height}: {usual} aircraft-hours, "
                f"{self.heard if self.heard is not None else 'unknown'} on that day. "
                "So its silence says little."
            )
        if self.kind == FELL:
            return f"Reception ahead of it was reduced on that day{height}: {count}, {usual}."
        return f"Reception ahead of it is not known: {self._lack}."

    @property
    def _lack(self) -> str:
        if not self.cells:
            return "its position or time there is not known"
        if self.heard is None and self.ordinary is not None:
            return "the data of that day are not complete"
        found = f"{self.days} other complete day" + ("" if self.days == 1 else "s")
        return f"{found} with reception within two weeks; a comparison needs {LEAST_DAYS}"


def hours_after(moment: datetime) -> tuple[tuple[int, int], ...]:
    """The hours (days later, hour UTC) that the `AHEAD_H` hours after `moment` touch.

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
    """Judgement of one end that was lost at `moment` (UTC); see `judge_silences`.

    `cells` are the H3 cells ahead of it. `altitude_ft` [ft] is NaN where it is not known.
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
    """Aircraft heard ahead of many lost ends, compared with other complete days: one row per end.

    `reception` has the rows of the days in `complete`, and of the day after each where the hours
    run over midnight. `ahead` are pairs of end (row number, ascending) and H3 cell, as
    `cells_ahead.find_cells_ahead` returns them. `ends` has moment (UTC) and altitude_ft [ft].
    Columns of the result: kind, heard and ordinary [aircraft-hours] (NaN = not known), days,
    height.
    """
    height = find_height_bands(ends["altitude_ft"])
    found = pd.DataFrame({"kind": UNKNOWN, "heard": np.nan, "ordinary": np.nan, "days": 0},
                         index=ends.index).assign(height=height)  # fmt: skip
    if not complete or not len(ahead[1]):
        return found
    calendar = Calendar.of(complete)
    cells, number = np.unique(ahead[1], return_inverse=True)
    heard_there = HourlyReception.of(reception, cells, calendar)
    starts = np.searchsorted(ahead[0], np.arange(len(ends) + 1))
    for rows, hours, of_height in _group_ends(ends["moment"], height):
        counts = count_ahead(heard_there, number, (starts, rows), hours, of_height)
        late = any(later for later, _ in hours)
        own = calendar.number(ends["moment"].iloc[rows])
        heard, ordinary, days = calendar.compare(counts, own, late=late)
        for name, values in (("heard", heard), ("ordinary", ordinary), ("days", days)):
            found.iloc[rows, found.columns.get_loc(name)] = values
    return found.assign(kind=_kinds(found["heard"].to_numpy(), found["ordinary"].to_numpy()))


def _group_ends(
    moments: pd.Series, height: NDArray[np.object_]
) -> Iterator[tuple[NDArray[np.intp], tuple[tuple[int, int], ...], str]]:
    """Row numbers of ends with the same hours of a day and the same height; hours; height."""
    # At a full hour, `AHEAD_H` hours touch one hour less.
    exact = moments == moments.dt.floor("h")
    key = pd.Series(list(zip(height, exact, moments.dt.hour, strict=True)), dtype=object)
    for (of_height, _, _), rows in sorted(key.groupby(key).indices.items()):
        yield rows, hours_after(moments.iloc[rows[0]].floor("us").to_pydatetime()), of_height


def judge_count(heard: float | None, ordinary: float | None) -> str:
    """Kind of silence from one count and the ordinary count; None where one is not known."""
    known = (np.array([np.nan if each is None else each]) for each in (heard, ordinary))
    return str(_kinds(*known)[0])


def _kinds(heard: NDArray[np.float64], ordinary: NDArray[np.float64]) -> NDArray[np.object_]:
    # In this order: a quiet place is quiet even where the day itself is not complete.
    rules = [
        (np.isnan(ordinary), UNKNOWN),
        (ordinary < FEW_AIRCRAFT, HARDLY),
        (np.isnan(heard), UNKNOWN),
        (heard < FELL_SHARE * ordinary, FELL),
    ]
    return np.select([rule for rule, _ in rules], [kind for _, kind in rules], OTHERS)
