"""Times as people write them: read exactly, never guessed."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flights.errors import InvalidInput
from flights.sources.own_table.columns.times import Clock, check_clock, read_instants

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WHEN = st.integers(631_238_400_000, 2_524_521_600_000).map(
    lambda ms: EPOCH + timedelta(milliseconds=ms)
)
"""Instants of the years that are read."""


def read(text: str | None, clock: Clock | None = None) -> datetime | str:
    """The instant, or the rule it breaks."""
    found = read_instants(pa.array([text], pa.string()), clock or Clock())
    return found.rule[0] or EPOCH + timedelta(milliseconds=int(found.ms[0]))


@given(WHEN, st.integers(-14 * 60, 14 * 60))
def test_iso_with_an_offset_is_that_instant(when: datetime, minutes: int) -> None:
    local = when.astimezone(timezone(timedelta(minutes=minutes)))
    for text in (
        local.isoformat(),
        local.isoformat(sep=" ", timespec="milliseconds"),
        local.strftime("%Y%m%dT%H%M%S%z") if not when.microsecond else local.isoformat(),
        local.strftime("%Y/%m/%d %H:%M:%S.%f%z"),
    ):
        assert read(text, Clock("America/Bogota", "iso")) == when


@given(WHEN)
def test_numbers_are_seconds_milliseconds_or_microseconds_since_1970(when: datetime) -> None:
    ms = round((when - EPOCH).total_seconds() * 1000)
    assert read(f"{ms // 1000}") == when.replace(microsecond=0)
    assert read(f"{ms // 1000}.{ms % 1000:03d}") == when
    if ms >= 10**12:
        assert read(f"{ms}") == when
        assert read(f"{ms * 1000}") == when


@given(WHEN, st.sampled_from(["Europe/Luxembourg", "America/St_Johns", "Asia/Shanghai"]))
def test_local_times_are_read_as_the_clocks_there_showed_them(when: datetime, zone: str) -> None:
    when = when.replace(microsecond=0)
    local = when.astimezone(ZoneInfo(zone))
    twice = local.utcoffset() != local.replace(fold=not local.fold).utcoffset()
    shown = read(local.strftime("%Y-%m-%d %H:%M:%S"), Clock(zone))
    assert shown == ("clock_twice" if twice else when)


@given(WHEN)
def test_day_and_month_are_never_guessed(when: datetime) -> None:
    when = when.replace(microsecond=0)
    european, american = when.strftime("%d/%m/%Y %H:%M:%S"), when.strftime("%m/%d/%Y %H:%M:%S")
    assert read(european, Clock(dates="day-first")) == when
    assert read(american, Clock(dates="month-first")) == when
    assert read(european, Clock(dates="iso")) == "time"
    doubtful = when.day <= 12 and when.day != when.month
    assert read(european) == ("either" if doubtful else when)
    if when.day > 12:
        assert read(european, Clock(dates="month-first")) == "time"


NOON = datetime(2025, 6, 13, 14, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2025-06-13T14:02Z",
        "2025-06-13 14:02 UTC",
        "2025-06-13 14:02:00.000000000 GMT",
        "2025-06-13 16:02+02",
        "2025.06.13 14:02",
        "13.06.2025 14:02",
        "6/13/2025 2:02 PM",
        "13 Jun 2025 14:02",
        "13-JUN-2025, 14:02:00",
        "13 June 2025 14:02",
        "20250613140200",
        "1749823320",
    ],
)
def test_usual_ways_of_writing_a_time(text: str) -> None:
    assert read(text) == NOON


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (None, "time"),
        ("", "time"),
        ("soon", "time"),
        ("2025-02-30 10:00", "time"),
        ("2025-13-01 10:00", "time"),
        ("2025-06-13 24:00", "time"),
        ("2025-06-13 10:60", "time"),
        ("2025-06-13 10:00:60", "time"),
        ("2025-06-13 13:00 PM", "time"),
        ("2025-06-13 10:00+25:00", "time"),
        ("2025-06-13 10:00 CET", "time"),
        ("13/06/25 10:00", "time"),
        ("13 Foo 2025 10:00", "time"),
        ("45821.58", "time"),
        ("1.7498E+09", "time"),
        ("-1749823320", "time"),
        ("٢٠٢٥-06-13 10:00", "time"),
        ("2025-06-13", "no_time_of_day"),
        ("13 Jun 2025", "no_time_of_day"),
        ("1970-06-13 10:00", "year"),
        ("0001-01-01 00:00", "year"),
        ("9999-12-31 23:59", "year"),
        ("2050-06-13 10:00", "simulated"),
        ("2550787200", "simulated"),
    ],
)
def test_what_is_no_time_says_so(text: str | None, rule: str) -> None:
    assert read(text) == rule


@pytest.mark.parametrize(
    ("text", "rule", "hours"),
    [
        ("2025-10-26 02:30", "clock_twice", 1),
        ("2025-03-30 02:30", "clock_never", 0),
        ("2025-06-13", "no_time_of_day", 23),
    ],
)
def test_time_that_is_not_one_instant_is_placed_between_two(
    text: str, rule: str, hours: int
) -> None:
    found = read_instants(pa.array([text]), Clock("Europe/Luxembourg"))
    assert found.rule[0] == rule
    assert (found.latest[0] - found.earliest[0]) // 3_600_000 == hours


def test_unreadable_time_lies_nowhere() -> None:
    found = read_instants(pa.array(["soon", "03/04/2025 10:00"]), Clock())
    assert (found.latest < found.earliest).all()


def test_zone_is_noted_where_it_is_not_named() -> None:
    texts = ["2025-06-13 14:02", "2025-06-13 14:02Z", "1749823320"]
    assert read_instants(pa.array(texts), Clock()).zoneless.tolist() == [True, False, False]


@pytest.mark.parametrize("zone", ["localtime", "../../etc/passwd", "CEST", ""])
def test_zone_must_be_a_name_that_means_the_same_everywhere(zone: str) -> None:
    with pytest.raises(InvalidInput, match="not a known time zone"):
        check_clock(zone, "")
