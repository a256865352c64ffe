"""The chain as a line: heard, unheard, heard, or on the ground."""

import made_stories as made

from analysis.drawing.tables.chain_line import list_segments
from flights.evidence.chain import build_chain


def _kinds(*rows: dict[str, object], at: int = 0) -> list[tuple[str, str, str]]:
    chain = build_chain({"readsb": made.make_frame(*rows)}, "readsb")
    return [(each.kind, each.label, each.detail) for each in list_segments(chain, at)]


def test_silence_between_two_flights_is_a_segment_of_its_own() -> None:
    assert _kinds(made.make_flight(), made.make_next()) == [
        ("heard", "CLX9TK ZHCC → lost", "28 Feb 04:00 to 09:00 UTC, by readsb"),
        ("unheard", "not heard for 7 h", "from the air to UAAA"),
        ("heard", "CLX4TA UAAA → VHHH", "28 Feb 16:00 to 21:00 UTC, by readsb"),
    ]


def test_stay_at_one_airport_is_no_silence() -> None:
    landed = made.make_flight(destination="UAAA", destination_evidence="low")
    assert _kinds(landed, made.make_next())[1] == ("ground", "at UAAA", "7 h")


def test_two_airports_with_nothing_between_are_unheard() -> None:
    landed = made.make_flight(destination="UTAA", destination_evidence="low")
    assert _kinds(landed, made.make_next())[1] == (
        "unheard",
        "not heard for 7 h",
        "from UTAA to UAAA",
    )


def test_silence_longer_than_the_horizon_says_that_it_bounds_nothing() -> None:
    detail = _kinds(made.make_flight(), made.make_next(60.0))[1][2]
    assert detail == "from the air to UAAA; too long to say where it was"


def test_air_to_air_and_flights_without_a_callsign() -> None:
    after = made.make_next(origin=None, origin_evidence="lost", callsign=None)
    segments = _kinds(made.make_flight(), after)
    assert segments[1][2] == "from air to air"
    assert segments[2][1] == "4d0113 lost → VHHH"


def test_witnesses_are_named_and_only_neighbours_shown() -> None:
    rows = [made.make_flight(), *(made.make_next(20.0 * n) for n in range(1, 7))]
    other = made.make_flight(source="table")
    frames = {"readsb": made.make_frame(*rows), "table": made.make_frame(other)}
    chain = build_chain(frames, "readsb")
    assert list_segments(chain, 0)[0].detail.endswith("by readsb and table")
    middle = list_segments(chain, 3)
    assert [each.row for each in middle if each.row is not None] == [1, 2, 3, 4, 5]
    assert [each.current for each in middle if each.row is not None].index(True) == 2


def test_flight_without_an_arrival_says_so_and_how_long_it_was_unheard_is_not_known() -> None:
    told = _kinds(made.make_flight(lastseen=None), made.make_next())
    assert told[0][2] == "28 Feb 04:00 UTC, until when is not known, by readsb"
    assert told[1] == ("unheard", "not heard", "from the air to UAAA; length not known")
