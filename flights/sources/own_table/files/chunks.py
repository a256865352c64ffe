"""A table and its chunks: the form into which every kind of file is read."""

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
"""Most characters of a cell; the limit of Python's csv module."""


@dataclass(frozen=True)
class Table:
    """An opened file. `kind`: csv | parquet.

    `columns` are the unique names of its columns. `encoding`, `delimiter` and `packed` (gzip)
    are set for text. `notes` are sentences on assumptions. `skipped` are columns of nested or
    binary values.
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

    `odd`: line and cells of rows with too many or too few cells. `share`: how much of the file
    is read so far, 0 to 1.
    """

    columns: tuple[str, ...]
    lines: NDArray[np.int64]
    cells: Sequence[Sequence[str | None]]
    odd: Sequence[tuple[int, Sequence[str | None]]] = ()
    share: float = 0.0

    def column(self, name: str) -> pa.Array:
        """Texts of one column without surrounding blanks; null where a cell is empty."""
        place = self.columns.index(name)
        texts = pc.utf8_trim_whitespace(pa.array([row[place] for row in self.cells], pa.string()))
        return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
