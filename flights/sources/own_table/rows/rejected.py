"""Rows kept aside, in a file beside the archive: line, reason, and the row as it was."""

import csv
from collections.abc import Sequence
from pathlib import Path

from flights.records import guard_cell
from flights.sources.own_table.columns.rules import RULES
from flights.sources.own_table.files.chunks import Table

MOST_KEPT = 200_000
"""Rows the file holds; the rest is only counted."""
LONGEST_KEPT = 2_000


class RejectedFile:
    """Writes a CSV file (UTF-8 with a mark, for spreadsheets); closes with `close`."""

    def __init__(self, path: Path, table: Table) -> None:
        self._file = path.open("w", encoding="utf-8-sig", errors="replace", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self.kept = 0
        head = map(_plain, table.columns)
        self._writer.writerow(["row" if table.kind == "parquet" else "line", "reason", *head])

    def add(self, line: int, rule: str, cells: Sequence[str | None]) -> None:
        """Keep a row, as long as there is room."""
        if self.kept < MOST_KEPT:
            self._writer.writerow([line, f"it {RULES[rule]}", *map(_plain, cells)])
            self.kept += 1

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def _plain(cell: str | None) -> str:
    """A cell that a spreadsheet shows and does not run."""
    text = (cell or "")[:LONGEST_KEPT]
    return guard_cell("".join(c if c.isprintable() or c == "\n" else "�" for c in text))
