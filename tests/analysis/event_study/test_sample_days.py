"""A source that cannot serve frequency is refused by the event study, with its sentence."""

import gzip
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from loopback import LoopbackServer, quick_door

from analysis.event_study import run_study, sentences
from analysis.study import Event, Study
from flights.archive import Archive
from flights.pull import plan_pull, run_pull
from flights.regions import parse_region
from flights.routes import Route, load_route
from flights.sources import find_spec, open_source

FIRST, LAST = date(2025, 5, 1), date(2025, 6, 30)
HEAD = "time,icao,operation,airport,flight,ac_type\n"


def table(month: int) -> bytes:
    """A freighter from Luxembourg in every hour of the first day of a month."""
    rows = [
        f"2025-{month:02d}-01 {hour:02d}:{minute}:00Z,4d01{hour:02d},{what},{where},CLX9,B748\n"
        for hour in range(24)
        for minute, what, where in (("05", "takeoff", "ELLX"), ("50", "landing", "UTAA"))
    ]
    return gzip.compress((HEAD + "".join(rows)).encode())


def pull(server: LoopbackServer, archive: Archive, cache: Path) -> None:
    """Both samples of two months."""
    for month in (5, 6):
        server.put(f"/operations-ax-v2/2025/{month:02d}/01/operations.csv.gz", table(month))
    source = open_source("adsbx-samples")
    door = quick_door(cache)
    source = replace(source, samples=replace(source.samples, door=door, server=server.url))
    run_pull(plan_pull(source, archive, FIRST, LAST), archive)


def test_monthly_samples_give_flights_and_no_verdict_about_frequency(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    archive = Archive(tmp_path / "archive")
    pull(loopback, archive, tmp_path / "cache")
    study = Study(
        source="adsbx-samples",
        first=FIRST,
        last=LAST,
        origin="airport:ELLX",
        destination="airport:UTAA",
        events=(Event(date(2025, 6, 1), "first of June"),),
    )
    route = Route(parse_region(study.origin), parse_region(study.destination), study.min_grade)
    evidence = load_route(archive, route, source=study.source, first=FIRST, last=LAST)
    spec = find_spec("adsbx-samples")
    result = run_study(study, evidence, spec=spec)
    assert result.verdict.kind == "no verdict (source)"
    assert result.verdict.sentence == sentences.SOURCE.format(source=spec.title)
    assert result.lower is None and result.upper is None and result.checks == ()
    assert result.flights_lower == 48, "the flights themselves are there"
    assert len(result.days_missing) == 59
    assert "first day of a month only" in result.days_missing[0][2]


@pytest.mark.parametrize("part", ["", ".icao24-4d0103-abcdef", ".table-traces-123456"])
def test_no_series_of_the_samples_serves_frequency(part: str) -> None:
    assert find_spec(f"adsbx-samples{part}").serves_frequency is False
