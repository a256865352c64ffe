"""`python -m flights reference`: download or list tables of aircraft, airports and routes."""

import argparse
import sys

from flights.commands.base import DONE, add_archive, settings_of, write_message
from flights.commands.tables import print_table
from flights.config import Settings
from flights.errors import InvalidInput
from flights.network import Door
from flights.pull import utc_now
from flights.records.amounts import format_size
from flights.reference.editions import Edition, list_editions
from flights.reference.updates.fetch import fetch_edition
from flights.reference.updates.tables import KINDS, find_kind

EXAMPLE = "reference fetch aircraft"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Whether to list or download, and which tables."""
    parser.add_argument("action", choices=("list", "fetch"), help="fetch downloads the newest")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"tables: {', '.join(KINDS)}")
    add_archive(parser)


def run(asked: argparse.Namespace) -> int:
    """List the editions on this computer, or download the newest."""
    settings = settings_of(asked)
    names = asked.names or (list(KINDS) if asked.action == "list" else [])
    if not names:
        raise InvalidInput(f"Name the tables to fetch: {', '.join(KINDS)}.")
    for name in names:
        if asked.action == "fetch":
            _fetch(name, settings)
        else:
            _show(name, settings)
    return DONE


def _fetch(name: str, settings: Settings) -> None:
    door = Door(settings.cache)
    edition = fetch_edition(name, door, settings, now=utc_now(), report=_report)
    write_message(f"{_format_edition(edition)}, in {edition.folder}")
    write_message(f"Licence: {edition.licence}. Attribution: {edition.attribution}.")


def _show(name: str, settings: Settings) -> None:
    kind = find_kind(name)
    title = f"{name}: {kind.title}, {kind.about} (licence: {kind.licence})"
    editions = list_editions(settings.cache, name)
    uses = ["in use", *["older"] * (len(editions) - 1)]
    lines = [f"  {_format_edition(each)}, {use}" for each, use in zip(editions, uses, strict=False)]
    if not editions:
        sys.stdout.write(
            f"{title}\n  none on this computer: python -m flights reference fetch {name}\n"
        )
        return
    rows = [
        (each.label, f"{each.rows:,}", _format_bytes(each), use)
        for each, use in zip(editions, uses, strict=True)
    ]
    heads = ("edition", "rows", "size", "use")
    print_table("\n".join([title, *lines]), heads, rows, right=("rows", "size"), title=title)


def _format_edition(edition: Edition) -> str:
    return f"{edition.label}: {edition.rows:,} rows, {_format_bytes(edition)}"


def _format_bytes(edition: Edition) -> str:
    return format_size(sum(each.size for each in edition.files))


def _report(doing: str, share: float) -> None:
    """Progress in one line on a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{doing} {share:4.0%} \033[K")
