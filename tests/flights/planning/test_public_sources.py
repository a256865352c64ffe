"""Plans among the sources as they are: what can serve which study, and at what price."""

from datetime import date
from pathlib import Path

import made_sources as made
import pytest

from flights.archive import Archive
from flights.planning import StudyPlan, Way, plan_study
from flights.planning.text import describe_limits
from flights.sources import SOURCES, find_spec

TODAY = date(2026, 11, 1)


def _plan(folder: Path, **changes: str) -> dict[str, Way]:
    need = made.make_need(**{"source": "readsb", **changes})
    plan: StudyPlan = plan_study(need, Archive(folder / "archive"), today=TODAY)
    return {way.source: way for way in plan.ways}


def test_freighters_from_china_to_luxembourg(tmp_path: Path) -> None:
    ways = _plan(tmp_path)
    assert [key for key, way in ways.items() if way.fit == "whole"] == [
        "opensky-rest",
        "flight-schedules",
        "adsblol",
        "opensky-trino",
    ]
    assert ways["opensky-rest"].credits == 172 * 8 + 4 and ways["opensky-rest"].credit_days == 1
    assert ways["adsblol"].size_bytes == 120_400_000_000
    assert {key for key, way in ways.items() if way.fit == "own files"} == {"readsb", "table"}
    assert "China is outside the area" in ways["opdi"].why[0]
    assert "Its last day is 2022-12-31" in ways["opensky-lists"].why[0]
    assert "not used for counts" in ways["adsbx-samples"].why[0]


def test_reported_route_of_june_2025_takes_two_quarterly_files(tmp_path: Path) -> None:
    ways = _plan(tmp_path, destination="country:IR")
    assert ways["opdi"].fit == ways["opensky-lists"].fit == ways["adsbx-samples"].fit == "no"
    assert next(iter(ways)) == "flight-schedules"
    assert ways["flight-schedules"].size_bytes == pytest.approx(1.8e9, rel=0.05)
    assert 50 * ways["flight-schedules"].size_bytes < ways["adsblol"].size_bytes
    assert "inland China" in describe_limits(ways["adsblol"])


def test_european_route_is_served_by_the_european_list_for_little(tmp_path: Path) -> None:
    ways = _plan(tmp_path, origin="airport:LTFM")
    assert ways["opdi"].fit == "whole"
    assert ways["opdi"].size_bytes < 1e9 < ways["adsblol"].size_bytes


def test_event_before_2023_is_served_by_the_lists(tmp_path: Path) -> None:
    ways = _plan(tmp_path, first="2021-01-06", last="2021-06-26", event="2021-06-13")
    assert next(iter(ways)) == "opensky-lists"
    assert ways["adsblol"].fit == "no" and "Its first day is 2023-02-16" in ways["adsblol"].why[0]
    # Such lists are filed by the day of arrival: the last day's departures need one day more.
    assert ways["opensky-lists"].commands[0].endswith("--from 2021-01-06 --to 2021-06-27")


def test_slices_of_the_world_are_never_advised(tmp_path: Path) -> None:
    for way in _plan(tmp_path).values():
        assert not any("--slices" in command for command in way.commands)
        assert way.source != "opensky-rest" or "--regions airport:ELLX" in way.commands[0]


def test_table_of_ones_own_is_told_which_days_it_covers(tmp_path: Path) -> None:
    (command,) = _plan(tmp_path)["table"].commands
    assert "--path PATH --name NAME --covers 2025-01-06..2025-06-26 --from" in command


@pytest.mark.parametrize("key", SOURCES)
def test_limits_of_every_source_end_their_sentence(key: str) -> None:
    spec = find_spec(key)
    assert spec.account in ("", "free", "granted")
    if spec.cannot_show:
        assert spec.cannot_show[0].islower() and not spec.cannot_show.endswith(".")
    assert spec.positions or spec.cannot_show, "say what is not seen between the ends"
    assert not spec.remote or spec.cost, "a remote source has a price"
