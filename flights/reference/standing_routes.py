"""Usual stops of a callsign, from `standing-data` of Virtual Radar Server (CC0).

Volunteers enter the routes, without dates: they show whether a stop is usual, but cannot be used
for counts.

References
----------
Form and callsigns: routes/schema-01/README.md in https://github.com/vradarserver/standing-data
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from flights.errors import BadPayload

AIRLINES_FILE = "airlines.csv"
_CALLSIGN = re.compile("([A-Z]{2,3}|[A-Z][0-9]|[0-9][A-Z])([0-9][0-9A-Z]*)")
_NUMBER = re.compile("[0-9]{1,4}|[0-9]{1,3}[A-Z]|[0-9]{1,2}[A-Z]{2}")
_AIRPORT = re.compile("[A-Z0-9]{2,7}")
_MOST_STOPS = 20  # longer rows are errors of entry
Stops = tuple[str, ...]


@dataclass(frozen=True)
class Routes:
    """`stops` by normalised callsign; `icao` has the ICAO designators of an IATA code.

    `bad_rows` is the number of rows left out: no callsign, or fewer than two airports.
    """

    stops: Mapping[str, Stops]
    icao: Mapping[str, tuple[str, ...]]
    bad_rows: int = 0


def known_stops(callsign: str, routes: Routes) -> tuple[Stops, ...]:
    """Airport codes in the order flown, per known route of a callsign; () = none.

    There are several only where airlines share the IATA code in the callsign.
    """
    found = (routes.stops.get(each) for each in plain_callsigns(callsign, routes.icao))
    return tuple(stops for stops in found if stops)


def plain_callsigns(callsign: str, icao: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The normalised forms of a callsign: ICAO designator, number without leading zeros.

    >>> plain_callsigns("CV07951 ", {"CV": ("CLX",)}), plain_callsigns("CLX00AB", {})
    (('CLX7951',), ('CLX0AB',))
    >>> plain_callsigns("LXNEX", {})
    ()
    """
    found = _CALLSIGN.fullmatch(callsign.strip().upper())
    if not found:
        return ()
    code, number = found[1], found[2].lstrip("0")
    number = number if number[:1].isdigit() else f"0{number}"
    if not _NUMBER.fullmatch(number):
        return ()
    return tuple(f"{each}{number}" for each in icao.get(code, (code,)))


def read_routes(folder: Path) -> Routes:
    """Routes and airline codes from the files in `folder`.

    Raises
    ------
    BadPayload
        A file cannot be read, or lacks a column.
    """
    stops: dict[str, Stops] = {}
    bad_rows = 0
    for path in sorted(folder.glob("*-*.csv")):
        for row in _rows(path, ("Callsign", "AirportCodes")):
            airports = tuple(row["AirportCodes"].split("-"))
            if _is_route(row["Callsign"], airports):
                stops[row["Callsign"]] = airports
            else:
                bad_rows += 1
    return Routes(stops, _read_designators(folder / AIRLINES_FILE), bad_rows)


def _is_route(callsign: str, airports: Stops) -> bool:
    plausible = 2 <= len(airports) <= _MOST_STOPS and all(map(_AIRPORT.fullmatch, airports))
    return plausible and bool(_CALLSIGN.fullmatch(callsign))


def _read_designators(path: Path) -> dict[str, tuple[str, ...]]:
    """IATA code -> ICAO designators; closed airlines keep theirs, so some share a code."""
    found: dict[str, tuple[str, ...]] = {}
    for row in _rows(path, ("ICAO", "IATA")):
        if row["IATA"] and row["ICAO"]:
            found[row["IATA"]] = (*found.get(row["IATA"], ()), row["ICAO"])
    return found


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    line = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            if not set(needed) <= set(reader.fieldnames or ()):
                raise BadPayload(f"{path} lacks {' or '.join(needed)} in its first line.")
            for row in reader:
                line = reader.line_num
                yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadPayload(f"{path} cannot be read after line {line}: {error}") from error
