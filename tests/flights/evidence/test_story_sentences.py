"""What is said of a flight: what was heard, what nobody heard, what that leaves open."""

from dataclasses import replace
from datetime import date

import made_stories as made
import pytest

from flights.evidence import (
    describe_flight_briefly,
    describe_flight_details,
    describe_flight_report,
)
from flights.evidence.chain import build_chain
from flights.evidence.flight_report import Trend
from flights.reception import Silence
from flights.reception.silence import FELL, HARDLY, UNKNOWN
from flights.regions import parse_region


def _brief(region: str = "", **changes: object) -> str:
    return describe_flight_briefly(
        made.make_story(**changes),  # type: ignore[arg-type]
        parse_region(region) if region else None,
    )


def test_one_sentence_says_where_it_was_lost_and_heard_again() -> None:
    assert _brief().startswith(
        "Last heard 28 Feb 2050 09:00 UTC at 20,750 ft over Turkmenistan (38.5 N 57.3 E), "
        "descending; other aircraft were heard there at the time; heard again 7 h later, leaving "
        "UAAA (Almaty International Airport) at 16:00 UTC for VHHH (Chek Lap Kok "
        "International Airport)."
    )


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (HARDLY, "hardly any aircraft are heard there"),
        (FELL, "reception there was lower than usual that day"),
        (UNKNOWN, "reception there is not known"),
    ],
)
def test_one_sentence_says_what_receivers_heard_there(kind: str, says: str) -> None:
    assert says in _brief(silence=Silence(kind, 1, 2.0, 9, 40, "at cruising height"))


def test_region_within_reach_gets_its_longest_stay_and_no_verdict() -> None:
    said = _brief("country:IR")
    assert "A landing in Iran in between would have left at most " in said
    assert said.endswith(" min on the ground.")


def test_level_flight_points_to_no_airport() -> None:
    story = made.make_story()
    level = replace(story, gaps=(replace(story.gaps[0], trend=Trend(290.0, 0.0)),))
    said = describe_flight_briefly(level)
    assert "its movement points to none of them. Among the nearest: UTAA" in said
    assert "most like" not in said


def test_begin_nobody_heard_leaves_a_take_off_open() -> None:
    story = made.make_story(again=False)
    gap = replace(story.gaps[0], end="origin")
    said = describe_flight_briefly(replace(story, gaps=(gap,)), parse_region("country:IR"))
    assert "A take-off in Iran cannot be excluded: it is in range, and nothing earlier" in said


def test_ends_a_source_names_are_not_called_known() -> None:
    story = made.make_heard_story()
    story.chain.flights.loc[1, "destination_evidence"] = "estimated"
    said = describe_flight_briefly(story)
    assert "destination estimated by the source" in said and "known" not in said


def test_region_out_of_reach_is_excluded_by_how_much() -> None:
    said = _brief("country:US")
    assert "A landing in the United States in between is excluded: the time is " in said
    assert "short of the way there and on." in said


def test_region_after_the_last_record_cannot_be_excluded() -> None:
    said = _brief("country:IR", again=False)
    assert "this archive has no record of it in the 48 h after" in said
    assert "A landing in Iran cannot be excluded" in said and "in between" not in said


def test_day_that_is_not_complete_forbids_never_heard_again() -> None:
    said = _brief(again=False, missing=(date(2050, 3, 1),))
    assert (
        "Not complete in this archive: 1 Mar 2050. Records may exist that this archive lacks"
        in said
    )


def test_without_a_region_the_likeliest_airport_is_named_with_its_country() -> None:
    said = _brief()
    assert "cannot be excluded at 3 airports in 2 countries" in said
    assert "UTAA (Ashgabat Airport, Turkmenistan), 115 km away, with at most 2 h" in said


def test_one_airport_or_none_is_said_so() -> None:
    assert "at one airport only: UTAA" in _brief(candidates=made.CANDIDATES.head(1))
    assert "excluded at every listed airport: it flew on without being heard" in _brief(
        candidates=made.CANDIDATES.head(0)
    )


def test_flight_with_both_ends_heard_says_so() -> None:
    said = describe_flight_briefly(made.make_heard_story())
    assert said.startswith("From UAAA (Almaty") and "both ends are known" in said


def test_no_word_claims_more_than_was_heard() -> None:
    texts = [_brief(), _brief("country:IR"), _brief("country:NL", again=False)]
    texts += describe_flight_report(made.make_story())
    for text in texts:
        low = text.lower()
        for word in ("landed", "suspicious", "transponder off", "smuggl", "nan", "none "):
            assert word not in low, text


def test_details_hold_the_figures_that_the_sentence_leaves_out() -> None:
    story = made.make_story()
    details = " ".join(describe_flight_details(story, parse_region("country:IR")))
    assert "57 aircraft-hours" in details and "From ZHCC" in details
    assert "the best match of its last movement is UTAA" in details
    assert "most like" not in " ".join(describe_flight_details(story))  # the sentence has it


def test_witnesses_and_what_they_say_otherwise_are_told() -> None:
    other = made.make_flight(source="table", destination="UTAA", destination_evidence="estimated")
    other |= {"origin": "ZGGG"}
    said = " ".join(describe_flight_details(made.make_story(witnesses=(other,))))
    assert "Also heard by table: one flight in more than one source." in said
    assert "table has origin ZGGG" in said


def test_doubts_about_what_was_heard_are_told() -> None:
    said = " ".join(describe_flight_details(made.make_story(flags="address_twice")))
    assert "Two aircraft used this address at the same time" in said


def test_place_over_the_sea_is_a_position_and_unknown_ones_say_so() -> None:
    sea = _brief(last_latitude=0.0, last_longitude=-30.0)
    assert "at 20,750 ft over 0.0 N 30.0 W" in sea
    blind = _brief(last_latitude=None, last_longitude=None, last_altitude_ft=None)
    assert "at unknown height at an unknown place" in blind and "nan" not in blind.lower()


def test_lost_origin_is_told_backwards() -> None:
    story = made.make_story()
    gap = replace(story.gaps[0], end="origin")
    flipped = replace(story, at=1, gaps=(gap,))
    before = replace(gap, neighbour=story.chain.flights.iloc[0])
    said = describe_flight_briefly(replace(flipped, gaps=(before,)))
    assert said.startswith("First heard 28 Feb 2050 16:00 UTC")
    assert "heard 7 h before, in the air over Turkmenistan (38.5 N 57.3 E) at 09:00 UTC" in said


def test_witness_says_until_when_where_the_source_does_not() -> None:
    own = made.make_flight(source="table", lastseen=None)
    chain = build_chain(
        {"table": made.make_frame(own), "readsb": made.make_frame(made.make_flight())}, "table"
    )
    story = replace(made.make_story(), source="table", chain=chain)
    said = " ".join(describe_flight_details(story))
    assert "until when is not known" in said
    assert "readsb heard it until 28 Feb 2050 09:00 UTC." in said
