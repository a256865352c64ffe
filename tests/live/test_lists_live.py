"""Zenodo and EUROCONTROL still have the lists, by the names and in the form we know."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from flights.sources.flight_lists import opdi, opensky_lists


def test_zenodo_has_may_2021_under_its_odd_name(live_door):
    source = opensky_lists.OpenSkyLists(
        "full", opensky_lists.SERVER, live_door("https://zenodo.org")
    )
    (offer,) = source.offers(date(2021, 5, 1), date(2021, 5, 31))
    assert offer.size_bytes > 50_000_000
    head = source.door.open(offer.parts[0].url).read(2)
    assert head == b"\x1f\x8b"


def test_eurocontrol_has_a_month_in_parquet(live_door):
    source = opdi.Opdi(opdi.SERVER, live_door(opdi.SERVER))
    (offer,) = source.offers(date(2024, 3, 1), date(2024, 3, 31))
    resource = offer.parts[0]
    start = resource.size - 200_000
    with source.door.open(resource.url, start=start, stop=resource.size) as stream:
        tail = stream.read()
    padded = pa.BufferReader(b"PAR1" + bytes(max(0, resource.size - 200_004)) + tail)
    columns = {name.lower() for name in pq.read_schema(padded).names}
    assert {"icao24", "flt_id", "adep", "ades", "first_seen", "last_seen"} <= columns
