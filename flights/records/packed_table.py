"""A large table that stays compressed while a day is read, and is unpacked in pieces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class PackedTable:
    """Rows in the order given; the tracks of a large day need a quarter of the memory."""

    schema: pa.Schema
    batches: tuple[bytes, ...]
    num_rows: int

    def pieces(self, rows: int) -> Iterator[pa.Table]:
        """All rows, `rows` at a time (fewer in the last piece), each column in one piece."""
        waiting: list[pa.Table] = []
        count = 0
        for batch in self._unpacked():
            waiting.append(batch)
            count += len(batch)
            while count >= rows:
                joined = pa.concat_tables(waiting)
                yield joined.slice(0, rows).combine_chunks()
                waiting = [joined.slice(rows)]
                count -= rows
        if count:
            yield pa.concat_tables(waiting).combine_chunks()

    def whole(self) -> pa.Table:
        """The table unpacked."""
        return pa.concat_tables([self.schema.empty_table(), *self._unpacked()]).combine_chunks()

    def is_in_order(self, columns: Sequence[str]) -> bool:
        """True where rows are sorted by these columns."""
        keys = [(column, "ascending") for column in columns]
        ends: list[pa.Table] = []
        for batch in self._unpacked():
            if len(batch):
                if not _is_sorted(batch, keys):
                    return False
                ends.append(batch.select(list(columns)).take([0, len(batch) - 1]))
        return all(
            _is_sorted(pa.concat_tables([before.slice(1), after.slice(0, 1)]), keys)
            for before, after in pairwise(ends)
        )

    def count_rows_where(self, values: dict[str, object]) -> int:
        """Number of rows whose columns have these values."""
        count = 0
        for batch in self._unpacked():
            same = [pc.equal(batch[name], value) for name, value in values.items()]
            hit = same[0]
            for each in same[1:]:
                hit = pc.and_(hit, each)
            count += pc.sum(hit).as_py() or 0
        return count

    def _unpacked(self) -> Iterator[pa.Table]:
        for packed in self.batches:
            yield pa.ipc.open_stream(packed).read_all()


def pack(table: pa.Table) -> bytes:
    """Rows as one compressed piece of a `PackedTable`."""
    sink = pa.BufferOutputStream()
    packing = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=packing) as writer:
        writer.write_table(table)
    # As bytes: the buffer would keep the memory that it grew to.
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def _is_sorted(table: pa.Table, keys: list[tuple[str, str]]) -> bool:
    order = pc.sort_indices(table, sort_keys=keys)
    return np.array_equal(order, np.arange(len(order)))
