"""What commands share: exit codes, messages, the archive, days."""

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
"""Exit codes; 130 is what a shell gives a program that Ctrl-C ended."""


def write_message(text: str) -> None:
    """A line on standard error, so that standard output has data only."""
    with suppress(BrokenPipeError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def add_archive(parser: argparse.ArgumentParser) -> None:
    """`--archive`."""
    parser.add_argument(
        "--archive", metavar="DIR", help="archive folder (default: $FLIGHTS_ARCHIVE or ./data)"
    )


def add_days(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """`--from` and `--to`, as `first` and `last`."""
    for option, dest, text in (
        ("--from", "first", "first day (UTC), YYYY-MM-DD"),
        ("--to", "last", "last day, inclusive"),
    ):
        parser.add_argument(
            option, dest=dest, type=_read_day, metavar="DAY", required=required, help=text
        )


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write YYYY-MM-DD") from error


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
    """The archive of `--archive`, else of the environment, else `./data`; a message names it.

    `--archive` is copied to the environment: a source finds its cache there, in workers too.
    """
    if asked.archive:
        os.environ[ARCHIVE_VARIABLE] = str(asked.archive)
    archive = Archive(settings_of(asked).archive)
    write_message(f"Archive: {archive.root.absolute()}")
    return archive


def note_for(sources: list[str]) -> str:
    """The sentence below data of these sources; SIMULATED first where one is simulated."""
    specs = []
    for source in sources:
        try:
            specs.append(find_spec(source))
        except InvalidInput:
            continue
    simulated = next((spec for spec in specs if spec.simulated), None)
    return contents_note(simulated) if simulated else CONTENTS_SENTENCE


def only_source(archive: Archive) -> str:
    """The only source of an archive; `InvalidInput` where there is none or more than one."""
    sources = archive.sources()
    if len(sources) == 1:
        return sources[0]
    if not sources:
        raise InvalidInput(
            f"{archive.root} has no days yet; download some with `python -m flights pull`."
        )
    raise InvalidInput(f"The archive has {', '.join(sources)}; choose one with --source.")
