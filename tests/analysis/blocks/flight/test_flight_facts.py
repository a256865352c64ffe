"""Raw facts, and where the public shows the same aircraft."""

import made_stories as made
import pandas as pd
import pytest

from analysis.blocks.flight.facts import link_viewers, list_facts
from flights.records import FLIGHT

ROW = made.make_frame(made.make_flight()).iloc[0]


def test_every_column_that_holds_something_is_told_with_its_meaning() -> None:
    facts = {name: (value, meaning) for name, value, meaning in list_facts(ROW)}
    assert facts["callsign"] == ("CLX9TK", "most frequent during the flight; untrusted text")
    assert facts["last_altitude_ft"][0] == "20,750 ft"
    assert facts["firstseen"][0] == "28 Feb 2050 04:00:00 UTC"
    assert "registration" not in facts and "flags" not in facts
    assert set(facts) <= {column.name for column in FLIGHT} | {
        "cargo_grade",
        "cargo_rule",
        "cargo_source",
    }


def test_cargo_is_told_with_its_evidence() -> None:
    facts = {name: value for name, value, _ in list_facts(ROW)}
    assert facts["cargo_grade"] in ("certain", "likely", "possible")
    assert facts["cargo_rule"] and facts["cargo_source"]


def test_viewers_get_the_aircraft_and_the_utc_day() -> None:
    assert link_viewers(ROW) == {
        "adsb.lol": "https://globe.adsb.lol/?icao=4d0113&showTrace=2050-02-28",
        "ADS-B Exchange": "https://globe.adsbexchange.com/?icao=4d0113&showTrace=2050-02-28",
    }


def test_address_cannot_break_out_of_the_link() -> None:
    odd = pd.Series({"icao24": '~ab"&x=1', "firstseen": ROW["firstseen"], "flags": ""})
    for url in link_viewers(odd).values():
        assert '"' not in url and "~ab%22%26x%3D1" in url


@pytest.mark.parametrize("flags", ["no_icao24", "no_lastseen,no_airframe"])
def test_stand_in_for_an_address_is_looked_up_nowhere(flags: str) -> None:
    assert link_viewers(ROW) and link_viewers(pd.Series(ROW.to_dict() | {"flags": flags})) == {}
