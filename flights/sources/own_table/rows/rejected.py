"""The file of rejected rows: line, reason and the unchanged row."""

import csv
from collections.abc import Sequence
from pathlib import Path

from flights.records import guard_cell
from flights.sources.own_table.columns.rules import RULES
from flights.sources.own_table.files.chunks import Table

MOST_KEPT = 200_000
"""Most rows in the file; further ones are only counted."""
LONGEST_KEPT = 2_000


class RejectedFile:
    """Writes a CSV file (UTF-8 with byte order mark, for spreadsheets)."""

    def __init__(self, path: Path, table: Table) -> None:
        self._file = path.open("w", encoding="utf-8-sig", errors="replace", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self.kept = 0
        head = map(_plain, table.columns)
        self._writer.writerow(["row" if table.kind == "parquet" else "line", "reason", *head])

    def add(self, line: int, rule: str, cells: Sequence[str | None]) -> None:
        """Write a row, unless the file is full."""
        if self.kept < MOST_KEPT:
            self._writer.writerow([line, f"it {RULES[rule]}", *map(_plain, cells)])
            self.kept += 1

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def _plain(cell: str | None) -> str:
    """A cell that a spreadsheet displays but does not run as a formula."""
    text = (cell or "")[:LONGEST_KEPT]
    return guard_cell("".join(c if c.isprintable() or c == "\n" else "�" for c in text))
