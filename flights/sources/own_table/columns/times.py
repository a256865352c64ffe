"""Reads times as people write them in tables, one column at a time; nothing is guessed."""

from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from flights.errors import InvalidInput
from flights.sources.own_table.columns.shapes import (
    BAD_OFFSET,
    NO_OFFSET,
    Mask,
    Numbers,
    Parts,
    split_times,
)

ORDERS = ("day-first", "month-first", "iso")
"""Order of dates such as 03/04/2025; `iso` accepts only dates that begin with the year."""

FIRST_YEAR, LAST_YEAR = 1990, 2049
SIMULATED_YEAR = 2050

_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Clock:
    """How to read times: `zone` for times without a zone, `dates` one of `ORDERS` or ""."""

    zone: str = "UTC"
    dates: str = ""


class Instants(NamedTuple):
    """A column of times.

    `ms` since 1970 UTC where `rule` is "". Else `rule` is the broken rule (`time`,
    `no_time_of_day`, `clock_twice`, `clock_never`, `year`, `simulated`, `either`) and the
    instant is between `earliest` and `latest` [ms], where `latest` >= `earliest`.
    `either`: day and month are ambiguous; `day_first`, `month_first`: only this
    order is possible. `zoneless`: without a time zone.
    """

    ms: Numbers
    rule: NDArray[np.object_]
    earliest: Numbers
    latest: Numbers
    zoneless: Mask
    either: Mask
    day_first: Mask
    month_first: Mask


def check_clock(zone: str, dates: str) -> Clock:
    """A `Clock` of the two options; raises `InvalidInput` for an unknown zone or order."""
    if zone == "localtime" or zone not in available_timezones():
        raise InvalidInput(
            f"{zone!r} is not a known time zone. Use a name such as Europe/Luxembourg, or UTC."
        )
    if dates and dates not in ORDERS:
        raise InvalidInput(f"dates is {dates!r}; it must be one of {', '.join(ORDERS)}.")
    return Clock(zone, dates)


def read_instants(text: pa.Array, clock: Clock) -> Instants:
    """Reads a column of text; null breaks the rule `time`."""
    parts, known = split_times(text)
    order = _order(parts, clock.dates)
    days, is_date = _days(parts["year"], order.month, order.day)
    of_day, is_clock = _of_day(parts)
    epoch = parts["epoch_ms"] >= 0
    fine = known & (epoch | (is_date & is_clock & (parts["offset"] > BAD_OFFSET)))
    whole = ~epoch & (parts["hour"] < 0)  # a date alone
    zoneless = fine & ~epoch & (parts["offset"] == NO_OFFSET)
    shift = np.where(zoneless | epoch, 0, parts["offset"]) * 60_000
    ms = np.where(epoch, parts["epoch_ms"], days * _DAY_MS + of_day - shift)
    rule = np.where(fine, "", "time").astype(object)
    earliest, latest = ms, ms + np.where(whole, _DAY_MS - 1, 0)
    earliest, latest = _localize(earliest, latest, zoneless, clock.zone, rule)
    rule[fine & whole] = "no_time_of_day"
    _judge_year(rule, fine, earliest)
    if not clock.dates:
        rule[order.either & known] = "either"
    placed = fine & (rule != "either")
    return Instants(
        np.where(rule == "", earliest, 0),
        rule,
        earliest,
        np.where(placed, latest, earliest - 1),
        zoneless,
        *(mask & known for mask in (order.either, order.day_first, order.month_first)),
    )


def _judge_year(rule: NDArray[np.object_], fine: Mask, ms: Numbers) -> None:
    """Mark years outside the accepted range, and the year of simulated flights."""
    years = np.where(fine, ms, 0).astype("datetime64[ms]").astype("datetime64[Y]")
    year = years.astype(np.int64) + 1970
    rule[fine & ((year < FIRST_YEAR) | (year > LAST_YEAR))] = "year"
    rule[fine & (year == SIMULATED_YEAR)] = "simulated"


class _Order(NamedTuple):
    month: Numbers
    day: Numbers
    either: Mask
    day_first: Mask
    month_first: Mask


def _order(parts: Parts, dates: str) -> _Order:
    """Month and day of every row; 0 where the chosen order gives no valid date."""
    one, two, year = parts["one"], parts["two"], parts["year"]
    turned = one >= 0
    as_day = turned & _days(year, two, one)[1]
    as_month = turned & _days(year, one, two)[1]
    either = as_day & as_month & (one != two)
    use_day = as_day & (dates in ("", "day-first"))
    use_month = as_month & (dates in ("", "month-first"))
    month = np.where(use_day, two, np.where(use_month, one, 0))
    day = np.where(use_day, one, np.where(use_month, two, 0))
    return _Order(
        np.where(turned, month, parts["month"]),
        np.where(turned, day, parts["day"]),
        either,
        as_day & ~as_month,
        as_month & ~as_day,
    )


def _days(year: Numbers, month: Numbers, day: Numbers) -> tuple[Numbers, Mask]:
    """Days since 1970, and whether the date exists."""
    fine = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = np.where(fine, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(fine, day - 1, 0)
    fine &= days.astype("datetime64[M]") == months
    return days.astype(np.int64), fine


def _of_day(parts: Parts) -> tuple[Numbers, Mask]:
    """Milliseconds since midnight, 0 where the text has no time, and whether it is valid."""
    hour, minute, second = (parts[name] for name in ("hour", "minute", "second"))
    half = parts["half"]
    fine = (hour < 24) & (minute < 60) & (second < 60)
    fine &= (half == 0) | ((hour >= 1) & (hour <= 12))
    hour = np.where(half > 0, hour % 12 + 12 * (half == 2), hour)
    seconds = np.maximum(hour, 0) * 3600 + np.maximum(minute, 0) * 60 + np.maximum(second, 0)
    return seconds * 1000 + parts["fraction_ms"], fine


def _localize(
    earliest: Numbers, latest: Numbers, rows: Mask, zone: str, rule: NDArray[np.object_]
) -> tuple[Numbers, Numbers]:
    """Local times of `rows` as UTC; marks in `rule` those that occurred twice or never."""
    if zone == "UTC" or not rows.any():
        return earliest, latest
    first = _to_utc(earliest[rows], zone)
    last = _to_utc(latest[rows], zone)
    rule[rows] = np.where(first.twice, "clock_twice", np.where(first.never, "clock_never", ""))
    earliest, latest = earliest.copy(), latest.copy()
    earliest[rows], latest[rows] = first.early, last.late
    return earliest, latest


class _Utc(NamedTuple):
    early: Numbers
    late: Numbers
    twice: Mask
    never: Mask


def _to_utc(local: Numbers, zone: str) -> _Utc:
    """The first and the last instant at which clocks of the zone showed `local`."""
    shown = pd.DatetimeIndex(local.astype("datetime64[ms]"))
    place = ZoneInfo(zone)

    def instants(*, summer: bool, jump: str = "shift_forward") -> Numbers:
        flags = np.full(len(shown), summer)
        found = shown.tz_localize(place, ambiguous=flags, nonexistent=jump)
        result: Numbers = found.tz_convert("UTC").tz_localize(None).as_unit("ms").asi8
        return result

    early, late = instants(summer=True), instants(summer=False)
    back = pd.DatetimeIndex(early.astype("datetime64[ms]")).tz_localize("UTC").tz_convert(place)
    never = back.tz_localize(None).as_unit("ms").asi8 != local
    return _Utc(early, late, (early != late) & ~never, never)
