"""Which column means what: guessed from heads and values, never against the values."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flights.errors import InvalidInput
from flights.records import empty_table
from flights.sources.own_table.columns.fields import BY_NAME, FIELDS
from flights.sources.own_table.columns.mapping import (
    format_columns,
    guess_columns,
    parse_columns,
    settle_columns,
)
from flights.sources.own_table.files.chunks import Chunk, Table


def head(columns: str, *rows: str) -> Chunk:
    cells = [row.split(",") for row in rows]
    return Chunk(tuple(columns.split(",")), np.arange(len(rows)) + 2, cells)


def table(*columns: str) -> Table:
    return Table(Path("mine.csv"), "csv", columns, 9)


KNOWN = {
    "OpenSky REST": (
        "icao24,firstSeen,estDepartureAirport,lastSeen,estArrivalAirport,callsign",
        "4d0103,1749823320,ELLX,1749863320,ZSPD,CLX7304",
        "firstseen lastseen icao24 callsign origin destination",
    ),
    "OpenSky lists": (
        "callsign,number,icao24,registration,typecode,origin,destination,firstseen,lastseen,day",
        "CLX7,,4d0103,LX-VCA,B748,ELLX,ZSPD,2019-01-01 00:00:00+00:00,2019-01-01 09:00:00+00:00,"
        "2019-01-01 00:00:00+00:00",
        "firstseen lastseen icao24 callsign registration origin destination typecode",
    ),
    "OPDI": (
        "ID,ICAO24,FLT_ID,DOF,ADEP,ADES,REGISTRATION,TYPECODE,FIRST_SEEN,LAST_SEEN",
        "1,4d0103,CLX7,2022-01-01,ELLX,EBLG,LX-VCA,B748,2022-01-01 01:00:00,2022-01-01 02:00:00",
        "firstseen lastseen icao24 callsign registration origin destination typecode",
    ),
    "a spotter": (
        "Date,Flight,Reg,From,To,Departure,Arrival",
        "13/06/2025,CLX7,LX-VCA,LUX,PVG,14:02,23:40",
        "firstseen firstseen_date lastseen callsign registration origin destination",
    ),
    "times named like places": (
        "dep,departure,arr,arrival,hex",
        "LUX,2025-06-13 14:02,PVG,2025-06-13 23:02,4d0103",
        "firstseen lastseen icao24 origin destination",
    ),
    "ICAO of an airport": (
        "icao,ident,dep_time",
        "ELLX,CLX7,2025-06-13 14:02",
        "firstseen callsign",
    ),
}


@pytest.mark.parametrize("name", KNOWN)
def test_heads_of_known_tables_are_understood(name: str) -> None:
    columns, row, fields = KNOWN[name]
    guess = guess_columns(head(columns, row))
    assert " ".join(guess) == fields
    assert len(set(guess.values())) == len(guess)


def test_own_export_is_understood() -> None:
    names = list(empty_table("flights").columns)
    guess = guess_columns(Chunk(tuple(names), np.zeros(0, np.int64), []))
    assert all(guess[name] == name for name in BY_NAME if name in names)
    assert not {"firstseen_date", "lastseen_date"} & guess.keys()


def test_values_alone_tell_what_only_one_column_looks_like() -> None:
    guess = guess_columns(
        head(
            "a,b,c,d,e",
            "2025-06-13 23:00Z,LX-VCA,4d0103,CLX7304,2025-06-13 12:00Z",
            "2025-06-14 23:00Z,D-ABYA,3c4a21,DLH8161,2025-06-14 12:00Z",
        )
    )
    assert guess == {
        "firstseen": "e",
        "lastseen": "a",
        "icao24": "c",
        "callsign": "d",
        "registration": "b",
    }


def test_values_never_say_which_airport_is_the_origin() -> None:
    guess = guess_columns(head("a,b,hex,takeoff", "ELLX,ZSPD,4d0103,2025-06-13 12:00Z"))
    assert guess == {"firstseen": "takeoff", "icao24": "hex"}


def test_scheduled_times_are_not_taken_for_flown_ones() -> None:
    row = "CLX7,2025-06-13 12:00Z,2025-06-13 12:10Z"
    assert guess_columns(head("callsign,std,atd", row))["firstseen"] == "atd"
    assert "firstseen" not in guess_columns(head("callsign,std", row[:22]))


@given(
    st.dictionaries(
        st.sampled_from([field.name for field in FIELDS]),
        st.sampled_from(["a", "b, c", 'd"e', "f=g", " h".strip(), "ü"]),
    )
)
def test_columns_survive_being_written(columns: dict[str, str]) -> None:
    read = parse_columns(format_columns(columns), table("a", "b, c", 'd"e', "f=g", "h", "ü"))
    assert {name: column for name, column in read.items() if column} == columns
    assert set(read) == set(BY_NAME)


def test_chosen_column_is_no_longer_guessed_elsewhere() -> None:
    guess = {"firstseen": "time", "origin": "from"}
    assert settle_columns(guess, {"destination": "from"}) == (
        ("firstseen", "time"),
        ("destination", "from"),
    )
    assert settle_columns(guess, {"origin": ""}) == (("firstseen", "time"),)


@pytest.mark.parametrize("text", ["firstseen", "=a", "departure=a", "firstseen:a"])
def test_pair_that_means_nothing_is_named(text: str) -> None:
    with pytest.raises(InvalidInput, match="meanings are firstseen"):
        parse_columns(text, table("a"))
