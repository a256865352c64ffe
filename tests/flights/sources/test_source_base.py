"""Series that are a part of a source have keys of their own."""

import pytest

from flights.archive.store import _KEY
from flights.errors import InvalidInput
from flights.sources import find_source, find_spec, narrow


def test_parts_of_a_source_never_share_a_key() -> None:
    spec = find_spec("readsb")
    scopes = ("regions:circle:-5,10,100km", "regions:circle:5,10,100km", "regions:circle:5,-10,1km")
    keys = {narrow(spec, scope).key for scope in scopes}
    assert len(keys) == len(scopes)
    assert all(_KEY.fullmatch(key) and key.startswith("readsb.") for key in keys)


def test_key_of_a_long_scope_still_fits_the_archive() -> None:
    scope = "icao24:" + ",".join(f"{n:06x}" for n in range(500))
    assert _KEY.fullmatch(narrow(find_spec("readsb"), scope).key)


def test_series_is_described_by_its_source() -> None:
    series = narrow(find_spec("readsb"), "icao24:4d0103")
    found = find_spec(series.key)
    assert (found.key, found.licence) == (series.key, series.licence)
    assert found.title != find_spec("readsb").title
    assert find_source(series.key) is find_source("readsb")


def test_series_of_no_source_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no source 'nowhere'"):
        find_spec("nowhere.part-1")
