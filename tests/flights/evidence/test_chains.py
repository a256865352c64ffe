"""One airframe's flights in time: witnesses are no extra flights, and stretches have bounds."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from flights.evidence import HORIZON_S, is_one_airframe, stretches_between
from flights.evidence.chain import build_chain
from flights.evidence.reach import find_reach
from flights.records import empty_table

START = datetime(2026, 2, 28, tzinfo=UTC)


def flight(source: str, first_h: float, last_h: float, **more: object) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(empty_table("flights").columns)
    firstseen = START + timedelta(hours=first_h)
    row |= {
        "source": source,
        "day": firstseen.date(),
        "flight_id": f"4d0113-{int(firstseen.timestamp())}",
        "icao24": "4d0113",
        "firstseen": firstseen,
        "lastseen": START + timedelta(hours=last_h),
        "origin_evidence": "lost",
        "destination_evidence": "lost",
        "typecode": "B748",
        "flags": "",
    }
    return row | more


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    found = pd.DataFrame(list(rows), columns=empty_table("flights").columns)
    for name in ("firstseen", "lastseen"):
        found[name] = pd.to_datetime(found[name], utc=True)
    return found


def test_two_sources_that_heard_one_flight_are_one_flight_with_a_witness() -> None:
    own, other = frame(flight("a", 1, 5)), frame(flight("b", 1.1, 5.2))
    chain = build_chain({"a": own, "b": other}, "a")
    assert list(chain.flights["source"]) == ["a"]
    assert list(chain.witnesses[0]["source"]) == ["b"]
    assert chain.find(other["flight_id"][0]) == 0


def test_source_asked_for_speaks_even_where_another_heard_more() -> None:
    chain = build_chain({"a": frame(flight("a", 3, 5)), "b": frame(flight("b", 1, 5))}, "a")
    assert list(chain.flights["source"]) == ["a"]


def test_flight_only_another_source_heard_stands_in_the_chain() -> None:
    own = frame(flight("a", 1, 5), flight("a", 20, 22))
    chain = build_chain({"a": own, "b": frame(flight("b", 8, 10))}, "a")
    assert list(chain.flights["source"]) == ["a", "b", "a"]


def test_two_flights_of_one_source_are_never_one() -> None:
    own = frame(flight("a", 1, 5), flight("a", 4.9, 8))
    assert len(build_chain({"a": own}, "a").flights) == 2


def test_disagreement_is_told_not_averaged() -> None:
    own = frame(flight("a", 1, 5, destination="UTAA", destination_evidence="low"))
    other = frame(flight("b", 1, 5, destination="OIIE", destination_evidence="estimated"))
    (said,) = build_chain({"a": own, "b": other}, "a").disagreements
    assert said == ("b has destination OIIE (estimated), a has UTAA (low).",)


def test_landing_that_only_a_witness_heard_is_told() -> None:
    own = frame(flight("a", 1, 5))
    other = frame(flight("b", 1, 6, destination="UTAA", destination_evidence="surface"))
    (said,) = build_chain({"a": own, "b": other}, "a").disagreements
    assert said == ("b has destination UTAA (surface), which a did not hear.",)


def test_record_without_an_arrival_is_a_witness_where_it_departs_about_then() -> None:
    told = frame(flight("t", 1.5, 0, lastseen=None), flight("t", 9, 0, lastseen=None))
    chain = build_chain({"a": frame(flight("a", 1, 5)), "t": told}, "t")
    assert list(chain.flights["firstseen"]) == list(told["firstseen"])
    assert [list(each["source"]) for each in chain.witnesses] == [["a"], []]


def test_flight_that_tells_no_arrival_sets_no_bound() -> None:
    before = frame(flight("t", 1, 0, lastseen=None, destination="UTAA"))
    after = frame(flight("t", 12, 14, origin="UAAA", origin_evidence="surface"))
    one = stretches_between(before, after)
    assert one.is_open.all() and np.isnan(one.left_at).all()


def test_airframe_nobody_heard_has_an_empty_chain() -> None:
    chain = build_chain({"a": empty_table("flights")}, "a")
    assert len(chain.flights) == 0 and chain.find("x") is None


def test_stretch_goes_from_where_it_was_left_to_where_it_was_heard_again() -> None:
    before = frame(flight("a", 1, 5, last_latitude=38.0, last_longitude=58.0,
                          last_altitude_ft=20_100.0))  # fmt: skip
    after = frame(flight("a", 12, 14, origin="UAAA", origin_evidence="surface"))
    one = stretches_between(before, after)
    assert one.left_latitude[0] == 38.0 and one.left_altitude_ft[0] == 20_100.0
    assert (one.back_at - one.left_at)[0] == 7 * 3600
    assert one.back_latitude[0] == pytest.approx(43.35, abs=0.1)  # Almaty's, for want of its own


def test_airframe_heard_again_after_the_horizon_counts_as_not_heard_again() -> None:
    before = frame(flight("a", 1, 5, last_latitude=38.0, last_longitude=58.0))
    after = frame(flight("a", 6 + HORIZON_S / 3600, 60, first_latitude=1.0, first_longitude=1.0))
    assert stretches_between(before, after).is_open.all()


def test_airframe_not_heard_before_is_bounded_by_how_far_it_flies() -> None:
    after = frame(flight("a", 12, 14, first_latitude=40.0, first_longitude=-58.0,
                         first_altitude_ft=33_000.0))  # fmt: skip
    nobody = after.iloc[:0].reindex([0])
    one, other = stretches_between(nobody, after), stretches_between(after, nobody)
    assert one.is_open.all() and one.is_placed.all()
    assert (one.left_latitude[0], one.left_altitude_ft[0]) == (40.0, 33_000.0)
    assert not other.is_placed.any()  # where it was lost is not known
    fields = [np.array([51.0, -33.9]), np.array([0.0, 151.2])]  # London, Sydney
    assert list(find_reach(one, *fields).place) == [0]


def test_place_nobody_knows_excludes_nothing() -> None:
    one = stretches_between(frame(flight("a", 1, 5)), frame(flight("a", 12, 14)))
    assert not one.is_placed.any() and np.isfinite(one.back_at).all()


@pytest.mark.parametrize("address, known", [("4d0113", True), ("~2a1b3c", False), (None, False)])
def test_address_that_several_may_share_is_no_airframe(address: str | None, known: bool) -> None:
    assert is_one_airframe(pd.Series([address], dtype="str")).to_list() == [known]
