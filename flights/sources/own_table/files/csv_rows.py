"""Reads the rows of a text table in chunks, within limits of memory."""

import io
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate, islice
from typing import IO, Any

import numpy as np

from flights.errors import BadPayload
from flights.sources.own_table.files.chunks import (
    CHUNK_CHARACTERS,
    CHUNK_ROWS,
    MOST_COLUMNS,
    MOST_ROWS,
    Chunk,
    Table,
)

# Limits against files that would fill the memory; far above any table of flights.
LONGEST_LINE = 1_000_000
MOST_IN_BLOCK = 64_000_000
MOST_CHARACTERS = 8_000_000_000
MOST_ODD = 500_000
MOST_LINES = 2 * MOST_ROWS
BLOCK_ROWS = 256
"""Rows read at once; they may have at most `MOST_IN_BLOCK` characters."""

_BREAK = re.compile(r"\r\n|\r|\n")


class Lines:
    """Lines of a text, limited in length, and the number of characters read."""

    def __init__(self, text: io.TextIOBase, name: str) -> None:
        self._text, self._name = text, name
        self.characters = 0
        self._block_from = 0
        self._count = 0

    def block_done(self) -> None:
        """The rows read so far are complete: count the next block from here."""
        self._block_from = self.characters

    def __iter__(self) -> Iterator[str]:
        for line in iter(partial(self._text.readline, LONGEST_LINE), ""):
            self._count += 1
            self.characters += len(line)
            if self.characters - self._block_from > MOST_IN_BLOCK or len(line) == LONGEST_LINE:
                raise BadPayload(
                    f"{self._name}, line {self._count}: a row has too many characters. "
                    "Check that the file is a table and that every quote is closed."
                )
            if self.characters > MOST_CHARACTERS or self._count > MOST_LINES:
                raise BadPayload(
                    f"{self._name} is too long: the limit is {MOST_CHARACTERS:,} characters or "
                    f"{MOST_LINES:,} lines. Split it into several files."
                )
            yield line


def divide_rows(reader: Any, lines: Lines, table: Table, raw: IO[bytes]) -> Iterator[Chunk]:
    """Chunks of the rows that `reader` (of the csv module) makes of `lines`.

    `raw` is the file itself; its position gives the share that is read.

    Raises
    ------
    BadPayload
        Too many rows, or too many with another number of cells than the header line.
    """
    total = strange = 0
    while True:
        rows = _CsvRows(len(table.columns))
        full = lines.characters + CHUNK_CHARACTERS
        more = True
        while more and rows.count < CHUNK_ROWS and lines.characters < full:
            more = rows.take(reader, lines)
            if strange + rows.strange > MOST_ODD:
                raise BadPayload(
                    f"{table.path.name} has more than {MOST_ODD:,} rows with another number of "
                    f"cells than its header line ({rows.width}). Check that it is one table."
                )
        total, strange = total + rows.count, strange + rows.strange
        if total > MOST_ROWS:
            raise BadPayload(
                f"{table.path.name} has more than {MOST_ROWS:,} rows; split it into several files."
            )
        if rows.count:
            share = min(1.0, raw.tell() / table.size) if table.size else 1.0
            numbers = np.array(rows.numbers, np.int64)
            yield Chunk(table.columns, numbers, rows.cells, rows.odd, share)
        if not more:
            return


class _CsvRows:
    """Rows of one chunk; `odd` are rows with another number of cells.

    `strange` counts the odd rows and the blank ones.
    """

    def __init__(self, width: int) -> None:
        self.width, self.strange = width, 0
        self.numbers: list[int] = []
        self.cells: list[list[str]] = []
        self.odd: list[tuple[int, list[str]]] = []

    @property
    def count(self) -> int:
        """Number of rows so far."""
        return len(self.cells) + len(self.odd)

    def take(self, reader: Any, lines: Lines) -> bool:
        """Read one more block; False at the end of the table."""
        before = reader.line_num
        block = list(islice(reader, BLOCK_ROWS))
        lines.block_done()
        begins = _number(block, before, reader.line_num)
        if all(len(row) == self.width for row in block):
            self.numbers += begins
            self.cells += block
        else:
            self._take_mixed(begins, block)
        return len(block) == BLOCK_ROWS

    def _take_mixed(self, begins: Sequence[int], block: list[list[str]]) -> None:
        for number, row in zip(begins, block, strict=True):
            if len(row) == self.width:
                self.numbers.append(number)
                self.cells.append(row)
                continue
            self.strange += 1
            if any(cell.strip() for cell in row):
                self.odd.append((number, row[:MOST_COLUMNS]))


def _number(block: list[list[str]], before: int, after: int) -> Sequence[int]:
    """The line on which each row begins; cells may contain line breaks."""
    if after - before == len(block):
        return range(before + 1, after + 1)
    tall = [1 + sum(len(_BREAK.findall(cell)) for cell in row) for row in block]
    return [before + 1, *(before + 1 + n for n in accumulate(tall[:-1]))][: len(block)]
