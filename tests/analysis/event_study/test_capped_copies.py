"""The made-up year handed on as a table, whole and with rows cut at a limit, and then asked.

The table holds flights of all routes; nothing but the rows that are lacking tells the copies apart.
It is moved by 28 years, after which weekdays are the same: rows of 2050 are never imported.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from analysis.event_study import run_study
from analysis.study import Event, Study, StudyResult
from flights.archive import Archive
from flights.pull import plan_pull, run_pull
from flights.regions import parse_region
from flights.routes import Route, load_route
from flights.sources import find_spec, open_source
from flights.sources.simulated.world.tables import load_heard
from flights.sources.simulated.world.timetable import EVENT_IN_OCTOBER

pytestmark = pytest.mark.slow

MOVED = timedelta(weeks=1461)
EVENT = EVENT_IN_OCTOBER - MOVED
FIRST, LAST = EVENT - timedelta(days=170), EVENT + timedelta(days=24)
COLUMNS = ["icao24", "callsign", "typecode", "model", "operator", "origin", "destination"]
CHANGED, UNCHANGED = ("country:KE", "country:NL"), ("country:CO", "country:NL")

_TIMES = ("firstseen", "lastseen")

Cut = Callable[[pd.DataFrame], pd.DataFrame]
Ask = Callable[..., StudyResult]


@pytest.fixture(scope="module")
def year() -> pd.DataFrame:
    """Flights by time of departure: all freighters, and a fifth of all other aircraft."""
    flights = load_heard("simulated").flights
    inside = (flights["day"] >= FIRST + MOVED) & (flights["day"] <= LAST + MOVED)
    freight = flights["model"].str.contains("F", regex=False)
    flights = flights[inside & (freight | flights["icao24"].str.endswith(("0", "5", "a")))]
    days = pd.to_datetime(flights["day"]) - MOVED
    times = {name: flights[name] - MOVED for name in _TIMES}
    moved = flights.assign(day=days.dt.date, **times)
    return moved.sort_values("firstseen", ignore_index=True)


@pytest.fixture
def ask(year: pd.DataFrame, tmp_path: Path) -> Ask:
    """The answer on a route from a copy of the year, cut, written, and imported as a table."""
    archive = Archive(tmp_path / "archive")

    def imported(cut: Cut) -> None:
        kept = cut(year)
        times = {name: kept[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in _TIMES}
        path = tmp_path / "copy.csv"
        kept[COLUMNS].assign(**times).to_csv(path, index=False)
        source = open_source("table", path=path, name="copy", covers=f"{FIRST}..{LAST}")
        run_pull(plan_pull(source, archive, FIRST, LAST), archive)

    def asking(cut: Cut, route: tuple[str, str], event: date = EVENT) -> StudyResult:
        if not archive.sources():
            imported(cut)
        origin, destination = route
        fields = {"origin": origin, "destination": destination, "events": (Event(event),)}
        study = Study(source="table.copy", first=FIRST, last=LAST, **fields)
        ends = Route(parse_region(origin), parse_region(destination), study.min_grade)
        evidence = load_route(archive, ends, source=study.source, first=FIRST, last=LAST)
        return run_study(study, evidence, spec=find_spec(study.source))

    return asking


def whole(flights: pd.DataFrame) -> pd.DataFrame:
    return flights


def first_of_each_day(limit: int, since: date) -> Cut:
    """At most so many rows a day from a day on, in order of time: the evening goes."""
    return lambda flights: flights[
        (flights["day"] < since) | (flights.groupby("day").cumcount() < limit)
    ]


def test_whole_copy_as_a_table_finds_the_true_change_and_no_other(ask: Ask) -> None:
    assert ask(whole, CHANGED).verdict.kind == "change"
    assert ask(whole, UNCHANGED).verdict.kind == "no detectable change"


def test_rows_cut_every_day_from_the_event_on_are_no_decrease(ask: Ask) -> None:
    cut = first_of_each_day(150, EVENT)
    for route in (CHANGED, UNCHANGED):
        result = ask(cut, route)
        assert result.verdict.kind == "no verdict (history)", result.verdict.sentence
        told = {day: (status, reason) for day, status, reason in result.days_missing}
        for n in range(14):
            status, reason = told[EVENT + timedelta(days=n)]
            assert status == "partial" and "cut off at a limit" in reason


def test_rows_cut_until_the_event_are_no_increase(ask: Ask) -> None:
    since = EVENT - timedelta(days=40)

    def cut(flights: pd.DataFrame) -> pd.DataFrame:
        before = first_of_each_day(130, since)(flights[flights["day"] < EVENT])
        return pd.concat([before, flights[flights["day"] >= EVENT]])

    result = ask(cut, UNCHANGED)
    assert result.verdict.kind == "no verdict (history)", result.verdict.sentence
