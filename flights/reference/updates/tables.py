"""The reference tables that can be fetched: address, licence, and how they are read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flights.errors import InvalidInput, ResourceMissing
from flights.reference.aircraft import read_aircraft
from flights.reference.operators import load_operators
from flights.reference.ourairports import read_ourairports
from flights.reference.standing_routes import AIRLINES_FILE, read_routes

Get = Callable[[str, int], bool]
"""Fetches a path of the server, of at most so many bytes; False where there is no file."""

_RAW = "https://raw.githubusercontent.com"
_STANDING_DATA = "https://raw.githubusercontent.com/vradarserver/standing-data/main".removeprefix(
    _RAW
)
_LARGE, _SMALL = 200 << 20, 20 << 20


@dataclass(frozen=True)
class EditionKind:
    """One table: `fetch` gets its files, `count` reads them all and gives the rows.

    `example` is the address of a file that must exist. Fewer rows than `least_rows` are not
    plausible: the server sent another file or a part.
    """

    title: str
    about: str
    server: str
    path: str
    licence: str
    attribution: str
    fetch: Callable[[Get], None]
    count: Callable[[Path], int]
    least_rows: int

    @property
    def example(self) -> str:
        """The address of its (first) file."""
        return self.server + self.path


def _fetch_one(path: str) -> Callable[[Get], None]:
    def fetch(get: Get) -> None:
        if not get(path, _LARGE):
            raise ResourceMissing(
                f"{path} does not exist any more. Check whether the publisher has moved it."
            )

    return fetch


def _fetch_routes(get: Get) -> None:
    """Airline codes, and the routes of the airlines that carry cargo.

    An airline with more than 10,000 routes has a file per first digit of the flight number
    instead of one file; an airline with that many routes has some that begin with 1.
    """
    if not get(f"{_STANDING_DATA}/airlines/schema-01/{AIRLINES_FILE}", _SMALL):
        raise ResourceMissing("`airlines.csv` of `standing-data` does not exist any more.")
    for code in load_operators().index:
        stem = f"{_STANDING_DATA}/routes/schema-01/{code[0]}/{code}"
        if not get(f"{stem}-all.csv", _SMALL) and get(f"{stem}-1.csv", _SMALL):
            for digit in "023456789":
                get(f"{stem}-{digit}.csv", _SMALL)


def _count_aircraft(folder: Path) -> int:
    return read_aircraft(folder / "aircraft.csv.gz", wanted=()).rows


def _count_airports(folder: Path) -> int:
    return len(read_ourairports(folder / "airports.csv"))


def _count_routes(folder: Path) -> int:
    return len(read_routes(folder).stops)


_AIRCRAFT = "/wiedehopf/tar1090-db/raw/refs/heads/csv/aircraft.csv.gz"
_AIRPORTS = "/ourairports-data/airports.csv"

KINDS = {
    "aircraft": EditionKind(
        title="tar1090-db",
        about="registration, type and owner of airframes; names them where a source does not",
        server="https://github.com",
        path=_AIRCRAFT,
        licence="none stated: for your own use, do not pass it on",
        attribution="aircraft: tar1090-db by wiedehopf, from Mictronics and others",
        fetch=_fetch_one(_AIRCRAFT),
        count=_count_aircraft,
        least_rows=1000,
    ),
    "airports": EditionKind(
        title="OurAirports",
        about="fields the shipped table lacks; used where FLIGHTS_AIRPORTS names its airports.csv",
        server="https://davidmegginson.github.io",
        path=_AIRPORTS,
        licence="public domain",
        attribution="airports: OurAirports (public domain)",
        fetch=_fetch_one(_AIRPORTS),
        count=_count_airports,
        least_rows=1000,
    ),
    "routes": EditionKind(
        title="`standing-data` routes",
        about="usual stops of cargo airlines' callsigns, by volunteers and undated",
        server=_RAW,
        path=f"{_STANDING_DATA}/airlines/schema-01/{AIRLINES_FILE}",
        licence="CC0 1.0",
        attribution="routes: Virtual Radar Server `standing-data` (CC0)",
        fetch=_fetch_routes,
        count=_count_routes,
        least_rows=100,
    ),
}
"""All tables by name."""


def find_kind(name: str) -> EditionKind:
    """The table of this name; `InvalidInput` where there is none."""
    if name not in KINDS:
        raise InvalidInput(f"There is no reference table {name!r}. Use one of {', '.join(KINDS)}.")
    return KINDS[name]
