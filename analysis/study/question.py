"""One question, complete enough to re-run, and the TOML file it is kept in."""

import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from flights.cargo import Overrides
from flights.errors import InvalidInput
from flights.planning.needed_days import BASELINES, DEFAULT_BASELINE, DEFAULT_WINDOW, WINDOWS

LIST_FILE = "cargo.csv"
"""What a user's cargo list is called beside the files of a result."""

GRADES = ("certain", "likely", "possible")
"""Least cargo grades, strictest first. A study may also say "": all flights, cargo or not."""


@dataclass(frozen=True)
class Event:
    """A date the user names; the window starts with it."""

    day: date
    name: str = ""


@dataclass(frozen=True)
class Study:
    """A question about one route and its events.

    `origin` and `destination` are region specs as `flights.regions.parse_region` reads them.
    `first` and `last` (both inclusive) bound the days looked at. `window` and `baseline` are
    days after and before an event. `cargo` is the file of a user's own cargo list ("" = none),
    read from beside the study file, `cargo_sha256` the hash of what it held.
    """

    source: str
    first: date
    last: date
    origin: str
    destination: str
    events: tuple[Event, ...]
    min_grade: str = "likely"
    window: int = DEFAULT_WINDOW
    baseline: int = DEFAULT_BASELINE
    title: str = ""
    note: str = ""
    seed: int = 0
    exploratory: bool = False
    cargo: str = ""
    cargo_sha256: str = ""


_DEFAULTS = {f.name: f.default for f in fields(Study)}
_REQUIRED = ("source", "first", "last", "origin", "destination")
_HEAD = ("title", "note", *_REQUIRED)
_TYPES: dict[str, type] = {
    **dict.fromkeys(("source", "origin", "destination", "min_grade", "title", "note"), str),
    **dict.fromkeys(("cargo", "cargo_sha256"), str),
    **dict.fromkeys(("first", "last"), date),
    **dict.fromkeys(("window", "baseline", "seed"), int),
    "exploratory": bool,
}
_KINDS = {str: "a text in quotes", date: "a date like 2025-06-13", int: "a whole number"}
_SHA256 = re.compile("[0-9a-f]{64}")
_EVENT_TYPES: dict[str, type] = {"day": date, "name": str}


def read_study(path: str | Path) -> Study:
    """The study in a TOML file.

    Raises
    ------
    InvalidInput
        There is no such file, or what it says cannot be followed; the message says where.
    """
    try:
        text = Path(path).read_text("utf-8")
    except OSError as error:
        raise InvalidInput(
            f"The study file {path} cannot be read: {error.strerror or error}."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"The study file {path} is not a text file in UTF-8.") from error
    try:
        return parse_study(text)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from error


def parse_study(text: str) -> Study:
    """The study that `write_study` wrote, or that somebody wrote by hand.

    Raises
    ------
    InvalidInput
        A key is unknown or missing, a value is not what it should be, or the study as a whole
        cannot be followed; one sentence says which, and in which line.
    """
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"This is not a TOML file that can be read: {error}.") from error
    _check_keys(plain, (*_TYPES, "events"), text, table="")
    for key in _REQUIRED:
        if key not in plain:
            raise InvalidInput(f"The study does not say its {key!r}; add a line {key} = ….")
    given = {
        key: _take(value, _TYPES[key], f"{key!r}{_find_line(text, key)}")
        for key, value in plain.items()
        if key != "events"
    }
    events = plain.get("events", [])
    if not isinstance(events, list) or not all(isinstance(each, dict) for each in events):
        raise InvalidInput("Events are written as tables headed [[events]], each with a day.")
    study = Study(**given, events=tuple(_parse_event(each, text) for each in events))
    validate_study(study)
    return study


def validate_study(study: Study) -> None:
    """Raise `InvalidInput` with one sentence where a study cannot be followed."""
    from flights.regions import parse_region
    from flights.sources import SOURCES

    _check_choice(study.source.partition(".")[0], SOURCES, "source")
    validate_design(study)
    for side in ("origin", "destination"):
        try:
            parse_region(getattr(study, side))
        except InvalidInput as error:
            raise InvalidInput(f"The {side} of this study is no region: {error}") from error


def validate_design(study: Study) -> None:
    """As `validate_study`, without looking at the source and at the regions."""
    if study.first > study.last:
        raise InvalidInput(
            f"The study ends on {study.last}, before it begins on {study.first}; swap the two."
        )
    if study.min_grade:
        _check_choice(study.min_grade, GRADES, "cargo grade")
    if study.cargo_sha256 and not _SHA256.fullmatch(study.cargo_sha256):
        raise InvalidInput("The cargo_sha256 of a study is 64 hex digits: the hash of its list.")
    if study.window not in WINDOWS:
        raise InvalidInput(f"The window is 7, 14 or 28 days, not {study.window}.")
    if study.baseline not in BASELINES:
        raise InvalidInput(
            f"The baseline is a whole number of weeks from {BASELINES[0]} to {BASELINES[-1]} "
            f"days, not {study.baseline} days; 56 is usual."
        )
    if not study.events:
        raise InvalidInput("The study names no event; add a table [[events]] with a day.")
    for event in study.events:
        if not study.first <= event.day <= study.last:
            raise InvalidInput(
                f"The event of {event.day} lies outside the days of the study, {study.first} to "
                f"{study.last}; move the event or widen the days."
            )
    days = [event.day for event in study.events]
    for day in days:
        if days.count(day) > 1:
            raise InvalidInput(f"The event of {day} is named twice; leave one of them out.")


def count_tries(*asked: Study) -> dict[str, int]:
    """How many windows, grades, regions and dates these studies look at; baselines are windows."""
    return {
        "windows": len({(study.window, study.baseline) for study in asked}),
        "grades": len({(study.min_grade, study.cargo_sha256) for study in asked}),
        "regions": len({(study.origin, study.destination) for study in asked}),
        "dates": len({event.day for study in asked for event in study.events}),
    }


def record_list(study: Study, own: Overrides | None) -> Study:
    """The study as answered with this cargo list: its hash, and the name it is kept under."""
    if own is None:
        return replace(study, cargo="", cargo_sha256="")
    return replace(study, cargo=LIST_FILE, cargo_sha256=own.sha256)


def write_study(study: Study) -> str:
    """The study as TOML that `parse_study` reads back to the same study."""
    lines = [
        f"{key} = {_write_value(getattr(study, key))}"
        for key in (*_HEAD, "cargo", "cargo_sha256")
        if getattr(study, key) != _DEFAULTS.get(key)
    ]
    lines += [
        f"{key} = {_write_value(getattr(study, key))}"
        for key in ("min_grade", "window", "baseline", "seed", "exploratory")
    ]
    for event in study.events:
        lines += ["", "[[events]]", f"day = {event.day.isoformat()}"]
        lines += [f"name = {_write_value(event.name)}"] if event.name else []
    return "\n".join(lines) + "\n"


def to_plain(study: Study) -> dict[str, Any]:
    """The study as plain JSON values, every field in it."""
    plain = {key: getattr(study, key) for key in _TYPES}
    plain |= {key: plain[key].isoformat() for key in ("first", "last")}
    events = [{"day": event.day.isoformat(), "name": event.name} for event in study.events]
    return {**plain, "events": events}


def study_hash(study: Study) -> str:
    """SHA-256 of what the study asks; title, note and names of events do not change it.

    Of a cargo list it holds the hash; the file may have any name.
    """
    asked = to_plain(replace(study, title="", note=""))
    del asked["cargo"]
    if not study.cargo_sha256:
        del asked["cargo_sha256"]
    asked["events"] = [event.day.isoformat() for event in study.events]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def to_query(study: Study) -> dict[str, str]:
    """The study as the parameters of a web address; what is as usual is left out.

    A cargo list is named by its hash: no address makes a program read a file.

    Examples
    --------
    >>> day = date(2050, 6, 13)
    >>> study = Study("simulated", day, day, "country:CN", "country:IR", (Event(day, "a|b"),))
    >>> to_query(study)["events"]
    '2050-06-13 a%7Cb'
    """
    query = {}
    for key, value in to_plain(replace(study, cargo="")).items():
        if key == "events":
            query[key] = "|".join(
                f"{each['day']} {quote(each['name'], safe=' ')}".strip() for each in value
            )
        elif value != _DEFAULTS.get(key):
            query[key] = str(int(value)) if isinstance(value, bool) else str(value)
    return query


def from_query(query: Mapping[str, str]) -> Study:
    """The study in the parameters of a web address; parameters of other meaning are ignored.

    Raises
    ------
    InvalidInput
        A parameter is missing or cannot be followed.
    """
    given: dict[str, Any] = {}
    for key, kind in _TYPES.items():
        if key in query and key != "cargo":
            given[key] = _read_parameter(key, query[key], kind)
    for key in _REQUIRED:
        if key not in given:
            raise InvalidInput(f"This address does not say the study's {key!r}.")
    events = []
    for part in filter(None, query.get("events", "").split("|")):
        day, _, name = part.partition(" ")
        events.append(Event(_read_parameter("events", day, date), unquote(name)))
    given["cargo"] = LIST_FILE if given.get("cargo_sha256") else ""
    study = Study(**given, events=tuple(events))
    validate_study(study)
    return study


def _parse_event(plain: Mapping[str, Any], text: str) -> Event:
    _check_keys(plain, _EVENT_TYPES, text, table="events")
    if "day" not in plain:
        raise InvalidInput("An event has no day; add a line day = 2025-06-13 under [[events]].")
    given = {
        key: _take(value, _EVENT_TYPES[key], f"{key!r} of an event{_find_line(text, key)}")
        for key, value in plain.items()
    }
    return Event(**given)


def _check_keys(plain: Mapping[str, Any], known: Iterable[str], text: str, *, table: str) -> None:
    for key in plain:
        if key in known:
            continue
        where = f" in [[{table}]]" if table else ""
        near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}."
        raise InvalidInput(f"There is no key {key!r}{where}{_find_line(text, key)}; {hint}")


def _check_choice(value: str, known: Iterable[str], what: str) -> None:
    if value in known:
        return
    near = difflib.get_close_matches(value, list(known), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}."
    raise InvalidInput(f"There is no {what} {value!r}; {hint}")


def _find_line(text: str, key: str) -> str:
    """ " (line 3)" of the first line that sets or heads `key`; '' where there is none."""
    for number, line in enumerate(text.splitlines(), start=1):
        name = line.partition("=")[0].strip().strip("[]").strip("\"' ")
        if name == key:
            return f" (line {number})"
    return ""


def _take(value: Any, kind: type, where: str) -> Any:
    """`value` if it is of the kind a key asks for; a date in quotes is taken too."""
    if kind is date and isinstance(value, str):
        return _read_day(value, where)
    wrong = (
        not isinstance(value, kind)
        or (kind is int and isinstance(value, bool))
        or (kind is date and isinstance(value, datetime))
    )
    if wrong:
        raise InvalidInput(f"{where} is {_KINDS.get(kind, 'true or false')}, not {value!r}.")
    return value


def _read_day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            f"{where} is a date like 2025-06-13 that exists, not {text!r}."
        ) from error


def _read_parameter(key: str, text: str, kind: type) -> Any:
    where = f"{key!r} in this address"
    if kind is date:
        return _read_day(text, where)
    if kind is bool:
        return text not in ("", "0", "false")
    if kind is int:
        try:
            return int(text)
        except ValueError as error:
            raise InvalidInput(f"{where} is a whole number, not {text!r}.") from error
    return text


def _write_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    # JSON text is TOML text, but for the delete character, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
