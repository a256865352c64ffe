"""`python -m flights reference`: tables about aircraft, airports and routes, fetched on request."""

import argparse
import sys

from flights.commands.base import DONE, settings_of, write_message
from flights.config import Settings
from flights.errors import InvalidInput
from flights.network import Door
from flights.pull import utc_now, write_bytes
from flights.reference.editions import Edition, list_editions
from flights.reference.updates.fetch import fetch_edition
from flights.reference.updates.tables import KINDS, find_kind

EXAMPLE = "reference fetch aircraft"


def add_options(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which tables."""
    parser.add_argument("action", choices=("list", "fetch"))
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(KINDS))


def run(asked: argparse.Namespace) -> int:
    """Show the editions that are held, or fetch today's."""
    settings = settings_of(asked)
    names = asked.names or (list(KINDS) if asked.action == "list" else [])
    if not names:
        raise InvalidInput(f"Say which to fetch: {', '.join(KINDS)}.")
    for name in names:
        if asked.action == "fetch":
            _fetch(name, settings)
        else:
            _show(name, settings)
    return DONE


def _fetch(name: str, settings: Settings) -> None:
    door = Door(settings.cache)
    edition = fetch_edition(name, door, settings, now=utc_now(), report=_report)
    write_message(f"{_describe(edition)}, in {edition.folder}")
    write_message(f"Licence: {edition.licence}. Attribution: {edition.attribution}.")


def _show(name: str, settings: Settings) -> None:
    kind = find_kind(name)
    sys.stdout.write(f"{name}: {kind.title}, {kind.about} (licence: {kind.licence})\n")
    held = list_editions(settings.cache, name)
    for edition in held:
        use = "in use" if edition == held[0] else "older"
        sys.stdout.write(f"  {_describe(edition)}, {use}\n")
    if not held:
        sys.stdout.write(f"  none fetched: python -m flights reference fetch {name}\n")


def _describe(edition: Edition) -> str:
    size = write_bytes(sum(each.size for each in edition.files))
    return f"{edition.label}: {edition.rows:,} rows, {size}"


def _report(doing: str, share: float) -> None:
    """One line that is written over, for whoever watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{doing} {share:4.0%} \033[K")
