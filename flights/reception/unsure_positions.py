"""How many aircraft were unsure of their own position somewhere, on a day and ordinarily.

Counts come from the reception rows of days read from traces; what makes a value degraded is
said in `flights.readsb.position_quality`. They tell how sure aircraft were, not why: satellite
navigation may have been disturbed there, and equipment may be old.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from flights.reception.hourly import LEAST_DAYS

LEAST_AIRCRAFT = 5
"""Aircraft-hours with a value, below which a share says nothing."""


@dataclass(frozen=True)
class Integrity:
    """Aircraft-hours (an aircraft in a cell in an hour) with a value, and degraded of these.

    `aircraft` and `degraded` are None where the day is not complete or its input carries no
    such values. `ordinary_share` is the median share of `days` other complete days with at least
    `LEAST_AIRCRAFT`; None where fewer than `silence.LEAST_DAYS` are there.
    """

    aircraft: int | None
    degraded: int | None
    ordinary_share: float | None
    days: int
    cells: int

    @property
    def share(self) -> float | None:
        """Share degraded (0..1), None where too few aircraft had a value."""
        if self.aircraft is None or self.degraded is None or self.aircraft < LEAST_AIRCRAFT:
            return None
        return self.degraded / self.aircraft

    @property
    def sentence(self) -> str:
        """One sentence for people, with the figures."""
        if self.aircraft is None:
            return "How sure aircraft there were of their position is not known for that day."
        if self.share is None:
            return (
                f"Only {self.aircraft:,} aircraft-hours there that day carry a value of position "
                "integrity: too few to speak of a share."
            )
        return (
            f"Of {self.aircraft:,} aircraft-hours heard there that day with a value, "
            f"{self.share:.0%} reported degraded position integrity; {self._usual()}."
        )

    def _usual(self) -> str:
        if self.ordinary_share is None:
            return f"there are only {self.days} days to compare"
        return f"on ordinary days {self.ordinary_share:.0%} (median of {self.days})"


def judge_integrity(
    reception: pd.DataFrame, cells: frozenset[int], day: date, complete: Mapping[date, bool]
) -> Integrity:
    """Position integrity in `cells` on `day`, against the other complete days.

    `reception` holds rows of the days in `complete`, as the archive loads them: null where the
    input carried no integrity, which makes a day unknown and not one without aircraft.
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
