"""`python -m flights ledger`: the days of the archive and their state."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date

from flights import CONTENTS_SENTENCE
from flights.archive import Archive
from flights.commands.base import (
    DONE,
    add_archive,
    add_days,
    check_days,
    each_day,
    note_for,
    open_archive,
    write_message,
)
from flights.commands.tables import print_table
from flights.records import LedgerEntry, ledger, not_asked

EXAMPLE = "ledger --source readsb"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which days, in which format, and whether files are verified."""
    parser.add_argument("--source", help="key of the source (default: all in the archive)")
    add_days(parser, required=False)
    add_archive(parser)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--verify", action="store_true", help="compare every file with its SHA-256")


def run(asked: argparse.Namespace) -> int:
    """Print the ledger of one source or all; with `--from` and `--to` every day is listed."""
    archive = open_archive(asked)
    sources = [asked.source] if asked.source else archive.sources()
    if not sources:
        write_message(
            f"{archive.root} has no days yet; download some with `python -m flights pull`."
        )
    check_days(asked.first, asked.last)
    entries: list[LedgerEntry] = []
    for source in sources:
        entries += _entries(archive, source, asked)
    text = format_ledger(entries, asked.format)
    if asked.format == "json":
        sys.stdout.write(f"{text}\n")
    else:
        rows = map(_format_row, entries)
        print_table(text, _HEADS, rows, right=("flights", "input MB", "stored MB"))
    states = [entry.status for entry in entries]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    write_message(f"{counts or 'no days'}. A day that is not complete is unknown, not zero.")
    write_message(note_for(sources))
    return DONE


def _entries(archive: Archive, source: str, asked: argparse.Namespace) -> list[LedgerEntry]:
    known = archive.read_ledger(source, verify=asked.verify)
    if asked.first and asked.last:
        days = list(each_day(asked.first, asked.last))
    else:
        first, last = asked.first or date.min, asked.last or date.max
        days = [day for day in known if first <= day <= last]
    return [known.get(day) or not_asked(source, day) for day in days]


def format_ledger(entries: Iterable[LedgerEntry], kind: str) -> str:
    """The ledger as a `table` of text, or as `json` with every field."""
    entries = list(entries)
    if kind == "json":
        days = [ledger.to_json(entry) for entry in entries]
        return json.dumps({"contents": CONTENTS_SENTENCE, "days": days}, indent=1)
    return _align([_HEADS, *map(_format_row, entries)])


_HEADS = ("source", "day", "status", "flights", "input MB", "stored MB", "sha256", "why")


def _format_row(entry: LedgerEntry) -> tuple[str, ...]:
    table = entry.tables.get("flights", {})
    return (
        entry.source,
        entry.day.isoformat(),
        entry.status,
        str(table.get("rows", "-")),
        f"{sum(each.size for each in entry.inputs) / 1e6:.1f}",
        f"{sum(each['bytes'] for each in entry.tables.values()) / 1e6:.1f}",
        str(table.get("sha256", "-"))[:12],
        " ".join(entry.reasons),
    )


def _align(rows: Sequence[Sequence[str]]) -> str:
    """Rows as lines with aligned columns."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]) - 1)]
    padded = ([text.ljust(w) for text, w in zip(row, widths, strict=False)] for row in rows)
    joined = zip(padded, rows, strict=True)
    return "\n".join("  ".join([*cells, row[-1]]).rstrip() for cells, row in joined)
