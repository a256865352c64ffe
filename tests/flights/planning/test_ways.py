"""Every source judged for one study: which can serve it, at what cost, and why others cannot."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import made_sources as made
import pytest

from flights.archive import Archive
from flights.errors import InvalidInput
from flights.planning import StudyPlan, Way, plan_study, ways
from flights.pull import PullProgress, background
from flights.pull.run import without_data
from flights.records import LedgerEntry
from flights.regions import parse_region
from flights.sources import narrow

TODAY = date(2026, 11, 1)
Plan = Callable[..., StudyPlan]


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A plan of the usual study among the made-up sources."""
    monkeypatch.setattr(ways, "SOURCES", made.SPECS)
    monkeypatch.setattr(ways, "find_spec", lambda key: made.SPECS[key.partition(".")[0]])

    def make(today: date = TODAY, **changes: str) -> StudyPlan:
        need = made.make_need(**changes)
        return plan_study(need, Archive(tmp_path / "archive"), today=today)

    return make


def _find(plan: StudyPlan, key: str) -> Way:
    (found,) = (way for way in plan.ways if way.source == key)
    return found


def _pull_days(root: Path, source: str, days: list[date], **more: str) -> None:
    for day in days:
        entry = LedgerEntry(source, day, "complete", **more)
        Archive(root / "archive").write_day(without_data(entry))


def test_world_heatmaps_cost_bytes_and_hours(plan: Plan) -> None:
    way = _find(plan(), "heatmaps")
    assert (way.fit, len(way.days), way.size_bytes) == ("whole", 172, 120_400_000_000)
    assert way.seconds == pytest.approx(24_080) and not way.measured
    assert way.commands == ("python -m flights pull heatmaps --from 2025-01-06 --to 2025-06-26",)


def test_airport_by_airport_asks_for_the_smaller_end(plan: Plan) -> None:
    way = _find(plan(), "airports")
    assert way.spec.key == narrow(made.AIRPORTS, "regions:airport:ELLX").key
    assert (way.requests, way.credits, way.credit_days) == (345, 172 * 8 + 4, 1)
    assert way.seconds == 345
    assert "pull airports --regions airport:ELLX --from 2025-01-06" in way.commands[0]
    assert any("from China with an unknown destination" in each for each in way.why)


def test_credits_beyond_a_day_take_more_days(plan: Plan) -> None:
    way = _find(plan(destination="country:IR"), "airports")
    airports = len(parse_region("country:IR").airports())
    assert way.credits == airports * (172 * 8 + 4)
    assert way.credit_days == -(-way.credits // 4000)
    assert way.seconds == (way.credit_days - 1) * 86_400
    assert f"It sends requests for {airports} airports" in " ".join(way.why)


def test_end_with_more_airports_than_a_day_has_credits_cannot_be_asked(plan: Plan) -> None:
    way = _find(plan(origin="country:US", destination="country:CA"), "airports")
    assert way.fit == "no" and "Name the relevant airports" in way.why[0]


def test_list_of_europe_serves_only_europe(plan: Plan) -> None:
    refused = _find(plan(), "europe")
    assert refused.fit == "no" and refused.why[0].startswith("China is outside")
    assert _find(plan(origin="airport:LTFM"), "europe").fit == "whole"
    part = _find(plan(origin="country:NO"), "europe")
    assert part.fit == "in part" and "airports of Norway" in part.why[0]


def test_monthly_files_are_read_whole(plan: Plan) -> None:
    way = _find(plan(origin="airport:LTFM"), "europe")
    assert way.size_bytes == pytest.approx(3_000_000 * 6 * 30.4, rel=1e-6)


def test_lists_that_ended_say_so_and_serve_what_lay_before(plan: Plan) -> None:
    assert "Its last day is 2022-12-31" in _find(plan(), "lists").why[0]
    then = plan(first="2021-01-06", last="2021-06-26", event="2021-06-13")
    way = _find(then, "lists")
    # Flights lie in the day they landed in, so that the day after the last is needed too.
    assert way.fit == "whole" and way.days[-1] == date(2021, 6, 27) and len(way.days) == 173


def test_cluster_is_asked_for_both_ends_and_stands_last_as_one_applies_for_it(plan: Plan) -> None:
    found = plan()
    way = _find(found, "cluster")
    assert "--regions country:CN+airport:ELLX" in way.commands[0] and way.requests == 173
    order = [each.source for each in found.ways if each.fit == "whole"]
    assert order == ["airports", "heatmaps", "cluster"]


def test_samples_never_serve_frequency_and_own_files_stand_apart(plan: Plan) -> None:
    found = plan()
    assert _find(found, "samples").fit == "no"
    assert _find(found, "own").fit == "own files"
    assert _find(found, "own").commands[0].startswith("python -m flights pull own --path PATH")
    assert "made-up" not in {way.source for way in found.ways}


def test_made_up_study_is_offered_made_up_days_only(plan: Plan) -> None:
    assert [way.source for way in plan(source="made-up").ways] == ["made-up"]


def test_route_that_names_no_place_cannot_be_asked_by_airport(plan: Plan) -> None:
    found = plan(origin="world:", destination="world:")
    assert _find(found, "airports").fit == "no"
    cluster = _find(found, "cluster")
    assert cluster.fit == "whole" and cluster.spec.key == "cluster"
    assert _find(found, "europe").fit == "in part"


def test_source_that_begins_late_compares_with_dates_after_the_event(plan: Plan) -> None:
    early = {"first": "2023-01-01", "last": "2023-12-31"}
    way = _find(plan(event="2023-06-13", **early), "heatmaps")
    assert way.fit == "whole" and way.span is not None
    assert way.span.first == date(2023, 2, 16) and way.span.last > date(2023, 6, 26)
    assert "Some of the comparison dates are after the event." in way.why
    only = _find(plan(event="2023-04-14", **early), "heatmaps")
    assert only.fit == "whole" and "are after the event" in only.why[-1]
    none = _find(plan(event="2023-03-01", **early), "heatmaps")
    assert none.fit == "no" and "Its first day is 2023-02-16" in none.why[0]


def test_window_that_is_not_over_cannot_be_served_yet(plan: Plan) -> None:
    way = _find(plan(today=date(2025, 6, 20)), "heatmaps")
    assert way.fit == "no" and "the latest available day is 2025-06-19" in way.why[0]


def test_days_held_are_not_pulled_again(plan: Plan, tmp_path: Path) -> None:
    days = [date(2025, 1, 6) + timedelta(days=n) for n in range(100)]
    _pull_days(tmp_path, "heatmaps", days)
    way = _find(plan(), "heatmaps")
    assert (way.held, len(way.days)) == (100, 72)
    assert way.commands[0].endswith("--from 2025-04-16 --to 2025-06-26")


def test_narrowed_series_is_known_by_what_it_was_narrowed_to(plan: Plan, tmp_path: Path) -> None:
    scope = "regions:airport:ELLX"
    key = narrow(made.AIRPORTS, scope).key
    _pull_days(tmp_path, key, [date(2025, 1, 6)], scope=scope)
    assert _find(plan(), "airports").held == 1
    own = plan(source=key)
    assert "--regions airport:ELLX" in own.commands[0]


def test_own_lack_is_told_by_reason_and_judged_by_departure(plan: Plan, tmp_path: Path) -> None:
    days = [date(2025, 1, 6), date(2025, 1, 7)]
    _pull_days(tmp_path, "lists", days, filed_by="lastseen")
    lacking = plan(source="lists").lacking
    assert [(each.status, len(each.days)) for each in lacking] == [
        ("partial", 1),
        ("not asked", 170),
    ]
    assert "landed after midnight" in lacking[0].reason and lacking[0].days == (days[1],)


def test_measured_rate_replaces_the_assumed_one(plan: Plan, tmp_path: Path) -> None:
    progress = PullProgress("1-a", "heatmaps", "finished", rate_bytes_s=50e6)
    background.write_progress(tmp_path / "archive", progress)
    way = _find(plan(), "heatmaps")
    assert way.measured and way.seconds == pytest.approx(2_408)


def test_story_is_a_fortnight_from_a_source_that_shows_where_flights_were(plan: Plan) -> None:
    story = plan().detail
    assert story is not None and story.source == "heatmaps"
    assert story.days == tuple(date(2025, 6, 6) + timedelta(days=n) for n in range(14))
    assert plan(event="2021-06-13", first="2021-01-01", last="2021-12-31").detail is None


def test_study_of_a_source_nobody_knows_is_refused(tmp_path: Path) -> None:
    need = made.make_need(source="radar")
    with pytest.raises(InvalidInput, match="radar"):
        plan_study(need, Archive(tmp_path / "archive"), today=TODAY)
