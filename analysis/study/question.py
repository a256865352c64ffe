"""One question, complete enough to run again, as a TOML file and as a web address."""

import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import quote, unquote

import msgspec

from flights.cargo import Overrides
from flights.errors import InvalidInput
from flights.planning.needed_days import BASELINES, DEFAULT_BASELINE, DEFAULT_WINDOW, WINDOWS

LIST_FILE = "cargo.csv"
"""Name of the user's cargo list in the folder of a result."""

GRADES = ("certain", "likely", "possible")
"""Least cargo grades, strictest first. A study may also have "": all flights, cargo or not."""


@dataclass(frozen=True)
class Event:
    """A date that the user names; it is the first day of the window."""

    day: date
    name: str = ""


@dataclass(frozen=True)
class Study:
    """A question about one route and its events.

    `origin` and `destination` are region specs as `flights.regions.parse_region` reads them.
    `first` and `last` (both inclusive) are the first and last day of the record. `window` and
    `baseline` are days after and before an event. `seed` starts the random sets of dates.
    `cargo` is the file of a user's own cargo list ("" = none), relative to the folder of the
    study file; `cargo_sha256` is the hash of its content.
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
_KEYS = tuple(name for name in _DEFAULTS if name != "events")
_EVENT_KEYS = tuple(f.name for f in fields(Event))
_REQUIRED = ("source", "first", "last", "origin", "destination")
_HEAD = ("title", "note", *_REQUIRED)
_KINDS = {
    str: "a text in quotes",
    date: "a date like 2025-06-13 that exists",
    int: "a whole number",
    bool: "true or false",
}
_SHA256 = re.compile("[0-9a-f]{64}")

Where = Callable[[str, int | None], str]
"""Key, and number of its event if it belongs to one -> its place, e.g. " (line 3)"."""


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
    """The study in the text of a study file.

    Raises
    ------
    InvalidInput
        A key is unknown or missing, a value has the wrong type, or the study contradicts itself;
        one sentence says which, with the path of the key (events[1].day is the day of the second
        event) and its line.
    """
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"This is not a valid TOML file: {error}.") from error

    def where(key: str, event: int | None) -> str:
        return _find_line(text, key, event)

    _check_keys(plain, where)
    for key in _REQUIRED:
        if key not in plain:
            raise InvalidInput(f"The study has no {key!r}; add a line {key} = ….")
    study = _convert({"events": [], **plain}, where)
    validate_study(study)
    return study


def validate_study(study: Study) -> None:
    """Raise `InvalidInput` with one sentence where a study cannot be answered."""
    from flights.regions import parse_region
    from flights.sources import SOURCES

    _check_choice(study.source.partition(".")[0], SOURCES, "source")
    validate_design(study)
    for side in ("origin", "destination"):
        try:
            parse_region(getattr(study, side))
        except InvalidInput as error:
            raise InvalidInput(f"The {side} of this study is not a region: {error}") from error


def validate_design(study: Study) -> None:
    """As `validate_study`, without the source and the regions."""
    if study.first > study.last:
        raise InvalidInput(
            f"The study ends on {study.last}, before it begins on {study.first}; swap the two."
        )
    if study.min_grade:
        _check_choice(study.min_grade, GRADES, "cargo grade")
    if study.cargo_sha256 and not _SHA256.fullmatch(study.cargo_sha256):
        raise InvalidInput(
            "The cargo_sha256 of a study is the hash of its cargo list: 64 hex digits."
        )
    if study.window not in WINDOWS:
        raise InvalidInput(f"The window is 7, 14 or 28 days, not {study.window}.")
    if study.baseline not in BASELINES:
        raise InvalidInput(
            f"The baseline is a whole number of weeks from {BASELINES[0]} to {BASELINES[-1]} "
            f"days, not {study.baseline} days; 56 is usual."
        )
    if not study.events:
        raise InvalidInput("The study has no event; add a table [[events]] with a day.")
    for event in study.events:
        if not study.first <= event.day <= study.last:
            raise InvalidInput(
                f"The event of {event.day} is outside the days of the study, {study.first} to "
                f"{study.last}; change the event or the days."
            )
    days = [event.day for event in study.events]
    for day in days:
        if days.count(day) > 1:
            raise InvalidInput(f"The event of {day} is listed twice; remove one of them.")


def count_tries(*asked: Study) -> dict[str, int]:
    """Number of windows, grades, regions and dates of these studies; baselines count as windows."""
    return {
        "windows": len({(study.window, study.baseline) for study in asked}),
        "grades": len({(study.min_grade, study.cargo_sha256) for study in asked}),
        "regions": len({(study.origin, study.destination) for study in asked}),
        "dates": len({event.day for study in asked for event in study.events}),
    }


def record_list(study: Study, own: Overrides | None) -> Study:
    """The study with the hash of this cargo list, and its file name in the folder of a result."""
    if own is None:
        return replace(study, cargo="", cargo_sha256="")
    return replace(study, cargo=LIST_FILE, cargo_sha256=own.sha256)


def format_study(study: Study) -> str:
    """The study as TOML, from which `parse_study` makes the same study."""
    lines = [
        f"{key} = {_format_value(getattr(study, key))}"
        for key in (*_HEAD, "cargo", "cargo_sha256")
        if getattr(study, key) != _DEFAULTS.get(key)
    ]
    lines += [
        f"{key} = {_format_value(getattr(study, key))}"
        for key in ("min_grade", "window", "baseline", "seed", "exploratory")
    ]
    for event in study.events:
        lines += ["", "[[events]]", f"day = {event.day.isoformat()}"]
        lines += [f"name = {_format_value(event.name)}"] if event.name else []
    return "\n".join(lines) + "\n"


def to_plain(study: Study) -> dict[str, Any]:
    """The study as plain JSON values, with every field."""
    plain = {key: getattr(study, key) for key in _KEYS}
    plain |= {key: plain[key].isoformat() for key in ("first", "last")}
    events = [{"day": event.day.isoformat(), "name": event.name} for event in study.events]
    return {**plain, "events": events}


def study_hash(study: Study) -> str:
    """SHA-256 of the question; title, note and names of events do not change it.

    A cargo list enters with the hash of its content, not with its file name.
    """
    asked = to_plain(replace(study, title="", note=""))
    del asked["cargo"]
    if not study.cargo_sha256:
        del asked["cargo_sha256"]
    asked["events"] = [event.day.isoformat() for event in study.events]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def to_query(study: Study) -> dict[str, str]:
    """The study as the parameters of a web address; default values are left out.

    A cargo list is given by its hash only: no address may make the program read a file.

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
    """The study in the parameters of a web address; other parameters are ignored.

    Raises
    ------
    InvalidInput
        A parameter is missing or wrong.
    """
    given: dict[str, Any] = {key: query[key] for key in _KEYS if key in query}
    for key in _REQUIRED:
        if key not in given:
            raise InvalidInput(f"This address does not contain the study's {key!r}.")
    if "exploratory" in given:
        given["exploratory"] = given["exploratory"] not in ("", "0", "false")
    # An address names a cargo list by its hash, never a file to read.
    given["cargo"] = LIST_FILE if given.get("cargo_sha256") else ""
    parts = [part.partition(" ") for part in query.get("events", "").split("|") if part]
    given["events"] = [{"day": day, "name": unquote(name)} for day, _, name in parts]
    study = _convert(given, lambda *_: " in this address", strict=False)
    validate_study(study)
    return study


def _convert(plain: Mapping[str, Any], where: Where, *, strict: bool = True) -> Study:
    """A typed study; `strict` takes no text for a number."""
    try:
        return msgspec.convert(plain, Study, strict=strict)
    except msgspec.ValidationError as error:
        raise InvalidInput(_describe_error(str(error), plain, where)) from error


def _describe_error(said: str, plain: Mapping[str, Any], where: Where) -> str:
    """An error of `msgspec`, such as "Expected `int`, got `str` - at `$.window`", in a sentence."""
    found = re.search(r"at `\$\.(events)?(?:\[(\d+)\])?\.?(\w+)?`", said)
    of_event, number, key = found.groups() if found else (None, None, None)
    if not of_event and key:
        kind = _KINDS[get_type_hints(Study)[key]]
        return f"{key!r}{where(key, None)} is {kind}, not {plain[key]!r}."
    events = plain.get("events")
    if number is None or not isinstance(events, list) or not isinstance(events[int(number)], dict):
        return "Events are written as tables headed [[events]], each with a day."
    at, path = int(number), f"events[{number}]"
    if key is None:
        line = where("events", at)
        return f"{path}{line} has no day; add a line day = 2025-06-13 under [[events]]."
    kind = _KINDS[get_type_hints(Event)[key]]
    return f"'{path}.{key}'{where(key, at)} is {kind}, not {events[at][key]!r}."


def _check_keys(plain: Mapping[str, Any], where: Where) -> None:
    """Raise `InvalidInput` for the first key that no study or no event has."""
    _check_known(plain, (*_KEYS, "events"), where, None)
    events = plain.get("events")
    for number, event in enumerate(events if isinstance(events, list) else ()):
        _check_known(event if isinstance(event, dict) else {}, _EVENT_KEYS, where, number)


def _check_known(
    plain: Mapping[str, Any], known: tuple[str, ...], where: Where, event: int | None
) -> None:
    for key in plain:
        if key not in known:
            table = "" if event is None else " in [[events]]"
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys are {', '.join(known)}."
            raise InvalidInput(f"There is no key {key!r}{table}{where(key, event)}; {hint}")


def _check_choice(value: str, known: Iterable[str], what: str) -> None:
    if value in known:
        return
    near = difflib.get_close_matches(value, list(known), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(known)}."
    raise InvalidInput(f"There is no {what} {value!r}; {hint}")


def _find_line(text: str, key: str, event: int | None) -> str:
    """ " (line 3)" of the line that sets or heads `key`; "" where there is none.

    `event` is the number of the [[events]] table that the key is in, None outside of them.
    """
    tables = -1
    for number, line in enumerate(text.splitlines(), start=1):
        name = line.partition("=")[0].strip().strip("[]").strip("\"' ")
        tables += name == "events" and line.lstrip().startswith("[[")
        if name == key and event in (None, tables):
            return f" (line {number})"
    return ""


def _format_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    # JSON text is TOML text, but for the delete character, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
