"""Reference tables fetched at run time: dated, read before they count, remembered by the ledger."""

import fcntl
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from loopback import LoopbackServer, cut, quick_door, status

from flights import __main__
from flights.config import Settings, read_settings
from flights.errors import ArchiveError, BadPayload, InvalidInput, SourceUnavailable
from flights.reference.editions import Edition, current_aircraft, input_of, list_editions
from flights.reference.standing_routes import known_stops, read_routes
from flights.reference.updates.fetch import fetch_edition
from flights.reference.updates.tables import KINDS

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AIRCRAFT = "/wiedehopf/tar1090-db/raw/refs/heads/csv/aircraft.csv.gz"
STANDING = "/vradarserver/standing-data/main"


def _aircraft(rows: int = 1000) -> bytes:
    row = "{:06X};D-{:04d};B744;00;BOEING 747-400;1999;Nobody;\n"
    lines = [row.format(0x400000 + number, number) for number in range(rows)]
    return gzip.compress("".join(lines).encode())


def _routes(code: str, first: int = 100, count: int = 100) -> bytes:
    head = "\ufeffCallsign,Code,Number,AirlineCode,AirportCodes\r\n"
    rows = [f"{code}{n},{code},{n},{code},ELLX-UTAK-ZHCC\r\n" for n in range(first, first + count)]
    return (head + "".join(rows)).encode()


@pytest.fixture
def settings(loopback: LoopbackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """All public servers are the one on loopback."""
    servers = {kind.server for kind in KINDS.values()}
    monkeypatch.setenv("FLIGHTS_MIRRORS", " ".join(f"{each}={loopback.url}" for each in servers))
    monkeypatch.setenv("FLIGHTS_CACHE", str(tmp_path / "cache"))
    loopback.put(AIRCRAFT, _aircraft(), etag='"one"')
    return read_settings()


def _fetch(settings: Settings, name: str = "aircraft", now: datetime = NOON) -> Edition:
    return fetch_edition(name, quick_door(settings.cache), settings, now=now)


def test_an_edition_says_where_it_came_from_and_under_what_terms(
    settings: Settings, loopback: LoopbackServer
) -> None:
    edition = _fetch(settings)
    assert edition.folder == settings.cache / "reference" / "aircraft" / "2026-11-20"
    assert (edition.label, edition.rows) == ("tar1090-db 2026-11-20", 1000)
    plain = json.loads((edition.folder / "edition.json").read_text("utf-8"))
    assert plain["fetched_at"] == "2026-11-20T12:00:00+00:00"
    assert plain["licence"] == KINDS["aircraft"].licence
    assert plain["attribution"] == KINDS["aircraft"].attribution
    (file,) = plain["files"]
    assert (file["url"], file["etag"]) == (loopback.url_of(AIRCRAFT), '"one"')
    assert (file["size"], len(file["sha256"])) == (len(_aircraft()), 64)
    assert {path.name for path in edition.folder.iterdir()} == {"aircraft.csv.gz", "edition.json"}


def test_the_newest_edition_is_used_and_a_given_table_goes_first(settings: Settings) -> None:
    assert current_aircraft(settings) is None
    _fetch(settings)
    newest = _fetch(settings, now=NOON + timedelta(days=1))
    assert current_aircraft(settings) == newest.folder / "aircraft.csv.gz"
    assert current_aircraft(settings, "/own.csv") == Path("/own.csv")
    named = Settings(settings.archive, Path("/named.csv"), settings.cache)
    assert current_aircraft(named) == Path("/named.csv")
    assert current_aircraft(named, "/own.csv") == Path("/own.csv")


def test_the_ledger_remembers_the_edition(settings: Settings, tmp_path: Path) -> None:
    edition = _fetch(settings)
    found = input_of(edition.folder / "aircraft.csv.gz")
    assert found.name == "aircraft.csv.gz (tar1090-db 2026-11-20)"
    assert found.sha256 == edition.files[0].sha256
    (tmp_path / "own.csv").write_bytes(b"x")
    assert input_of(tmp_path / "own.csv").name == "own.csv"
    with pytest.raises(InvalidInput, match=r"none\.csv cannot be read"):
        input_of(tmp_path / "none.csv")


def test_a_second_fetch_of_a_day_replaces_the_first(
    settings: Settings, loopback: LoopbackServer
) -> None:
    _fetch(settings)
    loopback.put(AIRCRAFT, _aircraft(1200))
    assert _fetch(settings, now=NOON + timedelta(hours=1)).rows == 1200
    assert [each.rows for each in list_editions(settings.cache, "aircraft")] == [1200]


@pytest.mark.parametrize(
    "body",
    [
        b"<html>sorry</html>",
        _aircraft()[:-100],
        _aircraft(999),
        gzip.compress(b"a;b\n" * 5000),
    ],
    ids=["page", "cut", "few rows", "other form"],
)
def test_what_cannot_be_read_never_becomes_current(
    settings: Settings, loopback: LoopbackServer, body: bytes
) -> None:
    kept = _fetch(settings)
    loopback.put(AIRCRAFT, body)
    with pytest.raises(BadPayload):
        _fetch(settings, now=NOON + timedelta(days=1))
    assert list_editions(settings.cache, "aircraft") == [kept]


def test_a_fetch_goes_on_where_it_was_cut(settings: Settings, loopback: LoopbackServer) -> None:
    loopback.fault(AIRCRAFT, cut(1000), status(400))
    with pytest.raises(SourceUnavailable):
        _fetch(settings)
    assert list_editions(settings.cache, "aircraft") == []
    _fetch(settings)
    assert loopback.requests[-1].range == "bytes=1000-"


def test_a_vanished_table_is_said(settings: Settings, loopback: LoopbackServer) -> None:
    loopback.remove(AIRCRAFT)
    with pytest.raises(SourceUnavailable, match="does not exist any more"):
        _fetch(settings)


def test_editions_that_were_spoilt_are_passed_over(settings: Settings) -> None:
    older = _fetch(settings)
    for days, spoil in enumerate(("size", "note", "lost"), 1):
        folder = _fetch(settings, now=NOON + timedelta(days=days)).folder
        if spoil == "size":
            (folder / "aircraft.csv.gz").write_bytes(b"x")
        elif spoil == "note":
            (folder / "edition.json").write_text('{"files": 1}', encoding="utf-8")
        else:
            (folder / "aircraft.csv.gz").unlink()
    assert list_editions(settings.cache, "aircraft") == [older]
    assert current_aircraft(settings) == older.folder / "aircraft.csv.gz"


def test_one_process_at_a_time_fetches_a_table(settings: Settings) -> None:
    home = settings.cache / "reference" / "aircraft"
    home.mkdir(parents=True)
    with (home / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(ArchiveError, match="Another process"):
            _fetch(settings)


def test_routes_come_for_cargo_airlines_only_also_where_they_lie_in_pieces(
    settings: Settings, loopback: LoopbackServer
) -> None:
    airlines = "\ufeffCode,Name,ICAO,IATA\r\nCLX,Cargolux,CLX,CV\r\n"
    loopback.put(f"{STANDING}/airlines/schema-01/airlines.csv", airlines.encode())
    loopback.put(f"{STANDING}/routes/schema-01/C/CLX-all.csv", _routes("CLX"))
    loopback.put(f"{STANDING}/routes/schema-01/C/CPA-1.csv", _routes("CPA", 100, 3))
    loopback.put(f"{STANDING}/routes/schema-01/C/CPA-2.csv", _routes("CPA", 200, 4))
    loopback.put(f"{STANDING}/routes/schema-01/R/RYR-all.csv", _routes("RYR"))
    edition = _fetch(settings, "routes")
    assert edition.rows == 107
    names = {each.name for each in edition.files}
    assert names == {"airlines.csv", "CLX-all.csv", "CPA-1.csv", "CPA-2.csv"}
    routes = read_routes(edition.folder)
    assert known_stops("CV0123", routes) == (("ELLX", "UTAK", "ZHCC"),)
    assert loopback.count(f"{STANDING}/routes/schema-01/R/RYR-all.csv") == 0
    assert len(loopback.requests) < 400


def test_unknown_tables_are_refused(settings: Settings) -> None:
    with pytest.raises(InvalidInput, match="Use one of aircraft, airports, routes"):
        _fetch(settings, "weather")


def test_the_command_fetches_and_lists(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert __main__.main(["reference", "list"]) == 0
    listed = capsys.readouterr().out
    assert "none on this computer: python -m flights reference fetch aircraft" in listed
    assert __main__.main(["reference", "fetch", "aircraft"]) == 0
    told = capsys.readouterr().err
    assert "1,000 rows" in told
    assert "Licence: none stated" in told
    assert __main__.main(["reference", "list", "aircraft"]) == 0
    assert "in use" in capsys.readouterr().out
    assert __main__.main(["reference", "fetch"]) == 2
    assert __main__.main(["reference", "fetch", "weather"]) == 2
