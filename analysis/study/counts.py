"""Counts and exposure per day, from flights and ledger; a day not complete is missing, never 0."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.study.results import CountSeries
from flights.records import LedgerEntry, not_asked
from flights.routes import RouteEvidence

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEW_HEARD = 30
"""Below this number of other flights a day, one day's exposure is mostly chance.

STATISTICS.md, section 2. Poisson counts of 30 have a standard deviation of 18 %."""

OUTAGE_SHARE = 0.15
"""Below this share of the median of the weeks around it, a day is an outage (STATISTICS.md, 2)."""

OUTAGE_REASON = "The receivers heard less than 15 % of what is usual in these weeks."

_SMOOTHING_DAYS = 7
"""Days of the centred mean for thin days: one of each weekday (STATISTICS.md, section 2)."""

_USUAL_DAYS = 71
"""Days of the centred median: as long as a window of 14 and a baseline of 56, and odd."""


def count_days(evidence: RouteEvidence) -> CountSeries:
    """Counts of both bounds and exposure for each day from `evidence.first` to `last`.

    Exposure is other traffic that the receivers heard: `evidence.heard` does not contain the
    route's own flights.
    """
    days = list_days(evidence.first, evidence.last)
    entries = _entry_per_day(evidence, days)
    complete = np.array([entry.is_complete for entry in entries])
    flights = evidence.flights
    per_day = pd.Series(_as_dates(flights["day"]), index=flights.index, dtype=object)
    lower = _count(per_day[flights["bound"] == "lower"], days)
    upper = _count(per_day, days)
    heard = evidence.heard.set_axis(_as_dates(evidence.heard.index), axis=0)
    origin = _select(heard["origin"], days, complete)
    destination = _select(heard["destination"], days, complete)
    neither = evidence.neither_end.set_axis(_as_dates(evidence.neither_end.index))
    unplaced = _select(neither, days, complete)
    exposure, outage = measure_exposure(origin, destination)
    overhead = {
        f"overhead_{end}": _select_known(evidence.overhead, end, days, complete)
        for end in ("origin", "destination")
    }
    return CountSeries(
        days=tuple(days),
        lower=_known(lower, complete),
        upper=_known(upper, complete),
        exposure=_known(exposure, np.isfinite(exposure)),
        exposure_origin=_known(origin, np.isfinite(origin)),
        exposure_destination=_known(destination, np.isfinite(destination)),
        neither_end=_known(unplaced, np.isfinite(unplaced)),
        status=tuple(entry.status for entry in entries),
        reason=tuple(" ".join(entry.reasons) for entry in entries),
        reader=tuple(format_reader(entry) for entry in entries),
        outage=tuple(bool(each) for each in outage),
        **overhead,
    )


def list_days(first: date, last: date) -> list[date]:
    """All days from `first` to `last`, both inclusive."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def format_reader(entry: LedgerEntry) -> str:
    """Reader and edition of the day's files; "" where the day is not complete."""
    if not entry.is_complete:
        return ""
    return " · ".join(filter(None, (entry.reader, entry.detail, entry.release_kind)))


def measure_exposure(origin: Floats, destination: Floats) -> tuple[Floats, Flags]:
    """Exposure per day from the traffic heard in both regions, and the days that are outages.

    Parameters
    ----------
    origin, destination
        Other flights heard per day in each region, shape (days,); NaN = not known.

    Returns
    -------
    tuple of array
        Exposure, shape (days,): the geometric mean of both regions, or one region's where the
        other has no traffic on any day; NaN = not known. Thin days (below `FEW_HEARD`) have the
        mean of the seven days around them. Outages: shape (days,); an outage keeps its own value
        and is in no mean.
    """
    exists = [each for each in (origin, destination) if np.nansum(each) > 0]
    if not exists:
        return np.full(len(origin), np.nan), np.zeros(len(origin), dtype=bool)
    raw = np.sqrt(exists[0] * exists[1]) if len(exists) == 2 else exists[0].astype(float)
    outage = find_outages(raw, least=FEW_HEARD)
    smooth = _centred(np.where(outage, np.nan, raw), _SMOOTHING_DAYS).mean().to_numpy()
    thin = (raw < FEW_HEARD) & ~outage
    return np.where(thin, smooth, raw), outage


def find_outages(exposure: Floats, *, least: float = 0.0) -> Flags:
    """True on days whose exposure is below `OUTAGE_SHARE` of the median of the weeks around.

    Parameters
    ----------
    exposure
        Per day, shape (days,); NaN = not known, which is no outage.
    least
        Where the median is below this, one nearly empty day is chance: the mean of its week is
        compared instead.
    """
    usual = _centred(exposure, _USUAL_DAYS).median().to_numpy()
    week = _centred(exposure, _SMOOTHING_DAYS).mean().to_numpy()
    outage: Flags = np.where(usual >= least, exposure, week) < OUTAGE_SHARE * usual
    return outage


def _centred(values: Floats, days: int) -> Any:
    return pd.Series(values).rolling(days, center=True, min_periods=1)


def _entry_per_day(evidence: RouteEvidence, days: list[date]) -> list[LedgerEntry]:
    known = {entry.day: entry for entry in evidence.ledger}
    return [known.get(day) or not_asked(evidence.source, day) for day in days]


def _as_dates(values: Iterable[Any]) -> list[date]:
    """UTC days as dates; some readers turn an Arrow date column into timestamps."""
    found = list(values)
    if all(type(each) is date for each in found):
        return found
    return list(pd.to_datetime(pd.Series(found)).dt.date)


def _count(per_day: "pd.Series[Any]", days: list[date]) -> Floats:
    counts: Floats = per_day.value_counts().reindex(days, fill_value=0).to_numpy(dtype=float)
    return counts


def _select(values: "pd.Series[Any]", days: list[date], complete: Flags) -> Floats:
    """One value per day; 0 on a complete day without a row, NaN on a day not complete."""
    found = values.astype("Float64").reindex(days, fill_value=0)
    taken = found.to_numpy(dtype=float, na_value=np.nan)
    return np.where(complete, taken, np.nan)


def _select_known(
    overhead: pd.DataFrame, end: str, days: list[date], complete: Flags
) -> tuple[float | None, ...]:
    """One value per day, None where it is not known; empty where it is known on no day."""
    if end not in overhead or overhead[end].isna().all():
        return ()
    found = overhead[end].set_axis(_as_dates(overhead.index)).astype("Float64").reindex(days)
    values = found.to_numpy(dtype=float, na_value=np.nan)
    return _known(values, complete & np.isfinite(values))


def _known(values: Floats, known: Flags) -> tuple[float | None, ...]:
    """Values, None where not known."""
    return tuple(
        float(value) if there else None for value, there in zip(values, known, strict=True)
    )
