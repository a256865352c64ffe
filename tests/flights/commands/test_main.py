"""The command line: what it prints where, and what it returns."""

import csv
import io
import json
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import worlds
from worlds import DAY, SOURCE

from flights import CONTENTS_SENTENCE, __main__
from flights.archive import Archive
from flights.errors import InvalidInput
from flights.legs import join_departures
from flights.sources import SOURCES, SourceSpec, find_source, find_spec, open_source

ROOT = Path(__file__).parents[3]
SPAN = ["--from", str(DAY), "--to", str(DAY)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The archive that the environment names; it holds one day."""
    root = tmp_path / "archive"
    Archive(root).write_day(worlds.records(10))
    return root


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]):
    """Run a command here: exit code, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            code = __main__.main([str(each) for each in arguments])
        except SystemExit as error:
            code = int(error.code or 0)
        return code, *capfd.readouterr()

    return run


def start(*arguments: object, **more) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "flights", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def test_help_is_there_for_every_command_and_starts_fast(run) -> None:
    for command in ([], ["sources"], ["pull"], ["ledger"], ["flights"]):
        code, out, _ = run(*command, "--help")
        assert code == 0
        assert "usage: python -m flights" in out
    began = time.process_time()
    script = "import sys, flights.__main__; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
    assert time.process_time() - began < 1


def test_sources_are_printed_as_data(run) -> None:
    code, out, err = run("sources")
    assert code == 0
    for key in SOURCES:
        assert f"{key}: {find_spec(key).title}" in out
    assert CONTENTS_SENTENCE in err
    assert [each["key"] for each in json.loads(run("sources", "--format", "json")[1])] == list(
        SOURCES
    )


@pytest.mark.parametrize("key", SOURCES)
def test_every_listed_source_describes_itself(key: str) -> None:
    spec = find_spec(key)
    assert isinstance(spec, SourceSpec)
    assert spec.licence
    assert spec.attribution
    assert hasattr(find_source(key), "open_source")


def test_source_and_options_that_do_not_exist_are_named() -> None:
    with pytest.raises(InvalidInput, match=r"no source 'nope'. Sources: .*readsb"):
        find_source("nope")
    with pytest.raises(InvalidInput, match="path"):
        open_source("readsb")
    with pytest.raises(InvalidInput, match="path"):
        open_source("simulated", path="/x")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pull", "nope"], "invalid choice: 'nope'"),
        (["pull", "readsb"], "path"),
        (["pull", "readsb", "--path", "/no/such/place"], "/no/such/place"),
        (["pull", "simulated", "--workers", "0"], "--workers"),
        (["pull", "simulated", "--from", "2050-02-01", "--to", "2050-01-01"], "before they begin"),
        (["flights", *SPAN, "--source", "../x"], "not a valid key of a source"),
        (["flights", "--from", str(DAY), "--to", "2050-01-01"], "before they begin"),
        (["flights", *SPAN, "--origin", "contry:CN"], "contry"),
        (["ledger", "--from", "2050-02-31"], "is not a day"),
        (["flights"], "--from"),
        (["flights", *SPAN, "--min-grade", "sure"], "sure"),
    ],
)
def test_what_cannot_be_followed_gets_a_sentence_and_two(run, root: Path, arguments, said) -> None:
    before = sorted(root.rglob("*"))
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert sorted(root.rglob("*")) == before


def test_ledger_lists_days_asked_and_not_asked(run, root: Path) -> None:
    span = ["--from", DAY, "--to", DAY + timedelta(days=2)]
    code, out, err = run("ledger", "--source", SOURCE, *span)
    assert code == 0
    assert [line.split()[2] for line in out.splitlines()[1:]] == ["complete", "not", "not"]
    assert "1 complete, 2 not asked" in err
    assert CONTENTS_SENTENCE in err
    told = json.loads(run("ledger", "--format", "json")[1])
    assert [each["status"] for each in told["days"]] == ["complete"]
    path = root / "flights" / SOURCE / f"{DAY}.parquet"
    path.write_bytes(path.read_bytes()[::-1])
    assert "complete" in run("ledger")[1]
    assert "failed" in run("ledger", "--verify")[1]


def test_archive_option_goes_before_the_environment(run, root: Path, tmp_path: Path) -> None:
    code, out, err = run("ledger", "--archive", tmp_path / "other")
    assert (code, len(out.splitlines())) == (0, 1)
    assert "has no days yet" in err
    assert not (tmp_path / "other").exists()


def test_flights_come_as_csv_json_and_parquet(run, root: Path, tmp_path: Path) -> None:
    code, out, err = run("flights", *SPAN)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, len(rows)) == (0, 10)
    assert "10 flights written" in err
    assert CONTENTS_SENTENCE in err
    wanted = "icao24 callsign registration typecode operator origin origin_evidence destination "
    wanted += "destination_evidence firstseen lastseen first_latitude last_longitude source note"
    assert set(wanted.split()) <= set(rows[0])
    assert len(json.loads(run("flights", *SPAN, "--format", "json")[1])["flights"]) == 10
    target = tmp_path / "out.parquet"
    code, out, _ = run("flights", *SPAN, "--format", "parquet", "--out", target)
    assert (code, out) == (0, "")
    assert pq.read_table(target).num_rows == 10
    assert not list(tmp_path.glob(".*temporary"))


def test_days_that_are_not_complete_are_named_and_return_one(run, root: Path) -> None:
    code, out, err = run("flights", "--from", DAY, "--to", DAY + timedelta(days=7))
    assert code == 1
    assert len(out.splitlines()) == 11
    assert "7 of 8 days are not complete (2050-03-11 not asked" in err
    assert "flights may be missing" in err


def test_source_is_asked_for_when_there_are_several(run, root: Path) -> None:
    Archive(root).write_day(worlds.records(2, of=worlds.entry(source="other")))
    code, _, err = run("flights", *SPAN)
    assert code == 2
    assert f"{SOURCE}, other" in err
    assert run("flights", *SPAN, "--source", "other")[1].count("\n") == 3


def test_file_that_cannot_be_written_is_an_error(run, root: Path, tmp_path: Path) -> None:
    code, out, err = run("flights", *SPAN, "--out", tmp_path / "no" / "where.csv")
    assert (code, out) == (1, "")
    assert "cannot be written" in err


def test_route_gives_flights_with_their_bound(run, root: Path) -> None:
    code, out, err = run("flights", *SPAN, "--origin", "airport:ELLX", "--format", "json")
    assert code == 0, err
    told = json.loads(out)
    assert told["origin"] == "airport:ELLX"
    every = Archive(root).load_flights(SOURCE, DAY, DAY, join=join_departures)
    lost = every["origin_evidence"].eq("lost") & every["destination_evidence"].ne("lost")
    assert sorted(row["flight_id"] for row in told["flights"]) == sorted(every.flight_id[lost])
    assert {row["bound"] for row in told["flights"]} == {"upper"}


def test_own_cargo_list_is_heeded_and_named(run, root: Path, tmp_path: Path, monkeypatch) -> None:
    own = tmp_path / "own.csv"
    own.write_text("kind,value,grade,note\ntypecode,A320,certain,\n", "utf-8")
    asked = ["flights", *SPAN, "--format", "json", "--min-grade", "certain"]
    every = Archive(root).load_flights(SOURCE, DAY, DAY, join=join_departures)
    a320 = sorted(every.flight_id[every.typecode == "A320"])
    assert a320
    assert json.loads(run(*asked)[1])["flights"] == []
    code, out, err = run(*asked, "--cargo", own)
    told = json.loads(out)
    assert code == 0
    assert sorted(row["flight_id"] for row in told["flights"]) == a320
    assert told["cargo_list"]["name"] == "own.csv"
    assert len(told["cargo_list"]["sha256"]) == 64
    assert "Cargo list used: own.csv (1 row, SHA-256" in err
    monkeypatch.setenv("FLIGHTS_CARGO", str(own))
    assert json.loads(run(*asked)[1]) == told
    assert "Cargo list" not in run("flights", *SPAN)[2]  # nothing is graded there
    code, out, err = run(*asked, "--cargo", tmp_path / "gone.csv")
    assert (code, out) == (2, "")
    assert "gone.csv cannot be read" in err


def test_reader_that_goes_early_gets_no_complaint(root: Path) -> None:
    for n in range(1, 6):
        Archive(root).write_day(worlds.records(900, of=worlds.entry(DAY + timedelta(days=n))))
    span = ["--from", DAY, "--to", DAY + timedelta(days=5)]
    process = start("flights", *span, "--archive", root)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 1
    assert "Traceback" not in said
    assert "Broken" not in said
