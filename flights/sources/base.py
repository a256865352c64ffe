"""What a source is: a description made of data, and two things it can do."""

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
    """One option of a source's `open_source`: the command line and the Data page ask for it.

    `kind`: path | text | regions | choice | flag. Values are text, or None where not given.
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
    """What a UTC day takes, in figures, for plans made before a source is asked; 0 = none of it.

    `per_airport`: the figures are those of one airport, and a series is pulled for some
    airports (option `regions`). `monthly`: days come in files of a month, read whole even for
    one day. `next_day` is the share of a day's cost that the day after the last one adds, where
    flights that land after midnight have to be fetched from there. `credits_budget` is what an
    ordinary account may spend a day, `delay_days` how long it takes until a day is published.
    """

    bytes_per_day: int = 0
    requests_per_day: int = 0
    credits_per_day: int = 0
    credits_budget: int = 0
    per_airport: bool = False
    monthly: bool = False
    next_day: float = 0.0
    delay_days: int = 1


@dataclass(frozen=True)
class SourceSpec:
    """A source in words and figures; the README table and `flights sources` are made of it.

    `box` is the area as (south, west, north, east) [deg] where it is not the world. `remote`:
    pulling it sends requests to others. `options` are those of its `open_source`. `scope` is
    what a series was narrowed to, as in `LedgerEntry`; `key` is then that of the series.

    For planning: `cost` in figures; `account` is "" (none), "free" (for anybody) or "granted"
    (on application); `positions`: it tells where flights were between their ends;
    `cannot_show` ends the sentence “It cannot show …”.

    `why_absent`: what the ledger says of days the source does not have, where that is known.
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
    """The sentence that every export carries; SIMULATED first where the source is made up."""
    if spec is not None and spec.simulated:
        return f"{SIMULATED_MARK}: a made-up world, nobody heard any of this. {CONTENTS_SENTENCE}"
    return CONTENTS_SENTENCE


LONGEST_SLUG = 32


def narrow(spec: SourceSpec, scope: str) -> SourceSpec:
    """The spec of a series that holds only `scope`: `regions:airport:ELLX`, `icao24:4d0103` ...

    It gets a key of its own, so that a part is never taken for the whole, nor for another part.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", scope.lower())[:LONGEST_SLUG].strip("-")
    digest = hashlib.sha256(scope.encode()).hexdigest()[:6]
    title = f"{spec.title}, only {scope}"
    return replace(spec, key=f"{spec.key}.{slug}-{digest}", title=title, scope=scope)


@dataclass(frozen=True)
class Offer:
    """What a source is asked for at once: one UTC day, or several where they lie in one file.

    `day` is the first (or only) one, `days` all of them ("()" = `day` alone). `parts` is the
    source's own business. `size_bytes`, `requests` and `credits` are what reading it costs,
    `problem` a sentence when something is already known to be wrong with it (it is asked all
    the same, and the ledger will say so). `notes` are sentences to read before agreeing, with
    nothing wrong in them. `fingerprint`: as in `LedgerEntry`.
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
        """Every day asked for."""
        return self.days or (self.day,)


Report = Callable[[str, float], None]
"""Called while a day is read with what is done now and the share done, 0 to 1."""


class Source(Protocol):
    """A source opened with its options. Instances are picklable: days run in processes.

    A module in `sources` holds one class of this shape with `spec` as a class attribute, and
    `open_source(**options)` which checks the options and returns it. An instance narrowed to a
    scope (see `narrow`) carries the narrowed spec.
    """

    @property
    def spec(self) -> SourceSpec:
        """What the source says of itself."""
        ...

    def offers(self, first: date, last: date) -> list[Offer]:
        """What can be asked for days from `first` to `last` (both inclusive), in day order.

        A source that is asked over the network may send requests here, to learn what there is.
        A day no offer holds is one the source answered to have nothing for; what it can never
        answer raises `NotCovered`.
        """
        ...

    def collect(self, offer: Offer, report: Report) -> Iterable[DayRecords]:
        """Read one offer, day by day as they are done. Its stamps may speak of other days too.

        Raises
        ------
        RateLimited
            The source asks to wait longer than is sensible: the pull ends, nothing is noted.
        """
        ...
