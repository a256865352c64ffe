"""A route from the archive: both ends judged, bounds, exposure without the route itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import worlds
from worlds import SOURCE

from flights.archive import Archive
from flights.cargo import parse_overrides
from flights.errors import InvalidInput, NotCovered
from flights.evidence import explain_flights
from flights.query import RouteQuestion
from flights.records import DayRecords, arrow_schema, empty_table
from flights.regions import cells, parse_region
from flights.routes import Route, RouteEvidence, load_route
from flights.routes import route as routes
from flights.sources import find_spec

FIRST = date(2050, 3, 10)
LAST = FIRST + timedelta(days=3)
OVER_CHINA, OVER_CASPIAN, OVER_LUXEMBOURG = (34.5, 110.5), (41.3, 51.2), (49.7, 6.2)
CHINA_LUXEMBOURG = Route(parse_region("country:CN"), parse_region("country:LU"))

# callsign, origin, its place, destination, its place; no code = lost there
FLIGHTS = [
    ("CLX1", "ZHCC", OVER_CHINA, "ELLX", OVER_LUXEMBOURG),  # lower
    ("CLX2", "ZHCC", OVER_CHINA, None, OVER_CASPIAN),  # upper: lost on the way
    ("CLX3", None, OVER_CASPIAN, "ELLX", OVER_LUXEMBOURG),  # upper: first heard on the way
    ("CLX4", None, OVER_CHINA, None, OVER_CASPIAN),  # upper: neither end known
    ("CLX5", "ELLX", OVER_LUXEMBOURG, "ZHCC", OVER_CHINA),  # the other way
    ("CLX6", "ZHCC", OVER_CHINA, "UTAA", OVER_CASPIAN),  # landed elsewhere
    ("DLH7", "ZHCC", OVER_CHINA, "ELLX", OVER_LUXEMBOURG),  # no cargo
    ("DLH8", None, OVER_CHINA, "EDDF", (50.0, 8.6)),  # lost over China, no cargo
    ("DLH9", "UTAA", OVER_CASPIAN, "EDDF", (50.0, 8.6)),  # not in any region
]


def _end(end: str, where: str, code: str | None, place: tuple[float, float]) -> dict:
    return {
        end: code,
        f"{end}_evidence": "surface" if code else "lost",
        f"{end}_distance_km": 1.0 if code else None,
        f"{end}_height_ft": 0.0 if code else None,
        f"{where}_latitude": place[0],
        f"{where}_longitude": place[1],
        f"{where}_altitude_ft": None if code else 35_000.0,
    }


def _day(day: date, status: str, rows: list) -> DayRecords:
    start = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    made = [
        {
            "source": SOURCE,
            "day": day,
            "flight_id": f"4d01{n:02d}-{int(start.timestamp()) + n}",
            "icao24": f"4d01{n:02d}",
            "callsign": callsign,
            "firstseen": start + timedelta(seconds=n),
            "lastseen": start + timedelta(hours=9),
            **_end("origin", "first", origin, here),
            **_end("destination", "last", destination, there),
            "positions": 100,
            "longest_silence_s": 60,
            "received": "adsb",
            "flags": "",
        }
        for n, (callsign, origin, here, destination, there) in enumerate(rows)
    ]
    frame = pd.DataFrame(made, columns=arrow_schema("flights").names)
    more = {name: empty_table(name) for name in ("edges", "tracks", "reception")}
    return DayRecords(worlds.entry(day, status), frame, **more)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Complete, partial, complete without a flight, never asked."""
    made = Archive(tmp_path_factory.mktemp("routes"))
    made.write_day(_day(FIRST, "complete", FLIGHTS))
    made.write_day(_day(FIRST + timedelta(days=1), "partial", FLIGHTS[:3]))
    made.write_day(_day(FIRST + timedelta(days=2), "complete", []))
    return made


def _load(archive: Archive, route: Route, **more) -> RouteEvidence:
    return load_route(archive, route, source=SOURCE, first=FIRST, last=LAST, **more)


@pytest.fixture(scope="module")
def evidence(archive: Archive) -> RouteEvidence:
    return _load(archive, CHINA_LUXEMBOURG)


def _on_first_day(evidence: RouteEvidence) -> pd.DataFrame:
    return evidence.flights[evidence.flights["day"] == FIRST].set_index("callsign")


def test_lower_needs_both_ends_heard_and_upper_one(evidence: RouteEvidence) -> None:
    assert _on_first_day(evidence)["bound"].to_dict() == {
        "CLX1": "lower",
        "CLX2": "upper",
        "CLX3": "upper",
        "CLX4": "upper",
    }


def test_flights_carry_verdicts_and_cargo_evidence(evidence: RouteEvidence) -> None:
    flights = _on_first_day(evidence)
    assert flights["origin_verdict"].to_list() == ["observed", "observed", "possible", "possible"]
    assert flights["destination_verdict"].to_list() == [
        "observed",
        "possible",
        "observed",
        "possible",
    ]
    assert flights["cargo_grade"].eq("likely").all()
    assert flights["cargo_rule"].str.contains("all-cargo operator CLX").all()
    assert {*arrow_schema("flights").names, "cargo_source", "why"} <= {*flights.columns, "callsign"}


def test_why_says_what_was_heard_and_what_stays_open(evidence: RouteEvidence) -> None:
    why = _on_first_day(evidence)["why"]
    assert why["CLX1"] == (
        "From ZHCC, heard on the ground 1 km away. To ELLX, heard on the ground 1 km away. "
        "Counts in both bounds."
    )
    assert why["CLX2"] == (
        "From ZHCC, heard on the ground 1 km away. Last heard at 35,000 ft over 41.3 N 51.2 E; "
        "heard again 15 h later, leaving ZHCC: a stop in Luxembourg of up to 6 h 48 min cannot be "
        "excluded. Counts in the upper bound only."
    )
    assert why["CLX3"].startswith(
        "First heard at 35,000 ft over 41.3 N 51.2 E; no other record of it within 48 h on that "
        "side, but these days are not complete: 8 Mar 2050, 9 Mar 2050: China is in range and "
        "cannot be excluded."
    )


def test_flight_heard_again_too_soon_is_excluded_and_named(tmp_path: Path) -> None:
    made = _day(FIRST, "complete", [FLIGHTS[1]])
    start = made.flights["lastseen"].iloc[0] + timedelta(hours=4)
    again = _day(FIRST, "complete", [("CLX2", "ZGGG", (23.4, 113.3), None, OVER_CHINA)]).flights
    again = again.assign(
        firstseen=start, lastseen=start + timedelta(hours=1), flight_id="4d0100-9999999999"
    )
    both = pd.concat([made.flights, again], ignore_index=True)
    archive = Archive(tmp_path)
    archive.write_day(replace(made, flights=both))
    found = _load(archive, CHINA_LUXEMBOURG)
    assert "4d0100-9999999999" not in set(found.excluded["flight_id"])
    (why,) = found.excluded["why"]
    assert "heard again 4 h later, leaving ZGGG: too soon for a landing in Luxembourg." in why
    assert why.endswith("Counts in neither bound.")


def test_why_names_days_on_which_it_may_have_been_heard_again(
    archive: Archive, evidence: RouteEvidence, tmp_path: Path
) -> None:
    """The day after is cut short: that nobody heard it again may not be said without saying so."""
    flight = _on_first_day(evidence).loc["CLX4"]
    assert flight["behind_missing"] == "11 Mar 2050"
    assert (
        "no other record of it within 48 h on that side, but these days are not complete: "
        "11 Mar 2050: Luxembourg is in range" in flight["why"]
    )
    whole = Archive(tmp_path)
    whole.write_day(_day(FIRST, "complete", FLIGHTS))
    for n in (-2, -1, 1, 2):
        whole.write_day(_day(FIRST + timedelta(days=n), "complete", []))
    flight = _on_first_day(_load(whole, CHINA_LUXEMBOURG)).loc["CLX4"]
    assert (flight["behind_missing"], flight["before_missing"]) == ("", "")
    assert "not complete" not in flight["why"]


def test_day_that_is_not_complete_is_missing_not_zero(evidence: RouteEvidence) -> None:
    assert [entry.status for entry in evidence.ledger] == [
        "complete",
        "partial",
        "complete",
        "not asked",
    ]
    for column in (evidence.heard["origin"], evidence.heard["destination"], evidence.neither_end):
        assert column.isna().to_list() == [False, True, False, True]
        assert column.iloc[2] == 0


def test_exposure_leaves_the_route_itself_out(evidence: RouteEvidence) -> None:
    # China: all but CLX3 and DLH9 touch it; of the route CLX1, CLX2 and CLX4 do.
    # Luxembourg: CLX1, CLX3, CLX5, DLH7; of the route CLX1 and CLX3.
    assert evidence.heard.loc[FIRST].to_list() == [4, 2]


def test_flights_of_the_upper_bound_with_neither_end_known_are_counted(
    evidence: RouteEvidence,
) -> None:
    assert evidence.neither_end.loc[FIRST] == 1
    assert _on_first_day(evidence)["bound"]["CLX4"] == "upper"


def test_grade_decides_what_counts_and_empty_counts_all(archive: Archive) -> None:
    every = _load(archive, Route(CHINA_LUXEMBOURG.origin, CHINA_LUXEMBOURG.destination, ""))
    assert "DLH7" in _on_first_day(every).index
    certain = _load(
        archive, Route(CHINA_LUXEMBOURG.origin, CHINA_LUXEMBOURG.destination, "certain")
    )
    assert certain.flights.empty
    assert list(certain.flights.columns) == list(every.flights.columns)
    with pytest.raises(InvalidInput, match="sure"):
        _load(archive, Route(CHINA_LUXEMBOURG.origin, CHINA_LUXEMBOURG.destination, "sure"))


def test_own_list_decides_before_the_rules(archive: Archive, evidence: RouteEvidence) -> None:
    text = b"kind,value,grade,note\ncallsign,CLX1,none,\noperator,DLH,certain,seen loading\n"
    own = _on_first_day(_load(archive, replace(CHINA_LUXEMBOURG, overrides=parse_overrides(text))))
    before = _on_first_day(evidence)
    assert set(before.index) - set(own.index) == {"CLX1"}
    assert set(own.index) - set(before.index) == {"DLH7", "DLH8"} & set(own.index) == {"DLH7"}
    assert own.loc["DLH7", "cargo_rule"] == "own list: operator DLH is certain (seen loading)"
    assert own.loc["CLX2", "cargo_rule"] == before.loc["CLX2", "cargo_rule"]


def test_anywhere_needs_no_known_end(archive: Archive) -> None:
    route = Route(parse_region("country:CN"), parse_region("world:"))
    flights = _on_first_day(_load(archive, route))
    assert flights["bound"].to_dict() == {
        "CLX1": "lower",
        "CLX2": "lower",
        "CLX3": "upper",
        "CLX4": "upper",
        "CLX6": "lower",
    }
    assert "any place counts" in flights["why"]["CLX2"]
    assert "China is in range and cannot be excluded" in flights["why"]["CLX3"]
    assert _load(archive, route).heard["destination"].loc[FIRST] == len(FLIGHTS) - 5


def test_days_in_the_wrong_order_are_refused(archive: Archive) -> None:
    with pytest.raises(InvalidInput):
        load_route(archive, CHINA_LUXEMBOURG, source=SOURCE, first=LAST, last=FIRST)


@pytest.fixture
def narrowed(tmp_path: Path) -> Archive:
    """The same day in a series of a real source, narrowed to what a test says."""
    return Archive(tmp_path)


def _pull(archive: Archive, source: str, scope: str) -> None:
    made = _day(FIRST, "complete", FLIGHTS)
    entry = replace(made.entry, source=source, scope=scope)
    archive.write_day(replace(made, entry=entry, flights=made.flights.assign(source=source)))


def test_series_of_one_airport_has_no_exposure_at_the_other_end(narrowed: Archive) -> None:
    _pull(narrowed, "readsb.ellx", "regions:country:LU")
    found = load_route(narrowed, CHINA_LUXEMBOURG, source="readsb.ellx", first=FIRST, last=LAST)
    assert found.heard["origin"].isna().all() and found.neither_end.isna().all()
    assert found.heard["destination"].loc[FIRST] == 2
    assert any("from China with an unknown destination" in note for note in found.notes)


def test_series_of_other_airports_is_refused_with_a_sentence(narrowed: Archive) -> None:
    _pull(narrowed, "readsb.ebbr", "regions:airport:EBBR")
    with pytest.raises(NotCovered, match="neither all flights of China nor all of Luxembourg"):
        load_route(narrowed, CHINA_LUXEMBOURG, source="readsb.ebbr", first=FIRST, last=LAST)


def test_series_of_chosen_aircraft_says_that_it_cannot_be_counted(narrowed: Archive) -> None:
    _pull(narrowed, "readsb.mine", "icao24:4d0100")
    found = load_route(narrowed, CHINA_LUXEMBOURG, source="readsb.mine", first=FIRST, last=LAST)
    assert "only 1 chosen aircraft" in found.frequency and not found.flights.empty


def test_region_outside_the_area_of_a_source_is_refused(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = replace(find_spec("readsb"), box=(40.0, -10.0, 60.0, 20.0))
    monkeypatch.setattr(routes, "find_spec", lambda key: spec)
    with pytest.raises(NotCovered, match="China is outside"):
        load_route(archive, CHINA_LUXEMBOURG, source="readsb", first=FIRST, last=LAST)


class Asked:
    """An engine that answers nothing and remembers what it was asked."""

    def __init__(self) -> None:
        self.question: RouteQuestion | None = None
        self.regions: list = []
        self.skies: list = []

    def ledger(self, source, first, last):  # type: ignore[no-untyped-def]
        return ()

    def match(self, question: RouteQuestion) -> pd.DataFrame:
        self.question = question
        return _matched()

    def match_unknown(self, question: RouteQuestion) -> pd.DataFrame:
        return _matched()

    def find_neighbours(self, source, flights):  # type: ignore[no-untyped-def]
        return flights, flights

    def heard_by_day(self, source, first, last, airports=None, cells=None):  # type: ignore[no-untyped-def]
        self.regions.append((airports, cells))
        return pd.Series([], index=pd.Index([], dtype=object), dtype="Int64")

    def destinations_by_day(self, question: RouteQuestion) -> pd.DataFrame:
        return pd.DataFrame(index=pd.Index([], dtype=object))

    def cruise_by_day(self, source, first, last, cells=None):  # type: ignore[no-untyped-def]
        self.skies.append(cells)
        columns = ["positions", "aircraft_hours"]
        return pd.DataFrame([], pd.Index([], dtype=object), columns, dtype="Int64")


def _matched() -> pd.DataFrame:
    names = ("origin_verdict", "destination_verdict", "bound")
    return empty_table("flights").assign(**{name: pd.Series(dtype="str") for name in names})


def test_question_asks_for_former_codes_too_and_for_the_cells_of_the_region(tmp_path: Path) -> None:
    engine = Asked()
    route = Route(parse_region("country:UZ"), parse_region("world:"), "possible")
    _load(Archive(tmp_path), route, engine=engine)
    assert engine.question is not None
    assert {"UZTT", "UTTT"} <= engine.question.origin_airports
    assert engine.question.destination_airports is None
    assert engine.question.min_grade == "possible"
    assert engine.question.origin_cells is None
    assert engine.regions == [(engine.question.origin_airports, cells(route.origin)), (None, None)]
    assert engine.skies == [cells(route.origin), None]


def test_unknown_height_and_place_are_said_to_be_unknown() -> None:
    row = dict.fromkeys(_matched().columns)
    row |= {"origin": "ZHCC", "origin_evidence": "low", "origin_distance_km": 12.4}
    row |= {"destination_evidence": "lost", "destination_verdict": "possible", "bound": "upper"}
    row |= dict.fromkeys(["last_latitude", "last_longitude", "last_altitude_ft"], np.nan)
    row |= {"lastseen": pd.Timestamp("2026-02-28T12:00Z")}
    assert explain_flights(pd.DataFrame([row]), "China", "Luxembourg") == [
        "From ZHCC, heard low near it 12 km away. Last heard at unknown height at an unknown "
        "place; no other record of it within 48 h on that side: Luxembourg cannot be excluded. "
        "Counts in the upper bound only."
    ]
