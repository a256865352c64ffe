"""OpenSky's Trino database as a source: days offered, pulled and counted (opensky_trino)."""

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from trino_server import TrinoServer, flight, hourly

from flights.archive import Archive
from flights.errors import CredentialsMissing, InvalidInput, NotCovered
from flights.network import RetryPolicy
from flights.pull import plan_pull, run_pull
from flights.query import DuckDBEngine, RouteQuestion
from flights.sources import find_spec, open_source
from flights.sources.opensky.trino.source import OpenSkyTrino

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[5]
FIRST, LAST = date(2025, 6, 12), date(2025, 6, 14)
HOUR, DAY_S = 3600, 86_400


def midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def open_quickly(**options) -> OpenSkyTrino:
    source = open_source("opensky-trino", **options)
    assert isinstance(source, OpenSkyTrino)
    quick = replace(source.database, retries=RetryPolicy(tries=2, pause_s=0.001))
    return replace(source, database=quick)


def fill(trino: TrinoServer, days: int = 4) -> None:
    """World traffic of some days from `FIRST` on, and a Cargolux flight over each midnight."""
    for number in range(days):
        start = midnight(FIRST) + number * DAY_S
        late = flight("4d0103", start - 2 * HOUR, start + 4 * HOUR, "ZHCC", "ELLX", "CLX9TK")
        trino.add(*hourly(start), late)


# what is offered


def test_one_day_more_than_asked_is_offered_with_its_queries(trino: TrinoServer) -> None:
    offers = open_quickly().offers(FIRST, LAST)
    assert [offer.day for offer in offers] == [FIRST + timedelta(days=n) for n in range(4)]
    assert {offer.requests for offer in offers} == {1}
    assert "2025-06-15 is read too" in offers[-1].notes[0] and not offers[0].notes
    narrowed = open_quickly(regions="airport:ELLX").offers(FIRST, LAST)
    assert {offer.requests for offer in narrowed} == {2}
    assert 0 < narrowed[0].size_bytes < offers[0].size_bytes
    assert not trino.queries, "a plan costs nothing"


def test_known_gap_is_said_before_the_day_is_asked(trino: TrinoServer) -> None:
    offers = open_quickly().offers(date(2023, 6, 20), date(2023, 6, 22))
    told = {offer.day: offer.problem for offer in offers}
    assert "permanent gap" in told[date(2023, 6, 21)]
    assert told[date(2023, 6, 20)] == ""


def test_days_before_the_table_are_not_covered(trino: TrinoServer) -> None:
    with pytest.raises(NotCovered, match="2016"):
        open_quickly().offers(date(2015, 1, 1), date(2015, 12, 31))
    offers = open_quickly().offers(date(2015, 12, 30), date(2016, 1, 1))
    assert offers[0].day == date(2016, 1, 1)


def test_pull_without_days_is_refused(trino: TrinoServer) -> None:
    for days in ((date.min, LAST), (FIRST, date.max)):
        with pytest.raises(InvalidInput, match="--from and --to"):
            open_quickly().offers(*days)


def test_plan_without_account_says_so(
    trino: TrinoServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("OPENSKY_USERNAME")
    with pytest.raises(CredentialsMissing, match="OPENSKY_USERNAME"):
        plan_pull(open_quickly(), Archive(tmp_path), FIRST, LAST)


# what can be asked for


def test_narrowed_series_has_a_key_and_a_scope_of_its_own() -> None:
    source = open_source("opensky-trino", regions="airport:ELLX")
    assert source.spec.key.startswith("opensky-trino.regions-airport-ellx-")
    assert source.spec.scope == "regions:airport:ELLX"
    assert find_spec(source.spec.key).licence == find_spec("opensky-trino").licence
    assert open_source("opensky-trino").spec.key == "opensky-trino"


def test_field_that_changed_its_code_is_asked_for_by_both(trino: TrinoServer) -> None:
    source = open_quickly(regions="airport:UTTT")
    assert source.airports == {"UTTT", "UZTT"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"regions": "world:"}, "omit --regions"),
        ({"regions": "circle:0,-30,50km"}, "no known airport"),
        ({"regions": "airport:XXXX"}, "XXXX"),
        ({"aircraft": "/nowhere/aircraft.csv"}, "not there"),
        ({"tables": "5"}, "no option"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        open_source("opensky-trino", **options)


@pytest.mark.parametrize(("given", "wanted"), [("yes", True), (None, False), ("no", False)])
def test_browser_is_used_only_where_asked_for(given: str | None, wanted: bool) -> None:
    source = open_source("opensky-trino", login=given)
    assert isinstance(source, OpenSkyTrino) and source.database.login is wanted


def test_source_goes_to_other_processes(trino: TrinoServer) -> None:
    source = open_quickly(regions="airport:ELLX")
    assert pickle.loads(pickle.dumps(source)) == source


# pulled


def test_aircraft_table_names_airframes_and_is_one_of_the_inputs(
    trino: TrinoServer, tmp_path: Path
) -> None:
    fill(trino)
    table = tmp_path / "aircraft.csv"
    table.write_text("4D0103;LX-VCJ;B748;00;BOEING 747-8F;2012;Cargolux;\n")
    source = open_quickly(regions="airport:ELLX", aircraft=table)
    (records,) = source.collect(source.offers(FIRST, FIRST)[0], lambda message, share: None)
    assert records.flights["registration"].tolist() == ["LX-VCJ"]
    names = [each.name for each in records.entry.inputs]
    assert names == ["flights_data4 day=2025-06-12", "aircraft.csv"]


def test_departures_of_the_last_day_are_whole_and_those_of_the_extra_day_are_not(
    trino: TrinoServer, tmp_path: Path
) -> None:
    fill(trino)
    archive = Archive(tmp_path)
    source = open_quickly()
    report = run_pull(plan_pull(source, archive, FIRST, LAST), archive)
    assert report.is_complete
    engine = DuckDBEngine(archive)
    question = RouteQuestion(
        "opensky-trino", FIRST, LAST + timedelta(days=1), frozenset({"ZHCC"}), frozenset({"ELLX"})
    )
    counts = engine.count_by_day(question)
    engine.close()
    assert counts["lower"].tolist()[:3] == [1, 1, 1]
    assert counts["status"].tolist() == ["complete", "complete", "complete", "partial"]
    assert "which is not asked" in counts["reason"].iloc[-1]


def test_complete_days_are_not_asked_again(trino: TrinoServer, tmp_path: Path) -> None:
    fill(trino)
    archive = Archive(tmp_path)
    run_pull(plan_pull(open_quickly(), archive, FIRST, LAST), archive)
    asked = len(trino.queries)
    again = plan_pull(open_quickly(), archive, FIRST, LAST + timedelta(days=1))
    assert again.days == (LAST + timedelta(days=2),)
    run_pull(again, archive)
    assert len(trino.queries) == asked + 1


def test_day_that_fails_is_failed_and_the_others_are_pulled(
    trino: TrinoServer, tmp_path: Path
) -> None:
    fill(trino)
    trino.fail("EXCEEDED_TIME_LIMIT", "INSUFFICIENT_RESOURCES", "30.00m")
    archive = Archive(tmp_path)
    run_pull(plan_pull(open_quickly(), archive, FIRST, LAST), archive)
    states = {day: e.status for day, e in archive.read_ledger("opensky-trino").items()}
    assert [states[FIRST], states[LAST]] == ["failed", "complete"]


def test_day_not_yet_published_is_missing_and_asked_again(
    trino: TrinoServer, tmp_path: Path
) -> None:
    fill(trino, days=3)
    archive = Archive(tmp_path)
    run_pull(plan_pull(open_quickly(), archive, FIRST, LAST), archive)
    entry = archive.entry("opensky-trino", LAST + timedelta(days=1))
    assert entry.status == "missing"
    assert LAST + timedelta(days=1) in plan_pull(open_quickly(), archive, FIRST, LAST).days


def test_command_pulls_a_region_through_mirrors(trino: TrinoServer, tmp_path: Path) -> None:
    fill(trino)
    archive = tmp_path / "archive"
    own = {"HOME": str(tmp_path), "FLIGHTS_ARCHIVE": str(archive), **trino.environment}
    own |= {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    command = ["pull", "opensky-trino", "--regions", "airport:ELLX", "--yes"]
    command += ["--from", f"{FIRST}", "--to", f"{LAST}"]
    done = subprocess.run(
        [sys.executable, "-m", "flights", *command],
        cwd=ROOT,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "OpenSky" in done.stderr + done.stdout
    assert "s3cret" not in done.stderr + done.stdout
    (key,) = Archive(archive).sources()
    assert key.startswith("opensky-trino.regions-airport-ellx-")
    entries = Archive(archive).read_ledger(key)
    assert [entry.status for entry in entries.values()] == ["complete"] * 4
    assert sum(entry.counts["flights"] for entry in entries.values()) == 4
    assert not (tmp_path / "config").exists(), "settings of the user stay as they were"
