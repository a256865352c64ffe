"""Made-up flight lists in the forms that OpenSky and EUROCONTROL publish; no row is real."""

import gzip
import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS = (
    "callsign", "number", "icao24", "registration", "typecode", "origin", "destination",
    "firstseen", "lastseen", "day",
    "latitude_1", "longitude_1", "altitude_1", "latitude_2", "longitude_2", "altitude_2",
)  # fmt: skip
_NAMED = {"icao24": "4d0103", "registration": "LX-VCC", "typecode": "B748"}


def row(
    took_off: str, minutes: float = 95, *, columns: Iterable[str] = COLUMNS, **given: object
) -> str:
    """A line of a list: a flight from Luxembourg to Istanbul, but for what is `given`."""
    began = datetime.fromisoformat(took_off)
    ended = began + timedelta(minutes=minutes)
    values: dict[str, object] = {
        "callsign": "CLX9TK", "number": "", **_NAMED, "origin": "ELLX", "destination": "LTFM",
        "firstseen": f"{began:%Y-%m-%d %H:%M:%S}+00:00",
        "lastseen": f"{ended:%Y-%m-%d %H:%M:%S}+00:00",
        "day": f"{ended:%Y-%m-%d} 00:00:00+00:00",
        "latitude_1": 49.62, "longitude_1": 6.2, "altitude_1": 609.6,
        "latitude_2": 41.2, "longitude_2": 28.7, "altitude_2": -53.34,
        "aircraft_uid": "8a4d7c2e-0001",
    }  # fmt: skip
    values |= given
    return ",".join(str(values[name]) for name in columns)


def list_bytes(rows: Iterable[str], columns: Iterable[str] = COLUMNS) -> bytes:
    """A list in gzip."""
    text = "\n".join([",".join(columns), *rows, ""])
    return gzip.compress(text.encode(), 1, mtime=0)


def every_hour(day: date, per_hour: int = 3, **given: object) -> list[str]:
    """Flights of half an hour, `per_hour` of them ending in each hour of the UTC day."""
    lines = []
    for number in range(24 * per_hour):
        end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
            minutes=60 / per_hour * number
        )
        start = (end - timedelta(minutes=30)).isoformat()
        lines.append(row(start, 30, **{"icao24": f"{0x400000 + number:06x}", **given}))
    return lines


def opdi_bytes(rows: list[dict], *, times: str = "text", ids: str = "number") -> bytes:
    """An OPDI list in Parquet; `times` text | stamp | zoned, `ids` number | text."""
    names = (
        "id", "icao24", "flt_id", "dof", "adep", "ades", "adep_p", "ades_p", "registration",
        "model", "typecode", "icao_aircraft_class", "icao_operator", "first_seen", "last_seen",
        "version",
    )  # fmt: skip
    usual = {
        "icao24": "4d0103", "flt_id": "CLX9TK  ", "adep": "ELLX", "ades": "LTFM", "adep_p": "",
        "ades_p": "", "registration": "LX-VCC", "model": "747-8R7F", "typecode": "B748",
        "icao_aircraft_class": "L4J", "icao_operator": "CLX", "version": "v0.0.2",
    }  # fmt: skip
    made: dict[str, list] = {name: [] for name in names}
    for number, given in enumerate(rows):
        full = {**usual, **given}
        full.setdefault("dof", str(full["first_seen"])[:10])
        full["id"] = number * 7919 - 5 if ids == "number" else f"sha256_{number:x}_0_2024_3"
        for name in names:
            made[name].append(full[name])
    table = pa.table(made)
    for name in ("first_seen", "last_seen") if times != "text" else ():
        kind = pa.timestamp("us", tz="UTC" if times == "zoned" else None)
        place = table.schema.get_field_index(name)
        stamps = pa.array(np.array(made[name], "datetime64[us]"), kind)
        table = table.set_column(place, name, stamps)
    written = io.BytesIO()
    pq.write_table(table, written)
    return written.getvalue()
