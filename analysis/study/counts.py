"""Flights, ledger and exposure become counts per day; a day not complete is missing, never 0."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from analysis.study.results import CountSeries
from flights.records import LedgerEntry, not_asked
from flights.routes import RouteEvidence

FEW_HEARD = 30
"""Below so many other flights a day, a single day's exposure is mostly chance."""

OUTAGE_SHARE = 0.15
"""Below this share of what is usual in the weeks around, a day is an outage."""

OUTAGE_REASON = "The receivers heard less than 15 % of what is usual in these weeks."

_SMOOTHING_DAYS = 7
_USUAL_DAYS = 71


def count_days(evidence: RouteEvidence) -> CountSeries:
    """Counts of both bounds and exposure for each day from `evidence.first` to `last`.

    Exposure is what the receivers heard of other traffic: `evidence.heard` leaves the route's
    own flights out already.
    """
    days = list_days(evidence.first, evidence.last)
    entries = _entry_per_day(evidence, days)
    complete = np.array([entry.is_complete for entry in entries])
    flights = evidence.flights
    per_day = pd.Series(_as_dates(flights["day"]), index=flights.index, dtype=object)
    lower = _count(per_day[flights["bound"] == "lower"], days)
    upper = _count(per_day, days)
    heard = evidence.heard.set_axis(_as_dates(evidence.heard.index), axis=0)
    origin = _take(heard["origin"], days, complete)
    destination = _take(heard["destination"], days, complete)
    neither = evidence.neither_end.set_axis(_as_dates(evidence.neither_end.index))
    unplaced = _take(neither, days, complete)
    exposure, outage = measure_exposure(origin, destination)
    overhead = {
        f"overhead_{end}": _take_known(evidence.overhead, end, days, complete)
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
    """Who judged the day's files and which edition they are; '' where the day is not complete."""
    if not entry.is_complete:
        return ""
    return " · ".join(filter(None, (entry.reader, entry.detail, entry.release_kind)))


def measure_exposure(origin: np.ndarray, destination: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Exposure per day from what was heard in both regions, and which days are outages.

    The geometric mean of both where both exist, else the one that does. A region in which
    nothing was heard on any day has no exposure. Thin days (below `FEW_HEARD`) take the mean of
    the seven days around; an outage keeps its own figure and lends it to nobody.
    """
    exists = [each for each in (origin, destination) if np.nansum(each) > 0]
    if not exists:
        return np.full(len(origin), np.nan), np.zeros(len(origin), dtype=bool)
    raw = np.sqrt(exists[0] * exists[1]) if len(exists) == 2 else exists[0].astype(float)
    outage = find_outages(raw, least=FEW_HEARD)
    smooth = _centred(np.where(outage, np.nan, raw), _SMOOTHING_DAYS).mean().to_numpy()
    thin = (raw < FEW_HEARD) & ~outage
    return np.where(thin, smooth, raw), outage


def find_outages(exposure: np.ndarray, *, least: float = 0.0) -> np.ndarray:
    """True on days whose exposure is far below what is usual in the weeks around.

    Where less than `least` is usual, a near-empty day is chance: its week is judged instead.
    """
    usual = _centred(exposure, _USUAL_DAYS).median().to_numpy()
    week = _centred(exposure, _SMOOTHING_DAYS).mean().to_numpy()
    return np.where(usual >= least, exposure, week) < OUTAGE_SHARE * usual


def _centred(values: np.ndarray, days: int) -> Any:
    return pd.Series(values).rolling(days, center=True, min_periods=1)


def _entry_per_day(evidence: RouteEvidence, days: list[date]) -> list[LedgerEntry]:
    held = {entry.day: entry for entry in evidence.ledger}
    return [held.get(day) or not_asked(evidence.source, day) for day in days]


def _as_dates(values: Iterable[Any]) -> list[date]:
    """UTC days as plain dates, whatever a reader made of an Arrow date column."""
    found = list(values)
    if all(type(each) is date for each in found):
        return found
    return list(pd.to_datetime(pd.Series(found)).dt.date)


def _count(per_day: pd.Series, days: list[date]) -> np.ndarray:
    return per_day.value_counts().reindex(days, fill_value=0).to_numpy(dtype=float)


def _take(values: pd.Series, days: list[date], complete: np.ndarray) -> np.ndarray:
    """One value per day; 0 on a complete day without a row, NaN on a day not complete."""
    found = values.astype("Float64").reindex(days, fill_value=0)
    taken = found.to_numpy(dtype=float, na_value=np.nan)
    return np.where(complete, taken, np.nan)


def _take_known(
    overhead: pd.DataFrame, end: str, days: list[date], complete: np.ndarray
) -> tuple[float | None, ...]:
    """One value per day, None where nothing is known; nothing where it is known on no day."""
    if end not in overhead or overhead[end].isna().all():
        return ()
    found = overhead[end].set_axis(_as_dates(overhead.index)).astype("Float64").reindex(days)
    values = found.to_numpy(dtype=float, na_value=np.nan)
    return _known(values, complete & np.isfinite(values))


def _known(values: np.ndarray, known: np.ndarray) -> tuple[float | None, ...]:
    return tuple(
        float(value) if there else None for value, there in zip(values, known, strict=True)
    )
