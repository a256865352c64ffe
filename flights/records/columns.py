"""The columns of every stored table: name, type, unit, meaning. The only schema.

A day of one source is four tables: `flights` (legs of airframes), `edges` (where each
airframe was when the UTC day began and ended, so that neighbouring days can be joined in any
order), `tracks` (positions that draw a flight) and `reception` (how many aircraft and positions
were received per place and hour).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from flights.errors import BadPayload
from flights.records.ledger import LedgerEntry
from flights.records.packed_table import PackedTable

EVIDENCE = ("surface", "low", "estimated", "lost")
"""Evidence for an end of a flight, most reliable first."""

RECEPTION_RESOLUTION = 3
"""H3 resolution of reception cells (about 69 km edge)."""

CRUISE_FT = 25_000
"""Positions at or above this height count as cruise in reception rows [ft]. Jets cruise above it;
nearly all climbs and descents near airports are below."""

POSITION = np.dtype(
    [
        ("icao24", "<u4"),  # 24-bit address; bit 24 set = not an ICAO address ("~" in text)
        ("seen_at", "<i8"),  # ms since 1970-01-01 UTC
        ("latitude", "<f8"),  # deg, WGS84
        ("longitude", "<f8"),  # deg, -180..180
        ("altitude_ft", "<f4"),  # barometric, else geometric; NaN = unknown or on ground
        ("speed_kt", "<f4"),  # ground speed; NaN = unknown
        ("on_ground", "?"),
        ("received", "u1"),  # index into RECEIVED
        ("callsign", "S8"),  # as known at this position, stripped; b"" = unknown
    ]
)
"""One reported position, as decoders give it to `legs` (a packed numpy record)."""

RECEIVED = (
    "adsb_icao",
    "adsb_icao_nt",
    "adsr_icao",
    "tisb_icao",
    "adsc",
    "mlat",
    "other",
    "mode_s",
    "adsb_other",
    "adsr_other",
    "tisb_trackfile",
    "tisb_other",
    "mode_ac",
)
"""How a position was received, in the numbering of readsb."""

NON_ICAO = 1 << 24


@dataclass(frozen=True)
class Column:
    """One column: `type` is an Arrow type, `unit` is empty where there is none.

    An `optional` column may be missing in a frame to be stored; it is null then.
    """

    name: str
    type: pa.DataType
    unit: str
    meaning: str
    optional: bool = False


_TIME = pa.timestamp("ms", tz="UTC")

_KEY = (
    Column("source", pa.string(), "", "key of the source"),
    Column("day", pa.date32(), "UTC day", "day of the file this row was read from"),
)

_END = (
    ("", pa.string(), "ICAO code", "airport of this end; null when lost"),
    ("_evidence", pa.string(), "", "surface | low | estimated | lost"),
    ("_distance_km", pa.float32(), "km", "from the end's position to that airport"),
    ("_height_ft", pa.float32(), "ft", "above that airport at the end's position"),
)

FLIGHT = (
    *_KEY,
    Column("flight_id", pa.string(), "", "icao24-firstseen[s], unique within a source"),
    Column("icao24", pa.string(), "", "6 lower-case hex digits; ~ before a non-ICAO address"),
    Column("callsign", pa.string(), "", "most frequent during the flight; untrusted text"),
    Column("registration", pa.string(), "", "from the source or the aircraft table; untrusted"),
    Column("typecode", pa.string(), "", "ICAO type designator"),
    Column("model", pa.string(), "", "type in words, where given"),
    Column("operator", pa.string(), "", "ICAO designator of the operator"),
    Column("firstseen", _TIME, "UTC", "take-off where received, else the first position"),
    Column(
        "lastseen", _TIME, "UTC", "landing where received, else the last position; null = not given"
    ),
    *(Column("origin" + n, t, u, m) for n, t, u, m in _END),
    *(Column("destination" + n, t, u, m) for n, t, u, m in _END),
    Column("first_latitude", pa.float64(), "deg", "of the first position"),
    Column("first_longitude", pa.float64(), "deg", "of the first position"),
    Column("first_altitude_ft", pa.float32(), "ft", "of the first position; null = ground/unknown"),
    Column("last_latitude", pa.float64(), "deg", "of the last position"),
    Column("last_longitude", pa.float64(), "deg", "of the last position"),
    Column("last_altitude_ft", pa.float32(), "ft", "of the last position; null = ground/unknown"),
    Column("positions", pa.int32(), "", "positions received during the flight; 0 = not known"),
    Column("longest_silence_s", pa.int32(), "s", "longest time in the flight without a position"),
    Column("received", pa.string(), "", "adsb | mlat | tisb | adsc | other | mixed"),
    Column(
        "flags",
        pa.string(),
        "",
        "rules that fired (`flags`), comma separated; '' = none",
    ),
)

EDGE = (
    *_KEY,
    Column("icao24", pa.string(), "", "as in flights"),
    Column("edge", pa.string(), "", "first | last position of the airframe in this UTC day"),
    Column("seen_at", _TIME, "UTC", ""),
    Column("latitude", pa.float64(), "deg", ""),
    Column("longitude", pa.float64(), "deg", ""),
    Column("altitude_ft", pa.float32(), "ft", "null = on ground or unknown"),
    Column("speed_kt", pa.float32(), "kt", "null = unknown"),
    Column("vertical_fpm", pa.float32(), "ft/min", "rate of climb, from altitudes; null = unknown"),
    Column("on_ground", pa.bool_(), "", ""),
    Column("callsign", pa.string(), "", "null = unknown"),
    Column("flight_id", pa.string(), "", "flight of this position; null on the ground"),
    Column("airport", pa.string(), "ICAO code", "where on the ground; null in the air"),
    Column("airport_km", pa.float32(), "km", "distance to that airport"),
)

TRACK = (
    *_KEY,
    Column("flight_id", pa.string(), "", "as in flights"),
    Column("icao24", pa.string(), "", "as in flights"),
    Column("seen_at", _TIME, "UTC", ""),
    Column("latitude", pa.float32(), "deg", ""),
    Column("longitude", pa.float32(), "deg", ""),
    Column("altitude_ft", pa.float32(), "ft", "null = on ground or unknown"),
    Column("on_ground", pa.bool_(), "", ""),
)

RECEPTION = (
    *_KEY,
    Column("hour", pa.int8(), "0-23 UTC", ""),
    Column("cell", pa.int64(), "H3 index", f"resolution {RECEPTION_RESOLUTION}"),
    Column("aircraft", pa.int32(), "", "distinct aircraft received in the cell in that hour"),
    Column("positions", pa.int32(), "", "positions received"),
    Column("cruise_aircraft", pa.int32(), "", f"of these, aircraft at {CRUISE_FT} ft or above"),
    Column("cruise_positions", pa.int32(), "", f"of these, positions at {CRUISE_FT} ft or above"),
    Column(
        "integrity_aircraft", pa.int32(), "",
        "airborne aircraft that sent the accuracy of their positions; null where the input "
        "has no such values", optional=True,
    ),
    Column(
        "degraded_aircraft", pa.int32(), "",
        "of these, aircraft whose positions had degraded integrity (readsb.integrity)",
        optional=True,
    ),
)  # fmt: skip

TABLES: dict[str, tuple[Column, ...]] = {
    "flights": FLIGHT,
    "edges": EDGE,
    "tracks": TRACK,
    "reception": RECEPTION,
}


def arrow_schema(table: str) -> pa.Schema:
    """Arrow schema of one of `TABLES`, column order included."""
    return pa.schema([pa.field(c.name, c.type) for c in TABLES[table]])


def empty_table(table: str) -> pd.DataFrame:
    """A frame of no rows with the columns and types of `table`."""
    return arrow_schema(table).empty_table().to_pandas()


def conform(table: str, frame: pd.DataFrame | pa.Table | PackedTable) -> pa.Table:
    """`frame` as an Arrow table in exactly the schema of `table`; copied only where necessary.

    Raises
    ------
    BadPayload
        A column is missing, unknown, or has a value that does not fit its type.
    """
    if isinstance(frame, PackedTable):
        frame = frame.whole()
    schema = arrow_schema(table)
    frame = _with_optional(table, frame)
    arrow = isinstance(frame, pa.Table)
    unlike = set(schema.names) ^ set(frame.column_names if arrow else frame.columns)
    if unlike:
        raise BadPayload(f"{table}: columns {sorted(unlike)} are missing or unknown")
    try:
        if arrow:
            return frame.select(schema.names).cast(schema)
        return pa.Table.from_pandas(
            frame[schema.names], schema=schema, preserve_index=False, nthreads=1
        )
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise BadPayload(f"{table}: {error}") from error


def _with_optional(table: str, frame: pd.DataFrame | pa.Table) -> pd.DataFrame | pa.Table:
    """`frame` with the optional columns it lacks, all null."""
    arrow = isinstance(frame, pa.Table)
    there = frame.column_names if arrow else frame.columns
    for column in TABLES[table]:
        if column.optional and column.name not in there:
            nothing = pa.nulls(len(frame), column.type)
            frame = (
                frame.append_column(column.name, nothing)
                if arrow
                else frame.assign(**{column.name: None})
            )
    return frame


@dataclass(frozen=True)
class DayRecords:
    """What one source gave for one UTC day: the ledger entry and the four tables.

    `tracks` of a large day may be Arrow or packed, which needs at most a third of the memory.
    """

    entry: LedgerEntry
    flights: pd.DataFrame
    edges: pd.DataFrame
    tracks: pd.DataFrame | pa.Table | PackedTable
    reception: pd.DataFrame

    @property
    def day(self) -> date:
        """UTC day of the tables."""
        return self.entry.day

    def table(self, name: str) -> pd.DataFrame | pa.Table | PackedTable:
        """One of the four tables by its name in `TABLES`, as it was given."""
        return getattr(self, name)


def format_icao24(address: int) -> str:
    """Text of a 24-bit address, with `~` in front if it is not an ICAO address.

    >>> format_icao24(0x4D0103), format_icao24(0x2A1B3C | NON_ICAO)
    ('4d0103', '~2a1b3c')
    """
    return f"{'~' if address & NON_ICAO else ''}{address & 0xFFFFFF:06x}"


def parse_icao24(text: str) -> int:
    """Number of an address as in `POSITION`; raises `BadPayload` for any other text.

    >>> hex(parse_icao24("~2a1b3c"))
    '0x12a1b3c'
    """
    digits = text.removeprefix("~")
    try:
        value = int(digits, 16)
    except ValueError as error:
        raise BadPayload(f"{text!r} is not an aircraft address") from error
    if len(digits) != 6:
        raise BadPayload(f"{text!r} is not an aircraft address of six hex digits")
    return value | (NON_ICAO if text.startswith("~") else 0)
