"""The interface of a source: its description and its two methods."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from flights import CONTENTS_SENTENCE
from flights.records import DayRecords

SIMULATED_MARK = "SIMULATED"


@dataclass(frozen=True)
class Option:
    """One option of a source's `open_source`, shown by the command line and the Data page.

    `kind`: path | text | regions | choice | flag. Values are text, or None if not given.
    """

    name: str
    help: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    default: str | None = None
    required: bool = False
    placeholder: str = ""


@dataclass(frozen=True)
class Cost:
    """The cost of a UTC day in numbers, for estimates before the first request; 0 = none.

    `per_airport`: the numbers are for one airport, and a series has only chosen airports (option
    `regions`). `file_months`: files contain so many months and are read whole even for one day;
    0 = one file a day. `next_day`: cost of the day after the last one, as a share of a day; it is
    fetched for flights that land after midnight. `credits_budget`: credits of a standard account
    per day. `delay_days`: time until a day is published.
    """

    bytes_per_day: int = 0
    requests_per_day: int = 0
    credits_per_day: int = 0
    credits_budget: int = 0
    per_airport: bool = False
    file_months: int = 0
    next_day: float = 0.0
    delay_days: int = 1


@dataclass(frozen=True)
class SourceSpec:
    """Description of a source; the README table and `flights sources` are made from it.

    `box` is the area as (south, west, north, east) [deg]; None = the world. `remote`: a pull
    sends requests to other machines. `options` are those of its `open_source`. `scope`: the part
    to which a series is limited, as in `LedgerEntry`; `key` is then the key of the series.

    For planning: `cost` in numbers; `account` is "" (none), "free" (for everyone) or "granted"
    (on application); `positions`: it has positions between the ends of flights; `cannot_show`
    ends the sentence “It cannot show …”.

    `why_absent`: reason in the ledger for days that the source does not have.
    """

    key: str
    title: str
    gives: str
    needs: str
    licence: str
    attribution: str
    terms: str
    first_day: date | None = None
    last_day: date | None = None
    area: str = "worldwide"
    cost_per_day: str = ""
    known_holes: tuple[str, ...] = ()
    simulated: bool = False
    serves_frequency: bool = True
    box: tuple[float, float, float, float] | None = None
    remote: bool = False
    scope: str = ""
    options: tuple[Option, ...] = ()
    cost: Cost | None = None
    account: str = ""
    positions: bool = False
    cannot_show: str = ""
    why_absent: str = ""


def contents_note(spec: SourceSpec | None) -> str:
    """The sentence in every export; it begins with SIMULATED for a simulated source."""
    if spec is not None and spec.simulated:
        return f"{SIMULATED_MARK}: made-up flights, not observations. {CONTENTS_SENTENCE}"
    return CONTENTS_SENTENCE


LONGEST_SLUG = 32
"""Most characters of the scope in a key; keys become names of folders."""


def narrow(spec: SourceSpec, scope: str) -> SourceSpec:
    """The spec of a series limited to `scope`: `regions:airport:ELLX`, `icao24:4d0103` ...

    It has its own key, so that a part is never used as the whole or as another part.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", scope.lower())[:LONGEST_SLUG].strip("-")
    digest = hashlib.sha256(scope.encode()).hexdigest()[:6]
    title = f"{spec.title}, only {scope}"
    return replace(spec, key=f"{spec.key}.{slug}-{digest}", title=title, scope=scope)


@dataclass(frozen=True)
class Offer:
    """The unit that a source reads at once: one UTC day, or the days of one file.

    `day` is the first (or only) one, `days` all of them (() = only `day`). `parts` is used only
    by the source itself. `size_bytes`, `requests` and `credits` are the cost of reading it.
    `problem`: a sentence if a fault is already known; the offer is read nevertheless, and the
    ledger has the reason. `notes`: sentences for the user to read before the pull, not faults.
    `fingerprint`: as in `LedgerEntry`.
    """

    day: date
    size_bytes: int
    parts: tuple[Any, ...] = ()
    problem: str = ""
    days: tuple[date, ...] = ()
    requests: int = 0
    credits: int = 0
    fingerprint: str = ""
    notes: tuple[str, ...] = ()

    @property
    def all_days(self) -> tuple[date, ...]:
        """Every day of the offer."""
        return self.days or (self.day,)


Report = Callable[[str, float], None]
"""Called while a day is read, with the current step and the share done, 0 to 1."""


class Source(Protocol):
    """A source opened with its options. Instances are picklable: days run in processes.

    A module of a source has one class with this interface and a class attribute `spec`, and
    `open_source(**options)`, which checks the options and returns an instance. An instance
    limited to a scope (see `narrow`) has the spec of that series.
    """

    @property
    def spec(self) -> SourceSpec:
        """Description of the source."""
        ...

    def offers(self, first: date, last: date) -> list[Offer]:
        """Available days from `first` to `last` (both inclusive), in order.

        A remote source may send requests here to find out which days exist. A day without an
        offer is a day that the source does not have. Raises `NotCovered` for days that it can
        never have.
        """
        ...

    def collect(self, offer: Offer, report: Report) -> Iterable[DayRecords]:
        """Read one offer; yields each day when it is ready. Time stamps may belong to other days.

        Raises
        ------
        RateLimited
            The source demands a long wait: the pull ends and the ledger is unchanged.
        """
        ...
