"""OpenSky's Trino database still answers as FORMATS says. Needs a research account; two queries."""

from datetime import UTC, datetime, timedelta

import pytest

from flights.errors import CredentialsMissing
from flights.sources import open_source
from flights.sources.opensky.trino.account import find_account
from flights.sources.opensky.trino.client import SERVER

DAY = datetime.now(UTC).date() - timedelta(days=4)


def test_day_of_a_busy_airport_is_whole_and_filed_by_arrival(live_door) -> None:  # type: ignore[no-untyped-def]
    live_door(SERVER)
    try:
        find_account()
    except CredentialsMissing as error:
        pytest.skip(str(error))
    source = open_source("opensky-trino", regions="airport:EDDF")
    offer = source.offers(DAY, DAY)[0]
    (records,) = source.collect(offer, lambda message, share: None)
    assert records.entry.status == "complete", records.entry.reasons
    assert records.entry.filed_by == "lastseen"
    assert len(records.flights) > 300
    assert records.flights["first_latitude"].notna().mean() > 0.9
    ends = records.flights[["origin", "destination"]]
    assert (ends == "EDDF").any(axis=1).all()
