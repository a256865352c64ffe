"""Made-up files of Aircraft Flight Schedules in the published form; no row is real.

All columns are text, none has nulls, `-` and `nan` stand for what is lacking.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
from loopback import LoopbackServer, Reply, Request

from flights.sources.flight_lists.schedules.quarters import Quarter
from flights.sources.flight_lists.schedules.source import SERVER

COLUMNS = (
    "ICAO_Hex", "Reg", "AC_Type", "AC_Type_Description", "AC_Type_Detailed", "Airline", "Callsign",
    "Track_Origin_Lat", "Track_Origin_Lon", "Track_Origin_FL_Ft", "Track_Origin_DateTime_UTC",
    "Track_Origin_ApplicableAirports", "Track_Destination_Lat", "Track_Destination_Lon",
    "Track_Destination_FL_Ft", "Track_Destination_DateTime_UTC",
    "Track_Destination_ApplicableAirports", "Route_Validation_Based_on_Callsign",
)  # fmt: skip
OF_2024 = tuple(
    name
    for name in COLUMNS
    if name != "AC_Type_Detailed" and not name.endswith(("_Lat", "_Lon", "_FL_Ft"))
)
PLACES = {
    "ELLX": (49.6233, 6.2044),
    "ZHCC": (34.5197, 113.8409),
    "UTAK": (40.0633, 53.0072),
    "UTAA": (37.9868, 58.3610),
    "OIIE": (35.4161, 51.1522),
    "EDDF": (50.0264, 8.5431),
}
"""Airports that the made-up flights use [deg]."""


def flight(
    took_off: str,
    minutes: float | None = 660,
    origin: str = "ZHCC",
    destination: str = "ELLX",
    **given: str,
) -> dict[str, str]:
    """A row: a freighter heard from the ground at both ends, but for what is `given`."""
    began = datetime.fromisoformat(took_off)
    row = {
        "ICAO_Hex": "icaohex-4d0103", "Reg": "LX-VCC", "AC_Type": "B748",
        "AC_Type_Description": "BOEING 747-8F", "AC_Type_Detailed": "747-8R7F", "Airline": "CLX",
        "Callsign": "CLX9TK", "Track_Origin_DateTime_UTC": f"{began:%Y-%m-%d %H:%M:%S}",
        "Track_Destination_DateTime_UTC": "-" if minutes is None
        else f"{began + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}",
        "Route_Validation_Based_on_Callsign": "-",
        **end("Origin", origin), **end("Destination", destination),
    }  # fmt: skip
    return row | given


def end(which: str, airport: str) -> dict[str, str]:
    """Columns of one end: on the ground at an airport."""
    latitude, longitude = PLACES[airport]
    return {
        f"Track_{which}_Lat": str(latitude),
        f"Track_{which}_Lon": str(longitude),
        f"Track_{which}_FL_Ft": "ground",
        f"Track_{which}_ApplicableAirports": f"['{airport}']",
    }


def aloft(which: str, latitude: float, longitude: float, feet: int, near: str = "-") -> dict:
    """Columns of one end: in the air, `near` the airports that the author's list gives."""
    return {
        f"Track_{which}_Lat": str(latitude),
        f"Track_{which}_Lon": str(longitude),
        f"Track_{which}_FL_Ft": str(feet),
        f"Track_{which}_ApplicableAirports": near,
    }


def background(day: str, aircraft: int = 80) -> list[dict[str, str]]:
    """Short flights of many aircraft on one day, so that the day is not thin."""
    return [
        flight(
            f"{day} {number % 24:02d}:30:00", 40, "EDDF", "ELLX",
            ICAO_Hex=f"icaohex-{0x3C0000 + number:06x}", Callsign=f"DLH{number}", Airline="DLH",
            Reg="-", AC_Type="A320", AC_Type_Description="-", AC_Type_Detailed="-",
        )
        for number in range(aircraft)
    ]  # fmt: skip


def schedule_bytes(rows: Iterable[dict[str, str]], columns: Sequence[str] = COLUMNS) -> bytes:
    """A quarter's file."""
    rows = list(rows)
    table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in columns})
    written = io.BytesIO()
    pq.write_table(table, written, row_group_size=5_000)
    return written.getvalue()


class Publisher:
    """GitHub on this machine: a download is sent on to a signed address on another host name."""

    def __init__(self, pages: LoopbackServer, store: LoopbackServer) -> None:
        self._pages, self._store = pages, store
        self._targets: dict[str, str] = {}
        self.signed = 0
        pages.route("/", self._send_on)

    @property
    def mirrors(self) -> str:
        """Value of FLIGHTS_MIRRORS that leads here."""
        return f"{SERVER}={self._pages.url}"

    def publish(self, quarter: Quarter, body: bytes, *, etag: str = "") -> str:
        """A quarter's file; its path at the store."""
        path = f"/store/{quarter.path.rpartition('/')[2]}"
        self._store.put(path, body, etag=etag)
        self._targets[quarter.path] = path
        return path

    def _send_on(self, request: Request) -> Reply:
        if request.path not in self._targets:
            return Reply(404, b"Not Found")
        self.signed += 1
        url = self._store.url_of(self._targets[request.path])
        return Reply(302, b"", {"Location": f"{url}?sig={self.signed}"})
