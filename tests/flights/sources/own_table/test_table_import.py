"""A table of one's own on the command line: imported, asked, exported, imported again."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from flights import CONTENTS_SENTENCE, __main__
from flights.archive import Archive
from flights.legs import join_departures

ROWS = (
    "ident;tail;from;to;off;on\n"
    "CLX7304;LX-VCA;LUX;PVG;13/06/2025 16:02;14/06/2025 01:02\n"
    "CLX7306;LX-VCB;EBLG;OMDB;14/06/2025 16:02;\n"
    "CLX7308;LX-VCB;Ghent;OMDB;15/06/2025 16:02;\n"
)
SPAN = ["--from", "2025-06-13", "--to", "2025-06-15"]


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run a command on an archive beside the one of the environment."""
    monkeypatch.setattr("signal.signal", lambda *_: None)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = __main__.main([*map(str, arguments), "--archive", str(tmp_path / "there")])
        return code, *capfd.readouterr()

    return run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "seen.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.fixture
def imported(run, table: Path) -> str:
    """Import the table; what was told."""
    code, _, err = run(
        *("pull", "table", "--path", table, "--name", "seen", "--yes"),
        *("--zone", "Europe/Luxembourg", "--covers", "2025-06-13..2025-06-15"),
    )
    assert code == 1  # one day is partial
    return err


def test_guess_and_what_was_found_are_told_before_the_import(imported: str) -> None:
    told = imported.partition("2025-06-13 complete")[0]
    assert "Columns: firstseen = off; lastseen = on; callsign = ident" in told
    assert "3 rows read: 2 flights on 2 days" in told
    assert "Times without a time zone were read as Europe/Luxembourg." in told
    assert "1 row has an origin with an unknown airport code" in told


def test_flights_of_the_table_answer_questions(imported: str, run) -> None:
    code, out, err = run("flights", "--source", "table.seen", *SPAN, "--origin", "country:LU")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["callsign"], row["destination"]) for row in rows] == [("CLX7304", "ZSPD")]
    assert rows[0]["firstseen"] == "2025-06-13T14:02:00Z"
    assert rows[0]["why"].startswith("From ELLX, estimated by the source.")
    assert "2025-06-15 partial" in err
    assert code == 1
    assert CONTENTS_SENTENCE in err


def test_everything_of_an_import_lies_in_the_archive_named(
    imported: str, tmp_path: Path, run
) -> None:
    there = tmp_path / "there"
    assert (there / "rejected" / "table.seen" / "seen.csv").exists()
    assert (there / "cache" / "tables").is_dir()
    assert not (tmp_path / "archive").exists()
    _, out, _ = run("ledger", "--source", "table.seen")
    assert "1 row of this day could not be imported." in out


def test_second_import_reads_complete_days_only_when_told_to(
    imported: str, run, table: Path
) -> None:
    again = ["pull", "table", "--path", table, "--name", "seen", "--yes", "--dates", "day-first"]
    again += ["--zone", "UTC", "--covers", "2025-06-13..2025-06-15"]
    _, _, err = run(*again)
    assert "Left out: 2 days complete already; published again since" in err
    _, out, _ = run("flights", "--source", "table.seen", *SPAN)
    assert "2025-06-13T14:02:00Z" in out
    run(*again, "--refresh")
    _, out, _ = run("flights", "--source", "table.seen", *SPAN)
    assert "2025-06-13T16:02:00Z" in out


def test_own_export_comes_in_again_as_the_same_flights(imported: str, run, tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    run("flights", "--source", "table.seen", *SPAN, "--out", export)
    run("pull", "table", "--path", export, "--name", "again", "--yes")
    archive = Archive(tmp_path / "there")
    first, second = (
        archive.load_flights(
            f"table.{name}", date(2025, 6, 13), date(2025, 6, 15), join=join_departures
        )
        for name in ("seen", "again")
    )
    assert len(first) == 2
    for name in ("flight_id", "callsign", "registration", "firstseen", "origin", "destination"):
        assert first[name].tolist() == second[name].tolist()
    assert first["lastseen"].equals(second["lastseen"])


def test_what_cannot_be_guessed_is_asked_for(run, tmp_path: Path) -> None:
    table = tmp_path / "other.csv"
    table.write_text("a,b\n4d0103,soon\n", encoding="utf-8")
    code, _, err = run("pull", "table", "--path", table, "--name", "other", "--yes")
    assert code == 2
    assert (
        "no column for the time of departure was found. Name it with --columns firstseen=NAME"
        in err
    )
    table.write_text("a,b\n4d0103,03/04/2025 10:00\n", encoding="utf-8")
    code, _, err = run("pull", "table", "--path", table, "--name", "other", "--yes")
    assert code == 2
    assert "Choose --dates day-first or --dates month-first." in err
