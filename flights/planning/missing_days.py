"""Days of a study that do not count, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flights.planning.needed_days import DaySpan
from flights.records import LedgerEntry, judge_departures, not_asked


@dataclass(frozen=True)
class MissingDays:
    """Days that do not count for the same reason."""

    status: str
    reason: str
    days: tuple[date, ...]


def find_missing_days(
    entries: Mapping[date, LedgerEntry], span: DaySpan, *, source: str = ""
) -> tuple[MissingDays, ...]:
    """Days of the span that do not count for flights by day of departure, grouped by reason."""
    judged = judge_departures(entries)
    found: dict[tuple[str, str], list[date]] = {}
    for day in span.days:
        entry = judged.get(day) or not_asked(source, day)
        if not entry.is_complete:
            found.setdefault((entry.status, " ".join(entry.reasons)), []).append(day)
    return tuple(MissingDays(status, why, tuple(days)) for (status, why), days in found.items())


def find_days_to_pull(
    entries: Mapping[date, LedgerEntry], days: Iterable[date], *, with_next: bool = False
) -> list[date]:
    """Days that are not complete in the ledger.

    `with_next`: the source stores a flight under the day of its landing, so the day after each
    day is needed too.
    """
    wanted = set(days)
    by_arrival = with_next or any(entry.filed_by == "lastseen" for entry in entries.values())
    if by_arrival:
        wanted |= {day + timedelta(days=1) for day in wanted}
    return sorted(day for day in wanted if day not in entries or not entries[day].is_complete)
