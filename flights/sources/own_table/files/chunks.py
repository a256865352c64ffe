"""A table a chunk at a time: what every kind of file is read into."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

CHUNK_ROWS = 20_000
CHUNK_CHARACTERS = 8_000_000
MOST_COLUMNS = 500
MOST_ROWS = 20_000_000
LONGEST_CELL = 131_072
"""Characters of a cell, as Python's csv module bounds them."""


@dataclass(frozen=True)
class Table:
    """A file that was looked into. `kind`: csv | parquet.

    `columns` are the names of its columns, each once. `encoding`, `delimiter` and `packed`
    (gzip) are those of text. `notes` are sentences on what was assumed. `skipped` are columns
    of a kind that is no plain value.
    """

    path: Path
    kind: str
    columns: tuple[str, ...]
    size: int
    encoding: str = ""
    delimiter: str = ""
    packed: bool = False
    notes: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chunk:
    """Some rows: `lines` are their numbers in the file, `cells` their texts, row by row.

    `odd`: line and cells of rows with another number of cells than there are columns. `share`
    of the file that is read by now.
    """

    columns: tuple[str, ...]
    lines: NDArray[np.int64]
    cells: Sequence[Sequence[str | None]]
    odd: Sequence[tuple[int, Sequence[str | None]]] = ()
    share: float = 0.0

    def column(self, name: str) -> pa.Array:
        """Texts of one column without blanks around; null where a cell is empty."""
        place = self.columns.index(name)
        texts = pc.utf8_trim_whitespace(pa.array([row[place] for row in self.cells], pa.string()))
        return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
