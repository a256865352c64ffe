"""Tracks of single flights: what is read, what is refused, and the command that shows them."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import status
from opensky_server import SECRET, OpenSky

from flights import CONTENTS_SENTENCE, __main__
from flights.config import read_settings
from flights.errors import BadPayload, InvalidInput, NotCovered, RateLimited
from flights.network import RetryPolicy
from flights.sources.opensky.rest.client import Api
from flights.sources.opensky.rest.credits import CreditBudget
from flights.sources.opensky.rest.tracks import fetch_track, read_track

NOW = datetime.now(UTC).replace(microsecond=0)
AT = NOW - timedelta(days=2)


def made(**more) -> dict:
    """A track as OpenSky sends it; times as it writes them in some replies."""
    start = int(AT.timestamp()) - 600
    path = [
        [start, 49.6, 6.2, 300, 241.0, True],
        [start + 900, 49.9, 6.9, 3048, 60.5, False],
        [start + 1800, None, None, None, None, False],
    ]
    track = {"icao24": "4d0103", "callsign": "CLX7    ", "path": path}
    return {**track, "startTime": float(start), "endTime": start + 1800.0, **more}


def read(**more):
    return read_track(json.dumps(made(**more)).encode(), "a track")


def test_points_come_in_time_order_in_feet_and_unknown_stays_unknown() -> None:
    track = read(path=list(reversed(made()["path"])))
    assert track.callsign == "CLX7"
    assert (track.stop - track.start).total_seconds() == 1800
    points = track.points
    assert points["altitude_ft"].round().tolist()[:2] == [984, 10000]
    assert pd.isna(points["latitude"][2])
    assert points["on_ground"].tolist() == [True, False, False]
    assert (points["seen_at"].diff().dropna() > pd.Timedelta(0)).all()


def test_callsign_is_found_as_the_reply_and_as_the_documentation_write_it() -> None:
    plain = made()
    del plain["callsign"]
    assert read_track(json.dumps({**plain, "calllsign": "CLX8"}).encode(), "t").callsign == "CLX8"
    assert read_track(json.dumps(plain).encode(), "t").callsign is None
    assert read(callsign=None).callsign is None


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"icao24": 1}, "icao24"),
        ({"icao24": "zz"}, "icao24"),
        ({"callsign": 1}, "callsign"),
        ({"startTime": "a"}, "startTime"),
        ({"endTime": None}, "endTime"),
        ({"endTime": 1.5e300}, "endTime"),
        ({"path": None}, "path"),
        ({"path": {}}, "path"),
        ({"path": [1]}, "point 0"),
        ({"path": [[1, 2, 3]]}, "point 0"),
        ({"path": [["a", 1, 2, 3, 4, True]]}, "point 0"),
        ({"path": [[1_700_000_000, 91, 2, 3, 4, True]]}, "not a place on Earth"),
        ({"path": [[1_700_000_000, 1, 2, 3, 4, "no"]]}, "on_ground"),
        ({"path": [[1, 1, 2, 3, 4, True]]}, "point 0"),
    ],
)
def test_malformed_track_is_refused_with_the_place(wrong: dict, where: str) -> None:
    with pytest.raises(BadPayload, match=where):
        read(**wrong)


@settings(max_examples=40)
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), st.lists))
def test_whatever_stands_there_is_a_track_or_refused(value) -> None:
    for key in ("icao24", "startTime", "path", "callsign"):
        with suppress(BadPayload):
            read(**{key: value})


def test_recorded_track_and_malformed_ones(shared: Path) -> None:
    folder = shared / "opensky-rest"
    track = read_track((folder / "tracks_all.json").read_bytes(), "recorded")
    assert (track.icao24, track.callsign, len(track.points)) == ("4b1805", "SWR284H", 836)
    assert track.points["on_ground"].iloc[-1]
    broken = sorted((folder / "malformed").glob("*tracks*.json"))
    assert len(broken) == 5
    for path in broken:
        with pytest.raises(BadPayload):
            read_track(path.read_bytes(), path.name)


# asking


@pytest.fixture
def api(sky: OpenSky) -> Api:
    settings = read_settings()
    budget = CreditBudget(settings.cache / "opensky", 4000, lambda: NOW)
    return Api(settings, budget, RetryPolicy(pause_s=0.001))


def test_track_is_asked_for_at_the_documented_example_path(api: Api, sky: OpenSky) -> None:
    sky.tracks["4d0103"] = made()
    body = fetch_track(api, " 4D0103 ", AT, now=NOW)
    assert body is not None
    assert read_track(body, "t").icao24 == "4d0103"
    request = sky.api.requests[-1]
    assert request.path == "/api/tracks/all"
    assert request.query == {"icao24": "4d0103", "time": str(int(AT.timestamp()))}
    assert api.budget.left("tracks") == 3996
    assert api.budget.left("flights") == 4000, "the buckets know nothing of each other"


def test_no_track_is_an_answer(api: Api) -> None:
    assert fetch_track(api, "4d0103", AT, now=NOW) is None


def test_what_opensky_cannot_answer_is_not_asked(api: Api, sky: OpenSky) -> None:
    with pytest.raises(NotCovered, match="30 days"):
        fetch_track(api, "4d0103", NOW - timedelta(days=31), now=NOW)
    with pytest.raises(InvalidInput, match="six hex digits"):
        fetch_track(api, "LX-VCA", AT, now=NOW)
    with pytest.raises(InvalidInput, match="in the future"):
        fetch_track(api, "4d0103", NOW + timedelta(hours=1), now=NOW)
    assert sky.api.requests == []


def test_long_wait_is_told(api: Api, sky: OpenSky) -> None:
    sky.api.fault("/api/tracks/all", status(429, {"X-Rate-Limit-Retry-After-Seconds": "7000"}))
    with pytest.raises(RateLimited):
        fetch_track(api, "4d0103", AT, now=NOW)


# the command


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], sky: OpenSky):
    def run(*arguments: str) -> tuple[int, str, str]:
        code = __main__.main(["track", *arguments])
        out, err = capfd.readouterr()
        assert SECRET not in out + err
        return code, out, err

    return run


def test_command_writes_csv_with_the_sentence_in_it(run, sky: OpenSky) -> None:
    sky.tracks["4d0103"] = made()
    code, out, err = run("4d0103", "--at", f"{AT:%Y-%m-%dT%H:%M}")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("seen_at,latitude,longitude,altitude_ft,track_deg,on_ground")
    assert len(lines) == 4
    assert all(CONTENTS_SENTENCE in line for line in lines[1:])
    assert "IPSN 2014" in err
    assert "written licence" in err


def test_command_writes_json_without_nan(run, sky: OpenSky) -> None:
    sky.tracks["4d0103"] = made()
    code, out, _ = run("4d0103", "--at", f"{AT:%Y-%m-%dT%H:%M}+00:00", "--format", "json")
    plain = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} in the JSON"))
    assert code == 0
    assert plain["contents"] == CONTENTS_SENTENCE
    assert plain["points"][2]["latitude"] is None
    assert plain["points"][0]["on_ground"] is True


def test_command_says_that_no_track_is_no_proof(run) -> None:
    code, out, err = run("4d0103", "--at", f"{AT:%Y-%m-%dT%H:%M}")
    assert (code, out) == (1, "")
    assert "may have flown without being received" in err
    assert CONTENTS_SENTENCE in err


def test_command_refuses_what_is_no_time(run) -> None:
    assert run("4d0103", "--at", "yesterday")[0] == 2
    code, _, err = run("4d0103", "--at", "2020-01-01T00:00")
    assert code == 1
    assert "keeps tracks for 30 days" in err
