"""The quarters that the data set publishes: their days, their files, and what is known of them.

References
----------
https://github.com/MrAirspace/aircraft-flight-schedules
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_DAY = date(2024, 1, 1)
LATEST_SEEN = (2026, 2)
"""Newest quarter that was published when this was written (October 2026)."""

KNOWN_FILES = {
    (2025, 3): (970_997_726, "aa9936affcd07b3ad60b7d166484e4fdf71b52eb4d4085e8b53401f8e3ff889b"),
    (2025, 4): (871_154_403, "f540e9264292a0476b35302da2249d54c5f4833046258a0d75b7a979c7f884de"),
    (2026, 1): (840_340_093, "12ec161c7f1739934053d743625bb48e86b3785c3fcb0549b0e08ae93b1199ce"),
    (2026, 2): (911_949_077, "2bef8bc41b9c5fc0708271859362a10d9a703a15ad57863e7e934bf3738226db"),
}
"""Size [bytes] and SHA-256 of files that others have fetched and noted."""

METHOD_CHANGE = date(2025, 4, 1)
"""From this day on the author joins the two parts of a flight with a long silence himself."""

_PATH = "/MrAirspace/aircraft-flight-schedules/releases/download"


@dataclass(frozen=True, order=True)
class Quarter:
    """One quarter of a year; `number` is 1 to 4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """The quarter of a day."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def first(self) -> date:
        """First day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        """The quarter after this one."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def path(self) -> str:
        """Path of its file on the publisher's server."""
        if self.year == FIRST_DAY.year:
            tag = f"aircraft_flight_logs_{self.year}_quarter{self.number}"
            return f"{_PATH}/{tag}/{self.year}_Q{self.number}_github.parquet"
        tag = f"aircraft_flight_schedules_{self.year}_quarter{self.number}"
        return f"{_PATH}/{tag}/{self.year}_Q{self.number}_detailed_github.parquet"

    @property
    def known_file(self) -> tuple[int, str] | None:
        """Size [bytes] and SHA-256 where they are known."""
        return KNOWN_FILES.get((self.year, self.number))

    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        return tuple(days_between(self.first, self.last))

    def __str__(self) -> str:
        return f"{self.year} Q{self.number}"


def days_between(first: date, last: date) -> Iterator[date]:
    """Days from `first` to `last`, both inclusive."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def quarters_between(first: date, last: date) -> Iterator[Quarter]:
    """Quarters with a day from `first` to `last`, both inclusive."""
    quarter = Quarter.of(first)
    while quarter.first <= last:
        yield quarter
        if quarter.year == date.max.year:
            return
        quarter = quarter.next
