"""Days of OpenSky's REST interface, pulled from a server on this machine (opensky_rest)."""

import gzip
import pickle
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from loopback import cut, status
from opensky_server import SECRET, OpenSky

from flights.archive import Archive
from flights.config import read_settings
from flights.errors import (
    ArchiveError,
    BadPayload,
    CredentialsMissing,
    CredentialsRejected,
    InvalidInput,
    RateLimited,
    SourceUnavailable,
)
from flights.network import RetryPolicy
from flights.pull import plan_pull, run_pull
from flights.sources import find_spec, open_source, row_limits
from flights.sources.opensky.rest.source import OpenSkyRest

DAY = date(2025, 6, 13)
LATER = datetime(2025, 7, 1, 12, tzinfo=UTC)


def quiet(message: str, share: float) -> None:
    """Nobody listens."""


@pytest.fixture
def sky(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[OpenSky]:
    """OpenSky on loopback; the environment has an account there."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with OpenSky() as server:
        server.account(monkeypatch)
        for day in range(10, 26):
            times = (f"2025-06-{day} 04:10", f"2025-06-{day} 05:20")
            server.fly("3c6444", "EDDF", "LFPG", *times, "DLH1    ")
        yield server


def clock_at(now: datetime):
    return lambda: now


def open_at(now: datetime = LATER, **options) -> OpenSkyRest:
    """The source with a clock and without long pauses."""
    source = open_source("opensky-rest", **{"regions": "airport:ELLX", **options})
    assert isinstance(source, OpenSkyRest)
    retries = RetryPolicy(pause_s=0.001, read_s=5.0)
    since = now if source.since else None
    return replace(source, clock=clock_at(now), retries=retries, since=since)


def collect(source: OpenSkyRest, day: date = DAY, report=quiet):
    (offer,) = source.offers(day, day)
    (records,) = source.collect(offer, report)
    return records


# what a day holds


def test_day_holds_departures_arrivals_and_those_that_land_after_midnight(sky: OpenSky) -> None:
    sky.fly("4d0101", "ELLX", "EDDF", "2025-06-13 08:00", "2025-06-13 09:00")
    sky.fly("4d0102", "LTBA", "ELLX", "2025-06-13 10:00", "2025-06-13 14:00")
    sky.fly("4d0103", "ZHCC", "ELLX", "2025-06-13 21:00", "2025-06-14 07:00")
    sky.fly("4d0104", "ZHCC", "ELLX", "2025-06-12 21:00", "2025-06-13 07:00")
    sky.fly("4d0105", "ELLX", "KORD", "2025-06-14 00:00", "2025-06-14 09:00")
    sky.fly("4d0106", "EDDF", "EGLL", "2025-06-13 08:00", "2025-06-13 09:00")
    records = collect(open_at())
    assert sorted(records.flights["icao24"]) == ["4d0101", "4d0102", "4d0103"]
    assert records.entry.status == "complete"
    assert records.entry.reasons == ()
    assert sky.asked == [
        "departure ELLX 2025-06-13",
        "arrival ELLX 2025-06-13",
        "arrival ELLX 2025-06-14",
    ]


def test_flight_between_two_airports_of_the_region_is_one_flight(sky: OpenSky) -> None:
    sky.fly("4d0101", "ELLX", "EBLG", "2025-06-13 08:00", "2025-06-13 09:00")
    records = collect(open_at(regions="airports:ELLX,EBLG"))
    assert len(records.flights) == 1
    assert records.entry.counts["told_in_two_ways"] == 0


def test_ends_are_estimates_with_their_distances_and_no_airport_is_lost(sky: OpenSky) -> None:
    sky.fly("4d0101", "ELLX", None, "2025-06-13 08:00", "2025-06-13 09:00", "CLX7 K  ")
    (row,) = collect(open_at()).flights.to_dict("records")
    assert (row["origin"], row["origin_evidence"]) == ("ELLX", "estimated")
    assert row["origin_distance_km"] == pytest.approx(1.5)
    assert row["origin_height_ft"] == pytest.approx(328.08, abs=0.01)
    assert row["destination"] is None
    assert row["destination_evidence"] == "lost"
    assert row["callsign"] == "CLX7 K"
    assert str(row["firstseen"]) == "2025-06-13 08:00:00+00:00"


def test_field_that_changed_its_code_is_asked_for_by_both(sky: OpenSky) -> None:
    sky.fly("4d0101", "UTTT", "LTBA", "2025-06-13 08:00", "2025-06-13 12:00")
    sky.fly("4d0102", "UZTT", "LTBA", "2025-06-13 09:00", "2025-06-13 13:00")
    assert len(collect(open_at(regions="airport:UTTT")).flights) == 2


def test_nothing_at_an_airport_is_an_answer_and_the_day_is_complete(sky: OpenSky) -> None:
    records = collect(open_at())
    assert (len(records.flights), records.entry.status) == (0, "complete")
    assert records.entry.counts["flights"] == 0
    assert sky.asked[-1] == "departure EDDF 2025-06-13", "a busy airport shows OpenSky was there"


def test_day_without_flights_anywhere_is_missing_not_zero(sky: OpenSky) -> None:
    sky.flights.clear()
    records = collect(open_at())
    assert records.entry.status == "missing"
    assert "not even departures of EDDF" in records.entry.reasons[0]


def test_sentinel_that_is_the_series_itself_is_no_sentinel(sky: OpenSky) -> None:
    sky.flights.clear()
    sky.fly("4d0101", "EGLL", "LFPG", "2025-06-13 08:00", "2025-06-13 09:00")
    assert collect(open_at(regions="airport:EDDF")).entry.status == "complete"
    assert sky.asked[-1] == "departure EGLL 2025-06-13"


def test_list_without_flights_is_an_answer_too(sky: OpenSky) -> None:
    sky.api.fault("/api/flights/departure", status(200, body=b"[]"))
    assert collect(open_at()).entry.status == "complete"


def test_day_of_a_permanent_gap_is_partial_or_missing_and_says_so(sky: OpenSky) -> None:
    sky.fly("4d0101", "ELLX", "LTBA", "2023-06-21 08:00", "2023-06-21 12:00")
    touched = collect(open_at(), date(2023, 6, 21)).entry
    assert touched.status == "partial"
    assert "recorded nothing from 2023-06-21 13:00" in touched.reasons[0]
    before = len(sky.asked)
    unheard = collect(open_at(), date(2023, 1, 20)).entry
    assert unheard.status == "missing"
    assert "permanent gap" in unheard.reasons[0]
    assert len(sky.asked) == before, "no credits for what nobody recorded"


# the night batch


@pytest.mark.parametrize(
    ("now", "state", "said"),
    [
        ("2025-06-13 15:00", "missing", "Pull this day again after 2025-06-15 12:00 UTC"),
        ("2025-06-12 15:00", "missing", "Not published yet"),
        ("2025-06-14 03:00", "partial", "may have published more flights"),
        ("2025-06-14 18:00", "partial", "land after midnight are not published yet"),
        ("2025-06-15 11:59", "partial", "land after midnight are not published yet"),
        ("2025-06-15 12:00", "complete", ""),
    ],
)
def test_day_is_complete_only_when_the_next_ones_landings_are_out(
    sky: OpenSky, now: str, state: str, said: str
) -> None:
    sky.fly("4d0101", "ELLX", "LTBA", "2025-06-13 08:00", "2025-06-13 12:00")
    entry = collect(open_at(datetime.fromisoformat(now).replace(tzinfo=UTC))).entry
    assert entry.status == state
    assert said in " ".join(entry.reasons)
    if state == "missing":
        assert sky.asked == []


def test_reply_from_before_the_batch_is_not_used_after_it(sky: OpenSky) -> None:
    early = datetime(2025, 6, 14, 3, tzinfo=UTC)
    assert len(collect(open_at(early)).flights) == 0
    sky.fly("4d0101", "ELLX", "LTBA", "2025-06-13 08:00", "2025-06-13 12:00")
    assert len(collect(open_at(early + timedelta(minutes=30))).flights) == 0, "kept for an hour"
    assert len(collect(open_at(early + timedelta(hours=2))).flights) == 1


# what is asked, and what it costs


def test_no_request_is_repeated_within_a_pull_nor_after_it(sky: OpenSky) -> None:
    source = open_at()
    offers = source.offers(DAY, DAY + timedelta(days=2))
    assert [(offer.requests, offer.credits) for offer in offers] == [(3, 12), (2, 8), (2, 8)]
    for offer in offers:
        list(source.collect(offer, quiet))
    assert len(sky.asked) == len(set(sky.asked)) == 7 + 3, "and a sentinel for each quiet day"
    again = open_at(regions="airports:ELLX,EBLG").offers(DAY, DAY)
    assert (again[0].requests, again[0].credits) == (3, 12), "another series shares replies"
    assert [o.requests for o in open_at().offers(DAY, DAY + timedelta(days=2))] == [0, 0, 0]


def test_cut_off_day_goes_on_where_it_ended(sky: OpenSky) -> None:
    sky.api.fault("/api/flights/arrival", *[status(500)] * 6)
    source = open_at()
    with pytest.raises(SourceUnavailable, match="500"):
        collect(source)
    sky.api.requests.clear()
    assert source.offers(DAY, DAY)[0].requests == 2
    assert collect(source).entry.status == "complete"
    assert sky.asked[0] == "arrival ELLX 2025-06-13"


def test_replies_are_asked_anew_when_the_user_says_so_and_after_a_month(sky: OpenSky) -> None:
    collect(open_at())
    first = len(sky.asked)
    assert open_at(LATER + timedelta(minutes=1), renew="yes").offers(DAY, DAY)[0].requests == 3
    assert open_at(LATER + timedelta(days=31)).offers(DAY, DAY)[0].requests == 3
    source = open_at(LATER + timedelta(minutes=1), renew="yes")
    collect(source)
    collect(source)
    assert len(sky.asked) == 2 * first, "anew means once"


def test_damaged_kept_reply_is_asked_anew(sky: OpenSky, tmp_path: Path) -> None:
    source = open_at()
    collect(source)
    kept = next((tmp_path / "archive" / "cache").rglob("arrival-ELLX.json.gz"))
    kept.write_bytes(kept.read_bytes()[:-9])
    assert source.offers(DAY, DAY)[0].requests == 1


def test_budget_that_is_spent_ends_the_pull_with_the_time_of_the_next(sky: OpenSky) -> None:
    source = open_at(budget="8")
    with pytest.raises(RateLimited, match="budget of 8 OpenSky credits is spent") as caught:
        collect(source)
    assert caught.value.wait_seconds == 12 * 3600
    assert len(sky.asked) == 2
    tomorrow = open_at(LATER + timedelta(hours=12), budget="8")
    assert tomorrow.offers(DAY, DAY)[0].credits == 4
    assert collect(tomorrow).entry.status == "complete"


def test_what_opensky_says_is_left_counts(sky: OpenSky) -> None:
    sky.remaining = 4 + 2
    with pytest.raises(RateLimited, match="This OpenSky account has 2 credits left"):
        collect(open_at())
    assert len(sky.asked) == 1


def test_long_wait_asked_for_ends_it_and_says_how_long(sky: OpenSky) -> None:
    sky.api.fault("/api/flights/arrival", status(429, {"X-Rate-Limit-Retry-After-Seconds": "5400"}))
    with pytest.raises(RateLimited, match="no credits left") as caught:
        collect(open_at())
    assert caught.value.wait_seconds == 5400


def test_short_wait_asked_for_is_waited_out_and_shown(sky: OpenSky) -> None:
    sky.api.fault("/api/flights/arrival", status(429, {"X-Rate-Limit-Retry-After-Seconds": "1"}))
    said: list[str] = []
    assert collect(open_at(), report=lambda text, _: said.append(text)).entry.status == "complete"
    assert any(text.startswith("waiting 1 s: OpenSky has no credits left") for text in said)
    assert any("departures ELLX 2025-06-13 (1 of 3); 4000 credits left today" in t for t in said)


def test_day_that_costs_more_than_the_budget_is_refused_with_figures(sky: OpenSky) -> None:
    with pytest.raises(InvalidInput, match=r"airports: one day would cost [\d,]+ credits"):
        open_at(regions="country:US")


# answers that are none


def test_token_that_ran_out_is_replaced_once(sky: OpenSky) -> None:
    source = open_at()
    collect(source)
    sky.forget_tokens()
    assert collect(source, DAY + timedelta(days=3)).entry.status == "complete"
    assert sky.issued == 2
    sky.api.fault("/api/flights/departure", status(401), status(401))
    with pytest.raises(CredentialsRejected, match="401"):
        collect(source, DAY + timedelta(days=8))


def test_token_is_given_up_before_it_ends(sky: OpenSky) -> None:
    sky.expires_in = 0.2
    source = open_at()
    collect(source)
    assert sky.issued >= 1
    sky.expires_in = "soon"
    with pytest.raises(BadPayload, match="not a token"):
        collect(open_at(), DAY + timedelta(days=9))


def test_wrong_secret_is_refused_with_what_to_do(
    sky: OpenSky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENSKY_CLIENT_SECRET", "wrong-one")
    with pytest.raises(CredentialsRejected) as caught:
        collect(open_at())
    assert "OPENSKY_CLIENT_SECRET" in str(caught.value)
    assert "wrong-one" not in str(caught.value)
    assert sky.asked == []


def test_no_account_is_said_before_anything_is_sent(
    sky: OpenSky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENSKY_CLIENT_SECRET")
    with pytest.raises(CredentialsMissing, match="OPENSKY_CLIENT_ID"):
        open_at().offers(DAY, DAY)
    assert sky.asked == []
    assert sky.tokens.requests == []


def test_refused_history_says_what_to_do(sky: OpenSky) -> None:
    sky.api.fault(
        "/api/flights/departure", status(403, body=b"You cannot access historical flights")
    )
    with pytest.raises(CredentialsRejected, match="You cannot access historical flights") as caught:
        collect(open_at())
    assert "OPENSKY_CLIENT_ID" in str(caught.value)


def test_server_errors_are_asked_again(sky: OpenSky) -> None:
    sky.api.fault("/api/flights/departure", status(503), status(502), cut(10))
    sky.fly("4d0101", "ELLX", "LTBA", "2025-06-13 08:00", "2025-06-13 12:00")
    sky.tokens.fault("/auth/realms/opensky-network/protocol/openid-connect/token", status(500))
    assert len(collect(open_at()).flights) == 1
    assert sky.asked.count("departure ELLX 2025-06-13") == 4


def test_page_instead_of_an_answer_is_no_nothing(sky: OpenSky) -> None:
    sky.api.fault("/api/flights/departure", status(404, body=b"<html>Welcome to the hotel</html>"))
    with pytest.raises(SourceUnavailable, match="404"):
        collect(open_at())


def test_question_opensky_does_not_understand_is_told(sky: OpenSky) -> None:
    sky.api.fault("/api/flights/departure", status(400, body=b'["Interval is too long!"]'))
    with pytest.raises(InvalidInput, match="Interval is too long!"):
        collect(open_at())


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"flights": []}', b"[1]", b'[{"icao24": "4d0101"}]', b"<html></html>"]
)
def test_malformed_reply_fails_the_day_and_is_not_kept(sky: OpenSky, body: bytes) -> None:
    sky.api.fault("/api/flights/departure", status(200, body=body))
    source = open_at()
    with pytest.raises(BadPayload, match="departures ELLX 2025-06-13"):
        collect(source)
    assert source.offers(DAY, DAY)[0].requests == 3


def test_reply_without_end_is_refused(sky: OpenSky) -> None:
    bomb = gzip.compress(b"[" + b" " * 20_000_000 + b"]")
    packed = status(200, {"Content-Encoding": "gzip"}, bomb)
    sky.api.fault("/api/flights/departure", packed, status(200, body=b" " * 20_000_000))
    for _ in range(2):
        with pytest.raises(BadPayload, match="more than 16,000,000 bytes"):
            collect(open_at())


def test_cache_that_cannot_be_written_is_told(sky: OpenSky, tmp_path: Path) -> None:
    cache = tmp_path / "archive" / "cache" / "opensky"
    cache.mkdir(parents=True)
    (cache / "replies").write_text("in the way")
    with pytest.raises(ArchiveError, match="FLIGHTS_CACHE"):
        collect(open_at())


# the world in slices


def test_world_is_not_asked_for_unasked() -> None:
    with pytest.raises(InvalidInput, match=r"--regions airport:ELLX.*--slices.*partial"):
        open_source("opensky-rest")
    with pytest.raises(InvalidInput, match="both"):
        open_source("opensky-rest", regions="airport:ELLX", slices="yes")
    with pytest.raises(InvalidInput, match="--slices"):
        open_source("opensky-rest", regions="world:")


def test_world_in_slices_is_always_partial_for_long_flights_are_not_in_it(sky: OpenSky) -> None:
    sky.fly("4d0101", "ELLX", "EDDF", "2025-06-13 08:00", "2025-06-13 09:59")
    sky.fly("4d0102", "ZHCC", "ELLX", "2025-06-13 01:00", "2025-06-13 12:00")
    sky.fly("4d0103", "ELLX", "EDDF", "2025-06-13 09:30", "2025-06-13 10:10")
    source = open_at(regions=None, slices="yes")
    (offer,) = source.offers(DAY, DAY)
    assert (offer.requests, offer.credits) == (12, 48)
    assert "same two hours" in offer.problem
    records = collect(source)
    assert sorted(records.flights["icao24"]) == ["3c6444", "4d0101"]
    assert records.entry.status == "partial"
    assert "longer flights, and flights across a border of two slices" in records.entry.reasons[0]
    assert source.spec.key == "opensky-rest"


def test_world_day_without_flights_is_missing(sky: OpenSky) -> None:
    sky.flights.clear()
    entry = collect(open_at(regions=None, slices="yes")).entry
    assert entry.status == "missing"


# the source as a source


def test_series_has_a_key_and_a_scope_of_its_own() -> None:
    source = open_at(regions=" airport:ellx ")
    assert source.spec.scope == "regions:airport:ELLX"
    assert source.spec.key.startswith("opensky-rest.regions-airport-ellx-")
    assert find_spec(source.spec.key).licence == source.spec.licence


def test_source_may_be_sent_to_another_process_without_its_secret(sky: OpenSky) -> None:
    source = replace(open_at(), clock=utc_of_test)
    collect(source)
    packed = pickle.dumps(source)
    assert SECRET.encode() not in packed
    assert b"token-of-a-test" not in packed
    assert SECRET not in repr(source)
    assert collect(pickle.loads(packed), DAY + timedelta(days=1)).entry.status == "complete"


def utc_of_test() -> datetime:
    """A clock that can be pickled."""
    return LATER


def test_days_must_be_named(sky: OpenSky) -> None:
    with pytest.raises(InvalidInput, match="--from"):
        open_at().offers(date.min, DAY)
    assert open_at().offers(date(2025, 6, 29), date.max)[-1].day == date(2025, 6, 30)


def test_options_are_checked() -> None:
    for wrong in ({"budget": "many"}, {"budget": "3"}, {"aircraft": "/nowhere.csv"}):
        with pytest.raises(InvalidInput):
            open_at(**wrong)
    with pytest.raises(InvalidInput, match="no airport"):
        open_at(regions="circle:0,-30,50km")


def test_aircraft_table_names_airframes_and_is_an_input(sky: OpenSky, tmp_path: Path) -> None:
    table = tmp_path / "aircraft.csv"
    table.write_text("4D0101;LX-VCA;B748;00;BOEING 747-8F;2012;Cargolux;\n")
    sky.fly("4d0101", "ELLX", "LTBA", "2025-06-13 08:00", "2025-06-13 12:00")
    records = collect(open_at(aircraft=str(table)))
    (row,) = records.flights.to_dict("records")
    assert (row["registration"], row["typecode"], row["operator"]) == ("LX-VCA", "B748", "CLX")
    assert records.entry.inputs[-1].name == "aircraft.csv"


def test_same_answers_give_the_same_hashes(sky: OpenSky) -> None:
    first = collect(open_at()).entry.inputs
    later = LATER + timedelta(days=1)
    assert collect(open_at(later, renew="yes")).entry.inputs == first
    assert [each.name for each in first] == [
        "flights/departure 2025-06-13, 1 replies",
        "flights/arrival 2025-06-13, 1 replies",
        "flights/arrival 2025-06-14, 1 replies",
    ]


def test_pull_stores_good_days_and_notes_why_others_failed(sky: OpenSky, tmp_path: Path) -> None:
    sky.fly("4d0101", "ELLX", "LTBA", "2025-06-13 08:00", "2025-06-13 12:00")
    sky.fly("4d0101", "ELLX", "LTBA", "2025-06-14 08:00", "2025-06-14 12:00")
    sky.api.fault("/api/flights/departure", status(200, body=b"[NaN]"))
    archive, source = Archive(tmp_path / "archive"), open_at()
    plan = plan_pull(source, archive, DAY, DAY + timedelta(days=1))
    assert (plan.requests, plan.credits) == (5, 20)
    run_pull(plan, archive)
    ledger = archive.read_ledger(source.spec.key)
    assert [entry.status for entry in ledger.values()] == ["failed", "complete"]
    assert "NaN" in ledger[DAY].reasons[0]
    run_pull(plan_pull(source, archive, DAY, DAY + timedelta(days=1)), archive)
    assert [e.status for e in archive.read_ledger(source.spec.key).values()] == ["complete"] * 2
    assert read_settings().cache.is_dir()


def test_answer_of_a_round_number_of_flights_makes_the_day_partial(
    sky: OpenSky, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(9):
        sky.fly(f"4d010{n}", "ELLX", "EDDF", f"2025-06-13 1{n}:00", f"2025-06-13 1{n}:40")
    assert collect(open_at()).entry.status == "complete"
    monkeypatch.setattr(row_limits, "LEAST_ROWS", 10)  # nine rows and a line of heads
    entry = collect(open_at()).entry
    assert entry.status == "partial"
    assert "departures ELLX 2025-06-13 ends at exactly 9 rows" in entry.reasons[0]
