"""Rows of a quarter's file, cleaned by DuckDB and handed on in batches.

All columns are text and none has nulls: `-`, `nan` and the like mean that a value is lacking.
Only the names of columns are sure, neither their order nor their case.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from flights.errors import BadPayload
from flights.readsb import scratch_folder
from flights.sources.flight_lists.parquet_list import check_magic, check_size
from flights.sources.flight_lists.rows import LONGEST_FLIGHT_MS, PLACE
from flights.sources.list_columns import TIME

SCHEDULE_ROW = pa.schema(
    [
        ("address", pa.uint32()),
        ("icao24", pa.string()),
        ("callsign", pa.string()),
        ("registration", pa.string()),
        ("typecode", pa.string()),
        ("model", pa.string()),
        ("operator", pa.string()),
        ("firstseen", TIME),
        ("lastseen", TIME),
        *((f"first_{name}", pa.float64()) for name in PLACE),
        ("first_on_ground", pa.bool_()),
        ("first_airport", pa.string()),
        *((f"last_{name}", pa.float64()) for name in PLACE),
        ("last_on_ground", pa.bool_()),
        ("last_airport", pa.string()),
        ("day", pa.date32()),
        ("fault", pa.string()),
    ]
)
"""One flight as the file has it. `address`: `icao24` as a number. `operator`: from the callsign,
else the airline that the file names. `first_airport`, `last_airport`: the airport next to that
position where the file names exactly one; it is no landing. `day`: UTC day of `firstseen`.
`fault`: why the row cannot be used, null where it can."""

MOST_ROWS = 40_000_000
"""Rows a quarter may have; real ones have 10 to 15 million."""

BATCH = 250_000
MEMORY = "500MB"
"""What DuckDB may use; it writes to the scratch folder beyond that."""

_NEEDED = (
    "ICAO_Hex",
    "Callsign",
    "Track_Origin_DateTime_UTC",
    "Track_Destination_DateTime_UTC",
    "Track_Origin_ApplicableAirports",
    "Track_Destination_ApplicableAirports",
)
_OPTIONAL = (
    "Reg",
    "AC_Type",
    "AC_Type_Description",
    "AC_Type_Detailed",
    "Airline",
    *(f"Track_{end}_{part}" for end in ("Origin", "Destination") for part in ("Lat", "Lon")),
    *(f"Track_{end}_FL_Ft" for end in ("Origin", "Destination")),
)

_MACROS = """
create macro known(x) as case
    when lower(trim(x)) in ('', '-', 'nan', 'none', 'null', 'n/a', '<na>', 'nat', 'no_callsign')
    then null else trim(x) end;
create macro plain(x, longest) as
    left(regexp_replace(known(x), '[\\x00-\\x1f\\x7f]+', ' ', 'g'), longest);
create macro number(x, low, high) as case
    when try_cast(known(x) as double) between low and high then try_cast(known(x) as double) end;
create macro one_airport(x) as upper(nullif(
    regexp_extract(x, '^\\[ *''([A-Za-z0-9-]{2,8})'' *\\]$', 1), ''));
"""

_ROWS = """
with text as (select {columns} from read_parquet({path})),
fields as (
    select
        regexp_replace(lower(trim(ICAO_Hex)), '^icaohex-', '') as icao24,
        upper(plain(Callsign, 8)) as callsign,
        upper(plain(Reg, 16)) as registration,
        upper(plain(AC_Type, 4)) as typecode,
        coalesce(plain(AC_Type_Detailed, 120), plain(AC_Type_Description, 120)) as model,
        upper(plain(Airline, 8)) as airline,
        try_cast(known(Track_Origin_DateTime_UTC) as timestamp_ms) as began,
        try_cast(known(Track_Destination_DateTime_UTC) as timestamp_ms) as lastseen,
        {first}, {last}
    from text
)
select
    try_cast('0x' || icao24 as uinteger) as address,
    case when regexp_full_match(icao24, '[0-9a-f]{{6}}') then icao24 end as icao24,
    callsign, registration,
    case when regexp_full_match(typecode, '[A-Z0-9]{{2,4}}') then typecode end as typecode,
    model,
    coalesce(nullif(regexp_extract(callsign, '^([A-Z]{{3}})[0-9]', 1), ''),
        case when regexp_full_match(airline, '[A-Z]{{3}}') then airline end) as operator,
    -- A flight without a first time belongs to the day of its last one (the publisher's rule).
    coalesce(began, lastseen) as firstseen, lastseen,
    case when first_longitude is not null then first_latitude end as first_latitude,
    case when first_latitude is not null then first_longitude end as first_longitude,
    first_altitude_ft, first_on_ground, first_airport,
    case when last_longitude is not null then last_latitude end as last_latitude,
    case when last_latitude is not null then last_longitude end as last_longitude,
    last_altitude_ft, last_on_ground, last_airport,
    cast(firstseen as date) as day,
    case
        when firstseen is null then 'bad_times'
        when not coalesce(epoch_ms(lastseen) - epoch_ms(firstseen) between 0 and {longest}, true)
        then 'bad_times'
        when not regexp_full_match(fields.icao24, '[0-9a-f]{{6}}') then 'bad_address'
    end as fault
from fields
"""

_SIDE = """
        number(Track_{theirs}_Lat, -90, 90) as {ours}_latitude,
        number(Track_{theirs}_Lon, -180, 180) as {ours}_longitude,
        number(Track_{theirs}_FL_Ft, -1000, 150000) as {ours}_altitude_ft,
        lower(trim(Track_{theirs}_FL_Ft)) = 'ground' as {ours}_on_ground,
        one_airport(Track_{theirs}_ApplicableAirports) as {ours}_airport"""

_ARROW = (pa.ArrowException, OSError, ValueError)


def read_schedule(path: Path) -> Iterator[tuple[pa.Table, float]]:
    """Rows (`SCHEDULE_ROW`) of a quarter's file, and the share of it read with them, 0 to 1.

    Raises
    ------
    BadPayload
        It is not Parquet, lacks a column, or is damaged. Rows before the damage were given.
    """
    check_magic(path)
    try:
        with pq.ParquetFile(path) as file:
            check_size(path, file.metadata, most_rows=MOST_ROWS)
            columns = _find_columns(path, file.schema_arrow)
            total, done = max(file.metadata.num_rows, 1), 0
        with closing(duckdb.connect()) as connection:
            for batch in _query(connection, path, columns):
                done += batch.num_rows
                yield pa.Table.from_batches([batch]).cast(SCHEDULE_ROW), done / total
    except (*_ARROW, duckdb.Error) as error:
        raise BadPayload(f"{path.name}: the Parquet file is damaged ({error}).") from error


def _query(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: dict[str, str]
) -> pa.RecordBatchReader:
    """The cleaned rows. One thread: days are read in processes, and rows stay in order."""
    folder = str(scratch_folder()).replace("'", "''")
    connection.execute(f"set memory_limit='{MEMORY}'; set threads=1; set enable_progress_bar=false")
    connection.execute(f"set temp_directory='{folder}'; set timezone='UTC'")
    connection.execute(_MACROS)
    quoted = {name: '"' + theirs.replace('"', '""') + '"' for name, theirs in columns.items()}
    selected = [
        f"cast({quoted[name]} as varchar) as {name}" if name in quoted else f"null as {name}"
        for name in (*_NEEDED, *_OPTIONAL)
    ]
    text = _ROWS.format(
        columns=", ".join(selected),
        path="'" + str(path).replace("'", "''") + "'",
        first=_SIDE.format(theirs="Origin", ours="first"),
        last=_SIDE.format(theirs="Destination", ours="last"),
        longest=LONGEST_FLIGHT_MS,
    )
    return connection.sql(text).to_arrow_reader(BATCH)


def _find_columns(path: Path, schema: pa.Schema) -> dict[str, str]:
    """The published name of each column and its name in this file."""
    there = {name.lower(): name for name in schema.names}
    missing = [name for name in _NEEDED if name.lower() not in there]
    if missing:
        raise BadPayload(
            f"{path.name} is not a file of this data set: it lacks the column "
            f"{', '.join(missing)}. A newer program may know its new form."
        )
    found = {name: there[name.lower()] for name in (*_NEEDED, *_OPTIONAL) if name.lower() in there}
    for name in found.values():
        if pa.types.is_nested(schema.field(name).type):
            raise BadPayload(
                f"{path.name}: the column {name} is {schema.field(name).type}, not text."
            )
    return found
