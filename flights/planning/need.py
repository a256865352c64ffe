"""What a study asks of the archive, and the few lines of a study file that say so."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flights.errors import InvalidInput
from flights.planning.needed_days import DEFAULT_BASELINE, DEFAULT_WINDOW, WINDOWS, Span
from flights.regions import parse_region
from flights.regions.base import Region


@dataclass(frozen=True)
class StudyNeed:
    """One route, its events, and the days a study looks at.

    `window` days from an event on are compared with `baseline` days before it.
    """

    source: str
    days: Span
    origin: Region
    destination: Region
    events: tuple[date, ...]
    window: int = DEFAULT_WINDOW
    baseline: int = DEFAULT_BASELINE
    title: str = ""


def read_need(path: str | Path) -> StudyNeed:
    """What the study file at `path` asks for; keys that do not matter here are not looked at.

    Raises
    ------
    InvalidInput
        There is no such file, or it does not say what is needed; the message says what is wrong.
    """
    try:
        plain = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or error
        raise InvalidInput(f"The study file {path} cannot be read: {said}.") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{path} is not a TOML file that can be read: {error}.") from error
    days = Span(_take_day(plain, "first"), _take_day(plain, "last"))
    events = _take_events(plain)
    if days.last < days.first:
        raise InvalidInput(f"The study ends ({days.last}) before it begins ({days.first}).")
    window = _take_number(plain, "window", DEFAULT_WINDOW)
    if window not in WINDOWS:
        raise InvalidInput(f"The window is one of {WINDOWS} days, not {window}.")
    return StudyNeed(
        source=_take_text(plain, "source"),
        days=days,
        origin=parse_region(_take_text(plain, "origin")),
        destination=parse_region(_take_text(plain, "destination")),
        events=events,
        window=window,
        baseline=_take_number(plain, "baseline", DEFAULT_BASELINE),
        title=str(plain.get("title", "")),
    )


def _take(plain: Mapping[str, Any], key: str) -> Any:
    if key not in plain:
        raise InvalidInput(f"The study does not say its {key!r}; add a line {key} = ….")
    return plain[key]


def _take_text(plain: Mapping[str, Any], key: str) -> str:
    value = _take(plain, key)
    if not isinstance(value, str):
        raise InvalidInput(f"{key!r} is a text in quotes, not {value!r}.")
    return value


def _take_number(plain: Mapping[str, Any], key: str, default: int) -> int:
    value = plain.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise InvalidInput(f"{key!r} is a whole number of days, not {value!r}.")
    return value


def _take_day(plain: Mapping[str, Any], key: str) -> date:
    value = _take(plain, key)
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise InvalidInput(f"{key!r} is a date like 2025-06-13, not {value!r}.") from error
    if not isinstance(value, date) or isinstance(value, datetime):
        raise InvalidInput(f"{key!r} is a date like 2025-06-13, not {value!r}.")
    return value


def _take_events(plain: Mapping[str, Any]) -> tuple[date, ...]:
    tables = plain.get("events", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise InvalidInput("Events are written as tables headed [[events]], each with a day.")
    if not tables:
        raise InvalidInput("The study names no event; add a table [[events]] with a day.")
    return tuple(_take_day(table, "day") for table in tables)
