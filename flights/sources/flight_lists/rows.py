"""The common form of rows of all flight lists: the columns, and the rules for valid rows."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from flights.sources import list_columns as columns
from flights.sources.list_columns import TIME

PLACE = ("latitude", "longitude", "altitude_ft")
ROW = pa.schema(
    [
        ("icao24", pa.string()),
        ("callsign", pa.string()),
        ("registration", pa.string()),
        ("typecode", pa.string()),
        ("model", pa.string()),
        ("operator", pa.string()),
        ("origin", pa.string()),
        ("destination", pa.string()),
        ("firstseen", TIME),
        ("lastseen", TIME),
        *((f"{end}_{name}", pa.float64()) for end in ("first", "last") for name in PLACE),
        ("day", pa.date32()),
        ("fault", pa.string()),
    ]
)
"""`origin` and `destination` are as in the list, in capitals. `day`: UTC day of the row in the
list, null if it has none. `fault`: the rule that the row breaks, null if it is valid."""

LONGEST_FLIGHT_MS = 5 * 86_400_000
"""A longer flight is an error of a clock [ms]."""

FEET = 1 / 0.3048
"""Feet in a metre."""

_LENGTHS = {"callsign": 8, "registration": 16, "operator": 8, "origin": 12, "destination": 12}
_LONGEST_MODEL = 120


class Batch(NamedTuple):
    """Some rows (`ROW`) of a file.

    `torn`: invalid lines among them. `share`: how much of the file is read so far, 0 to 1.
    """

    rows: pa.Table
    torn: int
    share: float


Batches = Iterator[Batch]


def make_rows(
    given: Mapping[str, pa.Array], day: pa.Array | None, *, feet: float = 1.0
) -> pa.Table:
    """Rows from columns with the names of `ROW`; missing columns are null.

    `day` None = the day of `firstseen`. `feet`: feet per unit of the given altitudes.
    """
    count = len(given["firstseen"])
    made = {name: given.get(name, pa.nulls(count)) for name in ROW.names}
    for name, longest in _LENGTHS.items():
        made[name] = columns.read_text(made[name], longest, upper=True)
    made["model"] = columns.read_text(made["model"], _LONGEST_MODEL)
    made["typecode"] = columns.read_typecodes(made["typecode"])
    for name in ("firstseen", "lastseen"):
        made[name] = columns.read_times(made[name])
    for end in ("first", "last"):
        made |= _read_place(made, end, feet)
    made["day"] = columns.utc_days(made["firstseen"] if day is None else columns.read_times(day))
    made["fault"] = _find_faults(made)
    return pa.table(made, schema=ROW)


def _read_place(made: Mapping[str, pa.Array], end: str, feet: float) -> dict[str, pa.Array]:
    """Position of one end; incomplete and impossible positions are null."""
    latitude = columns.read_numbers(made[f"{end}_latitude"], -90, 90)
    longitude = columns.read_numbers(made[f"{end}_longitude"], -180, 180)
    altitude = columns.read_numbers(made[f"{end}_altitude_ft"], -1_000 / feet, 150_000 / feet)
    known = pc.and_(pc.is_valid(latitude), pc.is_valid(longitude))
    nowhere = pa.scalar(None, pa.float64())
    return {
        f"{end}_latitude": pc.if_else(known, latitude, nowhere),
        f"{end}_longitude": pc.if_else(known, longitude, nowhere),
        f"{end}_altitude_ft": pc.multiply(altitude, feet),
    }


def _find_faults(made: Mapping[str, pa.Array]) -> pa.Array:
    """The rule that each row breaks, null if none."""
    first, last = (made[name].cast(pa.int64()) for name in ("firstseen", "lastseen"))
    lasts = pc.subtract(last, first)
    timed = pc.and_(pc.greater_equal(lasts, 0), pc.less_equal(lasts, LONGEST_FLIGHT_MS))
    untimed = pc.or_(pc.is_null(made["day"]), pc.invert(pc.fill_null(timed, False)))
    unnamed = pc.is_null(made["icao24"])
    none = pa.scalar(None, pa.string())
    return pc.if_else(untimed, "bad_times", pc.if_else(unnamed, "bad_address", none))
