"""ADS-B Exchange's samples still lie where FORMATS says. Two requests."""

from datetime import date

from flights.sources.adsbx.server import SERVER, SampleServer

KNOWN = date(2025, 1, 1)
"""One of the few months seen to answer."""


def test_table_of_operations_is_there(live_door) -> None:  # type: ignore[no-untyped-def]
    found = SampleServer(live_door(SERVER)).fetch_operations_resource(KNOWN)
    assert found is not None
    assert found.size is None or found.size > 5_000_000


def test_index_names_tens_of_thousands_of_aircraft(live_door) -> None:  # type: ignore[no-untyped-def]
    index = SampleServer(live_door(SERVER)).fetch_index(KNOWN)
    assert index is not None
    assert len(index.addresses) > 10_000
    assert len(index.folders) == 256
