"""Addresses of the samples on their server, and the days that have samples."""

import json
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flights.errors import BadPayload, NotCovered
from flights.network import Door, Report, Resource

SERVER = "https://samples.adsbexchange.com"
FIRST_DAYS = {"operations": date(2024, 7, 1), "traces": date(2016, 7, 1)}
"""First published day of each kind of sample."""

EDITION = "operations-ax-v2"
_LARGEST_INDEX = 8 << 20
"""The list of a day has about 0.6 MB; parsed JSON may need 30 times its text."""
_ADDRESS = re.compile("~?[0-9a-f]{6}")


@dataclass(frozen=True)
class TraceIndex:
    """The aircraft with a trace on a day, sorted; `fingerprint` identifies the list."""

    addresses: tuple[str, ...]
    fingerprint: str

    @property
    def folders(self) -> frozenset[str]:
        """Trace folders that are not empty."""
        return frozenset(each[-2:] for each in self.addresses)


@dataclass(frozen=True)
class SampleServer:
    """The server of the samples, or a mirror from the settings."""

    door: Door
    server: str = SERVER

    def with_report(self, report: Report) -> "SampleServer":
        """The same server; its waits are reported."""
        return replace(self, door=self.door.with_report(report))

    def operations_address(self, day: date) -> str:
        """Address of the day's table of operations."""
        return f"{self.server}/{EDITION}/{day:%Y/%m/%d}/operations.csv.gz"

    def trace_address(self, day: date, icao24: str) -> str:
        """Address of an aircraft's trace."""
        return f"{self.server}/traces/{day:%Y/%m/%d}/{trace_name(icao24)}"

    def fetch_operations_resource(self, day: date) -> Resource | None:
        """Size and tag of the day's table; None = there is no table."""
        return self.door.fetch_head(self.operations_address(day))

    def fetch_index(self, day: date) -> TraceIndex | None:
        """Aircraft that have a trace on the day; None = there are no traces of that day.

        Raises
        ------
        BadPayload
            The reply is not a list of addresses.
        """
        address = f"{self.server}/traces/{day:%Y/%m/%d}/index.json"
        data = self.door.fetch(address, limit=_LARGEST_INDEX)
        return None if data is None else read_index(data, f"traces/{day:%Y/%m/%d}/index.json")


def trace_name(icao24: str) -> str:
    """Name of an aircraft's trace below a day.

    >>> trace_name("4d0103")
    '03/trace_full_4d0103.json'
    """
    return f"{icao24[-2:]}/trace_full_{icao24}.json"


def read_index(data: bytes, name: str) -> TraceIndex:
    """The list of a day's aircraft, `{"traces": ["4d0103", ...]}`, gzip or plain.

    Raises
    ------
    BadPayload
        It is something else, for example a web page.
    """
    import hashlib

    from flights.readsb import read_payload

    plain, problem = read_payload(data, name, limit=_LARGEST_INDEX)
    try:
        known = json.loads(bytes(plain))["traces"]
        addresses = {str(each).lower() for each in known}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadPayload(f"{name} is not a list of traces ({type(error).__name__}).") from error
    strange = [each for each in addresses if not _ADDRESS.fullmatch(each)]
    if problem or strange or not isinstance(known, list):
        shown = problem or f"{sorted(strange)[:1]!r} is not an aircraft address"
        raise BadPayload(f"{name} is not a list of traces: {shown[:120]}")
    digest = hashlib.sha256("\n".join(sorted(addresses)).encode()).hexdigest()
    return TraceIndex(tuple(sorted(addresses)), digest[:16])


def sample_days(first: date, last: date, kind: str) -> list[date]:
    """First days of months from `first` to `last` that may have samples of this kind.

    Raises
    ------
    NotCovered
        No such day is in the range.
    """
    start = max(first, FIRST_DAYS[kind])
    months = range(start.year * 12 + start.month - 1, last.year * 12 + last.month)
    found = [day for day in (date(n // 12, n % 12 + 1, 1) for n in months) if start <= day <= last]
    if found:
        return found
    nearest = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    raise NotCovered(
        "ADS-B Exchange has samples of the first day of each month only "
        f"({kind}: since {FIRST_DAYS[kind]}); there is none from {first} to {last}. "
        f"The next one is {nearest}."
    )
