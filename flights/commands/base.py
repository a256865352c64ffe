"""What commands share: exit codes, telling, the archive, days."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

from flights import CONTENTS_SENTENCE
from flights.archive import Archive
from flights.config import ARCHIVE_VARIABLE, Settings, read_settings
from flights.errors import InvalidInput
from flights.sources import contents_note, find_spec

DONE, IN_PART, NOT_UNDERSTOOD, STOPPED = 0, 1, 2, 130


def write_message(text: str) -> None:
    """A line for the person, beside the data."""
    with suppress(BrokenPipeError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def add_days(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """`--from` and `--to`, as `first` and `last`."""
    what = {"type": _day, "metavar": "D", "required": required}
    parser.add_argument("--from", dest="first", help="first UTC day, YYYY-MM-DD", **what)  # type: ignore[arg-type]
    parser.add_argument("--to", dest="last", help="last UTC day, inclusive", **what)  # type: ignore[arg-type]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write YYYY-MM-DD") from error


def check_days(first: date | None, last: date | None) -> None:
    """Raise `InvalidInput` where the days end before they begin."""
    if first and last and last < first:
        raise InvalidInput(f"The days end ({last}) before they begin ({first}); swap them.")


def each_day(first: date, last: date) -> Iterator[date]:
    """Days from `first` to `last`, both inclusive."""
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def settings_of(asked: argparse.Namespace) -> Settings:
    """Settings from the arguments and the environment."""
    return read_settings(asked.archive)


def open_archive(asked: argparse.Namespace) -> Archive:
    """The archive of `--archive`, the environment, or `./data`.

    `--archive` goes to the environment: a source finds its cache there, in workers too.
    """
    if asked.archive:
        os.environ[ARCHIVE_VARIABLE] = str(asked.archive)
    return Archive(settings_of(asked).archive)


def note_for(sources: list[str]) -> str:
    """The sentence under what comes from these sources; SIMULATED first where one is made up."""
    specs = []
    for source in sources:
        try:
            specs.append(find_spec(source))
        except InvalidInput:
            continue
    made_up = next((spec for spec in specs if spec.simulated), None)
    return contents_note(made_up) if made_up else CONTENTS_SENTENCE


def only_source(archive: Archive) -> str:
    """The source of an archive that holds one; `InvalidInput` where it holds none or several."""
    sources = archive.sources()
    if len(sources) == 1:
        return sources[0]
    if not sources:
        raise InvalidInput(f"{archive.root} holds no days; `python -m flights pull` fills it.")
    raise InvalidInput(f"The archive holds {', '.join(sources)}; choose one with --source.")
