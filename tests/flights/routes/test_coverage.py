"""What a series holds of a route: its area, what it was narrowed to."""

from dataclasses import replace

import pytest

from flights.regions import parse_region
from flights.routes import judge_cover
from flights.routes.cover import count_inside
from flights.sources import SourceSpec

EUROPE = (26.74617, -25.86653, 70.25976, 49.65699)
WORLD = SourceSpec("made-up", "Made up", "flights", "nothing", "none", "none", "none")
BOXED = replace(WORLD, box=EUROPE, title="A list of Europe")
CHINA, IRAN, LUXEMBOURG, NORWAY = (
    parse_region(f"country:{code}") for code in ("CN", "IR", "LU", "NO")
)
ANYWHERE, FINDEL = parse_region("world:"), parse_region("airport:ELLX")


def test_region_outside_the_area_is_refused_by_name() -> None:
    for ends in ((CHINA, LUXEMBOURG), (LUXEMBOURG, CHINA)):
        refusal = judge_cover(BOXED, "", *ends).refusal
        assert refusal.startswith("China is outside the area of “A list of Europe” (26.7 N")
        assert "does not mean that there were none" in refusal


def test_region_partly_inside_is_counted_and_told() -> None:
    cover = judge_cover(BOXED, "", NORWAY, LUXEMBOURG)
    inside, whole = count_inside(NORWAY, EUROPE)
    assert cover.refusal == "" and 0 < inside < whole
    assert len(cover.notes) == 1 and cover.notes[0].startswith(f"{inside} of {whole} airports of N")


def test_western_iran_is_in_the_area_and_the_rest_is_told() -> None:
    """The box ends in the middle of the country: an airport of Tehran lies outside."""
    cover = judge_cover(BOXED, "", LUXEMBOURG, IRAN)
    assert "airports of Iran" in cover.notes[0]
    assert judge_cover(BOXED, "", LUXEMBOURG, parse_region("airport:OIIE")).refusal


def test_places_without_an_airport_are_judged_by_their_shape() -> None:
    assert count_inside(parse_region("circle:45,-20,20km"), EUROPE) == (1, 1)
    assert count_inside(parse_region("circle:0,-150,20km"), EUROPE) == (0, 1)


def test_anywhere_in_an_area_is_told_once() -> None:
    cover = judge_cover(BOXED, "", ANYWHERE, ANYWHERE)
    assert cover.refusal == "" and len(cover.notes) == 1
    assert "only flights heard in its area" in cover.notes[0]


def test_whole_source_covers_every_route() -> None:
    cover = judge_cover(WORLD, "", CHINA, IRAN)
    assert (cover.refusal, cover.notes, cover.frequency) == ("", (), "")
    assert cover.exposed == {"origin", "destination"} and cover.neither


@pytest.mark.parametrize(
    ("origin", "destination", "end", "says"),
    [
        (CHINA, FINDEL, "destination", "from China with an unknown destination"),
        (FINDEL, CHINA, "origin", "to China with an unknown origin"),
        (ANYWHERE, FINDEL, "destination", "from anywhere with an unknown destination"),
    ],
)
def test_series_of_one_end_measures_exposure_there_alone(origin, destination, end, says) -> None:  # type: ignore[no-untyped-def]
    cover = judge_cover(WORLD, "regions:airport:ELLX", origin, destination)
    assert cover.refusal == "" and cover.exposed == {end} and not cover.neither
    assert says in cover.notes[0] and "neither end known" in cover.notes[1]


def test_series_of_other_airports_is_refused() -> None:
    for ends in ((CHINA, IRAN), (LUXEMBOURG, CHINA), (ANYWHERE, ANYWHERE)):
        refusal = judge_cover(WORLD, "regions:airport:ELLX", *ends).refusal
        assert "only flights from or to" in refusal and ends[0].label in refusal
    assert judge_cover(WORLD, "regions:country:LU", FINDEL, CHINA).refusal == ""


def test_series_of_both_ends_has_both_exposures() -> None:
    cover = judge_cover(WORLD, "regions:country:CN+country:LU", CHINA, FINDEL)
    assert cover.exposed == {"origin", "destination"}
    assert cover.notes == ("Flights with neither end known are not in this series.",)


def test_chosen_aircraft_are_never_counted_against_others() -> None:
    cover = judge_cover(WORLD, "icao24:4d0103,4d0104", CHINA, IRAN)
    assert cover.refusal == "" and "only 2 chosen aircraft" in cover.frequency


def test_own_table_is_taken_as_it_is() -> None:
    cover = judge_cover(WORLD, "table:mine", CHINA, IRAN)
    assert (cover.refusal, cover.frequency, cover.notes) == ("", "", ())
