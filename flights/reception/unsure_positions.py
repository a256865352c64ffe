"""How many aircraft reported degraded position integrity in a place, on a day and ordinarily.

Counts come from the reception rows of days that were read from traces. Which values are
degraded is defined in `flights.readsb.position_quality`. The counts do not show the cause:
satellite navigation may be disturbed there, or equipment may be old.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from flights.reception.hourly import LEAST_DAYS

LEAST_AIRCRAFT = 5
"""A share needs this many aircraft-hours with a value: with fewer, one aircraft is over 20 %."""


@dataclass(frozen=True)
class Integrity:
    """Aircraft-hours (one aircraft in one cell in one hour) with a value, and the degraded ones.

    `aircraft` and `degraded` are None where the day is not complete or its input has no such
    values. `ordinary_share` is the median share (0..1) of `days` other complete days with at
    least `LEAST_AIRCRAFT`; None where there are fewer than `hourly.LEAST_DAYS` such days.
    """

    aircraft: int | None
    degraded: int | None
    ordinary_share: float | None
    days: int
    cells: int

    @property
    def share(self) -> float | None:
        """Share of degraded values (0..1), None where too few aircraft have a value."""
        if self.aircraft is None or self.degraded is None or self.aircraft < LEAST_AIRCRAFT:
            return None
        return self.degraded / self.aircraft

    @property
    def sentence(self) -> str:
        """One sentence with the figures, for people."""
        if self.aircraft is None:
            return "Position integrity of aircraft in this place is not known for that day."
        if self.share is None:
            return (
                f"Only {self.aircraft:,} aircraft-hours in this place on that day have a value of "
                "position integrity: too few for a share."
            )
        return (
            f"Of {self.aircraft:,} aircraft-hours with a value in this place on that day, "
            f"{self.share:.0%} reported degraded position integrity; {self._usual()}."
        )

    def _usual(self) -> str:
        if self.ordinary_share is None:
            return f"there are only {self.days} days to compare with"
        return f"on ordinary days {self.ordinary_share:.0%} (median of {self.days})"


def judge_integrity(
    reception: pd.DataFrame, cells: frozenset[int], day: date, complete: Mapping[date, bool]
) -> Integrity:
    """Position integrity in `cells` on `day`, against the other complete days.

    `reception` has the rows of the days in `complete`, as the archive loads them. Its counts are
    null where the input had no integrity values: such a day is unknown, not without aircraft.
    """
    rows = reception[reception["cell"].isin(cells)]
    counts = rows[["integrity_aircraft", "degraded_aircraft"]].astype(float)
    known = counts.groupby(rows["day"]).sum(min_count=1).dropna()
    known = known[known.index.map(lambda each: complete.get(each, False)).astype(bool)]
    own = known.loc[day] if day in known.index else None
    others = known[(known.index != day) & (known["integrity_aircraft"] >= LEAST_AIRCRAFT)]
    shares = others["degraded_aircraft"] / others["integrity_aircraft"]
    return Integrity(
        aircraft=None if own is None else int(own["integrity_aircraft"]),
        degraded=None if own is None else int(own["degraded_aircraft"]),
        ordinary_share=float(np.median(shares)) if len(shares) >= LEAST_DAYS else None,
        days=len(shares),
        cells=len(cells),
    )
